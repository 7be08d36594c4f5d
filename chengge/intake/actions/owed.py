"""What every reporter is owed, read on from the ledger: as soon as a case is accepted, refused or ended, its reporters are to hear of it.

A reading takes up the cases that moved since the last one and compares what their reporters are owed with what stands in the
table; so a reading that is done twice does nothing twice, and reports that a merge brought to a case are owed what that case is.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import Case, Report
from chengge.casework.queries import moved_since, read_to_now
from chengge.contacts import unseal
from chengge.domain.lifecycle import Stage
from chengge.intake.actions.answers import token_hash_of
from chengge.intake.models import Answer, AnswerRule, AnswersRead
from chengge.intake.queries.answers import TOPIC, is_written_to, reports_owed, rule_for
from chengge.notices import actions as notices
from chengge.notices.models import Notice
from chengge.notices.recipients import Recipient
from chengge.organization.queries import city_day

CASES_AT_ONCE = 500
# What was decided before the city began to answer is not answered years later.
FIRST_LOOKS_BACK = timedelta(days=3)

Step, State, How, Outcome = Answer.Step, Answer.State, Answer.How, Answer.Outcome
DECISIONS = {
    "accept": Outcome.ACCEPTED,
    "self_dispose": Outcome.ACCEPTED,
    "reject": Outcome.REJECTED,
    "decline_filing": Outcome.REJECTED,
    "transfer": Outcome.TRANSFERRED,
    "void": Outcome.VOIDED,
    "close": Outcome.CLOSED,
}
JOINS = ("take_in", "let_go", "add_report", "release_report", "split", "report")

ENTRIES = "SELECT case_id, action, at, reason FROM casework_ledgerentry WHERE case_id = ANY(%s) AND action = ANY(%s) ORDER BY case_id, seq"
# Where a message went out, the reporter has been told; where it never will, somebody calls.
TOLD = """
UPDATE intake_answer answer SET state = 'done', how = 'message', done_at = notice.sent_at
FROM notices_notice notice WHERE notice.id = answer.notice_id AND answer.state = 'open' AND notice.state = 'sent'
"""
TO_BE_CALLED = """
UPDATE intake_answer answer SET call_from = %(at)s
FROM notices_notice notice
WHERE notice.id = answer.notice_id AND answer.state = 'open' AND answer.call_from > %(at)s AND notice.state IN ('given_up', 'unsure')
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """Something decided about a case that its reporters must hear of."""

    outcome: Answer.Outcome
    at: datetime
    reason: str


@dataclass(slots=True)
class Story:
    """What of a case's ledger concerns its reporters.

    Attributes:
        first: the first decision of all: whether it was accepted; last: the last one, which ended it if it has ended.
        joined_at: when a report last came to the case or left it.
    """

    first: Decision | None = None
    last: Decision | None = None
    joined_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """One answer that a reporter is owed."""

    step: Answer.Step
    round: int
    decision: Decision


@dataclass(slots=True)
class Settled:
    """What a reading did: answers newly owed, and those not needed any more."""

    owed: int = 0
    dropped: int = 0
    rules: dict[str, AnswerRule] = field(default_factory=dict, repr=False)


def read_on() -> Settled:
    """Read on in the ledger from where the last reading stopped, and write down what reporters are owed.

    Two readers do not read at once: the second waits for the first.
    """
    with transaction.atomic():
        AnswersRead.objects.get_or_create(pk=1, defaults={"read_to": ""})
        place = AnswersRead.objects.select_for_update().get(pk=1)
        if place.read_to:
            changes = moved_since(place.read_to)
            case_ids: Sequence[int] = changes.case_ids
            place.read_to = changes.read_to
        else:
            place.read_to = read_to_now()
            case_ids = list(Case.objects.filter(reported_at__gte=clock.now() - FIRST_LOOKS_BACK).values_list("pk", flat=True))
        settled = Settled()
        for start in range(0, len(case_ids), CASES_AT_ONCE):
            settle(case_ids[start : start + CASES_AT_ONCE], settled)
        place.save()
    return settled


