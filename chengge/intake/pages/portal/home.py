"""The first page, the figures, and what is public."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from chengge import clock
from chengge.intake.pages.portal.cards import cards_of
from chengge.intake.pages.portal.frame import page
from chengge.intake.queries.portal import Wanted, figures, public_list
from chengge.intake.queries.portal.everyday import short_list
from chengge.intake.queries.portal.photos import cases_with_pairs
from chengge.organization.queries import city_day

SOLVED_SHOWN = 6
TILES = 8


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Report, follow, and what the city has done lately."""
    with_photos = cases_with_pairs(SOLVED_SHOWN)
    solved = with_photos or list(public_list(Wanted(state="solved"), size=SOLVED_SHOWN).cases)
    context = {"choices": short_list(city_day(clock.now()))[:TILES], "figures": figures(), "solved": cards_of(solved)}
    return page(request, "home.html", "home", context)


@require_safe
def bulletin(request: HttpRequest) -> HttpResponse:
    """The figures of the last 30 days, and published bulletins."""
    return page(request, "bulletin.html", "bulletin", {"figures": figures()})


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What is public and why."""
    return page(request, "about.html", "about", {})
