"""A log of thirteen cases made by hand, ten that went some way and three that wait: every indicator is what it comes to on paper."""

from dataclasses import dataclass, replace
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
    reckon_all,
    rows_by_subject,
    with_duckdb,
)
from tests.casework.lives import Life
from tests.conftest import A_WORKING_MORNING
from tests.factories import build_city

pytestmark = pytest.mark.django_db  # so that the database is set up before the log is lived


@dataclass(frozen=True)
class Log:
    """The cases by what happens to them, their facts, and whom they concern."""

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


def due_at(life: Life) -> datetime:
    return Clock.objects.get(case_id=life.case_id, kind="handling", stopped_at=None).due_at


def past(life: Life, moment: datetime) -> None:
    life.clock.advance(moment - life.clock.at + timedelta(seconds=1))


@pytest.fixture(scope="module")
def log(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Log:
    """Lived once for all tests: the facts lie on the disk, the database forgets what was lived."""
    store = FactStore(tmp_path_factory.mktemp("facts"))
    with django_db_blocker.unblock(), clock.pretend(A_WORKING_MORNING) as pretended, override_settings(MEDIA_ROOT=store.folder / "media"):
        with transaction.atomic():
            lived = _cases(Life(build_city(), pretended), store)
            transaction.set_rollback(True)
        return lived


def _cases(life: Life, store: FactStore) -> Log:
    ids: dict[str, int] = {}

    def begin(name: str, member: str = "operator", **said: Any) -> None:
        life.later(minutes=5)
        life.report(member, **said)
        ids[name] = life.case_id

    begin("plain")
    go(life, "accepted", "filed", "dispatched")
    life.do("urge", "dispatcher")
    go(life, "handling", "handled", "checking", "checked", "closed")
    for name in ("late", "appealed"):
        begin(name)
        go(life, "accepted", "filed", "dispatched", "handling")
        past(life, due_at(life))
        go(life, "handled", "checking", "checked", "closed")
    life.do("appeal", "department", Given(reason="道路封闭，无法进场"))
    life.later(minutes=30)
    life.do("grant_appeal", "shift_leader")
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
    begin("extended")
    go(life, "accepted", "filed", "dispatched", "handling")
    first_due = due_at(life)
    life.do("ask_extension", "department", Given(reason="材料需订货"))
    life.later(minutes=10)
    life.do("grant_extension", "dispatcher")
    past(life, first_due)
    go(life, "handled", "checking", "checked", "closed")
    begin("suspended")
    go(life, "accepted", "filed", "dispatched", "handling")
    until = (life.now + timedelta(days=100)).date()
    life.do("ask_suspension", "department", Given(reason="需待植树季节", basis="season", until=until))
    life.do("grant_suspension", "coordinator")
    begin("own", "inspector", channel="inspector")
    lon, lat = life.city.places[0]
    given = Given(photos=(life.photo("inspector"),), lon=lon, lat=lat, rule_id=life.city.missing.pk)
    life.do("self_dispose", "inspector", given)
    life.do("close", "shift_leader")
    begin("waiting")
    go(life, "accepted", "filed", "dispatched", "handling")
    life.do("order_supervision", "dispatcher", Given(reason="临近超时", basis="timeout", note="今日处置"))
    life.later(minutes=20)
    life.do("answer_supervision", "department", Given(reason="已安排人员"))
    past(life, due_at(life))
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
        "A0": (13, None),
        "A8": (9, None),  # all but rejected, own, new and same
        "A1": (9, 13),
        "A7": (9, 9),
        "P3": (9, 9),  # the hotline is the public's as well
        "A9": (6, 9),  # late, appealed, voided, rework, extended, suspended follow a closed one; wrong a voided, waiting an open one
        "C13": (6, None),
        "A11": (3, 13),  # suspended, waiting, new
        "A12": (10, 13),
        "C5": (1, 13),
        "P1": (1, None),
        "P2": (1, 1),
        "P6": (0, 1),
        "P5": (7, 7),  # plain, late, appealed, wrong, rework twice, extended
        "A6": (7, 7),
        "P7": (10, None),
        "P9": (7, 7),
        "P10": (10, 10),
        "P11": (12, 12),  # new waits, and is not yet due
        "C21": (12, 12),
        "P12": (9, 9),
        "P13": (8, 9),  # voided
        "P14": (7, 7),
        "P15": (9, None),  # wrong twice
        "P16": (9, 9),  # that of the voided one was nobody's to make
        "A4": (9, 9),
        "P17": (8, 9),
        "C1": (7, 8),
        "P18": (1, 1),
        "D1": (
            7,
            8,
        ),  # those of P5; waiting is due and not done, suspended leaves the count
        "A5": (7, 8),
        "D2": (5, 7),  # appealed is left out; late and waiting are late
        "D3": (2, 7),
        "D4": (1, 7),
        "D15": (1, None),
        "D5": (7, 8),
        "A2": (7, 8),
        "D6": (5, 7),
        "A3": (5, 7),
        "D7": (1, 9),
        "D8": (1, 8),
        "D9": (1, 8),
        "D16": (5, 6),  # waiting was under an order
        "C11": (1, 1),
        "C14": (1, 1),
        "C15": (5, 7),  # of those closed, wrong came back and rework failed
        "C16": (1, 1),
        "C17": (1, None),
        "C26": (1, None),
        "C3": (7, None),
    }
    assert {code: told.get(code) for code in on_paper} == on_paper


