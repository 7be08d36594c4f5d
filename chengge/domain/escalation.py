"""When a hard case goes up: district, city platform, deputy secretary-general, by the time it has taken and by what is at stake.

Source of the three steps: the co-ordination platforms of large cities, whose disputes end with a deputy secretary-general. After how
much of the limit, and what counts as much at stake, is the city's own and comes in as rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Step(IntEnum):
    """Who has to take a hard case up, the nearest first."""

    DISTRICT = 1
    CITY = 2
    DEPUTY = 3  # 副秘书长


class Stake(StrEnum):
    """Why much is at stake."""

    URGENT = "urgent"  # by its filing condition
    ORDERED = "ordered"  # a supervision order is in force
    UNITS = "units"  # so many bodies stand against each other
    ALIKE = "alike"  # so many open hard cases of its class in its street


@dataclass(frozen=True, slots=True)
class Rule:
    """When one step is due.

    Attributes:
        after_percent: of the limit that must be used up.
        staked_percent: the same where much is at stake; not more than `after_percent`.
        stakes: which of urgency and order count as much at stake.
        units_from, alike_from: from how many on bodies and like cases do; 0: never.
    """

    step: Step
    after_percent: int
    staked_percent: int
    stakes: frozenset[Stake] = frozenset()
    units_from: int = 0
    alike_from: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How a hard case stands.

    Attributes:
        used_percent: of its limit; None where it has none.
        alike: open hard cases like it, itself among them.
    """

    used_percent: float | None
    urgent: bool = False
    ordered: bool = False
    units: int = 0
    alike: int = 1


@dataclass(frozen=True, slots=True)
class Reached:
    """A step that is due. `stakes`: what made it due before its time; empty where the time did."""

    step: Step
    stakes: tuple[Stake, ...]


SHIPPED = (
    Rule(Step.DISTRICT, 50, 25, frozenset({Stake.URGENT, Stake.ORDERED}), 3, 3),
    Rule(Step.CITY, 100, 50, frozenset({Stake.URGENT, Stake.ORDERED}), 4, 5),
    Rule(Step.DEPUTY, 200, 100, frozenset({Stake.URGENT, Stake.ORDERED}), 5, 10),
)


def stakes_of(rule: Rule, case: Standing) -> tuple[Stake, ...]:
    """What of that which the rule counts is at stake in a case."""
    holds = {
        Stake.URGENT: case.urgent and Stake.URGENT in rule.stakes,
        Stake.ORDERED: case.ordered and Stake.ORDERED in rule.stakes,
        Stake.UNITS: 0 < rule.units_from <= case.units,
        Stake.ALIKE: 0 < rule.alike_from <= case.alike,
    }
    return tuple(stake for stake in Stake if holds[stake])


def reached(rules: Sequence[Rule], case: Standing) -> tuple[Reached, ...]:
    """The steps that are due, the nearest first. A case without a limit goes up where much is at stake and a rule waits for no time."""
    used = 0.0 if case.used_percent is None else case.used_percent
    found = []
    for rule in sorted(rules, key=lambda one: one.step):
        stakes = stakes_of(rule, case)
        in_time = case.used_percent is not None and used >= rule.after_percent
        if in_time or (stakes and used >= rule.staked_percent):
            found.append(Reached(rule.step, () if in_time else stakes))
    return tuple(found)
