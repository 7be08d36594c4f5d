"""The roster: a week of planned duty by responsibility grid, cell by cell or like the week before."""

from collections.abc import Iterator
from datetime import date, time, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from chengge import clock
from chengge.casework.queries.export import Cell
from chengge.domain.errors import Refused
from chengge.field.office.common import csv_file, for_office, keeping, page, streets
from chengge.field.queries.roster import DAYS, choices, entries_of, names_of_grids, week
from chengge.foundation.actions import ShiftValues, copy_week, end_shift, plan_cell, save_shift
from chengge.foundation.actions.roster import PLANNERS
from chengge.foundation.models import ResponsibilityGrid
from chengge.foundation.pages.manage.common import day_of, tomorrow
from chengge.organization import typed
from chengge.organization.gates import actor_at
from chengge.organization.models import RosterEntry
from chengge.organization.queries import city_day
from chengge.organization.queries.roster import shifts_on, span_of
from chengge.organization.typed import id_in

PAGE_SIZE = 30
MOST_WEEKS_EXPORTED = 8


@require_safe
@for_office
def roster(request: HttpRequest) -> HttpResponse:
    """One week, grid by grid."""
    now, asked = clock.now(), request.GET
    monday = _monday(day_of(asked.get("week"), city_day(now)))
    division = typed.whole(asked, "division")
    shown = week(
        monday,
        now,
        division_code=division,
        gaps_only=asked.get("gaps") == "1",
        after=asked.get("after", "")[:20],
        size=PAGE_SIZE,
    )
    this_week = _monday(city_day(now))
    context = {
        "week": shown,
        "today": city_day(now),
        "before": monday - timedelta(days=DAYS),
        "following": monday + timedelta(days=DAYS),
        "this_week": this_week,
        "is_this_week": monday == this_week,
        "may_copy": monday + timedelta(days=DAYS) > city_day(now),
        "division": division,
        "gaps_only": asked.get("gaps") == "1",
        "streets": streets(),
        "keep": keeping(request, "after"),
        "is_later": "after" in asked,
        "plans": bool(actor_at(request).posts & PLANNERS),
        "tomorrow": tomorrow(),
        "days_and_gaps": list(zip(shown.days, shown.gaps, strict=True)),
    }
    return page(request, "office_roster.html", "roster", context)


@for_office
def cell(request: HttpRequest, grid: str, day: str) -> HttpResponse:
    """Who walks one grid on one day, to choose; on further days of the week too, on wish."""
    of_grid = get_object_or_404(ResponsibilityGrid, code=grid)
    on = day_of(day, city_day(clock.now()))
    if request.method == "POST":
        return _plan(request, of_grid, on)
    planned = set(RosterEntry.objects.filter(responsibility_grid=grid, day=on).values_list("shift_id", "member_id"))
    offered = choices(of_grid, on)
    context = {
        "grid": of_grid,
        "day": on,
        "monday": _monday(on),
        "other_days": [
            one for one in (_monday(on) + timedelta(days=step) for step in range(DAYS)) if one != on and one >= city_day(clock.now())
        ],
        "shifts": [
            {
                "shift": shift,
                "own": [(choice, (shift.pk, choice.member.pk) in planned) for choice in offered if choice.own],
                "others": [(choice, (shift.pk, choice.member.pk) in planned) for choice in offered if not choice.own],
            }
            for shift in shifts_on(on)
        ],
        "is_past": on < city_day(clock.now()),
        "plans": bool(actor_at(request).posts & PLANNERS),
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "field/office_roster_cell.html", context)
    return page(request, "office_roster_cell_page.html", "roster", context)


@require_POST
@for_office
def copy(request: HttpRequest) -> HttpResponse:
    """Plan a week like the week before."""
    monday = _monday(day_of(request.POST.get("week"), city_day(clock.now())))
    copied = copy_week(actor_at(request), monday)
    said = ngettext("%(count)d duty planned like last week.", "%(count)d duties planned like last week.", copied.made) % {
        "count": copied.made
    }
    messages.success(request, said)
    if copied.left_out:
        messages.warning(
            request,
            ngettext(
                "%(count)d was left out: the member, grid or shift is not there any more, or the member is planned elsewhere.",
                "%(count)d were left out: the member, grid or shift is not there any more, or the member is planned elsewhere.",
                copied.left_out,
            )
            % {"count": copied.left_out},
        )
    return redirect(f"{reverse('manage_roster')}?week={monday}")


@require_POST
@for_office
def shift(request: HttpRequest) -> HttpResponse:
    """A new shift, another one in place of one, or the end of one."""
    given, actor = request.POST, actor_at(request)
    day = day_of(given.get("day"), tomorrow())
    try:
        if given.get("end"):
            end_shift(actor, typed.whole(given, "end") or 0, day)
            messages.success(request, _("The shift ends on %(day)s.") % {"day": day})
        else:
            values = ShiftValues(
                code=given.get("code", ""),
                name=given.get("name", ""),
                starts=_time(given.get("starts", ""), "starts"),
                ends=_time(given.get("ends", ""), "ends"),
                grace_minutes=typed.whole(given, "grace_minutes") or 0,
                everywhere=given.get("everywhere") == "1",
            )
            begun = save_shift(actor, values, day)
            messages.success(request, _("%(name)s holds from %(day)s on.") % {"name": begun.name, "day": day})
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("manage_roster")


@require_safe
@for_office
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The roster of a week or more as a table, one line for each member, shift and grid."""
    monday = _monday(day_of(request.GET.get("week"), city_day(clock.now())))
    weeks = min(typed.whole(request.GET, "weeks") or 1, MOST_WEEKS_EXPORTED)
    rows = list(entries_of(monday, monday + timedelta(days=DAYS * weeks - 1), typed.whole(request.GET, "division")))
    headings = (
        _("day"), _("shift"), _("starts"), _("ends"), _("responsibility grid code"), _("responsibility grid name"), _("user name"),
        _("name"),
    )  # fmt: skip
    return csv_file("roster", headings, _table(rows))


def _plan(request: HttpRequest, grid: ResponsibilityGrid, day: date) -> HttpResponse:
    pairs = set()
    for text in request.POST.getlist("place"):
        shift, _dash, member = text.partition("-")
        shift_id, member_id = id_in(shift), id_in(member)
        if shift_id is not None and member_id is not None:
            pairs.add((shift_id, member_id))
    days = [day, *(day_of(text, day) for text in request.POST.getlist("also"))]
    try:
        for one in dict.fromkeys(days):
            plan_cell(actor_at(request), grid.code, one, pairs)
    except Refused as refusal:
        messages.warning(request, f"{one}: {refusal}")
    else:
        messages.success(request, _("%(grid)s is planned.") % {"grid": grid.name})
    return redirect(f"{reverse('manage_roster')}?week={_monday(day)}#grid-{grid.code}")


def _table(rows: list[RosterEntry]) -> Iterator[tuple[Cell, ...]]:
    names = names_of_grids([row.responsibility_grid for row in rows])
    for row in rows:
        starts, ends = span_of(row.shift, row.day)
        yield (
            row.day.isoformat(),
            row.shift.name,
            starts,
            ends,
            row.responsibility_grid,
            names.get(row.responsibility_grid, ""),
            row.member.username,
            row.member.full_name,
        )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _time(text: str, field: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise Refused("time", _("“%(value)s” is no time of the day.") % {"value": text[:20]}, _("Write it as 07:30."), field) from error
