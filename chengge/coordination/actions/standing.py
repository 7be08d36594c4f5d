"""Standing problems: listed by the platform, moved by who answers for them, reviewed, ended; overdue ones are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.coordination.actions.inviting import Thing, body_named, cases_named, require_words, tell_members, tell_units, this_second
from chengge.coordination.models import PlanStep, ProgressNote, StandingProblem
from chengge.coordination.queries.hard_cases import WORKERS
from chengge.coordination.queries.staff import clerks_of, on_posts, staff_at
from chengge.coordination.queries.standing import OPEN, standing_in_sight, standing_part
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.foundation.models import ProblemClass
from chengge.foundation.queries import grid_index
from chengge.foundation.queries.dated import holding_on
from chengge.organization.queries import Actor, city_day

MOST_STEPS = 50


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan as somebody writes it."""

    due_on: date
    text: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A standing problem as somebody writes it down.

    Attributes:
        lon, lat: of the place, degrees, WGS84; None where it has none.
        numbers: of the cases it shows in; place and class are taken from the first where they are left out.
        steps: of the plan that are not done yet.
    """

    subject: str
    why: str
    organization_id: int | None
    review_on: date | None
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    problem_class_id: int | None = None
    numbers: Sequence[str] = ()
    steps: Sequence[Step] = ()


@transaction.atomic
def list_problem(actor: Actor, listed: Listed) -> StandingProblem:
    """Put a problem on the list. Who answers for it hears of it.

    Raises:
        Forbidden: no post of the platform. Refused: a value is missing, or lies in the past.
    """
    if not actor.posts & WORKERS or actor.member_id is None:
        raise Forbidden("post", _("Standing problems are listed by coordinators and dispatchers."))
    problem = StandingProblem(listed_by_id=actor.member_id, listed_at=this_second())
    _write(actor, problem, listed)
    _tell(actor, problem, "listed", _("Standing problem listed: %(subject)s") % {"subject": problem.subject}, problem.why)
    return problem


@transaction.atomic
def change_problem(actor: Actor, problem_id: int, listed: Listed) -> StandingProblem:
    """Put the words and the plan of an open problem right; steps that are done stay. Raises as `list_problem`, NotFound, Conflict."""
    problem = _open(actor, problem_id)
    if not standing_part(actor, problem).runs:
        raise Forbidden("post", _("Standing problems are listed by coordinators and dispatchers."))
    before = problem.owner_id
    _write(actor, problem, listed)
    if problem.owner_id != before:
        _tell(actor, problem, f"owner:{problem.owner_id}", _("Standing problem is yours: %(subject)s") % {"subject": problem.subject}, "")
    return problem


@transaction.atomic
def finish_step(actor: Actor, problem_id: int, position: int) -> PlanStep:
    """A step of the plan is done. Raises NotFound, Forbidden, Conflict."""
    problem = _noting(actor, problem_id)
    step = problem.steps.filter(position=position).first()
    if step is None:
        raise NotFound("step", _("The plan has no such step."))
    if step.done_on is not None:
        raise Conflict("step", _("This step is done."), _("Look at it again."))
    step.done_on, step.done_by_id = city_day(clock.now()), actor.member_id
    step.save()
    return step


@transaction.atomic
def note_progress(actor: Actor, problem_id: int, text: str) -> ProgressNote:
    """Write down what has moved; it stays. Raises NotFound, Forbidden, Conflict, Refused."""
    problem = _noting(actor, problem_id)
    require_words({"text": (text, 1000)}, _("Nothing is said."))
    return _note(actor, problem, ProgressNote.Kind.PROGRESS, text)


@transaction.atomic
def review(actor: Actor, problem_id: int, text: str, next_on: date | None) -> StandingProblem:
    """Look at a problem again, and say when the next time is. Raises NotFound, Forbidden, Conflict, Refused."""
    problem = _open(actor, problem_id)
    if not standing_part(actor, problem).runs:
        raise Forbidden("post", _("Standing problems are reviewed by coordinators and dispatchers."))
    require_words({"text": (text, 1000)}, _("What did the review find?"))
    problem.review_on = _day_to_come(next_on, "next_on")
    problem.save(update_fields=["review_on"])
    _note(actor, problem, ProgressNote.Kind.REVIEW, text)
    return problem


@transaction.atomic
def end_problem(actor: Actor, problem_id: int, state: str, why: str) -> StandingProblem:
    """Take a problem off the list: `solved` or `dropped`, with a reason. Raises NotFound, Forbidden, Conflict, Refused."""
    problem = _open(actor, problem_id)
    if not standing_part(actor, problem).runs:
        raise Forbidden("post", _("Standing problems are ended by coordinators and dispatchers."))
    if state not in (StandingProblem.State.SOLVED, StandingProblem.State.DROPPED):
        raise Refused("state", _("A problem is solved, or taken off the list."), _("Choose one of the two."), "state")
    require_words({"why": (why, 500)}, _("A reason is needed."))
    problem.state, problem.ended_why = state, why.strip()
    problem.ended_by_id, problem.ended_at = actor.member_id, this_second()
    problem.save()
    _tell(actor, problem, "ended", _("Standing problem ended: %(subject)s") % {"subject": problem.subject}, problem.ended_why)
    return problem


def tell_overdue() -> int:
    """Tell of problems whose day of review has passed, and of steps that are late: the platform and who answers; once for each day named.

    Returns how many people concern them. Two queries while nothing is overdue.
    """
    at = clock.now()
    today = city_day(at)
    problems = list(StandingProblem.objects.filter(state__in=OPEN, review_on__lt=today))
    steps = list(PlanStep.objects.filter(problem__state__in=OPEN, done_on=None, due_on__lt=today).select_related("problem"))
    if not problems and not steps:
        return 0
    staff, told = staff_at(at), 0
    for problem in problems:
        people = {person.member_id for person in on_posts(staff, (Post.COORDINATOR,), problem.grid_code)}
        subject = _("To be reviewed: %(subject)s") % {"subject": problem.subject}
        text = _("This standing problem was to be looked at again on %(day)s.") % {"day": problem.review_on}
        told += tell_members(_thing(problem), f"review:{problem.review_on}", subject, text, people)
    for step in steps:
        people = {person.member_id for person in clerks_of(staff, step.problem.owner_id)}
        subject = _("Step of the plan is late: %(subject)s") % {"subject": step.problem.subject}
        told += tell_members(_thing(step.problem), f"step:{step.pk}:{step.due_on}", subject, f"{step.due_on}: {step.text}", people)
    return told


def _write(actor: Actor, problem: StandingProblem, listed: Listed) -> None:
    require_words({"subject": (listed.subject, 120), "why": (listed.why, 1000)}, _("Subject and reason are needed."))
    problem.owner = body_named(listed.organization_id, _("Who answers for it?"))
    if problem.review_on != listed.review_on:
        problem.review_on = _day_to_come(listed.review_on, "review_on")
    cases = cases_named(actor, listed.numbers)
    first = cases[0] if cases else None
    problem.subject, problem.why = listed.subject.strip(), listed.why.strip()
    problem.place = listed.place.strip()[:200] or (first.place if first else "")
    problem.lon, problem.lat = (first.lon, first.lat) if first and listed.lon is None else (listed.lon, listed.lat)
    placed = problem.lon is not None and problem.lat is not None
    problem.grid_code = grid_index().locate(problem.lon, problem.lat) if placed else None  # type: ignore[arg-type]
    problem.problem_class_id = _class_named(listed.problem_class_id) or (first.problem_class_id if first else None)
    done = list(problem.steps.filter(done_on__isnull=False)) if problem.pk else []
    if len(listed.steps) + len(done) > MOST_STEPS:
        raise Refused("steps", _("A plan has at most %(most)d steps.") % {"most": MOST_STEPS}, field="steps")
    for step in listed.steps:
        require_words({"steps": (step.text, 300)}, _("Each step says what is done."))
    problem.state = StandingProblem.State.UNDER_WAY if listed.steps or done else StandingProblem.State.LISTED
    problem.save()
    problem.cases.set(cases)
    problem.steps.filter(done_on=None).delete()
    last = max((step.position for step in done), default=0)
    ordered = sorted(listed.steps, key=lambda step: step.due_on)
    PlanStep.objects.bulk_create(
        [PlanStep(problem=problem, position=last + n, due_on=step.due_on, text=step.text.strip()) for n, step in enumerate(ordered, 1)]
    )


def _class_named(pk: int | None) -> int | None:
    if pk is not None and not holding_on(ProblemClass.objects.filter(pk=pk), city_day(clock.now())).exists():
        raise Refused("class", _("There is no such class."), _("Choose a class of the catalogue."), "problem_class_id")
    return pk


def _day_to_come(day: date | None, field: str) -> date:
    if day is None or day <= city_day(clock.now()):
        raise Refused("day", _("When is it looked at again?"), _("Name a day to come."), field)
    return day


def _noting(actor: Actor, problem_id: int) -> StandingProblem:
    problem = _open(actor, problem_id)
    if not standing_part(actor, problem).notes:
        raise Forbidden("unit", _("Progress is written down by who answers for it, or by the platform."))
    return problem


def _open(actor: Actor, problem_id: int) -> StandingProblem:
    """An open problem in sight, locked. Raises NotFound, Conflict."""
    standing_in_sight(actor, problem_id)
    problem = StandingProblem.objects.select_for_update(of=("self",)).get(pk=problem_id)
    if problem.state not in OPEN:
        raise Conflict("state", _("This problem is not on the list any more."), _("Look at it again."))
    return problem


def _note(actor: Actor, problem: StandingProblem, kind: str, text: str) -> ProgressNote:
    note = ProgressNote(problem=problem, kind=kind, at=this_second(), organization_id=actor.organization_id, text=text.strip())
    note.member_id = actor.member_id or 0  # whoever may note is a member
    note.save()
    return note


def _tell(actor: Actor, problem: StandingProblem, word: str, subject: str, text: str) -> None:
    tell_units(actor, _thing(problem), word, subject, text or problem.subject, [problem.owner_id], [problem.listed_by_id])


def _thing(problem: StandingProblem) -> Thing:
    return Thing("standing", f"standing:{problem.pk}", f"/coordination/standing/{problem.pk}/")
