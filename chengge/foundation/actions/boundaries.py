"""Keeping what a reckoning of unclear boundaries found; the one before it goes."""

from collections.abc import Sequence

from django.db import connection, transaction

from chengge import clock
from chengge.domain.boundaries import Verdict, area_m2
from chengge.domain.boundary_zones import Burden
from chengge.foundation.models import BoundaryCount, BoundaryZone
from chengge.foundation.queries.boundaries import Reckoned
from chengge.foundation.queries.drawn import wkb_of

BATCH_ROWS = 500
ONE_AT_A_TIME = 7_460_201


def keep_reckoning(reckoned: Reckoned, burdens: Sequence[Burden]) -> BoundaryCount:
    """Put the zones of a reckoning in place of those of the last, whole or not at all.

    Args:
        burdens: what each zone costs in a year, in their order.
    """
    areas: dict[int, tuple[bytes, float, float, float]] = {}
    rows = []
    for zone, burden in zip(reckoned.found.zones, burdens, strict=True):
        if id(zone.shape) not in areas:
            inside = zone.shape.representative_point()
            areas[id(zone.shape)] = wkb_of(zone.shape), area_m2(zone.shape), inside.x, inside.y
        polygon, area, lon, lat = areas[id(zone.shape)]
        rows.append(
            BoundaryZone(
                problem_class_id=zone.class_id,
                verdict=zone.verdict.value,
                street_code=zone.street_code,
                bodies=list(zone.bodies),
                grid_codes=list(zone.grid_codes),
                polygon=polygon,
                area_m2=round(area, 1),
                lon=round(lon, 6),
                lat=round(lat, 6),
                cases=burden.cases,
                disputes=burden.disputes,
                lost_days=round(burden.lost_days, 2),
                components=burden.components,
                ownerless=burden.ownerless,
                weight=burden.weight,
            )
        )
    counts = reckoned.found.counts
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        BoundaryZone.objects.all().delete()
        BoundaryZone.objects.bulk_create(rows, batch_size=BATCH_ROWS)
        BoundaryCount.objects.all().delete()
        return BoundaryCount.objects.create(
            day=reckoned.day,
            counted_at=clock.now(),
            state=reckoned.state,
            grids=reckoned.grids,
            classes=reckoned.classes,
            clear=counts[Verdict.ONE],
            unowned=counts[Verdict.NONE],
            shared=counts[Verdict.SEVERAL],
        )