def follow_messages() -> int:
    """Reporters whose message went out have been told; the others are to be called. Returns how many were told. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(TOLD)
        told = cursor.rowcount
        cursor.execute(TO_BE_CALLED, {"at": clock.now()})
    return told


def settle(case_ids: Sequence[int], settled: Settled) -> None:
    """Compare what the reporters of some cases are owed with what stands in the table, and put the table right.

    Eight queries, and one for each row that changes; new rows and their messages are written together.
    """
    reports = list(reports_owed(case_ids).order_by("pk"))
    if not reports:
        return
    cases = Case.objects.select_related("problem_class").in_bulk(case_ids)
    stories = _stories(case_ids)
    rows: dict[int, dict[tuple[str, int], Answer]] = {}
    for kept in Answer.objects.select_for_update().filter(report__in=reports):
        rows.setdefault(kept.report_id, {})[kept.step, kept.round] = kept
    fresh: list[Answer] = []
    written: list[tuple[Answer, notices.Draft]] = []
    for report in reports:
        case = cases[report.case_id or 0]
        known = rows.get(report.pk, {})
        story = stories.get(case.pk, Story())
        wanted = _owed(report, case, story, known, settled)
        settled.dropped += _drop(known.values(), {(owed.step.value, owed.round) for owed in wanted}, case)
        for owed in wanted:
            row = known.get((owed.step.value, owed.round))
            if row is None:
                row = known[owed.step.value, owed.round] = _owe(report, case, owed, story.joined_at, _rule(report, settled))
                fresh.append(row)
                if draft := _message(row, report, owed, known, _rule(report, settled)):
                    written.append((row, draft))
            elif row.state == State.DROPPED or (row.state == State.OPEN and row.case_id != case.pk):
                row.case, row.outcome, row.reason, row.state = case, owed.decision.outcome, owed.decision.reason[:500], State.OPEN
                row.notice, row.call_from = None, clock.now()  # What was written may be wrong by now: somebody calls.
                row.save()
    _keep(fresh, written)
    settled.owed += len(fresh)


def _keep(fresh: Sequence[Answer], written: Sequence[tuple[Answer, notices.Draft]]) -> None:
    """Write new rows, and the messages that tell of them."""
    notices.send_many(draft for _row, draft in written)
    by_key = Notice.objects.in_bulk([draft.key for _row, draft in written], field_name="key")
    for row, draft in written:
        row.notice = by_key[draft.key]
    Answer.objects.bulk_create(fresh, batch_size=500)


def _stories(case_ids: Sequence[int]) -> dict[int, Story]:
    stories: dict[int, Story] = {}
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES, [list(case_ids), [*DECISIONS, *JOINS]])
        for case_id, action, at, reason in cursor.fetchall():
            story = stories.setdefault(case_id, Story())
            if action in DECISIONS:
                story.last = Decision(DECISIONS[action], at, reason)
                story.first = story.first or story.last
            else:
                story.joined_at = at
    return stories


def _owed(report: Report, case: Case, story: Story, known: dict[tuple[str, int], Answer], settled: Settled) -> list[Owed]:
    """What a reporter is owed as the case stands now."""
    if story.first is None or story.last is None:
        return []
    told = known.get((Step.ACCEPTANCE.value, 0))
    owed = [Owed(Step.ACCEPTANCE, 0, story.first)]
    if not Stage(case.stage).is_end or case.stage == Stage.MERGED:
        return owed
    # The visit before the feedback: its message carries the link of the visit.
    if case.stage == Stage.CLOSED and bytes(report.contact) and _is_chosen(report, _rule(report, settled)):
        owed.append(Owed(Step.VISIT, case.reopen_count, story.last))
    if story.last is not story.first or (told is not None and told.state == State.DONE and told.outcome != story.first.outcome):
        owed.append(Owed(Step.FEEDBACK, case.reopen_count, story.last))
    return owed


def _rule(report: Report, settled: Settled) -> AnswerRule:
    if report.channel not in settled.rules:
        settled.rules[report.channel] = rule_for(report.channel, city_day(clock.now()))
    return settled.rules[report.channel]


def _is_chosen(report: Report, rule: AnswerRule) -> bool:
    """Whether this reporter belongs to the share that is visited: always the same answer for the same report."""
    return report.pk * 2654435761 % 100 < rule.visit_percent


def _owe(report: Report, case: Case, owed: Owed, joined_at: datetime | None, rule: AnswerRule) -> Answer:
    """A new row, not yet written. Who left only a token reads it on the page that follows the report, and so has it."""
    since = max(owed.decision.at, joined_at or owed.decision.at)
    hours = {Step.ACCEPTANCE: rule.acknowledge_hours, Step.FEEDBACK: rule.feedback_hours, Step.VISIT: rule.visit_hours}[owed.step]
    is_told = not bytes(report.contact)
    return Answer(
        report=report,
        step=owed.step,
        round=owed.round,
        case=case,
        channel=report.channel,
        outcome=owed.decision.outcome,
        reason=owed.decision.reason[:500],
        since=since,
        call_from=since,
        due_at=since + timedelta(hours=hours),
        state=State.DONE if is_told else State.OPEN,
        done_at=since if is_told else None,
        how=How.PAGE if is_told else "",
    )


def _message(row: Answer, report: Report, owed: Owed, known: dict[tuple[str, int], Answer], rule: AnswerRule) -> notices.Draft | None:
    """The message to a reporter who can be written to; a call waits for it, and for the answer by link."""
    contact = unseal(bytes(report.contact))
    if not rule.by_message or not is_written_to(contact):
        return None
    if owed.step is Step.VISIT:
        row.call_from = row.since + timedelta(hours=rule.visit_after_hours)
        return None
    row.call_from = row.since + (row.due_at - row.since) / 2
    link = ""
    visit = known.get((Step.VISIT.value, owed.round)) if owed.step is Step.FEEDBACK else None
    if visit is not None and visit.state == State.OPEN:
        token = secrets.token_urlsafe(12)
        visit.token_hash = token_hash_of(token)
        if visit.pk is not None:
            visit.save(update_fields=["token_hash"])
        link = f"/s/{token}"
    with translation.override(settings.LANGUAGE_CODE):
        subject, text = message_of(owed, row.case, rule)
    key = f"answer:{report.pk}:{owed.step.value}:{owed.round}"
    return notices.Draft(Recipient.contact(contact), subject, text, key, TOPIC, link, f"report:{report.pk}")


def message_of(owed: Owed, case: Case, rule: AnswerRule) -> tuple[str, str]:
    """Subject and text of a message, in the language that is switched on."""
    outcome = owed.decision.outcome
    if owed.step is Step.FEEDBACK:
        subject = _("How your report ended")
        usual = (
            _("The problem you reported ({class}, case {number}) has been dealt with. Please tell us how content you are.")
            if outcome == Outcome.CLOSED
            else _("The case {number} ({class}) that you reported has ended without being dealt with: {reason}")
        )
        text = rule.feedback_text or usual
    elif outcome in (Outcome.ACCEPTED, Outcome.CLOSED):
        subject = _("Your report is accepted")
        text = rule.accepted_text or _(
            "Thank you. The problem you reported ({class}) is accepted as case {number}. We shall tell you how it ends."
        )
    else:
        subject = _("Your report is not accepted")
        text = rule.refused_text or _("The problem you reported ({class}, case {number}) is not accepted: {reason}")
    values = {"number": case.number, "class": case.problem_class.name, "reason": owed.decision.reason or "–"}
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return subject, text


def _drop(rows: Iterable[Answer], wanted: set[tuple[str, int]], case: Case) -> int:
    """Take back what is owed no more: the case was reopened, or the report hangs on another case."""
    dropped = 0
    for row in rows:
        if row.state != State.OPEN:
            continue
        if row.step == Step.COMPLAINT:
            if row.round < case.reopen_count:  # Another reporter's complaint, or an operator, has reopened it.
                row.state, row.done_at, row.how, row.outcome = State.DONE, clock.now(), How.DESK, Outcome.REOPENED
                row.save()
        elif (row.step, row.round) not in wanted:
            row.state = State.DROPPED
            row.save()
            dropped += 1
    return dropped


def forget_erased() -> int:
    """Forget what erased reporters said and where they were written to. Returns how many answers were emptied."""
    erased = Answer.objects.filter(report__erased_at__isnull=False)
    open_ones = erased.filter(state=State.OPEN).exclude(step=Step.COMPLAINT)
    open_ones.update(state=State.DROPPED)
    told = erased.exclude(words="", token_hash="", notice=None)
    for report_id in set(told.values_list("report_id", flat=True)):
        notices.forget_about(f"report:{report_id}")
    complaints = erased.filter(step=Step.COMPLAINT).exclude(reason="").update(reason="")
    return told.update(words="", token_hash="", notice=None) + complaints
