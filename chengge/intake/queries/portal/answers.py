"""What a reporter has been answered, in sentences for the page that follows a report."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from chengge.casework.models import Report
from chengge.intake.models import Answer


@dataclass(frozen=True, slots=True)
class AnswerWords:
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AnswersShown:
    """Answers in their order; the stars that the reporter gave in this round, if any; whether going on was asked for."""

    answers: Sequence[AnswerWords]
    stars: int | None
    asked_to_reopen: bool


def answer_shown(report: Report) -> AnswersShown:
    """One query. The report must have been read with its case."""
    rows = list(Answer.objects.filter(report=report).order_by("since", "pk"))
    present = report.case.reopen_count if report.case is not None else 0
    now = [row for row in rows if row.round == present]
    stars = next((row.stars for row in now if row.step == Answer.Step.VISIT and row.stars), None)
    asked = any(row.step == Answer.Step.COMPLAINT for row in now)
    return AnswersShown(list(_sentences(rows)), stars, asked)


def _sentences(rows: Iterable[Answer]) -> Iterable[AnswerWords]:
    for row in rows:
        said = _sentence(row)
        if said:
            yield AnswerWords(said, row.done_at or row.since)


def _sentence(row: Answer) -> str:
    if row.step == Answer.Step.COMPLAINT:
        if row.state == Answer.State.OPEN:
            return _("You asked us to go on with it. A shift leader looks at it.")
        return _with_reason(_("We go on with it.") if row.outcome == Answer.Outcome.REOPENED else _("We do not go on with it."), row.reason)
    if row.step not in (Answer.Step.ACCEPTANCE, Answer.Step.FEEDBACK):
        return ""
    said = {
        Answer.Outcome.ACCEPTED.value: _("We have accepted your report."),
        Answer.Outcome.REJECTED.value: _("We could not accept your report."),
        Answer.Outcome.TRANSFERRED.value: _("Another body is in charge; your report was passed on."),
        Answer.Outcome.VOIDED.value: _("It was ended without handling."),
        Answer.Outcome.CLOSED.value: _("It has been dealt with."),
    }.get(row.outcome, "")
    return _with_reason(said, row.reason) if said else ""


def _with_reason(said: str, reason: str) -> str:
    return f"{said} {reason}".strip()
