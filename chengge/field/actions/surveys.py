"""Component surveys (部件在线更新): an inspector tells what differs from the register, the office decides, the register follows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.actions.given import is_place, require_key
from chengge.casework.models import Evidence
from chengge.domain.coordinates import distance_m
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.field.actions.duty import inspector_id
from chengge.field.models import ComponentSurvey, SurveyDecision, SurveyPhoto
from chengge.field.queries.surveys import visible_surveys
from chengge.foundation.actions import add_component, change_component, take_back_version
from chengge.foundation.models import Component, ComponentVersion, ProblemClass, ProblemKind
from chengge.foundation.queries import holding_on, locate
from chengge.notices.actions import send
from chengge.notices.recipients import Recipient
from chengge.organization.models import Organization
from chengge.organization.queries import Actor, city_day

Kind, State = ComponentSurvey.Kind, ComponentSurvey.State

DECIDERS = frozenset({Post.SHIFT_LEADER, Post.ADMINISTRATOR})
MOST_PHOTOS = 9
# Nearer than the finest fix of a phone, it has not moved.
LEAST_MOVE_M = 1.0
GONE_STATES = (Component.State.ABANDONED, Component.State.LOST)
# GB/T 30428.2: class A ±0.5 m, B ±1.0 m, C ±10 m.
POSITIONAL_CLASSES = ((0.5, "A"), (1.0, "B"))
TOPIC = "survey"


@dataclass(frozen=True, slots=True)
class Finding:
    """What an inspector found at one component.

    Attributes:
        kind: `new`, `moved`, `changed` or `gone`.
        component_code: 16 digits; None for what is new.
        accuracy_m: of the position (WGS84 degrees), in metres.
        found_state: a state of components; "" where the inspector said none.
        photos: SHA-256 of photos that this member uploaded before.
    """

    kind: str
    lon: float | None
    lat: float | None
    photos: tuple[str, ...]
    component_code: int | None = None
    problem_class_id: int | None = None
    name: str = ""
    accuracy_m: float | None = None
    found_state: str = ""
    owning_body_id: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """What the office puts right before the register takes it; empty values leave what the inspector said."""

    problem_class_id: int | None = None
    name: str = ""
    lon: float | None = None
    lat: float | None = None
    found_state: str = ""
    owning_body_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A survey that was taken in; `repeated` tells that it was sent before, under the same key."""

    survey: ComponentSurvey
    repeated: bool


@dataclass(frozen=True, slots=True)
class Bulk:
    """What became of many: how many were done, and of the others the number and why not."""

    done: int
    refused: tuple[tuple[int, str], ...]


def send_survey(actor: Actor, found: Finding, *, key: str | None = None) -> Sent:
    """Take in what an inspector found; it waits in the office. Sent again under the same `key`, nothing is done twice.

    Raises:
        Forbidden: the member is no inspector.
        NotFound: there is no such component.
        Refused: something is missing, or the register says so already.
    """
    member_id = inspector_id(actor)
    require_key(key)
    if (before := _sent_before(member_id, key)) is not None:
        return before
    try:
        with transaction.atomic():
            return Sent(_take_in(member_id, found, key or ""), repeated=False)
    except (Refused, IntegrityError):
        if (before := _sent_before(member_id, key)) is not None:  # the same, sent twice at once
            return before
        raise


@transaction.atomic
def approve_survey(actor: Actor, survey_id: int, correction: Correction = Correction()) -> ComponentVersion:
    """Let the register say what the inspector found, put right where the office knows better.

    Raises:
        Forbidden: not the actor's to decide, or the actor's own finding.
        Conflict: it was decided already.
        Refused: the register refuses it, for example a place in no unit grid.
    """
    survey = _to_decide(actor, survey_id, waiting=True)
    values = _values(survey, correction)
    with translation.override(settings.LANGUAGE_CODE):
        if survey.kind == Kind.NEW:
            version = add_component(actor, values, survey.words)
        else:
            version = change_component(actor, int(survey.component_id or 0), values, survey.words)
    survey.component_id = version.component_id
    _decide(actor, survey, State.APPROVED, SurveyDecision.Kind.APPROVE, "", version)
    return version


@transaction.atomic
def refuse_survey(actor: Actor, survey_id: int, reason: str) -> None:
    """Leave the register as it is; the inspector is told why. Raises as `approve_survey`."""
    survey = _to_decide(actor, survey_id, waiting=True)
    if not reason.strip():
        raise Refused("reason", _("A reason is needed."), _("Say in a few words why."), "reason")
    _decide(actor, survey, State.REFUSED, SurveyDecision.Kind.REFUSE, reason.strip())


