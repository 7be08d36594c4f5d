"""Where nobody answers for a class, and where several do with the same right, over every grid of a city.

Grids are not asked one by one: all those of which the register says the same (the same divisions that anybody names, the same drawn areas,
the same rulings) are one kind of place, and a kind is asked once for each class. A grid that a drawn area cuts falls into pieces, each of
its own kind.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import shapely
from pyproj import Geod
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from chengge.domain.gridindex import GridIndex
from chengge.domain.hard_cases import rivals
from chengge.domain.responsibility import Claim, ClassOf, Ground, Outline, Register, ancestors_of

_EARTH = Geod(ellps="WGS84")
_KINDS = ("component", "event")
GRAIN_DEGREES = 1e-8  # corners that lie nearer to each other than a millimetre are one
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
    """Places of which the register says the same, but for components.

    Attributes:
        grid_code: one of the grids, to be asked for all.
        outlines: the drawn areas that hold them.
    """

    grid_code: int
    outlines: tuple[Outline, ...]


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
    divisions = {code for _scope, code in register.named if isinstance(code, int)} | register.territories.keys()
    ruled: dict[int, set[int]] = defaultdict(set)
    for (_scope, place), rows in register.ruled.items():
        if isinstance(place, Outline) or place[0] == "component":
            continue
        if place[0] == "division":
            divisions.add(place[1])
        else:
            ruled[place[1]].update(row.id for row in rows)
    kinds: dict[tuple[tuple[int, ...], frozenset[int], frozenset[Outline]], int] = {}
    listed: list[Kind] = []
    pieces: list[Piece] = []
    for code, grid in zip(index.codes.tolist(), index.polygons, strict=True):
        named = tuple(division for division in ancestors_of(code) if division in divisions)
        for shape, outlines in _cut(code, grid, register.drawn.get(code, ())):
            key = named, frozenset(ruled.get(code, ())), frozenset(outlines)
            if key not in kinds:
                kinds[key] = len(listed)
                listed.append(Kind(code, outlines))
            pieces.append(Piece(code, kinds[key], shape))
    return CityKinds(tuple(listed), tuple(pieces))


def answers(register: Register, classes: Iterable[ClassOf], kinds: Sequence[Kind]) -> Iterator[tuple[ClassOf, list[Answer]]]:
    """For each class, who answers in each kind of place."""
    for one in classes:
        yield one, [answer_of(register.claims_in(one, kind.outlines, grid_code=kind.grid_code)) for kind in kinds]


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
    city = kinds_of(register, index)
    pieces: dict[tuple[int, int], list[Piece]] = defaultdict(list)  # by kind and street
    times: dict[int, int] = defaultdict(int)
    for piece in city.pieces:
        pieces[piece.kind, piece.grid_code // STREET_WIDTH].append(piece)
        times[piece.grid_code] += 1
    streets: dict[int, list[int]] = defaultdict(list)
    for kind, street in pieces:
        streets[kind].append(street)
    in_kind = [sum(len(pieces[kind, street]) for street in streets[kind]) for kind in range(len(city.kinds))]
    counts = dict.fromkeys(Verdict, 0)
    joined: dict[tuple[int, tuple[int, ...]], tuple[tuple[int, ...], BaseGeometry]] = {}
    zones = []
    for one, told in answers(register, classes, city.kinds):
        alike: dict[tuple[Answer, int], list[int]] = defaultdict(list)
        for kind, answer in enumerate(told):
            counts[answer.verdict] += in_kind[kind]
            if answer.verdict is not Verdict.ONE:
                for street in streets[kind]:
                    alike[answer, street].append(kind)
        for (answer, street), kinds in alike.items():
            key = street, tuple(kinds)
            if key not in joined:  # many classes are unclear in the same places
                joined[key] = _joined([piece for kind in kinds for piece in pieces[kind, street]])
            zones.append(Zone(one.id, answer.verdict, answer.bodies, street, *joined[key]))
    return Reckoning(tuple(zones), counts, frozenset(code for code, count in times.items() if count > 1))


def _joined(pieces: Sequence[Piece]) -> tuple[tuple[int, ...], BaseGeometry]:
    shape = shapely.union_all([piece.shape for piece in pieces], grid_size=GRAIN_DEGREES)
    return tuple(sorted({piece.grid_code for piece in pieces})), polygons_of(shape)
