"""Who answers for a problem: claims ranked by their ground, found in memory.

A `Register` is built of the rows that hold on one day and answers in microseconds, so that a desk, a machine that dispatches by
itself, and a map of every class in every grid all ask the same rule. The order is that of GB/T 30428.8 in practice: what was ruled
(the component itself, then the grids, then the division it names), the bodies of the component, whoever the city has named for class
and area (most specific first), the handbook's responsible body, the territory (属地管理).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import shapely
from shapely import MultiPolygon, Polygon

from chengge.domain.gridindex import GridIndex

Border: TypeAlias = Polygon | MultiPolygon

# Digits of a division's code, from the city to the community; a unit grid has 15.
DIVISION_DIGITS = (4, 6, 9, 12)
GRID_DIGITS = 15
NEAREST = len(DIVISION_DIGITS) + 1  # an area drawn on the map lies nearer than any division

# For the component, the drawn area, the grids that a ruling names: the nearer place goes before the narrower class.
RULED_LEAST, RULED_FOR_PLACE, RULED_FOR_CLASS = 0.982, (0.008, 0.006, 0.004), 0.0005
MAINTAINS, OWNS, MANAGES = 0.98, 0.95, 0.9
# A narrower class outweighs owner and place together, an owner every place. No two steps lie nearer than FOR_AREA, so that what differs
# in weight is never taken for the same (`hard_cases.NEARLY_THE_SAME`).
NAMED_LEAST, FOR_CLASS, FOR_OWNER, FOR_AREA = 0.6, 0.073, 0.037, 0.006
IN_HANDBOOK = 0.5
TERRITORY_LEAST, TERRITORY_STEP = 0.3, 0.03


class Ground(StrEnum):
    """On what a claim rests."""

    RULING = "ruling"
    MAINTAINS = "maintains"
    OWNS = "owns"
    MANAGES = "manages"
    DRAWN = "drawn"
    NAMED = "named"
    HANDBOOK = "handbook"
    TERRITORY = "territory"


BODIES = ((Ground.MAINTAINS, MAINTAINS), (Ground.OWNS, OWNS), (Ground.MANAGES, MANAGES))


@dataclass(frozen=True, slots=True)
class ClassOf:
    """A class of the catalogue: its row, its kind, its major code."""

    id: int
    kind: str
    major_code: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Which classes a row is about: one class, a major class, a kind, or (all empty) every class."""

    class_id: int | None = None
    kind: str = ""
    major_code: str = ""

    @property
    def rank(self) -> int:
        """3 for one class, down to 0 for every class."""
        return 3 if self.class_id is not None else 2 if self.major_code else 1 if self.kind else 0


def scopes_of(one: ClassOf) -> tuple[Scope, ...]:
    """Every scope in which a class lies, the narrowest first."""
    return Scope(class_id=one.id), Scope(kind=one.kind, major_code=one.major_code), Scope(kind=one.kind), Scope()


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """An area drawn on the map, and the unit grids it touches. Rows about the same area share one outline.

    Attributes:
        polygon: lon and lat in degrees; its border belongs to it.
        inside: codes of the grids that lie in it wholly.
        partly: of the others it touches, whether their inner point lies in it, which stands for a place of which nothing but the grid
            is known.
    """

    polygon: Border
    inside: frozenset[int]
    partly: Mapping[int, bool]

    @classmethod
    def over(cls, polygon: Border, index: GridIndex) -> "Outline":
        """The outline of an area over the grids of a city."""
        shapely.prepare(polygon)
        touched = index.tree.query(polygon, predicate="intersects")
        grids, codes = index.polygons[touched], index.codes[touched]
        whole = shapely.covers(polygon, grids)
        middles = shapely.covers(polygon, shapely.point_on_surface(grids[~whole]))
        return cls(polygon, frozenset(codes[whole].tolist()), dict(zip(codes[~whole].tolist(), map(bool, middles.tolist()), strict=True)))

    @property
    def touched(self) -> frozenset[int]:
        """Codes of all grids that it touches."""
        return self.inside | self.partly.keys()

    def holds(self, grid_code: int | None, lon: float | None, lat: float | None) -> bool:
        """Whether a place lies in the area: by its grid where that is enough, else by its point, else by the grid's inner point."""
        if grid_code in self.inside:
            return True
        if lon is None or lat is None:
            return grid_code is not None and self.partly.get(grid_code, False)
        return bool(shapely.intersects_xy(self.polygon, lon, lat))


