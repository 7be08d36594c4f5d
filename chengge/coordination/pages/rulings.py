"""Rulings: the list with what clashes and what runs out, drafting one, signing, objecting, ending, dispatching what is like it."""

import json
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from chengge import clock
from chengge.casework.queries import visible
from chengge.coordination.actions.rulings import (
    SIGNERS,
    Drafted,
    answer_objection,
    change_draft,
    dispatch_by_ruling,
    draft_ruling,
    end_early,
    object_to,
    sign_ruling,
    withdraw_draft,
)
from chengge.coordination.models import Ruling
from chengge.coordination.pages.gatherings import concerned, platform_readers, roles, workers
from chengge.coordination.pages.typed import chosen_cases, day_typed, whole, wholes, words_typed
from chengge.coordination.queries.choices import bodies, classes, divisions
from chengge.coordination.queries.hard_cases import READERS, WORKERS, hard_case_of
from chengge.coordination.queries.rulings import (
    STATES,
    all_met,
    met,
    open_cases_like,
    ruling_in_sight,
    rulings,
    state_words,
)
from chengge.coordination.queries.rulings import rows_of as words_of
from chengge.coordination.queries.rulings_map import drawn_on_map
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.foundation.models import ProblemKind
from chengge.foundation.pages.manage.common import page_of
from chengge.foundation.queries.drawn import geojson_of
from chengge.organization.gates import actor_at, for_posts
from chengge.organization.queries import city_day
from chengge.organization.refusals import status_of

signers = for_posts(*(post for post in Post if post in SIGNERS))
TYPED = (
    "subject", "basis", "organization_id", "first_day", "end", "objections_until", "classes", "places", "component_codes", "division_code",
    "polygon", "numbers", "survey_id", "meeting_id",
)  # fmt: skip
OBJECTION_DAYS = 7
MOST_CLASHES = 50


@require_safe
@concerned
def listed(request: HttpRequest) -> HttpResponse:
    """Rulings by state; the platform and leaders also see which of them clash."""
    actor = actor_at(request)
    state = request.GET.get("state", "") if request.GET.get("state", "") in STATES else "in_force"
    rows = page_of(request, rulings(actor, state))
    context = {
        "tab": "coordination",
        "rows": rows,
        "views": [(view, state_words(view.ruling)) for view in words_of(rows.object_list)],
        "state": state,
        "keep": f"state={state}",
        "clashes": all_met()[:MOST_CLASHES] if actor.posts & READERS and state != "draft" else [],
        **roles(actor),
    }
    return render(request, "coordination/rulings/list.html", context)


@workers
def new(request: HttpRequest) -> HttpResponse:
    """Draft a ruling; `?case=`, `?survey=` and `?meeting=` bring what it rests on."""
    if request.method != "POST":
        return _form(request, _from(request), None, None, 200)
    try:
        ruling = draft_ruling(actor_at(request), _drafted(request.POST))
    except Refused as refusal:
        return _form(request, request.POST, None, refusal, status_of(refusal))
    messages.success(request, _("The draft waits for a second person to sign it."))
    return redirect("coordination_ruling", ruling.pk)


@workers
def edit(request: HttpRequest, ruling_id: int) -> HttpResponse:
    """Write a draft anew."""
    ruling = ruling_in_sight(actor_at(request), ruling_id)
    if request.method != "POST":
        return _form(request, _of(ruling), ruling, None, 200)
    try:
        change_draft(actor_at(request), ruling_id, _drafted(request.POST))
    except Refused as refusal:
        return _form(request, request.POST, ruling, refusal, status_of(refusal))
    messages.success(request, _("The draft waits for a second person to sign it."))
    return redirect("coordination_ruling", ruling_id)


@require_safe
@concerned
def ruling_page(request: HttpRequest, ruling_id: int) -> HttpResponse:
    return _ruling(request, ruling_id, None, 200)


