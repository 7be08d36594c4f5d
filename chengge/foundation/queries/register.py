"""The register of components: what there is, what it was before, and the serials that are taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q, QuerySet

from chengge.domain.codes import code_range
from chengge.domain.coordinates import distance_m
from chengge.foundation.models import Component, ComponentVersion
from chengge.foundation.queries.places import grid_index

METRES_PER_DEGREE = 111_320
# What of a component a person compares, in the order in which it is told.
COMPARED = (
    "problem_class", "name", "place", "grid_code", "state", "owning_body", "managing_body", "maintaining_body", "positional_class",
    "source", "other_code", "note",
)  # fmt: skip
BODIES = ("problem_class", "managing_body", "owning_body", "maintaining_body")


@dataclass(frozen=True, slots=True)
class Version:
    """A state of a component with what differs from the one before.

    Attributes:
        changed: names of `COMPARED` that differ from the version before; empty for the first.
        moved_m: metres from the place before; 0.0 where it stayed.
    """

    row: ComponentVersion
    changed: tuple[str, ...]
    moved_m: float


def highest_serial(county: int, major: int, minor: int) -> int:
    """The highest serial ever given to a class in a county; 0 for none. One query. Components are never deleted, so none comes again."""
    first = ((county * 100 + major) * 100 + minor) * 10**6
    found = Component.objects.filter(code__gte=first, code__lt=first + 10**6).aggregate(highest=Max("code"))["highest"]
    return found % 10**6 if found else 0


def versions_of_component(component: Component) -> Sequence[Version]:
    """All versions of a component, the latest first. One query. A component that never changed has none."""
    rows = list(ComponentVersion.objects.filter(component=component).select_related(*BODIES, "member").order_by("number"))
    told = []
    for before, row in zip([None, *rows], rows, strict=False):
        changed = () if before is None else tuple(name for name in COMPARED if _fact(before, name) != _fact(row, name))
        moved = float(distance_m(before.lon, before.lat, row.lon, row.lat)) if before and "place" in changed else 0.0
        told.append(Version(row, changed, moved))
    return told[::-1]


def components_around(lon: float, lat: float, metres: float, *, problem_class_id: int) -> list[tuple[Component, float]]:
    """Components of a class within a distance that are still there, with their distance, the nearest first. Two queries.

    They are found by the unit grids around, then measured.
    """
    high = metres / METRES_PER_DEGREE
    wide = high * 2  # a degree of longitude is at least half as long as one of latitude up to 60° north
    codes = [int(code) for code in grid_index().in_window(lon - wide, lat - high, lon + wide, lat + high)]
    rows = Component.objects.filter(
        Q(grid_code__in=codes) | Q(grid_code=None),
        problem_class_id=problem_class_id,
        lon__range=(lon - wide, lon + wide),
        lat__range=(lat - high, lat + high),
    ).exclude(state=Component.State.ABANDONED)
    measured = [(row, float(distance_m(lon, lat, row.lon, row.lat))) for row in rows]
    return sorted(((row, far) for row, far in measured if far <= metres), key=lambda pair: pair[1])


def components_like(text: str, class_id: int | None, state: str, division_code: int | None) -> QuerySet[Component]:
    """Components by a part of their name, their whole code or the source's own, of a class, in a state, in a division."""
    rows = Component.objects.select_related("problem_class")
    if text.isascii() and text.isdigit() and len(text) == 16:
        rows = rows.filter(code=int(text))
    elif text:
        rows = rows.filter(Q(name__icontains=text) | Q(other_code=text))
    if class_id is not None:
        rows = rows.filter(problem_class_id=class_id)
    if state:
        rows = rows.filter(state=state)
    if division_code is not None:
        first, end = code_range(division_code)
        rows = rows.filter(grid_code__gte=first, grid_code__lt=end)
    return rows


def _fact(row: Any, name: str) -> Any:
    if name == "place":
        return row.lon, row.lat
    return getattr(row, f"{name}_id") if name in BODIES else getattr(row, name)
