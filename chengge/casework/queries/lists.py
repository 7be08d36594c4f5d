"""Lists of cases for a desk: a page at a time by key, and how many there are by light and by queue.

A desk's list is read one stage at a time along the index of open cases (stage, due), so that a page costs the same with a
hundred cases or a million; docs/performance.md shows the plan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import IS_OPEN, Case
from chengge.casework.queries.desks import ALL, QUEUES, Queue, queue_of, stages_on
from chengge.casework.queries.filters import CaseFilter, light_is
from chengge.casework.queries.sight import sight, with_all_below
from chengge.domain.errors import NotFound, Refused
from chengge.domain.lifecycle import ENDS, OPEN, Post, Stage
from chengge.foundation.models import Division
from chengge.organization.queries import Actor

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_DUE = "none"
MOST_ROWS = 200
SHOWN_WITH = ("problem_class", "organization", "department")

NAMES_OF_DIVISIONS = "SELECT code, name FROM foundation_division WHERE code = ANY(%s) AND valid_to IS NULL"
PARTS_OF_CASES = """
SELECT held.case_id, held.part, clock.yellow_at, clock.due_at
FROM casework_assignment held JOIN casework_clock clock
  ON clock.case_id = held.case_id AND clock.organization_id = held.organization_id AND clock.kind = 'level' AND clock.stopped_at IS NULL
WHERE held.case_id = ANY(%s) AND held.organization_id = %s AND held.ended_at IS NULL AND held.part <> ''
"""
REPORTS_OF_CASES = "SELECT case_id, count(*) FROM casework_report WHERE case_id = ANY(%s) GROUP BY case_id"

Place = tuple[int, datetime | None]  # in a list: the case's id, and the moment that the list is ordered by


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some cases in order, and the cursor from which the next page goes on; None: this was the last."""

    rows: list[Case]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Lights:
    """How many cases wait, by light, and in each sub-queue of the desk by its name."""

    green: int
    yellow: int
    red: int
    queues: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.green + self.yellow + self.red


@dataclass(frozen=True, slots=True)
class RowWords:
    """What a row of a list says beside the case itself."""

    area: str  # street and community
    report_count: int
    part: str = ""  # what the member's organization has to do of it, where that is not the whole


def cases(actor: Actor, wanted: CaseFilter, cursor: str | None = None, size: int = 20) -> CasePage:
    """One page of the cases in sight that fulfil the filter. Two queries; one more for a department's passed-down cases.

    Args:
        cursor: `next_cursor` of the page before.
        size: how many rows, at most `MOST_ROWS`.

    Raises:
        Refused: a cursor that is none.
    """
    size = max(1, min(size, MOST_ROWS))
    found = matching(actor, wanted)
    stages = stages_wanted(wanted)
    newest_first = wanted.order == "newest" or not stages or any(end.value in stages for end in ENDS)
    if newest_first:
        rows = _newest(found.filter(stage__in=stages) if stages else found, cursor, size + 1)
    else:
        rows = _most_pressing(_apart(actor, wanted) or [found], stages, cursor, size + 1)
    ids = [row[0] for row in rows[:size]]
    by_id = Case.objects.select_related(*SHOWN_WITH).in_bulk(ids)
    more = len(rows) > size
    return CasePage([by_id[pk] for pk in ids if pk in by_id], _cursor(rows[size - 1]) if more else None)


def by_area(wanted: CaseFilter) -> CaseFilter:
    """The same search, where its text is the name of a street or community asked as that area. One query if there is a text."""
    if not wanted.text or wanted.division_code is not None:
        return wanted
    code = Division.objects.filter(name=wanted.text, valid_to=None).order_by("code").values_list("code", flat=True).first()
    return wanted if code is None else replace(wanted, text="", division_code=code)


def matching(actor: Actor, wanted: CaseFilter) -> QuerySet[Case]:
    """The cases in sight that fulfil the filter, whatever their stage; in no order."""
    queue = _queue(wanted)
    return Case.objects.filter(_where(actor, wanted, queue, _held(actor, wanted, queue)))


def _where(actor: Actor, wanted: CaseFilter, queue: Queue | None, held: Q | None) -> Q:
    where = wanted.conditions(clock.now())
    if held is not None:
        # Held by the member's own organization or below it: in sight by that alone, and found by the index of open cases.
        where &= held & IS_OPEN
    else:
        where &= sight(actor)
    return where if queue is None else where & queue.where


