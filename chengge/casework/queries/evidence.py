"""Which reports and photos a member may see."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from chengge.casework.models import Case, Evidence, Report
from chengge.casework.queries.sight import sight
from chengge.domain.errors import NotFound
from chengge.domain.lifecycle import Post
from chengge.organization.queries import Actor

ANSWERS = frozenset({Post.OPERATOR, Post.SHIFT_LEADER})


def reports_in_sight(actor: Actor) -> QuerySet[Report]:
    """Reports of cases in sight, and those the member made; the ones that wait for an answer also for operators and shift leaders."""
    seen = Q(case__in=Case.objects.filter(sight(actor))) | Q(member_id=actor.member_id, member__isnull=False)
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
    """Whether the photo belongs to something the member may see, or was uploaded by the member. One query."""
    seen = Q(case__in=Case.objects.filter(sight(actor))) | Q(report__in=reports_in_sight(actor).values("pk")) | Q(member_id=actor.member_id)
    return Evidence.objects.filter(seen, sha256=sha256).exists()
