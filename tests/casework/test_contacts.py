"""How reporters can be reached: unreadable on the disk, masked for most, whole for those who call them back."""

import logging
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import BinaryField
from hypothesis import given
from hypothesis import strategies as st

from chengge.casework.actions import complete_report, contact_of, report
from chengge.casework.contacts import mark, mask, normalised, seal, unseal
from chengge.casework.models import ContactView, LedgerEntry, Report
from chengge.casework.privacy import show_contact
from chengge.casework.resealing import counted_by_key, reseal
from chengge.clock import PretendedClock
from chengge.contacts import KeyLost, add_key, key_of, keys, resealed
from chengge.domain.errors import Forbidden, Refused
from chengge.organization.tokens import make_token
from chengge.personal import SealedColumn, sealed_columns
from tests.browsing import client_of
from tests.casework.lives import Life
from tests.factories import MEMBERS, City

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


EVERYBODY = [name for name in MEMBERS if name not in {"inspector2", "crew", "section"}]


@pytest.mark.django_db
@pytest.mark.parametrize("name", EVERYBODY)
def test_everybody_sees_a_mask_first(life, name):
    kept = Report.objects.get(pk=life.report(contact=PHONE).report_id)
    assert contact_of(kept, life.city.actor(name)) == "138****5678"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["operator", "shift_leader"])
def test_those_who_call_back_say_what_for_and_see_the_whole_number(life, name):
    made = life.report(contact=PHONE)
    assert show_contact(made.report_id, life.city.actor(name), "call_back") == PHONE
    view = ContactView.objects.get()
    assert (view.report_id, view.member, view.purpose, view.seen_at) == (
        made.report_id,
        life.city.members[name],
        "call_back",
        life.clock.at,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in EVERYBODY if name not in {"operator", "shift_leader"}])
def test_nobody_else_is_shown_it_and_nothing_is_written(life, name):
    made = life.report(contact=PHONE)
    with pytest.raises(Forbidden):
        show_contact(made.report_id, life.city.actor(name), "call_back")
    assert not ContactView.objects.exists()


@pytest.mark.django_db
def test_without_a_purpose_nothing_is_shown(life):
    made = life.report(contact=PHONE)
    with pytest.raises(Refused):
        show_contact(made.report_id, life.city.actor("operator"), "curiosity")
    assert not ContactView.objects.exists()


@pytest.mark.django_db
def test_a_reporter_who_left_no_contact_leaves_nothing_to_write_down(life):
    made = life.report()
    assert show_contact(made.report_id, life.city.actor("operator"), "ask") == ""
    assert not ContactView.objects.exists()


@pytest.mark.django_db
def test_an_answer_to_a_question_keeps_the_contact_unless_it_brings_another(life):
    operator, (lon, lat) = life.city.actor("operator"), life.city.places[0]
    first = report(operator, life.said(lon=None, lat=None, contact=PHONE))
    complete_report(first.report_id, operator, {"lon": lon, "lat": lat})
    assert show_contact(first.report_id, operator, "ask") == PHONE

    second = report(operator, life.said(lon=None, lat=None, contact=PHONE))
    complete_report(second.report_id, operator, {"lon": lon, "lat": lat, "contact": "13900001111"})
    assert show_contact(second.report_id, operator, "ask") == "13900001111"
    assert Report.objects.get(pk=second.report_id).contact_mark == mark("13900001111")


# --- found again --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("13812345678", "138 1234 5678"),
        ("13812345678", "+86 138-1234-5678"),
        ("13812345678", "１３８１２３４５６７８"),
        ("0571-87654321", "(0571) 87654321"),
        ("Zhao@City.Example", " zhao@city.example "),
    ],
)
def test_however_it_is_written_one_contact_has_one_mark(one, other):
    assert mark(one) == mark(other) != ""


def test_two_contacts_have_two_marks_and_a_mark_says_nothing():
    assert mark(PHONE) != mark("13812345679")
    assert PHONE not in mark(PHONE)
    assert mark("") == mark("  ") == ""
    assert normalised("8610010") == "8610010"  # a short number is no country's code


