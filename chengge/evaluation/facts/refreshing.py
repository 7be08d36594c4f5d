"""Bringing the facts up to the ledger: what moved since the last time, or everything from nothing.

Everything is read in one snapshot of the database, taken together with the place in the ledger from which the next time goes on. The
rows of a case lie in the month in which it was reported, so a late entry touches that month alone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, transaction

from chengge import clock
from chengge.casework.queries.live import moved_since, read_to_now
from chengge.domain.facts import FactTable, Scope
from chengge.evaluation.facts.reading import TOUCHED, cases_of_month, read
from chengge.evaluation.facts.store import FactStore, Manifest, layout_of
from chengge.evaluation.facts.tables import fact_tables
from chengge.organization.queries import AS_THE_CITY_COUNTS

LOCK = 0x66616374  # "fact": one refresh at a time
LOOK_BACK = timedelta(hours=1)
DAYS_STILL_CHANGING = timedelta(days=40)
WRITERS = 2  # at once, each with one table, a month of it in memory

MONTH = f"to_char(reported_at {AS_THE_CITY_COUNTS}, 'YYYY-MM')"
MONTHS = f"SELECT DISTINCT {MONTH} FROM (SELECT min(reported_at) AS low, max(reported_at) AS high FROM casework_case) bounds, LATERAL (SELECT generate_series(date_trunc('month', low {AS_THE_CITY_COUNTS}), high {AS_THE_CITY_COUNTS}, '1 month') {AS_THE_CITY_COUNTS} AS reported_at) months ORDER BY 1"  # noqa: E501, S608
TOUCHED_MONTHS = f"SELECT {MONTH}, array_agg(id) FROM casework_case JOIN touched_cases USING (id) GROUP BY 1 ORDER BY 1"  # noqa: S608

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did: cases read anew, and the months of each table that came out different."""

    cases: int
    changed: dict[str, list[str]]
    anew: bool


def refresh(store: FactStore, tell: Tell = lambda _line: None) -> Refreshed:
    """Bring the facts up to now; from nothing where there are none, or where they have other columns.

    Doing it again without anything having moved changes nothing.
    """
    tables = fact_tables()
    with _nobody_else():
        manifest = store.manifest()
        if manifest.layout != layout_of(tables):
            return _rebuild(store, tables, tell)
        return _refresh(store, manifest, tables, tell)


def rebuild(store: FactStore, tell: Tell = lambda _line: None) -> Refreshed:
    """Make all facts anew from the database, month by month."""
    with _nobody_else():
        return _rebuild(store, fact_tables(), tell)


def reread(store: FactStore, case_ids: set[int], tell: Tell = lambda _line: None) -> Refreshed:
    """Read some cases anew, whether they moved or not: what a refresh does about those that did."""
    with _nobody_else(), _one_snapshot():
        manifest = store.manifest()
        changed = _of_cases(store, manifest, [table for table in fact_tables() if table.scope is Scope.CASE], case_ids, tell)
        store.finish(manifest)
    return Refreshed(len(case_ids), changed, anew=False)


def _refresh(store: FactStore, manifest: Manifest, tables: Sequence[FactTable], tell: Tell) -> Refreshed:
    with _one_snapshot():
        moved = moved_since(manifest.read_to)
        case_ids = set(moved.case_ids) | _also_touched(tables, manifest.read_at)
        changed = _of_cases(store, manifest, [table for table in tables if table.scope is Scope.CASE], case_ids, tell)
        first_day = (clock.now() - DAYS_STILL_CHANGING).strftime("%Y-%m-01")
        changed |= _of_days(store, manifest, [table for table in tables if table.scope is Scope.DAY], first_day)
        manifest.read_to, manifest.read_at = moved.read_to, int(clock.now().timestamp())
        store.finish(manifest)
    return Refreshed(len(case_ids), changed, anew=False)


