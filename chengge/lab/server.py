"""A web server of our own on a free port, and a worker for what happens in the background, for the time of a block."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 20


class ServerFailed(Exception):
    """The web server did not start; the message holds its last words."""


@contextmanager
def web_server(environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """The city's web server, as `chengge up` starts it, in a process of its own; gives its address, such as http://127.0.0.1:41001.

    Args:
        log: file for what it says.
    """
    port = _free_port()
    options = {
        "interface": "wsgi",
        "host": "127.0.0.1",
        "port": str(port),
        "workers": str(settings.WEB_WORKERS),
        "blocking-threads": str(settings.WEB_THREADS),
        "backlog": "1024",
        "backpressure": "512",
        "log-level": "warning",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    command = [sys.executable, "-m", "granian", *words, "--no-ws", "chengge.config.wsgi:application"]
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, env=dict(environment), cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_it_answers(process, address, log)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def worker(environment: Mapping[str, str], log: Path) -> Iterator[None]:
    """What the city does in the background, as `chengge up` starts it, for the time of a block."""
    command = [sys.executable, "-m", "chengge.config.cli", "procrastinate", "worker", "--delete-jobs", "successful"]
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, env=dict(environment), cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_answers(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
            return
        except OSError as problem:
            ended = process.poll() is not None
            if ended or time.monotonic() > deadline or isinstance(problem, urllib.error.HTTPError):
                end = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
                raise ServerFailed(f"The web server did not answer at {address} ({problem}). It said:\n{end}") from None
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
