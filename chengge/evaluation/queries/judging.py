"""Judging: everybody whom a version of a scheme judges, with the values that it asks for, and the score that they come to.

What a judgement is made from is gathered first (`inputs_of`), so that a run can keep it and judge again by the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import Q
from django.utils.translation import gettext as _

from chengge.casework.queries.sight import with_all_below
from chengge.domain import scoring
from chengge.domain.scoring import Observed
from chengge.evaluation.indicators import Better, Facts, Indicator, Measure, Settings, Subject, Unit, reckon
from chengge.evaluation.models import Judged, PeerGroup, Scheme, SchemeVersion
from chengge.evaluation.periods import span_before
from chengge.evaluation.queries.outside import outside_values
from chengge.evaluation.queries.rules import indicator_of, known_indicators, rules_of, settings_of
from chengge.foundation.models import Division
from chengge.organization.models import Member, Organization
from chengge.organization.queries import city_day

STREET_DIGITS, COMMUNITY_DIGITS = 9, 12
WORKLOAD = "workload"
# What counts as one piece of work, by whom it is done; for areas it is a case reported there.
OF_AREAS = ("cases",)
OF_ORGANIZATIONS = ("assignments",)
OF_POSTS: Mapping[str, tuple[str, ...]] = {
    "inspector": ("cases", "tasks"),
    "operator": ("accepted", "check_sending"),
    "shift_leader": ("filings", "closings"),
    "dispatcher": ("dispatches",),
    "department": ("finished",),
}


@dataclass(frozen=True, slots=True)
class Judgeable:
    """Somebody or something that is judged, as it was called then; `kind` of an organization, else ""."""

    subject_id: str
    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class GroupRule:
    """A peer group as a run keeps it: see `PeerGroup`."""

    name: str
    kind: str = ""
    subject_ids: tuple[str, ...] = ()
    least_workload: int | None = None
    most_workload: int | None = None

    def takes(self, one: Judgeable, workload: int) -> bool:
        return (
            (not self.kind or one.kind == self.kind)
            and (not self.subject_ids or one.subject_id in self.subject_ids)
            and (self.least_workload is None or workload >= self.least_workload)
            and (self.most_workload is None or workload <= self.most_workload)
        )


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a judgement is made from beside the facts.

    Attributes:
        outside, outside_before: values of inspections and imports by (code, subject_id), of the period and of the one before.
    """

    judged: str
    post: str
    settings: Settings
    scheme: scoring.Scheme
    subjects: tuple[Judgeable, ...]
    groups: tuple[GroupRule, ...]
    outside: Mapping[tuple[str, str], Observed]
    outside_before: Mapping[tuple[str, str], Observed]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The score of one subject, and what it was made from.

    Attributes:
        subject_id: code of a division, id of an organization or member, as text; "" for the whole city.
        group: the peer group: its name, or the kind of organization where no group takes the subject.
        observed: the values by the code of the item.
        workload: pieces of work in the period.
        rank: among those of the group that have a score, 1 is best; equal scores share a rank.
    """

    subject_id: str
    name: str
    group: str
    score: scoring.Score
    observed: Mapping[str, Observed]
    workload: int
    rank: int | None = None

    @property
    def parts(self) -> tuple[scoring.Part, ...]:
        return self.score.parts


def judge(version: SchemeVersion, facts: Facts, begin: datetime, end: datetime) -> list[Judgement]:
    """Judge everybody whom the version judges, over a half-open span of aware moments. Best first within each peer group.

    Raises:
        SchemeError: the rows of the version make no scheme.
    """
    return judge_by(inputs_of(version, begin, end), facts, begin, end)


def inputs_of(version: SchemeVersion, begin: datetime, end: datetime) -> Inputs:
    """What the city's tables say of a version and a span: rules, subjects, peer groups, values from outside."""
    scheme = version.scheme
    return Inputs(
        judged=scheme.judged,
        post=scheme.post,
        settings=settings_of(version),
        scheme=rules_of(version),
        subjects=tuple(subjects_of(scheme, begin, end)),
        groups=tuple(_group_rules(scheme)),
        outside=_of_judged(scheme.judged, begin, end),
        outside_before=_of_judged(scheme.judged, *span_before(begin, end)),
    )


