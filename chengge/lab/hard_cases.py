"""The queue of hard cases keeps itself through the demo's past month, as the server's job keeps it."""

from datetime import datetime

from chengge.coordination.actions.escalating import go_up
from chengge.coordination.actions.hard_cases import look_through
from chengge.lab.simulate import Simulation
from chengge.organization.queries import CITY_ZONE

EVERY = 30 * 60  # the job looks every minute; a month of that would take longer than the month's other work
FROM_HOUR, TO_HOUR = 7, 20


def plan_looks(simulation: Simulation, first: int, last: int) -> None:
    """Plan in a simulation that has not begun that the queue is brought up to date by day, from `first` to `last` (epoch seconds)."""
    for at in range(first + EVERY, last, EVERY):
        if FROM_HOUR <= datetime.fromtimestamp(at, CITY_ZONE).hour < TO_HOUR:
            simulation.plan_at(at, _look)


def _look(_now: int) -> None:
    look_through()
    go_up()
