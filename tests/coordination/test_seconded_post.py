"""The post of seconded people: the house gives it with the secondment, and it ends with the term, told to both sides."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from chengge.coordination import jobs
from chengge.coordination.actions import appraisals, seconded
from chengge.coordination.models import Secondment
from chengge.domain.errors import Conflict, Forbidden, Refused
from chengge.domain.lifecycle import Post
from chengge.notices.models import Notice
from chengge.organization import actions
from chengge.organization.actions.authority import COMMAND_LINE
from chengge.organization.models import Duty, Member
from chengge.organization.queries import actor_of, city_day
from tests.coordination.secondments import FIRST, LAST, checked

pytestmark = pytest.mark.django_db


def actor_now(city, name: str):
    return actor_of(Member.objects.get(pk=city.members[name].pk))


def lent(city, post: str = "dispatcher") -> Secondment:
    """The clerk of another department, lent to the platform."""
    made = checked(city, "other_department", "sanitation")
    Secondment.objects.filter(pk=made.pk).update(post=post)
    return seconded.begin(city.actor("leader"), made.pk)


def handed_over(city, made: Secondment) -> None:
    appraisals.hand_over(city.actor("coordinator"), made.pk, city.members["dispatcher"].pk)
    appraisals.accept_handover(city.actor("dispatcher"), made.pk)


def test_a_clerk_who_is_lent_dispatches_for_the_centre_and_speaks_for_their_department_no_more(life):
    city = life.city
    Member.objects.filter(pk=city.members["other_department"].pk).update(division_code=330106001)
    lent(city)
    here = actor_now(city, "other_department")
    assert (here.posts, here.organization_id, here.grid_range) == ({Post.DISPATCHER}, city.organization_id("command"), None)
    assert actor_of(Member.objects.get(pk=here.member_id), life.now + timedelta(days=300)).posts == frozenset()  # the term is over by then


def test_both_sides_are_told_of_the_post_and_it_is_written_down(life):
    made = lent(life.city)
    told = Notice.objects.filter(key__contains=":begun:")
    assert {notice.member.username for notice in told} >= {"other_department", "coordinator", "administrator"}
    assert "“Dispatcher” until 2027-05-01" in told[0].text
    assert "Meanwhile rests: Department clerk" in told[0].text
    page = Client()
    page.cookies["chengge_language"] = "en"
    page.force_login(life.city.members["coordinator"])
    shown = page.get(f"/coordination/seconded/{made.pk}/").content.decode()
    assert "ends by itself after 2027-05-01" in shown
    assert "Rests meanwhile: Department clerk" in shown


def test_whoever_proposed_somebody_does_not_give_them_their_post(life):
    made = checked(life.city, "other_department", "sanitation")
    with pytest.raises(Forbidden, match="does not let them begin"):
        seconded.begin(life.city.actor("coordinator"), made.pk)
    assert actor_now(life.city, "other_department").posts == {Post.DEPARTMENT}


def test_a_post_of_supervision_is_given_by_a_leader_only(life):
    city, made = life.city, checked(life.city, "other_department", "sanitation")
    Secondment.objects.filter(pk=made.pk).update(post="evaluator", proposed_by=city.members["leader"])
    with pytest.raises(Forbidden, match="given by a leader"):
        seconded.begin(city.actor("coordinator"), made.pk)
    Secondment.objects.filter(pk=made.pk).update(proposed_by=city.members["coordinator"])
    seconded.begin(city.actor("leader"), made.pk)
    assert actor_now(city, "other_department").posts == {Post.EVALUATOR}


def test_nobody_becomes_or_stops_being_leader_or_administrator_by_being_lent(life):
    city, coordinator = life.city, life.city.actor("coordinator")
    home = city.organization_id("works")
    for post in ("leader", "administrator", "department"):
        with pytest.raises(Refused, match="Nobody is lent for this post"):
            seconded.propose(
                coordinator, seconded.Proposed(city.members["other_department"].pk, city.organization_id("works"), post, FIRST, LAST)
            )
    for name in ("leader", "administrator"):
        with pytest.raises(Refused, match="not lent"):
            seconded.propose(coordinator, seconded.Proposed(city.members[name].pk, home, "dispatcher", FIRST, LAST))


def test_a_term_that_is_over_begins_no_more(life):
    made = checked(life.city, "other_department", "sanitation")
    Secondment.objects.filter(pk=made.pk).update(last_day=city_day(life.now) - timedelta(days=1))
    with pytest.raises(Conflict, match="The term ended"):
        seconded.begin(life.city.actor("leader"), made.pk)


def test_the_post_ends_with_the_secondment_and_the_clerk_is_a_clerk_again(life):
    city, made = life.city, lent(life.city)
    before = city.actor("other_department")
    Duty.objects.create(member_id=before.member_id, starts_at=life.now + timedelta(days=1), ends_at=life.now + timedelta(days=1, hours=8))
    handed_over(city, made)
    seconded.end(city.actor("leader"), made.pk, "called_back", "汛期抢修")
    after = actor_now(city, "other_department")
    assert (after.posts, after.organization_id, after.grid_range) == ({Post.DEPARTMENT}, before.organization_id, before.grid_range)
    assert not Duty.objects.filter(member_id=before.member_id).exists()
    told = Notice.objects.filter(key__contains=":ended:")
    assert {notice.member.username for notice in told} >= {"other_department", "coordinator", "administrator"}
    assert "has ended by itself. Holds again: Department clerk." in told[0].text
    assert Secondment.objects.get(pk=made.pk).given_back_at == life.now.replace(microsecond=0)


def test_the_day_after_the_term_the_house_ends_the_post_though_nobody_has_taken_over(life):
    city, made = life.city, lent(life.city)
    life.clock.at += LAST - city_day(life.now)
    assert jobs.end_terms.func(0) == 0  # the last day is theirs still
    assert actor_now(city, "other_department").posts == {Post.DISPATCHER}
    life.clock.at += timedelta(days=1)
    assert (jobs.end_terms.func(0), jobs.end_terms.func(0)) == (1, 0)
    assert actor_now(city, "other_department").posts == {Post.DEPARTMENT}
    assert Secondment.objects.get(pk=made.pk).state == Secondment.State.BEGUN
    told = Notice.objects.filter(key__contains=":term-over:")
    assert {notice.member.username for notice in told} >= {"other_department", "coordinator"}
    assert "Nobody has taken over yet" in told[0].text
    handed_over(city, made)
    assert jobs.end_terms.func(0) == 1
    ended = Secondment.objects.get(pk=made.pk)
    assert (ended.state, ended.cause, ended.end_day, ended.ended_by_id) == ("ended", "term", LAST, None)


def test_what_an_administrator_changed_meanwhile_stays(life):
    city, made = life.city, lent(life.city)
    works, member = city.organization_id("works"), Member.objects.get(username="other_department")
    values = actions.MemberValues("other_department", "丁一", works, frozenset({Post.COORDINATOR}))
    actions.change_member(COMMAND_LINE, values, city_day(life.now))
    handed_over(city, made)
    seconded.end(city.actor("leader"), made.pk, "promoted")
    after = actor_of(Member.objects.get(pk=member.pk))
    assert (after.posts, after.organization_id) == ({Post.COORDINATOR}, works)


def test_dismissing_somebody_ends_a_post_for_a_term_too(life):
    lent(life.city)
    member = Member.objects.get(username="other_department")
    actions.dismiss(COMMAND_LINE, member, city_day(life.now))
    assert actor_of(member).posts == frozenset()


def test_whoever_held_the_post_already_holds_it_until_the_term_ends(life):
    city, made = life.city, checked(life.city)
    seconded.begin(city.actor("leader"), made.pk)
    assert list(city.members["dispatcher"].posts.values_list("post", "valid_to")) == [("dispatcher", LAST + timedelta(days=1))]
    assert replace(actor_now(city, "dispatcher"), rights=()) == city.actor("dispatcher")
