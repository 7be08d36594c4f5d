"""The tiny city, for every test about coordination."""

from collections.abc import Iterator

import pytest
from django.utils.translation import override

from chengge.clock import PretendedClock
from tests.casework.lives import Life
from tests.factories import City, build_city


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@pytest.fixture
def life(city: City, pretended_clock: PretendedClock) -> Life:
    return Life(city, pretended_clock)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Messages are read in English here, whatever language the test before left behind."""
    with override("en"):
        yield
