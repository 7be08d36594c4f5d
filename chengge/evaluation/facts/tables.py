"""Which tables of facts there are: those that the subsystems' rooms `facts.py` name."""

from importlib import import_module
from importlib.util import find_spec

import pyarrow as pa
from django.apps import apps

from chengge.domain.facts import FactTable, Kind

TYPES: dict[Kind, pa.DataType] = {
    Kind.WHOLE: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.TEXT: pa.string(),
    Kind.YES_NO: pa.bool_(),
    Kind.MOMENT: pa.timestamp("us", tz="UTC"),
    Kind.DAY: pa.date32(),
}


def fact_tables() -> tuple[FactTable, ...]:
    """Every table of facts, in the order of the installed subsystems. Raises ValueError where two have one name."""
    found: dict[str, FactTable] = {}
    for subsystem in apps.get_app_configs():
        room = f"{subsystem.name}.facts"
        if not subsystem.name.startswith("chengge.") or subsystem.label == "evaluation" or find_spec(room) is None:
            continue
        for table in import_module(room).TABLES:
            if table.name in found:
                raise ValueError(f"two subsystems tell of facts called {table.name}")
            found[table.name] = table
    return tuple(found.values())


def schema_of(table: FactTable) -> pa.Schema:
    """The columns of a table as Parquet keeps them."""
    return pa.schema([pa.field(column.name, TYPES[column.kind]) for column in table.columns])
