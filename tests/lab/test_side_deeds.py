"""What simulated people do beside the straight way."""

from collections import Counter

from chengge.domain.lifecycle import BY_ACTION, Stage
from chengge.lab.people import finishing_moment
from chengge.lab.side_deeds import side_deed
from tests.lab.test_people import HOUR, Town, handling, life

HELD = {"organization_id": 12, "department_id": 12, "level": 2}
BEGAN = 10 * 24 * HOUR + 9 * HOUR


def taken(count: int = 1500, hours: int = 8, now: int = BEGAN, **facts: object) -> Counter[str]:
    """What happens beside the way to many cases in work, by action; empty: nothing."""
    found: Counter[str] = Counter()
    for number in range(count):
        deed = side_deed(life(number, Stage.HANDLING, handling=handling(hours), **HELD | facts), Town(), now)  # type: ignore[arg-type]
        found[deed.action if deed else ""] += 1
        if deed is not None:
            row = BY_ACTION[deed.action]
            assert Stage.HANDLING in row.sources
            assert deed.post in row.posts
            assert deed.wait > 0
            assert bool(deed.reason) >= ("reason" in row.needs)
            assert bool(deed.basis) >= ("basis" in row.needs)
            assert bool(deed.note) >= ("note" in row.needs)
            assert bool(deed.until_days) >= ("until" in row.needs)
    return found


def test_most_cases_go_their_straight_way():
    assert taken()[""] > 1350


def test_some_who_will_be_late_ask_for_time_before_it_is_too_late():
    assert 10 < taken()["ask_extension"] < 100


def test_only_what_has_days_waits_for_a_season():
    assert taken()["ask_suspension"] == 0
    assert taken(hours=40)["ask_suspension"] > 10


def test_what_was_asked_is_answered_before_anything_else():
    answers = taken(asked="extension")
    assert set(answers) == {"grant_extension", "refuse_extension"}
    assert answers["grant_extension"] > answers["refuse_extension"]
    assert set(taken(asked="suspension")) == {"grant_suspension", "refuse_suspension"}


def test_a_suspended_case_does_nothing_but_wake():
    assert set(taken(suspended_until=BEGAN + 5 * 24 * HOUR)) == {"wake"}


def test_late_cases_are_urged_and_some_put_under_an_order():
    late = taken(5000, said={"ask_extension"})
    assert late["urge"] > late["order_supervision"] > 0


def test_more_time_makes_nobody_slower():
    before = life(7, Stage.HANDLING, handling=handling(8))
    after = life(7, Stage.HANDLING, handling=handling(16), extensions=1)
    assert finishing_moment(before, Town()) == finishing_moment(after, Town())  # type: ignore[arg-type]
