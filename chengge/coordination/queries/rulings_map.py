"""Where a ruling holds, for its map: the drawn area, unit grids, components, or a division."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from chengge import clock
from chengge.coordination.models import Ruling
from chengge.foundation.models import Component, Division
from chengge.foundation.queries import grid_index
from chengge.foundation.queries.dated import holding_on
from chengge.foundation.queries.drawn import border_of, rounded
from chengge.organization.queries import city_day


def drawn_on_map(ruling: Ruling) -> Mapping[str, Any] | None:
    """GeoJSON of where a ruling holds, with its `bbox`; None where nothing of it is on the map. At most one query."""
    shape = _shape(ruling)
    if shape is None or shape.is_empty:
        return None
    feature = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(rounded(shape))}
    return {"type": "FeatureCollection", "features": [feature], "bbox": [round(degree, 6) for degree in shape.bounds]}


def _shape(ruling: Ruling) -> BaseGeometry | None:
    if ruling.polygon is not None:
        return border_of(ruling.polygon)
    if ruling.component_codes:
        places = Component.objects.filter(code__in=ruling.component_codes).values_list("lon", "lat")
        return shapely.MultiPoint(list(places))
    if ruling.division_code is not None:
        divisions = holding_on(Division.objects.filter(code=ruling.division_code, polygon__isnull=False), city_day(clock.now()))
        wkb = divisions.values_list("polygon", flat=True).first()
        return border_of(wkb) if wkb else None
    index = grid_index()
    known = np.intersect1d(ruling.grid_codes, index.codes)  # a grid may be gone by now
    return shapely.union_all([index.polygon(int(code)) for code in known])
