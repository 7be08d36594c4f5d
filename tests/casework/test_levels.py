"""Four levels: taken back, sent back, given out in parts and joined again, each level with its clock inside the one above."""

from contextlib import suppress
from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chengge.casework import audit
from chengge.casework.actions import Given, perform
from chengge.casework.actions.given import Part
from chengge.casework.actions.level_limits import save_level_limit
from chengge.casework.facts import ASSIGNMENTS, STAGES
from chengge.casework.models import Assignment, Case, Clock, LevelLimit, SidePath
from chengge.casework.queries import CaseFilter, cases, detail, lights, open_actions
from chengge.casework.queries.levels import level_stands
from chengge.casework.queries.timeline import timeline
from chengge.clock import PretendedClock
from chengge.domain.errors import Conflict, Forbidden, Refused
from chengge.domain.facts import FactTable
from chengge.domain.lifecycle import BY_ACTION, Holder, Post
from chengge.organization.queries import city_day
from chengge.organization.queries.levels import bodies_below
from tests.casework.lives import Life
from tests.casework.wide_city import build_wide_city, down, parts, share, submit, two_parts
from tests.factories import City

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db: None) -> City:
    return build_wide_city()


@pytest.fixture
def life(city: City, pretended_clock: PretendedClock) -> Life:
    return Life(city, pretended_clock)


def whose(life: Life, name: str) -> Given:
    return Given(reason="不符合要求", organization_id=life.city.organization_id(name))


def clocks(life: Life, name: str) -> list[Clock]:
    rows = Clock.objects.filter(case_id=life.case_id, organization_id=life.city.organization_id(name), kind__in=("handling", "level"))
    return list(rows.order_by("ordinal"))


def held(life: Life) -> list[tuple[str, str]]:
    """Every assignment: short name of the body, and how it ended."""
    rows = Assignment.objects.filter(case_id=life.case_id).select_related("organization").order_by("ordinal")
    names = {organization.pk: name for name, organization in life.city.organizations.items()}
    return [(names[row.organization_id], row.outcome) for row in rows]


def faults(life: Life) -> tuple[audit.Fault, ...]:
    return audit.check_range((life.case_id, life.case_id + 1)).faults


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


# --- Parts --------------------------------------------------------------------------------------------------------------------------------


def test_a_department_gives_parts_to_several_at_once_and_keeps_the_case(life):
    two_parts(life)
    case = life.case
    assert (case.stage, case.organization_id, case.level) == ("handling", life.city.organization_id("works"), 2)
    assert case.part_holders == [life.city.organization_id("works_section"), life.city.organization_id("greening")]
    handling, section, greening = (clocks(life, name)[0] for name in ("works", "works_section", "greening"))
    assert {section.due_at, greening.due_at, case.due_at} == {handling.due_at}
    assert [(row.level, row.part) for row in Assignment.objects.filter(case=case).order_by("ordinal")] == [
        (2, ""), (3, "扶正灯杆"), (4, "补种绿篱"),
    ]  # fmt: skip
    assert any("绿化班组: 补种绿篱" in fact for fact in timeline(case)[0].facts)
    assert not faults(life)


def test_a_case_is_finished_when_all_parts_are_back_and_not_before(life):
    two_parts(life)
    for action, given in (
        ("finish", Given(photos=(life.photo("department"),))),
        ("pass_down", whose(life, "works_section")),
        ("hand_back", Given(reason="不属于我单位")),
    ):
        with pytest.raises(Conflict, match="parts are not back yet"):
            life.do(action, "department", given)
    life.later(minutes=15)
    submit(life, "gardener", "submit_part")
    assert (life.case.part_holders, life.case.parts_back) == ([life.city.organization_id("works_section")], 1)
    life.later(minutes=15)
    submit(life, "section", "submit_part")
    assert (life.case.part_holders, life.case.parts_back) == (None, 2)
    assert [clocks(life, name)[0].worked_seconds for name in ("greening", "works_section")] == [15 * 60, 30 * 60]
    life.do("finish", "department", Given(photos=(life.photo("department"),)))
    assert (life.case.stage, life.case.parts_back) == ("handled", 0)
    assert held(life) == [("works", "finish"), ("works_section", "submit_part"), ("greening", "submit_part")]
    assert not faults(life)


