"""Working time: add it, take it off, and measure it, exactly to the second, over any span.

A calendar is a sorted list of working spans. With their running total, "when are 12 working hours over?" and "how much
working time lies between?" are two binary searches, however long the span. All moments are UTC epoch seconds.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate, pairwise

from chengge.domain.worktime.limits import seconds_of_hours


class CalendarEnds(ValueError):
    """A moment, or a limit's end, that lies outside the years the calendar covers."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Working spans: `opens[i] < closes[i] <= opens[i + 1]`, all within `[begins, ends]`."""

    opens: tuple[int, ...]
    closes: tuple[int, ...]
    worked_before: tuple[int, ...]  # seconds of working time before span i opens; one more entry for the total
    begins: int
    ends: int
    work_day_seconds: int  # what one 工作日 stands for

    @classmethod
    def of(
        cls, spans: list[tuple[int, int]], begins: int | None = None, ends: int | None = None, work_day_hours: float = 8
    ) -> "WorkCalendar":
        """From working spans in order; the calendar covers them, or all of `[begins, ends]` where that is given.

        Raises:
            ValueError: no span, an empty one, spans out of order or overlapping, or outside what the calendar covers.
        """
        if not spans:
            raise ValueError("a working calendar needs at least one working span")
        if any(start >= end for start, end in spans) or any(end > start for (_, end), (start, _) in pairwise(spans)):
            raise ValueError("working spans must be in order, apart from each other, and not empty")
        begins = spans[0][0] if begins is None else begins
        ends = spans[-1][1] if ends is None else ends
        if spans[0][0] < begins or spans[-1][1] > ends:
            raise ValueError("working spans must lie within the time that the calendar covers")
        return cls(
            opens=tuple(start for start, _ in spans),
            closes=tuple(end for _, end in spans),
            worked_before=tuple(accumulate((end - start for start, end in spans), initial=0)),
            begins=begins,
            ends=ends,
            work_day_seconds=seconds_of_hours(work_day_hours),
        )

    @property
    def work_day_hours(self) -> float:
        return self.work_day_seconds / 3600

    def elapsed(self, at: int) -> int:
        """Seconds of working time from the calendar's beginning up to `at`.

        Raises:
            CalendarEnds: the calendar does not cover `at`; counting on would be silently wrong.
        """
        if not self.begins <= at <= self.ends:
            raise CalendarEnds(f"{_day(at)} lies outside the working calendar, which covers {self._covered()}")
        i = bisect_right(self.opens, at) - 1
        if i < 0:
            return 0
        close = self.closes[i]
        return self.worked_before[i] + (at if at < close else close) - self.opens[i]

    def between(self, start: int, end: int) -> int:
        """Seconds of working time in `[start, end)`; negative when `end` lies before `start`."""
        return self.elapsed(end) - self.elapsed(start)

    def after(self, start: int, seconds: int) -> int:
        """The first moment at which `seconds` (>= 0) of working time since `start` are over.

        Raises:
            CalendarEnds: the calendar ends before that.
        """
        if seconds <= 0:
            return _nothing_to_count(start, seconds)
        goal = self.elapsed(start) + seconds
        i = bisect_left(self.worked_before, goal) - 1
        if i >= len(self.opens):
            raise CalendarEnds(
                f"{seconds} s of working time from {_day(start)} end past the working calendar, which covers {self._covered()}: "
                "extend it by the years to come"
            )
        return self.opens[i] + goal - self.worked_before[i]

    def before(self, end: int, seconds: int) -> int:
        """The last moment from which `seconds` (>= 0) of working time still fit before `end`.

        Raises:
            CalendarEnds: the calendar begins after that.
        """
        if seconds <= 0:
            return _nothing_to_count(end, seconds)
        goal = self.elapsed(end) - seconds
        if goal < 0:
            raise CalendarEnds(
                f"{seconds} s of working time before {_day(end)} begin earlier than the working calendar, which covers {self._covered()}"
            )
        i = bisect_right(self.worked_before, goal) - 1
        return self.opens[i] + goal - self.worked_before[i]

    def spans(self, start: int, end: int) -> list[tuple[int, int]]:
        """The working spans in `[start, end)`, cut to it, in order."""
        first = bisect_right(self.closes, start)
        last = bisect_left(self.opens, end)
        return [(max(start, self.opens[i]), min(end, self.closes[i])) for i in range(first, last)]

    def _covered(self) -> str:
        return f"{_day(self.begins)} to {_day(self.ends)}"


@dataclass(frozen=True, slots=True)
class ContinuousTime:
    """Time that nights and holidays do not stop: the same questions as a calendar's, for urgent units."""

    def between(self, start: int, end: int) -> int:
        return end - start

    def after(self, start: int, seconds: int) -> int:
        return start + seconds if seconds > 0 else _nothing_to_count(start, seconds)

    def before(self, end: int, seconds: int) -> int:
        return end - seconds if seconds > 0 else _nothing_to_count(end, seconds)

    def spans(self, start: int, end: int) -> list[tuple[int, int]]:
        return [(start, end)] if start < end else []


def _nothing_to_count(at: int, seconds: int) -> int:
    if seconds < 0:
        raise ValueError(f"working time is added and taken off in seconds of 0 or more, not {seconds}")
    return at


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"
