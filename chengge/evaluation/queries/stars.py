"""The star dispatcher (星级派遣员) of a month, as the run of the scheme says it: who, why, and who was not in the running."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengge.evaluation.models import EvaluationRun, RunPart, RunSubject, SchemeItem
from chengge.evaluation.periods import Period, period_of
from chengge.evaluation.queries.explaining import AspectShown, aspects_of
from chengge.evaluation.queries.people import require_looker, sees_all
from chengge.organization.queries import Actor

SCHEME = "star-dispatchers"
MAIN = "C1"  # whoever has too few of these is not in the running
MOST_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Starred:
    """A dispatcher in a month's run.

    Attributes:
        stars: 0 to 5.
        main: first dispatches that were judged; None where there were none.
    """

    subject: RunSubject
    stars: int
    running: bool
    main: int | None


@dataclass(frozen=True, slots=True)
class StarMonth:
    """The stars of a month.

    Attributes:
        winners: the star dispatchers: none, one, or several that tie.
        others: the rest in the running, the best first.
        outside: those with too few first dispatches.
        words: the result in sentences.
        why: what the first winner's score is made of.
    """

    run: EvaluationRun
    period: Period
    winners: Sequence[Starred]
    others: Sequence[Starred]
    outside: Sequence[Starred]
    least: int
    words: Sequence[str]
    why: Sequence[AspectShown] = ()


def star_runs() -> Sequence[EvaluationRun]:
    """The runs of the scheme by months, none of them replaced, the latest first. One query."""
    rows = EvaluationRun.objects.filter(version__scheme__code=SCHEME, replaced_by=None).select_related("version__scheme")
    return [one for one in rows.order_by("-begin", "-pk")[: MOST_MONTHS * 2] if len(one.period) == 7 and one.period[5:].isdecimal()][
        :MOST_MONTHS
    ]


def star_month(actor: Actor, run: EvaluationRun) -> StarMonth:
    """A month's stars with the winner's score explained. Seven queries.

    Who does not see everybody's figures is told the stars and themselves.

    Raises:
        Forbidden: none of it is for the actor.
    """
    told = _month(actor, run)
    if not told.winners:
        return told
    told.winners[0].subject.run = run
    return replace(told, why=aspects_of(told.winners[0].subject))


def history(actor: Actor) -> list[StarMonth]:
    """The stars of every month, without their explanation, the latest first."""
    return [_month(actor, run) for run in star_runs()]


def _month(actor: Actor, run: EvaluationRun) -> StarMonth:
    require_looker(actor)
    least = _least(run)
    rows = RunSubject.objects.filter(run=run).prefetch_related(Prefetch("parts", RunPart.objects.order_by("position")))
    everybody = [_starred(one, least) for one in rows.order_by("name", "pk")]
    running = sorted((one for one in everybody if one.running), key=lambda one: -(one.subject.total or Decimal(0)))
    best = running[0].subject.total_exact if running else ""
    winners = [one for one in running if one.subject.total_exact == best]
    others = [one for one in running if one.subject.total_exact != best]
    outside = [one for one in everybody if not one.running]
    words = _words(run, winners, others, outside if sees_all(actor) else [], least)
    if not sees_all(actor):
        others, outside = _own(actor, others), _own(actor, outside)
    return StarMonth(run, period_of(run.period), winners, others, outside, least, words)


def _least(run: EvaluationRun) -> int:
    """The smallest sample of the main item, as the version has it."""
    item = SchemeItem.objects.filter(aspect__version=run.version_id, code=MAIN).values_list("least", flat=True).first()
    return item or 1


def _starred(subject: RunSubject, least: int) -> Starred:
    main = next((part for part in subject.parts.all() if part.code == MAIN), None)
    judged = main is not None and not main.left_out and (main.denominator or 0) >= least
    return Starred(subject, subject.grade.count("★"), judged and subject.total is not None, main.denominator if main else None)


def _own(actor: Actor, some: Sequence[Starred]) -> list[Starred]:
    return [one for one in some if one.subject.subject_id == str(actor.member_id)]


def _words(run: EvaluationRun, winners: Sequence[Starred], others: Sequence[Starred], outside: Sequence[Starred], least: int) -> list[str]:
    said = []
    if not winners:
        said.append(
            _("%(month)s has no star dispatcher: nobody had %(least)d first dispatches or more.") % {"month": run.period, "least": least}
        )
    elif len(winners) == 1:
        said.append(_only(winners[0], others))
    else:
        names = _(", ").join(one.subject.name for one in winners)
        said.append(
            _("%(names)s have the same score of %(score)s points to the last digit and share the star.")
            % {"names": names, "score": winners[0].subject.total}
        )
    sure = next((one.subject for one in winners if (one.subject.rank_high or 1) > 1), None)
    if sure is not None and len(winners) == 1:
        said.append(
            _("With so many cases chance alone could have put them on any place from %(low)d to %(high)d.")
            % {"low": sure.rank_low or 1, "high": sure.rank_high or 1}
        )
    if outside:
        names = _(", ").join(f"{one.subject.name} ({one.main or 0})" for one in outside)
        said.append(
            ngettext(
                "Not in the running with fewer than %(least)d first dispatch: %(names)s.",
                "Not in the running with fewer than %(least)d first dispatches: %(names)s.",
                least,
            )
            % {"least": least, "names": names}
        )
    return said


def _only(winner: Starred, others: Sequence[Starred]) -> str:
    total = winner.subject.total or Decimal(0)
    told = _("%(name)s has %(score)s points.") % {"name": winner.subject.name, "score": total}
    if not others or others[0].subject.total is None:
        return told
    return _("%(told)s That is %(ahead)s ahead of the next.") % {"told": told, "ahead": total - others[0].subject.total}
