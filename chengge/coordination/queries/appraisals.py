"""Appraisals as they are drafted from the figures, and what somebody leaves behind when they go."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from chengge.casework.models import LedgerEntry, SidePath
from chengge.casework.words import deed
from chengge.coordination.models import (
    Appraisal,
    HardCase,
    JointSurvey,
    Meeting,
    PhoneCall,
    Ruling,
    Secondment,
    SecondmentHandover,
    SecondmentHandoverItem,
    SecondmentTraining,
    Sheet,
    StandingProblem,
)
from chengge.coordination.queries.seconded import MonthOf, manages, part_in, secondment_in_sight, secondment_sight
from chengge.domain.errors import NotFound
from chengge.organization.queries import Actor

MOST_ITEMS = 100
SHOWN_DEEDS = 6
Kind = SecondmentHandoverItem.Kind


@dataclass(frozen=True, slots=True)
class Left:
    """One thing that somebody leaves behind: open work, a promise, a standing problem."""

    kind: str
    text: str
    due_at: datetime | None = None
    case_id: int | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Signing:
    """Whether a member may write an appraisal's words, and for which side they may sign it now."""

    writes: bool
    platform: bool
    home: bool


def appraisal_in_sight(actor: Actor, appraisal_id: int) -> tuple[Appraisal, Secondment]:
    """An appraisal with its secondment. Raises NotFound, also where it is somebody else's."""
    rows = Appraisal.objects.filter(pk=appraisal_id, secondment__in=Secondment.objects.filter(secondment_sight(actor)))
    found = rows.select_related("platform_signed_by", "home_signed_by", "drafted_by", "home_signed_by__organization").first()
    if found is None:
        raise NotFound("appraisal", _("There is no such appraisal, or it lies out of your sight."))
    return found, secondment_in_sight(actor, found.secondment_id)


def signing_of(actor: Actor, appraisal: Appraisal, secondment: Secondment) -> Signing:
    """What a member may do with an appraisal now. The appraised sign nothing; one person signs for one side."""
    part = part_in(actor, secondment)
    unsigned = appraisal.platform_signed_at is None and appraisal.home_signed_at is None
    return Signing(
        writes=part.manages and unsigned,
        platform=part.manages and appraisal.platform_signed_at is None and appraisal.home_signed_by_id != actor.member_id,
        home=part.home and not manages(actor) and appraisal.home_signed_at is None,
    )


def drafted_words(secondment: Secondment, month: MonthOf) -> str:
    """The words of an appraisal from its template, filled with figures, attendance and training, in the city's own language."""
    with translation.override(settings.LANGUAGE_CODE):
        trainings = [one for one in secondment.trainings.all() if month.first <= one.day < month.after]
        context = {
            "secondment": secondment,
            "month": month,
            "last": month.after - timedelta(days=1),
            "figures": [one for one in month.figures if one.exact is not None],
            "papers": [(name, number) for name, number in month.papers if number],
            "deeds": [(deed(action), number) for action, number in list(month.deeds.items())[:SHOWN_DEEDS]],
            "trainings": trainings,
            "passed": sum(1 for one in trainings if one.result == SecondmentTraining.Result.PASSED),
        }
        return render_to_string("coordination/seconded/appraisal.txt", context).strip() + "\n"


def figures_kept(month: MonthOf) -> list[dict[str, str | int | None]]:
    """Figures as an appraisal keeps them."""
    return [
        {
            "code": one.code,
            "name_zh": one.name_zh,
            "name_en": one.name_en,
            "value": one.value,
            "numerator": one.numerator,
            "denominator": one.denominator,
        }
        for one in month.figures
    ]


def handover_in_sight(actor: Actor, secondment_id: int) -> SecondmentHandover:
    """A hand-over, for who sees the secondment and for the receiver. Raises NotFound."""
    rows = SecondmentHandover.objects.select_related("secondment__member", "secondment__home", "receiver", "given_by")
    found = rows.filter(secondment_id=secondment_id).first()
    if found is not None and found.receiver_id != actor.member_id:
        seen = Secondment.objects.filter(secondment_sight(actor), pk=secondment_id).exists()
        found = found if seen else None
    if found is None:
        raise NotFound("handover", _("Nothing is handed over here, or it lies out of your sight."))
    return found


