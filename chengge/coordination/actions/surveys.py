"""Joint site surveys: planned, attended, each unit's position written down, photos taken, concluded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from shapely import to_wkb
from shapely.geometry.base import BaseGeometry

from chengge import clock
from chengge.casework.models import Evidence
from chengge.coordination.actions.inviting import Thing, cases_named, require_words, tell_units, this_second, units_named
from chengge.coordination.models import JointSurvey, SurveyPhoto, SurveySketch, SurveyUnit
from chengge.coordination.queries.hard_cases import WORKERS
from chengge.coordination.queries.surveys import part_of
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.sketches import FARTHEST_M, MOST_CORNERS, SketchError, read_geometry
from chengge.organization.queries import CITY_ZONE, Actor

MOST_PHOTOS, MOST_SKETCHES = 40, 40


@dataclass(frozen=True, slots=True)
class Planned:
    """A survey as somebody plans it; lon and lat in degrees, WGS84."""

    subject: str
    place: str
    lon: float | None
    lat: float | None
    meets_at: datetime | None
    organization_ids: Sequence[int]
    numbers: Sequence[str] = ()


@transaction.atomic
def plan_survey(actor: Actor, planned: Planned) -> JointSurvey:
    """Invite units to a place. Raises Forbidden, Refused, NotFound."""
    if not actor.posts & WORKERS or actor.member_id is None:
        raise Forbidden("post", _("Joint surveys are planned by coordinators and dispatchers."))
    lon, lat, meets_at = _checked(planned)
    units = units_named(planned.organization_ids)
    cases = cases_named(actor, planned.numbers)
    survey = JointSurvey.objects.create(
        subject=planned.subject.strip(),
        place=planned.place.strip(),
        lon=lon,
        lat=lat,
        meets_at=meets_at,
        host_id=actor.member_id,
        planned_at=this_second(),
    )
    survey.cases.set(cases)
    SurveyUnit.objects.bulk_create([SurveyUnit(survey=survey, organization=unit) for unit in units])
    when = f"{meets_at.astimezone(CITY_ZONE):%m-%d %H:%M}"
    _tell(actor, survey, _("Joint survey: %(subject)s") % {"subject": survey.subject}, f"{when}，{survey.place}", "planned")
    return survey


def _checked(planned: Planned) -> tuple[float, float, datetime]:
    """Where and when, once everything is there. Raises Refused."""
    require_words({"subject": (planned.subject, 120), "place": (planned.place, 200)}, _("Subject and place are needed."))
    if planned.lon is None or planned.lat is None or not (-180 <= planned.lon <= 180 and -90 <= planned.lat <= 90):
        raise Refused("place", _("The place is not marked."), _("Mark it on the map."), "place")
    if planned.meets_at is None or planned.meets_at <= clock.now():
        raise Refused("meets_at", _("When do the units meet?"), _("Name a moment to come."), "meets_at")
    return planned.lon, planned.lat, planned.meets_at


@dataclass(frozen=True, slots=True)
class Position:
    """Who came for a unit and where it stands.

    Attributes:
        attended: `yes`, or empty where nobody came.
        lon, lat: where it shows that on the map, degrees, WGS84; both or none.
    """

    attended: str = ""
    who: str = ""
    position: str = ""
    lon: float | None = None
    lat: float | None = None


@transaction.atomic
def say_position(actor: Actor, survey_id: int, organization_id: int, said: Position) -> SurveyUnit:
    """Write down who came for a unit and where it stands; the unit itself or the platform.

    Raises:
        NotFound: no such survey or unit. Forbidden: another unit's. Conflict: concluded. Refused: a place too far away.
    """
    survey = _locked(survey_id)
    _require_planned(survey)
    if organization_id not in part_of(actor, survey).own or actor.member_id is None:
        raise Forbidden("unit", _("A unit speaks for itself, or the platform writes for it."))
    unit = survey.units.get(organization_id=organization_id)
    if said.lon is not None and said.lat is not None:
        _shape_near(survey, {"type": "Point", "coordinates": [said.lon, said.lat]}, "lon")
        unit.lon, unit.lat = said.lon, said.lat
    unit.attended, unit.who, unit.position = said.attended == "yes", said.who.strip()[:60], said.position.strip()[:500]
    unit.said_by_id, unit.said_at = actor.member_id, this_second()
    unit.save()
    return unit


@transaction.atomic
def add_photos(actor: Actor, survey_id: int, digests: Sequence[str]) -> int:
    """Bind photos that this member uploaded to a survey; how many. Raises NotFound, Forbidden, Conflict, Refused."""
    survey = _locked(survey_id)
    _require_planned(survey)
    part = part_of(actor, survey)
    if (not part.runs and not part.own) or actor.member_id is None:
        raise Forbidden("unit", _("Photos are taken by those who are invited."))
    free = Evidence.objects.filter(
        sha256__in=digests, member_id=actor.member_id, case=None, report=None, entry=None, media="photo", joint_survey_photo=None
    )
    mine = {one.sha256: one for one in free.order_by("pk")}
    if set(digests) - mine.keys():
        raise Refused("photo", _("A photo is missing here, or was used before."), _("Upload it again."), "photos")
    last = survey.photos.aggregate(last=Max("position"))["last"] or 0
    if last + len(mine) > MOST_PHOTOS:
        raise Refused("photo", _("A survey holds at most %(most)d photos.") % {"most": MOST_PHOTOS}, _("Leave some out."), "photos")
    SurveyPhoto.objects.bulk_create(
        [SurveyPhoto(survey=survey, evidence=one, position=last + number) for number, one in enumerate(mine.values(), 1)]
    )
    return len(mine)


@transaction.atomic
def draw(actor: Actor, survey_id: int, geometry: Any, label: str) -> SurveySketch:
    """Draw a point, a line or an area on the map of a survey.

    Args:
        geometry: a GeoJSON geometry in degrees.

    Raises:
        NotFound. Forbidden: not invited. Conflict: the survey is over. Refused: no label, no such shape, or too far away.
    """
    survey = _locked(survey_id)
    _require_planned(survey)
    part = part_of(actor, survey)
    if (not part.runs and not part.own) or actor.member_id is None:
        raise Forbidden("unit", _("The sketch is drawn by those who are invited."))
    require_words({"label": (label, 60)}, _("What is drawn needs a label."))
    shape = _shape_near(survey, geometry, "geometry")
    if survey.sketches.count() >= MOST_SKETCHES:
        raise Refused("geometry", _("A survey holds at most %(most)d drawings.") % {"most": MOST_SKETCHES}, field="geometry")
    return SurveySketch.objects.create(
        survey=survey,
        shape=to_wkb(shape),
        label=label.strip(),
        drawn_by_id=actor.member_id,
        organization_id=actor.organization_id,
        drawn_at=this_second(),
    )


@transaction.atomic
def rub_out(actor: Actor, survey_id: int, sketch_id: int) -> None:
    """Take one's own drawing off the map; the platform any. Raises NotFound, Forbidden, Conflict."""
    survey = _locked(survey_id)
    _require_planned(survey)
    sketch = survey.sketches.filter(pk=sketch_id).first()
    if sketch is None:
        raise NotFound("sketch", _("There is no such drawing."))
    if not part_of(actor, survey).runs and sketch.drawn_by_id != actor.member_id:
        raise Forbidden("unit", _("A drawing is taken away by whoever drew it, or by the platform."))
    sketch.delete()


