"""What every test may lean on: a real PostgreSQL, a clock to pretend, a browser, and the data handed over beside the repository."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.utils import translation
from pytest_django.plugin import blocking_manager_key

from chengge import clock
from chengge.config.postgres import PrivatePostgres

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django import DjangoDbBlocker

HERE = Path(__file__).parent
QUERY_COUNTS = HERE / "query_counts.json"
SHARED_DATA = HERE.parent.parent / "shared" / "data"
# A Tuesday morning in the working week.
A_WORKING_MORNING = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)

server = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the private PostgreSQL before anything asks for it; other sessions may share it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengge.config.settings")
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in the test's thread; our code is synchronous.
    from django.conf import settings

    stack = ExitStack()
    config.stash[server] = stack
    if settings.PRIVATE_POSTGRES is not None:
        settings.PRIVATE_POSTGRES = _throwaway_server(settings.VAR_DIR / "test-postgres")
        settings.DATABASES["default"]["HOST"] = str(settings.PRIVATE_POSTGRES.socket_folder)
        stack.enter_context(settings.PRIVATE_POSTGRES.in_use("postgres", lambda text: print(text, file=sys.stderr)))
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.AXES_ENABLED = False
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.WHITENOISE_USE_FINDERS = True
    settings.WHITENOISE_AUTOREFRESH = True


def _throwaway_server(home: Path) -> PrivatePostgres:
    """A server whose data nobody will miss: it never waits for the disk, so that a slow disk does not make slow tests. Nor does it
    count rows by itself: to have found a table empty just before a test fills it makes plans that read it row by row.

    The tests of crashes start servers of their own, which wait as they do in a city.
    """
    return PrivatePostgres(home, settings="fsync = off\nfull_page_writes = off\nsynchronous_commit = off\nautovacuum = off\n")


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[server].close()


# What migrations wrote (rules that a city starts with) lies in a schema of its own, to be put back when a test has emptied all tables.
KEEP = """
DO $$ DECLARE one name; filled boolean; BEGIN
  IF to_regnamespace('kept') IS NOT NULL THEN RETURN; END IF;
  CREATE SCHEMA kept;
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename !~ '^(django|auth|procrastinate|silk)_' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', one) INTO filled;
    IF filled THEN EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', one, one); END IF;
  END LOOP;
END $$
"""
PUT_BACK = """
DO $$ DECLARE one name; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'kept' LOOP
    EXECUTE format('INSERT INTO public.%I OVERRIDING SYSTEM VALUE SELECT * FROM kept.%I ON CONFLICT DO NOTHING', one, one);
  END LOOP;
END $$
"""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: "DjangoDbBlocker") -> None:
    """Tests that commit empty the tables afterwards, so the test database lets the ledger be truncated, and nothing else."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE casework_ledgerentry DISABLE TRIGGER ledger_no_truncate")
        cursor.execute(KEEP)
        cursor.execute(PUT_BACK)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """After a test that commits, every test finds the rules of a new city again, in whatever order they run."""
    yield
    if nextitem is None:  # with the last test the database itself has gone
        return
    marker = item.get_closest_marker("django_db")
    if (marker and marker.kwargs.get("transaction")) or {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ())):
        from django.db import connection

        with item.config.stash[blocking_manager_key].unblock(), connection.cursor() as cursor:
            cursor.execute(PUT_BACK)


@pytest.fixture
def pretended_clock() -> Iterator[clock.PretendedClock]:
    """The city's clock, standing still on a working morning until the test moves it."""
    with clock.pretend(A_WORKING_MORNING) as pretended:
        yield pretended


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Every test begins in English, whatever language the one before left behind: a page that was asked for leaves its own. What
    members read in Chinese is a matter of the catalogue.
    """
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def media_folder(settings: object, tmp_path: Path) -> Path:
    """Photos and other uploads of a test go into a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    return tmp_path / "media"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The data of real cities handed over beside the repository; none of it is part of the product."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"The shared data is not here ({SHARED_DATA.parent.name}/{SHARED_DATA.name} beside the repository).")
    return SHARED_DATA


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """A real Chromium, without a screen; maps are drawn by software."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        message = "No Chromium found. Install it, for example: apt-get install chromium fonts-noto-cjk"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        arguments = [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--use-angle=swiftshader",
            "--enable-unsafe-swiftshader",
        ]
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """A fresh page at the size of an office screen, in Chinese. A fault of a script or a refused resource fails the test."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN", timezone_id="Asia/Shanghai")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert not faults, f"The browser reported: {faults}"


QueryCounter = Callable[[str], AbstractContextManager[None]]


@pytest.fixture
def counted_queries() -> QueryCounter:
    """Counts the queries of a list: `with counted_queries("dispatcher's desk"): client.get(…)`.

    The count is kept in tests/query_counts.json. A smaller or new one is written there; a grown one fails, until somebody
    edits the file on purpose.
    """
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    @contextmanager
    def counting(name: str) -> Iterator[None]:
        with CaptureQueriesContext(connection) as queries:
            yield
        known: dict[str, int] = json.loads(QUERY_COUNTS.read_text()) if QUERY_COUNTS.exists() else {}
        limit = known.get(name)
        if limit is not None and len(queries) > limit:
            listed = "\n".join(query["sql"][:300] for query in queries)
            pytest.fail(f"{name!r} now asks {len(queries)} queries, {limit} were enough before (tests/query_counts.json):\n{listed}")
        if limit is None and os.environ.get("CI") == "true":
            pytest.fail(f"{name!r} has no entry in tests/query_counts.json. Run the tests once at home and commit the file.")
        if limit is None or len(queries) < limit:
            QUERY_COUNTS.write_text(json.dumps(dict(sorted((known | {name: len(queries)}).items())), indent=2, ensure_ascii=False) + "\n")

    return counting