def _rebuild(store: FactStore, tables: Sequence[FactTable], tell: Tell) -> Refreshed:
    manifest = Manifest(layout=layout_of(tables))
    changed: dict[str, list[str]] = {table.name: [] for table in tables}
    cases = 0
    with _one_snapshot():
        manifest.read_to, manifest.read_at = read_to_now(), int(clock.now().timestamp())
        for month in _rows(MONTHS):
            tell(month[0])
            for table in (table for table in tables if table.scope is Scope.CASE):
                with connection.cursor() as cursor:
                    rows = read(cursor.cursor, table, table.source.format(cases=cases_of_month(month[0])))
                if rows.num_rows:
                    store.write(table, month[0], rows, manifest)
                    changed[table.name].append(month[0])
                cases += rows.num_rows if table.name == "cases" else 0
        changed |= _of_days(store, manifest, [table for table in tables if table.scope is Scope.DAY], "0001-01-01")
        store.finish(manifest)
    return Refreshed(cases, {name: months for name, months in changed.items() if months}, anew=True)


def _of_cases(store: FactStore, manifest: Manifest, tables: Sequence[FactTable], case_ids: set[int], tell: Tell) -> dict[str, list[str]]:
    """Put the rows of some cases in place of those that the store has of them."""
    if not case_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE touched_cases ON COMMIT DROP AS SELECT unnest(%s::bigint[]) AS id", [sorted(case_ids)])
        cursor.execute("ANALYZE touched_cases")
        cursor.execute(TOUCHED_MONTHS)
        months = {month: pa.array(sorted(ids), pa.int64()) for month, ids in cursor.fetchall()}

        def put_in_place(table: FactTable, fresh: pa.Table) -> list[str]:
            """Returns the months that came out different."""
            changed = []
            for month, ids in months.items():
                kept = store.read(table, month, manifest)
                kept = kept.filter(pc.invert(pc.is_in(kept["case_id"], ids)))
                if store.write(table, month, pa.concat_tables([kept, fresh.filter(pc.is_in(fresh["case_id"], ids))]), manifest):
                    changed.append(month)
            return changed

        # While one table is being read, those before it are sorted and written: most of the time goes there, and little of it into Python.
        with ThreadPoolExecutor(WRITERS) as writers:
            writing = {}
            for table in tables:
                tell(table.name)
                fresh = read(cursor.cursor, table, table.source.format(cases=TOUCHED))
                writing[table.name] = writers.submit(put_in_place, table, fresh)
            changed = {name: different for name, done in writing.items() if (different := done.result())}
        cursor.execute("DROP TABLE touched_cases")
        return changed


def _of_days(store: FactStore, manifest: Manifest, tables: Iterable[FactTable], first_day: str) -> dict[str, list[str]]:
    """Read the days from a day on anew: they are few, and may change for a while without a word in the ledger."""
    changed: dict[str, list[str]] = {}
    for table in tables:
        day = next(column.sql for column in table.columns if column.name == "day")
        with connection.cursor() as cursor:
            rows = read(cursor.cursor, table, table.source, f"{day} >= '{first_day}'")
        names = pc.strftime(rows["day"], format="%Y-%m")
        there = {month for month in manifest.files.get(table.name, {}) if month >= first_day[:7]}
        for month in sorted(there | set(names.unique().to_pylist())):
            if store.write(table, month, rows.filter(pc.equal(names, month)), manifest):
                changed.setdefault(table.name, []).append(month)
    return changed


def _also_touched(tables: Sequence[FactTable], read_at: int) -> set[int]:
    since = f"to_timestamp({read_at - int(LOOK_BACK.total_seconds())})"
    return {row[0] for table in tables if table.also_touched for row in _rows(table.also_touched.format(since=since))}


def _rows(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


@contextmanager
def _nobody_else() -> Iterator[None]:
    """One refresh at a time. Held outside the snapshot, which must be younger than what the one before has written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """One transaction that sees the database at one moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        if not connection.savepoint_ids:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield
