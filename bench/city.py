"""A big city to measure in: made once by `chengge demo` and `chengge bulk`, kept in the private PostgreSQL for the next time."""

from collections.abc import Iterator
from contextlib import contextmanager

from chengge.lab.scratch import Scratch, kept_database


@contextmanager
def city_with(cases: int) -> Iterator[Scratch]:
    """The database `bench_<cases>`: the demo city without a past, and `cases` loaded into it with true ledgers."""
    with kept_database(f"bench_{cases}") as scratch:
        with scratch.connect() as connection:
            founded = connection.execute("SELECT EXISTS (SELECT 1 FROM foundation_unitgrid)").fetchone()[0]
            held = connection.execute("SELECT count(*) FROM casework_case").fetchone()[0]
        if not founded:
            scratch.chengge("demo", "--days", "0")
        if held < cases:
            scratch.chengge("bulk", "--cases", str(cases - held))
            with scratch.connect() as connection:
                connection.execute("VACUUM ANALYZE")
        yield scratch
