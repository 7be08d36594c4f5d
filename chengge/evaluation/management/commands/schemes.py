"""`chengge schemes list` and `load`: the schemes by which the city judges, and those that come with Chengge."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from chengge import clock
from chengge.domain.errors import Refused
from chengge.evaluation.actions.schemes_shipped import load_shipped
from chengge.evaluation.models import Scheme
from chengge.evaluation.queries.schemes import state_of, version_in_effect
from chengge.organization.actions.authority import COMMAND_LINE
from chengge.organization.queries import city_day


class Command(BaseCommand):
    help = "The schemes by which the city judges: list them, or load those that come with Chengge."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="what", required=True)
        actions.add_parser("list", help="every scheme with its versions")
        load = actions.add_parser("load", help="load the shipped schemes as drafts; again changes nothing")
        load.add_argument(
            "--in-effect-from", type=date.fromisoformat, metavar="DAY", help="and let them judge from this day on: 2026-12-01"
        )

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if what == "list":
            self._list()
            return
        try:
            loaded = load_shipped(COMMAND_LINE, options["in_effect_from"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        for one in loaded:
            self.stdout.write(f"{one.version.scheme.code}: version {one.version.number} {one.outcome}")

    def _list(self) -> None:
        today = city_day(clock.now())
        shown = Table("Code", "Name", "Judges now", "Versions", title="Schemes")
        for scheme in Scheme.objects.order_by("code").prefetch_related("versions"):
            now = version_in_effect(scheme, today)
            versions = ", ".join(f"{one.number} {state_of(one, today)}" for one in scheme.versions.all())
            shown.add_row(scheme.code, scheme.name, f"version {now.number}" if now else "–", versions or "–")
        Console().print(shown)
