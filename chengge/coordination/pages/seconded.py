"""Seconded staff: who is here, who comes, what is needed, and the file of one of them."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from chengge.casework.words import deed
from chengge.coordination.actions import appraisals, seconded, seconded_private, training
from chengge.coordination.models import Secondment, SecondmentDay, SecondmentNeed, SecondmentTraining, SecondmentView
from chengge.coordination.pages.appraisals import COMPARES, compare_address
from chengge.coordination.queries.seconded import (
    Part,
    colleagues_of,
    figure_name,
    latest_arrival,
    manages,
    month_of,
    needs,
    part_in,
    people_to_second,
    post_words,
    qualifications,
    secondment_in_sight,
    secondments,
    threshold_words,
)
from chengge.domain.errors import Forbidden, Refused
from chengge.domain.lifecycle import Post
from chengge.domain.secondment import LENT_POSTS
from chengge.foundation.pages.manage.common import page_of, today
from chengge.organization import typed
from chengge.organization.gates import actor_at, for_members
from chengge.organization.models import Organization, OrganizationKind, PostChoice
from chengge.organization.queries import Actor
from chengge.organization.refusals import status_of

STATES = ("here", "coming", "over")
FROM_KINDS = (OrganizationKind.DEPARTMENT, OrganizationKind.TERRITORY, OrganizationKind.CREW)
NEED_FIELDS = ("post", "people", "from_kind", "first_day", "last_day", "why")
PROPOSAL_FIELDS = ("need_id", "member_id", "home_id", "post", "first_day", "last_day")
SHOWN_DEEDS = 8


@require_safe
@for_members
def listed(request: HttpRequest) -> HttpResponse:
    """Who is here, who is to come, who has left: everybody's for the platform, one's own and one's unit's otherwise."""
    actor, asked = actor_at(request), request.GET.get("state", "")
    state = asked if asked in STATES else STATES[0]
    context = _around(actor) | {
        "rows": page_of(request, secondments(actor, state)),
        "state": state,
        "keep": f"state={state}",
        "needs": list(needs(today())) if manages(actor) else [],
        "today": today(),
        "compare": compare_address(actor, latest_arrival()) if actor.posts & COMPARES else "",
    }
    return render(request, "coordination/seconded/list.html", context)


@for_members
def new_need(request: HttpRequest) -> HttpResponse:
    """Say whom the platform needs."""
    actor = actor_at(request)
    _require_manager(actor)
    if request.method != "POST":
        return _need_form(request, QueryDict(), None, 200)
    sent = request.POST
    try:
        needed = seconded.Needed(
            typed.text(sent, "post"),
            typed.whole(sent, "people") or 0,
            typed.day(sent, "first_day"),
            typed.day(sent, "last_day"),
            typed.text(sent, "why"),
            typed.text(sent, "from_kind"),
        )
        seconded.state_need(actor, needed)
    except Refused as refusal:
        return _need_form(request, sent, refusal, status_of(refusal))
    messages.success(request, _("The need is written down."))
    return redirect("coordination_seconded")


@require_POST
@for_members
def withdraw_need(request: HttpRequest, need_id: int) -> HttpResponse:
    """Take a need off the list."""
    seconded.withdraw_need(actor_at(request), need_id)
    messages.success(request, _("The need is off the list."))
    return redirect("coordination_seconded")


@for_members
def new(request: HttpRequest) -> HttpResponse:
    """Propose somebody; `?need=` brings post and term."""
    actor = actor_at(request)
    _require_manager(actor)
    if request.method != "POST":
        return _proposal_form(request, _from_need(request), None, 200)
    sent = request.POST
    try:
        proposed = seconded.Proposed(
            typed.whole(sent, "member_id"),
            typed.whole(sent, "home_id"),
            typed.text(sent, "post"),
            typed.day(sent, "first_day"),
            typed.day(sent, "last_day"),
            typed.whole(sent, "need_id"),
        )
        made = seconded.propose(actor, proposed)
    except Refused as refusal:
        return _proposal_form(request, sent, refusal, status_of(refusal))
    messages.success(request, _("Proposed. Now the qualifications are checked."))
    return redirect("coordination_secondment", made.pk)


@require_safe
@for_members
def file_page(request: HttpRequest, secondment_id: int) -> HttpResponse:
    """The file of one person."""
    return _file(request, secondment_id, None, 200)


@require_POST
@for_members
def step(request: HttpRequest, secondment_id: int, kind: str) -> HttpResponse:
    """One step in a file: checks, begin, training, days, visits, contacts, hand-over, end."""
    actor, sent = actor_at(request), request.POST
    secondment_in_sight(actor, secondment_id)
    if kind not in STEPS:
        raise Refused("step", _("There is no such step."))
    try:
        STEPS[kind](actor, secondment_id, sent)
    except Refused as refusal:
        return _file(request, secondment_id, refusal, status_of(refusal))
    messages.success(request, _("Written down."))
    return redirect("coordination_secondment", secondment_id)


@require_POST
@for_members
def private(request: HttpRequest, secondment_id: int) -> HttpResponse:
    """Telephone and somebody near, as a part of the page; that it was looked at is written down. Never kept by a browser."""
    phone, emergency = seconded_private.show_private(actor_at(request), secondment_id, request.POST.get("purpose", ""))
    response = render(request, "coordination/seconded/private.html", {"phone": phone, "emergency": emergency, "pk": secondment_id})
    response.headers["Cache-Control"] = "no-store"
    return response


def _check(actor: Actor, pk: int, sent: QueryDict) -> None:
    seconded.check(actor, pk, typed.whole(sent, "rule") or 0, typed.number(sent, "value"), typed.text(sent, "remark"))


def _train(actor: Actor, pk: int, sent: QueryDict) -> None:
    planned = training.Training(typed.text(sent, "phase"), typed.text(sent, "subject"), typed.day(sent, "day"), typed.number(sent, "hours"))
    training.plan_training(actor, pk, planned)


def _trained(actor: Actor, _pk: int, sent: QueryDict) -> None:
    training.record_training(actor, typed.whole(sent, "training") or 0, typed.text(sent, "result"), typed.whole(sent, "mark"))


def _day(actor: Actor, pk: int, sent: QueryDict) -> None:
    training.write_day(actor, pk, typed.day(sent, "day"), typed.text(sent, "kind"), typed.text(sent, "remark"))


def _visit(actor: Actor, _pk: int, sent: QueryDict) -> None:
    training.note_visit(actor, typed.whole(sent, "visit") or 0, typed.day(sent, "day"), typed.text(sent, "notes"))


def _contact(actor: Actor, pk: int, sent: QueryDict) -> None:
    seconded_private.keep_private(actor, pk, typed.text(sent, "phone"), typed.text(sent, "emergency"))


def _appraise(actor: Actor, pk: int, sent: QueryDict) -> None:
    appraisals.draft_appraisal(actor, pk, typed.day(sent, "first"), typed.day(sent, "last"))


def _hand_over(actor: Actor, pk: int, sent: QueryDict) -> None:
    appraisals.hand_over(actor, pk, typed.whole(sent, "receiver_id"), typed.text(sent, "notes"))


STEPS: dict[str, Callable[[Actor, int, QueryDict], Any]] = {
    "check": _check,
    "pass": lambda actor, pk, _sent: seconded.pass_checks(actor, pk),
    "decline": lambda actor, pk, sent: seconded.decline(actor, pk, typed.text(sent, "reason")),
    "begin": lambda actor, pk, _sent: seconded.begin(actor, pk),
    "train": _train,
    "trained": _trained,
    "day": _day,
    "visit": _visit,
    "contact": _contact,
    "appraise": _appraise,
    "hand-over": _hand_over,
    "end": lambda actor, pk, sent: seconded.end(actor, pk, typed.text(sent, "cause"), typed.text(sent, "words")),
}


def _file(request: HttpRequest, secondment_id: int, refusal: Refused | None, status: int) -> HttpResponse:
    actor = actor_at(request)
    secondment = secondment_in_sight(actor, secondment_id)
    part = part_in(actor, secondment)
    first, after = _month_asked(request)
    month = month_of(secondment, first, after) if secondment.begun_at else None
    asked = [(one, threshold_words(one.rule)) for one in qualifications(secondment)]
    visits = list(secondment.home_visits.all())
    known = sum(1 for visit in visits if visit.visited_day is not None or visit.planned_day <= today())
    context = _around(actor) | {
        "one": secondment,
        "part": part,
        "refusal": refusal,
        "typed": request.POST if request.method == "POST" else QueryDict(),
        "qualifications": asked,
        "all_met": all(one.check is not None and one.check.passed for one, _words in asked),
        "month": month,
        "month_name": f"{first:%Y-%m}",
        "figures": [(figure_name(one), one) for one in month.figures] if month else [],
        "deeds": [(deed(action), number) for action, number in list(month.deeds.items())[:SHOWN_DEEDS]] if month else [],
        "day_words": _day_words(month.counts) if month else [],
        "purposes": SecondmentView.Purpose.choices,
        "phases": SecondmentTraining.Phase.choices,
        "results": [choice for choice in SecondmentTraining.Result.choices if choice[0] != SecondmentTraining.Result.PLANNED],
        "day_kinds": SecondmentDay.Kind.choices,
        "causes": Secondment.Cause.choices,
        "receivers": colleagues_of(secondment) if part.manages or part.own else [],
        "today": today(),
        "visits": visits[: known + 1],
        "later_visits": visits[known + 1 :],
        "resting": post_words(secondment),
        "proposed_by_me": secondment.proposed_by_id == actor.member_id,
        "may_draft": part.manages and secondment.begun_at is not None,
        "keeps_contact": _keeps_contact(part, secondment),
        "compare": compare_address(actor, secondment.first_day) if secondment.begun_at else "",
    }
    return render(request, "coordination/seconded/file.html", context, status=status)


def _keeps_contact(part: Part, secondment: Secondment) -> bool:
    running = secondment.state not in (Secondment.State.ENDED, Secondment.State.DECLINED)
    return running and (part.manages or part.own or part.home)


def _day_words(counts: dict[str, int]) -> list[str]:
    """Days by what they were, in words; what there was none of is left out."""
    told = [f"{SecondmentDay.Kind(kind).label} {number}" for kind, number in counts.items() if kind != "unknown" and number]
    if counts["unknown"]:
        told.append(ngettext("%(count)d day unexplained", "%(count)d days unexplained", counts["unknown"]) % {"count": counts["unknown"]})
    return told


def _month_asked(request: HttpRequest) -> tuple[date, date]:
    """The month of the address, this one where it names none."""
    asked = request.GET.get("month", "")
    first = typed.day({"month": f"{asked}-01"}, "month") if asked else today().replace(day=1)
    first = first or today().replace(day=1)
    return first, date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _need_form(request: HttpRequest, given: QueryDict, refusal: Refused | None, status: int) -> HttpResponse:
    context = _around(actor_at(request)) | {
        "typed": {name: given.get(name, "") for name in NEED_FIELDS},
        "posts": [(post.value, PostChoice(post.value).label) for post in LENT_POSTS],
        "kinds": [(kind.value, kind.label) for kind in FROM_KINDS],
        "refusal": refusal,
    }
    return render(request, "coordination/seconded/need_form.html", context, status=status)


def _from_need(request: HttpRequest) -> QueryDict:
    given = QueryDict(mutable=True)
    asked = typed.whole(request.GET, "need")
    need = SecondmentNeed.objects.filter(pk=asked, withdrawn_at=None).first() if asked else None
    if need is not None:
        given["need_id"], given["post"] = str(need.pk), need.post
        given["first_day"], given["last_day"] = max(need.first_day, today()).isoformat(), need.last_day.isoformat()
    return given


def _proposal_form(request: HttpRequest, given: QueryDict, refusal: Refused | None, status: int) -> HttpResponse:
    homes = Organization.objects.filter(valid_to=None, level__gte=2, kind__in=[kind.value for kind in FROM_KINDS]).order_by("code")
    context = _around(actor_at(request)) | {
        "typed": {name: given.get(name, "") for name in PROPOSAL_FIELDS},
        "needs": list(needs(today())),
        "posts": [(post.value, PostChoice(post.value).label) for post in LENT_POSTS],
        "homes": homes,
        "people": people_to_second(),
        "refusal": refusal,
    }
    return render(request, "coordination/seconded/form.html", context, status=status)


def _require_manager(actor: Actor) -> None:
    if not manages(actor):
        raise Forbidden("post", _("Seconded staff are looked after by coordinators and leaders."))


def _around(actor: Actor) -> dict[str, Any]:
    coordinates = bool(actor.posts & {Post.COORDINATOR, Post.DISPATCHER, Post.LEADER, Post.DEPARTMENT})
    return {"tab": "coordination" if coordinates else "", "coordinates": coordinates, "manages": manages(actor)}
