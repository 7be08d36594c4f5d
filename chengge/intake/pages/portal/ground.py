"""What the public map is drawn from: the base map and the borders of streets, which are no secret; no grids, no components."""

import hashlib
from datetime import date

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from chengge import clock
from chengge.foundation.pages.city_map import words
from chengge.foundation.queries.map_layers import BASE_PARTS, base_map, divisions, extent, revisions
from chengge.organization.queries import city_day

GEOJSON = "application/geo+json"
A_YEAR_SECONDS = 365 * 24 * 3600


@require_safe
def config(request: HttpRequest) -> HttpResponse:
    """How the city is drawn for the public, and the words the map speaks."""
    found = revisions()
    today = city_day(clock.now())
    west, south, east, north = extent(found, today)
    spoken = words() | {
        "light_green": _("Solved"),
        "light_yellow": _("Under way"),
        "more_cases": _("Only the newest are shown: zoom in."),
        "failed_cases": _("The problems did not arrive. Move the map to try again."),
    }
    body = orjson.dumps(
        {
            "bounds": [west, south, east, north],
            "center": [round((west + east) / 2, 6), round((south + north) / 2, 6)],
            "tiles": {"url": settings.TILES_URL, "attribution": settings.TILES_ATTRIBUTION} if settings.TILES_URL else None,
            "sources": {
                **{part: reverse("public_map_base", args=(found.get("base_map", 0), part)) for part in BASE_PARTS},
                "divisions": reverse("public_map_divisions", args=(found.get("divisions", 0), today.isoformat())),
            },
            "words": spoken,
        }
    )
    etag = f'"{hashlib.blake2b(body, digest_size=10).hexdigest()}"'
    response = get_conditional_response(request, etag=etag) or HttpResponse(body, content_type="application/json")
    response.headers["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response


@require_safe
@gzip_page
def base(request: HttpRequest, revision: int, part: str) -> HttpResponse:
    """One part of the base map. The address names a revision: what it answers never changes."""
    if part not in BASE_PARTS or revision != revisions().get("base_map", 0):
        raise Http404(part)
    return _for_a_year(base_map(part, revision))


@require_safe
@gzip_page
def division_borders(request: HttpRequest, revision: int, day: str) -> HttpResponse:
    """Borders of streets and communities as they hold today."""
    today = city_day(clock.now())
    if day != today.isoformat() or revision != revisions().get("divisions", 0):
        raise Http404(day)
    return _for_a_year(divisions(revision, date.fromisoformat(day)))


def _for_a_year(body: bytes) -> HttpResponse:
    response = HttpResponse(body, content_type=GEOJSON)
    patch_cache_control(response, public=True, max_age=A_YEAR_SECONDS, immutable=True)
    return response