def stages_wanted(wanted: CaseFilter) -> tuple[str, ...]:
    """The stages that desk, queue and filter leave; empty: every stage."""
    on_desk: tuple[Stage, ...] = ()
    queue = _queue(wanted)
    if queue is not None:
        on_desk = queue.stages
    elif wanted.desk is not None and wanted.queue != ALL:
        on_desk = stages_on(wanted.desk)
    if not on_desk:
        return wanted.stages
    return tuple(stage.value for stage in on_desk if not wanted.stages or stage.value in wanted.stages) or (NO_DUE,)


def lights(actor: Actor, wanted: CaseFilter) -> Lights:
    """How many cases wait on the desk by light, and how many lie in each open sub-queue. One query (two for a department).

    Only desk and sight count, not what else is looked for: the lights say how the member stands, not what the list shows.
    """
    now = clock.now()
    queues = [queue for queue in QUEUES[wanted.desk] if queue.is_open] if wanted.desk else []
    waiting = [queue for queue in queues if queue.waits]
    own = part = Q()
    if any(queue.held for queue in queues) and actor.organization_id is not None:
        tree = with_all_below(actor.organization_id)
        own, part = _hands(actor)
        where = Q(organization_id__in=tree) | part
    else:
        where = sight(actor)
    stages = {stage for queue in queues for stage in queue.stages} or set(OPEN)
    waits = _in_stages({stage for queue in waiting for stage in queue.stages} or stages, stages) & (own | part)
    counts = {f"light_{light}": Count("pk", filter=waits & light_is(light, now)) for light in ("green", "yellow", "red")}
    for queue in queues:
        held = {"own": own, "part": part, "below": ~own}.get(queue.held, Q()) if own else Q()
        counts[f"queue_{queue.name}"] = Count("pk", filter=_in_stages(set(queue.stages), stages) & queue.where & held)
    found = Case.objects.filter(where, IS_OPEN, stage__in=sorted(stages)).aggregate(**counts)
    return Lights(
        found["light_green"], found["light_yellow"], found["light_red"], {queue.name: found[f"queue_{queue.name}"] for queue in queues}
    )


def _in_stages(wanted: set[Stage], counted: set[Stage]) -> Q:
    """Stages as a condition among the `counted` ones; none where it would leave nothing out: it costs more than all else that is asked."""
    return Q() if wanted >= counted else Q(stage__in=sorted(wanted))


