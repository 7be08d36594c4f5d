"""`chengge up`, for real: a city of its own, with its own database, ports and files."""

import os
import queue
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPResponse
from pathlib import Path

import psutil
import pytest

from chengge.config.postgres import PrivatePostgres

pytestmark = pytest.mark.slow


@dataclass(slots=True)
class RunningCity:
    """The process, what it has said so far, and where it serves."""

    process: subprocess.Popen[str]
    port: int
    said: list[str] = field(default_factory=list)
    lines: "queue.Queue[str]" = field(default_factory=queue.Queue)

    def listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            self.lines.put(line)

    def wait_for(self, words: str, seconds: float = 120) -> str:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                line = self.lines.get(timeout=0.2)
            except queue.Empty:
                if self.process.poll() is not None:
                    break
                continue
            if words in line:
                return line
        pytest.fail(f"The city never said {words!r}. It said:\n{''.join(self.said)}")

    def get(self, path: str) -> HTTPResponse:
        return urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10)  # type: ignore[no-any-return]

    def answers_again(self, seconds: float = 30) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                return self.get("/healthz").status == 200
            except OSError:
                time.sleep(0.1)
        return False

    def children(self, word: str) -> list[psutil.Process]:
        return [child for child in psutil.Process(self.process.pid).children() if word in " ".join(child.cmdline())]


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    # Not in pytest's own folder: every session of pytest closes that to the user PostgreSQL runs as.
    with tempfile.TemporaryDirectory(prefix="chengge-test-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(var: Path, *arguments: str) -> RunningCity:
    port = free_port()
    command = [sys.executable, "-m", "chengge.config.cli", "up", "--no-demo", "--port", str(port), *arguments]
    environment = os.environ | {"CHENGGE_VAR": str(var), "CHENGGE_DATABASE": "city", "PYTHONUNBUFFERED": "1"}
    environment.pop("DATABASE_URL", None)
    city = RunningCity(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True), port)
    threading.Thread(target=city.listen, daemon=True).start()
    return city


@pytest.fixture(scope="module")
def city(var: Path) -> Iterator[RunningCity]:
    city = start(var)
    city.wait_for("Chengge runs at")
    yield city
    if city.process.poll() is None:
        city.process.send_signal(signal.SIGINT)
        city.process.wait(60)


def test_it_says_what_it_makes_and_where_it_runs(city):
    said = "".join(city.said)
    assert "Making a private PostgreSQL" in said
    assert "Tables of the database" in said
    assert f"http://127.0.0.1:{city.port}" in said
    assert city.get("/healthz").read() == b'{"status": "ok"}'


def test_the_files_of_the_pages_are_served_for_ever_under_a_name_that_changes_with_them(city, var):
    version = next(folder.name for folder in (var / "static").iterdir())
    answer = city.get(f"/static/{version}/vendor/htmx/htmx.min.js")
    assert answer.status == 200
    assert "immutable" in (answer.headers["Cache-Control"] or "")


def test_a_killed_web_server_comes_back(city):
    (web,) = city.children("granian")
    its_workers = web.children()
    web.kill()
    city.wait_for("Web server was killed by signal 9; starting it again", seconds=20)
    assert city.answers_again()
    assert its_workers
    assert not any(worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE for worker in its_workers)


def test_a_killed_process_of_the_web_server_is_replaced(city):
    deadline = time.monotonic() + 20
    (web,) = city.children("granian")
    victim = web.children()[0]
    victim.kill()
    while victim in (workers := web.children()) or len(workers) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert city.answers_again()


def test_a_killed_worker_comes_back(city):
    (worker,) = city.children("procrastinate")
    worker.kill()
    city.wait_for("Worker was killed by signal 9; starting it again", seconds=20)
    city.wait_for("Launching a worker", seconds=20)


def test_a_killed_database_comes_back_with_all_it_had(city, var):
    pid = int((PrivatePostgres(var / "postgres").data / "postmaster.pid").read_text().splitlines()[0])
    psutil.Process(pid).kill()
    city.wait_for("PostgreSQL has died", seconds=20)
    assert city.answers_again()


def test_a_second_city_on_the_same_port_is_told_so(city, var):
    second = start(var, "--port", str(city.port))
    assert second.process.wait(60) != 0
    second.wait_for("choose another: chengge up --port", seconds=5)


def test_stopping_ends_web_worker_and_database_in_order_and_the_next_start_is_quick(city, var):
    city.process.send_signal(signal.SIGTERM)
    assert city.process.wait(60) == 0
    said = "".join(city.said)
    assert re.search(r"Stopping ….*Web server: stopped.*Worker: stopped", said, re.DOTALL)
    assert not PrivatePostgres(var / "postgres").is_running()

    began = time.monotonic()
    again = start(var)
    again.wait_for("Chengge runs at")
    assert again.get("/healthz").status == 200
    assert "Tables of the database" not in "".join(again.said)
    print(f"second start: {time.monotonic() - began:.1f} s")
    again.process.send_signal(signal.SIGINT)
    assert again.process.wait(60) == 0
