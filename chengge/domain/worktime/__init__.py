"""Working time: limits as handbooks write them, calendars as cities keep them, and clocks that count by both.

    rules = CalendarRules(hours=DailySpans.parse("08:00-12:00 14:00-18:00"), holidays=frozenset({date(2027, 1, 1)}))
    calendar = build(rules, first_year=2026)
    due(start, Limit.parse("5工作日"), calendar)

Moments are UTC epoch seconds, durations whole seconds. Source: GB/T 30428.8 (工作时, 工作日 count working time;
紧急工作时, 紧急工作日, 自然日 run on).
"""

from chengge.domain.worktime.calendar import CalendarEnds, ContinuousTime, WorkCalendar
from chengge.domain.worktime.clocks import (
    YELLOW_PERCENT,
    ClockPaused,
    Light,
    Pause,
    Span,
    account,
    add,
    due,
    light,
    limit_seconds,
    remaining,
    resume_due,
    worked,
    yellow_at,
)
from chengge.domain.worktime.limits import Limit, LimitError, Unit
from chengge.domain.worktime.rules import CalendarError, CalendarRules, DailySpans, Season, build, parse_weekdays

__all__ = [
    "YELLOW_PERCENT",
    "CalendarEnds",
    "CalendarError",
    "CalendarRules",
    "ClockPaused",
    "ContinuousTime",
    "DailySpans",
    "Light",
    "Limit",
    "LimitError",
    "Pause",
    "Season",
    "Span",
    "Unit",
    "WorkCalendar",
    "account",
    "add",
    "build",
    "due",
    "light",
    "limit_seconds",
    "parse_weekdays",
    "remaining",
    "resume_due",
    "worked",
    "yellow_at",
]
