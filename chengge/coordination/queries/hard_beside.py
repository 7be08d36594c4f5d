"""A hard case as it stands beside the ledger of its case: why, until when, and what has been done about it, in time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chengge.casework.models import Case
from chengge.casework.queries.sight import sight
from chengge.coordination.models import AgendaItem, HardCase, JointSurvey, MadeSafe, Ruling, StandingProblem
from chengge.coordination.queries.escalations import StepUp, made_safe_of, steps_of
from chengge.coordination.queries.hard_cases import READERS, WORKERS, HardRow, rows_of
from chengge.coordination.queries.surveys import units_of
from chengge.organization.queries import Actor


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that was done about a hard case.

    Attributes:
        kind: found, up, safe, survey, meeting, ruling, standing or settled.
        what: the row it is told from; None where the moment says all.
    """

    at: datetime
    kind: str
    what: StepUp | MadeSafe | JointSurvey | AgendaItem | Ruling | StandingProblem | None = None


@dataclass(frozen=True, slots=True)
class HardBeside:
    """What somebody who sees a case sees of its being hard.

    Attributes:
        reads: may open the hard case, its surveys, meetings and rulings.
        happened: the latest first, as in the story of the case.
        writes: may write down how the place was made safe.
    """

    row: HardRow
    happened: tuple[Happened, ...]
    reads: bool
    writes: bool


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to settle who answers for a case, the latest first."""

    surveys: tuple[JointSurvey, ...]
    items: tuple[AgendaItem, ...]
    rulings: tuple[Ruling, ...]
    problems: tuple[StandingProblem, ...]

    @property
    def is_nothing(self) -> bool:
        return not (self.surveys or self.items or self.rulings or self.problems)


def done_about(case: Case) -> Done:
    """Four queries."""
    return Done(
        tuple(case.joint_surveys.order_by("-meets_at")),
        tuple(case.agenda_items.select_related("meeting").order_by("-meeting__meets_at")),
        tuple(case.rulings.select_related("organization").order_by("-drafted_at")),
        tuple(case.standing_problems.order_by("-listed_at")),
    )


def hard_beside(actor: Actor, case_id: int) -> HardBeside | None:
    """The hard case beside a case in sight; None where it never was hard. One query then, thirteen at most otherwise."""
    rows = HardCase.objects.filter(sight(actor, "case__"), pk=case_id)
    hard = rows.select_related("case", "case__problem_class", "meanwhile").first()
    if hard is None:
        return None
    territory = hard.meanwhile_id is not None and hard.meanwhile_id in units_of(actor)
    return HardBeside(
        row=rows_of([hard])[0],
        happened=tuple(sorted(_happened(hard), key=lambda one: one.at)[::-1]),
        reads=bool(actor.posts & READERS),
        writes=hard.settled_at is None and hard.meanwhile_id is not None and (territory or bool(actor.posts & WORKERS)),
    )


def _happened(hard: HardCase) -> Iterable[Happened]:
    yield Happened(hard.found_at, "found")
    for step in steps_of(hard):
        yield Happened(step.escalation.at, "up", step)
    for safe in made_safe_of(hard):
        yield Happened(safe.at, "safe", safe)
    done = done_about(hard.case)
    for survey in done.surveys:
        if survey.state != "called_off":
            yield Happened(survey.meets_at, "survey", survey)
    for item in done.items:
        if item.meeting.state != "called_off":
            yield Happened(item.meeting.meets_at, "meeting", item)
    for ruling in done.rulings:
        if ruling.signed_at is not None:
            yield Happened(ruling.signed_at, "ruling", ruling)
    for problem in done.problems:
        yield Happened(problem.listed_at, "standing", problem)
    if hard.settled_at is not None:
        yield Happened(hard.settled_at, "settled")
