"""What lies around a place: grid, components, like cases, filing conditions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import cos, radians
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.queries.likeness import Alike, alike, in_sight_of
from chengge.domain.coordinates import distance_m
from chengge.foundation.models import Component, HandbookRule
from chengge.foundation.queries import grid_index, locate, rules_of
from chengge.foundation.queries.map_layers import Window
from chengge.foundation.words import limit_words
from chengge.organization.queries import CITY_ZONE, Actor, city_day

MOST_LIKE, LIKE_ASKED_FOR = 3, 8
SNAP_WITHIN_M = 30
METRES_PER_DEGREE = 111_320


@dataclass(frozen=True, slots=True)
class Nearby:
    """What lies around a place that somebody wants to report.

    Attributes:
        components: of the class, within `SNAP_WITHIN_M`, with their distance in metres, the nearest first.
        like: open cases in sight that may be the same problem, the likeliest first, each with its score and the reasons.
        rules: filing conditions of the class in the area of the place.
    """

    grid_code: int | None
    area_class: str
    components: Sequence[tuple[Component, float]]
    like: Sequence[Alike]
    rules: Sequence[HandbookRule]

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
                    "number": found.case.number,
                    "label": found.case.problem_class.name,
                    "detail": f"{when(found.case.reported_at, now)} · {found.case.get_stage_display()}",
                    "metres": round(found.distance_m),
                    "percent": found.percent,
                    "why": _(", ").join(found.reasons),
                    "thumb": f"/photos/{found.photo}/thumb" if found.photo else "",
                }
                for found in self.like
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
    """What lies around a place, for a class. At most eight queries."""
    located = locate(lon, lat)
    if class_id is None:
        return Nearby(located.grid_code, located.area_class, (), (), ())
    there = Component.objects.filter(problem_class_id=class_id).exclude(state=Component.State.ABANDONED)
    components = within_m(there, lon, lat, SNAP_WITHIN_M)
    # One that is over takes no more reports: a problem that came back is reported anew.
    open_ones = [one for one in alike(lon, lat, class_id, "", clock.now(), limit=LIKE_ASKED_FOR) if not one.came_back]
    return Nearby(
        grid_code=located.grid_code,
        area_class=located.area_class,
        components=components[:5],
        like=in_sight_of(actor, open_ones)[:MOST_LIKE],
        rules=rules_of(class_id, located.area_class, city_day(clock.now())),
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
