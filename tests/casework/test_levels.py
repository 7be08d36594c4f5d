"""Four levels: taken back, sent back, shares of the limit; each level with its clock inside the one above."""

from datetime import timedelta

import pytest

from chengge.casework.actions import Given
from chengge.casework.actions.level_limits import save_level_limit
from chengge.casework.models import Clock, LevelLimit, SidePath
from chengge.casework.queries.timeline import timeline
from chengge.clock import PretendedClock
from chengge.domain.errors import Conflict, Forbidden, Refused
from chengge.domain.lifecycle import BY_ACTION, Post
from chengge.organization.queries import city_day
from chengge.organization.queries.levels import bodies_below
from tests.casework.lives import Life
from tests.casework.wide_city import build_wide_city, clocks, down, faults, held, share, submit
from tests.factories import City

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db: None) -> City:
    return build_wide_city()


@pytest.fixture
def life(city: City, pretended_clock: PretendedClock) -> Life:
    return Life(city, pretended_clock)


# --- Taken back, sent back, skipped -------------------------------------------------------------------------------------------------------


def test_whoever_passed_a_case_down_takes_it_back_and_the_clocks_below_stop(life):
    life.to("dispatched")
    down(life, "department", "works_section")
    down(life, "section", "works_crew")
    life.later(minutes=20)
    life.do("take_back", "department", Given(reason="本部门直接处置"))
    case = life.case
    assert (case.stage, case.level, case.organization_id) == ("handling", 2, life.city.organization_id("works"))
    assert held(life) == [("works", ""), ("works_section", "take_back"), ("works_crew", "take_back")]
    assert [clock.worked_seconds for clock in (*clocks(life, "works_section"), *clocks(life, "works_crew"))] == [20 * 60, 20 * 60]
    assert clocks(life, "works")[0].stopped_at is None
    assert (timeline(case)[0].deed, timeline(case)[0].reason) == ("Taken back from below", "本部门直接处置")
    assert not faults(life)


def test_a_section_takes_back_what_it_passed_on_and_nothing_above_it(life):
    life.to("dispatched")
    down(life, "department", "works_section")
    down(life, "section", "works_crew")
    life.do("take_back", "section", Given(reason="改由本科处置"))
    assert (life.case.level, held(life)) == (3, [("works", ""), ("works_section", ""), ("works_crew", "take_back")])
    with pytest.raises(Forbidden):
        life.do("take_back", "section", Given(reason="再收回"))


@pytest.mark.parametrize("who", ["crew", "other_department", "gardener"])
def test_nobody_else_takes_a_case_back(life, who):
    life.to("dispatched")
    down(life, "department", "works_section")
    down(life, "section", "works_crew")
    with pytest.raises(Forbidden):
        life.do("take_back", who, Given(reason="收回"))


def test_what_came_up_is_sent_back_and_the_level_clock_starts_anew_inside_the_departments(life):
    life.to("dispatched")
    down(life, "department", "works_section")
    life.later(minutes=30)
    submit(life, "section")
    life.later(minutes=5)
    life.do("refuse_feedback", "department", Given(reason="未达到结案条件"))
    first, again = clocks(life, "works_section")
    handling = clocks(life, "works")[0]
    assert (life.case.stage, life.case.organization_id) == ("dispatched", life.city.organization_id("works_section"))
    assert (first.stopped_at is None, again.stopped_at, again.due_at) == (False, None, handling.due_at)
    assert again.limit_seconds == handling.limit_seconds - 35 * 60
    assert held(life) == [("works", ""), ("works_section", "submit"), ("works_section", "")]
    submit(life, "section")
    life.do("finish", "department", Given(photos=(life.photo("department"),)))
    assert not faults(life)


def test_feedback_is_sent_back_to_whoever_gave_it_level_by_level(life):
    life.to("dispatched")
    down(life, "department", "works_section")
    down(life, "section", "works_crew")
    submit(life, "crew")
    life.do("refuse_feedback", "section", Given(reason="照片不清"))
    assert (life.case.level, life.case.organization_id) == (4, life.city.organization_id("works_crew"))
    submit(life, "crew")
    submit(life, "section")
    life.do("refuse_feedback", "department", Given(reason="照片不清"))
    assert (life.case.level, life.case.organization_id) == (3, life.city.organization_id("works_section"))
    assert not faults(life)


def test_nothing_is_sent_back_where_nothing_came_up(life):
    life.to("handling")
    with pytest.raises(Conflict):
        life.do("refuse_feedback", "department", Given(reason="重做"))
    down(life, "department", "works_section")
    life.do("hand_up", "section", Given(reason="无力处置"))
    with pytest.raises(Conflict):
        life.do("refuse_feedback", "department", Given(reason="重做"))


def test_a_level_on_which_nobody_works_is_skipped(life):
    life.to("dispatched")
    with pytest.raises(Refused) as refused:
        down(life, "department", "works_crew")
    assert refused.value.field == "organization"
    life.city.members["section"].posts.all().delete()
    down(life, "department", "works_crew")
    assert (life.case.level, life.case.organization_id) == (4, life.city.organization_id("works_crew"))
    submit(life, "crew")
    assert (life.case.level, life.case.organization_id) == (2, life.city.organization_id("works"))
    assert not faults(life)


