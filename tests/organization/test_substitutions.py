"""Standing in for somebody: posts and scope for some days, never across the axes, and the ledger says for whom."""

from datetime import timedelta

import orjson
import pytest

from chengge.casework import audit
from chengge.casework.actions import Given, perform
from chengge.casework.models import LedgerEntry
from chengge.casework.queries.timeline import timeline
from chengge.casework.reminders import Staff
from chengge.clock import PretendedClock
from chengge.domain.errors import Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Axis, Post
from chengge.organization.actions.substitutions import Arranged, arrange, call_off
from chengge.organization.models import Member, MemberPost, Substitution
from chengge.organization.queries import actor_of, city_day
from tests.casework.lives import Life
from tests.factories import SINCE, City, build_city

pytestmark = pytest.mark.django_db

FAR_AWAY = 990101001002  # the second of two communities


@pytest.fixture
def city(db: None) -> City:
    """The tiny city, where the command centre has one more clerk, who holds no post yet."""
    built = build_city()
    built.members["spare"] = Member.objects.create(
        username="spare", full_name="沈默", organization=built.organizations["command"], axis="command"
    )
    return built


@pytest.fixture
def life(city: City, pretended_clock: PretendedClock) -> Life:
    return Life(city, pretended_clock)


def away(life: Life, who: str, substitute: str, days: int = 1, first: int = 0, by: str | None = None) -> Substitution:
    today = city_day(life.now)
    wanted = Arranged(
        life.city.members[who].pk, life.city.members[substitute].pk, today + timedelta(days=first), today + timedelta(days=first + days - 1)
    )
    return arrange(life.city.actor(by or who), wanted)


def dispatch(life: Life, who: str) -> None:
    life.do("dispatch", who, Given(organization_id=life.city.organization_id("works")))


def body(life: Life) -> dict:
    return orjson.loads(LedgerEntry.objects.filter(case_id=life.case_id).latest("seq").body)


def test_a_substitute_dispatches_and_the_ledger_says_for_whom(life):
    away(life, "dispatcher", "spare")
    life.to("filed")
    dispatch(life, "spare")
    entry = LedgerEntry.objects.filter(case_id=life.case_id).latest("seq")
    assert (entry.member, entry.post) == (life.city.members["spare"], "dispatcher")
    assert body(life)["for"] == life.city.members["dispatcher"].pk
    assert timeline(life.case)[0].stood_for == "周宁"
    assert not audit.check_range((life.case_id, life.case_id + 1)).faults


def test_who_is_away_may_act_all_the_same_and_does_so_for_themselves(life):
    away(life, "dispatcher", "spare")
    life.to("filed")
    dispatch(life, "dispatcher")
    assert "for" not in body(life)


def test_what_a_substitute_may_do_anyway_is_done_in_their_own_right(life):
    MemberPost.objects.create(member=life.city.members["spare"], post=Post.DISPATCHER.value, valid_from=SINCE)
    away(life, "dispatcher", "spare")
    life.to("filed")
    dispatch(life, "spare")
    assert "for" not in body(life)


def test_the_posts_are_held_on_those_days_and_on_no_other(life):
    away(life, "dispatcher", "spare", days=2, first=1)
    spare = life.city.members["spare"]
    held = [Post.DISPATCHER in actor_of(spare, life.now + timedelta(days=day)).posts for day in range(4)]
    assert held == [False, True, True, False]


def test_called_off_it_ends_at_once(life):
    arranged = away(life, "dispatcher", "spare", days=5)
    with pytest.raises(Forbidden):
        call_off(life.city.actor("spare"), arranged.pk)
    call_off(life.city.actor("dispatcher"), arranged.pk)
    assert life.city.actor("spare").posts == frozenset()
    with pytest.raises(NotFound):
        call_off(life.city.actor("dispatcher"), arranged.pk)


