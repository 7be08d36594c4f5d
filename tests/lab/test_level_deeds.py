"""What simulated platforms do among each other."""

from collections import Counter

from chengge.domain.lifecycle import BY_ACTION, Post, Stage
from chengge.lab.level_deeds import level_deed, remember
from chengge.lab.people import Deed
from tests.lab.test_people import HOUR, Town, handling, life

BEGAN = 10 * 24 * HOUR + 9 * HOUR


class WiderTown(Town):
    """A town whose first department has two sections."""

    @property
    def bodies(self) -> dict[int, object]:
        class Body:
            def __init__(self, *children: int) -> None:
                self.children, self.division_code = children, None

        return {11: Body(21, 22), 21: Body(31), 22: Body(), 31: Body()}


def taken(stage: Stage, count: int = 2000, **facts: object) -> Counter[str]:
    """What happens between the levels to many cases, by action; empty: nothing."""
    held = {"organization_id": 11, "department_id": 11, "level": 2, "handling": handling(8)} | facts
    found: Counter[str] = Counter()
    for number in range(count):
        one = life(number, stage, **{name: list(value) if isinstance(value, list) else value for name, value in held.items()})
        deed = level_deed(one, WiderTown(), BEGAN)  # type: ignore[arg-type]
        found[deed.action if deed else ""] += 1
        if deed is not None:
            row = BY_ACTION[deed.action]
            assert stage in row.sources
            assert deed.wait > 0
            assert bool(deed.reason) >= ("reason" in row.needs)
            assert bool(deed.photos) >= ("photo" in row.needs)
            assert bool(deed.parts) >= ("parts" in row.needs)
            assert (deed.organization_id is not None) >= ("organization" in row.needs)
    return found


def test_a_few_cases_are_given_out_in_parts():
    found = taken(Stage.DISPATCHED)
    assert set(found) == {"", "give_parts"}
    assert 40 < found["give_parts"] < 160


def test_parts_come_back_before_anything_else_and_mostly_done():
    found = taken(Stage.HANDLING, parts=[21, 22])
    assert set(found) == {"pass_part_on", "submit_part", "decline_part", "take_back_part"}
    assert 400 < found["pass_part_on"] < 800
    assert found["submit_part"] > 1000
    assert "pass_part_on" not in taken(Stage.HANDLING, parts=[22, 21])  # a section without crews does it itself


def test_some_of_what_came_up_is_sent_back_and_some_of_what_nobody_began_is_taken_back():
    assert 20 < taken(Stage.HANDLING, fed_back=True)["refuse_feedback"] < 120
    assert 60 < taken(Stage.HANDLING, parts_back=[21])["refuse_part"] < 240
    assert taken(Stage.DISPATCHED, organization_id=22, level=3)["take_back"] > 5
    assert set(taken(Stage.HANDLING)) == {""}


def test_a_case_remembers_who_has_a_part_and_who_has_fed_one_back():
    one = life(1, Stage.HANDLING)
    remember(one, Deed("give_parts", 1, Post.DEPARTMENT, parts=((21, "围挡"), (22, "清运"))))
    remember(one, Deed("submit_part", 1, Post.DEPARTMENT, by=22))
    remember(one, Deed("take_back_part", 1, Post.DEPARTMENT, organization_id=21))
    assert (one.parts, one.parts_back) == ([], [22])
    remember(one, Deed("refuse_part", 1, Post.DEPARTMENT, organization_id=22))
    assert (one.parts, one.parts_back) == ([22], [])


def test_a_part_that_was_passed_on_comes_back_to_whoever_passed_it_on():
    one = life(1, Stage.HANDLING)
    remember(one, Deed("give_parts", 1, Post.DEPARTMENT, parts=((21, "围挡"), (22, "清运"))))
    remember(one, Deed("pass_part_on", 1, Post.DEPARTMENT, by=21, organization_id=31))
    assert (one.parts, one.passed_on) == ([22, 31], {31: 21})
    remember(one, Deed("submit_part", 1, Post.DEPARTMENT, by=31))
    assert (one.parts, one.parts_back, one.passed_on) == ([22, 21], [], {})
    remember(one, Deed("pass_part_on", 1, Post.DEPARTMENT, by=21, organization_id=31))
    remember(one, Deed("take_back_part", 1, Post.DEPARTMENT, organization_id=21))
    assert (one.parts, one.passed_on) == ([22], {})