def judge_by(inputs: Inputs, facts: Facts, begin: datetime, end: datetime) -> list[Judgement]:
    """Judge by what was gathered. The same inputs and facts give the same judgements, on any machine."""
    return judged(inputs, _values(indicators_of(inputs), inputs.judged, facts, begin, end), facts, begin, end)


def judged(inputs: Inputs, found: Mapping[str, Mapping[str, Observed]], facts: Facts, begin: datetime, end: datetime) -> list[Judgement]:
    """Judge by values of the indicators that were reckoned already.

    Args:
        found: by subject and code; a subject without any figure is not there.
    """
    figures = completed(inputs, found)
    before = values_before(inputs, facts, begin, end)
    workloads = workloads_of(inputs, facts, begin, end)
    told = []
    for one in inputs.subjects:
        observed = _with_before(figures.get(one.subject_id, {}), before.get(one.subject_id, {}))
        workload = workloads.get(one.subject_id, 0)
        score = scoring.score(inputs.scheme, observed)
        told.append(Judgement(one.subject_id, one.name, group_of(inputs.groups, one, workload), score, observed, workload))
    return ranked(told)


def ranked(judgements: Iterable[Judgement]) -> list[Judgement]:
    """In the order of groups and scores, each with its rank in its group. Equal scores share the better rank."""
    ordered = sorted(judgements, key=lambda one: (one.group, one.score.total is None, -(one.score.total or 0), one.subject_id))
    totals: dict[str, list[Fraction]] = {}
    for one in ordered:
        if one.score.total is not None:
            totals.setdefault(one.group, []).append(one.score.total)
    return [_at_rank(one, None if one.score.total is None else totals[one.group].index(one.score.total) + 1) for one in ordered]


def indicators_of(inputs: Inputs) -> list[Indicator]:
    """The indicators that the scheme asks for and that may be reckoned for its subjects, each once, in the scheme's order."""
    known = known_indicators(inputs.settings)
    asked = dict.fromkeys(one.indicator for aspect in inputs.scheme.aspects for one in aspect.indicators)
    found = (indicator_of(code, known) for code in asked)
    return [one for one in found if one is not None and Subject(inputs.judged) in one.subjects]


def completed(inputs: Inputs, found: Mapping[str, Mapping[str, Observed]]) -> dict[str, dict[str, Observed]]:
    """The values by subject and code, with those from outside.

    A count that found nothing is a nought for whoever has anything else to be judged by; for whoever has nothing it is nothing.
    """
    told = {subject_id: dict(values) for subject_id, values in found.items()}
    for (code, subject_id), value in inputs.outside.items():
        told.setdefault(subject_id, {})[code] = value
    counts = [one.code for one in indicators_of(inputs) if one.unit is Unit.COUNT]
    return {subject_id: {code: Observed(Fraction(0), None) for code in counts} | values for subject_id, values in told.items()}


def values_before(inputs: Inputs, facts: Facts, begin: datetime, end: datetime) -> dict[str, dict[str, Observed]]:
    """The values of the span before, of those items alone that look at it."""
    relative = {one.indicator for aspect in inputs.scheme.aspects for one in aspect.indicators if one.rule.way is scoring.Way.RELATIVE}
    if not relative:
        return {}
    found = _values([one for one in indicators_of(inputs) if one.code in relative], inputs.judged, facts, *span_before(begin, end))
    for (code, subject_id), value in inputs.outside_before.items():
        if code in relative:
            found.setdefault(subject_id, {})[code] = value
    return found


def workloads_of(inputs: Inputs, facts: Facts, begin: datetime, end: datetime) -> dict[str, int]:
    """Pieces of work of a span by subject."""
    subject = Subject(inputs.judged)
    match subject:
        case Subject.ORGANIZATION:
            populations: tuple[str, ...] = OF_ORGANIZATIONS
        case Subject.MEMBER:
            populations = OF_POSTS.get(inputs.post, ())
        case _:
            populations = OF_AREAS
    sums: dict[str, int] = {}
    for figure in reckon(facts, [_rows_of(population, subject) for population in populations], subject, begin, end):
        sums[figure.subject_id] = sums.get(figure.subject_id, 0) + figure.numerator
    return sums


