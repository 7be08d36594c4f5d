"""The rule book of a case, read as sentences about the city."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengge.domain.lifecycle import (
    ASKINGS,
    BY_ACTION,
    ENDS,
    OPEN,
    TRANSITIONS,
    WHILE_SUSPENDED,
    Axis,
    Holder,
    Need,
    Post,
    Stage,
    diagram,
    open_to,
    stages_of,
)


def actions_of(stage: Stage, *posts: Post) -> set[str]:
    return {row.action for row in open_to(stage, frozenset(posts))}


def test_who_dispatches_a_case_cannot_close_it():
    assert BY_ACTION["dispatch"].axis is Axis.COMMAND
    assert BY_ACTION["close"].axis is Axis.SUPERVISION


def test_supervision_finds_files_checks_and_closes():
    for action in ("verify_true", "accept", "file", "ask_to_check", "pass_check", "fail_check", "close", "void", "merge"):
        assert BY_ACTION[action].axis is Axis.SUPERVISION


def test_command_dispatches_handles_and_feeds_back():
    for action in ("dispatch", "take_up", "pass_down", "submit", "finish", "hand_back", "return_to_filing"):
        assert BY_ACTION[action].axis is Axis.COMMAND


def test_no_action_is_shared_between_the_axes():
    for row in TRANSITIONS:
        assert len({post.axis for post in row.posts} - {Axis.NEITHER}) == 1


def test_leaders_evaluators_and_coordinators_never_move_a_case_from_stage_to_stage():
    for stage in Stage:
        taken = actions_of(stage, Post.LEADER, Post.EVALUATOR, Post.COORDINATOR)
        assert all(BY_ACTION[action].target is None for action in taken)
        assert actions_of(stage, Post.ADMINISTRATOR) == set()


def test_whoever_asks_does_not_grant():
    for one in ASKINGS.values():
        assert not BY_ACTION[one.ask].posts & (BY_ACTION[one.grant].posts | BY_ACTION[one.refuse].posts)
        assert BY_ACTION[one.grant].posts == BY_ACTION[one.refuse].posts
        assert Need.REASON in BY_ACTION[one.ask].needs & BY_ACTION[one.refuse].needs or one.ask == "hand_back"


def test_command_grants_more_time_but_only_supervision_excuses_what_was_late():
    assert BY_ACTION["grant_extension"].axis is BY_ACTION["grant_suspension"].axis is Axis.COMMAND
    assert BY_ACTION["grant_appeal"].axis is Axis.SUPERVISION


def test_side_paths_leave_the_case_in_its_stage_and_start_and_stop_no_clock():
    for row in TRANSITIONS:
        if row.is_overlay:
            assert not row.starts
            assert not row.stops


def test_a_suspension_pauses_whatever_runs_and_waking_lets_all_run_on():
    assert BY_ACTION["grant_suspension"].pauses == BY_ACTION["wake"].resumes == "*"


def test_a_suspended_case_waits_for_everything_that_would_take_it_on():
    for action in WHILE_SUSPENDED - {"void"}:
        assert BY_ACTION[action].target is None


def test_a_department_cannot_close_its_own_case():
    for stage in Stage:
        assert "close" not in actions_of(stage, Post.DEPARTMENT)


def test_a_department_has_nothing_but_an_order_to_answer_once_the_work_is_handed_in():
    assert actions_of(Stage.HANDLED, Post.DEPARTMENT) == {"answer_supervision"}


def test_every_open_stage_has_a_way_on_that_is_not_voiding_it():
    for stage in OPEN:
        assert {row.action for row in TRANSITIONS if stage in row.sources} - {"void", "reclassify", "amend"}


def test_an_ended_case_moves_only_by_reopening_it_or_splitting_it_off_again():
    assert {(row.action, source) for row in TRANSITIONS for source in row.sources & ENDS if not row.is_overlay} == {
        ("reopen", Stage.CLOSED),
        ("split", Stage.MERGED),
    }
    for action in ("reopen", "split"):
        assert BY_ACTION[action].axis is Axis.SUPERVISION
        assert Need.REASON in BY_ACTION[action].needs


def test_a_case_is_merged_before_it_is_dispatched_or_not_at_all():
    assert not BY_ACTION["merge"].sources & {Stage.DISPATCHED, Stage.HANDLING, Stage.RETURNED, Stage.HANDLED, Stage.CHECKING}


def test_every_stage_can_be_reached_from_the_report():
    reached, new = {Stage.REPORTED}, {Stage.REPORTED}
    while new:
        new = {row.target_from(stage) for stage in new for row in TRANSITIONS if stage in row.sources} - reached
        reached |= new
    assert reached == set(Stage)


def test_whoever_ends_a_case_without_a_fix_or_sends_it_back_says_why():
    for action in (
        "reject",
        "decline_filing",
        "void",
        "transfer",
        "hand_back",
        "return_to_filing",
        "send_back",
        "fail_check",
        "reclassify",
    ):
        assert Need.REASON in BY_ACTION[action].needs


def test_what_is_seen_on_the_spot_is_proved_by_a_photo():
    for action in ("verify_true", "verify_false", "pass_check", "fail_check", "self_dispose", "submit", "finish"):
        assert Need.PHOTO in BY_ACTION[action].needs


def test_the_acceptance_clock_pauses_while_a_verify_task_is_out():
    assert BY_ACTION["ask_to_verify"].pauses == "acceptance"
    assert BY_ACTION["verify_true"].resumes == BY_ACTION["verify_false"].resumes == "acceptance"


def test_the_handling_clock_stops_when_the_department_confirms_not_when_its_crew_submits():
    assert BY_ACTION["finish"].stops == "handling"
    assert BY_ACTION["finish"].holder is Holder.DEPARTMENT
    assert BY_ACTION["submit"].stops == "level"


def test_a_failed_check_goes_back_to_the_department_as_rework():
    row = BY_ACTION["fail_check"]
    assert (row.target, row.mark, row.starts) == (Stage.DISPATCHED, "rework", "handling")


@pytest.mark.parametrize("post", [Post.OPERATOR, Post.SHIFT_LEADER, Post.DISPATCHER, Post.DEPARTMENT, Post.INSPECTOR])
def test_every_working_post_has_a_desk(post):
    assert stages_of(post)


def test_voiding_puts_nothing_on_the_desk_of_the_shift_leader():
    assert set(stages_of(Post.SHIFT_LEADER)) == {Stage.ACCEPTED, Stage.RETURNED, Stage.CHECKED}


@given(stage=st.sampled_from(list(Stage)), posts=st.frozensets(st.sampled_from(list(Post))))
def test_what_several_posts_may_do_is_what_each_of_them_may_do(stage, posts):
    together = actions_of(stage, *posts)
    assert together == {action for post in posts for action in actions_of(stage, post)}


def test_every_clock_that_an_action_starts_is_stopped_by_another():
    started = {row.starts for row in TRANSITIONS if row.starts} | {"acceptance"}
    assert started == {row.stops for row in TRANSITIONS if row.stops} - {"*"}


def test_the_diagram_shows_every_stage_and_every_action_that_leads_on_but_voiding():
    drawn = diagram()
    for stage in Stage:
        assert stage.value in drawn
    for row in TRANSITIONS:
        assert (f": {row.action} " in drawn) == (row.action != "void" and not row.is_overlay)
