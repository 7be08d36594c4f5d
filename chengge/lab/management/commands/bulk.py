"""`chengge bulk`: many ended cases with true ledgers, to see how the house stands under years of work."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from rich.console import Console
from rich.progress import track

from chengge.lab.bulk import WINDOWS, load, pattern_ids

FEWEST_PATTERNS = 1_000
PATTERN_DAYS = 12


class Command(BaseCommand):
    help = "Load many ended cases into a demo city: copies of simulated ones at earlier times, each with a ledger that verifies."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cases", type=int, required=True, help="how many cases to add")
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="how many work side by side (default %(default)s)")

    def handle(self, *, cases: int, processes: int, **_options: Any) -> None:
        if cases < 1 or processes < 1:
            raise CommandError("--cases and --processes must be 1 or more.")
        if len(pattern_ids()) < min(FEWEST_PATTERNS, cases):
            call_command("simulate", days=PATTERN_DAYS)
        console = Console(stderr=True)
        try:
            done = sum(track(load(cases, processes), "Loading cases", total=WINDOWS, console=console))
        except ValueError as error:
            raise CommandError(str(error)) from error
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        self.stdout.write(f"{done} cases added.")
