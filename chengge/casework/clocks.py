"""How an action moves the clocks of a case: which start, stop, pause, resume, and when they are due.

A clock is started with its limit and its calendar and keeps both; what a city changes later does not reach it. Moments
are UTC epoch seconds, as they stand in the ledger.
Source of lights and units: GB/T 30428.8.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chengge.casework.models import Clock
from chengge.domain.lifecycle import ClockKind, Transition
from chengge.domain.worktime import YELLOW_PERCENT, ContinuousTime, Limit, WorkCalendar
from chengge.organization.calendars import calendar_of

Move = dict[str, Any]
Inside = Mapping[int, int]  # of each organization that does a part, the one that gave it

WHOLE = 100  # percent
DEPARTMENT_LEVEL = 2
HANDLING = frozenset({ClockKind.HANDLING.value, ClockKind.LEVEL.value})


@dataclass(frozen=True, slots=True)
class Terms:
    """What a clock is started with.

    Attributes:
        calendar_id: whose working time counts; only limits in working time need it.
    """

    kind: ClockKind
    limit: Limit
    calendar_id: int | None = None
    level: int | None = None
    organization_id: int | None = None


@dataclass(frozen=True, slots=True)
class Lower:
    """A lower level's clock that is to start.

    Attributes:
        share_percent: how much of what is left above it gets.
        inside_id: the organization inside whose clock it runs; None: whoever holds the case.
    """

    level: int
    organization_id: int
    share_percent: int = 100
    inside_id: int | None = None


def epoch(moment: datetime) -> int:
    """UTC epoch seconds."""
    return int(moment.timestamp())


def moment(seconds: int) -> datetime:
    """The aware UTC datetime of epoch seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def start(terms: Terms, at: int) -> Move:
    """Start a clock at `at` with its full limit."""
    of = {"op": "start", "kind": terms.kind.value, "level": terms.level, "organization_id": terms.organization_id}
    return of | _timed(terms.limit, terms.calendar_id, at)


def start_within(above: Clock, lower: Lower, at: int) -> Move:
    """Start a lower level's clock inside the one above it: it has its share of what is left there.

    With all of it, it is yellow and due when the one above is; so it is, too, where nothing is left.
    """
    left = max(above.limit_seconds - used(above, at), 0)
    whole = {
        "op": "start",
        "kind": ClockKind.LEVEL.value,
        "level": lower.level,
        "organization_id": lower.organization_id,
        "limit_amount": above.limit_amount,
        "limit_unit": above.limit_unit,
        "limit_seconds": left,
        "continuous": above.continuous,
        "calendar_id": above.calendar_id,
        "yellow_at": epoch(above.yellow_at),
        "due_at": epoch(above.due_at),
    }
    if lower.share_percent >= WHOLE or not left:
        return whole
    seconds = left * lower.share_percent // 100
    return whole | {"limit_seconds": seconds, "share_percent": lower.share_percent} | _dues(above, seconds, 0, at)


def _dues(clock: Clock, limit_seconds: int, used_seconds: int, at: int) -> Move:
    """When a limit in the clock's time is yellow and due that runs at `at`, with so much of it used; not due before `at`."""
    calendar = _time(clock.continuous, clock.calendar_id)
    return {
        "yellow_at": calendar.after(at, max(_yellow_seconds(limit_seconds) - used_seconds, 0)),
        "due_at": calendar.after(at, max(limit_seconds - used_seconds, 0)),
    }


def stop(clock: Clock, at: int) -> Move:
    """Stop a clock. The second in which it is due is still in time."""
    until = epoch(clock.paused_at) if clock.paused_at else at
    return {"op": "stop", "n": clock.ordinal, "worked_seconds": used(clock, at), "overdue": until > epoch(clock.due_at)}


def pause(clock: Clock, at: int) -> Move:
    return {"op": "pause", "n": clock.ordinal, "worked_seconds": used(clock, at)}


