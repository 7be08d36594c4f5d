"""A case given out in parts and joined again: who may, which clocks run, and what the evaluation sees of it."""

from contextlib import suppress
from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chengge.casework import audit
from chengge.casework.actions import Given, perform
from chengge.casework.actions.given import Part
from chengge.casework.facts import ASSIGNMENTS, STAGES
from chengge.casework.models import Assignment, Case, Clock
from chengge.casework.queries import open_actions
from chengge.casework.queries.timeline import timeline
from chengge.clock import PretendedClock
from chengge.domain.errors import Conflict, Forbidden, Refused
from chengge.domain.facts import FactTable
from chengge.domain.lifecycle import Holder
from chengge.organization.queries import city_day
from chengge.organization.queries.levels import bodies_below
from tests.casework.lives import Life
from tests.casework.wide_city import build_wide_city, clocks, down, faults, held, parts, submit, two_parts, whose
from tests.factories import City

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db: None) -> City:
    return build_wide_city()


@pytest.fixture
def life(city: City, pretended_clock: PretendedClock) -> Life:
    return Life(city, pretended_clock)


# --- Parts --------------------------------------------------------------------------------------------------------------------------------


def test_a_department_gives_parts_to_several_at_once_and_keeps_the_case(life):
    two_parts(life)
    case = life.case
    assert (case.stage, case.organization_id, case.level) == ("handling", life.city.organization_id("works"), 2)
    assert case.part_holders == [life.city.organization_id("works_section"), life.city.organization_id("greening")]
    handling, section, greening = (clocks(life, name)[0] for name in ("works", "works_section", "greening"))
    assert {section.due_at, greening.due_at, case.due_at} == {handling.due_at}
    assert [(row.level, row.part) for row in Assignment.objects.filter(case=case).order_by("ordinal")] == [
        (2, ""), (3, "扶正灯杆"), (4, "补种绿篱"),
    ]  # fmt: skip
    assert any("绿化班组: 补种绿篱" in fact for fact in timeline(case)[0].facts)
    assert not faults(life)


def test_a_case_is_finished_when_all_parts_are_back_and_not_before(life):
    two_parts(life)
    for action, given in (
        ("finish", Given(photos=(life.photo("department"),))),
        ("pass_down", whose(life, "works_section")),
        ("hand_back", Given(reason="不属于我单位")),
    ):
        with pytest.raises(Conflict, match="parts are not back yet"):
            life.do(action, "department", given)
    life.later(minutes=15)
    submit(life, "gardener", "submit_part")
    assert (life.case.part_holders, life.case.parts_back) == ([life.city.organization_id("works_section")], 1)
    life.later(minutes=15)
    submit(life, "section", "submit_part")
    assert (life.case.part_holders, life.case.parts_back) == (None, 2)
    assert [clocks(life, name)[0].worked_seconds for name in ("greening", "works_section")] == [15 * 60, 30 * 60]
    life.do("finish", "department", Given(photos=(life.photo("department"),)))
    assert (life.case.stage, life.case.parts_back) == ("handled", 0)
    assert held(life) == [("works", "finish"), ("works_section", "submit_part"), ("greening", "submit_part")]
    assert not faults(life)


def test_a_part_is_declined_taken_back_or_sent_back(life):
    two_parts(life)
    life.do("decline_part", "gardener", Given(reason="需大型机械"))
    life.do("give_parts", "department", parts(life, works_crew="补种绿篱"))
    life.do("take_back_part", "department", whose(life, "works_crew"))
    submit(life, "section", "submit_part")
    life.do("refuse_part", "department", whose(life, "works_section"))
    assert (life.case.part_holders, life.case.parts_back) == ([life.city.organization_id("works_section")], 0)
    first, again = clocks(life, "works_section")
    assert (first.stopped_at == life.now, again.stopped_at) == (True, None)
    assert Assignment.objects.filter(case_id=life.case_id).latest("ordinal").part == "扶正灯杆"
    submit(life, "section", "submit_part")
    assert [outcome for _name, outcome in held(life)] == ["", "submit_part", "decline_part", "take_back_part", "submit_part"]
    assert not faults(life)


def test_only_who_has_a_part_gives_it_back_and_only_who_gave_it_takes_it_back(life):
    two_parts(life)
    for who in ("crew", "department", "other_department"):
        with pytest.raises(Forbidden):
            submit(life, who, "submit_part")
    with pytest.raises(Forbidden):
        life.do("take_back_part", "section", whose(life, "greening"))
    with pytest.raises(Refused, match="no part to do now"):
        life.do("take_back_part", "department", whose(life, "works_crew"))
    with pytest.raises(Refused, match="has a part to do already"):
        life.do("give_parts", "department", parts(life, greening="再补一处"))
    with pytest.raises(Conflict):
        life.do("refuse_part", "department", whose(life, "greening"))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (lambda life: Given(), "parts"),
        (lambda life: parts(life, greening=" "), "parts"),
        (lambda life: parts(life, greening="绿" * 201), "parts"),
        (
            lambda life: Given(
                parts=(Part(life.city.organization_id("greening"), "一"), Part(life.city.organization_id("greening"), "二"))
            ),
            "parts",
        ),
        (lambda life: parts(life, sanitation="清扫"), "organization"),
        (lambda life: Given(parts=(Part(987654321, "清扫"),)), "organization"),
    ],
)
def test_a_part_without_words_or_for_a_stranger_is_refused(life, given, field):
    life.to("handling")
    before = life.case.entry_count
    with pytest.raises(Refused) as refused:
        life.do("give_parts", "department", given(life))
    assert (refused.value.field, life.case.entry_count) == (field, before)


