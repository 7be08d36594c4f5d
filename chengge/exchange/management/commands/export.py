"""`chengge export`: templates for the importers, and what holds now in the importers' own layout. See docs/import.md."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.errors import Refused
from chengge.exchange.console import shown_progress
from chengge.exchange.exports import SOURCES, Wanted, export, write_template
from chengge.exchange.importers import KINDS, importer_of
from chengge.organization.queries import city_day


class Command(BaseCommand):
    help = "Export a template for an import, or what holds now: handbook, components, grids, divisions, organizations … (docs/import.md)"

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
        template = kinds.add_parser("template", help=_("an empty Excel template for an import"))
        template.add_argument("kind", choices=list(KINDS), metavar="KIND", help=", ".join(KINDS))
        template.add_argument("file", type=Path, metavar="FILE", help=_("where to write it (.xlsx)"))
        for kind in SOURCES:
            under = kinds.add_parser(kind, help=str(importer_of(kind).title))
            under.add_argument(
                "file", type=Path, metavar="FILE", help=_("where to write it (.csv, .xlsx; with places also .geojson, .gpkg)")
            )
            under.add_argument("--day", type=date.fromisoformat, help=_("what held on this day, such as 2026-12-01; today if not given"))
            if kind in ("components", "grids", "divisions"):
                under.add_argument("--division", type=int, help=_("only inside this division"))
            if kind in ("components", "handbook"):
                under.add_argument("--class", dest="class_code", default="", help=_("only this class (four digits) or major class (two)"))

    def handle(self, *, what: str, file: Path, **given: Any) -> None:
        try:
            if what == "template":
                write_template(given["kind"], file)
                self.stdout.write(self.style.SUCCESS(_("%(file)s written.") % {"file": file}))
                return
            wanted = Wanted(given["day"] or city_day(clock.now()), given.get("division"), given.get("class_code", ""))
            with shown_progress() as progress:
                count = export(what, file, wanted, progress)
        except (Refused, OSError) as failure:
            raise CommandError(str(failure)) from failure
        self.stdout.write(self.style.SUCCESS(_("%(file)s written: %(count)d rows.") % {"file": file, "count": count}))
