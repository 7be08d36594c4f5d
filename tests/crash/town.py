"""A town of its own for tests that kill: its own PostgreSQL, its own files, its own processes. The suite's server is not touched."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg

from chengge.config.postgres import PORT, SUPERUSER, PrivatePostgres

DATABASE = "town"

# What would be half an action: each of these asks for cases that are in two minds, and must find none.
HALVES = {
    "a case that waits for an inspector has exactly one open task, and no other case has one": """
        SELECT sitting.number FROM casework_case sitting
        WHERE (SELECT count(*) FROM casework_task task WHERE task.case_id = sitting.id AND task.done_at IS NULL)
           <> (sitting.stage IN ('verifying', 'checking'))::int""",
    "a case that is open has one clock at least that runs, and an ended one none": """
        SELECT sitting.number FROM casework_case sitting
        WHERE (sitting.ended_at IS NULL)
           <> EXISTS (SELECT FROM casework_clock clock WHERE clock.case_id = sitting.id AND stopped_at IS NULL AND paused_at IS NULL)""",
    "a clock that is paused has one pause that lasts, and no other clock has one": """
        SELECT clock.id FROM casework_clock clock
        WHERE (SELECT count(*) FROM casework_clockpause pause WHERE pause.clock_id = clock.id AND resumed_at IS NULL)
           <> (clock.paused_at IS NOT NULL AND clock.stopped_at IS NULL)::int""",
    "a case and its report belong together": """
        SELECT sitting.number FROM casework_case sitting
        WHERE (SELECT count(*) FROM casework_report report WHERE report.case_id = sitting.id) <> 1""",
    "a case can be found by its words": """
        SELECT sitting.number FROM casework_case sitting
        WHERE NOT EXISTS (SELECT FROM casework_casetext words WHERE words.case_id = sitting.id)""",
    "a photo named in an entry is bound to it": """
        SELECT entry.id FROM casework_ledgerentry entry, jsonb_array_elements_text(entry.body::jsonb -> 'photos') photo
        WHERE NOT EXISTS (SELECT FROM casework_evidence proof WHERE proof.entry_id = entry.id AND proof.sha256 = photo)""",
    "a photo bound to an entry is named in it": """
        SELECT proof.id FROM casework_evidence proof JOIN casework_ledgerentry entry ON entry.id = proof.entry_id
        WHERE NOT entry.body::jsonb -> 'photos' ? proof.sha256""",
    "no number is used that was not taken": """
        SELECT sitting.number FROM casework_case sitting
        WHERE NOT EXISTS (SELECT FROM casework_caseserial serial
                          WHERE left(sitting.number, 14) = to_char(serial.day, 'YYYYMMDD') || serial.county
                            AND right(sitting.number, 6)::int <= serial.taken)""",
}


@dataclass(frozen=True, slots=True)
class Running:
    """A process, and the file with what it says."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def kill(self) -> None:
        """`kill -9` of it and of all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


@dataclass(slots=True)
class Town:
    """The town's files, its PostgreSQL, and the processes it has started. `facts`: ids and tokens, as `people.found` wrote them."""

    var: Path
    facts: dict[str, Any] = field(default_factory=dict)
    started: list["Running"] = field(default_factory=list)

    @property
    def facts_path(self) -> Path:
        return self.var / "facts.json"

    @property
    def private(self) -> PrivatePostgres:
        return PrivatePostgres(self.var / "postgres")

    def run(self, module: str, *arguments: str) -> "Running":
        """Start a Python module in a process group of its own. What it says goes into a file: a pipe that nobody empties would stop it."""
        around = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        own = {"CHENGGE_VAR": str(self.var), "CHENGGE_DATABASE": DATABASE, "DJANGO_SETTINGS_MODULE": "chengge.config.settings"}
        log = self.var / f"{len(self.started)}.log"
        with log.open("w") as said:
            command = [sys.executable, "-m", module, *arguments]
            process = subprocess.Popen(command, env=around | own, stdout=said, stderr=subprocess.STDOUT, start_new_session=True)
        running = Running(process, log)
        self.started.append(running)
        return running

    def finish(self, module: str, *arguments: str) -> str:
        """Run a Python module to its end; what it said. A failure fails the test."""
        running = self.run(module, *arguments)
        assert running.process.wait(120) == 0, running.said
        return running.said

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        where = {"host": str(self.private.socket_folder), "port": PORT, "user": SUPERUSER, "dbname": DATABASE}
        with psycopg.connect(**where) as connection:
            return connection.execute(statement, values or None).fetchall()

    def kill_database(self) -> None:
        """`kill -9` of PostgreSQL and of all its children at once: nobody is left to write anything down."""
        server = psutil.Process(int((self.private.data / "postmaster.pid").read_text().splitlines()[0]))
        family = [server, *server.children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        wait_until(lambda: not any(map(lives, family)), "the death of PostgreSQL")

    def bring_back_database(self) -> None:
        self.private.bring_back(lambda text: None)

    def halves(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything that is in two minds, by what should be true."""
        found = {truth: self.ask(statement) for truth, statement in HALVES.items()}
        return {truth: rows for truth, rows in found.items() if rows}

    def leave(self) -> None:
        """Kill everything that was started here."""
        for running in self.started:
            running.kill()


def lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def wait_until(true: Callable[[], bool], what: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.05)


def start_web(town: Town, port: int) -> Running:
    """Start the web server as `chengge up` does, two processes with two threads each, and wait until it answers."""
    options = ("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2", "--blocking-threads", "2")
    web = town.run("granian", *options, "--no-ws", "--log-level", "warning", "chengge.config.wsgi:application")
    wait_until(lambda: answers(port) or web.process.poll() is not None, "an answer of the web server")
    assert web.process.poll() is None, web.said
    return web


def answers(port: int) -> bool:
    try:
        return bool(urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).status == 200)
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Diary:
    """What one process tried, and what of it was acknowledged: a line each, on the disk before the next thing is done."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, word: str, line: dict[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"word": word} | line, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def lines(self, word: str) -> list[dict[str, Any]]:
        """Whole lines only: the last one may have been cut off by the kill."""
        if not self.path.exists():
            return []
        whole = (line for line in self.path.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n"))
        return [line for line in map(json.loads, whole) if line["word"] == word]
