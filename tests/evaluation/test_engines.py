"""Every engine comes to the same figures."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bench.made_facts import make
from bench.made_lives import Size
from chengge.evaluation.facts import FactStore
from chengge.evaluation.indicators import Facts, Settings, Subject, indicators, local_spark, reckon_all, with_duckdb, with_spark

BEGIN, END = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
# For a few rows, compiling what Spark is going to do takes longer than doing it.
FOR_LITTLE = {"spark.sql.shuffle.partitions": "1", "spark.sql.codegen.wholeStage": "false", "spark.sql.adaptive.enabled": "false"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FactStore:
    """A made-up year of 1 200 cases."""
    made = FactStore(tmp_path_factory.mktemp("facts"))
    make(made, Size(1_200))
    return made


@pytest.fixture
def spark() -> Iterator[Any]:
    pytest.importorskip("pyspark", reason="pyspark is not installed; it comes with the extra `spark`")
    if shutil.which("java") is None:
        pytest.skip("there is no Java on this machine; Spark wants version 17")
    with local_spark(FOR_LITTLE) as session:
        yield session


def every_figure(facts: Facts) -> list[Any]:
    return reckon_all(facts, indicators(Settings()), Subject, BEGIN, END)


@pytest.mark.slow
def test_spark_comes_to_the_same_figures_as_duckdb(store: FactStore, spark: Any):
    figures = every_figure(with_duckdb(store, Settings()))
    assert {figure.subject for figure in figures} == set(Subject)
    assert every_figure(with_spark(store, Settings(), spark, months=["2026-01", "2026-02", "2026-03"])) == figures


def test_facts_that_were_made_for_measuring_hold_what_every_indicator_counts(store: FactStore):
    told = {figure.code for figure in every_figure(with_duckdb(store, Settings()))}
    never_there = {"C4", "C13", "C17", "C22"}  # nobody reopens, urges or corrects, and nothing comes twice
    assert {one.code for one in indicators(Settings())} - told <= never_there
