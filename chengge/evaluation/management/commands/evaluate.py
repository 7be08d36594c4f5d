"""`chengge evaluate`: make a run, or reckon one again."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from chengge.domain.errors import Refused
from chengge.evaluation import run_files
from chengge.evaluation.actions.runs import Wanted, run_of_the_house
from chengge.evaluation.models import EvaluationRun, RunSubject
from chengge.evaluation.queries.runs import group_label, reckoned_again
from chengge.evaluation.results import SAMPLES, SEED


class Command(BaseCommand):
    help = "Score a period by a scheme, or reckon a run again and see whether it comes out the same."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--period", help="a year 2026, half 2026-H2, quarter 2026-Q4, month 2026-10, ISO week 2026-W41 or day 2026-10-05"
        )
        parser.add_argument("--scheme", metavar="CODE", help="the code of the scheme")
        parser.add_argument("--reason", default="", help="why it replaces the run that there is")
        parser.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb", help="what the facts are read with")
        parser.add_argument("--out", type=Path, metavar="FOLDER", help="write the result there as CSV and JSON")
        parser.add_argument("--seed", type=int, default=SEED, help="of the drawing that the intervals come from")
        parser.add_argument("--samples", type=int, default=SAMPLES, help="how often to draw")
        parser.add_argument("--again", type=int, metavar="RUN", help="reckon this run again from the facts that it was made from")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["again"] is not None:
                self._again(options["again"], options["out"])
                return
            if not options["period"] or not options["scheme"]:
                raise CommandError("Say which: --period 2026-10 --scheme CODE, or --again RUN.")
            self._make(options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal

    def _make(self, options: dict[str, Any]) -> None:
        wanted = Wanted(options["scheme"], options["period"], options["reason"], options["engine"], options["samples"], options["seed"])
        began = time.monotonic()
        with Console(stderr=True).status(f"Evaluation of {wanted.period}"):
            run = run_of_the_house(wanted)
        self._show(run)
        self.stdout.write(f"Run {run.pk}: facts {run.facts_digest[:16]}, result {run.result_digest[:16]}, {time.monotonic() - began:.1f} s")
        self._out(run, options["out"])

    def _again(self, number: int, folder: Path | None) -> None:
        run = EvaluationRun.objects.select_related("version__scheme").filter(pk=number).first()
        if run is None:
            raise CommandError(f"There is no run {number}.")
        with Console(stderr=True).status(f"Run {number} again"):
            digest = reckoned_again(run).digest()
        if digest != run.result_digest:
            raise CommandError(
                f"Run {number} comes out otherwise: {digest[:16]}, it was {run.result_digest[:16]}. "
                "Its facts and inputs are as they were, so the software reckons otherwise than the one that made it: compare the versions."
            )
        self.stdout.write(f"Run {number} comes out the same: {digest}")
        self._out(run, folder)

    def _out(self, run: EvaluationRun, folder: Path | None) -> None:
        if folder is not None:
            for path in run_files.write(run, folder):
                self.stdout.write(str(path))

    def _show(self, run: EvaluationRun) -> None:
        shown = Table("Group", "Rank", "Name", "Score", "90 %", "Grade", "Work", title=str(run))
        for one in RunSubject.objects.filter(run=run):
            rank = "–" if one.rank is None else f"{one.rank} ({one.rank_low}–{one.rank_high})"
            interval = "–" if one.total_low is None else f"{one.total_low}–{one.total_high}"
            score = "–" if one.total is None else str(one.total)
            shown.add_row(group_label(one.group), rank, one.name, score, interval, one.grade, str(one.workload))
        Console().print(shown)
