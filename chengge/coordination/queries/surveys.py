"""Joint site surveys: those in sight, and what a member may do with one."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from shapely import from_wkb

from chengge.casework.models import Case
from chengge.casework.queries.sight import with_all_below
from chengge.coordination.models import JointSurvey, SurveyPhoto, SurveySketch, SurveyUnit
from chengge.coordination.queries.hard_cases import READERS, WORKERS
from chengge.domain.errors import NotFound
from chengge.domain.lifecycle import Post
from chengge.domain.sketches import as_geojson
from chengge.organization.models import Organization
from chengge.organization.queries import Actor


@dataclass(frozen=True, slots=True)
class Part:
    """What a member may do with a survey.

    Attributes:
        runs: invites, writes for every unit, concludes and calls off.
        own: the units for which this member may say who came and where they stand.
    """

    runs: bool
    own: frozenset[int]


def surveys(actor: Actor, state: str = "planned") -> QuerySet[JointSurvey]:
    """Joint surveys in sight: planned ones the next first, others the latest first."""
    rows = JointSurvey.objects.filter(survey_sight(actor)).select_related("host")
    rows = rows.prefetch_related(Prefetch("units", SurveyUnit.objects.select_related("organization")), _cases())
    if state == "planned":
        return rows.filter(state="planned").order_by("meets_at", "pk")
    return rows.exclude(state="planned").order_by("-meets_at", "-pk")


def _cases() -> Prefetch:
    return Prefetch("cases", Case.objects.select_related("problem_class").order_by("pk"))


def survey_sight(actor: Actor) -> Q:
    """The platform and leaders see all; a department those it is invited to, itself or a unit above or below it."""
    if actor.posts & READERS:
        return Q()
    mine = units_of(actor)
    return Q(pk__in=SurveyUnit.objects.filter(organization_id__in=mine).values("survey_id")) if mine else Q(pk__in=[])


def units_of(actor: Actor) -> list[int]:
    """The organizations for which a department's member speaks: their own, what lies below, and the platform above."""
    if Post.DEPARTMENT not in actor.posts or actor.organization_id is None:
        return []
    above, at = [], actor.organization_id
    parents = dict(Organization.objects.filter(level__gte=3).values_list("pk", "parent_id"))
    while (parent := parents.get(at)) is not None:
        above.append(parent)
        at = parent
    return [*with_all_below(actor.organization_id), *above]


def survey_in_sight(actor: Actor, survey_id: int) -> JointSurvey:
    """A survey with its units, cases, photos and sketches. Raises NotFound."""
    rows = JointSurvey.objects.filter(survey_sight(actor), pk=survey_id).select_related("host__organization")
    rows = rows.prefetch_related(
        Prefetch("units", SurveyUnit.objects.select_related("organization", "said_by")),
        Prefetch("photos", SurveyPhoto.objects.select_related("evidence", "evidence__member")),
        Prefetch("sketches", SurveySketch.objects.select_related("drawn_by", "organization")),
        _cases(),
        "rulings",
    )
    survey = rows.first()
    if survey is None:
        raise NotFound("survey", _("There is no such survey, or it lies out of your sight."))
    return survey


def part_of(actor: Actor, survey: JointSurvey) -> Part:
    """What this member may do with a survey now."""
    if survey.state != JointSurvey.State.PLANNED:
        return Part(False, frozenset())
    invited = [unit.organization_id for unit in survey.units.all()]
    if actor.posts & WORKERS:
        return Part(True, frozenset(invited))
    return Part(False, frozenset(invited) & frozenset(units_of(actor)))


def drawn_on(survey: JointSurvey) -> dict[str, Any]:
    """What the map of a survey shows beside the place: sketches, and a pin for each unit that showed its position; GeoJSON."""
    features = [
        {"type": "Feature", "geometry": as_geojson(from_wkb(bytes(one.shape))), "properties": {"id": one.pk, "label": one.label}}
        for one in survey.sketches.all()
    ]
    features += [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [unit.lon, unit.lat]},
            "properties": {"unit": number, "label": unit.organization.short_name},
        }
        for number, unit in enumerate(survey.units.all(), 1)
        if unit.lon is not None
    ]
    return {"type": "FeatureCollection", "features": features}


def survey_photo(actor: Actor, survey_id: int, position: int) -> SurveyPhoto:
    """A photo of a survey in sight. Raises NotFound."""
    seen = JointSurvey.objects.filter(survey_sight(actor)).values("pk")
    found = SurveyPhoto.objects.filter(survey_id=survey_id, position=position, survey__in=seen).select_related("evidence").first()
    if found is None:
        raise NotFound("photo", _("There is no such photo, or none that you may see."))
    return found
