"""Which departments the platform visits in a week: those where most goes wrong first, and each at least every so many weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """Why a department is on the plan of a week."""

    RETURNS = "returns"
    HARD_CASES = "hard_cases"
    LATE = "late"
    ITS_TURN = "its_turn"


@dataclass(frozen=True, slots=True)
class Department:
    """A department as the plan looks at it.

    Attributes:
        returns, hard, late: cases handed back in the last weeks, hard ones in which it is named, and those it is late with.
        weeks_since: its last visit; one that was never visited counts as visited in the week before the first plan.
    """

    id: int
    returns: int = 0
    hard: int = 0
    late: int = 0
    weeks_since: int = 1

    @property
    def burden(self) -> int:
        """A hard case weighs as much as three that are late, and a return as much as two: that is where a talk helps."""
        return 3 * self.hard + 2 * self.returns + self.late


@dataclass(frozen=True, slots=True)
class Chosen:
    id: int
    whys: tuple[Why, ...]


def week_plan(departments: Sequence[Department], a_week: int, every_weeks: int) -> tuple[Chosen, ...]:
    """The departments to visit in the coming week, the most burdened first.

    So many are chosen for their turn that, if this many are visited every week, nobody waits longer than `every_weeks`; then come
    those where most goes wrong, then those who have waited longest.

    Args:
        a_week: how many at least; more, where `every_weeks` cannot be kept otherwise.
    """
    most = max(a_week, -(-len(departments) // every_weeks))
    left = {one.id: max(1, every_weeks - one.weeks_since + 1) for one in departments}  # within how many weeks its visit must come
    due = sorted(departments, key=lambda one: (left[one.id], -one.burden, one.id))
    wanted = max((sum(weeks <= ahead for weeks in left.values()) - most * (ahead - 1) for ahead in left.values()), default=0)
    turn = due[: max(0, min(wanted, most))]
    others = sorted((one for one in departments if one not in turn and one.burden), key=lambda one: (-one.burden, one.id))
    quiet = [one for one in due if one not in turn and not one.burden]
    chosen = (turn + others + quiet)[:most]
    of_turn = {one.id for one in turn if left[one.id] <= 1}
    return tuple(
        Chosen(one.id, reasons(one, one.id in of_turn or not one.burden)) for one in sorted(chosen, key=lambda one: (-one.burden, one.id))
    )


def reasons(department: Department, of_turn: bool) -> tuple[Why, ...]:
    """Why it is visited, the weightiest first."""
    said = {
        Why.HARD_CASES: bool(department.hard),
        Why.RETURNS: bool(department.returns),
        Why.LATE: bool(department.late),
        Why.ITS_TURN: of_turn,
    }
    return tuple(why for why, holds in said.items() if holds)
