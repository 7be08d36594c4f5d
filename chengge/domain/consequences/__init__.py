"""From scores to consequences: deposits, rewards, the share in the yearly assessment, warnings for last places, a fund that is split.

Money is whole fen, everything else exact fractions, and each line says what it was reckoned from. Nothing here pays or punishes anybody:
it works out what the city's own rules propose.
"""

from chengge.domain.consequences.money import half_up, rewards_by_place, settle, split, written
from chengge.domain.consequences.reckoning import is_last, meets, reckon, times_in_a_row
from chengge.domain.consequences.rules import (
    MAY_GO_BY,
    By,
    Item,
    Kind,
    Line,
    Measure,
    Past,
    Payee,
    Rule,
    RuleError,
    Settlement,
    Standing,
    Step,
    Treatment,
)

__all__ = [
    "MAY_GO_BY",
    "By",
    "Item",
    "Kind",
    "Line",
    "Measure",
    "Past",
    "Payee",
    "Rule",
    "RuleError",
    "Settlement",
    "Standing",
    "Step",
    "Treatment",
    "half_up",
    "is_last",
    "meets",
    "reckon",
    "rewards_by_place",
    "settle",
    "split",
    "times_in_a_row",
    "written",
]
