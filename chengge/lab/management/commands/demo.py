"""`chengge demo`: the demo city, and its past month."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection, transaction
from rich.console import Console

from chengge import clock
from chengge.casework.suggestions.lessons import train_quickly
from chengge.foundation.models import Division
from chengge.lab import (
    answers,
    areas,
    bulletins,
    by_itself,
    channels,
    consequences,
    hard_cases,
    inspections,
    levels,
    likeness,
    outsiders,
    platform_days,
    portal,
    requests,
    rulings,
    runs,
    schemes,
    seconded,
    standing,
    surveys,
    tracks,
    visits,
)
from chengge.lab.city import COUNTY_CODE
from chengge.lab.console import passing_time, steps
from chengge.lab.founding import found_city
from chengge.lab.last_hour import plan_last_hour
from chengge.lab.pace import AtOnce
from chengge.lab.simulate import Simulation
from chengge.lab.staff import FIXED, PASSWORD
from chengge.lab.world import look_around
from chengge.organization.models import Duty, Member, PostChoice
from chengge.organization.queries import city_day

SEED = 1
DAYS = 30
CASES_PER_DAY = 100
MOST_DAYS = 30  # duty is planned so far back


class Command(BaseCommand):
    help = "Make the demo city with its streets, grids, components, handbook and people, and let it live through the days before now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seed", type=int, default=SEED, help="the same seed makes the same city and the same month (default %(default)s)"
        )
        parser.add_argument("--days", type=int, default=DAYS, help=f"days before now to simulate, 0 to {MOST_DAYS} (default %(default)s)")
        parser.add_argument("--cases-per-day", type=int, default=CASES_PER_DAY, help="reports on a working day (default %(default)s)")
        parser.add_argument("--again", action="store_true", help="throw the present demo city away first, with all that was done in it")

    def handle(self, *, seed: int, days: int, cases_per_day: int, again: bool, **_options: Any) -> None:
        if not 0 <= days <= MOST_DAYS:
            raise CommandError(
                f"--days must be between 0 and {MOST_DAYS}, not {days}: duty is planned no further back. Use `chengge simulate` to go on."
            )
        if seed < 0 or not 1 <= cases_per_day <= 5000:
            raise CommandError("--seed must be 0 or more, and --cases-per-day between 1 and 5000.")
        call_command("migrate", verbosity=0, interactive=False)
        if again:
            _throw_away()
        elif Member.objects.exists() or Division.objects.exists():
            raise CommandError(
                "This database is not empty. `chengge demo --again` throws a demo city away and makes a new one; a real city is left alone."
            )
        now = clock.now().replace(microsecond=0)
        with transaction.atomic():  # Whole or not at all: what a break leaves half-made would look like a city.
            with steps("Founding the city") as tell:
                found_city(seed, city_day(now), tell)
            if days:
                with steps("Some classes may go by themselves"):
                    by_itself.allow(now - timedelta(days=days))
                _live_until(now, days, seed, cases_per_day)
                with steps("Inspectors walk their streets"):
                    tracks.live(min(days, tracks.DAYS))
                with steps("Something comes in by every channel"):
                    channels.fill(seed)
                with steps("Some say what others said before"):
                    likeness.live(seed)
                with steps("Reporters get their answers"):
                    answers.fill(seed)
                with steps("Inspectors correct the register and put small things right"):
                    surveys.fill(seed)
                with steps("People follow, and see what was let be shown"):
                    portal.fill(seed)
                with steps("Strangers' programs report, and a reporter is forgotten"):
                    outsiders.fill(seed)
                with steps("The city writes down by what it judges"):
                    schemes.fill(seed)
                with steps("Places are drawn by lot and looked at"):
                    inspections.fill(seed)
                with steps("Departments ask, leaders write, people talk"):
                    requests.fill(seed)
                with steps("Somebody is away, and somebody stands in"):
                    levels.fill(seed)
                with steps("Disputes are looked at, met about and ruled"):
                    rulings.fill(seed)
                with steps("What cannot be solved now is listed, and departments are visited"):
                    standing.fill(seed)
                    visits.fill(seed)
                with steps("Areas are drawn, and what is unclear is reckoned"):
                    areas.fill(seed)
                with steps("What went by itself is judged"):
                    by_itself.fill(seed)
                with steps("Scores are reckoned, and one run replaces another"):
                    runs.fill(seed)
                with steps("People are lent to the platform, and one has gone back"):
                    seconded.fill(seed)
                with steps("Scores have consequences"):
                    consequences.fill(seed)
                with steps("Last month's bulletin is signed and published"):
                    bulletins.fill(seed)
        _tidy_up()
        if days:
            with steps("Learning from closed cases"):
                train_quickly()
        self._tell_names()

    def _tell_names(self) -> None:
        self.stdout.write(f"Sign in with one of these names; the password is always {PASSWORD}")
        labels = dict(PostChoice.choices)
        members = Member.objects.select_related("organization").in_bulk([name for name, *_ in FIXED], field_name="username")
        for name, post, _code in FIXED:
            member = members[name]
            self.stdout.write(f"  {name:<12} {labels[post.value]} {member.full_name}，{member.organization}")


def _live_until(now: datetime, days: int, seed: int, cases_per_day: int) -> None:
    start = now - timedelta(days=days)
    with steps("Looking round the city"):
        world = look_around(city_day(start), start - timedelta(days=1), now + timedelta(days=7))
    simulation = Simulation(world, seed, cases_per_day)
    first, last = int(start.timestamp()), int(now.timestamp())
    plan_last_hour(simulation, last)
    levels.plan_handovers(simulation, last)
    hard_cases.plan_looks(simulation, first, last)
    platform_days.plan_days(simulation, first, last)
    with passing_time(f"{days} days go by", first, last, Console(stderr=True)) as progress:
        simulation.run(first, last, AtOnce(), progress)


def _tidy_up() -> None:
    """Give back what a month of moving rows in one transaction left behind, and tell the planner what there is."""
    tables = [model._meta.db_table for model in apps.get_app_config("casework").get_models()]
    with connection.cursor() as cursor:
        for table in (*tables, Duty._meta.db_table):
            cursor.execute(f"VACUUM (FULL, ANALYZE) {connection.ops.quote_name(table)}")
        cursor.execute("ANALYZE")


def _throw_away() -> None:
    """Empty a database that holds the demo city and nothing else.

    Raises:
        CommandError: another city lives here, or somebody still uses it.
    """
    counties = set(Division.objects.filter(code__gte=10**5, code__lt=10**6).values_list("code", flat=True))
    if counties - {COUNTY_CODE} or (Member.objects.exists() and not counties):
        raise CommandError(
            "This database holds another city than the demo's; it is not touched. Name an empty one with CHENGGE_DATABASE or DATABASE_URL."
        )
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '15s'")
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
            cursor.execute("RESET lock_timeout")
    except OperationalError as busy:
        raise CommandError(
            f"Somebody still uses the demo city: stop the server (Ctrl-C where `chengge up` runs) and try again. ({busy})"
        ) from busy
    call_command("migrate", verbosity=0, interactive=False)
