"""`chengge bench`: measure the speeds of the house, each beside a peer or its aim."""

import json
import operator
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from chengge.lab.scratch import ScratchFailed
from chengge.lab.server import ServerFailed
from chengge.lab.visitor import VisitFailed

BIG_CITY = 1_000_000
A_PROVINCE_IN_CITIES = 10  # evaluation is measured with so many times the cases
# A measurement that fails raises RuntimeError with what went wrong; `bench/` itself is imported only when it is asked for.
FAILURES = (ScratchFailed, ServerFailed, VisitFailed, RuntimeError)
COMPARED: Mapping[str, Callable[[float, float], bool]] = {"≥": operator.ge, "≤": operator.le}


class Command(BaseCommand):
    help = "Measure the speeds of the house. The big city is made once, which takes its time, and kept in the database bench_<cases>."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help="what to measure; nothing named: everything")
        parser.add_argument("--json", type=Path, dest="file", metavar="FILE", help="write the figures to a file as well")
        parser.add_argument("--cases", type=int, default=BIG_CITY, help=f"cases in the big city (default {BIG_CITY:,})")

    def handle(self, *, names: list[str], file: Path | None, cases: int, **_options: Any) -> None:
        measures = self._measures(cases)
        unknown = [name for name in names if name not in measures]
        if unknown:
            raise CommandError(f"Nothing is called {', '.join(unknown)}. There is: {', '.join(measures)}.")
        console = Console()
        rows: list[dict[str, Any]] = []
        for name in names or measures:
            began = time.monotonic()
            try:
                with console.status(f"Measuring {name} …"):
                    figures = measures[name]()
            except FAILURES as failure:
                raise CommandError(f"{name} could not be measured: {failure}") from None
            console.print(f"{name} measured in {time.monotonic() - began:.0f} s")
            rows += [{"name": one.name, "value": one.value, "unit": one.unit, "aim": one.aim, "beside": one.beside} for one in figures]
            if file is not None:  # After each: what was measured is not lost when the next one fails.
                file.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
        console.print(table(rows))

    def _measures(self, cases: int) -> Mapping[str, Callable[[], list[Any]]]:
        """What can be measured, by name, the quick ones first."""
        if not (settings.BASE_DIR / "bench").is_dir():
            raise CommandError("The benchmarks are part of the repository, not of the installed package. Run this in a clone.")
        if str(settings.BASE_DIR) not in sys.path:
            sys.path.insert(0, str(settings.BASE_DIR))
        from bench import (
            by_itself,
            evaluation,
            explain,
            http,
            ledger,
            lifecycles,
            likeness,
            locate,
            positions,
            resolve,
            startup,
            suggestions,
            worktime,
        )

        return {
            "worktime": worktime.run,
            "locate": locate.run,
            "resolve": resolve.run,
            "by_itself": by_itself.run,
            "positions": positions.run,
            "likeness": likeness.run,
            "suggestions": suggestions.run,
            "lifecycles": lambda: lifecycles.run(cases),
            "http": lambda: http.run(cases),
            "ledger": lambda: ledger.run(cases),
            "evaluation": lambda: evaluation.run(cases * A_PROVINCE_IN_CITIES, cases),
            "explain": explain.run,
            "startup": startup.run,
        }


def table(rows: list[dict[str, Any]]) -> Table:
    """Figures with their aims, and what stands beside them."""
    found = Table("Figure", "Value", "Unit", "Aim", "Beside", title="Speeds")
    for row in rows:
        reached = meets(row["value"], row["aim"])
        colour = "" if reached is None else "green" if reached else "red"
        value = f"{row['value']:,.0f}" if row["value"] >= 100 else f"{row['value']:.2f}"
        found.add_row(row["name"], f"[{colour}]{value}[/{colour}]" if colour else value, row["unit"], row["aim"], row["beside"])
    return found


def meets(value: float, aim: str) -> bool | None:
    """Whether a value reaches an aim such as `≥ 60`; None where there is no aim."""
    if not aim:
        return None
    sign, limit = aim.split(maxsplit=1)
    return COMPARED[sign](value, float(limit))
