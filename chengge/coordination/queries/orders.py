"""Supervision orders and sheets: what waits, what is late, what has ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import Case, LedgerEntry, SidePath
from chengge.casework.queries.sight import sight
from chengge.coordination.models import Sheet
from chengge.domain.errors import NotFound
from chengge.domain.lifecycle import Post
from chengge.organization.queries import Actor

ORDER = "order"
# Who sees every sheet; a department sees those that are its own to answer.
OVERSEEING_SHEETS = frozenset({Post.LEADER, Post.COORDINATOR, Post.DISPATCHER, Post.SHIFT_LEADER, Post.ADMINISTRATOR})
STATES = ("late", "open", "answered", "ended")


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order as a list shows it.

    Attributes:
        placed: the entry that placed it; demand: what is to be done.
        answer: what the department said last.
    """

    path: SidePath
    placed: LedgerEntry | None
    demand: str
    answer: LedgerEntry | None

    @property
    def is_late(self) -> bool:
        return self.path.answered_at is None and self.path.ended_at is None and _is_past(self.path.answer_due_at)


def _is_past(at: datetime | None) -> bool:
    return at is not None and at < clock.now()


def orders(actor: Actor, state: str = "open", basis: str = "") -> QuerySet[SidePath]:
    """Orders in sight: `late` and `open` (unanswered) by deadline, `answered` (still in force) and `ended` the latest first."""
    rows = SidePath.objects.filter(sight(actor, "case__"), kind=ORDER).filter(_state(state))
    if basis:
        rows = rows.filter(basis=basis)
    by = ("answer_due_at", "pk") if state in {"open", "late"} else ("-asked_at", "-pk")
    return rows.select_related("case", "case__problem_class", "organization").order_by(*by)


def _state(state: str) -> Q:
    match state:
        case "late":
            return Q(answered_at=None, ended_at=None, answer_due_at__lt=clock.now())
        case "answered":
            return Q(answered_at__isnull=False, ended_at=None)
        case "ended":
            return Q(ended_at__isnull=False)
    return Q(answered_at=None, ended_at=None)


def count_orders(actor: Actor) -> dict[str, int]:
    """How many orders in each state. One query."""
    counts = {state: Count("pk", filter=_state(state)) for state in STATES}
    return dict(SidePath.objects.filter(sight(actor, "case__"), kind=ORDER).aggregate(**counts))


def order_views(paths: Sequence[SidePath]) -> list[OrderView]:
    """What a list says of some orders. One query."""
    wanted = Q(pk__in=[])
    for path in paths:
        wanted |= Q(case_id=path.case_id, seq=path.asked_seq)
        if path.answered_at is not None:
            wanted |= Q(case_id=path.case_id, action="answer_supervision", at=path.answered_at)
    placed: dict[tuple[int, int], LedgerEntry] = {}
    answers: dict[tuple[int, datetime], LedgerEntry] = {}
    for entry in LedgerEntry.objects.filter(wanted).select_related("member", "organization").defer("hash"):
        if entry.action == "answer_supervision":
            answers[entry.case_id, entry.at] = entry
        else:
            placed[entry.case_id, entry.seq] = entry
    return [
        OrderView(
            path,
            placed.get((path.case_id, path.asked_seq)),
            _note(placed.get((path.case_id, path.asked_seq))),
            answers.get((path.case_id, path.answered_at)) if path.answered_at else None,
        )
        for path in paths
    ]


def _note(entry: LedgerEntry | None) -> str:
    return str(orjson.loads(entry.body).get("given", {}).get("note", "")) if entry is not None else ""


def order_candidates(actor: Actor) -> QuerySet[Case]:
    """Overdue cases with departments that are under no order yet, the longest overdue first: whom an order for timeout would reach."""
    late = Case.objects.filter(sight(actor), stage__in=("dispatched", "handling"), due_at__lt=clock.now(), supervision="")
    return late.select_related("problem_class", "department").order_by("due_at", "pk")


def sheets(actor: Actor, kind: str = "", state: str = "open") -> QuerySet[Sheet]:
    """Sheets this member may see, open ones by due moment, ended ones the latest first."""
    rows = Sheet.objects.filter(_sheets_of(actor))
    if kind in Sheet.Kind.values:
        rows = rows.filter(kind=kind)
    if state == "ended":
        rows = rows.filter(waits_for="").order_by("-ended_at", "-pk")
    else:
        rows = rows.exclude(waits_for="").order_by("due_at", "pk")
    return rows.select_related("case", "case__problem_class", "author", "leader", "organization")


def _sheets_of(actor: Actor) -> Q:
    if actor.posts & OVERSEEING_SHEETS:
        return Q()
    if Post.DEPARTMENT in actor.posts and actor.organization_id is not None:
        return Q(organization_id=actor.organization_id)
    return Q(pk__in=[])


def sheet_in_sight(actor: Actor, sheet_id: int) -> Sheet:
    """A sheet with its steps. Raises NotFound."""
    found = Sheet.objects.filter(_sheets_of(actor), pk=sheet_id).select_related(
        "case", "case__problem_class", "author", "leader", "organization"
    )
    sheet = found.prefetch_related("steps__member").first()
    if sheet is None:
        raise NotFound("sheet", _("There is no such sheet, or it lies out of your sight."))
    return sheet


def turn_of(actor: Actor, sheet: Sheet) -> frozenset[str]:
    """What this member may do with the sheet now: `instruct`, `answer`, `send_back`, `end`."""
    turn = sheet.waits_for
    may: set[str] = set()
    if turn == Sheet.Turn.LEADER and Post.LEADER in actor.posts:
        may |= {"instruct", "send_back", "end"} if sheet.steps.filter(kind="answered").exists() else {"instruct", "end"}
    if turn in {Sheet.Turn.ORGANIZATION, Sheet.Turn.COORDINATION} and actor.posts & {Post.COORDINATOR, Post.DISPATCHER}:
        may.add("answer")
    if turn == Sheet.Turn.ORGANIZATION and Post.DEPARTMENT in actor.posts and sheet.organization_id == actor.organization_id:
        may.add("answer")
    if turn and Post.LEADER in actor.posts:
        may.add("end")
    return frozenset(may)
