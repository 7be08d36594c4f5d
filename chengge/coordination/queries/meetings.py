"""Coordination meetings: those in sight, their minutes as drafted from the agenda, and what a member may do."""

from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from chengge.coordination.models import AgendaItem, Meeting, MeetingUnit
from chengge.coordination.queries.hard_cases import READERS, WORKERS
from chengge.coordination.queries.surveys import units_of
from chengge.domain.errors import NotFound
from chengge.organization.queries import Actor


@dataclass(frozen=True, slots=True)
class MeetingPart:
    """What a member may do with a meeting.

    Attributes:
        runs: writes attendance, decisions and minutes, closes them, calls off.
        signs: units whose signature this member may give now.
    """

    runs: bool
    signs: frozenset[int]


def meetings(actor: Actor, state: str = "called") -> QuerySet[Meeting]:
    """Meetings in sight: called ones the next first, others the latest first."""
    rows = Meeting.objects.filter(meeting_sight(actor)).select_related("host")
    rows = rows.annotate(
        item_count=Count("items", distinct=True),
        unit_count=Count("units", distinct=True),
        signed_count=Count("units", filter=Q(units__signed_at__isnull=False), distinct=True),
    )
    match state:
        case "called":
            return rows.filter(state="called").order_by("meets_at", "pk")
        case "closed":
            return rows.filter(state="closed").order_by("closed_at", "pk")
    return rows.filter(state__in=("signed", "called_off")).order_by("-meets_at", "-pk")


def meeting_sight(actor: Actor) -> Q:
    """The platform and leaders see all; a department those it is invited to."""
    if actor.posts & READERS:
        return Q()
    mine = units_of(actor)
    return Q(pk__in=MeetingUnit.objects.filter(organization_id__in=mine).values("meeting_id")) if mine else Q(pk__in=[])


def meeting_in_sight(actor: Actor, meeting_id: int) -> Meeting:
    """A meeting with agenda and units. Raises NotFound."""
    rows = Meeting.objects.filter(meeting_sight(actor), pk=meeting_id).select_related("host__organization")
    rows = rows.prefetch_related(
        Prefetch("items", AgendaItem.objects.select_related("case", "case__problem_class").order_by("position")),
        Prefetch("units", MeetingUnit.objects.select_related("organization", "signed_by")),
        "rulings",
    )
    meeting = rows.first()
    if meeting is None:
        raise NotFound("meeting", _("There is no such meeting, or it lies out of your sight."))
    return meeting


def meeting_part(actor: Actor, meeting: Meeting) -> MeetingPart:
    """What this member may do with a meeting now."""
    runs = bool(actor.posts & WORKERS) and meeting.state == Meeting.State.CALLED
    if meeting.state != Meeting.State.CLOSED:
        return MeetingPart(runs, frozenset())
    waiting = {unit.organization_id for unit in meeting.units.all() if unit.signed_at is None}
    return MeetingPart(runs, frozenset(waiting & set(units_of(actor))))


def drafted_minutes(meeting: Meeting) -> str:
    """Minutes from the template, filled with agenda, attendance and decisions as they stand, in the city's own language."""
    units = list(meeting.units.all())
    context = {
        "meeting": meeting,
        "items": list(meeting.items.all()),
        "present": [unit for unit in units if unit.attended],
        "absent": [unit for unit in units if not unit.attended],
    }
    return render_to_string("coordination/meetings/minutes.txt", context).strip() + "\n"