def row_words(rows: Sequence[Case], organization_id: int | None = None) -> dict[int, RowWords]:
    """Area names and number of reports of some cases, by case id. Two queries, however many rows, and one more if there are parts.

    Args:
        organization_id: whose parts are told; such rows are then due when the part is.
    """
    codes = {code for case in rows if case.grid_code for code in (case.grid_code // 10**6, case.grid_code // 10**3)}
    with connection.cursor() as asking:
        asking.execute(NAMES_OF_DIVISIONS, [list(codes)])
        names = dict(asking.fetchall())
        asking.execute(REPORTS_OF_CASES, [[case.pk for case in rows]])
        reports = dict(asking.fetchall())
    parts = _as_parts(rows, organization_id)
    return {case.pk: RowWords(area_of(case.grid_code, names), reports.get(case.pk, 0), parts.get(case.pk, "")) for case in rows}


def _as_parts(rows: Sequence[Case], organization_id: int | None) -> dict[int, str]:
    """What an organization has to do of some of the cases; their rows take on the due moment of that part."""
    mine = {case.pk: case for case in rows if organization_id in (case.part_holders or ())}
    if not mine:
        return {}
    with connection.cursor() as asking:
        asking.execute(PARTS_OF_CASES, [list(mine), organization_id])
        found = {}
        for pk, part, yellow_at, due_at in asking.fetchall():
            found[pk] = part
            mine[pk].yellow_at, mine[pk].due_at = yellow_at, due_at
    return found


def area_of(grid_code: int | None, names: Mapping[int, str]) -> str:
    """Street and community of a grid, by the names of the divisions; where there are none, the code says it."""
    if grid_code is None:
        return _("in no grid")
    known = [names[code] for code in (grid_code // 10**6, grid_code // 10**3) if code in names]
    return " ".join(known) or str(grid_code)


def counts_by_stage(actor: Actor) -> dict[str, Lights]:
    """Open cases in sight by stage and light, for an overview. One query."""
    now = clock.now()
    counts = {light: Count("pk", filter=light_is(light, now)) for light in ("green", "yellow", "red")}
    rows = Case.objects.filter(sight(actor), IS_OPEN).values("stage").annotate(**counts).order_by().values_list("stage", *counts)
    found = {stage: Lights(green, yellow, red) for stage, green, yellow, red in rows}
    return {stage.value: found.get(stage.value, Lights(0, 0, 0)) for stage in OPEN}


def _queue(wanted: CaseFilter) -> Queue | None:
    if wanted.desk is None or wanted.queue in ("", ALL):
        return None
    queue = queue_of(wanted.desk, wanted.queue)
    if queue is None:
        raise NotFound("queue", _("This desk has no queue “%(name)s”.") % {"name": wanted.queue}, field="queue")
    return queue


def _held(actor: Actor, wanted: CaseFilter, queue: Queue | None) -> Q | None:
    """Whose hands the cases must lie in; None where that does not matter."""
    own, part = _hands(actor)
    if queue is not None and queue.held == "below" and actor.organization_id is not None:
        tree = with_all_below(actor.organization_id)
        return Q(organization_id__in=[pk for pk in tree if pk != actor.organization_id])
    whole_desk = wanted.desk is Post.DEPARTMENT and wanted.queue != ALL
    if (wanted.mine or whole_desk) and actor.organization_id is not None and Post.DEPARTMENT in actor.posts:
        return own | part if queue is None else {"own": own, "part": part}.get(queue.held, own | part)
    return None


def _hands(actor: Actor) -> tuple[Q, Q]:
    """The cases that the member's organization holds, and those of which it has a part to do."""
    return Q(organization_id=actor.organization_id), Q(part_holders__contains=[actor.organization_id])


def _apart(actor: Actor, wanted: CaseFilter) -> list[QuerySet[Case]]:
    """What a department holds and what it has parts of, each by itself, so that each is read along its own index."""
    queue = _queue(wanted)
    if queue is not None or _held(actor, wanted, queue) is None:
        return []
    return [Case.objects.filter(_where(actor, wanted, queue, held)) for held in _hands(actor)]


def _most_pressing(found: Sequence[QuerySet[Case]], stages: Sequence[str], cursor: str | None, size: int) -> list[Place]:
    """Ids and due moments, the most pressing first; cases without a running clock come last. No case is found twice.

    Each stage gives its own first `size` along the index of open cases (stage, due, id), and the first of those are taken.
    """
    here = [
        one.filter(IS_OPEN).extra(where=["casework_case.stage = wanted.stage"]).order_by("due_at", "id").values_list("id", "due_at")
        for one in found
    ]
    after, last_id = _parsed(cursor)
    if cursor is None:
        parts = here
    elif after is not None:
        later = [one.filter(Q(due_at__gt=after) | Q(id__gt=last_id), due_at__gte=after) for one in here]
        parts = [*later, *(one.filter(due_at=None) for one in here)]
    else:
        parts = [one.filter(due_at=None, id__gt=last_id) for one in here]
    statements, given = [], []
    for part in parts:
        try:
            statement, parameters = part[:size].query.sql_with_params()
        except EmptyResultSet:
            continue
        statements.append(f"SELECT one.* FROM unnest(%s::varchar[]) AS wanted(stage), LATERAL ({statement}) AS one")  # noqa: S608
        given += [list(stages), *parameters]
    if not statements:
        return []
    with connection.cursor() as asking:
        asking.execute(f"{' UNION ALL '.join(statements)} ORDER BY due_at, id LIMIT %s", [*given, size])
        return asking.fetchall()


def _newest(found: QuerySet[Case], cursor: str | None, size: int) -> list[Place]:
    if cursor is not None:
        before, last_id = _parsed(cursor)
        if before is None:
            raise _no_cursor()
        found = found.filter(Q(reported_at__lt=before) | Q(id__lt=last_id), reported_at__lte=before)
    return list(found.order_by("-reported_at", "-id").values_list("id", "reported_at")[:size])


def _cursor(row: Place) -> str:
    pk, moment = row
    return f"{NO_DUE if moment is None else (moment - EPOCH) // timedelta(microseconds=1)}-{pk}"


def _parsed(cursor: str | None) -> tuple[datetime | None, int]:
    if cursor is None:
        return None, 0
    try:
        moment, pk = cursor.rsplit("-", 1)
        last_id = int(pk)
        if not 0 <= last_id < 2**63:
            raise ValueError
        return None if moment == NO_DUE else EPOCH + timedelta(microseconds=int(moment)), last_id
    except (ValueError, OverflowError):
        raise _no_cursor() from None


def _no_cursor() -> Refused:
    return Refused("cursor", _("This is no place in a list to go on from."), _("Begin again with the first page."), field="cursor")