def test_taking_the_case_back_ends_the_parts_that_were_given_out_below(life):
    life.to("dispatched")
    down(life, "department", "works_section")
    life.do("give_parts", "section", parts(life, works_crew="围挡"))
    assert life.case.level == 3
    life.do("take_back", "department", Given(reason="情况紧急"))
    assert (life.case.part_holders, life.case.organization_id) == (None, life.city.organization_id("works"))
    assert held(life) == [("works", ""), ("works_section", "take_back"), ("works_crew", "take_back")]
    assert not Clock.objects.filter(case_id=life.case_id, kind="level", stopped_at=None).exists()
    assert not faults(life)


def test_a_case_that_is_voided_has_no_parts_any_more(life):
    two_parts(life)
    life.do("void", "shift_leader", Given(reason="误立案"))
    assert (life.case.part_holders, life.case.ended_at is not None) == (None, True)
    assert {outcome for _name, outcome in held(life)} == {"void"}
    assert not faults(life)


def test_parts_stand_still_while_a_case_is_suspended(life):
    two_parts(life)
    until = city_day(life.now) + timedelta(days=3)
    life.do("ask_suspension", "department", Given(reason="待季节", basis="season", until=until))
    life.do("grant_suspension", "leader")
    with pytest.raises(Conflict):
        submit(life, "gardener", "submit_part")
    life.later(hours=30)
    life.do("wake", "dispatcher")
    assert {clock.due_at for name in ("works", "works_section", "greening") for clock in clocks(life, name)} == {life.case.due_at}
    submit(life, "gardener", "submit_part")
    assert not faults(life)


def test_a_case_with_parts_is_rebuilt_from_its_ledger(life):
    two_parts(life)
    submit(life, "gardener", "submit_part")
    Case.objects.filter(pk=life.case_id).update(part_holders=None, parts_back=7)
    Assignment.objects.filter(case_id=life.case_id).update(part="")
    assert faults(life)
    assert audit.rebuild(life.case_id)
    assert not faults(life)
    assert (life.case.part_holders, life.case.parts_back) == ([life.city.organization_id("works_section")], 1)


@pytest.mark.parametrize("seed", range(6))
def test_however_a_case_goes_down_and_up_its_rows_are_what_its_ledger_says(life, seed):
    dice = Random(seed)
    life.to("dispatched", rule="rattling")
    people = ("department", "section", "crew", "gardener")
    for _step in range(25):
        life.later(minutes=dice.randint(1, 9))
        who = dice.choice(people)
        actor = life.city.actor(who)
        rows = [
            row
            for row in open_actions(actor, life.case)
            if row.holder is not Holder.RESPONSIBLE and row.action not in {"hand_back", "finish"}
        ]
        if not rows:
            continue
        row = dice.choice(rows)
        below = [body.pk for body in bodies_below(actor.organization_id, city_day(life.now))]
        given = Given(
            reason="试", photos=(life.photo(who),), organization_id=dice.choice(below) if below else None,
            parts=tuple(Part(pk, "一部分") for pk in dice.sample(below, min(len(below), 2))),
        )  # fmt: skip
        with suppress(Refused):
            perform(life.case_id, row.action, actor, given)
    assert not faults(life)
    running = Clock.objects.filter(case_id=life.case_id, stopped_at=None, kind="level").values_list("organization_id", flat=True)
    lasting = Assignment.objects.filter(case_id=life.case_id, ended_at=None, level__gt=2).values_list("organization_id", flat=True)
    assert sorted(running) == sorted(lasting)


# --- In the facts -------------------------------------------------------------------------------------------------------------------------


def facts_of(table: FactTable) -> list[dict]:
    """The rows of a table of facts as the evaluation reads them, in order."""
    columns = ", ".join(f"({column.sql}) AS {column.name}" for column in table.columns)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table.source.format(cases='casework_case')} ORDER BY ordinal")  # noqa: S608
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_the_evaluation_sees_every_part_with_its_level_and_whether_it_was_in_time(life):
    two_parts(life)
    submit(life, "gardener", "submit_part")
    life.later(hours=5)
    submit(life, "section", "submit_part")
    parts_told = [(row["level"], row["part"], row["outcome"]) for row in facts_of(ASSIGNMENTS)]
    assert parts_told == [(2, False, ""), (3, True, "submit_part"), (4, True, "submit_part")]
    levels = [row for row in facts_of(STAGES) if row["clock"] == "level"]
    assert [(row["level"], row["overdue"], row["stopped_by"]) for row in levels] == [(3, True, "submit_part"), (4, False, "submit_part")]


def test_going_down_and_up_asks_no_more_of_the_database_than_before_there_were_parts(life):
    def statements(action: str, by: str, given: Given) -> int:
        actor = life.city.actor(by)
        with CaptureQueriesContext(connection) as asked:
            perform(life.case_id, action, actor, given)
        return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in asked.captured_queries)

    life.to("dispatched")
    asked = [
        statements("pass_down", "department", Given(organization_id=life.city.organization_id("works_section"))),
        statements("hand_up", "section", Given(reason="无力处置")),
        statements("give_parts", "department", parts(life, works_section="扶正", greening="补种")),
    ]
    assert asked == [4, 3, 4]  # the case in hand, what is looked up (bodies below, hands it is in), and the one that writes
