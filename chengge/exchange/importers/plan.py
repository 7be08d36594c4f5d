"""What an import would do: counts, examples, and what is wrong where. Nothing is written before a plan is applied."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from chengge.exchange.importers.options import Options

Progress = Callable[[str, int, int], None]
"""Told what is being done, how many are done, and how many there are."""


def silent(_what: str, _done: int, _total: int) -> None:
    """Nobody watches."""


class Severity(StrEnum):
    REFUSED = "refused"  # the row is not imported
    MENDED = "mended"  # the row is imported, with something put right
    NOTICE = "notice"  # the row is imported; somebody should look at it

    @property
    def label(self) -> str:
        return {"refused": _("refused"), "mended": _("mended"), "notice": _("to look at")}[self.value]


class State(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"
    ENDED = "ended"  # holds now, is not in the file, and ends

    @property
    def label(self) -> str:
        said = {"new": _("new"), "changed": _("changed"), "same": _("as it is"), "refused": _("refused"), "ended": _("ending")}
        return said[self.value]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, where it stands, and what to do about it. `row` is 0 where the whole file or sheet is meant."""

    severity: Severity
    file: str
    sheet: str
    row: int
    column: str
    value: str
    message: str
    hint: str = ""
    lon: float | None = None
    lat: float | None = None

    @property
    def where(self) -> str:
        """File, sheet, row and column, as far as they are known."""
        parts = [self.file, self.sheet]
        if self.row:
            parts.append(_("row %(row)d") % {"row": self.row})
        parts.append(self.column)
        return " › ".join(filter(None, parts))

    @property
    def place(self) -> str:
        return "" if self.lon is None or self.lat is None else f"{self.lon:.6f}, {self.lat:.6f}"


@dataclass(frozen=True, slots=True)
class FaultGroup:
    """The same fault in many rows, told once."""

    severity: Severity
    column: str
    message: str
    hint: str
    count: int
    first: tuple[Fault, ...]

    @property
    def values(self) -> str:
        """What stands in the first rows, each once."""
        return _(", ").join(dict.fromkeys(fault.value for fault in self.first if fault.value))


@dataclass(frozen=True, slots=True)
class Sample:
    """A row of the preview. `was` holds what a changed row has now, by column."""

    state: State
    sheet: str
    row: int
    cells: tuple[tuple[str, str], ...]
    was: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row as it stands in the file, and why it is not imported."""

    sheet: str
    number: int
    headings: tuple[str, ...]
    values: tuple[Any, ...]
    reasons: str
    hints: str


@dataclass(frozen=True, slots=True)
class Counts:
    new: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0
    ended: int = 0

    @property
    def read(self) -> int:
        """Rows of the file."""
        return self.new + self.changed + self.same + self.refused

    @property
    def written(self) -> int:
        return self.new + self.changed + self.ended


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do.

    Attributes:
        missing: rows that hold now in the file's area and that the file does not name; they end only when asked for.
        notes: sentences about the file as a whole.
        changes: what the kind's importer needs to carry the plan out.
        revisions: how the tables stood when the plan was made.
    """

    kind: str
    file_name: str
    file_hash: str
    options: Options
    day: date
    counts: Counts
    samples: tuple[Sample, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]
    refused_rows: tuple[RefusedRow, ...]
    missing: tuple[str, ...]
    changes: Any
    revisions: Mapping[str, int]

    @property
    def may_be_applied(self) -> bool:
        return self.counts.refused == 0 or self.options.skip_bad

    @property
    def changes_nothing(self) -> bool:
        return self.counts.written == 0

    def grouped_faults(self, examples: int = 5) -> list[FaultGroup]:
        """Faults that say the same of the same column, together; what is refused comes first."""
        groups: dict[tuple[Severity, str, str, str], list[Fault]] = defaultdict(list)
        for fault in self.faults:
            groups[fault.severity, fault.column, fault.message, fault.hint].append(fault)
        order = list(Severity)
        found = [FaultGroup(*key, len(faults), _examples(faults, examples)) for key, faults in groups.items()]
        return sorted(found, key=lambda group: (order.index(group.severity), -group.count))


def _examples(faults: list[Fault], count: int) -> tuple[Fault, ...]:
    """The first faults, of every value one before a second of the same."""
    first = list({fault.value: fault for fault in reversed(faults)}.values())[::-1][:count]
    return tuple(first + [fault for fault in faults if fault not in first][: count - len(first)])
