"""How long evaluating takes: every indicator for every subject over facts on the disk, beside SQL by hand, pandas, PostgreSQL and Spark.

A process of its own reckons, so that its memory is its own, and stops where the aim for memory is. The made-up facts are thrown away.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings as django_settings
from django.db.models import Max

from bench import Figure, by_hand
from bench.city import city_with
from bench.made_facts import make
from bench.made_lives import YEAR, Size
from chengge.casework.models import Case
from chengge.domain.facts import Scope
from chengge.evaluation.facts import FactStore, fact_tables, rebuild, reread
from chengge.evaluation.indicators import Indicator, Settings, Subject, indicators, local_spark, reckon_all, with_duckdb, with_spark

A_YEAR = (datetime(YEAR, 1, 1, tzinfo=UTC), datetime(YEAR + 1, 1, 1, tzinfo=UTC))
A_MONTH = (datetime(YEAR, 9, 30, 16, tzinfo=UTC), datetime(YEAR, 10, 31, 16, tzinfo=UTC))
FULL_SIZE = 10_000_000
SMALLER = 10  # the growth is from a tenth of the cases
SMALL = 200_000  # cases for peers that are too slow for more
ROOM_GB_A_MILLION = 0.65
LOOKS_A_SECOND = 20
REFRESH_ALONE = "import sys, django; django.setup(); from bench.evaluation import tell_of_refreshing; tell_of_refreshing(*sys.argv[1:])"
ALONE = "import sys, django; django.setup(); from bench.evaluation import tell; tell(*sys.argv[1:])"


class NotEqual(RuntimeError):
    """Two ways of counting the same came to different figures: their times would mean nothing."""


def run(cases: int, in_database: int) -> list[Figure]:
    """The figures for made-up facts of so many cases a year and of a tenth of them, and for the facts of a city in a database."""
    with _facts(cases) as big:
        all_big = _by_itself(big, A_YEAR)
        beside = _beside_by_hand(big)
    with _facts(cases // SMALLER) as small:
        all_small = _by_itself(small, A_YEAR)
        month = min((_by_itself(small, A_MONTH) for _ in range(3)), key=lambda taken: taken["seconds"])
    with _facts(min(SMALL, cases)) as tiny:
        peers = _peers(tiny)
        spark = _spark(tiny)
    size = f"{cases / 1e6:g}m"
    aim = "≤ 30" if cases == FULL_SIZE else ""
    told = f"{all_big['figures']:,} figures of {len(indicators(Settings()))} indicators; {peers}"
    month_of = f"one month of {cases // SMALLER:,} cases a year, {month['figures']:,} figures"
    growth = f"{SMALLER} times the cases; a tenth of them took {all_small['seconds']:.1f} s"
    in_spark = f"local[2], {min(SMALL, cases):,} cases, the same figures; DuckDB {spark['duckdb']:.1f} s"
    return [
        Figure(f"evaluate_{size}_s", all_big["seconds"], "s", aim, told),
        Figure(f"evaluate_{size}_gb", all_big["gigabytes"], "GB", "≤ 4", f"facts on the disk {all_big['on_disk']:.1f} GB"),
        Figure("evaluate_vs_handwritten", beside["ratio"], "×", "≤ 1.3", beside["words"]),
        Figure("evaluate_month_s", month["seconds"], "s", "≤ 2", month_of),
        Figure("evaluate_growth", all_big["seconds"] / all_small["seconds"], "×", "≤ 10", growth),
        Figure("evaluate_spark_s", spark["seconds"], "s", "", in_spark),
        _refreshing(in_database),
    ]


def _refreshing(cases: int) -> Figure:
    """The facts of the big city after its last day: the cases that moved in it are read anew."""
    with city_with(cases) as scratch, tempfile.TemporaryDirectory(prefix="facts-", dir=django_settings.VAR_DIR) as folder:
        words = [sys.executable, "-c", REFRESH_ALONE, folder]
        done = subprocess.run(words, capture_output=True, text=True, cwd=django_settings.BASE_DIR, env=dict(scratch.environment))
    if done.returncode:
        raise RuntimeError(f"the facts of the big city could not be read: {done.stderr.strip()[-500:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    beside = f"{told['moved']:,} of {told['cases']:,} cases moved, {told['files']} files written; all anew {told['rebuilt']:.0f} s"
    return Figure("facts_refresh_day_s", told["refreshed"], "s", "≤ 2", beside)


def _forget(store: FactStore, case_ids: set[int]) -> None:
    """Take the rows of some cases out of the facts, so that there is something to write when they are read."""
    manifest, ids = store.manifest(), pa.array(sorted(case_ids), pa.int64())
    for table in fact_tables():
        for month in list(manifest.files.get(table.name, {})) if table.scope is Scope.CASE else ():
            rows = store.read(table, month, manifest)
            store.write(table, month, rows.filter(pc.invert(pc.is_in(rows["case_id"], ids))), manifest)
    store.finish(manifest)


def tell_of_refreshing(folder: str) -> None:
    """What a process in the big city's database does: make the facts, then read a day anew, and say as JSON how long both took."""
    store = FactStore(Path(folder))
    began = time.perf_counter()
    made = rebuild(store)
    rebuilt = time.perf_counter() - began
    last = Case.objects.aggregate(last=Max("changed_at"))["last"]
    moved = set(Case.objects.filter(changed_at__gt=last - timedelta(days=1)).values_list("pk", flat=True))
    _forget(store, moved)
    began = time.perf_counter()
    again = reread(store, moved)
    refreshed = time.perf_counter() - began
    files = sum(map(len, again.changed.values()))
    told = {"moved": len(moved), "cases": made.cases, "files": files, "rebuilt": rebuilt, "refreshed": refreshed}
    print(json.dumps(told))


