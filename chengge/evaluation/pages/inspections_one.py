"""One campaign: how far it has come, its sample on the map, what it found, how far assessors agree."""

from typing import Any

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from chengge.domain.errors import Forbidden, Refused
from chengge.evaluation.actions import inspections as actions
from chengge.evaluation.actions.visits import MarkGiven
from chengge.evaluation.models import Campaign, InspectionPlace, Judged, Mark, SampleFrame, Visit
from chengge.evaluation.pages import inspections_common as common
from chengge.evaluation.pages.inspections import for_evaluators
from chengge.evaluation.queries import inspection_results as results
from chengge.evaluation.queries.inspection_results import Found, shown
from chengge.evaluation.queries.inspections import (
    OVERSEES,
    assessor_progress,
    campaign_in_sight,
    may_see_marks,
    place_in_sight,
    progress_of,
)
from chengge.evaluation.queries.sampling import drawn_again, how_it_is_drawn, sample_features, street_names
from chengge.foundation.pages import city_map
from chengge.foundation.queries.map_layers import Window
from chengge.organization.gates import actor_at, for_members
from chengge.organization.models import Organization
from chengge.organization.typed import id_in, text, whole

VIEWS = ("progress", "sample", "results", "agreement")
State = Campaign.State


@require_safe
@for_members
def campaign(request: HttpRequest, code: str) -> HttpResponse:
    """One campaign, in one of four views."""
    actor = actor_at(request)
    one = campaign_in_sight(actor, code)
    marks = may_see_marks(actor, one)
    view = request.GET.get("view", "")
    offered = [name for name in VIEWS if name in ("progress", "sample") or marks]
    if view not in offered:
        view = "results" if one.state == State.PUBLISHED else "progress"
    context: dict[str, Any] = {
        "campaign": one,
        "items": list(one.items.select_related("organization").order_by("position")),
        # Who looked is nobody's business but theirs who oversee: an assessor is not to be asked in the corridor.
        "assessors": list(one.assessors.order_by("username")) if actor.posts & OVERSEES else [],
        "view": view,
        "views": [name for name in offered if one.state != State.DRAFT],
        "sees_marks": marks,
        "area": street_names([one.division_code], one.begin)[one.division_code] if one.division_code else "",
    }
    if one.state != State.DRAFT:
        what = results.found(one) if marks or view == "progress" else None
        context |= {"progress": progress_of([one])[one.pk], "disputed": what.disputed if what and marks else []}
        match view:
            case "progress":
                context |= {"by_assessor": assessor_progress(one) if actor.posts & OVERSEES else [], "places": _places(one, what, marks)}
            case "sample":
                again = drawn_again(one)
                names = street_names({share.stratum[0] for share in again.strata}, one.begin)
                strata = [(names[share.stratum[0]], share.stratum[1], share.size, share.drawn) for share in again.strata]
                context |= {"again": again, "strata": strata, "steps": how_it_is_drawn(one)}
            case "results" if what is not None:
                context |= _results(one, what)
            case "agreement" if what is not None:
                context |= _agreement(what)
    return common.page(request, "inspection.html", "campaigns", context)


@require_POST
@for_evaluators
def draw(request: HttpRequest, code: str) -> HttpResponse:
    """Draw the places, by a seed that was settled in public or by one nobody knows."""
    return _doing(request, code, lambda actor: actions.draw_places(actor, code, whole(request.POST, "seed")), _("The places are drawn."))


@require_POST
@for_evaluators
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """Publish what was found."""
    return _doing(request, code, lambda actor: actions.publish(actor, code), _("Published. From now on everybody sees it, and it counts."))


