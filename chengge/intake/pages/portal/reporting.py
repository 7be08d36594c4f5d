"""Reporting without an account: the form, what it asks meanwhile, and what it sends."""

from dataclasses import dataclass, field
from datetime import timedelta
from math import isfinite
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chengge import clock
from chengge.domain.errors import Refused
from chengge.foundation.models import ProblemClass
from chengge.foundation.queries import Place, find_place, holding_on
from chengge.intake.actions.portal import Sender, Sent, Stamp, fresh_stamp, keep_photo, photo_of, read_stamp, send_report
from chengge.intake.actions.portal.protection import LATEST
from chengge.intake.actions.portal.reporting import MOST_PHOTOS
from chengge.intake.limits import allow
from chengge.intake.pages.portal.frame import address_of, for_everybody, page, saying_when, telling
from chengge.intake.queries.portal import PublicCase, alike_nearby, portal_rules, public_case
from chengge.intake.queries.portal.cases import AlikeNearby
from chengge.intake.queries.portal.everyday import Choice, choice_of, searched, short_list, suggested
from chengge.intake.queries.portal.places import hint_of
from chengge.organization.queries import city_day
from chengge.organization.refusals import status_of
from chengge.organization.typed import id_in

MOST_SPOTS = 5
SHORT = 8
LOOKS_PER_MINUTE = 60


@dataclass(slots=True)
class Typed:
    """What stands in the form, so that nothing is lost when it comes back."""

    words: str = ""
    problem_class: int | None = None
    place: str = ""
    lon: str = ""
    lat: str = ""
    accuracy: str = ""
    name: str = ""
    contact: str = ""
    code: str = ""
    photos: list[str] = field(default_factory=list)
    follows: str = ""
    proof: str = ""
    sum_answer: str = ""
    looked: str = ""
    kept: bool = False


@require_http_methods(["GET", "POST"])
@for_everybody
def report_problem(request: HttpRequest) -> HttpResponse:
    """The form; once sent, the page by which the report is followed."""
    if request.method != "POST":
        typed = Typed(problem_class=id_in(request.GET.get("class", "")), follows=request.GET.get("follows", ""))
        return _form(request, typed, fresh_stamp(), None, 200)
    sent = request.POST
    stamp = read_stamp(sent.get("stamp", ""))
    typed = _typed(sent)
    try:
        typed.photos += [keep_photo(file.read(), address_of(request))[0] for file in request.FILES.getlist("files")[:MOST_PHOTOS]]
        if not typed.looked and not typed.follows and (before := _asked_before(typed)):
            typed.looked = "1"
            return _form(request, typed, stamp or fresh_stamp(), None, 200, before)
        told = send_report(_as_sent(typed), _sender(request, sent))
    except Refused as refusal:
        return saying_when(_form(request, typed, _good_for_now(stamp), refusal, status_of(refusal)), refusal)
    way = reverse("public_tracked", args=(told.reference, told.token))
    return HttpResponseRedirect(f"{way}?{urlencode({'new': 1})}", status=303)


@require_POST
@telling
def photo(request: HttpRequest) -> HttpResponse:
    """Take one photo in; the reference is what the report names it by."""
    sent = request.FILES.get("photo")
    if sent is None:
        raise Refused("photo", _("No photo came with this."), _("Choose a file."), "photos")
    reference, _kept = keep_photo(sent.read(), address_of(request))
    return JsonResponse({"reference": reference}, status=201)


@require_POST
@telling
def guess(request: HttpRequest) -> HttpResponse:
    """What is probably meant by `words`, and what `search` finds. Sent by POST, so that words come into no log."""
    _look(request)
    today = city_day(clock.now())
    words, search = request.POST.get("words", "")[:500], request.POST.get("search", "")[:40]
    return JsonResponse(
        {
            "guessed": [_choice_json(one) for one in suggested(words, today)] if words.strip() else [],
            "found": [_choice_json(one) for one in searched(search, today)] if search.strip() else [],
        }
    )


@require_POST
@telling
def near(request: HttpRequest) -> HttpResponse:
    """Which street a place is in, and the public cases nearby that may be the same."""
    _look(request)
    lon, lat = _degrees(request.POST.get("lon", ""), "lon"), _degrees(request.POST.get("lat", ""), "lat")
    if lon is None or lat is None:
        raise Refused("place", _("This is no valid position."), _("Mark it on the map, or name the street."), "place")
    hint = hint_of(lon, lat)
    like = alike_nearby(lon, lat, id_in(request.POST.get("class", "")))
    return JsonResponse(
        {
            "said": hint.said,
            "inside": hint.is_inside,
            "like": len(like),
            "html": render_to_string("portal/like.html", {"like": like}, request) if like else "",
        }
    )


@require_POST
@telling
def places(request: HttpRequest) -> HttpResponse:
    """Places by name."""
    _look(request)
    return JsonResponse({"places": [{"name": one.name, "lon": one.lon, "lat": one.lat} for one in _places(request.POST.get("q", ""), 6)]})


@dataclass(frozen=True, slots=True)
class _Before:
    """What has to be looked at once before a report goes."""

    like: list[AlikeNearby]
    guessed: list[Choice]
    spots: list[Place]


def _asked_before(typed: Typed) -> _Before | None:
    """Like cases nearby, what is probably meant, and which place: for a form whose script has not asked meanwhile."""
    lon, lat = _degrees(typed.lon, "lon"), _degrees(typed.lat, "lat")
    like = alike_nearby(lon, lat, typed.problem_class) if lon is not None and lat is not None else []
    guessed = suggested(typed.words, city_day(clock.now())) if typed.problem_class is None and typed.words.strip() else []
    spots = _places(typed.place, MOST_SPOTS) if lon is None and typed.place.strip() else []
    return _Before(like, guessed, spots) if like or guessed or spots else None


