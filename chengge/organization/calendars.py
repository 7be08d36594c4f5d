"""Working calendars as the domain wants them, kept built until the city changes them."""

from functools import lru_cache

from django.db import connection

from chengge.domain.worktime import CalendarRules, Season, WorkCalendar, build
from chengge.organization.models import WorkingCalendar

HORIZON_YEARS = 20


def calendar_of(calendar_id: int) -> WorkCalendar:
    """The calendar's working spans, as they are now. One query; built again only when its version rose."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM organization_workingcalendar WHERE id = %s", [calendar_id])
        (version,) = cursor.fetchone()
    return _built(calendar_id, version)


def rules_of(calendar: WorkingCalendar) -> CalendarRules:
    """What the city wrote down for this calendar: its seasons, holidays and make-up days."""
    days = list(calendar.days.all())
    return CalendarRules(
        weekdays=frozenset(),
        seasons=tuple(Season.parse(season.first_day, season.last_day, season.spans, season.weekdays) for season in calendar.seasons.all()),
        holidays=frozenset(day.day for day in days if not day.works),
        make_up_days=frozenset(day.day for day in days if day.works),
        work_day_hours=calendar.work_day_hours,
    )


@lru_cache(maxsize=64)
def _built(calendar_id: int, version: int) -> WorkCalendar:
    calendar = WorkingCalendar.objects.prefetch_related("seasons", "days").get(pk=calendar_id)
    return build(rules_of(calendar), calendar.first_year, HORIZON_YEARS)


def calendar_id_of(organization_id: int | None) -> int | None:
    """The calendar that an organization works by; None where there is no such organization. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT calendar_id FROM organization_organization WHERE id = %s", [organization_id])
        found = cursor.fetchone()
    return None if found is None else int(found[0])
