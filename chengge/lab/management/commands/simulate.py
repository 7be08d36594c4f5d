"""`chengge simulate`: the city goes on living, at once or beside the running server."""

import time
from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from chengge import clock
from chengge.lab.console import city_time, passing_time
from chengge.lab.hard_cases import plan_looks
from chengge.lab.lives import last_simulated_moment
from chengge.lab.management.commands.demo import CASES_PER_DAY, SEED
from chengge.lab.pace import AtOnce, Beside
from chengge.lab.platform_days import plan_days
from chengge.lab.simulate import Progress, Simulation
from chengge.lab.staff import extend_duties
from chengge.lab.tracks import Walkers
from chengge.lab.world import World, look_around
from chengge.organization.queries import city_day

AT_ONCE = "max"
FOR_EVER = timedelta(days=36500)
TELL_EVERY_SECONDS = 10


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
        if days is not None and days <= 0:
            raise CommandError("--days must be more than 0.")
        if seed < 0 or not 1 <= cases_per_day <= 5000:
            raise CommandError("--seed must be 0 or more, and --cases-per-day between 1 and 5000.")
        factor = _factor(speed)
        self.console = Console(stderr=True, quiet=verbosity == 0)
        now = clock.now().replace(microsecond=0)
        last = last_simulated_moment() or now - timedelta(days=days or 1)
        if factor is None:
            self._at_once(last, last + timedelta(days=days) if days else now, seed, cases_per_day)
            return
        if last < now - timedelta(minutes=1):
            self._at_once(last, now, seed, cases_per_day)
        self._beside(factor, timedelta(days=days) if days else FOR_EVER, seed, cases_per_day)

    def _at_once(self, start: datetime, until: datetime, seed: int, cases_per_day: int) -> None:
        if until <= start:
            self._say("The simulation has reached the present: say --days to go beyond it, or --speed 1 to live beside the server.")
            return
        simulation = Simulation(self._world(start, until), seed, cases_per_day)
        first, end = int(start.timestamp()), int(until.timestamp())
        plan_looks(simulation, first, end)
        plan_days(simulation, first, end)
        with passing_time(f"From {city_time(first)} to {city_time(end)}", first, end, self.console) as progress:
            simulation.run(first, end, AtOnce(), progress)
        self._tell(simulation)
        if until > clock.now() + timedelta(minutes=1):
            self._say("The city is now ahead of the clock on the wall: what was simulated stands in the future until then.")

    def _beside(self, factor: float, span: timedelta, seed: int, cases_per_day: int) -> None:
        """Live beside the clock, day by day; each day begins with a look at what has changed in the city."""
        self._say(f"The city lives {factor:g} times as fast as the clock. Ctrl-C stops it; nothing is lost.")
        start = clock.now().replace(microsecond=0)
        end = start + span
        walkers = Walkers()
        try:
            while start < end:
                until = min(start + timedelta(days=1), end)
                simulation = Simulation(self._world(start, until), seed, cases_per_day)
                first = int(start.timestamp())
                walkers.walk(simulation)
                plan_days(simulation, first, int(until.timestamp()))
                simulation.run(first, int(until.timestamp()), Beside(factor, first), self._teller())
                self._tell(simulation)
                start = until
        except KeyboardInterrupt:
            self._say("Stopped.")

    def _teller(self) -> Progress:
        """Tells how it goes, at most every ten seconds."""
        told = time.monotonic()

        def tell(now: int, open_cases: int, actions: int) -> None:
            nonlocal told
            if time.monotonic() - told > TELL_EVERY_SECONDS:
                told = time.monotonic()
                self._say(f"{city_time(now)}  {actions} actions, {open_cases} open cases")

        return tell

    def _world(self, start: datetime, until: datetime) -> World:
        try:
            extend_duties(until)
            return look_around(city_day(start), start - timedelta(days=2), until + timedelta(days=7))
        except ValueError as lack:
            raise CommandError(f"There is no city to simulate: {lack}. Make the demo city with `chengge demo`.") from lack

    def _tell(self, simulation: Simulation) -> None:
        tally = simulation.tally
        self._say(f"{tally.reports} reports, {tally.actions} actions, {len(simulation.lives)} cases open.")
        if tally.conflicts:
            self._say(f"{tally.conflicts} times a real person was faster.")
        if tally.refused:
            self._say(f"{len(tally.refused)} times the door refused, and the case was left to real people; the first: {tally.refused[0]}")

    def _say(self, text: str) -> None:
        if not self.console.quiet:
            self.stdout.write(text)
            self.stdout.flush()


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
