"""Who somebody is today, and how far they reach."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chengge.clock import PretendedClock
from chengge.domain.lifecycle import Axis, Post
from chengge.organization.models import Member, MemberPost
from chengge.organization.queries import MACHINE, actor_of, city_day
from tests.factories import GRID_CODES, STREET, City, build_city

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)


@pytest.fixture
def city(pretended_clock: PretendedClock) -> City:
    return build_city()


def hold(member: Member, post: Post, since: date, until: date | None = None) -> None:
    MemberPost.objects.create(member=member, post=post.value, valid_from=since, valid_to=until)


def test_an_actor_is_a_member_with_post_organization_and_level(city):
    crew = actor_of(city.members["crew"])
    assert (crew.member_id, crew.name) == (city.members["crew"].pk, "赵刚")
    assert (crew.organization_id, crew.organization_level) == (city.organization_id("works_crew"), 4)
    assert crew.posts == {Post.DEPARTMENT}


def test_asking_who_somebody_is_takes_one_query(city, django_assert_num_queries):
    with django_assert_num_queries(1):
        actor_of(city.members["shift_leader"])


@pytest.mark.parametrize(
    ("name", "axis"),
    [("inspector", Axis.SUPERVISION), ("shift_leader", Axis.SUPERVISION), ("dispatcher", Axis.COMMAND), ("crew", Axis.COMMAND)],
)
def test_the_axis_follows_from_the_posts(city, name, axis):
    assert city.actor(name).axis is axis


@pytest.mark.parametrize("name", ["leader", "administrator"])
def test_who_looks_on_or_keeps_the_house_works_on_no_axis(city, name):
    assert city.actor(name).axis is Axis.NEITHER


def test_keeping_the_house_as_well_changes_nobodys_axis(city):
    hold(city.members["operator"], Post.ADMINISTRATOR, TODAY)
    assert city.actor("operator").posts == {Post.OPERATOR, Post.ADMINISTRATOR}
    assert city.actor("operator").axis is Axis.SUPERVISION


# --- days ---------------------------------------------------------------------------------------------------------------------------------


def test_a_post_is_held_from_its_first_day_to_before_its_last(city):
    member = city.members["operator"]
    hold(member, Post.SHIFT_LEADER, TODAY + timedelta(days=1), TODAY + timedelta(days=3))
    held = [Post.SHIFT_LEADER in actor_of(member, datetime(2026, 11, 24 + day, 4, tzinfo=UTC)).posts for day in range(5)]
    assert held == [False, True, True, False, False]


def test_a_day_of_the_city_begins_at_its_own_midnight_not_at_that_of_greenwich(city):
    assert city_day(datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC)) == TODAY
    assert city_day(datetime(2026, 11, 24, 16, 0, tzinfo=UTC)) == TODAY + timedelta(days=1)
    member = city.members["operator"]
    hold(member, Post.SHIFT_LEADER, TODAY + timedelta(days=1))
    assert Post.SHIFT_LEADER not in actor_of(member, datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC)).posts
    assert Post.SHIFT_LEADER in actor_of(member, datetime(2026, 11, 24, 16, 0, tzinfo=UTC)).posts


def test_the_day_is_that_of_the_citys_clock_where_none_is_given(city, pretended_clock):
    hold(city.members["operator"], Post.SHIFT_LEADER, TODAY + timedelta(days=1))
    assert Post.SHIFT_LEADER not in city.actor("operator").posts
    pretended_clock.advance(timedelta(days=1))
    assert Post.SHIFT_LEADER in city.actor("operator").posts


def test_a_member_without_any_post_is_nobody_who_acts(city):
    MemberPost.objects.filter(member=city.members["operator"]).delete()
    assert city.actor("operator").posts == frozenset()


# --- reach --------------------------------------------------------------------------------------------------------------------------------


def test_a_member_without_a_scope_reaches_the_whole_city_and_what_lies_in_no_grid(city):
    operator = city.actor("operator")
    assert operator.grid_range is None
    assert all(operator.reaches(code) for code in (*GRID_CODES, None))


@pytest.mark.parametrize(
    ("division", "reached"),
    [(9901, 4), (990101, 4), (STREET, 4), (990101001002, 2), (990102, 0), (990101002, 0)],
)
def test_a_scope_reaches_the_grids_below_its_division_and_no_others(city, division, reached):
    member = city.members["operator"]
    member.division_code = division
    assert sum(actor_of(member).reaches(code) for code in GRID_CODES) == reached


def test_what_lies_in_no_grid_belongs_to_the_whole_city_and_to_no_street(city):
    member = city.members["operator"]
    member.division_code = STREET
    assert not actor_of(member).reaches(None)


def test_a_machine_reports_in_the_name_of_the_house_and_can_move_nothing():
    assert MACHINE.posts == frozenset()
    assert MACHINE.axis is Axis.NEITHER
    assert MACHINE.member_id is None
