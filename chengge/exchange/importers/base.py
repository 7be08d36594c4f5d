"""How every import goes: read the rows, check them, compare them with what holds, and show the plan; then, if wanted, carry it out."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, ForeignKey, Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from chengge.exchange.importers.columns import BadCell, Column, text_of
from chengge.exchange.importers.options import Options
from chengge.exchange.importers.plan import Fault, Progress, RefusedRow, Sample, Severity, State
from chengge.exchange.importers.reading import Row, Table
from chengge.organization.queries import Actor

PROGRESS_EVERY_ROWS = 500
SAMPLES_OF_EACH_STATE = 5


@dataclass(slots=True)
class Record:
    """A row that could be read: its values by column name, and what became of it.

    Attributes:
        held: the row of our table that it means, if it is known.
        was: what that row holds now where this one says something else, by field.
    """

    row: Row
    values: dict[str, Any]
    state: State = State.NEW
    held: Model | None = None
    was: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    def __setitem__(self, column: str, value: Any) -> None:
        self.values[column] = value

    @property
    def refused(self) -> bool:
        return self.state is State.REFUSED


@dataclass(slots=True)
class Work:
    """An import under way: what has been read and what was found wrong so far."""

    table: Table
    options: Options
    day: date
    progress: Progress
    columns: Sequence[Column]
    records: list[Record] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    ended_samples: list[Sample] = field(default_factory=list)
    ended_count: int = 0

    @property
    def good(self) -> list[Record]:
        return [record for record in self.records if not record.refused]

    def has_column(self, name: str) -> bool:
        """Whether any sheet of the file has this column."""
        return any(name in sheet.positions for sheet in {id(row.sheet): row.sheet for row in self.table.rows}.values())

    def refuse(self, record: Record, column: str, message: str, hint: str = "", value: object = None) -> None:
        """This row is not imported."""
        record.state = State.REFUSED
        self._find(Severity.REFUSED, record, column, message, hint, value)

    def mend(self, record: Record, column: str, message: str, hint: str = "", value: object = None) -> None:
        """Something of this row was put right."""
        self._find(Severity.MENDED, record, column, message, hint, value)

    def notice(self, record: Record, column: str, message: str, hint: str = "", value: object = None) -> None:
        """Somebody should look at this row."""
        self._find(Severity.NOTICE, record, column, message, hint, value)

    def _find(self, severity: Severity, record: Record, column: str, message: str, hint: str, value: object) -> None:
        row, lon, lat = record.row, None, None
        if row.geometry is not None and not row.geometry.is_empty:
            place = row.geometry.representative_point() if row.geometry.is_valid else row.geometry.envelope.centroid
            lon, lat = place.x, place.y
        heading = row.sheet.heading_of(column) or self.heading_of(column)
        written = text_of(row.get(column) if value is None else value)
        self.faults.append(Fault(severity, self.table.file_name, row.sheet.name, row.number, heading, written, message, hint, lon, lat))

    def whole(
        self, severity: Severity, message: str, hint: str = "", value: str = "", lon: float | None = None, lat: float | None = None
    ) -> None:
        """Something about the file as a whole, or about a place in it."""
        self.faults.append(Fault(severity, self.table.file_name, "", 0, "", value, message, hint, lon, lat))

    def heading_of(self, column: str) -> str:
        return next((one.heading for one in self.columns if one.name == column), "")

    def refused_rows(self) -> tuple[RefusedRow, ...]:
        reasons: dict[tuple[str, int], list[Fault]] = {}
        for fault in self.faults:
            if fault.severity is Severity.REFUSED:
                reasons.setdefault((fault.sheet, fault.row), []).append(fault)
        found = []
        for record in self.records:
            if record.refused:
                faults = reasons.get((record.row.sheet.name, record.row.number), [])
                why = _("; ").join(fault.column + _(": ") + fault.message if fault.column else fault.message for fault in faults)
                hints = _("; ").join(dict.fromkeys(fault.hint for fault in faults if fault.hint))
                found.append(RefusedRow(record.row.sheet.name, record.row.number, record.row.sheet.headings, record.row.values, why, hints))
        return tuple(found)

    def samples(self) -> tuple[Sample, ...]:
        """The first few rows of each state, in the order of what matters most."""
        kept: dict[State, list[Sample]] = {state: [] for state in State}
        for record in self.records:
            if len(kept[record.state]) < SAMPLES_OF_EACH_STATE:
                sample = Sample(record.state, record.row.sheet.name, record.row.number, self._cells(record), self._was(record))
                kept[record.state].append(sample)
        kept[State.ENDED] = self.ended_samples[:SAMPLES_OF_EACH_STATE]
        return tuple(sample for state in (State.REFUSED, State.CHANGED, State.NEW, State.ENDED, State.SAME) for sample in kept[state])

    def _cells(self, record: Record) -> tuple[tuple[str, str], ...]:
        found = []
        for column in self.columns:
            if column.name in record.row.sheet.positions:
                found.append((column.heading, text_of(record.row.get(column.name))))
        return tuple(found)

    def _was(self, record: Record) -> dict[str, str]:
        """What a changed row holds now, in the words of the page. Asks a query for each body that is named; only a few rows are shown."""
        return {self._label(record.held, name): _in_words(record.held, name, value) for name, value in record.was.items()}

    def _label(self, held: Model | None, name: str) -> str:
        known = self.heading_of(name)
        if known or held is None:
            return known or name
        return str(held._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


class Importer(ABC):
    """A kind of thing that can be imported. One instance serves one import.

    Attributes:
        kind: its name on the command line.
        title, about: what it is called and what it does, for people.
        options: names of the options it takes, besides those that all take.
        revisions: the revisions whose rise makes a plan stale.
        wants_shapes: whether a file of shapes can be read.
    """

    kind: str
    title: str | Promise
    about: str | Promise
    columns: tuple[Column, ...]
    options: tuple[str, ...] = ()
    revisions: tuple[str, ...] = ()
    wants_shapes: bool = False

    def read(self, work: Work) -> None:
        """Every row into a record, with the faults of single cells."""
        total = len(work.table.rows)
        for done, row in enumerate(self.rows_of(work)):
            if done % PROGRESS_EVERY_ROWS == 0:
                work.progress(_("Reading rows"), done, total)
            work.records.append(self.record_of(work, row))
        work.progress(_("Reading rows"), total, total)

    def rows_of(self, work: Work) -> Iterable[Row]:
        """The rows to import; a kind may leave some out."""
        return work.table.rows

    def record_of(self, work: Work, row: Row) -> Record:
        """The row's values; what cannot be read is a fault, and the row is refused."""
        record = Record(row, {})
        for column in self.columns:
            value = row.get(column.name)
            if not text_of(value):
                record[column.name] = column.default
                if column.required:
                    work.refuse(record, column.name, _("“%(column)s” is empty.") % {"column": column.heading}, _("Fill it in."))
                continue
            try:
                record[column.name] = column.parse(value)
            except BadCell as bad:
                record[column.name] = column.default
                work.refuse(record, column.name, bad.message, bad.hint)
        return record

    def prefilled(self) -> Sequence[Mapping[str, str]]:
        """Rows that its template holds from the start, by column name."""
        return ()

    @abstractmethod
    def check(self, work: Work) -> None:
        """Faults that only show across rows and tables; fills in what a row leaves open."""

    @abstractmethod
    def compare(self, work: Work) -> Any:
        """Sets each good record's state and returns the changes to carry out."""

    @abstractmethod
    def carry_out(self, changes: Any, actor: Actor, day: date, progress: Progress) -> Any:
        """Writes the changes; runs inside the import's transaction. What it returns is handed to whoever applied the plan."""


