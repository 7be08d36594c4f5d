"""A database and a folder of their own for something that is tried out and thrown away: the tour, the benchmarks."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import quote, urlencode

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from chengge import contacts


class ScratchFailed(Exception):
    """The scratch database could not be made, or a command in it failed; the message says why."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """A database of its own on the server that the settings name, with a folder for what else is written.

    Attributes:
        environment: what a process needs to live in it instead of in the city's own database.
    """

    database: str
    folder: Path

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "chengge.config.settings",
            "DATABASE_URL": database_url(self.database),
            "CHENGGE_VAR": str(self.folder),
            "CHENGGE_SECRET_KEY": settings.SECRET_KEY,
            "CHENGGE_CONTACT_KEY": ",".join(contacts.keys()),
            "CHENGGE_CONTACT_MARK_KEY": settings.CONTACT_MARK_KEY,
            "PYTHONUNBUFFERED": "1",
        }

    def chengge(self, *words: str) -> str:
        """Run a `chengge` command inside; returns what it printed. Raises ScratchFailed with the end of that when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "chengge.config.cli", *words],
            env=dict(self.environment),
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            end = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
            raise ScratchFailed(f"`chengge {' '.join(words)}` failed in the scratch database:\n{end}")
        return done.stdout

    def run(self, statement: LiteralString) -> None:
        """Let it carry a statement out, outside Django and outside any transaction."""
        with psycopg.connect(database_url(self.database), autocommit=True) as connected:
            connected.execute(statement)

    def ask(self, query: LiteralString) -> Any:
        """The one value that a query gives."""
        return ask(self.database, query)


@contextmanager
def scratch_database(name: str) -> Iterator[Scratch]:
    """An empty database with all tables, dropped at the end, and a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="chengge-") as folder:
        scratch = Scratch(name, Path(folder))
        drop(name)
        create(name)
        try:
            scratch.chengge("migrate", "--verbosity", "0")
            yield scratch
        finally:
            drop(name)


@contextmanager
def kept_database(name: str) -> Iterator[Scratch]:
    """A database with all tables that stays for the next time; only the folder goes."""
    with tempfile.TemporaryDirectory(prefix="chengge-") as folder:
        scratch = Scratch(name, Path(folder))
        create(name)
        scratch.chengge("migrate", "--verbosity", "0")
        yield scratch


def ask(database: str, query: LiteralString) -> Any:
    """The first value of the first row that a query gives in a database of this server; None where there is no row."""
    with psycopg.connect(database_url(database), autocommit=True) as connected:
        row = connected.execute(query).fetchone()
    return row[0] if row else None


def create(name: str) -> None:
    """Make the database if there is none of that name."""
    with _maintenance() as server:
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def drop(name: str) -> None:
    """Throw the database away, whoever still holds it open."""
    with _maintenance() as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def database_url(name: str) -> str:
    """The address of a database beside the city's own, on the same server and with the same account."""
    place = connection.settings_dict
    options = {key: value for key, value in (("host", place["HOST"]), ("port", place["PORT"])) if value}
    account = quote(place["USER"] or "", safe="")
    if place["PASSWORD"]:
        account += ":" + quote(place["PASSWORD"], safe="")
    return f"postgresql://{account}@/{quote(name, safe='')}?{urlencode(options)}"


def _maintenance() -> psycopg.Connection:
    try:
        return psycopg.connect(database_url("postgres"), autocommit=True)
    except psycopg.OperationalError as problem:
        raise ScratchFailed(f"No scratch database can be made on this PostgreSQL server: {problem}") from None