def test_a_part_is_declined_taken_back_or_sent_back(life):
    two_parts(life)
    life.do("decline_part", "gardener", Given(reason="需大型机械"))
    life.do("give_parts", "department", parts(life, works_crew="补种绿篱"))
    life.do("take_back_part", "department", whose(life, "works_crew"))
    submit(life, "section", "submit_part")
    life.do("refuse_part", "department", whose(life, "works_section"))
    assert (life.case.part_holders, life.case.parts_back) == ([life.city.organization_id("works_section")], 0)
    first, again = clocks(life, "works_section")
    assert (first.stopped_at == life.now, again.stopped_at) == (True, None)
    assert Assignment.objects.filter(case_id=life.case_id).latest("ordinal").part == "扶正灯杆"
    submit(life, "section", "submit_part")
    assert [outcome for _name, outcome in held(life)] == ["", "submit_part", "decline_part", "take_back_part", "submit_part"]
    assert not faults(life)


def test_only_who_has_a_part_gives_it_back_and_only_who_gave_it_takes_it_back(life):
    two_parts(life)
    for who in ("crew", "department", "other_department"):
        with pytest.raises(Forbidden):
            submit(life, who, "submit_part")
    with pytest.raises(Forbidden):
        life.do("take_back_part", "section", whose(life, "greening"))
    with pytest.raises(Refused, match="no part to do now"):
        life.do("take_back_part", "department", whose(life, "works_crew"))
    with pytest.raises(Refused, match="has a part to do already"):
        life.do("give_parts", "department", parts(life, greening="再补一处"))
    with pytest.raises(Conflict):
        life.do("refuse_part", "department", whose(life, "greening"))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (lambda life: Given(), "parts"),
        (lambda life: parts(life, greening=" "), "parts"),
        (lambda life: parts(life, greening="绿" * 201), "parts"),
        (
            lambda life: Given(
                parts=(Part(life.city.organization_id("greening"), "一"), Part(life.city.organization_id("greening"), "二"))
            ),
            "parts",
        ),
        (lambda life: parts(life, sanitation="清扫"), "organization"),
        (lambda life: Given(parts=(Part(987654321, "清扫"),)), "organization"),
    ],
)
def test_a_part_without_words_or_for_a_stranger_is_refused(life, given, field):
    life.to("handling")
    before = life.case.entry_count
    with pytest.raises(Refused) as refused:
        life.do("give_parts", "department", given(life))
    assert (refused.value.field, life.case.entry_count) == (field, before)


def test_taking_the_case_back_ends_the_parts_that_were_given_out_below(life):
    life.to("dispatched")
    down(life, "department", "works_section")
    life.do("give_parts", "section", parts(life, works_crew="围挡"))
    assert life.case.level == 3
    life.do("take_back", "department", Given(reason="情况紧急"))
    assert (life.case.part_holders, life.case.organization_id) == (None, life.city.organization_id("works"))
    assert held(life) == [("works", ""), ("works_section", "take_back"), ("works_crew", "take_back")]
    assert not Clock.objects.filter(case_id=life.case_id, kind="level", stopped_at=None).exists()
    assert not faults(life)


def test_a_case_that_is_voided_has_no_parts_any_more(life):
    two_parts(life)
    life.do("void", "shift_leader", Given(reason="误立案"))
    assert (life.case.part_holders, life.case.ended_at is not None) == (None, True)
    assert {outcome for _name, outcome in held(life)} == {"void"}
    assert not faults(life)


def test_parts_stand_still_while_a_case_is_suspended(life):
    two_parts(life)
    until = city_day(life.now) + timedelta(days=3)
    life.do("ask_suspension", "department", Given(reason="待季节", basis="season", until=until))
    life.do("grant_suspension", "leader")
    with pytest.raises(Conflict):
        submit(life, "gardener", "submit_part")
    life.later(hours=30)
    life.do("wake", "dispatcher")
    assert {clock.due_at for name in ("works", "works_section", "greening") for clock in clocks(life, name)} == {life.case.due_at}
    submit(life, "gardener", "submit_part")
    assert not faults(life)


def test_a_case_with_parts_is_rebuilt_from_its_ledger(life):
    two_parts(life)
    submit(life, "gardener", "submit_part")
    Case.objects.filter(pk=life.case_id).update(part_holders=None, parts_back=7)
    Assignment.objects.filter(case_id=life.case_id).update(part="")
    assert faults(life)
    assert audit.rebuild(life.case_id)
    assert not faults(life)
    assert (life.case.part_holders, life.case.parts_back) == ([life.city.organization_id("works_section")], 1)


