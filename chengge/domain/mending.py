"""What would have lifted a score to the next grade: the fewest cases that, had they gone as they should, would have been enough.

A case that is mended counts in full wherever more is better, and not at all wherever fewer is better; means and figures that are
neither good nor bad stay. Cases that change alike are one kind. Taken is, one after the other, the case that lifts the score most;
where none lifts it by itself (a band is not reached yet), the one that brings the values furthest. What was taken and turns out not
to be needed is put back. That the score is reached is reckoned exactly.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from chengge.domain.resampling import Column, Drawn, totals_of
from chengge.domain.scoring import Observed, Scheme, Score, score

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
Many = Callable[[Whole], Floats]  # the scores of many changes at once
MOST_MENDED = 200
NEARLY = 1e-9


@dataclass(frozen=True, slots=True)
class Mended:
    """One case to mend.

    Attributes:
        row: of the sums given.
        codes: the indicators in which it would count otherwise.
        gained: points of the score that it brings in its turn.
    """

    row: int
    codes: tuple[str, ...]
    gained: float


@dataclass(frozen=True, slots=True)
class Mending:
    """What would change the grade.

    Attributes:
        grade, least: the next grade and the score from which it is given.
        cases: to mend, in the order in which they were taken; empty where it is impossible, or too many.
        after: the score with these mended; with all of them mended where it is impossible.
        faulty: how many cases there are that could be mended.
        possible: whether mending all would reach the grade.
    """

    grade: str
    least: Fraction
    cases: tuple[Mended, ...]
    after: Score
    faulty: int
    possible: bool


def next_grade(scheme: Scheme, now: Score) -> tuple[Fraction, str] | None:
    """The lowest grade above the score; None at the best, or without a score."""
    if now.total is None:
        return None
    above = [one for one in scheme.grades if one[0] > now.total]
    return above[-1] if above else None


def mending(
    scheme: Scheme,
    columns: Mapping[str, Column],
    better: Mapping[str, bool],
    case_ids: Whole,
    sums: Whole,
    observed: Mapping[str, Observed],
) -> Mending | None:
    """The fewest cases to mend for the next grade; None where there is no grade above.

    Args:
        columns: where each indicator stands in the sums.
        better: by code, whether more is better; only those that can be mended.
        case_ids: of the rows; rows of no case (0) stay as they are.
        sums: rows by columns.
        observed: the values as they are, with those that come from no cases.
    """
    aim = next_grade(scheme, score(scheme, observed))
    if aim is None:
        return None
    changes = (ideal_of(sums, columns, better) - sums) * (case_ids > 0)[:, None]
    faulty = np.flatnonzero(changes.any(axis=1))
    whole = sums.sum(axis=0)

    def exactly(taken: Sequence[int] | Whole) -> Score:
        return score(scheme, _observed(whole + changes[taken].sum(axis=0), columns, observed))

    def nearly(many: Whole) -> Floats:
        return np.nan_to_num(totals_of(scheme, columns, _fixed(whole, columns, observed), many), nan=-1.0)

    def enough(taken: Sequence[int] | Whole) -> bool:
        total = exactly(taken).total
        return total is not None and total >= aim[0]

    if not enough(faulty):
        return Mending(aim[1], aim[0], (), exactly(faulty), len(faulty), possible=False)
    progress = _progress(scheme, columns, better, changes, whole)
    taken = _greedy(changes, faulty, progress, lambda more: nearly(whole + more), enough, float(aim[0]) - NEARLY)
    if not taken:
        return Mending(aim[1], aim[0], (), exactly(faulty), len(faulty), possible=True)
    needed = _needed(taken, changes, lambda more: nearly(whole + more), enough, float(aim[0]) - NEARLY)
    reached = nearly(whole + np.vstack([np.zeros_like(whole), np.cumsum(changes[needed], axis=0)]))
    cases = tuple(
        Mended(row, tuple(code for code in better if changes[row, columns[code].numerator]), float(gained))
        for row, gained in zip(needed, np.diff(reached), strict=True)
    )
    return Mending(aim[1], aim[0], cases, exactly(needed), len(faulty), possible=True)


def ideal_of(sums: Whole, columns: Mapping[str, Column], better: Mapping[str, bool]) -> Whole:
    """The sums of cases as they would be, had all gone as it should."""
    ideal = sums.copy()
    for code, more in better.items():
        column = columns[code]
        if not more:
            ideal[:, column.numerator] = np.minimum(ideal[:, column.numerator], 0)
        elif column.denominator is not None:
            ideal[:, column.numerator] = np.maximum(ideal[:, column.numerator], sums[:, column.denominator])
    return ideal


def _greedy(changes: Whole, faulty: Whole, progress: Floats, totals: Many, enough: Callable[[list[int]], bool], least: float) -> list[int]:
    """Rows in the order in which they are taken until the score is reached; none where that takes more than `MOST_MENDED`."""
    kinds, first, of_row = np.unique(changes[faulty], axis=0, return_index=True, return_inverse=True)
    left = {kind: faulty[of_row.reshape(-1) == kind].tolist() for kind in range(len(kinds))}
    far = progress[faulty[first]]
    taken: list[int] = []
    sofar = np.zeros(changes.shape[1], np.int64)
    while len(taken) < MOST_MENDED and (there := [kind for kind, rows in left.items() if rows]):
        reached = totals(sofar + kinds[there])
        best = max(range(len(there)), key=lambda at: (round(float(reached[at]), 9), far[there[at]], -at))
        taken.append(left[there[best]].pop(0))
        sofar = sofar + kinds[there[best]]
        if reached[best] >= least and enough(taken):
            return taken
    return []


def _progress(scheme: Scheme, columns: Mapping[str, Column], better: Mapping[str, bool], changes: Whole, whole: Whole) -> Floats:
    """How far each row brings the values, weighed as the scheme weighs them."""
    far = np.zeros(len(changes))
    for aspect in scheme.aspects:
        for one in aspect.indicators:
            if one.indicator in better:
                column = columns[one.indicator]
                below = 1 if column.denominator is None else max(1, int(whole[column.denominator]))
                far += np.abs(changes[:, column.numerator]) / below * float(aspect.weight * one.weight + one.bonus)
    return far


def _needed(taken: Sequence[int], changes: Whole, totals: Many, enough: Callable[[list[int]], bool], least: float) -> list[int]:
    """The rows without those that turn out not to be needed; those taken first are looked at first."""
    needed = list(taken)
    while len(needed) > 1:
        without = changes[needed].sum(axis=0) - changes[needed]
        spare = [at for at in np.flatnonzero(totals(without) >= least) if enough(needed[:at] + needed[at + 1 :])]
        if not spare:
            break
        del needed[spare[0]]
    return needed


def _fixed(whole: Whole, columns: Mapping[str, Column], observed: Mapping[str, Observed]) -> Drawn:
    """What comes from no cases, as the floating-point scores take it."""
    outside = {code: one for code, one in observed.items() if code not in columns}
    return Drawn("", "", whole[None], outside, {code: one.before for code, one in observed.items()})


def _observed(sums: Whole, columns: Mapping[str, Column], observed: Mapping[str, Observed]) -> dict[str, Observed]:
    told = dict(observed)
    for code, column in columns.items():
        if code in observed:
            below = None if column.denominator is None else int(sums[column.denominator])
            told[code] = Observed(Fraction(int(sums[column.numerator])), below, observed[code].before)
    return told
