"""A few lives of the tiny city with their facts, for pages that read both the database and the facts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from chengge import clock
from chengge.casework.actions import Given
from chengge.casework.models import Clock
from chengge.evaluation.facts import FactStore, city_facts, refresh
from tests.casework.lives import Life
from tests.conftest import A_WORKING_MORNING
from tests.factories import City, build_city


@dataclass(frozen=True)
class Lived:
    """The city, what is going on in it, and its facts, which were read two days after the last life began."""

    city: City
    life: Life
    store: FactStore
    ids: dict[str, int]


@pytest.fixture(scope="module")
def lived(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """The city, lived once for a module, in one transaction that takes it back in the end."""
    folder: Path = tmp_path_factory.mktemp("var")
    with (
        django_db_blocker.unblock(),
        override_settings(VAR_DIR=folder, MEDIA_ROOT=folder / "media"),
        clock.pretend(A_WORKING_MORNING) as pretended,
        transaction.atomic(),
    ):
        life = Life(build_city(), pretended)
        ids = _live(life)
        life.later(days=2)
        store = city_facts()
        refresh(store)
        yield Lived(life.city, life, store, ids)
        transaction.set_rollback(True)


@pytest.fixture
def _django_db_helper(lived: Lived) -> Iterator[None]:
    """For modules that live in this city: every test in a savepoint of the one transaction."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _live(life: Life) -> dict[str, int]:
    """Six reports: closed in time, closed late, refused, put right on the spot, being handled, and just reported."""
    ids: dict[str, int] = {}

    def go(*steps: str) -> None:
        for step in steps:
            life.later(minutes=1)
            life._step(step, "missing")

    def begin(name: str, member: str = "operator", **said: str) -> None:
        life.later(minutes=5)
        life.report(member, **said)
        ids[name] = life.case_id

    begin("plain")
    go("accepted", "filed", "dispatched", "handling", "handled", "checking", "checked", "closed")
    begin("late", channel="web")
    go("accepted", "filed", "dispatched", "handling")
    due_at = Clock.objects.get(case_id=life.case_id, kind="handling", stopped_at=None).due_at
    life.clock.advance(due_at - life.clock.at + timedelta(seconds=1))
    go("handled", "checking", "checked", "closed")
    begin("refused")
    life.do("reject", "operator", Given(reason="不属受理范围"))
    begin("own", "inspector", channel="inspector")
    lon, lat = life.city.places[0]
    given = Given(photos=(life.photo("inspector"),), lon=lon, lat=lat, rule_id=life.city.missing.pk)
    life.do("self_dispose", "inspector", given)
    life.do("close", "shift_leader")
    begin("in_hand")
    go("accepted", "filed", "dispatched", "handling")
    begin("new")
    return ids
