"""Public cases: as a list, on the map, one by one, and their photos."""

from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import pgettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from chengge import clock
from chengge.casework.models import Case
from chengge.foundation.models import ProblemClass
from chengge.foundation.queries.map_layers import Window
from chengge.intake.pages.portal.cards import cards_of
from chengge.intake.pages.portal.frame import for_everybody, page
from chengge.intake.queries.portal import Wanted, case_points, photo_file, public_case, public_list, shown_photos
from chengge.intake.queries.portal.cases import DAYS, street_choices
from chengge.intake.queries.portal.everyday import choice_of, short_list
from chengge.intake.queries.portal.steps import steps_of
from chengge.organization.queries import city_day

KEPT_SECONDS = 3600


@require_safe
@for_everybody
def cases(request: HttpRequest) -> HttpResponse:
    """The list beside the map; both show the same filter."""
    wanted = Wanted.parse(request.GET)
    found = public_list(wanted, request.GET.get("after", ""))
    query = wanted.query()
    choices = short_list(city_day(clock.now()))
    if wanted.class_id is not None and wanted.class_id not in {choice.id for choice in choices}:
        other = ProblemClass.objects.filter(pk=wanted.class_id).first()
        choices = [choice_of(other), *choices] if other else choices
    context = {
        "wanted": wanted,
        "narrowed": bool(query),
        "cards": cards_of(found.cases),
        "next": f"?{urlencode(query | {'after': found.next})}" if found.next else "",
        "points": f"{reverse('public_points')}?{urlencode(query)}",
        "feed": f"{reverse('public_atom')}?{urlencode({name: query[name] for name in ('area', 'class') if name in query})}",
        "states": [
            ("open", pgettext("state", "reported")),
            ("working", pgettext("state", "being handled")),
            ("solved", pgettext("state", "solved")),
        ],
        "streets": street_choices(),
        "choices": choices,
        "days": DAYS,
    }
    return page(request, "cases.html", "cases", context)


@require_safe
@for_everybody
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One public case."""
    found = public_case(number)
    row = Case.objects.only("pk", "stage", "problem_class_id").get(pk=found.id)
    context = {
        "case": found,
        "class_id": row.problem_class_id,
        "steps": steps_of(row),
        "photos": shown_photos([found.id]).get(found.id, []),
        "spot": f"{found.lon:.4f},{found.lat:.4f}",
    }
    return page(request, "case.html", "cases", context)


@require_safe
@gzip_page
def points(request: HttpRequest) -> HttpResponse:
    """Public cases in `window` as GeoJSON."""
    body = case_points(Wanted.parse(request.GET), Window.parse(request.GET.get("window", "")))
    response = HttpResponse(body, content_type="application/geo+json")
    patch_cache_control(response, private=True, max_age=30)
    return response


@require_safe
def photo(request: HttpRequest, photo_id: int, size: str) -> HttpResponse:
    """An approved photo; kept for an hour at most, since an operator may take it away."""
    response = FileResponse(photo_file(photo_id, size).open("rb"), content_type="image/jpeg")
    patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    return response
