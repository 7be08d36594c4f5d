"""What the inspector's phone shows: duty, walks to make, what lies around a place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import IS_OPEN, Case, Evidence, Report, Task
from chengge.casework.queries.sight import visible
from chengge.domain.coordinates import distance_m
from chengge.domain.errors import NotFound
from chengge.foundation.models import Component, HandbookRule, ProblemClass, ResponsibilityGrid
from chengge.foundation.queries import classes, grid_index, locate, rules_of
from chengge.foundation.queries.dated import holding_on
from chengge.foundation.queries.map_layers import Window
from chengge.foundation.words import limit_words
from chengge.organization.models import Duty
from chengge.organization.queries import CITY_ZONE, Actor, city_day

LIKE_WITHIN_M = 50
SNAP_WITHIN_M = 30
MOST_CHIPS = 8
RECENT_DAYS = 30
METRES_PER_DEGREE = 111_320


@dataclass(frozen=True, slots=True)
class Home:
    """The first page of the phone."""

    duty: Duty | None
    grid_names: str
    tasks: Sequence[Task]
    reports: Sequence[Report]
    reports_today: int
    done_today: int


@dataclass(frozen=True, slots=True)
class Nearby:
    """What lies around a place that somebody wants to report.

    Attributes:
        components: of the class, within `SNAP_WITHIN_M`, with their distance in metres, the nearest first.
        like: open cases of the class within `LIKE_WITHIN_M`, the nearest first.
        rules: filing conditions of the class in the area of the place.
    """

    grid_code: int | None
    area_class: str
    components: Sequence[tuple[Component, float]]
    like: Sequence[tuple[Case, float]]
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
                    "number": found.number,
                    "label": found.problem_class.name,
                    "detail": f"{when(found.reported_at, now)} · {found.get_stage_display()}",
                    "metres": round(metres),
                }
                for found, metres in self.like
            ],
            "rules": [
                {
                    "id": rule.pk,
                    "condition": rule.condition,
                    "limit": limit_words(rule.limit_amount, rule.limit_unit),
                    "urgent": rule.urgent,
                }
                for rule in self.rules
            ],
        }


def member_of(actor: Actor) -> int:
    """The member behind an actor. Raises NotFound for machines, which have no phone."""
    if actor.member_id is None:
        raise NotFound("member", _("Only a member has a phone of their own."))
    return actor.member_id


def current_duty(member_id: int | None, at: datetime) -> Duty | None:
    """The duty a member is on at a moment, if any. One query."""
    if member_id is None:
        return None
    return Duty.objects.filter(member_id=member_id, starts_at__lte=at, ends_at__gt=at).order_by("-starts_at").first()


def home(actor: Actor) -> Home:
    """Six queries, however much there is."""
    now = clock.now()
    midnight = now.astimezone(CITY_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    mine = Report.objects.filter(member_id=member_of(actor), reported_at__gte=midnight)
    return Home(
        duty=current_duty(actor.member_id, now),
        grid_names=grid_names(actor),
        tasks=list(open_tasks(actor)),
        reports=list(mine.select_related("problem_class", "case").order_by("-reported_at")[:5]),
        reports_today=mine.count(),
        done_today=Task.objects.filter(member_id=member_of(actor), done_at__gte=midnight).count(),
    )


def grid_names(actor: Actor) -> str:
    """The responsibility grids of an inspector: the first by name, the others by their number. One query."""
    mine = holding_on(ResponsibilityGrid.objects.filter(inspectors=member_of(actor)), city_day(clock.now()))
    names = list(mine.order_by("code").values_list("name", flat=True))
    return f"{names[0]} +{len(names) - 1}" if len(names) > 1 else "".join(names)


def open_tasks(actor: Actor) -> Any:
    return Task.objects.filter(member_id=member_of(actor), done_at=None).select_related("case__problem_class").order_by("due_at", "id")


def task_of(actor: Actor, task_id: int) -> Task:
    """A walk of this inspector, done or not. Raises NotFound."""
    found = (
        Task.objects.filter(pk=task_id, member_id=member_of(actor))
        .select_related("case__problem_class", "case__rule", "case__department")
        .first()
    )
    if found is None:
        raise NotFound("task", _("This walk is not yours, or it was taken back."), _("Go back to your list."))
    return found


def photos_of(case: Case) -> Sequence[Evidence]:
    """The photos of a case, the oldest first."""
    return list(Evidence.objects.filter(case=case, entry__isnull=False).order_by("created_at", "id"))


def my_reports(actor: Actor, before_id: int | None, size: int) -> tuple[Sequence[Report], int | None]:
    """Reports of this inspector, the newest first, and the id from which the next page goes on. One query."""
    rows = Report.objects.filter(member_id=member_of(actor)).select_related("problem_class", "case")
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    listed = list(rows.order_by("-pk")[: size + 1])
    return listed[:size], listed[size - 1].pk if len(listed) > size else None


def suggested_classes(actor: Actor) -> Sequence[ProblemClass]:
    """What this inspector has reported most in the last weeks, filled up with what the whole city has. Three queries."""
    now = clock.now()
    recent = Report.objects.filter(reported_at__gte=now - timedelta(days=RECENT_DAYS), problem_class__isnull=False)
    own = _most_frequent(recent.filter(member_id=member_of(actor)))
    city = _most_frequent(recent) if len(own) < MOST_CHIPS else []
    wanted = list(dict.fromkeys([*own, *city]))[:MOST_CHIPS]
    holding = holding_on(ProblemClass.objects.all(), city_day(now))
    by_id = holding.in_bulk(wanted)
    found = [by_id[pk] for pk in wanted if pk in by_id]
    return found or classes(limit=MOST_CHIPS)


def nearby(actor: Actor, lon: float, lat: float, class_id: int | None) -> Nearby:
    """What lies around a place, for a class. At most five queries."""
    located = locate(lon, lat)
    if class_id is None:
        return Nearby(located.grid_code, located.area_class, (), (), ())
    components = _within(Component.objects.filter(problem_class_id=class_id), lon, lat, SNAP_WITHIN_M)
    alike = visible(actor).filter(IS_OPEN, problem_class_id=class_id).select_related("problem_class")
    return Nearby(
        grid_code=located.grid_code,
        area_class=located.area_class,
        components=components[:5],
        like=_within(alike, lon, lat, LIKE_WITHIN_M)[:3],
        rules=rules_of(class_id, located.area_class, city_day(clock.now())),
    )


def when(moment: datetime, now: datetime) -> str:
    """The hour for today, else the day too."""
    local, today = moment.astimezone(CITY_ZONE), now.astimezone(CITY_ZONE)
    return _("today %(time)s") % {"time": f"{local:%H:%M}"} if local.date() == today.date() else f"{local:%m-%d %H:%M}"


def _most_frequent(reports: Any) -> list[int]:
    return list(
        reports.values("problem_class_id")
        .annotate(times=Count("pk"))
        .order_by("-times")
        .values_list("problem_class_id", flat=True)[:MOST_CHIPS]
    )


def _within(rows: Any, lon: float, lat: float, metres: float) -> list[tuple[Any, float]]:
    """Rows with `lon`, `lat` and `grid_code` within a distance, the nearest first: found by the unit grids around, then measured."""
    high = metres / METRES_PER_DEGREE
    wide = high / max(cos(radians(lat)), 0.01)
    window = Window(lon - wide, lat - high, lon + wide, lat + high)
    codes = [int(code) for code in grid_index().in_window(window.west, window.south, window.east, window.north)]
    around = rows.filter(window.holds()).filter(Q(grid_code__in=codes) | Q(grid_code=None))
    measured = [(row, float(distance_m(lon, lat, row.lon, row.lat))) for row in around]
    return sorted(((row, far) for row, far in measured if far <= metres), key=lambda pair: pair[1])
