"""Inspections: setting a campaign up, drawing its places, the third look, leaving out, publishing.

What assessors do in the street stands in `visits.py`.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengge import clock
from chengge.domain import sampling
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.domain.sampling import SampleError
from chengge.evaluation.actions.visits import MarkGiven, require_points, write_marks
from chengge.evaluation.models import Campaign, ChecklistItem, InspectionPlace, SampleFrame, Visit
from chengge.evaluation.queries.inspection_results import PlaceFound, found, result_digest
from chengge.evaluation.queries.inspections import HIDDEN, MANAGES, NEVER_ASSESSES, NOT_UNSEEN
from chengge.evaluation.queries.sampling import frame_on, points_inside
from chengge.foundation.models import Division
from chengge.foundation.queries import holding_on
from chengge.notices.actions import Draft, send_many
from chengge.notices.recipients import Recipient
from chengge.organization.models import Member, Organization
from chengge.organization.queries import Actor, actor_of, city_day

State = Campaign.State
CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")
ITEM_CODE = re.compile(r"[A-Za-z0-9_.-]{1,40}")
MOST_ITEMS = 40
MOST_PLACES = 2000
SEEDS = 10**6  # short enough to be drawn from a drum and read out
BIGGEST_SEED = 2**63 - 1
TOPIC = "inspection"


@dataclass(frozen=True, slots=True)
class ItemValues:
    """A line of the checklist, as `ChecklistItem` keeps it."""

    code: str
    text: str
    most: int
    photo: str = ChecklistItem.Photo.LOST
    organization_id: int | None = None


@dataclass(frozen=True, slots=True)
class CampaignValues:
    """A campaign as its evaluator writes it down, as `Campaign` keeps it."""

    code: str
    name: str
    kind: str
    begin: date
    end: date
    places: int
    items: tuple[ItemValues, ...]
    assessor_ids: tuple[int, ...]
    division_code: int | None = None
    minimum: int = 1
    second_percent: int = 20
    bound_percent: int = 20
    about: str = ""


@transaction.atomic
def make_campaign(actor: Actor, values: CampaignValues) -> Campaign:
    """Set a campaign up as a draft.

    Raises:
        Forbidden: the member is no evaluator.
        Refused: a value is not one, with the name of its field.
    """
    _require_evaluator(actor)
    _check(values)
    campaign = Campaign(made_by_id=actor.member_id, made_at=clock.now())
    try:
        with transaction.atomic():
            _write(campaign, values)
    except IntegrityError as error:
        raise Refused("code", _("There is a campaign “%(code)s” already.") % {"code": values.code}, _("Choose another."), "code") from error
    return campaign


@transaction.atomic
def change_campaign(actor: Actor, code: str, values: CampaignValues) -> Campaign:
    """Change a draft; its code stays. Raises as `make_campaign`, and Conflict once places have been drawn."""
    campaign = _locked(actor, code, State.DRAFT)
    if values.code != code:
        raise Refused("code", _("The code of a campaign stays as it is."), field="code")
    _check(values)
    campaign.items.all().delete()
    _write(campaign, values)
    return campaign


@transaction.atomic
def drop_campaign(actor: Actor, code: str) -> None:
    """Throw a draft away. Raises Conflict once places have been drawn: that stays."""
    _locked(actor, code, State.DRAFT).delete()


@transaction.atomic
def draw_places(actor: Actor, code: str, seed: int | None = None) -> Campaign:
    """Draw the places, once and for all, give them to the assessors, and tell those.

    Args:
        seed: a number that was settled in public; none: one that nobody could foresee.

    Raises:
        Forbidden: the member is no evaluator.
        Conflict: they have been drawn already.
        Refused: they cannot be drawn so: too few grids, too few places for the strata.
    """
    campaign = _locked(actor, code, State.DRAFT)
    if seed is not None and not 0 <= seed <= BIGGEST_SEED:
        raise Refused("seed", _("A seed is a whole number, not negative."), field="seed")
    campaign.seed = secrets.randbelow(SEEDS) if seed is None else seed
    now = clock.now()
    frame = frame_on(city_day(now), campaign.division_code)
    try:
        sample = sampling.draw(frame, campaign.places, campaign.minimum, campaign.seed)
    except SampleError as error:
        raise _not_to_be_drawn(campaign, frame) from error
    campaign.frame_digest = sampling.frame_digest(frame)
    campaign.state, campaign.drawn_by_id, campaign.drawn_at = State.RUNNING, actor.member_id, now
    campaign.save()
    SampleFrame.objects.create(campaign=campaign, text=sampling.frame_text(frame))
    codes = [unit.code for unit in sample.units]
    twice = sampling.drawn_twice(codes, Fraction(campaign.second_percent, 100), campaign.seed)
    points = points_inside(codes, city_day(now))
    places = InspectionPlace.objects.bulk_create(
        InspectionPlace(
            campaign=campaign,
            number=number,
            grid_code=unit.code,
            street_code=unit.stratum[0],
            area_class=unit.stratum[1],
            lon=points[unit.code][0],
            lat=points[unit.code][1],
            twice=unit.code in twice,
        )
        for number, unit in enumerate(sample.units, 1)
    )
    _give_out(campaign, places)
    return campaign


@transaction.atomic
def take_third_look(actor: Actor, code: str, number: int, marks: Mapping[int, MarkGiven], words: str = "") -> Visit:
    """Settle what two assessors differ in at a place.

    Args:
        marks: by item, for every item that is disputed and no other.

    Raises:
        Forbidden: the member is no evaluator, or looked there before.
        Conflict: nothing is disputed there.
        Refused: an item is not marked, or marked with points it does not have.
    """
    campaign = _locked(actor, code, State.RUNNING)
    here = _found_at(campaign, number)
    disputed = {item_id for item_id, one in here.settled.items() if one.disputed} if here else set()
    if here is None or not disputed:
        raise Conflict("settled", _("Nothing is disputed at this place."), _("Reload the page."))
    if Visit.objects.filter(place=here.place, member_id=actor.member_id or 0).exists():
        raise Forbidden("own", _("Whoever looked before does not settle it."), _("Leave it to a colleague."))
    items = {item.pk: item for item in campaign.items.all()}
    if set(marks) != disputed:
        raise Refused("marks", _("Mark every item that is disputed, and no other."), field="marks")
    for item_id, given in marks.items():
        require_points(items[item_id], given)
    visit = Visit.objects.create(
        place=here.place, turn=Visit.Turn.THIRD, member_id=int(actor.member_id or 0), submitted_at=clock.now(), words=words.strip()[:500]
    )
    write_marks(visit, marks)
    return visit


@transaction.atomic
def leave_out(actor: Actor, code: str, number: int, reason: str) -> None:
    """Leave a place out that nobody can get to; the published sample says why.

    Raises:
        Conflict: somebody has looked there, or it is left out already.
        Refused: no reason is given.
    """
    campaign = _locked(actor, code, State.RUNNING)
    place = campaign.drawn.select_for_update().filter(number=number).first()
    if place is None:
        raise NotFound("place", _("There is no such place in this campaign."))
    if not reason.strip() or len(reason) > 200:
        raise Refused("reason", _("A reason is needed, of at most 200 characters."), _("Say in a few words why."), "reason")
    if place.left_out or place.visits.filter(submitted_at__isnull=False).exists():
        raise Conflict("looked", _("This place has been looked at, or left out already."), _("Reload the page."))
    place.left_out, place.left_out_by_id = reason.strip(), actor.member_id
    place.save(update_fields=["left_out", "left_out_by"])


@transaction.atomic
def publish(actor: Actor, code: str) -> Campaign:
    """Let everybody see what was found, under a digest that fixes it; from now on it counts.

    Raises:
        Conflict: places wait for a look, two looks differ, or nothing was looked at.
    """
    campaign = _locked(actor, code, State.RUNNING)
    what = found(campaign)
    if what.unfinished:
        waiting = ngettext("%(count)d place still waits for a look.", "%(count)d places still wait for a look.", what.unfinished)
        raise Conflict("unfinished", waiting % {"count": what.unfinished}, _("Look there, or leave them out with a reason."))
    if what.disputed:
        numbers = _(", ").join(str(one.place.number) for one in what.disputed[:10])
        raise Conflict("disputed", _("Two looks differ too much at: %(places)s.") % {"places": numbers}, _("Settle it by a third look."))
    if not what.places:
        raise Conflict("empty", _("No place has been looked at."))
    campaign.result_digest = result_digest(what)
    campaign.state, campaign.published_by_id, campaign.published_at = State.PUBLISHED, actor.member_id, clock.now()
    campaign.save()
    return campaign


def _require_evaluator(actor: Actor) -> None:
    if not actor.posts & MANAGES:
        raise Forbidden("post", _("Inspections are set up, settled and published by evaluators."))


def _locked(actor: Actor, code: str, state: str) -> Campaign:
    """The campaign, locked, if the actor manages it and it stands as expected."""
    _require_evaluator(actor)
    campaign = Campaign.objects.select_for_update(of=("self",)).filter(code=code).first()
    if campaign is None:
        raise NotFound("campaign", _("There is no such campaign."))
    if campaign.state != state:
        raise Conflict("state", _("This campaign is no longer as you saw it: %(state)s.") % {"state": campaign.get_state_display()})
    return campaign


def _found_at(campaign: Campaign, number: int) -> PlaceFound | None:
    return next((one for one in found(campaign).places if one.place.number == number), None)


def _write(campaign: Campaign, values: CampaignValues) -> None:
    for name in ("code", "kind", "begin", "end", "places", "division_code", "minimum", "second_percent", "bound_percent"):
        setattr(campaign, name, getattr(values, name))
    campaign.name, campaign.about = values.name.strip(), values.about.strip()
    campaign.save()
    campaign.assessors.set(values.assessor_ids)
    ChecklistItem.objects.bulk_create(
        ChecklistItem(
            campaign=campaign,
            position=position,
            code=item.code,
            text=item.text.strip(),
            most=item.most,
            photo=item.photo,
            organization_id=item.organization_id,
        )
        for position, item in enumerate(values.items, 1)
    )


def _give_out(campaign: Campaign, places: list[InspectionPlace]) -> None:
    """Neighbouring places to one assessor, as evenly as can be; the second look to the next assessor in the row."""
    members = list(campaign.assessors.order_by("pk"))
    visits = []
    for index, place in enumerate(places):
        first = index * len(members) // len(places)
        visits.append(Visit(place=place, turn=Visit.Turn.FIRST, member=members[first]))
        if place.twice:
            visits.append(Visit(place=place, turn=Visit.Turn.SECOND, member=members[(first + 1) % len(members)]))
    Visit.objects.bulk_create(visits)
    drafts = []
    for member in members:
        count = sum(visit.member_id == member.pk for visit in visits)
        with translation.override(member.language):
            # Nothing here says where or of whom: notices may be read over a shoulder.
            text = ngettext("%(count)d place is on your list.", "%(count)d places are on your list.", count) % {"count": count}
            link = "/evaluation/visits/"
            key = f"inspection:{campaign.pk}:{member.pk}"
            drafts.append(
                Draft(Recipient.member(member.pk), _("You are asked to look at places"), text, key, TOPIC, link, f"{TOPIC}:{campaign.pk}")
            )
    send_many(drafts)


def _not_to_be_drawn(campaign: Campaign, frame: list[sampling.Unit]) -> Refused:
    strata = len({unit.stratum for unit in frame})
    if campaign.places > len(frame):
        message = _("The area has %(grids)d unit grids; %(places)d places cannot be drawn.")
        return Refused("places", message % {"grids": len(frame), "places": campaign.places}, _("Ask for fewer places."), "places")
    message = _("%(places)d places are too few for %(minimum)d from each of %(strata)d strata.")
    said = {"places": campaign.places, "minimum": campaign.minimum, "strata": strata}
    return Refused("places", message % said, _("Ask for more places, or a smaller minimum."), "places")


def _check(values: CampaignValues) -> None:
    """Everything about a campaign that can be known before it is drawn. Raises Refused."""
    if not CODE.fullmatch(values.code):
        raise Refused("code", _("A code has 1 to 40 letters, digits, - or _."), field="code")
    if not values.name.strip() or len(values.name) > 80:
        raise Refused("name", _("A name is needed, of at most 80 characters."), field="name")
    if len(values.about) > 500:
        raise Refused("about", _("This text is longer than %(most)d characters.") % {"most": 500}, field="about")
    if values.kind not in Campaign.Kind.values:
        raise Refused("kind", _("There is no such kind of inspection."), field="kind")
    if values.end < values.begin:
        raise Refused("end", _("The last day lies before the first."), field="end")
    if not 1 <= values.places <= MOST_PLACES:
        raise Refused("places", _("Between 1 and %(most)d places can be drawn.") % {"most": MOST_PLACES}, field="places")
    if not 0 <= values.minimum <= MOST_PLACES:
        raise Refused("minimum", _("The minimum from each stratum is 0 or more."), field="minimum")
    for name, value in (("second_percent", values.second_percent), ("bound_percent", values.bound_percent)):
        if not 0 <= value <= 100:
            raise Refused("percent", _("A share lies between 0 and 100 percent."), field=name)
    today = city_day(clock.now())
    if values.division_code is not None and not holding_on(Division.objects.filter(code=values.division_code), today).exists():
        raise Refused("division", _("There is no such area today."), field="division_code")
    _check_items(values.items, today)
    _check_assessors(values)


def _check_items(items: Iterable[ItemValues], today: date) -> None:
    rows = list(items)
    if not 1 <= len(rows) <= MOST_ITEMS:
        raise Refused("items", _("A checklist has 1 to %(most)d items.") % {"most": MOST_ITEMS}, field="items")
    for number, item in enumerate(rows, 1):
        where = _("Item %(number)d: ") % {"number": number}
        if not ITEM_CODE.fullmatch(item.code):
            raise Refused("item", where + _("its scheme item needs a code of letters, digits, . - or _."), field="items")
        if not item.text.strip() or len(item.text) > 200:
            raise Refused("item", where + _("say what is looked at, in at most 200 characters."), field="items")
        if not 1 <= item.most <= 100:
            raise Refused("item", where + _("it has 1 to 100 points."), field="items")
        if item.photo not in ChecklistItem.Photo.values:
            raise Refused("item", where + _("choose when a photo is needed."), field="items")
    wanted = {item.organization_id for item in rows if item.organization_id is not None}
    known = set(holding_on(Organization.objects.filter(pk__in=wanted), today).values_list("pk", flat=True)) if wanted else set()
    if wanted - known:
        raise Refused("organization", _("There is no such organization today."), _("Choose another one."), "items")


def _check_assessors(values: CampaignValues) -> None:
    members = {member.pk: member for member in Member.objects.filter(pk__in=values.assessor_ids, is_active=True)}
    if not values.assessor_ids or set(values.assessor_ids) - set(members):
        raise Refused("assessors", _("Name at least one assessor among the members of the house."), field="assessors")
    if values.second_percent and len(members) < 2:
        raise Refused(
            "assessors", _("Places scored twice need two assessors."), _("Name another one, or score nothing twice."), "assessors"
        )
    barred: frozenset[Post] = NOT_UNSEEN if values.kind in HIDDEN else NEVER_ASSESSES
    for member in members.values():
        posts = actor_of(member).posts
        if not posts or posts & barred:
            message = _("%(name)s belongs to those who are judged, or holds no post.") % {"name": member}
            raise Refused("assessors", message, _("Name somebody else."), "assessors")
