"""Keeps the processes of a running city alive: starts them in order, restarts what dies, stops everything in reverse order."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

GIVE_UP_AFTER_DEATHS = 5
DEATHS_COUNT_FOR_SECONDS = 60
WATCH_EVERY_SECONDS = 0.5
LONGER_PAUSE_SECONDS = 0.5  # After every death of the same process.
PR_SET_PDEATHSIG = 1


class HouseFell(Exception):
    """A process of the city keeps dying; the message says which."""


@dataclass(slots=True)
class Resident:
    """One process of the city.

    Attributes:
        patience_seconds: how long it may take to finish what it has begun when asked to stop.
        needed: whether the house falls without it; another one is left alone once it has ended by itself.
        until_ready: waits until it does its work; the residents after it start only then, and leave it the processors till then.
    """

    name: str
    command: Sequence[str]
    patience_seconds: int
    environment: Mapping[str, str] = field(default_factory=dict)
    needed: bool = True
    until_ready: Callable[["House"], None] = lambda _house: None
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        self.process = subprocess.Popen(
            list(self.command),
            env=os.environ | dict(self.environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C in the terminal reaches only us; we stop the others in order.
            preexec_fn=_end_with_parent,
        )

    def exit_code(self) -> int | None:
        """The code with which the process ended, or minus the signal that killed it; None while it lives or has not been started."""
        return None if self.process is None else self.process.poll()

    def stop(self) -> None:
        """Ask it to end, and wait; end it and all its children when patience is over."""
        if self.process is None:
            return
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(self.patience_seconds)
        self.kill()
        self.process.wait()

    def kill(self) -> None:
        """End it at once, and every process it has started: a killed parent does not take them along."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


@dataclass(slots=True)
class House:
    """The running city. `keep_database` is called again and again to bring back a database server that died; `tell` prints a line."""

    residents: Sequence[Resident]
    keep_database: Callable[[], None]
    tell: Callable[[str], None]
    asked_to_stop: threading.Event = field(default_factory=threading.Event)

    def run(self, when_started: Callable[[], None]) -> None:
        """Live until Ctrl-C or SIGTERM, then stop everything. Raises HouseFell when a process cannot be kept alive."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask_to_stop)
        try:
            for resident in self.residents:
                resident.start()
                resident.until_ready(self)
                if self.asked_to_stop.is_set():
                    return
            when_started()
            while not self.asked_to_stop.wait(WATCH_EVERY_SECONDS):
                self.keep_database()
                for resident in self.residents:
                    code = resident.exit_code()
                    if code is not None and resident.needed:
                        self._bring_back(resident, code)
                    elif code is not None:
                        self._let_go(resident, code)
        finally:
            self.tell("Stopping …")
            for resident in self.residents:
                resident.stop()
                self.tell(f"  {resident.name}: stopped")

    def _bring_back(self, resident: Resident, code: int) -> None:
        now = time.monotonic()
        resident.deaths = [*(death for death in resident.deaths if now - death < DEATHS_COUNT_FOR_SECONDS), now]
        how = _way_of_death(code)
        if len(resident.deaths) >= GIVE_UP_AFTER_DEATHS:
            raise HouseFell(f"{resident.name} {how}, the {GIVE_UP_AFTER_DEATHS}th time within a minute. Its last words stand above.")
        self.tell(f"{resident.name} {how}; starting it again")
        resident.kill()
        self.asked_to_stop.wait((len(resident.deaths) - 1) * LONGER_PAUSE_SECONDS)
        resident.start()

    def _let_go(self, resident: Resident, code: int) -> None:
        self.tell(f"{resident.name} {_way_of_death(code)}; the city goes on without it")
        resident.kill()
        resident.process = None

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked_to_stop.is_set():  # Asked twice: the person does not want to wait.
            for resident in self.residents:
                resident.kill()
        self.asked_to_stop.set()


def _way_of_death(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"


def _end_with_parent() -> None:
    """Have Linux end the child when its parent is killed; elsewhere a killed parent leaves its children to the administrator."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
