"""Clocks that run out remind whoever has to act, before and after, one level up after the other.

What fell due is found by the index of running clocks (`clock_running_due`): every rule asks for a span of due moments and nothing
else. A clock and a rule remind once for each due moment of the clock; the unique row of `Reminder` is written in the transaction
that writes the notices.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengge import clock
from chengge.casework.clocks import epoch, moment
from chengge.casework.models import Reminder, ReminderRule
from chengge.domain.codes import code_range
from chengge.domain.lifecycle import ClockKind, Post, Stage
from chengge.domain.worktime import CalendarEnds, ContinuousTime, Limit, Unit, WorkCalendar
from chengge.foundation.queries.dated import holding_on
from chengge.foundation.words import clock_words
from chengge.notices.actions import Draft, send_many
from chengge.notices.recipients import Recipient
from chengge.organization.calendars import calendar_of
from chengge.organization.models import WorkingCalendar
from chengge.organization.queries import CITY_ZONE, city_day

# What fell due longer ago, while nobody looked, reminds no more: the next step of the rules does.
LOOKS_BACK = timedelta(days=1)
MOST_AT_ONCE = 2000
DIGEST_FROM = 5  # so many reminders of one rule to one member at once become one notice
KEPT_DAYS = 400
LOCK = 0x43_47_52_45  # one run at a time, in the whole city

Moment, To = ReminderRule.Moment, ReminderRule.To
Time = WorkCalendar | ContinuousTime

FELL_DUE = """
SELECT clock.case_id, clock.ordinal, clock.kind, clock.level, clock.organization_id, clock.started_at, clock.due_at, clock.limit_seconds,
  clock.continuous, clock.calendar_id
FROM casework_clock clock
WHERE clock.stopped_at IS NULL AND clock.paused_at IS NULL AND clock.due_at > %(first)s AND clock.due_at <= %(last)s
  AND clock.kind = %(kind)s
  AND NOT EXISTS (SELECT 1 FROM casework_reminder told WHERE told.case_id = clock.case_id AND told.ordinal = clock.ordinal
    AND told.rule_id = %(rule)s AND told.due_at = clock.due_at)
ORDER BY clock.due_at LIMIT %(most)s
"""
CASES = """
SELECT sitting.id, sitting.number, sitting.stage, sitting.grid_code, sitting.place, class.name, task.id, task.member_id, body.short_name
FROM casework_case sitting
JOIN foundation_problemclass class ON class.id = sitting.problem_class_id
LEFT JOIN casework_task task ON task.case_id = sitting.id AND task.done_at IS NULL
LEFT JOIN organization_organization body ON body.id = sitting.organization_id
WHERE sitting.id = ANY(%s)
"""
LONGEST = """
SELECT 'handling', limit_unit, max(limit_amount) FROM foundation_handbookrule GROUP BY limit_unit
UNION ALL SELECT 'check', check_limit_unit, max(check_limit_amount) FROM foundation_handbookrule WHERE check_limit_unit <> '' GROUP BY 2
UNION ALL SELECT clock, unit, max(amount) FROM foundation_stagelimit GROUP BY clock, unit
"""
STAFF = """
SELECT post.post, member.id, holder.organization_id, holder.division_code, member.language,
  EXISTS (SELECT 1 FROM organization_duty duty
    WHERE duty.member_id IN (member.id, holder.id) AND duty.starts_at <= %(at)s AND duty.ends_at > %(at)s)
FROM organization_memberpost post JOIN organization_member holder ON holder.id = post.member_id
LEFT JOIN organization_substitution away ON away.member_id = holder.id AND away.first_day <= %(day)s AND away.last_day >= %(day)s
  AND away.ended_at IS NULL AND post.post NOT IN ('inspector', 'administrator')
