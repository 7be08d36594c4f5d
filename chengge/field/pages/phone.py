"""The inspector's phone: duty, reporting in few taps, verify and check walks."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge import clock
from chengge.casework.actions import Given, Reported, Said, perform, report
from chengge.casework.models import Channel, Task
from chengge.casework.photos import store
from chengge.casework.queries.sight import visible
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.field import actions, queries
from chengge.foundation.queries import classes, rules_of
from chengge.organization.gates import actor_at, for_posts
from chengge.organization.queries import city_day
from chengge.organization.refusals import status_of

PAGE_SIZE = 20
# Which results a walk may have: action, whether the walk found things as they should be.
RESULTS = {Task.Kind.VERIFY: ("verify_true", "verify_false"), Task.Kind.CHECK: ("pass_check", "fail_check")}

for_inspectors = for_posts(Post.INSPECTOR)
View = Callable[..., HttpResponse]


def telling(view: View) -> View:
    """A refusal becomes JSON for the script of the page; what a person opens keeps the usual error page."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refused as refusal:
            if request.method == "GET" and request.accepts("text/html"):
                raise
            return JsonResponse(
                {"code": refusal.code, "message": str(refusal.message), "hint": str(refusal.hint), "field": refusal.field},
                status=status_of(refusal),
            )

    return answering


@require_safe
@for_inspectors
def home(request: HttpRequest) -> HttpResponse:
    """On duty or not, walks to make with their time left, what was reported today."""
    shown = queries.home(actor_at(request))
    now = clock.now()
    tasks = [{"task": task, "light": _light(task, now), "case": task.case} for task in shown.tasks]
    return render(request, "field/home.html", _context(request, shown=shown, tasks=tasks, duty=shown.duty, grid_names=shown.grid_names))


@require_POST
@for_inspectors
def duty(request: HttpRequest) -> HttpResponse:
    """Check in or out."""
    actor = actor_at(request)
    try:
        if request.POST.get("go") == "on":
            actions.begin_duty(actor, _degrees(request.POST, "lon"), _degrees(request.POST, "lat"))
            messages.success(request, _("You are on duty. Walks in your grids come to this phone."))
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
    lon, lat = _degrees(request.POST, "lon"), _degrees(request.POST, "lat")
    if lon is None or lat is None:
        raise Refused("place", _("This is no valid position."), field="lon")
    actions.note_position(actor_at(request), lon, lat)
    return HttpResponse(status=204)


@require_POST
@for_inspectors
@telling
def photo(request: HttpRequest) -> HttpResponse:
    """Take one photo in; its hash is what a report or a result is given."""
    sent = request.FILES.get("photo")
    if sent is None:
        raise Refused("photo", _("A photo is needed."), _("Take one on the spot."), "photo")
    kept = store(sent.read(), actor_at(request))
    return JsonResponse({"sha256": kept.sha256, "thumb": reverse("photo", args=(kept.sha256, "thumb"))}, status=201)


@require_safe
@for_inspectors
def class_search(request: HttpRequest) -> HttpResponse:
    """Classes of the catalogue by a part of the name or the code."""
    found = classes(request.GET.get("q", "")[:40], limit=30)
    return JsonResponse({"classes": [{"id": one.pk, "name": one.name, "kind": one.kind, "major": one.major_name} for one in found]})


@require_safe
@for_inspectors
@telling
def near(request: HttpRequest) -> HttpResponse:
    """Grid, components, like cases and filing conditions around a place."""
    lon, lat = _degrees(request.GET, "lon"), _degrees(request.GET, "lat")
    if lon is None or lat is None:
        raise Refused("place", _("This is no valid position."), field="lon")
    return JsonResponse(queries.nearby(actor_at(request), lon, lat, _whole(request.GET, "class")).as_json())


@for_inspectors
@telling
def report_problem(request: HttpRequest) -> HttpResponse:
    """The form, and what it sends."""
    if request.method != "POST":
        return render(
            request, "field/report.html", _context(request, chips=queries.suggested_classes(actor_at(request)), words=_report_words())
        )
    made = _send(request)
    if made.questions:
        raise Refused("incomplete", " ".join(question.message for question in made.questions), field=made.questions[0].field)
    messages.success(request, _("Reported: %(number)s") % {"number": made.number})
    return JsonResponse({"number": made.number, "to": reverse("phone")}, status=200 if made.repeated else 201)


@require_safe
@for_inspectors
def reports(request: HttpRequest) -> HttpResponse:
    """What this inspector has reported, the newest first."""
    rows, more = queries.my_reports(actor_at(request), _whole(request.GET, "before"), PAGE_SIZE)
    return render(request, "field/reports.html", _context(request, reports=rows, more=more))


