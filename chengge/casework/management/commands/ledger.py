"""`chengge ledger verify` and `chengge ledger rebuild`."""

import os
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from chengge.casework import audit
from chengge.casework.models import Case
from chengge.casework.said import SaidBroken
from chengge.domain.fold import FoldBroken

SHOWN = 20


class Command(BaseCommand):
    help = "Check that the ledger is whole and that every case is what its entries add up to, or write cases anew from their entries."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="what", required=True)
        verify = actions.add_parser("verify", help="recompute every hash and every case; exit 1 where anything differs")
        verify.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="how many work side by side")
        rebuild = actions.add_parser("rebuild", help="write the rows of cases, clocks and assignments anew from the entries")
        rebuild.add_argument("--case", dest="number", help="only the case with this number")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if what == "verify":
            self._verify(options["processes"])
        else:
            self._rebuild(options["number"])

    def _verify(self, processes: int) -> None:
        started = time.monotonic()
        cases = entries = 0
        faults: list[audit.Fault] = []
        with self._progress() as progress:
            bar = progress.add_task("Verifying the ledger", total=len(audit.ranges()))
            for checked in audit.verify(processes):
                cases += checked.cases
                entries += checked.entries
                faults += checked.faults
                progress.advance(bar)
        seconds = time.monotonic() - started
        self.stdout.write(f"{cases} cases, {entries} entries, {seconds:.1f} s ({entries / max(seconds, 1e-6):,.0f} entries/s)")
        for fault in faults[:SHOWN]:
            where = f"entry {fault.seq}" if fault.seq else "row"
            self.stdout.write(f"case {fault.number or fault.case_id}, {where}: {fault.what}")
        if len(faults) > SHOWN:
            self.stdout.write(f"… and {len(faults) - SHOWN} more")
        if faults:
            first = faults[0]
            raise CommandError(f"the first bad entry is {first.seq} of case {first.number or first.case_id}: {first.what}", returncode=1)
        self.stdout.write("No difference.")

    def _rebuild(self, number: str | None) -> None:
        if number is not None:
            chosen = list(Case.objects.filter(number=number).values_list("pk", flat=True))
            if not chosen:
                raise CommandError(f"there is no case {number}")
        else:
            chosen = [fault.case_id for checked in audit.verify(1) for fault in checked.faults]
        mended = 0
        with self._progress() as progress:
            for case_id in progress.track(chosen, description="Rebuilding cases"):
                try:
                    mended += audit.rebuild(case_id)
                except (FoldBroken, SaidBroken) as broken:
                    raise CommandError(f"{broken}. The entries themselves are damaged: restore them from the backup.") from broken
        self.stdout.write(f"{mended} of {len(chosen)} cases were different and are as their entries say again.")

    def _progress(self) -> Progress:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        return Progress(*columns, console=Console(stderr=True))
