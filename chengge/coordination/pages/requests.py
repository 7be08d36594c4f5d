"""Requests that wait for an answer, and what is said about a case beside its ledger."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from chengge import clock
from chengge.casework.actions import Given
from chengge.casework.models import Asked
from chengge.casework.queries import visible
from chengge.casework.words import deed
from chengge.coordination.actions.requests import Called, Outcome, comment, keep_promise, note_call, take_on_many
from chengge.coordination.models import PhoneCall
from chengge.coordination.pages.typed import chosen_cases, moment_typed
from chengge.coordination.queries.hard_beside import hard_beside
from chengge.coordination.queries.orders import count_orders, sheets
from chengge.coordination.queries.requests import (
    ASKS,
    beside,
    count_waiting,
    promises,
    request_views,
    requests_answered,
    requests_waiting,
)
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import ASKINGS, BY_ACTION, Post, Request
from chengge.foundation.pages.manage.common import page_of
from chengge.organization.gates import actor_at, for_members, for_posts
from chengge.organization.refusals import status_of

readers = for_posts(*(post for post in Post if post in ASKS))
PROMISES_SHOWN = 20


@require_safe
@readers
def overview(request: HttpRequest) -> HttpResponse:
    """What waits in coordination: requests, orders, sheets, promises."""
    actor = actor_at(request)
    context = {
        "tab": "coordination",
        "waiting": [(kind.value, Asked(kind.value).label, count) for kind in Request for count in [count_waiting_of(request, kind)]],
        "orders": count_orders(actor),
        "sheets": list(sheets(actor)[:PROMISES_SHOWN]),
        "promises": list(promises(actor)[:PROMISES_SHOWN]),
        "next": reverse("coordination"),
    }
    return render(request, "coordination/requests/overview.html", context)


def count_waiting_of(request: HttpRequest, kind: Request) -> int:
    """How many requests of a kind wait in this member's sight; asked once a request."""
    counted: dict[str, int] | None = getattr(request, "requests_waiting", None)
    if counted is None:
        counted = request.requests_waiting = count_waiting(actor_at(request))  # type: ignore[attr-defined]
    return counted[kind.value]


@require_safe
@readers
def listed(request: HttpRequest) -> HttpResponse:
    """Requests by kind: those that wait, the most pressing first; those that were answered on wish."""
    return _list(request, [], 200)


def _list(request: HttpRequest, outcomes: list[Outcome], status: int) -> HttpResponse:
    actor, asked = actor_at(request), request.GET
    kind = asked.get("kind", "") if asked.get("kind", "") in Asked.values else ""
    answered = bool(asked.get("answered"))
    found = requests_answered(actor, kind) if answered else requests_waiting(actor, kind)
    rows: Page = page_of(request, found)
    keep = asked.copy()
    keep.pop("page", None)
    views = request_views(actor, list(rows.object_list))
    context = {
        "tab": "coordination",
        "rows": rows,
        "views": views,
        "kind": kind,
        "answered": answered,
        "counts": [(one.value, Asked(one.value).label, count_waiting_of(request, one)) for one in Request],
        "keep": keep.urlencode(),
        "address": request.get_full_path(),
        "asking": ASKINGS[Request(kind)] if kind else None,
        "bulk": bool(kind) and not answered and any(view.mine for view in views),
        "key": uuid4().hex,
        "outcomes": outcomes,
        "done": sum(outcome.refusal is None for outcome in outcomes),
    }
    return render(request, "coordination/requests/list.html", context, status=status)


