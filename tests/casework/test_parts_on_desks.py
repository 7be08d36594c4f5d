"""On whose desk parts lie, with which light, and in which order."""

from datetime import timedelta
from typing import Any

import pytest

from chengge.casework.actions import Given
from chengge.casework.queries import ALL, QUEUES, CaseFilter, Lights, cases, detail, lights
from chengge.casework.queries.levels import level_stands
from chengge.clock import PretendedClock
from chengge.domain.lifecycle import Post
from chengge.organization.queries import city_day
from tests.casework.lives import Life
from tests.casework.wide_city import build_wide_city, clocks, down, parts, passed_on, share, submit, two_parts
from tests.factories import City

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db: None) -> City:
    return build_wide_city()


@pytest.fixture
def life(city: City, pretended_clock: PretendedClock) -> Life:
    return Life(city, pretended_clock)


def desk_of(life: Life, who: str, **wanted: Any) -> tuple[list[int], Lights]:
    """Ids on somebody's desk in order, and its lights."""
    asked = CaseFilter(desk=Post.DEPARTMENT, **wanted)
    return [case.pk for case in cases(life.city.actor(who), asked).rows], lights(life.city.actor(who), asked)


def test_whoever_has_a_part_sees_the_light_of_the_part_and_whoever_gave_it_that_of_the_case(life):
    share(life, 4, 10)
    two_parts(life)
    life.later(minutes=30)  # a tenth of two hours is over, and the case is not
    shown, counted = desk_of(life, "gardener", light="red")
    assert (shown, counted.red, counted.green, counted.queues["parts"]) == ([life.case_id], 1, 0, 1)
    assert desk_of(life, "gardener", light="green", queue="parts")[0] == []
    (row,) = cases(life.city.actor("gardener"), CaseFilter(desk=Post.DEPARTMENT)).rows
    assert row.due_at == clocks(life, "greening")[0].due_at < life.case.due_at
    shown, counted = desk_of(life, "department", light="red")
    assert (shown, counted.red, counted.total) == ([], 0, 1)
    assert desk_of(life, "department", light=lights_of(counted))[0] == [life.case_id]


def lights_of(counted: Lights) -> str:
    return "green" if counted.green else "yellow"


