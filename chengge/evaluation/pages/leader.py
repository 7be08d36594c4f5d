"""The leader's phone: the city in two minutes, and the way down to the street or department, and to the case."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from chengge import clock
from chengge.casework.queries import row_words
from chengge.domain.lifecycle import Post
from chengge.evaluation.facts import city_facts
from chengge.evaluation.queries.leader import (
    PLACES,
    Course,
    Waiting,
    course,
    open_now,
    place_of,
    ranking,
    today,
    waiting,
)
from chengge.organization.gates import actor_at, for_posts

DESK = "/desk/leader/"


@require_safe
@for_posts(Post.LEADER)
def city(request: HttpRequest) -> HttpResponse:
    """State, trend, best and worst, and what waits."""
    actor, store = actor_at(request), city_facts()
    of = request.GET.get("of", "street")
    now, went = open_now(actor), course(actor, store)
    context = {
        "tab": "leader",
        "at": clock.now(),
        "now": now,
        "today": today(actor, store),
        "course": went,
        "sparks": _sparks(went) if went else [],
        "of": of if of in PLACES else "street",
        "ranking": ranking(actor, store, of if of in PLACES else "street"),
        "waiting": [(one, address) for one in waiting(actor, now) if (address := _address(one))],
        "desk": DESK,
    }
    return render(request, "evaluation/leader.html", context)


@require_safe
@for_posts(Post.LEADER)
def place(request: HttpRequest, place: str, subject_id: int) -> HttpResponse:
    """A street or department with its most pressing cases."""
    if place not in PLACES:
        raise Http404(place)
    actor = actor_at(request)
    found, now, page = place_of(actor, city_facts(), place, subject_id)
    words = row_words(page.rows)
    narrowed = f"division={subject_id}" if place == "street" else f"department={subject_id}"
    context = {
        "tab": "leader",
        "place": found,
        "now": now,
        "cases": [(case, words[case.pk].area) for case in page.rows],
        "all_cases": f"{DESK}?{narrowed}",
        "late_cases": f"{DESK}?{narrowed}&light=red",
    }
    return render(request, "evaluation/leader_place.html", context)


def _sparks(went: Course) -> list[dict[str, Any]]:
    """What the two small charts draw."""
    closed, rate = pgettext("count", "Closed"), _("On-time rate")
    return [
        {
            "id": "spark-closed",
            "title": _("Closings by day"),
            "figures": _figures(closed, "count", [(row[0], row[3]) for row in went.days]),
        },
        {"id": "spark-rate", "title": rate, "figures": _figures(rate, "share", [(row[0], row[4]) for row in went.days])},
    ]


def _figures(label: str, unit: str, rows: list[tuple[Any, Any]]) -> dict[str, Any]:
    columns = [{"name": "day", "label": _("Day"), "unit": "day"}, {"name": "figure", "label": label, "unit": unit}]
    return {"title": label, "empty": False, "columns": columns, "rows": [list(row) for row in rows]}


def _address(one: Waiting) -> str:
    """Where it is seen to; empty where the city has no such page."""
    if one.name == "desk":
        return f"{DESK}?{one.query}"
    try:
        return reverse(one.name)
    except NoReverseMatch:
        return ""
