"""Cases as rows of a table, for people who take them away in a spreadsheet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chengge import clock
from chengge.casework.models import Case, Channel, StageChoice
from chengge.casework.queries.filters import CaseFilter
from chengge.casework.queries.lists import matching, stages_wanted
from chengge.domain import worktime
from chengge.foundation.models import Division, ProblemKind
from chengge.organization.queries import CITY_ZONE, Actor

MOST_ROWS = 50_000
AT_ONCE = 1000

Cell = str | int | float | datetime | None


@dataclass(frozen=True, slots=True)
class Export:
    """A table: its headings, its rows as they are read, and how many rows there are in all.

    Attributes:
        left_out: how many matching cases do not fit any more; the table ends with a row that says so.
    """

    headings: tuple[str, ...]
    rows: Iterator[tuple[Cell, ...]]
    left_out: int


def export(actor: Actor, wanted: CaseFilter, most: int = MOST_ROWS) -> Export:
    """All cases in sight that fulfil the filter, the latest reported first, at most `most`. Rows are read as they are taken."""
    found = matching(actor, wanted)
    if stages := stages_wanted(wanted):
        found = found.filter(stage__in=stages)
    count = found.count()
    areas = dict(Division.objects.filter(Q(code__gte=10**8) & Q(valid_to=None)).values_list("code", "name"))
    rows = found.select_related("problem_class", "rule", "department", "organization").order_by("-reported_at", "-id")[:most]
    now = clock.now()
    return Export(headings(), (_row(case, areas, now) for case in rows.iterator(AT_ONCE)), max(0, count - most))


def headings() -> tuple[str, ...]:
    return (
        _("number"), _("stage"), _("light"), _("kind"), _("major class"), _("class"), _("filing condition"), _("description"), _("place"),
        pgettext("division", "street"), pgettext("division", "community"), _("unit grid"), _("component"), _("longitude"), _("latitude"),
        _("channel"), _("urgent"), _("responsible department"), _("held by"), _("reported"), _("filed"), _("dispatched"), _("handled"),
        _("ended"), _("due"), _("reworks"), _("returns"), _("wrong dispatches"),
    )  # fmt: skip


def _row(case: Case, areas: dict[int, str], now: datetime) -> tuple[Cell, ...]:
    grid = case.grid_code
    return (
        f"{case.number[:8]} {case.number[8:14]} {case.number[14:]}",  # parted, since a spreadsheet would round 20 digits
        str(StageChoice(case.stage).label),
        light_words(case, now),
        str(ProblemKind(case.kind).label),
        case.problem_class.major_name,
        case.problem_class.name,
        case.rule.condition if case.rule else "",
        case.description,
        case.place,
        areas.get(grid // 10**6, "") if grid else "",
        areas.get(grid // 10**3, "") if grid else "",
        f"{grid:015d}" if grid else "",
        f"{case.component_code // 10**6} {case.component_code % 10**6:06d}" if case.component_code else "",
        case.lon,
        case.lat,
        str(Channel(case.channel).label),
        _("yes") if case.urgent else "",
        case.department.name if case.department else "",
        case.organization.name if case.organization else "",
        *(
            _in_the_city(moment)
            for moment in (case.reported_at, case.filed_at, case.dispatched_at, case.handled_at, case.ended_at, case.due_at)
        ),
        case.rework_count,
        case.return_count,
        case.wrong_dispatch_count,
    )


def light_words(case: Case, now: datetime) -> str:
    """In time, due soon or overdue; nothing for a case whose clocks stand."""
    if case.due_at is None or case.yellow_at is None:
        return ""
    shown = worktime.light(int(now.timestamp()), int(case.yellow_at.timestamp()), int(case.due_at.timestamp()))
    return {"green": _("In time"), "yellow": _("Due soon"), "red": _("Overdue")}[shown.value]


def _in_the_city(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(CITY_ZONE).replace(tzinfo=None)
