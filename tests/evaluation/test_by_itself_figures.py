"""What went by itself is a column of the facts, and its share and accuracy are indicators."""

from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chengge.casework.actions import Given
from chengge.casework.actions.by_itself import RuleValues, look, save_rule, switch
from chengge.evaluation.facts import FactStore, refresh
from chengge.evaluation.indicators import Settings, Subject, indicators, reckon, with_duckdb
from chengge.organization.queries import city_day
from tests.casework.lives import Life

pytestmark = pytest.mark.django_db


def rows(store: FactStore, table: str) -> list[dict]:
    return pa.concat_tables(pq.read_table(path) for path in store.paths(table)).to_pylist()


def test_two_of_three_went_by_themselves_and_one_of_them_was_wrong(life: Life, store: FactStore):
    life.to("dispatched", rule="rattling")
    by_hand = life.case_id
    save_rule(life.city.actor("administrator"), None, RuleValues(least_percent=75), city_day(life.now))
    switch(life.city.actor("coordinator"), life.city.manhole.pk, True, "责任清单齐全")
    gone = []
    for _case in range(2):
        life.later(minutes=10)
        gone.append(life.to("filed", rule="rattling").pk)
        assert look() == 1
    life.do("undo_dispatch", "dispatcher", Given(reason="派错了"))
    refresh(store)
    marks = {row["case_id"]: row["by_itself"] for row in rows(store, "cases")}
    assert marks == {by_hand: False, gone[0]: True, gone[1]: False}
    begun = {(row["case_id"], row["by_itself"], row["outcome"]) for row in rows(store, "assignments") if row["level"] == 2}
    assert begun == {(by_hand, False, ""), (gone[0], True, ""), (gone[1], True, "undo_dispatch")}
    span = life.now - timedelta(days=40), life.now + timedelta(days=40)
    told = {
        one.code: (one.numerator, one.denominator)
        for one in reckon(with_duckdb(store, Settings()), indicators(Settings()), Subject.CITY, *span)
    }
    assert (told["C50"], told["C51"]) == ((2, 3), (1, 2))
    assert told["C1"] == (2, 3)  # what was undone was dispatched wrongly


def test_an_undone_dispatch_was_a_wrong_one_and_settles_nothing(life: Life, store: FactStore):
    save_rule(life.city.actor("administrator"), None, RuleValues(least_percent=75), city_day(life.now))
    switch(life.city.actor("coordinator"), life.city.manhole.pk, True, "责任清单齐全")
    life.to("filed", rule="rattling")
    assert look() == 1
    life.later(minutes=2)
    life.do("undo_dispatch", "dispatcher", Given(reason="派错了"))
    for step in ("dispatched", "handling", "handled", "checking", "checked", "closed"):
        life.later(minutes=5)
        life._step(step, "rattling")
    refresh(store)
    made = [(row["nth"], row["member_id"] is None, row["after_return"], row["wrong"]) for row in rows(store, "dispatching")]
    assert made == [(1, True, False, True), (2, False, False, False)]
    span = life.now - timedelta(days=40), life.now + timedelta(days=40)
    told = {
        one.code: (one.numerator, one.denominator)
        for one in reckon(with_duckdb(store, Settings()), indicators(Settings()), Subject.CITY, *span)
    }
    assert told["C41"] == (0, 1)  # it took a second dispatch
