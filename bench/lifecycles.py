"""How many cases a second go all the way round through the one door, beside what pgbench does on the same PostgreSQL."""

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.db import connection

from bench import Figure
from bench.city import city_with
from bench.faults import BenchFailed
from chengge.lab.scratch import Scratch, ask, create

CLIENTS = 8
SECONDS = 20
SMALL_CITY = 10_000
PGBENCH_DATABASE = "bench_pgbench"
PGBENCH_SCALE = 20  # 2 million accounts: more than clients, so that they do not wait for each other


@dataclass(frozen=True, slots=True)
class Lived:
    """What the workers did in a number of seconds."""

    cases: int
    actions: int
    seconds: float

    @property
    def cases_per_s(self) -> float:
        return self.cases / self.seconds

    @property
    def actions_per_s(self) -> float:
        return self.actions / self.seconds


def run(cases: int) -> list[Figure]:
    """Figures at `cases` in the database and at ten thousand, by eight processes that act for all posts."""
    with city_with(min(SMALL_CITY, cases)) as small:
        at_small = lives(small)
    with city_with(cases) as big:
        at_big = lives(big)
    transactions_per_s = pgbench()
    per_transaction = at_big.actions_per_s / transactions_per_s
    of_small = at_big.cases_per_s / at_small.cases_per_s
    peer = f"pgbench -N, {CLIENTS} clients: {transactions_per_s:,.0f} transactions/s; here {at_big.actions_per_s:,.0f} actions/s"
    return [
        Figure(
            "lifecycles_per_s", at_big.cases_per_s, "cases/s", "≥ 60", f"{at_small.cases_per_s:.1f} at {min(SMALL_CITY, cases):,} cases"
        ),
        Figure("lifecycles_big_to_small", of_small, "", "≥ 0.8", f"{cases:,} cases to {min(SMALL_CITY, cases):,}"),
        Figure("lifecycles_actions_per_pgbench_transaction", per_transaction, "", "≥ 0.15", peer),
    ]


def lives(scratch: Scratch) -> Lived:
    """Let the workers live cases, all beginning at one moment."""
    with ExitStack() as stack:
        workers = []
        for number in range(CLIENTS):
            process = subprocess.Popen(
                [sys.executable, "-c", f"import django; django.setup(); from bench.lives import main; main({SECONDS}, {number})"],
                env=dict(scratch.environment),
                cwd=settings.BASE_DIR,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            workers.append(process)
        for worker in workers:
            _line(worker.stdout)  # ready
        for worker in workers:
            print("go", file=worker.stdin, flush=True)
        done = [json.loads(_line(worker.stdout)) for worker in workers]
    return Lived(sum(one["cases"] for one in done), sum(one["actions"] for one in done), SECONDS)


def pgbench() -> float:
    """Transactions a second of PostgreSQL's own benchmark (simple update) with as many clients, on the same server."""
    create(PGBENCH_DATABASE)
    environment = _libpq_environment()
    if not ask(PGBENCH_DATABASE, "SELECT to_regclass('pgbench_accounts') IS NOT NULL"):
        _pgbench(environment, "-i", "-q", "-s", str(PGBENCH_SCALE))
    said = _pgbench(environment, "-N", "-c", str(CLIENTS), "-j", "2", "-T", str(SECONDS))
    return float(re.findall(r"tps = ([0-9.]+)", said)[-1])


def _pgbench(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run([_program(), *words], env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchFailed(f"pgbench failed: {done.stderr.strip()[-500:]}")
    return done.stdout


def _program() -> str:
    private = settings.PRIVATE_POSTGRES
    beside = private.programs / "pgbench" if private is not None else None
    found = str(beside) if beside is not None and beside.exists() else shutil.which("pgbench")
    if found is None:
        raise BenchFailed("pgbench is not installed (Debian: postgresql-contrib): there is nothing to compare the life cycles with.")
    return found


def _libpq_environment() -> dict[str, str]:
    place = connection.settings_dict
    names = {"PGHOST": place["HOST"], "PGPORT": place["PORT"], "PGUSER": place["USER"], "PGPASSWORD": place["PASSWORD"]}
    return {**os.environ, **{name: value for name, value in names.items() if value}, "PGDATABASE": PGBENCH_DATABASE}


def _line(pipe: IO[str] | None) -> str:
    line = pipe.readline() if pipe is not None else ""
    if not line:
        raise BenchFailed("A worker ended before its time. What it said stands above.")
    return line
