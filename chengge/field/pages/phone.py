"""The pages of the inspector's phone: the day's work, reporting, walks, what is unsent."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge import clock
from chengge.casework.models import Task
from chengge.casework.queries.sight import visible
from chengge.casework.suggestions import suggest
from chengge.domain.errors import Refused
from chengge.field import actions, queries
from chengge.field.actions.surveys import GONE_STATES
from chengge.field.pages import handing_in
from chengge.field.pages.gate import for_inspectors, telling
from chengge.field.queries.roster import arrival_words
from chengge.foundation.models import Component, ProblemClass
from chengge.foundation.queries import classes, rules_of
from chengge.organization import typed
from chengge.organization.gates import actor_at
from chengge.organization.queries import city_day

PAGE_SIZE = 20
MOST_WORDS = 300
# The phone fetches its pages beforehand, to keep them; such a page must not swallow the notes meant for the next one that is read.
BEFOREHAND = "Chengge-Beforehand"


@require_safe
@for_inspectors
def home(request: HttpRequest) -> HttpResponse:
    """On duty or not, walks to make with their time left, what was reported today."""
    shown = queries.home(actor_at(request))
    now = clock.now()
    tasks = [{"task": task, "light": _light(task, now), "case": task.case} for task in shown.tasks]
    return render(request, "field/home.html", context(request, shown=shown, tasks=tasks, duty=shown.duty, grid_names=shown.grid_names))


@require_POST
@for_inspectors
def duty(request: HttpRequest) -> HttpResponse:
    """Check in or out."""
    actor = actor_at(request)
    try:
        if request.POST.get("go") == "on":
            actions.begin_duty(actor, typed.longitude(request.POST), typed.latitude(request.POST))
            arrived = arrival_words(queries.member_of(actor), clock.now())
            messages.success(request, f"{_('You are on duty. Walks in your grids come to this phone.')} {arrived}".strip())
        else:
            actions.end_duty(actor)
            messages.success(request, _("You are off duty. Thank you."))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("phone")


@require_POST
@for_inspectors
@telling
def seen(request: HttpRequest) -> HttpResponse:
    """Where the phone is now."""
    lon, lat = typed.longitude(request.POST), typed.latitude(request.POST)
    if lon is None or lat is None:
        raise Refused("place", _("This is no valid position."), field="lon")
    actions.note_position(actor_at(request), lon, lat)
    return HttpResponse(status=204)


@require_safe
@for_inspectors
def class_search(request: HttpRequest) -> HttpResponse:
    """Classes of the catalogue by a part of the name or the code."""
    found = classes(request.GET.get("q", "")[:40], limit=30)
    return JsonResponse({"classes": [{"id": one.pk, "name": one.name, "kind": one.kind, "major": one.major_name} for one in found]})


@require_safe
@for_inspectors
def guesses(request: HttpRequest) -> HttpResponse:
    """What the words of a report sound like, by the city's own closed cases; nothing where that is not clear."""
    found = suggest(request.GET.get("text", "")[:MOST_WORDS]).classes
    kinds = dict(ProblemClass.objects.filter(pk__in=[one.id for one in found]).values_list("pk", "kind")) if found else {}
    return JsonResponse(
        {"classes": [{"id": one.id, "name": one.name, "kind": kinds.get(one.id, ""), "percent": one.percent} for one in found]}
    )


@require_safe
@for_inspectors
@telling
def near(request: HttpRequest) -> HttpResponse:
    """Grid, components, like cases and filing conditions around a place."""
    lon, lat = typed.longitude(request.GET), typed.latitude(request.GET)
    if lon is None or lat is None:
        raise Refused("place", _("This is no valid position."), field="lon")
    return JsonResponse(queries.nearby(actor_at(request), lon, lat, typed.whole(request.GET, "class")).as_json())


@for_inspectors
def report_problem(request: HttpRequest) -> HttpResponse:
    """The form, and what it sends."""
    if request.method == "POST":
        return handing_in.report(request)
    return render(request, "field/report.html", context(request, chips=queries.suggested_classes(actor_at(request))))


@require_safe
@for_inspectors
def unsent(request: HttpRequest) -> HttpResponse:
    """What lies on this phone and has not arrived; the phone itself fills the page."""
    return render(request, "field/unsent.html", context(request))


@require_safe
@for_inspectors
def components(request: HttpRequest) -> HttpResponse:
    """The form for a component that is new, has moved, has changed or is gone; it goes to the office for approval."""
    return render(request, "field/components.html", context(request, states=Component.State.choices, gone=GONE_STATES))


@require_safe
@for_inspectors
def reports(request: HttpRequest) -> HttpResponse:
    """What this inspector has reported, the newest first."""
    rows, more = queries.my_reports(actor_at(request), typed.whole(request.GET, "before"), PAGE_SIZE)
    return render(request, "field/reports.html", context(request, reports=rows, more=more))


@require_safe
@for_inspectors
def case(request: HttpRequest, number: str) -> HttpResponse:
    """A case, to read: what it is, where, and how it stands."""
    found = get_object_or_404(visible(actor_at(request)).select_related("problem_class", "rule", "department"), number=number)
    return render(request, "field/case.html", context(request, case=found, proofs=queries.proofs_of(found)))


@for_inspectors
@telling
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    """A verify or check walk: what to look at, and its result with photo and position."""
    if request.method == "POST":
        return handing_in.result(request, task_id)
    found = queries.task_of(actor_at(request), task_id)
    good, bad = handing_in.RESULTS[Task.Kind(found.kind)]
    shown = {
        "task": found,
        "case": found.case,
        "good": good,
        "bad": bad,
        "light": _light(found, clock.now()),
        "proofs": queries.proofs_of(found.case),
        "rules": _conditions(found),
        "reasons": _reasons(found.kind),
    }
    return render(request, "field/task.html", context(request, **shown))


def context(request: HttpRequest, **more: Any) -> dict[str, Any]:
    """What the frame of every phone page shows."""
    actor = actor_at(request)
    if "duty" not in more:
        more |= {"duty": queries.current_duty(actor.member_id, clock.now()), "grid_names": queries.grid_names(actor)}
    if BEFOREHAND in request.headers:
        more["messages"] = ()
    return {"tab": "phone", "now": clock.now(), **more}


def _conditions(found: Task) -> list[Any]:
    """The rule the case is judged by; before it is, all conditions of its class in its area."""
    if found.case.rule is not None:
        return [found.case.rule]
    return rules_of(found.case.problem_class_id, found.case.area_class, city_day(clock.now()))


def _reasons(kind: str) -> list[str]:
    """What is said most often when a walk finds things otherwise."""
    if kind == Task.Kind.VERIFY:
        return [_("Not found at this place"), _("Already gone"), _("Below the filing condition"), _("Not public ground")]
    return [_("Not handled"), _("Handled in part"), _("Handled badly"), _("Come back again")]


def _light(found: Task, now: Any) -> str:
    if found.due_at < now:
        return "red"
    return "yellow" if now >= found.created_at + (found.due_at - found.created_at) * 0.8 else "green"
