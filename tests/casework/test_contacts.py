"""How reporters can be reached: unreadable on the disk, masked for most, whole for those who call them back."""

import logging

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from chengge.casework.actions import complete_report, contact_of, report
from chengge.casework.contacts import mask, seal, unseal
from chengge.casework.models import LedgerEntry, Report
from chengge.clock import PretendedClock
from tests.casework.lives import Life
from tests.factories import City

PHONE = "13812345678"


@pytest.fixture
def life(city: City, pretended_clock: PretendedClock) -> Life:
    return Life(city, pretended_clock)


# --- at rest ------------------------------------------------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=100))
def test_what_is_sealed_is_unsealed_as_it_was_told(contact):
    assert unseal(seal(contact)) == contact.strip()


def test_nothing_told_is_nothing_kept():
    assert seal("") == seal("   ") == b""
    assert unseal(b"") == ""


def test_the_same_number_sealed_twice_looks_different_so_that_reporters_cannot_be_counted():
    assert seal(PHONE) != seal(PHONE)


def test_under_another_key_a_contact_is_not_read_and_the_page_still_opens(settings):
    sealed = seal(PHONE)
    settings.CONTACT_KEY = Fernet.generate_key().decode()
    assert PHONE not in unseal(sealed)
    assert unseal(sealed)


@pytest.mark.django_db
def test_neither_report_nor_ledger_nor_log_holds_the_number_in_the_clear(life, caplog):
    caplog.set_level(logging.DEBUG)
    made = life.report(contact=PHONE, reporter_name="赵女士")
    kept = Report.objects.get(pk=made.report_id)
    assert bytes(kept.contact).startswith(b"gAAAA")
    assert PHONE.encode() not in bytes(kept.contact)
    assert not LedgerEntry.objects.filter(body__contains=PHONE).exists()
    assert PHONE not in "".join(record.getMessage() for record in caplog.records if not record.name.startswith("django.db"))


# --- on screen ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("13812345678", "138****5678"),
        ("0571-87654321", "057****4321"),
        ("87654321", "87****21"),
        ("zhao@city.example", "zha****mple"),
        ("王先生", "王**"),
        ("王", "王**"),
        ("", ""),
    ],
)
def test_a_masked_contact_can_be_recognised_and_not_called(told, shown):
    assert mask(told) == shown


@given(st.text("0123456789", min_size=3, max_size=30))
def test_at_least_a_third_of_a_number_is_hidden(number):
    shown = mask(number).replace("*", "")
    assert 1 <= len(shown) <= len(number) * 2 / 3


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["operator", "shift_leader"])
def test_those_who_call_back_see_the_whole_number(life, name):
    kept = Report.objects.get(pk=life.report(contact=PHONE).report_id)
    assert contact_of(kept, life.city.actor(name)) == PHONE


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["inspector", "dispatcher", "department", "crew", "evaluator", "coordinator", "leader", "administrator"])
def test_everybody_else_sees_a_mask(life, name):
    kept = Report.objects.get(pk=life.report(contact=PHONE).report_id)
    assert contact_of(kept, life.city.actor(name)) == "138****5678"


@pytest.mark.django_db
def test_an_answer_to_a_question_keeps_the_contact_unless_it_brings_another(life):
    operator, (lon, lat) = life.city.actor("operator"), life.city.places[0]
    first = report(operator, life.said(lon=None, lat=None, contact=PHONE))
    complete_report(first.report_id, operator, {"lon": lon, "lat": lat})
    assert contact_of(Report.objects.get(pk=first.report_id), operator) == PHONE

    second = report(operator, life.said(lon=None, lat=None, contact=PHONE))
    complete_report(second.report_id, operator, {"lon": lon, "lat": lat, "contact": "13900001111"})
    assert contact_of(Report.objects.get(pk=second.report_id), operator) == "13900001111"
