"""Where nobody answers for a class, and where several do with the same right, over every grid of a city.

Grids are not asked one by one: all those of which the register says the same (the same divisions that anybody names, the same drawn areas)
are one kind of place, and kinds that differ only in what does not concern a class are asked once for it. What was ruled about grids and
drawn areas is clear and taken out class by class. A grid that a drawn area cuts falls into pieces, each of its own kind.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import shapely
from pyproj import Geod
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from chengge.domain.gridindex import GridIndex
from chengge.domain.hard_cases import rivals
from chengge.domain.responsibility import Claim, ClassOf, Ground, Outline, Register, Scope, ancestors_of, scopes_of

_EARTH = Geod(ellps="WGS84")
_KINDS = ("component", "event")
GRAIN_DEGREES = 1e-8  # corners that lie nearer to each other than a millimetre are one
COMMUNITY_WIDTH = 10**3
STREET_WIDTH = 10**6  # a unit grid's code without its last six digits is that of its street
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
class Piece:
    """A unit grid, or a part of one that drawn areas cut, and its kind by position in `CityKinds.kinds`."""

    grid_code: int
    kind: int
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class CityKinds:
    """A city in kinds of places."""

    kinds: tuple[Kind, ...]
    pieces: tuple[Piece, ...]


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
    pieces: list[Piece] = []
    for code, grid in zip(index.codes.tolist(), index.polygons, strict=True):
        above = frozenset(division for division in ancestors_of(code) if division in divisions)
        drawn = [outline for outline in register.drawn.get(code, ()) if outline in places]
        for shape, outlines in _cut(code, grid, drawn):
            key = above, frozenset(outlines)
            if key not in kinds:
                kinds[key] = len(listed)
                listed.append(Kind(code // COMMUNITY_WIDTH, *key))
            pieces.append(Piece(code, kinds[key], shape))
    return CityKinds(tuple(listed), tuple(pieces))


class _Asked:
    """Who answers for a class in a kind of place; kinds that differ only in what does not concern the class are asked once."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._of_scope: dict[Scope, set[int | Outline]] = defaultdict(set)
        for scope, named in register.named:
            if named is not None:
                self._of_scope[scope].add(named)
        for scope, ruled in register.ruled:
            if isinstance(ruled, tuple) and ruled[0] == "division":
                self._of_scope[scope].add(ruled[1])

    def about(self, one: ClassOf, kinds: Sequence[Kind]) -> list[Answer]:
        concerned = set().union(*(self._of_scope.get(scope, ()) for scope in scopes_of(one)))
        known: dict[tuple[frozenset[int], frozenset[Outline]], Answer] = {}
        found = []
        for kind in kinds:
            key = kind.divisions & concerned, kind.outlines & concerned
            if key not in known:
                # A grid with the number 0 is none: nothing is ruled about it by its code.
                claims = self._register.claims_in(one, list(kind.outlines), grid_code=kind.community_code * COMMUNITY_WIDTH)
                known[key] = answer_of(claims)
            found.append(known[key])
        return found


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
    parts = [part for part in shapely.get_parts(shapely.get_parts(shape)) if isinstance(part, Polygon) and not part.is_empty]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


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
                if not half.is_empty and area_m2(half) >= LEAST_PIECE_M2:
                    halves.append((half, areas))
        pieces = halves or pieces
    return pieces


@dataclass(frozen=True, slots=True)
class Zone:
    """Where, in one street, nobody answers for a class but the territory, or several do with the same right.

    Attributes:
        street_code: 9 digits.
        bodies: ids of the platforms that answer with the same right; none in a gap.
        grid_codes: the grids that lie in it, if only partly.
    """

    class_id: int
    verdict: Verdict
    bodies: tuple[int, ...]
    street_code: int
    grid_codes: tuple[int, ...]
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Reckoning:
    """Who answers where, for every class and every grid of a city.

    Attributes:
        counts: of classes in pieces of grids, by verdict.
        cut: grids of which only a part lies in some zone.
    """

    zones: tuple[Zone, ...]
    counts: dict[Verdict, int]
    cut: frozenset[int]


