"""How an action moves the clocks of a case: which start, stop, pause, resume, and when they are due.

A clock is started with its limit and its calendar and keeps both; what a city changes later does not reach it. Moments
are UTC epoch seconds, as they stand in the ledger.
Source of lights and units: GB/T 30428.8.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chengge.casework.models import Clock
from chengge.domain.lifecycle import ClockKind, Transition
from chengge.domain.worktime import YELLOW_PERCENT, ContinuousTime, Limit, WorkCalendar
from chengge.organization.calendars import calendar_of

Move = dict[str, Any]

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


def start_within(above: Clock, level: int, organization_id: int, at: int) -> Move:
    """Start a lower level's clock inside the one above it: it has what is left there, and is due when that is due."""
    return {
        "op": "start",
        "kind": ClockKind.LEVEL.value,
        "level": level,
        "organization_id": organization_id,
        "limit_amount": above.limit_amount,
        "limit_unit": above.limit_unit,
        "limit_seconds": max(above.limit_seconds - used(above, at), 0),
        "continuous": above.continuous,
        "calendar_id": above.calendar_id,
        "yellow_at": epoch(above.yellow_at),
        "due_at": epoch(above.due_at),
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


def retime_handling(running: list[Clock], limit: Limit, at: int) -> list[Move]:
    """Judge the handling that runs, on every level, by another limit: lower levels stay due when the department is."""
    done: list[Move] = []
    for clock in running:
        if clock.kind == ClockKind.HANDLING:
            done += retime(clock, limit, at)
        elif clock.kind == ClockKind.LEVEL:
            above = done[-1]
            left = above["limit_seconds"] - (0 if above["op"] == "start" else used(running[0], at))
            terms = {name: above[name] for name in ("limit_amount", "limit_unit", "continuous", "calendar_id", "yellow_at", "due_at")}
            done.append({"op": "retime", "n": clock.ordinal, "limit_seconds": used(clock, at) + left} | terms)
    return done


def extend_handling(running: list[Clock], original: Limit, times: int, at: int) -> list[Move]:
    """Give the handling that runs `times` its original limit more, on every level: lower levels are due when the department is.

    The moment when it is due is worked out anew from its own start, as if the longer limit had held from the beginning.
    """
    done: list[Move] = []
    for clock in running:
        if clock.kind == ClockKind.HANDLING:
            longer = Limit(clock.limit_amount + original.amount * times, original.unit)
            again = _timed(longer, clock.calendar_id, epoch(clock.running_since), clock.worked_seconds)
            done.append({"op": "retime", "n": clock.ordinal} | again)
        elif clock.kind == ClockKind.LEVEL and done:
            done.append(_inside(clock, done[0], done[0]["limit_seconds"] - used(running[0], at), at))
    return done


def _inside(clock: Clock, above: Move, left_above: int, at: int) -> Move:
    """Re-time a lower level's clock by the one above it, which has so many seconds left."""
    terms = {name: above[name] for name in ("limit_amount", "limit_unit", "continuous", "calendar_id", "yellow_at", "due_at")}
    return {"op": "retime", "n": clock.ordinal, "limit_seconds": max(used(clock, at) + left_above, 0)} | terms


def moves(row: Transition, running: list[Clock], at: int, terms: Terms | None, lower: tuple[int, int] | None) -> list[Move]:
    """What `row` does to the clocks of a case.

    Args:
        running: the case's clocks that are not stopped, in the order of their start.
        terms: of the clock that the row starts, unless it is a lower level's.
        lower: level and organization of the lower level's clock that the row starts.
    """
    stopped = [clock for clock in running if row.stops in {clock.kind, "*"}]
    if row.stops == ClockKind.LEVEL:
        stopped = stopped[-1:]  # only the innermost level ends
    done = [stop(clock, at) for clock in stopped]
    done += [pause(clock, at) for clock in running if row.pauses in {clock.kind, "*"} and clock.paused_at is None]
    done += _resumed([clock for clock in running if row.resumes in {clock.kind, "*"} and clock.paused_at is not None], at)
    if lower is not None:
        above = next(clock for clock in reversed(running) if clock.kind in HANDLING)
        done.append(start_within(above, *lower, at))
    elif terms is not None:
        done.append(start(terms, at))
    return done


def _resumed(standing: list[Clock], at: int) -> list[Move]:
    """Let clocks run on; lower levels are yellow and due when the one above them is."""
    done: list[Move] = []
    for clock in standing:
        move = resume(clock, at)
        if clock.kind == ClockKind.LEVEL and done:
            move |= {name: done[-1][name] for name in ("yellow_at", "due_at")}
        done.append(move)
    return done


def leading(clocks: list[dict[str, Any]]) -> tuple[int | None, int | None]:
    """Yellow and due moment of the clock by which the case is judged now: the last started of those that run."""
    for clock in reversed(clocks):
        if clock["stopped_at"] is None and clock["paused_at"] is None:
            return clock["yellow_at"], clock["due_at"]
    return None, None


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
