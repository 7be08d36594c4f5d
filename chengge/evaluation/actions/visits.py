"""What assessors do at a place: marks, photos, and reporting what they found as a case."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework import photos
from chengge.casework.actions import Said, report
from chengge.casework.actions.given import is_place, require_key
from chengge.casework.actions.reports import Reported
from chengge.casework.models import Channel, Evidence
from chengge.domain.errors import Conflict, NotFound, Refused
from chengge.evaluation.models import Campaign, ChecklistItem, Mark, Visit, VisitPhoto
from chengge.evaluation.queries.inspections import MANAGES, own_visit, whole_places
from chengge.foundation.queries import locate
from chengge.organization.queries import MACHINE, Actor, city_day

MOST_PHOTOS = 12
Photo = ChecklistItem.Photo


@dataclass(frozen=True, slots=True)
class MarkGiven:
    """The points of one item; None: it does not apply at this place."""

    points: int | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What an assessor sends in from a place.

    Attributes:
        marks: by item, one for every item of the checklist.
        lon, lat: where the assessor stands, degrees, WGS84.
        photos: SHA-256 of photos that this member uploaded before, by item; under None those of the place as a whole.
    """

    marks: Mapping[int, MarkGiven]
    lon: float | None
    lat: float | None
    accuracy_m: float | None = None
    words: str = ""
    photos: Mapping[int | None, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SentIn:
    """A look that was taken in; `repeated` tells that it was sent before, under the same key."""

    visit: Visit
    repeated: bool


@transaction.atomic
def send_in(actor: Actor, visit_id: int, look: Look, *, key: str | None = None) -> SentIn:
    """Take in what an assessor found at a place, once; sent again under the same `key`, nothing is done twice.

    Raises:
        NotFound: the place is not on this member's list.
        Conflict: it was sent in already, the campaign is over, or has not begun.
        Refused: an item is not marked, a photo or the position is missing.
    """
    require_key(key)
    campaign_id = own_visit(actor, visit_id).place.campaign_id
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign_id)
    visit = Visit.objects.select_for_update(of=("self",)).select_related("place").get(pk=visit_id)
    if visit.submitted_at is not None:
        if key and visit.key == key:
            return SentIn(visit, repeated=True)
        raise Conflict("sent", _("This place was sent in already."), _("What was sent in stays as it is."))
    if campaign.state != Campaign.State.RUNNING or visit.place.left_out:
        raise Conflict("state", _("Nobody has to look at this place any more."))
    if city_day(clock.now()) < campaign.begin:
        raise Conflict("early", _("This campaign begins on %(day)s.") % {"day": campaign.begin})
    items = {item.pk: item for item in campaign.items.all()}
    _check(items, look)
    lon, lat = float(look.lon or 0), float(look.lat or 0)
    visit.key, visit.words, visit.submitted_at = key or "", look.words.strip(), clock.now()
    visit.lon, visit.lat, visit.accuracy_m = lon, lat, look.accuracy_m
    visit.inside = locate(lon, lat).grid_code == visit.place.grid_code
    visit.save()
    write_marks(visit, look.marks)
    _bind(visit, look.photos)
    return SentIn(visit, repeated=False)


@transaction.atomic
def report_finding(actor: Actor, visit_id: int, item_id: int, problem_class_id: int | None = None, words: str = "") -> Reported:
    """Let what was found become a report, and a case if it says enough. It tells nothing of the inspection.

    Raises:
        NotFound: the member neither took this look nor evaluates.
        Conflict: it was reported already, or nothing is wrong there.
    """
    visit = Visit.objects.select_related("place__campaign").filter(pk=visit_id, submitted_at__isnull=False).first()
    own = visit is not None and visit.member_id == actor.member_id
    if visit is None or not (own or (actor.posts & MANAGES and whole_places(visit.place.campaign).filter(pk=visit.place_id).exists())):
        raise NotFound("visit", _("There is no such look, or none that you may see."))
    mark = Mark.objects.select_for_update(of=("self",)).select_related("item").filter(visit=visit, item=item_id).first()
    if mark is None or mark.points is None or mark.points >= mark.item.most:
        raise Conflict("faultless", _("Nothing is wrong with this item here."))
    if mark.report_id is not None:
        raise Conflict("reported", _("This was reported already."), _("Reload the page."))
    proofs = [shown.evidence for shown in visit.photos.select_related("evidence") if shown.item_id in (item_id, None)]
    # The same pictures once more, as the report's own proof: the look keeps its own.
    digests = tuple(photos.again(one.sha256, MACHINE, "", one.width, one.height, one.size_bytes).sha256 for one in proofs)
    place = visit.place
    lon, lat = (visit.lon, visit.lat) if visit.inside else (place.lon, place.lat)
    description = (words.strip() or mark.words or mark.item.text)[:1000]
    said = Said(
        channel=Channel.LEADER,
        problem_class_id=problem_class_id,
        description=description,
        lon=lon,
        lat=lat,
        photos=digests,
    )
    reported = report(MACHINE, said, key=f"inspection:{mark.pk}")
    mark.report_id = reported.report_id
    mark.save(update_fields=["report"])
    return reported


