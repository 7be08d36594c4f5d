"""The one source of now.

Everything in Chengge that asks what time it is asks here. Tests, history import and the simulator pretend another time for the
current thread or task; everybody else keeps the real one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class PretendedClock:
    """A clock that stands still until it is moved. `at` is an aware UTC datetime."""

    at: datetime

    def set(self, at: datetime) -> None:
        """Move to a moment, forward or back. Raises ValueError when `at` names no time zone."""
        self.at = _in_utc(at)

    def advance(self, by: timedelta) -> None:
        """Let time go by."""
        self.at += by


_pretended: ContextVar[PretendedClock | None] = ContextVar("chengge_pretended_clock", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC; the pretended one inside `pretend`."""
    clock = _pretended.get()
    return datetime.now(UTC) if clock is None else clock.at


def is_pretended() -> bool:
    """Whether this thread or task lives at another time; the ledger writes it down."""
    return _pretended.get() is not None


@contextmanager
def pretend(at: datetime) -> Iterator[PretendedClock]:
    """Make `now()` answer `at` inside the block; the clock given can be moved. Raises ValueError when `at` names no time zone."""
    clock = PretendedClock(_in_utc(at))
    token = _pretended.set(clock)
    try:
        yield clock
    finally:
        _pretended.reset(token)


def _in_utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} names no time zone: a moment here is always aware, for example 2026-11-23T08:00+08:00")
    return at.astimezone(UTC)
