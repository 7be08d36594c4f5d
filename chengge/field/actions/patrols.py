"""Days of patrol are added up, grids that nobody visited become alarms, and old months of tracks are dropped."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Count

from chengge import clock
from chengge.casework.models import Channel, Report
from chengge.domain.fences import Verdict
from chengge.domain.patrol import Patrol, patrol
from chengge.field import track_table
from chengge.field.actions.alarms import raise_alarms
from chengge.field.models import Alarm, AlarmKind, PatrolDay
from chengge.field.queries.days import day_span, own_grids_by_member
from chengge.field.queries.fences import alarm_rules
from chengge.organization.models import Duty

SHORTEST_DUTY_SECONDS = 2 * 3600  # who was on duty for less is not asked for the grids not visited
MOST_NAMED = 60
COLUMNS = ("fixes", "duty_seconds", "street_seconds", "outside_seconds", "distance_m", "own_grids", "covered_grids", "visits", "reports")


def count_day(day: date) -> int:
    """Add up the tracks of a day for every inspector who was on duty or seen; rows that are there are written anew. Returns how many."""
    since, until = day_span(day)
    duty_seconds = _duty_seconds(since, min(until, clock.now()))
    own = own_grids_by_member(day)
    reports = dict(
        Report.objects.filter(channel=Channel.INSPECTOR, reported_at__gte=since, reported_at__lt=until, member__isnull=False)
        .values("member_id")
        .annotate(count=Count("pk"))
        .values_list("member_id", "count")
    )
    rows = []
    for member in sorted(duty_seconds):  # positions count on duty only
        found = patrol_of(member, since, until)
        grids = own.get(member, ())
        if not (found.fixes or grids):
            continue
        rows.append(
            PatrolDay(
                member_id=member,
                day=day,
                fixes=found.fixes,
                duty_seconds=duty_seconds.get(member, 0),
                street_seconds=found.street_seconds,
                outside_seconds=found.outside_seconds,
                distance_m=round(found.distance_m, 1),
                own_grids=len(grids),
                covered_grids=found.covered(grids),
                visits=found.visits_in(grids),
                reports=reports.get(member, 0),
            )
        )
    PatrolDay.objects.bulk_create(rows, update_conflicts=True, unique_fields=["day", "member"], update_fields=list(COLUMNS))
    return len(rows)


def patrol_of(member_id: int, since: datetime, until: datetime) -> Patrol:
    """What a member's fixes from `since` to before `until` add up to; jumps do not count. One query."""
    rows = track_table.points_of(member_id, since, until)
    rows = rows[rows["verdict"] != Verdict.JUMP]
    return patrol(
        rows["at"], rows["lon"], rows["lat"], rows["accuracy_m"].astype(np.float64), rows["grid"], rows["verdict"] == Verdict.OUTSIDE
    )


@transaction.atomic
def look_for_unvisited(day: date) -> int:
    """At the end of a day: who was on duty, and which of their grids nobody at all has visited. Once for each day and member."""
    rule = alarm_rules(day).get(AlarmKind.UNVISITED)
    since, until = day_span(day)
    told = set(Alarm.objects.filter(kind=AlarmKind.UNVISITED, began_at=since).values_list("member_id", flat=True))
    worked = set(PatrolDay.objects.filter(day=day, duty_seconds__gte=SHORTEST_DUTY_SECONDS).values_list("member_id", flat=True))
    if rule is None or not worked - told:
        return 0
    visited: set[int] = set()
    for member in PatrolDay.objects.filter(day=day, fixes__gt=0).values_list("member_id", flat=True):
        visited |= set(patrol_of(member, since, until).visits)
    own = own_grids_by_member(day)
    return len(
        raise_alarms(
            _unvisited(member, own[member] - visited, own[member], since, until)
            for member in sorted(worked - told)
            if own.get(member) and 100 * len(own[member] & visited) < rule.threshold * len(own[member])
        )
    )


def _unvisited(member: int, missed: Collection[int], own: Collection[int], since: datetime, until: datetime) -> Alarm:
    codes = sorted(missed)
    return Alarm(
        member_id=member,
        kind=AlarmKind.UNVISITED,
        began_at=since,
        raised_at=clock.now(),
        ended_at=until,
        grid_code=codes[0],
        detail={"missed": [f"{code:015d}" for code in codes[:MOST_NAMED]], "count": len(codes), "of": len(own)},
    )


def keep_months() -> list[str]:
    """Make the tables of this month and the next, and drop those that are older than the city keeps; returns the dropped ones."""
    now = clock.now()
    month = track_table.month_of(now)
    track_table.ensure_months(now, track_table.months_on(month, 1))
    return track_table.drop_months_before(track_table.months_on(month, -settings.TRACK_MONTHS))


def _duty_seconds(since: datetime, until: datetime) -> dict[int, int]:
    """Seconds on duty by member; what two spans share counts once. One query."""
    reached: dict[int, datetime] = {}
    found: dict[int, int] = defaultdict(int)
    rows = Duty.objects.filter(starts_at__lt=until, ends_at__gt=since).order_by("member_id", "starts_at")
    for member, starts, ends in rows.values_list("member_id", "starts_at", "ends_at"):
        begins = max(starts, since, reached.get(member, since))
        ends = min(ends, until)
        if ends > begins:
            found[member] += int((ends - begins).total_seconds())
            reached[member] = ends
    return found