@pytest.mark.parametrize("seed", range(6))
def test_however_a_case_goes_down_and_up_its_rows_are_what_its_ledger_says(life, seed):
    dice = Random(seed)
    life.to("dispatched", rule="rattling")
    people = ("department", "section", "crew", "gardener")
    for _step in range(25):
        life.later(minutes=dice.randint(1, 9))
        who = dice.choice(people)
        actor = life.city.actor(who)
        rows = [
            row
            for row in open_actions(actor, life.case)
            if row.holder is not Holder.RESPONSIBLE and row.action not in {"hand_back", "finish"}
        ]
        if not rows:
            continue
        row = dice.choice(rows)
        below = [body.pk for body in bodies_below(actor.organization_id, city_day(life.now))]
        given = Given(
            reason="试", photos=(life.photo(who),), organization_id=dice.choice(below) if below else None,
            parts=tuple(Part(pk, "一部分") for pk in dice.sample(below, min(len(below), 2))),
        )  # fmt: skip
        with suppress(Refused):
            perform(life.case_id, row.action, actor, given)
    assert not faults(life)
    running = Clock.objects.filter(case_id=life.case_id, stopped_at=None, kind="level").values_list("organization_id", flat=True)
    lasting = Assignment.objects.filter(case_id=life.case_id, ended_at=None, level__gt=2).values_list("organization_id", flat=True)
    assert sorted(running) == sorted(lasting)


# --- On the desk --------------------------------------------------------------------------------------------------------------------------


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
    assert offered("section") == {"submit_part", "decline_part"}
    assert offered("gardener") == set()


def test_a_department_sees_how_it_stands_level_by_level(life):
    two_parts(life)
    submit(life, "gardener", "submit_part")
    life.later(hours=5)
    stands = level_stands(life.city.actor("department"))
    assert [(one.level, one.open, one.overdue, one.done_in_time) for one in stands] == [(2, 1, 1, 0), (3, 1, 1, 0), (4, 0, 0, 1)]
    assert [(one.level, one.open) for one in level_stands(life.city.actor("gardener"))] == [(4, 0)]


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
    for action in ("take_back", "refuse_feedback", "give_parts", "submit_part", "decline_part", "take_back_part", "refuse_part"):
        assert BY_ACTION[action].posts == {Post.DEPARTMENT}


# --- In the facts -------------------------------------------------------------------------------------------------------------------------


def facts_of(table: FactTable) -> list[dict]:
    """The rows of a table of facts as the evaluation reads them, in order."""
    columns = ", ".join(f"({column.sql}) AS {column.name}" for column in table.columns)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table.source.format(cases='casework_case')} ORDER BY ordinal")  # noqa: S608
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_the_evaluation_sees_every_part_with_its_level_and_whether_it_was_in_time(life):
    two_parts(life)
    submit(life, "gardener", "submit_part")
    life.later(hours=5)
    submit(life, "section", "submit_part")
    parts_told = [(row["level"], row["part"], row["outcome"]) for row in facts_of(ASSIGNMENTS)]
    assert parts_told == [(2, False, ""), (3, True, "submit_part"), (4, True, "submit_part")]
    levels = [row for row in facts_of(STAGES) if row["clock"] == "level"]
    assert [(row["level"], row["overdue"], row["stopped_by"]) for row in levels] == [(3, True, "submit_part"), (4, False, "submit_part")]


def test_going_down_and_up_asks_no_more_of_the_database_than_before_there_were_parts(life):
    def statements(action: str, by: str, given: Given) -> int:
        actor = life.city.actor(by)
        with CaptureQueriesContext(connection) as asked:
            perform(life.case_id, action, actor, given)
        return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in asked.captured_queries)

    life.to("dispatched")
    asked = [
        statements("pass_down", "department", Given(organization_id=life.city.organization_id("works_section"))),
        statements("hand_up", "section", Given(reason="无力处置")),
        statements("give_parts", "department", parts(life, works_section="扶正", greening="补种")),
    ]
    assert asked == [4, 3, 4]  # the case in hand, what is looked up (bodies below, hands it is in), and the one that writes
