"""Dispatchers and shifts: the month's figures, one's own months, the cases behind a figure, and the star dispatcher."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from chengge import clock
from chengge.domain.lifecycle import Post
from chengge.evaluation.queries import people, stars
from chengge.evaluation.queries.runs import READING_ALL
from chengge.organization.gates import actor_at, for_posts
from chengge.organization.queries import city_day

SHOWN_MONTHS = 6
DAYS_COMPARED = 15
COORDINATING = frozenset({Post.COORDINATOR, Post.DISPATCHER, Post.LEADER})
lookers = for_posts(*sorted(people.MAY_LOOK))


@dataclass(frozen=True, slots=True)
class Heading:
    code: str
    name: str
    formula: str
    ranks: bool


@require_safe
@lookers
def page(request: HttpRequest) -> HttpResponse:
    """The month that is asked for: dispatchers by a figure, shifts, and the star dispatcher of the last month that has one."""
    actor = actor_at(request)
    today = city_day(clock.now())
    period = people.period_asked(request.GET.get("month", ""), today)
    by = request.GET.get("by", people.CODES[0])
    runs = stars.star_runs()
    awarded = next((run for run in runs if run.period <= period.name), None)
    context = _around(request) | {
        "month": people.month(actor, period, by),
        "months": [one.name for one in people.months()],
        "by": by,
        "headings": _headings(),
        "star": stars.star_month(actor, awarded) if awarded else None,
        "sees_all": people.sees_all(actor),
        "least": people.LEAST,
        "compare": compare_address(today - timedelta(days=DAYS_COMPARED)) if actor.posts & READING_ALL else "",
        "opens_runs": bool(actor.posts & READING_ALL),
    }
    return render(request, "evaluation/people.html", context)


@require_safe
@lookers
def one(request: HttpRequest, kind: str, whose: str) -> HttpResponse:
    """The months of one dispatcher or shift, the latest first."""
    actor = actor_at(request)
    rows = people.own_months(actor, f"{kind}:{whose}", people.months()[:SHOWN_MONTHS])
    context = _around(request) | {"rows": rows, "headings": _headings(), "kind": kind, "whose": whose, "name": rows[0][1].name}
    return render(request, "evaluation/people_one.html", context)


@require_safe
@lookers
def cases(request: HttpRequest, code: str) -> HttpResponse:
    """The cases behind a figure of a month."""
    asked = request.GET
    period = people.period_asked(asked.get("month", ""), city_day(clock.now()))
    which, number, key = asked.get("which", "all"), asked.get("page", "1"), asked.get("of", "")
    page_number = int(number) if number.isascii() and number.isdigit() and 0 < int(number) < 10**6 else 1
    opened = people.opened(actor_at(request), period, key, code, which, page_number)
    context = _around(request) | {
        "opened": opened,
        "name": people.indicator_name(opened.cell.indicator),
        "period": period,
        "key": key,
        "which": which,
        "number": page_number,
        "pages": max(1, -(-opened.case_count // people.CASES_A_PAGE)),
    }
    return render(request, "evaluation/people_cases.html", context)


@require_safe
@lookers
def star_history(request: HttpRequest) -> HttpResponse:
    """The stars of every month."""
    context = _around(request) | {"months": stars.history(actor_at(request)), "sees_all": people.sees_all(actor_at(request))}
    return render(request, "evaluation/people_stars.html", context)


def compare_address(day: object, days: int = DAYS_COMPARED) -> str:
    """The comparison of so many days before and after a day, for the whole city."""
    asked = {"mode": "change", "judged": "city", "change": str(day), "days": str(days)}
    return f"{reverse('evaluation_compare')}?{urlencode(asked)}"


def _headings() -> list[Heading]:
    wanted = people.dispatching_indicators()
    return [
        Heading(code, people.indicator_name(wanted[code]), str(wanted[code].formula), code in people.RANKED_BY) for code in people.CODES
    ]


def _around(request: HttpRequest) -> dict[str, object]:
    """What every page about people shows above its own: the tab of the room in which its reader is at home."""
    coordinates = bool(actor_at(request).posts & COORDINATING)
    return {"tab": "coordination" if coordinates else "evaluation", "coordinates": coordinates, "section": "people"}