@contextmanager
def _facts(cases: int) -> Iterator[FactStore]:
    """Made-up facts on the disk, for as long as they are needed."""
    space = shutil.disk_usage(django_settings.VAR_DIR).free / 1e9
    if space < 2 * ROOM_GB_A_MILLION * cases / 1e6:
        raise RuntimeError(
            f"facts of {cases:,} cases want {ROOM_GB_A_MILLION * cases / 1e6:.1f} GB twice over; {space:.1f} GB are free in var/"
        )
    folder = Path(tempfile.mkdtemp(prefix="made-facts-", dir=django_settings.VAR_DIR))
    try:
        store = FactStore(folder)
        make(store, Size(cases))
        yield store
    finally:
        shutil.rmtree(folder)


def _by_itself(store: FactStore, period: tuple[datetime, datetime]) -> dict[str, Any]:
    """Reckon in a process of its own: seconds without its start, gigabytes at the most."""
    words = [sys.executable, "-c", ALONE, str(store.folder), *(moment.isoformat() for moment in period)]
    places = {"DJANGO_SETTINGS_MODULE": "chengge.config.settings"}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=django_settings.BASE_DIR, env=os.environ | places) as reckoning:
        seen, most = psutil.Process(reckoning.pid), 0
        while reckoning.poll() is None:
            try:
                most = max(most, seen.memory_info().rss)
            except psutil.NoSuchProcess:
                break
            time.sleep(1 / LOOKS_A_SECOND)
        told = reckoning.stdout.read() if reckoning.stdout else ""
    if reckoning.returncode:
        raise RuntimeError("the reckoning process failed; what it said stands above")
    on_disk = sum(path.stat().st_size for path in store.folder.rglob("*.parquet")) / 1e9
    return {**json.loads(told.splitlines()[-1]), "gigabytes": most / 1e9, "on_disk": on_disk}


def _wanted(codes: Sequence[str]) -> list[Indicator]:
    return [one for one in indicators(Settings()) if one.code in codes]


def _beside_by_hand(store: FactStore) -> dict[str, Any]:
    """The same third of the indicators, ours and by hand, in turns; each the middle one of three."""
    ours, theirs = [], []
    wanted = _wanted(by_hand.CODES)
    for _ in range(3):
        began = time.perf_counter()
        figures = reckon_all(with_duckdb(store, Settings()), wanted, Subject, *A_YEAR)
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        found = by_hand.in_duckdb(store, *A_YEAR, A_YEAR[1])
        theirs.append(time.perf_counter() - began)
    _same("SQL by hand", by_hand.differs(figures, wanted, found))
    words = f"{len(wanted)} indicators: ours {median(ours):.2f} s, DuckDB SQL by hand {median(theirs):.2f} s, the same figures"
    return {"ratio": median(ours) / median(theirs), "words": words}


def _peers(store: FactStore) -> str:
    """Some of the indicators in PostgreSQL and in pandas, in words."""
    wanted, few = _wanted(by_hand.CODES), _wanted(by_hand.CODES_IN_PANDAS)
    figures, ours = _timed(store, wanted)
    found, postgres = by_hand.in_postgres(store, *A_YEAR, A_YEAR[1])
    _same("PostgreSQL", by_hand.differs(figures, wanted, found))
    figures, ours_few = _timed(store, few)
    in_pandas, pandas = by_hand.in_pandas(store, *A_YEAR)
    _same("pandas", by_hand.differs_from_pandas(figures, few, in_pandas))
    return (
        f"at {_cases(store):,} cases {len(wanted)} indicators: ours {ours:.1f} s, PostgreSQL {postgres:.1f} s; "
        f"{len(few)} indicators: ours {ours_few:.1f} s, pandas {pandas:.1f} s"
    )


def _cases(store: FactStore) -> int:
    return sum(kept["rows"] for kept in store.manifest().files["cases"].values())


def _timed(store: FactStore, wanted: Sequence[Indicator]) -> tuple[list[Any], float]:
    began = time.perf_counter()
    return reckon_all(with_duckdb(store, Settings()), wanted, Subject, *A_YEAR), time.perf_counter() - began


def _same(name: str, difference: str) -> None:
    if difference:
        raise NotEqual(f"our figures and those of {name} differ, so that their times mean nothing: {difference}")


def _spark(store: FactStore) -> dict[str, float]:
    """Everything in Spark, the same figures; not counting its start."""
    began = time.perf_counter()
    figures = reckon_all(with_duckdb(store, Settings()), indicators(Settings()), Subject, *A_YEAR)
    duckdb = time.perf_counter() - began
    with local_spark() as session:
        began = time.perf_counter()
        if reckon_all(with_spark(store, Settings(), session), indicators(Settings()), Subject, *A_YEAR) != figures:
            raise NotEqual("the figures of Spark and of DuckDB differ")
        return {"seconds": time.perf_counter() - began, "duckdb": duckdb}


def tell(folder: str, begin: str, end: str) -> None:
    """What the process of its own does: say as JSON how long it took."""
    began = time.perf_counter()
    facts = with_duckdb(FactStore(Path(folder)), Settings())
    figures = reckon_all(facts, indicators(Settings()), Subject, datetime.fromisoformat(begin), datetime.fromisoformat(end))
    print(json.dumps({"seconds": time.perf_counter() - began, "figures": len(figures)}))
