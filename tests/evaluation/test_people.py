"""Dispatchers and shifts: every figure is what it comes to on paper and opens to its cases; one dispatcher is the star."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, override_settings

from chengge import clock
from chengge.casework.actions import Given
from chengge.casework.models import Case
from chengge.clock import PretendedClock
from chengge.coordination.models import HardCase
from chengge.domain.errors import Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.evaluation.actions.schemes import make_draft, make_scheme, put_into_effect
from chengge.evaluation.actions.schemes_shipped import FOLDER, read_scheme
from chengge.evaluation.actions.stars import award_last_month, tell_of
from chengge.evaluation.facts import FactStore, city_facts, refresh
from chengge.evaluation.models import EvaluationRun, Scheme
from chengge.evaluation.periods import period_of
from chengge.evaluation.queries import people, stars
from chengge.figures import deeds_of, figures_of
from chengge.notices.models import Notice
from chengge.organization.actions.authority import COMMAND_LINE
from chengge.organization.models import Member, MemberPost, Shift
from chengge.organization.queries import actor_of
from tests.casework.lives import Life
from tests.conftest import A_WORKING_MORNING
from tests.factories import SINCE, City, build_city

NOVEMBER = period_of("2026-11")
STRAIGHT = ("accepted", "filed", "dispatched", "handling", "handled", "checking", "checked", "closed")


@dataclass(frozen=True)
class Lived:
    city: City
    life: Life
    ids: dict[str, int]
    store: FactStore
    clock: PretendedClock

    def key(self, name: str) -> str:
        return f"member:{self.city.members[name].pk}"


@pytest.fixture(scope="module")
def lived(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """Lived once for the module, in one transaction that takes it back in the end."""
    folder: Path = tmp_path_factory.mktemp("var")
    with (
        django_db_blocker.unblock(),
        override_settings(VAR_DIR=folder, MEDIA_ROOT=folder / "media"),
        clock.pretend(A_WORKING_MORNING) as pretended,
        transaction.atomic(),
    ):
        life = Life(build_city(), pretended)
        _second_dispatcher(life.city)
        for code, name, starts, ends in (("early", "早班", time(7), time(14, 30)), ("late", "中班", time(13, 30), time(21, 30))):
            Shift.objects.create(code=code, name=name, starts=starts, ends=ends, valid_from=SINCE)
        ids = _live(life)
        life.later(hours=30)
        refresh(city_facts())
        yield Lived(life.city, life, ids, city_facts(), pretended)
        transaction.set_rollback(True)


@pytest.fixture
def _django_db_helper(lived: Lived) -> Iterator[None]:
    """Every test in a savepoint of the one transaction."""
    at = lived.clock.at
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    lived.clock.at = at


pytestmark = pytest.mark.django_db


def _second_dispatcher(city: City) -> None:
    member = Member.objects.create(
        username="dispatcher2", full_name="何静", organization=city.organizations["command"], axis=Post.DISPATCHER.axis.value
    )
    MemberPost.objects.create(member=member, post=Post.DISPATCHER.value, valid_from=SINCE)
    city.members["dispatcher2"] = member


def _live(life: Life) -> dict[str, int]:
    """Two straight cases in the morning; one returned twice; one hard case; one straight case of the other dispatcher in the afternoon."""
    ids: dict[str, int] = {}

    def begin(name: str) -> None:
        life.later(minutes=5)
        life.report()
        ids[name] = life.case_id

    def go(*steps: str) -> None:
        for step in steps:
            life.later(minutes=1)
            life._step(step, "missing")

    for name in ("plain", "good"):
        begin(name)
        go(*STRAIGHT)
    begin("returned")
    go("accepted", "filed", "dispatched")
    for _time in range(2):
        life.later(minutes=1)
        life.do("hand_back", "department", Given(reason="不属于我单位", basis="wrong_department"))
        life.do("confirm_return", "shift_leader")
        life.later(minutes=1)
        life.do("dispatch", "dispatcher", Given(organization_id=life.city.organization_id("works")))
    begin("hard")
    go("accepted", "filed")
    HardCase.objects.create(
        case_id=life.case_id, whys=["several"], way="simple", rank=1, found_at=life.now, due_at=life.now + timedelta(hours=1)
    )
    life.later(minutes=30)
    go("dispatched")
    HardCase.objects.filter(pk=life.case_id).update(settled_at=life.now)
    life.later(hours=5)
    begin("other")
    go("accepted", "filed")
    life.later(minutes=1)
    life.do("dispatch", "dispatcher2", Given(organization_id=life.city.organization_id("works")))
    go("handling", "handled", "checking", "checked", "closed")
    return ids


def figures(line: people.Line) -> dict[str, tuple[int, int | None]]:
    return {cell.code: (cell.numerator, cell.denominator) for cell in line.cells}


def line_of(lived: Lived, name: str) -> people.Line:
    month = people.month(lived.city.actor("coordinator"), NOVEMBER)
    return next(line for line in month.people if line.key == lived.key(name))


def test_what_a_dispatcher_did_is_counted_as_on_paper(lived: Lived):
    mine = line_of(lived, "dispatcher")
    assert mine.workload == 6
    assert figures(mine) == {
        "C1": (3, 4),  # four first dispatches, one confirmed as wrong
        "C40": (1, 2),  # dispatched twice after a return, once returned again
        "C41": (2, 2),
        "P16": (5, 6),
        "C44": (1, None),
        "C42": (1860, 1),  # half an hour and the minute until the dispatch
        "C43": (1, 1),
    }
    assert figures(line_of(lived, "dispatcher2"))["C1"] == (1, 1)


def test_shifts_are_told_apart_by_the_one_that_had_begun_last(lived: Lived):
    month = people.month(lived.city.actor("leader"), NOVEMBER)
    assert [(line.name, line.workload, figures(line)["C1"]) for line in month.shifts] == [("早班", 6, (3, 4)), ("中班", 1, (1, 1))]
    assert (month.city.workload, figures(month.city)["C1"]) == (7, (4, 5))


def test_a_figure_opens_to_its_cases(lived: Lived):
    actor = lived.city.actor("coordinator")
    opened = people.opened(actor, NOVEMBER, lived.key("dispatcher"), "C1", "rest", 1)
    assert [case.pk for case in opened.cases] == [lived.ids["returned"]]
    assert opened.counts == {"all": 4, "numerator": 3, "rest": 1}
    late = people.opened(actor, NOVEMBER, "shift:late", "P15", "all", 1)
    assert [case.pk for case in late.cases] == [lived.ids["other"]]


def test_too_few_first_dispatches_are_shown_and_not_ranked(lived: Lived, monkeypatch: pytest.MonkeyPatch):
    month = people.month(lived.city.actor("evaluator"), NOVEMBER)
    assert month.ranked == 0
    assert {line.too_few for line in month.people} == {"4 first dispatches: too few to rank", "1 first dispatch: too few to rank"}
    monkeypatch.setattr(people, "LEAST", 1)
    month = people.month(lived.city.actor("evaluator"), NOVEMBER)
    assert [(line.name, line.rank, line.shared) for line in month.people] == [("何静", 1, False), ("周宁", 2, False)]
    month = people.month(lived.city.actor("evaluator"), NOVEMBER, "C41")
    assert [(line.name, line.rank, line.shared) for line in month.people] == [("周宁", 1, True), ("何静", 1, True)]
    with pytest.raises(Refused):
        people.month(lived.city.actor("evaluator"), NOVEMBER, "D2")


def test_a_dispatcher_sees_the_own_line_and_nobody_elses(lived: Lived):
    month = people.month(lived.city.actor("dispatcher"), NOVEMBER)
    assert [line.key for line in month.people] == [lived.key("dispatcher")]
    assert month.shifts == ()
    for key in (lived.key("dispatcher2"), "shift:early", ""):
        with pytest.raises(Forbidden):
            people.opened(lived.city.actor("dispatcher"), NOVEMBER, key, "C1", "all", 1)
    with pytest.raises(NotFound):
        people.opened(lived.city.actor("leader"), NOVEMBER, "shift:never", "C1", "all", 1)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("coordinator", 200),
        ("leader", 200),
        ("evaluator", 200),
        ("administrator", 200),
        ("dispatcher", 200),
        ("department", 403),
        ("operator", 403),
    ],
)
def test_the_page_is_for_dispatchers_and_those_who_look_after_them(lived: Lived, name, status, counted_queries):
    client = Client(headers={"accept-language": "en"})
    client.force_login(lived.city.members[name], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/coordination/people/").status_code == status
    if status == 200:
        with counted_queries(f"people and their figures, {name}"):
            shown = client.get("/coordination/people/?month=2026-11").content.decode()
        assert ("何静" in shown) == (name != "dispatcher")
        assert client.get(f"/coordination/people/cases/C1/?month=2026-11&of={lived.key('dispatcher')}").status_code == 200
        assert client.get(f"/coordination/people/member/{lived.city.members['dispatcher'].pk}/").status_code == 200
        assert client.get("/coordination/people/stars/").status_code == 200
        assert client.get("/coordination/people/?month=2026").status_code == 400


def test_programs_are_told_what_the_page_tells(lived: Lived):
    client = Client(headers={"accept-language": "en"})
    client.force_login(lived.city.members["dispatcher"], backend="django.contrib.auth.backends.ModelBackend")
    told = client.get("/api/v1/evaluation/dispatchers", {"month": "2026-11"}).json()
    assert [(one["name"], one["workload"]) for one in told["people"]] == [("周宁", 6)]
    assert told["city"]["figures"][0] == {"code": "C1", "numerator": 4, "denominator": 5}
    assert client.get("/api/v1/evaluation/dispatchers", {"month": "last"}).status_code == 422
    assert client.get("/api/v1/evaluation/stars").json() == {"months": []}
    client.force_login(lived.city.members["department"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/api/v1/evaluation/dispatchers").status_code == 403
    assert client.get("/api/v1/evaluation/stars").status_code == 403


def test_rooms_that_may_not_know_the_evaluation_are_told_the_same(lived: Lived):
    member, first, after = lived.city.members["dispatcher"], date(2026, 11, 1), date(2026, 12, 1)
    told = {one.code: (one.numerator, one.denominator, one.value) for one in figures_of(member.pk, first, after)}
    assert (told["P15"], told["C1"]) == ((6, None, "6"), (3, 4, "75 %"))
    assert deeds_of(member.pk, first, after) == {"dispatch": 6}
    assert {one.code: one.denominator for one in figures_of(None, first, after)}["C1"] == 5
    assert [one.value for one in figures_of(None, date(2025, 1, 1), date(2025, 2, 1)) if one.code == "C1"] == ["–"]


# --- the star dispatcher ------------------------------------------------------------------------------------------------------------------


def award(lived: Lived, least: int = 1) -> EvaluationRun | None:
    """The shipped scheme with another smallest sample, in effect since October, and the star of November."""
    shipped = read_scheme(FOLDER / "star-dispatchers.toml")
    aspects = tuple(replace(one, items=tuple(replace(item, least=least) for item in one.items)) for one in shipped.content.aspects)
    draft = make_draft(COMMAND_LINE, make_scheme(COMMAND_LINE, shipped.values).pk, replace(shipped.content, aspects=aspects))
    put_into_effect(COMMAND_LINE, draft.pk, date(2026, 10, 1))
    lived.clock.at += timedelta(days=10)
    return award_last_month()


def test_the_star_of_a_month_is_awarded_once_and_told(lived: Lived):
    run = award(lived)
    assert run is not None
    assert run.period == "2026-11"
    told = stars.star_month(lived.city.actor("coordinator"), run)
    assert [(one.subject.name, one.stars) for one in told.winners] == [("何静", 5)]
    assert [one.subject.name for one in told.others] == ["周宁"]
    assert "何静 has 100.00 points." in told.words[0]
    assert {part.part.code for aspect in told.why for part in aspect.parts} == {"C1", "C41", "C40", "P16", "C43", "C42"}
    heard = Notice.objects.filter(topic="star")
    assert {notice.member.username for notice in heard} == {"dispatcher", "dispatcher2", "coordinator", "leader"}
    assert "何静" in heard[0].subject
    assert award_last_month() is None
    tell_of(run)
    assert Notice.objects.filter(topic="star").count() == 4


def test_whoever_has_too_few_is_not_in_the_running_and_that_is_said(lived: Lived):
    told = stars.star_month(lived.city.actor("leader"), award(lived, 4))
    assert [one.subject.name for one in told.winners] == ["周宁"]
    assert told.words[-1] == "Not in the running with fewer than 4 first dispatches: 何静 (1)."
    mine = stars.star_month(actor_of(lived.city.members["dispatcher2"]), told.run)
    assert [one.subject.name for one in mine.outside] == ["何静"]
    assert not any("Not in the running" in sentence for sentence in mine.words)


def test_a_month_without_anybody_in_the_running_has_no_star(lived: Lived):
    told = stars.star_month(lived.city.actor("leader"), award(lived, 20))
    assert told.winners == []
    assert told.words[0] == "2026-11 has no star dispatcher: nobody had 20 first dispatches or more."


def test_the_same_score_shares_the_star(lived: Lived):
    run = award(lived)
    best = run.subjects.get(name="何静")
    run.subjects.filter(name="周宁").update(total=best.total, total_exact=best.total_exact)
    told = stars.star_month(lived.city.actor("leader"), run)
    assert told.words[0] == "何静, 周宁 have the same score of 100.00 points to the last digit and share the star."


def test_a_city_without_the_scheme_awards_nothing(lived: Lived):
    lived.clock.at += timedelta(days=10)
    assert not Scheme.objects.filter(code=stars.SCHEME).exists()
    assert award_last_month() is None
    assert Case.objects.count() == 5
