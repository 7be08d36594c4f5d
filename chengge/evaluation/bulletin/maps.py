"""A map of a bulletin: areas shaded by a figure, with a legend. Pure: shapes and numbers in, SVG out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from chengge.documents.document import Picture
from chengge.documents.drawing import FAINT, INK, SHADES, SOFT, Sheet, width_of

WIDTH, MOST_HEIGHT, LEGEND_WIDTH = 640, 430, 128
NOTHING = "#f4f1ec"
EDGE = 10


@dataclass(frozen=True, slots=True)
class Area:
    """An area with its figure; None: nothing to judge by. `label` is written on it, "" for none."""

    shape: shapely.Geometry
    value: float | None
    label: str = ""


def shaded(
    caption: str,
    told: str,
    areas: Sequence[Area],
    bounds: Sequence[float],
    labels: Sequence[str],
    nothing: str,
    outlines: Sequence[Area] = (),
) -> Picture:
    """Areas in shades: darker for more.

    Args:
        bounds: the inner limits of the classes, rising; one fewer than there are `labels`.
        labels: what each class is called in the legend, from little to much.
        nothing: what areas without a figure are called.
        outlines: borders drawn over the areas, with their labels.
    """
    everything = shapely.total_bounds([area.shape for area in areas])
    west, south, east, north = (float(value) for value in everything)
    # Near enough for a district: a degree of longitude is shorter than one of latitude by the cosine.
    shrink = math.cos(math.radians((south + north) / 2))
    wide, high = (east - west) * shrink or 1e-6, (north - south) or 1e-6
    room = WIDTH - LEGEND_WIDTH - 2 * EDGE
    scale = min(room / wide, (MOST_HEIGHT - 2 * EDGE) / high)
    height = max(round(high * scale) + 2 * EDGE, 60 + 22 * (len(labels) + 1))
    left = EDGE + (room - wide * scale) / 2

    def put(x: float, y: float) -> tuple[float, float]:
        return left + (x - west) * shrink * scale, EDGE + (north - y) * scale

    sheet = Sheet(WIDTH, height)
    shades = _shades(len(labels))
    for area in areas:
        fill = NOTHING if area.value is None else shades[sum(area.value >= bound for bound in bounds)]
        sheet.shape(_rings(area.shape, put), fill, "#ffffff", 0.8)
    for outline in outlines:
        sheet.shape(_rings(outline.shape, put), "none", "#33414d", 1.2)
    for area in (*areas, *outlines):
        if area.label:
            x, y = put(*_roomiest(area.shape))
            sheet.words((x, y + 4), area.label, 11, INK, "middle", bold=True, halo=True)
    at = WIDTH - LEGEND_WIDTH + 8
    rows = [*zip(reversed(shades), reversed(labels), strict=True)]
    if any(area.value is None for area in areas):
        rows.append((NOTHING, nothing))
    for index, (fill, label) in enumerate(rows):
        y = EDGE + 6 + index * 22
        sheet.box(at, y, 20, 14, fill, 2)
        sheet.words((at + 27, y + 11.5), label, 10.5 if width_of(label, 10.5) < LEGEND_WIDTH - 36 else 9, SOFT)
    return Picture(caption, told, sheet.svg(told), WIDTH, height)


def classes_of(values: Sequence[float], most: int = 5) -> list[float]:
    """Inner limits of up to `most` classes with about as many areas in each, at rounded values that differ."""
    ordered = sorted(values)
    if not ordered or ordered[0] == ordered[-1]:
        return []
    limits = (ordered[len(ordered) * step // most] for step in range(1, most))
    rounded = sorted({_rounded(limit, ordered[-1] - ordered[0]) for limit in limits})
    return [limit for limit in rounded if ordered[0] < limit <= ordered[-1]]


def _roomiest(shape: shapely.Geometry) -> tuple[float, float]:
    """The point of an area that lies farthest from its border: where a name has room."""
    biggest = max(shapely.get_parts(shape), key=shapely.area)
    x, y = shapely.get_coordinates(shapely.maximum_inscribed_circle(biggest))[0]
    return float(x), float(y)


def _rounded(value: float, span: float) -> float:
    places = 0 if span >= 10 else 1
    return float(round(value, places))


def _shades(count: int) -> list[str]:
    if count == 1:
        return [SHADES[3]]
    return [SHADES[round(index * (len(SHADES) - 1) / (count - 1))] for index in range(count)] or [FAINT]


def _rings(shape: shapely.Geometry, put: object) -> list[list[tuple[float, float]]]:
    rings = []
    for part in shapely.get_parts(shape):
        for ring in (
            shapely.get_exterior_ring(part),
            *(shapely.get_interior_ring(part, i) for i in range(shapely.get_num_interior_rings(part))),
        ):
            rings.append([put(x, y) for x, y in shapely.get_coordinates(ring)])  # type: ignore[operator]
    return rings