@require_POST
@readers
def answer_many(request: HttpRequest) -> HttpResponse:
    """One answer to all the chosen requests; the page tells case by case what happened."""
    sent = request.POST
    action = sent.get("action", "")
    given = Given(reason=sent.get("reason", "").strip(), note=sent.get("note", "").strip()[:500])
    try:
        if action in BY_ACTION and "reason" in BY_ACTION[action].needs and not given.reason:
            raise Refused("reason", _("A reason is needed."), _("Say in a few words why."), "reason")
        outcomes = take_on_many(actor_at(request), action, chosen_cases(sent.getlist("case")), given, sent.get("key", ""))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(_onward(request, reverse("coordination_requests")))
    done = sum(outcome.refusal is None for outcome in outcomes)
    if done:
        said = ngettext("%(deed)s: %(count)d case.", "%(deed)s: %(count)d cases.", done)
        messages.success(request, said % {"deed": deed(action), "count": done})
    for outcome in outcomes:
        if outcome.refusal is not None:
            messages.error(request, f"{outcome.case.number} · {outcome.case.problem_class.name}: {outcome.refusal}")
    return redirect(_onward(request, reverse("coordination_requests")))


@require_safe
@for_members
def beside_case(request: HttpRequest, number: str) -> HttpResponse:
    """What stands beside the ledger of a case: a part of the case page, or a page of its own for who was mentioned."""
    return _beside(request, number, None, {}, 200)


@require_POST
@for_members
def say(request: HttpRequest, number: str) -> HttpResponse:
    """Comment on a case."""
    try:
        comment(actor_at(request), number, request.POST.get("text", ""))
    except Refused as refusal:
        return _beside(request, number, refusal, {"text": request.POST.get("text", "")}, status_of(refusal))
    return _beside(request, number, None, {}, 200) if _is_part(request) else redirect("coordination_case", number)


@require_POST
@for_members
def call(request: HttpRequest, number: str) -> HttpResponse:
    """Write down a telephone call."""
    sent = request.POST
    try:
        called = Called(
            sent.get("direction", ""),
            sent.get("with_whom", ""),
            sent.get("gist", ""),
            moment_typed(sent, "at"),
            moment_typed(sent, "promised_by"),
        )
        note_call(actor_at(request), number, called)
    except Refused as refusal:
        return _beside(request, number, refusal, {"call": sent}, status_of(refusal))
    return _beside(request, number, None, {}, 200) if _is_part(request) else redirect("coordination_case", number)


@require_POST
@for_members
def kept(request: HttpRequest, call_id: int) -> HttpResponse:
    """A promise made on the telephone has been kept."""
    row = keep_promise(actor_at(request), call_id)
    if _is_part(request):
        return _beside(request, row.case.number, None, {}, 200)
    messages.success(request, _("The promise is kept."))
    return redirect(_onward(request, reverse("coordination")))


def _beside(request: HttpRequest, number: str, refusal: Refused | None, typed: dict[str, Any], status: int) -> HttpResponse:
    actor = actor_at(request)
    shown = beside(actor, number)
    context = {
        "tab": "coordination",
        "shown": shown,
        "hard": hard_beside(actor, shown.case.pk) if shown.in_sight else None,
        "refusal": refusal,
        "typed": typed,
        "directions": PhoneCall.Direction.choices,
    }
    template = "coordination/requests/beside.html" if _is_part(request) else "coordination/requests/case.html"
    return render(request, template, context, status=200 if _is_part(request) else status)


def _is_part(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _onward(request: HttpRequest, otherwise: str) -> str:
    onward = request.POST.get("next", "")
    return onward if url_has_allowed_host_and_scheme(onward, None) else otherwise


@require_safe
@for_posts(Post.DISPATCHER, Post.COORDINATOR, Post.LEADER)
def late(request: HttpRequest) -> HttpResponse:
    """Cases with departments that are overdue, to be urged or put under an order."""
    actor = actor_at(request)
    overdue = visible(actor).filter(stage__in=("dispatched", "handling"), due_at__lt=clock.now())
    rows = page_of(request, overdue.select_related("problem_class", "department", "organization").order_by("due_at", "pk"))
    keep = request.GET.copy()
    keep.pop("page", None)
    context = {"tab": "coordination", "rows": rows, "keep": keep.urlencode(), "address": request.get_full_path(), "key": uuid4().hex}
    return render(request, "coordination/orders/late.html", context)
