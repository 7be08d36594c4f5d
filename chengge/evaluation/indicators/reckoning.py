"""Reckoning indicators: every sum over a population in one pass for each subject, then put together.

The same Ibis expressions run on DuckDB here and on Spark for a province. A period is half-open, in moments of the city.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis

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
