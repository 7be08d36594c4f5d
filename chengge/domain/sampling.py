"""Drawing places for inspections: stratified, proportional, and such that anybody can draw them again with a pocket calculator of hashes.

Nothing here is random: the order of the units comes from SHA-256 over the published seed and the unit's code. Whoever knows the frame and
the seed finds the same places; whoever does not know the seed cannot foresee them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from math import ceil

Stratum = tuple[int, str]  # code of the street, area class


class SampleError(ValueError):
    """A sample that cannot be drawn as it is asked for."""


@dataclass(frozen=True, slots=True, order=True)
class Unit:
    """A unit grid that may be drawn, and the stratum it lies in."""

    code: int
    stratum: Stratum


@dataclass(frozen=True, slots=True)
class StratumShare:
    """How many units a stratum has, and how many of them are drawn."""

    stratum: Stratum
    size: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn: units by stratum and code, and the strata with their shares."""

    units: tuple[Unit, ...]
    strata: tuple[StratumShare, ...]


def frame_text(frame: Iterable[Unit]) -> str:
    """The frame as it is published: a line `code,street,class` for each unit, by code."""
    return "".join(f"{unit.code},{unit.stratum[0]},{unit.stratum[1]}\n" for unit in sorted(frame))


def frame_from(text: str) -> list[Unit]:
    """The units of a published frame. Raises ValueError for a line that is none."""
    rows = (line.split(",") for line in text.splitlines())
    return [Unit(int(code), (int(street), area_class)) for code, street, area_class in rows]


def frame_digest(frame: Iterable[Unit]) -> str:
    """SHA-256 of the frame as it is published, in UTF-8."""
    return sha256(frame_text(frame).encode()).hexdigest()


def allocate(sizes: Mapping[Stratum, int], total: int, minimum: int) -> dict[Stratum, int]:
    """How many units each stratum gives to a sample of `total`.

    Each gives `minimum` first, or all it has; every further place goes to the stratum that lacks most of its proportional share
    (ties: the lower street, then the class).

    Raises:
        SampleError: more places than units, or fewer than the minima add up to.
    """
    units = sum(sizes.values())
    given = {stratum: min(minimum, size) for stratum, size in sizes.items() if size > 0}
    if total > units:
        raise SampleError(f"{total} places are more than the {units} units there are")
    if total < sum(given.values()):
        raise SampleError(f"{total} places are fewer than the {sum(given.values())} that the minimum of {minimum} a stratum asks for")
    for _place in range(total - sum(given.values())):
        lacking = (stratum for stratum in given if given[stratum] < sizes[stratum])
        # Compared as whole numbers: total × size − given × units is the shortfall times all units.
        best = min(lacking, key=lambda stratum: (given[stratum] * units - total * sizes[stratum], stratum))
        given[best] += 1
    return given


def draw(frame: Iterable[Unit], total: int, minimum: int, seed: int) -> Sample:
    """Draw `total` units: of each stratum those with the smallest SHA-256 of `seed:code`. The order of the frame does not matter.

    Raises:
        SampleError: a unit stands twice in the frame, or as `allocate`.
    """
    by_stratum: dict[Stratum, list[Unit]] = defaultdict(list)
    seen: set[int] = set()
    for unit in frame:
        if unit.code in seen:
            raise SampleError(f"unit {unit.code} stands twice in the frame")
        seen.add(unit.code)
        by_stratum[unit.stratum].append(unit)
    shares = allocate({stratum: len(units) for stratum, units in by_stratum.items()}, total, minimum)
    drawn = [
        unit
        for stratum in sorted(shares)
        for unit in sorted(sorted(by_stratum[stratum], key=lambda unit: rank(seed, unit.code))[: shares[stratum]])
    ]
    strata = tuple(StratumShare(stratum, len(by_stratum[stratum]), shares[stratum]) for stratum in sorted(shares))
    return Sample(tuple(drawn), strata)


def drawn_twice(codes: Iterable[int], share: Fraction, seed: int) -> frozenset[int]:
    """Which of the drawn places are scored by a second assessor: those with the smallest SHA-256 of `seed:second:code`, rounded up."""
    ranked = sorted(set(codes), key=lambda code: sha256(f"{seed}:second:{code}".encode()).digest())
    return frozenset(ranked[: ceil(share * len(ranked))])


def rank(seed: int, code: int) -> bytes:
    """By what the units of a stratum are ordered; printed in hexadecimal it can be made again with any tool."""
    return sha256(f"{seed}:{code}".encode()).digest()
