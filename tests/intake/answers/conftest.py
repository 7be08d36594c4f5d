"""The tiny city, in which everything said before has been read."""

import pytest

from chengge.intake.actions.owed import read_on
from tests.casework.lives import Life
from tests.factories import City, build_city


@pytest.fixture
def city(db) -> City:
    read_on()
    return build_city()


@pytest.fixture
def life(city, pretended_clock) -> Life:
    return Life(city, pretended_clock)
