"""Reporters who may be owed an answer, and what they are owed, for tests of answers."""

from chengge.casework.models import Report
from chengge.intake.models import Answer
from tests.casework.lives import WAY

MOBILE, LANDLINE = "13812345678", "0571-87654321"


def reported(life, contact=LANDLINE, **more):
    made = life.report(contact=contact, **more)
    return Report.objects.get(pk=made.report_id)


def lives_to(life, stage):
    """The rest of the way of a case that has been reported."""
    for step in WAY[: WAY.index(stage) + 1]:
        if step not in ("verifying", "verified"):
            life._step(step, "missing")


def lives_to_end(life):
    """From acceptance to the end."""
    for step in WAY[WAY.index("filed") :]:
        life._step(step, "missing")


def owed(report):
    return {(row.step, row.round): row for row in Answer.objects.filter(report=report)}


def states(report):
    return {f"{step}{round_ or ''}": row.state for (step, round_), row in owed(report).items()}
