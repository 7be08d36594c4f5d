"""The table of fixes, below the models: its months, and rows that go in by binary COPY straight from arrays.

A batch is turned into PostgreSQL's binary rows by NumPy, so no value passes through Python on its way.
"""

from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

TABLE = "field_trackpoint"
E7 = 10_000_000  # degrees are kept as whole numbers of 1e-7
_POSTGRES_EPOCH_SECONDS = 946_684_800  # 2000-01-01
_COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_END = b"\xff\xff"


def month_of(at: datetime) -> datetime:
    """The first moment of the month (UTC) in which a moment lies."""
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def months_on(month: datetime, months: int) -> datetime:
    """The first moment of the month so many months later, or earlier."""
    number = month.year * 12 + month.month - 1 + months
    return month.replace(year=number // 12, month=number % 12 + 1)


def table_of(month: datetime) -> str:
    return f"{TABLE}_{month:%Y%m}"


def ensure_months(first: datetime, last: datetime) -> None:
    """Make the tables of the months from `first` to `last` where they are missing. One query where none is."""
    months = [month_of(first)]
    while months[-1] < month_of(last):
        months.append(months_on(months[-1], 1))
    with connection.cursor() as cursor:
        names = [table_of(month) for month in months]
        cursor.execute("SELECT relname FROM pg_class WHERE relname = ANY(%s) AND pg_table_is_visible(oid)", [names])
        there = {name for (name,) in cursor.fetchall()}
        for month in months:
            if table_of(month) not in there:
                begins, ends = f"{month:%Y-%m-%d}T00:00Z", f"{months_on(month, 1):%Y-%m-%d}T00:00Z"
                cursor.execute(
                    f"CREATE TABLE IF NOT EXISTS {table_of(month)} PARTITION OF {TABLE} FOR VALUES FROM ('{begins}') TO ('{ends}')"
                )


def months_kept() -> list[str]:
    """The months' tables by name, oldest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid "
            "WHERE inhparent = %s::regclass ORDER BY child.relname",
            [TABLE],
        )
        return [name for (name,) in cursor.fetchall()]


def drop_months_before(month: datetime) -> list[str]:
    """Drop the tables of all months before `month`; returns their names."""
    old = [name for name in months_kept() if name < table_of(month)]
    with connection.cursor() as cursor:
        for name in old:
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)}")
    return old


def copy_points(
    member: NDArray[np.int64],
    at: NDArray[np.int64],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    accuracy_m: NDArray[np.float64],
    grid: NDArray[np.int64],
    verdict: NDArray[np.int8],
    into: str = TABLE,
) -> None:
    """Write fixes that are in no table yet (`at` in epoch seconds)."""
    copy_columns(
        into,
        {
            "at": moments(at),
            "grid_code": grid.astype(">i8"),
            "member_id": member.astype(">i4"),
            "lon_e7": np.rint(lon * E7).astype(">i4"),
            "lat_e7": np.rint(lat * E7).astype(">i4"),
            "accuracy_m": np.rint(accuracy_m).astype(">i2"),
            "verdict": verdict.astype(">i2"),
        },
    )


def add_points(columns: tuple[NDArray[Any], ...]) -> int:
    """Write fixes of which some may be there already (the arrays of `copy_points`); returns how many were new."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS tracks_late (LIKE {TABLE}) ON COMMIT DELETE ROWS")
        cursor.execute("DELETE FROM tracks_late")
        copy_points(*columns, into="tracks_late")  # type: ignore[arg-type, misc]
        cursor.execute(f"INSERT INTO {TABLE} SELECT * FROM tracks_late ON CONFLICT DO NOTHING")  # noqa: S608
        return cursor.rowcount


def copy_columns(table: str, columns: dict[str, NDArray[Any]]) -> None:
    """COPY arrays of big-endian values of one length into a table; their types must be those of the columns."""
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for name, values in columns.items():
        layout += [(f"{name} length", ">i4"), (name, values.dtype.str)]
    rows = np.empty(len(next(iter(columns.values()))), dtype=layout)
    rows["fields"] = len(columns)
    for name, values in columns.items():
        rows[f"{name} length"], rows[name] = values.dtype.itemsize, values
    named = ", ".join(columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({named}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(_COPY_HEAD + rows.tobytes() + _COPY_END)


def moments(at: NDArray[np.int64]) -> NDArray[Any]:
    """Epoch seconds as PostgreSQL keeps a timestamp with time zone."""
    found: NDArray[Any] = ((at - _POSTGRES_EPOCH_SECONDS) * 1_000_000).astype(">i8")
    return found


POINT = np.dtype([("at", "i8"), ("lon", "f8"), ("lat", "f8"), ("accuracy_m", "i2"), ("grid", "i8"), ("verdict", "i2")])


def points_of(member_id: int, since: datetime, until: datetime) -> NDArray[np.void]:
    """A member's fixes from `since` to before `until`, in order, as rows of `POINT`. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM at)::bigint, lon_e7, lat_e7, accuracy_m, grid_code, verdict "
            "FROM field_trackpoint WHERE member_id = %s AND at >= %s AND at < %s ORDER BY at",
            [member_id, since, until],
        )
        rows = cursor.fetchall()
    found = np.zeros(len(rows), dtype=POINT)
    if rows:
        table = np.array(rows, dtype=np.int64)
        for number, name in enumerate(("at", "lon", "lat", "accuracy_m", "grid", "verdict")):
            found[name] = table[:, number] / E7 if name in ("lon", "lat") else table[:, number]
    return found
