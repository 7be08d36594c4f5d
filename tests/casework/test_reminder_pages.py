"""Reminder rules are kept by the administrator: ended and replaced, never rewritten."""

from datetime import timedelta

import pytest

from chengge.casework.models import Clock, Reminder, ReminderRule
from chengge.casework.reminders import remind
from chengge.organization.models import MemberPost
from tests.browsing import axe_findings, client_of, sign_in
from tests.casework.lives import Life
from tests.factories import SINCE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

GIVEN = {"clock": "filing", "moment": "after", "amount": "20", "to": "leader", "topic": "escalation", "text": "", "day": "2026-11-24"}


@pytest.fixture
def rule(city):
    ReminderRule.objects.all().delete()
    return ReminderRule.objects.create(clock="filing", moment="due", to="holder", topic="overdue", valid_from=SINCE)


def test_a_city_begins_with_rules_for_every_clock(city):
    """The shipped rules, as the migration wrote them (unless an earlier test emptied the tables)."""
    if not ReminderRule.objects.exists():
        pytest.skip("Another test has emptied the tables that migrations filled.")
    assert {rule.clock for rule in ReminderRule.objects.all()} == {
        "acceptance", "verify", "filing", "dispatch", "handling", "level", "check_sending", "check", "closing",
    }  # fmt: skip


def test_the_page_shows_every_clock_with_its_rules(city, rule, counted_queries):
    client = client_of(city, "administrator")
    with counted_queries("manage: /manage/reminders/"):
        page = client.get("/manage/reminders/").content.decode()
    assert "when due" in page
    assert page.count("Reminds nobody.") == 8


def test_a_rule_is_added(city, rule):
    client_of(city, "administrator").post("/manage/reminders/new", GIVEN)
    made = ReminderRule.objects.latest("pk")
    assert (made.clock, made.moment, made.amount, made.to) == ("filing", "after", 20, "leader")


def test_a_changed_rule_ends_and_another_begins(city, rule):
    client_of(city, "administrator").post(f"/manage/reminders/{rule.pk}/edit", GIVEN | {"moment": "before", "amount": "5"})
    rule.refresh_from_db()
    assert rule.valid_to is not None
    assert ReminderRule.objects.filter(valid_to=None).get().moment == "before"


def test_a_rule_is_ended(city, rule):
    client = client_of(city, "administrator")
    client.post(f"/manage/reminders/{rule.pk}/end")
    assert not ReminderRule.objects.filter(valid_to=None).exists()
    assert client.get(f"/manage/reminders/{rule.pk}/edit").status_code == 404


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"moment": "share_left", "amount": "120"}, "1 to 99"),
        ({"amount": "0"}, "1 to 86400"),
        ({"moment": "due", "to": "holder", "topic": "overdue"}, "same people at the same moment"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(city, rule, changed, said):
    response = client_of(city, "administrator").post("/manage/reminders/new", GIVEN | changed)
    assert response.status_code == 422
    assert said in response.content.decode()


def test_where_nobody_was_on_the_post_the_page_says_so(city, rule, pretended_clock):
    life = Life(city, pretended_clock)
    life.to("accepted")
    MemberPost.objects.filter(post="shift_leader").delete()
    pretended_clock.set(Clock.objects.get(kind="filing").due_at + timedelta(seconds=1))
    remind()
    assert Reminder.objects.get().went_up
    page = client_of(city, "administrator").get("/manage/reminders/").content.decode()
    assert f"/cases/{life.case.number}/" in page
    assert "went to the level above" in page


@pytest.mark.parametrize("name", ["operator", "shift_leader", "leader", "dispatcher"])
def test_reminder_rules_belong_to_the_administrator(city, rule, name):
    client = client_of(city, name)
    assert client.get("/manage/reminders/").status_code == 403
    assert client.post("/manage/reminders/new", GIVEN).status_code == 403
    assert client.post(f"/manage/reminders/{rule.pk}/end").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_axe_finds_nothing_serious(live_server, page, city, rule):
    sign_in(page, live_server, city, "administrator")
    for address in ("/manage/reminders/", "/manage/reminders/new"):
        page.goto(live_server.url + address)
        page.wait_for_selector(".manage-body")
        assert axe_findings(page) == []
