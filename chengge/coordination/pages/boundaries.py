"""Unclear boundaries: the map and list of where nobody or several answer, one of them with a proposed cut, and the list to take away."""

import csv
import io
from typing import Any

import orjson
import shapely
from django.contrib import messages
from django.core.cache import cache
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from chengge import clock
from chengge.casework.pages.exporting import BOM, guarded
from chengge.coordination.actions.boundaries import draft_cut
from chengge.coordination.pages.gatherings import concerned, roles, workers
from chengge.coordination.pages.typed import wholes
from chengge.coordination.queries.boundaries import ZoneRow, cases_in, rows_of, street_names, zone_in_sight, zones_in_sight
from chengge.coordination.queries.boundaries_cut import CutRow, cut_of
from chengge.domain.errors import Refused
from chengge.foundation.models import BoundaryZone, ProblemClass, ProblemKind
from chengge.foundation.pages.manage.common import page_of, whole
from chengge.foundation.queries import grid_index
from chengge.foundation.queries.boundaries import last_count, state_on
from chengge.foundation.queries.drawn import border_of
from chengge.foundation.queries.map_layers import revisions
from chengge.organization.gates import actor_at
from chengge.organization.models import Organization
from chengge.organization.queries import Actor, city_day
from chengge.organization.refusals import status_of

MOST_ON_MAP, MOST_EXPORTED = 300, 20_000
SIMPLER_DEGREES = 0.00002
KEPT_SECONDS = 24 * 3600


@require_safe
@concerned
def listed(request: HttpRequest) -> HttpResponse:
    """Map and list of gaps and overlaps, the costliest first; by class, kind, street, verdict and body."""
    actor = actor_at(request)
    wanted = _wanted(request.GET)
    zones = zones_in_sight(actor, **wanted)
    rows = page_of(request, zones)
    count, day = last_count(), city_day(clock.now())
    shares = _shares(count)
    everything = zones_in_sight(actor)
    bodies = {pk for pks in everything.order_by().values_list("bodies", flat=True).distinct() for pk in pks}
    keep = urlencode({name: value for name, value in _asked(request.GET).items() if value})
    context = {
        "tab": "coordination",
        **roles(actor),
        "rows": rows,
        "views": rows_of(rows.object_list),
        "wanted": wanted,
        "keep": keep,
        "sums": zones.order_by().aggregate(
            gaps=Count("pk", filter=Q(verdict="none")),
            overlaps=Count("pk", filter=Q(verdict="several")),
            cases=Sum("cases", default=0),
            disputes=Sum("disputes", default=0),
            lost_days=Sum("lost_days", default=0.0),
            ownerless=Sum("ownerless", default=0),
        ),
        "count": count,
        "shares": shares,
        "bars": _bars(shares),
        "stale": count is not None and count.state != state_on(day),
        "kinds": ProblemKind.choices,
        "classes": list(
            ProblemClass.objects.filter(pk__in=everything.order_by().values("problem_class_id")).order_by(
                "kind", "major_code", "minor_code"
            )
        ),
        "streets": sorted(street_names(everything.order_by().values_list("street_code", flat=True).distinct()).items()),
        "bodies": list(Organization.objects.filter(pk__in=bodies).order_by("code")),
    }
    return render(request, "coordination/boundaries/list.html", context)


@require_safe
@concerned
@gzip_page
def on_map(request: HttpRequest) -> HttpResponse:
    """The same zones as GeoJSON, the costliest of them; of one class also where it is clear who answers."""
    actor, wanted = actor_at(request), _wanted(request.GET)
    rows = list(zones_in_sight(actor, **wanted).defer("grid_codes")[:MOST_ON_MAP])
    features = [_feature(view) for view in rows_of(rows)]
    if wanted["class_id"] is not None and not wanted["verdict"] and wanted["body_id"] is None and wanted["street_code"] is None:
        features.insert(0, _clear())
    features.sort(key=lambda feature: feature["properties"].get("weight", 0.0))
    body = orjson.dumps({"type": "FeatureCollection", "features": features})
    return HttpResponse(body, content_type="application/geo+json")


@require_safe
@concerned
def zone_page(request: HttpRequest, key: str) -> HttpResponse:
    """One unclear boundary: where, between whom, what it costs, the cases in it, and a proposed cut with its reasons."""
    return _zone(request, key, None, 200)


@require_POST
@workers
def draft(request: HttpRequest, key: str) -> HttpResponse:
    """Accept parts of the proposed cut: a draft of a ruling for each, which a second person signs."""
    try:
        drafted = draft_cut(actor_at(request), key, wholes(request.POST, "part"))
    except Refused as refusal:
        return _zone(request, key, refusal, status_of(refusal))
    count = len(drafted)
    said = ngettext(
        "%(count)d draft of a ruling waits for a second person to sign it.",
        "%(count)d drafts of rulings wait for a second person to sign them.",
        count,
    )
    messages.success(request, said % {"count": count})
    return redirect("coordination_ruling", drafted[0].pk)


