"""The tiny city with a few lives, and a folder for its facts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation import override

from chengge.evaluation.facts import FactStore
from tests.casework.lives import Life
from tests.evaluation.judged_city import lived, scored
from tests.factories import City, build_city

__all__ = ["lived", "scored"]


@pytest.fixture
def city(transactional_db: None) -> City:
    return build_city()


@pytest.fixture
def life(city, pretended_clock) -> Life:
    return Life(city, pretended_clock)


@pytest.fixture
def store(tmp_path: Path) -> FactStore:
    return FactStore(tmp_path / "facts")


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Messages are read in English here, whatever language the test before left behind."""
    with override("en"):
        yield
