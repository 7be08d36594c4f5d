"""Working calendars: a year at a glance, holidays and make-up days by click, seasons with their hours, and a box to try a limit."""

import calendar as months
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST, require_safe

from chengge.domain.errors import Refused
from chengge.domain.worktime import CalendarEnds, CalendarError, CalendarRules, Limit, Unit, WorkCalendar, account, due
from chengge.foundation.models import LimitUnit
from chengge.foundation.pages.manage.common import LookForm, page, tell, today, whole
from chengge.organization.actions import DayValues, SeasonValues, forget_day, put_days, save_calendar
from chengge.organization.calendars import HORIZON_YEARS, calendar_of, rules_of
from chengge.organization.gates import actor_at, for_administrators
from chengge.organization.models import CalendarDay, Organization, WorkingCalendar
from chengge.organization.queries import CITY_ZONE

BLANK_SEASONS = 1


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day of the year view. `state`: work, rest, holiday or makeup; `name`: what the city wrote down."""

    day: date
    state: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class MonthView:
    """A month as rows of seven days; None before the first and after the last."""

    name: str
    weeks: tuple[tuple[DayCell | None, ...], ...]
    work_days: int


class SeasonForm(LookForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=30, required=False)
    first_day = forms.CharField(
        label=gettext_lazy("First day"), max_length=5, required=False, widget=forms.TextInput(attrs={"placeholder": "05-01"})
    )
    last_day = forms.CharField(
        label=gettext_lazy("Last day"), max_length=5, required=False, widget=forms.TextInput(attrs={"placeholder": "09-30"})
    )
    spans = forms.CharField(
        label=gettext_lazy("Daily hours"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "08:00-12:00 14:00-18:00"}),
    )
    weekdays = forms.CharField(label=gettext_lazy("Weekdays"), max_length=7, required=False, initial="12345")
    remove = forms.BooleanField(label=gettext_lazy("Remove"), required=False)

    def values(self) -> SeasonValues | None:
        """None for a line that is empty or to be removed."""
        given = self.cleaned_data
        if given["remove"] or not (given["first_day"] or given["spans"]):
            return None
        return SeasonValues(
            given["name"], given["first_day"].strip(), given["last_day"].strip(), given["spans"].strip(), given["weekdays"].strip()
        )


class CalendarForm(LookForm):
    code = forms.SlugField(label=gettext_lazy("Code"), max_length=20)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    work_day_hours = forms.IntegerField(label=gettext_lazy("Working hours in a working day"), min_value=1, max_value=24, initial=8)


class TryForm(LookForm):
    """When does a limit end?"""

    start = forms.DateTimeField(
        label=gettext_lazy("From"),
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    amount = forms.IntegerField(label=gettext_lazy("Limit"), min_value=1, max_value=5000, initial=2)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=LimitUnit.choices, initial=LimitUnit.WORK_DAY)


SeasonForms = forms.formset_factory(SeasonForm, extra=BLANK_SEASONS, max_num=13)


@require_safe
@for_administrators
def calendars(request: HttpRequest) -> HttpResponse:
    """Every calendar, and who works by it."""
    used: dict[int, list[str]] = {}
    for pk, name in Organization.objects.filter(valid_to=None, level__lte=2).values_list("calendar_id", "short_name"):
        used.setdefault(pk, []).append(name)
    rows = WorkingCalendar.objects.prefetch_related("seasons").order_by("code")
    lines = [{"calendar": row, "seasons": row.seasons.all(), "used": used.get(row.pk, [])} for row in rows]
    return page(request, "calendars.html", "calendars", {"lines": lines})


@require_safe
@for_administrators
def calendar(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """A year of one calendar; with `start`, when a limit from then on would end."""
    row = _calendar(calendar_id)
    year = _year(request, row)
    asked = "start" in request.GET
    form = TryForm(request.GET if asked else None, initial={"start": datetime.combine(today(), time(16))})
    answer = _tried(row, form) if asked and form.is_valid() else None
    return page(request, "calendar.html", "calendars", _shown(row, year) | {"try_form": form, "answer": answer})


@require_POST
@for_administrators
def days(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """Mark the chosen days as holidays or make-up days, or let them be again what their weekday says."""
    row = _calendar(calendar_id)
    chosen = [_day(text) for text in request.POST.getlist("day")]
    if not chosen:
        raise Refused("day", _("No day is chosen."), _("Tick the days in the calendar first."), field="day")
    actor, mark = actor_at(request), request.POST.get("mark", "")
    if mark in ("holiday", "makeup"):
        name = request.POST.get("name", "").strip()[:30]
        put_days(actor, row.pk, [DayValues(day, mark == "makeup", name) for day in chosen])
    elif mark == "plain":
        known = set(row.days.filter(day__in=chosen).values_list("day", flat=True))
        for day in sorted(known):
            forget_day(actor, row.pk, day)
    else:
        raise Refused("mark", _("Choose what the days are."), field="mark")
    messages.success(request, _("%(count)d days are changed. Clocks that start from now on count by them.") % {"count": len(chosen)})
    return redirect(f"{request.path.removesuffix('days')}?year={chosen[0].year}")


@for_administrators
def edit(request: HttpRequest, calendar_id: int | None = None) -> HttpResponse:
    """Name, hours and seasons of a calendar."""
    row = _calendar(calendar_id) if calendar_id is not None else None
    seasons = [
        {"name": one.name, "first_day": one.first_day, "last_day": one.last_day, "spans": one.spans, "weekdays": one.weekdays}
        for one in (row.seasons.all() if row else ())
    ]
    initial = {"code": row.code, "name": row.name, "work_day_hours": row.work_day_hours} if row else None
    form = CalendarForm(request.POST or None, initial=initial)
    if row is not None:
        form.fields["code"].disabled = True
    formset = SeasonForms(request.POST or None, initial=seasons, prefix="season")
    if request.method == "POST" and form.is_valid() and formset.is_valid():
        values = [value for one in formset if (value := one.values()) is not None]
        given = form.cleaned_data
        try:
            if row is None and WorkingCalendar.objects.filter(code=given["code"]).exists():
                raise Refused("code", _("There is a calendar of this code already."), field="code")
            saved = save_calendar(
                actor_at(request),
                given["code"],
                given["name"],
                given["work_day_hours"],
                values,
                row.first_year if row else today().year - 1,
            )
        except Refused as refusal:
            tell(form, refusal)
        else:
            messages.success(request, _("The calendar is saved. Clocks that start from now on count by it."))
            return redirect("manage_calendar", calendar_id=saved.pk)
    return page(
        request, "calendar_form.html", "calendars", {"calendar": row, "form": form, "formset": formset}, 422 if form.errors else 200
    )


def weekday_names() -> list[str]:
    """From Monday to Sunday, short enough for a column of figures."""
    return [
        pgettext("weekday", "Mon"),
        pgettext("weekday", "Tue"),
        pgettext("weekday", "Wed"),
        pgettext("weekday", "Thu"),
        pgettext("weekday", "Fri"),
        pgettext("weekday", "Sat"),
        pgettext("weekday", "Sun"),
    ]


def _calendar(calendar_id: int) -> WorkingCalendar:
    return get_object_or_404(WorkingCalendar.objects.prefetch_related("seasons"), pk=calendar_id)


def _year(request: HttpRequest, row: WorkingCalendar) -> int:
    year = whole(request.GET.get("year"), "year") or today().year
    return min(max(year, row.first_year), row.first_year + HORIZON_YEARS - 1)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused("day", _("“%(value)s” is not a day.") % {"value": text[:40]}, field="day") from error


def _shown(row: WorkingCalendar, year: int) -> dict[str, Any]:
    """The year view and what stands beside it. Three queries."""
    special = {one.day: one for one in CalendarDay.objects.filter(calendar=row, day__year=year)}
    rules = rules_of(row)
    views = tuple(_month(year, month, rules, special) for month in range(1, 13))
    return {
        "calendar": row,
        "year": year,
        "before": year - 1 if year > row.first_year else None,
        "after": year + 1 if year < row.first_year + HORIZON_YEARS - 1 else None,
        "months": views,
        "work_days": sum(view.work_days for view in views),
        "named": sorted(special.values(), key=lambda one: one.day),
        "weekday_names": weekday_names(),
    }


def _month(year: int, month: int, rules: CalendarRules, special: dict[date, CalendarDay]) -> MonthView:
    cells = [_cell(date(year, month, number), rules, special) for number in range(1, months.monthrange(year, month)[1] + 1)]
    before = cells[0].day.weekday()
    padded: list[DayCell | None] = [None] * before + list(cells)
    padded += [None] * (-len(padded) % 7)
    weeks = tuple(tuple(padded[start : start + 7]) for start in range(0, len(padded), 7))
    return MonthView(date_format(date(year, month, 1), "F"), weeks, sum(cell.state in ("work", "makeup") for cell in cells))


def _cell(day: date, rules: CalendarRules, special: dict[date, CalendarDay]) -> DayCell:
    known = special.get(day)
    worked, plain = ("makeup", "holiday") if known else ("work", "rest")
    state = worked if (known.works if known else rules.hours_on(day).spans) else plain
    words = {"work": _("working day"), "rest": _("day off"), "holiday": _("holiday"), "makeup": _("make-up working day")}[state]
    name = known.name if known else ""
    return DayCell(day, state, name, f"{date_format(day, 'Y-m-d')} {words}{f' {name}' if name else ''}")


def _tried(row: WorkingCalendar, form: TryForm) -> dict[str, Any] | None:
    """When the limit ends, and the working spans it is added from."""
    start = form.cleaned_data["start"].replace(tzinfo=CITY_ZONE)
    limit = Limit(form.cleaned_data["amount"], Unit(form.cleaned_data["unit"]))
    begin = int(start.timestamp())
    try:
        built: WorkCalendar = calendar_of(row.pk)
        end = due(begin, limit, built)
    except (CalendarEnds, CalendarError):
        form.add_error(None, _("The calendar gives no working time there. Choose a moment inside its years."))
        return None
    spans = [] if limit.unit.continuous else account(begin, end, False, built)
    by_day: dict[date, int] = {}
    for span in spans:
        opens = datetime.fromtimestamp(span.start, CITY_ZONE)
        by_day[opens.date()] = by_day.get(opens.date(), 0) + span.end - span.start
    return {
        "start": start,
        "end": datetime.fromtimestamp(end, CITY_ZONE),
        "continuous": limit.unit.continuous,
        "days": [{"day": day, "minutes": seconds // 60, "hours": round(seconds / 3600, 2)} for day, seconds in by_day.items()],
        "skipped": max(0, (datetime.fromtimestamp(end, CITY_ZONE).date() - start.date() + timedelta(days=1)).days - len(by_day)),
    }
