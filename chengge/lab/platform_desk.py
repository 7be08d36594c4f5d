"""Who of the platform, the units and the leaders is there in a simulation, on which days, and how what they try is counted."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TypeVar

from chengge import clock
from chengge.casework.models import Case
from chengge.coordination.queries.platform_rules import platform_calendar
from chengge.domain.errors import Conflict, Refused
from chengge.domain.lifecycle import Post
from chengge.lab.simulate import Simulation
from chengge.organization.models import Member
from chengge.organization.queries import CITY_ZONE, Actor, city_day

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
SATURDAY = 5
LOOKS_AHEAD_DAYS = 30

T = TypeVar("T")


class Desk:
    """The people of a simulation as the platform meets them. Moments are epoch seconds."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.clerks = simulation.world.clerks
        self._calendar = platform_calendar()
        self._real: frozenset[int] = frozenset()

    def attempt(self, what: str, act: Callable[[], T]) -> T | None:
        """Try something; None where a real person was faster or the city refuses, which the tally counts."""
        tally = self.simulation.tally
        try:
            done = act()
        except Conflict:
            tally.conflicts += 1
            return None
        except Refused as refused:
            tally.refused.append(f"platform, {what}: {refused}")
            return None
        tally.by_action[what] = tally.by_action.get(what, 0) + 1
        return done

    def leave_to_real_people(self) -> None:
        """Whoever has ever signed in acts for themselves. One query."""
        self._real = frozenset(Member.objects.filter(last_login__isnull=False).values_list("pk", flat=True))

    def on(self, post: Post, dice: Random, now: int, but: int | None = None) -> Actor | None:
        """Somebody of a post for the whole city, on duty if anybody is; None where there is none besides `but`."""
        world = self.simulation.world
        for members in (world.on_duty(post, now), world.of_post[post]):
            found = [pk for pk in members if pk not in self._real and pk != but and world.actors[pk].grid_range is None]
            if found:
                return world.actors[dice.choice(found)]
        return None

    def clerk(self, organization_id: int | None, dice: Random) -> Actor | None:
        """Somebody who speaks for a unit."""
        found = [pk for pk in self.clerks.get(organization_id or 0, ()) if pk not in self._real]
        return self.simulation.world.actors[dice.choice(found)] if found else None

    def number_of(self, case_id: int) -> str:
        return str(Case.objects.values_list("number", flat=True).get(pk=case_id))

    def works(self, day: date) -> bool:
        """Whether the command centre works on a day."""
        if self._calendar is None:
            return day.weekday() < SATURDAY
        midnight = int(datetime.combine(day, time(), CITY_ZONE).timestamp())
        return bool(self._calendar.spans(midnight, midnight + DAY))

    def next_working_day(self, now: int, count: int) -> date:
        """The working day that comes as the `count`-th after today; that of the calendar's week where the calendar ends before."""
        today = self.today(now)
        coming = [today + timedelta(days=ahead) for ahead in range(1, LOOKS_AHEAD_DAYS)]
        working = [day for day in coming if self.works(day)] or coming
        return working[min(count, len(working)) - 1]

    def moment(self, at: int) -> datetime:
        return datetime.fromtimestamp(at, UTC)

    def moment_on(self, day: date, hour: int, minute: int) -> datetime:
        return datetime.combine(day, time(hour, minute), CITY_ZONE).astimezone(UTC)

    def today(self, now: int) -> date:
        return city_day(self.moment(now))

    def now(self) -> datetime:
        """What is written down bears the city's clock, which beside a server differs from that of the simulation."""
        return clock.now()
