"""What a reporter sees who follows a report by its token."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chengge import clock
from chengge.casework.models import Case, Clock, Report
from chengge.domain.lifecycle import ClockKind, Stage
from chengge.intake.models import PortalRules
from chengge.intake.queries.portal.cases import PublicCase, as_public
from chengge.intake.queries.portal.everyday import name_of
from chengge.intake.queries.portal.photos import ShownPhoto, shown_photos
from chengge.intake.queries.portal.rules import portal_rules
from chengge.intake.queries.portal.steps import StepShown, state_of, state_words, steps_of

ENDED_OTHERWISE = (Stage.REJECTED.value, Stage.VOIDED.value, Stage.TRANSFERRED.value)


@dataclass(frozen=True, slots=True)
class Followed:
    """A report and how far it is, in public words.

    Attributes:
        case: None while it is no case yet: somebody has to ask back first.
        expected_by: when the department is due to be done; None where nobody is handling it.
        reopen_until: until when the reporter may ask to go on; None where it is not solved, or too late.
    """

    report: Report
    name: str
    case: PublicCase | None
    state: str
    state_words: str
    steps: Sequence[StepShown]
    department: str
    expected_by: datetime | None
    photos: Sequence[ShownPhoto]
    reopen_until: datetime | None
    is_over: bool
    ended_otherwise: bool
    others: int


def followed(report: Report) -> Followed:
    """How far a report is. At most nine queries."""
    name = name_of(report.problem_class) if report.problem_class else ""
    if report.case_id is None:
        return Followed(report, name, None, "open", "", (), "", None, (), None, False, False, 0)
    case = Case.objects.select_related("problem_class", "public_words", "department").get(pk=report.case_id)
    public = as_public([case])[0]
    return Followed(
        report=report,
        name=public.name,
        case=public,
        state=state_of(case.stage),
        state_words=state_words(case.stage),
        steps=steps_of(case),
        department=case.department.name if case.department else "",
        expected_by=_expected_by(case),
        photos=shown_photos([case.pk]).get(case.pk, []),
        reopen_until=reopen_until(case, portal_rules()),
        is_over=case.stage == Stage.CLOSED,
        ended_otherwise=case.stage in ENDED_OTHERWISE,
        others=Report.objects.filter(case=case).count() - 1,
    )


def reopen_until(case: Case, rules: PortalRules) -> datetime | None:
    """The end of the time in which a reporter may ask to go on with a closed case; None when it is over or has not begun."""
    if case.stage != Stage.CLOSED or case.ended_at is None:
        return None
    until = case.ended_at + timedelta(days=rules.reopen_days)
    return until if until > clock.now() else None


def _expected_by(case: Case) -> datetime | None:
    clocks = Clock.objects.filter(case=case, kind=ClockKind.HANDLING.value, stopped_at=None, paused_at=None)
    return clocks.order_by("-ordinal").values_list("due_at", flat=True).first()