@require_POST
@platform_readers
def step(request: HttpRequest, ruling_id: int) -> HttpResponse:
    """Sign, withdraw, end; answer an objection."""
    sent, actor = request.POST, actor_at(request)
    try:
        match sent.get("step", ""):
            case "sign":
                ruling = sign_ruling(actor, ruling_id, wholes(sent, "knowing"))
                messages.success(request, _("%(number)s is signed and holds.") % {"number": ruling.number})
            case "withdraw":
                withdraw_draft(actor, ruling_id)
                messages.success(request, _("The draft is given up."))
            case "end":
                end_early(actor, ruling_id, day_typed(sent, "day") or city_day(clock.now()), sent.get("reason", ""))
                messages.success(request, _("The ruling ends."))
            case "answer":
                answer_objection(actor, whole(sent, "objection_id") or 0, sent.get("answer", ""))
                messages.success(request, _("The unit has been told."))
            case other:
                raise Refused("step", _("There is no action “%(action)s”.") % {"action": other[:40]})
    except Refused as refusal:
        return _ruling(request, ruling_id, refusal, status_of(refusal))
    return redirect("coordination_ruling", ruling_id)


@require_POST
@concerned
def say_against(request: HttpRequest, ruling_id: int) -> HttpResponse:
    """A department objects."""
    try:
        object_to(actor_at(request), ruling_id, request.POST.get("text", ""))
    except Refused as refusal:
        return _ruling(request, ruling_id, refusal, status_of(refusal))
    messages.success(request, _("The objection is with those who drafted and signed."))
    return redirect("coordination_ruling", ruling_id)


@require_POST
@for_posts(Post.DISPATCHER)
def dispatch(request: HttpRequest, ruling_id: int) -> HttpResponse:
    """Dispatch the chosen cases to the body of the ruling."""
    try:
        outcomes = dispatch_by_ruling(actor_at(request), ruling_id, chosen_cases(request.POST.getlist("case")))
    except Refused as refusal:
        return _ruling(request, ruling_id, refusal, status_of(refusal))
    done = sum(outcome.refusal is None for outcome in outcomes)
    if done:
        messages.success(request, ngettext("%(count)d case dispatched.", "%(count)d cases dispatched.", done) % {"count": done})
    for outcome in outcomes:
        if outcome.refusal is not None:
            messages.error(request, f"{outcome.case.number} · {outcome.case.problem_class.name}: {outcome.refusal}")
    return redirect("coordination_ruling", ruling_id)


def _drafted(sent: QueryDict) -> Drafted:
    what, _colon, rest = sent.get("classes", "").partition(":")
    kind, _dash, major = rest.partition(":")
    is_class = what == "class" and rest.isascii() and rest.isdigit()
    return Drafted(
        subject=sent.get("subject", ""),
        basis=sent.get("basis", ""),
        organization_id=whole(sent, "organization_id"),
        first_day=day_typed(sent, "first_day") or city_day(clock.now()),
        end=day_typed(sent, "end"),
        objections_until=day_typed(sent, "objections_until"),
        problem_class_id=int(rest) if is_class else None,
        kind="" if is_class else kind,
        major_code="" if is_class else major,
        places=words_typed(sent, "places"),
        component_codes=wholes(sent, "component_codes"),
        division_code=whole(sent, "division_code"),
        polygon=sent.get("polygon", "").strip(),
        numbers=words_typed(sent, "numbers"),
        survey_id=whole(sent, "survey_id"),
        meeting_id=whole(sent, "meeting_id"),
    )


def _from(request: HttpRequest) -> QueryDict:
    today = city_day(clock.now())
    typed = QueryDict(mutable=True)
    typed.update({"first_day": f"{today}", "objections_until": f"{today + timedelta(days=OBJECTION_DAYS)}"})
    for name in ("survey", "meeting"):
        if request.GET.get(name, "").isdigit():
            typed[f"{name}_id"] = request.GET[name]
    numbers = request.GET.getlist("case")
    cases = list(visible(actor_at(request)).filter(number__in=numbers).select_related("problem_class").order_by("pk")[:20])
    if cases:
        first = cases[0]
        typed["numbers"] = " ".join(case.number for case in cases)
        typed["subject"] = f"{first.place} {first.problem_class.name}".strip()[:120]
        typed["classes"] = f"class:{first.problem_class_id}"
        if first.component_code is not None:
            typed["component_codes"] = " ".join({f"{case.component_code:016d}": "" for case in cases if case.component_code})
        else:
            typed["places"] = " ".join({f"{case.grid_code:015d}": "" for case in cases if case.grid_code})
        hard = hard_case_of(first.pk)
        if hard is not None and hard.bodies:
            typed["organization_id"] = str(hard.bodies[0])
    return typed