@dataclass(frozen=True, slots=True)
class Named:
    """The city names an organization for classes, in a division or drawn area (none: everywhere), for one owner's components (none: any).

    Attributes:
        id: of the row in the table of divisions or in that of drawn areas.
    """

    id: int
    organization_id: int
    scope: Scope
    division_code: int | None = None
    owner_id: int | None = None
    outline: Outline | None = None


@dataclass(frozen=True, slots=True)
class Ruled:
    """A ruling gives classes to an organization: for some components, in a drawn area, in some grids, or in a division.

    Attributes:
        grid_codes, component_codes: empty where the ruling is about a division or an area.
        order: of two rulings about the same place and classes the one with the higher order holds.
    """

    id: int
    organization_id: int
    scope: Scope
    grid_codes: frozenset[int] = frozenset()
    component_codes: frozenset[int] = frozenset()
    division_code: int | None = None
    order: int = 0
    outline: Outline | None = None


Place: TypeAlias = tuple[str, int] | Outline
"""What a ruling names: a component, a grid or a division by its code, or an area."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An organization that may answer for a problem.

    Attributes:
        organization_id: the body itself; `platform_id` the second-level platform that a dispatch goes to.
        score: above 0 and at most 1; it only ranks.
        source_id: the row it rests on, of a kind that `ground` tells; for bodies of the component its own id.
    """

    organization_id: int
    platform_id: int
    ground: Ground
    score: float
    source_id: int


