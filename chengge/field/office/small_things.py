"""Small things put right on the spot: before and after side by side, one by one or many at once; and how many there were."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from chengge import clock
from chengge.casework.actions import Given, perform
from chengge.casework.queries.export import Cell
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import BY_ACTION
from chengge.field.office.common import csv_file, for_office, keeping, page, streets
from chengge.field.queries.small_things import DIMENSIONS, Total, disposers, small_totals, waiting_small_things, with_proofs
from chengge.foundation.models import ProblemClass
from chengge.foundation.pages.manage.common import day_of
from chengge.organization import typed
from chengge.organization.gates import actor_at
from chengge.organization.queries import Actor, city_day
from chengge.organization.typed import id_in

PAGE_SIZE = 24
MOST_AT_ONCE = 100


@require_safe
@for_office
def small_things(request: HttpRequest) -> HttpResponse:
    """The gallery of those that wait."""
    actor, asked = actor_at(request), request.GET
    wanted = {
        "member_id": typed.whole(asked, "member"),
        "class_id": typed.whole(asked, "class"),
        "division_code": typed.whole(asked, "division"),
    }
    waiting = waiting_small_things(actor, **wanted)
    context = {
        "things": with_proofs(waiting, PAGE_SIZE),
        "count": waiting.count(),
        "wanted": wanted,
        "narrowed": any(value is not None for value in wanted.values()),
        "members": disposers(actor),
        "classes": ProblemClass.objects.filter(pk__in=waiting_small_things(actor).order_by().values("problem_class_id")),
        "streets": streets(),
        "decides": _decides(actor),
        "keep": keeping(request),
        "now": clock.now(),
    }
    return page(request, "office_small_things.html", "small_things", context)


@require_POST
@for_office
def decide(request: HttpRequest) -> HttpResponse:
    """Close those that are right (`approve`, repeated), or send one back to the beginning with a reason (`refuse`)."""
    actor, given = actor_at(request), request.POST
    if refused := given.get("refuse"):
        done, faults = _each(actor, [refused], "refuse_self_disposal", Given(reason=given.get(f"reason-{refused.partition(':')[0]}", "")))
        said = ngettext("%(count)d sent back.", "%(count)d sent back.", done)
    else:
        chosen = [given["approve"]] if given.get("approve") else given.getlist("thing")[:MOST_AT_ONCE]
        done, faults = _each(actor, chosen, "close", Given())
        said = ngettext("%(count)d closed.", "%(count)d closed.", done)
        if not chosen:
            faults = [_("Tick the cases that are right.")]
    if done:
        messages.success(request, said % {"count": done})
    for fault in faults[:5]:
        messages.warning(request, fault)
    return redirect(f"{reverse('manage_small_things')}?{keeping(request)}".rstrip("?"))


@require_safe
@for_office
def totals(request: HttpRequest) -> HttpResponse:
    """How many there were, by inspector, class, street or month."""
    by, since, until = _asked(request)
    rows = small_totals(actor_at(request), by, since, until)
    context = {
        "rows": rows,
        "most": max((row.done for row in rows), default=1),
        "sums": {name: sum(getattr(row, name) for row in rows) for name in ("done", "closed", "refused", "waiting")},
        "by": by,
        "dimensions": [(name, label) for name, label in _labels().items()],
        "label": _labels()[by],
        "since": since,
        "until": until,
        "keep": keeping(request),
    }
    return page(request, "office_small_totals.html", "small_things", context)


@require_safe
@for_office
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The same as a table."""
    by, since, until = _asked(request)
    headings = (_labels()[by], _("disposed of"), _("closed"), _("refused"), _("waiting"), _("refused (%)"), _("minutes until looked at"))
    return csv_file("small-things", headings, _table(small_totals(actor_at(request), by, since, until)))


def _each(actor: Actor, chosen: list[str], action: str, given: Given) -> tuple[int, list[str]]:
    """Take an action on each case (`id:entry count`); returns how many were done, and what was said of the others."""
    done, faults = 0, []
    for text in chosen:
        number, _colon, count = text.partition(":")
        case_id, seen = id_in(number), id_in(count)
        if case_id is None or seen is None:
            continue
        try:
            perform(case_id, action, actor, given, seen=seen)
            done += 1
        except Refused as refusal:
            faults.append(str(refusal))
    return done, faults


def _decides(actor: Actor) -> bool:
    return bool(actor.posts & BY_ACTION["close"].posts)


def _asked(request: HttpRequest) -> tuple[str, date, date]:
    today = city_day(clock.now())
    by = request.GET.get("by", "inspector")
    return (
        by if by in DIMENSIONS else "inspector",
        day_of(request.GET.get("since"), today.replace(day=1)),
        day_of(request.GET.get("until"), today),
    )


def _labels() -> dict[str, str]:
    return {"inspector": _("Inspector"), "class": _("Class"), "street": pgettext("division", "Street"), "month": _("Month")}


def _table(rows: list[Total]) -> Iterator[tuple[Cell, ...]]:
    for row in rows:
        minutes: Any = None if row.review_minutes is None else round(row.review_minutes, 1)
        yield row.name, row.done, row.closed, row.refused, row.waiting, round(row.refused_percent, 1), minutes
