"""The fences of this process: which ground each inspector answers for, kept until the city changes it; and the rules of alarms."""

from collections import defaultdict
from datetime import date
from functools import lru_cache

from django.db import connection

from chengge import clock
from chengge.domain.fences import Bounds, Fences, Rest
from chengge.field.models import AlarmKind, AlarmRule
from chengge.foundation.models import ResponsibilityGridUnit
from chengge.foundation.queries import grid_index
from chengge.foundation.queries.dated import holding_on, holds_on
from chengge.organization.queries import city_day

USUAL_MARGIN_M = 30  # where the city wants no alarm of being out of bounds, tracks are coloured by it all the same


def fences() -> Fences:
    """The fences that hold today. Two queries; more when the grids have changed or a new day has begun."""
    with connection.cursor() as cursor:
        # Besides its number, the transaction that wrote it: a number that was rolled back may come again with other grids.
        cursor.execute("SELECT number, xmin::text FROM foundation_revision WHERE name = 'grids'")
        revision = cursor.fetchone() or (0, "")
    return _fences_on(city_day(clock.now()), connection.settings_dict["NAME"], *revision)


def own_grids(member_id: int, day: date) -> list[int]:
    """The unit grids that an inspector answers for on a day, in order. One query."""
    rows = ResponsibilityGridUnit.objects.filter(holds_on(day, "responsibility_grid__"), responsibility_grid__inspectors=member_id)
    return sorted(set(rows.values_list("grid_code", flat=True)))


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
    grids_of: dict[int, list[int]] = defaultdict(list)
    rows = ResponsibilityGridUnit.objects.filter(holds_on(day, "responsibility_grid__"), responsibility_grid__inspectors__isnull=False)
    for member_id, code in rows.values_list("responsibility_grid__inspectors", "grid_code"):
        grids_of[member_id].append(code)
    return Fences.of(grid_index(), grids_of)
