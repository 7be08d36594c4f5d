"""How a subsystem says what it tells the evaluation: tables of facts, column by column, each with its meaning.

A subsystem with something to tell has a room `facts.py` with `TABLES`. The evaluation finds those rooms; it imports none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What stands in a column; moments are UTC, to the second."""

    WHOLE = "whole"
    NUMBER = "number"
    TEXT = "text"
    YES_NO = "yes_no"
    MOMENT = "moment"
    DAY = "day"


class Scope(StrEnum):
    """Which rows a late change can reach."""

    CASE = "case"  # rows belong to a case, and lie in the month in which it was reported
    DAY = "day"  # rows belong to a day, and lie in its month


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        sql: the expression that gives it, over the table's `source`.
        meaning: one sentence, translated when it is shown.
    """

    name: str
    kind: Kind
    sql: str
    meaning: Any


@dataclass(frozen=True, slots=True)
class FactTable:
    """One table of facts.

    Attributes:
        source: the FROM clause. A table of scope CASE names the cases asked for `{cases}` (rows of `casework_case`); one of scope
            DAY may be cut down by its column `day`.
        key: the columns that tell rows apart; rows are kept in their order.
        together: the columns by whose values rows lie together in a file, before the key: who asks for one value reads little else.
        also_touched: a query of `case_id` for cases whose rows may have changed since the moment `{since}` without an entry in the ledger.
    """

    name: str
    scope: Scope
    title: Any
    source: str
    key: Sequence[str]
    columns: Sequence[Column]
    also_touched: str = ""
    together: Sequence[str] = ()

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        belongs = "case_id" if self.scope is Scope.CASE else "day"
        if len(set(names)) != len(names) or not {*self.key, *self.together, belongs} <= set(names):
            raise ValueError(f"the fact table {self.name} needs columns of different names, among them {belongs} and its key")
