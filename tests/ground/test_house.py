"""The processes of a city live together: what dies is brought back, what keeps dying ends everything, and the end is in order."""

import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from chengge.config.house import House, HouseFell, Resident

STAYS = "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\nprint('up', flush=True)\ntime.sleep(60)"
DIES = "raise SystemExit(3)"
WILL_NOT_GO = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)"


def resident(name: str, program: str, patience_seconds: int = 10) -> Resident:
    return Resident(name, [sys.executable, "-c", program], patience_seconds)


def run_until(house: House, happened: threading.Event) -> None:
    """Ask the house to stop once `happened` is set."""

    def ask() -> None:
        happened.wait(20)
        house.asked_to_stop.set()

    asker = threading.Thread(target=ask)
    asker.start()
    house.run(lambda: None)
    asker.join()


def test_a_killed_resident_is_started_again_and_all_are_stopped_in_order():
    told: list[str] = []
    came_back = threading.Event()
    web, worker = resident("Web server", STAYS), resident("Worker", STAYS)

    def watch() -> None:
        """Stands in for the database watch, which runs as often: kill the web server once, then see it live again."""
        assert web.process is not None
        if not web.deaths:
            psutil.Process(web.process.pid).kill()
            web.process.wait()
        else:
            came_back.set()

    run_until(House([web, worker], watch, told.append), came_back)
    assert told[0] == "Web server was killed by signal 9; starting it again"
    assert told[-3:] == ["Stopping …", "  Web server: stopped", "  Worker: stopped"]
    assert web.exit_code() is not None
    assert worker.exit_code() is not None


def test_who_comes_after_the_web_server_waits_until_it_answers():
    order: list[str] = []
    web, worker = resident("Web server", STAYS), resident("Worker", STAYS)
    web.until_ready = lambda _house: order.append("web answers" if worker.process is None else "worker was there before")
    worker.until_ready = lambda _house: order.append("worker starts")
    started = threading.Event()
    run_until(House([web, worker], started.set, order.append), started)
    assert order[:2] == ["web answers", "worker starts"]


def test_what_keeps_dying_ends_everything_with_its_name():
    told: list[str] = []
    web = resident("Web server", STAYS)
    with pytest.raises(HouseFell, match=r"Worker ended with code 3, the 5th time within a minute"):
        House([web, resident("Worker", DIES)], lambda: None, told.append).run(lambda: None)
    assert web.exit_code() is not None


def test_a_resident_that_will_not_go_is_ended_when_patience_is_over():
    stubborn = resident("Worker", WILL_NOT_GO, patience_seconds=1)
    stubborn.start()
    time.sleep(0.5)
    stubborn.stop()
    assert stubborn.exit_code() == -9


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux ends children with a killed parent.")
def test_residents_do_not_outlive_a_killed_house(tmp_path: Path):
    program = f"""
import time
from chengge.config.house import Resident
child = Resident("Worker", [{sys.executable!r}, "-c", "import time; time.sleep(60)"], 1)
child.start()
print(child.process.pid, flush=True)
time.sleep(60)
"""
    house = psutil.Popen([sys.executable, "-c", program], stdout=-1, text=True)
    child = psutil.Process(int(house.stdout.readline()))
    house.kill()
    house.wait()
    deadline = time.monotonic() + 10
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
