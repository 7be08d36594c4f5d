"""Which rulings speak of the same: what contradicts, what is an exception, what is said twice, and what runs out.

Two rulings meet where their classes, their places and their days overlap. Which one then holds is the order of
`domain.responsibility`: the nearer place (component, grids, division), the narrower class, the later first day.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations

import shapely

from chengge.domain.responsibility import DIVISION_DIGITS, GRID_DIGITS, Border

EXPIRES_WITHIN = timedelta(days=30)
SEAM_DEGREES2 = 5e-10  # some 5 m²


class Meeting(StrEnum):
    """How two rulings stand to each other where they meet."""

    CONTRADICTION = "contradiction"  # two bodies, and only the later day decides
    EXCEPTION = "exception"  # two bodies, and the nearer place or narrower class goes first
    TWICE = "twice"  # the same body


@dataclass(frozen=True, slots=True)
class Said:
    """What one ruling says.

    Attributes:
        class_id, kind, major_code: the narrower ones are given with the wider they lie in; empty: every class.
        grids: codes of unit grids; components: of components, each with the grid it stands in (None: in none).
        border: of a drawn area, in degrees; area: codes of the unit grids that it overlaps. An area and a component that share a grid
            may yet lie apart: they are told as meeting, since who reads it must look.
        end: the first day on which it holds no longer; None: it has no end.
    """

    id: int
    organization_id: int
    first_day: date
    end: date | None = None
    class_id: int | None = None
    kind: str = ""
    major_code: str = ""
    grids: frozenset[int] = frozenset()
    components: Mapping[int, int | None] = field(default_factory=dict)
    division: int | None = None
    area: frozenset[int] = frozenset()
    border: Border | None = None

    @property
    def nearness(self) -> tuple[int, int]:
        """Component before drawn area before grids before division, of divisions the smaller first; then the narrower class."""
        place = 20 if self.components else 19 if self.area else 18 if self.grids else len(str(self.division or ""))
        return place, sum(bool(part) for part in (self.kind, self.major_code, self.class_id))


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rulings that meet, the one that goes first before the other."""

    first: int
    second: int
    how: Meeting


def overlap(one: Said, other: Said) -> Overlap | None:
    """How two rulings meet; None where they never do."""
    if not (_days_meet(one, other) and _classes_meet(one, other) and _places_meet(one, other)):
        return None
    ahead, behind = sorted((one, other), key=lambda said: (said.nearness, said.first_day, said.id), reverse=True)
    if one.organization_id == other.organization_id:
        how = Meeting.TWICE
    else:
        how = Meeting.CONTRADICTION if one.nearness == other.nearness else Meeting.EXCEPTION
    return Overlap(ahead.id, behind.id, how)


def overlaps(rulings: Sequence[Said]) -> list[Overlap]:
    """All pairs that meet, contradictions first. Only those that share a place are compared, so that thousands cost little."""
    by_id = {said.id: said for said in rulings}
    found = [met for one, other in _neighbours(rulings) if (met := overlap(by_id[one], by_id[other])) is not None]
    return sorted(found, key=lambda met: (list(Meeting).index(met.how), met.first, met.second))


def _neighbours(rulings: Sequence[Said]) -> set[tuple[int, int]]:
    """Pairs of ids, the smaller first, whose places may meet: by grid, by component, by division and what lies in it."""
    at: dict[tuple[str, str], list[int]] = defaultdict(list)
    for said in rulings:
        for grid in _grids_of(said):
            at["place", str(grid)].append(said.id)
        for component in said.components:
            at["component", str(component)].append(said.id)
        if said.division is not None:
            at["division", str(said.division)].append(said.id)
    pairs: set[tuple[int, int]] = set()
    for (kind, code), ids in at.items():
        pairs.update(combinations(sorted(ids), 2))
        if kind == "component":
            continue
        for digits in DIVISION_DIGITS:
            above = at.get(("division", code[:digits]), ()) if digits < len(code) else ()
            pairs.update((min(one, other), max(one, other)) for one in ids for other in above)
    return pairs


def expires_soon(end: date | None, day: date, within: timedelta = EXPIRES_WITHIN) -> bool:
    """Whether what holds on `day` holds no longer some time later."""
    return end is not None and day < end <= day + within


def covers(said: Said, class_id: int, kind: str, major_code: str, grid: int | None, component: int | None) -> bool:
    """Whether a ruling speaks of a problem of this class at this place, whatever the day."""
    problem = Said(0, 0, said.first_day, None, class_id, kind, major_code)
    if not _classes_meet(said, problem):
        return False
    if said.components:
        return component in said.components
    if grid is None:
        return False
    named = said.area or said.grids
    return grid in named if named else _lies_in(grid, said.division)


def _days_meet(one: Said, other: Said) -> bool:
    return (one.end is None or other.first_day < one.end) and (other.end is None or one.first_day < other.end)


def _classes_meet(one: Said, other: Said) -> bool:
    pairs = ((one.kind, other.kind), (one.major_code, other.major_code), (one.class_id, other.class_id))
    return all(not a or not b or a == b for a, b in pairs)


def _places_meet(one: Said, other: Said) -> bool:
    if one.components and other.components:
        return bool(one.components.keys() & other.components.keys())
    one_division, other_division = one.division, other.division
    if one_division is not None and other_division is not None:
        shorter, longer = sorted((str(one_division), str(other_division)), key=len)
        return longer.startswith(shorter)
    if one_division is not None:
        return any(_lies_in(grid, one_division) for grid in _grids_of(other))
    if other_division is not None:
        return any(_lies_in(grid, other_division) for grid in _grids_of(one))
    if not _grids_of(one) & _grids_of(other):
        return False
    if one.border is None or other.border is None:
        return True
    return overlap_more_than_a_seam(one.border, other.border)


def overlap_more_than_a_seam(border: Border, other: Border) -> bool:
    """Whether two areas overlap by more than what snapping and rounding leave along a common border."""
    return bool(shapely.area(shapely.intersection(border, other)) > SEAM_DEGREES2)


def _grids_of(said: Said) -> frozenset[int]:
    return frozenset(grid for grid in said.components.values() if grid is not None) if said.components else said.area or said.grids


def _lies_in(grid: int, division: int | None) -> bool:
    return division is not None and grid // 10 ** (GRID_DIGITS - len(str(division))) == division
