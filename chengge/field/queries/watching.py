"""Who may look after inspectors, where they are now, and what a day of one of them was like."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
import shapely
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import Report, Task
from chengge.domain.errors import Forbidden, NotFound
from chengge.domain.fences import Verdict
from chengge.domain.lifecycle import Post
from chengge.domain.patrol import Patrol, patrol
from chengge.field import track_table
from chengge.field.models import Alarm, Whereabouts
from chengge.field.queries.days import day_span, own_grids
from chengge.foundation.models import ResponsibilityGrid, ResponsibilityGridUnit
from chengge.foundation.queries import grid_index, holds_on
from chengge.organization.models import Duty, Member, MemberPost
from chengge.organization.queries import CITY_ZONE, Actor, city_day

WATCHING = (Post.SHIFT_LEADER, Post.EVALUATOR, Post.LEADER, Post.ADMINISTRATOR)
SEEING_NOW = (Post.OPERATOR, *WATCHING)
OLD_MINUTES = 15  # a place older than this is shown as old


@dataclass(frozen=True, slots=True)
class Seen:
    """An inspector on duty, and where they were last. Without a place: nothing has been heard yet."""

    username: str
    name: str
    grids: str
    at: datetime | None
    lon: float | None
    lat: float | None
    verdict: int
    alarms: int

    def state(self, now: datetime) -> str:
        """`alarm`, `old` (nothing heard for a while), `outside` or `inside`."""
        if self.alarms:
            return "alarm"
        if self.at is None or (now - self.at).total_seconds() > OLD_MINUTES * 60:
            return "old"
        return "outside" if self.verdict == Verdict.OUTSIDE else "inside"

    def as_json(self, now: datetime) -> dict[str, Any]:
        return {
            "id": self.username,
            "name": self.name,
            "grids": self.grids,
            "state": self.state(now),
            "at": "" if self.at is None else f"{self.at.astimezone(CITY_ZONE):%H:%M:%S}",
            "lon": self.lon,
            "lat": self.lat,
            "alarms": self.alarms,
            "url": reverse("track", args=(self.username, city_day(now).isoformat())),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened in the day, at a place or without one."""

    kind: str  # duty, report, walk, alarm
    at: datetime
    label: str
    detail: str = ""
    lon: float | None = None
    lat: float | None = None
    url: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "t": int(self.at.timestamp()),
            "at": f"{self.at.astimezone(CITY_ZONE):%H:%M}",
            "label": self.label,
            "detail": self.detail,
            "lon": self.lon,
            "lat": self.lat,
        }


@dataclass(frozen=True, slots=True)
class Day:
    """An inspector's day: what it came to, what happened, which grids were visited."""

    member: Member
    day: date
    patrol: Patrol
    own: Sequence[int]
    marks: Sequence[Mark]
    alarms: Sequence[Alarm]

    @property
    def covered(self) -> int:
        return self.patrol.covered(self.own)

    @property
    def coverage(self) -> int | None:
        """Percent of the own grids; None where there are none."""
        return round(100 * self.covered / len(self.own)) if self.own else None

    @property
    def grids(self) -> list[tuple[str, int]]:
        """Own unit grids with the times visited."""
        return [(f"{code:015d}", self.patrol.visits.get(code, 0)) for code in self.own]

    @property
    def missed(self) -> list[str]:
        """Own unit grids that were not visited."""
        return [code for code, visits in self.grids if not visits]

    @property
    def kilometres(self) -> float:
        return self.patrol.distance_m / 1000

    @property
    def hours(self) -> float:
        return self.patrol.street_seconds / 3600

    @property
    def outside_minutes(self) -> int:
        return round(self.patrol.outside_seconds / 60)


def inspectors_in_reach(actor: Actor) -> QuerySet[Member]:
    """Inspectors of today whose own grids lie in the actor's area, if only in part; all of them for the whole city."""
    today = city_day(clock.now())
    posts = MemberPost.objects.filter(holds_on(today), member=OuterRef("pk"), post=Post.INSPECTOR.value)
    rows = Member.objects.filter(Exists(posts), is_active=True)
    if actor.grid_range is None:
        return rows
    low, high = actor.grid_range
    units = ResponsibilityGridUnit.objects.filter(
        holds_on(today, "responsibility_grid__"), responsibility_grid__inspectors=OuterRef("pk"), grid_code__gte=low, grid_code__lt=high
    )
    return rows.filter(Exists(units))


def watched(actor: Actor, username: str) -> Member:
    """The inspector whom the actor may look after, or the actor in person.

    Raises:
        Forbidden: the actor's post or area does not allow it.
        NotFound: there is no such inspector.
    """
    found = Member.objects.filter(username=username).first()
    if found is not None and found.pk == actor.member_id and Post.INSPECTOR in actor.posts:
        return found
    if not actor.posts & set(WATCHING):
        raise Forbidden("post", _("Tracks of others are for shift leaders, evaluators, leaders and administrators."))
    if found is None or not MemberPost.objects.filter(member=found, post=Post.INSPECTOR.value).exists():
        raise NotFound("inspector", _("There is no inspector “%(name)s”.") % {"name": username[:40]})
    if actor.grid_range is not None and not inspectors_in_reach(actor).filter(pk=found.pk).exists():
        raise Forbidden("scope", _("%(name)s does not walk in your area.") % {"name": found})
    return found


