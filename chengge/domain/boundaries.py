"""Where nobody answers for a class, and where several do with the same right, over every grid of a city.

Grids are not asked one by one: all those of which the register says the same (the same divisions that anybody names, the same drawn areas)
are one kind of place, and kinds that differ only in what does not concern a class are asked once for it. What was ruled about grids and
drawn areas is clear and taken out class by class. A grid that a drawn area cuts falls into pieces, each of its own kind.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import cos, radians

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from chengge.domain.gridindex import GridIndex
from chengge.domain.hard_cases import rivals
from chengge.domain.responsibility import Claim, ClassOf, Ground, Outline, Register, Scope, ancestors_of, scopes_of

_EARTH = Geod(ellps="WGS84")
_KINDS = ("component", "event")
COMMUNITY_WIDTH = 10**3
METRES_PER_DEGREE = 111_195.0  # of latitude
LEAST_PIECE_M2 = 1.0  # smaller pieces of a grid come from how a border was drawn


class Verdict(StrEnum):
    """How many answer for a class at a place."""

    NONE = "none"
    ONE = "one"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class ClassCode:
    """Classes as an area names them: a kind, a major class of it, or one class; `component`, `event:04`, `component:0103`."""

    kind: str
    major: str = ""
    minor: str = ""

    @classmethod
    def parse(cls, text: str) -> "ClassCode":
        """Raises ValueError."""
        kind, _colon, digits = text.strip().partition(":")
        if kind not in _KINDS or len(digits) not in (0, 2, 4) or (digits and not (digits.isascii() and digits.isdigit())):
            raise ValueError(f"{text!r} is no kind, major class or class, such as component, event:04 or component:0103")
        return cls(kind, digits[:2], digits[2:])

    def __str__(self) -> str:
        return f"{self.kind}:{self.major}{self.minor}".rstrip(":")

    def holds(self, other: "ClassCode") -> bool:
        """Whether whatever the other names lies in this one."""
        return self.kind == other.kind and self.major in ("", other.major) and self.minor in ("", other.minor)


def meet(one: Sequence[ClassCode], other: Sequence[ClassCode]) -> bool:
    """Whether two lists of classes have any in common; an empty list is every class."""
    return not one or not other or any(a.holds(b) or b.holds(a) for a in one for b in other)


@dataclass(frozen=True, slots=True)
class Kind:
    """Places of which the register says the same, but for components and for what was ruled about grids and drawn areas.

    Attributes:
        community_code: one of the communities they lie in, to be asked for all.
        divisions: those above them that anything names.
        outlines: the drawn areas that hold them.
    """

    community_code: int
    divisions: frozenset[int]
    outlines: frozenset[Outline]


@dataclass(frozen=True, slots=True)
class CityKinds:
    """A city in kinds of places, and its pieces: unit grids, or parts of those that drawn areas cut; arrays in the order of grid codes.

    Attributes:
        grid_codes, kind_of, shapes: of each piece its grid, its kind by position in `kinds`, and where it lies.
    """

    kinds: tuple[Kind, ...]
    grid_codes: NDArray[np.int64]
    kind_of: NDArray[np.int64]
    shapes: NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Settled:
    """Where something was ruled about a class, so that it is clear who answers.

    Attributes:
        grids: ruled by their codes, or lying in a ruled area wholly. cut: those that ruled areas hold in part, with these areas.
    """

    grids: frozenset[int]
    cut: Mapping[int, tuple[Outline, ...]]


@dataclass(frozen=True, slots=True)
class Answer:
    """How many answer, and the platforms that answer with the same right; of one, that one."""

    verdict: Verdict
    bodies: tuple[int, ...]


def answer_of(claims: Sequence[Claim]) -> Answer:
    """Who answers, by the claims at a place, the likeliest first: by the same rule that finds a case hard.

    Conditions of the handbook that name different bodies are no dispute: the condition that a case is judged by decides.
    """
    best = rivals(claims)
    if not best:
        return Answer(Verdict.NONE, ())
    if len(best) == 1 or best[0].ground in (Ground.RULING, Ground.HANDBOOK):
        return Answer(Verdict.ONE, (best[0].platform_id,))
    return Answer(Verdict.SEVERAL, tuple(sorted(claim.platform_id for claim in best)))


def kinds_of(register: Register, index: GridIndex) -> CityKinds:
    """The city's grids in kinds of places."""
    places = {place for _scope, place in register.named}
    divisions = {place for place in places if isinstance(place, int)}
    divisions |= {place[1] for _scope, place in register.ruled if isinstance(place, tuple) and place[0] == "division"}
    kinds: dict[tuple[frozenset[int], frozenset[Outline]], int] = {}
    listed: list[Kind] = []
    codes: list[int] = []
    kind_of: list[int] = []
    shapes: list[BaseGeometry] = []
    for code, grid in zip(index.codes.tolist(), index.polygons, strict=True):
        above = frozenset(division for division in ancestors_of(code) if division in divisions)
        drawn = [outline for outline in register.drawn.get(code, ()) if outline in places]
        for shape, outlines in _cut(code, grid, drawn):
            key = above, frozenset(outlines)
            if key not in kinds:
                kinds[key] = len(listed)
                listed.append(Kind(code // COMMUNITY_WIDTH, *key))
            codes.append(code)
            kind_of.append(kinds[key])
            shapes.append(shape)
    return CityKinds(tuple(listed), np.array(codes, dtype=np.int64), np.array(kind_of, dtype=np.int64), _array(shapes))


class Asked:
    """Who answers for a class in each kind of place; kinds that differ only in what does not concern the class are asked once."""

    def __init__(self, register: Register, kinds: Sequence[Kind]) -> None:
        self._register = register
        self._kinds = kinds
        self._of_scope: dict[Scope, set[int | Outline]] = defaultdict(set)
        for scope, named in register.named:
            if named is not None:
                self._of_scope[scope].add(named)
        for scope, ruled in register.ruled:
            if isinstance(ruled, tuple) and ruled[0] == "division":
                self._of_scope[scope].add(ruled[1])
        self._kinds_in: dict[int | Outline, list[int]] = defaultdict(list)
        for number, kind in enumerate(kinds):
            for division in kind.divisions:
                self._kinds_in[division].append(number)
            for outline in kind.outlines:
                self._kinds_in[outline].append(number)

    def about(self, one: ClassOf) -> tuple[list[Answer], NDArray[np.int64]]:
        """The answers there are, each once, and of every kind the position of its answer among them."""
        held: list[list[int | Outline]] = [[] for _kind in self._kinds]
        for place in set().union(*(self._of_scope.get(scope, ()) for scope in scopes_of(one))):
            for number in self._kinds_in.get(place, ()):
                held[number].append(place)
        known: dict[tuple[int | Outline, ...], int] = {}
        answers: dict[Answer, int] = {}
        found = np.empty(len(self._kinds), dtype=np.int64)
        for number, places in enumerate(held):
            key = tuple(places)
            if key not in known:
                answer = self._ask(one, self._kinds[number])
                known[key] = answers.setdefault(answer, len(answers))
            found[number] = known[key]
        return list(answers), found

    def _ask(self, one: ClassOf, kind: Kind) -> Answer:
        # A grid with the number 0 is none: nothing is ruled about it by its code.
        return answer_of(self._register.claims_in(one, list(kind.outlines), grid_code=kind.community_code * COMMUNITY_WIDTH))


def settled_by_ruling(register: Register) -> Callable[[ClassOf], Settled]:
    """For a class, the grids and parts of grids that rulings in force speak of."""
    grids: dict[Scope, set[int]] = defaultdict(set)
    areas: dict[Scope, set[Outline]] = defaultdict(set)
    for (scope, place), rows in register.ruled.items():
        newest = max(rows, key=lambda row: (row.order, row.id))
        if newest.organization_id not in register.platforms:
            continue
        if isinstance(place, Outline):
            areas[scope].add(place)
        elif place[0] == "grid":
            grids[scope].add(place[1])

    def settled(one: ClassOf) -> Settled:
        whole: set[int] = set()
        cut: dict[int, tuple[Outline, ...]] = {}
        for scope in scopes_of(one):
            whole |= grids.get(scope, set())
            for area in areas.get(scope, ()):
                whole |= area.inside
                for code in area.partly:
                    cut[code] = (*cut.get(code, ()), area)
        return Settled(frozenset(whole), {code: held for code, held in cut.items() if code not in whole})

    return settled


def area_m2(shape: BaseGeometry) -> float:
    """On the ellipsoid, of a shape in degrees."""
    return abs(float(_EARTH.geometry_area_perimeter(shapely.orient_polygons(shape))[0]))


def polygons_of(shape: BaseGeometry) -> BaseGeometry:
    """What of a shape has an area, as a polygon or several; empty where nothing has."""
    if isinstance(shape, Polygon):
        return shape
    parts = [part for part in shapely.get_parts(shapely.get_parts(shape)) if isinstance(part, Polygon) and not part.is_empty]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def is_piece(shape: BaseGeometry) -> bool:
    """Whether a shape in degrees is more than a splinter; on the sphere, which is near enough."""
    if shape.is_empty:
        return False
    m2 = shape.area * METRES_PER_DEGREE**2 * cos(radians(shape.bounds[1]))
    return m2 >= LEAST_PIECE_M2


def _cut(code: int, grid: BaseGeometry, drawn: Sequence[Outline]) -> list[tuple[BaseGeometry, tuple[Outline, ...]]]:
    """The pieces into which drawn areas cut a grid, each with the areas that hold it."""
    pieces: list[tuple[BaseGeometry, tuple[Outline, ...]]] = [(grid, tuple(outline for outline in drawn if code in outline.inside))]
    for outline in drawn:
        if code in outline.inside:
            continue
        halves = []
        for shape, holding in pieces:
            within, beyond = polygons_of(shape.intersection(outline.polygon)), polygons_of(shape.difference(outline.polygon))
            for half, areas in ((within, (*holding, outline)), (beyond, holding)):
                if is_piece(half):
                    halves.append((half, areas))
        pieces = halves or pieces
    return pieces


def _array(shapes: Sequence[BaseGeometry]) -> NDArray[np.object_]:
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found
