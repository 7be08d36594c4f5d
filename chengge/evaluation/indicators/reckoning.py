"""Reckoning indicators: every sum over a population in one pass for all subjects, then put together.

The same Ibis expressions run on DuckDB here and on Spark for a province. A period is half-open, in moments of the city.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _

from chengge.evaluation.indicators.populations import POPULATIONS
from chengge.evaluation.indicators.shapes import Facts, Indicator, Measure, Subject, Table, Unit
from chengge.evaluation.indicators.summing import Sums, Whole, in_period, number_of


class Figure(NamedTuple):
    """One indicator of one subject in one period. A tuple, since a big city has a million of them.

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
    return reckon_all(facts, wanted, [subject], begin, end)


def reckon_all(facts: Facts, wanted: Sequence[Indicator], subjects: Iterable[Subject], begin: datetime, end: datetime) -> list[Figure]:
    """Every wanted indicator for every subject of several kinds: kind by kind, in the order of `wanted`, then by subject id.

    Each population is read once, whatever is asked of it.
    """
    kinds = list(dict.fromkeys(subjects))
    populations: dict[str, Sums] = {}
    for indicator in wanted:
        own_kinds = [kind for kind in kinds if kind in indicator.subjects]
        for measure in (indicator.numerator, indicator.denominator):
            if measure and own_kinds:
                if measure.population not in populations:
                    populations[measure.population] = Sums(facts, measure.population, begin, end)
                populations[measure.population].want(measure, own_kinds)
    for sums in populations.values():
        sums.add_up()
    return [figure for kind in kinds for figure in _of_kind(kind, [one for one in wanted if kind in one.subjects], populations)]


def _of_kind(kind: Subject, wanted: Sequence[Indicator], populations: dict[str, Sums]) -> Iterator[Figure]:
    """The figures of one kind of subject."""
    told = {name: sums.told[kind] for name, sums in populations.items() if kind in sums.told}
    subject_ids = sorted({subject_id for one in told.values() for subject_id in one.subject_ids})
    place_of = {subject_id: place for place, subject_id in enumerate(subject_ids)}
    places = {name: np.array([place_of[subject_id] for subject_id in one.subject_ids], np.int64) for name, one in told.items()}

    def spread(measure: Measure) -> Whole:
        """A sum of every subject in order; 0 where a subject has nothing."""
        whole = np.zeros(len(subject_ids), np.int64)
        whole[places[measure.population]] = populations[measure.population].of(measure, kind)
        return whole

    for one in wanted:
        above, below = spread(one.numerator), spread(one.denominator) if one.denominator else None
        there = np.flatnonzero(above if below is None else (above != 0) | (below != 0))
        denominators = [None] * len(there) if below is None else below[there].tolist()
        for place, numerator, denominator in zip(there.tolist(), above[there].tolist(), denominators, strict=True):
            yield Figure(one.code, kind, subject_ids[place], numerator, denominator, one.unit)


def case_ids(facts: Facts, measure: Measure, subject: Subject, subject_id: str, begin: datetime, end: datetime) -> list[int]:
    """The cases that a sum was made of: those whose rows counted, each once, in order."""
    rows = in_period(POPULATIONS[measure.population].rows(facts), begin, end)
    rows = rows.filter(number_of(rows, measure) > 0)
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
    rows = in_period(POPULATIONS[measure.population].rows(facts), begin, end)
    whose = ibis.literal("") if subject is Subject.CITY else rows[subject.value].cast("string")
    told = rows.select("case_id", subject=whose, number=number_of(rows, measure))
    return told.filter(told.subject.notnull() & (told.number != 0))