@transaction.atomic
def undo_decision(actor: Actor, survey_id: int, reason: str = "") -> None:
    """Take a decision back on the day it was made: the survey waits again, and the register says what it said before.

    Raises:
        Forbidden: not the actor's to decide.
        Conflict: it waits already, the day is over, or the component was changed again.
    """
    survey = _to_decide(actor, survey_id, waiting=False)
    if city_day(survey.decided_at) != city_day(clock.now()):  # type: ignore[arg-type]
        raise Conflict("too_late", _("A decision can be taken back on its own day only."), _("Send a new survey."))
    version = None
    if survey.state == State.APPROVED:
        last = survey.decisions.filter(kind=SurveyDecision.Kind.APPROVE).latest("id")
        with translation.override(settings.LANGUAGE_CODE):
            version = take_back_version(actor, int(last.version_id or 0), reason.strip())
        if survey.kind == Kind.NEW:
            survey.component = None
    _decide(actor, survey, State.WAITING, SurveyDecision.Kind.UNDO, reason.strip(), version)


def approve_many(actor: Actor, survey_ids: Iterable[int]) -> Bulk:
    """Approve each as it was sent; one that cannot be approved does not hold the others up."""
    done, refused = 0, []
    for survey_id in survey_ids:
        try:
            approve_survey(actor, survey_id)
            done += 1
        except Refused as refusal:
            refused.append((survey_id, str(refusal)))
    return Bulk(done, tuple(refused))


def _take_in(member_id: int, found: Finding, key: str) -> ComponentSurvey:
    if found.kind not in Kind.values:
        raise Refused("kind", _("What was found: new, moved, changed or gone?"), _("Choose one of them."), "kind")
    if not is_place(found.lon, found.lat):
        raise Refused("place", _("Your position is needed."), _("Wait for a position, or mark it on the map."), "lon")
    if not 0 < len(set(found.photos)) <= MOST_PHOTOS:
        raise Refused(
            "photo", _("A survey needs one to %(most)d photos.") % {"most": MOST_PHOTOS}, _("Take one of the component."), "photos"
        )
    if found.found_state not in ("", *Component.State.values):
        raise Refused("state", _("There is no such state of a component."), _("Choose one of the states."), "found_state")
    if found.owning_body_id is not None and not Organization.objects.filter(pk=found.owning_body_id).exists():
        raise Refused("organization", _("There is no such organization today."), _("Choose another one."), "owning_body")
    component = None if found.kind == Kind.NEW else _component(found)
    of_class = component.problem_class if component else _class(found.problem_class_id)
    lon, lat = float(found.lon or 0), float(found.lat or 0)
    survey = ComponentSurvey(
        kind=found.kind,
        component=component,
        problem_class=of_class,
        name=(found.name.strip() or (component.name if component else of_class.name))[:60],
        lon=lon,
        lat=lat,
        accuracy_m=found.accuracy_m,
        grid_code=locate(lon, lat).grid_code,
        found_state=found.found_state or _usual_state(found.kind, component),
        owning_body_id=found.owning_body_id,
        words=found.words.strip()[:500],
        member_id=member_id,
        key=key,
        made_at=clock.now(),
    )
    if component is not None:
        _require_difference(survey, component)
    survey.save(force_insert=True)
    _bind(survey, found.photos)
    return survey


def _component(found: Finding) -> Component:
    component = Component.objects.select_related("problem_class").filter(code=found.component_code or 0).first()
    if component is None:
        raise NotFound("component", _("There is no component with this code."), _("Choose it on the map, or report it as new."), "code")
    return component


def _class(class_id: int | None) -> ProblemClass:
    holding = holding_on(ProblemClass.objects.filter(kind=ProblemKind.COMPONENT), city_day(clock.now()))
    found = holding.filter(pk=class_id or 0).first()
    if found is None:
        raise Refused("class", _("A component needs a class of components."), _("Choose its class."), "problem_class")
    return found


def _usual_state(kind: str, component: Component | None) -> str:
    if kind == Kind.GONE:
        return Component.State.ABANDONED.value
    return component.state if component else Component.State.INTACT.value


def _require_difference(survey: ComponentSurvey, component: Component) -> None:
    """What is sent must differ from the register in what its kind is about. Raises Refused."""
    hint = _("If something else is wrong, report a problem.")
    match survey.kind:
        case Kind.MOVED if distance_m(component.lon, component.lat, survey.lon, survey.lat) < LEAST_MOVE_M:
            raise Refused("same", _("The register has the component at this very place."), hint, "lon")
        case Kind.GONE if survey.found_state not in GONE_STATES:
            raise Refused("state", _("What is gone is abandoned or lost."), _("Choose one of the two."), "found_state")
        case Kind.GONE if component.state == survey.found_state:
            raise Refused("same", _("The register says so already."), hint, "code")
        case Kind.CHANGED if not _changes(survey, component) and not survey.words:
            raise Refused("same", _("Nothing differs from the register."), _("Say what has changed."), "words")


def _changes(survey: ComponentSurvey, component: Component) -> dict[str, Any]:
    told = {"name": survey.name, "state": survey.found_state, "owning_body_id": survey.owning_body_id or component.owning_body_id}
    return {name: value for name, value in told.items() if getattr(component, name) != value}


