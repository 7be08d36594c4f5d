"""The queue of hard cases, and one of them with all that helps to settle it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengge import clock
from chengge.coordination.models import HardCase
from chengge.coordination.pages.gatherings import platform_readers
from chengge.coordination.queries.escalations import made_safe_of, steps_left, steps_of
from chengge.coordination.queries.hard_beside import done_about
from chengge.coordination.queries.hard_cases import WORKERS, count_hard, hard_cases, hard_in_sight, rows_of
from chengge.coordination.queries.precedents import precedents
from chengge.foundation.pages.manage.common import page_of
from chengge.foundation.queries import candidates
from chengge.organization.gates import actor_at
from chengge.organization.queries import city_day


@require_safe
@platform_readers
def listed(request: HttpRequest) -> HttpResponse:
    """Hard cases, the most pressing way first."""
    actor, asked = actor_at(request), request.GET
    way = asked.get("way", "") if asked.get("way", "") in HardCase.WayChoice.values else ""
    why = asked.get("why", "") if asked.get("why", "") in HardCase.Reason.values else ""
    settled = "1" if asked.get("settled") else ""
    rows = page_of(request, hard_cases(actor, way, why, settled))
    keep = asked.copy()
    keep.pop("page", None)
    counts = count_hard(actor)
    context = {
        "tab": "coordination",
        "rows": rows,
        "views": rows_of(rows.object_list),
        "way": way,
        "why": why,
        "settled": settled,
        "ways": [(value, label, counts[value]) for value, label in HardCase.WayChoice.choices],
        "whys": HardCase.Reason.choices,
        "late": counts["late"],
        "keep": keep.urlencode(),
        "works": bool(actor.posts & WORKERS),
    }
    return render(request, "coordination/hard/list.html", context)


@require_safe
@platform_readers
def hard_page(request: HttpRequest, number: str) -> HttpResponse:
    """One hard case: why, who may answer and on what ground, precedents, and the ways on."""
    actor = actor_at(request)
    hard = hard_in_sight(actor, number)
    case = hard.case
    day = city_day(clock.now())
    context = {
        "tab": "coordination",
        "view": rows_of([hard])[0],
        "case": case,
        "candidates": candidates(case.problem_class_id, case.rule_id, case.grid_code, case.component_code, day, case.lon, case.lat),
        "precedents": precedents(actor, case),
        "done": done_about(case),
        "steps": steps_of(hard),
        "offered_steps": steps_left(hard) if actor.posts & WORKERS and hard.settled_at is None else [],
        "safe": made_safe_of(hard),
        "works": bool(actor.posts & WORKERS),
    }
    return render(request, "coordination/hard/case.html", context)
