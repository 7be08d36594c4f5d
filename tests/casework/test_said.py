"""What people said can be forgotten; that it was said, and when, stays proven."""

import pytest
from django.db import connection

from chengge.casework import audit
from chengge.casework.actions import Given, forget_words
from chengge.casework.models import Case, LedgerEntry, SaidText
from tests.casework.lives import Life

pytestmark = pytest.mark.django_db

WORDS = "楼下张先生 13800005678 说井盖缺失"


@pytest.fixture
def life(city, pretended_clock) -> Life:
    life = Life(city, pretended_clock)
    life.report(description=WORDS, place="石桥路口张家门前")
    return life


def faults() -> list[audit.Fault]:
    return [fault for checked in audit.verify(1) for fault in checked.faults]


def test_the_ledger_holds_no_word_of_the_reporter(life):
    life.do("amend", "operator", Given(reason="补充", description=WORDS + "三天了", place="石桥路口"))
    for body in LedgerEntry.objects.values_list("body", flat=True):
        assert "13800005678" not in body
        assert "张" not in body
    assert life.case.description == WORDS + "三天了"
    assert faults() == []


def test_the_same_words_said_of_two_cases_leave_different_hashes(life):
    life.report(description=WORDS, place="石桥路口张家门前")
    digests = list(SaidText.objects.values_list("digest", flat=True))
    assert len(digests) == len(set(digests)) == 4


def test_forgotten_words_are_gone_and_the_chain_still_holds(life):
    assert forget_words(life.case_id) == 2
    assert (life.case.description, life.case.place) == ("", "")
    assert forget_words(life.case_id) == 0
    assert faults() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM casework_saidtext WHERE salt IS NOT NULL OR text IS NOT NULL")
        assert cursor.fetchone() == (0,)
    life.do("accept", "operator", Given(rule_id=life.city.missing.pk, lon=life.case.lon, lat=life.case.lat))
    assert faults() == []


def test_words_changed_behind_the_ledgers_back_are_found(life):
    SaidText.objects.filter(text=WORDS).update(text="什么也没有")
    assert [fault.what for fault in faults()] == ["what is kept beside the ledger is not what was said"]


def test_a_changed_description_of_the_case_is_found_and_rebuilt(life):
    Case.objects.filter(pk=life.case_id).update(description="别的话")
    assert len(faults()) == 1
    assert audit.rebuild(life.case_id)
    assert life.case.description == WORDS
    assert faults() == []


def test_texts_that_are_missing_are_found(life):
    SaidText.objects.all().delete()
    assert [fault.what for fault in faults()] == ["what was said is missing beside the ledger"]
