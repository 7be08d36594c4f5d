"""The desk of answers: whom to tell, whom to ask, and how well the city keeps its promise."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge import clock
from chengge.casework.actions import contact_of
from chengge.casework.models import Channel
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.intake.actions.answers import DISSATISFIED, MOST_HOURS_LATER, Call, decide, record_call
from chengge.intake.models import Answer
from chengge.intake.queries import answers as queries
from chengge.organization.gates import actor_at, for_posts
from chengge.organization.queries import Actor
from chengge.organization.refusals import status_of
from chengge.organization.typed import day, whole

answerers = for_posts(*queries.ANSWERERS)
watchers = for_posts(*queries.WATCHERS)
LONGEST_SPAN = timedelta(days=366)
STARS = (5, 4, 3, 2, 1)


@require_safe
@answerers
def desk(request: HttpRequest) -> HttpResponse:
    """The queues, and beside them the call sheet of one answer."""
    return _desk(request)


@require_safe
@answerers
def top(request: HttpRequest) -> HttpResponse:
    """Rates and counts anew, for an open desk."""
    actor = actor_at(request)
    piles = queries.piles(actor)
    return render(request, "intake/answers/top.html", _rates() | {"piles": piles, "step": _step(request, piles)})


@require_POST
@answerers
def call(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Write down how a call went, and open the next one."""
    given = request.POST
    try:
        said = Call(
            result=given.get("result", ""),
            stars=whole(given, "stars"),
            words=given.get("words", ""),
            then=given.get("then", ""),
            reason=given.get("reason", ""),
            later_hours=whole(given, "later_hours") or 0,
        )
        answer = record_call(actor_at(request), answer_id, said)
    except Refused as refusal:
        return _desk(request, answer_id, refusal)
    messages.success(request, _told(answer, said))
    return redirect(f"/desk/answers/?step={answer.step}")


@require_POST
@for_posts(Post.SHIFT_LEADER)
def settle(request: HttpRequest, answer_id: int) -> HttpResponse:
    """A shift leader's word on a complaint."""
    try:
        complaint = decide(actor_at(request), answer_id, request.POST.get("decision", ""), request.POST.get("reason", ""))
    except Refused as refusal:
        return _desk(request, answer_id, refusal)
    reopened = complaint.outcome == Answer.Outcome.REOPENED
    messages.success(request, _("The case is reopened.") if reopened else _("The complaint is declined, and the reporter is told why."))
    return redirect("/desk/answers/?step=complaint")


@require_safe
@watchers
def rates(request: HttpRequest) -> HttpResponse:
    """The three rates of a span of days, by channel and by day."""
    begins, ends = _span(request)
    whole, by_channel = queries.rates(begins, ends)
    channels = dict(Channel.choices)
    context = {
        "tab": "answers",
        "begins": begins,
        "ends": ends,
        "steps": [(step.value, step.label) for step in queries.THREE],
        "whole": whole,
        "by_channel": [(line, channels.get(line.name, line.name)) for line in by_channel],
        "by_day": queries.rates_by_day(begins, ends),
        "spans": _usual_spans(),
        "query": urlencode({"from": begins, "to": ends}),
    }
    return render(request, "intake/answers/rates.html", context)


@require_safe
@watchers
def missing(request: HttpRequest) -> HttpResponse:
    """The reports behind a rate: who was owed an answer and has none."""
    begins, ends = _span(request)
    actor = actor_at(request)
    step = _step_named(request.GET.get("step", "acceptance"))
    channel = request.GET.get("channel", "")
    if channel and channel not in Channel.values:
        raise Refused("channel", _("There is no channel “%(channel)s”.") % {"channel": channel[:20]}, field="channel")
    rows, next_cursor = queries.missing(actor, step, begins, ends, channel, request.GET.get("cursor", ""))
    context = {
        "tab": "answers",
        "begins": begins,
        "ends": ends,
        "step": step,
        "channel": dict(Channel.choices).get(channel, ""),
        "lines": _lines(rows, actor),
        "next_cursor": next_cursor,
        "query": urlencode({"step": step.value, "from": begins, "to": ends, "channel": channel}),
        "back": urlencode({"from": begins, "to": ends}),
        "may_answer": bool(actor.posts & queries.ANSWERERS),
    }
    return render(request, "intake/answers/missing.html", context)


