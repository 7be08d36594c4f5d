"""The one source of now."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from chengge import clock

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


def test_now_is_aware_and_in_utc():
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_pretended_clock_stands_still_until_it_is_moved():
    with clock.pretend(NOON) as pretended:
        assert clock.now() == NOON
        pretended.advance(timedelta(minutes=15))
        assert clock.now() == NOON + timedelta(minutes=15)
        pretended.set(NOON - timedelta(days=1))
        assert clock.now() == NOON - timedelta(days=1)


def test_the_real_time_comes_back_afterwards_even_after_an_error():
    with pytest.raises(KeyError), clock.pretend(NOON):
        raise KeyError
    assert not clock.is_pretended()
    assert clock.now() != NOON


def test_a_clock_inside_a_clock_gives_way_to_the_outer_one():
    with clock.pretend(NOON):
        with clock.pretend(NOON + timedelta(hours=1)):
            assert clock.now() == NOON + timedelta(hours=1)
        assert clock.now() == NOON


def test_another_thread_keeps_the_real_time():
    seen: list[bool] = []
    with clock.pretend(NOON):
        thread = Thread(target=lambda: seen.append(clock.is_pretended()))
        thread.start()
        thread.join()
    assert seen == [False]


def test_shanghai_time_is_understood_and_kept_as_utc():
    with clock.pretend(datetime.fromisoformat("2026-11-24T12:00+08:00")):
        assert clock.now() == NOON
        assert clock.now().tzinfo is UTC


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="names no time zone"), clock.pretend(datetime(2026, 11, 24, 12)):  # noqa: DTZ001
        pass
