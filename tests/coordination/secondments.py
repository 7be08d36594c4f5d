"""A member lent to the platform, for tests: proposed, checked, begun."""

from datetime import date
from decimal import Decimal

from chengge.coordination.actions import seconded
from chengge.coordination.models import Secondment, SecondmentRule
from chengge.coordination.queries.seconded import qualifications, secondment_in_sight
from chengge.organization.models import Member
from tests.factories import City

FIRST, LAST = date(2026, 11, 2), date(2027, 5, 1)
FOUND = {"years": Decimal(5), "mark": Decimal(92), "clear": Decimal(1), "agreed": Decimal(1)}


def proposed(city: City, who: str = "dispatcher", home: str = "works") -> Secondment:
    """Of a unit, for a term that has begun; the rules are those that Chengge ships."""
    member: Member = city.members[who]
    wanted = seconded.Proposed(member.pk, city.organization_id(home), "dispatcher", FIRST, LAST)
    return seconded.propose(city.actor("coordinator"), wanted)


def checked(city: City, who: str = "dispatcher", home: str = "works") -> Secondment:
    made = proposed(city, who, home)
    actor = city.actor("coordinator")
    for one in qualifications(secondment_in_sight(actor, made.pk)):
        seconded.check(actor, made.pk, one.rule.pk, FOUND[one.rule.kind], "查阅档案")
    return seconded.pass_checks(actor, made.pk)


def begun(city: City, who: str = "dispatcher", home: str = "works") -> Secondment:
    """By a leader: whoever proposed them does not let them begin."""
    return seconded.begin(city.actor("leader"), checked(city, who, home).pk)


def rule_of(kind: str) -> SecondmentRule:
    return SecondmentRule.objects.get(kind=kind, post="", valid_to=None)
