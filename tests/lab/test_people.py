"""What simulated people decide, without any city around them."""

from collections import Counter
from dataclasses import replace

import pytest

from chengge.domain.lifecycle import BY_ACTION, Stage
from chengge.domain.worktime import WorkCalendar
from chengge.lab.people import REASONS, Deed, Handling, Life, finishing_moment, next_deed

HOUR = 3600


class Town:
    """Just enough of a world: three departments, the first of which answers; one has crews."""

    calendars = {1: WorkCalendar.of([(day * 24 * HOUR + 8 * HOUR, day * 24 * HOUR + 16 * HOUR) for day in range(200)])}
    keepers_in: dict[int, frozenset[int]] = {}

    def answering(self, *_what: object) -> tuple[int, ...]:
        return (11, 12, 13)

    def rules(self, *_what: object) -> tuple[object, ...]:
        return ()

    def keeper(self, _code: object) -> int:
        return 0

    @property
    def bodies(self) -> dict[int, object]:
        class Body:
            def __init__(self, *children: int) -> None:
                self.children, self.division_code = children, None

        return {11: Body(21), 12: Body(), 13: Body(), 21: Body(31), 31: Body()}


def life(number: int, stage: Stage, **facts: object) -> Life:
    born = Life(
        id=number,
        key=f"sim-9-{number}",
        class_id=1,
        rule_id=1,
        area_class="A",
        grid_code=990101001001001,
        component_code=None,
        lon=119.3,
        lat=31.1,
        channel="inspector",
        reporter_id=1,
        scene="rubbish",
        small=True,
        place="鼓楼",
        stage=stage,
    )
    return replace(born, **facts)


def deeds(stage: Stage, count: int = 400, **facts: object) -> list[Deed]:
    found = [next_deed(life(number, stage, **facts), Town(), 10 * 24 * HOUR + 9 * HOUR, False) for number in range(count)]  # type: ignore[arg-type]
    assert all(found)
    return [deed for deed in found if deed is not None]


def handling(hours: int = 8) -> Handling:
    return Handling(since=10 * 24 * HOUR + 9 * HOUR, seconds=hours * HOUR, continuous=False, calendar_id=1)


@pytest.mark.parametrize("stage", [stage for stage in Stage if not stage.is_end])
def test_every_deed_is_one_that_the_rule_book_knows_from_that_stage(stage: Stage) -> None:
    facts = (
        {"handling": handling(), "organization_id": 11, "department_id": 11, "level": 2}
        if stage in (Stage.DISPATCHED, Stage.HANDLING)
        else {}
    )
    for deed in deeds(stage, 200, **facts):
        row = BY_ACTION[deed.action]
        assert stage in row.sources
        assert deed.post in row.posts
        assert deed.wait > 0
        assert bool(deed.reason) >= ("reason" in row.needs)
        assert bool(deed.photos) >= ("photo" in row.needs)


def test_ended_cases_are_left_alone() -> None:
    assert next_deed(life(1, Stage.CLOSED), Town(), 0, False) is None  # type: ignore[arg-type]


def test_the_same_case_at_the_same_step_decides_the_same() -> None:
    assert deeds(Stage.ACCEPTED) == deeds(Stage.ACCEPTED)


def test_about_one_dispatch_in_sixteen_goes_to_the_wrong_department() -> None:
    goals = Counter(deed.organization_id for deed in deeds(Stage.FILED, 3000) if deed.action == "dispatch")
    wrong = 1 - goals[11] / goals.total()
    assert 0.03 < wrong < 0.1


def test_a_department_hands_back_what_is_not_its_own() -> None:
    actions = Counter(
        deed.action for deed in deeds(Stage.DISPATCHED, handling=handling(), organization_id=12, department_id=12, level=2, wrong=True)
    )
    assert actions["hand_back"] / actions.total() > 0.85


def test_most_work_is_done_in_time_and_some_is_late() -> None:
    due = Town.calendars[1].after(handling().since, handling().seconds)
    late = [finishing_moment(life(number, Stage.HANDLING, handling=handling()), Town()) > due for number in range(2000)]  # type: ignore[arg-type]
    assert 0.04 < sum(late) / len(late) < 0.15


def test_nobody_finishes_by_night_what_runs_by_working_hours() -> None:
    for number in range(300):
        hour = finishing_moment(life(number, Stage.HANDLING, handling=handling()), Town()) % (24 * HOUR) / HOUR  # type: ignore[arg-type]
        assert 8 <= hour <= 16


def test_a_sloppy_fix_fails_its_check_less_often_the_second_time() -> None:
    failed = [Counter(deed.action for deed in deeds(Stage.CHECKING, 3000, rework=rework))["fail_check"] for rework in (0, 1)]
    assert failed[0] > failed[1] > 0


def test_a_case_cannot_go_round_for_ever() -> None:
    for stage in (Stage.REPORTED, Stage.ACCEPTED, Stage.CHECKED):
        assert {deed.action for deed in deeds(stage, step=30)} <= {"accept", "file", "close"}


def test_every_action_that_needs_a_reason_has_some_to_choose_from() -> None:
    needed = {action for action, row in BY_ACTION.items() if "reason" in row.needs}
    assert needed <= set(REASONS)
    assert all(0 < len(reason) <= 500 for reasons in REASONS.values() for reason in reasons)