def resume(clock: Clock, at: int) -> Move:
    """Let a paused clock run on with what was left of its limit; one that was overdue stays due when it was."""
    calendar = _time(clock.continuous, clock.calendar_id)
    yellow_at, due_at = (
        calendar.after(at, seconds - clock.worked_seconds) if seconds > clock.worked_seconds else epoch(old)
        for seconds, old in ((_yellow_seconds(clock.limit_seconds), clock.yellow_at), (clock.limit_seconds, clock.due_at))
    )
    return {"op": "resume", "n": clock.ordinal, "yellow_at": yellow_at, "due_at": due_at}


def retime(clock: Clock, limit: Limit, at: int) -> list[Move]:
    """Judge a running clock by another limit, counted from its own start.

    Where the new limit would already be used up, the clock is stopped as it stands and another starts with the full new
    limit: a change of rule never makes a case overdue at birth.
    """
    again = _timed(limit, clock.calendar_id, epoch(clock.running_since), clock.worked_seconds)
    if at < again["due_at"]:
        return [{"op": "retime", "n": clock.ordinal} | again]
    return [stop(clock, at), start(Terms(ClockKind(clock.kind), limit, clock.calendar_id, clock.level, clock.organization_id), at)]


def retime_handling(running: list[Clock], limit: Limit, at: int, inside: Inside) -> list[Move]:
    """Judge the handling that runs, on every level, by another limit: lower levels follow the department's."""
    handling = next((clock for clock in running if clock.kind == ClockKind.HANDLING), None)
    if handling is None:
        return []
    done = retime(handling, limit, at)
    top = done[-1]
    left = top["limit_seconds"] - (0 if top["op"] == "start" else used(handling, at))
    return done + _lower_again(running, top, left, at, inside)


def extend_handling(running: list[Clock], original: Limit, times: int, at: int, inside: Inside) -> list[Move]:
    """Give the handling that runs `times` its original limit more, on every level: lower levels follow the department's.

    The moment when it is due is worked out anew from its own start, as if the longer limit had held from the beginning.
    """
    handling = next((clock for clock in running if clock.kind == ClockKind.HANDLING), None)
    if handling is None:
        return []
    longer = Limit(handling.limit_amount + original.amount * times, original.unit)
    top: Move = {"op": "retime", "n": handling.ordinal}
    top |= _timed(longer, handling.calendar_id, epoch(handling.running_since), handling.worked_seconds)
    return [top, *_lower_again(running, top, top["limit_seconds"] - used(handling, at), at, inside)]


def _lower_again(running: list[Clock], top: Move, left: int, at: int, inside: Inside) -> list[Move]:
    """Re-time the clocks of lower levels, each by the one above it. `left` is what is left in seconds of `top`, the department's."""
    lower = [one for one in running if one.kind == ClockKind.LEVEL]
    done: dict[int, tuple[Move, int]] = {}
    for place, clock in enumerate(lower):
        above = _above(clock, lower[:place], inside)
        again = _inside(clock, *((top, left) if above is None else done[above.ordinal]), at)
        done[clock.ordinal] = again, again["limit_seconds"] - used(clock, at)
    return [again for again, _left in done.values()]


def _above(clock: Clock, before: Sequence[Clock], inside: Inside) -> Clock | None:
    """The clock inside which this one runs, among those that started before it; None where it is none of them.

    A part's runs inside the clock of whoever gave it, any other inside the last one above it in the line of hands.
    """
    giver = inside.get(clock.organization_id or 0)
    if giver is not None:
        return next((one for one in reversed(before) if one.organization_id == giver), None)
    return next((one for one in reversed(before) if one.organization_id not in inside and (one.level or 0) < (clock.level or 0)), None)


