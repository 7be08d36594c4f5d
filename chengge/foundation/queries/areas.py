"""Drawn areas as people read them: which hold, what is at fault with a border, which others it overlaps, what waits to be accepted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from shapely import STRtree

from chengge.domain.boundaries import ClassCode, area_m2, meet, polygons_of
from chengge.domain.topology import Border, FaultKind, GridShape, Limits, check
from chengge.foundation.models import AreaChange, ProblemClass, ProblemKind, ResponsibilityArea
from chengge.foundation.queries.dated import holding_on
from chengge.foundation.queries.drawn import border_of, geojson_of

SLIVER_M = 3.0
NEAR_DEGREES = 0.0005  # some 50 m: areas that lie farther apart have no gap between them
LIMITS = Limits(min_area_m2=10, max_area_m2=1e12, sliver_width_m=SLIVER_M)
MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class AreaFault:
    """Something about a border that somebody should look at before it holds.

    Attributes:
        others: the areas with which it overlaps or between which the gap lies.
    """

    kind: str
    message: str
    lon: float | None
    lat: float | None
    measure_m2: float
    others: tuple[ResponsibilityArea, ...] = ()


def areas_on(day: date, organization_ids: Sequence[int] | None = None, text: str = "") -> QuerySet[ResponsibilityArea]:
    """Areas that hold on a day or later, without their borders; of some bodies only, or by a part of code or name."""
    rows = ResponsibilityArea.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day)).select_related("organization").defer("polygon")
    if organization_ids is not None:
        rows = rows.filter(organization_id__in=list(organization_ids))
    if text:
        rows = rows.filter(Q(code__icontains=text) | Q(name__icontains=text) | Q(organization__name__icontains=text))
    return rows.order_by("code", "valid_from")


def versions_of_area(code: str) -> list[ResponsibilityArea]:
    """All rows of an area, the latest first, without their borders. One query."""
    rows = ResponsibilityArea.objects.filter(code=code).select_related("organization").defer("polygon")
    return list(rows.order_by("-valid_from", "-pk"))


def changes_like(state: str = "proposed") -> QuerySet[AreaChange]:
    """Proposals, the latest first."""
    rows = AreaChange.objects.select_related("organization", "proposed_by", "decided_by").defer("polygon")
    return rows.filter(state=state).order_by("-proposed_at", "-pk")


def faults_of(border: Border, classes: Sequence[str], organization_id: int, code: str, day: date) -> list[AreaFault]:
    """What is at fault with a border beside the areas of other bodies for the same classes. One query.

    Overlaps and gaps narrower than 5 cm are rounding; strips narrower than 3 m are told as slivers.
    """
    others = neighbours_of(border, classes, organization_id, code, day)
    owners: list[ResponsibilityArea | None] = []
    shapes: list[GridShape] = []
    for area, whole in ((None, border), *((other, border_of(other.polygon)) for other in others)):
        for part in shapely.get_parts(whole):
            shapes.append(GridShape(len(shapes), part, 0))
            owners.append(area)
    found = []
    for fault in check(shapes, {}, LIMITS):
        concerned = [owners[number] for number in fault.codes] if fault.kind is not FaultKind.GAP else [None]
        if None not in concerned or fault.kind is FaultKind.AREA_OUT_OF_RANGE:
            continue
        if fault.kind is FaultKind.GAP and not _beside(border, fault.lon, fault.lat):
            continue
        with_whom = tuple(area for area in concerned if area is not None)
        if len(fault.codes) > 1 and not with_whom:
            continue
        found.append(AreaFault(fault.kind.value, _words(fault.kind, with_whom), fault.lon, fault.lat, fault.measure_m2, with_whom))
    return found[:MOST_FAULTS]


def neighbours_of(border: Border, classes: Sequence[str], organization_id: int, code: str, day: date) -> list[ResponsibilityArea]:
    """Areas of other bodies, for some of the same classes, that lie near. One query."""
    codes = [ClassCode.parse(text) for text in classes]
    rows = holding_on(ResponsibilityArea.objects.exclude(code=code).exclude(organization_id=organization_id), day)
    listed = list(rows.select_related("organization").order_by("code"))
    near = STRtree([border_of(row.polygon) for row in listed]).query(border, predicate="dwithin", distance=NEAR_DEGREES)
    return [listed[at] for at in sorted(near.tolist()) if meet(codes, [ClassCode.parse(text) for text in listed[at].classes])]


def overlaps_of(border: Border, others: Iterable[ResponsibilityArea]) -> list[tuple[ResponsibilityArea, float]]:
    """With which areas a border overlaps by more than 1 m², and by how many m²."""
    found = []
    for other in others:
        common = polygons_of(border.intersection(border_of(other.polygon)))
        if not common.is_empty and (measure := area_m2(common)) > 1:
            found.append((other, measure))
    return found


def class_words(codes: Sequence[str], day: date) -> str:
    """The classes of an area in words. One query where any are named."""
    if not codes:
        return _("every class")
    names: dict[str, str] = {kind: str(label) for kind, label in ProblemKind.choices}
    for row in holding_on(ProblemClass.objects.all(), day):
        names[f"{row.kind}:{row.major_code}"] = row.major_name
        names[f"{row.kind}:{row.code}"] = row.name
    return _(", ").join(names.get(code, code) for code in codes)


def area_features(rows: Iterable[ResponsibilityArea]) -> dict[str, Any]:
    """Areas as GeoJSON, with code, name and organization."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": row.code, "name": row.name, "organization": row.organization.short_name},
                "geometry": geojson_of(row.polygon),
            }
            for row in rows
        ],
    }


def _beside(border: Border, lon: float | None, lat: float | None) -> bool:
    return lon is not None and lat is not None and bool(border.dwithin(shapely.Point(lon, lat), NEAR_DEGREES))


def _words(kind: FaultKind, others: Sequence[ResponsibilityArea]) -> str:
    names = _(", ").join(f"{other.name} ({other.organization.short_name})" for other in others)
    match kind:
        case FaultKind.OVERLAP:
            return _("It overlaps with %(names)s: both would answer with the same right.") % {"names": names}
        case FaultKind.GAP:
            return _("A gap is left between it and the areas beside it: nobody would answer there.")
        case FaultKind.SLIVER if names:
            return _("A strip narrower than %(metres)d m overlaps with %(names)s.") % {"metres": SLIVER_M, "names": names}
        case FaultKind.SLIVER:
            return _("A strip here is narrower than %(metres)d m.") % {"metres": SLIVER_M}
        case _:
            return _("The border crosses or touches itself.")
