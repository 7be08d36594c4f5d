"""Drawn areas: the list and the map, drawing one, what is at fault with it and what it moves, proposals and who accepts them."""

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from chengge import clock
from chengge.coordination.actions.boundaries import accept, effect_with, propose, propose_to_end, told
from chengge.coordination.pages.gatherings import concerned, platform_readers, roles, workers
from chengge.coordination.pages.typed import day_typed, whole
from chengge.coordination.queries.boundaries import area_in_sight, areas_in_sight, rows_of, zone_in_sight
from chengge.coordination.queries.boundaries_cut import cut_of
from chengge.coordination.queries.choices import bodies, classes
from chengge.domain.errors import NotFound, Refused
from chengge.foundation.actions.areas import MAY_ACCEPT, AreaValues, checked, withdraw_change
from chengge.foundation.models import AreaChange, ProblemKind, ResponsibilityArea
from chengge.foundation.pages.manage.common import page_of, tomorrow
from chengge.foundation.queries.areas import area_features, changes_like, class_words, faults_of, versions_of_area
from chengge.foundation.queries.drawn import border_drawn, border_of, geojson_of, wkb_of
from chengge.organization.gates import actor_at
from chengge.organization.queries import city_day
from chengge.organization.refusals import status_of

TYPED = ("code", "name", "organization_id", "basis", "first_day", "polygon")
MOST_ON_MAP = 2000


@require_safe
@concerned
def areas(request: HttpRequest) -> HttpResponse:
    """Areas that hold, by a part of code, name or body; above them what waits to be accepted."""
    actor, today = actor_at(request), city_day(clock.now())
    text = request.GET.get("q", "").strip()[:60]
    rows = page_of(request, areas_in_sight(actor, text))
    shown = roles(actor)
    context = {
        "tab": "coordination",
        **shown,
        "rows": rows,
        "today": today,
        "listed": [(row, class_words(row.classes, today)) for row in rows],
        "text": text,
        "keep": urlencode({"q": text}),
        "changes": list(changes_like()) if shown["reads"] else [],
    }
    return render(request, "coordination/boundaries/areas.html", context)


@require_safe
@concerned
@gzip_page
def areas_on_map(request: HttpRequest) -> HttpResponse:
    """The areas in sight as GeoJSON, to look at and to snap to."""
    rows = areas_in_sight(actor_at(request)).defer(None)[:MOST_ON_MAP]
    return HttpResponse(orjson.dumps(area_features(rows)), content_type="application/geo+json")


@require_safe
@concerned
def area_page(request: HttpRequest, area_id: int) -> HttpResponse:
    """One area: where, who, for what, since when, and how it was before."""
    actor, today = actor_at(request), city_day(clock.now())
    area = area_in_sight(actor, area_id)
    context = {
        "tab": "coordination",
        **roles(actor),
        "area": area,
        "what": class_words(area.classes, today),
        "shapes": area_features([area]),
        "versions": versions_of_area(area.code),
        "waiting": AreaChange.objects.filter(code=area.code, state="proposed").first(),
        "tomorrow": tomorrow(),
    }
    return render(request, "coordination/boundaries/area.html", context)


@workers
def edit(request: HttpRequest, area_id: int | None = None) -> HttpResponse:
    """Draw a new area, or another border for one that holds; `?zone=&part=` brings a part of a proposed cut."""
    area = area_in_sight(actor_at(request), area_id) if area_id is not None else None
    if request.method != "POST":
        return _form(request, _of(area) if area else _from(request), area, None, 200)
    try:
        change = propose(actor_at(request), _values(request.POST, area), day_typed(request.POST, "first_day") or tomorrow())
    except Refused as refusal:
        return _form(request, request.POST, area, refusal, status_of(refusal))
    messages.success(request, _("The change waits for a second person to accept it."))
    return redirect("coordination_area_change", change.pk)


@require_POST
@workers
def look(request: HttpRequest) -> HttpResponse:
    """What is at fault with a border as it is drawn now, and what it would move: a part of the form."""
    context: dict[str, object] = {}
    try:
        day = day_typed(request.POST, "first_day") or tomorrow()
        values = checked(_values(request.POST, None), day)
        effect = effect_with(values, day)
        border = border_of(values.polygon)
        context = {
            "faults": faults_of(border, values.classes, values.organization_id, values.code, day),
            "effect": effect,
            "moved": told(effect),
            "looked": True,
        }
    except Refused as refusal:
        context = {"refusal": refusal}
    return render(request, "coordination/boundaries/look.html", context)


@require_POST
@workers
def end(request: HttpRequest, area_id: int) -> HttpResponse:
    """Propose that an area ends."""
    area = area_in_sight(actor_at(request), area_id)
    try:
        day = day_typed(request.POST, "first_day") or tomorrow()
        change = propose_to_end(actor_at(request), area.code, day, request.POST.get("basis", ""))
    except Refused as refusal:
        messages.error(request, f"{refusal.message} {refusal.hint}")
        return redirect("coordination_area", area_id)
    messages.success(request, _("The change waits for a second person to accept it."))
    return redirect("coordination_area_change", change.pk)


