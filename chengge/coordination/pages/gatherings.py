"""What the pages of surveys, meetings and their kin share: whose they are, their lists by state, and what a case brings along."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from chengge.casework.models import Case
from chengge.casework.queries import visible
from chengge.coordination.queries.hard_cases import CONCERNED, READERS, WORKERS, hard_case_of
from chengge.domain.lifecycle import Post
from chengge.foundation.pages.manage.common import page_of
from chengge.organization.gates import actor_at, for_posts
from chengge.organization.queries import Actor

concerned = for_posts(*(post for post in Post if post in CONCERNED))
platform_readers = for_posts(*(post for post in Post if post in READERS))
workers = for_posts(*(post for post in Post if post in WORKERS))


def roles(actor: Actor) -> dict[str, bool]:
    """What every page of the platform asks of a member: works on it, reads all of it."""
    return {"works": bool(actor.posts & WORKERS), "reads": bool(actor.posts & READERS)}


def listed_by_state(
    request: HttpRequest, template: str, states: Sequence[str], rows_in: Callable[[Actor, str], QuerySet[Any]], **more: Any
) -> HttpResponse:
    """A list of one state, that of the address or the first of `states`."""
    actor, asked = actor_at(request), request.GET.get("state", "")
    state = asked if asked in states else states[0]
    rows = page_of(request, rows_in(actor, state))
    context = {"tab": "coordination", "rows": rows, "state": state, "keep": f"state={state}", **roles(actor), **more}
    return render(request, template, context)


def from_case(request: HttpRequest) -> tuple[Case | None, QueryDict]:
    """The case that `?case=` names and is in sight, and what a form takes from it: its subject, and who may answer for it."""
    typed = QueryDict(mutable=True)
    number = request.GET.get("case", "")
    case = visible(actor_at(request)).filter(number=number).select_related("problem_class").first() if number else None
    if case is not None:
        typed["subject"] = f"{case.place} {case.problem_class.name}".strip()[:120]
        hard = hard_case_of(case.pk)
        if hard is not None:
            typed.setlist("organization_ids", [str(pk) for pk in dict.fromkeys([*hard.bodies, hard.meanwhile_id]) if pk])
    return case, typed