def _shape_near(survey: JointSurvey, geometry: Any, field: str) -> BaseGeometry:
    """What was drawn, in good shape and near the place. Raises Refused with what is wrong."""
    try:
        return read_geometry(geometry, survey.lon, survey.lat)
    except SketchError as fault:
        said = {
            "kind": _("Only points, lines and areas without holes are drawn."),
            "corners": _("A drawing has at most %(most)d corners; a line at least 2, an area 3.") % {"most": MOST_CORNERS},
            "numbers": _("Corners are pairs of longitude and latitude in degrees."),
            "far": _("This lies more than %(metres)d m from where the units meet.") % {"metres": FARTHEST_M},
            "crossing": _("This area crosses itself, or the line has no length."),
        }
        raise Refused("geometry", said[fault.what], _("Draw it anew on the map."), field) from None


@transaction.atomic
def conclude(actor: Actor, survey_id: int, conclusion: str) -> JointSurvey:
    """Write what the survey found; its words stay from then on. Raises NotFound, Forbidden, Conflict, Refused."""
    survey = _locked(survey_id)
    _require_planned(survey)
    if not part_of(actor, survey).runs:
        raise Forbidden("post", _("Joint surveys are concluded by coordinators and dispatchers."))
    if not conclusion.strip():
        raise Refused("conclusion", _("A conclusion is needed."), _("Say who answers, or what is to be clarified."), "conclusion")
    if not survey.units.filter(attended=True).exists():
        raise Refused("attended", _("Nobody has been written down as present."), _("Write down who came, or call the survey off."))
    survey.state, survey.conclusion, survey.ended_at = JointSurvey.State.CONCLUDED, conclusion.strip()[:1000], this_second()
    survey.save()
    _tell(actor, survey, _("Joint survey concluded: %(subject)s") % {"subject": survey.subject}, survey.conclusion, "concluded")
    return survey


@transaction.atomic
def call_off(actor: Actor, survey_id: int, reason: str) -> JointSurvey:
    """Call a survey off, with a reason. Raises NotFound, Forbidden, Conflict, Refused."""
    survey = _locked(survey_id)
    _require_planned(survey)
    if not part_of(actor, survey).runs:
        raise Forbidden("post", _("Joint surveys are called off by coordinators and dispatchers."))
    if not reason.strip():
        raise Refused("reason", _("A reason is needed."), _("Say in a few words why."), "conclusion")
    survey.state, survey.conclusion, survey.ended_at = JointSurvey.State.CALLED_OFF, reason.strip()[:1000], this_second()
    survey.save()
    _tell(actor, survey, _("Joint survey called off: %(subject)s") % {"subject": survey.subject}, survey.conclusion, "called-off")
    return survey


def _require_planned(survey: JointSurvey) -> None:
    if survey.state != JointSurvey.State.PLANNED:
        raise Conflict("state", _("This survey is over."), _("Look at it again."))


def _locked(survey_id: int) -> JointSurvey:
    survey = JointSurvey.objects.select_for_update(of=("self",)).filter(pk=survey_id).first()
    if survey is None:
        raise NotFound("survey", _("There is no such survey, or it lies out of your sight."))
    return survey


def _tell(actor: Actor, survey: JointSurvey, subject: str, text: str, word: str) -> None:
    """The clerks of the invited units and the host hear of it."""
    thing = Thing("joint_survey", f"joint-survey:{survey.pk}", f"/coordination/surveys/{survey.pk}/")
    tell_units(actor, thing, word, subject, text, survey.units.values_list("organization_id", flat=True), [survey.host_id])
