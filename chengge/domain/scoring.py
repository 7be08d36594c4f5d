"""From indicators to a score: rules that turn a value into points, weights that add points up, bands that give a grade.

Everything is arithmetic on exact fractions; a score is rounded once, when it is shown. What is not there to be judged (an empty
denominator, too small a sample) is left out as the scheme says, never counted as nought by accident.
Source of the shapes: GB/T 30428.4 (weights, grades), rules of cities (bands, deductions per count with a cap, veto, bonus).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

FULL = Fraction(100)
NONE = Fraction(0)
PLACES_SHOWN = 2


class SchemeError(ValueError):
    """A rule or scheme that cannot be meant so."""


class Way(StrEnum):
    """How a value becomes points between 0 and 100."""

    LINEAR = "linear"  # from `zero_at` (no points) to `full_at` (all), straight in between
    BANDS = "bands"  # the points of the highest band that is reached
    PER_COUNT = "per_count"  # all points, less so many for each, down to `floor`
    THRESHOLD = "threshold"  # all points from `full_at` on, else less so many for each step short of it
    RELATIVE = "relative"  # against the subject's own value of the period before: all points where it is no worse


class Missing(StrEnum):
    """What becomes of an indicator that has nothing to be judged by."""

    LEAVE_OUT = "leave_out"  # its weight is shared by the others
    FULL = "full"
    ZERO = "zero"


@dataclass(frozen=True, slots=True)
class Rule:
    """A scoring rule.

    Attributes:
        zero_at, full_at: values of the indicator with no points and with all of them; zero_at may be the greater (fewer is better).
            A threshold looks at full_at alone.
        bands: (value from which the band holds, its points), the values rising.
        each: points off for each count (PER_COUNT), or for each `step` short of `full_at` (THRESHOLD), or worse than before (RELATIVE).
        step: of the value; 0.01 is a point of percent.
        floor: never fewer points than these.
    """

    way: Way
    zero_at: Fraction = NONE
    full_at: Fraction = Fraction(1)
    bands: tuple[tuple[Fraction, Fraction], ...] = ()
    each: Fraction = NONE
    step: Fraction = Fraction(1, 100)
    floor: Fraction = NONE

    def __post_init__(self) -> None:
        match self.way:
            case Way.LINEAR if self.zero_at == self.full_at:
                raise SchemeError("a linear rule needs two different values: one with no points, one with all of them")
            case Way.BANDS if not self.bands or any(low[0] >= high[0] for low, high in zip(self.bands, self.bands[1:], strict=False)):
                raise SchemeError("a rule of bands needs bands whose values rise")
        if self.each < 0 or self.step <= 0 or not NONE <= self.floor <= FULL:
            raise SchemeError("points off are not negative, a step is more than nothing, and a floor lies between 0 and 100")
        if any(not NONE <= points <= FULL for _value, points in self.bands):
            raise SchemeError("points of a band lie between 0 and 100")


def points_of(rule: Rule, value: Fraction, before: Fraction | None = None, higher_is_better: bool = True) -> Fraction:
    """The points that a value earns, 0 to 100.

    Args:
        before: the subject's own value of the period before, for RELATIVE; without one it earns all points.
    """
    match rule.way:
        case Way.LINEAR:
            points = FULL * (value - rule.zero_at) / (rule.full_at - rule.zero_at)
        case Way.BANDS:
            points = next((earned for least, earned in reversed(rule.bands) if value >= least), NONE)
        case Way.PER_COUNT:
            points = FULL - rule.each * value
        case Way.THRESHOLD:
            short = rule.full_at - value if higher_is_better else value - rule.full_at
            points = FULL - rule.each * max(short, NONE) / rule.step
        case Way.RELATIVE:
            worse = NONE if before is None else (before - value if higher_is_better else value - before)
            points = FULL - rule.each * max(worse, NONE) / rule.step
    return min(max(points, rule.floor), FULL)


@dataclass(frozen=True, slots=True)
class Weighted:
    """An indicator in a scheme.

    Attributes:
        least: of the denominator; a smaller sample is not judged.
        veto_below: a value short of it takes all points from the whole score.
        bonus: points on top of the weighted mean for a full hundred; such an indicator has no weight.
    """

    indicator: str
    weight: Fraction
    rule: Rule
    higher_is_better: bool = True
    least: int = 1
    missing: Missing = Missing.LEAVE_OUT
    veto_below: Fraction | None = None
    bonus: Fraction = NONE

    def __post_init__(self) -> None:
        if self.weight < 0 or self.bonus < 0 or (self.weight and self.bonus):
            raise SchemeError(f"{self.indicator}: a weight or a bonus, neither negative, and not both")


@dataclass(frozen=True, slots=True)
class Aspect:
    """A part of a scheme with its own weight; its indicators share it by theirs."""

    name: str
    weight: Fraction
    indicators: tuple[Weighted, ...]


@dataclass(frozen=True, slots=True)
class Scheme:
    """Aspects with their weights, and the bands of the grades, the best first: (least score, grade)."""

    aspects: tuple[Aspect, ...]
    grades: tuple[tuple[Fraction, str], ...] = ()

    def __post_init__(self) -> None:
        if any(high[0] <= low[0] for high, low in zip(self.grades, self.grades[1:], strict=False)):
            raise SchemeError("grades must fall: the best first")
        if not any(aspect.weight > 0 for aspect in self.aspects):
            raise SchemeError("a scheme needs an aspect that weighs something")


@dataclass(frozen=True, slots=True)
class Observed:
    """An indicator as reckoned. The denominator is None for a count."""

    numerator: Fraction
    denominator: int | None
    before: Fraction | None = None

    @property
    def value(self) -> Fraction | None:
        if self.denominator is None:
            return self.numerator
        return self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class Part:
    """What one indicator brought: its points, the share of the whole score that it had in the end, and why it was left out, if it was."""

    aspect: str
    indicator: str
    value: Fraction | None
    points: Fraction | None
    share: Fraction
    left_out: str = ""

    @property
    def brought(self) -> Fraction:
        """Points of the whole score."""
        return NONE if self.points is None else self.points * self.share


@dataclass(frozen=True, slots=True)
class Score:
    """A score with all its parts. `total` is None where nothing was there to be judged."""

    total: Fraction | None
    grade: str
    parts: tuple[Part, ...]
    bonus: Fraction = NONE
    vetoed_by: str = ""

    def shown(self) -> str:
        """The score as it is printed: two places, rounded half up."""
        if self.total is None:
            return "–"
        scaled = (self.total * 10**PLACES_SHOWN * 2 + 1) // 2
        whole, rest = divmod(int(scaled), 10**PLACES_SHOWN)
        return f"{whole}.{rest:0{PLACES_SHOWN}d}"


def score(scheme: Scheme, observed: Mapping[str, Observed]) -> Score:
    """Judge one subject by a scheme.

    The weights of what is left out are shared by the other indicators of the aspect; an aspect left empty is shared by the other aspects.
    """
    judged = [(aspect, [_judged(one, observed.get(one.indicator)) for one in aspect.indicators]) for aspect in scheme.aspects]
    weights = [sum((one.weight for one, points, _v, _w in rows if points is not None), NONE) for _aspect, rows in judged]
    all_aspects = sum((aspect.weight for (aspect, _rows), weight in zip(judged, weights, strict=True) if weight), NONE)
    parts: list[Part] = []
    bonus = NONE
    vetoed_by = ""
    for (aspect, rows), weight in zip(judged, weights, strict=True):
        for one, points, value, why in rows:
            share = aspect.weight / all_aspects * one.weight / weight if points is not None and weight and all_aspects else NONE
            parts.append(Part(aspect.name, one.indicator, value, points, share, why))
            if points is not None and one.bonus:
                bonus += one.bonus * points / FULL
            if value is not None and one.veto_below is not None and value < one.veto_below and not why:
                vetoed_by = vetoed_by or one.indicator
    if not all_aspects:
        return Score(None, "", tuple(parts))
    total = NONE if vetoed_by else sum((part.brought for part in parts), NONE) + bonus
    return Score(total, grade_of(scheme.grades, total), tuple(parts), NONE if vetoed_by else bonus, vetoed_by)


def grade_of(grades: Sequence[tuple[Fraction, str]], total: Fraction) -> str:
    """The first grade whose least score is reached; "" below them all."""
    return next((grade for least, grade in grades if total >= least), "")


def _judged(one: Weighted, seen: Observed | None) -> tuple[Weighted, Fraction | None, Fraction | None, str]:
    """Points and value of one indicator, or why it is left out."""
    value = None if seen is None else seen.value
    if seen is None or value is None:
        why = "nothing to be judged by"
    elif seen.denominator is not None and seen.denominator < one.least:
        why = f"fewer than {one.least}"
    else:
        return one, points_of(one.rule, value, seen.before, one.higher_is_better), value, ""
    match one.missing:
        case Missing.FULL:
            return one, FULL, value, why
        case Missing.ZERO:
            return one, NONE, value, why
        case _:
            return one, None, value, why
