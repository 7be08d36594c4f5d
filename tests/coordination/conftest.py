"""The tiny city, for every test about coordination."""

import pytest

from chengge.clock import PretendedClock
from tests.casework.lives import Life
from tests.factories import City, build_city


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@pytest.fixture
def life(city: City, pretended_clock: PretendedClock) -> Life:
    return Life(city, pretended_clock)
