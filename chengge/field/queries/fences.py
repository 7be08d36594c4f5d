"""The fences of this process: which ground each inspector answers for, kept until the city changes it; and the rules of alarms."""

from datetime import date
from functools import lru_cache

from django.db import connection

from chengge import clock
from chengge.domain.fences import Bounds, Fences, Rest
from chengge.field.models import AlarmKind, AlarmRule
from chengge.field.queries.days import own_grids_by_member
from chengge.foundation.queries import grid_index
from chengge.foundation.queries.dated import holding_on
from chengge.organization.queries import city_day

USUAL_MARGIN_M = 30  # where the city wants no alarm of being out of bounds, tracks are coloured by it all the same


def fences() -> Fences:
    """The fences that hold today. Two queries; more when the grids have changed or a new day has begun."""
    with connection.cursor() as cursor:
        # Besides its number, the transaction that wrote it: a number that was rolled back may come again with other grids.
        cursor.execute("SELECT number, xmin::text FROM foundation_revision WHERE name = 'grids'")
        revision = cursor.fetchone() or (0, "")
    return _fences_on(city_day(clock.now()), connection.settings_dict["NAME"], *revision)


def alarm_rules(day: date) -> dict[str, AlarmRule]:
    """The rule of each kind of alarm that holds on a day; a kind without one raises none. One query."""
    return {rule.kind: rule for rule in holding_on(AlarmRule.objects.all(), day)}


def bounds_of(rules: dict[str, AlarmRule]) -> tuple[float, Bounds | None]:
    """The margin around the own grids in metres, and when being beyond it is an alarm."""
    rule = rules.get(AlarmKind.OUT_OF_BOUNDS)
    if rule is None:
        return USUAL_MARGIN_M, None
    return rule.threshold, Bounds(rule.fixes, rule.minutes * 60, rule.fixes_back)


def rest_of(rules: dict[str, AlarmRule]) -> Rest | None:
    rule = rules.get(AlarmKind.STILL)
    return None if rule is None else Rest(rule.threshold, rule.minutes * 60)


@lru_cache(maxsize=2)
def _fences_on(day: date, _database: str, _number: int, _written_by: str) -> Fences:
    return Fences.of(grid_index(), {member: sorted(codes) for member, codes in own_grids_by_member(day).items()})
