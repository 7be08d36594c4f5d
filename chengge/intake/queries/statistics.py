"""How problems reach the city: reports and cases by channel and by day or month."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import TruncDay, TruncMonth
from django.utils.translation import gettext as _

from chengge.casework.models import Case, Channel, Clock, Report
from chengge.casework.queries.sight import sight
from chengge.domain.errors import Refused
from chengge.organization.queries import CITY_ZONE, Actor

STEPS = {"day": TruncDay, "month": TruncMonth}
LONGEST_SPAN = {"day": timedelta(days=93), "month": timedelta(days=5 * 366)}


class Median(Aggregate):
    """The middle value (PostgreSQL's percentile_cont)."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True, slots=True)
class Line:
    """One channel over a span.

    Attributes:
        reports: what was said; `cases`: the cases that were opened by it; `added`: reports that were another case's problem, hung on
            it at once or by a merge; `waiting`: reports that lack a place or a class still.
        accepted_in: median time from the report to acceptance or refusal; None where nothing was decided yet.
    """

    channel: str
    reports: int = 0
    cases: int = 0
    added: int = 0
    waiting: int = 0
    rejected: int = 0
    accepted_in: timedelta | None = None

    @property
    def name(self) -> str:
        return str(Channel(self.channel).label) if self.channel else ""

    @property
    def rejected_share(self) -> float | None:
        """Of the cases opened, in percent."""
        return round(100 * self.rejected / self.cases, 1) if self.cases else None


@dataclass(frozen=True, slots=True)
class Figures:
    """Channels over a span, together and step by step.

    Attributes:
        steps: the days, or the first days of the months.
        series: of each channel the reports at each step.
    """

    lines: tuple[Line, ...]
    total: Line
    steps: tuple[date, ...]
    series: dict[str, list[int]]


def figures(actor: Actor, since: date, until: date, step: str = "day") -> Figures:
    """What came in by each channel from `since` to `until` (both included), in sight. Five queries.

    Raises:
        Refused: the span is too long for this step, or ends before it begins.
    """
    if step not in STEPS or not timedelta(0) <= until - since <= LONGEST_SPAN[step]:
        days = LONGEST_SPAN.get(step, timedelta(0)).days
        raise Refused("span", _("This is no span of days, or one longer than %(days)d.") % {"days": days}, _("Choose another."), "since")
    begin, end = _midnight(since), _midnight(until + timedelta(days=1))
    reports = Report.objects.filter(
        (Q(case__isnull=False) & sight(actor, "case__")) | Q(case=None), reported_at__gte=begin, reported_at__lt=end
    )
    cases = Case.objects.filter(sight(actor), reported_at__gte=begin, reported_at__lt=end)

    by_step = reports.annotate(step=STEPS[step]("reported_at", tzinfo=CITY_ZONE)).values_list("channel", "step").annotate(Count("pk"))
    steps = _steps(since, until, step)
    place = {day: number for number, day in enumerate(steps)}
    series: dict[str, list[int]] = defaultdict(lambda: [0] * len(steps))
    for channel, at, number in by_step.order_by():
        series[channel][place[at.date()]] = number

    said = _by_channel(reports.values("channel").annotate(reports=Count("pk"), waiting=Count("pk", filter=Q(case=None))))
    opened = _by_channel(
        cases.values("channel").annotate(
            cases=Count("pk"), rejected=Count("pk", filter=Q(stage="rejected")), gone_over=Count("pk", filter=Q(stage="merged"))
        )
    )
    waited = ExpressionWrapper(F("stopped_at") - F("started_at"), output_field=DurationField())
    first = Clock.objects.filter(kind="acceptance", ordinal=0, stopped_at__isnull=False, case__in=cases)
    medians = dict(first.values_list("case__channel").annotate(middle=Median(waited, output_field=DurationField())).order_by())
    lines = [_line(channel, said.get(channel, {}), opened.get(channel, {}), medians.get(channel)) for channel in Channel.values]
    middle = first.aggregate(middle=Median(waited, output_field=DurationField()))["middle"]
    return Figures(tuple(line for line in lines if line.reports or line.cases), _sum(lines, middle), steps, dict(series))


def _line(channel: str, said: dict[str, Any], opened: dict[str, Any], accepted_in: timedelta | None) -> Line:
    reports, waiting = said.get("reports", 0), said.get("waiting", 0)
    cases, merged = opened.get("cases", 0), opened.get("gone_over", 0)
    added = max(0, reports - waiting - (cases - merged))
    return Line(channel, reports, cases, added, waiting, opened.get("rejected", 0), accepted_in)


def _sum(lines: list[Line], accepted_in: timedelta | None) -> Line:
    counts = {name: sum(getattr(line, name) for line in lines) for name in ("reports", "cases", "added", "waiting", "rejected")}
    return Line("", accepted_in=accepted_in, **counts)


def _by_channel(rows: Any) -> dict[str, dict[str, Any]]:
    return {row["channel"]: row for row in rows.order_by()}


def _steps(since: date, until: date, step: str) -> tuple[date, ...]:
    if step == "day":
        return tuple(since + timedelta(days=number) for number in range((until - since).days + 1))
    first = range(since.year * 12 + since.month - 1, until.year * 12 + until.month)
    return tuple(date(month // 12, month % 12 + 1, 1) for month in first)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CITY_ZONE)
