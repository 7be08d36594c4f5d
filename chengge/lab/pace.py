"""How simulated seconds pass: all at once, or beside the real clock."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Protocol

from django.db import transaction

from chengge import clock


class Pace(Protocol):
    """Moments are epoch seconds of the simulation; `events_together` is how many are told of at once."""

    events_together: int

    def living(self, at: int) -> AbstractContextManager[None]:
        """The time of the whole simulation, from `at` on."""

    def wait_until(self, at: int) -> None:
        """Let it become `at`."""

    def transaction(self) -> AbstractContextManager[None]:
        """What holds a few hundred events together."""


class AtOnce:
    """Pretends the time of each event, and does them in a few large transactions."""

    events_together = 400

    def __init__(self) -> None:
        self._clock: clock.PretendedClock | None = None

    @contextmanager
    def living(self, at: int) -> Iterator[None]:
        with clock.pretend(datetime.fromtimestamp(at, UTC)) as self._clock:
            yield

    def wait_until(self, at: int) -> None:
        if self._clock is not None:
            self._clock.set(datetime.fromtimestamp(at, UTC))

    def transaction(self) -> AbstractContextManager[None]:
        return transaction.atomic()


class Beside:
    """Lives beside the real clock, `speed` times as fast: people act sooner, but what they do bears the real time."""

    events_together = 10

    def __init__(self, speed: float, start: int) -> None:
        self.speed, self.start, self.began = speed, start, time.monotonic()

    def living(self, at: int) -> AbstractContextManager[None]:
        return nullcontext()

    def wait_until(self, at: int) -> None:
        left = (at - self.start) / self.speed - (time.monotonic() - self.began)
        if left > 0:
            time.sleep(left)

    def transaction(self) -> AbstractContextManager[None]:
        return nullcontext()
