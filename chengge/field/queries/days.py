"""Days of the city as spans of time, and whose grids are whose on a day."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta

from chengge.foundation.models import ResponsibilityGridUnit
from chengge.foundation.queries import holds_on
from chengge.organization.queries import CITY_ZONE


def day_span(day: date) -> tuple[datetime, datetime]:
    """From when to before when a day of the city lasts."""
    return datetime.combine(day, time(), CITY_ZONE), datetime.combine(day + timedelta(days=1), time(), CITY_ZONE)


def own_grids(member_id: int, day: date) -> list[int]:
    """The unit grids that an inspector answers for on a day, in order. One query."""
    rows = ResponsibilityGridUnit.objects.filter(holds_on(day, "responsibility_grid__"), responsibility_grid__inspectors=member_id)
    return sorted(set(rows.values_list("grid_code", flat=True)))


def own_grids_by_member(day: date) -> dict[int, set[int]]:
    """The unit grids of every inspector on a day. One query."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = ResponsibilityGridUnit.objects.filter(holds_on(day, "responsibility_grid__"), responsibility_grid__inspectors__isnull=False)
    for member, code in rows.values_list("responsibility_grid__inspectors", "grid_code"):
        found[member].add(code)
    return found
