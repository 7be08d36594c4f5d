"""Standing problems: those in sight, filtered; what is overdue; what a member may do; a table to take away."""

from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import Case
from chengge.coordination.models import PlanStep, ProgressNote, StandingProblem
from chengge.coordination.queries.hard_cases import READERS, WORKERS
from chengge.coordination.queries.surveys import units_of
from chengge.domain.errors import NotFound
from chengge.organization.queries import Actor, city_day

OPEN = ("listed", "under_way")
STATES = ("open", "overdue", "listed", "under_way", "solved", "dropped")
MOST_ROWS = 5000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter of the list. `owner_id` 0: anybody; `text` is looked for in subject, place and why."""

    state: str = "open"
    owner_id: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class StandingPart:
    """What a member may do with a problem now.

    Attributes:
        runs: writes its words and plan, reviews it, ends it.
        notes: writes progress, and that a step is done.
    """

    runs: bool
    notes: bool


def standing_sight(actor: Actor) -> Q:
    """The platform and leaders see those in their scope and those of no place; a department what it answers for."""
    seen = [Q(owner_id__in=units_of(actor))]
    if actor.posts & READERS:
        if actor.grid_range is None:
            return Q()
        first, end = actor.grid_range
        seen += [Q(grid_code=None), Q(grid_code__gte=first, grid_code__lt=end)]
    return reduce(or_, seen)


def standing_problems(actor: Actor, wanted: Wanted) -> QuerySet[StandingProblem]:
    """Problems in sight that fulfil the filter; open ones by their day of review, ended ones the latest first."""
    today = city_day(clock.now())
    late_step = PlanStep.objects.filter(problem=OuterRef("pk"), done_on=None, due_on__lt=today)
    rows = StandingProblem.objects.filter(standing_sight(actor)).select_related("owner", "problem_class")
    rows = rows.annotate(
        step_count=Count("steps", distinct=True),
        done_count=Count("steps", filter=Q(steps__done_on__isnull=False), distinct=True),
        case_count=Count("cases", distinct=True),
        step_late=Exists(late_step),
    )
    if wanted.owner_id:
        rows = rows.filter(owner_id=wanted.owner_id)
    if wanted.text:
        rows = rows.filter(Q(subject__icontains=wanted.text) | Q(place__icontains=wanted.text) | Q(why__icontains=wanted.text))
    match wanted.state:
        case "overdue":
            return rows.filter(Q(review_on__lt=today) | Q(step_late=True), state__in=OPEN).order_by("review_on", "pk")
        case "listed" | "under_way":
            return rows.filter(state=wanted.state).order_by("review_on", "pk")
        case "solved" | "dropped":
            return rows.filter(state=wanted.state).order_by("-ended_at", "-pk")
    return rows.filter(state__in=OPEN).order_by("review_on", "pk")


def count_standing(actor: Actor) -> dict[str, int]:
    """How many are open, and how many of them are overdue for review. One query."""
    today = city_day(clock.now())
    rows = StandingProblem.objects.filter(standing_sight(actor), state__in=OPEN)
    return dict(rows.aggregate(open=Count("pk"), overdue=Count("pk", filter=Q(review_on__lt=today))))


def standing_in_sight(actor: Actor, problem_id: int) -> StandingProblem:
    """A problem with plan, notes and cases. Raises NotFound."""
    rows = StandingProblem.objects.filter(standing_sight(actor), pk=problem_id)
    rows = rows.select_related("owner", "problem_class", "listed_by", "ended_by").prefetch_related(
        Prefetch("steps", PlanStep.objects.select_related("done_by")),
        Prefetch("notes", ProgressNote.objects.select_related("member", "organization")),
        Prefetch("cases", Case.objects.select_related("problem_class").order_by("pk")),
    )
    problem = rows.first()
    if problem is None:
        raise NotFound("standing", _("There is no such standing problem, or it lies out of your sight."))
    return problem


def standing_part(actor: Actor, problem: StandingProblem) -> StandingPart:
    """What this member may do with a problem now."""
    if problem.state not in OPEN or actor.member_id is None:
        return StandingPart(False, False)
    runs = bool(actor.posts & WORKERS)
    return StandingPart(runs, runs or problem.owner_id in units_of(actor))


def is_overdue(problem: StandingProblem, today: date) -> bool:
    """Whether an open problem should have been looked at again."""
    return problem.state in OPEN and problem.review_on < today


def table_headings() -> tuple[str, ...]:
    return (
        _("number"), _("subject"), _("why it stands"), _("class"), _("place"), _("who answers for it"), _("state"), _("listed"),
        _("looked at again on"), _("steps done"), _("steps"), _("cases"), _("ended"), _("how it ended"),
    )  # fmt: skip


def table_row(problem: StandingProblem) -> tuple[str | int | None, ...]:
    """One line of the table; `problem` comes from `standing_problems`."""
    return (
        problem.pk,
        problem.subject,
        problem.why,
        problem.problem_class.name if problem.problem_class else "",
        problem.place,
        problem.owner.name,
        str(problem.get_state_display()),
        f"{city_day(problem.listed_at)}",
        f"{problem.review_on}",
        problem.done_count,  # type: ignore[attr-defined]
        problem.step_count,  # type: ignore[attr-defined]
        problem.case_count,  # type: ignore[attr-defined]
        f"{city_day(problem.ended_at)}" if problem.ended_at else "",
        problem.ended_why,
    )