JOIN organization_member member ON member.id = coalesce(away.substitute_id, holder.id)
WHERE member.is_active AND post.post = ANY(%(posts)s) AND post.valid_from <= %(day)s AND (post.valid_to IS NULL OR post.valid_to > %(day)s)
ORDER BY member.id
"""
PARENTS = "SELECT id, parent_id FROM organization_organization"
OF_POSTS = (
    Post.OPERATOR, Post.SHIFT_LEADER, Post.EVALUATOR, Post.DISPATCHER, Post.DEPARTMENT, Post.COORDINATOR, Post.LEADER, Post.ADMINISTRATOR,
)  # fmt: skip
OF_COMMAND = frozenset({ClockKind.HANDLING, ClockKind.LEVEL, ClockKind.DISPATCH})


@dataclass(frozen=True, slots=True)
class Due:
    """A clock for which a rule has its moment.

    Attributes:
        limit_seconds: of working time of its calendar, or of all time where `continuous`.
    """

    case_id: int
    ordinal: int
    kind: ClockKind
    level: int | None
    organization_id: int | None
    started_at: datetime
    due_at: datetime
    limit_seconds: int
    continuous: bool
    calendar_id: int | None


@dataclass(frozen=True, slots=True)
class Sitting:
    """What a reminder says of a case, and who walks for it."""

    number: str
    stage: str
    grid_code: int | None
    place: str
    class_name: str
    task_id: int | None
    walker_id: int | None
    holder: str


@dataclass(frozen=True, slots=True)
class Person:
    """A member on a post today. `grid_range` is their scope, None the whole city."""

    member_id: int
    organization_id: int | None
    grid_range: tuple[int, int] | None
    language: str
    on_duty: bool

    def reaches(self, grid_code: int | None) -> bool:
        if self.grid_range is None:
            return True
        return grid_code is not None and self.grid_range[0] <= grid_code < self.grid_range[1]


@dataclass(frozen=True, slots=True)
class Reminded:
    """What one run did: clocks reminded of, notices written, and clocks for which nobody was on the post that was meant."""

    clocks: int = 0
    notices: int = 0
    went_up: int = 0


@dataclass(frozen=True, slots=True)
class _Told:
    """One reminder to one person, before it becomes a notice of its own or part of one for many."""

    rule: ReminderRule
    due: Due
    sitting: Sitting
    person: Person
    post: str


def remind() -> Reminded:
    """Remind of everything that fell due since. A few queries for each rule that holds, none for clocks that are not concerned."""
    at = clock.now().replace(microsecond=0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return Reminded()
        found = [(rule, due) for rule, dues in fell_due(at) for due in dues]
        if not found:
            return Reminded()
        return _tell(found, at)


def fell_due(at: datetime) -> Iterable[tuple[ReminderRule, list[Due]]]:
    """For each rule that holds the clocks whose moment has come and of which it has not reminded. One query a rule, and three."""
    rules = list(holding_on(ReminderRule.objects.order_by("pk"), city_day(at)))
    if not rules:
        return
    calendars = {pk: calendar_of(pk) for pk in WorkingCalendar.objects.values_list("pk", flat=True)}
    longest = _longest_limits() if any(rule.moment == Moment.SHARE_LEFT for rule in rules) else {}
    for rule in rules:
        first, last = window(rule, at, calendars.values(), longest.get(ClockKind(rule.clock), []))
        given: dict[str, Any] = {"first": first, "last": last, "kind": rule.clock, "rule": rule.pk, "most": MOST_AT_ONCE}
        with connection.cursor() as cursor:
            cursor.execute(FELL_DUE, given)
            dues = [Due(row[0], row[1], ClockKind(row[2]), *row[3:]) for row in cursor.fetchall()]
        yield rule, [due for due in dues if _has_come(rule, due, at, calendars)]


def window(rule: ReminderRule, at: datetime, calendars: Iterable[WorkCalendar], limits: Sequence[Limit]) -> tuple[datetime, datetime]:
    """The span of due moments in which every clock lies for which the rule can have its moment now: after the first, up to the last."""
    now, minutes = epoch(at), timedelta(minutes=rule.amount)
    match rule.moment:
        case Moment.BEFORE:
            return at, at + minutes
        case Moment.SHARE_LEFT:
            times: list[Time] = [ContinuousTime(), *calendars]
            lasts = [_after(time, now, limit, rule.amount) for limit in limits for time in times]
            return at, moment(max(lasts, default=now))
        case Moment.DUE:
            return at - LOOKS_BACK, at
        case Moment.AFTER:
            return at - minutes - LOOKS_BACK, at - minutes
    firsts = [_before(time, now, rule.amount * 60) for time in calendars]
    return min([at - minutes, *(moment(first) for first in firsts)]) - LOOKS_BACK, at - minutes


def _after(time: Time, now: int, limit: Limit, percent: int) -> int:
    seconds = limit.seconds(time.work_day_hours) if isinstance(time, WorkCalendar) else limit.seconds()
    if limit.continuous is not isinstance(time, ContinuousTime):
        return now
    try:
        return time.after(now, seconds * percent // 100)
    except CalendarEnds:
        return now


def _before(time: WorkCalendar, now: int, seconds: int) -> int:
    try:
        return time.before(now, seconds)
    except CalendarEnds:
        return now


def _has_come(rule: ReminderRule, due: Due, at: datetime, calendars: dict[int, WorkCalendar]) -> bool:
    """Whether a clock of the window has the rule's moment now, by its own limit and its own working time."""
    time: Time = ContinuousTime() if due.continuous or due.calendar_id is None else calendars[due.calendar_id]
    try:
        match rule.moment:
            case Moment.BEFORE:  # A limit that is no longer than the span would remind at its start.
                return due.started_at <= due.due_at - timedelta(minutes=rule.amount)
            case Moment.SHARE_LEFT:
                return time.between(epoch(at), epoch(due.due_at)) <= due.limit_seconds * rule.amount // 100
            case Moment.AFTER_WORK:
                return time.between(epoch(due.due_at), epoch(at)) >= rule.amount * 60
    except CalendarEnds:
        return False
    return True