def test_under_another_key_the_mark_is_another(settings):
    before = mark(PHONE)
    settings.CONTACT_MARK_KEY = "another"
    assert mark(PHONE) != before


@pytest.mark.django_db
def test_a_report_carries_the_mark_of_its_contact(life):
    assert Report.objects.get(pk=life.report(contact="138 1234 5678").report_id).contact_mark == mark(PHONE)


# --- keys that change ---------------------------------------------------------------------------------------------------------------------


def test_what_an_old_key_sealed_is_read_while_that_key_is_in_the_ring(settings):
    settings.CONTACT_KEY = "old"
    sealed = seal(PHONE)
    settings.CONTACT_KEY = "new, old"
    assert keys() == ("new", "old")
    assert (unseal(sealed), key_of(sealed)) == (PHONE, 1)
    fresh = resealed(sealed)
    settings.CONTACT_KEY = "new"
    assert unseal(fresh) == PHONE
    assert resealed(fresh) is None
    with pytest.raises(KeyLost):
        resealed(sealed)


def test_a_key_that_is_added_is_used_by_processes_that_run_already(settings, tmp_path):
    settings.CONTACT_KEY, settings.CONTACT_KEY_FILE = "", tmp_path / "contact_key"
    (tmp_path / "contact_key").write_text("first\n")
    sealed = seal(PHONE)
    for number in range(2, 12):
        assert add_key(f"key {number}").name == f"contact_key_{number}"
    assert keys()[0] == "key 11"
    assert keys()[-1] == "first"
    assert key_of(seal(PHONE)) == 0
    assert unseal(sealed) == PHONE
    assert (tmp_path / "contact_key_2").stat().st_mode & 0o077 == 0


@pytest.mark.django_db
def test_everything_is_brought_under_the_newest_key_and_a_second_run_has_nothing_to_do(life, settings):
    settings.CONTACT_KEY = "old"
    for number in range(3):
        life.report(contact=f"1381234567{number}")
    settings.CONTACT_KEY = "new,old"
    life.report(contact=PHONE)
    column = SealedColumn("casework.Report", "contact")
    assert counted_by_key(column) == {1: 3, 0: 1}
    assert sum(batch.renewed for batch in reseal(column)) == 3
    assert counted_by_key(column) == {0: 4}
    assert sum(batch.renewed for batch in reseal(column)) == 0
    settings.CONTACT_KEY = "new"
    assert {unseal(bytes(kept.contact)) for kept in Report.objects.all()} == {PHONE, "13812345670", "13812345671", "13812345672"}


@pytest.mark.django_db
def test_a_dry_run_counts_and_changes_nothing_and_a_lost_key_is_told(life, settings):
    settings.CONTACT_KEY = "old"
    life.report(contact=PHONE)
    settings.CONTACT_KEY = "new,old"
    out = StringIO()
    call_command("contacts", "rotate", "--dry-run", stdout=out)
    assert "casework.Report.contact: 1 of 1 would be sealed anew" in out.getvalue()
    assert counted_by_key(SealedColumn("casework.Report", "contact")) == {1: 1}
    call_command("contacts", "rotate", stdout=out)
    assert "1 rows are sealed under the newest key now" in out.getvalue()
    call_command("contacts", "status", stdout=out)
    assert "no row is under it: it may be taken out" in out.getvalue()
    settings.CONTACT_KEY = "stranger"
    with pytest.raises(CommandError, match="1 rows are under no key"):
        call_command("contacts", "rotate", stdout=out)
    with pytest.raises(CommandError, match="1 rows are under no key"):
        call_command("contacts", "status", stdout=out)


def test_every_sealed_column_is_declared():
    """A column of bytes called sealed or contact is one; who adds it declares it in the subsystem's room `personal`."""
    declared = {str(column) for column in sealed_columns()}
    found = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, BinaryField) and ("sealed" in field.name or "contact" in field.name)
    }
    assert found == declared


