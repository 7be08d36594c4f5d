"""`chengge fetch_mail`: look into the city's mailbox now."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from chengge.casework.models import Channel
from chengge.intake.actions.channels import own_source
from chengge.intake.actions.mail import look_into_mailbox
from chengge.intake.letters import shown_address


class Command(BaseCommand):
    help = "Look into the city's mailbox now, and say what is wrong with it. The worker does so every minute where CHENGGE_MAIL_URL is set."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default=settings.MAIL_URL, help="imaps://user:word@host/INBOX or maildir:///path (CHENGGE_MAIL_URL)")

    def handle(self, *, url: str, **_options: Any) -> None:
        if not url:
            raise CommandError("Name a mailbox: CHENGGE_MAIL_URL=imaps://user:word@host/INBOX, or --url.")
        taken = look_into_mailbox(url)
        source = own_source(Channel.EMAIL.value, shown_address(url))
        if source.trouble:
            raise CommandError(f"{source.name}: {source.trouble}")
        if source.paused_at is not None:
            raise CommandError(f"{source.name} is paused (Management, Sources).")
        self.stdout.write(f"{source.name}: {taken} letters looked at.")
