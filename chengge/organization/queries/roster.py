"""The roster: who is planned for duty when and where, and who of them has not come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from chengge.organization.models import Duty, RosterEntry, Shift
from chengge.organization.queries import CITY_ZONE, city_day


@dataclass(frozen=True, slots=True)
class Planned:
    """A member's shift on a day.

    Attributes:
        starts_at, ends_at: aware moments; a shift past midnight ends on the next day.
        grids: codes of the responsibility grids to walk, in order.
        grace_minutes: later than this after the start is late.
    """

    member_id: int
    day: date
    shift_id: int
    shift: str
    starts_at: datetime
    ends_at: datetime
    grids: tuple[str, ...]
    grace_minutes: int


@dataclass(frozen=True, slots=True)
class Late:
    """A member whose shift runs and who has not come to it."""

    planned: Planned
    minutes: int

    @property
    def member_id(self) -> int:
        return self.planned.member_id


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a check-in compares with the plan; `minutes` is negative for who came before the shift began."""

    planned: Planned
    minutes: int

    @property
    def is_late(self) -> bool:
        return self.minutes > self.planned.grace_minutes


def span_of(shift: Shift, day: date) -> tuple[datetime, datetime]:
    """Start and end of a shift on a day of the city."""
    ends_on = day if shift.ends > shift.starts else day + timedelta(days=1)
    return datetime.combine(day, shift.starts, CITY_ZONE), datetime.combine(ends_on, shift.ends, CITY_ZONE)


def planned_duties(member_id: int, day: date) -> Sequence[Planned]:
    """The shifts a member is planned for on a day, in order. One query."""
    return plans_of(RosterEntry.objects.filter(member_id=member_id, day=day))


def planned_around(at: datetime) -> Sequence[Planned]:
    """Every shift that runs at a moment. One query."""
    today = city_day(at)
    plans = plans_of(RosterEntry.objects.filter(day__in=(today - timedelta(days=1), today)))
    return [plan for plan in plans if plan.starts_at <= at < plan.ends_at]


def late(at: datetime) -> Sequence[Late]:
    """Who should be on duty at a moment by the roster, is past the shift's grace, and has not checked in for it. Two queries.

    Whoever came and left again is not late; so is nobody who is on duty from an earlier shift.
    """
    due = [plan for plan in planned_around(at) if at > plan.starts_at + timedelta(minutes=plan.grace_minutes)]
    if not due:
        return []
    came = Duty.objects.filter(
        member_id__in={plan.member_id for plan in due}, starts_at__lte=at, ends_at__gt=min(plan.starts_at for plan in due)
    ).values_list("member_id", "ends_at")
    ends: dict[int, list[datetime]] = {}
    for member_id, ends_at in came:
        ends.setdefault(member_id, []).append(ends_at)
    missing = [plan for plan in due if not any(end > plan.starts_at for end in ends.get(plan.member_id, ()))]
    return [Late(plan, int((at - plan.starts_at).total_seconds() // 60)) for plan in missing]


def arrival(member_id: int, at: datetime) -> Arrival | None:
    """How a check-in at a moment compares with the plan of the day: with the shift that runs, else the one that is next. One query.

    None where nothing is planned any more.
    """
    today = city_day(at)
    plans = plans_of(RosterEntry.objects.filter(member_id=member_id, day__in=(today - timedelta(days=1), today)))
    plan = next((plan for plan in plans if plan.ends_at > at), None)
    return None if plan is None else Arrival(plan, round((at - plan.starts_at).total_seconds() / 60))


def shifts_on(day: date) -> QuerySet[Shift]:
    """The shifts that hold on a day, the earliest first."""
    return Shift.objects.filter(valid_from__lte=day).exclude(valid_to__lte=day).order_by("starts", "code")


def plans_of(entries: QuerySet[RosterEntry]) -> list[Planned]:
    """Entries put together by member, day and shift, in the order in which they begin. One query."""
    return plans_among(entries.select_related("shift").order_by("day", "shift__starts", "shift_id", "member_id", "responsibility_grid"))


def plans_among(entries: Iterable[RosterEntry]) -> list[Planned]:
    """The same for entries at hand, each with its shift, in order."""
    grids: dict[tuple[date, int, int], list[str]] = {}
    shifts: dict[int, Shift] = {}
    for entry in entries:
        shifts[entry.shift_id] = entry.shift
        grids.setdefault((entry.day, entry.shift_id, entry.member_id), []).append(entry.responsibility_grid)
    return [
        Planned(
            member_id, day, shift_id, shifts[shift_id].name, *span_of(shifts[shift_id], day), tuple(codes), shifts[shift_id].grace_minutes
        )
        for (day, shift_id, member_id), codes in grids.items()
    ]
