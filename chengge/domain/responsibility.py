"""Who answers for a problem: claims ranked by their ground, found in memory.

A `Register` is built of the rows that hold on one day and answers in microseconds, so that a desk, a machine that dispatches by
itself, and a map of every class in every grid all ask the same rule. The order is that of GB/T 30428.8 in practice: what was ruled
(the component itself, then the grids, then the division it names), the bodies of the component, whoever the city has named for class
and area (most specific first), the handbook's responsible body, the territory (属地管理).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

# Digits of a division's code, from the city to the community; a unit grid has 15.
DIVISION_DIGITS = (4, 6, 9, 12)
GRID_DIGITS = 15

RULED_LEAST, RULED_FOR_PLACE, RULED_FOR_CLASS = 0.982, 0.004, 0.0005  # the nearer place goes before the narrower class
MAINTAINS, OWNS, MANAGES = 0.98, 0.95, 0.9
NAMED_LEAST, FOR_CLASS, FOR_OWNER, FOR_AREA = 0.6, 0.05, 0.04, 0.008
IN_HANDBOOK = 0.5
TERRITORY_LEAST, TERRITORY_STEP = 0.3, 0.03


class Ground(StrEnum):
    """On what a claim rests."""

    RULING = "ruling"
    MAINTAINS = "maintains"
    OWNS = "owns"
    MANAGES = "manages"
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


@dataclass(frozen=True, slots=True)
class Named:
    """The city names an organization for classes, in a division (none: everywhere), for components of one owner (none: any)."""

    id: int
    organization_id: int
    scope: Scope
    division_code: int | None = None
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class Ruled:
    """A ruling gives classes to an organization: for some components, in some grids, or in a division.

    Attributes:
        grid_codes, component_codes: empty where the ruling is about a division.
        order: of two rulings about the same place and classes the one with the higher order holds.
    """

    id: int
    organization_id: int
    scope: Scope
    grid_codes: frozenset[int] = frozenset()
    component_codes: frozenset[int] = frozenset()
    division_code: int | None = None
    order: int = 0


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
    named: dict[tuple[Scope, int | None], list[Named]] = field(default_factory=lambda: defaultdict(list))
    ruled: dict[tuple[Scope, str, int], list[Ruled]] = field(default_factory=lambda: defaultdict(list))
    of_rule: dict[int, int] = field(default_factory=dict)
    of_class: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    territories: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def name(self, rows: Iterable[Named]) -> None:
        for row in rows:
            self.named[row.scope, row.division_code].append(row)

    def rule(self, rows: Iterable[Ruled]) -> None:
        for row in rows:
            for code in row.component_codes:
                self.ruled[row.scope, "component", code].append(row)
            for code in row.grid_codes:
                self.ruled[row.scope, "grid", code].append(row)
            if row.division_code is not None:
                self.ruled[row.scope, "division", row.division_code].append(row)

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
    ) -> list[Claim]:
        """Who may answer, the likeliest first, each platform once, by its best ground.

        Args:
            rule_id: the filing condition the case is judged by; without one every condition of the class speaks.
            bodies: who maintains, owns and manages the component.
        """
        best: dict[int, Claim] = {}
        areas = ancestors_of(grid_code)
        for claim in (
            *self._by_ruling(one, areas, grid_code, component_code),
            *self._by_component(bodies),
            *self._by_name(one, areas, bodies[1]),
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

    def _by_ruling(self, one: ClassOf, areas: tuple[int, ...], grid: int | None, component: int | None) -> Iterator[Claim]:
        places = [("component", component), ("grid", grid), *(("division", code) for code in reversed(areas))]
        for scope in scopes_of(one):
            for nearness, (where, code) in enumerate(places):
                rows = self.ruled.get((scope, where, code)) if code is not None else None
                if rows:
                    newest = max(rows, key=lambda row: (row.order, row.id))
                    place = {"component": 2, "grid": 1}.get(where, 0) * RULED_FOR_PLACE - nearness * 0.0001
                    score = RULED_LEAST + place + scope.rank * RULED_FOR_CLASS
                    yield from self._claim(newest.organization_id, Ground.RULING, score, newest.id)

    def _by_component(self, bodies: tuple[int | None, int | None, int | None]) -> Iterator[Claim]:
        for (ground, score), body in zip(BODIES, bodies, strict=True):
            yield from self._claim(body, ground, score, body or 0)

    def _by_name(self, one: ClassOf, areas: tuple[int, ...], owner_id: int | None) -> Iterator[Claim]:
        for scope in scopes_of(one):
            for nearness, division in enumerate((None, *areas)):
                for row in self.named.get((scope, division), ()):
                    if row.owner_id is None or row.owner_id == owner_id:
                        score = NAMED_LEAST + FOR_CLASS * scope.rank + FOR_OWNER * (row.owner_id is not None) + FOR_AREA * nearness
                        yield from self._claim(row.organization_id, Ground.NAMED, score, row.id)

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
