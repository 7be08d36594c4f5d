"""The city map page."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from chengge import clock
from chengge.casework.queries.filters import CaseFilter
from chengge.casework.queries.lists import lights
from chengge.foundation.pages.city_map import codes_in
from chengge.foundation.queries.map_layers import Window, component_majors
from chengge.organization.gates import actor_at, for_members
from chengge.organization.queries import city_day
from chengge.screen.queries import find, open_cases

# Layer, whether it is shown at first.
LAYERS = {"cases": True, "components": False, "grids": True, "responsibility": False, "divisions": True}


@require_safe
@for_members
def city_map(request: HttpRequest) -> HttpResponse:
    """Grids, components and open cases by light; search; the same objects as a list beside the map."""
    names = {
        "cases": _("Open cases"),
        "components": _("Components"),
        "grids": _("Unit grids"),
        "responsibility": _("Responsibility grids"),
        "divisions": _("Streets and communities"),
    }
    context = {
        "tab": "map",
        "layers": [{"name": name, "label": names[name], "shown": shown} for name, shown in LAYERS.items()],
        "counts": lights(actor_at(request), CaseFilter()),
        "majors": component_majors(city_day(clock.now())),
        "words": {
            "nothing": _("Nothing carries this name or number. Try a part of the name, or the code's first digits."),
            "failed": _("The search did not get through. Try again."),
            "found": _("%s found"),
        },
    }
    return render(request, "screen/map.html", context)


@require_safe
@for_members
@gzip_page
def case_points(request: HttpRequest) -> HttpResponse:
    """Open cases in `window`, filtered as a desk's list is."""
    window = Window.parse(request.GET.get("window", ""))
    wanted = CaseFilter.parse(request.GET)
    response = HttpResponse(open_cases(actor_at(request), wanted, window, codes_in(window)), content_type="application/geo+json")
    patch_cache_control(response, private=True, no_store=True)
    return response


@require_safe
@for_members
def light_counts(request: HttpRequest) -> HttpResponse:
    """Open cases in sight by light, for the key of a map that stays open."""
    counts = lights(actor_at(request), CaseFilter())
    return JsonResponse({"green": counts.green, "yellow": counts.yellow, "red": counts.red})


@require_safe
@for_members
def find_on_map(request: HttpRequest) -> HttpResponse:
    """What carries the name, code or number in `q`."""
    found = find(actor_at(request), request.GET.get("q", "")[:80])
    return JsonResponse({"found": [one.as_json() for one in found]})
