"""Reports that wait for an answer before they can become a case."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from chengge.casework.actions import Question
from chengge.casework.models import Report
from chengge.domain.errors import NotFound
from chengge.domain.lifecycle import Post
from chengge.organization.queries import Actor

ANSWERS = frozenset({Post.OPERATOR, Post.SHIFT_LEADER})
MOST = 200


def incomplete_reports(actor: Actor) -> list[Report]:
    """Reports that wait for an answer, the oldest first, at most `MOST`; one's own only, but for operators and shift leaders. One query."""
    return list(_waiting(actor).select_related("problem_class", "member").order_by("reported_at", "pk")[:MOST])


def count_incomplete(actor: Actor) -> int:
    """How many reports wait for an answer. One query."""
    return _waiting(actor).count()


def incomplete_report(actor: Actor, report_id: int) -> Report:
    """One report that waits for an answer. Raises NotFound."""
    kept = _waiting(actor).select_related("problem_class").filter(pk=report_id).first()
    if kept is None:
        raise NotFound("report", _("There is no such report, or it has become a case."), _("Look at the list of reports that wait."))
    return kept


def questions_of(kept: Report) -> tuple[Question, ...]:
    """What has to be asked back. No query."""
    asked = []
    if kept.lon is None or kept.lat is None:
        asked.append(Question("place", _("Where exactly is it?")))
    if kept.problem_class_id is None:
        asked.append(Question("problem_class", _("What is it?")))
    return tuple(asked)


def _waiting(actor: Actor) -> QuerySet[Report]:
    waiting = Report.objects.filter(state=Report.State.INCOMPLETE)
    if actor.posts & ANSWERS:
        return waiting
    return waiting.none() if actor.member_id is None else waiting.filter(member_id=actor.member_id)
