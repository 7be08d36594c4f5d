"""Do the unit grids of a city cover its communities once and only once? Every fault with its place.

Source: GB/T 30428.1: closed polygons of about 10 000 m², never across a community's border, together without gap or overlap.
Borders and places are lon, lat in degrees; widths are metres, areas m². Shapes are compared in a flat frame of metres that
keeps straight lines straight, so that a corner of one grid on the side of another stays on it; areas are measured in an
equal-area projection.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely import MultiPolygon, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from chengge.domain.coordinates import LocalMetres

Border: TypeAlias = Polygon | MultiPolygon
Geometries: TypeAlias = NDArray[np.object_]
Floats: TypeAlias = NDArray[np.float64]

_MOST_LOST_BY_MENDING = 0.01  # share of the area
_GRAIN_M = 1e-4  # corners of gaps and overlaps that lie closer together come from arithmetic, and mislead what is done next
_PLACE = re.compile(r"\[(\S+) ([^\s\]]+).*\]")


class FaultKind(StrEnum):
    INVALID_RING = "invalid_ring"
    DUPLICATE_CODE = "duplicate_code"
    UNKNOWN_COMMUNITY = "unknown_community"
    AREA_OUT_OF_RANGE = "area_out_of_range"
    ACROSS_BORDER = "across_border"
    OVERLAP = "overlap"
    GAP = "gap"
    SLIVER = "sliver"


_ORDER = {kind: number for number, kind in enumerate(FaultKind)}


@dataclass(frozen=True, slots=True)
class GridShape:
    """A unit grid to be checked: its code, its border, and the community (12 digits) it belongs to."""

    code: int
    polygon: Border | None
    community_code: int


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on something counts as a fault."""

    min_area_m2: float = 1_000
    max_area_m2: float = 100_000
    tolerance_m: float = 0.05  # narrower gaps and overlaps are rounding of coordinates: 1e-7 degrees are 1 cm
    sliver_width_m: float = 1.0  # narrower ones, and narrower grids, are slivers

    def __post_init__(self) -> None:
        if not 0 <= self.min_area_m2 < self.max_area_m2:
            raise ValueError(f"the smallest area must be below the largest, not {self.min_area_m2} and {self.max_area_m2} m²")
        if not 0 < self.tolerance_m <= self.sliver_width_m:
            raise ValueError(f"the tolerance must be above 0 and at most a sliver's width, not {self.tolerance_m} m")


@dataclass(frozen=True, slots=True)
class Fault:
    kind: FaultKind
    codes: tuple[int, ...]  # the grids concerned; of a gap, the community, where it is known
    lon: float | None  # a place at fault; None only where a grid has no coordinates at all
    lat: float | None
    message: str
    measure_m2: float  # the area at fault; of a grid out of range, its whole area; 0 where no area is at fault


class MendError(ValueError):
    """A border that cannot be mended without guessing."""


def check(grids: Sequence[GridShape], communities: Mapping[int, Border], limits: Limits = Limits()) -> list[Fault]:
    """All faults, by kind and code. A grid whose ring is at fault is mended for the other checks, or left out of them.

    Args:
        communities: borders by 12-digit code. Where one is missing, gaps are looked for between its grids only; where all
            are missing, no grid is held against a border.
    """
    faults = [*_duplicate_codes(grids), *_ring_faults(grids)]
    ground = _Ground.of(grids, communities, limits)
    if ground is not None:
        for look in (_unknown_communities, _areas_out_of_range, _narrow_grids, _overlaps, _across_borders, _gaps):
            faults.extend(look(ground))
    return sorted(faults, key=lambda fault: (_ORDER[fault.kind], fault.codes, fault.lon or 0, fault.lat or 0))


def mend(polygon: BaseGeometry | None) -> Polygon:
    """The polygon that a border was meant to be: rings that cross or touch themselves are taken apart, spikes dropped.

    Raises:
        MendError: nothing is left, or it falls into parts of which more than a hundredth of the area would be lost.
    """
    if polygon is None or polygon.is_empty or not np.isfinite(shapely.get_coordinates(polygon)).all():
        raise MendError("the border is empty or has coordinates that are no numbers")
    flat = shapely.force_2d(polygon)
    if isinstance(flat, Polygon) and flat.is_valid:
        return flat
    made = shapely.make_valid(flat, method="structure", keep_collapsed=False)
    parts = sorted((part for part in shapely.get_parts(made) if isinstance(part, Polygon)), key=lambda part: -part.area)
    total = sum(part.area for part in parts)
    if not total:
        raise MendError("the border encloses no area")
    if parts[0].area < total * (1 - _MOST_LOST_BY_MENDING):
        shares = ", ".join(f"{part.area / total:.0%}" for part in parts[:4])
        raise MendError(f"the border falls into {len(parts)} parts ({shares} of the area): give each part a grid of its own")
    return parts[0]


