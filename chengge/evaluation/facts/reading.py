"""Reading facts out of PostgreSQL: by COPY as CSV, which Arrow takes in a column at a time."""

import io
from typing import Any

import pyarrow as pa
from pyarrow import csv

from chengge.domain.facts import FactTable, Kind
from chengge.evaluation.facts.tables import TYPES, schema_of
from chengge.organization.queries import AS_THE_CITY_COUNTS

TOUCHED = "(SELECT sitting.* FROM casework_case sitting JOIN touched_cases USING (id))"


def cases_of_month(month: str) -> str:
    """The cases reported in a month of the city, such as 2026-10, as a FROM item."""
    begin = f"('{month}-01'::timestamp {AS_THE_CITY_COUNTS})"
    end = f"('{month}-01'::timestamp + interval '1 month') {AS_THE_CITY_COUNTS}"
    return f"(SELECT * FROM casework_case WHERE reported_at >= {begin} AND reported_at < {end})"  # noqa: S608 (a checked month)


def read(cursor: Any, table: FactTable, source: str, condition: str = "true") -> pa.Table:
    """The rows of a table in the order of its key.

    Args:
        source: the table's FROM clause with its cases put in.
        condition: which of them.
    """
    columns = ", ".join(_as_sent(column.sql, column.kind) for column in table.columns)
    order = ", ".join(str([column.name for column in table.columns].index(name) + 1) for name in table.key)
    statement = f"COPY (SELECT {columns} FROM {source} WHERE {condition} ORDER BY {order}) TO STDOUT (FORMAT csv)"  # noqa: S608
    taken = io.BytesIO()
    with cursor.copy(statement) as copy:
        for block in copy:
            taken.write(block)
    schema = schema_of(table)
    if taken.tell() == 0:
        return schema.empty_table()
    taken.seek(0)
    received = csv.read_csv(
        taken,
        read_options=csv.ReadOptions(column_names=schema.names),
        convert_options=csv.ConvertOptions(
            column_types={column.name: pa.int64() if column.kind is Kind.MOMENT else TYPES[column.kind] for column in table.columns},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )
    return received.cast(schema)


def _as_sent(sql: str, kind: Kind) -> str:
    return f"(extract(epoch FROM {sql}) * 1000000)::bigint" if kind is Kind.MOMENT else sql
