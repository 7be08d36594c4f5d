"""Statements of consequences: proposed by an evaluator, approved by two others, locked.

Nothing here pays, takes or removes anything. A statement is a paper that the city's own offices may act on.
"""

from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain import consequences as domain
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.hashing import canonical
from chengge.evaluation.actions.consequence_rules import require_approver, require_evaluator
from chengge.evaluation.models import EvaluationRun, Judged, Statement, StatementEvent, StatementItem, StatementLine
from chengge.evaluation.queries.consequence_inputs import Reckoned, digest_of, reckoned
from chengge.organization.queries import Actor

APPROVALS_NEEDED = 2
MOST_WORDS = 300
Did = StatementEvent.Did
State = Statement.State


@transaction.atomic
def propose(run_id: int, actor: Actor) -> Statement:
    """Make the statement of a run, or return the one that says the same already.

    A statement of the same run by other rules, or of the run that this one replaces, is superseded: a proposed one at once, an approved
    one when this is approved. An approved statement of the run itself stays.

    Raises:
        Forbidden: the actor is no evaluator; NotFound: no such run; Conflict: the run was replaced; Refused: the period was not over,
            or no rule meets anybody.
    """
    proposer_id = require_evaluator(actor)
    run = EvaluationRun.objects.select_for_update(of=("self",)).select_related("version__scheme").filter(pk=run_id).first()
    if run is None:
        raise NotFound("run", _("There is no such run."), field="run_id")
    _refuse_replaced(run)
    if run.as_of < run.end:
        raise Refused(
            "unfinished",
            _("“%(run)s” was reckoned before its period was over.") % {"run": run},
            _("Make a run of the whole period first."),
        )
    before = _standing_statements(run)
    approved = next((one for one in before if one.run_id == run.pk and one.state == State.APPROVED), None)
    if approved is not None:
        return approved
    found = reckoned(run)
    if not found.lines:
        raise Refused(
            "nothing_proposed",
            _("No rule of consequences meets anybody in “%(run)s”.") % {"run": run},
            _("Write rules for this scheme that hold on the last day of the period."),
        )
    same = next((one for one in before if one.run_id == run.pk and one.digest == found.digest), None)
    if same is not None:
        return same
    for old in before:
        if old.state == State.PROPOSED:
            why = _("replaced by a later run") if old.run_id != run.pk else _("the rules were changed")
            _supersede(old, proposer_id, why)
    statement = Statement.objects.create(
        run=run,
        digest=found.digest,
        proposed_by_id=proposer_id,
        proposed_at=clock.now(),
        replaces=before[0] if before else _latest(run),
    )
    _write(statement, found)
    _tell(statement, proposer_id, Did.PROPOSED)
    return statement


@transaction.atomic
def approve(statement_id: int, actor: Actor, seen: str) -> Statement:
    """Approve a proposed statement; the second approval locks it.

    Args:
        seen: the digest that stood on the page, so that nobody approves what they have not seen.

    Raises:
        Forbidden: the post, the proposer, somebody whom a line of it is about; Conflict: not proposed any more, approved by this member
            already, or what it was reckoned from has changed.
    """
    member_id = require_approver(actor)
    statement = _to_decide(statement_id)
    if statement.proposed_by_id == member_id:
        raise Forbidden("own_proposal", _("You have proposed this statement yourself."), _("Two others approve it."))
    if statement.lines.filter(member_id=member_id).exists():
        raise Forbidden("own_line", _("A line of this statement is about you."), _("Somebody else approves it."))
    if seen != statement.digest:
        raise Conflict("moved", _("You have looked at another statement."), _("Look at this one, then approve it."))
    run = statement.run
    _refuse_replaced(run)
    if digest_of(run, reckoned(run).lines) != statement.digest:
        raise Conflict(
            "stale",
            _("What this statement was reckoned from has changed since: a rule, a deposit held, or somebody's post."),
            _("An evaluator proposes it anew; the difference is shown."),
        )
    approvals = set(statement.events.filter(did=Did.APPROVED).values_list("member_id", flat=True))
    if member_id in approvals:
        raise Conflict("approved_already", _("You have approved this statement already."), _("Another person approves it, too."))
    _tell(statement, member_id, Did.APPROVED)
    if len(approvals) + 1 >= APPROVALS_NEEDED:
        for old in _standing_statements(run):
            if old.pk != statement.pk:
                _supersede(old, member_id, _("replaced by a later run"))
        statement.state, statement.approved_at = State.APPROVED, clock.now()
        statement.save(update_fields=["state", "approved_at"])
        _tell(statement, member_id, Did.LOCKED, statement.digest)
    return statement


@transaction.atomic
def refuse(statement_id: int, actor: Actor, reason: str) -> Statement:
    """Refuse a proposed statement, with a reason. Raises Forbidden, NotFound, Conflict, Refused."""
    member_id = require_approver(actor)
    statement = _to_decide(statement_id)
    statement.state = State.REFUSED
    statement.save(update_fields=["state"])
    _tell(statement, member_id, Did.REFUSED, _words(reason, _("Say why, so that it can be mended.")))
    return statement