def _inside(clock: Clock, above: Move, left_above: int, at: int) -> Move:
    """Re-time a lower level's clock by the one above it, as if it had had its share of what is there now from its own start."""
    terms = {name: above[name] for name in ("limit_amount", "limit_unit", "continuous", "calendar_id", "yellow_at", "due_at")}
    used_here = used(clock, at)
    limit_seconds = max((used_here + left_above) * clock.share_percent // 100, 0)
    if clock.share_percent < WHOLE and limit_seconds > used_here:
        terms |= _dues(clock, limit_seconds, used_here, at)
    elif clock.share_percent < WHOLE:  # its share is used up: it is due when it was
        terms |= {"yellow_at": epoch(clock.yellow_at), "due_at": epoch(clock.due_at)}
    return {"op": "retime", "n": clock.ordinal, "limit_seconds": limit_seconds} | terms


def moves(
    row: Transition,
    running: list[Clock],
    at: int,
    terms: Terms | None,
    lower: Sequence[Lower],
    ended: Collection[int],
    holder_level: int,
    inside: Inside,
) -> list[Move]:
    """What `row` does to the clocks of a case.

    Args:
        running: the case's clocks that are not stopped, in the order of their start.
        terms: of the clock that the row starts, unless it is a lower level's.
        lower: the lower levels' clocks that the row starts, inside the one on `holder_level` where they name no other.
        ended: the organizations whose clocks stop where the row stops those of lower levels.
        inside: whose clock each part's clock runs inside.
    """
    stopped = [clock for clock in running if row.stops in {clock.kind, "*"}]
    if row.stops == ClockKind.LEVEL:
        stopped = [clock for clock in stopped if clock.organization_id in ended]
    done = [stop(clock, at) for clock in stopped]
    done += [pause(clock, at) for clock in running if row.pauses in {clock.kind, "*"} and clock.paused_at is None]
    done += _resumed([clock for clock in running if row.resumes in {clock.kind, "*"} and clock.paused_at is not None], at, inside)
    if lower:
        handling = [clock for clock in running if clock.kind in HANDLING]
        held = next(clock for clock in reversed(handling) if (clock.level or DEPARTMENT_LEVEL) <= holder_level)
        of = {clock.organization_id: clock for clock in handling}
        done += [start_within(held if one.inside_id is None else of[one.inside_id], one, at) for one in lower]
    elif terms is not None:
        done.append(start(terms, at))
    return done


def _resumed(standing: list[Clock], at: int, inside: Inside) -> list[Move]:
    """Let clocks run on; lower levels that have all there is above them are yellow and due when that is."""
    done: dict[int, Move] = {}
    for place, clock in enumerate(standing):
        move = resume(clock, at)
        above = _above(clock, standing[:place], inside)
        if clock.kind == ClockKind.LEVEL and clock.share_percent >= WHOLE and above is not None:
            move |= {name: done[above.ordinal][name] for name in ("yellow_at", "due_at")}
        done[clock.ordinal] = move
    return list(done.values())


def leading(clocks: list[dict[str, Any]], holder_level: int | None) -> tuple[int | None, int | None]:
    """Yellow and due moment of the clock by which the case is judged now: of whoever holds it, not of those who do parts of it."""
    run = [clock for clock in clocks if clock["stopped_at"] is None and clock["paused_at"] is None]
    run = [clock for clock in run if (clock["level"] or 0) <= (holder_level or 0)] or run
    if not run:
        return None, None
    last = max(reversed(run), key=lambda clock: clock["level"] or 0)
    return last["yellow_at"], last["due_at"]


def used(clock: Clock, at: int) -> int:
    """Seconds of the limit used up at `at`."""
    if clock.paused_at is not None:
        return clock.worked_seconds
    return clock.worked_seconds + max(_time(clock.continuous, clock.calendar_id).between(epoch(clock.running_since), at), 0)


def _timed(limit: Limit, calendar_id: int | None, since: int, used_before: int = 0) -> Move:
    calendar = _time(limit.continuous, calendar_id)
    seconds = limit.seconds(calendar.work_day_hours) if isinstance(calendar, WorkCalendar) else limit.seconds()
    return {
        "limit_amount": limit.amount,
        "limit_unit": limit.unit.value,
        "limit_seconds": seconds,
        "continuous": limit.continuous,
        "calendar_id": calendar_id,
        "yellow_at": calendar.after(since, max(_yellow_seconds(seconds) - used_before, 0)),
        "due_at": calendar.after(since, max(seconds - used_before, 0)),
    }


def _yellow_seconds(limit_seconds: int) -> int:
    return -(-limit_seconds * YELLOW_PERCENT // 100)


def _time(continuous: bool, calendar_id: int | None) -> WorkCalendar | ContinuousTime:
    if continuous:
        return ContinuousTime()
    if calendar_id is None:
        raise ValueError("a limit in working time needs a calendar")
    return calendar_of(calendar_id)