def require_points(item: ChecklistItem, given: MarkGiven) -> None:
    """Raises Refused unless the mark fits the item."""
    if given.points is not None and not 0 <= given.points <= item.most:
        said = {"item": item.text, "most": item.most}
        raise Refused("points", _("“%(item)s” has 0 to %(most)d points.") % said, field=f"points-{item.pk}")
    if len(given.words) > 200:
        raise Refused("words", _("This text is longer than %(most)d characters.") % {"most": 200}, _("Shorten it."), f"words-{item.pk}")


def write_marks(visit: Visit, marks: Mapping[int, MarkGiven]) -> None:
    Mark.objects.bulk_create(
        Mark(visit=visit, item_id=item_id, points=given.points, words=given.words.strip()) for item_id, given in marks.items()
    )


def _check(items: Mapping[int, ChecklistItem], look: Look) -> None:
    """Raises Refused with the field at fault."""
    for item in items.values():
        given = look.marks.get(item.pk)
        if given is None:
            message = _("“%(item)s” is not marked.") % {"item": item.text}
            raise Refused("mark", message, _("Give points, or say that it does not apply here."), f"points-{item.pk}")
        require_points(item, given)
        lost = given.points is not None and given.points < item.most
        wanted = (item.photo == Photo.ALWAYS and given.points is not None) or (item.photo == Photo.LOST and lost)
        if wanted and not look.photos.get(item.pk):
            raise Refused("photo", _("“%(item)s” needs a photo.") % {"item": item.text}, _("Take one on the spot."), f"photos-{item.pk}")
    if set(look.marks) - set(items) or {one for one in look.photos if one is not None} - set(items):
        raise Refused("item", _("There is no such item on the checklist."), _("Reload the page."), "marks")
    if len(look.words) > 500:
        raise Refused("words", _("This text is longer than %(most)d characters.") % {"most": 500}, _("Shorten it."), "words")
    if not is_place(look.lon, look.lat):
        raise Refused("place", _("Your position is needed."), _("Wait for a position, or mark it on the map."), "lon")


def _bind(visit: Visit, given: Mapping[int | None, tuple[str, ...]]) -> None:
    """Bind uploads of this member that prove nothing else yet. Raises Refused."""
    wanted = [(item_id, digest) for item_id, digests in given.items() for digest in dict.fromkeys(digests)]
    if len(wanted) > MOST_PHOTOS:
        raise Refused("photos", _("A look has at most %(most)d photos.") % {"most": MOST_PHOTOS}, _("Leave some away."), "photos")
    free: dict[str, list[int]] = {}
    rows = Evidence.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        sha256__in={digest for _item, digest in wanted}, member_id=visit.member_id, case=None, report=None, entry=None, media="photo"
    )
    taken = set(VisitPhoto.objects.filter(evidence__member=visit.member_id).values_list("evidence_id", flat=True))
    for pk, digest in rows.order_by("id").values_list("pk", "sha256"):
        if pk not in taken:
            free.setdefault(digest, []).append(pk)
    bound = []
    for position, (item_id, digest) in enumerate(wanted):
        if not free.get(digest):
            raise Refused("photo", _("A photo is missing here, or was used before."), _("Upload it again."), "photos")
        bound.append(VisitPhoto(visit=visit, item_id=item_id, evidence_id=free[digest].pop(), position=position))
    VisitPhoto.objects.bulk_create(bound)
