"""Members read what they were told under the bell; the administrator sees what did not arrive, and sends it again."""

import pytest

from chengge.notices import actions
from chengge.notices.actions import deliver_due, send
from chengge.notices.models import Notice
from chengge.notices.recipients import Recipient
from tests.browsing import axe_findings, client_of, sign_in, wait_until

pytestmark = [pytest.mark.django_db]

PHONE = "13812345678"


def told(city, name="operator", key="k1", **more):
    return send(
        Recipient.member(city.members[name].pk), "案卷将到期", "还剩 5 分钟。", key=key, topic="due_soon", link="/desk/operator/", **more
    )


@pytest.fixture
def stuck(city, ear):
    """One given up, one sent."""
    ear.deaf = True
    bad = send(Recipient.contact(PHONE), "已受理", "您反映的问题已受理。", key="answer:1", topic="answer", about="report:1")
    deliver_due()
    Notice.objects.filter(pk=bad.pk).update(state="given_up", next_try_at=None)
    ear.deaf = False
    told(city)
    deliver_due()
    return bad


def test_a_member_reads_what_they_were_told_and_nobody_elses(city):
    told(city)
    page = client_of(city, "operator").get("/notices/").content.decode()
    assert "案卷将到期" in page
    assert "案卷将到期" not in client_of(city, "leader").get("/notices/").content.decode()
    assert client_of(city, "operator").get("/notices/unread").json() == {"unread": 1}


def test_following_a_notice_marks_it_as_read_and_leads_where_it_points(city):
    notice = told(city)
    other = client_of(city, "leader").post(f"/notices/{notice.pk}/follow")
    assert other["Location"] == "/notices/"
    assert Notice.objects.get().read_at is None
    client = client_of(city, "operator")
    assert client.post(f"/notices/{notice.pk}/follow")["Location"] == "/desk/operator/"
    assert client.get("/notices/unread").json() == {"unread": 0}


def test_a_notice_leads_nowhere_outside_the_house(city):
    notice = told(city)
    Notice.objects.update(link="//evil.example/")
    assert client_of(city, "operator").post(f"/notices/{notice.pk}/follow")["Location"] == "/notices/"


def test_all_are_marked_as_read_at_once(city):
    told(city)
    told(city, key="k2")
    client = client_of(city, "operator")
    client.post("/notices/read")
    assert client.get("/notices/unread").json() == {"unread": 0}


def test_the_list_goes_on_where_the_page_before_ended(city):
    for number in range(35):
        told(city, key=f"k{number}")
    client = client_of(city, "operator")
    first = client.get("/notices/")
    second = client.get(f"/notices/?cursor={first.context['next_cursor']}")
    assert (len(first.context["rows"]), len(second.context["rows"])) == (30, 5)
    assert client.get("/notices/?cursor=nonsense").status_code == 400


@pytest.mark.parametrize("address", ["/notices/", "/notices/unread"])
def test_a_visitor_is_asked_to_sign_in(client, city, address):
    assert client.get(address)["Location"].startswith("/accounts/sign-in")


def test_lists_ask_few_queries(city, stuck, counted_queries):
    operator, administrator = client_of(city, "operator"), client_of(city, "administrator")
    with counted_queries("notices: mine"):
        operator.get("/notices/")
    with counted_queries("notices: the bell"):
        operator.get("/notices/unread")
    with counted_queries("manage: /manage/notices/"):
        administrator.get("/manage/notices/")


# --- the outbox ---------------------------------------------------------------------------------------------------------------------------


def test_the_outbox_shows_what_did_not_arrive_with_a_masked_number(city, stuck):
    page = client_of(city, "administrator").get("/manage/notices/").content.decode()
    assert "已受理" in page
    assert "503 busy" in page
    assert "138****5678" in page
    assert PHONE not in page
    assert "案卷将到期" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=", {"已受理", "案卷将到期"}),
        ("state=sent", {"案卷将到期"}),
        ("state=&topic=answer", {"已受理"}),
        ("state=&q=吴倩", {"案卷将到期"}),
        ("state=&q=answer:", {"已受理"}),
        ("state=&q=report:1", {"已受理"}),
        ("state=&day=2020-01-01", set()),
    ],
)
def test_the_outbox_is_searched_by_state_topic_day_member_and_key(city, stuck, query, found):
    response = client_of(city, "administrator").get(f"/manage/notices/?{query}")
    assert {notice.subject for notice in response.context["rows"]} == found


@pytest.mark.parametrize("query", ["state=nonsense", "day=yesterday", "day=9999-99-99", "cursor=x"])
def test_a_search_that_makes_no_sense_is_refused_in_words(city, query):
    assert client_of(city, "administrator").get(f"/manage/notices/?{query}").status_code == 400


def test_the_administrator_sends_one_again_or_all(city, stuck, ear):
    client = client_of(city, "administrator")
    client.post(f"/manage/notices/{stuck.pk}/resend", {"query": "state=stuck"})
    assert deliver_due().sent == 1
    Notice.objects.update(state="given_up")
    client.post("/manage/notices/resend", {"topic": "answer"})
    assert [notice.key for notice in Notice.objects.filter(state="waiting")] == ["answer:1"]
    assert client.post(f"/manage/notices/{stuck.pk}/resend", follow=True).status_code == 200


@pytest.mark.parametrize("name", ["operator", "shift_leader", "leader", "inspector"])
def test_the_outbox_belongs_to_the_administrator(city, name):
    client = client_of(city, name)
    assert client.get("/manage/notices/").status_code == 403
    assert client.post("/manage/notices/resend").status_code == 403


# --- in a real browser --------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_bell_tells_how_many_are_not_read(live_server, page, city):
    told(city)
    sign_in(page, live_server, city, "operator").goto(live_server.url + "/desk/operator/")
    wait_until(page, "document.querySelector('.bell-count').textContent === '1'")
    assert page.get_by_role("link", name="Notices, 1 not read").is_visible()
    page.click(".bell")
    page.wait_for_selector(".notice.unread")
    assert axe_findings(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click(".notice-row")
    page.wait_for_url("**/desk/operator/")
    wait_until(page, "document.querySelector('.bell-count').hidden")


@pytest.mark.django_db(transaction=True)
def test_axe_finds_nothing_serious_in_the_outbox(live_server, page, city, stuck):
    sign_in(page, live_server, city, "administrator").goto(live_server.url + "/manage/notices/")
    page.wait_for_selector(".outbox")
    assert axe_findings(page) == []
    assert actions.STUCK