def _bind(survey: ComponentSurvey, photos: tuple[str, ...]) -> None:
    """Bind uploads of this member that prove nothing else yet. Raises Refused."""
    wanted = list(dict.fromkeys(photos))
    free = Evidence.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        sha256__in=wanted, member_id=survey.member_id, case=None, report=None, entry=None
    )
    taken = set(SurveyPhoto.objects.filter(evidence__sha256__in=wanted).values_list("evidence_id", flat=True))
    by_hash = {row.sha256: row for row in free.order_by("-id") if row.pk not in taken}
    if len(by_hash) != len(wanted):
        raise Refused("photo", _("A photo is missing here, or was used before."), _("Upload it again."), "photos")
    SurveyPhoto.objects.bulk_create(
        [SurveyPhoto(survey=survey, evidence=by_hash[digest], position=position) for position, digest in enumerate(wanted)]
    )


def _sent_before(member_id: int, key: str | None) -> Sent | None:
    if not key:
        return None
    survey = ComponentSurvey.objects.filter(member_id=member_id, key=key).first()
    return None if survey is None else Sent(survey, repeated=True)


def _to_decide(actor: Actor, survey_id: int, *, waiting: bool) -> ComponentSurvey:
    """The survey, locked, if it is the actor's to decide and stands as expected."""
    if not actor.posts & DECIDERS:
        raise Forbidden("post", _("Surveys are decided by shift leaders and administrators."))
    if not visible_surveys(actor).filter(pk=survey_id).exists():
        raise NotFound("survey", _("There is no such survey, or it lies out of your sight."))
    survey = ComponentSurvey.objects.select_for_update(of=("self",)).select_related("component", "decided_by").get(pk=survey_id)
    if survey.member_id == actor.member_id:
        raise Forbidden("own", _("Nobody decides what they found themselves."), _("Leave it to a colleague."))
    if waiting and survey.state != State.WAITING:
        raise Conflict(
            "decided",
            _("It was decided already: %(state)s, by %(name)s.") % {"state": survey.get_state_display(), "name": survey.decided_by},
            _("Reload the page."),
        )
    if not waiting and survey.state == State.WAITING:
        raise Conflict("waiting", _("Nothing has been decided about it."), _("Reload the page."))
    return survey


def _values(survey: ComponentSurvey, correction: Correction) -> dict[str, Any]:
    """What the register is to say, by column."""
    lon, lat = (survey.lon, survey.lat) if correction.lon is None or correction.lat is None else (correction.lon, correction.lat)
    if not is_place(lon, lat):
        raise Refused("place", _("This is no valid position."), _("Choose the place on the map."), "lon")
    state = correction.found_state or survey.found_state
    if state not in Component.State.values:
        raise Refused("state", _("There is no such state of a component."), _("Choose one of the states."), "found_state")
    name = correction.name.strip()[:60] or survey.name
    owner = correction.owning_body_id or survey.owning_body_id
    place = {"lon": lon, "lat": lat, "positional_class": _positional_class(survey.accuracy_m)}
    match survey.kind:
        case Kind.NEW:
            of_class = correction.problem_class_id or survey.problem_class_id
            told = {"problem_class_id": of_class, "name": name, "state": state, "owning_body_id": owner, "managing_body_id": owner}
            return told | place | {"source": _("Survey in the street")}
        case Kind.MOVED:
            return place
        case Kind.GONE:
            return {"state": state}
    values: dict[str, Any] = {"name": name, "state": state}
    return values | ({"owning_body_id": owner} if owner else {})


def _positional_class(accuracy_m: float | None) -> str:
    return next((name for most, name in POSITIONAL_CLASSES if accuracy_m is not None and accuracy_m <= most), "C")


def _decide(actor: Actor, survey: ComponentSurvey, state: str, kind: str, reason: str, version: ComponentVersion | None = None) -> None:
    """Write the decision down, beside the survey and in its history, and tell the inspector."""
    if len(reason) > 200:
        raise Refused("reason", _("The reason is longer than 200 characters."), _("Shorten it."), "reason")
    now = clock.now()
    decision = SurveyDecision.objects.create(
        survey=survey, kind=kind, member_id=int(actor.member_id or 0), at=now, reason=reason, version=version
    )
    survey.state, survey.reason = state, reason
    waits = state == State.WAITING
    survey.decided_at, survey.decided_by_id = (None, None) if waits else (now, actor.member_id)
    survey.save(update_fields=["state", "reason", "decided_at", "decided_by", "component"])
    with translation.override(survey.member.language):
        told = {"kind": survey.get_kind_display(), "name": survey.name, "state": decision.get_kind_display()}
        send(
            Recipient.member(survey.member_id),
            _("Survey of %(name)s: %(state)s") % told,
            reason or _("Your survey “%(kind)s”, %(name)s: %(state)s.") % told,
            key=f"survey:{survey.pk}:{decision.pk}",
            topic=TOPIC,
            link="/phone/surveys/",
            about=f"survey:{survey.pk}",
        )
