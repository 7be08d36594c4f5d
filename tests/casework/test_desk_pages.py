"""The desks in the browser's eyes: what each post finds, filters, keeps and does with many."""

from datetime import timedelta

import pytest
from django.test import Client

from chengge.casework.models import SavedFilter
from chengge.casework.queries import QUEUES
from chengge.domain.lifecycle import Post
from tests.casework.lives import Life

pytestmark = pytest.mark.django_db

WHOSE = {
    Post.OPERATOR: "operator",
    Post.SHIFT_LEADER: "shift_leader",
    Post.DISPATCHER: "dispatcher",
    Post.DEPARTMENT: "department",
    Post.COORDINATOR: "coordinator",
    Post.EVALUATOR: "evaluator",
    Post.LEADER: "leader",
    Post.ADMINISTRATOR: "administrator",
}


@pytest.fixture
def course(city, pretended_clock):
    return lambda: Life(city)


@pytest.fixture
def browser_of(city, pretended_clock):
    """A browser in which a member of the tiny city has signed in; English, so that tests can read it."""

    def signed_in(name: str) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(city.members[name])
        client.cookies["chengge_language"] = "en"
        return client

    return signed_in


@pytest.mark.parametrize("post", WHOSE)
def test_every_post_has_a_desk_and_nobody_elses(browser_of, course, post):
    course().reported().until("dispatched")
    course().reported()
    client = browser_of(WHOSE[post])
    # A leader has two minutes and comes home to the city at a glance; the queue is one step further.
    home = "/leader/" if post is Post.LEADER else f"/desk/{post.value}/"
    assert client.get("/").headers["Location"] == home
    assert client.get(f"/desk/{post.value}/").status_code == 200
    assert client.get(f"/desk/{post.value}/?queue=all").status_code == 200
    other = Post.DISPATCHER if post is not Post.DISPATCHER else Post.OPERATOR
    assert client.get(f"/desk/{other.value}/").status_code == 403


@pytest.mark.parametrize("post", [post for post in WHOSE if post is not Post.ADMINISTRATOR])
def test_every_queue_of_every_desk_opens(browser_of, course, post):
    course().reported().until("checked")
    for queue in QUEUES[post]:
        assert browser_of(WHOSE[post]).get(f"/desk/{post.value}/", {"queue": queue.name}).status_code == 200


def test_visitors_are_asked_to_sign_in(client, city):
    for address in ("/", "/desk/operator/", "/cases/1/", "/reports/new/", "/photos/" + "0" * 64 + "/full"):
        assert client.get(address).headers["Location"].startswith("/accounts/sign-in")


def test_a_list_of_twenty_stays_within_twelve_queries(browser_of, course, counted_queries):
    for _ in range(22):
        course().reported()
    operator = browser_of("operator")
    with counted_queries("operator's desk"):
        page = operator.get("/desk/operator/")
    assert page.content.count(b'class="item') == 20
    course().reported("manhole").until("dispatched")
    course().reported("manhole").until("filed")
    department = browser_of("department")
    with counted_queries("department's desk"):
        department.get("/desk/department/")
    dispatcher = browser_of("dispatcher")
    with counted_queries("dispatcher's desk"):
        dispatcher.get("/desk/dispatcher/")


def test_more_rows_come_from_the_cursor_and_every_case_once(browser_of, course):
    made = {course().reported().number for _ in range(45)}
    client, found, address = browser_of("operator"), [], "/desk/operator/"
    while address:
        text = client.get(address).content.decode()
        found += [part.split('"')[0] for part in text.split('data-number="')[1:]]
        address = text.split('hx-get="/desk/operator/rows/?')[1].split('"')[0].replace("&amp;", "&") if "rows/?" in text else ""
        address = address and f"/desk/operator/rows/?{address}"
    assert len(found) == 45
    assert set(found) == made


def test_a_search_that_fits_nothing_offers_to_look_everywhere(browser_of, course):
    course().reported().until("closed")
    page = browser_of("operator").get("/desk/operator/", {"q": "垃圾"})
    assert "Nothing fits this search" in page.content.decode()
    assert 'href="/desk/operator/?q=%E5%9E%83%E5%9C%BE&amp;queue=all"' in page.content.decode()
    assert b'class="item' in browser_of("operator").get("/desk/operator/", {"q": "垃圾", "queue": "all"}).content


