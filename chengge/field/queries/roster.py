"""The week of the roster: who walks which responsibility grid when, who came, and where nobody walks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from chengge.domain.codes import code_range
from chengge.domain.lifecycle import Post
from chengge.foundation.models import ResponsibilityGrid, ResponsibilityGridUnit
from chengge.foundation.queries.dated import holds_on
from chengge.organization.models import Duty, Member, RosterEntry, Shift
from chengge.organization.queries import city_day
from chengge.organization.queries.roster import Arrival, Planned, arrival, plans_of, span_of

DAYS = 7


@dataclass(frozen=True, slots=True)
class Place:
    """One member in one shift of a cell.

    Attributes:
        attended: `came`, `late`, `absent`, or `` for what has not begun.
    """

    entry: RosterEntry
    attended: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A responsibility grid on a day.

    Attributes:
        shifts: each shift that somebody is planned for, or should be, with those who are. Nobody there: a gap.
    """

    day: date
    shifts: Sequence[tuple[Shift, Sequence[Place]]]
    is_past: bool


@dataclass(frozen=True, slots=True)
class Row:
    grid: ResponsibilityGrid
    unit_count: int
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Week:
    """A week of the roster, one page of grids.

    Attributes:
        gaps: places (a grid in a shift that walks everywhere) of each day that nobody is planned for, in all grids of the area.
        more: code of the last grid shown, where there are more.
    """

    monday: date
    days: Sequence[date]
    rows: Sequence[Row]
    shifts: Sequence[Shift]
    gaps: Sequence[int]
    duties: int
    members: int
    more: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A member who may be planned for a cell; `own`: the grid is theirs."""

    member: Member
    own: bool
    elsewhere: str


def week(monday: date, at: datetime, *, division_code: int | None = None, gaps_only: bool = False, after: str = "", size: int = 30) -> Week:
    """A week beginning on `monday`, as it stands at a moment. Eight queries, whatever the size of the city.

    Args:
        division_code: only grids with unit grids in this division.
        gaps_only: only grids with a gap from today on.
        after: code of the grid after which the page begins.
    """
    days = [monday + timedelta(days=step) for step in range(DAYS)]
    today = city_day(at)
    grids = _grids(monday, division_code)
    codes = list(grids.values_list("code", flat=True))
    shifts = list(Shift.objects.filter(valid_from__lte=days[-1]).exclude(valid_to__lte=monday).order_by("starts", "code"))
    walked = set(
        RosterEntry.objects.filter(day__range=(monday, days[-1]), responsibility_grid__in=codes)
        .values_list("day", "shift_id", "responsibility_grid")
        .distinct()
    )
    lacking = {
        code: [(day, shift.pk) for day in days for shift in shifts if _needed(shift, day) and (day, shift.pk, code) not in walked]
        for code in codes
    }
    wanted = [code for code in codes if code > after and (not gaps_only or any(day >= today for day, _shift in lacking[code]))]
    shown = wanted[:size]
    counted = RosterEntry.objects.filter(day__range=(monday, days[-1]), responsibility_grid__in=codes)
    totals = counted.aggregate(duties=Count("pk"), members=Count("member_id", distinct=True))
    return Week(
        monday=monday,
        days=days,
        rows=_rows(shown, days, shifts, at),
        shifts=shifts,
        gaps=[sum(day == one for places in lacking.values() for one, _shift in places) for day in days],
        duties=totals["duties"],
        members=totals["members"],
        more=shown[-1] if len(wanted) > size else None,
    )


def choices(grid: ResponsibilityGrid, day: date) -> list[Choice]:
    """Inspectors who may be planned for a grid on a day: those whose grid it is first. Three queries."""
    own = set(grid.inspectors.values_list("pk", flat=True))
    elsewhere: dict[int, list[str]] = {}
    for entry in RosterEntry.objects.filter(day=day).exclude(responsibility_grid=grid.code).select_related("shift"):
        elsewhere.setdefault(entry.member_id, []).append(f"{entry.shift.name} {entry.responsibility_grid}")
    members = Member.objects.filter(holds_on(day, "posts__"), posts__post=Post.INSPECTOR.value, is_active=True).distinct()
    found = [Choice(member, member.pk in own, _(", ").join(elsewhere.get(member.pk, ())[:3])) for member in members]
    return sorted(found, key=lambda choice: (not choice.own, choice.member.full_name))


def entries_of(monday: date, until: date, division_code: int | None = None) -> QuerySet[RosterEntry]:
    """The roster from one day to another, in order, with member and shift."""
    rows = RosterEntry.objects.filter(day__range=(monday, until)).select_related("shift", "member")
    if division_code is not None:
        rows = rows.filter(responsibility_grid__in=_grids(monday, division_code).values("code"))
    return rows.order_by("day", "shift__starts", "responsibility_grid", "member_id")


def names_of_grids(codes: Sequence[str]) -> dict[str, str]:
    """Names of responsibility grids by code. One query."""
    return dict(ResponsibilityGrid.objects.filter(code__in=set(codes)).values_list("code", "name"))


def todays_plan(member_id: int, at: datetime) -> Sequence[Planned]:
    """What a member is planned for today; a night that still runs counts too. One query."""
    today = city_day(at)
    plans = plans_of(RosterEntry.objects.filter(member_id=member_id, day__in=(today - timedelta(days=1), today)))
    return [plan for plan in plans if plan.day == today or plan.ends_at > at]


def arrival_words(member_id: int, at: datetime) -> str:
    """How a check-in compares with the plan, in words; empty where nothing is planned. One query."""
    found = arrival(member_id, at)
    if found is None:
        return ""
    told = {"shift": found.planned.shift, "minutes": abs(found.minutes)}
    if found.is_late:
        return _("%(shift)s began %(minutes)d minutes ago: you are late.") % told
    if found.minutes < -1:
        return _("%(shift)s begins in %(minutes)d minutes.") % told
    return _("In time for %(shift)s.") % told


def arrival_of(duty: Duty) -> Arrival | None:
    """How the check-in of a duty compares with the plan. One query."""
    return arrival(duty.member_id, duty.starts_at)


def _grids(day: date, division_code: int | None) -> QuerySet[ResponsibilityGrid]:
    rows = ResponsibilityGrid.objects.filter(holds_on(day) | holds_on(day + timedelta(days=DAYS - 1)))
    if division_code is not None:
        first, end = code_range(division_code)
        inside = ResponsibilityGridUnit.objects.filter(grid_code__gte=first, grid_code__lt=end)
        rows = rows.filter(pk__in=inside.values("responsibility_grid_id"))
    return rows.order_by("code")


def _rows(codes: Sequence[str], days: Sequence[date], shifts: Sequence[Shift], at: datetime) -> list[Row]:
    grids = ResponsibilityGrid.objects.filter(code__in=codes).annotate(unit_count=Count("units")).order_by("code")
    entries: dict[tuple[str, date, int], list[RosterEntry]] = {}
    rows = RosterEntry.objects.filter(responsibility_grid__in=codes, day__range=(days[0], days[-1])).select_related("member", "shift")
    for entry in rows.order_by("member__full_name"):
        entries.setdefault((entry.responsibility_grid, entry.day, entry.shift_id), []).append(entry)
    came = _came({entry.member_id for listed in entries.values() for entry in listed}, days, at)
    today = city_day(at)

    def cell(code: str, day: date) -> Cell:
        holding = [shift for shift in shifts if _holds(shift, day)]
        planned = [(shift, entries.get((code, day, shift.pk), [])) for shift in holding]
        return Cell(
            day=day,
            shifts=[
                (shift, [Place(entry, _attended(entry, came, at)) for entry in listed])
                for shift, listed in planned
                if listed or shift.everywhere
            ],
            is_past=day < today,
        )

    return [Row(grid, grid.unit_count, [cell(grid.code, day) for day in days]) for grid in grids]


def _came(member_ids: set[int], days: Sequence[date], at: datetime) -> dict[int, list[tuple[datetime, datetime]]]:
    """The duties of members in a week up to a moment. One query."""
    found: dict[int, list[tuple[datetime, datetime]]] = {}
    first = datetime.combine(days[0], datetime.min.time(), at.tzinfo) - timedelta(days=1)
    rows = Duty.objects.filter(member_id__in=member_ids, ends_at__gt=first, starts_at__lte=at)
    for member_id, starts_at, ends_at in rows.order_by("starts_at").values_list("member_id", "starts_at", "ends_at"):
        found.setdefault(member_id, []).append((starts_at, ends_at))
    return found


def _attended(entry: RosterEntry, came: dict[int, list[tuple[datetime, datetime]]], at: datetime) -> str:
    starts, ends = span_of(entry.shift, entry.day)
    late_from = starts + timedelta(minutes=entry.shift.grace_minutes)
    first = next((begun for begun, ended in came.get(entry.member_id, ()) if ended > starts and begun < ends), None)
    if first is not None:
        return "late" if first > late_from else "came"
    return "absent" if at > late_from else ""


def _needed(shift: Shift, day: date) -> bool:
    return shift.everywhere and _holds(shift, day)


def _holds(shift: Shift, day: date) -> bool:
    return shift.valid_from <= day and (shift.valid_to is None or shift.valid_to > day)
