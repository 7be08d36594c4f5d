"""A city that is already lived in can be brought up to date.

`cities/*.sql.gz` are whole databases, as plain `pg_dump` wrote them at earlier states of this house: the tiny city of the tests with
a dozen cases, some closed, some handed back or failed at the check. Empty tables hide what a migration does to rows; these do not.
When the tables have changed much, add a dump of the state before.
"""

import gzip
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
import pytest
from django.conf import settings

from chengge.config.postgres import PORT, SUPERUSER

CITIES = sorted((Path(__file__).parent / "cities").glob("*.sql.gz"))


@pytest.fixture
def empty_database(tmp_path: Path) -> Iterator[str]:
    """The name of a new database in the tests' own server, gone afterwards."""
    if settings.PRIVATE_POSTGRES is None:
        pytest.skip("These databases are made in the private PostgreSQL, and DATABASE_URL names another.")
    name = f"old_city_{os.getpid()}"
    with _server("postgres") as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield name
    with _server("postgres") as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("dump", CITIES, ids=lambda dump: dump.name.removesuffix(".sql.gz"))
def test_a_city_of_an_earlier_state_is_migrated_with_its_cases_and_its_ledger_still_holds(
    dump: Path, empty_database: str, tmp_path: Path
) -> None:
    private = settings.PRIVATE_POSTGRES
    psql = [str(private.programs / "psql"), "-q", "-v", "ON_ERROR_STOP=1"]
    environment = os.environ | private.client_environment(empty_database)
    subprocess.run(psql, input=gzip.decompress(dump.read_bytes()), env=environment, check=True, stdout=subprocess.DEVNULL)
    with _server(empty_database) as connection:
        (before,) = connection.execute("SELECT count(*) FROM casework_case").fetchone() or (0,)

    _chengge(empty_database, tmp_path, "migrate", "--verbosity=0")
    told = _chengge(empty_database, tmp_path, "ledger", "verify", "--processes=1")
    with _server(empty_database) as connection:
        (after,) = connection.execute("SELECT count(*) FROM casework_case").fetchone() or (0,)

    assert before == after == 12
    assert "12" in told


def _server(database: str) -> psycopg.Connection:
    return psycopg.connect(host=str(settings.PRIVATE_POSTGRES.socket_folder), port=PORT, user=SUPERUSER, dbname=database, autocommit=True)


def _chengge(database: str, var: Path, *words: str) -> str:
    place = urlencode({"host": settings.PRIVATE_POSTGRES.socket_folder, "port": PORT, "user": SUPERUSER})
    environment = os.environ | {"DATABASE_URL": f"postgresql:///{quote(database)}?{place}", "CHENGGE_VAR": str(var)}
    done = subprocess.run(
        [sys.executable, "-m", "chengge.config.cli", *words], env=environment, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
