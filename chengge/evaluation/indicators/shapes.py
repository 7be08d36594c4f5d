"""What an indicator is: one sum, or one sum over another, over rows of the facts, for any subject that those rows know."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

Table = Any  # an Ibis table
Value = Any  # an Ibis value over such a table: a condition, or a number of each row


class Subject(StrEnum):
    """Whom or what a figure is about, and the column of a population that names it."""

    CITY = "city"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"
    CLASS = "class_code"
    ORGANIZATION = "organization"
    MEMBER = "member"


class Unit(StrEnum):
    SHARE = "share"  # numerator over denominator, shown in percent
    COUNT = "count"  # the numerator alone
    SECONDS = "seconds"  # a mean of seconds
    MEAN = "mean"  # any other mean


class Better(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


# What the settings may be, the usual first.
CHOICES: dict[str, tuple[str, ...]] = {
    "filed_of": ("reported", "accepted"),
    "public_of": ("filed", "accepted"),
    "due_of": ("due", "due_and_carried"),
    "closing_of": ("due", "closed"),
    "dispatched_of": ("due", "filed"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the sources leave open; printed with every result.

    Attributes:
        filed_of: over which cases a filing rate is taken: all `reported`, or those that were `accepted`.
        public_of: over which cases the share of public reports is taken: those `filed`, or those `accepted`.
        recurs_within_days: a case recurs when the one before it, of its class in its unit grid, was closed at most so many days before.
        due_of: over which handlings the rates of departments are taken: those `due` in the period, or `due_and_carried`: besides those that
            were due before it and still open when it began.
        closing_of: over which closings a shift leader's on-time rate is taken: those `due`, or those `closed`.
        dispatched_of: over which cases a dispatch rate is taken: those whose dispatch was `due`, or those `filed`.
    """

    filed_of: str = "reported"
    public_of: str = "filed"
    recurs_within_days: int = 30
    due_of: str = "due"
    closing_of: str = "due"
    dispatched_of: str = "due"

    def __post_init__(self) -> None:
        for name, known in CHOICES.items():
            if getattr(self, name) not in known:
                raise ValueError(f"the setting {name} is one of {', '.join(known)}, not {getattr(self, name)!r}")


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts that a reckoning reads.

    Attributes:
        tables: Ibis tables by name, as `chengge facts status` lists them.
        as_of: the moment up to which they tell; what is open then and past its due moment is late.
    """

    tables: dict[str, Table]
    as_of: datetime
    settings: Settings


@dataclass(frozen=True, slots=True)
class Population:
    """Rows that are counted: each with `case_id` (0 where it belongs to none), the moment `at` by which it falls into a period, and a
    column for every subject that it knows.

    Attributes:
        words: what one row is, in one phrase.
        of_cases: whether its rows belong to cases.
    """

    name: str
    words: Any
    rows: Callable[[Facts], Table]
    of_cases: bool = True


@dataclass(frozen=True, slots=True)
class Measure:
    """A sum over a population. The value of a row is a condition (counted where it holds) or a number; nothing counts as nothing."""

    population: str
    value: Callable[[Table], Value]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator.

    Attributes:
        code: as in the lists of the standards where they have one.
        subjects: whom it may be reckoned for.
        formula: numerator and denominator in words, translated when they are shown.
        basis: where it comes from.
    """

    code: str
    name_zh: str
    name_en: str
    subjects: frozenset[Subject]
    numerator: Measure
    denominator: Measure | None
    unit: Unit
    better: Better
    formula: Any
    basis: str
