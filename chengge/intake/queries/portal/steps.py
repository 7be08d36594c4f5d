"""How far a problem is, in five steps that anybody understands."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import pgettext, pgettext_lazy

from chengge.casework.models import Case, LedgerEntry
from chengge.domain.lifecycle import Stage


class Step(models.IntegerChoices):
    REPORTED = 1, pgettext_lazy("public step", "Reported")
    ACCEPTED = 2, pgettext_lazy("public step", "Accepted")
    HANDLING = 3, pgettext_lazy("public step", "With the department")
    DONE = 4, pgettext_lazy("public step", "Done")
    CHECKED = 5, pgettext_lazy("public step", "Checked on the spot")


STEP_OF: dict[str, Step] = {
    Stage.REPORTED.value: Step.REPORTED,
    Stage.VERIFYING.value: Step.REPORTED,
    Stage.ACCEPTED.value: Step.ACCEPTED,
    Stage.FILED.value: Step.ACCEPTED,
    Stage.DISPATCHED.value: Step.HANDLING,
    Stage.HANDLING.value: Step.HANDLING,
    Stage.RETURNED.value: Step.HANDLING,
    Stage.HANDLED.value: Step.DONE,
    Stage.CHECKING.value: Step.DONE,
    Stage.CHECKED.value: Step.CHECKED,
    Stage.CLOSED.value: Step.CHECKED,
}
# The entries that a step begins with.
BEGUN_BY: dict[str, Step] = {
    "report": Step.REPORTED,
    "reopen": Step.REPORTED,
    "accept": Step.ACCEPTED,
    "dispatch": Step.HANDLING,
    "finish": Step.DONE,
    "self_dispose": Step.DONE,
    "pass_check": Step.CHECKED,
}
# What the public list can be narrowed to, and the steps it means.
STATES: dict[str, tuple[Step, ...]] = {
    "open": (Step.REPORTED, Step.ACCEPTED),
    "working": (Step.HANDLING, Step.DONE),  # done is not solved before somebody has been there and looked
    "solved": (Step.CHECKED,),
}


@dataclass(frozen=True, slots=True)
class StepShown:
    """One of the five steps: when it began, if it has; `now` marks where the problem is."""

    step: Step
    label: str
    at: datetime | None
    is_done: bool
    is_now: bool


def stages_in(state: str) -> list[str]:
    """The stages that a state of the public list holds."""
    return [stage for stage, step in STEP_OF.items() if step in STATES[state]]


def state_of(stage: str) -> str:
    """`open`, `working` or `solved`; `ended` for what was not taken up."""
    step = STEP_OF.get(stage)
    return next((state for state, steps in STATES.items() if step in steps), "ended")


def state_words(stage: str) -> str:
    """Where a problem stands, in one or two words."""
    step = STEP_OF.get(stage)
    if step is Step.CHECKED:
        return pgettext("public step", "Solved")
    if step is Step.DONE:
        return pgettext("public step", "Done, to be checked")
    if step is not None:
        return str(step.label)
    return {
        Stage.TRANSFERRED.value: pgettext("public step", "Passed on"),
        Stage.MERGED.value: pgettext("public step", "Goes on with another"),
    }.get(stage, pgettext("public step", "Not taken up"))


def steps_of(case: Case) -> list[StepShown]:
    """The five steps with their days: of each, the last time it began. One query."""
    rows = LedgerEntry.objects.filter(case=case, action__in=list(BEGUN_BY)).order_by("seq").values_list("action", "at")
    begun = {BEGUN_BY[action]: at for action, at in rows}
    present = STEP_OF.get(case.stage, Step.REPORTED)
    last = present is Step.CHECKED
    return [
        StepShown(
            step,
            str(step.label),
            begun.get(step) if step <= present else None,
            is_done=step < present or last,
            is_now=step == present and not last and case.stage in STEP_OF,
        )
        for step in Step
    ]
