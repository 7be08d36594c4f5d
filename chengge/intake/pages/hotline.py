"""The hotline's desk: calls on one side, the caller's words in the middle, what the city knows already on the other."""

from itertools import chain
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from chengge.casework.actions import Reported, Said
from chengge.casework.models import Channel
from chengge.casework.pages.photos import keep_files
from chengge.casework.suggestions import suggest
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.intake.actions.channels import own_source
from chengge.intake.actions.hotline import (
    Wish,
    add_from_call,
    begin_call,
    called_back,
    close_call,
    number_of,
    report_from_call,
)
from chengge.intake.models import Call
from chengge.intake.pages.typed import chosen_class
from chengge.intake.queries.calls import Wanted, call_in_sight, call_log, caller_of, calls_now, case_to_add_to, nearby
from chengge.organization.gates import actor_at, for_posts
from chengge.organization.models import Member
from chengge.organization.refusals import status_of
from chengge.organization.typed import day, id_in, latitude, longitude, whole

operators = for_posts(Post.OPERATOR, Post.SHIFT_LEADER)
PAGE_SIZE = 50
BY_HAND = "☎"  # the source of calls that no switchboard told of; the same in every language
TYPED = (
    "reporter_name",
    "contact",
    "description",
    "place",
    "lon",
    "lat",
    "component_code",
    "problem_class_id",
    "ticket",
    "due_on",
    "urgent",
)
LONGEST_TEXT = 1000


@require_safe
@operators
def desk(request: HttpRequest) -> HttpResponse:
    """The calls; the one this member speaks on is opened at once."""
    actor = actor_at(request)
    now = calls_now(actor)
    mine = next((call for call in (*now.talking, *now.unwritten, *now.ringing) if call.agent_id == actor.member_id), None)
    if mine is not None:
        return redirect("hotline_call", mine.pk)
    return render(request, "intake/hotline/desk.html", {"tab": "hotline", "now": now})


@require_safe
@operators
def pulse(request: HttpRequest) -> HttpResponse:
    """204 while nothing changed since `version`; else the list of calls anew. `X-Rings` is the call that wants this member."""
    actor = actor_at(request)
    now = calls_now(actor)
    opened = request.GET.get("open", "")
    if now.version == request.GET.get("version"):
        response = HttpResponse(status=204)
    else:
        response = render(request, "intake/hotline/calls.html", {"now": now, "open_id": id_in(opened) or 0})
    ringing = (one for one in now.ringing if one.agent_id in (None, actor.member_id))
    talking = (one for one in now.talking if one.agent_id == actor.member_id)  # Answered before this page saw it ring.
    rings = next(chain(ringing, talking), None)
    response.headers["X-Rings"] = str(rings.pk) if rings else ""
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
@operators
def call(request: HttpRequest, call_id: int) -> HttpResponse:
    """One call with its form, the caller's earlier reports beside it."""
    return _opened(request, call_in_sight(actor_at(request), call_id), QueryDict(), None, 200)


@require_POST
@operators
def begin(request: HttpRequest) -> HttpResponse:
    """A call taken without a switchboard."""
    begun = begin_call(actor_at(request), own_source(Channel.HOTLINE.value, BY_HAND), request.POST.get("number", ""))
    return redirect("hotline_call", begun.pk)


@require_POST
@operators
def save(request: HttpRequest, call_id: int) -> HttpResponse:
    """Write down what the caller says: a report of its own, or one more on the case chosen in `add_to`."""
    actor = actor_at(request)
    sent = request.POST.copy()
    try:
        for digest in keep_files(request, actor):
            sent.appendlist("photos", digest)
        said, wish, key = _said(sent), _wish(sent), sent.get("key") or None
        if number := sent.get("add_to", ""):
            made = add_from_call(call_id, actor, said, case_to_add_to(actor, number).pk, wish, key=key)
        else:
            made = report_from_call(call_id, actor, said, wish, key=key)
    except Refused as refusal:
        return _opened(request, call_in_sight(actor, call_id), sent, refusal, status_of(refusal))
    return _onward(request, made)


@require_POST
@operators
def close(request: HttpRequest, call_id: int) -> HttpResponse:
    """No report: a question, how a case goes, nothing."""
    actor = actor_at(request)
    try:
        close_call(call_id, actor, request.POST.get("result", ""), request.POST.get("note", ""))
    except Refused as refusal:
        return _opened(request, call_in_sight(actor, call_id), request.POST, refusal, status_of(refusal))
    messages.success(request, _("The call is written down."))
    return redirect("hotline")


