"""From entries to the present: the fold of a case, and the chain that holds its entries together."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengge.domain.fold import FoldBroken, Folded, fold, fold_entry
from chengge.domain.hashing import BEFORE_THE_FIRST, canonical, chained

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def entry(seq: int, source: str, target: str, at: int = 1_000, **changes: object) -> dict[str, object]:
    moves = {"clocks": changes.pop("clocks", []), "assignments": changes.pop("assignments", [])}
    return {"seq": seq, "at": at, "from": source, "to": target, "case": {"stage": target} | changes} | moves


def started(kind: str = "handling", **more: object) -> dict[str, object]:
    return {"op": "start", "kind": kind, "yellow_at": 80, "due_at": 100} | more


def test_a_case_is_what_its_entries_add_up_to():
    state = fold([entry(1, "", "reported", place="石桥路"), entry(2, "reported", "accepted", at=1_060, rule_id=7)])
    assert state.case == {"stage": "accepted", "place": "石桥路", "rule_id": 7, "changed_at": 1_060}
    assert state.entry_count == 2


def test_an_entry_that_skips_a_number_does_not_stand():
    with pytest.raises(FoldBroken, match="entry 3 follows entry 1"):
        fold([entry(1, "", "reported"), entry(3, "reported", "accepted")])


def test_an_entry_that_starts_from_another_stage_does_not_stand():
    with pytest.raises(FoldBroken, match="starts from 'filed'"):
        fold([entry(1, "", "reported"), entry(2, "filed", "dispatched")])


def test_a_clock_that_was_paused_remembers_every_pause():
    state = Folded()
    fold_entry(state, entry(1, "", "reported", at=0, clocks=[started()]))
    fold_entry(state, entry(2, "reported", "returned", at=30, clocks=[{"op": "pause", "n": 0, "worked_seconds": 30}]))
    assert state.clocks[0]["paused_at"] == 30
    fold_entry(state, entry(3, "returned", "dispatched", at=50, clocks=[{"op": "resume", "n": 0, "yellow_at": 100, "due_at": 120}]))
    fold_entry(state, entry(4, "dispatched", "handled", at=90, clocks=[{"op": "stop", "n": 0, "worked_seconds": 70, "overdue": False}]))
    clock = state.clocks[0]
    assert (clock["pauses"], clock["paused_at"], clock["stopped_at"], clock["due_at"]) == ([(30, 50)], None, 90, 120)
    assert (clock["running_since"], clock["worked_seconds"], clock["overdue"]) == (50, 70, False)


def test_an_assignment_ends_with_the_action_that_ended_it():
    begin = {"op": "start", "n": 0, "level": 2, "organization_id": 5}
    state = fold(
        [
            entry(1, "", "filed", assignments=[begin]),
            entry(2, "filed", "handled", at=9, assignments=[{"op": "end", "n": 0, "outcome": "finish"}]),
        ]
    )
    assert state.assignments == [
        {"level": 2, "organization_id": 5, "part": "", "above": None, "started_at": 1_000, "ended_at": 9, "outcome": "finish"}
    ]


@pytest.mark.parametrize("moves", [{"clocks": [{"op": "melt", "n": 0}]}, {"assignments": [{"op": "melt", "n": 0}]}])
def test_a_move_that_nobody_knows_does_not_stand(moves):
    with pytest.raises(FoldBroken, match="melt"):
        fold([entry(1, "", "reported", **moves)])


@given(body=st.dictionaries(st.text(max_size=8), json_values, max_size=6))
def test_a_body_is_written_in_one_way_only(body):
    text = canonical(body)
    assert orjson.loads(text) == body
    assert canonical(dict(reversed(body.items()))) == text
    assert canonical(orjson.loads(text)) == text


@given(bodies=st.lists(st.text(max_size=30), min_size=2, max_size=6), at=st.data())
def test_changing_any_body_changes_every_hash_from_there_on(bodies, at):
    changed = at.draw(st.integers(0, len(bodies) - 1))
    other = [body + "x" if i == changed else body for i, body in enumerate(bodies)]

    def chain(texts: list[str]) -> list[bytes]:
        hashes, before = [], BEFORE_THE_FIRST
        for text in texts:
            before = chained(before, text)
            hashes.append(before)
        return hashes

    first, second = chain(bodies), chain(other)
    assert first[:changed] == second[:changed]
    assert all(a != b for a, b in zip(first[changed:], second[changed:], strict=True))
