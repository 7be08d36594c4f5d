"""Divisions, unit grids, components, and finding a place."""

from datetime import date
from typing import Annotated, Any, Literal, Self

import orjson
import shapely
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from chengge.domain.codes import code_range
from chengge.domain.errors import NotFound
from chengge.foundation.api.catalogue import today
from chengge.foundation.models import Component, Division, UnitGrid
from chengge.foundation.queries import ancestors_of, divisions_tree, find_place, grid_index, holding_on, locate
from chengge.foundation.queries.dated import holds_on
from chengge.foundation.queries.map_layers import Window
from chengge.foundation.queries.places import DivisionNode
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import (
    NO_ZERO,
    ComponentCode,
    Day,
    DivisionCode,
    GridCode,
    Id,
    Named,
    Outgoing,
    PageCursor,
    PageSize,
    QueryLatitude,
    QueryLongitude,
)
from chengge.rest.pages import page_after

router = Router()

WindowText = Annotated[
    str,
    Query(
        max_length=120,
        pattern=r"^(-?[0-9]{1,3}(\.[0-9]{1,12})?(,-?[0-9]{1,3}(\.[0-9]{1,12})?){3})?$",
        description="west,south,east,north in degrees",
        examples=["120.18,30.32,120.20,30.34"],
    ),
]
Geometry = Annotated[dict[str, Any] | None, Field(description="GeoJSON, WGS84/CGCS2000")]


# --- Divisions --------------------------------------------------------------------------------------------------------------------------
class DivisionOut(Outgoing):
    code: str = Field(examples=["990101001"])
    name: str
    children: list[Self]


class DivisionDetail(Outgoing):
    code: str
    name: str
    parent_code: str | None
    valid_from: date
    border: Geometry


@router.get("/divisions", response=answers({200: list[DivisionOut]}))
def divisions(request: HttpRequest, on: Day | None = None) -> list[DivisionOut]:
    """Every division that holds on a day (today), each under the one it lies in."""
    return list(map(_division, divisions_tree(on)))


@router.get("/divisions/{code}", response=answers({200: DivisionDetail}, 404))
@single_thing
def division(request: HttpRequest, code: DivisionCode) -> DivisionDetail:
    """One division as it is today, with its border."""
    row = holding_on(Division.objects.filter(code=int(code)), today()).first()
    if row is None:
        raise NotFound("division", _("There is no such division."), field="code")
    above = next((code[:digits] for digits in (9, 6, 4) if digits < len(code)), None)
    return DivisionDetail(code=code, name=row.name, parent_code=above, valid_from=row.valid_from, border=_geometry(row.polygon))


def _division(node: DivisionNode) -> DivisionOut:
    return DivisionOut(code=str(node.code), name=node.name, children=list(map(_division, node.children)))


# --- Unit grids -------------------------------------------------------------------------------------------------------------------------
class GridOut(Outgoing):
    code: str = Field(examples=["990101001001001"])
    area_class: str
    area_m2: float
    land_use: str
    valid_from: date


class GridDetail(GridOut):
    divisions: list[str] = Field(description="Names of the divisions it lies in, the city first")
    border: Geometry


class GridPage(Outgoing):
    items: list[GridOut]
    next: str | None


@router.get("/grids", response=answers({200: GridPage}))
def grids(
    request: HttpRequest,
    window: WindowText = "",
    division_code: Annotated[DivisionCode | None, Query()] = None,
    cursor: PageCursor = "",
    size: PageSize = 100,
) -> GridPage:
    """Unit grids that hold today, by code; in a window of the map, or in a division."""
    rows = holding_on(UnitGrid.objects.defer("polygon"), today())
    if window:
        rows = rows.filter(code__in=_codes_in(window))
    if division_code:
        first, end = code_range(division_code)
        rows = rows.filter(code__gte=first, code__lt=end)
    found, following = page_after(rows, "code", cursor, size)
    return GridPage(items=[GridOut(**_grid(row)) for row in found], next=following)


@router.get("/grids/{code}", response=answers({200: GridDetail}, 404))
@single_thing
def grid(request: HttpRequest, code: GridCode) -> GridDetail:
    """One unit grid as it is today, with its border."""
    row = holding_on(UnitGrid.objects.filter(code=int(code)), today()).first()
    if row is None:
        raise NotFound("grid", _("There is no such unit grid."), field="code")
    names = dict(Division.objects.filter(holds_on(today()), code__in=ancestors_of(row.code)).values_list("code", "name"))
    return GridDetail(**_grid(row), divisions=[names[above] for above in sorted(names)], border=_geometry(row.polygon))


def _grid(row: UnitGrid) -> dict[str, Any]:
    same = ("area_class", "area_m2", "land_use", "valid_from")
    return {"code": f"{row.code:015d}"} | {name: getattr(row, name) for name in same}


