"""What a score was made of, case by case: for every subject each of its cases with all that it counts in every sum of the scheme.

One reckoning serves three: the bootstrap draws from it, an explanation opens it, a comparison of runs says which cases came and went.
It is kept beside the facts as Parquet, sorted by subject, and made anew from pinned facts wherever it is missing.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from chengge.domain.resampling import Column
from chengge.evaluation.indicators import POPULATIONS, Facts, Indicator, Measure, Subject
from chengge.evaluation.indicators.summing import in_period, number_of

ROWS_A_GROUP = 16_384
ABOVE, BELOW = "numerator ", "denominator "  # names of columns, before the code of the indicator
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Cases by what they count.

    Attributes:
        subject_ids: those that occur, in order.
        begins: where the rows of each begin; one longer than `subject_ids`.
        case_ids: by row; 0 for a row of the facts that belongs to no case (a day of patrol), which stands singly.
        sums: rows by columns, a column for each different sum of the indicators.
        columns: by the code of the indicator.
    """

    subject_ids: tuple[str, ...]
    begins: Whole
    case_ids: Whole
    sums: Whole
    columns: Mapping[str, Column]

    def of(self, subject_id: str) -> tuple[Whole, Whole]:
        """Case ids and sums of one subject; empty ones where it has none."""
        if subject_id not in self.subject_ids:
            return self.case_ids[:0], self.sums[:0]
        number = self.subject_ids.index(subject_id)
        rows = slice(self.begins[number], self.begins[number + 1])
        return self.case_ids[rows], self.sums[rows]


def gathered(facts: Facts, wanted: Sequence[Indicator], subject: Subject, begin: datetime, end: datetime) -> Evidence:
    """The evidence of a half-open span: one query for each population that the indicators count."""
    measures: dict[Measure, int] = {}
    columns = {}
    for one in wanted:
        above = measures.setdefault(one.numerator, len(measures))
        columns[one.code] = Column(above, measures.setdefault(one.denominator, len(measures)) if one.denominator else None)
    by_population: dict[str, list[Measure]] = {}
    for measure in measures:
        by_population.setdefault(measure.population, []).append(measure)
    told = [(own, _of_population(facts, name, own, subject, begin, end)) for name, own in by_population.items()]
    return _put_together([([measures[one] for one in own], rows) for own, rows in told], len(measures), columns)


def write(path: Path, evidence: Evidence) -> None:
    """Keep evidence as a file, written aside and moved into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    owners = np.repeat(np.arange(len(evidence.subject_ids)), np.diff(evidence.begins))
    names = pa.DictionaryArray.from_arrays(pa.array(owners, pa.int32()), pa.array(evidence.subject_ids, pa.string()))
    table: dict[str, Any] = {"subject_id": names.cast(pa.string()), "case_id": evidence.case_ids}
    for code, column in evidence.columns.items():
        table[ABOVE + code] = evidence.sums[:, column.numerator]
        if column.denominator is not None:
            table[BELOW + code] = evidence.sums[:, column.denominator]
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    pq.write_table(pa.table(table), aside, compression="zstd", row_group_size=ROWS_A_GROUP)
    aside.replace(path)


def read(path: Path, subject_id: str, code: str | None = None) -> Evidence:
    """The evidence of one subject, of all indicators or of one alone. Raises FileNotFoundError."""
    there = pq.read_schema(path).names
    names = [name for name in there[2:] if code is None or name in (ABOVE + code, BELOW + code)]
    rows = pq.read_table(path, columns=["case_id", *names], filters=[("subject_id", "=", subject_id)])
    columns = {
        name.removeprefix(ABOVE): Column(number, names.index(below) if (below := BELOW + name.removeprefix(ABOVE)) in names else None)
        for number, name in enumerate(names)
        if name.startswith(ABOVE)
    }
    sums = np.stack([_whole(rows[name]) for name in names], axis=1) if names else np.zeros((rows.num_rows, 0), np.int64)
    return Evidence((subject_id,), np.array([0, rows.num_rows]), _whole(rows["case_id"]), sums, columns)


def _of_population(facts: Facts, name: str, own: Sequence[Measure], subject: Subject, begin: datetime, end: datetime) -> pa.Table:
    rows = in_period(POPULATIONS[name].rows(facts), begin, end)
    whose = ibis.literal("") if subject is Subject.CITY else rows[subject.value].cast("string")
    numbers = {f"sum_{number}": number_of(rows, measure) for number, measure in enumerate(own)}
    told = rows.select("case_id", subject=whose, **numbers)
    counts = told[next(iter(numbers))] != 0
    for column in list(numbers)[1:]:
        counts = counts | (told[column] != 0)
    told = told.filter(told.subject.notnull() & counts)
    whole = dict.fromkeys(numbers, "int64")
    cases = told.filter(told.case_id != 0)
    cases = cases.group_by(["subject", "case_id"]).agg(**{column: cases[column].sum() for column in numbers}).cast(whole)
    single = told.filter(told.case_id == 0).select("subject", "case_id", *numbers).cast(whole)
    return cases.union(single).to_pyarrow()


def _put_together(told: Sequence[tuple[list[int], pa.Table]], width: int, columns: Mapping[str, Column]) -> Evidence:
    """One row for each subject and case, however many populations told of it; rows without a case stay single."""
    names = sorted({name for _numbers, rows in told for name in pc.unique(rows["subject"]).to_pylist()})
    order: dict[str, int] = {name: number for number, name in enumerate(names)}
    owners, case_ids, blocks = [], [], []
    for numbers, rows in told:
        encoded = rows["subject"].combine_chunks().dictionary_encode()
        place = np.array([order[name] for name in encoded.dictionary.to_pylist()], np.int64)
        block = np.zeros((rows.num_rows, width), np.int64)
        for number, column in enumerate(numbers):
            block[:, column] = _whole(rows[f"sum_{number}"])
        owners.append(place[_whole(encoded.indices)] if rows.num_rows else np.zeros(0, np.int64))
        case_ids.append(_whole(rows["case_id"]))
        blocks.append(block)
    owner, case_id = _joined(owners), _joined(case_ids)
    sums = np.concatenate(blocks) if blocks else np.zeros((0, width), np.int64)
    # Rows without a case stay apart, so their order must come from themselves; those of a case are added up.
    own_order = sums.T[::-1] if (case_id == 0).any() else ()
    ordered = np.lexsort((*own_order, case_id, owner))
    owner, case_id, sums = owner[ordered], case_id[ordered], sums[ordered]
    new = np.ones(len(owner), bool)
    new[1:] = (owner[1:] != owner[:-1]) | (case_id[1:] != case_id[:-1]) | (case_id[1:] == 0)
    starts = np.flatnonzero(new)
    sums = np.add.reduceat(sums, starts, axis=0) if len(starts) else sums
    begins = np.searchsorted(owner[starts], np.arange(len(names) + 1))
    return Evidence(tuple(names), begins.astype(np.int64), case_id[starts], sums, columns)


def _whole(values: Any) -> Whole:
    return np.asarray(values, np.int64)


def _joined(arrays: Sequence[Whole]) -> Whole:
    return np.concatenate(arrays) if arrays else np.zeros(0, np.int64)
