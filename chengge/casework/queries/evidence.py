"""Which reports and photos a member may see."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from chengge.casework.models import Evidence, Report
from chengge.casework.queries.sight import sight, visible
from chengge.domain.errors import Gone, NotFound
from chengge.domain.lifecycle import Post
from chengge.organization.queries import Actor

ANSWERS = frozenset({Post.OPERATOR, Post.SHIFT_LEADER})


def reports_in_sight(actor: Actor) -> QuerySet[Report]:
    """Reports of cases in sight, and those the member made; the ones that wait for an answer also for operators and shift leaders."""
    seen = (Q(case__isnull=False) & sight(actor, "case__")) | Q(member_id=actor.member_id, member__isnull=False)
    if actor.posts & ANSWERS:
        seen |= Q(case=None)
    return Report.objects.filter(seen).select_related("case")


def report_in_sight(actor: Actor, report_id: int) -> Report:
    """One of them. Raises NotFound."""
    found = reports_in_sight(actor).filter(pk=report_id).first()
    if found is None:
        raise NotFound("report", _("There is no such report, or it lies out of your sight."), field="report_id")
    return found


def may_see_photo(actor: Actor, sha256: str) -> bool:
    """Whether the photo belongs to something the member may see, or was uploaded by the member. At most three queries."""
    bound = list(Evidence.objects.filter(sha256=sha256).values_list("case_id", "report_id", "member_id"))
    if any(member_id == actor.member_id is not None for _case, _report, member_id in bound):
        return True
    case_ids = [case_id for case_id, _report, _member in bound if case_id is not None]
    if case_ids and visible(actor).filter(pk__in=case_ids).exists():
        return True
    report_ids = [report_id for _case, report_id, _member in bound if report_id is not None]
    return bool(report_ids) and reports_in_sight(actor).filter(pk__in=report_ids).exists()


def require_kept(sha256: str) -> None:
    """Let a file pass that still proves something, or that nobody ever gave. One query.

    Raises:
        Gone: it was forgotten on request; only its hash is left, in the ledger.
    """
    erased = list(Evidence.objects.filter(sha256=sha256).values_list("erased_at", flat=True))
    if erased and all(erased):
        raise Gone("forgotten", _("This was forgotten on request."), _("The ledger keeps its hash."))
