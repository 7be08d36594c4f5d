"""The result of a run before it is written down: reckoned from inputs and facts, with a digest that says whether two are the same.

Inputs become JSON and come back as they were, so that a run can be reckoned again after names, groups and outside values have changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from fractions import Fraction
from hashlib import sha256
from typing import Any

import orjson

from chengge.domain import resampling, scoring
from chengge.domain.resampling import Drawn, Interval
from chengge.domain.scoring import Observed
from chengge.evaluation import evidence
from chengge.evaluation.evidence import Evidence
from chengge.evaluation.indicators import Facts, Settings, Subject
from chengge.evaluation.queries.judging import GroupRule, Inputs, Judgeable, Judgement, indicators_of, judged

SAMPLES, SEED = 500, 1


@dataclass(frozen=True, slots=True)
class Result:
    """Scores, how sure they are, and what they were made of.

    Attributes:
        last_entry_id: of the ledger, that the facts had read; 0 where they have none.
    """

    judgements: Sequence[Judgement]
    intervals: Mapping[str, Interval]
    evidence: Evidence
    last_entry_id: int

    def digest(self) -> str:
        """SHA-256 over every figure of the result, exact, in order."""
        return sha256(orjson.dumps([_told(one, self.intervals.get(one.subject_id)) for one in self.judgements])).hexdigest()


def result_of(inputs: Inputs, facts: Facts, begin: datetime, end: datetime, samples: int = SAMPLES, seed: int = SEED) -> Result:
    """Judge, draw, and keep what was counted. The same inputs and facts give the same digest.

    The figures are the sums of the evidence, so what a score opens into is what it was made of.
    """
    gathered = evidence.gathered(facts, indicators_of(inputs), Subject(inputs.judged), begin, end)
    judgements = judged(inputs, figures_of(gathered), facts, begin, end)
    drawn = [_drawn(inputs, one, gathered) for one in judgements]
    ranks = {one.subject_id: one.rank for one in judgements}
    found = resampling.intervals(inputs.scheme, gathered.columns, drawn, ranks, samples, seed)
    last = facts.tables["moves"].entry_id.max().execute()
    return Result(judgements, found, gathered, 0 if last is None or last != last else int(last))


def figures_of(gathered: Evidence) -> dict[str, dict[str, Observed]]:
    """The values by subject and code that evidence adds up to; what is nought above and below is left out, as `reckon` leaves it out."""
    found: dict[str, dict[str, Observed]] = {}
    for subject_id in gathered.subject_ids:
        whole = gathered.of(subject_id)[1].sum(axis=0)
        for code, column in gathered.columns.items():
            above, below = int(whole[column.numerator]), None if column.denominator is None else int(whole[column.denominator])
            if above or below:
                found.setdefault(subject_id, {})[code] = Observed(Fraction(above), below)
    return found


def exact(value: Fraction | None) -> str:
    """A fraction as text, "numerator/denominator"; "" for none."""
    return "" if value is None else f"{value.numerator}/{value.denominator}"


def frozen(inputs: Inputs) -> dict[str, Any]:
    """Inputs as JSON, but for the rules, of which a digest is kept: they lie in the version, which does not change."""
    return {
        "judged": inputs.judged,
        "post": inputs.post,
        "settings": asdict(inputs.settings),
        "rules": rules_digest(inputs.scheme),
        "subjects": [[one.subject_id, one.name, one.kind] for one in inputs.subjects],
        "groups": [asdict(group) for group in inputs.groups],
        "outside": _values_as_json(inputs.outside),
        "outside_before": _values_as_json(inputs.outside_before),
    }


def thawed(kept: Mapping[str, Any], scheme: scoring.Scheme) -> Inputs:
    """The inputs that `frozen` kept. Raises ValueError where the rules are no longer those that it kept a digest of."""
    if rules_digest(scheme) != kept["rules"]:
        raise ValueError("the rules of this version are not those that the run was reckoned by")
    return Inputs(
        judged=kept["judged"],
        post=kept["post"],
        settings=Settings(**kept["settings"]),
        scheme=scheme,
        subjects=tuple(Judgeable(*one) for one in kept["subjects"]),
        groups=tuple(GroupRule(**{**group, "subject_ids": tuple(group["subject_ids"])}) for group in kept["groups"]),
        outside=_values_from_json(kept["outside"]),
        outside_before=_values_from_json(kept["outside_before"]),
    )


def rules_digest(scheme: scoring.Scheme) -> str:
    """SHA-256 over every rule, weight and grade of a scheme."""
    return sha256(orjson.dumps(asdict(scheme), default=_fraction_as_text)).hexdigest()


def _drawn(inputs: Inputs, one: Judgement, gathered: Evidence) -> Drawn:
    fixed = {code: value for code, value in one.observed.items() if code not in gathered.columns}
    before = {code: value.before for code, value in one.observed.items()}
    return Drawn(one.subject_id, one.group, gathered.of(one.subject_id)[1], fixed, before)


def _told(one: Judgement, interval: Interval | None) -> list[Any]:
    parts = []
    for part in one.parts:
        seen = one.observed.get(part.indicator)
        values = [None, None, None] if seen is None else [exact(seen.numerator), seen.denominator, exact(seen.before)]
        parts.append([part.aspect, part.indicator, *values, exact(part.points), exact(part.share), part.left_out])
    sure = (
        None if interval is None else [interval.rank_low, interval.rank_high, round(interval.total_low, 6), round(interval.total_high, 6)]
    )
    score = one.score
    scored = [exact(score.total), score.grade, exact(score.bonus), score.vetoed_by]
    return [one.subject_id, one.name, one.group, scored, one.rank, sure, one.workload, parts]


def _values_as_json(values: Mapping[tuple[str, str], Observed]) -> list[list[Any]]:
    return [[code, subject_id, exact(one.numerator), one.denominator] for (code, subject_id), one in sorted(values.items())]


def _values_from_json(kept: Sequence[Sequence[Any]]) -> dict[tuple[str, str], Observed]:
    return {(code, subject_id): Observed(Fraction(numerator), below) for code, subject_id, numerator, below in kept}


def _fraction_as_text(value: Any) -> str:
    if isinstance(value, Fraction):
        return exact(value)
    raise TypeError(type(value).__name__)