@require_POST
@for_evaluators
def leave_out(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Leave a place out."""
    reason = text(request.POST, "reason")
    return _doing(request, code, lambda actor: actions.leave_out(actor, code, number, reason), _("Left out."))


@require_POST
@for_evaluators
def third_look(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Settle what two assessors differ in."""
    given = request.POST

    def settle(actor: Any) -> None:
        marks = {}
        for name in given:
            item = id_in(name.removeprefix("points-")) if name.startswith("points-") else None
            if item is not None:
                points = None if given[name] == "na" else whole(given, name)
                marks[item] = MarkGiven(points, text(given, f"words-{item}"))
        actions.take_third_look(actor, code, number, marks, text(given, "words"))

    return _doing(request, code, settle, _("Settled."))


@require_safe
@for_members
def place(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One place: what each assessor found there, and the third look where they differ."""
    actor = actor_at(request)
    one = campaign_in_sight(actor, code)
    here = place_in_sight(actor, one, number)
    what = results.found(one) if may_see_marks(actor, one) else None
    seen = next((found for found in what.places if found.place.pk == here.pk), None) if what else None
    looks = list(Visit.objects.filter(place=here).select_related("member").prefetch_related("photos__evidence")) if seen else []
    marks = {(mark.visit_id, mark.item_id): mark for mark in Mark.objects.filter(visit__in=looks).select_related("report__case")}
    lines = [
        {
            "item": item,
            "marks": [(look, marks.get((look.pk, item.pk))) for look in looks],
            "settled": seen.settled[item.pk],
            "shown": shown(seen.settled[item.pk].points),
        }
        for item in (what.items if what and seen else ())
    ]
    context = {
        "campaign": one,
        "place": here,
        "street": street_names([here.street_code], one.begin)[here.street_code],
        "seen": seen,
        "looks": looks,
        "names_shown": bool(actor.posts & OVERSEES),
        "lines": lines,
        "may_settle": seen is not None and seen.disputed and actor.member_id not in {look.member_id for look in looks},
        "may_leave_out": one.state == State.RUNNING and not here.left_out and not _looked_at(here),
    }
    return common.page(request, "inspection_place.html", "campaigns", context)


@require_safe
@for_members
def places_json(request: HttpRequest, code: str) -> HttpResponse:
    """The places of a campaign for the map."""
    actor = actor_at(request)
    one = campaign_in_sight(actor, code)
    window = Window.parse(request.GET["window"]) if "window" in request.GET else None
    rows = _places(one, results.found(one), may_see_marks(actor, one))
    body = sample_features(one, [row["place"] for row in rows], {row["place"].pk: row["light"] for row in rows}, window)
    return HttpResponse(body, content_type="application/geo+json")


@require_safe
@for_members
def map_config(request: HttpRequest) -> HttpResponse:
    """How the city is drawn, with the lights in the words of an inspection."""
    drawn = orjson.loads(city_map.config(request).content)
    drawn["words"] |= {"light_green": _("looked at"), "light_yellow": _("still to be looked at"), "light_red": _("two looks differ")}
    return HttpResponse(orjson.dumps(drawn), content_type="application/json")


@require_safe
@for_members
def frame_csv(request: HttpRequest, code: str) -> HttpResponse:
    """The frame that was drawn from, byte for byte as its digest was taken."""
    one = campaign_in_sight(actor_at(request), code)
    frame = SampleFrame.objects.filter(campaign=one).first()
    return common.download(f"frame-{one.code}.csv", "text/csv; charset=utf-8", (frame.text if frame else "").encode())


@require_safe
@for_members
def sample_csv(request: HttpRequest, code: str) -> HttpResponse:
    """The places drawn, with the seed and the digest of the frame on every line."""
    one = campaign_in_sight(actor_at(request), code)
    rows = InspectionPlace.objects.filter(campaign=one).order_by("number")
    names = street_names({row.street_code for row in rows}, one.begin)
    headings = (
        _("number"), _("unit grid"), _("street"), _("area class"), _("longitude"), _("latitude"), _("scored twice"), _("left out because"),
        _("seed"), _("SHA-256 of the frame"),
    )  # fmt: skip
    table = (
        (
            row.number,
            f"{row.grid_code:015d}",
            names[row.street_code],
            row.area_class,
            row.lon,
            row.lat,
            _("yes") if row.twice else _("no"),
            row.left_out,
            str(one.seed),
            one.frame_digest,
        )
        for row in rows
    )
    return common.csv_file(f"sample-{one.code}", headings, table)


@require_safe
@for_members
def results_csv(request: HttpRequest, code: str) -> HttpResponse:
    """Every settled mark of every place; the digest of the result is taken over them."""
    actor = actor_at(request)
    one = campaign_in_sight(actor, code)
    if not may_see_marks(actor, one):
        raise Forbidden("unpublished", _("What was found is not published yet."))
    what = results.found(one)
    names = street_names({found.place.street_code for found in what.places}, one.begin)
    headings = (
        _("place"), _("unit grid"), _("street"), _("area class"), _("scheme item"), _("what is looked at"), _("points"),
        pgettext("points", "of"), _("looks"),
    )  # fmt: skip
    table = (
        (
            found.place.number,
            f"{found.place.grid_code:015d}",
            names[found.place.street_code],
            found.place.area_class,
            item.code,
            item.text,
            "" if found.settled[item.pk].points is None else shown(found.settled[item.pk].points),
            item.most,
            len(found.looks),
        )
        for found in what.places
        for item in what.items
    )
    return common.csv_file(f"results-{one.code}", headings, table)


def _doing(request: HttpRequest, code: str, act: Any, done: str) -> HttpResponse:
    """Do it, say what came of it, and go back to the campaign."""
    try:
        act(actor_at(request))
        messages.success(request, done)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    back = id_in(request.POST.get("back"))
    if back is not None:
        return redirect("evaluation_inspection_place", code, back)
    return redirect("evaluation_inspection", code)


def _looked_at(place: InspectionPlace) -> bool:
    return place.visits.filter(submitted_at__isnull=False).exists()


def _places(one: Campaign, what: Found | None, sees_marks: bool) -> list[dict[str, Any]]:
    """Every place with its light: green looked at, yellow still to be, red where two looks differ, for those who may see marks."""
    disputed = {found.place.pk for found in what.disputed} if what and sees_marks else set()
    whole_ones = {found.place.pk for found in what.places} if what else set()
    rows = list(InspectionPlace.objects.filter(campaign=one).order_by("number"))
    names = street_names({row.street_code for row in rows}, one.begin)
    return [
        {
            "place": row,
            "street": names[row.street_code],
            "light": "red" if row.pk in disputed else "green" if row.pk in whole_ones else "yellow",
        }
        for row in rows
    ]


def _results(one: Campaign, what: Found) -> dict[str, Any]:
    offices = results.street_offices(one.end)
    streets = street_names({found.place.street_code for found in what.places}, one.begin)
    organizations = {str(pk): name for pk, name in Organization.objects.values_list("pk", "name")}
    by_street = results.table(what, Judged.STREET.value, offices, {str(code): name for code, name in streets.items()})
    by_organization = results.table(what, Judged.ORGANIZATION.value, offices, organizations)
    whole_city = results.table(what, Judged.CITY.value, offices, {})
    return {
        "tables": [(_("Streets"), _rows(by_street)), (_("Organizations"), _rows(by_organization))],
        "city": shown(whole_city[0].points, 2) if whole_city else "–",
        "by_item": [(line.item, line.places, line.faultless, shown(line.mean), int(line.mean or 0)) for line in results.items_in(what)],
        "unfinished": what.unfinished,
        "digest_holds": one.result_digest == _digest(what) if one.state == State.PUBLISHED else None,
    }


def _rows(table: list[results.Row]) -> list[dict[str, Any]]:
    return [{"rank": rank, "row": row, "points": shown(row.points, 2), "width": int(row.points)} for rank, row in enumerate(table, 1)]


def _digest(what: Found) -> str:
    try:
        return results.result_digest(what)
    except Refused:
        return ""


def _agreement(what: Found) -> dict[str, Any]:
    told = results.agreement_in(what)
    apart = [
        {"place": found.place, "item": item, "first": found.looks[1].get(item.pk), "second": found.looks[2].get(item.pk),
         "settled": shown(found.settled[item.pk].points), "disputed": found.settled[item.pk].disputed}
        for found in what.places
        if 2 in found.looks
        for item in what.items
        if found.looks[1].get(item.pk) != found.looks[2].get(item.pk)
    ]  # fmt: skip
    return {
        "agreement": told,
        "same": shown(None if told.same is None else told.same * 100),
        "within": shown(None if told.within is None else told.within * 100),
        "kappa": shown(told.kappa, 2),
        "icc": shown(told.icc, 2),
        "apart": apart,
    }
