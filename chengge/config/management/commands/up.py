"""`chengge up`: from nothing to a running city, and back in order."""

import resource
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from chengge.config.house import House, HouseFell, Resident
from chengge.foundation.models import Division
from chengge.lab.city import COUNTY_CODE
from chengge.organization.pages import DEMO_NAMES

FIRST_ANSWER_TIMEOUT_SECONDS = 60
STATIC_VERSIONS_KEPT = 3
DEMO_PASSWORD = "chengge"  # noqa: S105 (known to everybody, on purpose)
# granian counts connections here, idle ones too: every open desk keeps up to six.
OPEN_CONNECTIONS = 4096


class Command(BaseCommand):
    help = "Start the city: database, tables, the demo city if there is none yet, web server and worker. Ctrl-C stops everything."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.BIND_ADDRESS, help="address to listen on (CHENGGE_BIND)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="port to listen on (CHENGGE_PORT)")
        parser.add_argument("--no-demo", action="store_false", dest="demo", help="leave an empty database empty: for a city of your own")

        parser.add_argument("--still", action="store_true", help="let the people of the demo city rest: only who signs in acts")

    def handle(self, *, host: str, port: int, demo: bool, still: bool, **_options: Any) -> None:
        began = time.monotonic()
        _refuse_taken_port(host, port)
        self._make_tables()
        if demo and not get_user_model().objects.exists():
            self.tell("== The demo city (once; a few minutes)")
            call_command("demo")
        self._gather_static_files()
        demo_names = _demo_names()
        connections.close_all()
        _allow_open_files(2 * OPEN_CONNECTIONS)

        def when_started() -> None:
            self.tell(f"== Chengge runs at http://{_shown_host(host)}:{port} (ready in {time.monotonic() - began:.1f} s)")
            if demo_names:
                self.tell(f"   Sign in as {', '.join(demo_names)}; the password is always {DEMO_PASSWORD}")
            if demo_names and not still:
                self.tell("   Its people are at work: cases come in and move while you watch (--still lets them rest).")
            if demo_names and not _is_loopback(host):
                self.tell("   Everybody knows these passwords: do not offer the demo city to the world.")
            self.tell("   Ctrl-C stops it.")

        residents = [_web(host, port, bool(demo_names)), _worker()]
        if settings.MQTT_URL:
            residents.append(_mqtt_listener())
        if demo_names and not still:
            residents.append(_demo_people())
        house = House(residents, _keep_database(self.tell), self.tell)
        try:
            house.run(when_started)
        except HouseFell as fall:
            raise CommandError(str(fall)) from None

    def tell(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _make_tables(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.tell("== Tables of the database")
            call_command("migrate", verbosity=0, interactive=False)

    def _gather_static_files(self) -> None:
        root = Path(settings.STATIC_ROOT)
        done = root / ".complete"
        if not done.exists():
            self.tell("== Files of the pages")
            call_command("collectstatic", verbosity=0, interactive=False)
            done.touch()
            by_age = sorted((folder for folder in root.parent.iterdir() if folder.is_dir()), key=lambda folder: folder.stat().st_mtime)
            for old in by_age[:-STATIC_VERSIONS_KEPT]:
                shutil.rmtree(old, ignore_errors=True)


def _wait_for_first_answer(host: str, port: int, house: House) -> None:
    deadline = time.monotonic() + FIRST_ANSWER_TIMEOUT_SECONDS
    address = f"http://{_shown_host(host)}:{port}/healthz"
    while not house.asked_to_stop.wait(0.1):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except urllib.error.HTTPError as problem:
            raise HouseFell(f"The web server answers {problem.code} at {address}: {problem.read(500).decode(errors='replace')}") from None
        except OSError:
            if any(resident.exit_code() is not None for resident in house.residents) or time.monotonic() > deadline:
                raise HouseFell("The web server did not start. Its last words stand above.") from None


def _web(host: str, port: int, demo: bool) -> Resident:
    options = {
        "interface": "wsgi",
        "host": host,
        "port": str(port),
        "workers": str(settings.WEB_WORKERS),
        "blocking-threads": str(settings.WEB_THREADS),
        "backlog": "1024",
        "backpressure": str(OPEN_CONNECTIONS),
        "blocking-threads-idle-timeout": "600",  # A thread takes its database connection with it.
        "workers-kill-timeout": "15",
        "respawn-interval": "0.5",
        "log-level": "warning",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    command = [sys.executable, "-m", "granian", *words, "--respawn-failed-workers", "--no-ws", "chengge.config.wsgi:application"]
    until_ready = partial(_wait_for_first_answer, host, port)
    return Resident("Web server", command, patience_seconds=20, environment={"CHENGGE_DEMO": "1" if demo else "0"}, until_ready=until_ready)


def _worker() -> Resident:
    options = ["--concurrency", str(settings.WORKER_CONCURRENCY), "--shutdown-graceful-timeout", "20", "--delete-jobs", "successful"]
    return Resident("Worker", [sys.executable, "-m", "chengge.config.cli", "procrastinate", "worker", *options], patience_seconds=30)


def _mqtt_listener() -> Resident:
    return Resident("MQTT listener", [sys.executable, "-m", "chengge.config.cli", "listen_mqtt"], patience_seconds=10)


def _demo_people() -> Resident:
    command = [sys.executable, "-m", "chengge.config.cli", "simulate", "--speed", "1", "--verbosity", "0"]
    return Resident("Demo people", command, patience_seconds=10, needed=False)


def _keep_database(tell: Callable[[str], None]) -> Callable[[], None]:
    private = settings.PRIVATE_POSTGRES
    return (lambda: None) if private is None else (lambda: private.bring_back(tell))


def _demo_names() -> list[str]:
    """The names to sign in with, where the demo city lives; none in a real city."""
    if not Division.objects.filter(code=COUNTY_CODE).exists():
        return []
    there = set(get_user_model().objects.filter(username__in=DEMO_NAMES, is_active=True).values_list("username", flat=True))
    return [name for name in DEMO_NAMES if name in there]


def _is_loopback(host: str) -> bool:
    return host in {"localhost", "127.0.0.1", "::1"}


def _shown_host(host: str) -> str:
    return "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 (compared, not bound)


def _allow_open_files(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    possible = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < possible:
        resource.setrlimit(resource.RLIMIT_NOFILE, (possible, hard))


def _refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            way_out = f"Stop what runs there, or choose another: chengge up --port {port + 1}"
            raise CommandError(f"Cannot listen on {host}:{port} ({problem.strerror}). {way_out}") from None
