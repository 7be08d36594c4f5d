"""A third of the indicators counted without us: SQL as somebody who knows it would write it, and pandas; for the same figures or none."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection, transaction
from pyarrow import csv

from chengge.domain.facts import Kind
from chengge.evaluation.facts import FactStore, fact_tables
from chengge.evaluation.indicators import Figure, Indicator, Subject

KINDS = (Subject.CITY, Subject.STREET, Subject.COMMUNITY, Subject.GRID, Subject.CLASS, Subject.ORGANIZATION, Subject.MEMBER)


@dataclass(frozen=True, slots=True)
class Query:
    """Sums over one table.

    Attributes:
        table, where: the rows; `{begin}` and `{end}` are the period.
        member, organization: the columns that name them.
        counts: what counts at all, as a condition named `counts` in `sums`.
        sums: by code, numerator and denominator as conditions, or (with a leading "=") as a number; no denominator for a count.
    """

    table: str
    where: str
    member: str
    organization: str
    sums: dict[str, tuple[str, str]]
    counts: str = "true"


QUERIES = (
    Query(
        "stages",
        "clock = 'handling' AND due_at >= {begin} AND due_at < {end}",
        "member_id",
        "organization_id",
        {
            "D1": ("counts AND stopped_at IS NOT NULL", "counts"),
            "D2": ("counts AND NOT excused AND NOT overdue", "counts AND NOT excused"),
            "D3": (
                "counts AND NOT excused AND (overdue OR (stopped_at IS NULL AND paused_at IS NULL AND due_at < {as_of}))",
                "counts AND NOT excused",
            ),
            "D5": ("counts AND stage = 'closed'", "counts"),
            "D6": ("counts AND NOT excused AND stage = 'closed' AND NOT overdue", "counts AND NOT excused"),
            "D10": ("=CASE WHEN counts AND stopped_at IS NOT NULL THEN worked_seconds END", "counts AND stopped_at IS NOT NULL"),
            "D14": ("counts AND urgent AND stage = 'closed'", "counts AND urgent"),
            "D16": ("counts AND NOT (excused OR supervised OR overdue) AND stage = 'closed'", "counts AND NOT (excused OR supervised)"),
        },
        counts="NOT suspended AND coalesce(stopped_by NOT IN ('void', 'confirm_return'), true)",
    ),
    Query(
        "cases",
        "reported_at >= {begin} AND reported_at < {end}",
        "inspector_id",
        "department_id",
        {
            "P1": ("inspector_id IS NOT NULL", ""),
            "P2": ("inspector_id IS NOT NULL AND (filed_at IS NOT NULL OR self_disposed)", "inspector_id IS NOT NULL"),
            "P6": ("inspector_id IS NOT NULL AND stage IN ('rejected', 'voided')", "inspector_id IS NOT NULL"),
            "A0": ("true", ""),
            "A1": ("filed_at IS NOT NULL", "true"),
            "A7": ("filed_at IS NOT NULL AND channel IN ('hotline', 'web', 'app', 'open311', 'email', 'sms')", "filed_at IS NOT NULL"),
            "A8": ("filed_at IS NOT NULL", ""),
            "A11": ("ended_at IS NULL", "true"),
            "A12": ("filed_at IS NOT NULL OR self_disposed", "true"),
            "C5": ("self_disposed", "true"),
            "C15": ("stage = 'closed' AND return_count = 0 AND rework_count = 0", "stage = 'closed'"),
            "C18": ("=CASE WHEN stage = 'closed' THEN lasted_seconds END", "stage = 'closed'"),
        },
    ),
    Query(
        "stages",
        "clock = 'acceptance' AND due_at >= {begin} AND due_at < {end}",
        "member_id",
        "organization_id",
        {
            "P11": ("counts AND NOT overdue", "counts"),
            "C20": ("=CASE WHEN counts AND stopped_at IS NOT NULL THEN worked_seconds END", "counts AND stopped_at IS NOT NULL"),
            "C21": ("counts AND stopped_at IS NOT NULL", "counts"),
        },
        counts="NOT suspended AND coalesce(stopped_by <> 'void', true)",
    ),
    Query(
        "tasks",
        "due_at >= {begin} AND due_at < {end}",
        "member_id",
        "NULL::BIGINT",
        {
            "P4": ("kind = 'verify' AND done_at <= due_at", "kind = 'verify'"),
            "P5": ("kind = 'check' AND done_at <= due_at", "kind = 'check'"),
            "A6": ("kind = 'check' AND done_at IS NOT NULL", "kind = 'check'"),
        },
    ),
    Query(
        "assignments",
        "level = 2 AND begun_by = 'dispatch' AND started_at >= {begin} AND started_at < {end}",
        "member_id",
        "organization_id",
        {
            "P15": ("true", ""),
            "P17": ("outcome IS DISTINCT FROM 'confirm_return'", "true"),
            "C1": ("nth = 1 AND outcome IS DISTINCT FROM 'confirm_return'", "nth = 1"),
        },
    ),
)  # fmt: skip
CODES = tuple(code for query in QUERIES for code in query.sums)
CODES_IN_PANDAS = ("D1", "D2", "D5", "D6", "D10", "D14")

Row = tuple[Any, ...]
Found = list[tuple[Query, list[Row]]]


def in_duckdb(store: FactStore, begin: datetime, end: datetime, as_of: datetime) -> Found:
    """Straight from the files, on two threads."""
    engine = duckdb.connect(config={"threads": 2, "memory_limit": "3GB"})
    found = []
    for query in QUERIES:
        paths = [str(path) for path in store.paths(query.table)]
        found.append((query, engine.execute(_sql(query, f"read_parquet({paths})", "//", begin, end, as_of)).fetchall()))
    return found


def in_postgres(store: FactStore, begin: datetime, end: datetime, as_of: datetime) -> tuple[Found, float]:
    """From tables of PostgreSQL that hold the same; loading them does not count. Returns the seconds, too."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name in dict.fromkeys(query.table for query in QUERIES):
            _load(cursor, store, name)
        began = time.perf_counter()
        found = []
        for query in QUERIES:
            cursor.execute(_sql(query, f"made_{query.table}", "/", begin, end, as_of))
            found.append((query, cursor.fetchall()))
        return found, time.perf_counter() - began


