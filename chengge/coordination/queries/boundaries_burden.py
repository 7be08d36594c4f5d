"""What unclear boundaries cost in a year: cases, disputes, lost days and components in every zone of a reckoning."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

import shapely
from django.db import connection

from chengge import clock
from chengge.domain.boundary_zones import Burden, Reckoning, Zone

A_YEAR = timedelta(days=365)

# A case is disputed where it came back or was hard to place; what it lost is the time between its filing and its last dispatch.
DISPUTED = "(sitting.return_count > 0 OR hard.case_id IS NOT NULL)"
LOST = """
extract(epoch FROM greatest(coalesce(sitting.dispatched_at, sitting.ended_at, %(now)s),
                            coalesce(hard.settled_at, sitting.filed_at)) - sitting.filed_at) / 86400
"""
FROM_CASES = """
FROM casework_case sitting LEFT JOIN coordination_hardcase hard ON hard.case_id = sitting.id
WHERE sitting.filed_at >= %(since)s AND sitting.grid_code IS NOT NULL AND sitting.merged_into_id IS NULL
"""
BY_GRID = f"""
SELECT sitting.problem_class_id, sitting.grid_code, count(*), count(*) FILTER (WHERE {DISPUTED}),
       coalesce(sum({LOST}) FILTER (WHERE {DISPUTED}), 0)
{FROM_CASES} AND NOT sitting.grid_code = ANY(%(cut)s) GROUP BY 1, 2
"""
ONE_BY_ONE = f"""
SELECT sitting.problem_class_id, sitting.grid_code, sitting.lon, sitting.lat, {DISPUTED}::int,
       CASE WHEN {DISPUTED} THEN {LOST} ELSE 0 END
{FROM_CASES} AND sitting.grid_code = ANY(%(cut)s)
"""
OWNERLESS = "maintaining_body_id IS NULL AND owning_body_id IS NULL AND managing_body_id IS NULL"
COMPONENTS_BY_GRID = f"""
SELECT problem_class_id, grid_code, count(*), count(*) FILTER (WHERE {OWNERLESS})
FROM foundation_component WHERE state <> 'abandoned' AND grid_code IS NOT NULL AND NOT grid_code = ANY(%(cut)s) GROUP BY 1, 2
"""  # noqa: S608
COMPONENTS_ONE_BY_ONE = f"""
SELECT problem_class_id, grid_code, lon, lat, ({OWNERLESS})::int
FROM foundation_component WHERE state <> 'abandoned' AND grid_code = ANY(%(cut)s)
"""  # noqa: S608


Sums = tuple[float, float, float, float, float]
"""Cases, disputes, lost days, components, ownerless."""


def burdens_of(found: Reckoning) -> list[Burden]:
    """What each zone costs in a year, in their order. Four queries."""
    asked: dict[str, Any] = {"since": clock.now() - A_YEAR, "now": clock.now(), "cut": sorted(found.cut)}
    whole: dict[int, dict[int, Sums]] = defaultdict(dict)
    points: dict[int, list[tuple[int, float, float, Sums]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(BY_GRID, asked)
        for class_id, grid, cases, disputes, lost in cursor.fetchall():
            whole[class_id][grid] = (cases, disputes, float(lost), 0, 0)
        cursor.execute(COMPONENTS_BY_GRID, asked)
        for class_id, grid, components, ownerless in cursor.fetchall():
            cases, disputes, lost, *_rest = whole[class_id].get(grid, (0, 0, 0.0, 0, 0))
            whole[class_id][grid] = (cases, disputes, lost, components, ownerless)
        cursor.execute(ONE_BY_ONE, asked)
        for class_id, grid, lon, lat, disputed, lost in cursor.fetchall():
            points[class_id].append((grid, lon, lat, (1, disputed, float(lost), 0, 0)))
        cursor.execute(COMPONENTS_ONE_BY_ONE, asked)
        for class_id, grid, lon, lat, ownerless in cursor.fetchall():
            points[class_id].append((grid, lon, lat, (0, 0, 0.0, 1, ownerless)))
    sets: dict[int, frozenset[int]] = {}
    return [_burden(zone, sets.setdefault(id(zone.shape), frozenset(zone.grid_codes)), whole, points) for zone in found.zones]


def _burden(
    zone: Zone, grids: frozenset[int], whole: dict[int, dict[int, Sums]], points: dict[int, list[tuple[int, float, float, Sums]]]
) -> Burden:
    within = [sums for grid, sums in whole.get(zone.class_id, {}).items() if grid in grids]
    within += [
        sums for grid, lon, lat, sums in points.get(zone.class_id, ()) if grid in grids and shapely.intersects_xy(zone.shape, lon, lat)
    ]
    cases, disputes, lost, components, ownerless = (sum(column) for column in zip(*within, strict=True)) if within else (0, 0, 0.0, 0, 0)
    return Burden(int(cases), int(disputes), float(lost), int(components), int(ownerless))