@transaction.atomic
def note_carried_out(statement_id: int, actor: Actor, words: str) -> Statement:
    """Write down what an office has done outside by an approved statement: a voucher, a letter. Raises Forbidden, Refused, Conflict."""
    member_id = require_approver(actor)
    statement = _locked(statement_id)
    if statement.state != State.APPROVED:
        raise Conflict("state", _("This statement is not approved."), _("Only an approved statement is carried out."))
    _tell(statement, member_id, Did.CARRIED_OUT, _words(words, _("Say what was done, by whom, and under which number.")))
    return statement


def _to_decide(statement_id: int) -> Statement:
    statement = _locked(statement_id)
    if statement.state != State.PROPOSED:
        raise Conflict(
            "state",
            _("This statement is “%(state)s” already.") % {"state": statement.get_state_display()},
            _("Look at it again."),
        )
    return statement


def _locked(statement_id: int) -> Statement:
    statement = Statement.objects.select_for_update(of=("self",)).select_related("run__version__scheme").filter(pk=statement_id).first()
    if statement is None:
        raise NotFound("statement", _("There is no such statement."))
    return statement


def _refuse_replaced(run: EvaluationRun) -> None:
    if EvaluationRun.objects.filter(replaces=run).exists():
        raise Conflict("run_replaced", _("This run was replaced by a later one."), _("Propose a statement for the later run."))


def _standing_statements(run: EvaluationRun) -> list[Statement]:
    """Proposed and approved statements of a run and of all that it replaces, the newest first."""
    ids, older = [run.pk], run.replaces
    while older is not None:
        ids.append(older.pk)
        older = older.replaces
    standing = Statement.objects.select_for_update().filter(run__in=ids, state__in=(State.PROPOSED, State.APPROVED))
    return list(standing.order_by("-proposed_at", "-pk"))


def _latest(run: EvaluationRun) -> Statement | None:
    return Statement.objects.filter(run=run).order_by("-pk").first()


def _supersede(statement: Statement, member_id: int, why: str) -> None:
    statement.state = State.SUPERSEDED
    statement.save(update_fields=["state"])
    _tell(statement, member_id, Did.SUPERSEDED, why)


def _tell(statement: Statement, member_id: int, did: str, words: str = "") -> None:
    """Add to the history of a statement; each row's hash stands over the one before."""
    last = statement.events.order_by("-seq").first()
    seq, at = (last.seq + 1 if last else 1), clock.now()
    body = canonical(
        {
            "statement": statement.pk,
            "digest": statement.digest,
            "seq": seq,
            "at": at.isoformat(),
            "member": member_id,
            "did": str(did),
            "words": words,
        }
    )
    said = sha256(((last.hash if last else "") + body).encode()).hexdigest()
    StatementEvent.objects.create(statement=statement, seq=seq, at=at, member_id=member_id, did=did, words=words, hash=said)


def _write(statement: Statement, found: Reckoned) -> None:
    lines = [_line(statement, at, line, found) for at, line in enumerate(found.lines, 1)]
    StatementLine.objects.bulk_create(lines)
    StatementItem.objects.bulk_create(
        [_item(row, at, item) for row, line in zip(lines, found.lines, strict=True) for at, item in enumerate(line.items, 1)]
    )


def _line(statement: Statement, position: int, line: domain.Line, found: Reckoned) -> StatementLine:
    kind, _colon, number = line.payee.key.partition(":")
    row = StatementLine(
        statement=statement,
        position=position,
        subject_id=found.subject_ids[line.payee.standing.key],
        judged=kind,
        payee=line.payee.key,
        name=line.payee.name,
        amount_fen=line.amount_fen,
        points=domain.written(line.points),
    )
    if kind == Judged.ORGANIZATION:
        row.organization_id = int(number)
    elif kind == Judged.MEMBER:
        row.member_id = int(number)
    return row


def _item(line: StatementLine, position: int, item: domain.Item) -> StatementItem:
    row = StatementItem(
        line=line,
        position=position,
        rule_id=item.rule_id,
        step_id=item.step_id,
        kind=item.kind.value,
        amount_fen=item.amount_fen,
        points=domain.written(item.points),
        measure=item.measure.value if item.measure else "",
        because=dict(item.because),
    )
    if settled := item.settlement:
        row.opening_fen, row.paid_in_fen, row.returned_fen = settled.opening, settled.paid_in, settled.returned
        row.extra_fen, row.forfeited_fen, row.closing_fen = settled.extra, settled.forfeited, settled.closing
    return row


def _words(words: str, hint: str) -> str:
    words = " ".join(words.split())
    if not words:
        raise Refused("reason", _("Give the reason."), hint, field="reason")
    if len(words) > MOST_WORDS:
        raise Refused("length", _("This text is longer than %(most)d characters.") % {"most": MOST_WORDS}, _("Shorten it."), "reason")
    return words
