"""What members see: their own cases in order, by light, by words; never another department's."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chengge.casework.models import Case
from chengge.casework.queries import (
    CaseFilter,
    by_area,
    case_in_sight,
    cases,
    detail,
    lights,
    may_see_photo,
    open_actions,
    reports_in_sight,
    visible,
)
from chengge.casework.queries.lists import NO_DUE
from chengge.domain.errors import NotFound, Refused
from chengge.domain.lifecycle import Post
from tests.casework.lives import Life
from tests.factories import COMMUNITIES, GRID_CODES, MANHOLE_CODE, STREET

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(city, pretended_clock):
    return lambda: Life(city)


def numbers(page):
    return [case.number for case in page.rows]


# --- Sight ------------------------------------------------------------------------------------------------------------


def test_a_department_sees_its_own_cases_and_no_other_departments(city, course):
    garbage = course().reported("garbage").until("dispatched")
    manhole = course().reported("manhole").until("dispatched")
    assert numbers(cases(city.actor("other_department"), CaseFilter(), size=50)) == [garbage.number]
    assert numbers(cases(city.actor("department"), CaseFilter(), size=50)) == [manhole.number]
    with pytest.raises(NotFound):
        detail(city.actor("department"), garbage.number)


def test_a_department_sees_nothing_before_it_is_dispatched_to_it(city, course):
    course().reported("garbage").until("filed")
    assert not visible(city.actor("other_department")).exists()


def test_a_crew_sees_what_was_passed_down_to_it_and_keeps_seeing_it(city, course):
    work = course().reported("manhole").until("dispatched")
    other = course().reported("manhole").until("dispatched")
    work.does("pass_down", "department", organization_id=city.organization_id("works_section"))
    work.does("pass_down", "section", organization_id=city.organization_id("works_crew"))
    work.does("submit", "crew", photos=(work.photo("crew"),))
    assert [case.number for case in visible(city.actor("crew"))] == [work.number]
    assert [case.number for case in visible(city.actor("section"))] == [work.number]
    assert {case.number for case in visible(city.actor("department"))} == {work.number, other.number}


def test_whoever_oversees_an_area_sees_that_area(city, course):
    here, there = course().reported(grid=0), course().reported(grid=2)
    operator = city.members["operator"]
    operator.division_code = 990101001001
    operator.save()
    assert numbers(cases(city.actor("operator"), CaseFilter())) == [here.number]
    assert {case.number for case in visible(city.actor("shift_leader"))} == {here.number, there.number}


def test_an_inspector_with_an_area_also_sees_what_they_reported_elsewhere(city, course):
    inspector = city.members["inspector"]
    inspector.division_code = 990101001001
    inspector.save()
    own = course().reported(by="inspector", channel="inspector", grid=3)
    course().reported(grid=3)
    assert [case.number for case in visible(city.actor("inspector"))] == [own.number]


def test_who_holds_no_post_sees_nothing(city, course):
    course().reported()
    city.members["operator"].posts.all().delete()
    assert not visible(city.actor("operator")).exists()


def test_a_photo_is_seen_by_those_who_see_its_case(city, course):
    work = course().reported("manhole").until("handled")
    digest = work.case.evidence.get().sha256
    assert may_see_photo(city.actor("department"), digest)
    assert may_see_photo(city.actor("operator"), digest)
    assert not may_see_photo(city.actor("other_department"), digest)
    assert not may_see_photo(city.actor("operator"), "0" * 64)


def test_reports_are_seen_by_those_who_see_their_case(city, course):
    course().reported("manhole").until("dispatched")
    assert reports_in_sight(city.actor("department")).count() == 1
    assert reports_in_sight(city.actor("other_department")).count() == 0


# --- Lists ------------------------------------------------------------------------------------------------------------


def test_a_desk_holds_what_waits_for_its_post(city, course):
    reported, filed, handled = course().reported(), course().reported().until("filed"), course().reported().until("handled")
    assert set(numbers(cases(city.actor("operator"), CaseFilter(desk=Post.OPERATOR)))) == {reported.number, handled.number}
    assert numbers(cases(city.actor("dispatcher"), CaseFilter(desk=Post.DISPATCHER))) == [filed.number]


def test_the_most_pressing_case_comes_first(city, course, pretended_clock):
    early = course().reported().until("filed")
    pretended_clock.advance(timedelta(minutes=5))
    late = course().reported().until("filed")
    wanted = CaseFilter(desk=Post.DISPATCHER)
    assert numbers(cases(city.actor("dispatcher"), wanted)) == [early.number, late.number]
    assert numbers(cases(city.actor("dispatcher"), replace(wanted, order="newest"))) == [late.number, early.number]


@pytest.mark.parametrize("order", ["due", "newest"])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_paging_shows_every_case_once_and_in_order(city, course, pretended_clock, order, size):
    for number in range(7):
        if number % 3:
            pretended_clock.advance(timedelta(minutes=1))
        course().reported().until("handled" if number % 2 else "accepted")
    actor, wanted = city.actor("leader"), CaseFilter(desk=Post.LEADER, order=order)
    Case.objects.filter(pk=Case.objects.earliest("pk").pk).update(due_at=None, yellow_at=None)
    whole = numbers(cases(actor, wanted, size=50))
    found, cursor = [], None
    while True:
        page = cases(actor, wanted, cursor, size)
        found += numbers(page)
        if (cursor := page.next_cursor) is None:
            break
    assert found == whole
    assert len(set(found)) == 7


def test_a_made_up_cursor_is_refused(city):
    for cursor in ("x", "1-", f"{NO_DUE}-x", "9" * 30 + "-1", "1--1"):
        with pytest.raises(Refused):
            cases(city.actor("leader"), CaseFilter(desk=Post.LEADER), cursor)


def test_a_list_asks_the_same_number_of_queries_whatever_its_size(city, course):
    for _ in range(6):
        course().reported()
    actor, counts = city.actor("operator"), []
    for size in (2, 6):
        with CaptureQueriesContext(connection) as asked:
            assert len(cases(actor, CaseFilter(desk=Post.OPERATOR), None, size).rows) == size
        counts.append(len(asked))
    assert counts == [2, 2]


def test_passed_down_cases_stand_in_a_queue_of_their_own(city, course):
    kept, passed = course().reported("manhole").until("dispatched"), course().reported("manhole").until("dispatched")
    passed.does("pass_down", "department", organization_id=city.organization_id("works_section"))
    actor, wanted = city.actor("department"), CaseFilter(desk=Post.DEPARTMENT)
    assert numbers(cases(actor, wanted)) == [kept.number]
    assert numbers(cases(actor, replace(wanted, queue="below"))) == [passed.number]
    assert set(numbers(cases(actor, replace(wanted, queue="all")))) == {kept.number, passed.number}
    counted = lights(actor, wanted)
    queues = {"to_take_up": 1, "handling": 0, "rework": 0, "urgent": 1, "parts": 0, "parts_out": 0, "below": 1, "orders": 0, "suspended": 0}
    assert (counted.total, dict(counted.queues)) == (1, queues)
    assert numbers(cases(city.actor("section"), wanted)) == [passed.number]


def test_lights_count_what_waits(city, course, pretended_clock):
    course().reported().until("filed")
    pretended_clock.advance(timedelta(minutes=4))
    course().reported().until("filed")
    pretended_clock.advance(timedelta(minutes=10))
    course().reported().until("filed")
    pretended_clock.advance(timedelta(minutes=3))
    counted = lights(city.actor("dispatcher"), CaseFilter(desk=Post.DISPATCHER))
    assert (counted.green, counted.yellow, counted.red) == (1, 1, 1)
    for light in ("green", "yellow", "red"):
        assert len(cases(city.actor("dispatcher"), CaseFilter(desk=Post.DISPATCHER, light=light)).rows) == 1


def test_the_very_second_a_case_is_due_is_still_yellow(city, course, pretended_clock):
    work = course().reported().until("filed")
    pretended_clock.set(work.case.due_at)
    counted = lights(city.actor("dispatcher"), CaseFilter(desk=Post.DISPATCHER))
    assert (counted.yellow, counted.red) == (1, 0)


# --- Looking for ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "井盖"}, "manhole"),
        ({"q": "长浜路"}, "manhole"),
        ({"q": "垃圾 菜场"}, "garbage"),
        ({"kind": "event"}, "garbage"),
        ({"channel": "media"}, "garbage"),
        ({"division": "990101001002"}, "garbage"),
        ({"grid": str(GRID_CODES[0])}, "manhole"),
        ({"q": str(GRID_CODES[0])}, "manhole"),
        ({"q": str(MANHOLE_CODE)}, "manhole"),
        ({"urgent": "1"}, "manhole"),
    ],
)
def test_cases_are_found_by_words_codes_and_kinds(city, course, asked, found):
    made = {
        "manhole": course().reported("manhole", place="石桥路与长浜路口", grid=0, component_code=MANHOLE_CODE, urgent=True),
        "garbage": course().reported("garbage", place="石桥路菜场", grid=2, channel="media"),
    }
    assert numbers(cases(city.actor("operator"), CaseFilter.parse(asked))) == [made[found].number]


def test_the_name_of_an_area_is_looked_for_as_that_area(city, course):
    course().reported(grid=0), course().reported(grid=2)
    wanted = by_area(CaseFilter.parse({"q": "东新社区"}))
    assert (wanted.text, wanted.division_code) == ("", 990101001002)
    assert len(cases(city.actor("operator"), wanted).rows) == 1


def test_a_case_is_found_by_the_beginning_of_its_number(city, course):
    work = course().reported()
    assert numbers(cases(city.actor("operator"), CaseFilter.parse({"q": work.number}))) == [work.number]
    assert numbers(cases(city.actor("operator"), CaseFilter.parse({"q": work.number[:12]}))) == [work.number]
    assert numbers(cases(city.actor("operator"), CaseFilter.parse({"q": work.number[:8] + " " + work.number[8:]}))) == [work.number]


def test_words_that_hold_nothing_to_look_for_find_nothing(city, course):
    course().reported()
    assert not cases(city.actor("operator"), CaseFilter.parse({"q": "，。!"})).rows
    assert not cases(city.actor("operator"), CaseFilter.parse({"q": "不存在的文字"})).rows


def test_what_is_typed_is_never_taken_for_search_syntax(city, course):
    course().reported(place="O'Neil & Söhne | ! ( ) : * \\ '")
    for text in ("O'Neil", "o'neil & söhne", "a' | 'b", "\\", "'", "x:*", "\0"):
        cases(city.actor("operator"), CaseFilter.parse({"q": text}))
    assert len(cases(city.actor("operator"), CaseFilter.parse({"q": "O'Neil söhne"})).rows) == 1


def test_days_are_days_of_the_city(city, course, pretended_clock):
    at_night = pretended_clock.at.replace(hour=16, minute=30)  # 00:30 on the 25th in the city
    pretended_clock.set(at_night)
    course().reported()
    operator = city.actor("operator")
    assert len(cases(operator, CaseFilter.parse({"from": "2026-11-25", "to": "2026-11-25"})).rows) == 1
    assert not cases(operator, CaseFilter.parse({"to": "2026-11-24"})).rows


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stage", "nowhere"), ("light", "blue"), ("class", "x"), ("class", "9" * 30), ("division", "12345"), ("from", "yesterday"),
        ("to", "0001-01-01"), ("channel", "smoke"), ("order", "random"), ("number", "abc"), ("kind", "?"), ("mark", "?"),
    ],
)  # fmt: skip
def test_a_search_that_makes_no_sense_is_refused_by_name(name, value):
    with pytest.raises(Refused) as refusal:
        CaseFilter.parse({name: value})
    assert refusal.value.field == name


def test_a_filter_survives_the_way_into_an_address_and_back():
    asked = {
        "q": "井盖", "stage": ["filed", "returned"], "class": "3", "division": str(STREET), "light": "red", "urgent": "1",
        "from": "2026-11-01", "to": "2026-11-30", "queue": "returned", "order": "newest", "mark": "rework",
    }  # fmt: skip
    assert CaseFilter.parse(CaseFilter.parse(asked).query()) == CaseFilter.parse(asked)
    assert "stage" not in CaseFilter.parse(asked).without("stage").query()
    assert CaseFilter().query() == {}


# --- One case ---------------------------------------------------------------------------------------------------------


def test_a_department_never_gets_to_close(city, course):
    for stage in ("dispatched", "handling", "handled", "checking", "checked"):
        work = course().reported("manhole").until(stage)
        assert "close" not in {row.action for row in open_actions(city.actor("department"), work.case)}
    assert "close" in {row.action for row in open_actions(city.actor("shift_leader"), work.case)}


def test_the_story_is_told_in_words_latest_first(city, course):
    work = course().reported("manhole").until("dispatched")
    work.does("hand_back", "department", reason="不属于本单位")
    told = detail(city.actor("shift_leader"), work.number).entries
    assert [entry.action for entry in told] == ["hand_back", "dispatch", "file", "accept", "report"]
    assert (told[0].who, told[0].reason) == ("王磊", "不属于本单位")
    assert any("市政设施养护中心" in fact for fact in told[1].facts)
    assert any("缺失、移位" in fact for fact in told[3].facts)


def test_a_reporter_is_masked_for_all_but_those_who_take_reports(city, course):
    work = course().reported("manhole", reporter_name="刘大伟", contact="13812345678").until("dispatched")
    seen = detail(city.actor("department"), work.number).reports[0]
    assert (seen.name, seen.contact, seen.may_show) == ("刘**", "138****5678", False)
    seen = detail(city.actor("operator"), work.number).reports[0]
    assert (seen.name, seen.contact, seen.may_show) == ("刘大伟", "138****5678", True)


def test_photos_stand_before_and_after(city, course):
    work = course()
    report_photo = work.photo("operator")
    work.reported("manhole", photos=(report_photo,)).until("handled")
    photos = detail(city.actor("operator"), work.number).photos
    assert [photo.sha256 for photo in photos.before] == [report_photo]
    assert len(photos.after) == 1


def test_candidates_are_shown_to_whom_may_dispatch(city, course):
    work = course().reported("manhole", component_code=MANHOLE_CODE).until("filed")
    found = detail(city.actor("dispatcher"), work.number).candidates
    assert found[0].organization == city.organizations["works"]
    assert not detail(city.actor("shift_leader"), work.number).candidates


def test_the_account_of_a_working_time_limit_adds_up_to_it(city, course, pretended_clock):
    work = course().reported("garbage").until("dispatched")  # 4 working hours from 09:30 on a Tuesday
    handling = next(clock for clock in detail(city.actor("leader"), work.number).clocks if clock.kind == "handling")
    assert [[f"{start:%H%M}-{end:%H%M}" for start, end in day.spans] for day in handling.days] == [["0130-0400", "0600-0730"]]
    assert handling.counted_seconds == handling.limit_seconds == 4 * 3600
    pretended_clock.advance(timedelta(hours=3))  # half an hour after noon: the lunch break does not count
    handling = next(clock for clock in detail(city.actor("leader"), work.number).clocks if clock.kind == "handling")
    assert (handling.used_seconds, handling.light) == (2.5 * 3600, "green")


def test_a_paused_clock_shows_its_pause_and_stands_still(city, course, pretended_clock):
    work = course().reported()
    pretended_clock.advance(timedelta(minutes=5))
    work.does("ask_to_verify", "operator")
    pretended_clock.advance(timedelta(minutes=20))
    acceptance, verify = detail(city.actor("operator"), work.number).clocks
    assert (acceptance.state, acceptance.used_seconds, acceptance.left_seconds) == ("paused", 300, 600)
    assert (verify.state, verify.used_seconds) == ("running", 1200)
    assert acceptance.counted_seconds == 300


def test_a_case_page_asks_the_same_number_of_queries_however_long_its_story(city, course, counted_queries):
    short, long = course().reported("manhole").until("dispatched"), course().reported("manhole").until("dispatched")
    for _ in range(3):
        long.does("hand_back", "department", reason="再次退回").does("refuse_return", "shift_leader", reason="仍属你单位")
    counts = []
    for work in (short, long):
        with CaptureQueriesContext(connection) as asked:
            detail(city.actor("shift_leader"), work.number)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    with counted_queries("case page: a dispatched case"):
        detail(city.actor("shift_leader"), long.number)


def test_nobody_learns_whether_a_case_out_of_sight_exists(city, course):
    work = course().reported("manhole").until("dispatched")
    with pytest.raises(NotFound) as hidden:
        case_in_sight(city.actor("other_department"), work.number)
    with pytest.raises(NotFound) as absent:
        case_in_sight(city.actor("other_department"), "20260101990101000001")
    assert hidden.value.message == absent.value.message


def test_every_community_of_a_list_is_named(city, course):
    from chengge.casework.queries import row_words

    course().reported(grid=0), course().reported(grid=2)
    page = cases(city.actor("operator"), CaseFilter())
    assert {words.area for words in row_words(page.rows).values()} == {f"石桥街道 {name}" for name in COMMUNITIES.values()}
