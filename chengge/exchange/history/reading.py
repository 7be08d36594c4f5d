"""Reading a list of old cases: every row becomes a case or a fault that names row, column and value."""

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.actions.given import is_place
from chengge.casework.history import OldCase
from chengge.casework.models import Channel
from chengge.domain.errors import Refused
from chengge.exchange.history.mapping import Mapping
from chengge.foundation.models import ProblemClass
from chengge.organization.models import Organization

ROWS_A_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class HistoryFault:
    """Why a row cannot be taken over. The first row under the heading is row 2, as a spreadsheet shows it."""

    row: int
    column: str
    value: str
    message: str


@dataclass(slots=True)
class HistoryPlan:
    """What a list would bring.

    Attributes:
        cases: each with what the list itself says of whether it was in time; None where it says nothing.
        without_limit, without_place: rows taken over without the one or the other.
        unmapped: values of classes and departments that the mapping does not name, with how often they occur.
        refused: the rows with faults, as they stood.
    """

    mapping: Mapping
    read: int = 0
    cases: list[tuple[OldCase, bool | None]] = field(default_factory=list)
    faults: list[HistoryFault] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    without_limit: int = 0
    without_place: int = 0
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter)


class _Bad(Exception):
    def __init__(self, column: str, value: object, message: str) -> None:
        super().__init__(message)
        self.column, self.value, self.message = column, str(value)[:60], message


def plan_history(path: Path, mapping: Mapping) -> HistoryPlan:
    """Read a whole list; nothing is written. Raises Refused where the file or the mapping as a whole does not fit."""
    made = HistoryPlan(mapping)
    reader = _Reader(mapping)
    seen: set[str] = set()
    for number, row in enumerate(_rows(path, mapping), 2):
        made.read += 1
        try:
            old = reader.old_case(row, made)
            if old.number in seen:
                raise _Bad(mapping.columns["number"], old.number, _("This number stands in the list twice."))
        except _Bad as bad:
            made.faults.append(HistoryFault(number, bad.column, bad.value, bad.message))
            made.refused.append(row | {"row": number, "why": bad.message})
            continue
        seen.add(old.number)
        made.cases.append((old, reader.in_time(row)))
    return made


