"""How long `make up` takes from a bare clone to the first page, and how long the next time."""

import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from bench import Figure
from bench.faults import BenchFailed

LONGEST_SECONDS = 1200
STOP_SECONDS = 60


def run() -> list[Figure]:
    """Both figures, in a clone of what is committed, thrown away afterwards; pip and npm take from their caches what is there."""
    with tempfile.TemporaryDirectory(prefix="chengge-startup-") as folder:
        clone = Path(folder) / "chengge"
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(settings.BASE_DIR), str(clone)], check=True)
        first = until_first_page(clone, Path(folder))
        later = until_first_page(clone, Path(folder))
    return [
        Figure("make_up_first_s", first, "s", "≤ 240", "from a bare clone to the first page; demo city with its past month"),
        Figure("make_up_later_s", later, "s", "≤ 10", "the same clone again"),
    ]


def until_first_page(clone: Path, folder: Path) -> float:
    """Seconds from `make up` to the first page; the city is then stopped in order."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "up.log"
    began = time.perf_counter()
    with log.open("wb") as said:
        process = subprocess.Popen(
            ["make", "up"],
            cwd=clone,
            env=_environment(port),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,  # Ctrl-C reaches make and all it started, and nothing of ours.
        )
    try:
        while not _answers(f"http://127.0.0.1:{port}/accounts/sign-in"):
            if process.poll() is not None or time.perf_counter() - began > LONGEST_SECONDS:
                end = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
                raise BenchFailed(f"`make up` showed no page. The end of what it said:\n{end}")
            time.sleep(0.1)
        return time.perf_counter() - began
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False


def _environment(port: int) -> Mapping[str, str]:
    """As a newcomer's: nothing of ours in it but the port."""
    ours = ("CHENGGE_", "DJANGO_", "DATABASE_URL", "PYTHONPATH", "VIRTUAL_ENV", "MAKE")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {"CHENGGE_PORT": str(port)}
