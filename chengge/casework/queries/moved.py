"""Whom a change of a drawn area moves: cases of the past twelve months asked before and after."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import shapely
from django.db import connection
from shapely.geometry.base import BaseGeometry

from chengge import clock
from chengge.domain.boundaries import polygons_of
from chengge.foundation.models import ResponsibilityArea
from chengge.foundation.queries.drawn import border_of, grids_touched, wkb_of
from chengge.foundation.queries.responsibility import DrawnArea, written_on, written_with

A_YEAR = timedelta(days=365)

CASES = """
SELECT sitting.problem_class_id, sitting.rule_id, sitting.grid_code, sitting.component_code, sitting.lon, sitting.lat,
       part.maintaining_body_id, part.owning_body_id, part.managing_body_id
FROM casework_case sitting LEFT JOIN foundation_component part ON part.code = sitting.component_code
WHERE sitting.reported_at >= %s AND sitting.filed_at IS NOT NULL AND sitting.merged_into_id IS NULL
  AND sitting.grid_code = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """Cases of a class that would have gone from one platform to another; None: to nobody who is named."""

    class_id: int
    before_id: int | None
    after_id: int | None
    cases: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change would have moved in the past twelve months, most cases first.

    Attributes:
        looked_at: cases in the place that changes, moved or not.
        shape: the place that changes; empty where nothing does.
    """

    moved: tuple[Moved, ...]
    looked_at: int
    shape: BaseGeometry

    @property
    def cases(self) -> int:
        return sum(row.cases for row in self.moved)


@dataclass(frozen=True, slots=True)
class Replaced:
    """An area that holds (none: a new one) and what shall stand in its place (nothing: it ends)."""

    held: ResponsibilityArea | None
    wanted: tuple[DrawnArea, ...]


def effect_of(held: ResponsibilityArea | None, wanted: Sequence[DrawnArea], day: date) -> Effect:
    """What it moves to put areas in the place of one that holds (none: to add them; no areas: to end it). About fifteen queries."""
    return effects_of([Replaced(held, tuple(wanted))], day)[0]


def effects_of(changes: Sequence[Replaced], day: date) -> list[Effect]:
    """What each of several changes moves when all are made, in their order. About fifteen queries, however many there are."""
    shapes = [_changing(change.held, change.wanted) for change in changes]
    touched = [grids_touched(wkb_of(shape)).touched if not shape.is_empty else frozenset() for shape in shapes]
    if not any(touched):
        return [Effect((), 0, shape) for shape in shapes]
    before = written_on(day)
    after = written_with(day, [change.held.pk for change in changes if change.held], [area for change in changes for area in change.wanted])
    with connection.cursor() as cursor:
        cursor.execute(CASES, [clock.now() - A_YEAR, sorted(frozenset().union(*touched))])
        rows = cursor.fetchall()
    found = []
    for shape, grids in zip(shapes, touched, strict=True):
        shapely.prepare(shape)
        counts: Counter[tuple[int, int | None, int | None]] = Counter()
        looked_at = 0
        for class_id, rule_id, grid, component, lon, lat, *bodies in rows:
            one = before.classes.get(class_id)
            if grid not in grids or one is None or not shapely.intersects_xy(shape, lon, lat):
                continue
            looked_at += 1
            asked = (one, rule_id, grid, component, (bodies[0], bodies[1], bodies[2]), lon, lat)
            old, new = (written.register.claims(*asked)[:1] for written in (before, after))
            old_id, new_id = (claims[0].platform_id if claims else None for claims in (old, new))
            if old_id != new_id:
                counts[class_id, old_id, new_id] += 1
        moved = [Moved(*key, cases) for key, cases in counts.items()]
        found.append(Effect(tuple(sorted(moved, key=lambda row: (-row.cases, row.class_id))), looked_at, shape))
    return found


def _changing(held: ResponsibilityArea | None, wanted: Sequence[DrawnArea]) -> BaseGeometry:
    """Where the answer may change: the difference of the borders, or both areas where body or classes change."""
    new = shapely.union_all([border_of(area.polygon) for area in wanted])
    if held is None:
        return polygons_of(new)
    old = border_of(held.polygon)
    same = all(area.organization_id == held.organization_id and sorted(area.classes) == sorted(held.classes) for area in wanted)
    if same and old.equals(new):
        return shapely.MultiPolygon()
    return polygons_of(old.symmetric_difference(new) if same else old.union(new))