@dataclass(frozen=True, slots=True)
class Burden:
    """What an unclear boundary costs in a year.

    Attributes:
        cases, disputes: of the class and in the place; disputes came back or were hard to place.
        lost_days: that the disputes waited between being filed and their last dispatch.
        components: of the class that stand there; `ownerless` of them name no body.
    """

    cases: int = 0
    disputes: int = 0
    lost_days: float = 0.0
    components: int = 0
    ownerless: int = 0

    @property
    def weight(self) -> float:
        """What ranks the zones: a dispute weighs like five cases, a lost day like two, an ownerless component like one case in five years.

        Components that name their body are settled by it and weigh nothing.
        """
        return round(self.cases + 5 * self.disputes + 2 * self.lost_days + 0.2 * self.ownerless, 2)


def reckon(register: Register, index: GridIndex, classes: Iterable[ClassOf]) -> Reckoning:
    """The zones of a city where nobody or several answer, class by class."""
    city, asked, settled_for = kinds_of(register, index), _Asked(register), settled_by_ruling(register)
    pieces: dict[tuple[int, int], list[Piece]] = defaultdict(list)  # by kind and street
    times: Counter[int] = Counter(piece.grid_code for piece in city.pieces)
    for piece in city.pieces:
        pieces[piece.kind, piece.grid_code // STREET_WIDTH].append(piece)
    streets: dict[int, list[int]] = defaultdict(list)
    for kind, street in pieces:
        streets[kind].append(street)
    counts = dict.fromkeys(Verdict, 0)
    cut = {code for code, count in times.items() if count > 1}
    joined = _Joined()
    zones = []
    for one in classes:
        settled = settled_for(one)
        cut |= settled.cut.keys()
        alike: dict[tuple[Answer, int], list[Piece]] = defaultdict(list)
        clear = len(city.pieces)
        for kind, answer in enumerate(asked.about(one, city.kinds)):
            if answer.verdict is not Verdict.ONE:
                for street in streets[kind]:
                    left = [piece for piece in pieces[kind, street] if piece.grid_code not in settled.grids]
                    clear -= len(left)
                    counts[answer.verdict] += len(left)
                    alike[answer, street] += left
        counts[Verdict.ONE] += clear
        for (answer, street), same in alike.items():
            grids, shape = joined.of(same, settled.cut)
            if not shape.is_empty:
                zones.append(Zone(one.id, answer.verdict, answer.bodies, street, grids, shape))
    return Reckoning(tuple(zones), counts, frozenset(cut))


class _Joined:
    """Pieces as one shape; many classes are unclear in the same places, which are joined once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], tuple[tuple[int, ...], BaseGeometry]] = {}

    def of(self, pieces: Sequence[Piece], cut: Mapping[int, tuple[Outline, ...]]) -> tuple[tuple[int, ...], BaseGeometry]:
        if not any(piece.grid_code in cut for piece in pieces):
            key = tuple(sorted(map(id, pieces)))
            if key not in self._known:
                self._known[key] = _together([(piece.grid_code, piece.shape) for piece in pieces])
            return self._known[key]
        parts = []
        for piece in pieces:
            shape = piece.shape
            for area in cut.get(piece.grid_code, ()):
                shape = polygons_of(shape.difference(area.polygon))
            if shape is piece.shape or (not shape.is_empty and area_m2(shape) >= LEAST_PIECE_M2):
                parts.append((piece.grid_code, shape))
        return _together(parts)


def _together(parts: Sequence[tuple[int, BaseGeometry]]) -> tuple[tuple[int, ...], BaseGeometry]:
    shape = shapely.union_all([shape for _code, shape in parts], grid_size=GRAIN_DEGREES)
    return tuple(sorted({code for code, _shape in parts})), polygons_of(shape)
