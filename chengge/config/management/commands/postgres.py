"""`chengge postgres`: look at the private PostgreSQL, stop it, or run one of its own programs on our database."""

import os
import subprocess
import sys
from argparse import REMAINDER, ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from chengge.config.postgres import PrivatePostgres


class Command(BaseCommand):
    help = "The private PostgreSQL: status, stop, or run one of its programs (pg_dump, pg_restore, psql, pgbench) on our database"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("status", help="say whether it runs, and where its files are")
        actions.add_parser("stop", help="stop it, whoever uses it; what was acknowledged is kept")
        run = actions.add_parser("run", help="run a program of PostgreSQL on our database, for example: run pg_dump -Fc -f city.dump")
        run.add_argument("program")
        run.add_argument("arguments", nargs=REMAINDER)

    def handle(self, *, action: str, **options: Any) -> None:
        private = settings.PRIVATE_POSTGRES
        if private is None:
            raise CommandError("DATABASE_URL names a PostgreSQL of your own; use that server's own tools.")
        if action == "status":
            self.stdout.write(f"{'running' if private.is_running() else 'stopped'}; data in {private.data}, log in {private.log}")
        elif action == "stop":
            private.stop()
            self.stdout.write("stopped")
        else:
            self._run(private, options["program"], options["arguments"])

    def _run(self, private: PrivatePostgres, program: str, arguments: list[str]) -> None:
        path = private.programs / program
        if not path.is_file() or "/" in program:
            known = ", ".join(sorted(file.name for file in private.programs.iterdir()))
            raise CommandError(f"PostgreSQL has no program {program!r}. It has: {known}")
        with private.in_use(settings.DATABASE_NAME, self.stderr.write):
            done = subprocess.run([str(path), *arguments], env=os.environ | private.client_environment(settings.DATABASE_NAME), check=False)
        if done.returncode:
            sys.exit(done.returncode)