def test_what_nobody_had_to_do_has_no_figure(log, facts):
    told = {code for code, _whole in figures(facts, log)}
    assert told & {"P4", "P8", "A10", "C6", "C9", "C22", "C28", "C29"} == set()


def test_each_department_answers_for_its_own(log, facts):
    told = figures(facts, log, Subject.ORGANIZATION)
    works, sanitation = log.works, log.sanitation
    assert (told["D2", works], told["D2", sanitation]) == ((4, 6), (1, 1))
    assert (told["D7", works], told["D7", sanitation]) == ((1, 8), (0, 1))
    assert told["D4", works] == (1, 6)
    assert ("D4", sanitation) in told


def test_a_return_that_was_confirmed_is_not_held_against_the_department(log, facts):
    d2 = next(one for one in indicators(Settings()) if one.code == "D2")
    assert d2.denominator is not None
    whose = (Subject.ORGANIZATION, log.works, log.begin, log.end)
    judged = case_ids(facts, d2.denominator, *whose)
    assert log.ids["wrong"] not in judged
    assert case_ids(facts, d2.numerator, *whose) == sorted(log.ids[name] for name in ("plain", "rework", "extended"))


def test_the_parts_of_the_city_add_up_to_the_whole(log, facts):
    whole = {code: sums for (code, _subject), sums in figures(facts, log).items()}
    areas = (Subject.STREET, Subject.COMMUNITY, Subject.GRID, Subject.CLASS)
    told = reckon_all(facts, indicators(Settings()), areas, log.begin, log.end)
    for subject in areas:
        parts: dict[str, list[int]] = {}
        for code, numerator, denominator in ((one.code, one.numerator, one.denominator) for one in told if one.subject is subject):
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
    assert accepted["A1", ""] == (9, 10)


def test_what_was_late_and_open_before_may_be_carried_over(log, facts):
    carried = Settings(due_of="due_and_carried")
    later = log.end - timedelta(days=1)  # nothing falls due so late
    d1 = next(one for one in indicators(carried) if one.code == "D1")
    assert reckon(facts, [d1], Subject.CITY, later, log.end) == []
    (figure,) = reckon(replace(facts, settings=carried), [d1], Subject.CITY, later, log.end)
    assert (figure.numerator, figure.denominator) == (0, 1)


def test_a_setting_that_means_nothing_is_refused():
    with pytest.raises(ValueError, match="filed_of is one of reported, accepted"):
        Settings(filed_of="everything")


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
