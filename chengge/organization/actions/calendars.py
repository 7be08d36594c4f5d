"""Writing working calendars. Every change raises the calendar's version, so that whoever keeps it built sees that it is stale."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from chengge.domain.errors import NotFound, Refused
from chengge.domain.worktime import CalendarError, CalendarRules, Season
from chengge.organization.actions.authority import require_administrator
from chengge.organization.models import CalendarDay, CalendarSeason, WorkingCalendar
from chengge.organization.queries import Actor

FIRST_YEAR = 2020


@dataclass(frozen=True, slots=True)
class SeasonValues:
    """Working hours of a part of the year, as `domain.worktime.Season.parse` reads them."""

    name: str
    first_day: str
    last_day: str
    spans: str
    weekdays: str = "12345"


@dataclass(frozen=True, slots=True)
class DayValues:
    """A day that is not what its weekday says."""

    day: date
    works: bool
    name: str = ""


@transaction.atomic
def save_calendar(
    actor: Actor, code: str, name: str, work_day_hours: int, seasons: Sequence[SeasonValues], first_year: int = FIRST_YEAR
) -> WorkingCalendar:
    """Make a calendar, or give the one with this code another name, other hours and other seasons. Its special days stay.

    Raises:
        Refused: a season that cannot be read, two that overlap, or none.
    """
    require_administrator(actor)
    check_seasons(seasons)
    if not 1 <= work_day_hours <= 24:
        raise Refused("hours", _("A working day has 1 to 24 hours."), field="work_day_hours")
    calendar, made = WorkingCalendar.objects.select_for_update().get_or_create(
        code=code, defaults={"name": name, "work_day_hours": work_day_hours, "first_year": first_year}
    )
    if not made:
        calendar.name, calendar.work_day_hours, calendar.first_year = name, work_day_hours, first_year
        calendar.save(update_fields=["name", "work_day_hours", "first_year"])
        calendar.seasons.all().delete()
    CalendarSeason.objects.bulk_create(
        CalendarSeason(
            calendar=calendar,
            name=season.name,
            first_day=season.first_day,
            last_day=season.last_day,
            weekdays=season.weekdays,
            spans=season.spans,
        )
        for season in seasons
    )
    _raise_version(calendar.pk)
    return calendar


@transaction.atomic
def put_days(actor: Actor, calendar_id: int, days: Collection[DayValues]) -> None:
    """Write down holidays and make-up days; what was said of the same days before is forgotten.

    Raises:
        NotFound: no such calendar.
    """
    require_administrator(actor)
    _locked(calendar_id)
    CalendarDay.objects.filter(calendar_id=calendar_id, day__in=[one.day for one in days]).delete()
    CalendarDay.objects.bulk_create(CalendarDay(calendar_id=calendar_id, day=one.day, works=one.works, name=one.name) for one in days)
    _raise_version(calendar_id)


@transaction.atomic
def forget_day(actor: Actor, calendar_id: int, day: date) -> None:
    """Let a day be again what its weekday says.

    Raises:
        NotFound: no such calendar, or nothing was said of that day.
    """
    require_administrator(actor)
    _locked(calendar_id)
    deleted, _rows = CalendarDay.objects.filter(calendar_id=calendar_id, day=day).delete()
    if not deleted:
        raise NotFound("day", _("Nothing was said of %(day)s.") % {"day": day}, field="day")
    _raise_version(calendar_id)


def check_seasons(seasons: Sequence[SeasonValues]) -> None:
    """Raises Refused where a season cannot be read, two hold the same day, or there is none."""
    if not seasons:
        raise Refused("seasons", _("A calendar needs the working hours of at least one season."), field="seasons")
    read = []
    for season in seasons:
        try:
            read.append(Season.parse(season.first_day, season.last_day, season.spans, season.weekdays))
        except CalendarError as error:
            raise Refused(
                "season",
                _("The season “%(name)s” cannot be read.") % {"name": season.name},
                _("Write days like 05-01, hours like 08:00-12:00 14:00-18:00, weekdays like 12345."),
                field="seasons",
            ) from error
    try:
        CalendarRules(seasons=tuple(read))
    except CalendarError as error:
        raise Refused(
            "season",
            _("Two seasons hold the same day."),
            _("Let one end on the day before the other begins."),
            field="seasons",
        ) from error


def _locked(calendar_id: int) -> WorkingCalendar:
    calendar = WorkingCalendar.objects.select_for_update().filter(pk=calendar_id).first()
    if calendar is None:
        raise NotFound("calendar", _("There is no such calendar."), field="calendar_id")
    return calendar


def _raise_version(calendar_id: int) -> None:
    WorkingCalendar.objects.filter(pk=calendar_id).update(version=F("version") + 1)
