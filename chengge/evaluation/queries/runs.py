"""Runs: who may read what of them, lists, and what changed from one to the one that replaces it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
from django.db.models import CharField, Count, Prefetch, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chengge.casework.models import Case, LedgerEntry
from chengge.casework.queries.sight import with_all_below
from chengge.domain.errors import Conflict, Forbidden, Gone, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.evaluation import evidence
from chengge.evaluation.evidence import Evidence
from chengge.evaluation.facts import FactStore, city_facts
from chengge.evaluation.indicators import Facts, Subject, with_duckdb
from chengge.evaluation.models import EvaluationRun, RunPart, RunSubject, Scheme, SchemeVersion
from chengge.evaluation.periods import Period
from chengge.evaluation.queries.judging import Inputs, indicators_of
from chengge.evaluation.queries.rules import rules_of
from chengge.evaluation.queries.schemes import version_in_effect
from chengge.evaluation.results import Result, result_of, thawed
from chengge.organization.models import Organization, OrganizationKind
from chengge.organization.queries import Actor

READING_ALL = frozenset({Post.EVALUATOR, Post.LEADER, Post.ADMINISTRATOR})
MOST_CASES_NAMED = 200


@dataclass(frozen=True, slots=True)
class ChangedPart:
    """An item whose sums moved between two runs, and the cases that came, went or count otherwise now."""

    name: str
    old: RunPart | None
    new: RunPart | None
    case_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ChangedSubject:
    """A subject whose score, grade, rank or any sum moved."""

    subject: RunSubject
    old: RunSubject | None
    parts: tuple[ChangedPart, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a run changed against the one that it replaces.

    Attributes:
        cases: that came, went or count otherwise, at most `MOST_CASES_NAMED`, with the entries that they got in between.
        more_cases: how many more there are.
    """

    subjects: tuple[ChangedSubject, ...]
    cases: tuple[Case, ...]
    more_cases: int


def require_reader(actor: Actor) -> None:
    """Raises Forbidden unless the actor reads all scores."""
    if not actor.posts & READING_ALL:
        raise Forbidden(
            "post", _("Scores of everybody are for evaluators, leaders and administrators."), _("Ask an evaluator of your city.")
        )


def runs_in_sight(actor: Actor) -> QuerySet[EvaluationRun]:
    """Runs that the actor may read: all, or those that judge the actor or the actor's organization. The latest first."""
    rows = EvaluationRun.objects.select_related("version__scheme", "made_by").order_by("-made_at", "-pk")
    if actor.posts & READING_ALL:
        return rows
    return rows.filter(pk__in=RunSubject.objects.filter(_own(actor)).values("run_id"))


def subjects_in_sight(actor: Actor, run: EvaluationRun) -> QuerySet[RunSubject]:
    """The scores of a run that the actor may read, in the order of groups and ranks."""
    rows = RunSubject.objects.filter(run=run)
    return rows if actor.posts & READING_ALL else rows.filter(_own(actor))


def run_at(actor: Actor, number: int) -> EvaluationRun:
    """The run of a number. Raises NotFound where there is none that the actor may read."""
    run = runs_in_sight(actor).select_related("replaces").filter(pk=number).first()
    if run is None:
        raise NotFound("run", _("There is no run %(number)d that you may read.") % {"number": number}, field="run")
    return run


def subject_at(actor: Actor, run_id: int, subject_id: str) -> RunSubject:
    """One score of a run with its parts. Two queries.

    Raises:
        NotFound: no such score, or none that the actor may read.
    """
    rows = RunSubject.objects.filter(run_id=run_id, subject_id=subject_id).select_related("run__version__scheme")
    if not actor.posts & READING_ALL:
        rows = rows.filter(_own(actor))
    found = rows.prefetch_related(Prefetch("parts", RunPart.objects.order_by("position"))).first()
    if found is None:
        raise NotFound("subject", _("There is no such score, or none that you may read."), field="subject")
    return found


