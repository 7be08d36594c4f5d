"""The clocks of a case as a person reads them: how much is used, when it is due, and from which working spans that was added."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby

from chengge.casework.models import Case, Clock, ClockChoice
from chengge.domain import worktime
from chengge.domain.worktime import ContinuousTime, Span, WorkCalendar
from chengge.organization.calendars import calendar_of
from chengge.organization.queries import city_day

STATE_RUNNING, STATE_PAUSED, STATE_STOPPED = "running", "paused", "stopped"


@dataclass(frozen=True, slots=True)
class DayOfAccount:
    """What one day contributed: its spans (aware datetimes) and their sum in seconds."""

    day: date
    spans: tuple[tuple[datetime, datetime], ...]
    seconds: int


@dataclass(frozen=True, slots=True)
class ClockAccount:
    """One clock of a case.

    Attributes:
        state: `running`, `paused` or `stopped`.
        used_seconds: of working time, or of all time where `continuous`.
        light: what it showed when it stopped, or shows now.
        days: the working spans that counted; up to the due moment while it runs, up to its end once it stopped.
        pauses: from and to; `to` is None while it lasts.
    """

    kind: str
    name: str
    organization: str
    organization_id: int | None
    level: int | None
    state: str
    started_at: datetime
    stopped_at: datetime | None
    due_at: datetime
    limit_amount: int
    limit_unit: str
    limit_seconds: int
    continuous: bool
    used_seconds: int
    light: str
    days: tuple[DayOfAccount, ...]
    pauses: tuple[tuple[datetime, datetime | None], ...]

    @property
    def used_percent(self) -> int:
        """How much of the limit is used, cut off at 100."""
        return min(100, self.used_seconds * 100 // max(self.limit_seconds, 1))

    @property
    def left_seconds(self) -> int:
        """What is left of the limit; negative by as much as it is overrun."""
        return self.limit_seconds - self.used_seconds

    @property
    def counted_seconds(self) -> int:
        """The sum of the account."""
        return sum(day.seconds for day in self.days)


def clock_accounts(case: Case, now: datetime) -> list[ClockAccount]:
    """Every clock of a case in the order of its start. Two queries, and one for each calendar that its clocks go by."""
    clocks = list(Clock.objects.filter(case=case).select_related("organization").prefetch_related("pauses").order_by("ordinal"))
    calendar_ids = {clock.calendar_id for clock in clocks if not clock.continuous}
    calendars = {pk: calendar_of(pk) for pk in calendar_ids if pk is not None}
    return [account_of(clock, None if clock.calendar_id is None else calendars.get(clock.calendar_id), now) for clock in clocks]


def account_of(clock: Clock, calendar: WorkCalendar | None, now: datetime) -> ClockAccount:
    """What is to be said about one clock at `now`; its pauses must be prefetched."""
    state = STATE_STOPPED if clock.stopped_at else STATE_PAUSED if clock.paused_at else STATE_RUNNING
    used = clock.worked_seconds
    if state == STATE_RUNNING:
        used += max(0, _time(clock, calendar).between(_epoch(clock.running_since), _epoch(now)))
    pauses = tuple((pause.paused_at, pause.resumed_at) for pause in clock.pauses.all())
    return ClockAccount(
        kind=clock.kind,
        name=str(ClockChoice(clock.kind).label),
        organization=clock.organization.short_name if clock.organization else "",
        organization_id=clock.organization_id,
        level=clock.level,
        state=state,
        started_at=clock.started_at,
        stopped_at=clock.stopped_at,
        due_at=clock.due_at,
        limit_amount=clock.limit_amount,
        limit_unit=clock.limit_unit,
        limit_seconds=clock.limit_seconds,
        continuous=clock.continuous,
        used_seconds=used,
        light=_light(clock, state, used, now),
        days=tuple(_by_day(_counted(clock, calendar, pauses))),
        pauses=pauses,
    )


def _light(clock: Clock, state: str, used: int, now: datetime) -> str:
    if state == STATE_RUNNING:
        return worktime.light(_epoch(now), _epoch(clock.yellow_at), _epoch(clock.due_at)).value
    if clock.overdue or used > clock.limit_seconds:
        return worktime.Light.RED.value
    return worktime.Light.YELLOW.value if used * 100 > clock.limit_seconds * worktime.YELLOW_PERCENT else worktime.Light.GREEN.value


def _counted(clock: Clock, calendar: WorkCalendar | None, pauses: Iterable[tuple[datetime, datetime | None]]) -> list[Span]:
    """The spans the clock counted: up to its end, or, while it has none, up to the moment it is due."""
    stood_still = [(_epoch(start), _epoch(end) if end else None) for start, end in pauses]
    if clock.stopped_at is not None:
        end = clock.stopped_at
    elif clock.paused_at is not None:
        end = clock.paused_at
    else:
        end = clock.due_at
    start = clock.started_at
    if clock.continuous or calendar is None:
        return _without(_epoch(start), _epoch(end), stood_still)
    return worktime.account(_epoch(start), _epoch(end), False, calendar, stood_still)


def _without(start: int, end: int, pauses: list[tuple[int, int | None]]) -> list[Span]:
    """Continuous time between two moments, pauses left out."""
    spans = []
    for paused, resumed in sorted(pauses, key=lambda pause: pause[0]):
        if start < paused:
            spans.append(Span(start, min(paused, end)))
        start = end if resumed is None else max(start, resumed)
    if start < end:
        spans.append(Span(start, end))
    return spans


def _by_day(spans: Iterable[Span]) -> Iterable[DayOfAccount]:
    for day, of_day in groupby(spans, key=lambda span: city_day(datetime.fromtimestamp(span.start, UTC))):
        kept = list(of_day)
        yield DayOfAccount(
            day,
            tuple((datetime.fromtimestamp(span.start, UTC), datetime.fromtimestamp(span.end, UTC)) for span in kept),
            sum(span.seconds for span in kept),
        )


def _time(clock: Clock, calendar: WorkCalendar | None) -> WorkCalendar | ContinuousTime:
    return ContinuousTime() if clock.continuous or calendar is None else calendar


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())
