"""A score opened: aspects, items, numerator and denominator, the cases behind them, and what would change the grade.

The cases come from the evidence that was kept when the run was made; opening one costs a few queries, however many cases there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from chengge.casework.models import Case
from chengge.casework.queries.sight import visible
from chengge.domain.errors import NotFound, Refused
from chengge.domain.mending import Mended, Mending, mending
from chengge.domain.scoring import Observed
from chengge.evaluation import evidence
from chengge.evaluation.evidence import Evidence
from chengge.evaluation.indicators import Better, Indicator, Settings, Unit
from chengge.evaluation.models import RunPart, RunSubject, Source
from chengge.evaluation.queries.rules import indicator_of, known_indicators
from chengge.evaluation.queries.runs import evidence_of, inputs_again, left_out_label, part_name, value_of
from chengge.evaluation.queries.schemes_content import ItemContent, content_of
from chengge.evaluation.queries.schemes_words import in_language, rule_words, terms_words, value_words
from chengge.organization.queries import Actor

CASES_A_PAGE = 50
WHICH = ("all", "numerator", "rest")


@dataclass(frozen=True, slots=True)
class PartShown:
    """One item of a score.

    Attributes:
        value, before: in words; "–" where nothing was reckoned.
        share_percent: of the whole score; brought: points of the whole score, out of those.
        opens: whether cases stand behind it.
    """

    part: RunPart
    name: str
    value: str
    before: str
    share_percent: float
    brought: float
    left_out: str
    rule: str
    terms: Sequence[str]
    opens: bool


@dataclass(frozen=True, slots=True)
class AspectShown:
    name: str
    share_percent: float
    brought: float
    parts: Sequence[PartShown]


@dataclass(frozen=True, slots=True)
class Opened:
    """One item opened down to its cases.

    Attributes:
        formula: numerator over denominator in words; basis: where it comes from.
        counts: how many cases there are by which of them are asked for.
        cases: a page of those that the actor may see, each with `in_numerator` and `in_denominator`.
        hidden: how many there are that the actor may not see.
        fewer_is_better: what counts, counts against the subject.
    """

    shown: PartShown
    formula: str
    basis: str
    counts: Mapping[str, int]
    cases: Sequence[Case]
    case_count: int
    hidden: int
    fewer_is_better: bool


@dataclass(frozen=True, slots=True)
class MendingShown:
    """What would change a grade, with the cases by name. `cases` holds those that the actor may see."""

    mending: Mending | None
    cases: Sequence[tuple[Case, float, Sequence[str]]]
    hidden: int
    after: str
    left: int


def aspects_of(subject: RunSubject) -> list[AspectShown]:
    """The score of a subject whose parts were read with it, aspect by aspect. Four queries."""
    content = content_of(subject.run.version)
    known = known_indicators(Settings(**subject.run.frozen["settings"]))
    shown: list[AspectShown] = []
    parts = iter(subject.parts.all())
    for aspect in content.aspects:
        own = [_shown(part, item, known) for item, part in zip(aspect.items, parts, strict=False)]
        share, brought = sum(one.share_percent for one in own), sum(one.brought for one in own)
        shown.append(AspectShown(in_language(aspect.name, aspect.name_en), share, brought, own))
    return shown


def opened(actor: Actor, subject: RunSubject, position: int, which: str = "all", page: int = 1) -> Opened:
    """One item of a score with a page of its cases. Seven queries.

    Args:
        which: "all" cases that count, those in the "numerator", or the "rest": those that count less above than below; where fewer is
            better, those that do not count above at all.
        page: from 1.

    Raises:
        NotFound: no such item. Refused: another word for `which`.
    """
    if which not in WHICH:
        raise Refused("which", _("Cases are asked for as all, numerator or rest."), field="which")
    shown = next((one for aspect in aspects_of(subject) for one in aspect.parts if one.part.position == position), None)
    if shown is None:
        raise NotFound("part", _("This score has no item %(position)d.") % {"position": position}, field="position")
    indicator = indicator_of(shown.part.code, known_indicators(Settings(**subject.run.frozen["settings"])))
    if not shown.opens or indicator is None:
        return Opened(shown, "", "", dict.fromkeys(WHICH, 0), (), 0, 0, False)
    above, below = _sums_of(evidence.read(evidence_of(subject.run), subject.subject_id, shown.part.code), shown.part.code)
    fewer = indicator.better is Better.LOWER
    rest = [one for one, due in below.items() if (one not in above if fewer else above.get(one, 0) < due)]
    sets = {"all": [*dict.fromkeys([*above, *below])], "numerator": [*above], "rest": rest}
    seen = visible(actor).filter(pk__in=sets[which])
    case_count = seen.count()
    cases = list(_as_listed(seen)[(page - 1) * CASES_A_PAGE : page * CASES_A_PAGE])
    for case in cases:
        case.in_numerator, case.in_denominator = above.get(case.pk, 0), below.get(case.pk, 0)  # type: ignore[attr-defined]
    return Opened(
        shown,
        str(indicator.formula),
        str(indicator.basis),
        {name: len(ids) for name, ids in sets.items()},
        cases,
        case_count,
        len(sets[which]) - case_count,
        fewer,
    )


def mending_of(actor: Actor, subject: RunSubject) -> MendingShown:
    """The fewest cases that, had they gone as they should, would have lifted the subject to the next grade."""
    inputs = inputs_again(subject.run)
    own = evidence.read(evidence_of(subject.run), subject.subject_id)
    known = known_indicators(inputs.settings)
    asked = {code: indicator_of(code, known) for code in own.columns}
    better = {code: one.better is Better.HIGHER for code, one in asked.items() if one is not None and _mendable(one)}
    outside = {code: value for (code, subject_id), value in inputs.outside.items() if subject_id == subject.subject_id}
    found = mending(inputs.scheme, own.columns, better, own.case_ids, own.sums, _observed(subject, own, outside))
    if found is None:
        return MendingShown(None, (), 0, "", 0)
    by_id = {int(own.case_ids[one.row]): one for one in found.cases}
    names = {part.code: part_name(part) for part in subject.parts.all()}
    cases = {case.pk: case for case in _as_listed(visible(actor).filter(pk__in=by_id))}
    told = [(cases[pk], one.gained, _in_words(one, names)) for pk, one in by_id.items() if pk in cases]
    return MendingShown(found, told, len(by_id) - len(told), found.after.shown(), found.faulty - len(found.cases))


def fraction_of(text: str) -> Fraction | None:
    """A fraction as a run keeps it; None for none."""
    return Fraction(text) if text else None


def _shown(part: RunPart, item: ItemContent, known: Mapping[str, Indicator]) -> PartShown:
    indicator = indicator_of(item.code, known) if item.source is Source.INDICATOR else None
    unit = Unit.MEAN if indicator is None else indicator.unit
    share = fraction_of(part.share_exact) or Fraction(0)
    points = fraction_of(part.points_exact) or Fraction(0)
    before = fraction_of(part.before)
    return PartShown(
        part,
        part_name(part),
        in_unit(value_of(part), unit),
        "" if before is None else in_unit(before, unit),
        float(share * 100),
        float(share * points),
        left_out_label(part.left_out),
        rule_words(item, known),
        terms_words(item, known),
        indicator is not None,
    )


def in_unit(value: Fraction | None, unit: Unit) -> str:
    """A value in words; a dash for none."""
    if value is None:
        return "–"
    places = {Unit.SHARE: Decimal("0.0001"), Unit.SECONDS: Decimal(36)}.get(unit, Decimal("0.01"))
    return value_words(Decimal(round(value / Fraction(places))) * places, unit)


def _sums_of(own: Evidence, code: str) -> tuple[dict[int, int], dict[int, int]]:
    """What each case counts in numerator and denominator, noughts left out."""
    column = own.columns.get(code)
    if column is None:
        return {}, {}
    told: list[dict[int, int]] = []
    for number in (column.numerator, column.denominator):
        rows = np.zeros(0, np.int64) if number is None else np.flatnonzero((own.case_ids > 0) & (own.sums[:, number] != 0))
        told.append({int(own.case_ids[row]): int(own.sums[row, number]) for row in rows})
    return told[0], told[1]


def _as_listed(cases: QuerySet[Case]) -> QuerySet[Case]:
    return cases.select_related("problem_class", "department").order_by("-reported_at", "-pk")


def _mendable(indicator: Indicator) -> bool:
    """Shares that ought to be high or low, and counts that ought to be low: whether a case more is reported lies with nobody judged."""
    if indicator.unit is Unit.SHARE:
        return indicator.better is not Better.NEITHER
    return indicator.unit is Unit.COUNT and indicator.better is Better.LOWER


def _observed(subject: RunSubject, own: Evidence, outside: Mapping[str, Observed]) -> dict[str, Observed]:
    """The values that the run had, exact: those of cases from the evidence, the others as they were frozen."""
    told: dict[str, Observed] = {}
    whole = own.sums.sum(axis=0)
    for part in subject.parts.all():
        before = fraction_of(part.before)
        if part.code in outside:
            told[part.code] = Observed(outside[part.code].numerator, outside[part.code].denominator, before)
        elif part.code in own.columns and part.numerator is not None:
            column = own.columns[part.code]
            below = None if column.denominator is None else int(whole[column.denominator])
            told[part.code] = Observed(Fraction(int(whole[column.numerator])), below, before)
    return told


def _in_words(one: Mended, names: Mapping[str, str]) -> list[str]:
    return [names.get(code, code) for code in one.codes]
