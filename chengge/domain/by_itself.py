"""How certain it is who answers for a problem, and how a machine that dispatches by itself is judged.

The certainty of the best claim comes from what it rests on, is lowered by the nearest claim of somebody else and by earlier cases
that went elsewhere, and raised by earlier cases that went the same way. A second claim of the same right always makes it uncertain;
a ruling settles what it is about, whatever words and past say. The numbers are our own decision; what matters is their order, and a
city sets its bar for each class by what it measures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from chengge.domain.hard_cases import NEARLY_THE_SAME
from chengge.domain.responsibility import FOR_AREA, FOR_CLASS, FOR_OWNER, NAMED_LEAST, NEAREST, Claim, Ground

# What a claim is worth that stands alone and of which nothing else is known; other grounds count by their score.
RESTS_ON: dict[Ground, float] = {
    Ground.RULING: 0.99,
    Ground.MAINTAINS: 0.96,
    Ground.OWNS: 0.92,
    Ground.MANAGES: 0.87,
    Ground.HANDBOOK: 0.8,
    Ground.TERRITORY: 0.4,
}
NAMED_FOR_ALL, NAMED_MOST = 0.7, 0.94  # named for every class everywhere; named for one class of one owner in an area drawn on the map
NAMED_STEPS = 3 * FOR_CLASS + FOR_OWNER + NEAREST * FOR_AREA  # by how much the second ranks above the first
WITHOUT_RULING = 0.985  # never as certain as what was ruled
UNCERTAIN = 0.5  # at most, where somebody else has the same right
NEAR, NEAR_DOUBT = 0.05, 0.1  # a claim that ranks less than this below the best one takes up to this share away
WORDS_RAISE, WORDS_LOWER = 0.4, 0.3  # of what is left, and of what there is, where words of past cases are quite sure
PLACE_RAISE, PLACE_LOWER = 0.5, 0.4  # the same for what became of like cases at the same place
FEW_CASES = 5  # so many like cases count half of what very many would
LEAST_BAR = 0.6  # no city may set its bar lower: above UNCERTAIN

CONFIDENT = 1.959964  # of the interval of an accuracy: 95 percent


class Because(StrEnum):
    """Why a claim is as certain as it is."""

    RESTS = "rests"  # with the ground as its word
    ALONE = "alone"
    NEXT = "next"  # the distance to the next claim
    NEAR = "near"  # the same, so small that it raises a doubt
    EQUAL = "equal"
    WORDS_AGREE = "words_agree"
    WORDS_DIFFER = "words_differ"
    PLACE_AGREES = "place_agrees"
    PLACE_DIFFERS = "place_differs"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason; `number` is a share from 0 to 1 or a distance, `count` how many cases it rests on, both 0 where there is none."""

    because: Because
    number: float = 0.0
    count: int = 0
    ground: Ground | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """Where earlier cases went: the platform of most of them, which share, and how many there were."""

    platform_id: int
    share: float
    count: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who answers, how certain that is (0 to 1), and why. No claim: nobody does."""

    claim: Claim | None
    certainty: float
    reasons: tuple[Reason, ...]


NOBODY = Verdict(None, 0.0, (Reason(Because.NOBODY),))


def verdict(claims: Sequence[Claim], words: Past | None = None, place: Past | None = None) -> Verdict:
    """How certain the first of ranked claims is.

    Args:
        claims: as `Register.claims` gives them, the likeliest first, each platform once.
        words: what the words of past cases say, with the confidence of the guess as its share.
        place: what became of cases of the same class at the same place.
    """
    if not claims:
        return NOBODY
    best = claims[0]
    reasons = [Reason(Because.RESTS, best.score, ground=best.ground)]
    certainty = RESTS_ON.get(best.ground) or _named(best.score)
    rival = next((claim for claim in claims[1:] if claim.ground is not Ground.TERRITORY or best.ground is Ground.TERRITORY), None)
    apart = best.score - rival.score if rival is not None else 1.0
    ruled = best.ground is Ground.RULING
    equal = rival is not None and is_equal(best, rival)
    if rival is None:
        reasons.append(Reason(Because.ALONE))
    else:
        near = not ruled and apart < NEAR
        reasons.append(Reason(Because.EQUAL if equal else Because.NEAR if near else Because.NEXT, round(apart, 4)))
        certainty *= 1 - NEAR_DOUBT * (1 - apart / NEAR) if near else 1.0
    if not ruled:
        for past, weight, raises, lowers, agree, differ in (
            (words, 1.0, WORDS_RAISE, WORDS_LOWER, Because.WORDS_AGREE, Because.WORDS_DIFFER),
            (place, _weight(place), PLACE_RAISE, PLACE_LOWER, Because.PLACE_AGREES, Because.PLACE_DIFFERS),
        ):
            if past is None:
                continue
            same = past.platform_id == best.platform_id
            share = past.share * weight
            certainty = certainty + (1 - certainty) * raises * share if same else certainty * (1 - lowers * share)
            reasons.append(Reason(agree if same else differ, round(past.share, 3), past.count))
        certainty = min(certainty, WITHOUT_RULING)
    if equal:
        certainty = min(certainty, UNCERTAIN)
    return Verdict(best, round(certainty, 4), tuple(reasons))


def is_equal(best: Claim, other: Claim) -> bool:
    """Whether two claims have the same right. Of rulings the narrower holds, however little it is narrower."""
    if best.ground is Ground.RULING:
        return other.ground is Ground.RULING and best.score == other.score
    return best.score - other.score < NEARLY_THE_SAME


def _named(score: float) -> float:
    """Of a body that the city has named: the more exactly, the more certain."""
    return NAMED_FOR_ALL + (NAMED_MOST - NAMED_FOR_ALL) * min(max(score - NAMED_LEAST, 0.0) / NAMED_STEPS, 1.0)


def _weight(past: Past | None) -> float:
    return past.count / (past.count + FEW_CASES) if past is not None else 0.0


@dataclass(frozen=True, slots=True)
class Record:
    """What became of dispatches by itself: `right` and `wrong` ones, and those `open` of which it is not known yet."""

    right: int = 0
    wrong: int = 0
    open: int = 0

    @property
    def judged(self) -> int:
        return self.right + self.wrong

    @property
    def accuracy(self) -> float | None:
        """The share that was right, 0 to 1; None while nothing is judged."""
        return self.right / self.judged if self.judged else None

    def interval(self) -> tuple[float, float] | None:
        """Between which shares the accuracy lies with 95 percent confidence (E. B. Wilson, 1927); None while nothing is judged."""
        count = self.judged
        if not count:
            return None
        share, square = self.right / count, CONFIDENT**2
        middle = (share + square / (2 * count)) / (1 + square / count)
        half = CONFIDENT * sqrt(share * (1 - share) / count + square / (4 * count**2)) / (1 + square / count)
        return min(max(middle - half, 0.0), share), max(min(middle + half, 1.0), share)  # never beside itself by a rounding

    def falls_under(self, bar: float, minimum_sample: int) -> bool:
        """Whether enough is judged, and the accuracy is under the bar (0 to 1)."""
        return self.judged >= max(minimum_sample, 1) and self.right < bar * self.judged
