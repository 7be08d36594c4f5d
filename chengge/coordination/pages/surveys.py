"""Joint site surveys: the list, planning one, and the page that is held in the hand at the place."""

import json
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge.casework.pages.photos import DIGEST, keep_files
from chengge.casework.photos import path_of
from chengge.coordination.actions.surveys import (
    Planned,
    Position,
    add_photos,
    call_off,
    conclude,
    draw,
    plan_survey,
    rub_out,
    say_position,
)
from chengge.coordination.pages.gatherings import concerned, from_case, listed_by_state, roles, workers
from chengge.coordination.pages.typed import latitude, longitude, moment_typed, whole, wholes, words_typed
from chengge.coordination.queries.choices import platforms
from chengge.coordination.queries.surveys import drawn_on, part_of, survey_in_sight, survey_photo, surveys
from chengge.domain.errors import NotFound, Refused
from chengge.organization.gates import actor_at
from chengge.organization.refusals import status_of

MOST_SENT = 40_000  # letters of a drawing
TYPED = ("subject", "place", "lon", "lat", "meets_at", "numbers")


@require_safe
@concerned
def listed(request: HttpRequest) -> HttpResponse:
    """Surveys that are planned, or those that are over."""
    return listed_by_state(request, "coordination/surveys/list.html", ("planned", "over"), surveys)


@workers
def new(request: HttpRequest) -> HttpResponse:
    """Plan a survey; `?case=` brings place and units of a hard case."""
    if request.method != "POST":
        return _form(request, _from_case(request), None, 200)
    sent = request.POST
    try:
        planned = Planned(
            sent.get("subject", ""),
            sent.get("place", ""),
            longitude(sent, "lon"),
            latitude(sent, "lat"),
            moment_typed(sent, "meets_at"),
            wholes(sent, "organization_ids"),
            words_typed(sent, "numbers"),
        )
        survey = plan_survey(actor_at(request), planned)
    except Refused as refusal:
        return _form(request, sent, refusal, status_of(refusal))
    messages.success(request, _("The units have been invited."))
    return redirect("coordination_survey", survey.pk)


def _from_case(request: HttpRequest) -> QueryDict:
    case, typed = from_case(request)
    if case is not None:
        typed.update({"place": case.place, "lon": str(case.lon), "lat": str(case.lat), "numbers": case.number})
    return typed


def _form(request: HttpRequest, typed: QueryDict, refusal: Refused | None, status: int) -> HttpResponse:
    context = {
        "tab": "coordination",
        "typed": {name: typed.get(name, "") for name in TYPED},
        "chosen": set(typed.getlist("organization_ids")),
        "units": platforms(),
        "refusal": refusal,
    }
    return render(request, "coordination/surveys/form.html", context, status=status)


@require_safe
@concerned
def survey_page(request: HttpRequest, survey_id: int) -> HttpResponse:
    return _survey(request, survey_id, None, 200)


@require_POST
@concerned
def say(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Who came for a unit, and where it stands."""
    sent, actor = request.POST, actor_at(request)
    survey_in_sight(actor, survey_id)
    try:
        unit_id = whole(sent, "organization_id") or 0
        said = Position(
            sent.get("attended", ""),
            sent.get("who", ""),
            sent.get("position", ""),
            longitude(sent, "lon"),
            latitude(sent, "lat"),
        )
        say_position(actor, survey_id, unit_id, said)
    except Refused as refusal:
        return _survey(request, survey_id, refusal, status_of(refusal))
    messages.success(request, _("Written down."))
    return redirect("coordination_survey", survey_id)


@require_POST
@concerned
def photos(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Photos taken at the place."""
    actor = actor_at(request)
    survey_in_sight(actor, survey_id)
    try:
        digests = [one for one in request.POST.getlist("photos") if DIGEST.fullmatch(one)] + keep_files(request, actor)
        if not digests:
            raise Refused("photo", _("No photo came with this."), _("Choose a file."), "photos")
        add_photos(actor, survey_id, list(dict.fromkeys(digests)))
    except Refused as refusal:
        return _survey(request, survey_id, refusal, status_of(refusal))
    messages.success(request, _("The photos are kept."))
    return redirect("coordination_survey", survey_id)


@require_POST
@concerned
def sketch(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Draw something on the map of a survey, or take it away again."""
    sent, actor = request.POST, actor_at(request)
    survey_in_sight(actor, survey_id)
    try:
        gone = whole(sent, "rub_out")
        if gone is not None:
            rub_out(actor, survey_id, gone)
        else:
            draw(actor, survey_id, _geometry(sent.get("geometry", "")), sent.get("label", ""))
    except Refused as refusal:
        return _survey(request, survey_id, refusal, status_of(refusal))
    return redirect("coordination_survey", survey_id)


def _geometry(text: str) -> Any:
    """GeoJSON as the map sent it; None where it is none, which the action refuses."""
    try:
        return json.loads(text[:MOST_SENT])
    except ValueError:
        return None


@require_POST
@workers
def end(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Conclude a survey, or call it off."""
    sent, actor = request.POST, actor_at(request)
    does = call_off if sent.get("step") == "call_off" else conclude
    try:
        does(actor, survey_id, sent.get("conclusion", ""))
    except Refused as refusal:
        return _survey(request, survey_id, refusal, status_of(refusal))
    messages.success(request, _("Done. The units have been told."))
    return redirect("coordination_survey", survey_id)


@require_safe
@concerned
def photo(request: HttpRequest, survey_id: int, position: int, size: str) -> FileResponse:
    """A photo of a survey in sight. It never changes, so a browser may keep it; no one between may."""
    found = survey_photo(actor_at(request), survey_id, position)
    path = path_of(found.evidence.sha256, size) if size in {"full", "thumb"} else None
    if path is None or not path.is_file():
        raise NotFound("photo", _("There is no such photo, or none that you may see."))
    response = FileResponse(path.open("rb"), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _survey(request: HttpRequest, survey_id: int, refusal: Refused | None, status: int) -> HttpResponse:
    actor = actor_at(request)
    survey = survey_in_sight(actor, survey_id)
    part = part_of(actor, survey)
    context = {
        "tab": "coordination",
        "survey": survey,
        "units": [(unit, unit.organization_id in part.own) for unit in survey.units.all()],
        "sketches": [(one, part.runs or (bool(part.own) and one.drawn_by_id == actor.member_id)) for one in survey.sketches.all()],
        "drawn": drawn_on(survey),
        "runs": part.runs,
        "takes_part": part.runs or bool(part.own),
        **roles(actor),
        "refusal": refusal,
        "typed": request.POST,
    }
    return render(request, "coordination/surveys/survey.html", context, status=status)
