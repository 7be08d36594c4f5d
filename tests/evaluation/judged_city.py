"""The tiny city with a month of cases, a scheme in effect and a run, lived once for a module; each test takes back what it did."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from chengge import clock
from chengge.casework.actions import Given
from chengge.casework.models import Clock
from chengge.clock import PretendedClock
from chengge.evaluation.actions.runs import Wanted, make_run
from chengge.evaluation.models import EvaluationRun, Scheme, SchemeAspect, SchemeGrade, SchemeItem, SchemeVersion
from chengge.organization.queries import Actor
from tests.casework.lives import Life
from tests.conftest import A_WORKING_MORNING
from tests.factories import SINCE, City, build_city

PERIOD = "2026-11"


@dataclass(frozen=True)
class Scored:
    """The lived city: cases by what happened to them."""

    city: City
    life: Life
    clock: PretendedClock
    cases: dict[str, int]
    folder: Path
    run: EvaluationRun

    def actor(self, name: str) -> Actor:
        return self.city.actor(name)

    def id_of(self, organization: str) -> str:
        return str(self.city.organization_id(organization))


@pytest.fixture(scope="module")
def judged(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scored]:
    folder: Path = tmp_path_factory.mktemp("scored")
    with (
        django_db_blocker.unblock(),
        clock.pretend(A_WORKING_MORNING) as pretended,
        override_settings(VAR_DIR=folder / "var", MEDIA_ROOT=folder / "media"),
        transaction.atomic(),
    ):
        yield _live(pretended, folder / "var")
        transaction.set_rollback(True)


@pytest.fixture
def scored(judged: Scored, tmp_path: Path) -> Iterator[Scored]:
    at = judged.clock.at
    shutil.copytree(judged.folder, tmp_path / "var")
    with override_settings(VAR_DIR=tmp_path / "var"), transaction.atomic():
        yield judged
        transaction.set_rollback(True)
    judged.clock.at = at


def scheme_for(code: str, judged: str, items: list[tuple[str, Decimal | int, dict[str, Any]]], **more: Any) -> SchemeVersion:
    """A scheme of one aspect that has been in effect since the year began."""
    scheme = Scheme.objects.create(code=code, name=f"考核{code}", judged=judged, **more)
    state = SchemeVersion.State.DRAFT
    version = SchemeVersion.objects.create(scheme=scheme, number=1, made_at=clock.now(), state=state, valid_from=SINCE)
    aspect = SchemeAspect.objects.create(version=version, position=1, name="处置", name_en="Handling", weight=1)
    for position, (item, weight, rule) in enumerate(items):
        SchemeItem.objects.create(aspect=aspect, position=position, code=item, weight=weight, **({"way": "linear"} | rule))
    for grade, least in (("优秀", 90), ("良好", 60), ("较差", 0)):
        SchemeGrade.objects.create(version=version, grade=grade, least=least)
    SchemeVersion.objects.filter(pk=version.pk).update(state=SchemeVersion.State.IN_EFFECT)
    version.refresh_from_db()
    return version


def past_due(life: Life) -> None:
    due_at = Clock.objects.get(case_id=life.case_id, kind="handling", stopped_at=None).due_at
    life.clock.advance(due_at - life.clock.at + timedelta(seconds=1))


def _live(pretended: PretendedClock, folder: Path) -> Scored:
    life = Life(build_city(), pretended)
    cases: dict[str, int] = {}
    for name in ("plain", "good", "late", "worse", "rework"):
        life.report()
        cases[name] = life.case_id
        _handled_by_works(life, name)
        life.later(minutes=2)
    for name in ("clean", "tidy"):
        life.report()
        cases[name] = life.case_id
        _handled_by_sanitation(life)
        life.later(minutes=2)
    scheme_for(
        "departments",
        "organization",
        [("D2", 3, {}), ("D4", 1, {"zero_at": 1, "full_at": 0}), ("D7", 1, {"way": "threshold", "full_at": 0, "each": 2})],
        level=2,
    )
    run = make_run(life.city.actor("evaluator"), Wanted("departments", PERIOD, samples=100))
    return Scored(life.city, life, pretended, cases, folder, run)


def _handled_by_works(life: Life, how: str) -> None:
    steps(life, "accepted", "filed", "dispatched", "handling")
    if how in ("late", "worse"):
        past_due(life)
    steps(life, "handled", "checking")
    if how == "rework":
        life.later(minutes=1)
        life.do("fail_check", "inspector", Given(photos=(life.photo("inspector"),), reason="未处置到位"))
        steps(life, "handling", "handled", "checking")
    steps(life, "checked", "closed")


def _handled_by_sanitation(life: Life) -> None:
    steps(life, "accepted", "filed")
    life.do("dispatch", "dispatcher", Given(organization_id=life.city.organization_id("sanitation")))
    life.do("take_up", "other_department")
    life.do("finish", "other_department", Given(photos=(life.photo("other_department"),)))
    steps(life, "checking", "checked", "closed")


def steps(life: Life, *wanted: str) -> None:
    for step in wanted:
        life.later(minutes=1)
        life._step(step, "missing")
