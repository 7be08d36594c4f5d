"""Whoever dispatches cannot close: the database itself keeps the two axes apart, whatever writes."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengge.domain.lifecycle import TRANSITIONS, Axis, Post
from chengge.organization.models import Member, MemberPost, Organization
from tests.factories import City, build_city

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

TODAY = date(2026, 11, 24)
SUPERVISION = [post for post in Post if post.axis is Axis.SUPERVISION]
COMMAND = [post for post in Post if post.axis is Axis.COMMAND]
NEITHER = [post for post in Post if post.axis is Axis.NEITHER]


@pytest.fixture
def city() -> City:
    return build_city()


@pytest.fixture
def newcomer(city: City) -> Member:
    return Member.objects.create(username="newcomer", full_name="新人", organization=Organization.objects.get(code="S1"))


def hold(member: Member, post: Post, since: date = TODAY, until: date | None = None) -> MemberPost:
    return MemberPost.objects.create(member=member, post=post.value, valid_from=since, valid_to=until)


def test_of_every_pair_of_posts_across_the_axes_the_second_is_refused(newcomer):
    for one in SUPERVISION:
        for other in COMMAND:
            for first, second in ((one, other), (other, one)):
                MemberPost.objects.all().delete()
                hold(newcomer, first)
                with pytest.raises(IntegrityError, match="one axis only"), transaction.atomic():
                    hold(newcomer, second)
                assert list(newcomer.posts.values_list("post", flat=True)) == [first.value]


@pytest.mark.parametrize("posts", [SUPERVISION, COMMAND], ids=["supervision", "command"])
def test_all_posts_of_one_axis_may_be_one_persons_with_those_of_neither(newcomer, posts):
    for post in (*posts, *NEITHER):
        hold(newcomer, post)
    assert newcomer.posts.count() == len(posts) + len(NEITHER)


def test_from_one_day_to_the_next_somebody_may_change_the_axis(newcomer):
    hold(newcomer, Post.OPERATOR, TODAY - timedelta(days=30), TODAY)
    hold(newcomer, Post.DISPATCHER, TODAY)
    assert newcomer.posts.count() == 2


def test_a_single_day_on_both_is_a_day_too_many(newcomer):
    hold(newcomer, Post.OPERATOR, TODAY - timedelta(days=30), TODAY + timedelta(days=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        hold(newcomer, Post.DISPATCHER, TODAY)


def test_a_post_of_long_ago_does_not_stand_in_the_way(newcomer):
    hold(newcomer, Post.DISPATCHER, date(2020, 1, 1), date(2021, 1, 1))
    hold(newcomer, Post.SHIFT_LEADER)
    assert newcomer.posts.count() == 2


def test_lengthening_an_old_post_into_the_new_one_is_refused_too(newcomer):
    old = hold(newcomer, Post.OPERATOR, TODAY - timedelta(days=30), TODAY)
    hold(newcomer, Post.DISPATCHER, TODAY)
    old.valid_to = None
    with pytest.raises(IntegrityError), transaction.atomic():
        old.save()


def test_renaming_a_post_across_the_axes_by_hand_in_sql_is_refused_too(newcomer):
    hold(newcomer, Post.OPERATOR)
    hold(newcomer, Post.INSPECTOR)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE organization_memberpost SET post = 'dispatcher' WHERE member_id = %s AND post = 'operator'", [newcomer.pk])


def test_what_others_hold_is_no_hindrance(city, newcomer):
    hold(newcomer, Post.DISPATCHER)
    assert city.actor("shift_leader").axis is Axis.SUPERVISION


SPANS = st.tuples(st.integers(0, 20), st.one_of(st.none(), st.integers(1, 10)))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=SPANS, other=SPANS)
def test_two_axes_are_refused_exactly_when_the_two_spans_share_a_day(newcomer, one, other):
    def days(span: tuple[int, int | None]) -> set[int]:
        start, length = span
        return set(range(start, 60 if length is None else start + length))

    def held(post: Post, span: tuple[int, int | None]) -> None:
        start, length = span
        hold(newcomer, post, TODAY + timedelta(days=start), None if length is None else TODAY + timedelta(days=start + length))

    MemberPost.objects.filter(member=newcomer).delete()
    held(Post.OPERATOR, one)
    refused = False
    try:
        with transaction.atomic():
            held(Post.DISPATCHER, other)
    except IntegrityError:
        refused = True
    assert refused == bool(days(one) & days(other))


def test_in_the_rule_book_no_action_is_open_to_both_axes():
    for row in TRANSITIONS:
        axes = {post.axis for post in row.posts}
        assert len(axes - {Axis.NEITHER}) == 1, row.action
        # A leader, who is on neither, orders, urges and suspends; on its way a case is moved by the axes alone.
        assert row.is_overlay or Axis.NEITHER not in axes, row.action
    axis_of = {row.action: row.axis for row in TRANSITIONS}
    assert axis_of["dispatch"] is Axis.COMMAND
    assert axis_of["close"] is axis_of["file"] is axis_of["pass_check"] is Axis.SUPERVISION
