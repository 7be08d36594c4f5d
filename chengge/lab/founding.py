"""Writes a city into an empty database: ground, catalogue, handbook, organizations, people, calendars, duty."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import shapely
from django.db import transaction

from chengge.domain.codes import ComponentCode
from chengge.foundation.actions import DatedChange, bump, carry_out, put_base_map, put_components, put_place_names
from chengge.foundation.models import BaseMapFeature, Component, Division, PlaceName, ProblemClass, UnitGrid
from chengge.lab.calendars import make_calendars
from chengge.lab.city import COUNTY_CODE, City, make_city, names
from chengge.lab.handbook import TERRITORY, Catalogue, write_catalogue, write_handbook, write_responsibilities
from chengge.lab.staff import Staff, write_duties, write_members, write_organizations, write_responsibility_grids
from chengge.organization.actions.authority import COMMAND_LINE
from chengge.organization.models import Organization

DUTY_DAYS_BEFORE, DUTY_DAYS_AFTER = 31, 14
Tell = Callable[[str], None]

# Who looks after the networks from above, by who maintains.
MANAGING = {"GS": "SW", "PS": "SW", "RQ": "ZJ", "DX": "WL", "LT": "WL", "GW": "WL"}
# Wells and poles of one kind belong to two companies.
SHARED = {"0107": ("DX", "LT"), "0127": ("DX", "LT"), "0131": ("LT", "DX")}
TREES = {"0402": "YL-1", "0404": "YL-1", "0401": "YL-1", "0407": "YL-2", "0408": "YL-2", "0405": "YL-2", "0409": "YL-2"}
SWEPT = frozenset({"0305"})


@dataclass(frozen=True, slots=True)
class Founded:
    city: City
    catalogue: Catalogue
    staff: Staff


@transaction.atomic
def found_city(seed: int, today: date, tell: Tell) -> Founded:
    """Make the city of a seed and write it down, whole or not at all.

    Args:
        today: the city's rules hold since the first day of last year; duty is planned around this day.
        tell: hears what is being done.
    """
    since = date(today.year - 1, 1, 1)
    tell("laying streets and unit grids")
    city = make_city(seed)
    tell("writing ground and base map")
    _write_ground(city, since)
    tell("writing catalogue and handbook")
    calendars = make_calendars((today.year - 1, today.year, today.year + 1))
    organizations, offices = write_organizations(city, calendars, since)
    catalogue = write_handbook(write_catalogue(since), organizations, since)
    write_responsibilities(catalogue, organizations, offices, since)
    tell("placing components")
    _write_components(city, catalogue, organizations, offices, since)
    tell("staffing posts and duty")
    members, inspectors = write_members(organizations, seed, since)
    grids = write_responsibility_grids(city, inspectors, since)
    write_duties(city, inspectors, members, grids, today - timedelta(days=DUTY_DAYS_BEFORE), today + timedelta(days=DUTY_DAYS_AFTER))
    bump("grids")
    return Founded(city, catalogue, Staff(organizations, offices, members, inspectors))


def _write_ground(city: City, since: date) -> None:
    divisions = [Division(code=row.code, name=row.name, polygon=row.polygon and shapely.to_wkb(row.polygon)) for row in city.divisions]
    carry_out(COMMAND_LINE, DatedChange(Division, since, begun=divisions))
    grids = [
        UnitGrid(code=code, polygon=polygon, area_m2=round(area, 1), area_class=area_class, land_use=use)
        for code, polygon, area, area_class, use in zip(
            city.grid_codes.tolist(),
            shapely.to_wkb(city.grid_polygons),
            city.grid_areas_m2.tolist(),
            city.grid_classes,
            city.grid_uses,
            strict=True,
        )
    ]
    carry_out(COMMAND_LINE, DatedChange(UnitGrid, since, begun=grids))
    put_base_map(COMMAND_LINE, [kind.value for kind in BaseMapFeature.Kind], list(_base_map(city)))
    codes = city.grid_codes
    places = [
        PlaceName(name=place.name, lon=place.x, lat=place.y, grid_code=int(codes[grid]) if grid >= 0 else None)
        for place, grid in zip(city.places, city.place_grids.tolist(), strict=True)
    ]
    put_place_names(COMMAND_LINE, places, [])


def _base_map(city: City) -> Iterator[BaseMapFeature]:
    """In the order in which it is drawn: water, green, buildings, lanes, streets, arterials."""
    for water in city.waters:
        yield BaseMapFeature(kind="water", name=water.name, shape=shapely.to_wkb(water.shape))
    for green in city.greens:
        yield BaseMapFeature(kind="green", name=green.name, shape=shapely.to_wkb(green.shape))
    for building in city.buildings:
        yield BaseMapFeature(kind="building", shape=shapely.to_wkb(building))
    for road in reversed(city.roads):
        yield BaseMapFeature(kind=road.kind, name=road.name, shape=shapely.to_wkb(road.line))


def _write_components(
    city: City, catalogue: Catalogue, organizations: dict[str, Organization], offices: list[Organization], since: date
) -> None:
    chance = np.random.default_rng([city.seed, 21])
    things = city.things
    office_of_street = {office.division_code: office for office in offices}
    sweepers = _sweepers(city, organizations)
    years = chance.integers(2015, since.year + 1, len(things.code))
    days = chance.integers(0, 365, len(things.code))
    states = chance.choice(["intact", "damaged", "abandoned", "occupied"], len(things.code), p=[0.975, 0.015, 0.006, 0.004])
    rows, serials = [], dict.fromkeys(things.code, 0)
    for index, code in enumerate(things.code):
        serials[code] += 1
        grid_code = int(city.grid_codes[things.grid[index]])
        problem_class = catalogue.classes["component", code]
        owner, keeper = _bodies(
            code, catalogue.answering["component", code], grid_code // 10**6, index, organizations, office_of_street, sweepers
        )
        first_on = min(date(int(years[index]), 1, 1) + timedelta(days=int(days[index])), since)
        rows.append(
            Component(
                code=ComponentCode.of(COUNTY_CODE, int(code[:2]), int(code[2:]), serials[code]).value,
                problem_class=problem_class,
                name=_thing_name(problem_class, city, int(things.road[index])),
                lon=float(things.x[index]),
                lat=float(things.y[index]),
                grid_code=grid_code,
                managing_body=organizations.get(MANAGING.get(owner.code, owner.code), owner),
                owning_body=owner,
                maintaining_body=keeper,
                state=states[index],
                positional_class="A" if code.startswith("01") else "B",
                first_on=first_on,
                changed_on=first_on,
                source="2025年部件普查",
            )
        )
    put_components(COMMAND_LINE, rows, [])


def _bodies(
    code: str,
    answering: str,
    street: int,
    index: int,
    organizations: dict[str, Organization],
    office_of_street: dict[int | None, Organization],
    sweepers: dict[int, Organization],
) -> tuple[Organization, Organization]:
    """Who owns a component and who maintains it."""
    if answering == TERRITORY:
        return office_of_street[street], office_of_street[street]
    if code in SHARED:
        body = organizations[SHARED[code][index % 3 == 0]]
        return body, body
    owner = organizations[answering]
    if code in TREES:
        return owner, organizations[TREES[code]]
    return owner, sweepers[street] if code in SWEPT else owner


def _sweepers(city: City, organizations: dict[str, Organization]) -> dict[int, Organization]:
    """The cleaning section of each street: the old town has its own, the others one on each side of the river."""
    river = city.waters[0].shape
    found = {}
    for row in city.divisions:
        if 10**8 < row.code < 10**9 and row.polygon is not None:
            middle = row.polygon.representative_point()
            _west, south, _east, north = river.bounds
            across = shapely.LineString([(middle.x, south - 1), (middle.x, north + 1)]).intersection(river).centroid
            side = "HW-1" if middle.y > across.y else "HW-3"
            found[row.code] = organizations["HW-2" if row.name.startswith(names.OLD_TOWN_STREET) else side]
    return found


def _thing_name(problem_class: ProblemClass, city: City, road: int) -> str:
    name = city.roads[road].name if road >= 0 else ""
    return f"{name}{problem_class.name}"
