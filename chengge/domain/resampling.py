"""How sure a score is: the city's cases drawn anew some hundred times (bootstrap), and what scores and ranks come out.

Drawn are cases, each with all that it counts in any indicator, so that what hangs together is drawn together. Two draws in N + 2 are of
the peers' cases instead of the own: a subject with few cases, all of them good, is not thereby sure to be good.
Values that come from no cases (inspections, values of the period before) stay as they are. Ranks, scores and random numbers depend on the
seed and the subject alone, not on the order in which rows come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from chengge.domain.scoring import FULL, Missing, Observed, Rule, Scheme, Way, Weighted

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
LOW, HIGH = 0.05, 0.95
OF_PEERS = 2  # cases of the peers that stand beside the own ones
GOLDEN = 0x9E3779B97F4A7C15
PLACES = 9  # scores closer than this are equal: adding in another order may differ further behind
MOST_NUMBERS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class Column:
    """Where the sums of an indicator stand among the sums of a case; no denominator for a count."""

    numerator: int
    denominator: int | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """One subject that is drawn.

    Attributes:
        sums: cases by sums, in any order.
        fixed: values that come from no cases.
        before: values of the period before, for rules that look at them.
    """

    subject_id: str
    group: str
    sums: Whole
    fixed: Mapping[str, Observed]
    before: Mapping[str, Fraction | None]


@dataclass(frozen=True, slots=True)
class Kinds:
    """Cases by kind: those with equal sums are one kind. In an order of their own, whatever the order of the cases."""

    sums: Whole
    counts: Whole

    @classmethod
    def of(cls, sums: Whole, counts: Whole | None = None) -> "Kinds":
        """The kinds of cases, each standing for `counts` cases; one if not given."""
        marks = sums.astype(np.uint64) @ _multipliers(sums.shape[1])
        _marks, first, of_row = np.unique(marks, return_index=True, return_inverse=True)
        told = np.bincount(of_row.reshape(-1), weights=counts, minlength=len(first))
        kinds = sums[first]
        order = np.lexsort(kinds.T[::-1]) if kinds.size else np.arange(len(kinds))
        return cls(kinds[order], np.rint(told).astype(np.int64)[order])

    @property
    def total(self) -> int:
        return int(self.counts.sum())

    def drawn(self, random: np.random.Generator, counts: Whole) -> Whole:
        """The sums of so many cases for each sample, drawn with replacement."""
        told = np.zeros((len(counts), self.sums.shape[1]), np.int64)
        at_once = max(1, MOST_NUMBERS_AT_ONCE // max(1, len(self.sums)))
        for begin in range(0, len(counts) if self.total else 0, at_once):
            some = slice(begin, begin + at_once)
            told[some] = random.multinomial(counts[some], self.counts / self.total) @ self.sums
        return told


@dataclass(frozen=True, slots=True)
class Interval:
    """The middle 90 % of what came out; the ranks hold the rank itself. None where no sample had a score."""

    total_low: float
    total_high: float
    rank_low: int
    rank_high: int


def _multipliers(columns: int) -> NDArray[np.uint64]:
    """One odd number of 64 bits for each column: rows that differ get marks that differ, but for one chance in 10¹⁹ a pair."""
    return np.array([pow(GOLDEN, column + 1, 2**64) for column in range(columns)], np.uint64)


def intervals(
    scheme: Scheme, columns: Mapping[str, Column], subjects: Sequence[Drawn], ranks: Mapping[str, int | None], samples: int, seed: int
) -> dict[str, Interval]:
    """Score and rank of every subject that has a rank, as intervals.

    Args:
        columns: by the code of the indicator.
        ranks: by subject, as they are.
    """
    found: dict[str, Interval] = {}
    groups: dict[str, list[Drawn]] = {}
    for subject in subjects:
        if ranks.get(subject.subject_id) is not None:
            groups.setdefault(subject.group, []).append(subject)
    for members in groups.values():
        kinds = [Kinds.of(one.sums) for one in members]
        peers = Kinds.of(np.concatenate([one.sums for one in kinds]), np.concatenate([one.counts for one in kinds]))
        sums = [drawn_sums(one.subject_id, own, peers, samples, seed) for one, own in zip(members, kinds, strict=True)]
        totals = np.stack([totals_of(scheme, columns, one, many) for one, many in zip(members, sums, strict=True)])
        drawn_ranks = ranks_of(totals)
        for one, own, own_ranks in zip(members, totals, drawn_ranks, strict=True):
            rank = ranks[one.subject_id] or 1
            scored = ~np.isnan(own)
            if scored.any():
                low, high = np.quantile(own[scored], [LOW, HIGH], method="inverted_cdf")
                best, worst = np.quantile(own_ranks[scored], [LOW, HIGH], method="inverted_cdf")
                found[one.subject_id] = Interval(float(low), float(high), min(rank, int(best)), max(rank, int(worst)))
    return found


def drawn_sums(subject_id: str, own: Kinds, peers: Kinds, samples: int, seed: int) -> Whole:
    """The sums of every sample (samples by columns): as many cases as there are, some of them of the peers."""
    random = np.random.default_rng([seed, int.from_bytes(sha256(subject_id.encode()).digest()[:8], "big")])
    if own.total == 0:
        return np.zeros((samples, own.sums.shape[1]), np.int64)
    from_peers = random.binomial(own.total, OF_PEERS / (own.total + OF_PEERS), samples)
    return own.drawn(random, own.total - from_peers) + peers.drawn(random, from_peers)


def freely_drawn_sums(sums: Whole, samples: int, seed: int) -> Whole:
    """As `drawn_sums`, but how many cases there are is drawn too (Poisson), as a month could have brought some more or fewer."""
    random = np.random.default_rng(seed)
    return Kinds.of(sums).drawn(random, random.poisson(len(sums), samples))


def totals_of(scheme: Scheme, columns: Mapping[str, Column], one: Drawn, sums: Whole) -> Floats:
    """The score of every sample, NaN where there is nothing to be judged by; as `scoring.score` reckons, in floating point."""
    samples = len(sums)
    total, weights, bonus = np.zeros(samples), np.zeros(samples), np.zeros(samples)
    vetoed = np.zeros(samples, bool)
    for aspect in scheme.aspects:
        earned, weight = np.zeros(samples), np.zeros(samples)
        for weighted in aspect.indicators:
            points, is_vetoed = _points(weighted, columns.get(weighted.indicator), one, sums)
            there = ~np.isnan(points)
            earned += np.where(there, points, 0) * float(weighted.weight)
            weight += there * float(weighted.weight)
            bonus += np.where(there, points, 0) / float(FULL) * float(weighted.bonus)
            vetoed |= is_vetoed
        counts = weight > 0
        total += np.divide(earned, weight, out=np.zeros(samples), where=counts) * float(aspect.weight)
        weights += counts * float(aspect.weight)
    judged = weights > 0
    score = np.divide(total, weights, out=np.full(samples, np.nan), where=judged) + bonus
    return np.round(np.where(judged & vetoed, 0.0, score), PLACES).astype(np.float64)


def ranks_of(totals: Floats) -> Whole:
    """The ranks of every sample (subjects by samples): 1 is best, equal scores share the better rank, those without come last."""
    filled = np.where(np.isnan(totals), -np.inf, totals)
    ordered = np.sort(-filled, axis=0)
    ranks = np.empty(totals.shape, np.int64)
    for sample in range(totals.shape[1]):
        ranks[:, sample] = np.searchsorted(ordered[:, sample], -filled[:, sample], side="left") + 1
    return ranks


def _points(weighted: Weighted, column: Column | None, one: Drawn, sums: Whole) -> tuple[Floats, NDArray[np.bool_]]:
    """Points of every sample, NaN where the indicator is left out, and whether it vetoes."""
    samples = len(sums)
    fixed = one.fixed.get(weighted.indicator)
    if fixed is not None:
        value = np.full(samples, np.nan if fixed.value is None else float(fixed.value))
        enough = np.full(samples, fixed.denominator is None or fixed.denominator >= weighted.least)
    elif column is None:
        value, enough = np.full(samples, np.nan), np.zeros(samples, bool)
    elif column.denominator is None:
        value, enough = sums[:, column.numerator].astype(float), np.ones(samples, bool)
    else:
        below = sums[:, column.denominator]
        value = np.divide(sums[:, column.numerator], below, out=np.full(samples, np.nan), where=below > 0)
        enough = below >= weighted.least
    there = ~np.isnan(value) & enough
    match weighted.missing:
        case Missing.FULL:
            otherwise = float(FULL)
        case Missing.ZERO:
            otherwise = 0.0
        case _:
            otherwise = np.nan
    points = np.where(there, points_of_many(weighted.rule, value, one.before.get(weighted.indicator), weighted.higher_is_better), otherwise)
    vetoes = there & (value < float(weighted.veto_below)) if weighted.veto_below is not None else np.zeros(samples, bool)
    return points, vetoes


def points_of_many(rule: Rule, value: Floats, before: Fraction | None, higher_is_better: bool) -> Floats:
    """`scoring.points_of` for many values at once."""
    full, each, step = float(FULL), float(rule.each), float(rule.step)
    match rule.way:
        case Way.LINEAR:
            points = full * (value - float(rule.zero_at)) / float(rule.full_at - rule.zero_at)
        case Way.BANDS:
            least = np.array([float(low) for low, _earned in rule.bands])
            earned = np.array([0.0, *(float(points) for _low, points in rule.bands)])
            points = earned[np.searchsorted(least, value, side="right")]
        case Way.PER_COUNT:
            points = full - each * value
        case Way.THRESHOLD:
            short = float(rule.full_at) - value if higher_is_better else value - float(rule.full_at)
            points = full - each * np.maximum(short, 0) / step
        case Way.RELATIVE:
            worse = np.zeros_like(value) if before is None else (float(before) - value if higher_is_better else value - float(before))
            points = full - each * np.maximum(worse, 0) / step
    return np.clip(points, float(rule.floor), full)
