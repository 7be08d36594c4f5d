"""The demo city in the database: what was founded, and what two days of life made of it."""

from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest
from django.db import transaction
from django.db.models import Count, F, Q
from pytest_django import Settings

from chengge import clock
from chengge.casework import audit
from chengge.casework.models import Case, Channel, Evidence, LedgerEntry, Origin, Report, StageChoice, Task
from chengge.casework.photos import path_of
from chengge.domain.lifecycle import AXIS_OF_POST, ENDS, Axis, Post, Stage, stages_of
from chengge.foundation.models import Component, ProblemClass, ResponsibilityGrid, UnitGrid
from chengge.foundation.queries import candidates, locate, rules_of
from chengge.lab.last_hour import REPORTS
from chengge.lab.lives import last_simulated_moment
from chengge.lab.pace import AtOnce
from chengge.lab.simulate import Simulation
from chengge.lab.staff import FIXED, FIXED_DEPARTMENT, PASSWORD
from chengge.organization.calendars import calendar_of
from chengge.organization.models import Duty, Member, MemberPost, Organization, WorkingCalendar
from chengge.organization.queries import CITY_ZONE, city_day

from .conftest import CASES_PER_DAY, DAYS, Lived

pytestmark = [pytest.mark.usefixtures("lived_city", "db"), pytest.mark.slow]


# --- The city as it was founded


def test_a_place_in_the_city_is_found_in_its_grid(lived_city: Lived) -> None:
    for component in Component.objects.order_by("code")[::3000]:
        with clock.pretend(lived_city.now):
            assert locate(component.lon, component.lat).grid_code == component.grid_code


def test_every_class_has_rules_in_every_area_and_somebody_who_answers(lived_city: Lived) -> None:
    day = city_day(lived_city.now)
    grid_of_area = {row.area_class: row.code for row in UnitGrid.objects.order_by("code")}
    for problem_class in ProblemClass.objects.all():
        for area in grid_of_area:
            assert rules_of(problem_class.pk, area, day)
        assert candidates(problem_class.pk, None, grid_of_area["B"], None, day)[0].score > 0.7


def test_there_are_thirty_six_second_level_platforms_eight_of_them_streets(lived_city: Lived) -> None:
    second = Organization.objects.filter(level=2)
    assert second.count() == 36
    assert second.filter(kind="territory").exclude(division_code=None).count() == 8
    assert {3, 4} <= set(Organization.objects.values_list("level", flat=True))


def test_every_organization_below_the_centres_has_people_at_work() -> None:
    empty = Organization.objects.filter(level__gt=1).annotate(people=Count("members")).filter(people=0)
    assert not empty.exists()


def test_nobody_holds_posts_on_both_axes() -> None:
    axes: dict[int, set[Axis]] = {}
    for member_id, post in MemberPost.objects.values_list("member_id", "post"):
        axes.setdefault(member_id, set()).add(AXIS_OF_POST[Post(post)])
    assert all(len(found - {Axis.NEITHER}) <= 1 for found in axes.values())
    assert not Member.objects.exclude(axis__in=[axis.value for axis in Axis]).exists()
    for member in Member.objects.prefetch_related("posts"):
        assert {AXIS_OF_POST[Post(held.post)].value for held in member.posts.all()} == {member.axis}


def test_the_fixed_members_hold_their_posts_and_share_the_password() -> None:
    for username, post, code in FIXED:
        member = Member.objects.get(username=username)
        assert member.check_password(PASSWORD)
        assert [held.post for held in member.posts.all()] == [post.value]
        assert member.organization is not None
        assert member.organization.code == code
    assert not Member.objects.filter(is_superuser=True).exclude(username="admin").exists()


def test_responsibility_grids_share_out_all_unit_grids_in_connected_sets(lived_city: Lived) -> None:
    city = lived_city.founded.city
    group = dict(ResponsibilityGrid.objects.values_list("units__grid_code", "pk"))
    assert sorted(group) == city.grid_codes.tolist()
    sizes = Counter(group.values())
    assert 18 <= sum(sizes.values()) / len(sizes) <= 36
    parent = {code: code for code in group}

    def root(code: int) -> int:
        while parent[code] != code:
            code = parent[code]
        return code

    for one, other in city.neighbours:
        a, b = int(city.grid_codes[one]), int(city.grid_codes[other])
        if group[a] == group[b]:
            parent[root(a)] = root(b)
    assert len({root(code) for code in group}) == len(sizes)


