"""Files of shapes (GeoJSON, GeoPackage, Shapefile), and their coordinates brought to WGS84."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from django.utils.translation import gettext as _
from numpy.typing import NDArray
from pyogrio.errors import DataSourceError
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from chengge.domain.coordinates import bd09_to_wgs84, gcj02_to_wgs84
from chengge.domain.errors import Refused
from chengge.exchange.importers.columns import Column
from chengge.exchange.importers.options import Options
from chengge.exchange.importers.reading.rows import Row, Sheet, Table, no_headings, positions_of, unreadable

OUR_FRAMES = ("wgs84", "cgcs2000", "epsg:4326", "epsg:4490")


def read_shapes(path: Path, columns: Sequence[Column], options: Options) -> Table:
    """The features of a file, with shapes in WGS84.

    Raises:
        Refused: it cannot be read, has several layers and none is named, lacks the headings, or names no frame.
    """
    source = f"/vsizip/{path}" if path.suffix.lower() == ".zip" else str(path)
    layer = _layer(path, source, options)
    try:
        meta, _ids, shapes, fields = pyogrio.raw.read(source, layer=layer, force_2d=True, encoding=_encoding(path, source, layer, options))
    except (DataSourceError, ValueError, UnicodeDecodeError, RuntimeError) as error:
        hint = _("Check that the file is whole; a Shapefile needs its .dbf, .shx and .prj beside it, or all of them in one .zip.")
        raise unreadable(path, str(error), hint) from error
    headings = tuple(map(str, meta["fields"]))
    sheet = Sheet(layer if len(_layers(path, source)) > 1 else "", headings, positions_of(headings, columns, options.columns))
    lacking = [column for column in columns if column.required and column.name not in sheet.positions]
    if lacking:
        raise no_headings(path.name, headings, columns)
    geometry = in_wgs84(shapely.from_wkb(shapes), options.crs or meta["crs"] or "", path.name)
    values = list(zip(*(column.tolist() for column in fields), strict=True)) if fields else [()] * len(geometry)
    rows = [Row(sheet, number, cells, shape) for number, (cells, shape) in enumerate(zip(values, geometry, strict=True), start=1)]
    return Table(path.name, rows, has_shapes=True)


def in_wgs84(shapes: NDArray[Any], crs: str, file_name: str) -> NDArray[Any]:
    """Shapes brought from a frame into WGS84 degrees; an empty frame is taken as WGS84.

    Raises:
        Refused: the frame is unknown, or shapes without a named frame are not in degrees.
    """
    if crs.lower() in ("gcj02", "gcj-02"):
        return shapely.transform(shapes, lambda places: np.column_stack(gcj02_to_wgs84(places[:, 0], places[:, 1])))
    if crs.lower() in ("bd09", "bd-09"):
        return shapely.transform(shapes, lambda places: np.column_stack(bd09_to_wgs84(places[:, 0], places[:, 1])))
    if crs and crs.lower() not in OUR_FRAMES:
        transformer = _transformer(crs)
        return shapely.transform(shapes, lambda places: np.column_stack(transformer.transform(places[:, 0], places[:, 1])))
    west, south, east, north = shapely.total_bounds(shapes)
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise Refused(
            "crs",
            _("%(file)s: the coordinates are no degrees (from %(west).0f, %(south).0f to %(east).0f, %(north).0f).")
            % {"file": file_name, "west": west, "south": south, "east": east, "north": north},
            _("Name the frame they are in with the option for coordinates, such as EPSG:4549 (CGCS2000, 3 degrees, 120°E)."),
            field="crs",
        )
    return shapes


def _transformer(crs: str) -> Transformer:
    try:
        return Transformer.from_crs(CRS.from_user_input(crs), CRS.from_epsg(4326), always_xy=True)
    except CRSError:
        raise Refused(
            "crs",
            _("There is no frame of coordinates “%(crs)s”.") % {"crs": crs},
            _("Write wgs84, cgcs2000, gcj02, bd09 or EPSG:number."),
            field="crs",
        ) from None


def _layers(path: Path, source: str) -> list[str]:
    try:
        return [str(name) for name in pyogrio.list_layers(source)[:, 0]]
    except DataSourceError as error:
        raise unreadable(path, str(error), _("GeoJSON, GeoPackage (.gpkg) and Shapefile (.shp or .zip) can be read.")) from error


def _layer(path: Path, source: str, options: Options) -> str:
    layers = _layers(path, source)
    if (options.sheet and options.sheet not in layers) or (not options.sheet and len(layers) != 1):
        raise Refused(
            "sheet",
            _("%(file)s has the layers: %(layers)s.") % {"file": path.name, "layers": _(", ").join(layers)},
            _("Name the one to read with the option for the sheet."),
            field="sheet",
        )
    return options.sheet or layers[0]


def _encoding(path: Path, source: str, layer: str, options: Options) -> str | None:
    """The encoding of a Shapefile's texts, which often goes unsaid: GB18030 where UTF-8 does not fit."""
    if options.encoding:
        return options.encoding
    if path.suffix.lower() not in (".shp", ".zip") or path.with_suffix(".cpg").exists():
        return None
    try:
        pyogrio.raw.read(source, layer=layer, encoding="utf-8", read_geometry=False)
    except (UnicodeDecodeError, RuntimeError):
        return "gb18030"
    return "utf-8"
