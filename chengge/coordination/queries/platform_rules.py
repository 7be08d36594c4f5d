"""What the city has decided about its platform, as it holds on a day."""

from dataclasses import dataclass
from datetime import date, datetime

from chengge.casework.clocks import epoch, moment
from chengge.coordination.models import EscalationRule, HardCaseLimit, VisitRule
from chengge.domain import escalation
from chengge.domain.escalation import Stake, Step
from chengge.domain.hard_cases import LIMITS, Way
from chengge.domain.worktime import CalendarEnds, ContinuousTime, Limit, Unit, WorkCalendar
from chengge.foundation.queries.dated import holding_on
from chengge.organization.calendars import calendar_of
from chengge.organization.models import Organization, OrganizationKind


@dataclass(frozen=True, slots=True)
class WayLimits:
    """The limits of the ways over all days, so that a case found last month is told by last month's limit."""

    rows: tuple[HardCaseLimit, ...]

    def of(self, way: Way, day: date) -> Limit:
        """The limit of a way on a day; the shipped one where the city has none."""
        for row in self.rows:
            if row.way == way.value and row.valid_from <= day and (row.valid_to is None or day < row.valid_to):
                return Limit(row.amount, Unit(row.unit))
        return LIMITS[way]


@dataclass(frozen=True, slots=True)
class PlatformRules:
    """Every rule of the platform over all days, the oldest first."""

    limits: tuple[HardCaseLimit, ...]
    steps: tuple[EscalationRule, ...]
    visits: tuple[VisitRule, ...]


def platform_rules() -> PlatformRules:
    """Three queries."""
    return PlatformRules(
        tuple(HardCaseLimit.objects.order_by("valid_from")),
        tuple(EscalationRule.objects.order_by("valid_from")),
        tuple(VisitRule.objects.order_by("valid_from")),
    )


def way_limits() -> WayLimits:
    """One query."""
    return WayLimits(tuple(HardCaseLimit.objects.order_by("-valid_from")))


def escalation_rules(day: date) -> tuple[escalation.Rule, ...]:
    """When a hard case goes up, the nearest step first. One query."""
    return tuple(as_rule(row) for row in holding_on(EscalationRule.objects.order_by("step"), day))


def as_rule(row: EscalationRule) -> escalation.Rule:
    return escalation.Rule(
        Step(row.step), row.after_percent, row.staked_percent, frozenset(map(Stake, row.stakes)), row.units_from, row.alike_from
    )


def visit_rule(day: date) -> VisitRule | None:
    """How often departments are visited. One query."""
    return holding_on(VisitRule.objects.order_by("-valid_from"), day).first()


def platform_calendar() -> WorkCalendar | None:
    """The working time of the command centre, by which the platform works. Two queries."""
    centre = Organization.objects.filter(kind=OrganizationKind.COMMAND_CENTRE, calendar__isnull=False).order_by("level", "pk").first()
    return calendar_of(centre.calendar_id) if centre is not None and centre.calendar_id is not None else None


def due_after(limit: Limit, at: datetime, calendar: WorkCalendar | None) -> datetime | None:
    """When a limit that begins at a moment is over; None where no calendar reaches so far."""
    if limit.continuous:
        return moment(ContinuousTime().after(epoch(at), limit.seconds()))
    if calendar is None:
        return None
    try:
        return moment(calendar.after(epoch(at), limit.seconds(calendar.work_day_hours)))
    except CalendarEnds:
        return None


def used_percent(limit: Limit, since: datetime, at: datetime, calendar: WorkCalendar | None) -> float | None:
    """How much of a limit is used up at a moment, of working time where it counts that; None where no calendar knows."""
    if limit.continuous:
        return 100 * (epoch(at) - epoch(since)) / limit.seconds()
    if calendar is None:
        return None
    try:
        return 100 * calendar.between(epoch(since), epoch(at)) / limit.seconds(calendar.work_day_hours)
    except CalendarEnds:
        return None