def _codes_in(window: str) -> list[int]:
    piece = Window.parse(window)
    return [int(code) for code in grid_index().in_window(piece.west, piece.south, piece.east, piece.north)]


# --- Components -------------------------------------------------------------------------------------------------------------------------
class ComponentOut(Outgoing):
    code: str = Field(examples=["9901010103000001"])
    name: str
    class_id: int
    class_name: str
    lon: float
    lat: float
    grid_code: str | None
    state: Literal[tuple(Component.State.values)]
    changed_on: date


class ComponentDetail(ComponentOut):
    managing_body: Named | None
    owning_body: Named | None
    maintaining_body: Named | None
    positional_class: str
    first_on: date
    source: str
    other_code: str
    note: str


class ComponentPage(Outgoing):
    items: list[ComponentOut]
    next: str | None


@router.get("/components", response=answers({200: ComponentPage}))
def components(
    request: HttpRequest,
    window: WindowText = "",
    grid_code: Annotated[GridCode | None, Query()] = None,
    class_id: Id | None = None,
    cursor: PageCursor = "",
    size: PageSize = 100,
) -> ComponentPage:
    """Components by code; in a window of the map, in a unit grid, of a class."""
    rows = Component.objects.select_related("problem_class")
    if window:
        rows = rows.filter(Window.parse(window).holds(), grid_code__in=_codes_in(window))
    if grid_code:
        rows = rows.filter(grid_code=int(grid_code))
    if class_id is not None:
        rows = rows.filter(problem_class_id=class_id)
    found, following = page_after(rows, "code", cursor, size)
    return ComponentPage(items=[ComponentOut(**_component(row)) for row in found], next=following)


@router.get("/components/{code}", response=answers({200: ComponentDetail}, 404))
@single_thing
def component(request: HttpRequest, code: ComponentCode) -> ComponentDetail:
    """One component with the bodies that manage, own and maintain it."""
    bodies = ("managing_body", "owning_body", "maintaining_body")
    row = Component.objects.select_related("problem_class", *bodies).filter(code=int(code)).first()
    if row is None:
        raise NotFound("component", _("There is no such component."), field="code")
    named = {body: getattr(row, body) and Named(id=getattr(row, body).pk, name=getattr(row, body).name) for body in bodies}
    same = ("positional_class", "first_on", "source", "other_code", "note")
    return ComponentDetail(**_component(row), **named, **{name: getattr(row, name) for name in same})


def _component(row: Component) -> dict[str, Any]:
    return {
        "code": f"{row.code:016d}",
        "class_name": row.problem_class.name,
        "class_id": row.problem_class_id,
        "grid_code": None if row.grid_code is None else f"{row.grid_code:015d}",
    } | {name: getattr(row, name) for name in ("name", "lon", "lat", "state", "changed_on")}


# --- Finding a place --------------------------------------------------------------------------------------------------------------------
class LocatedOut(Outgoing):
    grid_code: str | None = Field(description="null: the place lies in no grid")
    area_class: str
    divisions: list[str] = Field(description="Names of the divisions it lies in, the city first")


class PlaceOut(Outgoing):
    kind: Literal["place", "road", "grid", "component", "division"]
    name: str
    lon: float
    lat: float
    grid_code: str | None
    code: str


@router.get("/locate", response=answers({200: LocatedOut}))
def locate_place(request: HttpRequest, lon: Annotated[QueryLongitude, Query()], lat: Annotated[QueryLatitude, Query()]) -> LocatedOut:
    """The unit grid that holds a place."""
    found = locate(lon, lat)
    names = dict(Division.objects.filter(holds_on(today()), code__in=ancestors_of(found.grid_code)).values_list("code", "name"))
    return LocatedOut(
        grid_code=None if found.grid_code is None else f"{found.grid_code:015d}",
        area_class=found.area_class,
        divisions=[names[above] for above in sorted(names)],
    )


@router.get("/places", response=answers({200: list[PlaceOut]}))
def places(
    request: HttpRequest,
    text: Annotated[
        str,
        Query(min_length=1, max_length=80, pattern=NO_ZERO, description="A name, a road, a community, or the code of a grid or component"),
    ],
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> list[PlaceOut]:
    """Places by what people say on the phone."""
    return [
        PlaceOut(
            kind=row.kind,
            name=row.name,
            lon=row.lon,
            lat=row.lat,
            grid_code=None if row.grid_code is None else f"{row.grid_code:015d}",
            code=row.code,
        )
        for row in find_place(text, limit)
    ]


def _geometry(wkb: bytes | memoryview | None) -> dict[str, Any] | None:
    return None if wkb is None else orjson.loads(shapely.to_geojson(shapely.from_wkb(bytes(wkb))))
