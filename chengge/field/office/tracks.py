"""Where inspectors are now, the replay of one's day, and what patrols come to."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from chengge import clock
from chengge.domain.errors import NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.field.office.common import csv_file
from chengge.field.queries.patrols import SPANS, patrols, span_around, table
from chengge.field.queries.watching import SEEING_NOW, WATCHING, day_of, now_on_the_map, track_json, watched
from chengge.organization.gates import actor_at, for_posts
from chengge.organization.queries import city_day


@require_safe
@for_posts(*SEEING_NOW)
def live(request: HttpRequest) -> HttpResponse:
    """Every inspector on duty, on the map and as a list beside it."""
    now = clock.now()
    seen = now_on_the_map(actor_at(request))
    context = frame(
        request,
        "live",
        inspectors=[{"seen": one, "state": one.state(now)} for one in seen],
        counts={state: sum(1 for one in seen if one.state(now) == state) for state in ("inside", "outside", "old", "alarm")},
        points=[one.as_json(now) for one in seen],
        words=words_for_maps(),
        day=city_day(now),
    )
    return render(request, "field/tracks_live.html", context)


@require_safe
@for_posts(*SEEING_NOW)
@gzip_page
def live_points(request: HttpRequest) -> HttpResponse:
    """The same, for a page that stays open."""
    now = clock.now()
    return _fresh(JsonResponse({"inspectors": [one.as_json(now) for one in now_on_the_map(actor_at(request))]}))


@require_safe
@for_posts(*WATCHING, Post.INSPECTOR)
def replay(request: HttpRequest, username: str, day: str) -> HttpResponse:
    """A day of one inspector: the way, what happened, and the grids visited."""
    member, on = watched(actor_at(request), username), _day(day)
    today = city_day(clock.now())
    context = frame(
        request,
        "live",
        shown=day_of(member, on),
        member=member,
        day=on,
        before=on - timedelta(days=1),
        after=on + timedelta(days=1) if on < today else None,
        today=today,
        words=words_for_maps(),
    )
    return render(request, "field/track.html", context)


@require_safe
@for_posts(*WATCHING, Post.INSPECTOR)
@gzip_page
def replay_track(request: HttpRequest, username: str, day: str) -> HttpResponse:
    """The day for the map."""
    shown = day_of(watched(actor_at(request), username), _day(day))
    return _fresh(HttpResponse(track_json(shown), content_type="application/json"))


@require_safe
@for_posts(*WATCHING)
def figures(request: HttpRequest) -> HttpResponse:
    """Patrols of a day, a week or a month, by inspector and team."""
    span, day = _span(request)
    first, last = span_around(span, day)
    names = {"day": pgettext("span", "Day"), "week": pgettext("span", "Week"), "month": pgettext("span", "Month")}
    context = frame(
        request,
        "patrols",
        shown=patrols(actor_at(request), first, last),
        span=span,
        spans=[(name, names[name]) for name in SPANS],
        day=day,
        before=first - timedelta(days=1),
        after=last + timedelta(days=1) if last < city_day(clock.now()) else None,
    )
    return render(request, "field/patrols.html", context)


@require_safe
@for_posts(*WATCHING)
def figures_csv(request: HttpRequest) -> HttpResponse:
    """The same as a table to take away."""
    span, day = _span(request)
    headings, rows = table(patrols(actor_at(request), *span_around(span, day)))
    return csv_file("patrols", headings, rows)  # type: ignore[return-value]


def words_for_maps() -> dict[str, str]:
    """What scripts of the tracks' maps say."""
    return {
        "play": _("Play"),
        "pause": _("Pause"),
        "failed": _("The track did not arrive. Reload the page."),
        "none": _("No positions on this day."),
        "inside": pgettext("track", "inside"),
        "outside": pgettext("track", "outside"),
        "unsure": pgettext("track", "unsure"),
        "jump": pgettext("track", "jump"),
        "accuracy": _("±%s m"),
        "visits": _("visited %s times"),
        "never": _("not visited"),
        "seen": _("last seen %s"),
        "unheard": _("nothing heard yet"),
        "alarms": _("%s alarms"),
        "day": _("Replay of the day"),
        "lost": _("No connection. The map may be out of date; trying again."),
    }


def frame(request: HttpRequest, part: str, **more: object) -> dict[str, object]:
    """What every page of this desk shows: which of its parts is open, and which parts the member may open."""
    watching = bool(actor_at(request).posts & set(WATCHING))
    return {"tab": "tracks", "part": part, "watching": watching, "now": clock.now(), **more}


def _span(request: HttpRequest) -> tuple[str, date]:
    span, text = request.GET.get("span", "day"), request.GET.get("day", "")
    if span not in SPANS:
        raise Refused("span", _("A span is a day, a week or a month."), field="span")
    return span, _day(text) if text else city_day(clock.now())


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not 1990 <= day.year <= 2200:
        raise NotFound("day", _("“%(value)s” is not a day.") % {"value": text[:40]}, _("A day is written as 2026-11-23."))
    return day


def _fresh(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, private=True, no_store=True)
    return response