@require_POST
@operators
def call_back(request: HttpRequest, call_id: int) -> HttpResponse:
    """Show the number of a caller whom nobody had answered; that it was shown, and to whom, is kept."""
    actor = actor_at(request)
    returned = called_back(call_id, actor)
    messages.info(request, _("Call %(number)s; what is said is written down here.") % {"number": number_of(returned, actor)})
    return redirect("hotline_call", call_id)


@require_GET
@operators
def beside(request: HttpRequest) -> HttpResponse:
    """Cases near the place that is marked, the likeliest first."""
    asked = request.GET
    lon, lat = longitude(asked), latitude(asked)
    found = []
    if lon is not None and lat is not None:
        text = f"{asked.get('description', '')} {asked.get('place', '')}"[:LONGEST_TEXT].replace("\0", "")
        found = nearby(actor_at(request), lon, lat, id_in(asked.get("problem_class_id")), text)
    return render(request, "intake/hotline/nearby.html", {"found": found, "asked": lon is not None})


@require_GET
@operators
def guess(request: HttpRequest) -> HttpResponse:
    """Classes that the caller's words suggest."""
    said = request.GET.get("description", "")[:LONGEST_TEXT].replace("\0", "")
    return render(request, "intake/hotline/guesses.html", {"suggestion": suggest(said)})


@require_safe
@operators
def log(request: HttpRequest) -> HttpResponse:
    """The call log."""
    actor, asked = actor_at(request), request.GET
    wanted = Wanted(
        number=asked.get("number", "")[:40].replace("\0", ""),
        since=day(asked, "since"),
        until=day(asked, "until"),
        agent_id=id_in(asked.get("agent")),
        state=asked.get("state", ""),
        result=asked.get("result", ""),
    )
    rows = Paginator(call_log(actor, wanted), PAGE_SIZE).get_page(asked.get("page"))
    keep = asked.copy()
    keep.pop("page", None)
    context = {
        "tab": "hotline",
        "rows": rows,
        "wanted": wanted,
        "agents": Member.objects.filter(posts__post=Post.OPERATOR.value, posts__valid_to=None).distinct().order_by("full_name"),
        "states": Call.State.choices,
        "results": [choice for choice in Call.Result.choices if choice[0]],
        "keep": keep.urlencode(),
    }
    return render(request, "intake/hotline/log.html", context)


def _opened(request: HttpRequest, opened: Call, typed: QueryDict, refusal: Refused | None, status: int) -> HttpResponse:
    actor = actor_at(request)
    context: dict[str, Any] = {
        "tab": "hotline",
        "now": calls_now(actor),
        "call": opened,
        "open_id": opened.pk,
        "caller": caller_of(opened, actor),
        "typed": {name: typed.get(name, "") for name in TYPED},
        "wants_answer": typed.get("wants_answer", "1") == "1" if typed else bool(opened.contact_mark),
        "add_to": typed.get("add_to", ""),
        "photos": typed.getlist("photos"),
        "chosen_class": chosen_class(typed),
        "key": typed.get("key") or uuid4().hex,
        "refusal": refusal,
        "results": [(one.value, one.label) for one in (Call.Result.PROGRESS, Call.Result.ENQUIRY, Call.Result.NOTHING)],
    }
    return render(request, "intake/hotline/desk.html", context, status=status)


def _onward(request: HttpRequest, made: Reported) -> HttpResponse:
    if made.number is not None:
        messages.success(request, _("Written down: case %(number)s.") % {"number": made.number})
        return redirect(f"{reverse('hotline')}?done={made.number}")
    asked = " ".join(question.message for question in made.questions)
    messages.warning(request, _("The report is kept, but is no case yet. To be asked: %(questions)s") % {"questions": asked})
    return redirect("complete_report", made.report_id)


def _said(sent: QueryDict) -> Said:
    return Said(
        channel=Channel.HOTLINE.value,
        problem_class_id=whole(sent, "problem_class_id"),
        description=sent.get("description", "").strip(),
        place=sent.get("place", "").strip(),
        lon=longitude(sent),
        lat=latitude(sent),
        component_code=whole(sent, "component_code"),
        reporter_name=sent.get("reporter_name", "").strip(),
        contact=sent.get("contact", "").strip(),
        photos=tuple(dict.fromkeys(sent.getlist("photos"))),
        urgent=sent.get("urgent") == "1",
    )


def _wish(sent: QueryDict) -> Wish:
    return Wish(sent.get("wants_answer") == "1", sent.get("ticket", "").strip(), day(sent, "due_on"))
