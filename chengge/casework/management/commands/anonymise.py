"""`chengge anonymise`: reports of cases that ended long ago lose name and contact."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from chengge.casework import personal, privacy
from chengge.personal import added, words_of


class Command(BaseCommand):
    help = "Take names and contacts off the reports of cases that ended long ago. What was said stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--older-than-months", type=int, default=settings.ANONYMISE_MONTHS, help="since the case ended (%(default)s)")
        parser.add_argument("--dry-run", action="store_true", help="count by channel and month; change nothing")

    def handle(self, *args: Any, older_than_months: int, dry_run: bool, **options: Any) -> None:
        if older_than_months < 1:
            raise CommandError("--older-than-months must be 1 or more. (With CHENGGE_ANONYMISE_MONTHS=0 nothing is made anonymous by age.)")
        if dry_run:
            self._count(older_than_months)
            return
        went = added(privacy.anonymise(older_than_months))
        left_over = personal.remove_leftover_files()
        for code, number in went.items():
            self.stdout.write(f"{'reports made anonymous' if code == 'reports' else words_of(code)}: {number}")
        if left_over:
            self.stdout.write(f"files of the forgotten that a crash had left: {left_over}")
        if not went:
            self.stdout.write("No report is that old.")

    def _count(self, months: int) -> None:
        found = privacy.due_to_be_anonymised(months)
        for row in found:
            self.stdout.write(f"{row.month}  {row.channel:<10} {row.count:>7}")
        self.stdout.write(f"{sum(row.count for row in found)} reports would lose name and contact. Nothing was changed.")