def now_on_the_map(actor: Actor) -> list[Seen]:
    """Inspectors in reach who are on duty, those with alarms first, then by name. Three queries."""
    now = clock.now()
    on_duty = Duty.objects.filter(member=OuterRef("pk"), starts_at__lte=now, ends_at__gt=now)
    going_on = Alarm.objects.filter(ended_at=None).exclude(state=Alarm.State.CLOSED)
    rows = list(
        inspectors_in_reach(actor)
        .filter(Exists(on_duty))
        .select_related("whereabouts")
        .annotate(alarm_count=Count("alarms", filter=Q(alarms__in=going_on)))
    )
    grids: dict[int, list[str]] = {}
    named = ResponsibilityGrid.objects.filter(holds_on(city_day(now)), inspectors__in=[row.pk for row in rows])
    for member_id, name in named.order_by("code").values_list("inspectors", "name"):
        grids.setdefault(member_id, []).append(name)
    found = []
    for row in rows:
        place: Whereabouts | None = getattr(row, "whereabouts", None)
        names = grids.get(row.pk, [])
        found.append(
            Seen(
                username=row.username,
                name=str(row),
                grids=f"{names[0]} +{len(names) - 1}" if len(names) > 1 else "".join(names),
                at=place.at if place else None,
                lon=place.lon if place else None,
                lat=place.lat if place else None,
                verdict=place.verdict if place else Verdict.UNSURE,
                alarms=row.alarm_count,
            )
        )
    return sorted(found, key=lambda seen: (not seen.alarms, seen.at is None, seen.name))


def day_of(member: Member, day: date) -> Day:
    """What a day of an inspector was like. Six queries."""
    since, until = day_span(day)
    points = track_table.points_of(member.pk, since, until)
    good = points[points["verdict"] != Verdict.JUMP]
    added = patrol(good["at"], good["lon"], good["lat"], good["accuracy_m"].astype(float), good["grid"], good["verdict"] == Verdict.OUTSIDE)
    alarms = list(Alarm.objects.filter(member=member, began_at__gte=since, began_at__lt=until).order_by("began_at", "pk"))
    return Day(member, day, added, own_grids(member.pk, day), _marks(member, since, until, alarms), alarms)


def track_json(shown: Day) -> bytes:
    """The day for the map: fixes as [seconds, lon, lat, accuracy, verdict], own grids with their visits, and marks. Two queries."""
    since, until = day_span(shown.day)
    points = track_table.points_of(shown.member.pk, since, until)
    index = grid_index()
    known = set(index.codes.tolist())
    codes = [code for code in shown.own if code in known]
    polygons = shapely.transform([index.polygon(code) for code in codes], lambda places: places.round(6))
    grids = [
        {
            "type": "Feature",
            "properties": {"id": f"{code:015d}", "visits": shown.patrol.visits.get(code, 0)},
            "geometry": orjson.Fragment(text),
        }
        for code, text in zip(codes, shapely.to_geojson(polygons), strict=True)
    ]
    columns = [
        points["at"].tolist(), points["lon"].round(6).tolist(), points["lat"].round(6).tolist(),
        points["accuracy_m"].tolist(), points["verdict"].tolist(),
    ]  # fmt: skip
    return orjson.dumps(
        {
            "fixes": list(zip(*columns, strict=True)),
            "grids": {"type": "FeatureCollection", "features": grids},
            "marks": [mark.as_json() for mark in shown.marks],
        }
    )


def _marks(member: Member, since: datetime, until: datetime, alarms: Sequence[Alarm]) -> list[Mark]:
    """Duty, reports, walks and alarms of a day in order. Three queries."""
    found: list[Mark] = []
    for starts, ends in Duty.objects.filter(member=member, starts_at__lt=until, ends_at__gt=since).values_list("starts_at", "ends_at"):
        if starts >= since:
            found.append(Mark("duty", starts, _("Duty begins")))
        if ends < min(until, clock.now()):
            found.append(Mark("duty", ends, _("Duty ends")))
    reports = Report.objects.filter(member=member, reported_at__gte=since, reported_at__lt=until).select_related("problem_class", "case")
    for report in reports:
        label = _("Report: %(class)s") % {"class": report.problem_class or _("without a class")}
        url = reverse("case", args=(report.case.number,)) if report.case else ""
        found.append(Mark("report", report.reported_at, label, report.case.number if report.case else "", report.lon, report.lat, url))
    walks = Task.objects.filter(member=member, done_at__gte=since, done_at__lt=until).select_related("case__problem_class")
    for task in walks:
        label = _("%(kind)s: %(class)s") % {"kind": task.get_kind_display(), "class": task.case.problem_class}
        url = reverse("case", args=(task.case.number,))
        found.append(Mark("walk", task.done_at, label, task.case.number, task.lon or task.case.lon, task.lat or task.case.lat, url))  # type: ignore[arg-type]
    for alarm in alarms:
        over = f"–{alarm.ended_at.astimezone(CITY_ZONE):%H:%M}" if alarm.ended_at else ""
        found.append(Mark("alarm", alarm.began_at, f"{alarm.get_kind_display()} {over}".strip(), alarm.explanation, alarm.lon, alarm.lat))
    return sorted(found, key=lambda mark: mark.at)
