"""Coordination meetings: the list, calling one, minutes, signatures, and the sheet to print."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge.coordination.actions.meetings import (
    Called,
    Minuted,
    call_meeting,
    call_meeting_off,
    close_minutes,
    sign_minutes,
    write_minutes,
)
from chengge.coordination.models import Meeting
from chengge.coordination.pages.gatherings import concerned, from_case, listed_by_state, roles, workers
from chengge.coordination.pages.typed import moment_typed, whole, wholes, words_typed
from chengge.coordination.queries.choices import platforms
from chengge.coordination.queries.hard_cases import hard_cases
from chengge.coordination.queries.meetings import meeting_in_sight, meeting_part, meetings
from chengge.domain.errors import Refused
from chengge.organization.gates import actor_at
from chengge.organization.refusals import status_of

STATES = ("called", "closed", "over")
TYPED = ("subject", "place", "chair", "meets_at", "numbers", "subjects")
OFFERED = 20


@require_safe
@concerned
def listed(request: HttpRequest) -> HttpResponse:
    """Meetings that are called, out for signature, or over."""
    return listed_by_state(request, "coordination/meetings/list.html", STATES, meetings)


@workers
def new(request: HttpRequest) -> HttpResponse:
    """Call a meeting; `?case=` puts a case on the agenda, `?subject=`, `?subjects=` and `?organization_ids=` bring what else is known."""
    if request.method != "POST":
        return _form(request, _from_case(request), None, 200)
    sent = request.POST
    try:
        called = Called(
            sent.get("subject", ""),
            sent.get("place", ""),
            sent.get("chair", ""),
            moment_typed(sent, "meets_at"),
            wholes(sent, "organization_ids"),
            [*words_typed(sent, "numbers"), *sent.getlist("case")],
            sent.get("subjects", "").splitlines(),
        )
        meeting = call_meeting(actor_at(request), called)
    except Refused as refusal:
        return _form(request, sent, refusal, status_of(refusal))
    messages.success(request, _("The units have been called."))
    return redirect("coordination_meeting", meeting.pk)


def _from_case(request: HttpRequest) -> QueryDict:
    case, typed = from_case(request)
    if case is not None:
        typed.setlist("case", [case.number])
    for name in ("subject", "subjects"):
        if request.GET.get(name):
            typed[name] = request.GET[name][:2000]
    if chosen := request.GET.getlist("organization_ids"):
        typed.setlist("organization_ids", chosen)
    return typed


def _form(request: HttpRequest, typed: QueryDict, refusal: Refused | None, status: int) -> HttpResponse:
    context = {
        "tab": "coordination",
        "typed": {name: typed.get(name, "") for name in TYPED},
        "chosen": set(typed.getlist("organization_ids")),
        "chosen_cases": set(typed.getlist("case")),
        "offered": list(hard_cases(actor_at(request))[:OFFERED]),
        "units": platforms(),
        "refusal": refusal,
    }
    return render(request, "coordination/meetings/form.html", context, status=status)


@require_safe
@concerned
def meeting_page(request: HttpRequest, meeting_id: int) -> HttpResponse:
    return _meeting(request, meeting_id, None, 200)


@require_safe
@concerned
def printed(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """The minutes on one sheet, with room for signatures."""
    meeting = meeting_in_sight(actor_at(request), meeting_id)
    return render(
        request, "coordination/meetings/print.html", {"tab": "coordination", "meeting": meeting, "units": list(meeting.units.all())}
    )


@require_POST
@workers
def step(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Write the minutes, draft them anew, close them, or call the meeting off."""
    sent, actor = request.POST, actor_at(request)
    kind = sent.get("step", "")
    try:
        if kind == "call_off":
            call_meeting_off(actor, meeting_id, sent.get("reason", ""))
        else:
            write_minutes(actor, meeting_id, _minuted(meeting_in_sight(actor, meeting_id), sent, kind))
            if kind == "close":
                close_minutes(actor, meeting_id)
    except Refused as refusal:
        return _meeting(request, meeting_id, refusal, status_of(refusal))
    messages.success(request, _("Written down."))
    return redirect("coordination_meeting", meeting_id)


def _minuted(meeting: Meeting, sent: QueryDict, kind: str) -> Minuted:
    return Minuted(
        {unit.organization_id: sent.get(f"who-{unit.organization_id}", "") for unit in meeting.units.all()},
        {item.position: sent.get(f"decision-{item.position}", "") for item in meeting.items.all()},
        "" if kind == "draft" else sent.get("minutes", ""),
    )


@require_POST
@concerned
def sign(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """A unit signs, with or without an objection."""
    sent, actor = request.POST, actor_at(request)
    meeting_in_sight(actor, meeting_id)
    try:
        sign_minutes(actor, meeting_id, whole(sent, "organization_id") or 0, sent.get("objection", ""))
    except Refused as refusal:
        return _meeting(request, meeting_id, refusal, status_of(refusal))
    messages.success(request, _("Signed."))
    return redirect("coordination_meeting", meeting_id)


def _meeting(request: HttpRequest, meeting_id: int, refusal: Refused | None, status: int) -> HttpResponse:
    actor = actor_at(request)
    meeting = meeting_in_sight(actor, meeting_id)
    part = meeting_part(actor, meeting)
    context = {
        "tab": "coordination",
        "meeting": meeting,
        "items": list(meeting.items.all()),
        "units": [(unit, unit.organization_id in part.signs) for unit in meeting.units.all()],
        "runs": part.runs,
        **roles(actor),
        "refusal": refusal,
    }
    return render(request, "coordination/meetings/meeting.html", context, status=status)
