"""`chengge simulate`: the city goes on living, at once or beside the running server."""

import time
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chengge import clock
from chengge.lab.console import city_time, passing_time
from chengge.lab.lives import last_simulated_moment
from chengge.lab.management.commands.demo import CASES_PER_DAY, SEED
from chengge.lab.pace import AtOnce, Beside
from chengge.lab.simulate import Simulation
from chengge.lab.staff import extend_duties
from chengge.lab.world import World, look_around
from chengge.organization.queries import city_day

AT_ONCE = "max"
LONGEST_BESIDE_DAYS = 366


class Command(BaseCommand):
    help = "Let the city go on from the last simulated moment: at full speed, or beside the running server until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=float, help="how long to go on; without it, up to now (or until Ctrl-C beside the server)")
        parser.add_argument("--seed", type=int, default=SEED, help="the same seed goes on in the same way (default %(default)s)")
        parser.add_argument("--cases-per-day", type=int, default=CASES_PER_DAY, help="reports on a working day (default %(default)s)")
        parser.add_argument(
            "--speed",
            default=AT_ONCE,
            help="`max`: as fast as the machine can, at pretended times; 1, 60 …: so many times as fast as life, beside the server",
        )

    def handle(self, *, days: float | None, seed: int, cases_per_day: int, speed: str, verbosity: int, **_options: Any) -> None:
        self.talks = verbosity > 0
        if days is not None and days <= 0:
            raise CommandError("--days must be more than 0.")
        if seed < 0 or not 1 <= cases_per_day <= 5000:
            raise CommandError("--seed must be 0 or more, and --cases-per-day between 1 and 5000.")
        factor = _factor(speed)
        now = clock.now().replace(microsecond=0)
        last = last_simulated_moment() or now - timedelta(days=days or 1)
        if factor is None:
            self._at_once(last, last + timedelta(days=days) if days else now, seed, cases_per_day)
            return
        if last < now - timedelta(minutes=1):
            self._at_once(last, now, seed, cases_per_day)
        self._beside(factor, timedelta(days=days or LONGEST_BESIDE_DAYS), seed, cases_per_day)

    def _at_once(self, start: datetime, until: datetime, seed: int, cases_per_day: int) -> None:
        if until <= start:
            self.stdout.write("The simulation has reached the present: say --days to go beyond it, or --speed 1 to live beside the server.")
            return
        simulation = Simulation(self._world(start, until), seed, cases_per_day)
        first, end = int(start.timestamp()), int(until.timestamp())
        with passing_time(f"From {city_time(first)} to {city_time(end)}", first, end) as progress:
            simulation.run(first, end, AtOnce(), progress)
        self._tell(simulation)
        if until > clock.now() + timedelta(minutes=1):
            self.stdout.write("The city is now ahead of the clock on the wall: what was simulated stands in the future until then.")

    def _beside(self, factor: float, span: timedelta, seed: int, cases_per_day: int) -> None:
        start = datetime.now(UTC).replace(microsecond=0)
        simulation = Simulation(self._world(start, start + span * min(factor, 1.0) + timedelta(days=7)), seed, cases_per_day)
        first = int(start.timestamp())
        if self.talks:
            self.stdout.write(f"The city lives {factor:g} times as fast as the clock. Ctrl-C stops it; nothing is lost.")
        told = time.monotonic()

        def tell(now: int, open_cases: int, actions: int) -> None:
            nonlocal told
            if self.talks and time.monotonic() - told > 10:
                told = time.monotonic()
                self.stdout.write(f"{city_time(now)}  {simulation.tally.reports} reports, {actions} actions, {open_cases} open cases")

        try:
            simulation.run(first, first + int(span.total_seconds()), Beside(factor, first), tell)
        except KeyboardInterrupt:
            self.stdout.write("")
        self._tell(simulation)

    def _world(self, start: datetime, until: datetime) -> World:
        try:
            extend_duties(min(until, start + timedelta(days=60)))
            return look_around(city_day(start), start - timedelta(days=2), until + timedelta(days=7))
        except ValueError as lack:
            raise CommandError(f"There is no city to simulate: {lack}. Make the demo city with `chengge demo`.") from lack

    def _tell(self, simulation: Simulation) -> None:
        tally = simulation.tally
        self.stdout.write(f"{tally.reports} reports, {tally.actions} actions, {len(simulation.lives)} cases open.")
        if tally.conflicts:
            self.stdout.write(f"{tally.conflicts} times a real person was faster.")
        if tally.refused:
            self.stdout.write(
                f"{len(tally.refused)} times the door refused, and the case was left to real people; the first: {tally.refused[0]}"
            )


def _factor(speed: str) -> float | None:
    if speed == AT_ONCE:
        return None
    try:
        factor = float(speed)
    except ValueError:
        factor = 0.0
    if not 0 < factor <= 3600:
        raise CommandError(f"--speed is `max` or a number above 0 and at most 3600, not {speed!r}.")
    return factor
