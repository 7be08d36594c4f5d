"""Consequences: statements with every line and its figures, approval by two, and one's own lines. Nothing is carried out by itself."""

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from chengge.evaluation.actions.consequences import MOST_WORDS, approve, propose, refuse
from chengge.evaluation.models import ByChoice, KindChoice, MeasureChoice, Statement, StatementItem, StatementLine
from chengge.evaluation.queries.consequences import opened, own_listed, statements
from chengge.organization.kept_answers import once
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import Id, Incoming, Key, Moment, Outgoing, PageCursor, PageSize, StrictId, text
from chengge.rest.pages import page_before

router = Router()
Fen = Annotated[int, Field(description="1/100 yuan; to the payee, negative: from it")]
StatementState = Literal[tuple(Statement.State.values)]
Digest = Annotated[str, Field(strict=True, pattern=r"^[0-9a-f]{64}$", description="Of the statement as you have read it")]


class StatementOut(Outgoing):
    id: int
    run: int
    scheme: str = Field(description="Code of the scheme", examples=["departments"])
    period: str = Field(examples=["2026-10"])
    state: StatementState
    digest: str = Field(description="SHA-256 over the run's digest and every line; the same run and rules give the same")
    proposed_by: str
    proposed_at: Moment
    approved_at: Moment | None
    replaces: int | None


class StatementsOut(Outgoing):
    statements: list[StatementOut]
    next: str | None = Field(description="`cursor` of the next page; null: this was the last")


class StatementsAsked(Incoming):
    cursor: PageCursor = ""
    limit: PageSize = 50


class StatementDepositOut(Outgoing):
    """`opening + paid_in = returned + forfeited + closing`; `extra` comes on top. All in fen."""

    opening: int
    paid_in: int
    returned: int
    extra: int
    forfeited: int
    closing: int


class StatementItemOut(Outgoing):
    rule: str
    rule_id: int
    kind: Literal[tuple(KindChoice.values)]
    by: Literal[tuple(ByChoice.values)]
    amount_fen: Fen
    percent_points: float
    measure: Literal[("", *MeasureChoice.values)]
    deposit: StatementDepositOut | None
    why: str = Field(description="In words")
    because: dict[str, str | int] = Field(description="The figures it came from")


class StatementLineOut(Outgoing):
    payee: str = Field(examples=["organization:17", "member:4"])
    name: str
    is_person: bool
    score: float | None
    grade: str
    rank: int | None
    amount_fen: Fen
    percent_points: float
    items: list[StatementItemOut]


class StatementEventOut(Outgoing):
    at: Moment
    member: str
    did: str
    words: str
    hash: str


class OpenedStatementOut(StatementOut):
    lines: list[StatementLineOut]
    events: list[StatementEventOut]


class OwnStatementLineOut(StatementLineOut):
    statement: int
    scheme: str
    period: str


class OwnStatementLinesOut(Outgoing):
    lines: list[OwnStatementLineOut]


class StatementProposalIn(Incoming):
    run: StrictId


class StatementApprovalIn(Incoming):
    digest: Digest


class StatementRefusalIn(Incoming):
    reason: text(MOST_WORDS, 1)


@router.get("/evaluation/statements", response=answers({200: StatementsOut}, 403))
def list_statements(request: HttpRequest, asked: Query[StatementsAsked]) -> StatementsOut:
    """All statements, the latest first; for evaluators, leaders and administrators."""
    rows, following = page_before(statements(request.actor).order_by(), "id", asked.cursor, asked.limit)
    return StatementsOut(statements=[StatementOut(**_statement(one)) for one in rows], next=following)


@router.post("/evaluation/statements", response=answers({201: StatementOut}, 403, 404, 409))
def propose_statement(request: HttpRequest, given: StatementProposalIn, key: Key = None) -> HttpResponse | Status:
    """Propose the statement of a run (evaluators). The same run under the same rules gives the statement that there is."""
    return once(request, key, 201, lambda: StatementOut(**_statement(propose(given.run, request.actor))))


@router.get("/evaluation/statements/mine", response=OwnStatementLinesOut)
def own_statement_lines(request: HttpRequest) -> OwnStatementLinesOut:
    """Approved lines about yourself, and about your unit where you are its clerk."""
    return OwnStatementLinesOut(lines=[_own(line) for line in own_listed(request.actor)])


@router.get("/evaluation/statements/{statement_id}", response=answers({200: OpenedStatementOut}, 403, 404))
@single_thing
def read_statement(request: HttpRequest, statement_id: Id) -> OpenedStatementOut:
    """A statement with every line, the figures it came from, and who did what with it."""
    found = opened(request.actor, statement_id)
    events = [StatementEventOut(at=one.at, member=str(one.member), did=one.did, words=one.words, hash=one.hash) for one in found.events]
    return OpenedStatementOut(**_statement(found.statement), lines=[StatementLineOut(**_line(line)) for line in found.lines], events=events)


@router.post("/evaluation/statements/{statement_id}/approval", response=answers({200: StatementOut}, 403, 404, 409))
def approve_statement(request: HttpRequest, statement_id: Id, given: StatementApprovalIn) -> StatementOut:
    """Approve what you have read; the second approval, by another person, locks it. Never the proposer."""
    return StatementOut(**_statement(approve(statement_id, request.actor, given.digest)))


@router.post("/evaluation/statements/{statement_id}/refusal", response=answers({200: StatementOut}, 403, 404, 409))
def refuse_statement(request: HttpRequest, statement_id: Id, given: StatementRefusalIn) -> StatementOut:
    """Refuse a proposed statement, with the reason."""
    return StatementOut(**_statement(refuse(statement_id, request.actor, given.reason)))


def _statement(one: Statement) -> dict[str, object]:
    return {
        "id": one.pk,
        "run": one.run_id,
        "scheme": one.run.version.scheme.code,
        "period": one.run.period,
        "state": one.state,
        "digest": one.digest,
        "proposed_by": str(one.proposed_by),
        "proposed_at": one.proposed_at,
        "approved_at": one.approved_at,
        "replaces": one.replaces_id,
    }


def _line(line: StatementLine) -> dict[str, object]:
    return {
        "payee": line.payee,
        "name": line.name,
        "is_person": line.member_id is not None,
        "score": line.subject.total,
        "grade": line.subject.grade,
        "rank": line.subject.rank,
        "amount_fen": line.amount_fen,
        "percent_points": line.points,
        "items": [_item(item) for item in line.items.all()],
    }


def _own(line: StatementLine) -> OwnStatementLineOut:
    run = line.statement.run
    return OwnStatementLineOut(**_line(line), statement=line.statement_id, scheme=run.version.scheme.code, period=run.period)


def _item(item: StatementItem) -> StatementItemOut:
    deposit = StatementDepositOut(
        opening=item.opening_fen,
        paid_in=item.paid_in_fen,
        returned=item.returned_fen,
        extra=item.extra_fen,
        forfeited=item.forfeited_fen,
        closing=item.closing_fen,
    )
    return StatementItemOut(
        rule=item.rule.name,
        rule_id=item.rule_id,
        kind=item.kind,
        by=item.rule.by,
        amount_fen=item.amount_fen,
        percent_points=item.points,
        measure=item.measure,
        deposit=deposit if item.kind == KindChoice.DEPOSIT else None,
        why=item.words,
        because=item.because,
    )
