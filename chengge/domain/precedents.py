"""How far an earlier settlement speaks for a hard case: by class, by place, by words.

    score = (0.45 × class + 0.30 × place + 0.25 × words) × weight

`weight` is 1 for a ruling that holds, less for one that has ended and for a case that merely went well: what was decided on purpose
counts for more than what happened. The numbers are our own decision; they only rank.
"""

from dataclasses import dataclass

BY_CLASS, BY_PLACE, BY_WORDS = 0.45, 0.30, 0.25
SAME_CLASS, SAME_MAJOR, SAME_KIND = 1.0, 0.5, 0.15
RULING_HOLDS, RULING_ENDED, SETTLED_CASE = 1.0, 0.7, 0.8
# Digits of the unit grid code that two places share: grid, community, street, district.
NEARNESS = ((15, 1.0), (12, 0.7), (9, 0.4), (6, 0.15))
LEAST = 0.3


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a precedent's score is made of; each part 0 … 1."""

    score: float
    kin: float
    near: float
    words: float


def kin(asked: tuple[str, str, int], known: tuple[str, str, int | None]) -> float:
    """How near two classes (kind, major code, id) are; an empty part of the known one stands for all."""
    if known[2] is not None:
        if asked[2] == known[2]:
            return SAME_CLASS
    elif not known[0] or (asked[0] == known[0] and known[1] in {"", asked[1]}):
        return SAME_CLASS  # a ruling about a whole major class speaks of each class in it
    if asked[:2] == known[:2]:
        return SAME_MAJOR
    return SAME_KIND if asked[0] == known[0] else 0.0


def near(asked_grid: int | None, known_grid: int | None) -> float:
    """How near two unit grids lie, by the divisions they share; 0 where one place lies in none."""
    if asked_grid is None or known_grid is None:
        return 0.0
    one, other = f"{asked_grid:015d}", f"{known_grid:015d}"
    return next((share for digits, share in NEARNESS if one[:digits] == other[:digits]), 0.0)


def weigh(by_class: float, by_place: float, by_words: float, weight: float) -> Likeness:
    """The score of a precedent."""
    score = (BY_CLASS * by_class + BY_PLACE * by_place + BY_WORDS * by_words) * weight
    return Likeness(round(score, 4), by_class, by_place, by_words)
