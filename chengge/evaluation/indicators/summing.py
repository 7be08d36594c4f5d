"""All sums over one population in one pass: by the smallest area that is asked for, by class, by organization and by member at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from chengge.evaluation.indicators.populations import COMMUNITY_UNIT, POPULATIONS, STREET_UNIT
from chengge.evaluation.indicators.shapes import Facts, Measure, Subject, Table

Whole = NDArray[np.int64]

AREAS = (Subject.GRID, Subject.COMMUNITY, Subject.STREET)  # each part of the next
CODES_IN = {Subject.GRID: 1, Subject.COMMUNITY: COMMUNITY_UNIT, Subject.STREET: STREET_UNIT}


@dataclass(frozen=True, slots=True)
class Told:
    """What a population comes to for one kind of subject: ids, and by the name of a sum its value for each of them."""

    subject_ids: list[str]
    sums: dict[str, Whole]


class Sums:
    """Told what is wanted of a population, then added up once."""

    def __init__(self, facts: Facts, population: str, begin: datetime, end: datetime) -> None:
        self._rows = in_period(POPULATIONS[population].rows(facts), begin, end)
        self._names: dict[Any, str] = {}  # by expression: two indicators that count the same count it once
        self._name_of: dict[Measure, str] = {}
        self._kinds: dict[Subject, None] = {}
        self.told: dict[Subject, Told] = {}

    def want(self, measure: Measure, kinds: Iterable[Subject]) -> None:
        expression = number_of(self._rows, measure)
        self._name_of[measure] = self._names.setdefault(expression.op(), f"sum_{len(self._names)}")
        self._kinds |= dict.fromkeys(kinds)

    def of(self, measure: Measure, kind: Subject) -> Whole:
        """A sum of each subject, in the order of `told[kind].subject_ids`."""
        return self.told[kind].sums[self._name_of[measure]]

    def add_up(self) -> None:
        """Read the rows, once for all kinds of subject."""
        if not self._kinds:
            return
        keys = _keys(list(self._kinds))
        subjects = {key.value: ibis.literal("") if key is Subject.CITY else self._rows[key.value] for key in keys}
        added = self._added(self._rows.select(**subjects, **{name: op.to_expr() for op, name in self._names.items()}), keys)
        for kind in self._kinds:
            key = kind if kind in keys else keys[0]
            self.told[kind] = _by_subject(added[key], kind, key, list(self._names.values()))

    def _added(self, narrow: Table, keys: Sequence[Subject]) -> dict[Subject, pa.Table]:
        """The sums by each key. Rows without a subject stand under an empty one."""
        backend = narrow.get_backend()
        columns = ", ".join(key.value for key in keys)
        sums = ", ".join(f"CAST(SUM({name}) AS BIGINT) AS {name}" for name in self._names.values())
        sets = ", ".join(f"({key.value})" for key in keys)
        # Ibis has no words for grouping sets; both engines read these.
        statement = (
            f"SELECT GROUPING_ID({columns}) AS grouped, {columns}, {sums} "  # noqa: S608 - our own words
            f"FROM ({ibis.to_sql(narrow, dialect=backend.name)}) AS counted GROUP BY GROUPING SETS ({sets})"
        )
        types = {key.value: narrow[key.value].type() for key in keys} | dict.fromkeys(self._names.values(), "int64")
        told = backend.sql(statement, schema=ibis.schema({"grouped": "int64"} | types)).to_pyarrow()
        every = (1 << len(keys)) - 1
        return {key: told.filter(pc.equal(told["grouped"], every ^ (1 << (len(keys) - 1 - n)))) for n, key in enumerate(keys)}


def in_period(rows: Table, begin: datetime, end: datetime) -> Table:
    """The rows that count in a half-open span: those of its moments, and those of earlier ones that it took over unfinished."""
    first, last = ibis.literal(begin), ibis.literal(end)
    inside = rows.at >= first
    if "carried_until" in rows.columns:
        inside = inside | (rows.carried_until >= first)
    return rows.filter(inside & (rows.at < last))


def number_of(rows: Table, measure: Measure) -> Any:
    """The value of each row as a whole number."""
    value = measure.value(rows)
    if value is True:
        return rows.case_id.isnull().ifelse(0, 1).cast("int64")
    if value.type().is_boolean():
        return value.fill_null(False).cast("int64")
    return value.fill_null(0).cast("int64")


def _keys(kinds: Sequence[Subject]) -> list[Subject]:
    """By what rows are added up, so that every kind of subject can be told: of areas only the smallest; the city from whatever there is."""
    areas = [area for area in AREAS if area in kinds][:1]
    others = [kind for kind in kinds if kind not in AREAS and kind is not Subject.CITY]
    return [*areas, *others] or [Subject.CITY]


def _by_subject(added: pa.Table, kind: Subject, key: Subject, names: Sequence[str]) -> Told:
    """What the rows of each subject come to, from sums by `key`."""
    whose = added[key.value]
    if kind is Subject.CITY:
        subject = pa.array([""] * added.num_rows, pa.string())
    elif kind is key:
        subject = pc.cast(whose, pa.string())
    else:
        subject = pc.cast(pc.divide(whose, CODES_IN[kind] // CODES_IN[key]), pa.string())
    rows = added.select(names).append_column("subject", subject)
    rows = rows.filter(pc.is_valid(rows["subject"]))
    if kind is not key:
        rows = rows.group_by("subject").aggregate([(name, "sum") for name in names]).rename_columns(["subject", *names])
    return Told(rows["subject"].to_pylist(), {name: pc.fill_null(rows[name], 0).to_numpy().astype(np.int64) for name in names})
