"""The private PostgreSQL: there when needed, safe when killed, gone when nobody is left."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from chengge.config.postgres import PORT, SUPERUSER, PostgresFailed, PrivatePostgres

USE_IT = """
import sys, time
from pathlib import Path
from chengge.config.postgres import PrivatePostgres
with PrivatePostgres(Path(sys.argv[1])).in_use("city", lambda text: None):
    print("here", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def private() -> Iterator[PrivatePostgres]:
    # Not in pytest's own folder: every session of pytest closes that to the user PostgreSQL runs as.
    with tempfile.TemporaryDirectory(prefix="chengge-test-", ignore_cleanup_errors=True) as folder:
        private = PrivatePostgres(Path(folder) / "postgres")
        yield private
        private.stop()


def silent(_text: str) -> None:
    pass


def connected(private: PrivatePostgres) -> psycopg.Connection:
    return psycopg.connect(host=str(private.socket_folder), port=PORT, user=SUPERUSER, dbname="city", autocommit=True)


def kill(private: PrivatePostgres) -> None:
    """As a power cut would: no warning, no cleaning up."""
    server = psutil.Process(int((private.data / "postmaster.pid").read_text().splitlines()[0]))
    server.kill()
    deadline = time.monotonic() + 10
    while psutil.pid_exists(server.pid) and server.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.01)


def another_user(private: PrivatePostgres, seconds: float) -> subprocess.Popen[str]:
    user = subprocess.Popen([sys.executable, "-c", USE_IT, str(private.home), str(seconds)], stdout=subprocess.PIPE, text=True)
    assert user.stdout is not None
    return user


def arrived(user: subprocess.Popen[str]) -> bool:
    assert user.stdout is not None
    return user.stdout.readline() == "here\n"


def test_it_is_made_on_first_use_and_stopped_by_the_last_to_leave(private):
    told: list[str] = []
    with private.in_use("city", told.append):
        assert private.is_running()
        with connected(private) as connection:
            assert connection.execute("SELECT count(*) FROM pg_class").fetchone()
    assert told == ["Making a private PostgreSQL database (once) …"]
    assert not private.is_running()


def test_what_is_acknowledged_is_on_the_disk(private):
    with private.in_use("city", silent), connected(private) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute(f"SHOW {name}").fetchone() == ("on",)


def test_it_can_be_reached_from_no_network(private):
    with private.in_use("city", silent), connected(private) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_only_its_own_user_may_open_its_socket(private):
    with private.in_use("city", silent):
        assert (private.socket_folder / f".s.PGSQL.{PORT}").stat().st_mode & 0o077 == 0


def test_a_short_command_does_not_stop_the_server_under_a_running_city(private):
    city = another_user(private, 30)
    try:
        assert arrived(city)
        with private.in_use("city", silent):
            pass
        assert private.is_running()
    finally:
        city.terminate()
        city.wait()
        private.stop()


def test_four_who_come_at_once_find_one_server(private):
    users = [another_user(private, 0.5) for _ in range(4)]
    assert [arrived(user) for user in users] == [True] * 4
    assert [user.wait() for user in users] == [0] * 4
    assert not private.is_running()


def test_a_user_that_was_killed_does_not_keep_the_server_for_ever(private):
    user = another_user(private, 30)
    assert arrived(user)
    user.kill()
    user.wait()
    assert private.is_running()
    with private.in_use("city", silent):
        pass
    assert not private.is_running()


def test_after_kill_9_the_next_start_finds_every_acknowledged_row(private):
    with private.in_use("city", silent):
        with connected(private) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept (row int)")
            connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
        kill(private)
        private.bring_back(silent)
        with connected(private) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)


def test_a_left_over_process_number_that_now_belongs_to_another_program_is_no_obstacle(private):
    with private.in_use("city", silent):
        kill(private)
    left_over = private.data / "postmaster.pid"
    if left_over.exists():
        lines = left_over.read_text().splitlines()
        left_over.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with private.in_use("city", silent):
        assert private.is_running()


def test_an_administrators_own_settings_win(private):
    (private.data / "local.conf").write_text("work_mem = '5MB'\n")
    (private.data / "local.conf").chmod(0o644)
    with private.in_use("city", silent), connected(private) as connection:
        assert connection.execute("SHOW work_mem").fetchone() == ("5MB",)


def test_a_setting_postgresql_does_not_know_is_shown_with_the_end_of_its_log(private):
    local = private.data / "local.conf"
    local.write_text("no_such_setting = 1\n")
    try:
        with pytest.raises(PostgresFailed, match="no_such_setting"), private.in_use("city", silent):
            pass
    finally:
        local.unlink()


def test_a_long_path_gets_a_short_socket():
    private = PrivatePostgres(Path("/a" * 80) / "postgres")
    assert len(str(private.socket_folder)) < 80