def test_a_desk_is_ordered_by_when_parts_are_due_page_by_page(life):
    share(life, 4, 10)
    first = life.to("handling").pk
    life.do("give_parts", "department", parts(life, greening="补种绿篱"))
    life.later(minutes=5)
    life.to("dispatched")
    down(life, "department", "greening")
    second = life.case_id
    life.to("dispatched", rule="rattling")
    down(life, "department", "greening")
    third = life.case_id
    gardener = life.city.actor("gardener")
    found, cursor = [], None
    for _page in range(4):
        page = cases(gardener, CaseFilter(desk=Post.DEPARTMENT), cursor, size=1)
        found += [case.pk for case in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == [first, second, third]
    assert [case.pk for case in cases(gardener, CaseFilter(desk=Post.DEPARTMENT, queue=ALL, stages=("handling",))).rows] == [first]


def test_a_part_in_a_suspended_case_has_no_due_moment(life):
    two_parts(life)
    life.do("ask_suspension", "department", Given(reason="待季节", basis="season", until=city_day(life.now) + timedelta(days=3)))
    life.do("grant_suspension", "leader")
    (row,) = cases(life.city.actor("gardener"), CaseFilter(desk=Post.DEPARTMENT)).rows
    assert (row.due_at, row.yellow_at) == (None, None)


def test_a_part_passed_on_lies_on_the_desk_below_and_is_watched_from_above(life):
    passed_on(life)
    for who, queue, waits in (("crew", "parts", 1), ("section", "below", 0), ("department", "parts_out", 1)):
        shown, counted = desk_of(life, who, queue=queue)
        assert (shown, counted.total, counted.queues[queue]) == ([life.case_id], waits, 1)
    assert desk_of(life, "section")[0] == []
    assert desk_of(life, "department", queue="below")[0] == []


def test_every_queue_of_a_department_holds_as_many_cases_as_its_tab_counts(life):
    passed_on(life)
    life.do("order_supervision", "leader", Given(reason="超期", basis="timeout", note="今日完成"))
    life.to("dispatched")
    down(life, "department", "works_section")
    for who in ("department", "section", "crew", "gardener"):
        for queue in QUEUES[Post.DEPARTMENT]:
            shown, counted = desk_of(life, who, queue=queue.name)
            assert len(shown) == counted.queues[queue.name], (who, queue.name)
        shown, counted = desk_of(life, who)
        assert len(shown) == counted.total
        assert sorted(shown) == sorted(pk for light in ("green", "yellow", "red") for pk in desk_of(life, who, light=light)[0])


def test_a_part_lies_on_the_desk_of_whoever_has_it_and_the_case_on_that_of_whoever_gave_it(life):
    two_parts(life)
    for who, queue in (("gardener", "parts"), ("section", "parts"), ("department", "parts_out")):
        actor = life.city.actor(who)
        assert [case.pk for case in cases(actor, CaseFilter(desk=Post.DEPARTMENT)).rows] == [life.case_id]
        assert [case.pk for case in cases(actor, CaseFilter(desk=Post.DEPARTMENT, queue=queue)).rows] == [life.case_id]
        counted = lights(actor, CaseFilter(desk=Post.DEPARTMENT))
        assert (counted.total, counted.queues[queue]) == (1, 1)
    crew = life.city.actor("crew")
    assert (cases(crew, CaseFilter(desk=Post.DEPARTMENT)).rows, lights(crew, CaseFilter(desk=Post.DEPARTMENT)).total) == ([], 0)
    submit(life, "gardener", "submit_part")
    assert cases(life.city.actor("gardener"), CaseFilter(desk=Post.DEPARTMENT)).rows == []


def test_what_is_open_to_each_is_what_the_door_lets_through(life):
    two_parts(life)
    submit(life, "gardener", "submit_part")

    def offered(who: str) -> set[str]:
        return {row.action for row in detail(life.city.actor(who), life.case_id).open_actions}

    assert {"give_parts", "take_back_part", "refuse_part"} <= offered("department")
    assert not {"finish", "pass_down", "refuse_feedback"} & offered("department")
    assert offered("section") == {"pass_part_on", "submit_part", "decline_part"}
    assert offered("gardener") == set()


def test_a_department_sees_how_it_stands_level_by_level(life):
    two_parts(life)
    submit(life, "gardener", "submit_part")
    life.later(hours=5)
    stands = level_stands(life.city.actor("department"))
    assert [(one.level, one.open, one.overdue, one.done_in_time) for one in stands] == [(2, 1, 1, 0), (3, 1, 1, 0), (4, 0, 0, 1)]
    assert [(one.level, one.open) for one in level_stands(life.city.actor("gardener"))] == [(4, 0)]


def test_the_case_shows_under_each_part_to_whom_it_was_passed_on_and_when_it_is_due(life):
    passed_on(life)
    shown = detail(life.city.actor("department"), life.case_id).parts
    names = [(part.held.organization_id, part.depth, part.in_hand) for part in shown]
    section, crew, greening = (life.city.organization_id(name) for name in ("works_section", "works_crew", "greening"))
    assert names == [(section, 0, False), (crew, 1, True), (greening, 0, True)]
    assert {part.due_at for part in shown} == {life.case.due_at}
    submit(life, "crew", "submit_part")
    assert [part.due_at for part in detail(life.city.actor("department"), life.case_id).parts][1] is None


def test_nothing_downwards_is_offered_on_the_last_level(life):
    two_parts(life)
    assert {row.action for row in detail(life.city.actor("gardener"), life.case_id).open_actions} == {"submit_part", "decline_part"}