def group_of(groups: Sequence[GroupRule], one: Judgeable, workload: int) -> str:
    """The name of the first group that takes the subject, else its kind."""
    return next((group.name for group in groups if group.takes(one, workload)), one.kind)


def subjects_of(scheme: Scheme, begin: datetime, end: datetime) -> list[Judgeable]:
    """Whom a scheme judges: those that existed at any time of the span, by the name that they had last in it."""
    first, last = city_day(begin), city_day(end)
    lived = Q(valid_from__lt=last) & (Q(valid_to=None) | Q(valid_to__gt=first))
    match scheme.judged:
        case Judged.STREET:
            return _divisions(lived, STREET_DIGITS)
        case Judged.COMMUNITY:
            return _divisions(lived, COMMUNITY_DIGITS)
        case Judged.ORGANIZATION:
            return _organizations(scheme, lived)
        case Judged.MEMBER:
            return _members(scheme, begin, end)
        case _:
            return [Judgeable("", _("The whole city"))]


def _divisions(lived: Q, digits: int) -> list[Judgeable]:
    rows = Division.objects.filter(lived, code__gte=10 ** (digits - 1), code__lt=10**digits).order_by("code", "valid_from", "pk")
    return [Judgeable(str(code), name) for code, name in dict(rows.values_list("code", "name")).items()]


def _organizations(scheme: Scheme, lived: Q) -> list[Judgeable]:
    rows = Organization.objects.filter(lived, level__gte=2).order_by("code")
    if scheme.level is not None:
        rows = rows.filter(level=scheme.level)
    if scheme.organization_kind:
        rows = rows.filter(kind=scheme.organization_kind)
    if scheme.under_id is not None:
        rows = rows.filter(pk__in=set(with_all_below(scheme.under_id)) - {scheme.under_id})
    return [Judgeable(str(pk), name, kind) for pk, name, kind in rows.values_list("pk", "name", "kind")]


def _members(scheme: Scheme, begin: datetime, end: datetime) -> list[Judgeable]:
    first, last = city_day(begin), city_day(end)
    rows = Member.objects.filter(
        Q(posts__valid_to=None) | Q(posts__valid_to__gt=first), posts__post=scheme.post, posts__valid_from__lt=last
    ).order_by("username")
    if scheme.under_id is not None:
        rows = rows.filter(organization_id__in=with_all_below(scheme.under_id))
    names = {pk: full_name or username for pk, full_name, username in rows.values_list("pk", "full_name", "username")}
    return [Judgeable(str(pk), name) for pk, name in names.items()]


def _group_rules(scheme: Scheme) -> list[GroupRule]:
    rows = PeerGroup.objects.filter(Q(scheme=None) | Q(scheme=scheme), judged=scheme.judged).order_by("position", "pk")
    return [
        GroupRule(row.name, row.organization_kind, tuple(sorted(row.subject_ids)), row.least_workload, row.most_workload) for row in rows
    ]


def _of_judged(judged: str, begin: datetime, end: datetime) -> dict[tuple[str, str], Observed]:
    return {(code, subject_id): value for (code, whose, subject_id), value in outside_values(begin, end).items() if whose == judged}


def _values(asked: Sequence[Indicator], judged: str, facts: Facts, begin: datetime, end: datetime) -> dict[str, dict[str, Observed]]:
    found: dict[str, dict[str, Observed]] = {}
    for figure in reckon(facts, asked, Subject(judged), begin, end):
        found.setdefault(figure.subject_id, {})[figure.code] = Observed(Fraction(figure.numerator), figure.denominator)
    return found


def _with_before(now: Mapping[str, Observed], before: Mapping[str, Observed]) -> dict[str, Observed]:
    return {
        code: Observed(value.numerator, value.denominator, before[code].value if code in before else None) for code, value in now.items()
    }


def _rows_of(population: str, subject: Subject) -> Indicator:
    measure = Measure(population, lambda _rows: True)
    return Indicator(f"{WORKLOAD}:{population}", "", "", frozenset({subject}), measure, None, Unit.COUNT, Better.NEITHER, "", "")


def _at_rank(one: Judgement, rank: int | None) -> Judgement:
    return Judgement(one.subject_id, one.name, one.group, one.score, one.observed, one.workload, rank)
