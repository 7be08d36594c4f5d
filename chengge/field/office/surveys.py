"""The queue of component surveys: what was found, where, what differs, what stands close by; approve, refuse, take back."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from chengge import clock
from chengge.casework.photos import path_of
from chengge.casework.queries.export import Cell
from chengge.domain.errors import NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.field.actions import Correction, approve_many, approve_survey, refuse_survey, undo_decision
from chengge.field.actions.surveys import DECIDERS
from chengge.field.models import ComponentSurvey
from chengge.field.office.common import areas, csv_file, for_office, keeping, page
from chengge.field.queries.surveys import (
    SurveyFilter,
    counts_by_state,
    may_still_undo,
    next_waiting,
    survey_detail,
    survey_in_sight,
    surveyors,
    surveys_like,
    surveys_page,
)
from chengge.foundation.models import Component, ProblemKind
from chengge.foundation.queries import classes
from chengge.organization import typed
from chengge.organization.gates import actor_at, for_posts
from chengge.organization.models import Organization
from chengge.organization.queries import city_day
from chengge.organization.typed import id_in

PAGE_SIZE = 30
MOST_CLASSES = 500
MOST_AT_ONCE = 200
MOST_EXPORTED = 50_000
ROWS_READ = 500
SIZES = ("full", "thumb")


@require_safe
@for_office
def surveys(request: HttpRequest) -> HttpResponse:
    """The list with its filter, and beside it the survey that is looked at: the first that waits, if none is named."""
    actor = actor_at(request)
    wanted = SurveyFilter.parse(request.GET, state=ComponentSurvey.State.WAITING)
    rows, more = surveys_page(surveys_like(actor, wanted), typed.whole(request.GET, "before"), PAGE_SIZE)
    chosen = typed.whole(request.GET, "survey")
    opened = chosen or (rows[0].pk if rows else None)
    context = {
        "wanted": wanted,
        "states": _state_tabs(request, actor, wanted),
        "rows": rows,
        "more": more,
        "keep": keeping(request, "survey"),
        "keep_older": keeping(request, "survey", "before"),
        "is_older": "before" in request.GET,
        "kinds": ComponentSurvey.Kind.choices,
        "classes": [one for one in classes(limit=MOST_CLASSES) if one.kind == ProblemKind.COMPONENT],
        "members": surveyors(actor),
        "divisions": areas(),
        "decides": bool(actor.posts & DECIDERS),
        "chosen": chosen is not None,
        "narrowed": any(request.GET.get(name) for name in ("q", "kind", "class", "member", "division", "since", "until")),
    }
    if opened is not None:
        context |= _opened(actor, opened)
    return page(request, "office_surveys.html", "surveys", context)


@require_POST
@for_office
def decide(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Approve, refuse or take back one survey; then on to the next that waits."""
    actor, given = actor_at(request), request.POST
    try:
        match given.get("decision"):
            case "approve":
                version = approve_survey(actor, survey_id, _correction(request))
                messages.success(request, _("Approved. The register now has %(name)s.") % {"name": version.component})
            case "refuse":
                refuse_survey(actor, survey_id, given.get("reason", ""))
                messages.success(request, _("Refused. The inspector is told why."))
            case "undo":
                undo_decision(actor, survey_id, given.get("reason", ""))
                messages.success(request, _("Taken back. The survey waits again."))
                return redirect(f"{reverse('manage_surveys')}?survey={survey_id}")
            case _:
                raise Refused("decision", _("Choose a decision."), field="decision")
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return _back(request, survey_id)
    following = next_waiting(actor, SurveyFilter.parse(request.GET, state=ComponentSurvey.State.WAITING), survey_id)
    return _back(request, following)


@require_POST
@for_office
def decide_many(request: HttpRequest) -> HttpResponse:
    """Approve all that are ticked, as they were sent."""
    numbers = [number for text in request.POST.getlist("survey")[:MOST_AT_ONCE] if (number := id_in(text)) is not None]
    if not numbers:
        messages.warning(request, _("Tick the surveys that are right."))
        return _back(request, None)
    done = approve_many(actor_at(request), numbers)
    if done.done:
        messages.success(request, ngettext("%(count)d survey approved.", "%(count)d surveys approved.", done.done) % {"count": done.done})
    for number, why in done.refused[:5]:
        messages.warning(request, _("Survey %(number)d: %(why)s") % {"number": number, "why": why})
    return _back(request, None)


