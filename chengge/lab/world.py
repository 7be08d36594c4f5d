"""What a simulator must know of a city, read once from its database: any city that was imported, not only the demo's own."""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
import shapely

from chengge.domain.gridindex import GridIndex
from chengge.domain.lifecycle import Post
from chengge.domain.worktime import WorkCalendar
from chengge.foundation.models import (
    BaseMapFeature,
    Component,
    PlaceName,
    ProblemClass,
    ResponsibilityGrid,
    ResponsibilityGridUnit,
    UnitGrid,
)
from chengge.foundation.queries import candidates, grid_index, holding_on, rules_of
from chengge.lab.handbook import rows_of
from chengge.organization.calendars import calendar_of
from chengge.organization.models import Duty, Member, Organization
from chengge.organization.queries import Actor, actor_of

NEAR_PLACE_DEGREES = 0.0016  # some 150 m
AREA_WEIGHT = {"A": 2.4, "B": 1.2, "C": 0.6, "": 0.6}


@dataclass(frozen=True, slots=True)
class Rule:
    """A filing condition, as far as a simulated person must know it."""

    id: int
    condition: str
    closing_condition: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Body:
    """An organization and those below it."""

    id: int
    code: str
    level: int
    division_code: int | None
    calendar_id: int
    children: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A class of problems: how often it comes (per mille of all), when, where, and what it looks like."""

    class_id: int
    kind: str
    code: str
    name: str
    weight: float
    when: str
    where: str
    small: bool
    scene: str


@dataclass(slots=True)
class World:
    """The city as the simulator sees it on `day`. Arrays about components are parallel."""

    day: date
    troubles: list[Trouble]
    index: GridIndex
    codes: np.ndarray
    lons: np.ndarray
    lats: np.ndarray
    grids: np.ndarray
    class_ids: np.ndarray
    keepers: np.ndarray  # ids of the maintaining bodies, 0 where there is none
    keepers_in: dict[int, frozenset[int]]  # bodies that maintain anything, by street
    area_of_grid: dict[int, str]
    use_of_grid: dict[int, str]
    places: list[str]
    things_of_class: dict[int, np.ndarray]
    things_of_grid: dict[int, list[int]]
    bodies: dict[int, Body]
    actors: dict[int, Actor]
    of_post: dict[Post, list[int]]
    clerks: dict[int, list[int]]
    shifts: dict[int, list[tuple[int, int]]]
    beats: dict[int, list[int]]  # unit grids by inspector
    calendars: dict[int, WorkCalendar]
    _rules: dict[tuple[int, str], tuple[Rule, ...]] = field(default_factory=dict)
    _candidates: dict[tuple[int, int, int], tuple[int, ...]] = field(default_factory=dict)
    _thing_of_code: dict[int, int] = field(default_factory=dict)
    _on_duty: dict[tuple[Post, int], list[int]] = field(default_factory=dict)

    def rules(self, class_id: int, area_class: str) -> tuple[Rule, ...]:
        """The filing conditions of a class in an area."""
        key = class_id, area_class
        if key not in self._rules:
            rows = rules_of(class_id, area_class, self.day)
            self._rules[key] = tuple(Rule(row.pk, row.condition, row.closing_condition, row.urgent) for row in rows)
        return self._rules[key]

    def answering(self, class_id: int, rule_id: int, grid_code: int | None, component_code: int | None) -> tuple[int, ...]:
        """Ids of the organizations that may answer for a problem, the likeliest first. Asked once for each street."""
        thing = self._thing(component_code)
        key = class_id, (grid_code or 0) // 10**6, thing
        if key not in self._candidates:
            code = int(self.codes[thing]) if thing >= 0 else None
            self._candidates[key] = tuple(found.organization.pk for found in candidates(class_id, rule_id, grid_code, code, self.day))
        return self._candidates[key]

    def keeper(self, component_code: int | None) -> int:
        """Who maintains a component; 0 where nobody is named."""
        thing = self._thing(component_code)
        return int(self.keepers[thing]) if thing >= 0 else 0

    def _thing(self, component_code: int | None) -> int:
        """One component of the same class in the same street stands for all: they have the same keeper."""
        if component_code is None:
            return -1
        if not self._thing_of_code:
            first: dict[tuple[int, int], int] = {}
            for index, (code, grid, class_id) in enumerate(
                zip(self.codes.tolist(), self.grids.tolist(), self.class_ids.tolist(), strict=True)
            ):
                self._thing_of_code[code] = first.setdefault((grid // 10**6, class_id), index)
        return self._thing_of_code.get(component_code, -1)

    def on_duty(self, post: Post, at: int) -> list[int]:
        """Members on duty in a post at a moment (epoch seconds), to the quarter of an hour; everybody of the post where nobody is."""
        quarter = at // 900
        key = post, quarter
        if key not in self._on_duty:
            there = [member for member in self.of_post[post] if self.works(member, quarter * 900)]
            self._on_duty[key] = there or self.of_post[post]
        return self._on_duty[key]

    def works(self, member_id: int, at: int) -> bool:
        """Whether the member is on duty at a moment."""
        return self.next_duty(member_id, at) == at

    def next_duty(self, member_id: int, at: int) -> int | None:
        """The first moment from `at` on at which the member is on duty; None where no duty is planned."""
        shifts = self.shifts.get(member_id, [])
        index = bisect_right(shifts, (at, 2**62)) - 1
        if index >= 0 and at < shifts[index][1]:
            return at
        return shifts[index + 1][0] if index + 1 < len(shifts) else None


def look_around(day: date, since: datetime, until: datetime) -> World:
    """Read the city as it stands on `day`, with the duty planned between two moments."""
    area_of_grid, use_of_grid = _grids(day)
    rows = list(
        Component.objects.exclude(grid_code=None)
        .order_by("code")
        .values_list("code", "problem_class_id", "lon", "lat", "grid_code", "maintaining_body_id")
    )
    if not rows:
        raise ValueError("the city has no components: import them first, the simulator finds its places by them")
    codes, class_ids, lons, lats, grids, keepers = (np.array([value or 0 for value in column]) for column in zip(*rows, strict=True))
    keepers_in: dict[int, set[int]] = defaultdict(set)
    for street, keeper in np.unique(np.column_stack([grids // 10**6, keepers]), axis=0).tolist():
        keepers_in[street].add(keeper)
    things_of_class = {int(class_id): np.flatnonzero(class_ids == class_id) for class_id in np.unique(class_ids)}
    things_of_grid: dict[int, list[int]] = defaultdict(list)
    for position, grid in enumerate(grids.tolist()):
        things_of_grid[grid].append(position)
    of_post, actors, clerks = _people(since)
    bodies = _bodies(day)
    return World(
        day=day,
        troubles=_troubles(day),
        index=grid_index(),
        codes=codes,
        lons=lons,
        lats=lats,
        grids=grids,
        class_ids=class_ids,
        keepers=keepers,
        keepers_in={street: frozenset(found) for street, found in keepers_in.items()},
        area_of_grid=area_of_grid,
        use_of_grid=use_of_grid,
        places=_places(lons, lats),
        things_of_class=things_of_class,
        things_of_grid=dict(things_of_grid),
        bodies=bodies,
        actors=actors,
        of_post=of_post,
        clerks=clerks,
        shifts=_shifts(since, until),
        beats=_beats(set(area_of_grid)),
        calendars={body.calendar_id: calendar_of(body.calendar_id) for body in bodies.values()},
    )


def _grids(day: date) -> tuple[dict[int, str], dict[int, str]]:
    rows = list(holding_on(UnitGrid.objects.all(), day).order_by("code").values_list("code", "area_class", "land_use"))
    return {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}


def _troubles(day: date) -> list[Trouble]:
    """Our table of frequencies, for the classes that the city has."""
    classes = {(row.kind, row.code): row for row in holding_on(ProblemClass.objects.all(), day)}
    found = []
    for row in rows_of("problems"):
        known = classes.get((row["kind"], row["code"]))
        if known is not None:
            found.append(
                Trouble(
                    known.pk,
                    row["kind"],
                    row["code"],
                    known.name,
                    float(row["weight"]),
                    row["when"],
                    row["where"],
                    row["small"] == "1",
                    row["scene"],
                )
            )
    return found


def _people(at: datetime) -> tuple[dict[Post, list[int]], dict[int, Actor], dict[int, list[int]]]:
    of_post: dict[Post, list[int]] = {post: [] for post in Post}
    actors: dict[int, Actor] = {}
    clerks: dict[int, list[int]] = defaultdict(list)
    for member in Member.objects.filter(is_active=True).order_by("username"):
        actor = actor_of(member, at)
        actors[member.pk] = actor
        for post in actor.posts:
            of_post[post].append(member.pk)
        if Post.DEPARTMENT in actor.posts and member.organization_id is not None:
            clerks[member.organization_id].append(member.pk)
    return of_post, actors, dict(clerks)


def _bodies(day: date) -> dict[int, Body]:
    rows = list(holding_on(Organization.objects.all(), day).order_by("code"))
    below: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        if row.parent_id is not None:
            below[row.parent_id].append(row.pk)
    return {row.pk: Body(row.pk, row.code, row.level, row.division_code, row.calendar_id, tuple(below[row.pk])) for row in rows}


def _shifts(since: datetime, until: datetime) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = (
        Duty.objects.filter(ends_at__gt=since, starts_at__lt=until).order_by("starts_at").values_list("member_id", "starts_at", "ends_at")
    )
    for member_id, starts_at, ends_at in rows:
        found[member_id].append((int(starts_at.timestamp()), int(ends_at.timestamp())))
    return dict(found)


def _beats(known: set[int]) -> dict[int, list[int]]:
    units: dict[int, list[int]] = defaultdict(list)
    for grid_id, code in ResponsibilityGridUnit.objects.order_by("grid_code").values_list("responsibility_grid_id", "grid_code"):
        if code in known:
            units[grid_id].append(code)
    found: dict[int, list[int]] = defaultdict(list)
    through = ResponsibilityGrid.inspectors.through
    for member_id, grid_id in through.objects.order_by("responsibilitygrid_id").values_list("member_id", "responsibilitygrid_id"):
        found[member_id] += units[grid_id]
    return dict(found)


def _places(lons: np.ndarray, lats: np.ndarray) -> list[str]:
    """How people would say where each component stands: the road, and the nearest place with a name."""
    points = shapely.points(lons, lats)
    roads = list(BaseMapFeature.objects.filter(kind__in=("arterial", "street", "lane")).exclude(name="").values_list("name", "shape"))
    names = list(PlaceName.objects.order_by("name").values_list("name", "lon", "lat"))
    road_names = _nearest(
        [name for name, _shape in roads], shapely.from_wkb(np.array([bytes(shape) for _name, shape in roads], dtype=object)), points
    )
    place_names = _nearest([name for name, *_ in names], shapely.points([row[1:] for row in names]) if names else np.array([]), points)
    return [_place(road, place) for road, place in zip(road_names, place_names, strict=True)]


def _nearest(names: list[str], shapes: np.ndarray, points: np.ndarray) -> list[str]:
    found = [""] * len(points)
    if names:
        point, shape = shapely.STRtree(shapes).query_nearest(points, max_distance=NEAR_PLACE_DEGREES, all_matches=False)
        for index, which in zip(point.tolist(), shape.tolist(), strict=True):
            found[index] = names[which]
    return found


def _place(road: str, place: str) -> str:
    if not road or road in place:
        return f"{place}附近" if place else road
    return f"{road}（{place}附近）" if place else road
