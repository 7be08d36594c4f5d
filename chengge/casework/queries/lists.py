"""Lists of cases for a desk: a page at a time by key, and how many there are by light and by queue.

A desk's list is read one stage at a time along the index of open cases (stage, due), so that a page costs the same with a
hundred cases or a million; docs/performance.md shows the plan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, DateTimeField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import IS_OPEN, Case
from chengge.casework.queries.desks import ALL, QUEUES, Queue, queue_of, stages_on
from chengge.casework.queries.filters import OF_THE_CASE, CaseFilter, Dues, light_is
from chengge.casework.queries.sight import sight, with_all_below
from chengge.domain.errors import NotFound, Refused
from chengge.domain.lifecycle import ENDS, OPEN, Post, Stage
from chengge.foundation.models import Division
from chengge.organization.queries import Actor

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_DUE = "none"
MOST_ROWS = 200
OF_THE_HOLDER = Dues("own_yellow_at", "own_due_at")  # of a part, where the member's organization has one; else those of the case
SHOWN_WITH = ("problem_class", "organization", "department")

NAMES_OF_DIVISIONS = "SELECT code, name FROM foundation_division WHERE code = ANY(%s) AND valid_to IS NULL"
PARTS_OF_CASES = """
SELECT case_id, part FROM casework_assignment
WHERE case_id = ANY(%s) AND organization_id = %s AND ended_at IS NULL AND part <> ''
"""
# Written by hand: the same in Django's own words takes as long to put together as all else that a desk asks.
OWN_MOMENT = """
CASE WHEN casework_case.part_holders @> ARRAY[%s]::bigint[] THEN (
  SELECT clock.{moment} FROM casework_clock clock
  WHERE clock.case_id = casework_case.id AND clock.organization_id = %s AND clock.kind = 'level'
    AND clock.stopped_at IS NULL AND clock.paused_at IS NULL LIMIT 1)
ELSE casework_case.{moment} END
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

    On a department's desk a case of which it has a part is due when that part is: in the order, in the filter and in the rows.

    Args:
        cursor: `next_cursor` of the page before.
        size: how many rows, at most `MOST_ROWS`.

    Raises:
        Refused: a cursor that is none.
    """
    size = max(1, min(size, MOST_ROWS))
    stages = stages_wanted(wanted)
    newest_first = wanted.order == "newest" or not stages or any(end.value in stages for end in ENDS)
    if newest_first:
        found = matching(actor, wanted)
        rows = _newest(found.filter(stage__in=stages) if stages else found, cursor, size + 1)
    else:
        rows = _most_pressing(_apart(actor, wanted), stages, cursor, size + 1)
    ids = [row[0] for row in rows[:size]]
    by_id = _shown(actor, wanted, ids)
    more = len(rows) > size
    return CasePage([by_id[pk] for pk in ids if pk in by_id], _cursor(rows[size - 1]) if more else None)


def _shown(actor: Actor, wanted: CaseFilter, ids: Sequence[int]) -> dict[int, Case]:
    """The rows of a list, due when the list is ordered and filtered by. One query."""
    dues = OF_THE_HOLDER if _as_department(actor, wanted) else OF_THE_CASE
    found = _with(dues, actor).select_related(*SHOWN_WITH).in_bulk(ids)
    for case in found.values():
        case.yellow_at, case.due_at = getattr(case, dues.yellow), getattr(case, dues.due)
    return found


def by_area(wanted: CaseFilter) -> CaseFilter:
    """The same search, where its text is the name of a street or community asked as that area. One query if there is a text."""
    if not wanted.text or wanted.division_code is not None:
        return wanted
    code = Division.objects.filter(name=wanted.text, valid_to=None).order_by("code").values_list("code", flat=True).first()
    return wanted if code is None else replace(wanted, text="", division_code=code)


def matching(actor: Actor, wanted: CaseFilter) -> QuerySet[Case]:
    """The cases in sight that fulfil the filter, whatever their stage; in no order."""
    queue = _queue(wanted)
    dues = OF_THE_HOLDER if wanted.light and _as_department(actor, wanted) else OF_THE_CASE
    return _with(dues, actor).filter(_where(actor, wanted, queue, _held(actor, wanted, queue), dues))


def _where(actor: Actor, wanted: CaseFilter, queue: Queue | None, held: Q | None, dues: Dues) -> Q:
    where = wanted.conditions(clock.now(), dues)
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

    Only desk and sight count, not what else is looked for: the lights say how the member stands, not what the list shows. What a
    department has a part of shows the light of that part.
    """
    now = clock.now()
    queues = [queue for queue in QUEUES[wanted.desk] if queue.is_open] if wanted.desk else []
    waiting = [queue for queue in queues if queue.waits]
    own = part = below = Q()
    dues = OF_THE_CASE
    if any(queue.held for queue in queues) and actor.organization_id is not None:
        tree = with_all_below(actor.organization_id)
        own, part = _hands(actor)
        where, below = _in_the_tree(tree), _below(actor, tree)
        dues = OF_THE_HOLDER
    else:
        where = sight(actor)
    stages = {stage for queue in queues for stage in queue.stages} or set(OPEN)
    waits = _in_stages({stage for queue in waiting for stage in queue.stages} or stages, stages) & (own | part)
    counts = {f"light_{light}": Count("pk", filter=waits & light_is(light, now, dues)) for light in ("green", "yellow", "red")}
    for queue in queues:
        held = {"own": own, "part": part, "below": below}.get(queue.held, Q())
        counts[f"queue_{queue.name}"] = Count("pk", filter=_in_stages(set(queue.stages), stages) & queue.where & held)
    found = _with(dues, actor).filter(where, IS_OPEN, stage__in=sorted(stages)).aggregate(**counts)
    return Lights(
        found["light_green"], found["light_yellow"], found["light_red"], {queue.name: found[f"queue_{queue.name}"] for queue in queues}
    )


