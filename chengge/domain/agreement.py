"""How far two assessors of the same place agree, and what their two marks come to.

Exact fractions throughout. Sources: J. Cohen, A coefficient of agreement for nominal scales, 1960 (kappa);
P. E. Shrout and J. L. Fleiss, Intraclass correlations, 1979 (ICC(1,1): other assessors at other places).
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction

Pair = tuple[Hashable, Hashable]


def percent_agreement(pairs: Sequence[Pair]) -> Fraction | None:
    """The share of pairs that say the same, 0 to 1; None without pairs."""
    return Fraction(sum(one == other for one, other in pairs), len(pairs)) if pairs else None


def cohens_kappa(pairs: Sequence[Pair]) -> Fraction | None:
    """Agreement beyond what chance alone would bring: (observed - expected) / (1 - expected).

    None without pairs, or where both always say one and the same: then chance explains everything.
    """
    observed = percent_agreement(pairs)
    if observed is None:
        return None
    ones, others = Counter(one for one, _other in pairs), Counter(other for _one, other in pairs)
    expected = Fraction(sum(count * others[said] for said, count in ones.items()), len(pairs) ** 2)
    return None if expected == 1 else (observed - expected) / (1 - expected)


def intraclass_correlation(ratings: Sequence[Sequence[Fraction | int]]) -> Fraction | None:
    """ICC(1,1) of rows of equally many ratings, a row a place: the share of the variance that lies in the places, not in who looked.

    None with fewer than two rows or ratings, or where nothing varies at all.

    Raises:
        ValueError: the rows are not equally long.
    """
    if len({len(row) for row in ratings}) > 1:
        raise ValueError("every place needs equally many ratings")
    rows, raters = len(ratings), len(ratings[0]) if ratings else 0
    if rows < 2 or raters < 2:
        return None
    means = [sum(map(Fraction, row), Fraction()) / raters for row in ratings]
    grand = sum(means, Fraction()) / rows
    between = raters * sum(((mean - grand) ** 2 for mean in means), Fraction()) / (rows - 1)
    within = sum(((rating - mean) ** 2 for row, mean in zip(ratings, means, strict=True) for rating in row), Fraction())
    within /= rows * (raters - 1)
    spread = between + (raters - 1) * within
    return None if spread == 0 else (between - within) / spread


@dataclass(frozen=True, slots=True)
class Settled:
    """What the looks at one item of one place come to.

    Attributes:
        points: None where the item does not apply, or where it is not settled.
        disputed: two looks differ by more than the bound, and no third has settled it.
    """

    points: Fraction | None
    disputed: bool = False


def differ(one: int | None, other: int | None, most: int, bound: Fraction) -> bool:
    """Whether two marks lie further apart than `bound`, a share of the item's `most` points; does it apply or not is the widest gap."""
    if one is None or other is None:
        return one is not other
    return Fraction(abs(one - other), most) > bound


def settle(looks: Sequence[int | None], third: Sequence[int | None], most: int, bound: Fraction) -> Settled:
    """What one or two looks come to; a third, where it was needed and taken, decides.

    Args:
        looks: marks of the first and, at a place scored twice, the second assessor; None: the item does not apply there.
        third: the mark of the third look; empty if there was none.
        most: all the points of the item.
        bound: the widest difference that is settled by the mean, as a share of `most`.
    """
    if len(looks) == 2 and differ(looks[0], looks[1], most, bound):
        return Settled(None, disputed=True) if not third else Settled(None if third[0] is None else Fraction(third[0]))
    told = [points for points in looks if points is not None]
    return Settled(Fraction(sum(told), len(told)) if told else None)
