"""What is told to somebody goes out once, is tried again when it is refused, and never fails in silence."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from chengge import clock
from chengge.domain.errors import Forbidden, NotFound
from chengge.notices import actions, jobs, queries
from chengge.notices.actions import PAUSES, deliver_due, resend, resend_all, send
from chengge.notices.gateways import BELL, ByApprise, ToFile, gateway_for
from chengge.notices.models import Notice
from chengge.notices.recipients import Recipient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

PHONE = "13812345678"


def tell(key="k1", to=None, topic="answer", **more):
    return send(to or Recipient.contact(PHONE), "已受理", "您反映的问题已受理。", key=key, topic=topic, **more)


def state_of(notice):
    return Notice.objects.get(pk=notice.pk).state


# --- writing ------------------------------------------------------------------------------------------------------------------------------


def test_the_same_key_is_told_once_and_the_first_notice_is_returned(city):
    first = tell()
    second = send(Recipient.contact("13900000000"), "别的", "别的", key="k1", topic="answer")
    assert second == first
    assert Notice.objects.count() == 1


def test_nobody_is_told_nothing():
    assert tell(to=Recipient.contact("  ")) is None
    assert Notice.objects.count() == 0


def test_what_a_transaction_takes_back_was_never_told(city):
    def told_and_taken_back():
        with transaction.atomic():
            tell()
            raise IntegrityError

    with pytest.raises(IntegrityError):
        told_and_taken_back()
    assert Notice.objects.count() == 0


def test_the_number_is_unreadable_in_the_database_and_in_the_log(city, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    notice = tell()
    assert PHONE.encode() not in bytes(notice.contact)
    deliver_due()
    log = (tmp_path / "notices.log").read_text(encoding="utf-8")
    assert PHONE not in log
    assert json.loads(log)["to"] == "138****5678"


# --- handing over -------------------------------------------------------------------------------------------------------------------------


def test_a_notice_is_handed_over_once_with_its_key_and_a_whole_address(city, ear, settings):
    settings.PUBLIC_ADDRESS = "https://city.example"
    tell(link="/s/abc")
    assert deliver_due().sent == 1
    assert deliver_due().sent == 0
    (message,) = ear.heard
    assert (message.key, message.contact, message.link) == ("k1", PHONE, "https://city.example/s/abc")


def test_a_member_is_reached_by_the_telephone_of_the_member(city, ear):
    city.members["operator"].phone = "0571-1234"
    city.members["operator"].save()
    tell(to=Recipient.member(city.members["operator"].pk))
    deliver_due()
    assert [(message.kind, message.contact) for message in ear.heard] == [("member", "0571-1234")]


def test_a_refused_notice_is_tried_again_with_growing_pauses_and_then_given_up_in_sight(city, ear, pretended_clock):
    ear.deaf = True
    notice = tell()
    for pause in PAUSES:
        assert deliver_due().failed == 1
        assert state_of(notice) == "failed"
        assert deliver_due().failed == 0
        pretended_clock.advance(pause)
    deliver_due()
    given_up = Notice.objects.get()
    assert (given_up.state, given_up.tries, given_up.last_error) == ("given_up", len(PAUSES) + 1, "503 busy")
    pretended_clock.advance(timedelta(days=9))
    assert deliver_due() == actions.Delivered()
    assert [(pile.topic, pile.count) for pile in queries.piles()] == [("answer", 1)]


def test_a_refused_notice_goes_out_when_the_gateway_is_back(city, ear, pretended_clock):
    ear.deaf = True
    notice = tell()
    deliver_due()
    ear.deaf = False
    pretended_clock.advance(PAUSES[0])
    assert deliver_due().sent == 1
    assert state_of(notice) == "sent"


def test_a_gateway_that_breaks_does_not_hold_up_the_others(city, monkeypatch, ear):
    class Broken:
        def hand_over(self, message):
            raise ValueError("no such host")

    monkeypatch.setattr(actions, "gateway_for", lambda topic, kind: Broken() if topic == "bad" else ear)
    bad = tell("bad", topic="bad")
    tell("good")
    assert deliver_due() == actions.Delivered(sent=1, failed=1)
    assert Notice.objects.get(pk=bad.pk).last_error == "ValueError: no such host"


def test_where_a_worker_is_killed_in_between_the_notice_is_not_sent_twice_but_shown(city, ear, pretended_clock, monkeypatch):
    class Killed(BaseException):
        pass

    def die(message):
        ear.heard.append(message)
        raise Killed

    notice = tell()
    tell("k2")
    monkeypatch.setattr(ear, "hand_over", die)
    with pytest.raises(Killed):
        deliver_due()
    monkeypatch.undo()
    monkeypatch.setattr(actions, "gateway_for", lambda topic, kind: ear)
    assert deliver_due().sent == 1  # only the one that had not been in hand
    assert [message.key for message in ear.heard] == ["k1", "k2"]
    pretended_clock.advance(actions.LEASE + timedelta(seconds=1))
    assert deliver_due().unsure == 1
    assert state_of(notice) == "unsure"
    assert resend_all(city.actor("administrator")) == 0
    resend(city.actor("administrator"), notice.pk)
    assert deliver_due().sent == 1


def test_what_a_member_has_read_under_the_bell_need_not_leave_the_house(city, ear):
    operator = city.members["operator"]
    notice = tell(to=Recipient.member(operator.pk))
    assert queries.unread(operator.pk) == 1
    assert actions.mark_read(operator.pk, [notice.pk]) == 1
    assert queries.unread(operator.pk) == 0
    assert (deliver_due().sent, state_of(notice)) == (0, "read")
    assert actions.mark_read(operator.pk, [notice.pk]) == 0


def test_nobody_reads_for_another(city):
    notice = tell(to=Recipient.member(city.members["operator"].pk))
    assert actions.mark_read(city.members["leader"].pk, [notice.pk]) == 0
    assert actions.mark_all_read(city.members["leader"].pk) == 0
    assert Notice.objects.get().read_at is None


@pytest.mark.parametrize("name", ["operator", "leader", "dispatcher"])
def test_only_an_administrator_sends_again(city, name):
    with pytest.raises(Forbidden):
        resend(city.actor(name), tell().pk)
    with pytest.raises(Forbidden):
        resend_all(city.actor(name))


def test_what_is_not_stuck_is_not_sent_again(city, ear):
    notice = tell()
    deliver_due()
    with pytest.raises(NotFound):
        resend(city.actor("administrator"), notice.pk)


def test_whom_a_notice_went_to_can_be_forgotten(city, ear):
    tell(about="report:7")
    assert actions.forget_about("report:7") == 1
    assert deliver_due().sent == 0
    assert bytes(Notice.objects.get().contact) == b""


def test_old_numbers_are_dropped_when_nobody_can_want_them_any_more(city, ear, pretended_clock):
    tell()
    deliver_due()
    pretended_clock.advance(timedelta(days=91))
    tell("waiting")
    assert jobs.forget_old_contacts(0) == 1
    assert [bool(bytes(notice.contact)) for notice in Notice.objects.order_by("pk")] == [False, True]


# --- ways out -----------------------------------------------------------------------------------------------------------------------------


def test_a_topic_goes_its_own_way_then_its_kind_then_the_rest(tmp_path):
    routes = {"overdue": "json://one/", "sms": "json://two/", "default": "bell"}
    assert gateway_for("overdue", "sms", routes) == ByApprise("json://one/")
    assert gateway_for("answer", "sms", routes) == ByApprise("json://two/")
    assert type(gateway_for("answer", "member", routes)).__name__ == "ToBell"
    assert isinstance(gateway_for("answer", "member", {}), ToFile)


def test_the_bell_reaches_members_only(city, settings):
    settings.NOTICE_ROUTES = {"default": BELL}
    outside, inside = tell(), tell("k2", to=Recipient.member(city.members["operator"].pk))
    deliver_due()
    assert (state_of(outside), state_of(inside)) == ("given_up", "sent")


def test_a_gateway_by_apprise_gets_text_number_and_key(city, settings, listener):
    settings.NOTICE_ROUTES = {"sms": f"json://127.0.0.1:{listener.port}/sms?:to={{contact}}"}
    settings.PUBLIC_ADDRESS = "https://city.example"
    tell(link="/s/abc")
    assert deliver_due().sent == 1
    ((headers, body),) = listener.heard
    assert headers["Idempotency-Key"] == "k1"
    assert body["to"] == PHONE
    assert body["title"] == "已受理"
    assert body["message"] == "您反映的问题已受理。\nhttps://city.example/s/abc"


def test_a_gateway_that_answers_with_a_fault_is_named_in_the_notice(city, settings, listener):
    listener.status = 500
    settings.NOTICE_ROUTES = {"sms": f"json://127.0.0.1:{listener.port}/sms"}
    tell()
    assert deliver_due().failed == 1
    assert Notice.objects.get().last_error


def test_a_full_log_is_put_aside(city, settings, tmp_path, monkeypatch):
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr("chengge.notices.gateways.MOST_BYTES", 10)
    for key in ("k1", "k2", "k3"):
        tell(key)
        deliver_due()
    assert "k3" in (tmp_path / "notices.log").read_text(encoding="utf-8")
    assert "k2" in (tmp_path / "notices.log.1").read_text(encoding="utf-8")


def test_who_has_no_number_is_given_up_at_once(city, settings):
    settings.NOTICE_ROUTES = {"member": "json://127.0.0.1:1/?:to={contact}"}
    tell(to=Recipient.member(city.members["operator"].pk))
    deliver_due()
    assert Notice.objects.get().state == "given_up"


def test_two_workers_do_not_take_the_same_notice(city, ear):
    """The row that another transaction holds is passed over, not waited for."""
    tell()
    assert actions._claim().key == "k1"
    assert actions._claim() is None


def test_what_waits_is_found_by_its_index(city):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + actions.CLAIM, {"at": clock.now(), "until": clock.now()})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "notice_to_send" in plan
