"""The case page, which is also the middle of every desk."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chengge import clock
from chengge.casework.actions.reports import SEES_CONTACTS
from chengge.casework.clocks import moment
from chengge.casework.forms import DANGEROUS, ActionForm, first_of
from chengge.casework.queries import CaseDetail, detail
from chengge.domain.lifecycle import Transition
from chengge.domain.worktime import CalendarEnds, ContinuousTime, Limit, Unit
from chengge.foundation.queries import Candidate
from chengge.organization.calendars import calendar_of
from chengge.organization.gates import actor_at, for_members
from chengge.organization.queries import Actor

# Shown as buttons beside the first one; what is left, and what is seldom done, stands in a menu.
MOST_BUTTONS = 2
SELDOM = frozenset({"reclassify", "transfer", "correct", "undo_dispatch"}) | DANGEROUS


@require_safe
@for_members
def page(request: HttpRequest, number: str) -> HttpResponse:
    """A case on a page of its own."""
    return render(request, "casework/case_page.html", case_context(actor_at(request), number))


def case_context(actor: Actor, number: str) -> dict[str, Any]:
    """The case, and the actions in the order in which they are offered. Raises NotFound."""
    shown = detail(actor, number)
    first = first_of(shown)
    others = [row for row in shown.open_actions if row is not first]
    often = [row for row in others if row.action not in SELDOM]
    return {
        "detail": shown,
        "case": shown.case,
        "first": ActionForm.empty(first, shown.case, actor, shown.candidates) if first else None,
        "buttons": often[:MOST_BUTTONS],
        "menu": [*often[MOST_BUTTONS:], *(row for row in others if row.action in SELDOM)],
        "dangerous": DANGEROUS,
        "due_if_dispatched": due_if_dispatched(shown, first),
        # Whoever may still merge it looks for what is the same; whoever sorts reports may take them apart again.
        "sorts_alike": any(row.action == "merge" for row in shown.open_actions),
        "sorts_reports": bool(actor.posts & SEES_CONTACTS) and len(shown.reports) > 1,
    }


def due_if_dispatched(shown: CaseDetail, first: Transition | None) -> dict[str, Any] | None:
    """By when the likeliest department would have to finish, if the case were dispatched now. At most one query."""
    rule = shown.case.rule
    if first is None or first.action != "dispatch" or rule is None or not shown.candidates:
        return None
    limit = Limit(rule.limit_amount, Unit(rule.limit_unit))
    likeliest: Candidate = shown.candidates[0]
    now = int(clock.now().timestamp())
    try:
        if limit.continuous:
            due = ContinuousTime().after(now, limit.seconds())
        else:
            calendar = calendar_of(likeliest.organization.calendar_id)
            due = calendar.after(now, limit.seconds(calendar.work_day_hours))
    except CalendarEnds:
        return None
    how = _("nights and holidays count") if limit.continuous else _("only working time counts")
    return {"at": moment(due), "how": how, "rule": rule}
