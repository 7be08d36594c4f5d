"""Working calendars: their hours, their holidays and make-up days, and the due moment of a limit with its account."""

from datetime import UTC, date, datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from chengge.domain import worktime
from chengge.domain.errors import NotFound, Refused
from chengge.organization.calendars import calendar_of
from chengge.organization.models import WorkingCalendar
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import BIGGEST_LIMIT, Id, Moment, Outgoing

router = Router()

LONGEST_ACCOUNT = 400


class SeasonOut(Outgoing):
    name: str
    first_day: str = Field(description="MM-DD", examples=["05-01"])
    last_day: str = Field(description="MM-DD, inclusive", examples=["09-30"])
    weekdays: str = Field(description="1 is Monday, 7 is Sunday", examples=["12345"])
    spans: str = Field(examples=["08:00-12:00 14:00-18:00"])


class CalendarOut(Outgoing):
    id: int
    code: str
    name: str
    work_day_hours: int


class CalendarDetail(CalendarOut):
    seasons: list[SeasonOut]


class CalendarDayOut(Outgoing):
    day: date
    works: bool = Field(description="true: a make-up working day; false: a holiday")
    name: str


class WorkingSpan(Outgoing):
    start: datetime
    end: datetime


class Due(Outgoing):
    due_at: datetime
    yellow_at: datetime
    seconds: int = Field(description="The limit in seconds: of working time, or of all time where the unit is continuous")
    continuous: bool
    account: list[WorkingSpan] = Field(description="The spans the due moment was added from; at most the first 400")


@router.get("/calendars", response=answers({200: list[CalendarOut]}))
def calendars(request: HttpRequest) -> list[CalendarOut]:
    """Every working calendar."""
    return [_calendar(row) for row in WorkingCalendar.objects.order_by("code")]


@router.get("/calendars/{calendar_id}", response=answers({200: CalendarDetail}, 404))
@single_thing
def calendar(request: HttpRequest, calendar_id: Id) -> CalendarDetail:
    """One calendar with its working hours by season."""
    return calendar_detail(_found(calendar_id))


@router.get("/calendars/{calendar_id}/days", response=answers({200: list[CalendarDayOut]}, 404))
def calendar_days(request: HttpRequest, calendar_id: Id, year: Annotated[int, Query(ge=2000, le=2100)]) -> list[CalendarDayOut]:
    """Holidays and make-up days of a year."""
    rows = _found(calendar_id).days.filter(day__year=year)
    return [CalendarDayOut(day=row.day, works=row.works, name=row.name) for row in rows]


@router.get("/calendars/{calendar_id}/due", response=answers({200: Due}, 404))
def due(
    request: HttpRequest,
    calendar_id: Id,
    start: Moment,
    amount: Annotated[int, Query(ge=1, le=BIGGEST_LIMIT)],
    unit: worktime.Unit,
) -> Due:
    """When a limit that starts now and then is used up, and the working spans it was added from."""
    hours = calendar_of(_found(calendar_id).pk)
    limit = worktime.Limit(amount, unit)
    begin = int(start.timestamp())
    try:
        end = worktime.due(begin, limit, hours)
        yellow = worktime.yellow_at(begin, limit, hours)
        spans = worktime.account(begin, end, limit.continuous, hours)
    except worktime.CalendarEnds as outside:
        raise Refused("calendar", str(outside), _("Choose a moment inside the years of the calendar."), field="start") from None
    return Due(
        due_at=_moment(end),
        yellow_at=_moment(yellow),
        seconds=worktime.limit_seconds(limit, hours),
        continuous=limit.continuous,
        account=[WorkingSpan(start=_moment(span.start), end=_moment(span.end)) for span in spans[:LONGEST_ACCOUNT]],
    )


def _found(calendar_id: int) -> WorkingCalendar:
    row = WorkingCalendar.objects.filter(pk=calendar_id).first()
    if row is None:
        raise NotFound("calendar", _("There is no such calendar."), field="calendar_id")
    return row


def calendar_detail(row: WorkingCalendar) -> CalendarDetail:
    """A calendar with its seasons."""
    seasons = [SeasonOut(**{name: getattr(season, name) for name in SeasonOut.model_fields}) for season in row.seasons.all()]
    return CalendarDetail(**_calendar(row).model_dump(), seasons=seasons)


def _calendar(row: WorkingCalendar) -> CalendarOut:
    return CalendarOut(id=row.pk, code=row.code, name=row.name, work_day_hours=row.work_day_hours)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
