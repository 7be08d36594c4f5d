"""Figures of patrol for a day, a week or a month, by inspector and by team."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from chengge.domain.errors import Refused
from chengge.field.models import PatrolDay
from chengge.field.queries.watching import inspectors_in_reach
from chengge.organization.models import Member
from chengge.organization.queries import Actor

SPANS = ("day", "week", "month")
SUMS = ("fixes", "duty_seconds", "street_seconds", "outside_seconds", "distance_m", "own_grids", "covered_grids", "visits", "reports")


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums of days of patrol. Ratios are None where there is nothing to divide by."""

    days: int
    duty_seconds: int
    street_seconds: int
    outside_seconds: int
    distance_m: float
    own_grids: int
    covered_grids: int
    visits: int
    reports: int

    @property
    def street_hours(self) -> float:
        return self.street_seconds / 3600

    @property
    def duty_hours(self) -> float:
        return self.duty_seconds / 3600

    @property
    def outside_hours(self) -> float:
        return self.outside_seconds / 3600

    @property
    def kilometres(self) -> float:
        return self.distance_m / 1000

    @property
    def coverage(self) -> float | None:
        """Percent of own unit grids visited, day by day."""
        return 100 * self.covered_grids / self.own_grids if self.own_grids else None

    @property
    def visits_per_grid(self) -> float | None:
        return self.visits / self.own_grids if self.own_grids else None

    @property
    def reports_per_hour(self) -> float | None:
        return self.reports / self.street_hours if self.street_seconds >= 600 else None


@dataclass(frozen=True, slots=True)
class Line:
    member: Member | None  # None: a team
    name: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Patrols:
    first: date
    last: date
    teams: Sequence[Line]
    inspectors: Sequence[Line]
    whole: Figures


def span_around(kind: str, day: date) -> tuple[date, date]:
    """First and last day of the day, week or month that holds `day`. Raises Refused for another kind."""
    match kind:
        case "day":
            return day, day
        case "week":
            monday = day - timedelta(days=day.weekday())
            return monday, monday + timedelta(days=6)
        case "month":
            first = day.replace(day=1)
            return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    raise Refused("span", _("A span is a day, a week or a month."), field="span")


def patrols(actor: Actor, first: date, last: date) -> Patrols:
    """Inspectors in reach, the longest on the street first, and their organizations. Two queries, whatever the span."""
    rows = (
        PatrolDay.objects.filter(day__gte=first, day__lte=last, member__in=inspectors_in_reach(actor).values("pk"))
        .values("member_id")
        .annotate(days=Count("pk", filter=Q(fixes__gt=0)), **{f"all_{name}": Sum(name) for name in SUMS})
    )
    found = {int(row["member_id"]): _figures(dict(row)) for row in rows}
    members = Member.objects.select_related("organization").in_bulk(found)
    inspectors = [Line(members[member], str(members[member]), figures) for member, figures in found.items()]
    teams: dict[str, list[Figures]] = {}
    for line in inspectors:
        organization = line.member.organization if line.member else None
        teams.setdefault(organization.name if organization else "–", []).append(line.figures)
    return Patrols(
        first,
        last,
        [Line(None, name, _together(those)) for name, those in sorted(teams.items())],
        sorted(inspectors, key=lambda line: (-line.figures.street_seconds, line.name)),
        _together(list(found.values())),
    )


def table(shown: Patrols) -> tuple[list[str], list[list[str | int | float]]]:
    """The same as rows to take away: headings, then each inspector, then teams."""
    headings = [
        _("inspector"), _("user name"), _("organization"), _("days"), _("hours on duty"), _("hours on the street"),
        _("hours out of bounds"), _("distance (km)"), _("own grids, all days"), _("grids visited"), _("coverage (%)"), _("visits"),
        _("visits per grid"), _("problems found"), _("problems per hour"),
    ]  # fmt: skip
    lines = [
        [line.name, line.member.username if line.member else "", _organization_of(line), *_cells(line.figures)]
        for line in (*shown.inspectors, *shown.teams)
    ]
    return headings, lines


def _organization_of(line: Line) -> str:
    if line.member is None:
        return line.name
    return line.member.organization.name if line.member.organization else ""


def _cells(figures: Figures) -> list[str | int | float]:
    return [
        figures.days,
        round(figures.duty_hours, 2),
        round(figures.street_hours, 2),
        round(figures.outside_hours, 2),
        round(figures.kilometres, 2),
        figures.own_grids,
        figures.covered_grids,
        "" if figures.coverage is None else round(figures.coverage, 1),
        figures.visits,
        "" if figures.visits_per_grid is None else round(figures.visits_per_grid, 2),
        figures.reports,
        "" if figures.reports_per_hour is None else round(figures.reports_per_hour, 2),
    ]


def _figures(row: Mapping[str, Any]) -> Figures:
    return Figures(row["days"], *(row[f"all_{name}"] for name in SUMS[1:]))


def _together(those: list[Figures]) -> Figures:
    return Figures(*(sum(getattr(one, name) for one in those) for name in ("days", *SUMS[1:])))
