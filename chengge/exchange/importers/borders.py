"""Shapes as the tables keep them, and what is said of shapes that are at fault."""

import numpy as np
import shapely
from django.utils.translation import gettext as _
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from chengge.domain import topology
from chengge.domain.topology import FaultKind, MendError
from chengge.exchange.importers.base import Record, Work
from chengge.exchange.importers.plan import Severity


def wkb_of(shape: BaseGeometry) -> bytes:
    """A shape as the tables keep it."""
    return bytes(shapely.to_wkb(shape, byte_order=1, output_dimension=2))


def array_of(shapes: list[BaseGeometry]) -> NDArray[np.object_]:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array


def mended_polygon(work: Work, record: Record) -> Polygon | None:
    """The row's shape as one polygon, mended where that loses nothing; None and a refused row where it cannot be."""
    shape = record.row.geometry
    if shape is None or not isinstance(shape, Polygon | MultiPolygon):
        hint = _("Give it a border, as a polygon, in the file of shapes or in a column with WKT or GeoJSON.")
        work.refuse(record, "border", _("The row has no border."), hint)
        return None
    try:
        whole = topology.mend(shape)
    except MendError:
        hint = _("Put the border right in your map program, or give each part a row of its own.")
        work.refuse(record, "border", _("The border cannot be mended without guessing."), hint)
        return None
    if not shape.is_valid:
        hint = _("Look at it in your map program.")
        work.mend(record, "border", _("The border was invalid and has been mended."), hint, value=shapely.is_valid_reason(shape))
    return whole


def tell_topology(work: Work, faults: list[topology.Fault]) -> None:
    """The faults of a set of grids, each with its place, as things to look at."""
    for fault in faults:
        message, hint = _words_for(fault.kind)
        area = f"{fault.measure_m2:,.0f} m²" if fault.measure_m2 else ""
        value = " ".join(filter(None, (_(", ").join(map(str, fault.codes)), area)))
        work.whole(Severity.NOTICE, message, hint, value, fault.lon, fault.lat)


def _words_for(kind: FaultKind) -> tuple[str, str]:
    """What is at fault, and what to do about it."""
    mend = _("Put the border right in your map program and import it again.")
    match kind:
        case FaultKind.INVALID_RING:
            return _("The border crosses itself or is in parts."), mend
        case FaultKind.DUPLICATE_CODE:
            return _("Several grids have this code."), _("Give each its own.")
        case FaultKind.UNKNOWN_COMMUNITY:
            return _("The community of this grid has no border here."), _("Import the borders of communities first.")
        case FaultKind.AREA_OUT_OF_RANGE:
            return _("The area of this grid is unusual."), _("A unit grid has about 10 000 m²; 1 000 to 100 000 are taken as usual.")
        case FaultKind.ACROSS_BORDER:
            return _("This grid reaches out of its community."), mend
        case FaultKind.OVERLAP:
            return _("These grids overlap; a place in both belongs to the smaller code."), mend
        case FaultKind.GAP:
            return _("A part of this community lies in no grid."), mend
        case FaultKind.SLIVER:
            return _("A strip here is narrower than a metre."), mend
