"""Where the problems are: cases by street, community or unit grid, beside area and components; and the same as a map."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from django.db.models import Count, F, Sum
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from chengge import clock
from chengge.domain.codes import code_range
from chengge.evaluation.indicators import Facts
from chengge.evaluation.queries.dashboards.asked import MEASURES, Asked
from chengge.evaluation.queries.dashboards.charts import told, within
from chengge.evaluation.queries.dashboards.shapes import Cell, Column, Kind
from chengge.foundation.models import Component, Division, ProblemKind, UnitGrid
from chengge.foundation.queries import grid_index, holding_on
from chengge.foundation.queries.map_layers import feature_collection
from chengge.organization.queries import city_day

UNITS = {"street": 10**6, "community": 10**3, "grid": 1}
SHADES = 6
MOST_AREAS = 3000
LEAST_COMPONENTS = 20  # fewer say nothing about a thousand
DECIMALS = 6


def heat(facts: Facts, asked: Asked) -> list[list[Cell]]:
    """Three queries: the areas' size, their components, and the days on which divisions hold."""
    cases = facts.tables["cases"]
    place = cases.grid_code // UNITS[asked.by]
    found = cases.filter(within(cases.reported_at, asked) & cases.grid_code.notnull()).group_by(place=place).agg(n=lambda t: t.count())
    counted = {int(row["place"]): row["n"] for row in told(found)}
    sizes = _sizes(asked)
    components = _components(asked)
    wanted = counted.keys() if asked.by == "grid" else counted.keys() | sizes.keys()
    rows: list[list[Cell]] = []
    for code in wanted:
        n, km2, owned = counted.get(code, 0), sizes.get(code, 0.0), components.get(code, 0)
        rows.append(
            [str(code), "", n, km2 or None, n / km2 if km2 else None, owned, n * 1000 / owned if owned >= LEAST_COMPONENTS else None]
        )
    measured = 2 + (0, 2, 4)[MEASURES.index(asked.measure)]
    return sorted(rows, key=lambda row: (-float(row[measured] or 0), str(row[0])))


def _within_area(rows: Any, asked: Asked) -> Any:
    if asked.area is None:
        return rows
    first, end = code_range(asked.area)
    return rows.filter(grid_code__gte=first, grid_code__lt=end)


def _sizes(asked: Asked) -> dict[int, float]:
    """Square kilometres of the areas, as their unit grids add up."""
    grids = holding_on(UnitGrid.objects.annotate(grid_code=F("code")), city_day(clock.now())).order_by()
    rows = _within_area(grids, asked).values_list(F("code") / UNITS[asked.by]).annotate(Sum("area_m2"))
    return {int(code): float(area) / 1e6 for code, area in rows}


def _components(asked: Asked) -> dict[int, int]:
    """How many components the areas have; of the class that is asked for, if it is one of components."""
    rows = Component.objects.exclude(state=Component.State.ABANDONED).filter(grid_code__isnull=False).order_by()
    if asked.class_code.startswith("c"):
        named = {"kind": ProblemKind.COMPONENT, "major_code": asked.class_code[1:3], "minor_code": asked.class_code[3:5]}
        rows = rows.filter(**{f"problem_class__{name}": value for name, value in named.items() if value})
    counted = _within_area(rows, asked).values_list(F("grid_code") / UNITS[asked.by]).annotate(Count("pk"))
    return {int(code): count for code, count in counted}


def _area_names(rows: list[list[Cell]]) -> list[list[Cell]]:
    """One query."""
    codes = {int(str(row[0])) for row in rows}
    above = {code // 10**step for code in codes for step in (0, 3, 6) if code // 10**step >= 10**8}
    names = dict(Division.objects.filter(code__in=above).order_by("valid_from").values_list("code", "name"))
    return [[row[0], name_of_area(int(str(row[0])), names), *row[2:]] for row in rows]


def name_of_area(code: int, names: dict[int, str]) -> str:
    """Street; street and community; or these with the last digits of the unit grid."""
    text = str(code)
    known = [names.get(int(text[:digits]), text[:digits]) for digits in (9, 12) if len(text) >= digits]
    return " ".join([*known, text[12:]]).strip()


def shades(values: Sequence[float]) -> list[float]:
    """The least values of the shades: equal shares of the areas that have any, each value once."""
    some = sorted(value for value in values if value)
    if not some:
        return []
    return sorted({float(value) for value in np.quantile(some, [at / SHADES for at in range(SHADES)], method="lower")})


def heat_map(rows: list[list[Cell]], asked: Asked) -> bytes:
    """The rows of the heat (with names) as GeoJSON: each area with its value, its shade from 0 (nothing), and the edges of the shades.

    One query; none for unit grids. Areas without a border are left out.
    """
    at = 2 + (0, 2, 4)[MEASURES.index(asked.measure)]
    shown = rows[:MOST_AREAS]
    edges = shades([float(row[at] or 0) for row in rows])
    borders = _borders([int(str(row[0])) for row in shown], asked.by)
    features = []
    for row in shown:
        border = borders.get(int(str(row[0])))
        if border is not None:
            value = float(row[at] or 0)
            shade = sum(value >= edge for edge in edges) if value else 0
            told_of = {"id": row[0], "label": row[1], "value": round(value, 2), "cases": row[2], "shade": shade}
            features.append((border, told_of | {"edges": edges}))
    return feature_collection(features, more=len(rows) > MOST_AREAS)


def _borders(codes: list[int], by: str) -> dict[int, str]:
    if by == "grid":
        index = grid_index()
        positions = {code: at for at, code in enumerate(index.codes.tolist())}
        known = [code for code in codes if code in positions]
        shapes = index.polygons[[positions[code] for code in known]] if known else _shapes([])
    else:
        rows = holding_on(Division.objects.filter(code__in=codes, polygon__isnull=False), city_day(clock.now()))
        listed = list(rows.values_list("code", "polygon"))
        known = [code for code, _polygon in listed]
        shapes = _shapes(polygon for _code, polygon in listed)
    rounded = shapely.transform(shapes, lambda coordinates: coordinates.round(DECIMALS))
    return dict(zip(known, shapely.to_geojson(rounded), strict=True))


def _shapes(wkbs: Iterable[Any]) -> NDArray[np.object_]:
    return shapely.from_wkb(np.array([bytes(wkb) for wkb in wkbs], dtype=np.object_))


HEAT = Kind(
    "heat",
    _("Where the problems are"),
    _("Cases reported in the period, by area; area and components as the register has them today. Per 1 000 components from 20 on."),
    (
        Column("code", _("Code"), "text"),
        Column("area", _("Area"), "text"),
        Column("cases", _("Cases")),
        Column("km2", _("km²"), "number"),
        Column("per_km2", _("Per km²"), "number"),
        Column("components", _("Components")),
        Column("per_1000_components", _("Per 1 000 components"), "number"),
    ),
    heat,
    _area_names,
)
