"""Working calendars by season, and the holidays and make-up days that the year's list names."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from chengge.domain.errors import Refused
from chengge.domain.worktime import CalendarError, DailySpans, parse_weekdays
from chengge.exchange.importers.base import Importer, Record, Work, mark
from chengge.exchange.importers.columns import BadCell, Column, one_of, text, text_of, whole_number
from chengge.exchange.importers.columns import day as day_of
from chengge.exchange.importers.organizations import calendar_codes
from chengge.exchange.importers.plan import Progress, State
from chengge.organization.actions import DayValues, SeasonValues, check_seasons, put_days, save_calendar
from chengge.organization.models import CalendarDay, WorkingCalendar
from chengge.organization.queries import Actor

WORKS = {
    "上班": True,
    "调休上班": True,
    "补班": True,
    "班": True,
    "work": True,
    "休息": False,
    "放假": False,
    "休": False,
    "holiday": False,
}
MOST_DAYS_IN_A_ROW = 60


def month_day(value: object) -> str:
    """A day of the year as MM-DD."""
    if isinstance(value, date):
        return f"{value:%m-%d}"
    parts = [part for part in text_of(value).replace("/", "-").replace("月", "-").replace("日", "").split("-") if part]
    try:
        month, day = map(int, parts)
        return f"{date(2024, month, day):%m-%d}"
    except ValueError:
        raise BadCell(
            _("“%(value)s” is no day of the year.") % {"value": text_of(value)}, _("Write month and day, such as 05-01.")
        ) from None


def weekdays(value: object) -> str:
    try:
        return "".join(map(str, sorted(parse_weekdays(text_of(value)))))
    except CalendarError:
        raise BadCell(
            _("“%(value)s” are no weekdays.") % {"value": text_of(value)}, _("Write digits, 1 Monday to 7 Sunday, such as 12345.")
        ) from None


def spans(value: object) -> str:
    try:
        return DailySpans.parse(text_of(value)).written()
    except CalendarError:
        hint = _("Write them like 08:00-12:00 14:00-18:00.")
        raise BadCell(_("“%(value)s” are no working hours.") % {"value": text_of(value)}, hint) from None


@dataclass(frozen=True, slots=True)
class CalendarChange:
    code: str
    name: str
    work_day_hours: int
    seasons: tuple[SeasonValues, ...]


class Calendars(Importer):
    kind = "calendars"
    title = lazy("Working calendars")
    about = lazy("One row for each season of a calendar: from when to when in the year, on which weekdays, at which hours.")
    columns = (
        Column(
            "code",
            "日历代码",
            "calendar code",
            text(20),
            also=("代码",),
            required=True,
            help=lazy("A short code that stays"),
            example="office",
        ),
        Column(
            "name",
            "日历名称",
            "calendar name",
            text(60),
            also=("名称",),
            required=True,
            help=lazy("Name of the calendar"),
            example="机关作息",
        ),
        Column(
            "work_day_hours",
            "工作日小时数",
            "hours in a working day",
            whole_number(1, 24),
            default=8,
            help=lazy("How many working hours one working day has"),
            example="8",
        ),
        Column("season", "时令", "season", text(30), also=("季节",), default="", help=lazy("Name of the season"), example="夏令时间"),
        Column(
            "first_day",
            "起始日",
            "first day",
            month_day,
            also=("开始",),
            required=True,
            help=lazy("Month and day, such as 05-01"),
            example="05-01",
        ),
        Column(
            "last_day",
            "截止日",
            "last day",
            month_day,
            also=("结束",),
            required=True,
            help=lazy("Month and day, inclusive"),
            example="09-30",
        ),
        Column("weekdays", "工作星期", "weekdays", weekdays, default="12345", help=lazy("1 is Monday, 7 is Sunday"), example="12345"),
        Column(
            "spans",
            "作息时间",
            "working hours",
            spans,
            also=("工作时间",),
            required=True,
            help=lazy("Spans of the day"),
            example="08:00-12:00 14:30-18:00",
        ),
    )

    def check(self, work: Work) -> None:
        self.groups: dict[str, list[Record]] = defaultdict(list)
        for record in work.good:
            self.groups[record["code"]].append(record)
        for records in self.groups.values():
            try:
                check_seasons([_season(record) for record in records])
            except Refused as refused:
                for record in records:
                    work.refuse(record, "first_day", refused.message, refused.hint)
            for record in records[1:]:
                if (record["name"], record["work_day_hours"]) != (records[0]["name"], records[0]["work_day_hours"]):
                    message = _("Name and hours differ from row %(row)d of the same calendar.") % {"row": records[0].row.number}
                    work.refuse(record, "name", message, _("Write the same."))

    def compare(self, work: Work) -> tuple[CalendarChange, ...]:
        held = WorkingCalendar.objects.prefetch_related("seasons").in_bulk(list(self.groups), field_name="code")
        changes = []
        for code, records in self.groups.items():
            if any(record.refused for record in records):
                for record in records:
                    if not record.refused:
                        work.refuse(record, "code", _("Another season of this calendar is refused."), _("Put that row right."))
                continue
            wanted = CalendarChange(code, records[0]["name"], records[0]["work_day_hours"], tuple(map(_season, records)))
            own = held.get(code)
            states = [self._mark(record, own) for record in records]
            if own is None or State.CHANGED in states or own.seasons.count() != len(records):
                changes.append(wanted)
                for record in records:
                    record.state = State.NEW if own is None else State.CHANGED
        return tuple(changes)

    def carry_out(self, changes: tuple[CalendarChange, ...], actor: Actor, day: date, progress: Progress) -> Any:
        for change in changes:
            save_calendar(actor, change.code, change.name, change.work_day_hours, change.seasons)

    def _mark(self, record: Record, calendar: WorkingCalendar | None) -> State:
        if calendar is None:
            record.state = State.NEW
            return record.state
        of_calendar = {"name": record["name"], "work_day_hours": record["work_day_hours"]}
        if mark(record, calendar, of_calendar) is State.CHANGED:
            return record.state
        season = next((row for row in calendar.seasons.all() if row.first_day == record["first_day"]), None)
        state = mark(record, season, _of_season(record))
        record.state = State.CHANGED if state is State.NEW else state
        return record.state


def _of_season(record: Record) -> dict[str, str]:
    return {
        "name": record["season"],
        "last_day": record["last_day"],
        "weekdays": record["weekdays"],
        "spans": record["spans"],
    }


def _season(record: Record) -> SeasonValues:
    return SeasonValues(record["season"], record["first_day"], record["last_day"], record["spans"], record["weekdays"])


class Holidays(Importer):
    kind = "holidays"
    title = lazy("Holidays and make-up days")
    about = lazy("The year's list of holidays and make-up working days. A row may cover several days.")
    columns = (
        Column(
            "first",
            "日期",
            "day",
            day_of,
            also=("起始日期", "开始日期", "date"),
            required=True,
            help=lazy("The day, or the first of several"),
            example="2027-01-01",
        ),
        Column(
            "last",
            "截止日期",
            "last day",
            day_of,
            also=("结束日期",),
            help=lazy("The last of several days, inclusive; empty: one day"),
            example="2027-01-03",
        ),
        Column(
            "works",
            "类型",
            "type",
            one_of(WORKS),
            also=("休息上班",),
            required=True,
            help=lazy("Off, or a make-up working day"),
            example="休息",
            choices=lambda: ("休息", "上班"),
        ),
        Column("name", "节日", "name", text(30), also=("名称", "说明"), default="", help=lazy("Name of the holiday"), example="元旦"),
        Column(
            "calendar",
            "日历代码",
            "calendar code",
            text(20),
            help=lazy("Code of the working calendar; empty: the option, or every calendar"),
            choices=calendar_codes,
        ),
    )
    options = ("calendar",)

    def check(self, work: Work) -> None:
        self.calendars = dict(WorkingCalendar.objects.values_list("code", "pk"))
        said: dict[tuple[int, date], Record] = {}
        for record in work.good:
            record["last"] = record["last"] or record["first"]
            days = (record["last"] - record["first"]).days + 1
            if not 1 <= days <= MOST_DAYS_IN_A_ROW:
                work.refuse(
                    record, "last", _("From the first to the last day are %(days)d days.") % {"days": days}, _("Put the days right.")
                )
                continue
            code = record["calendar"] or work.options.calendar
            if (code and code not in self.calendars) or not self.calendars:
                hint = (
                    _("Known are: %(codes)s.") % {"codes": _(", ").join(self.calendars)}
                    if self.calendars
                    else _("Import working calendars first.")
                )
                work.refuse(record, "calendar", _("There is no working calendar “%(code)s”.") % {"code": code or ""}, hint)
                continue
            record["calendar_ids"] = [self.calendars[code]] if code else list(self.calendars.values())
            for key in _days(record):
                if key in said:
                    message = _("%(day)s stands in row %(row)d already.") % {"day": key[1], "row": said[key].row.number}
                    work.refuse(record, "first", message, _("Leave one of the two."))
                    break
                said[key] = record

    def compare(self, work: Work) -> dict[int, list[DayValues]]:
        held = {(row.calendar_id, row.day): (row.works, row.name) for row in CalendarDay.objects.all()}
        changes: dict[int, list[DayValues]] = defaultdict(list)
        for record in work.good:
            wanted = (record["works"], record["name"])
            before = [held.get(key) for key in _days(record)]
            if all(value == wanted for value in before):
                record.state = State.SAME
                continue
            record.state = State.NEW if all(value is None for value in before) else State.CHANGED
            for calendar_id, day in _days(record):
                changes[calendar_id].append(DayValues(day, *wanted))
        return changes

    def carry_out(self, changes: dict[int, list[DayValues]], actor: Actor, day: date, progress: Progress) -> Any:
        for calendar_id, days in changes.items():
            put_days(actor, calendar_id, days)


def _days(record: Record) -> list[tuple[int, date]]:
    """Every calendar and day that a row speaks of."""
    count = (record["last"] - record["first"]).days + 1
    return [(calendar_id, record["first"] + timedelta(days=number)) for calendar_id in record["calendar_ids"] for number in range(count)]