def _in_stages(wanted: set[Stage], counted: set[Stage]) -> Q:
    """Stages as a condition among the `counted` ones; none where it would leave nothing out: it costs more than all else that is asked."""
    return Q() if wanted >= counted else Q(stage__in=sorted(wanted))


def row_words(rows: Sequence[Case], organization_id: int | None = None) -> dict[int, RowWords]:
    """Area names and number of reports of some cases, by case id. Two queries, however many rows, and one more if there are parts.

    Args:
        organization_id: whose parts are told.
    """
    codes = {code for case in rows if case.grid_code for code in (case.grid_code // 10**6, case.grid_code // 10**3)}
    with connection.cursor() as asking:
        asking.execute(NAMES_OF_DIVISIONS, [list(codes)])
        names = dict(asking.fetchall())
        asking.execute(REPORTS_OF_CASES, [[case.pk for case in rows]])
        reports = dict(asking.fetchall())
    parts = _parts_of(rows, organization_id)
    return {case.pk: RowWords(area_of(case.grid_code, names), reports.get(case.pk, 0), parts.get(case.pk, "")) for case in rows}


def _parts_of(rows: Sequence[Case], organization_id: int | None) -> dict[int, str]:
    """What an organization has to do of some of the cases."""
    mine = [case.pk for case in rows if organization_id in (case.part_holders or ())]
    if not mine:
        return {}
    with connection.cursor() as asking:
        asking.execute(PARTS_OF_CASES, [mine, organization_id])
        return dict(asking.fetchall())


def area_of(grid_code: int | None, names: Mapping[int, str]) -> str:
    """Street and community of a grid, by the names of the divisions; where there are none, the code says it."""
    if grid_code is None:
        return _("in no grid")
    known = [names[code] for code in (grid_code // 10**6, grid_code // 10**3) if code in names]
    return " ".join(known) or str(grid_code)


def counts_by_stage(actor: Actor) -> dict[str, Lights]:
    """Open cases in sight by stage and light, for an overview. One query."""
    now = clock.now()
    counts = {light: Count("pk", filter=light_is(light, now, OF_THE_CASE)) for light in ("green", "yellow", "red")}
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
    match _hands_wanted(actor, wanted, queue):
        case "any":
            return None
        case "own":
            return own
        case "part":
            return part
        case "both":
            return own | part
        case "below":
            return _below(actor, with_all_below(actor.organization_id or 0))
    return _in_the_tree(with_all_below(actor.organization_id or 0))


def _hands_wanted(actor: Actor, wanted: CaseFilter, queue: Queue | None) -> str:
    """The member's own hands (`own`), those for parts (`part`), `both`, those `below`, the whole `tree`, or `any`."""
    if not _as_department(actor, wanted):
        return "any"
    if queue is not None:
        return queue.held or ("both" if wanted.mine else "tree")
    return "any" if wanted.queue == ALL and not wanted.mine else "both"


def _as_department(actor: Actor, wanted: CaseFilter) -> bool:
    """Whether it is asked for what lies in the hands of the member's own organization, or below it."""
    asked = wanted.desk is Post.DEPARTMENT or wanted.mine
    return asked and actor.organization_id is not None and Post.DEPARTMENT in actor.posts


def _hands(actor: Actor) -> tuple[Q, Q]:
    """The cases that the member's organization holds, and those of which it has a part to do."""
    return Q(organization_id=actor.organization_id), Q(part_holders__contains=[actor.organization_id])


def _in_the_tree(tree: list[int]) -> Q:
    """The cases that some organization of a tree holds, or has a part of."""
    return Q(organization_id__in=tree) | Q(part_holders__overlap=tree)


def _below(actor: Actor, tree: list[int]) -> Q:
    """The cases that an organization below the member's holds, and those below has a part of that another organization gave out."""
    below = [pk for pk in tree if pk != actor.organization_id]
    return Q(organization_id__in=below) | (Q(part_holders__overlap=below) & ~Q(organization_id=actor.organization_id))


def _with(dues: Dues, actor: Actor) -> QuerySet[Case]:
    """Cases with the moments `dues`. The clock of a part is looked up only where the member's organization has one."""
    if dues is OF_THE_CASE:
        return Case.objects.all()
    asked = [actor.organization_id, actor.organization_id]
    moments = zip(OF_THE_HOLDER, OF_THE_CASE, strict=True)
    return Case.objects.annotate(**{own: RawSQL(OWN_MOMENT.format(moment=of), asked, DateTimeField()) for own, of in moments})  # noqa: S611 - our own words


def _apart(actor: Actor, wanted: CaseFilter) -> list[tuple[QuerySet[Case], Dues]]:
    """What is looked for, with the moments when it is due; a department's whole cases and its parts each along an index of their own."""
    if not _as_department(actor, wanted):
        return [(matching(actor, wanted), OF_THE_CASE)]
    queue = _queue(wanted)
    own, part = _hands(actor)
    match _hands_wanted(actor, wanted, queue):
        case "own":
            found = [(own, OF_THE_CASE)]
        case "part":
            found = [(part, OF_THE_HOLDER)]
        case "both":
            found = [(own, OF_THE_CASE), (part, OF_THE_HOLDER)]
        case _:
            held = _held(actor, wanted, queue) or sight(actor)
            found = [(held & ~part, OF_THE_CASE), (held & part, OF_THE_HOLDER)]
    return [(_with(dues, actor).filter(_where(actor, wanted, queue, hands, dues)), dues) for hands, dues in found]


def _most_pressing(found: Sequence[tuple[QuerySet[Case], Dues]], stages: Sequence[str], cursor: str | None, size: int) -> list[Place]:
    """Ids and due moments, the most pressing first; cases without a running clock come last. No case is found twice.

    Each stage gives its own first `size` along the index of open cases (stage, due, id), and the first of those are taken.
    """
    after, last_id = _parsed(cursor)
    parts = []
    for cases_here, dues in found:
        ordered = cases_here.filter(IS_OPEN).extra(where=["casework_case.stage = wanted.stage"])
        here = ordered.order_by(dues.due, "id").values_list("id", dues.due)
        none = Q(**{dues.due: None})
        if cursor is None:
            parts.append(here)
        elif after is not None:
            later = Q(**{f"{dues.due}__gt": after}) | Q(id__gt=last_id)
            parts += [here.filter(later, **{f"{dues.due}__gte": after}), here.filter(none)]
        else:
            parts.append(here.filter(none, id__gt=last_id))
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
        asking.execute(f"{' UNION ALL '.join(statements)} ORDER BY 2, 1 LIMIT %s", [*given, size])
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
