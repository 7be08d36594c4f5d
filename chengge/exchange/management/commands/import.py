"""`chengge import KIND FILE`: bring in what a city has. See docs/import.md."""  # noqa: N999

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from chengge.domain.errors import Refused
from chengge.exchange.console import history_page, page_of, shown_progress
from chengge.exchange.history import apply_history, judged_of, plan_history, read_mapping
from chengge.exchange.importers import (
    COMMON_OPTIONS,
    KINDS,
    Options,
    apply,
    help_of,
    importer_of,
    options_of,
    plan,
    write_faults,
    write_refused,
)
from chengge.exchange.importers.class_tables import read_class_table
from chengge.exchange.tables import check_table_path, write_table
from chengge.organization.actions import COMMAND_LINE, FirstPassword


class Command(BaseCommand):
    help = "Import divisions, borders, grids, components, catalogue, handbook, organizations, members … from a file (docs/import.md)"

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = parser.add_subparsers(dest="what", required=True, metavar="KIND")
        for kind in KINDS:
            importer = importer_of(kind)
            under = kinds.add_parser(kind, help=str(importer.title), description=str(importer.about))
            under.add_argument("file", type=Path, metavar="FILE", help=_("the file to import"))
            under.add_argument("--dry-run", action="store_true", help=_("only show what would change"))
            under.add_argument(
                "--skip-bad", type=Path, metavar="FILE", help=_("import the good rows; write the refused ones, with reasons, to FILE")
            )
            under.add_argument("--report", type=Path, metavar="FILE", help=_("write every fault to FILE (.csv or .xlsx)"))
            if kind == "members":
                under.add_argument(
                    "--passwords", type=Path, metavar="FILE", help=_("new file for the first passwords, readable by you alone")
                )
            _add_options(under, (*importer.options, *COMMON_OPTIONS))
        history = kinds.add_parser("history", help=_("old cases of another system, as true ledgers that say they were imported"))
        history.add_argument("file", type=Path, metavar="FILE", help=_("CSV (.csv, .csv.gz) or Parquet"))
        history.add_argument("--mapping", type=Path, required=True, metavar="FILE", help=_("what stands where in the list (TOML)"))
        history.add_argument("--dry-run", action="store_true", help=_("only show what would come"))
        history.add_argument(
            "--skip-bad", type=Path, metavar="FILE", help=_("import the good rows; write the refused ones, with reasons, to FILE")
        )

    def handle(self, *, what: str, file: Path, **given: Any) -> None:
        try:
            if what == "history":
                self._import_history(file, given["mapping"], given["skip_bad"], dry_run=given["dry_run"])
            else:
                self._import(what, file, given)
        except Refused as refused:
            raise CommandError(str(refused)) from refused

    def _import(self, kind: str, file: Path, given: dict[str, Any]) -> None:
        _check_paths(given)
        with shown_progress() as progress:
            made = plan(kind, file, _options(kind, given), progress)
        self.stdout.write(page_of(made, colours=self.stdout.isatty(), with_samples=given["dry_run"]))
        if given["report"]:
            write_faults(made.faults, given["report"])
        if given["skip_bad"]:
            write_refused(made, given["skip_bad"])
        if given["dry_run"]:
            if not made.may_be_applied:
                raise CommandError(_("This import would be refused. Put the rows right, or use --skip-bad FILE."))
            self.stdout.write(_("Dry run: nothing was written."))
            return
        passwords: Path | None = given.get("passwords")
        if kind == "members" and made.counts.new and made.may_be_applied and passwords is None:
            raise CommandError(_("New members get first passwords: say with --passwords FILE where to write them."))
        with shown_progress() as progress:
            applied = apply(made, COMMAND_LINE, progress)
        if passwords is not None and applied.outcome:
            write_passwords(applied.outcome, passwords)
            self.stdout.write(_("First passwords are in %(file)s. Hand them out, then delete the file.") % {"file": passwords})
        self.stdout.write(self.style.SUCCESS(_("Imported.") if made.counts.written else _("Nothing to change.")))

    def _import_history(self, file: Path, mapping: Path, skip_bad: Path | None, *, dry_run: bool) -> None:
        if skip_bad is not None:
            check_table_path(skip_bad)
        with shown_progress() as progress:
            progress(_("Reading the list"), 0, 0)
            made = plan_history(file, read_mapping(mapping))
        self.stdout.write(history_page(made))
        if made.faults and skip_bad is None and not dry_run:
            raise CommandError(_("Nothing was written. Put the rows right, or use --skip-bad FILE."))
        if skip_bad is not None:
            columns = list(made.refused[0]) if made.refused else []
            write_table(skip_bad, columns, ([row[name] for name in columns] for row in made.refused))
        if dry_run:
            self.stdout.write(_("Dry run: nothing was written."))
            return
        with shown_progress() as progress:
            new = apply_history(made, lambda done, total: progress(_("Writing ledgers"), done, total))
        self.stdout.write(_("%(new)d cases are new; %(there)d were there already.") % {"new": new, "there": len(made.cases) - new})
        judged = judged_of(made)
        if judged.agree or judged.contradict:
            said = {"agree": judged.agree, "contradict": judged.contradict}
            self.stdout.write(_("In time or late, beside the list's own word: %(agree)d agree, %(contradict)d contradict.") % said)
        for number in judged.numbers:
            self.stdout.write(f"  {number}")


def write_passwords(passwords: Sequence[FirstPassword], path: Path) -> None:
    """Into a new file that only its owner may read. Raises FileExistsError rather than write over one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        for one in passwords:
            file.write(f"{one.username}\t{one.full_name}\t{one.password}\n")


def _add_options(parser: Any, names: Sequence[str]) -> None:
    for name in names:
        if name == "skip_bad":
            continue
        described = help_of(name)
        flag = f"--{name.replace('_', '-')}"
        if described.is_switch:
            parser.add_argument(flag, action="store_true", help=str(described.help))
        else:
            parser.add_argument(flag, choices=described.choices or None, default="", help=str(described.help).replace("%", "%%"))


def _options(kind: str, given: dict[str, Any]) -> Options:
    values = {name: given[name] for name in options_of(kind) if name != "skip_bad"}
    if values.get("class_map"):
        values["class_map"] = read_class_table(Path(values["class_map"]))
    return Options.parse(values | {"skip_bad": given["skip_bad"] is not None})


def _check_paths(given: dict[str, Any]) -> None:
    """Say before the work what cannot be written after it."""
    for name in ("skip_bad", "report"):
        if given[name] is not None:
            check_table_path(given[name])
    passwords = given.get("passwords")
    if passwords is not None and passwords.exists():
        raise CommandError(_("%(file)s exists already: first passwords go into a new file.") % {"file": passwords})
