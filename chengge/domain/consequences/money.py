"""Whole fen: rounding, splitting without losing any, deposits, and rewards for places."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from chengge.domain.consequences.rules import FULL, NONE, RuleError, Settlement, Standing, Step, Treatment


def half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def split(sum_fen: int, weights: Mapping[str, Fraction]) -> dict[str, int]:
    """A sum split by weights so that the parts add up to it exactly: everybody the whole fen below, the rest one by one to the largest
    remainders, and among equal ones by key.

    Where nobody weighs anything nobody gets anything.

    Raises:
        RuleError: a negative sum or weight.
    """
    if sum_fen < 0 or any(weight < 0 for weight in weights.values()):
        raise RuleError("a sum to split and its weights are not negative")
    whole = sum(weights.values(), NONE)
    if not whole:
        return dict.fromkeys(weights, 0)
    exact = {key: sum_fen * weight / whole for key, weight in weights.items()}
    parts = {key: int(share) for key, share in exact.items()}
    left = sum_fen - sum(parts.values())
    for key in sorted(exact, key=lambda key: (parts[key] - exact[key], key))[:left]:
        parts[key] += 1
    return parts


def written(value: Fraction) -> str:
    """A fraction as a person reads it: up to four places, no needless zeros."""
    scaled = half_up(abs(value) * 10_000)
    whole, rest = divmod(scaled, 10_000)
    return f"{'-' if value < 0 and scaled else ''}{whole}" + (f".{rest:04d}".rstrip("0") if rest else "")


def two_places(value: Fraction) -> str:
    """A score as it is printed: two places, rounded half up."""
    hundredths = half_up(abs(value) * 100)
    return f"{'-' if value < 0 and hundredths else ''}{hundredths // 100}.{hundredths % 100:02d}"


def settle(deposit_fen: int, opening_fen: int, treatment: Treatment, percent: Fraction = FULL) -> Settlement:
    """One period of a deposit: what is missing is paid in, what is too much goes back, then the treatment.

    Args:
        deposit_fen: what must be held during the period.
        opening_fen: what is held already; negative where a corrected period has given back too much.
    """
    paid_in = max(deposit_fen - opening_fen, 0)
    returned = max(opening_fen - deposit_fen, 0)
    match treatment:
        case Treatment.KEEP:
            return Settlement(opening_fen, paid_in, returned, closing=deposit_fen)
        case Treatment.DOUBLE:
            return Settlement(opening_fen, paid_in, returned + deposit_fen, extra=half_up(deposit_fen * percent / FULL))
        case Treatment.FORFEIT:
            lost = half_up(deposit_fen * percent / FULL)
            return Settlement(opening_fen, paid_in, returned + deposit_fen - lost, forfeited=lost)
        case Treatment.RETURN:
            return Settlement(opening_fen, paid_in, returned + deposit_fen)


def rewards_by_place(steps: Sequence[Step], standings: Iterable[Standing]) -> dict[str, int]:
    """What each subject gets by its place within its group. Who shares a place shares the sums of all places that they fill together, so
    that a tie costs the city neither more nor less."""
    got: dict[str, int] = {}
    for ranked in _groups(standings).values():
        for place in {standing.rank for standing in ranked if standing.rank is not None}:
            tied = sorted(standing.key for standing in ranked if standing.rank == place)
            together = sum(_of_place(steps, one) for one in range(place, place + len(tied)))
            got |= split(together, dict.fromkeys(tied, Fraction(1)))
    return got


def _groups(standings: Iterable[Standing]) -> dict[str, list[Standing]]:
    """Those who have a rank, by peer group."""
    found: dict[str, list[Standing]] = {}
    for standing in standings:
        if standing.rank is not None:
            found.setdefault(standing.group, []).append(standing)
    return found


def _of_place(steps: Sequence[Step], place: int) -> int:
    return next((step.amount_fen for step in steps if step.first <= place <= step.last), 0)