def test_two_inspectors_walk_every_responsibility_grid() -> None:
    grids = ResponsibilityGrid.objects.annotate(walkers=Count("inspectors", distinct=True))
    assert set(grids.values_list("walkers", flat=True)) == {2}
    assert Member.objects.filter(posts__post="inspector").count() == 60


def test_somebody_is_on_duty_at_every_hour_from_a_month_back_to_a_fortnight_ahead(lived_city: Lived) -> None:
    for hours in range(-30 * 24, 13 * 24, 5):
        at = lived_city.now + timedelta(hours=hours)
        there = Duty.objects.filter(starts_at__lte=at, ends_at__gt=at)
        for post in ("inspector", "operator", "shift_leader", "dispatcher"):
            assert there.filter(member__posts__post=post).exists(), (at, post)


def test_calendars_know_summer_hours_winter_hours_and_holidays() -> None:
    office = calendar_of(WorkingCalendar.objects.get(code="office").pk)
    hours = {
        day: sum(end - start for start, end in office.spans(*_city_day(day))) / 3600
        for day in ("2026-07-15", "2026-11-20", "2026-10-01", "2026-10-10")
    }
    assert hours == {"2026-07-15": 7.0, "2026-11-20": 7.5, "2026-10-01": 0, "2026-10-10": 7.5}


# --- The life it has lived


def test_the_ledger_is_whole_and_every_case_is_what_its_entries_add_up_to() -> None:
    faults = [fault for span in audit.ranges() for fault in audit.check_range(span).faults]
    assert faults == []


def test_everything_was_done_through_the_door_and_says_that_it_is_simulated() -> None:
    assert set(LedgerEntry.objects.values_list("origin", flat=True)) == {Origin.SIMULATED}


def test_the_door_refused_nothing(lived_city: Lived) -> None:
    assert lived_city.simulation.tally.refused == []
    assert lived_city.simulation.tally.conflicts == 0


def test_all_stages_but_none_too_many_are_there_at_the_end() -> None:
    found = Counter(Case.objects.values_list("stage", flat=True))
    assert set(found) == set(StageChoice.values) - {Stage.MERGED.value}  # these come with `lab.likeness`, after the days
    for stage in (Stage.REPORTED, Stage.ACCEPTED, Stage.FILED):
        assert 5 <= found[stage] <= 60


def test_each_central_desk_has_a_fair_pile(lived_city: Lived) -> None:
    for post in (Post.OPERATOR, Post.SHIFT_LEADER, Post.DISPATCHER):
        pile = Case.objects.filter(stage__in=[stage.value for stage in stages_of(post)]).count()
        assert 10 <= pile <= 70, post


def test_all_three_lights_burn_and_green_burns_most(lived_city: Lived) -> None:
    waiting = Case.objects.exclude(stage__in=[stage.value for stage in ENDS]).exclude(due_at=None)
    green = waiting.filter(yellow_at__gt=lived_city.now).count()
    yellow = waiting.filter(yellow_at__lte=lived_city.now, due_at__gte=lived_city.now).count()
    red = waiting.filter(due_at__lt=lived_city.now).count()
    assert green > yellow + red
    assert yellow > 0
    assert red > 0


def test_every_fixed_member_finds_work(lived_city: Lived) -> None:
    for username, post, _code in FIXED:
        member = Member.objects.get(username=username)
        if post is Post.DEPARTMENT:
            assert Case.objects.filter(organization=member.organization, stage__in=["dispatched", "handling"]).exists(), username
        elif post is Post.INSPECTOR:
            assert Task.objects.filter(member=member, done_at=None).count() >= 1


def test_the_fixed_department_is_the_one_with_most_cases() -> None:
    busiest = Case.objects.exclude(department=None).values("department__code").annotate(cases=Count("id")).order_by("-cases")[0]
    assert busiest["department__code"] == FIXED_DEPARTMENT


