"""What no fix tells of: silence, shifts that nobody came to, walks that fall due, alarms that nobody looks at. A job goes this round."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db import connection, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import Task
from chengge.domain.codes import code_range
from chengge.domain.fences import Bit
from chengge.domain.lifecycle import Post
from chengge.field.actions.alarms import end_alarms, raise_alarms
from chengge.field.actions.tracks import lock_memory
from chengge.field.models import Alarm, AlarmKind, AlarmRule, Whereabouts
from chengge.field.queries.fences import alarm_rules
from chengge.field.words import alarm_sentence
from chengge.foundation.queries import holds_on
from chengge.notices.actions import Draft, send_many
from chengge.notices.recipients import Recipient
from chengge.organization.models import Duty, Member, MemberPost
from chengge.organization.queries import CITY_ZONE, city_day
from chengge.organization.queries.roster import late

LOOK_BACK = timedelta(hours=24)  # a walk that was due earlier has been told of long ago, or belongs to a past that was brought in
ON_DUTY_UNHEARD = """
SELECT member_id, max(heard_at) FROM (
  SELECT duty.member_id, greatest(duty.starts_at, known.at) AS heard_at
  FROM organization_duty duty LEFT JOIN field_whereabouts known ON known.member_id = duty.member_id
  WHERE duty.starts_at <= %(at)s AND duty.ends_at > %(at)s AND duty.member_id IN (
    SELECT post.member_id FROM organization_memberpost post
    WHERE post.post = 'inspector' AND post.valid_from <= %(day)s AND (post.valid_to IS NULL OR post.valid_to > %(day)s)
  )
) AS walking GROUP BY member_id HAVING max(heard_at) <= %(before)s AND NOT EXISTS (
  SELECT 1 FROM field_alarm alarm WHERE alarm.member_id = walking.member_id AND alarm.kind = 'silent' AND alarm.ended_at IS NULL
)
ORDER BY member_id
"""
LAST_PLACES = "SELECT member_id, lon, lat, grid_code FROM field_whereabouts WHERE member_id = ANY(%s)"
GOES_ON_OFF_DUTY = """
SELECT DISTINCT alarm.member_id FROM field_alarm alarm
WHERE alarm.ended_at IS NULL AND alarm.kind IN ('out_of_bounds', 'still', 'silent') AND NOT EXISTS (
  SELECT 1 FROM organization_duty duty WHERE duty.member_id = alarm.member_id AND duty.starts_at <= %(at)s AND duty.ends_at > %(at)s
)
"""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did."""

    silent: int = 0
    late: int = 0
    due: int = 0
    overdue: int = 0
    ended: int = 0
    escalated: int = 0


def go_round() -> Round:
    """One round at the present moment. Each part is a transaction of its own, and may be done again at any time."""
    now = clock.now()
    rules = alarm_rules(city_day(now))
    ended = _end_with_duty(now) + _end_late(now) + _end_of_tasks()
    return Round(
        silent=_raise_silent(now, rules),
        late=_raise_late(now, rules),
        due=_raise_tasks(AlarmKind.TASK_DUE, now, rules),
        overdue=_raise_tasks(AlarmKind.TASK_OVERDUE, now, rules),
        ended=ended,
        escalated=_escalate(now, rules),
    )


@transaction.atomic
def _raise_silent(now: datetime, rules: Mapping[str, AlarmRule]) -> int:
    """Inspectors on duty of whom nothing has been heard for too long; the next fix ends it."""
    rule = rules.get(AlarmKind.SILENT)
    if rule is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(ON_DUTY_UNHEARD, {"at": now, "day": city_day(now), "before": now - timedelta(minutes=rule.minutes)})
        unheard = dict(cursor.fetchall())
        if not unheard:
            return 0
        memory = lock_memory(cursor, np.array(sorted(unheard), dtype=np.int64))
        # Between the question and the lock a fix may have come in.
        still = memory[(memory["good_at"] == 0) | (memory["good_at"] <= (now - timedelta(minutes=rule.minutes)).timestamp())]
        still["alarms"] |= Bit.SILENT
        _keep(still)
        members = still["member"].tolist()
        cursor.execute(LAST_PLACES, [members])
        places = {member: place for member, *place in cursor.fetchall()}
    alarms = []
    for member in members:
        lon, lat, grid = places[member]
        detail = {"minutes": rule.minutes}
        began = unheard[member]
        alarms.append(
            Alarm(member_id=member, kind=AlarmKind.SILENT, began_at=began, raised_at=now, lon=lon, lat=lat, grid_code=grid, detail=detail)
        )
    return len(raise_alarms(alarms))


