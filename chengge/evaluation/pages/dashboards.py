"""Dashboards: charts with their tables, which are asked for one by one; the same as CSV, and the map of where the problems are."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from chengge import clock
from chengge.domain.errors import Refused
from chengge.evaluation.facts import city_facts
from chengge.evaluation.queries.dashboards import (
    AREAS,
    KINDS,
    MEASURES,
    READERS,
    STEPS,
    Asked,
    Chart,
    asked_of,
    chart,
    heat_map,
    majors,
    standing,
)
from chengge.foundation.queries import divisions_tree
from chengge.organization.gates import actor_at, for_posts
from chengge.organization.models import Organization
from chengge.organization.queries import city_day
from chengge.organization.refusals import status_of

BOM = "\ufeff"  # without it a spreadsheet takes the file for something else than UTF-8
GEOJSON = "application/geo+json"
DAYS_IN_HALF_A_PAGE = 100  # of a calendar whose weeks stand one below the other
readers = for_posts(*READERS)


@require_safe
@readers
def dashboards(request: HttpRequest) -> HttpResponse:
    """The page: what is asked for, and the place of every chart."""
    store = city_facts()
    now = standing(store)
    refusal = None
    try:
        asked = asked_of(store, request.GET)
    except Refused as problem:
        refusal, asked = problem, asked_of(store, {})
    query = asked.query()
    context = {
        "tab": "evaluation",
        "standing": now,
        "refusal": refusal,
        "asked": asked,
        "query": urlencode(query),
        "panels": _panels(asked) if now.as_of and refusal is None else [],
        "periods": _periods(now.last_day or city_day(clock.now()), asked),
        "steps": [(step, _step_name(step)) for step in STEPS],
        "areas": _areas(),
        "majors": majors(),
        "organizations": Organization.objects.filter(level=2, valid_to=None).values_list("id", "name"),
        "heat_by": [(name, _area_name(name), _address(asked, by=name)) for name in AREAS],
        "heat_measures": [(name, _measure_name(name), _address(asked, measure=name)) for name in MEASURES],
        "heat_unit": "count" if asked.measure == "cases" else "number",
        "chart_words": {
            "chart_empty": _("Nothing in this period and choice."),
            "chart_failed": _("The figures did not arrive."),
            "chart_again": _("Try again"),
            "all_classes": _("All classes"),
            "went_on": _("Went on"),
            "lost_on_the_way": _("Refused, transferred, voided or merged"),
        },
    }
    return render(request, "evaluation/dashboards.html", context, status=status_of(refusal) if refusal else 200)


@require_safe
@readers
def as_csv(request: HttpRequest, name: str) -> HttpResponse:
    """The table of one chart to take away."""
    store = city_facts()
    found = chart(store, name, actor_at(request), asked_of(store, request.GET))
    response = HttpResponse(BOM + "".join(_lines(found)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{found.since}-{found.until}.csv"'
    return response


@require_safe
@readers
@gzip_page
def heat_areas(request: HttpRequest) -> HttpResponse:
    """The areas with their shades as GeoJSON."""
    store = city_facts()
    asked = asked_of(store, request.GET)
    response = HttpResponse(heat_map(chart(store, "heat", actor_at(request), asked).rows, asked), content_type=GEOJSON)
    patch_cache_control(response, private=True, no_store=True)
    return response


def _panels(asked: Asked) -> list[dict[str, Any]]:
    """The charts in their order, wide ones across the page, so that the others stand in pairs."""
    last = ("hours", "calendar") if asked.days > DAYS_IN_HALF_A_PAGE else ("calendar", "hours")
    order = [*(name for name in KINDS if name not in last), *last]
    wide = {"trends", "heat", "classes", last[1]}
    return [_panel(name, asked, name in wide) for name in order]


def _panel(name: str, asked: Asked, wide: bool) -> dict[str, Any]:
    kind, query = KINDS[name], urlencode(asked.query())
    return {
        "name": name,
        "title": kind.title,
        "about": kind.about,
        "wide": wide,
        "source": f"{reverse('api:dashboard', args=(name,))}?{query}",
        "csv": f"{reverse('evaluation_dashboard_csv', args=(name,))}?{query}",
    }


def _lines(found: Chart) -> Iterator[str]:
    """A heading, the rows as they are, and where they come from."""
    line = io.StringIO()
    table = csv.writer(line)
    table.writerow([str(column.label) for column in found.columns])
    for row in found.rows:
        table.writerow([round(value, 4) if isinstance(value, float) else value for value in row])
    table.writerow([])
    table.writerow([found.title, f"{found.since} – {found.until}"])
    table.writerow([_("Facts as of"), found.as_of.isoformat(), found.facts_digest])
    yield line.getvalue()


def _periods(last: date, asked: Asked) -> list[tuple[str, str, bool]]:
    """The usual periods: name, address, and whether it is the one shown."""
    month = last.replace(day=1)
    before = month - timedelta(days=1)
    usual = [
        (_("7 days"), last - timedelta(days=6), last),
        (_("30 days"), last - timedelta(days=29), last),
        (_("This month"), month, last),
        (_("Last month"), before.replace(day=1), before),
        (_("90 days"), last - timedelta(days=89), last),
        (_("This year"), last.replace(month=1, day=1), last),
    ]
    kept = {name: value for name, value in asked.query().items() if name not in ("from", "to", "step")}
    return [
        (name, _page({"from": str(since), "to": str(until)} | kept), (since, until) == (asked.since, asked.until))
        for name, since, until in usual
    ]


def _address(asked: Asked, **other: str) -> str:
    return _page(asked.query() | other) + "#chart-heat"


def _page(query: Mapping[str, str]) -> str:
    return f"{reverse('evaluation_dashboards')}?{urlencode(query)}"


def _areas() -> list[tuple[int, str]]:
    """Streets with their communities, for a choice."""
    found = []
    waiting = list(divisions_tree())
    while waiting:
        node = waiting.pop(0)
        digits = len(str(node.code))
        if digits >= 9:
            found.append((node.code, ("　" if digits > 9 else "") + node.name))
        waiting[:0] = node.children
    return found


def _step_name(step: str) -> str:
    return {"day": pgettext("span", "day"), "week": pgettext("span", "week"), "month": pgettext("span", "month")}[step]


def _area_name(by: str) -> str:
    return {"street": _("Streets"), "community": _("Communities"), "grid": _("Unit grids")}[by]


def _measure_name(measure: str) -> str:
    return {"cases": _("Cases"), "per_km2": _("Per km²"), "per_1000_components": _("Per 1 000 components")}[measure]