def in_pandas(store: FactStore, begin: datetime, end: datetime) -> tuple[dict[tuple[str, Subject], dict[str, tuple[int, int]]], float]:
    """The handlings alone, column by column. Returns the seconds, too."""
    began = time.perf_counter()
    columns = ["clock", "due_at", "stopped_at", "overdue", "suspended", "excused", "urgent", "stage", "stopped_by", "worked_seconds"]
    columns += ["grid_code", "class_code", "organization_id"]
    frame = pd.concat(pd.read_parquet(path, columns=columns) for path in store.paths("stages"))
    frame = frame[(frame.clock == "handling") & (frame.due_at >= begin) & (frame.due_at < end)]
    counts = ~frame.suspended & ~frame.stopped_by.isin(["void", "confirm_return"])
    judged, in_time, closed = counts & ~frame.excused, frame.overdue.eq(False), frame.stage == "closed"
    done = counts & frame.stopped_at.notna()
    sums = {
        "D1": (done, counts),
        "D2": (judged & in_time, judged),
        "D5": (counts & closed, counts),
        "D6": (judged & closed & in_time, judged),
        "D10": (frame.worked_seconds.where(done, 0), done),
        "D14": (counts & frame.urgent & closed, counts & frame.urgent),
    }
    keys = {
        Subject.CITY: pd.Series("", frame.index),
        Subject.STREET: frame.grid_code // 10**6,
        Subject.COMMUNITY: frame.grid_code // 10**3,
        Subject.GRID: frame.grid_code,
        Subject.CLASS: frame.class_code,
        Subject.ORGANIZATION: frame.organization_id,
    }
    found: dict[tuple[str, Subject], dict[str, tuple[int, int]]] = {}
    whole = pd.DataFrame({f"{code}{place}": sums[code][place].astype("int64") for code in sums for place in (0, 1)})
    for kind, key in keys.items():
        added = whole.groupby(key).sum()
        names = [name if isinstance(name, str) else str(int(name)) for name in added.index]
        for code in sums:
            above, below = added[f"{code}0"].tolist(), added[f"{code}1"].tolist()
            found[code, kind] = {name: (n, d) for name, n, d in zip(names, above, below, strict=True) if n or d}
    return found, time.perf_counter() - began