@transaction.atomic
def _raise_late(now: datetime, rules: Mapping[str, AlarmRule]) -> int:
    """Who is planned for a shift and has not come; checking in ends it."""
    rule = rules.get(AlarmKind.LATE)
    if rule is None:
        return 0
    told = set(Alarm.objects.filter(kind=AlarmKind.LATE, began_at__gte=now - LOOK_BACK).values_list("member_id", "began_at"))
    missing = {(one.member_id, one.planned.starts_at): one for one in late(now) if one.minutes >= rule.minutes}
    return len(
        raise_alarms(
            Alarm(member_id=member, kind=AlarmKind.LATE, began_at=began, raised_at=now, detail={"shift": one.planned.shift})
            for (member, began), one in missing.items()
            if (member, began) not in told
        )
    )


@transaction.atomic
def _raise_tasks(kind: AlarmKind, now: datetime, rules: Mapping[str, AlarmRule]) -> int:
    """Walks that are due within so many minutes, or were due so many minutes ago. The first is a reminder that nobody has to answer."""
    rule = rules.get(kind)
    if rule is None:
        return 0
    minutes = timedelta(minutes=rule.minutes)
    due = Q(due_at__gt=now, due_at__lte=now + minutes) if kind == AlarmKind.TASK_DUE else Q(due_at__lte=now - minutes)
    rows = Task.objects.filter(due, done_at=None, member__isnull=False, due_at__gt=now - LOOK_BACK).select_related("case")
    told = Alarm.objects.filter(kind=kind, task__isnull=False).values("task_id")
    answered = {"state": Alarm.State.CLOSED, "excused": True, "closed_at": now} if kind == AlarmKind.TASK_DUE else {}
    return len(
        raise_alarms(
            Alarm(
                member_id=task.member_id,  # type: ignore[misc]
                kind=kind,
                task=task,
                began_at=task.due_at,
                raised_at=now,
                lon=task.case.lon,
                lat=task.case.lat,
                grid_code=task.case.grid_code,
                detail={"number": task.case.number, "due": f"{task.due_at.astimezone(CITY_ZONE):%H:%M}", "minutes": rule.minutes},
                **answered,
            )
            for task in rows.exclude(pk__in=told)
        )
    )


@transaction.atomic
def _end_with_duty(now: datetime) -> int:
    """Off duty nobody is out of bounds, still or silent: what goes on ends with the last that was heard."""
    with connection.cursor() as cursor:
        cursor.execute(GOES_ON_OFF_DUTY, {"at": now})
        members = sorted(member for (member,) in cursor.fetchall())
        if not members:
            return 0
        memory = lock_memory(cursor, np.array(members, dtype=np.int64))
        memory["alarms"] = 0
        memory["run_fixes"] = memory["run_verdict"] = 0  # a new duty begins to count anew
        _keep(memory)
    ended = 0
    last = dict(Duty.objects.filter(member_id__in=members, ends_at__lte=now).order_by("ends_at").values_list("member_id", "ends_at"))
    for alarm in Alarm.objects.filter(
        member_id__in=members, ended_at=None, kind__in=(AlarmKind.OUT_OF_BOUNDS, AlarmKind.STILL, AlarmKind.SILENT)
    ):
        alarm.ended_at = max(last.get(alarm.member_id, now), alarm.began_at)
        alarm.save(update_fields=["ended_at"])
        ended += 1
    return ended


