"""A demo city in the test database, lived in for a day and a half: founded once for all tests of a module, and gone afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from chengge import clock
from chengge.lab.founding import Founded, found_city
from chengge.lab.last_hour import plan_last_hour
from chengge.lab.pace import AtOnce
from chengge.lab.simulate import Simulation
from chengge.lab.world import World, look_around
from chengge.organization.queries import city_day

NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)  # a Friday afternoon in the city
DAYS = 2
CASES_PER_DAY = 60


@dataclass(frozen=True, slots=True)
class Lived:
    """A city that has lived until `now`."""

    founded: Founded
    world: World
    simulation: Simulation
    now: datetime
    media: Path


@pytest.fixture(scope="module")
def lived_city(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    from django.conf import settings

    own, settings.MEDIA_ROOT = settings.MEDIA_ROOT, Path(tmp_path_factory.mktemp("media"))
    try:
        with django_db_blocker.unblock(), transaction.atomic():
            start = NOW - timedelta(days=DAYS)
            with clock.pretend(NOW):
                founded = found_city(1, city_day(NOW), lambda text: None)
            world = look_around(city_day(start), start - timedelta(days=1), NOW + timedelta(days=7))
            simulation = Simulation(world, 1, CASES_PER_DAY)
            plan_last_hour(simulation, int(NOW.timestamp()))
            simulation.run(int(start.timestamp()), int(NOW.timestamp()), AtOnce())
            yield Lived(founded, world, simulation, NOW, Path(settings.MEDIA_ROOT))
            transaction.set_rollback(True)
    finally:
        settings.MEDIA_ROOT = own