def test_a_substitute_reaches_as_far_as_whoever_is_away_and_no_further(life):
    life.city.members["dispatcher"].division_code = FAR_AWAY
    life.city.members["dispatcher"].save()
    MemberPost.objects.create(member=life.city.members["spare"], post=Post.COORDINATOR.value, valid_from=SINCE)
    away(life, "dispatcher", "spare")
    actor = life.city.actor("spare")
    assert (actor.posts, actor.grid_range) == ({Post.DISPATCHER, Post.COORDINATOR}, None)
    life.to("filed")  # lies in the first community
    with pytest.raises(Forbidden, match="nobody whom you stand in for"):
        perform(life.case_id, "dispatch", actor, Given(organization_id=life.city.organization_id("works")))


def test_nobody_stands_in_on_the_other_axis(life):
    life.city.members["shift_leader"].organization = life.city.organizations["command"]
    life.city.members["shift_leader"].save()
    with pytest.raises(Refused, match="other axis"):
        away(life, "dispatcher", "shift_leader")


def test_posts_given_later_never_put_both_axes_into_one_hand(life):
    away(life, "dispatcher", "spare", days=3)
    spare = life.city.members["spare"]
    Member.objects.filter(pk=spare.pk).update(axis="supervision")
    MemberPost.objects.create(member=Member.objects.get(pk=spare.pk), post=Post.SHIFT_LEADER.value, valid_from=SINCE)
    assert life.city.actor("spare").posts == {Post.SHIFT_LEADER}
    assert len({post.axis for post in life.city.actor("spare").posts} - {Axis.NEITHER}) == 1


@pytest.mark.parametrize(
    ("who", "substitute", "field"),
    [("dispatcher", "department", "substitute_id"), ("inspector", "inspector2", "member_id"), ("dispatcher", "dispatcher", "substitute_id"),
     ("administrator", "operator", "member_id")],
)  # fmt: skip
def test_a_substitute_who_cannot_be_is_refused(life, who, substitute, field):
    with pytest.raises(Refused) as refused:
        away(life, who, substitute)
    assert refused.value.field == field


@pytest.mark.parametrize(("days", "first"), [(0, 1), (1, -3), (93, 0)])
def test_days_that_cannot_be_are_refused(life, days, first):
    with pytest.raises(Refused) as refused:
        away(life, "dispatcher", "spare", days=days, first=first)
    assert refused.value.field == "last_day"


def test_nobody_is_stood_in_for_twice_nor_by_somebody_who_is_away(life):
    away(life, "dispatcher", "spare", days=3)
    with pytest.raises(Refused, match="stands in on some of these days"):
        away(life, "dispatcher", "coordinator", days=3)
    away(life, "coordinator", "dispatcher", days=1, first=5)
    with pytest.raises(Refused, match="is away on some of these days"):
        away(life, "coordinator", "dispatcher", days=1, first=2)


def test_the_administrator_arranges_for_others_and_nobody_else_does(life):
    with pytest.raises(Forbidden):
        away(life, "dispatcher", "spare", by="coordinator")
    assert away(life, "dispatcher", "spare", by="administrator").arranged_by == life.city.members["administrator"]


def test_reminders_go_to_the_substitute_in_place_of_who_is_away(life):
    def dispatchers() -> set[int]:
        return {person.member_id for person in Staff(life.now).by_post[Post.DISPATCHER]}

    assert dispatchers() == {life.city.members["dispatcher"].pk}
    away(life, "dispatcher", "spare")
    assert dispatchers() == {life.city.members["spare"].pk}


def test_who_somebody_is_costs_one_query(life, django_assert_num_queries):
    away(life, "dispatcher", "spare")
    with django_assert_num_queries(1):
        actor_of(life.city.members["spare"])


def test_what_a_substitute_takes_down_says_for_whom(life):
    spare = Member.objects.create(
        username="spare2", full_name="祝安", organization=life.city.organizations["supervision"], axis="supervision"
    )
    life.city.members["spare2"] = spare
    away(life, "operator", "spare2")
    life.report("spare2")
    assert body(life)["for"] == life.city.members["operator"].pk
    assert not audit.check_range((life.case_id, life.case_id + 1)).faults