def _end_late(now: datetime) -> int:
    """Who was late has come, or the shift is over."""
    ended = 0
    for alarm in Alarm.objects.filter(kind=AlarmKind.LATE, ended_at=None):
        came = Duty.objects.filter(member_id=alarm.member_id, ends_at__gt=alarm.began_at, starts_at__lte=now).order_by("starts_at").first()
        if came is not None or now - alarm.began_at > LOOK_BACK / 2:
            ended += end_alarms([alarm.member_id], AlarmKind.LATE, max(came.starts_at if came else now, alarm.began_at))
    return ended


@transaction.atomic
def _end_of_tasks() -> int:
    """Walks that are done."""
    done = Alarm.objects.filter(task__done_at__isnull=False, ended_at=None)
    ids = list(done.values_list("pk", flat=True))
    if not ids:
        return 0
    for alarm in Alarm.objects.filter(pk__in=ids).select_related("task"):
        alarm.ended_at = alarm.task.done_at  # type: ignore[union-attr]
        alarm.save(update_fields=["ended_at"])
    return len(ids)


@transaction.atomic
def _escalate(now: datetime, rules: Mapping[str, AlarmRule]) -> int:
    """Alarms that the inspector has not explained in time go to the shift leaders on duty whose area it is, else to all of that area."""
    overdue = Q()
    for kind in AlarmKind.values:
        if kind != AlarmKind.TASK_DUE and kind in rules:
            overdue |= Q(kind=kind, raised_at__lte=now - timedelta(minutes=rules[kind].escalate_minutes))
    if not overdue:
        return 0
    rows = Alarm.objects.filter(overdue, state=Alarm.State.OPEN).select_for_update(skip_locked=True, of=("self",))
    alarms = list(rows.select_related("member")[:500])
    if not alarms:
        return 0
    leaders = _shift_leaders(now)
    for alarm in alarms:
        alarm.state, alarm.escalated_at = Alarm.State.ESCALATED, now
    Alarm.objects.bulk_update(alarms, ["state", "escalated_at"])
    send_many(_to_leader(alarm, leader) for alarm in alarms for leader in _whose(alarm, leaders))
    return len(alarms)


@dataclass(frozen=True, slots=True)
class _Leader:
    member: Member
    on_duty: bool

    def reaches(self, grid_code: int | None) -> bool:
        if self.member.division_code is None:
            return True
        low, high = code_range(self.member.division_code)
        return grid_code is not None and low <= grid_code < high


def _shift_leaders(now: datetime) -> list[_Leader]:
    """Two queries."""
    posts = MemberPost.objects.filter(holds_on(city_day(now)), post=Post.SHIFT_LEADER.value, member__is_active=True)
    members = list(Member.objects.filter(pk__in=posts.values("member_id")).order_by("pk"))
    here = set(Duty.objects.filter(starts_at__lte=now, ends_at__gt=now, member__in=members).values_list("member_id", flat=True))
    return [_Leader(member, member.pk in here) for member in members]


def _whose(alarm: Alarm, leaders: list[_Leader]) -> list[Member]:
    reaching = [leader for leader in leaders if leader.reaches(alarm.grid_code)] or leaders
    return [leader.member for leader in reaching if leader.on_duty] or [leader.member for leader in reaching]


def _to_leader(alarm: Alarm, leader: Member) -> Draft:
    with translation.override(leader.language):
        return Draft(
            to=Recipient.member(leader.pk),
            subject=_("%(name)s: %(kind)s, not explained") % {"name": alarm.member, "kind": alarm.get_kind_display()},
            text=alarm_sentence(alarm),
            key=f"alarm:{alarm.pk}:leader:{leader.pk}",
            topic=alarm.kind,
            link=f"/alarms/?opened={alarm.pk}",
            about=f"alarm:{alarm.pk}",
        )


def _keep(memory: np.ndarray) -> None:
    """Write memories back whose places did not change."""
    for row in memory:
        Whereabouts.objects.filter(pk=int(row["member"])).update(memory=row.tobytes())
