"""Writing organizations, members, posts and calendars."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from chengge.domain.errors import Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.organization import actions
from chengge.organization.calendars import calendar_of
from chengge.organization.models import CalendarDay, Member, MemberPost, Organization
from chengge.organization.queries import actor_of
from tests.factories import City, build_city

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

TODAY = date(2026, 11, 24)


@pytest.fixture
def city() -> City:
    return build_city()


def member_values(city: City, username: str, *posts: Post) -> actions.MemberValues:
    return actions.MemberValues(username, "某人", city.organization_id("supervision"), frozenset(posts))


def test_only_an_administrator_appoints(city: City) -> None:
    for name in ("shift_leader", "dispatcher", "leader"):
        with pytest.raises(Forbidden):
            actions.appoint(city.actor(name), city.members["operator"], [Post.OPERATOR], TODAY)
    actions.appoint(city.actor("administrator"), city.members["operator"], [Post.OPERATOR], TODAY)


@pytest.mark.parametrize(
    "posts", [(Post.SHIFT_LEADER, Post.DISPATCHER), (Post.OPERATOR, Post.DEPARTMENT), (Post.EVALUATOR, Post.COORDINATOR)]
)
def test_nobody_holds_posts_on_both_axes(city: City, posts: tuple[Post, ...]) -> None:
    with pytest.raises(Refused, match="both axes"):
        actions.add_members(actions.COMMAND_LINE, [member_values(city, "both", *posts)], TODAY)
    with pytest.raises(Refused):
        actions.appoint(actions.COMMAND_LINE, city.members["operator"], posts, TODAY)
    assert not Member.objects.filter(username="both").exists()


def test_the_database_itself_keeps_the_axes_apart(city: City) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        MemberPost.objects.create(member=city.members["operator"], post=Post.DISPATCHER.value, valid_from=TODAY)


def test_a_member_may_change_the_axis_from_one_day_to_the_next(city: City) -> None:
    member = city.members["operator"]
    actions.appoint(actions.COMMAND_LINE, member, [Post.DISPATCHER], TODAY)
    assert actor_of(member).posts == {Post.DISPATCHER}
    assert member.axis == "command"
    assert member.posts.get(post="operator").valid_to == TODAY


def test_a_leader_may_also_keep_the_house(city: City) -> None:
    actions.appoint(actions.COMMAND_LINE, city.members["leader"], [Post.LEADER, Post.ADMINISTRATOR], TODAY)
    assert actor_of(city.members["leader"]).posts == {Post.LEADER, Post.ADMINISTRATOR}


def test_who_keeps_the_house_for_years_may_change_the_axis_meanwhile(city: City) -> None:
    member = city.members["operator"]
    actions.appoint(actions.COMMAND_LINE, member, [Post.OPERATOR, Post.ADMINISTRATOR], date(2026, 2, 1))
    actions.appoint(actions.COMMAND_LINE, member, [Post.DISPATCHER, Post.ADMINISTRATOR], TODAY)
    actions.appoint(actions.COMMAND_LINE, member, [Post.DISPATCHER], date(2026, 11, 30))
    assert actor_of(member).posts == {Post.DISPATCHER, Post.ADMINISTRATOR}


def test_a_dismissed_member_holds_nothing_and_cannot_sign_in(city: City) -> None:
    member = city.members["dispatcher"]
    actions.dismiss(actions.COMMAND_LINE, member, TODAY)
    member.refresh_from_db()
    assert (member.is_active, actor_of(member).posts) == (False, frozenset())


def test_a_new_password_is_random_and_easy_to_read_out(city: City) -> None:
    words = {actions.first_password() for _time in range(200)}
    assert len(words) == 200
    assert all(len(word) == 19 and not set(word) & set("01lio8") for word in words)
    given = actions.give_new_password(actions.COMMAND_LINE, city.members["operator"])
    assert Member.objects.get(username="operator").check_password(given.password)


def test_an_organization_lies_below_its_parent(city: City) -> None:
    def body(level: int, parent: str) -> Organization:
        return Organization(
            code="N1",
            name="新",
            short_name="新",
            kind="crew",
            level=level,
            parent=city.organizations[parent],
            calendar=city.calendar,
            valid_from=TODAY,
        )

    for level, parent in ((2, "works"), (5, "works"), (3, "works_crew")):
        with pytest.raises(Refused):
            actions.put_organizations(actions.COMMAND_LINE, [body(level, parent)], [])
    actions.put_organizations(actions.COMMAND_LINE, [body(4, "works")], [])


def test_an_organization_ends_only_when_nobody_belongs_to_it(city: City) -> None:
    with pytest.raises(Refused):
        actions.end_organization(actions.COMMAND_LINE, city.organization_id("works"), TODAY)
    crew = city.organizations["works_crew"]
    with pytest.raises(Refused):
        actions.end_organization(actions.COMMAND_LINE, crew.pk, TODAY)
    actions.dismiss(actions.COMMAND_LINE, city.members["crew"], TODAY)
    actions.end_organization(actions.COMMAND_LINE, crew.pk, TODAY)
    crew.refresh_from_db()
    assert crew.valid_to == TODAY
    with pytest.raises(NotFound):
        actions.end_organization(actions.COMMAND_LINE, crew.pk, TODAY)


def test_a_holiday_is_counted_from_the_moment_it_is_written_down(city: City) -> None:
    new_years_eve = 1798646400  # 2026-12-31 00:00 in Shanghai, a Thursday
    assert calendar_of(city.calendar.pk).between(new_years_eve, new_years_eve + 24 * 3600) == 8 * 3600
    actions.put_days(actions.COMMAND_LINE, city.calendar.pk, [actions.DayValues(date(2026, 12, 31), False, "调休")])
    assert calendar_of(city.calendar.pk).between(new_years_eve, new_years_eve + 24 * 3600) == 0
    actions.forget_day(actions.COMMAND_LINE, city.calendar.pk, date(2026, 12, 31))
    assert calendar_of(city.calendar.pk).between(new_years_eve, new_years_eve + 24 * 3600) == 8 * 3600
    with pytest.raises(NotFound):
        actions.forget_day(actions.COMMAND_LINE, city.calendar.pk, date(2026, 12, 31))


def test_a_day_written_down_again_is_what_was_said_last(city: City) -> None:
    saturday = date(2026, 11, 28)
    for works in (False, True):
        actions.put_days(actions.COMMAND_LINE, city.calendar.pk, [actions.DayValues(saturday, works)])
    assert CalendarDay.objects.get(day=saturday).works


def test_a_calendar_gets_other_hours_and_keeps_its_holidays(city: City) -> None:
    days = city.calendar.days.count()
    season = actions.SeasonValues("全年", "01-01", "12-31", "09:00-12:00 13:00-18:00")
    saved = actions.save_calendar(actions.COMMAND_LINE, city.calendar.code, "新作息", 8, [season], first_year=2025)
    assert (saved.pk, saved.seasons.get().spans, saved.days.count()) == (city.calendar.pk, season.spans, days)
    for wrong in (
        [],
        [season, actions.SeasonValues("冬", "12-01", "02-28", "09:00-12:00")],
        [actions.SeasonValues("x", "1月", "12-31", "09:00-12:00")],
    ):
        with pytest.raises(Refused) as refused:
            actions.save_calendar(actions.COMMAND_LINE, city.calendar.code, "新作息", 8, wrong)
        assert refused.value.field == "seasons"
