"""`chengge demo`: the demo city and its past month."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from chengge import clock
from chengge.lab.founding import found_city
from chengge.lab.staff import FIXED, PASSWORD
from chengge.organization.models import Member
from chengge.organization.queries import city_day

class Command(BaseCommand):
    help = "Make the demo city."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *, seed: int, **_options: Any) -> None:
        began = time.monotonic()
        def tell(t):
            self.stdout.write(f"{time.monotonic()-began:.1f} {t}")
        found_city(seed, city_day(clock.now()), tell)
        tell("done")
