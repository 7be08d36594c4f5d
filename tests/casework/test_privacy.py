"""Reporters as persons: made anonymous when they are no longer needed, forgotten when they ask for it; the ledger still verifies."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from chengge.casework import personal, voice
from chengge.casework.actions import add_report
from chengge.casework.contacts import mark, seal, unseal
from chengge.casework.models import Case, ContactView, ErasureRecord, Evidence, LedgerEntry, Report, SaidText
from chengge.casework.photos import path_of
from chengge.casework.privacy import anonymise, due_to_be_anonymised, erase, find_person, months_before, show_contact
from chengge.clock import PretendedClock
from chengge.domain.errors import Forbidden, NotFound, Refused
from chengge.intake.actions.channels import own_source
from chengge.intake.models import Answer, Call, InboundMessage, PublicPhoto
from chengge.notices.actions import send
from chengge.notices.models import Notice
from chengge.notices.recipients import Recipient
from chengge.organization.queries import MACHINE
from chengge.personal import Whose, keepers, words_of
from tests.browsing import client_of
from tests.casework.lives import Life
from tests.factories import City, build_city
from tests.intake.open311_city import open311_of

PHONE, OTHER = "13812345678", "13900001111"


@pytest.fixture
def life(db: None, pretended_clock: PretendedClock) -> Life:
    return Life(build_city(), pretended_clock)


@pytest.fixture
def city(life: Life) -> City:
    return life.city


def reported(life: Life, **values) -> Report:
    return Report.objects.get(pk=life.report(**({"contact": PHONE, "reporter_name": "赵女士"} | values)).report_id)


def forget(life: Life, capture, contact: str = PHONE) -> ErasureRecord:
    """Find somebody by contact and forget them; files go as soon as it is committed."""
    administrator = life.city.actor("administrator")
    with capture(execute=True):
        return erase(administrator, find_person(administrator, contact).whose, "2026-17")


def verified() -> str:
    out = StringIO()
    call_command("ledger", "verify", "--processes", "1", stdout=out)
    return out.getvalue()


# --- by age -------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        ((2026, 11, 24), 24, (2024, 11, 24)),
        ((2026, 3, 31), 1, (2026, 2, 28)),
        ((2024, 3, 30), 1, (2024, 2, 29)),
        ((2026, 1, 15), 2, (2025, 11, 15)),
        ((2026, 12, 31), 12, (2025, 12, 31)),
    ],
)
def test_months_are_counted_by_the_calendar(day, months, before):
    assert months_before(datetime(*day, tzinfo=UTC), months) == datetime(*before, tzinfo=UTC)


def test_reports_of_cases_that_ended_long_ago_lose_who_made_them_and_keep_what_was_said(life, settings):
    settings.ANONYMISE_MONTHS = 24
    case = life.to("closed")
    Report.objects.update(contact=seal(PHONE), contact_mark=mark(PHONE), reporter_name="赵女士", token_hash="t" * 64)
    life.later(days=720)
    assert list(anonymise()) == []
    life.later(days=30)
    (went,) = anonymise()
    assert went == {"reports": 1, "contacts": 1, "names": 1}
    kept = Report.objects.get()
    assert (bytes(kept.contact), kept.contact_mark, kept.reporter_name, kept.token_hash) == (b"", "", "", "")
    assert kept.description == "雨水井盖缺失"
    assert kept.erased_at is not None
    assert Case.objects.get(pk=case.pk).description == "雨水井盖缺失"
    assert ErasureRecord.objects.get().counts == {"reports": 1, "contacts": 1, "names": 1}
    assert list(anonymise()) == []
    assert "No difference." in verified()


def test_open_cases_and_inspectors_own_reports_are_left_alone(life):
    reported(life)
    life.to("closed", channel="inspector", post="inspector")
    life.later(days=1000)
    assert list(anonymise(24)) == []
    assert Report.objects.filter(erased_at=None).count() == 2


def test_a_report_that_never_became_a_case_grows_old_too(life):
    reported(life, lon=None, lat=None)
    life.later(days=1000)
    assert len(list(anonymise(24))) == 1


def test_a_dry_run_lists_by_channel_and_month_and_changes_nothing(life):
    life.to("closed")
    Report.objects.update(contact=seal(PHONE))
    life.later(days=1000)
    (row,) = due_to_be_anonymised(24)
    assert (row.channel, row.month, row.count) == ("hotline", "2026-11", 1)
    out = StringIO()
    call_command("anonymise", "--dry-run", stdout=out)
    assert "2026-11  hotline" in out.getvalue()
    assert "1 reports would lose" in out.getvalue()
    assert Report.objects.get().erased_at is None
    call_command("anonymise", "--older-than-months", "24", stdout=out)
    assert "reports made anonymous: 1" in out.getvalue()
    with pytest.raises(CommandError, match="must be 1 or more"):
        call_command("anonymise", "--older-than-months", "0")


def test_a_city_may_choose_never(life, settings):
    settings.ANONYMISE_MONTHS = 0
    life.to("closed")
    Report.objects.update(contact=seal(PHONE))
    life.later(days=3000)
    assert list(anonymise()) == []


# --- on request ---------------------------------------------------------------------------------------------------------------------------


def test_somebody_is_found_however_the_number_is_written_and_nothing_changes(life):
    kept = reported(life)
    reported(life, contact=OTHER)
    found = find_person(life.city.actor("administrator"), "+86 138 1234 5678")
    assert [report.pk for report in found.reports] == [kept.pk]
    assert (found.counts["contacts"], found.counts["names"], found.counts["words"]) == (1, 1, 1)
    assert Report.objects.filter(erased_at=None).count() == 2


def test_name_contact_and_words_go_everywhere_and_the_ledger_still_verifies(life, django_capture_on_commit_callbacks):
    case = life.to("closed")
    Report.objects.update(contact=seal(PHONE), contact_mark=mark(PHONE), reporter_name="赵女士")
    other = reported(life, contact=OTHER, description="另一处")
    hashes = [bytes(entry.hash) for entry in LedgerEntry.objects.order_by("id")]
    record = forget(life, django_capture_on_commit_callbacks)
    kept = Report.objects.get(case=case)
    assert (bytes(kept.contact), kept.contact_mark, kept.reporter_name, kept.description, kept.place) == (b"", "", "", "", "")
    assert Case.objects.get(pk=case.pk).description == ""
    assert not SaidText.objects.filter(case=case, text__isnull=False).exists()
    assert (kept.lon, kept.lat) != (None, None)
    assert [bytes(entry.hash) for entry in LedgerEntry.objects.order_by("id")] == hashes
    assert "No difference." in verified()
    left = Report.objects.get(pk=other.pk)
    assert (left.description, unseal(bytes(left.contact))) == ("另一处", OTHER)
    assert (record.report_ids, record.reference, record.ground) == ([kept.pk], "2026-17", "request")
    assert PHONE not in str(record.counts)


def test_the_case_page_still_opens_and_says_so(life, django_capture_on_commit_callbacks):
    kept = reported(life, photos=(life.photo("operator"),))
    forget(life, django_capture_on_commit_callbacks)
    page = client_of(life.city, "operator").get(f"/cases/{kept.case.number}/").content.decode()
    assert "made anonymous" in page
    assert "was forgotten on request" in page
    assert "赵女士" not in page


def test_a_reporters_photo_and_voice_go_from_the_disk_and_are_answered_gone(life, django_capture_on_commit_callbacks):
    photo = life.photo("operator")
    kept = reported(life, photos=(photo,))
    spoken = Evidence.objects.create(
        sha256="a" * 64, media="voice", case=kept.case, report=kept, width=0, height=0, size_bytes=1, created_at=life.now
    )
    voice.path_of(spoken.sha256).parent.mkdir(parents=True)
    voice.path_of(spoken.sha256).write_bytes(b"sound")
    client = client_of(life.city, "operator")
    assert client.get(f"/photos/{photo}/full").status_code == 200
    record = forget(life, django_capture_on_commit_callbacks)
    assert (record.counts["photos"], record.counts["voices"]) == (1, 1)
    assert not any(path_of(photo, size).exists() for size in ("full", "thumb"))
    assert not voice.path_of(spoken.sha256).exists()
    assert Evidence.objects.get(sha256=photo).erased_at is not None
    assert client.get(f"/photos/{photo}/full").status_code == 410
    assert client.get(f"/api/v1/photos/{photo}/thumb").status_code == 410
    assert Client().get(f"/photos/{photo}/full").status_code == 302
    assert "No difference." in verified()


def test_a_photo_that_proves_something_else_stays(life, django_capture_on_commit_callbacks):
    photo = life.photo("operator")
    reported(life, photos=(photo,))
    assert Life(life.city).photo("operator") == photo  # the same picture, uploaded again
    reported(life, contact=OTHER, photos=(photo,))
    forget(life, django_capture_on_commit_callbacks)
    assert path_of(photo).exists()
    assert client_of(life.city, "operator").get(f"/photos/{photo}/full").status_code == 200
    forget(life, django_capture_on_commit_callbacks, OTHER)
    assert not path_of(photo).exists()


def test_an_inspectors_evidence_in_the_same_case_stays(life, django_capture_on_commit_callbacks):
    life.to("verified")
    Report.objects.update(contact=seal(PHONE), contact_mark=mark(PHONE))
    seen = Evidence.objects.get(phase="verify")
    forget(life, django_capture_on_commit_callbacks)
    seen.refresh_from_db()
    assert seen.erased_at is None
    assert path_of(seen.sha256).exists()


def test_files_that_a_crash_left_go_with_the_next_night(life, django_capture_on_commit_callbacks):
    photo = life.photo("operator")
    reported(life, photos=(photo,))
    administrator = life.city.actor("administrator")
    with django_capture_on_commit_callbacks(execute=False):
        erase(administrator, find_person(administrator, PHONE).whose)
    assert path_of(photo).exists()
    assert personal.remove_leftover_files() == 1
    assert not path_of(photo).exists()
    assert personal.remove_leftover_files() == 0


def test_of_two_reporters_of_one_case_only_one_is_forgotten(life, django_capture_on_commit_callbacks):
    first = reported(life)
    second = add_report(life.city.actor("operator"), life.said(description="我也看到", contact=OTHER), first.case_id)
    forget(life, django_capture_on_commit_callbacks, OTHER)
    assert Report.objects.get(pk=second.report_id).description == ""
    assert Report.objects.get(pk=first.pk).reporter_name == "赵女士"
    assert Case.objects.get(pk=first.case_id).description == "雨水井盖缺失"
    assert "No difference." in verified()


def test_calls_messages_ratings_and_public_copies_go_too(life, settings, django_capture_on_commit_callbacks):
    photo = life.photo("operator")
    kept = reported(life, photos=(photo,))
    source = own_source("sms", "短信")
    Call.objects.create(
        source=source, call_id="1", sealed=seal(PHONE), contact_mark=mark(PHONE), masked="138", state="ended", rang_at=life.now
    )
    Call.objects.create(source=source, call_id="2", sealed=seal(OTHER), contact_mark=mark(OTHER), state="ended", rang_at=life.now, note="x")
    for number, told in enumerate((PHONE, OTHER)):
        raw = seal(f'{{"from": "{told}", "text": "坑"}}')
        InboundMessage.objects.create(source=source, message_id=str(number), sealed=raw, received_at=life.now, state="refused")
    Answer.objects.create(
        report=kept,
        step="visit",
        case=kept.case,
        channel="hotline",
        since=life.now,
        call_from=life.now,
        due_at=life.now,
        words="我是赵女士",
    )
    evidence = Evidence.objects.get(sha256=photo)
    copy = settings.MEDIA_ROOT / "public" / "bb" / f"{'b' * 64}.jpg"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(b"copy")
    administrator = life.city.members["administrator"]
    PublicPhoto.objects.create(
        evidence=evidence, case=kept.case, state="approved", sha256="b" * 64, member=administrator, decided_at=life.now
    )
    with django_capture_on_commit_callbacks():
        send(Recipient.contact(PHONE), "Accepted", "您好赵女士", key="a", topic="answer", about=f"report:{kept.pk}")
        send(Recipient.contact(PHONE), "Code", "123456", key="b", topic="code")
        send(Recipient.contact(OTHER), "Code", "654321", key="c", topic="code")
    counts = forget(life, django_capture_on_commit_callbacks).counts
    assert {name: counts[name] for name in ("calls", "messages", "ratings", "copies", "notices")} == {
        "calls": 1, "messages": 1, "ratings": 1, "copies": 1, "notices": 2,
    }  # fmt: skip
    assert bytes(Call.objects.get(call_id="1").sealed) == b""
    assert unseal(bytes(Call.objects.get(call_id="2").sealed)) == OTHER
    assert [bytes(one.sealed) == b"" for one in InboundMessage.objects.order_by("message_id")] == [True, False]
    assert Answer.objects.get(step="visit").words == ""
    assert not copy.exists()
    gone = Notice.objects.filter(key__in=("a", "b"))
    assert {(bytes(one.contact), one.text, one.state) for one in gone} == {(b"", "", "given_up")}
    assert unseal(bytes(Notice.objects.get(key="c").contact)) == OTHER


def test_what_open311_was_told_beside_the_report_goes_and_an_e_mail_finds_it(life, django_capture_on_commit_callbacks):
    open311_of(life.city).number(phone=PHONE, email="zhao@example.org", device_id="tt1")
    administrator = life.city.actor("administrator")
    assert len(find_person(administrator, "ZHAO@example.org").reports) == 1
    forget(life, django_capture_on_commit_callbacks, "zhao@example.org")
    kept = Report.objects.get()
    assert (bytes(kept.by_api.sealed), kept.by_api.device_mark, kept.by_api.email_mark) == (b"", "", "")
    assert not find_person(administrator, PHONE)


def test_whoever_looked_at_the_contact_stays_written_down(life, django_capture_on_commit_callbacks):
    kept = reported(life)
    show_contact(kept.pk, life.city.actor("operator"), "call_back")
    forget(life, django_capture_on_commit_callbacks)
    assert ContactView.objects.count() == 1
    assert show_contact(kept.pk, life.city.actor("operator"), "call_back") == ""


def test_somebody_who_never_reported_but_called_is_forgotten_too(life, django_capture_on_commit_callbacks):
    source = own_source("hotline", "电话")
    Call.objects.create(source=source, call_id="1", sealed=seal(PHONE), contact_mark=mark(PHONE), state="missed", rang_at=life.now)
    record = forget(life, django_capture_on_commit_callbacks)
    assert (record.report_ids, record.counts) == ([], {"calls": 1})


@pytest.mark.parametrize("name", ["operator", "shift_leader", "evaluator", "leader", "department"])
def test_only_an_administrator_forgets(life, name):
    kept = reported(life)
    with pytest.raises(Forbidden):
        find_person(life.city.actor(name), PHONE)
    with pytest.raises(Forbidden):
        erase(life.city.actor(name), Whose((kept.pk,)))


def test_nobody_is_forgotten_for_nothing(life):
    administrator = life.city.actor("administrator")
    with pytest.raises(Refused):
        find_person(administrator, "  ")
    with pytest.raises(NotFound):
        find_person(administrator, report_id=4711)
    assert not find_person(administrator, OTHER)


def test_every_count_has_its_words():
    for keeper in keepers():
        for code in keeper.WORDS:
            assert words_of(code) != code


@pytest.mark.django_db
def test_every_keeper_counts_only_what_it_has_words_for():
    for keeper in keepers():
        assert set(keeper.held(Whose((1,), "x" * 64))) == set(keeper.WORDS)


# --- on the page and the command ----------------------------------------------------------------------------------------------------------


def test_the_page_shows_what_goes_before_it_goes_and_never_the_contact(life, django_capture_on_commit_callbacks):
    kept = reported(life)
    client = client_of(life.city, "administrator")
    page = client.post("/manage/erase/", {"contact": PHONE, "reference": "2026-17"}).content.decode()
    assert "telephone numbers and addresses of reporters" in page
    assert kept.case.number[-6:] in page
    assert PHONE not in page
    assert Report.objects.get().erased_at is None
    whose = page.split('name="whose" value="')[1].split('"')[0]
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/manage/erase/", {"confirm": "1", "whose": whose, "reference": "2026-17"}, follow=True)
    assert "Forgotten: 1 report." in answer.content.decode()
    assert "2026-17" in answer.content.decode()
    assert Report.objects.get().erased_at is not None


def test_a_confirmation_that_we_did_not_sign_forgets_nobody(life):
    reported(life)
    client = client_of(life.city, "administrator")
    answer = client.post("/manage/erase/", {"confirm": "1", "whose": "[[1],'']"})
    assert answer.status_code == 422
    assert not ErasureRecord.objects.exists()


def test_a_page_about_nobody_says_so(life):
    client = client_of(life.city, "administrator")
    assert "Nothing is kept of this person" in client.post("/manage/erase/", {"contact": OTHER}).content.decode()
    assert client.post("/manage/erase/", {"contact": ""}).status_code == 422
    assert client.post("/manage/erase/", {"report": "R99999"}).status_code == 422


@pytest.mark.parametrize(("name", "status"), [("administrator", 200), ("evaluator", 403), ("operator", 403), ("department", 403)])
def test_the_page_of_forgetting_is_the_administrators(life, name, status):
    assert client_of(life.city, name).get("/manage/erase/").status_code == status


def test_the_command_forgets_after_a_yes(life, monkeypatch):
    kept = reported(life)
    out = StringIO()
    monkeypatch.setattr("builtins.input", lambda _question: "no")
    call_command("erase", "--member", "administrator", "--report", str(kept.pk), stdout=out)
    assert "Nothing was changed." in out.getvalue()
    monkeypatch.setattr("sys.stdin", StringIO(f"{PHONE}\n"))
    call_command("erase", "--member", "administrator", "--yes", "--reference", "17", stdout=out)
    assert "Forgotten; record" in out.getvalue()
    assert Report.objects.get().erased_at is not None
    with pytest.raises(CommandError, match="no member nobody"):
        call_command("erase", "--member", "nobody", "--report", "1")


def test_a_machine_forgets_nobody(life):
    with pytest.raises(Forbidden):
        find_person(MACHINE, PHONE)
