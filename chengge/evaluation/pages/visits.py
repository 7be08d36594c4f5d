"""The assessor's phone: the own list of places, and the checklist at each."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengge.casework.pages.photos import DIGEST
from chengge.casework.photos import path_of, store
from chengge.domain.errors import NotFound, Refused
from chengge.evaluation.actions.visits import Look, MarkGiven, report_finding, send_in
from chengge.evaluation.models import ChecklistItem, Visit
from chengge.evaluation.queries.inspections import own_visit, own_visits, photo_in_sight
from chengge.evaluation.queries.sampling import street_names
from chengge.foundation.pages.manage.forms import class_choices
from chengge.foundation.queries.map_layers import Window, feature_collection, point_json
from chengge.organization.gates import actor_at, for_members
from chengge.organization.queries import Actor
from chengge.organization.refusals import status_of
from chengge.organization.typed import latitude, longitude, metres, text, whole

MOST_FILES = 12
CHIPS_UP_TO = 10  # points; more are written as a number
SIZES = ("full", "thumb")
MOST_SHOWN = 400


@require_safe
@for_members
def visits(request: HttpRequest) -> HttpResponse:
    """The places on this member's list, those still to be looked at first."""
    rows = list(own_visits(actor_at(request))[:MOST_SHOWN])
    names = street_names({row.place.street_code for row in rows}, rows[0].place.campaign.begin) if rows else {}
    listed = [{"visit": row, "street": names[row.place.street_code]} for row in rows]
    context = {
        "tab": "evaluation",
        "open": [one for one in listed if one["visit"].submitted_at is None],
        "done": [one for one in listed if one["visit"].submitted_at is not None],
    }
    return render(request, "evaluation/visits.html", context)


@require_safe
@for_members
def visits_json(request: HttpRequest) -> HttpResponse:
    """The same for the map."""
    window = Window.parse(request.GET["window"]) if "window" in request.GET else None
    rows = own_visits(actor_at(request))[:MOST_SHOWN]
    features = (
        (
            point_json(row.place.lon, row.place.lat),
            {
                "id": f"visit-{row.pk}",
                "label": _("Place %(number)d") % {"number": row.place.number},
                "detail": row.place.campaign.name,
                "light": "yellow" if row.submitted_at is None else "green",
                "url": reverse("evaluation_visit", args=(row.pk,)),
            },
        )
        for row in rows
        if window is None or (window.west <= row.place.lon <= window.east and window.south <= row.place.lat <= window.north)
    )
    return HttpResponse(feature_collection(features), content_type="application/geo+json")


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def visit(request: HttpRequest, visit_id: int) -> HttpResponse:
    """The checklist at one place; sent in once. A script is answered in JSON."""
    actor = actor_at(request)
    mine = own_visit(actor, visit_id)
    if request.method != "POST":
        return _shown(request, mine)
    try:
        sent = send_in(actor, visit_id, _look(request, actor, mine), key=text(request.POST, "key")[:64] or None)
    except Refused as refusal:
        if not request.accepts("text/html"):
            told = {"code": refusal.code, "message": refusal.message, "hint": refusal.hint, "field": refusal.field}
            return JsonResponse(told, status=status_of(refusal))
        return _shown(request, own_visit(actor, visit_id), refusal)
    if not request.accepts("text/html"):
        return JsonResponse({"to": reverse("evaluation_visits")}, status=200 if sent.repeated else 201)
    messages.success(request, _("Sent in."))
    return redirect("evaluation_visits")


@require_POST
@for_members
def report_it(request: HttpRequest, visit_id: int, item_id: int) -> HttpResponse:
    """Let a finding become a report."""
    try:
        told = report_finding(actor_at(request), visit_id, item_id, whole(request.POST, "problem_class"), text(request.POST, "words"))
        if told.number:
            messages.success(request, _("Reported. It is case %(number)s.") % {"number": told.number})
        else:
            messages.success(request, _("Reported. An operator will ask back before it becomes a case."))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("evaluation_visit", visit_id)


