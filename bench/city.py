"""A big city to measure in: made once by `chengge demo` and `chengge bulk`, kept in the private PostgreSQL for the next time."""

from collections.abc import Iterator
from contextlib import contextmanager

from chengge.lab.scratch import Scratch, kept_database


@contextmanager
def city_with(cases: int) -> Iterator[Scratch]:
    """The database `bench_<cases>`: the demo city without a past, and `cases` loaded into it with true ledgers."""
    with kept_database(f"bench_{cases}") as scratch:
        held = scratch.ask("SELECT count(*) FROM casework_case")
        if not scratch.ask("SELECT EXISTS (SELECT 1 FROM foundation_unitgrid)"):
            scratch.chengge("demo", "--days", "0")
        if held < cases:
            scratch.chengge("bulk", "--cases", str(cases - held))
            scratch.run("VACUUM ANALYZE")
        yield scratch
