"""Taking an action on a case, or one action on many."""

import json
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chengge.casework.actions import perform
from chengge.casework.forms import ActionForm, given_from
from chengge.casework.models import Case
from chengge.casework.pages.desk import SAFE_IN_BULK, desk_asked
from chengge.casework.pages.photos import keep_files
from chengge.casework.queries import case_in_sight, open_actions, visible
from chengge.casework.usual import REASONS
from chengge.casework.words import action_name, deed
from chengge.domain.errors import Conflict, NotFound, Refused
from chengge.domain.lifecycle import BY_ACTION, Transition
from chengge.organization.gates import actor_at, for_members
from chengge.organization.queries import Actor
from chengge.organization.refusals import status_of
from chengge.organization.typed import id_in

MOST_AT_ONCE = 100


@require_http_methods(["GET", "POST"])
@for_members
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """The form of an action, and the action itself."""
    actor = actor_at(request)
    case = case_in_sight(actor, number)
    row = BY_ACTION.get(action)
    if row is None:
        raise NotFound("action", _("There is no such action."))
    if request.method == "POST":
        return _take(request, actor, case, row)
    if row not in open_actions(actor, case):
        raise Conflict(
            "stage", _("“%(action)s” is not open to you on this case now.") % {"action": action_name(action)}, _("Look at the case again.")
        )
    return _form(request, ActionForm.again(row, case, actor, _prefilled(request), None), 200)


def _prefilled(request: HttpRequest) -> QueryDict:
    """What an address says beforehand: which case to merge into."""
    filled = QueryDict(mutable=True)
    if into := request.GET.get("into", ""):
        filled["into"] = into[:20]
        filled["reason"] = str(REASONS["merge"][0])
    return filled


def _take(request: HttpRequest, actor: Actor, case: Case, row: Transition) -> HttpResponse:
    sent = request.POST.copy()
    try:
        for digest in keep_files(request, actor):
            sent.appendlist("photos", digest)
        perform(case.pk, row.action, actor, given_from(sent, case, row), seen=id_in(sent.get("seen")), key=sent.get("key") or None)
    except Refused as refusal:
        if isinstance(refusal, Conflict):
            sent["key"] = ""
        case.refresh_from_db()
        return _form(request, ActionForm.again(row, case, actor, sent, refusal), 422 if status_of(refusal) == 400 else status_of(refusal))
    said = f"{deed(row.action)} · {case.problem_class.name}"
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=204)
        response.headers["HX-Trigger"] = json.dumps({"case-moved": {"number": case.number, "said": said}})
        return response
    messages.success(request, said)
    onward = sent.get("next", "")
    return redirect(onward if url_has_allowed_host_and_scheme(onward, None) else f"/cases/{case.number}/")


def _form(request: HttpRequest, form: ActionForm, status: int) -> HttpResponse:
    context = {"form": form, "case": form.case, "conflict": isinstance(form.refusal, Conflict), "inline": request.GET.get("inline") == "1"}
    if request.headers.get("HX-Request") != "true":
        return render(request, "casework/act.html", context, status=status)
    template = "casework/parts/action_form.html" if context["inline"] else "casework/parts/action_sheet.html"
    return render(request, template, context, status=status)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case of many."""

    case: Case
    refusal: Refused | None


@require_POST
@for_members
def bulk(request: HttpRequest, post: str) -> HttpResponse:
    """One action on each of the chosen cases, each by itself through the door; the answer tells case by case what happened."""
    actor, desk_post, _wanted = desk_asked(request, post)
    action = request.POST.get("action", "")
    if action not in SAFE_IN_BULK or desk_post not in BY_ACTION[action].posts:
        raise Refused("action", _("This action cannot be taken on many cases at once."), _("Open the cases one by one."))
    chosen = _chosen(request.POST.getlist("case"))
    if not chosen:
        raise Refused("case", _("No case is chosen."), _("Tick the cases first."))
    found = {case.pk: case for case in visible(actor).filter(pk__in=chosen).select_related("problem_class")}
    outcomes = [_one_of_many(actor, found[pk], action, seen, request.POST.get("key", "")) for pk, seen in chosen.items() if pk in found]
    context = {
        "outcomes": outcomes,
        "action": action_name(action),
        "done": sum(outcome.refusal is None for outcome in outcomes),
        "out_of_sight": len(chosen) - len(found),
    }
    response = render(request, "casework/parts/bulk_outcome.html", context)
    response.headers["HX-Trigger"] = json.dumps(
        {"cases-moved": {"ids": [outcome.case.pk for outcome in outcomes if outcome.refusal is None]}}
    )
    return response


def _one_of_many(actor: Actor, case: Case, action: str, seen: int, key: str) -> Outcome:
    try:
        perform(case.pk, action, actor, seen=seen, key=f"{key[:32]}-{case.pk}" if key else None)
    except Refused as refusal:
        return Outcome(case, refusal)
    return Outcome(case, None)


def _chosen(values: list[str]) -> dict[int, int]:
    """Case ids and the entry counts seen, from `id:count`."""
    if len(values) > MOST_AT_ONCE:
        raise Refused("case", _("At most %(most)d cases can be moved at once.") % {"most": MOST_AT_ONCE}, _("Choose fewer."))
    chosen: dict[int, int] = {}
    for value in values:
        number, _colon, count = value.partition(":")
        pk, seen = id_in(number), id_in(count)
        if pk is None or seen is None:
            raise Refused("case", _("“%(value)s” is no case.") % {"value": value[:40]})
        chosen[pk] = seen
    return chosen
