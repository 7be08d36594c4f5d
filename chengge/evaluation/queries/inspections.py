"""Who sees which inspection, and how far it has come.

A secret visit or a spot check does not exist for those it judges until it is published: whoever neither evaluates nor leads nor was named
as an assessor finds nothing of it, in no list and under no address.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from chengge.domain.errors import NotFound
from chengge.domain.lifecycle import Post
from chengge.evaluation.models import Campaign, InspectionPlace, Visit, VisitPhoto
from chengge.organization.queries import Actor

Kind, State = Campaign.Kind, Campaign.State

MANAGES = frozenset({Post.EVALUATOR})
OVERSEES = frozenset({Post.EVALUATOR, Post.LEADER})
# Whoever is judged has no part in judging: departments never, inspectors not where their own patrol is looked at unseen.
NEVER_ASSESSES = frozenset({Post.DEPARTMENT})
NOT_UNSEEN = frozenset({Post.DEPARTMENT, Post.INSPECTOR})
HIDDEN = (Kind.SECRET, Kind.SPOT)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign has come: places in all, with every look taken, left out; looks in all and taken."""

    places: int
    done: int
    left_out: int
    visits: int
    submitted: int

    @property
    def percent(self) -> int:
        return 100 * self.submitted // self.visits if self.visits else 0


@dataclass(frozen=True, slots=True)
class AssessorProgress:
    """An assessor's looks in all and taken, and how many of them were sent in from outside the unit grid."""

    name: str
    visits: int
    submitted: int
    outside: int


def campaigns_in_sight(actor: Actor) -> QuerySet[Campaign]:
    """The campaigns that this member may know of."""
    if actor.posts & OVERSEES:
        return Campaign.objects.all()
    if not actor.posts:
        return Campaign.objects.none()
    named = Campaign.assessors.through.objects.filter(campaign=OuterRef("pk"), member=actor.member_id)
    return Campaign.objects.filter(Q(state=State.PUBLISHED) | Q(state=State.RUNNING) & (Q(kind=Kind.OPEN) | Exists(named)))


def campaign_in_sight(actor: Actor, code: str) -> Campaign:
    """One of them. Raises NotFound, for what is hidden as for what never was."""
    found = campaigns_in_sight(actor).filter(code=code).first()
    if found is None:
        raise NotFound("campaign", _("There is no such campaign, or none that you may see."), field="code")
    return found


def may_see_marks(actor: Actor, campaign: Campaign) -> bool:
    """Marks are for evaluators and leaders until they are published; then for every member."""
    return campaign.state == State.PUBLISHED or bool(actor.posts & OVERSEES)


def whole_places(campaign: Campaign) -> QuerySet[InspectionPlace]:
    """Places at which every look has been taken. Others show no marks to anybody, so that no second look has seen the first."""
    open_visits = Visit.objects.filter(place=OuterRef("pk"), submitted_at=None)
    return InspectionPlace.objects.filter(campaign=campaign).filter(~Exists(open_visits))


def place_in_sight(actor: Actor, campaign: Campaign, number: int) -> InspectionPlace:
    """A place of a campaign in sight. Raises NotFound."""
    found = InspectionPlace.objects.filter(campaign=campaign, number=number).first()
    if found is None or campaign not in campaigns_in_sight(actor):
        raise NotFound("place", _("There is no such place in this campaign."), field="number")
    return found


def own_visits(actor: Actor) -> QuerySet[Visit]:
    """The looks that this member is to take, or has taken, in campaigns that run; those still to take first."""
    rows = Visit.objects.filter(member_id=actor.member_id or 0, place__campaign__state=State.RUNNING, place__left_out="")
    rows = rows.select_related("place__campaign")
    return rows.order_by(F("submitted_at").desc(nulls_first=True), "place__campaign__end", "place__campaign_id", "place__number")


def waiting_visits(actor: Actor) -> int:
    """How many looks this member is still to take. One query."""
    return own_visits(actor).filter(submitted_at=None).count()


def own_visit(actor: Actor, visit_id: int) -> Visit:
    """A look of this member's own, in a campaign that runs or is published. Raises NotFound."""
    rows = Visit.objects.filter(pk=visit_id, member_id=actor.member_id or 0).exclude(place__campaign__state=State.DRAFT)
    found = rows.select_related("place__campaign", "member").first()
    if found is None:
        raise NotFound("visit", _("There is no such place on your list."), field="visit_id")
    return found


def photo_in_sight(actor: Actor, visit_id: int, position: int) -> VisitPhoto:
    """A photo of a look: for whoever took it, and once the place is whole for those who may see its marks. Raises NotFound."""
    shown = VisitPhoto.objects.filter(visit_id=visit_id, position=position).select_related("evidence", "visit__place__campaign").first()
    if shown is not None:
        if shown.visit.member_id == actor.member_id:
            return shown
        campaign = shown.visit.place.campaign
        seen = campaigns_in_sight(actor).filter(pk=campaign.pk).exists() and may_see_marks(actor, campaign)
        if seen and whole_places(campaign).filter(pk=shown.visit.place_id).exists():
            return shown
    raise NotFound("photo", _("There is no such photo, or none that you may see."), field="position")


def progress_of(campaigns: Sequence[Campaign]) -> dict[int, Progress]:
    """How far each campaign has come, by its id. Two queries, however many."""
    ids = [one.pk for one in campaigns]
    places: dict[int, Counter[str]] = {one: Counter() for one in ids}
    looks: dict[int, tuple[int, int]] = {}
    unseen = Visit.objects.filter(place=OuterRef("pk"), submitted_at=None)
    rows = InspectionPlace.objects.filter(campaign__in=ids).annotate(waits=Exists(unseen)).values_list("campaign_id", "left_out", "waits")
    for campaign_id, left_out, waits in rows:
        places[campaign_id]["left_out" if left_out else "waits" if waits else "done"] += 1
    counted = Visit.objects.filter(place__campaign__in=ids, place__left_out="").order_by().values_list("place__campaign")
    for campaign_id, visits, submitted in counted.annotate(visits=Count("pk"), submitted=Count("submitted_at")):
        looks[campaign_id] = (visits, submitted)
    return {
        one: Progress(
            places=places[one].total(),
            done=places[one]["done"],
            left_out=places[one]["left_out"],
            visits=looks.get(one, (0, 0))[0],
            submitted=looks.get(one, (0, 0))[1],
        )
        for one in ids
    }


def assessor_progress(campaign: Campaign) -> list[AssessorProgress]:
    """How far each assessor has come. One query."""
    rows = Visit.objects.filter(place__campaign=campaign, place__left_out="").exclude(turn=Visit.Turn.THIRD)
    counted = rows.values("member_id", "member__full_name", "member__username").order_by("member__username")
    told = counted.annotate(
        visits=Count("pk"), submitted=Count("submitted_at"), outside=Count("pk", filter=Q(inside=False, submitted_at__isnull=False))
    )
    return [
        AssessorProgress(row["member__full_name"] or row["member__username"], row["visits"], row["submitted"], row["outside"])
        for row in told
    ]
