"""`chengge facts refresh`, `rebuild`, `status`, `dictionary` and `indicators`."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from rich.console import Console
from rich.table import Table

from chengge.evaluation.facts import city_facts, dictionary, fact_tables, rebuild, refresh
from chengge.evaluation.indicators import listing

PAGES = {"dictionary": ("facts.md", dictionary.renewed), "indicators": ("indicators.md", listing.renewed)}


class Command(BaseCommand):
    help = "The facts that scores are worked out from: bring them up to the ledger, make them anew, or say what there is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="what", required=True)
        actions.add_parser("refresh", help="read on from where the last time ended")
        actions.add_parser("rebuild", help="make all facts anew from the database")
        actions.add_parser("status", help="which tables and months there are")
        actions.add_parser("dictionary", help="write the meaning of every column into docs/facts.md")
        actions.add_parser("indicators", help="write every indicator with its formula into docs/indicators.md")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        store = city_facts()
        if what == "status":
            self._status()
            return
        if what in PAGES:
            name, renew = PAGES[what]
            page = settings.BASE_DIR / "docs" / name
            page.write_text(renew(page.read_text(encoding="utf-8")), encoding="utf-8")
            self.stdout.write(f"docs/{name}: written anew")
            return
        began = time.monotonic()
        with Console(stderr=True).status("Facts") as status:
            done = (refresh if what == "refresh" else rebuild)(store, lambda line: status.update(f"Facts: {line}"))
        months = sum(map(len, done.changed.values()))
        how = "made anew" if done.anew else "brought up to now"
        self.stdout.write(f"Facts {how}: {done.cases:,} cases read, {months} files written, {time.monotonic() - began:.1f} s")

    def _status(self) -> None:
        manifest = city_facts().manifest()
        shown = Table("Table", "Months", "Rows", title=f"Facts, digest {manifest.digest()[:16]}")
        for table in fact_tables():
            months = manifest.files.get(table.name, {})
            span = f"{min(months)} … {max(months)}" if months else "–"
            shown.add_row(table.name, span, f"{sum(kept['rows'] for kept in months.values()):,}")
        Console().print(shown)