@dataclass(frozen=True, slots=True)
class _Region:
    """A part of a gap, an overlap or a piece across a border that is no rounding of coordinates."""

    shape: BaseGeometry
    lon: float
    lat: float
    area_m2: float
    narrow: bool

    def fault(self, kind: FaultKind, codes: tuple[int, ...], what: str) -> Fault:
        if self.narrow:
            kind, what = FaultKind.SLIVER, f"A narrow strip: {what[0].lower()}{what[1:]}"
        return Fault(kind, codes, self.lon, self.lat, f"{what} ({self.area_m2:.1f} m²)", self.area_m2)


@dataclass(frozen=True, slots=True)
class _Ground:
    """Grids and communities, flat, in metres around their middle."""

    frame: LocalMetres
    equal_area: Transformer
    limits: Limits
    codes: list[int]
    community_codes: list[int]
    grids: Geometries
    tree: STRtree
    communities: dict[int, BaseGeometry]

    @classmethod
    def of(cls, grids: Sequence[GridShape], communities: Mapping[int, Border], limits: Limits) -> "_Ground | None":
        """None where no grid has a border that is one or can be mended to be one."""
        whole = [(grid, polygon) for grid in grids if (polygon := _mended_or_none(grid.polygon)) is not None]
        if not whole:
            return None
        polygons = _array([polygon for _, polygon in whole])
        west, south, east, north = (float(edge) for edge in shapely.total_bounds(polygons))
        frame = LocalMetres.around((west + east) / 2, (south + north) / 2)
        flat = _moved(polygons, frame.to_metres)
        known = {code: border for code, border in communities.items() if not border.is_empty}
        borders = _moved(_array(list(known.values())), frame.to_metres)
        borders = shapely.make_valid(borders, method="structure", keep_collapsed=False)
        shapely.prepare(borders)
        return cls(
            frame=frame,
            equal_area=Transformer.from_crs("EPSG:4326", f"+proj=laea +lat_0={frame.lat} +lon_0={frame.lon}", always_xy=True),
            limits=limits,
            codes=[grid.code for grid, _ in whole],
            community_codes=[grid.community_code for grid, _ in whole],
            grids=flat,
            tree=STRtree(flat),
            communities=dict(zip(known, borders, strict=True)),
        )

    def place(self, shape: BaseGeometry) -> tuple[float, float]:
        """Longitude and latitude of a place inside the shape."""
        inside = shape.representative_point()
        return self.frame.from_metres(inside.x, inside.y)

    def areas_m2(self, shapes: Geometries) -> Floats:
        on_earth = _moved(shapes, self.frame.from_metres)
        areas: Floats = shapely.area(_moved(on_earth, self.equal_area.transform))
        return areas

    def regions(self, shape: BaseGeometry) -> Iterator[_Region]:
        """The parts of a gap or overlap that are no rounding, each with its place and area."""
        for part in _parts_wider_than(shape, self.limits.tolerance_m):
            area_m2 = float(self.areas_m2(_array([part]))[0])
            yield _Region(part, *self.place(part), area_m2, narrow=_is_narrower_than(part, self.limits.sliver_width_m))


def _duplicate_codes(grids: Sequence[GridShape]) -> Iterator[Fault]:
    by_code: defaultdict[int, list[GridShape]] = defaultdict(list)
    for grid in grids:
        by_code[grid.code].append(grid)
    for code, same in by_code.items():
        if len(same) > 1:
            lon, lat = _place_of(same[1].polygon)
            yield Fault(FaultKind.DUPLICATE_CODE, (code,), lon, lat, f"{len(same)} grids have the code {code}", 0)


def _ring_faults(grids: Sequence[GridShape]) -> Iterator[Fault]:
    for grid in grids:
        why = _what_is_wrong(grid.polygon)
        if why:
            found = _PLACE.search(why)
            lon, lat = (float(found[1]), float(found[2])) if found else _place_of(grid.polygon)
            why = _PLACE.sub("", why).strip()
            yield Fault(FaultKind.INVALID_RING, (grid.code,), lon, lat, f"The border of grid {grid.code} is at fault: {why}", 0)


def _unknown_communities(ground: _Ground) -> Iterator[Fault]:
    if not ground.communities:
        return
    for code, community, grid in zip(ground.codes, ground.community_codes, ground.grids, strict=True):
        if community not in ground.communities:
            message = f"Grid {code} belongs to community {community}, whose border is not known"
            yield Fault(FaultKind.UNKNOWN_COMMUNITY, (code,), *ground.place(grid), message, 0)


def _areas_out_of_range(ground: _Ground) -> Iterator[Fault]:
    limits = ground.limits
    areas_m2 = ground.areas_m2(ground.grids)
    for position in np.flatnonzero((areas_m2 < limits.min_area_m2) | (areas_m2 > limits.max_area_m2)):
        code, area_m2 = ground.codes[position], float(areas_m2[position])
        message = f"Grid {code} measures {area_m2:.0f} m²: expected {limits.min_area_m2:.0f} to {limits.max_area_m2:.0f} m²"
        yield Fault(FaultKind.AREA_OUT_OF_RANGE, (code,), *ground.place(ground.grids[position]), message, area_m2)


