"""What the map element asks for: how to draw the city, and the layers of the foundation as GeoJSON."""

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from chengge import clock
from chengge.foundation.queries import grid_index
from chengge.foundation.queries.map_layers import (
    BASE_PARTS,
    Window,
    base_map,
    components,
    divisions,
    extent,
    grids,
    responsibility_grids,
    revisions,
)
from chengge.organization.gates import for_members
from chengge.organization.queries import city_day

GEOJSON = "application/geo+json"
A_YEAR_SECONDS = 365 * 24 * 3600


@require_safe
@for_members
def config(request: HttpRequest) -> HttpResponse:
    """How the city is drawn, where its layers are, and the words the map speaks. Addresses that carry a revision may be kept for ever."""
    found = revisions()
    today = _today()
    west, south, east, north = extent(found, today)
    body = orjson.dumps(
        {
            "bounds": [west, south, east, north],
            "center": [round((west + east) / 2, 6), round((south + north) / 2, 6)],
            "tiles": {"url": settings.TILES_URL, "attribution": settings.TILES_ATTRIBUTION} if settings.TILES_URL else None,
            "sources": {
                **{part: reverse("map_base", args=(found.get("base_map", 0), part)) for part in BASE_PARTS},
                "divisions": reverse("map_divisions", args=(found.get("divisions", 0), today.isoformat())),
                "responsibility": reverse("map_responsibility", args=(found.get("grids", 0), today.isoformat())),
                "grids": reverse("map_grids"),
                "components": reverse("map_components"),
            },
            "words": words(),
        }
    )
    return _answer(request, "application/json", hashlib.blake2b(body, digest_size=10).hexdigest(), lambda: body)


@require_safe
@for_members
@gzip_page
def base(request: HttpRequest, revision: int, part: str) -> HttpResponse:
    if part not in BASE_PARTS:
        raise Http404(part)
    return _kept(_answer(request, GEOJSON, f"base-{part}-{revision}", lambda: base_map(part, revision)))


@require_safe
@for_members
@gzip_page
def division_borders(request: HttpRequest, revision: int, day: str) -> HttpResponse:
    return _kept(_answer(request, GEOJSON, f"divisions-{revision}-{day}", lambda: divisions(revision, _day(day))))


@require_safe
@for_members
@gzip_page
def responsibility_borders(request: HttpRequest, revision: int, day: str) -> HttpResponse:
    return _kept(_answer(request, GEOJSON, f"responsibility-{revision}-{day}", lambda: responsibility_grids(revision, _day(day))))


@require_safe
@for_members
@gzip_page
def unit_grids(request: HttpRequest) -> HttpResponse:
    """Unit grids in `window`."""
    window = Window.parse(request.GET.get("window", ""))
    tag = f"grids-{revisions().get('grids', 0)}-{_today()}-{get_language()}-{request.GET['window']}"
    return _answer(request, GEOJSON, _short(tag), lambda: grids(codes_in(window), _today()))


@require_safe
@for_members
@gzip_page
def component_points(request: HttpRequest) -> HttpResponse:
    """Components in `window`."""
    window = Window.parse(request.GET.get("window", ""))
    found = revisions()
    tag = f"components-{found.get('components', 0)}-{found.get('grids', 0)}-{get_language()}-{request.GET['window']}"
    return _answer(request, GEOJSON, _short(tag), lambda: components(window, codes_in(window)))


def codes_in(window: Window) -> list[int]:
    """Codes of the unit grids that touch a window; none for a window that holds half a country."""
    if window.is_wide:
        return []
    return [int(code) for code in grid_index().in_window(window.west, window.south, window.east, window.north)]


def words() -> dict[str, Any]:
    """What the map says, in the member's language."""
    return {
        "map": _("Map of the city"),
        "list": _("As a list"),
        "open": _("Open"),
        "pin": _("The place"),
        "you": _("You are here"),
        "light_green": _("In time"),
        "light_yellow": _("Due soon"),
        "light_red": _("Overdue"),
        "nothing_here": _("Nothing to list here."),
        "and_more": _("And %s more: zoom in to list them."),
        "no_webgl": _("This browser cannot draw the map; everything on it is in the list."),
        "far_grids": _("Zoom in to see unit grids."),
        "far_components": _("Zoom in to see components."),
        "more_grids": _("Not all unit grids fit: zoom in."),
        "more_components": _("Not all components fit: zoom in."),
        "more_cases": _("Only the most pressing cases are shown: zoom in."),
        "failed_grids": _("The unit grids did not arrive. Move the map to try again."),
        "failed_components": _("The components did not arrive. Move the map to try again."),
        "failed_cases": _("The cases did not arrive. Move the map to try again."),
        "locale": {
            "Map.Title": _("Map: arrow keys move it, plus and minus zoom, Enter opens what lies in the middle"),
            "Marker.Title": _("The place"),
            "NavigationControl.ZoomIn": _("Zoom in"),
            "NavigationControl.ZoomOut": _("Zoom out"),
            "Popup.Close": _("Close"),
            "AttributionControl.ToggleAttribution": _("Source of the map"),
            "ScaleControl.Meters": _("m"),
            "ScaleControl.Kilometers": _("km"),
        },
    }


def _today() -> date:
    return city_day(clock.now())


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Http404(text) from error


def _short(tag: str) -> str:
    return hashlib.blake2b(tag.encode(), digest_size=10).hexdigest()


def _answer(request: HttpRequest, content_type: str, tag: str, make: Callable[[], bytes]) -> HttpResponse:
    """The text, or 304 without making it where the browser has it still."""
    etag = f'"{tag}"'
    known = get_conditional_response(request, etag=etag)
    response = known if known is not None else HttpResponse(make(), content_type=content_type)
    response.headers["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _kept(response: HttpResponse) -> HttpResponse:
    """The address names a revision: what it answers never changes."""
    del response.headers["Cache-Control"]
    patch_cache_control(response, private=True, max_age=A_YEAR_SECONDS, immutable=True)
    return response