@require_safe
@for_office
def export(request: HttpRequest) -> StreamingHttpResponse:
    """What is filtered, as a table."""
    actor = actor_at(request)
    rows = surveys_like(actor, SurveyFilter.parse(request.GET)).select_related(
        "problem_class", "component", "member", "decided_by", "owning_body"
    )
    headings = (
        _("number"), _("kind"), _("state"), _("component"), _("class"), _("name"), _("state found"), _("owning body"), _("longitude"),
        _("latitude"), _("accuracy (m)"), _("unit grid"), _("words"), _("inspector"), _("made"), _("decided"), _("decided by"), _("reason"),
    )  # fmt: skip
    return csv_file("surveys", headings, _table(rows.order_by("-id")[:MOST_EXPORTED].iterator(ROWS_READ)))


@require_safe
@for_posts(Post.SHIFT_LEADER, Post.ADMINISTRATOR, Post.EVALUATOR, Post.INSPECTOR)
def photo(request: HttpRequest, survey_id: int, position: int, size: str) -> FileResponse:
    """A photo of a survey in sight. It never changes, so a browser may keep it; no one between may."""
    shown = survey_in_sight(actor_at(request), survey_id).photos.filter(position=position).select_related("evidence").first()
    path = path_of(shown.evidence.sha256, size) if shown is not None and size in SIZES else None
    if path is None or not path.is_file():
        raise NotFound("photo", _("There is no such photo, or none that you may see."))
    response = FileResponse(path.open("rb"), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _opened(actor: Any, survey_id: int) -> dict[str, Any]:
    try:
        survey = survey_in_sight(actor, survey_id)
    except NotFound as missing:
        return {"missing": missing}
    decides = bool(actor.posts & DECIDERS) and survey.member_id != actor.member_id
    waits = survey.state == ComponentSurvey.State.WAITING
    return {
        "survey": survey,
        "detail": survey_detail(survey),
        "may_decide": decides and waits,
        "may_undo": decides and not waits and may_still_undo(survey, city_day(clock.now())),
        "own": survey.member_id == actor.member_id,
        "component_states": Component.State.choices,
        "organizations": Organization.objects.filter(valid_to=None, level__lte=2).order_by("code") if decides and waits else (),
    }


def _state_tabs(request: HttpRequest, actor: Any, wanted: SurveyFilter) -> list[dict[str, Any]]:
    """All states with how many there are of each, whatever else is looked for."""
    counted = counts_by_state(surveys_like(actor, SurveyFilter.parse({**request.GET.dict(), "state": ""})))
    keep = keeping(request, "state", "survey", "before")
    tabs = [{"value": value, "label": label, "count": counted[value]} for value, label in ComponentSurvey.State.choices]
    tabs.append({"value": "", "label": _("All"), "count": sum(counted.values())})
    return [tab | {"address": f"?state={tab['value']}&{keep}".rstrip("&"), "on": tab["value"] == wanted.state} for tab in tabs]


def _correction(request: HttpRequest) -> Correction:
    given = request.POST
    return Correction(
        name=given.get("name", ""),
        lon=typed.longitude(given),
        lat=typed.latitude(given),
        found_state=given.get("found_state", ""),
        problem_class_id=typed.whole(given, "problem_class"),
        owning_body_id=typed.whole(given, "owning_body"),
    )


def _back(request: HttpRequest, survey_id: int | None) -> HttpResponse:
    query = keeping(request, "survey")
    if survey_id is not None:
        query = f"{query}&survey={survey_id}".lstrip("&")
    return redirect(f"{reverse('manage_surveys')}?{query}".rstrip("?"))


def _table(rows: Iterator[ComponentSurvey]) -> Iterator[tuple[Cell, ...]]:
    states = dict(Component.State.choices)
    for row in rows:
        code = row.component.code if row.component else None
        yield (
            row.pk,
            row.get_kind_display(),
            row.get_state_display(),
            f"{code // 10**6} {code % 10**6:06d}" if code else "",
            row.problem_class.name,
            row.name,
            str(states[row.found_state]),
            row.owning_body.name if row.owning_body else "",
            row.lon,
            row.lat,
            row.accuracy_m,
            f"{row.grid_code:015d}" if row.grid_code else "",
            row.words,
            str(row.member),
            row.made_at,
            row.decided_at,
            str(row.decided_by) if row.decided_by else "",
            row.reason,
        )