def test_faults_are_human_and_few() -> None:
    cases = Case.objects.filter(reported_at__lt=F("changed_at"))
    assert cases.filter(rework_count__gt=0).exists()
    assert cases.filter(wrong_dispatch_count__gt=0).exists()
    assert cases.filter(self_disposed=True).exists()
    assert 0 < cases.filter(Q(rework_count__gt=0) | Q(return_count__gt=0)).count() / cases.count() < 0.25


def test_inspectors_report_most_and_citizens_by_many_ways() -> None:
    channels = Counter(Case.objects.values_list("channel", flat=True))
    assert channels.most_common(1)[0][0] == Channel.INSPECTOR
    assert {Channel.HOTLINE, Channel.APP, Channel.WEB} <= set(channels)
    assert Report.objects.filter(channel=Channel.HOTLINE).exclude(contact=b"").exists()


def test_there_are_about_as_many_cases_as_were_asked_for() -> None:
    assert 0.6 * DAYS * CASES_PER_DAY < Case.objects.count() - REPORTS < 1.5 * DAYS * CASES_PER_DAY


def test_photos_stand_before_and_after_and_are_kept_once_each(lived_city: Lived, settings: Settings) -> None:
    settings.MEDIA_ROOT = lived_city.media
    closed = Case.objects.filter(stage="closed", channel="inspector", self_disposed=False).first()
    assert closed is not None
    assert {"report", "handle", "check"} <= set(Evidence.objects.filter(case=closed).values_list("phase", flat=True))
    kept = set(Evidence.objects.values_list("sha256", flat=True))
    assert len(kept) <= 104
    assert all(path_of(digest).exists() for digest in kept)


def test_an_inspector_stands_near_the_problem_when_checking() -> None:
    far = Task.objects.filter(distance_m__gt=150)
    assert Task.objects.exclude(done_at=None).exists()
    assert not far.exists()


def test_what_is_not_a_component_names_none_and_what_is_one_names_its_own_class() -> None:
    assert not Case.objects.filter(kind="event").exclude(component_code=None).exists()
    named = Case.objects.filter(kind="component").exclude(component_code=None)
    assert named.exists()
    class_of = dict(Component.objects.filter(code__in=named.values("component_code")).values_list("code", "problem_class_id"))
    for case in named.exclude(entries__action="reclassify"):
        assert class_of[case.component_code] == case.problem_class_id


def test_life_goes_on_from_the_last_moment_with_the_cases_that_are_open(lived_city: Lived) -> None:
    last = last_simulated_moment()
    assert last is not None
    assert last <= lived_city.now
    before = LedgerEntry.objects.count()
    still_open = set(Case.objects.exclude(stage__in=[stage.value for stage in ENDS]).values_list("pk", flat=True))
    onward = Simulation(lived_city.world, 1, CASES_PER_DAY)
    onward.run(int(last.timestamp()), int(last.timestamp()) + 5 * 3600, AtOnce())
    assert onward.tally.refused == []
    assert onward.tally.reports > 0
    assert LedgerEntry.objects.count() > before + 100
    assert Case.objects.filter(pk__in=still_open, stage="closed").count() > 20


def test_the_same_seed_lives_the_same_hours(lived_city: Lived) -> None:
    """Hashes differ: what people say is kept with a salt that no seed decides."""
    start = int(lived_city.now.timestamp())

    def hours() -> list[tuple[object, ...]]:
        with transaction.atomic():
            Simulation(lived_city.world, 5, 300).run(start, start + 3600, AtOnce())
            lived = list(
                LedgerEntry.objects.filter(at__gte=lived_city.now)
                .order_by("case__number", "seq")
                .values_list("case__number", "seq", "action", "at", "member", "reason", "to_stage", "case__description", "case__place")
            )
            transaction.set_rollback(True)
        return lived

    first = hours()
    assert len(first) > 100
    assert hours() == first


def _city_day(day: str) -> tuple[int, int]:
    start = int(datetime.combine(date.fromisoformat(day), time(), CITY_ZONE).timestamp())
    return start, start + 24 * 3600
