"""Small searches inside forms: classes, organizations, places, and the conditions of a class."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengge import clock
from chengge.casework.queries import case_in_sight
from chengge.foundation.queries import classes, find_place, holding_on, rules_of
from chengge.organization.gates import actor_at, for_members
from chengge.organization.models import Organization
from chengge.organization.queries import city_day
from chengge.organization.typed import id_in

MOST = 12
LONGEST = 60
DISPATCHED_TO = ("department", "territory")


@require_safe
@for_members
def find_classes(request: HttpRequest) -> HttpResponse:
    """Classes by a part of the name or the beginning of the code, as choices of a form."""
    text = _asked(request)
    context = {
        "found": classes(text, limit=MOST) if text else [],
        "asked": text,
        "uid": request.GET.get("uid", "")[:40],
        "number": request.GET.get("number", ""),
    }
    return render(request, "casework/parts/found_classes.html", context)


@require_safe
@for_members
def find_organizations(request: HttpRequest) -> HttpResponse:
    """Second-level platforms that a case may be dispatched to, by a part of the name."""
    text = _asked(request)
    rows = holding_on(Organization.objects.filter(level=2, kind__in=DISPATCHED_TO), city_day(clock.now()))
    found = rows.filter(name__icontains=text) | rows.filter(short_name__icontains=text) | rows.filter(code__istartswith=text)
    context = {"found": found[:MOST] if text else [], "asked": text, "uid": request.GET.get("uid", "")[:40]}
    return render(request, "casework/parts/found_organizations.html", context)


@require_safe
@for_members
def find_places(request: HttpRequest) -> HttpResponse:
    """Places by what people say: a name, a road, a code."""
    text = _asked(request)
    return render(request, "casework/parts/found_places.html", {"found": find_place(text, MOST) if text else [], "asked": text})


@require_safe
@for_members
def conditions(request: HttpRequest, number: str) -> HttpResponse:
    """The filing conditions of a class where the case lies."""
    case = case_in_sight(actor_at(request), number)
    class_id = id_in(request.GET.get("class")) or case.problem_class_id
    context = {
        "rules": rules_of(class_id, case.area_class, city_day(clock.now())),
        "class_shown": class_id,
        "uid": request.GET.get("uid", "")[:40],
        "case": case,
    }
    return render(request, "casework/parts/rule_choices.html", context)


def _asked(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