@dataclass(slots=True)
class Register:
    """All that is written down for one day, found by class and place.

    Attributes:
        platforms: of every organization that exists, the second-level platform that a dispatch to it goes to.
    """

    platforms: Mapping[int, int]
    named: dict[tuple[Scope, int | Outline | None], list[Named]] = field(default_factory=lambda: defaultdict(list))
    ruled: dict[tuple[Scope, Place], list[Ruled]] = field(default_factory=lambda: defaultdict(list))
    outlines: dict[Outline, None] = field(default_factory=dict)
    drawn: dict[int, list[Outline]] = field(default_factory=lambda: defaultdict(list))
    of_rule: dict[int, int] = field(default_factory=dict)
    of_class: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    territories: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def name(self, rows: Iterable[Named]) -> None:
        for row in rows:
            if row.outline is not None:
                self._draw(row.outline)
            self.named[row.scope, row.division_code if row.outline is None else row.outline].append(row)

    def rule(self, rows: Iterable[Ruled]) -> None:
        for row in rows:
            for code in row.component_codes:
                self.ruled[row.scope, ("component", code)].append(row)
            for code in row.grid_codes:
                self.ruled[row.scope, ("grid", code)].append(row)
            if row.division_code is not None:
                self.ruled[row.scope, ("division", row.division_code)].append(row)
            if row.outline is not None:
                self._draw(row.outline)
                self.ruled[row.scope, row.outline].append(row)

    def write_in_handbook(self, rows: Iterable[tuple[int, int, int]]) -> None:
        """Rows of the handbook that name a body: rule, class, organization, in the order of their numbers."""
        for rule_id, class_id, organization_id in rows:
            self.of_rule[rule_id] = organization_id
            self.of_class[class_id].append((rule_id, organization_id))

    def settle(self, rows: Iterable[tuple[int, int]]) -> None:
        """Territories: organization, division."""
        for organization_id, division_code in rows:
            self.territories[division_code].append(organization_id)

    def claims(
        self,
        one: ClassOf,
        rule_id: int | None = None,
        grid_code: int | None = None,
        component_code: int | None = None,
        bodies: tuple[int | None, int | None, int | None] = (None, None, None),
        lon: float | None = None,
        lat: float | None = None,
    ) -> list[Claim]:
        """Who may answer, the likeliest first, each platform once, by its best ground.

        Args:
            rule_id: the filing condition the case is judged by; without one every condition of the class speaks.
            bodies: who maintains, owns and manages the component.
            lon, lat: the place in degrees; without it the inner point of its grid stands for it.
        """
        return self.claims_in(one, self.outlines_at(grid_code, lon, lat), rule_id, grid_code, component_code, bodies)

    def outlines_at(self, grid_code: int | None, lon: float | None = None, lat: float | None = None) -> list[Outline]:
        """The drawn areas that hold a place; of a place in no grid those that its point lies in."""
        near = self.outlines if grid_code is None else self.drawn.get(grid_code, ())
        return [outline for outline in near if outline.holds(grid_code, lon, lat)]

    def claims_in(
        self,
        one: ClassOf,
        outlines: Sequence[Outline],
        rule_id: int | None = None,
        grid_code: int | None = None,
        component_code: int | None = None,
        bodies: tuple[int | None, int | None, int | None] = (None, None, None),
    ) -> list[Claim]:
        """The same as `claims`, where it is known which drawn areas hold the place."""
        best: dict[int, Claim] = {}
        areas = ancestors_of(grid_code)
        for claim in (
            *self._by_ruling(one, areas, outlines, grid_code, component_code),
            *self._by_component(bodies),
            *self._by_name(one, areas, outlines, bodies[1]),
            *self._by_handbook(one, rule_id),
            *self._by_territory(areas),
        ):
            known = best.get(claim.platform_id)
            if known is None or claim.score > known.score:
                best[claim.platform_id] = claim
        return sorted(best.values(), key=lambda claim: (-claim.score, claim.platform_id))

    def _claim(self, organization_id: int | None, ground: Ground, score: float, source_id: int) -> Iterator[Claim]:
        platform_id = self.platforms.get(organization_id) if organization_id is not None else None
        if organization_id is not None and platform_id is not None:
            yield Claim(organization_id, platform_id, ground, round(score, 4), source_id)

    def _draw(self, outline: Outline) -> None:
        if outline in self.outlines:
            return
        self.outlines[outline] = None
        for code in (*outline.inside, *outline.partly):
            self.drawn[code].append(outline)

    def _by_ruling(
        self, one: ClassOf, areas: tuple[int, ...], outlines: Sequence[Outline], grid: int | None, component: int | None
    ) -> Iterator[Claim]:
        places: list[tuple[int, Place]] = [(3 + nearness, ("division", code)) for nearness, code in enumerate(reversed(areas))]
        if grid is not None:
            places.append((2, ("grid", grid)))
        if component is not None:
            places.append((0, ("component", component)))
        for scope in scopes_of(one):
            for nearness, place in places:
                rows = self.ruled.get((scope, place))
                if rows:
                    yield from self._ruling(scope, nearness, rows)
            if outlines:
                rows = [row for outline in outlines for row in self.ruled.get((scope, outline), ())]
                if rows:
                    yield from self._ruling(scope, 1, rows)

    def _ruling(self, scope: Scope, nearness: int, rows: Sequence[Ruled]) -> Iterator[Claim]:
        """The newest of the rulings about the same classes and place."""
        newest = max(rows, key=lambda row: (row.order, row.id))
        place_weight = RULED_FOR_PLACE[nearness] if nearness < len(RULED_FOR_PLACE) else 0
        score = RULED_LEAST + place_weight - nearness * 0.0001 + scope.rank * RULED_FOR_CLASS
        yield from self._claim(newest.organization_id, Ground.RULING, score, newest.id)

    def _by_component(self, bodies: tuple[int | None, int | None, int | None]) -> Iterator[Claim]:
        for (ground, score), body in zip(BODIES, bodies, strict=True):
            yield from self._claim(body, ground, score, body or 0)

    def _by_name(self, one: ClassOf, areas: tuple[int, ...], outlines: Sequence[Outline], owner_id: int | None) -> Iterator[Claim]:
        places = (*enumerate((None, *areas)), *((NEAREST, outline) for outline in outlines))
        for scope in scopes_of(one):
            for nearness, place in places:
                for row in self.named.get((scope, place), ()):
                    if row.owner_id is None or row.owner_id == owner_id:
                        score = NAMED_LEAST + FOR_CLASS * scope.rank + FOR_OWNER * (row.owner_id is not None) + FOR_AREA * nearness
                        ground = Ground.NAMED if row.outline is None else Ground.DRAWN
                        yield from self._claim(row.organization_id, ground, score, row.id)

    def _by_handbook(self, one: ClassOf, rule_id: int | None) -> Iterator[Claim]:
        if rule_id is not None:
            yield from self._claim(self.of_rule.get(rule_id), Ground.HANDBOOK, IN_HANDBOOK, rule_id)
            return
        for of_class, organization_id in self.of_class.get(one.id, ()):
            yield from self._claim(organization_id, Ground.HANDBOOK, IN_HANDBOOK, of_class)

    def _by_territory(self, areas: tuple[int, ...]) -> Iterator[Claim]:
        for nearness, division in enumerate(areas, start=1):
            for organization_id in self.territories.get(division, ()):
                yield from self._claim(organization_id, Ground.TERRITORY, TERRITORY_LEAST + TERRITORY_STEP * nearness, organization_id)


def ancestors_of(code: int | None) -> tuple[int, ...]:
    """The divisions above a 15-digit unit grid, from the city down to the community; none for a place in no grid."""
    if code is None:
        return ()
    return tuple(code // 10 ** (GRID_DIGITS - digits) for digits in DIVISION_DIGITS)
