"""`chengge erase`: forget one person, as the page /manage/erase/ does."""

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chengge.casework import privacy
from chengge.domain.errors import Refused
from chengge.organization.models import Member
from chengge.organization.queries import actor_of
from chengge.personal import words_of


class Command(BaseCommand):
    help = "Forget somebody who reported: show what is kept, and take it away once confirmed. The contact is asked for."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--member", required=True, help="sign-in name of the administrator who answers for it")
        parser.add_argument("--report", type=int, help="number of a report (R…), instead of a contact")
        parser.add_argument("--reference", default="", help="number of the request in your files; no name")
        parser.add_argument("--yes", action="store_true", help="do not ask again")

    def handle(self, *args: Any, member: str, report: int | None, reference: str, yes: bool, **options: Any) -> None:
        try:
            actor = actor_of(Member.objects.get(username=member))
        except Member.DoesNotExist:
            raise CommandError(f"there is no member {member}") from None
        contact = "" if report is not None else self._asked("Telephone or e-mail of the person: ")
        try:
            found = privacy.find_person(actor, contact, report)
            if not found:
                self.stdout.write("Nothing is kept of this person.")
                return
            for code, number in found.counts.items():
                self.stdout.write(f"{words_of(code)}: {number}")
            self.stdout.write(f"reports: {len(found.reports)}")
            if not yes and input("Forget this for ever? Type yes: ").strip().lower() != "yes":
                self.stdout.write("Nothing was changed.")
                return
            record = privacy.erase(actor, found.whose, reference)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Forgotten; record {record.pk}.")

    def _asked(self, question: str) -> str:
        """Not on the command line, where the shell would remember it."""
        return getpass(question) if sys.stdin.isatty() else sys.stdin.readline().strip()