@require_safe
@concerned
def as_csv(request: HttpRequest) -> HttpResponse:
    """The filtered list as a table."""
    text = io.StringIO()
    table = csv.writer(text)
    headings = (
        _("Class"), pgettext("boundary", "Verdict"), pgettext("division", "Street"), _("Organizations"), _("Cases a year"), _("Disputes"),
        _("Days lost"), _("Components"), _("Ownerless components"), _("Area (m²)"), _("Unit grids"), _("Longitude"), _("Latitude"),
        _("Weight"),
    )  # fmt: skip
    table.writerow(headings)
    for view in rows_of(zones_in_sight(actor_at(request), **_wanted(request.GET)).defer("polygon")[:MOST_EXPORTED]):
        zone = view.zone
        names = _(", ").join(body.name for body in view.bodies)
        cells = (
            zone.problem_class.name, zone.get_verdict_display(), view.street, names, zone.cases, zone.disputes, zone.lost_days,
            zone.components, zone.ownerless, zone.area_m2, len(zone.grid_codes), zone.lon, zone.lat, zone.weight,
        )  # fmt: skip
        table.writerow([guarded(cell) for cell in cells])
    response = HttpResponse(BOM + text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="boundaries-{city_day(clock.now()):%Y%m%d}.csv"'
    return response


def _asked(sent: QueryDict) -> dict[str, str]:
    return {name: sent.get(name, "").strip() for name in ("verdict", "class", "kind", "street", "body")}


def _wanted(sent: QueryDict) -> dict[str, Any]:
    asked = _asked(sent)
    return {
        "verdict": asked["verdict"] if asked["verdict"] in BoundaryZone.Verdict.values else "",
        "class_id": whole(asked["class"], "class"),
        "kind": asked["kind"] if asked["kind"] in ProblemKind.values else "",
        "street_code": whole(asked["street"], "street"),
        "body_id": whole(asked["body"], "body"),
    }


def _shares(count: Any) -> list[tuple[str, str, int, float]]:
    """Of all classes in all grids: how many have one owner, none, several."""
    if count is None:
        return []
    told = (("one", _("One owner"), count.clear), ("none", _("No owner"), count.unowned), ("several", _("Several owners"), count.shared))
    total = sum(number for _name, _label, number in told) or 1
    return [(name, label, number, 100 * number / total) for name, label, number in told]


def _bars(shares: list[tuple[str, str, int, float]]) -> list[dict[str, str]]:
    """The shares one behind the other, on a scale of 100."""
    bars, reached = [], 0.0
    for name, _label, _number, share in shares:
        bars.append({"name": name, "x": f"{reached:.2f}", "width": f"{share:.2f}"})
        reached += share
    return bars


def _feature(view: ZoneRow) -> dict[str, Any]:
    zone = view.zone
    bodies = _(", ").join(body.short_name for body in view.bodies)
    return {
        "type": "Feature",
        "properties": {
            "verdict": zone.verdict,
            "label": zone.problem_class.name,
            "detail": f"{zone.get_verdict_display()}{': ' + bodies if bodies else ''} · {view.street}",
            "cost": _("%(cases)d cases a year, %(disputes)d disputed") % {"cases": zone.cases, "disputes": zone.disputes},
            "url": reverse("coordination_boundary", args=(view.key,)),
            "weight": zone.weight,
        },
        "geometry": orjson.loads(_outline(border_of(zone.polygon))),
    }


def _clear() -> dict[str, Any]:
    """The city as a whole, beneath what is unclear; kept until the grids change."""
    name = f"boundaries:city:{revisions().get('grids', 0)}:{city_day(clock.now())}"
    text = cache.get(name)
    if text is None:
        text = _outline(shapely.union_all(grid_index().polygons))
        cache.set(name, text, KEPT_SECONDS)
    return {"type": "Feature", "properties": {"verdict": "one", "weight": -1.0}, "geometry": orjson.loads(text)}


def _outline(shape: Any) -> str:
    simpler = shapely.transform(shapely.simplify(shape, SIMPLER_DEGREES), lambda places: places.round(6))
    return str(shapely.to_geojson(simpler))


def _zone(request: HttpRequest, key: str, refusal: Refused | None, status: int) -> HttpResponse:
    actor = actor_at(request)
    zone = zone_in_sight(actor, key)
    cut = cut_of(zone)
    shapes = [
        {"type": "Feature", "properties": {"part": 0, "verdict": zone.verdict}, "geometry": orjson.loads(_outline(border_of(zone.polygon)))}
    ]
    shapes += [
        {
            "type": "Feature",
            "properties": {"part": part.number, "label": f"{part.number} · {part.body.short_name}"},
            "geometry": orjson.loads(_outline(part.shape)),
        }
        for part in cut.parts
    ]
    west, south, east, north = border_of(zone.polygon).bounds
    view = rows_of([zone])[0]
    context = {
        "tab": "coordination",
        **roles(actor),
        "view": view,
        "zone": zone,
        "cut": cut,
        "grids": [f"{code:015d}" for code in zone.grid_codes],
        "shapes": {"type": "FeatureCollection", "bounds": [west, south, east, north], "features": shapes},
        "cases": cases_in(actor, zone),
        "meeting": _meeting(actor, view, cut),
        "refusal": refusal,
    }
    return render(request, "coordination/boundaries/zone.html", context, status=status)


def _meeting(actor: Actor, view: ZoneRow, cut: CutRow) -> str:
    """The form that calls a meeting, filled with what is unclear and who should come."""
    said = {"class": view.zone.problem_class.name, "street": view.street}
    subject = _("Who answers for %(class)s in %(street)s") % said
    bodies = dict.fromkeys([*(body.pk for body in view.bodies), *(part.body.pk for part in cut.parts)])
    points = [subject, *(f"{part.body.short_name}: {part.reason}" for part in cut.parts)]
    pairs = [("subject", subject[:120]), ("subjects", "\n".join(points)), *(("organization_ids", pk) for pk in bodies)]
    return f"{reverse('coordination_meeting_new')}?{urlencode(pairs)}"