class _Reader:
    """Turns rows into cases; knows the catalogue and the organizations by their codes."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.classes = {
            f"{one.kind[0]}{one.code}": (one.pk, one.kind, one.name) for one in ProblemClass.objects.filter(valid_to=None).order_by("pk")
        }
        self.departments = dict(Organization.objects.filter(level=2, valid_to=None).values_list("code", "pk"))
        self.now = clock.now()
        _check_targets(mapping, "classes", self.classes, _("the catalogue"))
        _check_targets(mapping, "departments", self.departments, _("the organizations of the second level"))
        _check_targets(mapping, "channels", dict.fromkeys(Channel.values), _("the channels"))

    def old_case(self, row: dict[str, Any], made: HistoryPlan) -> OldCase:
        number, opened = self._text(row, "number"), self._moment(row, "opened")
        if not number:
            raise _Bad(self.mapping.columns["number"], "", _("A case needs its number in the old system."))
        if opened is None:
            raise _Bad(self.mapping.columns["opened"], "", _("It is not said when the case began."))
        due, closed = self._moment(row, "due"), self._moment(row, "closed")
        if closed is not None and closed < opened:
            raise _Bad(self.mapping.columns["closed"], closed.isoformat(), _("It ended before it began."))
        for name, moment in (("opened", opened), ("closed", closed)):
            if moment is not None and moment > self.now:
                raise _Bad(self.mapping.columns[name], moment.isoformat(), _("This lies in the future."))
        lon, lat = self._place(row, made)
        class_id, kind, class_name = self.classes[self._mapped(row, "class", self.mapping.classes, made)]
        made.without_limit += due is None
        return OldCase(
            number=number,
            opened=opened,
            due=due,
            closed=closed,
            class_id=class_id,
            kind=kind,
            class_name=class_name,
            department_id=self.departments[self._mapped(row, "department", self.mapping.departments, made)],
            channel=self._mapped(row, "channel", self.mapping.channels, made),
            place=" ".join(self._text(row, "place").split())[:200],
            description=" ".join(self._text(row, "description").split())[:1000],
            lon=lon,
            lat=lat,
        )

    def in_time(self, row: dict[str, Any]) -> bool | None:
        """What the list itself says."""
        told = self._text(row, "in_time")
        return {self.mapping.in_time.get("yes"): True, self.mapping.in_time.get("no"): False}.get(told) if told else None

    def _text(self, row: dict[str, Any], name: str) -> str:
        column = self.mapping.columns.get(name)
        value = row.get(column) if column else None
        return "" if value is None else str(value).strip()

    def _moment(self, row: dict[str, Any], name: str) -> datetime | None:
        column = self.mapping.columns.get(name)
        value = row.get(column) if column else None
        if isinstance(value, datetime):
            read = value
        elif value is None or not str(value).strip():
            return None
        else:
            try:
                text = str(value).strip()
                read = datetime.strptime(text, self.mapping.time_format) if self.mapping.time_format else datetime.fromisoformat(text)  # noqa: DTZ007
            except ValueError:
                raise _Bad(column or name, value, _("This is no time that can be read.")) from None
        read = read.replace(microsecond=0)
        return read if read.tzinfo else read.replace(tzinfo=self.mapping.zone)

    def _place(self, row: dict[str, Any], made: HistoryPlan) -> tuple[float, float]:
        texts = self._text(row, "lon"), self._text(row, "lat")
        if not all(texts):
            made.without_place += 1
            texts = str(self.mapping.otherwise.get("lon", "")), str(self.mapping.otherwise.get("lat", ""))
        try:
            lon, lat = map(float, texts)
        except ValueError:
            lon = lat = float("nan")
        if not is_place(lon, lat):
            hint = _("It has no valid position; otherwise.lon and otherwise.lat in the mapping say where such cases go.")
            raise _Bad(self.mapping.columns.get("lon", "lon"), ", ".join(texts), hint)
        return lon, lat

    def _mapped(self, row: dict[str, Any], name: str, known: dict[str, str], made: HistoryPlan) -> str:
        value = self._text(row, name)
        if value in known:
            return known[value]
        made.unmapped[name, value] += 1
        if name in self.mapping.otherwise:
            return str(self.mapping.otherwise[name])
        message = _("The mapping does not say what this is with us, and otherwise.%(name)s is not set.") % {"name": name}
        raise _Bad(self.mapping.columns.get(name, name), value, message)


def _check_targets(mapping: Mapping, part: str, known: dict[str, Any], where: str) -> None:
    singular = {"classes": "class", "departments": "department", "channels": "channel"}[part]
    told = dict(getattr(mapping, part))
    if singular in mapping.otherwise:
        told["otherwise"] = str(mapping.otherwise[singular])
    for value, target in told.items():
        if target not in known:
            message = _("“%(target)s” for “%(value)s” is not in %(where)s.") % {"target": target, "value": value, "where": where}
            raise Refused("mapping", message, _("Put [%(part)s] of the mapping right.") % {"part": part}, "mapping")


def _rows(path: Path, mapping: Mapping) -> Iterator[dict[str, Any]]:
    if not path.exists():
        raise Refused("file", _("There is no file %(file)s.") % {"file": path}, field="file")
    if path.suffix == ".parquet":
        file = pq.ParquetFile(path)
        _check_columns(path, mapping, file.schema_arrow.names)
        for batch in file.iter_batches(ROWS_A_BATCH):
            yield from batch.to_pylist()
        return
    with path.open("rb") as raw, io.TextIOWrapper(_unpacked(path, raw), encoding="utf-8-sig", newline="") as text:
        try:
            reader = csv.DictReader(text)
            _check_columns(path, mapping, list(reader.fieldnames or ()))
            yield from reader
        except (UnicodeDecodeError, csv.Error, gzip.BadGzipFile) as fault:
            raise Refused("file", f"{path}: {fault}", _("The list must be CSV in UTF-8, or Parquet."), "file") from fault


def _unpacked(path: Path, raw: BinaryIO) -> Any:
    return gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw


def _check_columns(path: Path, mapping: Mapping, names: list[str]) -> None:
    missing = [column for column in mapping.columns.values() if column not in names]
    if missing:
        message = _("%(file)s has no column %(missing)s.") % {"file": path, "missing": ", ".join(missing)}
        raise Refused("file", message, _("It has: %(names)s.") % {"names": ", ".join(names)}, "file")
