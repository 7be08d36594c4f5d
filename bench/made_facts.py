"""Facts of a city that never was, written in the layout of the store.

Nothing here passes through the door: these facts are for measuring how long counting takes, and are thrown away.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.made_lives import NONE, YEAR, Size
from bench.made_tables import Tables
from chengge.domain.facts import FactTable, Kind
from chengge.evaluation.facts import FactStore, fact_tables
from chengge.evaluation.facts.store import ROWS_A_GROUP, Manifest, layout_of
from chengge.evaluation.facts.tables import schema_of


def make(store: FactStore, size: Size) -> None:
    """Write a year of facts."""
    tables = {table.name: table for table in fact_tables()}
    as_of = datetime(YEAR + 1, 1, 1, tzinfo=UTC)
    manifest = Manifest(layout=layout_of(fact_tables()), read_to="made", read_at=int(as_of.timestamp()))
    share, first_id = size.cases // 12, 1
    for month in range(1, 13):
        made = Tables(size, month, share if month < 12 else size.cases - 11 * share, first_id)
        for name, columns in made.tables():
            _write(store, manifest, tables[name], f"{YEAR}-{month:02}", columns)
        first_id += made.count
    store.finish(manifest)


def _write(store: FactStore, manifest: Manifest, table: FactTable, month: str, columns: Mapping[str, Any]) -> None:
    """Write a month as the store would: the rows come sorted, so nothing is sorted again."""
    arrays = []
    for column in table.columns:
        values = columns[column.name]
        if isinstance(values, np.ndarray):
            empty = 0 if column.kind is Kind.MOMENT else NONE
            nothing = values == empty if column.kind in (Kind.MOMENT, Kind.WHOLE) else None
            mask = nothing if nothing is not None and nothing.any() and _may_be_empty(column.name) else None
            values = pa.array(values * 10**6 if column.kind is Kind.MOMENT else values, mask=mask)
        arrays.append(values)
    kinds = schema_of(table)
    types = [arrays[n].type if pa.types.is_dictionary(arrays[n].type) else field.type for n, field in enumerate(kinds)]
    rows = pa.table([array.cast(kind) for array, kind in zip(arrays, types, strict=True)], names=kinds.names)
    if rows.num_rows == 0:
        return
    name = f"{month}-made.parquet"
    path = store.folder / table.name / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, path, compression="zstd", row_group_size=ROWS_A_GROUP, store_schema=False)
    manifest.files.setdefault(table.name, {})[month] = {"file": name, "rows": rows.num_rows}


def _may_be_empty(name: str) -> bool:
    return name not in ("case_id", "seq", "ordinal")