@require_safe
@platform_readers
def change_page(request: HttpRequest, change_id: int) -> HttpResponse:
    """A proposal: before and after on the map, what is at fault, whom it moves."""
    return _change(request, change_id, None, 200)


@require_POST
@platform_readers
def step(request: HttpRequest, change_id: int) -> HttpResponse:
    """Accept a proposal or give it up."""
    try:
        match request.POST.get("step", ""):
            case "accept":
                accept(actor_at(request), change_id)
                messages.success(request, _("Accepted: it holds from its day on, and cases judged before keep what they had."))
            case "withdraw":
                withdraw_change(actor_at(request), change_id)
                messages.success(request, _("The proposal is given up."))
            case other:
                raise Refused("step", _("There is no action “%(action)s”.") % {"action": other[:40]})
    except NotFound:
        raise
    except Refused as refusal:
        return _change(request, change_id, refusal, status_of(refusal))
    return redirect("coordination_area_change", change_id)


def _values(sent: QueryDict, area: ResponsibilityArea | None) -> AreaValues:
    return AreaValues(
        code=area.code if area is not None else sent.get("code", ""),
        name=sent.get("name", ""),
        organization_id=whole(sent, "organization_id") or 0,
        basis=sent.get("basis", ""),
        polygon=border_drawn(sent.get("polygon", "")),
        classes=[code for code in sent.getlist("classes") if code],
    )


def _of(area: ResponsibilityArea) -> QueryDict:
    typed = QueryDict(mutable=True)
    typed.update(
        {
            "code": area.code,
            "name": area.name,
            "organization_id": str(area.organization_id),
            "basis": area.basis,
            "first_day": f"{tomorrow()}",
            "polygon": orjson.dumps(geojson_of(area.polygon)).decode(),
        }
    )
    typed.setlist("classes", area.classes)
    return typed


def _from(request: HttpRequest) -> QueryDict:
    """A new area, with the part of a proposed cut that the address names."""
    typed = QueryDict(mutable=True)
    typed["first_day"] = f"{tomorrow()}"
    if key := request.GET.get("zone", ""):
        zone = zone_in_sight(actor_at(request), key)
        one = zone.problem_class
        typed.setlist("classes", [f"{one.kind}:{one.code}"])
        typed["code"], typed["name"] = key[:40], f"{one.name} · {rows_of([zone])[0].street}"[:60]
        shape, cut = wkb_of(border_of(zone.polygon)), cut_of(zone)
        for part in cut.parts:
            if request.GET.get("part") == str(part.number):
                shape = wkb_of(part.shape)
                typed["organization_id"] = str(part.body.pk)
                typed["basis"] = f"{cut.along} {part.reason}"[:200]
        typed["polygon"] = orjson.dumps(geojson_of(shape)).decode()
    return typed


def _form(request: HttpRequest, typed: QueryDict, area: ResponsibilityArea | None, refusal: Refused | None, status: int) -> HttpResponse:
    today = city_day(clock.now())
    offered = list(classes(today))
    context = {
        "tab": "coordination",
        **roles(actor_at(request)),
        "typed": {name: typed.get(name, "") for name in TYPED},
        "chosen": set(typed.getlist("classes")),
        "area": area,
        "kinds": list(ProblemKind.choices),
        "majors": list({f"{one.kind}:{one.major_code}": one.major_name for one in offered}.items()),
        "classes": [(f"{one.kind}:{one.code}", one.name, one.major_name) for one in offered],
        "bodies": bodies(),
        "refusal": refusal,
    }
    return render(request, "coordination/boundaries/area_form.html", context, status=status)


def _change(request: HttpRequest, change_id: int, refusal: Refused | None, status: int) -> HttpResponse:
    actor, today = actor_at(request), city_day(clock.now())
    change = AreaChange.objects.select_related("organization", "proposed_by", "decided_by").filter(pk=change_id).first()
    if change is None:
        raise NotFound("area_change", _("There is no such proposal."), _("Look at the list of areas."))
    waits = change.state == AreaChange.State.PROPOSED
    before = ResponsibilityArea.objects.select_related("organization").filter(code=change.code)
    before = before.filter(valid_to=None) if waits else before.filter(valid_to=change.first_day)
    held = before.order_by("-valid_from", "-pk").first()
    after = {"part": "after", "label": change.name}
    features = [{"type": "Feature", "properties": after, "geometry": geojson_of(change.polygon)}]
    if held is not None:
        features.insert(0, {"type": "Feature", "properties": {"part": "before", "label": held.name}, "geometry": geojson_of(held.polygon)})
    context = {
        "tab": "coordination",
        **roles(actor),
        "change": change,
        "held": held,
        "what": class_words(change.classes, today),
        "what_before": class_words(held.classes, today) if held else "",
        "shapes": {"type": "FeatureCollection", "features": features},
        "faults": faults_of(border_of(change.polygon), change.classes, change.organization_id, change.code, max(today, change.first_day))
        if waits and not change.ends
        else [],
        "may_accept": waits and bool(actor.posts & MAY_ACCEPT) and change.proposed_by_id != actor.member_id,
        "may_withdraw": waits and roles(actor)["works"],
        "refusal": refusal,
    }
    return render(request, "coordination/boundaries/change.html", context, status=status)
