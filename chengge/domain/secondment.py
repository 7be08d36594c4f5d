"""Seconded staff (派驻、挂职): what a qualification asks, when the home unit is visited, and what a day of attendance was."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from chengge.domain.lifecycle import Post


class RuleKind(StrEnum):
    YEARS = "years"  # years of service, at least so many
    MARK = "mark"  # mark of the handbook test, at least so many
    CLEAR = "clear"  # no discipline in force: yes or no
    AGREED = "agreed"  # the home unit and the person agree: yes or no
    VISIT = "visit"  # no qualification: the home unit is visited every so many weeks


MEASURED = frozenset({RuleKind.YEARS, RuleKind.MARK})
# Posts that somebody is lent for; leaders, administrators and clerks of departments are appointed.
LENT_POSTS = (Post.DISPATCHER, Post.COORDINATOR, Post.OPERATOR, Post.SHIFT_LEADER, Post.EVALUATOR, Post.INSPECTOR)
NEVER_LENT = frozenset({Post.LEADER, Post.ADMINISTRATOR})  # neither the post nor who holds it
QUALIFICATIONS = tuple(kind for kind in RuleKind if kind is not RuleKind.VISIT)


class DayKind(StrEnum):
    PRESENT = "present"
    LEAVE = "leave"  # on leave
    SICK = "sick"
    TRAVEL = "travel"  # away for the platform, or at the home unit
    ABSENT = "absent"  # without a reason


@dataclass(frozen=True, slots=True)
class DayOf:
    """A day of attendance.

    Attributes:
        kind: None where nobody knows: a working day with neither duty nor an entry.
        minutes: on duty.
        written: an entry by hand decides, whatever the duty says.
    """

    day: date
    kind: DayKind | None
    minutes: int = 0
    written: bool = False

    @property
    def hours(self) -> float:
        return self.minutes / 60


def passes(kind: RuleKind, threshold: Decimal | None, value: Decimal) -> bool:
    """Whether a value that was checked meets a qualification.

    Args:
        value: years or marks; for what is yes or no: 1 or 0.

    Raises:
        ValueError: a rule that is no qualification, or one of years or marks without a threshold.
    """
    if kind not in QUALIFICATIONS:
        raise ValueError(f"{kind} is no qualification")
    if kind not in MEASURED:
        return value == 1
    if threshold is None:
        raise ValueError(f"{kind} needs a threshold")
    return value >= threshold


def visit_days(first: date, last: date, every_weeks: int) -> list[date]:
    """The days on which the home unit is visited: every so many weeks after the first day, none on it and none after the last.

    A day on a weekend is the Friday before. Raises ValueError unless `every_weeks` is at least 1.
    """
    if every_weeks < 1:
        raise ValueError("a visit comes every week at the most")
    weeks = timedelta(weeks=every_weeks)
    days = []
    day = first + weeks
    while day <= last:
        days.append(day - timedelta(days=max(0, day.isoweekday() - 5)))
        day += weeks
    return days


def attendance(
    first: date, last: date, working: Iterable[date], minutes: Mapping[date, int], written: Mapping[date, DayKind]
) -> list[DayOf]:
    """What every day from `first` to `last` (both included) was, days off without duty and without an entry left out.

    Args:
        working: the working days of the calendar.
        minutes: on duty, by day.
        written: entries by hand.
    """
    known = set(working)
    told = []
    day = first
    while day <= last:
        on_duty = minutes.get(day, 0)
        if day in written:
            told.append(DayOf(day, written[day], on_duty, written=True))
        elif on_duty:
            told.append(DayOf(day, DayKind.PRESENT, on_duty))
        elif day in known:
            told.append(DayOf(day, None))
        day += timedelta(days=1)
    return told


def counted(days: Sequence[DayOf]) -> dict[str, int]:
    """How many days there were of each kind; "unknown" for those that nobody knows."""
    told = dict.fromkeys([*(kind.value for kind in DayKind), "unknown"], 0)
    for one in days:
        told[one.kind.value if one.kind else "unknown"] += 1
    return told
