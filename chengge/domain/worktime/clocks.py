"""What a clock on a case needs: when it is due, how much is used, what a pause does, and the account of it all.

Moments are UTC epoch seconds. A pause is `(from, to)`; `to` is None while it lasts. Pauses may touch, overlap, stand in
any order and reach beyond the time asked about.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from chengge.domain.worktime.calendar import ContinuousTime, WorkCalendar
from chengge.domain.worktime.limits import Limit

Pause: TypeAlias = tuple[int, int | None]

YELLOW_PERCENT = 80  # as cities commonly set it: green up to 80 % of the limit, yellow to 100 %, red past it


class Light(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class ClockPaused(ValueError):
    """A clock that stands still has no due moment."""


class Span(NamedTuple):
    """A stretch of time that counted."""

    start: int
    end: int

    @property
    def seconds(self) -> int:
        return self.end - self.start


def due(start: int, limit: Limit, calendar: WorkCalendar, pauses: Iterable[Pause] = ()) -> int:
    """The moment at which the limit is used up; a finish at this very second is still in time.

    Raises:
        ClockPaused: the clock stands still and has something left.
        CalendarEnds: the limit ends past the calendar.
    """
    return add(start, limit_seconds(limit, calendar), limit.continuous, calendar, pauses)


def yellow_at(start: int, limit: Limit, calendar: WorkCalendar, pauses: Iterable[Pause] = (), percent: int = YELLOW_PERCENT) -> int:
    """The moment at which `percent` of the limit is used, to the next full second. Raises as `due`."""
    used = -(-limit_seconds(limit, calendar) * percent // 100)
    return add(start, used, limit.continuous, calendar, pauses)


def add(start: int, seconds: int, continuous: bool, calendar: WorkCalendar, pauses: Iterable[Pause] = ()) -> int:
    """The first moment at which `seconds` (>= 0) have counted since `start`. Raises as `due`."""
    time = _time(continuous, calendar)
    for paused, resumed in _in_order(pauses, start):
        counted = time.between(start, paused)
        if counted >= seconds:
            break
        if resumed is None:
            raise ClockPaused("the clock is paused: it has no due moment until it is resumed")
        seconds -= counted
        start = resumed
    return time.after(start, seconds)


def worked(start: int, end: int, continuous: bool, calendar: WorkCalendar, pauses: Iterable[Pause] = ()) -> int:
    """Seconds that counted in `[start, end)`, pauses left out; 0 when `end` lies before `start`."""
    if end <= start:
        return 0
    time = _time(continuous, calendar)
    return sum(time.between(a, b) for a, b in _running(start, end, pauses))


def remaining(at: int, start: int, limit: Limit, calendar: WorkCalendar, pauses: Iterable[Pause] = ()) -> int:
    """Seconds that are left at `at`; negative by as much as the limit is overrun."""
    return limit_seconds(limit, calendar) - worked(start, at, limit.continuous, calendar, pauses)


def resume_due(old_due: int, paused: int, resumed: int, continuous: bool, calendar: WorkCalendar) -> int:
    """The due moment (or yellow moment) after a pause: what was left at the pause counts on from the resumption.

    One that had passed before the pause stays as it was.
    """
    if resumed < paused:
        raise ValueError("a clock is resumed after it was paused, not before")
    if old_due <= paused:
        return old_due
    time = _time(continuous, calendar)
    left = time.between(paused, old_due)
    return time.after(resumed, left) if left else old_due  # nothing left: both lie in the same gap of working time


def account(start: int, end: int, continuous: bool, calendar: WorkCalendar, pauses: Iterable[Pause] = ()) -> list[Span]:
    """The spans between `start` and `end` that counted, in order: what a deadline was added from. Their sum is `worked`."""
    time = _time(continuous, calendar)
    return [Span(*span) for a, b in _running(start, end, pauses) for span in time.spans(a, b)]


def light(at: int, yellow: int, due_moment: int) -> Light:
    """Green up to the yellow moment, yellow up to the due moment, red past it."""
    if at > due_moment:
        return Light.RED
    return Light.YELLOW if at > yellow else Light.GREEN


def limit_seconds(limit: Limit, calendar: WorkCalendar) -> int:
    """The limit in seconds, a 工作日 as long as this calendar says."""
    return limit.seconds(calendar.work_day_hours)


def _time(continuous: bool, calendar: WorkCalendar) -> WorkCalendar | ContinuousTime:
    return ContinuousTime() if continuous else calendar


def _in_order(pauses: Iterable[Pause], start: int) -> list[tuple[int, int | None]]:
    """Pauses after `start`, cut to it, joined where they overlap or touch, without empty ones."""
    joined: list[tuple[int, int | None]] = []
    for paused, resumed in sorted(pauses, key=lambda pause: pause[0]):
        if resumed is not None and resumed < paused:
            raise ValueError(f"a pause ends after it begins, not before: {paused} to {resumed}")
        paused = max(paused, start)
        if resumed is not None and resumed <= paused:
            continue
        if joined and (joined[-1][1] is None or paused <= joined[-1][1]):
            before, until = joined.pop()
            paused, resumed = before, None if until is None or resumed is None else max(until, resumed)
        joined.append((paused, resumed))
    return joined


def _running(start: int, end: int, pauses: Iterable[Pause]) -> list[tuple[int, int]]:
    """The parts of `[start, end)` in which no pause lay."""
    parts = []
    for paused, resumed in _in_order(pauses, start):
        if paused >= end:
            break
        if paused > start:
            parts.append((start, paused))
        start = end if resumed is None else resumed
    if start < end:
        parts.append((start, end))
    return parts
