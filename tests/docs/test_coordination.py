"""What the guide says of the platform's rules is what a city begins with."""

import re

import pytest
from django.utils.translation import override

from chengge.coordination.queries.platform_rules import escalation_rules, visit_rule, way_limits
from chengge.domain.escalation import Step
from chengge.domain.hard_cases import Way
from chengge.domain.worktime import Limit, Unit
from chengge.foundation.words import words_of
from tests.docs.pages import page

pytestmark = pytest.mark.django_db
GUIDE = page("docs/coordination.md").text


@pytest.fixture
def day(pretended_clock):
    return pretended_clock.at.date()


def rows(first_heading: str) -> list[list[str]]:
    """The table whose first heading is this, without its head."""
    table = GUIDE.split(f"| {first_heading} |", 1)[1].split("\n\n", 1)[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def test_the_limits_of_the_ways_are_those_of_a_new_city(day):
    limits = way_limits()
    with override("en"):
        said = {way: words_of(limits.of(way, day)) for way in Way}
    told = {Way(row[0].split(":")[0]): row[2] for row in rows("way")}
    assert limits.of(Way.KEY, day) == Limit(2, Unit.URGENT_HOUR)
    assert told[Way.KEY] == "2 hours, nights count"
    assert {way: told[way] for way in Way if way is not Way.KEY} == {way: said[way] for way in Way if way is not Way.KEY}


def test_the_steps_up_are_those_of_a_new_city(day):
    names = {"district": Step.DISTRICT, "city platform": Step.CITY, "deputy secretary-general": Step.DEPUTY}
    told = [(names[row[0]], *(int(re.sub(r"\D", "", cell)) for cell in row[1:])) for row in rows("step")]
    rules = escalation_rules(day)
    assert told == [(one.step, one.after_percent, one.staked_percent, one.units_from, one.alike_from) for one in rules]


def test_the_visits_are_those_of_a_new_city(day):
    rule = visit_rule(day)
    assert f"{rule.a_week}, and every {rule.every_weeks}\nweeks" in GUIDE
