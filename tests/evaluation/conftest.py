"""The tiny city with a few lives, and a folder for its facts."""

from pathlib import Path

import pytest

from chengge.evaluation.facts import FactStore
from tests.casework.lives import Life
from tests.evaluation.judged_city import judged, scored
from tests.evaluation.lived import lived
from tests.factories import City, build_city

__all__ = ["judged", "lived", "scored"]


@pytest.fixture
def city(transactional_db: None) -> City:
    return build_city()


@pytest.fixture
def life(city, pretended_clock) -> Life:
    return Life(city, pretended_clock)


@pytest.fixture
def store(tmp_path: Path) -> FactStore:
    return FactStore(tmp_path / "facts")