def found_runs(actor: Actor, scheme: str = "", period: str = "", with_replaced: bool = False) -> QuerySet[EvaluationRun]:
    """Runs for the list, by code of the scheme and beginning of the period's name; replaced ones only where they are asked for."""
    rows = runs_in_sight(actor).annotate(judged_count=Count("subjects"))
    if scheme:
        rows = rows.filter(version__scheme__code=scheme)
    if period:
        rows = rows.filter(period__startswith=period)
    return rows if with_replaced else rows.filter(replaced_by=None)


def version_for(scheme: Scheme, period: Period) -> SchemeVersion:
    """The version of a scheme that holds on the last day of a period. Raises Refused where none does."""
    version = version_in_effect(scheme, period.last)
    if version is None:
        raise Refused(
            "no_version",
            _("No version of “%(scheme)s” was in effect on %(day)s.") % {"scheme": scheme, "day": period.last},
            _("Put a version into effect that holds on that day, or choose another period."),
            field="scheme",
        )
    return version


def current_run(scheme: Scheme, period: Period) -> EvaluationRun | None:
    """The run of a scheme and period that no other has replaced."""
    return EvaluationRun.objects.filter(version__scheme=scheme, period=period.name, replaced_by=None).order_by("-pk").first()


def inputs_again(run: EvaluationRun) -> Inputs:
    """What a run was reckoned from. Raises Conflict where the rules of its version are no longer what they were."""
    try:
        return thawed(run.frozen, rules_of(run.version))
    except ValueError as error:
        raise Conflict(
            "rules", str(error), _("Somebody has written into the tables past the house. Look into the database's log.")
        ) from error


def facts_of(run: EvaluationRun, store: FactStore | None = None) -> Facts:
    """The facts that a run was reckoned from. Raises Gone where their files are gone."""
    try:
        pinned = (store or city_facts()).pinned(run.facts_digest, int(run.as_of.timestamp()))
    except FileNotFoundError as error:
        raise Gone(
            "facts_gone",
            _("The facts of run %(number)d are not here any more.") % {"number": run.pk},
            _("Bring back the folder “facts” from a backup; its files are named by their content."),
        ) from error
    return with_duckdb(pinned, inputs_again(run).settings)


def reckoned_again(run: EvaluationRun, store: FactStore | None = None) -> Result:
    """A run reckoned once more, from its own facts and inputs."""
    return result_of(inputs_again(run), facts_of(run, store), run.begin, run.end, run.samples, run.seed)


def evidence_path(run: EvaluationRun, store: FactStore | None = None) -> Path:
    """Where the evidence of a run is kept, named by what it was made from and what came out, so that no other's is taken for it."""
    name = f"{run.version_id}-{run.period}-{run.facts_digest[:20]}-{run.result_digest[:20]}.parquet"
    return (store or city_facts()).folder / "runs" / "evidence" / name


def evidence_of(run: EvaluationRun, store: FactStore | None = None) -> Path:
    """The file of a run's evidence, made anew from its facts where it is missing."""
    path = evidence_path(run, store)
    if not path.exists():
        evidence.write(path, _gathered_again(run, store))
    return path


def changes_of(run: EvaluationRun) -> Changes:
    """What a run changed against the one that it replaces: subjects, sums, and the cases behind them."""
    if run.replaces is None:
        return Changes((), (), 0)
    old, new = (_subjects_with_parts(one) for one in (run.replaces, run))
    evidences = [_gathered_again(one) for one in (run.replaces, run)]
    changed = []
    for subject_id in sorted(old.keys() | new.keys(), key=lambda one: (one not in new, list(new).index(one) if one in new else 0)):
        parts = _changed_parts(old.get(subject_id), new.get(subject_id), evidences, subject_id)
        before, after = old.get(subject_id), new.get(subject_id)
        if parts or _figures(before) != _figures(after):
            changed.append(ChangedSubject(after or before, before, parts))  # type: ignore[arg-type]
    case_ids = sorted({case_id for one in changed for part in one.parts for case_id in part.case_ids})
    named = _with_entries(case_ids[:MOST_CASES_NAMED], run.replaces.ledger_entry_id, run.ledger_entry_id)
    return Changes(tuple(changed), named, max(0, len(case_ids) - MOST_CASES_NAMED))


def group_label(group: str) -> str:
    """A peer group as people read it."""
    return str(OrganizationKind(group).label) if group in OrganizationKind.values else group or _("All")


