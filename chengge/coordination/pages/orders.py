"""Supervision orders, leaders' written instructions and direct reports, each tracked to its end."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge import clock
from chengge.casework.models import Basis, Degree
from chengge.coordination.actions.orders import REPORTERS, Written, leaders, move_sheet, write_direct_report, write_instruction
from chengge.coordination.models import Sheet
from chengge.coordination.pages.requests import readers
from chengge.coordination.pages.typed import moment_typed, whole
from chengge.coordination.queries.choices import platforms
from chengge.coordination.queries.orders import STATES, count_orders, order_views, orders, sheet_in_sight, sheets, turn_of
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import BASES, Post
from chengge.foundation.pages.manage.common import page_of
from chengge.organization.gates import actor_at, for_posts
from chengge.organization.refusals import status_of

writers = for_posts(Post.LEADER, *(post for post in Post if post in REPORTERS))
TYPED = ("subject", "text", "number", "organization_id", "leader_id", "degree", "due_at")


@require_safe
@readers
def listed(request: HttpRequest) -> HttpResponse:
    """Supervision orders by state and basis."""
    actor, asked = actor_at(request), request.GET
    state = asked.get("state", "") if asked.get("state", "") in STATES else "open"
    basis = asked.get("basis", "") if asked.get("basis", "") in BASES["order_supervision"] else ""
    rows = page_of(request, orders(actor, state, basis))
    keep = asked.copy()
    keep.pop("page", None)
    context = {
        "tab": "coordination",
        "rows": rows,
        "views": order_views(list(rows.object_list)),
        "state": state,
        "basis": basis,
        "counts": count_orders(actor),
        "bases": [(one, Basis(one).label) for one in BASES["order_supervision"]],
        "keep": keep.urlencode(),
        "orders_now": bool(actor.posts & {Post.DISPATCHER, Post.COORDINATOR, Post.LEADER}),
        "lifts": bool(actor.posts & {Post.DISPATCHER, Post.COORDINATOR, Post.LEADER}),
        "key": uuid4().hex,
        "address": request.get_full_path(),
    }
    return render(request, "coordination/orders/list.html", context)


@require_safe
@readers
def sheet_list(request: HttpRequest) -> HttpResponse:
    """Written instructions and direct reports."""
    actor, asked = actor_at(request), request.GET
    kind = asked.get("kind", "") if asked.get("kind", "") in Sheet.Kind.values else ""
    state = "ended" if asked.get("state") == "ended" else "open"
    rows = page_of(request, sheets(actor, kind, state))
    keep = asked.copy()
    keep.pop("page", None)
    context = {
        "tab": "coordination",
        "rows": rows,
        "kind": kind,
        "state": state,
        "kinds": Sheet.Kind.choices,
        "keep": keep.urlencode(),
        "now": clock.now(),
        "may_instruct": Post.LEADER in actor.posts,
        "may_report": bool(actor.posts & REPORTERS),
    }
    return render(request, "coordination/orders/sheets.html", context)


@writers
def new_sheet(request: HttpRequest) -> HttpResponse:
    """Write an instruction (a leader) or a direct report (coordination)."""
    actor = actor_at(request)
    if request.method != "POST":
        return _form(request, request.GET, None, 200)
    sent = request.POST
    try:
        written = Written(
            subject=sent.get("subject", ""),
            text=sent.get("text", ""),
            number="".join(sent.get("number", "").split()),
            organization_id=whole(sent, "organization_id"),
            leader_id=whole(sent, "leader_id"),
            degree=whole(sent, "degree") or 1,
            due_at=moment_typed(sent, "due_at"),
        )
        sheet = write_instruction(actor, written) if Post.LEADER in actor.posts else write_direct_report(actor, written)
    except Refused as refusal:
        return _form(request, sent, refusal, status_of(refusal))
    messages.success(request, _("The sheet is on its way."))
    return redirect("coordination_sheet", sheet.pk)


@require_safe
@readers
def sheet_page(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """One sheet with every step, and what this member may do with it."""
    return _sheet(request, sheet_id, None, {}, 200)


@require_POST
@readers
def step(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """One step on a sheet."""
    sent = request.POST
    actor = actor_at(request)
    sheet_in_sight(actor, sheet_id)
    try:
        move_sheet(actor, sheet_id, sent.get("step", ""), sent.get("text", ""), whole(sent, "organization_id"))
    except Refused as refusal:
        return _sheet(request, sheet_id, refusal, {"text": sent.get("text", "")}, status_of(refusal))
    messages.success(request, _("Done. Whoever is next has been told."))
    return redirect("coordination_sheet", sheet_id)


def _sheet(request: HttpRequest, sheet_id: int, refusal: Refused | None, typed: dict[str, str], status: int) -> HttpResponse:
    actor = actor_at(request)
    sheet = sheet_in_sight(actor, sheet_id)
    may = turn_of(actor, sheet)
    context = {
        "tab": "coordination",
        "sheet": sheet,
        "steps": list(sheet.steps.all()),
        "may": may,
        "departments": platforms() if "instruct" in may else [],
        "now": clock.now(),
        "refusal": refusal,
        "typed": typed,
    }
    return render(request, "coordination/orders/sheet.html", context, status=status)


def _form(request: HttpRequest, typed: QueryDict, refusal: Refused | None, status: int) -> HttpResponse:
    actor = actor_at(request)
    is_leader = Post.LEADER in actor.posts
    context: dict[str, Any] = {
        "tab": "coordination",
        "typed": {name: typed.get(name, "") for name in TYPED},
        "refusal": refusal,
        "instructs": is_leader,
        "leaders": [] if is_leader else leaders(),
        "departments": platforms() if is_leader else [],
        "degrees": Degree.choices,
    }
    return render(request, "coordination/orders/sheet_form.html", context, status=status)