def refuse_repeated(work: Work, column: str, key_of: Callable[[Record], Hashable], message: str, hint: str) -> None:
    """Refuse every row whose key an earlier row has. The message may name `%(row)d`, the earlier row, and `%(key)s`."""
    first: dict[Hashable, Record] = {}
    for record in work.good:
        key = key_of(record)
        if key in first:
            work.refuse(record, column, message % {"row": first[key].row.number, "key": key}, hint)
        else:
            first[key] = record


def differences(held: object, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The fields whose value differs from what holds now, with their present value."""
    return {name: getattr(held, name) for name, value in wanted.items() if not _equal(getattr(held, name), value)}


def _equal(held: Any, wanted: Any) -> bool:
    if isinstance(held, memoryview):
        held = held.tobytes()
    if isinstance(held, float) and isinstance(wanted, float):
        return abs(held - wanted) < 1e-9 * max(1.0, abs(held))
    return bool(held == wanted)


def mark(record: Record, held: Model | None, wanted: Mapping[str, Any]) -> State:
    """Set and return the state of a record beside the row that holds now, if there is one."""
    record.held = held
    if held is None:
        record.state = State.NEW
    elif different := differences(held, wanted):
        record.state = State.CHANGED
        record.was = different
    else:
        record.state = State.SAME
    return record.state


def _in_words(held: Model | None, name: str, value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return _("another border")
    try:
        described = held._meta.get_field(name) if held is not None else None
    except FieldDoesNotExist:
        described = None
    if isinstance(described, ForeignKey) and value is not None:
        return str(described.related_model._default_manager.filter(pk=value).first() or "")
    if isinstance(described, Field) and described.choices:
        return str(dict(described.flatchoices).get(value, value))
    return text_of(value)
