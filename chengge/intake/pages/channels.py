"""Statistics: how problems reach the city."""

import csv
import io
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chengge import clock
from chengge.casework.models import Channel
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.foundation.pages.manage.common import day_of
from chengge.intake.queries.statistics import Figures, figures
from chengge.organization.gates import actor_at, for_posts
from chengge.organization.queries import city_day
from chengge.organization.refusals import status_of

readers = for_posts(Post.SHIFT_LEADER, Post.OPERATOR, Post.EVALUATOR, Post.LEADER, Post.COORDINATOR, Post.DISPATCHER, Post.ADMINISTRATOR)
BOM = "\ufeff"  # without it a spreadsheet takes the file for something else than UTF-8
SHOWN_DAYS = 29


@require_safe
@readers
def statistics(request: HttpRequest) -> HttpResponse:
    """Reports, cases, duplicates, refusals and waiting times of each channel."""
    asked, today = request.GET, city_day(clock.now())
    step = "month" if asked.get("by") == "month" else "day"
    refusal, found = None, None
    try:
        until = day_of(asked.get("until"), today)
        since = day_of(asked.get("since"), until - timedelta(days=SHOWN_DAYS))
        found = figures(actor_at(request), since, until, step)
    except Refused as problem:
        refusal, until, since = problem, today, today - timedelta(days=SHOWN_DAYS)
    context = {
        "tab": "channels",
        "figures": found,
        "since": since,
        "until": until,
        "by": step,
        "chart": _chart(found) if found else None,
        "refusal": refusal,
        "keep": asked.urlencode(),
    }
    return render(request, "intake/channels/statistics.html", context, status=status_of(refusal) if refusal else 200)


@require_safe
@readers
def as_csv(request: HttpRequest) -> HttpResponse:
    """The same as a table to take away: a line for each channel, then one for each step."""
    asked, today = request.GET, city_day(clock.now())
    until = day_of(asked.get("until"), today)
    since = day_of(asked.get("since"), until - timedelta(days=SHOWN_DAYS))
    found = figures(actor_at(request), since, until, "month" if asked.get("by") == "month" else "day")
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(
        [
            _("Channel"), _("Reports"), _("Cases"), _("Duplicates"), _("Waiting"), _("Rejected"), _("Rejected %"),
            _("Acceptance, median (min)"), *map(str, found.steps),
        ]
    )  # fmt: skip
    for line in (*found.lines, found.total):
        minutes = "" if line.accepted_in is None else round(line.accepted_in.total_seconds() / 60, 1)
        share = "" if line.rejected_share is None else line.rejected_share
        by_step = found.series.get(line.channel) or [sum(row[at] for row in found.series.values()) for at in range(len(found.steps))]
        table.writerow(
            [line.name or _("Together"), line.reports, line.cases, line.added, line.waiting, line.rejected, share, minutes, *by_step]
        )
    response = HttpResponse(BOM + out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="channels-{since}-{until}.csv"'
    return response


def _chart(found: Figures) -> dict[str, Any]:
    """What the chart draws: the steps, and of each channel its reports."""
    order = sorted(found.series, key=lambda channel: -sum(found.series[channel]))
    return {
        "steps": [
            f"{step:%m-%d}" if len(found.steps) < 2 or found.steps[1] - found.steps[0] == timedelta(days=1) else f"{step:%Y-%m}"
            for step in found.steps
        ],
        "series": [{"name": str(Channel(channel).label), "data": found.series[channel]} for channel in order],
    }
