"""A place with what was drawn there, over the borders of the unit grids around it. Numbers and shapes in, SVG out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from chengge.documents.document import Picture
from chengge.documents.drawing import BLUE, GOLD, INK, LINE, RED, SOFT, Sheet
from chengge.domain.coordinates import LocalMetres
from chengge.foundation.queries import grid_index

WIDTH, HEIGHT = 640, 340
LEAST_M, ROOM = 60.0, 0.15  # half of what is shown at least; air around what was drawn, of its size
FILL = "#f6dca8"
Put = Callable[[float, float], tuple[float, float]]  # metres around the place, to the sheet
SCALES_M = (10, 20, 50, 100, 200, 500, 1000)


@dataclass(frozen=True, slots=True)
class Shape:
    """Something drawn: WKB in degrees, and its label."""

    wkb: bytes
    label: str


@dataclass(frozen=True, slots=True)
class Pin:
    """Where somebody stands, in degrees, and the sign on it."""

    lon: float
    lat: float
    sign: str


def sketched(caption: str, lon: float, lat: float, shapes: Sequence[Shape], pins: Sequence[Pin] = ()) -> Picture:
    """The surroundings of a place to scale, north up, with what was drawn and who stands where."""
    frame = LocalMetres.around(lon, lat)

    def flat(shape: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(shape, lambda places: np.column_stack(frame.to_metres(places[:, 0], places[:, 1])))

    drawn = [(flat(shapely.from_wkb(one.wkb)), one.label) for one in shapes]
    stands = [(flat(shapely.Point(one.lon, one.lat)), one.sign) for one in pins]
    half_x, half_y = _half_extent([shape for shape, _label in (*drawn, *stands)])
    scale = WIDTH / (2 * half_x)
    sheet = Sheet(WIDTH, HEIGHT)
    sheet.box(0, 0, WIDTH, HEIGHT, "#fbfaf7")

    def put(x: float, y: float) -> tuple[float, float]:
        return (x + half_x) * scale, (half_y - y) * scale

    window = shapely.box(-half_x, -half_y, half_x, half_y)
    west, south = map(float, frame.from_metres(-half_x, -half_y))
    east, north = map(float, frame.from_metres(half_x, half_y))
    index = grid_index()
    for code in index.in_window(west, south, east, north):
        for ring in _rings(shapely.intersection(flat(index.polygon(int(code))), window)):
            sheet.shape([[put(*corner) for corner in ring]], "none", LINE, 0.8)
    for shape, label in drawn:
        _put_shape(sheet, shape, put)
        if label:
            x, y = put(*shapely.point_on_surface(shape).coords[0])
            sheet.words((x, y - 5), label, 11, INK, "middle", bold=True, halo=True)
    sheet.dot(put(0, 0), 5, RED)
    for point, sign in stands:
        x, y = put(point.x, point.y)
        sheet.dot((x, y), 8, BLUE)
        sheet.words((x, y + 4), sign, 10.5, "#ffffff", "middle", bold=True)
    length = max((one for one in SCALES_M if one * scale < WIDTH / 4), default=SCALES_M[0])
    sheet.line((16, HEIGHT - 16), (16 + length * scale, HEIGHT - 16), INK, 1.6)
    sheet.words((16, HEIGHT - 22), f"{length} m", 10, SOFT, halo=True)
    told = f"{caption}: {'; '.join(label for _shape, label in drawn) or f'{lon:.5f}, {lat:.5f}'}"
    return Picture(caption, told, sheet.svg(told), WIDTH, HEIGHT)


def _half_extent(shapes: Sequence[shapely.Geometry]) -> tuple[float, float]:
    """Half width and half height of what is shown, in metres around the place."""
    reach_x = reach_y = 0.0
    for shape in shapes:
        west, south, east, north = shape.bounds
        reach_x, reach_y = max(reach_x, abs(west), abs(east)), max(reach_y, abs(south), abs(north))
    half_y = max(LEAST_M, reach_y * (1 + ROOM), reach_x * (1 + ROOM) * HEIGHT / WIDTH)
    return half_y * WIDTH / HEIGHT, half_y


def _put_shape(sheet: Sheet, shape: shapely.Geometry, put: Put) -> None:
    for part in shapely.get_parts(shape):
        match part.geom_type:
            case "Point":
                sheet.dot(put(part.x, part.y), 6, GOLD)
            case "LineString":
                sheet.path([put(*corner) for corner in part.coords], GOLD, 3)
            case _:
                for ring in _rings(part):
                    sheet.shape([[put(*corner) for corner in ring]], FILL, GOLD, 2)


def _rings(shape: shapely.Geometry) -> list[list[tuple[float, float]]]:
    found = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon" and not part.is_empty:
            found += [list(ring.coords) for ring in (part.exterior, *part.interiors)]
    return found
