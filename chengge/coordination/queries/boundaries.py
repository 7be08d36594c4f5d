"""Unclear boundaries as people read them: which are in sight, between whom, and the cases that lie in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import shapely
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import Case
from chengge.casework.queries.sight import sight, with_all_below
from chengge.coordination.queries.hard_cases import READERS
from chengge.domain.boundaries import Verdict
from chengge.domain.errors import NotFound
from chengge.domain.lifecycle import Post
from chengge.foundation.models import BoundaryZone, Division, ResponsibilityArea
from chengge.foundation.queries.areas import areas_on
from chengge.foundation.queries.boundaries import zones_like
from chengge.foundation.queries.dated import holding_on
from chengge.foundation.queries.drawn import border_of
from chengge.foundation.queries.responsibility import written_on
from chengge.organization.models import Organization
from chengge.organization.queries import Actor, city_day

A_YEAR = timedelta(days=365)
MOST_CASES = 50


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """An unclear boundary in words."""

    zone: BoundaryZone
    key: str
    street: str
    bodies: tuple[Organization, ...]


def key_of(zone: BoundaryZone) -> str:
    """The name of a zone in addresses: it stays when the reckoning is made anew and finds the same."""
    return "-".join(map(str, (zone.problem_class_id, zone.street_code, *zone.bodies)))


def zones_in_sight(
    actor: Actor, verdict: str = "", class_id: int | None = None, kind: str = "", street_code: int | None = None, body_id: int | None = None
) -> QuerySet[BoundaryZone]:
    """Unclear boundaries: all for the platform and leaders; for a department those where it answers with the same right as others."""
    bodies: Sequence[int] | None = None if body_id is None else [body_id]
    rows = zones_like(verdict, class_id, kind, street_code, bodies)
    if actor.posts & READERS:
        return rows
    if Post.DEPARTMENT not in actor.posts or actor.organization_id is None:
        return rows.none()
    return rows.filter(bodies__contains=[platform_of(actor.organization_id)])


def zone_in_sight(actor: Actor, key: str) -> BoundaryZone:
    """The zone of an address. Raises NotFound: it is clear now, or out of sight."""
    parts = key.split("-")
    if len(parts) >= 2 and all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        class_id, street, *bodies = map(int, parts)
        verdict = (Verdict.SEVERAL if bodies else Verdict.NONE).value
        rows = zones_in_sight(actor, verdict, class_id, street_code=street).filter(bodies=bodies)
        found = rows.defer(None).first()
        if found is not None:
            return found
    raise NotFound("zone", _("This boundary is clear now, or it lies out of your sight."), _("Look at the list."))


def platform_of(organization_id: int) -> int:
    """The second-level platform of a body, as the register knows it; the body itself where there is none."""
    return written_on(city_day(clock.now())).register.platforms.get(organization_id, organization_id)


def rows_of(zones: Iterable[BoundaryZone]) -> list[ZoneRow]:
    """Zones in words. Two queries."""
    listed = list(zones)
    bodies = Organization.objects.in_bulk({pk for zone in listed for pk in zone.bodies})
    streets = street_names({zone.street_code for zone in listed})
    return [
        ZoneRow(
            zone,
            key_of(zone),
            streets.get(zone.street_code, str(zone.street_code)),
            tuple(bodies[pk] for pk in zone.bodies if pk in bodies),
        )
        for zone in listed
    ]


def street_names(codes: Iterable[int]) -> dict[int, str]:
    """One query."""
    return dict(holding_on(Division.objects.filter(code__in=set(codes)), city_day(clock.now())).values_list("code", "name"))


def cases_in(actor: Actor, zone: BoundaryZone) -> list[Case]:
    """Cases of the past twelve months in a zone, the latest first, as far as they are in sight. One query."""
    shape = border_of(zone.polygon)
    shapely.prepare(shape)
    rows = Case.objects.filter(
        sight(actor),
        problem_class_id=zone.problem_class_id,
        grid_code__in=zone.grid_codes,
        filed_at__gte=clock.now() - A_YEAR,
        merged_into=None,
    )
    listed = rows.select_related("problem_class", "department").order_by("-reported_at", "-pk")[: 4 * MOST_CASES]
    return [case for case in listed if shapely.intersects_xy(shape, case.lon, case.lat)][:MOST_CASES]


def areas_in_sight(actor: Actor, text: str = "") -> QuerySet[ResponsibilityArea]:
    """Drawn areas that hold: all for the platform and leaders, a department's own and those below it for a department."""
    day = city_day(clock.now())
    if actor.posts & READERS:
        return areas_on(day, None, text)
    if Post.DEPARTMENT not in actor.posts or actor.organization_id is None:
        return areas_on(day, [], text)
    return areas_on(day, with_all_below(actor.organization_id), text)


def area_in_sight(actor: Actor, area_id: int) -> ResponsibilityArea:
    """A drawn area that holds, with its border. Raises NotFound."""
    found = areas_in_sight(actor).defer(None).filter(pk=area_id).first()
    if found is None:
        raise NotFound("area", _("This area does not hold any more, or it lies out of your sight."), _("Look at the list of areas."))
    return found
