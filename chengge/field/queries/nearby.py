"""What lies around a place: grid, components, like cases, filing conditions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import cos, radians
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import IS_OPEN, Case, Evidence
from chengge.casework.queries.sight import visible
from chengge.domain.coordinates import distance_m
from chengge.foundation.models import Component, HandbookRule
from chengge.foundation.queries import grid_index, locate, rules_of
from chengge.foundation.queries.map_layers import Window
from chengge.foundation.words import limit_words
from chengge.organization.queries import CITY_ZONE, Actor, city_day

LIKE_WITHIN_M = 50
SNAP_WITHIN_M = 30
METRES_PER_DEGREE = 111_320


@dataclass(frozen=True, slots=True)
class Nearby:
    """What lies around a place that somebody wants to report.

    Attributes:
        components: of the class, within `SNAP_WITHIN_M`, with their distance in metres, the nearest first.
        like: open cases of the class within `LIKE_WITHIN_M`, the nearest first.
        rules: filing conditions of the class in the area of the place.
        photos: SHA-256 of the first photo of a like case, by its id.
    """

    grid_code: int | None
    area_class: str
    components: Sequence[tuple[Component, float]]
    like: Sequence[tuple[Case, float]]
    rules: Sequence[HandbookRule]
    photos: dict[int, str]

    def as_json(self) -> dict[str, Any]:
        now = clock.now()
        return {
            "grid": f"{self.grid_code:015d}" if self.grid_code else "",
            "area_class": self.area_class,
            "components": [
                {"code": f"{found.code:016d}", "name": found.name, "lon": found.lon, "lat": found.lat, "metres": round(metres)}
                for found, metres in self.components
            ],
            "like": [
                {
                    "number": found.number,
                    "label": found.problem_class.name,
                    "detail": f"{when(found.reported_at, now)} · {found.get_stage_display()}",
                    "metres": round(metres),
                    "thumb": f"/photos/{shown}/thumb" if (shown := self.photos.get(found.pk)) else "",
                }
                for found, metres in self.like
            ],
            "rules": [
                {
                    "id": rule.pk,
                    "condition": rule.condition,
                    "limit": limit_words(rule.limit_amount, rule.limit_unit),
                    "urgent": rule.urgent,
                    "disposable": rule.self_disposable,
                }
                for rule in self.rules
            ],
        }


def nearby(actor: Actor, lon: float, lat: float, class_id: int | None) -> Nearby:
    """What lies around a place, for a class. At most five queries."""
    located = locate(lon, lat)
    if class_id is None:
        return Nearby(located.grid_code, located.area_class, (), (), (), {})
    there = Component.objects.filter(problem_class_id=class_id).exclude(state=Component.State.ABANDONED)
    components = within_m(there, lon, lat, SNAP_WITHIN_M)
    shown = Evidence.objects.filter(case=OuterRef("pk"), entry__isnull=False, media=Evidence.Media.PHOTO).order_by("created_at", "id")
    alike = visible(actor).filter(IS_OPEN, problem_class_id=class_id).select_related("problem_class")
    alike = alike.annotate(first_photo=Subquery(shown.values("sha256")[:1]))
    like = within_m(alike, lon, lat, LIKE_WITHIN_M)[:3]
    return Nearby(
        grid_code=located.grid_code,
        area_class=located.area_class,
        components=components[:5],
        like=like,
        rules=rules_of(class_id, located.area_class, city_day(clock.now())),
        photos={case.pk: case.first_photo for case, _metres in like},
    )


def when(moment: datetime, now: datetime) -> str:
    """The hour for today, else the day too."""
    local, today = moment.astimezone(CITY_ZONE), now.astimezone(CITY_ZONE)
    return _("today %(time)s") % {"time": f"{local:%H:%M}"} if local.date() == today.date() else f"{local:%m-%d %H:%M}"


def within_m(rows: Any, lon: float, lat: float, metres: float) -> list[tuple[Any, float]]:
    """Rows with `lon`, `lat` and `grid_code` within a distance, the nearest first: found by the unit grids around, then measured."""
    high = metres / METRES_PER_DEGREE
    wide = high / max(cos(radians(lat)), 0.01)
    window = Window(lon - wide, lat - high, lon + wide, lat + high)
    codes = [int(code) for code in grid_index().in_window(window.west, window.south, window.east, window.north)]
    around = rows.filter(window.holds()).filter(Q(grid_code__in=codes) | Q(grid_code=None))
    measured = [(row, float(distance_m(lon, lat, row.lon, row.lat))) for row in around]
    return sorted(((row, far) for row, far in measured if far <= metres), key=lambda pair: pair[1])