def left_behind(secondment: Secondment) -> list[Left]:
    """What a seconded member leaves behind, from what they lead, promised and know. Eight queries."""
    who = secondment.member_id
    parts = (_work(who), _orders(who), _promises(who), _problems(who))
    return [one for part in parts for one in part][:MOST_ITEMS]


def _work(who: int) -> Iterator[Left]:
    for survey in JointSurvey.objects.filter(host_id=who, state=JointSurvey.State.PLANNED).order_by("meets_at"):
        said = _("Joint survey: %(what)s") % {"what": survey.subject}
        yield Left(Kind.WORK, said, survey.meets_at, address=f"/coordination/surveys/{survey.pk}/")
    for meeting in Meeting.objects.filter(host_id=who, state__in=(Meeting.State.CALLED, Meeting.State.CLOSED)).order_by("meets_at"):
        words = _("Meeting: %(what)s") if meeting.state == Meeting.State.CALLED else _("Minutes to be signed: %(what)s")
        yield Left(Kind.WORK, words % {"what": meeting.subject}, meeting.meets_at, address=f"/coordination/meetings/{meeting.pk}/")
    for ruling in Ruling.objects.filter(drafted_by_id=who, state=Ruling.State.DRAFT).order_by("pk"):
        yield Left(Kind.WORK, _("Draft of a ruling: %(what)s") % {"what": ruling.subject}, address=f"/coordination/rulings/{ruling.pk}/")
    for sheet in Sheet.objects.filter(Q(author_id=who) | Q(leader_id=who), ended_at=None).order_by("due_at", "pk"):
        said = f"{sheet.get_kind_display()}: {sheet.subject}"
        yield Left(Kind.WORK, said, sheet.due_at, sheet.case_id, f"/coordination/sheets/{sheet.pk}/")


def _orders(who: int) -> Iterator[Left]:
    """Supervision orders that they gave and that are in force."""
    given = LedgerEntry.objects.filter(case_id=OuterRef("case_id"), seq=OuterRef("asked_seq"), member_id=who)
    orders = SidePath.objects.filter(Exists(given), kind=SidePath.Kind.ORDER, ended_at=None).select_related("case")
    for order in orders.order_by("answer_due_at", "pk"):
        text = _("Supervision order in force: %(number)s %(place)s") % {"number": order.case.number, "place": order.case.place}
        yield Left(Kind.WORK, text.strip()[:300], order.answer_due_at, order.case_id, f"/cases/{order.case.number}/")


def _promises(who: int) -> Iterator[Left]:
    """What was promised to them on the telephone and not kept yet."""
    calls = PhoneCall.objects.filter(member_id=who, promised_by__isnull=False, kept_at=None).select_related("case")
    for call in calls.order_by("promised_by", "pk"):
        text = f"{call.with_whom}: {call.gist}"
        yield Left(Kind.PROMISE, text[:300], call.promised_by, call.case_id, f"/cases/{call.case.number}/")


def _problems(who: int) -> Iterator[Left]:
    """Standing problems that they put on the list, and open hard cases that they dispatched."""
    open_states = (StandingProblem.State.LISTED, StandingProblem.State.UNDER_WAY)
    for problem in StandingProblem.objects.filter(listed_by_id=who, state__in=open_states).order_by("review_on", "pk"):
        yield Left(Kind.PROBLEM, problem.subject, None, None, f"/coordination/standing/{problem.pk}/")
    sent = LedgerEntry.objects.filter(case_id=OuterRef("case_id"), action="dispatch", member_id=who)
    hard = (
        HardCase.objects.filter(Exists(sent), settled_at=None)
        .select_related("case", "case__problem_class")
        .order_by("rank", "due_at", "pk")
    )
    for one in hard[:MOST_ITEMS]:
        text = _("Hard case: %(class)s, %(place)s") % {"class": one.case.problem_class.name, "place": one.case.place or one.case.number}
        yield Left(Kind.PROBLEM, text[:300], one.due_at, one.case_id, f"/coordination/hard/{one.case.number}/")
