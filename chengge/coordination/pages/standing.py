"""Standing problems: the list with its filters and its table, one problem, listing one, moving it on."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge import clock
from chengge.coordination.actions.standing import (
    Listed,
    Step,
    change_problem,
    end_problem,
    finish_step,
    list_problem,
    note_progress,
    review,
)
from chengge.coordination.models import StandingProblem
from chengge.coordination.pages.gatherings import concerned, from_case, roles, workers
from chengge.coordination.pages.tables import as_csv
from chengge.coordination.pages.typed import day_typed, latitude, longitude, whole, words_typed
from chengge.coordination.queries.choices import bodies, classes
from chengge.coordination.queries.standing import (
    MOST_ROWS,
    STATES,
    Wanted,
    count_standing,
    is_overdue,
    standing_in_sight,
    standing_part,
    standing_problems,
    table_headings,
    table_row,
)
from chengge.domain.errors import Refused
from chengge.foundation.pages.manage.common import page_of
from chengge.organization.gates import actor_at
from chengge.organization.queries import city_day
from chengge.organization.refusals import status_of

TYPED = ("subject", "why", "organization_id", "review_on", "place", "lon", "lat", "problem_class_id", "numbers", "steps")


@require_safe
@concerned
def listed(request: HttpRequest) -> HttpResponse:
    """Problems by state, by who answers and by words; overdue ones marked."""
    actor, wanted = actor_at(request), _wanted(request)
    rows = page_of(request, standing_problems(actor, wanted))
    today = city_day(clock.now())
    keep = request.GET.copy()
    keep.pop("page", None)
    context = {
        "tab": "coordination",
        "rows": rows,
        "views": [(one, is_overdue(one, today)) for one in rows.object_list],
        "wanted": wanted,
        "counts": count_standing(actor),
        "owners": bodies(),
        "keep": keep.urlencode(),
        **roles(actor),
    }
    return render(request, "coordination/standing/list.html", context)


@require_safe
@concerned
def table(request: HttpRequest) -> StreamingHttpResponse:
    """The filtered list as CSV."""
    rows = standing_problems(actor_at(request), _wanted(request))[:MOST_ROWS]
    return as_csv("standing-problems", table_headings(), (table_row(one) for one in rows))


def _wanted(request: HttpRequest) -> Wanted:
    asked = request.GET
    state = asked.get("state", "") if asked.get("state", "") in STATES else "open"
    return Wanted(state, whole(asked, "owner") or 0, asked.get("q", "").replace("\0", "").strip()[:60])


@workers
def new(request: HttpRequest) -> HttpResponse:
    """Put a problem on the list; `?case=` brings what a case says."""
    if request.method != "POST":
        return _form(request, _from_case(request), None, None, 200)
    try:
        problem = list_problem(actor_at(request), _listed(request.POST))
    except Refused as refusal:
        return _form(request, request.POST, None, refusal, status_of(refusal))
    messages.success(request, _("It is on the list."))
    return redirect("coordination_standing_problem", problem.pk)


@workers
def edit(request: HttpRequest, problem_id: int) -> HttpResponse:
    """Put the words and the plan right."""
    problem = standing_in_sight(actor_at(request), problem_id)
    if request.method != "POST":
        return _form(request, _of(problem), problem, None, 200)
    try:
        change_problem(actor_at(request), problem_id, _listed(request.POST))
    except Refused as refusal:
        return _form(request, request.POST, problem, refusal, status_of(refusal))
    return redirect("coordination_standing_problem", problem_id)


@require_safe
@concerned
def problem_page(request: HttpRequest, problem_id: int) -> HttpResponse:
    return _problem(request, problem_id, None, 200)


@require_POST
@concerned
def step(request: HttpRequest, problem_id: int) -> HttpResponse:
    """Note progress, finish a step of the plan, review, end."""
    sent, actor = request.POST, actor_at(request)
    try:
        match sent.get("step", ""):
            case "note":
                note_progress(actor, problem_id, sent.get("text", ""))
            case "finish":
                finish_step(actor, problem_id, whole(sent, "position") or 0)
            case "review":
                review(actor, problem_id, sent.get("text", ""), day_typed(sent, "next_on"))
            case "solved" | "dropped" as state:
                end_problem(actor, problem_id, state, sent.get("why", ""))
            case _:
                raise Refused("step", _("There is no such step."), _("Look at the page again."))
    except Refused as refusal:
        return _problem(request, problem_id, refusal, status_of(refusal))
    messages.success(request, _("Written down."))
    return redirect("coordination_standing_problem", problem_id)


def _listed(sent: QueryDict) -> Listed:
    return Listed(
        subject=sent.get("subject", ""),
        why=sent.get("why", ""),
        organization_id=whole(sent, "organization_id"),
        review_on=day_typed(sent, "review_on"),
        place=sent.get("place", ""),
        lon=longitude(sent, "lon"),
        lat=latitude(sent, "lat"),
        problem_class_id=whole(sent, "problem_class_id"),
        numbers=words_typed(sent, "numbers"),
        steps=[_step(line) for line in sent.get("steps", "").splitlines() if line.strip()],
    )


def _step(line: str) -> Step:
    """A line of the plan: a day, then what is done. Raises Refused."""
    day, _blank, text = line.strip().partition(" ")
    try:
        return Step(date.fromisoformat(day), text)
    except ValueError:
        hint = _("Write each step on a line of its own: 2026-12-01 what is done.")
        raise Refused("steps", _("“%(line)s” begins with no day.") % {"line": line.strip()[:40]}, hint, "steps") from None


def _from_case(request: HttpRequest) -> QueryDict:
    case, typed = from_case(request)
    if case is not None:
        typed.update({"place": case.place, "lon": str(case.lon), "lat": str(case.lat), "numbers": case.number})
        typed["problem_class_id"] = str(case.problem_class_id)
        typed["organization_id"] = str(case.department_id or typed.get("organization_ids", ""))
    return typed


def _of(problem: StandingProblem) -> QueryDict:
    typed = QueryDict(mutable=True)
    typed.update(
        {
            "subject": problem.subject,
            "why": problem.why,
            "organization_id": str(problem.owner_id),
            "review_on": f"{problem.review_on}",
            "place": problem.place,
            "lon": "" if problem.lon is None else str(problem.lon),
            "lat": "" if problem.lat is None else str(problem.lat),
            "problem_class_id": str(problem.problem_class_id or ""),
            "numbers": " ".join(case.number for case in problem.cases.all()),
            "steps": "\n".join(f"{one.due_on} {one.text}" for one in problem.steps.all() if one.done_on is None),
        }
    )
    return typed


def _form(request: HttpRequest, typed: QueryDict, problem: StandingProblem | None, refusal: Refused | None, status: int) -> HttpResponse:
    context = {
        "tab": "coordination",
        "typed": {name: typed.get(name, "") for name in TYPED},
        "problem": problem,
        "bodies": bodies(),
        "classes": classes(city_day(clock.now())),
        "refusal": refusal,
    }
    return render(request, "coordination/standing/form.html", context, status=status)


def _problem(request: HttpRequest, problem_id: int, refusal: Refused | None, status: int) -> HttpResponse:
    actor = actor_at(request)
    problem = standing_in_sight(actor, problem_id)
    today = city_day(clock.now())
    context = {
        "tab": "coordination",
        "problem": problem,
        "part": standing_part(actor, problem),
        "overdue": is_overdue(problem, today),
        "steps": [(one, one.done_on is None and one.due_on < today) for one in problem.steps.all()],
        "refusal": refusal,
        "typed": request.POST,
        **roles(actor),
    }
    return render(request, "coordination/standing/problem.html", context, status=status)
