"""What a dashboard gives: a table of figures, which the chart is drawn from and which stands below it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from chengge.evaluation.indicators import Facts
from chengge.evaluation.queries.dashboards.asked import Asked

Text = Any  # words, or words to be translated when they are shown
Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `unit`: text, day, count, share (0 to 1), hours, or number."""

    name: str
    label: Text
    unit: str = "count"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of chart.

    Attributes:
        about: what is counted, in one or two sentences.
        figures: rows without words, as they are kept: codes stand for names.
        named: puts the words to kept rows.
    """

    name: str
    title: Text
    about: Text
    columns: tuple[Column, ...]
    figures: Callable[[Facts, Asked], list[list[Cell]]]
    named: Callable[[list[list[Cell]]], list[list[Cell]]] = lambda rows: rows


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its figures, in words.

    Attributes:
        as_of: the moment up to which the facts tell.
        facts_digest: of the facts that it was reckoned from.
    """

    name: str
    title: str
    about: str
    columns: tuple[Column, ...]
    rows: list[list[Cell]]
    since: date
    until: date
    as_of: datetime
    facts_digest: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw: no figure of any row is more than nothing."""
        figures = [at for at, column in enumerate(self.columns) if column.unit not in ("text", "day")]
        return not any(row[at] for row in self.rows for at in figures)