def test_an_empty_desk_says_so(browser_of):
    assert "Nothing waits here" in browser_of("dispatcher").get("/desk/dispatcher/").content.decode()


def test_each_condition_can_be_taken_away(browser_of, city):
    works = city.organization_id("works")
    asked = {"q": "井盖", "light": "red", "department": works, "division": "990101001", "stage": "filed", "urgent": 1, "from": "2026-11-01"}
    page = browser_of("leader").get("/desk/leader/", asked)
    chips = page.context["chips"]
    shown = city.organizations["works"].short_name
    assert [chip.label for chip in chips] == ["“井盖”", "Overdue", "Filed", shown, "石桥街道", "Urgent", "from 2026-11-01"]
    assert all(chip.without.count("=") == 6 for chip in chips)


def test_a_nonsense_search_is_refused_with_words(browser_of):
    page = browser_of("operator").get("/desk/operator/", {"light": "blue"})
    assert page.status_code == 400
    assert "“blue” is no possible “light”" in page.content.decode()


def test_the_filter_sheet_offers_what_there_is(browser_of, city):
    sheet = browser_of("leader").get("/desk/leader/filter/", {"kind": "event"}).content.decode()
    for word in ("雨水井盖", "市政设施养护中心", "石桥街道", "Hotline"):
        assert word in sheet
    assert '<option value="event" selected>' in sheet


def test_a_kept_search_is_ones_own_and_can_be_forgotten(browser_of, city):
    client = browser_of("dispatcher")
    client.post("/desk/dispatcher/keep/?light=red", {"name": "超时的"})
    kept = SavedFilter.objects.get()
    assert (kept.query, kept.member) == ("light=red", city.members["dispatcher"])
    assert "超时的" in client.get("/desk/dispatcher/").content.decode()
    SavedFilter.objects.update(member=city.members["leader"])
    assert "超时的" not in client.get("/desk/dispatcher/").content.decode()
    assert client.post(f"/desk/dispatcher/forget/{kept.pk}/").status_code == 404
    SavedFilter.objects.update(member=city.members["dispatcher"])
    assert client.post(f"/desk/dispatcher/forget/{kept.pk}/").status_code == 302
    assert not SavedFilter.objects.exists()


def test_many_cases_are_filed_each_by_itself_and_what_fails_is_told(browser_of, course):
    first, moved = course().reported().until("accepted"), course().reported().until("accepted")
    chosen = [f"{work.case_id}:{work.case.entry_count}" for work in (first, moved)]
    moved.does("send_back", "shift_leader", reason="照片不清")
    answer = browser_of("shift_leader").post("/desk/shift_leader/bulk/", {"action": "file", "case": chosen, "key": "k" * 32})
    assert first.case.stage == "filed"
    assert moved.case.stage == "reported"
    text = answer.content.decode()
    assert "1 case done" in text
    assert "Sent back to the operator by Shift leader 何敏" in text


def test_sending_a_bulk_action_twice_does_it_once(browser_of, course):
    work = course().reported().until("accepted")
    client, sent = browser_of("shift_leader"), {"action": "file", "case": [f"{work.case_id}:{work.case.entry_count}"], "key": "k" * 32}
    for _ in range(2):
        assert "1 case done" in client.post("/desk/shift_leader/bulk/", sent).content.decode()
    assert work.case.entry_count == 3


def test_only_safe_actions_are_taken_on_many(browser_of, course):
    work = course().reported().until("accepted")
    sent = {"action": "void", "case": [f"{work.case_id}:2"]}
    assert browser_of("shift_leader").post("/desk/shift_leader/bulk/", sent).status_code == 400
    assert browser_of("shift_leader").post("/desk/shift_leader/bulk/", {"action": "file"}).status_code == 400
    assert browser_of("shift_leader").post("/desk/shift_leader/bulk/", {"action": "file", "case": ["x"]}).status_code == 400


def test_a_case_out_of_sight_is_left_out_of_many(browser_of, course):
    work = course().reported("manhole").until("dispatched")
    answer = browser_of("other_department").post("/desk/department/bulk/", {"action": "take_up", "case": [f"{work.case_id}:4"]})
    assert "1 case is no longer in your sight" in answer.content.decode()
    assert work.case.stage == "dispatched"


