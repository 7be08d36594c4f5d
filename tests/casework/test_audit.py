"""The ledger proves itself: what was tampered with is found and named, what is only a row is rebuilt."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from chengge.casework import audit
from chengge.casework.actions import Given
from chengge.casework.models import Assignment, Case, Clock, ClockPause
from chengge.domain.fold import FoldBroken
from tests.casework.lives import Life

pytestmark = pytest.mark.django_db


@pytest.fixture
def life(city, pretended_clock) -> Life:
    life = Life(city, pretended_clock)
    life.to("dispatched")
    life.later(minutes=20)
    life.do("hand_back", "department", Given(reason="不属于我单位"))
    life.later(minutes=3)
    life.do("refuse_return", "shift_leader", Given(reason="即为该单位"))
    life.do("pass_down", "department", Given(organization_id=city.organization_id("works_section")))
    return life


def tamper(statement: str, *values: object) -> None:
    """Do what nobody may: change the ledger with its guard switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE casework_ledgerentry DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        cursor.execute("ALTER TABLE casework_ledgerentry ENABLE TRIGGER USER")


def faults() -> list[audit.Fault]:
    return [fault for checked in audit.verify(1) for fault in checked.faults]


def test_an_honest_ledger_has_no_difference(life):
    assert faults() == []
    out = io.StringIO()
    call_command("ledger", "verify", stdout=out)
    assert "No difference." in out.getvalue()


def test_a_changed_body_is_found_at_its_entry(life):
    tamper("UPDATE casework_ledgerentry SET body = replace(body, '\"handling\"', '\"level\"') WHERE seq = 6")
    assert [(fault.case_id, fault.seq) for fault in faults()] == [(life.case_id, 6)]


def test_a_changed_column_is_found_though_the_chain_holds(life):
    tamper("UPDATE casework_ledgerentry SET member_id = %s WHERE seq = 5", life.city.members["operator"].pk)
    assert [fault.seq for fault in faults()] == [5]


def test_entries_cut_off_at_the_end_are_missed(life):
    tamper("DELETE FROM casework_ledgerentry WHERE seq = (SELECT max(seq) FROM casework_ledgerentry)")
    assert "missing" in faults()[0].what


def test_the_command_names_the_first_bad_entry_and_fails(life):
    tamper("UPDATE casework_ledgerentry SET body = replace(body, 'hotline', 'webform') WHERE seq = 1")
    with pytest.raises(CommandError, match=f"entry is 1 of case {life.case.number}"):
        call_command("ledger", "verify", stdout=io.StringIO())


@pytest.mark.parametrize(
    ("model", "changes"),
    [
        (Case, {"place": "别处"}),
        (Clock, {"overdue": True}),
        (Clock, {"worked_seconds": 1}),
        (Assignment, {"outcome": "finish"}),
        (ClockPause, {"resumed_at": None}),
    ],
)
def test_a_row_that_is_not_what_its_entries_say_is_found_and_rebuilt(life, model, changes):
    before = list(model.objects.order_by("pk").values(*changes))
    model.objects.update(**changes)
    assert faults()
    call_command("ledger", "rebuild", stdout=io.StringIO())
    assert faults() == []
    assert list(model.objects.order_by("pk").values(*changes)) == before


def test_pauses_are_rebuilt_with_their_clock(life):
    clock = Clock.objects.get(case=life.case, kind="handling")
    before = list(clock.pauses.values_list("paused_at", "resumed_at"))
    Clock.objects.filter(pk=clock.pk).update(limit_seconds=1)
    assert audit.rebuild(life.case_id) is True
    assert list(Clock.objects.get(case=life.case, kind="handling").pauses.values_list("paused_at", "resumed_at")) == before
    assert len(before) == 1


def test_a_sound_case_is_left_alone(life):
    assert audit.rebuild(life.case_id) is False


def test_nothing_is_rebuilt_from_a_broken_chain(life):
    tamper("UPDATE casework_ledgerentry SET body = replace(body, 'hotline', 'webform') WHERE seq = 1")
    with pytest.raises(FoldBroken):
        audit.rebuild(life.case_id)