def _longest_limits() -> dict[ClockKind, list[Limit]]:
    """The longest limit of each unit that a clock may have been started with, by kind of clock. One query."""
    limits: dict[ClockKind, list[Limit]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(LONGEST)
        for kind, unit, amount in cursor.fetchall():
            limits[ClockKind(kind)].append(Limit(amount, Unit(unit)))
    limits[ClockKind.LEVEL] = limits[ClockKind.HANDLING]
    return limits


def _tell(found: Sequence[tuple[ReminderRule, Due]], at: datetime) -> Reminded:
    sittings = _sittings({due.case_id for _rule, due in found})
    staff = Staff(at)
    told: list[_Told] = []
    rows: list[Reminder] = []
    for rule, due in found:
        sitting = sittings[due.case_id]
        people, post, went_up = staff.reached_by(rule, due, sitting)
        told += [_Told(rule, due, sitting, person, post) for person in people]
        rows.append(
            Reminder(case_id=due.case_id, ordinal=due.ordinal, rule=rule, due_at=due.due_at, at=at, told=len(people), went_up=went_up)
        )
    Reminder.objects.bulk_create(rows, batch_size=500)
    drafts = _drafts(told, at)
    send_many(drafts)
    return Reminded(len(rows), len(drafts), sum(row.went_up for row in rows))


def _sittings(case_ids: Iterable[int]) -> dict[int, Sitting]:
    with connection.cursor() as cursor:
        cursor.execute(CASES, [list(case_ids)])
        return {
            pk: Sitting(number, stage, grid_code, place, class_name, task_id, walker_id, holder or "")
            for pk, number, stage, grid_code, place, class_name, task_id, walker_id, holder in cursor.fetchall()
        }


class Staff:
    """Who is on which post now; a substitute in place of whom they stand in for. Two queries, asked when there is anybody to be told."""

    def __init__(self, at: datetime) -> None:
        self.by_post: dict[Post, list[Person]] = defaultdict(list)
        self.languages: dict[int, str] = {}
        with connection.cursor() as cursor:
            cursor.execute(STAFF, {"at": at, "day": city_day(at), "posts": [*OF_POSTS, Post.INSPECTOR]})
            for post, member_id, organization_id, division_code, language, on_duty in cursor.fetchall():
                reach = code_range(division_code) if division_code else None
                self.by_post[Post(post)].append(Person(member_id, organization_id, reach, language, on_duty))
            cursor.execute(PARENTS)
            self.parents: dict[int, int | None] = dict(cursor.fetchall())

    def reached_by(self, rule: ReminderRule, due: Due, sitting: Sitting) -> tuple[list[Person], str, bool]:
        """Whom a rule reaches, on which post, and whether it had to go further up than it was meant to."""
        rungs = self._ladder(due, sitting)
        start = self._rung_of(rule, rungs)
        for number, (post, people) in enumerate(rungs[start:]):
            if people:
                return people, post.value, number > 0
        return [], "", True

    def _rung_of(self, rule: ReminderRule, rungs: Sequence[tuple[Post, list[Person]]]) -> int:
        match To(rule.to):
            case To.HOLDER:
                return 0
            case To.ABOVE:
                return min(1, len(rungs) - 1)
        wanted = Post(rule.to)
        return next((number for number, (post, _people) in enumerate(rungs) if post is wanted), len(rungs) - 1)

    def _ladder(self, due: Due, sitting: Sitting) -> list[tuple[Post, list[Person]]]:
        """The posts above each other, from who has to act up to the administrator, with the people on each."""
        rungs = [self._holders(due, sitting)]
        if due.kind in (ClockKind.HANDLING, ClockKind.LEVEL):
            above = self.parents.get(due.organization_id or 0)
            while above is not None and self._clerks(above):
                rungs.append((Post.DEPARTMENT, self._clerks(above)))
                above = self.parents.get(above)
        if due.kind in (ClockKind.VERIFY, ClockKind.CHECK):
            rungs.append((Post.OPERATOR, self._on(Post.OPERATOR, sitting)))
        if due.kind in (ClockKind.HANDLING, ClockKind.LEVEL):
            rungs.append((Post.DISPATCHER, self._on(Post.DISPATCHER, sitting)))
        elif due.kind not in OF_COMMAND:
            rungs.append((Post.SHIFT_LEADER, self._on(Post.SHIFT_LEADER, sitting)))
        rungs += [(post, self._on(post, sitting)) for post in (Post.LEADER, Post.ADMINISTRATOR)]
        return [rung for number, rung in enumerate(rungs) if number == 0 or rung[0] is Post.DEPARTMENT or rung[0] is not rungs[0][0]]

    def _holders(self, due: Due, sitting: Sitting) -> tuple[Post, list[Person]]:
        match due.kind:
            case ClockKind.ACCEPTANCE | ClockKind.CHECK_SENDING:
                return Post.OPERATOR, self._on(Post.OPERATOR, sitting)
            case ClockKind.FILING | ClockKind.CLOSING:
                return Post.SHIFT_LEADER, self._on(Post.SHIFT_LEADER, sitting)
            case ClockKind.DISPATCH:  # A department's wish to hand a case back is a shift leader's to decide.
                post = Post.SHIFT_LEADER if sitting.stage == Stage.RETURNED else Post.DISPATCHER
                return post, self._on(post, sitting)
            case ClockKind.VERIFY | ClockKind.CHECK:
                return Post.INSPECTOR, [one for one in self.by_post[Post.INSPECTOR] if one.member_id == sitting.walker_id]
        return Post.DEPARTMENT, self._clerks(due.organization_id)

    def _clerks(self, organization_id: int | None) -> list[Person]:
        return _those_on_duty([one for one in self.by_post[Post.DEPARTMENT] if one.organization_id == organization_id])

    def _on(self, post: Post, sitting: Sitting) -> list[Person]:
        return _those_on_duty([one for one in self.by_post[post] if one.reaches(sitting.grid_code)])


def _those_on_duty(people: list[Person]) -> list[Person]:
    """Who is on duty, where duty is kept for them; else all. Each once, though they may be there for somebody else besides."""
    there = [person for person in people if person.on_duty] or people
    return list({person.member_id: person for person in there}.values())


def _drafts(told: Sequence[_Told], at: datetime) -> list[Draft]:
    """One notice for each clock and member; one for all where a rule would send a member a heap of them at once."""
    heaps: dict[tuple[int, int], list[_Told]] = defaultdict(list)
    for one in told:
        heaps[one.rule.pk, one.person.member_id].append(one)
    drafts: list[Draft] = []
    for heap in heaps.values():
        with translation.override(heap[0].person.language):
            drafts += [_digest(heap, at)] if len(heap) >= DIGEST_FROM else [_draft(one) for one in heap]
    return drafts


def _draft(one: _Told) -> Draft:
    subject, text = words_of(one.rule, one.due, one.sitting)
    is_walk = one.post == Post.INSPECTOR.value and one.sitting.task_id is not None
    return Draft(
        Recipient.member(one.person.member_id),
        subject,
        text,
        f"clock:{one.due.case_id}.{one.due.ordinal}:rule:{one.rule.pk}:due:{epoch(one.due.due_at)}:member:{one.person.member_id}",
        one.rule.topic,
        f"/phone/tasks/{one.sitting.task_id}/" if is_walk else f"/cases/{one.sitting.number}/",
        f"case:{one.sitting.number}",
    )


def words_of(rule: ReminderRule, due: Due, sitting: Sitting) -> tuple[str, str]:
    """Subject and text of a reminder, in the language that is switched on."""
    name = clock_words(due.kind)
    subject = _subjects(name)[rule.topic]
    values = {
        "clock": name,
        "number": sitting.number,
        "class": sitting.class_name,
        "place": sitting.place or "–",
        "due": f"{due.due_at.astimezone(CITY_ZONE):%m-%d %H:%M}",
        "holder": sitting.holder or "–",
    }
    text = rule.text or _usual(rule.topic, due.kind)
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
    return subject, text


def _subjects(name: str) -> dict[str, str]:
    return {
        "due_soon": _("%(clock)s is due soon") % {"clock": name},
        "overdue": _("%(clock)s is due") % {"clock": name},
        "escalation": _("%(clock)s is overdue") % {"clock": name},
    }


def _usual(topic: str, kind: ClockKind) -> str:
    if topic == "escalation" and kind in (ClockKind.HANDLING, ClockKind.LEVEL):
        return _("{class}, {place}, case {number}. It was due at {due} and lies with {holder}.")
    return {
        "due_soon": _("{class}, {place}, case {number}. Due at {due}."),
        "overdue": _("{class}, {place}, case {number}. The limit ends at {due}."),
        "escalation": _("{class}, {place}, case {number}. It was due at {due}."),
    }[topic]


def _digest(heap: Sequence[_Told], at: datetime) -> Draft:
    first = heap[0]
    name = clock_words(first.due.kind)
    count = len(heap)
    text = ngettext("%(count)s case, the first due at %(due)s.", "%(count)s cases, the first due at %(due)s.", count)
    due = min(one.due.due_at for one in heap).astimezone(CITY_ZONE)
    light = "yellow" if first.rule.topic == "due_soon" else "red"
    return Draft(
        Recipient.member(first.person.member_id),
        f"{_subjects(name)[first.rule.topic]} · {count}",
        text % {"count": count, "due": f"{due:%m-%d %H:%M}"},
        f"rule:{first.rule.pk}:at:{epoch(at)}:member:{first.person.member_id}",
        first.rule.topic,
        "/phone/" if first.post == Post.INSPECTOR.value else f"/desk/{first.post}/?light={light}",
    )


def forget_old() -> int:
    """Drop what reminded of clocks long ago."""
    return Reminder.objects.filter(at__lt=clock.now() - timedelta(days=KEPT_DAYS)).delete()[0]
