"""What a rule of consequences is, whom it meets, and what a line holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

FULL = Fraction(100)
NONE = Fraction(0)

Because = Mapping[str, str | int]


class RuleError(ValueError):
    """A rule that cannot be meant so."""


class Kind(StrEnum):
    DEPOSIT = "deposit"
    REWARD = "reward"
    SHARE = "share"
    WARNING = "warning"
    FUND = "fund"


class By(StrEnum):
    """What a rule goes by."""

    GRADE = "grade"  # deposits, rewards, share
    RANK = "rank"  # rewards: places within the peer group
    SCORE = "score"  # share: score / 100 of the points; fund: points above the bar
    WORKLOAD = "workload"  # fund: points above the bar times the cases dealt with
    EQUALLY = "equally"  # fund: everybody who is above the bar the same
    GROUP = "group"  # warnings: last in the same peer group
    POST = "post"  # warnings: last whatever the group, for as long as the post is held


# What each kind of rule may go by; the first is the usual one.
MAY_GO_BY: Mapping[Kind, tuple[By, ...]] = {
    Kind.DEPOSIT: (By.GRADE,),
    Kind.REWARD: (By.GRADE, By.RANK),
    Kind.SHARE: (By.SCORE, By.GRADE),
    Kind.WARNING: (By.GROUP, By.POST),
    Kind.FUND: (By.SCORE, By.WORKLOAD, By.EQUALLY),
}


class Treatment(StrEnum):
    """What becomes of a deposit."""

    DOUBLE = "double"  # given back, and so many percent of it on top
    RETURN = "return"
    KEEP = "keep"  # stays with the city for the next period
    FORFEIT = "forfeit"  # so many percent are lost, the rest is given back


class Measure(StrEnum):
    """What is proposed to who came last, from mild to hard."""

    NOTICE = "notice"
    WARNING = "warning"
    TALK = "talk"
    REMOVAL = "removal"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one subject came out of a run.

    Attributes:
        key: names the subject in the run; the same in every run.
        total: exact; None where there was nothing to judge by.
        rank_low, rank_high: best and worst rank that chance leaves open.
    """

    key: str
    name: str = ""
    group: str = ""
    grade: str = ""
    rank: int | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    total: Fraction | None = None
    workload: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a rule: for a grade, for places `first` to `last`, or from `first` times in a row on.

    Attributes:
        percent: of the deposit, for DOUBLE (on top) and FORFEIT (lost).
        points: of the yearly assessment, in percent points.
    """

    id: int
    grade: str = ""
    first: int = 0
    last: int = 0
    treatment: Treatment = Treatment.KEEP
    percent: Fraction = FULL
    amount_fen: int = 0
    points: Fraction = NONE
    measure: Measure | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the city.

    Attributes:
        of_people: it meets the people of a judged organization, each by the organization's score; else the judged themselves.
        level, organization_kind, post: whom it meets; None and "": any.
        amount_fen: of the deposit, or of the whole fund.
        bar: only what lies above it counts for the fund.
        points: percent points of the yearly assessment that a full score brings.
        places: how many places count as the last.
        least_group: in a smaller group nobody is last.
        only_sure: last counts only where chance leaves no better place open.
    """

    id: int
    kind: Kind
    by: By
    of_people: bool = False
    level: int | None = None
    organization_kind: str = ""
    post: str = ""
    amount_fen: int = 0
    bar: Fraction = NONE
    points: Fraction = NONE
    places: int = 1
    least_group: int = 3
    only_sure: bool = False
    steps: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        if self.by not in MAY_GO_BY[self.kind]:
            raise RuleError(f"a rule of the kind “{self.kind}” does not go by “{self.by}”")
        if self.amount_fen < 0 or any(step.amount_fen < 0 for step in self.steps):
            raise RuleError("amounts are not negative")
        if any(not NONE <= step.percent <= FULL for step in self.steps):
            raise RuleError("a share of a deposit lies between 0 and 100 percent")
        if self.by is By.GRADE and len({step.grade for step in self.steps}) < len(self.steps):
            raise RuleError("a grade has one row")
        if self.by is By.RANK and any(step.first < 1 or step.last < step.first for step in self.steps):
            raise RuleError("places run from the better to the worse, the first is 1")
        if self.by is By.RANK and _overlap(self.steps):
            raise RuleError("a place has one row")
        if self.kind is Kind.WARNING:
            if self.places < 1 or self.least_group < 2:
                raise RuleError("at least one place counts as last, in a group of two or more")
            times = [step.first for step in self.steps]
            if any(one < 1 for one in times) or len(set(times)) < len(times) or any(step.measure is None for step in self.steps):
                raise RuleError("a step of warnings names how many times in a row, each number once, and what is proposed")


@dataclass(frozen=True, slots=True)
class Payee:
    """Whom a line is about: a judged subject, or a person of a judged organization.

    Attributes:
        key: names the payee; the same in every run.
        standing: the score that counts for it.
        name: of the payee, as it was called then.
        posts: of a person, each with the day from which it has been held.
    """

    key: str
    standing: Standing
    name: str = ""
    is_person_of_unit: bool = False
    level: int | None = None
    organization_kind: str = ""
    posts: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Past:
    """A run of the same scheme: the first day of its period, and everybody's standing by key."""

    day: date
    standings: Mapping[str, Standing]


@dataclass(frozen=True, slots=True)
class Settlement:
    """A deposit over a period, in fen: `opening + paid_in == returned + forfeited + closing`; `extra` comes on top."""

    opening: int
    paid_in: int = 0
    returned: int = 0
    extra: int = 0
    forfeited: int = 0
    closing: int = 0

    @property
    def net(self) -> int:
        """What the payee gets in the end; negative: pays."""
        return self.returned + self.extra - self.paid_in


@dataclass(frozen=True, slots=True)
class Item:
    """What one rule brings one payee. `because` holds the figures it was reckoned from, for whoever explains it."""

    rule_id: int
    kind: Kind
    step_id: int | None = None
    amount_fen: int = 0
    points: Fraction = NONE
    measure: Measure | None = None
    settlement: Settlement | None = None
    because: Because = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """All that meets one payee."""

    payee: Payee
    items: tuple[Item, ...]

    @property
    def amount_fen(self) -> int:
        return sum(item.amount_fen for item in self.items)

    @property
    def points(self) -> Fraction:
        return sum((item.points for item in self.items), NONE)


def _overlap(steps: Sequence[Step]) -> bool:
    ordered = sorted(steps, key=lambda step: step.first)
    return any(low.last >= high.first for low, high in pairwise(ordered))
