"""Indicators: declared once, reckoned from the facts for any subject, opened down to the case."""

from chengge.evaluation.indicators.catalogue import indicators
from chengge.evaluation.indicators.engines import local_spark, with_duckdb, with_spark
from chengge.evaluation.indicators.populations import POPULATIONS, only_cases
from chengge.evaluation.indicators.reckoning import Figure, case_ids, reckon, reckon_all, rows_by_subject
from chengge.evaluation.indicators.shapes import Better, Facts, Indicator, Measure, Population, Settings, Subject, Unit

__all__ = [
    "POPULATIONS",
    "Better",
    "Facts",
    "Figure",
    "Indicator",
    "Measure",
    "Population",
    "Settings",
    "Subject",
    "Unit",
    "case_ids",
    "indicators",
    "local_spark",
    "only_cases",
    "reckon",
    "reckon_all",
    "rows_by_subject",
    "with_duckdb",
    "with_spark",
]