# --- on pages -----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_case_page_masks_and_shows_on_a_click_with_a_purpose(life):
    made = life.report(contact=PHONE)
    client = client_of(life.city, "operator")
    page = client.get(f"/cases/{made.number}/").content.decode()
    assert "138****5678" in page
    assert PHONE not in page
    shown = client.post(f"/reports/{made.report_id}/contact/", {"purpose": "call_back"})
    assert PHONE in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert ContactView.objects.count() == 1


@pytest.mark.django_db
def test_a_department_is_not_even_offered_it(life):
    case = life.to("handling")
    Report.objects.update(contact=seal(PHONE))
    client = client_of(life.city, "department")
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "138****5678" in page
    assert "/contact/" not in page
    assert client.post(f"/reports/{Report.objects.get().pk}/contact/", {"purpose": "call_back"}).status_code == 403


@pytest.mark.django_db
def test_a_report_that_waits_keeps_its_contact_when_the_form_is_sent_without_one(life):
    made = life.report(lon=None, lat=None, contact=PHONE)
    client = client_of(life.city, "operator")
    for address in ("/reports/waiting/", f"/reports/{made.report_id}/"):
        page = client.get(address).content.decode()
        assert "138****5678" in page
        assert PHONE not in page
    lon, lat = life.city.places[0]
    sent = {"channel": "hotline", "problem_class_id": life.city.manhole.pk, "lon": lon, "lat": lat, "contact": "", "description": "井盖"}
    client.post(f"/reports/{made.report_id}/", sent)
    kept = Report.objects.get(pk=made.report_id)
    assert kept.case_id is not None
    assert unseal(bytes(kept.contact)) == PHONE


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "status"), [("administrator", 200), ("evaluator", 200), ("operator", 403), ("department", 403)])
def test_who_looked_at_contacts_is_listed_for_administrator_and_evaluator(life, name, status, counted_queries):
    made = life.report(contact=PHONE)
    show_contact(made.report_id, life.city.actor("operator"), "return_visit")
    client = client_of(life.city, name)
    with counted_queries(f"looks at contacts ({name})"):
        answer = client.get("/manage/contact-views/")
    assert answer.status_code == status
    if status == 200:
        page = answer.content.decode()
        assert "吴倩" in page
        assert "For the return visit" in page
        assert PHONE not in page


@pytest.mark.django_db
def test_looks_are_found_by_member_purpose_and_day_and_taken_along_as_a_table(life):
    made = life.report(contact=PHONE)
    show_contact(made.report_id, life.city.actor("operator"), "call_back")
    life.later(days=2)
    show_contact(made.report_id, life.city.actor("shift_leader"), "ask")
    client = client_of(life.city, "evaluator")
    rows = client.get("/manage/contact-views.csv").content.decode("utf-8-sig").splitlines()
    assert len(rows) == 3
    assert "何敏" in rows[1]
    assert len(client.get("/manage/contact-views.csv?purpose=ask").content.decode().splitlines()) == 2
    assert len(client.get(f"/manage/contact-views.csv?member={life.city.members['operator'].pk}").content.decode().splitlines()) == 2
    assert len(client.get("/manage/contact-views.csv?from=2026-11-25").content.decode().splitlines()) == 2
    assert client.get("/manage/contact-views/?from=yesterday").status_code == 400
    assert client.get("/manage/contact-views/?purpose=none").status_code == 400


@pytest.mark.django_db
def test_by_the_api_too_a_contact_is_masked_until_a_purpose_is_named(life):
    made = life.report(contact=PHONE)
    client = client_of(life.city, "operator")
    assert client.get(f"/api/v1/reports/{made.report_id}").json()["contact"] == "138****5678"
    assert client.get(f"/api/v1/cases/{made.number}").json()["reports"][0]["contact"] == "138****5678"
    token = make_token(life.city.members["operator"]).secret
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.post(f"/api/v1/reports/{made.report_id}/contact", {"purpose": "ask"}, content_type="application/json", headers=headers)
    assert answer.json() == {"contact": PHONE}
    assert ContactView.objects.get().purpose == "ask"