def _form(
    request: HttpRequest, typed: Typed, stamp: Stamp, refusal: Refused | None, status: int, before: _Before | None = None
) -> HttpResponse:
    rules = portal_rules()
    today = city_day(clock.now())
    choices = short_list(today)[:SHORT]
    shown = {one.id for one in (*choices, *(before.guessed if before else ()))}
    asks_code = rules.asks_code and (typed.code != "" or (refusal is not None and refusal.field == "code"))
    context: dict[str, Any] = {
        "typed": typed,
        "stamp": stamp,
        "bits": rules.work_bits,
        "needs_code": rules.asks_code,
        "asks_code": asks_code,
        "refusal": refusal,
        "follows": _followed_case(typed.follows),
        "like": before.like if before else [],
        "guessed": before.guessed if before else [],
        "spots": before.spots if before else [],
        "asks_before": _say_before(before) if before else "",
        "choices": [one for one in choices if not before or one.id not in {other.id for other in before.guessed}],
        "chosen": _chosen(typed.problem_class) if typed.problem_class not in shown else None,
        "most_photos": MOST_PHOTOS,
        "words": _words(),
    }
    return page(request, "report.html", "report", context, status)


def _say_before(before: _Before) -> str:
    if before.like:
        return _("Somebody may have reported this already: see below.")
    return _("Tell us which of these it is, then send.")


def _followed_case(number: str) -> PublicCase | None:
    return public_case(number) if number else None


def _chosen(class_id: int | None) -> Choice | None:
    found = holding_on(ProblemClass.objects.filter(pk=class_id), city_day(clock.now())).first() if class_id else None
    return choice_of(found) if found else None


def _typed(sent: QueryDict) -> Typed:
    texts = {
        name: sent.get(name, "").replace("\0", "").strip()[:1000]
        for name in ("words", "place", "name", "contact", "code", "lon", "lat", "accuracy", "proof", "sum_answer", "looked", "follows")
    }
    lon, comma, lat = sent.get("spot", "").partition(",")
    if comma:
        texts |= {"lon": lon.strip(), "lat": lat.strip(), "accuracy": ""}
    if follow := sent.get("follow", ""):
        texts["follows"] = follow.strip()
    photos = [reference for reference in sent.getlist("photos") if photo_of(reference)]
    return Typed(**texts, problem_class=id_in(sent.get("problem_class", "")), photos=photos, kept=True)


def _as_sent(typed: Typed) -> Sent:
    return Sent(
        words=typed.words,
        problem_class_id=typed.problem_class,
        place=typed.place,
        lon=_degrees(typed.lon, "lon"),
        lat=_degrees(typed.lat, "lat"),
        accuracy_m=_degrees(typed.accuracy, "accuracy"),
        name=typed.name,
        contact=typed.contact,
        code=typed.code,
        photos=tuple(typed.photos),
        follows=typed.follows,
    )


def _sender(request: HttpRequest, sent: QueryDict) -> Sender:
    return Sender(
        address=address_of(request),
        stamp=sent.get("stamp", ""),
        proof=sent.get("proof", ""),
        sum_answer=sent.get("sum_answer", ""),
        trap=sent.get("website", ""),
    )


def _good_for_now(stamp: Stamp | None) -> Stamp:
    """The stamp goes on being good, and with it the work that was done over it; one that is too old or not ours is replaced."""
    return stamp if stamp is not None and clock.now() - stamp.made_at < LATEST else fresh_stamp()


def _look(request: HttpRequest) -> None:
    allow("portal_look", address_of(request), LOOKS_PER_MINUTE, timedelta(minutes=1))


def _places(text: str, most: int) -> list[Place]:
    """Places that people name; codes of grids and components are the house's own."""
    wanted = text.replace("\0", "").strip()[:40]
    return [] if not wanted or wanted.isdigit() else find_place(wanted, most)


def _choice_json(choice: Choice) -> dict[str, Any]:
    return {"id": choice.id, "name": choice.name, "icon": choice.icon}


def _degrees(text: str, name: str) -> float | None:
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value) or abs(value) > 1e6:
        raise Refused("invalid", _("“%(value)s” is not a number.") % {"value": text[:40]}, _("Mark the place again."), "place")
    return value


def _words() -> dict[str, str]:
    return {
        "remove_photo": _("Remove the photo"),
        "uploading": _("On its way…"),
        "photo": _("Photo %s"),
        "photo_failed": _("Not arrived. Press to try again."),
        "too_many_photos": _("At most %s photos."),
        "locating": _("Looking for your position…"),
        "no_position": _("Your position is not available. Mark it on the map, or name the street."),
        "marked": _("Marked: %s"),
        "accuracy": _("to about %s m"),
        "outside": _("This place lies outside the city."),
        "map_label": _("Map of the place: tap it, drag the pin, or press Enter to choose the middle"),
        "map_hint": _("Tap the place, or drag the pin to it."),
        "nothing_found": _("Nothing of this name."),
        "like_shown": _("There are like problems nearby: have a look before you send."),
        "one_moment": _("One moment…"),
        "send": _("Send"),
        "send_other": _("Mine is another: send it"),
        "no_connection": _("That did not get through. Nothing is lost: try again."),
        "draft": _("What you had written is back."),
        "what": _("What is wrong? Take a photo, or say it in a few words."),
        "where": _("Where is it? Use your position, mark it on the map, or name the street."),
        "wait_photo": _("A photo is still on its way. One moment…"),
    }