def _desk(request: HttpRequest, answer_id: int | None = None, refusal: Refused | None = None) -> HttpResponse:
    actor = actor_at(request)
    piles = queries.piles(actor)
    chosen = answer_id if answer_id is not None else whole(request.GET, "answer")
    one = queries.answer_in_sight(actor, chosen) if chosen is not None else None
    step = Answer.Step(one.step) if one is not None else _step(request, piles)
    rows, next_cursor = queries.queue(actor, step, request.GET.get("cursor", ""))
    context: dict[str, Any] = _rates() | {
        "tab": "answers",
        "piles": piles,
        "step": step,
        "lines": _lines(rows, actor),
        "next_cursor": next_cursor,
        "one": one,
        "refusal": refusal,
        "given": request.POST,
    }
    if one is not None:
        context |= _sheet(one, actor)
    return render(request, "intake/answers/desk.html", context, status=status_of(refusal) if refusal else 200)


def _sheet(one: Answer, actor: Actor) -> dict[str, Any]:
    """What whoever calls must know: whom, what it was about, what has been said before."""
    return {
        "contact": contact_of(one.report, actor),
        "before": [row for row in queries.answers_of([one.report_id]).get(one.report_id, []) if row.pk != one.pk],
        "light": queries.light_of(one, clock.now()),
        "stars": STARS,
        "dissatisfied": DISSATISFIED,
        "most_hours": MOST_HOURS_LATER,
        "may_decide": Post.SHIFT_LEADER in actor.posts,
    }


def _rates() -> dict[str, Any]:
    today = queries.today()
    month, _by_channel = queries.rates(today.replace(day=1), today)
    one_day, _by_channel = queries.rates(today, today)
    return {"three": list(zip([step.label for step in queries.THREE], month.rates, one_day.rates, strict=True))}


def _lines(rows: list[Answer], actor: Actor) -> list[dict[str, Any]]:
    now = clock.now()
    return [{"row": row, "light": queries.light_of(row, now)} for row in rows]


def _step(request: HttpRequest, piles: list[queries.Pile]) -> Answer.Step:
    """The queue that is asked for; else the first in which anything waits."""
    if wanted := request.GET.get("step", ""):
        return _step_named(wanted)
    return next((pile.step for pile in piles if pile.count), Answer.Step.ACCEPTANCE)


def _step_named(name: str) -> Answer.Step:
    if name not in Answer.Step.values:
        raise Refused("step", _("There is no queue “%(name)s”.") % {"name": name[:20]}, field="step")
    return Answer.Step(name)


def _span(request: HttpRequest) -> tuple[date, date]:
    """The days asked for; this month where none are. Raises Refused."""
    today = queries.today()
    begins, ends = day(request.GET, "from") or today.replace(day=1), day(request.GET, "to") or today
    if begins > ends:
        raise Refused("span", _("The span ends before it begins."), field="to")
    if ends - begins > LONGEST_SPAN:
        raise Refused("span", _("At most a year at once."), field="from")
    return begins, ends


def _usual_spans() -> list[tuple[str, str]]:
    today = queries.today()
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    spans = [
        (_("Today"), today, today),
        (_("Seven days"), today - timedelta(days=6), today),
        (_("This month"), month, today),
        (_("Last month"), before.replace(day=1), before),
    ]
    return [(name, urlencode({"from": begins, "to": ends})) for name, begins, ends in spans]


def _told(answer: Answer, said: Call) -> str:
    if answer.state == Answer.State.MISSED:
        return _("Written down: not reached, and not called again.")
    if said.result == "not_reached":
        return _("Written down: not reached. The call comes back in two hours.")
    if said.result == "later":
        return _("Written down: to be called later.")
    return _("Written down. Thank you for calling.")
