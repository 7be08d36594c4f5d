"""Weekly visits to departments: the plan of a week, visits made, promises, one visit."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge import clock
from chengge.coordination.actions.visits import Made, Promised, add_visit, call_visit_off, keep_promise, write_visit
from chengge.coordination.models import DepartmentVisit, VisitPromise
from chengge.coordination.pages.gatherings import concerned, roles, workers
from chengge.coordination.pages.typed import day_typed, whole
from chengge.coordination.queries.choices import platforms
from chengge.coordination.queries.platform_rules import visit_rule
from chengge.coordination.queries.visits import (
    hard_of,
    longest_unvisited,
    open_promises,
    visit_in_sight,
    visit_part,
    visits_in,
    visits_made,
    week_of,
)
from chengge.domain.errors import Refused
from chengge.foundation.pages.manage.common import page_of
from chengge.organization.gates import actor_at
from chengge.organization.queries import city_day
from chengge.organization.refusals import status_of

TYPED = ("day", "met", "raised")
PARTS = ("plan", "promises", "made")
PROMISE_LINES = 4  # empty lines for promises in the form


@require_safe
@concerned
def listed(request: HttpRequest) -> HttpResponse:
    """The plan of a week, open promises, or visits that were made."""
    return _listed(request, None, 200)


@require_POST
@workers
def add(request: HttpRequest) -> HttpResponse:
    """Put a department on the plan of a week."""
    sent = request.POST
    try:
        visit = add_visit(actor_at(request), whole(sent, "organization_id"), day_typed(sent, "week"))
    except Refused as refusal:
        return _listed(request, refusal, status_of(refusal))
    messages.success(request, _("It is on the plan, and the department has been told."))
    return redirect(f"/coordination/visits/?week={visit.week}")


def _listed(request: HttpRequest, refusal: Refused | None, status: int) -> HttpResponse:
    actor, today = actor_at(request), city_day(clock.now())
    part = request.GET.get("part", "") if request.GET.get("part", "") in PARTS else "plan"
    week = _week(request, today)
    rule = visit_rule(today)
    rows = {"plan": visits_in(actor, week), "promises": open_promises(actor), "made": visits_made(actor)}[part]
    whys = dict(DepartmentVisit.Reason.choices)
    page = page_of(request, rows)
    context = {
        "tab": "coordination",
        "part": part,
        "rows": page,
        "plans": [(visit, [whys[why] for why in visit.whys]) for visit in page.object_list] if part == "plan" else [],
        "week": week,
        "week_end": week + timedelta(days=6),
        "before": week - timedelta(weeks=1),
        "after": week + timedelta(weeks=1),
        "this_week": week_of(today),
        "today": today,
        "rule": rule,
        "unvisited": longest_unvisited(actor, rule.every_weeks) if rule and part == "plan" else [],
        "units": platforms(),
        "keep": f"part={part}&week={week}",
        "refusal": refusal,
        **roles(actor),
    }
    return render(request, "coordination/visits/list.html", context, status=status)


def _week(request: HttpRequest, today: date) -> date:
    try:
        return week_of(day_typed(request.GET, "week") or today)
    except Refused:  # an address that somebody cut short
        return week_of(today)


@require_safe
@concerned
def visit_page(request: HttpRequest, visit_id: int) -> HttpResponse:
    return _visit(request, visit_id, None, 200)


@require_POST
@workers
def step(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Write the visit down, or call it off."""
    sent, actor = request.POST, actor_at(request)
    try:
        if sent.get("step") == "call_off":
            call_visit_off(actor, visit_id, sent.get("reason", ""))
        else:
            write_visit(actor, visit_id, Made(day_typed(sent, "day"), sent.get("met", ""), sent.get("raised", ""), _promises(sent)))
    except Refused as refusal:
        return _visit(request, visit_id, refusal, status_of(refusal))
    messages.success(request, _("Written down."))
    return redirect("coordination_visit", visit_id)


@require_POST
@concerned
def kept(request: HttpRequest, promise_id: int) -> HttpResponse:
    """A promise is kept."""
    actor = actor_at(request)
    promise = keep_promise(actor, promise_id, request.POST.get("how", ""))
    messages.success(request, _("The promise is kept."))
    return redirect("coordination_visit", promise.visit_id)


def _promises(sent: QueryDict) -> list[Promised]:
    """The lines of promises that were filled in. Raises Refused."""
    found = []
    for number in range(PROMISE_LINES):
        text = sent.get(f"text-{number}", "").strip()
        if not text:
            continue
        day = day_typed(sent, f"due-{number}")
        if day is None:
            raise Refused("due", _("By when is it promised?"), _("Name a day for each promise."), f"due-{number}")
        found.append(Promised(sent.get(f"whose-{number}", ""), text, day))
    return found


def _visit(request: HttpRequest, visit_id: int, refusal: Refused | None, status: int) -> HttpResponse:
    actor = actor_at(request)
    visit = visit_in_sight(actor, visit_id)
    part = visit_part(actor, visit)
    whys = dict(DepartmentVisit.Reason.choices)
    today = city_day(clock.now())
    sent = request.POST
    context = {
        "tab": "coordination",
        "visit": visit,
        "whys": [whys[why] for why in visit.whys],
        "part": part,
        "promises": [
            (one, one.kept_on is None and one.due_on < today, one.kept_on is None and one.whose in part.keeps)
            for one in visit.promises.all()
        ],
        "lines": [(n, sent.get(f"whose-{n}", ""), sent.get(f"text-{n}", ""), sent.get(f"due-{n}", "")) for n in range(PROMISE_LINES)],
        "whose": VisitPromise.Whose.choices,
        "hard": hard_of(visit.organization_id) if visit.state == "planned" else [],
        "today": today,
        "refusal": refusal,
        "typed": {"day": f"{visit.day or today}", "met": visit.met, "raised": visit.raised}
        | {name: sent[name] for name in TYPED if name in sent},
        **roles(actor),
    }
    return render(request, "coordination/visits/visit.html", context, status=status)
