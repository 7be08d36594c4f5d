"""The tiny city, spoken to by a stranger's program."""

import pytest

from chengge.clock import PretendedClock
from tests.casework.lives import Life
from tests.factories import City, build_city
from tests.intake.open311_city import Open311, open311_of


@pytest.fixture
def life(db: None, pretended_clock: PretendedClock) -> Life:
    return Life(build_city(), pretended_clock)


@pytest.fixture
def city(life: Life) -> City:
    return life.city


@pytest.fixture
def open311(city: City) -> Open311:
    return open311_of(city)
