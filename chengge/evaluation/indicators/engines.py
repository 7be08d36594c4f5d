"""Where expressions run: DuckDB over the Parquet files of the facts, or Spark over the same files for a province."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import ibis

from chengge.domain.facts import FactTable, Kind
from chengge.evaluation.facts.store import FactStore
from chengge.evaluation.facts.tables import fact_tables
from chengge.evaluation.indicators.shapes import Facts, Settings

SQL_TYPES = {
    Kind.WHOLE: "BIGINT",
    Kind.NUMBER: "DOUBLE",
    Kind.TEXT: "VARCHAR",
    Kind.YES_NO: "BOOLEAN",
    Kind.MOMENT: "TIMESTAMPTZ",
    Kind.DAY: "DATE",
}
SPARK_TYPES = SQL_TYPES | {Kind.TEXT: "STRING", Kind.MOMENT: "TIMESTAMP"}

# For a session of our own on this machine; a cluster has its own.
LOCAL_SPARK = {
    "spark.master": "local[2]",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "4",
    "spark.driver.memory": "2g",
    "spark.log.level": "ERROR",
}
NEEDED_OF_SPARK = {"spark.sql.session.timeZone": "UTC"}  # days become moments as they do in DuckDB


def with_duckdb(store: FactStore, settings: Settings, months: Sequence[str] | None = None, memory: str = "3GB") -> Facts:
    """The facts as DuckDB reads them.

    Args:
        months: the months of report to read; None: all.
        memory: how much DuckDB may take before it works on the disk.
    """
    engine = ibis.duckdb.connect(threads=2, memory_limit=memory)
    engine.raw_sql("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    tables = {}
    for table in fact_tables():
        paths = [str(path) for path in store.paths(table.name, months)]
        if paths:
            tables[table.name] = engine.read_parquet(paths, table_name=table.name)
        else:
            tables[table.name] = engine.sql(_nothing(table, SQL_TYPES))
    return Facts(tables, datetime.fromtimestamp(store.manifest().read_at, UTC), settings)


def with_spark(store: FactStore, settings: Settings, session: Any, months: Sequence[str] | None = None) -> Facts:
    """The facts as a Spark session reads them, from the same files or from an object store into which their folder was copied.

    Args:
        session: a SparkSession; its time zone must be UTC, as `local_spark` has it.
        months: the months of report to read; None: all.

    Raises:
        ValueError: the session's time zone is another.
    """
    for name, value in NEEDED_OF_SPARK.items():
        if session.conf.get(name) != value:
            raise ValueError(f"the Spark session needs {name} = {value}, it has {session.conf.get(name)}")
    engine = ibis.pyspark.connect(session)
    tables = {}
    for table in fact_tables():
        paths = [str(path) for path in store.paths(table.name, months)]
        columns = ", ".join(f"{column.name} {SPARK_TYPES[column.kind]}" for column in table.columns)
        rows = session.read.schema(columns).parquet(*paths) if paths else session.sql(_nothing(table, SPARK_TYPES))
        rows.createOrReplaceTempView(table.name)
        tables[table.name] = engine.table(table.name)
    return Facts(tables, datetime.fromtimestamp(store.manifest().read_at, UTC), settings)


@contextmanager
def local_spark(options: Mapping[str, str] = MappingProxyType({})) -> Iterator[Any]:
    """A Spark session on two cores of this machine.

    Args:
        options: of Spark, besides and above `LOCAL_SPARK`.

    Raises:
        ImportError: no pyspark; it comes with the extra `spark`.
        RuntimeError: no Java 17.
    """
    from pyspark.errors import PySparkRuntimeError
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("chengge")
    for name, value in (LOCAL_SPARK | dict(options) | NEEDED_OF_SPARK).items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except (PySparkRuntimeError, OSError) as failure:
        raise RuntimeError(f"Spark could not be started; it wants Java 17 (java -version tells): {failure}") from None
    try:
        yield session
    finally:
        session.stop()


def _nothing(table: FactTable, types: dict[Kind, str]) -> str:
    """A query of a table's columns without a row."""
    return f"SELECT {', '.join(f'CAST(NULL AS {types[column.kind]}) AS {column.name}' for column in table.columns)} WHERE false"