def _of(ruling: Ruling) -> QueryDict:
    typed = QueryDict(mutable=True)
    classes = (
        f"class:{ruling.problem_class_id}"
        if ruling.problem_class_id
        else f"major:{ruling.kind}:{ruling.major_code}"
        if ruling.major_code
        else f"kind:{ruling.kind}"
        if ruling.kind
        else ""
    )
    typed.update(
        {
            "subject": ruling.subject,
            "basis": ruling.basis,
            "organization_id": str(ruling.organization_id),
            "first_day": f"{ruling.first_day}",
            "end": f"{ruling.end or ''}",
            "objections_until": f"{ruling.objections_until or ''}",
            "classes": classes,
            "places": " ".join(f"{code:015d}" for code in ruling.grid_codes),
            "component_codes": " ".join(f"{code:016d}" for code in ruling.component_codes),
            "division_code": str(ruling.division_code or ""),
            "polygon": json.dumps(geojson_of(ruling.polygon)) if ruling.polygon is not None else "",
            "numbers": " ".join(ruling.cases.order_by("pk").values_list("number", flat=True)),
            "survey_id": str(ruling.survey_id or ""),
            "meeting_id": str(ruling.meeting_id or ""),
        }
    )
    return typed


def _form(request: HttpRequest, typed: QueryDict, ruling: Ruling | None, refusal: Refused | None, status: int) -> HttpResponse:
    today = city_day(clock.now())
    offered = list(classes(today))
    first = visible(actor_at(request)).filter(number__in=words_typed(typed, "numbers")).order_by("pk").first()
    context = {
        "tab": "coordination",
        "typed": {name: typed.get(name, "") for name in TYPED},
        "ruling": ruling,
        "kinds": [(f"kind:{value}", label) for value, label in ProblemKind.choices],
        "majors": list({f"major:{one.kind}:{one.major_code}": one.major_name for one in offered}.items()),
        "classes": [(f"class:{one.pk}", one.name, one.major_name) for one in offered],
        "bodies": bodies(),
        "divisions": divisions(today),
        "center": f"{first.lon:.6f},{first.lat:.6f}" if first is not None else "",
        "refusal": refusal,
    }
    return render(request, "coordination/rulings/form.html", context, status=status)


def _ruling(request: HttpRequest, ruling_id: int, refusal: Refused | None, status: int) -> HttpResponse:
    actor = actor_at(request)
    ruling = ruling_in_sight(actor, ruling_id)
    reads = bool(actor.posts & READERS)
    signs = bool(actor.posts & SIGNERS)
    drafts = ruling.state == "draft"
    today = city_day(clock.now())
    holds = ruling.state == "signed" and (ruling.end is None or ruling.end > today)
    clashes = met(ruling) if reads and (drafts or holds) else []
    like = open_cases_like(actor, ruling) if reads and (drafts or holds) else []
    objections = list(ruling.objections.select_related("organization", "member", "answered_by"))
    context = {
        "tab": "coordination",
        "ruling": ruling,
        "drawn": drawn_on_map(ruling),
        "reads": reads,
        "view": words_of([ruling])[0],
        "state": state_words(ruling),
        "cases": list(ruling.cases.select_related("problem_class").order_by("pk")),
        "clashes": clashes,
        "contradicts": [one for one in clashes if one.how == "contradiction"],
        "like": like,
        "objections": objections,
        "may_sign": drafts and signs and ruling.drafted_by_id != actor.member_id,
        "may_edit": drafts and bool(actor.posts & WORKERS),
        "may_end": holds and signs,
        "may_answer": signs,
        "may_dispatch": holds
        and ruling.first_day <= today
        and Post.DISPATCHER in actor.posts
        and any(case.stage == "filed" for case in like),
        "may_object": holds
        and Post.DEPARTMENT in actor.posts
        and ruling.objections_until is not None
        and today <= ruling.objections_until
        and all(one.organization_id != actor.organization_id for one in objections),
        "refusal": refusal,
        "typed": request.POST,
        "today": today,
    }
    return render(request, "coordination/rulings/ruling.html", context, status=status)
