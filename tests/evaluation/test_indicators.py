"""A log of ten cases made by hand: every indicator is what it comes to on paper."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from chengge import clock
from chengge.casework.actions import Given
from chengge.casework.models import Clock
from chengge.evaluation.facts import FactStore, refresh
from chengge.evaluation.indicators import (
    POPULATIONS,
    Facts,
    Settings,
    Subject,
    Unit,
    case_ids,
    indicators,
    reckon,
    rows_by_subject,
    with_duckdb,
)
from tests.casework.lives import Life
from tests.conftest import A_WORKING_MORNING
from tests.factories import build_city

pytestmark = pytest.mark.django_db  # so that the database is set up before the log is lived


@dataclass(frozen=True)
class Log:
    """The ten cases by what happens to them, their facts, and whom they concern."""

    ids: dict[str, int]
    works: str
    sanitation: str
    store: FactStore
    begin: datetime
    end: datetime


def go(life: Life, *steps: str) -> None:
    for step in steps:
        life.later(minutes=1)
        life._step(step, "missing")


def past_due(life: Life) -> None:
    due_at = Clock.objects.get(case_id=life.case_id, kind="handling", stopped_at=None).due_at
    life.clock.advance(due_at - life.clock.at + timedelta(seconds=1))


@pytest.fixture(scope="module")
def log(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Log:
    """Lived once for all tests: the facts lie on the disk, the database forgets what was lived."""
    store = FactStore(tmp_path_factory.mktemp("facts"))
    with django_db_blocker.unblock(), clock.pretend(A_WORKING_MORNING) as pretended, override_settings(MEDIA_ROOT=store.folder / "media"):
        with transaction.atomic():
            lived = _ten_cases(Life(build_city(), pretended), store)
            transaction.set_rollback(True)
        return lived


def _ten_cases(life: Life, store: FactStore) -> Log:
    ids: dict[str, int] = {}

    def begin(name: str, member: str = "operator", **said: Any) -> None:
        life.later(minutes=5)
        life.report(member, **said)
        ids[name] = life.case_id

    begin("plain")
    go(life, "accepted", "filed", "dispatched", "handling", "handled", "checking", "checked", "closed")
    begin("late")
    go(life, "accepted", "filed", "dispatched", "handling")
    past_due(life)
    go(life, "handled", "checking", "checked", "closed")
    begin("rejected")
    life.do("reject", "operator", Given(reason="不属受理范围"))
    begin("voided", channel="web")
    go(life, "accepted", "filed")
    life.do("void", "shift_leader", Given(reason="误立"))
    begin("wrong", channel="web")  # all within one second, as programs are quick
    go(life, "accepted", "filed", "dispatched")
    life.do("hand_back", "department", Given(reason="不属我单位"))
    life.do("confirm_return", "shift_leader")
    life.do("dispatch", "dispatcher", Given(organization_id=life.city.organization_id("sanitation")))
    life.do("take_up", "other_department")
    life.do("finish", "other_department", Given(photos=(life.photo("other_department"),)))
    go(life, "checking", "checked", "closed")
    begin("rework")
    go(life, "accepted", "filed", "dispatched", "handling", "handled", "checking")
    life.later(minutes=1)
    life.do("fail_check", "inspector", Given(photos=(life.photo("inspector"),), reason="未处置到位"))
    go(life, "handling", "handled", "checking", "checked", "closed")
    begin("own", "inspector", channel="inspector")
    lon, lat = life.city.places[0]
    given = Given(photos=(life.photo("inspector"),), lon=lon, lat=lat, rule_id=life.city.missing.pk)
    life.do("self_dispose", "inspector", given)
    life.do("close", "shift_leader")
    begin("waiting")
    go(life, "accepted", "filed", "dispatched", "handling")
    past_due(life)
    begin("new")
    begin("same")
    life.do("merge", "operator", Given(reason="重复", into_case_id=ids["new"]))
    refresh(store)
    works, sanitation = (str(life.city.organization_id(name)) for name in ("works", "sanitation"))
    return Log(ids, works, sanitation, store, life.now - timedelta(days=60), life.now + timedelta(days=60))


@pytest.fixture(scope="module")
def facts(log: Log) -> Facts:
    return with_duckdb(log.store, Settings())


Sums = dict[tuple[str, str], tuple[int, int | None]]


def figures(facts: Facts, log: Log, subject: Subject = Subject.CITY, settings: Settings = Settings()) -> Sums:  # noqa: B008
    reckoned = reckon(facts, indicators(settings), subject, log.begin, log.end)
    return {(one.code, one.subject_id): (one.numerator, one.denominator) for one in reckoned}


def test_the_whole_city_is_as_worked_out_on_paper(log, facts):
    told = {code: sums for (code, _whole), sums in figures(facts, log).items()}
    on_paper = {
        "A0": (10, None),
        "A8": (6, None),  # plain, late, voided, wrong, rework, waiting
        "A1": (6, 10),
        "A7": (6, 6),
        "P3": (6, 6),  # the hotline is the public's as well
        "A11": (2, 10),  # waiting, new
        "A12": (7, 10),
        "P1": (1, None),
        "P2": (1, 1),
        "P7": (7, None),
        "P13": (5, 6),
        "P15": (6, None),
        "P17": (5, 6),
        "C1": (4, 5),
        "D1": (5, 6),  # plain, late, wrong's second, rework twice; waiting is due and not done
        "D2": (4, 6),
        "D3": (2, 6),
        "D4": (1, 5),
        "D5": (5, 6),
        "D6": (4, 6),
        "C3": (5, None),
        "C5": (1, 10),
    }
    assert {code: told[code] for code in on_paper} == on_paper


def test_each_department_answers_for_its_own(log, facts):
    told = figures(facts, log, Subject.ORGANIZATION)
    works, sanitation = log.works, log.sanitation
    assert (told["D2", works], told["D2", sanitation]) == ((3, 5), (1, 1))
    assert (told["D7", works], told["D7", sanitation]) == ((1, 5), (0, 1))
    assert told["D4", works] == (1, 4)
    assert ("D4", sanitation) in told


def test_a_return_that_was_confirmed_is_not_held_against_the_department(log, facts):
    d2 = next(one for one in indicators(Settings()) if one.code == "D2")
    assert d2.denominator is not None
    whose = (Subject.ORGANIZATION, log.works, log.begin, log.end)
    judged = case_ids(facts, d2.denominator, *whose)
    assert log.ids["wrong"] not in judged
    assert case_ids(facts, d2.numerator, *whose) == sorted([log.ids["plain"], log.ids["rework"]])


def test_the_parts_of_the_city_add_up_to_the_whole(log, facts):
    whole = {code: sums for (code, _subject), sums in figures(facts, log).items()}
    for subject in (Subject.STREET, Subject.COMMUNITY, Subject.GRID, Subject.CLASS):
        parts: dict[str, list[int]] = {}
        for (code, _part), (numerator, denominator) in figures(facts, log, subject).items():
            sums = parts.setdefault(code, [0, 0])
            sums[0] += numerator
            sums[1] += denominator or 0
        assert parts
        assert {code: (n, d if whole[code][1] is not None else None) for code, (n, d) in parts.items()} == {
            code: whole[code] for code in parts
        }


def test_an_empty_denominator_is_no_figure_and_not_a_zero(log, facts):
    far = log.end + timedelta(days=300)
    assert reckon(facts, indicators(Settings()), Subject.CITY, far, far + timedelta(days=1)) == []


def test_an_open_denominator_is_a_setting(log, facts):
    accepted = figures(facts, log, settings=Settings(filed_of="accepted"))
    assert accepted["A1", ""] == (6, 7)


def test_every_indicator_is_declared_once_and_over_populations_that_there_are():
    declared = indicators(Settings())
    assert len({one.code for one in declared}) == len(declared)
    for one in declared:
        for measure in (one.numerator, one.denominator):
            assert measure is None or measure.population in POPULATIONS, one.code
        assert (one.denominator is None) == (one.unit is Unit.COUNT)


@pytest.mark.parametrize("code", ["D2", "D4", "D7", "A8"])
def test_what_a_figure_was_made_of_adds_up_to_it_case_by_case(log, facts, code):
    one = next(one for one in indicators(Settings()) if one.code == code)
    made_of = rows_by_subject(facts, one, Subject.ORGANIZATION, log.begin, log.end)
    sums = {who: (sum(rows["numerator"].to_pylist()), sum(rows["denominator"].to_pylist())) for who, rows in made_of.items()}
    reckoned = reckon(facts, [one], Subject.ORGANIZATION, log.begin, log.end)
    assert sums == {figure.subject_id: (figure.numerator, figure.denominator or 0) for figure in reckoned}
    for rows in made_of.values():
        ids = rows["case_id"].to_pylist()
        assert ids == sorted(set(ids))