@require_safe
@for_inspectors
def case(request: HttpRequest, number: str) -> HttpResponse:
    """A case, to read: what it is, where, and how it stands."""
    found = get_object_or_404(visible(actor_at(request)).select_related("problem_class", "rule", "department"), number=number)
    return render(request, "field/case.html", _context(request, case=found, photos=queries.photos_of(found)))


@for_inspectors
@telling
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    """A verify or check walk: what to look at, and its result with photo and position."""
    actor = actor_at(request)
    found = queries.task_of(actor, task_id)
    good, bad = RESULTS[Task.Kind(found.kind)]
    if request.method == "POST":
        action = request.POST.get("action", "")
        if action not in (good, bad):
            raise Refused("action", _("Choose a result."), field="action")
        perform(found.case_id, action, actor, _given(request.POST), seen=_whole(request.POST, "seen"), key=_key(request.POST))
        messages.success(request, _("The result is sent: %(number)s") % {"number": found.case.number})
        return JsonResponse({"to": reverse("phone")})
    context = {
        "task": found,
        "case": found.case,
        "good": good,
        "bad": bad,
        "light": _light(found, clock.now()),
        "photos": queries.photos_of(found.case),
        "rules": _conditions(found),
        "reasons": _reasons(found.kind),
        "words": _report_words(),
    }
    return render(request, "field/task.html", _context(request, **context))


def _context(request: HttpRequest, **more: Any) -> dict[str, Any]:
    """What the frame of every phone page shows."""
    actor = actor_at(request)
    if "duty" not in more:
        more |= {"duty": queries.current_duty(actor.member_id, clock.now()), "grid_names": queries.grid_names(actor)}
    return {"tab": "phone", "now": clock.now(), **more}


def _send(request: HttpRequest) -> Reported:
    actor, sent = actor_at(request), request.POST
    said = Said(
        channel=Channel.INSPECTOR,
        problem_class_id=_whole(sent, "problem_class"),
        description=sent.get("description", "").strip(),
        place=sent.get("place", "").strip(),
        lon=_degrees(sent, "lon"),
        lat=_degrees(sent, "lat"),
        accuracy_m=_degrees(sent, "accuracy"),
        component_code=_whole(sent, "component"),
        photos=tuple(sent.getlist("photos")),
        urgent=sent.get("urgent") == "1",
    )
    if not said.photos:
        raise Refused("photo", _("A photo is needed."), _("Take one on the spot."), "photos")
    if sent.get("disposed") == "1":
        return actions.report_disposed(
            actor, said, Given(photos=tuple(sent.getlist("after")), rule_id=_whole(sent, "rule")), key=_key(sent)
        )
    return report(actor, said, key=_key(sent))


def _given(sent: QueryDict) -> Given:
    return Given(
        reason=sent.get("reason", "").strip(),
        note=sent.get("note", "").strip(),
        photos=tuple(sent.getlist("photos")),
        lon=_degrees(sent, "lon"),
        lat=_degrees(sent, "lat"),
        accuracy_m=_degrees(sent, "accuracy"),
    )


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


def _report_words() -> dict[str, str]:
    return {
        "accuracy": _("Accuracy ±%s m"),
        "by_hand": _("Placed by hand"),
        "snapped": _("on component …%s"),
        "waiting": _("Waiting for a position…"),
        "no_position": _("No position. Allow it in the browser, or tap the map."),
        "in_grid": _("Grid %s"),
        "no_grid": _("In no grid"),
        "limit": _("limit %s"),
        "like": _("Nearby already: %s"),
        "same": _("It is the same"),
        "metres": _("%s m"),
        "uploading": _("Uploading…"),
        "upload_failed": _("Not uploaded. Tap to try again."),
        "remove": _("Remove the photo"),
        "no_connection": _("That did not get through. Nothing is lost: try again."),
        "no_photo": _("Take a photo first."),
        "no_class": _("Choose what it is."),
        "no_place": _("The place is missing: wait for a position, or tap the map."),
        "no_rule": _("Choose the condition that the problem meets."),
        "no_after": _("Take a photo after the disposal."),
        "no_reason": _("Say in a few words why."),
        "nothing_found": _("No class of this name."),
        "sending": _("Sending…"),
    }


def _whole(sent: QueryDict, name: str) -> int | None:
    text = sent.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) < 2**63):
        raise Refused("invalid", _("“%(value)s” is not a whole number.") % {"value": text[:40]}, field=name)
    return int(text)


def _degrees(sent: QueryDict, name: str) -> float | None:
    text = sent.get(name, "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if value != value or abs(value) > 1e6:
        raise Refused("invalid", _("“%(value)s” is not a number.") % {"value": text[:40]}, field=name)
    return value


def _key(sent: QueryDict) -> str | None:
    return sent.get("key", "")[:64] or None