def test_the_lights_in_the_bar_are_those_of_the_desk(browser_of, course, pretended_clock):
    course().reported().until("filed")
    pretended_clock.advance(timedelta(minutes=16))
    course().reported().until("filed")
    shown = browser_of("dispatcher").get("/desk/dispatcher/").context["lights"]
    assert (shown.green, shown.yellow, shown.red) == (1, 0, 1)


def test_the_overview_counts_every_open_stage(browser_of, course):
    course().reported(), course().reported().until("filed"), course().reported().until("closed")
    page = browser_of("administrator").get("/desk/administrator/")
    assert {stage: counted.total for _label, stage, counted in page.context["stages"] if counted.total} == {"reported": 1, "filed": 1}
    assert page.context["total"].total == 2


# --- Reports ----------------------------------------------------------------------------------------------------------


def test_a_call_with_place_and_class_becomes_a_case(browser_of, city):
    lon, lat = city.places[0]
    sent = {
        "channel": "hotline", "reporter_name": "刘女士", "contact": "13812345678", "problem_class_id": city.garbage.pk,
        "lon": lon, "lat": lat, "description": "垃圾成堆", "place": "石桥路 12 号", "key": "a" * 32,
    }  # fmt: skip
    answer = browser_of("operator").post("/reports/new/", sent)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/desk/operator/?case=2026")


def test_a_call_without_a_place_waits_and_is_completed(browser_of, city):
    client, (lon, lat) = browser_of("operator"), city.places[0]
    answer = client.post("/reports/new/", {"channel": "hotline", "description": "有个井盖没了", "contact": "13812345678", "key": "b" * 32})
    waiting = client.get("/reports/waiting/").content.decode()
    assert "有个井盖没了" in waiting
    assert "Where exactly is it?" in waiting
    form = client.get(answer.headers["Location"]).content.decode()
    assert "有个井盖没了" in form
    assert "138****5678" in form  # in full only after a click with a purpose
    sent = {"channel": "hotline", "description": "有个井盖没了", "problem_class_id": city.manhole.pk, "lon": lon, "lat": lat}
    assert client.post(answer.headers["Location"], sent).headers["Location"].startswith("/desk/operator/?case=")
    assert "No report waits" in client.get("/reports/waiting/").content.decode()


def test_what_was_typed_into_a_refused_report_is_still_there(browser_of, city):
    answer = browser_of("operator").post("/reports/new/", {"description": "路灯不亮", "place": "绍兴路", "lon": "east", "lat": "1"})
    assert answer.status_code == 400
    text = answer.content.decode()
    assert "“east” is no position" in text
    assert "路灯不亮" in text
    assert "绍兴路" in text


def test_reports_are_taken_down_by_operators_and_shift_leaders_only(browser_of):
    for address in ("/reports/new/", "/reports/waiting/"):
        assert browser_of("operator").get(address).status_code == 200
        assert browser_of("dispatcher").get(address).status_code == 403


# --- Looking up -------------------------------------------------------------------------------------------------------


def test_classes_departments_and_places_are_found_by_what_is_typed(browser_of):
    client = browser_of("operator")
    assert "雨水井盖" in client.get("/find/classes/", {"q": "井盖"}).content.decode()
    assert "环境卫生管理处" in client.get("/find/organizations/", {"q": "环境"}).content.decode()
    assert "石桥路菜场" in client.get("/find/places/", {"q": "菜场"}).content.decode()
    for kind in ("classes", "organizations", "places"):
        assert "is called “没有的”" in client.get(f"/find/{kind}/", {"q": "没有的"}).content.decode()
        assert client.get(f"/find/{kind}/", {"q": "\0"}).status_code == 200


@pytest.mark.parametrize("written", ["²", "9" * 30, "-1", "seven"])
def test_an_address_changed_by_hand_names_nothing_and_breaks_nothing(browser_of, course, written):
    case = course().to("reported")
    operator = browser_of("operator")
    assert operator.get(f"/cases/{case.number}/conditions/", {"class": written}).status_code == 200
    assert operator.get("/find/alike/marks/", {"id": [written]}).json() == {}
    assert operator.get("/reports/new/", {"problem_class_id": written}).status_code == 200
    refused = operator.post("/desk/operator/bulk/", {"action": "ask_to_verify", "case": [f"{case.pk}:{written}"]})
    assert refused.status_code < 500
    case.refresh_from_db()
    assert case.stage == "reported"