def _narrow_grids(ground: _Ground) -> Iterator[Fault]:
    width_m = ground.limits.sliver_width_m
    for position in np.flatnonzero(shapely.area(ground.grids) < shapely.length(ground.grids) * width_m / 2):
        code, grid = ground.codes[position], ground.grids[position]
        if _is_narrower_than(grid, width_m):
            area_m2 = float(ground.areas_m2(_array([grid]))[0])
            message = f"Grid {code} is nowhere as wide as {width_m:g} m"
            yield Fault(FaultKind.SLIVER, (code,), *ground.place(grid), message, area_m2)


def _overlaps(ground: _Ground) -> Iterator[Fault]:
    one, other = ground.tree.query(ground.grids)
    one, other = one[one < other], other[one < other]
    common = shapely.intersection(ground.grids[one], ground.grids[other])
    for pair in np.flatnonzero(shapely.area(common) > 0):
        low, high = sorted((ground.codes[one[pair]], ground.codes[other[pair]]))
        for region in ground.regions(common[pair]):
            yield region.fault(FaultKind.OVERLAP, (low, high), f"Grids {low} and {high} overlap")


def _across_borders(ground: _Ground) -> Iterator[Fault]:
    bound = [position for position, community in enumerate(ground.community_codes) if community in ground.communities]
    borders = _array([ground.communities[ground.community_codes[position]] for position in bound])
    grids = ground.grids[bound]
    reaching_out = np.flatnonzero(~shapely.covers(borders, grids))
    outside = shapely.difference(grids[reaching_out], borders[reaching_out])
    known, known_codes = STRtree(_array(list(ground.communities.values()))), list(ground.communities)
    for at, piece in zip(reaching_out, outside, strict=True):
        code, community = ground.codes[bound[at]], ground.community_codes[bound[at]]
        for region in ground.regions(piece):
            into = known.query(region.shape.representative_point(), predicate="intersects")
            where = f" into {known_codes[into[0]]}" if into.size else ""
            yield region.fault(FaultKind.ACROSS_BORDER, (code,), f"Grid {code} reaches out of its community {community}{where}")


def _gaps(ground: _Ground) -> Iterator[Fault]:
    for community, border in ground.communities.items():
        for region in ground.regions(border.difference(shapely.union_all(ground.grids[ground.tree.query(border)]))):
            yield region.fault(FaultKind.GAP, (community,), f"No grid covers this part of community {community}")
    unbound = [position for position, community in enumerate(ground.community_codes) if community not in ground.communities]
    borders = _array(list(ground.communities.values()))
    for hole in _holes(shapely.union_all(ground.grids[unbound])):
        near = np.concatenate([ground.grids[ground.tree.query(hole, predicate="intersects")], borders[shapely.intersects(borders, hole)]])
        for region in ground.regions(hole.difference(shapely.union_all(near))):
            yield region.fault(FaultKind.GAP, (), "No grid covers this place between grids")


def _what_is_wrong(polygon: Border | None) -> str:
    """Why this is no border of a grid, with the place in brackets where Shapely knows it; empty where it is one."""
    if polygon is None or polygon.is_empty:
        return "it is empty"
    if not np.isfinite(shapely.get_coordinates(polygon)).all():
        return "it has coordinates that are no numbers"
    if not polygon.is_valid:
        return str(shapely.is_valid_reason(polygon))
    parts = shapely.get_num_geometries(polygon)
    return f"it consists of {parts} parts" if parts > 1 else ""


def _mended_or_none(polygon: Border | None) -> Polygon | None:
    try:
        return mend(polygon)
    except MendError:
        return None


def _place_of(polygon: Border | None) -> tuple[float | None, float | None]:
    if polygon is None or polygon.is_empty:
        return None, None
    finite = [place for place in shapely.get_coordinates(polygon).tolist() if np.isfinite(place).all()]
    if len(finite) < shapely.get_num_coordinates(polygon):
        return (finite[0][0], finite[0][1]) if finite else (None, None)
    inside = polygon.representative_point()
    return inside.x, inside.y


def _parts_wider_than(shape: BaseGeometry, width_m: float) -> Iterator[BaseGeometry]:
    """What is left of a shape when everything narrower is rubbed off, as separate parts in their full width."""
    for whole in shapely.get_parts(shapely.set_precision(shape, _GRAIN_M)):
        for core in shapely.get_parts(whole.buffer(-width_m / 2, join_style="mitre")):
            if not core.is_empty:
                yield shapely.intersection(core.buffer(width_m / 2, join_style="mitre"), whole, grid_size=_GRAIN_M)


def _is_narrower_than(shape: BaseGeometry, width_m: float) -> bool:
    return bool(shape.buffer(-width_m / 2, join_style="mitre").is_empty)


def _holes(shape: BaseGeometry) -> Iterator[Polygon]:
    for part in shapely.get_parts(shape):
        if isinstance(part, Polygon):
            yield from map(Polygon, part.interiors)


def _moved(shapes: Geometries, to: Callable[[Floats, Floats], tuple[Floats, Floats]]) -> Geometries:
    moved: Geometries = shapely.transform(shapes, lambda places: np.column_stack(to(places[:, 0], places[:, 1])))
    return moved


def _array(shapes: Sequence[BaseGeometry]) -> Geometries:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array
