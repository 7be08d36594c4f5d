"""Responsibilities: who answers for what where, kept with dates; and a box to try who would be asked."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge.domain.codes import CodeError, ComponentCode
from chengge.domain.errors import Refused
from chengge.foundation.actions import end_responsibility, save_responsibility
from chengge.foundation.models import Component, ProblemClass, ProblemKind, Responsibility
from chengge.foundation.pages.manage.common import day_of, page, page_of, tell, today, whole
from chengge.foundation.pages.manage.forms import DayForm, ResponsibilityForm, class_choices, division_choices, organization_choices
from chengge.foundation.queries import candidates, find_place, locate, rules_of
from chengge.foundation.queries.keeping import names_of_divisions, responsibilities_like
from chengge.organization.gates import actor_at, for_administrators


@require_safe
@for_administrators
def responsibilities(request: HttpRequest) -> HttpResponse:
    """The list, by class, area, organization or words; ended ones on wish."""
    asked = request.GET
    day = None if asked.get("ended") else day_of(asked.get("on"), today())
    wanted = {
        "kind": asked.get("kind", ""),
        "class_id": whole(asked.get("class"), "class"),
        "division_code": whole(asked.get("division"), "division"),
        "organization_id": whole(asked.get("organization"), "organization"),
        "text": asked.get("q", "").strip()[:60],
    }
    rows = page_of(request, responsibilities_like(day, **wanted))
    names = names_of_divisions([row.division_code for row in rows], day or today())
    context = {
        "rows": rows,
        "lines": [{"row": row, "what": _what(row), "where": _where(row, names)} for row in rows],
        "wanted": wanted,
        "ended": bool(asked.get("ended")),
        "classes": class_choices(),
        "divisions": division_choices(),
        "organizations": organization_choices(),
        "kinds": ProblemKind.choices,
        "end_form": DayForm(),
        "today": today(),
    }
    return page(request, "responsibilities.html", "responsibilities", context)


@for_administrators
def edit(request: HttpRequest, row_id: int | None = None) -> HttpResponse:
    """A new responsibility, or another one in place of one that holds."""
    old = get_object_or_404(Responsibility, pk=row_id, valid_to=None) if row_id is not None else None
    initial = ResponsibilityForm.of(old) if old else {name: request.GET.get(name) for name in ("problem_class", "division", "organization")}
    form = ResponsibilityForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            begun = save_responsibility(actor_at(request), old.pk if old else None, form.values(), form.cleaned_data["day"])
        except Refused as refusal:
            tell(form, refusal, {"kind": "major"})
        else:
            messages.success(request, _("The responsibility holds from %(day)s on.") % {"day": begun.valid_from})
            return redirect("manage_responsibilities")
    return page(request, "responsibility_form.html", "responsibilities", {"form": form, "old": old}, 422 if form.errors else 200)


@require_POST
@for_administrators
def end(request: HttpRequest, row_id: int) -> HttpResponse:
    """From a day on the organization does not answer for this any more."""
    form = DayForm(request.POST)
    if not form.is_valid():
        raise Refused("day", _("A day is missing."), _("Choose the day on which the responsibility ends."), field="day")
    end_responsibility(actor_at(request), row_id, form.cleaned_data["day"])
    messages.success(request, _("The responsibility ends on %(day)s.") % {"day": form.cleaned_data["day"]})
    return redirect("manage_responsibilities")


@require_safe
@for_administrators
def who(request: HttpRequest) -> HttpResponse:
    """Who would be asked for a class at a place: ranked, each with its basis."""
    asked = request.GET
    class_id = whole(asked.get("class"), "class")
    context: dict[str, Any] = {
        "classes": class_choices(),
        "class_id": class_id,
        "component": asked.get("component", ""),
        "place": asked.get("place", ""),
    }
    try:
        component, lon, lat = _place(asked)
    except Refused as refusal:
        return page(request, "who.html", "who", context | {"fault": str(refusal)}, 422)
    context |= {"lon": lon, "lat": lat}
    if class_id is not None and lon is not None and lat is not None:
        problem_class = get_object_or_404(ProblemClass, pk=class_id)
        located = locate(lon, lat)
        context |= {
            "asked": True,
            "problem_class": problem_class,
            "located": located,
            "rules": rules_of(class_id, located.area_class, today()),
            "candidates": candidates(class_id, None, located.grid_code, component.code if component else None, today(), lon, lat),
        }
    return page(request, "who.html", "who", context)


def _place(asked: Any) -> tuple[Component | None, float | None, float | None]:
    """The place somebody named: a component, a name of a place, or a point on the map."""
    if code := asked.get("component", "").strip():
        try:
            number = ComponentCode.parse(code).value
        except CodeError as error:
            raise Refused("component", _("This is no component code."), _("A component code has 16 digits."), "component") from error
        component = Component.objects.filter(code=number).first()
        if component is None:
            raise Refused("component", _("There is no component %(code)s.") % {"code": code}, field="component")
        return component, component.lon, component.lat
    if name := asked.get("place", "").strip():
        found = find_place(name, 1)
        if not found:
            raise Refused("place", _("No place of the name “%(name)s” is known.") % {"name": name}, _("Mark it on the map."), "place")
        return None, found[0].lon, found[0].lat
    try:
        return None, float(asked["lon"]), float(asked["lat"])
    except (KeyError, ValueError):
        return None, None, None


def _what(row: Responsibility) -> str:
    if row.problem_class is not None:
        return row.problem_class.name
    if not row.kind:
        return _("Every class")
    kind = str(ProblemKind(row.kind).label)
    return _("%(kind)s, major class %(code)s") % {"kind": kind, "code": row.major_code} if row.major_code else kind


def _where(row: Responsibility, names: dict[int, str]) -> str:
    return names.get(row.division_code, str(row.division_code)) if row.division_code else _("Everywhere")
