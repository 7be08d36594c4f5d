"""Reckoning indicators: every sum over a population in one pass for each subject, then put together.

The same Ibis expressions run on DuckDB here and on Spark for a province. A period is half-open, in moments of the city.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _

from chengge.evaluation.indicators.populations import POPULATIONS
from chengge.evaluation.indicators.shapes import Facts, Indicator, Measure, Subject, Table, Unit


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator of one subject in one period.

    Attributes:
        subject_id: code of an area or class, id of an organization or member; "" for the whole city.
        denominator: None for a plain count.
    """

    code: str
    subject: Subject
    subject_id: str
    numerator: int
    denominator: int | None
    unit: Unit

    @property
    def value(self) -> float | None:
        """The figure; None over an empty denominator: nothing was there to be judged."""
        if self.denominator is None:
            return float(self.numerator)
        return self.numerator / self.denominator if self.denominator else None


def reckon(facts: Facts, wanted: Sequence[Indicator], subject: Subject, begin: datetime, end: datetime) -> list[Figure]:
    """Every wanted indicator that may be reckoned for this kind of subject, for every subject that has any row.

    Args:
        begin, end: aware moments; rows count whose own moment lies from `begin` to before `end`.
    """
    reckoned = [indicator for indicator in wanted if subject in indicator.subjects]
    sums = _sums(facts, {measure for one in reckoned for measure in (one.numerator, one.denominator) if measure}, subject, begin, end)
    figures = []
    for indicator in reckoned:
        above = sums[indicator.numerator]
        below = sums[indicator.denominator] if indicator.denominator else {}
        for subject_id in sorted(above.keys() | below.keys()):
            numerator = above.get(subject_id, 0)
            denominator = below.get(subject_id, 0) if indicator.denominator else None
            if numerator or denominator:
                figures.append(Figure(indicator.code, subject, subject_id, numerator, denominator, indicator.unit))
    return figures


def case_ids(facts: Facts, measure: Measure, subject: Subject, subject_id: str, begin: datetime, end: datetime) -> list[int]:
    """The cases that a sum was made of: those whose rows counted, each once, in order."""
    rows = _in_period(POPULATIONS[measure.population].rows(facts), begin, end)
    rows = rows.filter(_number(rows, measure) > 0)
    if subject is not Subject.CITY:
        rows = rows.filter(rows[subject.value].cast("string") == subject_id)
    return [int(case_id) for case_id in rows.select("case_id").distinct().order_by("case_id").execute()["case_id"]]


def rows_by_subject(facts: Facts, indicator: Indicator, subject: Subject, begin: datetime, end: datetime) -> dict[str, pa.Table]:
    """What an indicator's sums were made of, case by case: what a bootstrap over cases draws from.

    Returns:
        By subject id a table of `case_id`, `numerator` and `denominator` (whole numbers), in the order of the cases, each case once: where
        several of its rows counted they are added up, so that drawing a case draws all of it. The sums of the columns are the figure's
        numerator and denominator; a plain count has a denominator of 0 everywhere. Rows that belong to no case have case_id 0 and
        stand singly.

    Raises:
        ValueError: the indicator is not reckoned for this kind of subject.
    """
    if subject not in indicator.subjects:
        raise ValueError(f"{indicator.code} is not reckoned by {subject.value}")
    parts = [_rows_of(facts, measure, subject, begin, end) for measure in (indicator.numerator, indicator.denominator) if measure]
    nothing = ibis.literal(0, "int64")
    told = parts[0].mutate(numerator="number", denominator=nothing).drop("number")
    if len(parts) == 2:
        told = told.union(parts[1].mutate(numerator=nothing, denominator="number").drop("number"))
    single = told.filter(told.case_id == 0)
    of_cases = (
        told.filter(told.case_id != 0).group_by(["subject", "case_id"]).agg(numerator=_.numerator.sum(), denominator=_.denominator.sum())
    )
    whole = {"numerator": "int64", "denominator": "int64"}
    rows = of_cases.cast(whole).union(single.cast(whole)).order_by(["subject", "case_id"]).to_pyarrow()
    return _apart(rows)


def _apart(rows: pa.Table) -> dict[str, pa.Table]:
    """A table sorted by its column `subject`, cut into one for each without that column."""
    if rows.num_rows == 0:
        return {}
    runs = pc.run_end_encode(rows["subject"].combine_chunks())
    ends = runs.run_ends.to_pylist()
    values = rows.drop_columns("subject")
    begins = [0, *ends[:-1]]
    return {name: values.slice(begin, end - begin) for name, begin, end in zip(runs.values.to_pylist(), begins, ends, strict=True)}


def _rows_of(facts: Facts, measure: Measure, subject: Subject, begin: datetime, end: datetime) -> Table:
    """The rows that count in a sum: subject, case and number."""
    rows = _in_period(POPULATIONS[measure.population].rows(facts), begin, end)
    whose = ibis.literal("") if subject is Subject.CITY else rows[subject.value].cast("string")
    told = rows.select("case_id", subject=whose, number=_number(rows, measure))
    return told.filter(told.subject.notnull() & (told.number != 0))


def _sums(facts: Facts, measures: Iterable[Measure], subject: Subject, begin: datetime, end: datetime) -> dict[Measure, dict[str, int]]:
    by_population: dict[str, list[Measure]] = defaultdict(list)
    for measure in measures:
        by_population[measure.population].append(measure)
    sums: dict[Measure, dict[str, int]] = {}
    for name, own in by_population.items():
        rows = _in_period(POPULATIONS[name].rows(facts), begin, end)
        named = {f"sum_{number}": _number(rows, measure).sum() for number, measure in enumerate(own)}
        if subject is Subject.CITY:
            found = rows.aggregate(**named).mutate(subject=ibis.literal(""))
        else:
            whose = rows[subject.value].cast("string")
            found = rows.filter(whose.notnull()).group_by(subject=whose).aggregate(**named)
        told = found.to_pyarrow().to_pylist()
        for number, measure in enumerate(own):
            sums[measure] = {row["subject"]: int(row[f"sum_{number}"] or 0) for row in told}
    return sums


def _in_period(rows: Table, begin: datetime, end: datetime) -> Table:
    return rows.filter((rows.at >= ibis.literal(begin)) & (rows.at < ibis.literal(end)))


def _number(rows: Table, measure: Measure) -> Any:
    """The value of each row as a whole number."""
    value = measure.value(rows)
    if value is True:
        return rows.case_id.isnull().ifelse(0, 1).cast("int64")
    if value.type().is_boolean():
        return value.fill_null(False).cast("int64")
    return value.fill_null(0).cast("int64")