def left_out_label(why: str) -> str:
    """Why a part does not count, in the reader's language."""
    if not why:
        return ""
    if why.startswith("fewer than "):
        return _("fewer than %(least)s") % {"least": why.removeprefix("fewer than ")}
    return _("nothing to be judged by")


def part_name(part: RunPart) -> str:
    """The item's name in the reader's language."""
    return part.name_en if part.name_en and (get_language() or "").startswith("en") else part.name


def value_of(part: RunPart) -> Fraction | None:
    """The value of a part as reckoned; None over an empty denominator or where nothing was reckoned."""
    if part.numerator is None:
        return None
    if part.denominator is None:
        return Fraction(part.numerator)
    return Fraction(part.numerator) / part.denominator if part.denominator else None


def _own(actor: Actor) -> Q:
    """The actor's own scores: as a person, and of the organization whose clerk the actor is with its territory and all below it."""
    own = Q(judged=Subject.MEMBER.value, subject_id=str(actor.member_id))
    if Post.DEPARTMENT in actor.posts and actor.organization_id is not None:
        below = [str(one) for one in with_all_below(actor.organization_id)]
        own |= Q(judged=Subject.ORGANIZATION.value, subject_id__in=below) | of_territory(actor.organization_id)
    return own


def of_territory(organization_id: int) -> Q:
    """Scores of the street or community that an organization answers for as its territory."""
    codes = Organization.objects.filter(pk=organization_id, division_code__isnull=False)
    areas = (Subject.STREET.value, Subject.COMMUNITY.value)
    return Q(judged__in=areas, subject_id__in=codes.values_list(Cast("division_code", CharField())))


def _gathered_again(run: EvaluationRun, store: FactStore | None = None) -> Evidence:
    inputs = inputs_again(run)
    return evidence.gathered(facts_of(run, store), indicators_of(inputs), Subject(inputs.judged), run.begin, run.end)


def _subjects_with_parts(run: EvaluationRun) -> dict[str, RunSubject]:
    return {one.subject_id: one for one in RunSubject.objects.filter(run=run).prefetch_related("parts")}


def _figures(one: RunSubject | None) -> tuple[Decimal | None, str, int | None] | None:
    return None if one is None else (one.total, one.grade, one.rank)


def _changed_parts(
    old: RunSubject | None, new: RunSubject | None, evidences: Sequence[Evidence], subject_id: str
) -> tuple[ChangedPart, ...]:
    before = {part.code: part for part in (old.parts.all() if old else ())}
    after = {part.code: part for part in (new.parts.all() if new else ())}
    changed = []
    for code in dict.fromkeys([*after, *before]):
        was, now = before.get(code), after.get(code)
        cases = _moved_cases(evidences, subject_id, code)
        if cases or was is None or now is None or (was.numerator, was.denominator) != (now.numerator, now.denominator):
            changed.append(ChangedPart(part_name(now or was), was, now, cases))  # type: ignore[arg-type]
    return tuple(changed)


def _moved_cases(evidences: Sequence[Evidence], subject_id: str, code: str) -> tuple[int, ...]:
    """The cases that count otherwise in one evidence than in the other."""
    counted = []
    for one in evidences:
        column = one.columns.get(code)
        if column is None:
            return ()
        case_ids, sums = one.of(subject_id)
        wanted = [column.numerator] + ([] if column.denominator is None else [column.denominator])
        some = sums[:, wanted]
        rows = np.flatnonzero((case_ids > 0) & some.any(axis=1))
        counted.append({(int(case_ids[row]), *map(int, some[row])) for row in rows})
    return tuple(sorted({row[0] for row in counted[0] ^ counted[1]}))


def _with_entries(case_ids: Iterable[int], after: int, up_to: int) -> tuple[Case, ...]:
    """Cases, each with its entries of a span of the ledger as `entries_between`."""
    between = LedgerEntry.objects.filter(pk__gt=after, pk__lte=up_to).order_by("pk").select_related("member")
    rows = Case.objects.filter(pk__in=list(case_ids)).select_related("problem_class").order_by("pk")
    return tuple(rows.prefetch_related(Prefetch("entries", between, to_attr="entries_between")))
