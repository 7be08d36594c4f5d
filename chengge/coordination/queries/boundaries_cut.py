"""How an unclear place may be cut: what was settled there, who answers beside it, which borders and roads cross it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import shapely
from django.db.models import Q
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from chengge import clock
from chengge.casework.models import Case
from chengge.domain.boundaries import Verdict, answer_of, area_m2, polygons_of
from chengge.domain.cuts import Cut, Line, Part, Settlement, Why, propose
from chengge.foundation.models import BaseMapFeature, BoundaryZone, Component, Division, ProblemClass, RuledResponsibility
from chengge.foundation.queries import grid_index
from chengge.foundation.queries.dated import holding_on
from chengge.foundation.queries.drawn import DECIMALS, border_of
from chengge.foundation.queries.responsibility import written_on
from chengge.organization.models import Organization
from chengge.organization.queries import city_day

A_YEAR = timedelta(days=365)
NEAR_DEGREES = 0.003  # some 300 m: whoever answers so near may answer here too
RULING_WEIGHT = 5  # cases
MOST_SETTLEMENTS, MOST_GRIDS = 2000, 600
ROADS = (BaseMapFeature.Kind.ARTERIAL, BaseMapFeature.Kind.STREET, BaseMapFeature.Kind.LANE)


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part of a proposed cut in words."""

    number: int
    body: Organization
    reason: str
    area_m2: float
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class CutRow:
    """A proposed cut in words; no parts where nothing speaks for anybody."""

    parts: tuple[PartRow, ...]
    along: str


def cut_of(zone: BoundaryZone) -> CutRow:
    """How a zone may be cut, in words. Some ten queries."""
    day = city_day(clock.now())
    place = border_of(zone.polygon)
    settled = list(_settlements(zone, day))
    cut = propose(place, zone.bodies, settled, _beside(zone, place, day), _lines(place, day))
    if cut is None:
        return CutRow((), "")
    bodies = Organization.objects.in_bulk({part.body for part in cut.parts})
    parts = tuple(
        PartRow(number, bodies[part.body], _reason(part), area_m2(part.shape), _kept(part.shape))
        for number, part in enumerate(cut.parts, 1)
        if part.body in bodies
    )
    return CutRow(parts, _along(cut))


def _kept(shape: BaseGeometry) -> BaseGeometry:
    """A part as it may be kept: to a centimetre, and sound."""
    return polygons_of(shapely.set_precision(shape, 10.0**-DECIMALS))


def _settlements(zone: BoundaryZone, day: date) -> Iterator[Settlement]:
    """Cases that a platform finished, and rulings about the class that held, in the past twelve months, each where it was.

    A ruling weighs the same whether it names one grid or fifty: its weight is shared by the places it names here.
    """
    closed = Case.objects.filter(
        problem_class_id=zone.problem_class_id,
        grid_code__in=zone.grid_codes,
        handled_at__gte=clock.now() - A_YEAR,
        department__isnull=False,
        merged_into=None,
    )
    for lon, lat, department_id in closed.order_by("-handled_at").values_list("lon", "lat", "department_id")[:MOST_SETTLEMENTS]:
        if department_id is not None:
            yield Settlement(lon, lat, department_id)
    platforms = written_on(day).register.platforms
    one = ProblemClass.objects.get(pk=zone.problem_class_id)
    about = (
        Q(problem_class=one)
        | Q(problem_class=None, kind=one.kind, major_code=one.major_code)
        | Q(problem_class=None, kind=one.kind, major_code="")
    )
    grids = set(zone.grid_codes)
    index = grid_index()
    held = Q(valid_to=None) | Q(valid_to__gt=day - A_YEAR)
    ruled = RuledResponsibility.objects.filter(about, held).prefetch_related("grids", "components")
    for row in ruled.filter(Q(grids__grid_code__in=grids) | Q(components__isnull=False) | Q(polygon__isnull=False)).distinct():
        body = platforms.get(row.organization_id)
        if body is None:
            continue
        shapes = [
            index.polygon(named.grid_code) for named in row.grids.all() if named.grid_code in grids and named.grid_code in index.codes
        ]
        if row.polygon is not None:
            shapes.append(border_of(row.polygon))
        places = [(inside.x, inside.y) for inside in shapely.point_on_surface(shapes)]
        codes = [part.component_code for part in row.components.all()]
        places += Component.objects.filter(code__in=codes, grid_code__in=grids).values_list("lon", "lat")
        for lon, lat in places:
            yield Settlement(lon, lat, body, RULING_WEIGHT / len(places))


def _beside(zone: BoundaryZone, place: BaseGeometry, day: date) -> dict[int, BaseGeometry]:
    """Where, near the place, one platform answers alone for the class."""
    written, index = written_on(day), grid_index()
    one = written.classes.get(zone.problem_class_id)
    if one is None:
        return {}
    west, south, east, north = place.bounds
    near = index.in_window(west - NEAR_DEGREES, south - NEAR_DEGREES, east + NEAR_DEGREES, north + NEAR_DEGREES)
    around = np.setdiff1d(near, np.array(zone.grid_codes, dtype=np.int64))
    grids: dict[int, list[BaseGeometry]] = defaultdict(list)
    for code in around[:MOST_GRIDS].tolist():
        answer = answer_of(written.register.claims(one, grid_code=code))
        if answer.verdict is Verdict.ONE:
            grids[answer.bodies[0]].append(index.polygon(code))
    return {body: shapely.union_all(shapes) for body, shapes in grids.items()}


def _lines(place: BaseGeometry, day: date) -> list[Line]:
    """Borders of streets and communities, and roads, that cross the place; the better ones to cut along first."""
    found = []
    rows = holding_on(Division.objects.filter(code__gte=10**8, polygon__isnull=False), day)
    for code, name, polygon in rows.values_list("code", "name", "polygon"):
        edge = border_of(polygon or b"").boundary
        if edge.crosses(place) or edge.within(place):
            street = code < 10**11
            found.append(Line(name, "street border" if street else "community border", 0 if street else 1, edge))
    by_name: dict[tuple[str, str], list[BaseGeometry]] = defaultdict(list)
    for kind, name, shape in BaseMapFeature.objects.filter(kind__in=ROADS).values_list("kind", "name", "shape"):
        road = shapely.from_wkb(bytes(shape))
        if road.intersects(place) and shapely.get_dimensions(road) == 1:
            by_name[kind, name].append(road)
    for (kind, name), roads in by_name.items():
        found.append(Line(name, kind, 2 + ROADS.index(BaseMapFeature.Kind(kind)), shapely.line_merge(shapely.union_all(roads))))
    return sorted(found, key=lambda line: (line.rank, line.name))


def _reason(part: Part) -> str:
    match part.why:
        case Why.SETTLED:
            said = {"settled": round(part.settled), "all": round(part.of)}
            return (
                _("%(settled)d of %(all)d settlements of the past twelve months here were theirs (a ruling counts like five cases).") % said
            )
        case Why.BESIDE:
            return _("They answer for the same along %(percent)d %% of its edge.") % {"percent": round(100 * part.edge)}
        case Why.LARGEST:
            return _("They are the only ones named.")


def _along(cut: Cut) -> str:
    line = cut.line
    if line is None:
        return _("The whole place to one body.")
    match line.kind:
        case "street border" | "community border":
            return _("Cut along the border of %(name)s.") % {"name": line.name}
        case _ if line.name:
            return _("Cut along the road %(name)s.") % {"name": line.name}
        case _:
            return _("Cut along a road without a name.")