def differs(figures: Sequence[Figure], wanted: Sequence[Indicator], found: Found) -> str:
    """Where our figures and those by hand differ, in words; nothing where they do not."""
    by_hand: dict[tuple[str, Subject], dict[str, tuple[int, int | None]]] = {}
    for query, rows in found:
        for row in rows:
            kind, subject_id = _whose(row)
            if subject_id is None:
                continue
            for place, (code, (_above, below)) in enumerate(query.sums.items()):
                above_sum, below_sum = int(row[len(KINDS) + 2 * place] or 0), int(row[len(KINDS) + 2 * place + 1] or 0)
                if above_sum or (below and below_sum):
                    by_hand.setdefault((code, kind), {})[subject_id] = (above_sum, below_sum if below else None)
    return _compared(figures, wanted, by_hand)


def differs_from_pandas(figures: Sequence[Figure], wanted: Sequence[Indicator], found: Any) -> str:
    """The same for pandas."""
    return _compared(figures, wanted, found)


def _compared(figures: Sequence[Figure], wanted: Sequence[Indicator], by_hand: Any) -> str:
    ours: dict[tuple[str, Subject], dict[str, tuple[int, int | None]]] = {}
    for figure in figures:
        ours.setdefault((figure.code, figure.subject), {})[figure.subject_id] = (figure.numerator, figure.denominator)
    for one in wanted:
        for kind in one.subjects:
            mine, theirs = ours.get((one.code, kind), {}), by_hand.get((one.code, kind), {})
            if mine != theirs:
                whose = next(key for key in {**mine, **theirs} if mine.get(key) != theirs.get(key))
                return f"{one.code} of {kind.value} {whose or 'whole'}: {mine.get(whose)} here, {theirs.get(whose)} by hand"
    return ""


def _sql(query: Query, source: str, divided: str, begin: datetime, end: datetime, as_of: datetime) -> str:
    words = {"begin": _moment(begin), "end": _moment(end), "as_of": _moment(as_of)}
    sums = ", ".join(_sum(condition.format(**words)) for pair in query.sums.values() for condition in pair)
    return f"""
SELECT GROUPING(street, community, grid, class_code, organization, member), street, community, grid, class_code, organization, member,
  {sums}
FROM (SELECT *, grid_code {divided} 1000000 AS street, grid_code {divided} 1000 AS community, grid_code AS grid, {query.member} AS member,
      {query.organization} AS organization, {query.counts} AS counts FROM {source} facts WHERE {query.where.format(**words)}) counted
GROUP BY GROUPING SETS ((), (street), (community), (grid), (class_code), (organization), (member))"""  # noqa: S608 - our own words


def _sum(condition: str) -> str:
    if not condition:
        return "0"
    return f"sum({condition[1:]})" if condition.startswith("=") else f"count(*) FILTER (WHERE {condition})"


def _moment(moment: datetime) -> str:
    return f"TIMESTAMPTZ '{moment.isoformat()}'"


def _whose(row: Row) -> tuple[Subject, str | None]:
    """Kind and id of the subject of a row: of the six keys the one that it is grouped by, or none for the city."""
    for place in range(6):
        if not row[0] >> (5 - place) & 1:
            return KINDS[place + 1], None if row[place + 1] is None else str(row[place + 1])
    return Subject.CITY, ""


POSTGRES_TYPES = {
    Kind.WHOLE: "bigint",
    Kind.NUMBER: "float8",
    Kind.TEXT: "text",
    Kind.YES_NO: "boolean",
    Kind.MOMENT: "timestamptz",
    Kind.DAY: "date",
}


def _load(cursor: Any, store: FactStore, name: str) -> None:
    """A table of facts as a temporary table of PostgreSQL."""
    table = next(table for table in fact_tables() if table.name == name)
    columns = ", ".join(f"{column.name} {POSTGRES_TYPES[column.kind]}" for column in table.columns)
    cursor.execute(f"CREATE TEMP TABLE made_{name} ({columns}) ON COMMIT DROP")
    for path in store.paths(name):
        out = pa.BufferOutputStream()
        rows = pq.read_table(path, columns=[column.name for column in table.columns])
        csv.write_csv(rows, out, csv.WriteOptions(include_header=False))
        with cursor.cursor.copy(f"COPY made_{name} FROM STDIN (FORMAT csv)") as copy:
            copy.write(out.getvalue())
    cursor.execute(f"ANALYZE made_{name}")
