"""Where expressions run: DuckDB over the Parquet files of the facts."""

from collections.abc import Sequence
from datetime import UTC, datetime

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


def with_duckdb(store: FactStore, settings: Settings, months: Sequence[str] | None = None, memory: str = "3GB") -> Facts:
    """The facts as DuckDB reads them.

    Args:
        months: the months of report to read; None: all.
        memory: how much DuckDB may take before it works on the disk.
    """
    engine = ibis.duckdb.connect(threads=2, memory_limit=memory)
    tables = {}
    for table in fact_tables():
        paths = [str(path) for path in store.paths(table.name, months)]
        if paths:
            tables[table.name] = engine.read_parquet(paths, table_name=table.name)
        else:
            tables[table.name] = engine.sql(_nothing(table))
    return Facts(tables, datetime.fromtimestamp(store.manifest().read_at, UTC), settings)


def _nothing(table: FactTable) -> str:
    """A query of a table's columns without a row."""
    return f"SELECT {', '.join(f'CAST(NULL AS {SQL_TYPES[column.kind]}) AS {column.name}' for column in table.columns)} WHERE false"