def test_the_form_offers_the_next_platforms_only(life):
    works, day = life.city.organization_id("works"), city_day(life.now)
    next_ones = {body.short_name for body in bodies_below(works, day) if body.is_next}
    assert next_ones == {life.city.organizations["works_section"].short_name, "绿化班组"}
    life.city.members["section"].posts.all().delete()
    assert life.city.organization_id("works_crew") in {body.pk for body in bodies_below(works, day) if body.is_next}


# --- Shares -------------------------------------------------------------------------------------------------------------------------------


def test_a_lower_level_gets_its_share_of_what_is_left_above(life):
    share(life, 3, 80)
    share(life, 4, 50)
    life.to("dispatched")
    life.later(minutes=20)  # of two urgent hours 100 minutes are left
    down(life, "department", "works_section")
    down(life, "section", "works_crew")
    section, crew = clocks(life, "works_section")[0], clocks(life, "works_crew")[0]
    assert (section.limit_seconds, section.due_at) == (80 * 60, life.now + timedelta(minutes=80))
    assert (crew.limit_seconds, crew.due_at) == (40 * 60, life.now + timedelta(minutes=40))
    assert life.case.due_at == crew.due_at
    submit(life, "crew")
    assert life.case.due_at == section.due_at
    assert not faults(life)


def test_a_share_counts_in_what_is_granted_later(life):
    share(life, 3, 50)
    life.to("dispatched", rule="rattling")  # one working day
    down(life, "department", "works_section")
    life.later(hours=1)
    life.do("ask_extension", "department", Given(reason="材料需订货"))
    life.do("grant_extension", "dispatcher")
    handling, section = clocks(life, "works")[0], clocks(life, "works_section")[0]
    assert section.limit_seconds * 2 == handling.limit_seconds == 16 * 3600
    assert section.due_at < handling.due_at
    life.do("reclassify", "shift_leader", Given(reason="危及行人", rule_id=life.city.missing.pk))
    assert Clock.objects.get(pk=section.pk).due_at < life.case.due_at or life.case.due_at == Clock.objects.get(pk=section.pk).due_at
    assert not faults(life)


def test_a_clock_with_a_share_goes_on_by_its_own_rest_after_a_suspension(life):
    share(life, 3, 50)
    life.to("dispatched", rule="rattling")
    down(life, "department", "works_section")
    before = clocks(life, "works_section")[0]
    life.do("ask_suspension", "department", Given(reason="待季节", basis="season", until=city_day(life.now) + timedelta(days=7)))
    life.do("grant_suspension", "leader")
    life.later(days=1)
    life.do("wake", "dispatcher")
    after = clocks(life, "works_section")[0]
    assert after.due_at - before.due_at == timedelta(days=1)
    assert not faults(life)


def test_a_new_share_reaches_no_clock_that_runs(life):
    life.to("dispatched")
    down(life, "department", "works_section")
    before = clocks(life, "works_section")[0]
    share(life, 3, 10)
    assert clocks(life, "works_section")[0].due_at == before.due_at
    assert LevelLimit.objects.filter(level=3).count() == 2


@pytest.mark.parametrize(("level", "percent", "field"), [(2, 50, "level"), (3, 0, "share_percent"), (4, 101, "share_percent")])
def test_a_share_that_is_none_is_refused(life, level, percent, field):
    with pytest.raises(Refused) as refused:
        share(life, level, percent)
    assert refused.value.field == field
    with pytest.raises(Forbidden):
        save_level_limit(life.city.actor("department"), 3, 50, city_day(life.now))


# --- Withdrawn ----------------------------------------------------------------------------------------------------------------------------


def test_whoever_asked_withdraws_the_request_before_it_is_answered(life):
    life.to("handling")
    due = life.case.due_at
    life.do("ask_extension", "department", Given(reason="材料需订货"))
    with pytest.raises(Forbidden):
        life.do("withdraw_request", "other_department")
    life.do("withdraw_request", "department")
    path = SidePath.objects.get(case_id=life.case_id)
    assert (path.outcome, path.ended_at, path.answered_at) == ("withdrawn", life.now, None)
    assert (life.case.asked, life.case.due_at, life.case.extension_count) == ("", due, 0)
    with pytest.raises(Conflict):
        life.do("grant_extension", "dispatcher")
    life.do("ask_extension", "department", Given(reason="还是需要"))
    life.do("grant_extension", "dispatcher")
    with pytest.raises(Conflict):
        life.do("withdraw_request", "department")
    assert not faults(life)


def test_an_appeal_that_was_withdrawn_may_be_made_once_more_and_a_return_may_not_be_withdrawn(life):
    life.to("handling")
    life.later(hours=3)
    for step in ("handled", "checking", "checked", "closed"):
        life._step(step, "")
    life.do("appeal", "department", Given(reason="暴雨停工"))
    life.do("withdraw_request", "department")
    assert (life.case.stage, life.case.appealed) == ("closed", False)
    life.do("appeal", "department", Given(reason="暴雨停工，附证明"))
    assert not faults(life)
    life.to("returned")
    with pytest.raises(Conflict):
        life.do("withdraw_request", "department")


def test_every_way_down_and_up_is_the_departments_own():
    for action in (
        "take_back",
        "refuse_feedback",
        "give_parts",
        "submit_part",
        "decline_part",
        "take_back_part",
        "refuse_part",
        "pass_part_on",
    ):
        assert BY_ACTION[action].posts == {Post.DEPARTMENT}
