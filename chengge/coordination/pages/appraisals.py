"""Appraisals with their paper, hand-overs, who came and went, and who looked at how people are reached."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge.coordination.actions.appraisals import accept_handover, sign_appraisal, write_appraisal
from chengge.coordination.papers.appraisal import appraisal_paper
from chengge.coordination.queries.appraisals import appraisal_in_sight, handover_in_sight, signing_of
from chengge.coordination.queries.seconded import DAYS_COMPARED, manages, turnover, views_of
from chengge.documents.files import TYPES, sent, set_as
from chengge.domain.errors import NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.foundation.pages.manage.common import page_of, today
from chengge.organization import typed
from chengge.organization.gates import actor_at, for_members, for_posts
from chengge.organization.queries import Actor, city_day
from chengge.organization.refusals import status_of

COMPARES = frozenset({Post.LEADER, Post.EVALUATOR, Post.ADMINISTRATOR})


@for_members
def appraisal(request: HttpRequest, appraisal_id: int) -> HttpResponse:
    """An appraisal: its words, figures and signatures. A POST puts the words right."""
    actor = actor_at(request)
    if request.method != "POST":
        return _appraisal(request, appraisal_id, None, 200)
    try:
        write_appraisal(actor, appraisal_id, request.POST.get("words", "").replace("\x00", ""))
    except Refused as refusal:
        return _appraisal(request, appraisal_id, refusal, status_of(refusal))
    messages.success(request, _("Written down."))
    return redirect("coordination_appraisal", appraisal_id)


@require_POST
@for_members
def sign(request: HttpRequest, appraisal_id: int) -> HttpResponse:
    """Sign for one of the two sides."""
    actor = actor_at(request)
    appraisal_in_sight(actor, appraisal_id)
    try:
        sign_appraisal(actor, appraisal_id, request.POST.get("side", ""))
    except Refused as refusal:
        return _appraisal(request, appraisal_id, refusal, status_of(refusal))
    messages.success(request, _("Signed."))
    return redirect("coordination_appraisal", appraisal_id)


@require_safe
@for_members
def paper(request: HttpRequest, appraisal_id: int, kind: str) -> HttpResponse:
    """The appraisal as PDF or DOCX."""
    if kind not in TYPES:
        raise NotFound("file", _("Papers are set as PDF and DOCX."))
    found, secondment = appraisal_in_sight(actor_at(request), appraisal_id)
    return sent(set_as(appraisal_paper(found, secondment), kind, city_day(found.drafted_at)), kind, f"appraisal-{found.pk}")


@for_members
def handover(request: HttpRequest, secondment_id: int) -> HttpResponse:
    """What somebody leaves behind: for the platform, the member, and whoever takes it over, who accepts it here."""
    actor = actor_at(request)
    found = handover_in_sight(actor, secondment_id)
    if request.method == "POST":
        accept_handover(actor, secondment_id)
        messages.success(request, _("Taken over."))
        return redirect("coordination_secondment_handover", secondment_id)
    context = _around(actor) | {
        "one": found,
        "items": list(found.items.select_related("case").order_by("position")),
        "accepts": found.receiver_id == actor.member_id and found.accepted_at is None,
        "sees_file": manages(actor) or found.secondment.member_id == actor.member_id,
    }
    return render(request, "coordination/seconded/handover.html", context)


@require_safe
@for_posts(Post.LEADER, Post.COORDINATOR)
def turnover_page(request: HttpRequest) -> HttpResponse:
    """How many came and went, how long they stayed, why they left, and the city's figures before and after."""
    actor = actor_at(request)
    told = turnover(today())
    rows = [(one, compare_address(actor, one.secondment.end_day)) for one in told.leavers]
    return render(request, "coordination/seconded/turnover.html", _around(actor) | {"told": told, "rows": rows, "days": DAYS_COMPARED})


@require_safe
@for_posts(Post.LEADER, Post.ADMINISTRATOR)
def looks(request: HttpRequest) -> HttpResponse:
    """Who looked at how seconded people are reached."""
    context = _around(actor_at(request)) | {"rows": page_of(request, views_of()), "keep": ""}
    return render(request, "coordination/seconded/looks.html", context)


def _appraisal(request: HttpRequest, appraisal_id: int, refusal: Refused | None, status: int) -> HttpResponse:
    actor = actor_at(request)
    found, secondment = appraisal_in_sight(actor, appraisal_id)
    context = _around(actor) | {
        "appraisal": found,
        "one": secondment,
        "may": signing_of(actor, found, secondment),
        "words": typed.text(request.POST, "words") if refusal is not None and "words" in request.POST else found.words,
        "refusal": refusal,
    }
    return render(request, "coordination/seconded/appraisal.html", context, status=status)


def compare_address(actor: Actor, day: date | None) -> str:
    """The evaluation's comparison of as many days before and after a day, for the whole city; "" for who does not read it."""
    if day is None or not actor.posts & COMPARES:
        return ""
    days = max(1, min(DAYS_COMPARED, (today() - day).days))
    asked = {"mode": "change", "judged": "city", "change": day.isoformat(), "days": str(days)}
    return f"{reverse('evaluation_compare')}?{urlencode(asked)}"


def _around(actor: Actor) -> dict[str, Any]:
    coordinates = bool(actor.posts & {Post.COORDINATOR, Post.DISPATCHER, Post.LEADER, Post.DEPARTMENT})
    return {"tab": "coordination" if coordinates else "", "coordinates": coordinates, "manages": manages(actor)}