@require_safe
@for_members
def photo(request: HttpRequest, visit_id: int, position: int, size: str) -> FileResponse:
    """A photo of a look in sight. It never changes, so a browser may keep it; no one between may."""
    found = photo_in_sight(actor_at(request), visit_id, position)
    path = path_of(found.evidence.sha256, size) if size in SIZES else None
    if path is None or not path.is_file():
        raise NotFound("photo", _("There is no such photo, or none that you may see."))
    response = FileResponse(path.open("rb"), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _shown(request: HttpRequest, mine: Visit, refusal: Refused | None = None) -> HttpResponse:
    place = mine.place
    marks = {mark.item_id: mark for mark in mine.marks.select_related("report__case")}
    photos = list(mine.photos.all())
    lines = [_line(item, marks, photos, request) for item in place.campaign.items.order_by("position")]
    context = {
        "tab": "evaluation",
        "visit": mine,
        "place": place,
        "campaign": place.campaign,
        "street": street_names([place.street_code], place.campaign.begin)[place.street_code],
        "lines": lines,
        "place_photos": [one for one in photos if one.item_id is None],
        "refusal": refusal,
        "given": request.POST.dict(),
        "classes": class_choices() if mine.submitted_at else [],
        "words": _words(),
    }
    return render(request, "evaluation/visit.html", context, status=status_of(refusal) if refusal else 200)


def _line(item: ChecklistItem, marks: dict[int, Any], photos: list[Any], request: HttpRequest) -> dict[str, Any]:
    mark = marks.get(item.pk)
    return {
        "item": item,
        "mark": mark,
        "photos": [one for one in photos if one.item_id == item.pk],
        "steps": [str(points) for points in range(item.most, -1, -1)] if item.most <= CHIPS_UP_TO else [],
        "points": request.POST.get(f"points-{item.pk}", ""),
        "not_applying": request.POST.get(f"na-{item.pk}", ""),
        "words": request.POST.get(f"words-{item.pk}", ""),
        "sent_photos": request.POST.getlist(f"photos-{item.pk}"),
        "lost": mark is not None and mark.points is not None and mark.points < item.most,
    }


def _look(request: HttpRequest, actor: Actor, mine: Visit) -> Look:
    given = request.POST
    marks: dict[int, MarkGiven] = {}
    photos: dict[int | None, tuple[str, ...]] = {None: _photos(request, actor, "place")}
    for item in mine.place.campaign.items.all():
        name = f"points-{item.pk}"
        if given.get(name) == "na" or given.get(f"na-{item.pk}"):
            marks[item.pk] = MarkGiven(None, text(given, f"words-{item.pk}"))
        elif (points := whole(given, name)) is not None:
            marks[item.pk] = MarkGiven(points, text(given, f"words-{item.pk}"))
        photos[item.pk] = _photos(request, actor, str(item.pk))
    return Look(
        marks=marks,
        lon=longitude(given),
        lat=latitude(given),
        accuracy_m=metres(given, "accuracy"),
        words=text(given, "words"),
        photos={item_id: digests for item_id, digests in photos.items() if digests},
    )


def _photos(request: HttpRequest, actor: Actor, name: str) -> tuple[str, ...]:
    """Photos that were uploaded before, and files sent along by a browser without scripts."""
    before = [one for one in request.POST.getlist(f"photos-{name}") if DIGEST.fullmatch(one)]
    along = [store(sent.read(), actor).sha256 for sent in request.FILES.getlist(f"files-{name}")[:MOST_FILES]]
    return tuple(dict.fromkeys([*before, *along]))


def _words() -> dict[str, str]:
    return {
        "waiting": _("Waiting for a position…"),
        "position": _("Position known to %(metres)s m"),
        "marked": _("Marked on the map"),
        "no_position": _("The phone tells no position. Mark it on the map."),
        "sending": _("Sending…"),
        "uploading": _("Uploading photo…"),
        "unreadable": _("This file is no photo that can be read."),
        "failed": _("That did not get through. Nothing is lost: everything stays on this phone; send it again when you are connected."),
        "signed_out": _("You have been signed out. Nothing is lost: sign in again in another window, then send."),
        "remove": _("Remove photo"),
        "restored": _("What you had written here before is back."),
        "left": _("%(count)s still to mark"),
    }
