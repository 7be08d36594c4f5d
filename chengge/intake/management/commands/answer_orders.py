"""`chengge answer_orders`: tell the upper platform how its orders ended, now."""

from typing import Any

from django.core.management.base import BaseCommand

from chengge.intake.actions.orders import answer_ended_orders


class Command(BaseCommand):
    help = "Answer the orders of the upper platform whose cases have ended. The worker does so every other minute."

    def handle(self, **_options: Any) -> None:
        self.stdout.write(f"{answer_ended_orders()} orders answered.")
