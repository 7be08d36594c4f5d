"""Exporting what holds: tables and files of shapes that the importers read again, and empty templates."""

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from django.utils.translation import gettext as _

from chengge.domain.errors import Refused
from chengge.exchange.exports.rows import SOURCES, OutRow, Wanted, source_of
from chengge.exchange.exports.templates import write_template
from chengge.exchange.importers.base import Importer
from chengge.exchange.importers.columns import text_of
from chengge.exchange.importers.plan import Progress, silent
from chengge.exchange.tables import write_table

DRIVERS = {".geojson": "GeoJSON", ".gpkg": "GPKG"}


def export(kind: str, path: Path, wanted: Wanted, progress: Progress = silent) -> int:
    """Write a kind's rows as .csv, .xlsx, .geojson or .gpkg, by the path's ending. Returns how many.

    Raises:
        Refused: a kind or an ending that is not exported.
    """
    importer, source = source_of(kind)
    names = [column.name for column in importer.columns if column.name != "border"]

    def told() -> Any:
        for done, row in enumerate(source(wanted), start=1):
            if done % 500 == 0:
                progress(_("Writing rows"), done, 0)
            yield row

    if path.suffix.lower() in DRIVERS:
        return _write_shapes(path, importer, names, list(told()))
    headings = [column.heading for column in importer.columns if column.name in names]
    return write_table(path, headings, ([row.cells.get(name) for name in names] for row in told()))


def _write_shapes(path: Path, importer: Importer, names: list[str], rows: list[OutRow]) -> int:
    """Fields carry the importer's own names: long Chinese ones do not fit every format."""
    if rows and all(row.shape is None for row in rows):
        raise Refused("shapes", _("%(title)s have no shapes.") % {"title": importer.title}, _("Write them as .csv or .xlsx."), field="file")
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [row.shape for row in rows]
    fields = [name for name in names if name not in ("lon", "lat")]
    path.unlink(missing_ok=True)
    pyogrio.raw.write(
        path,
        shapely.to_wkb(shapes),
        [np.array([text_of(row.cells.get(name)) for row in rows], dtype=object) for name in fields],
        fields,
        layer=path.stem if path.suffix.lower() == ".gpkg" else None,
        driver=DRIVERS[path.suffix.lower()],
        geometry_type="Unknown",
        crs="EPSG:4326",
    )
    return len(rows)


__all__ = ["SOURCES", "Wanted", "export", "write_template"]
