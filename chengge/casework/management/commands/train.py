"""`chengge train`: learn from the city's own closed cases what a report's words mean."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console

from chengge.casework.suggestions.keeping import KINDS, kept
from chengge.casework.suggestions.lessons import NothingLearned, train_all
from chengge.casework.suggestions.model import Card


class Command(BaseCommand):
    help = "Learn from the city's own closed cases which class and which department the words of a report point to"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--report", action="store_true", help="only show how good the present models are")

    def handle(self, *, report: bool, **_options: Any) -> None:
        if report:
            self._tell([model.card for kind in KINDS if (model := kept(kind)) is not None])
            return
        cards = []
        with Console(stderr=True).status("Learning from closed cases …"):
            for outcome in train_all():
                if isinstance(outcome, NothingLearned):
                    self.stderr.write(f"{outcome.kind}: {outcome.why}")
                else:
                    cards.append(outcome)
        self._tell(cards)

    def _tell(self, cards: list[Card]) -> None:
        if not cards:
            self.stdout.write("No model is kept. Reports are taken without suggestions.")
            return
        for card in cards:
            self.stdout.write(line(card))


def line(card: Card) -> str:
    """What is kept, and how good it was on cases it had not seen."""
    return (
        f"{card.kind}: learned {card.trained_at[:16].replace('T', ' ')} UTC from {card.cases:,} closed cases. On cases not seen "
        f"({card.folds} folds): macro-F1 {card.macro_f1:.3f}, right at once {card.top1:.1%}, among three {card.top3:.1%}. "
        + (
            f"Sure from a confidence of {card.threshold:.2f}: answers {card.coverage:.1%}, of these right {card.precision:.1%}."
            if card.coverage
            else "Never sure enough to answer."
        )
    )
