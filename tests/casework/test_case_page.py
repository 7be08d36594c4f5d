"""The case page: only what this member may do, and nothing lost when it is refused."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chengge.casework.models import Case, Evidence
from tests.casework.lives import Life, picture
from tests.factories import MANHOLE_CODE

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def course(city, pretended_clock):
    return lambda: Life(city)


@pytest.fixture
def browser_of(city, pretended_clock):
    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(city.members[name])
        client.cookies["chengge_language"] = "en"
        return client

    return signed_in


def sent_for(work, **given):
    return {"seen": work.case.entry_count, "key": f"{work.case_id:032d}", **given}


def test_a_case_shows_what_it_is_where_it_is_and_what_happened(browser_of, course):
    work = course().reported("manhole", component_code=MANHOLE_CODE, reporter_name="刘大伟", contact="13812345678").until("filed")
    text = browser_of("dispatcher").get(f"/cases/{work.number}/").content.decode()
    for words in (
        "雨水井盖", "Component · 公用设施 · 雨水井盖", str(MANHOLE_CODE), "990101001001001", "Class A", "缺失、移位，危及行人车辆",
        "恢复，井盖与路面平齐", "石桥街道 华丰社区", "138****5678", "何敏", "Maintains the component", "If dispatched now", "data-point=",
    ):  # fmt: skip
        assert words in text, words
    assert "13812345678" not in text


def test_only_open_actions_are_offered(browser_of, course):
    work = course().reported("manhole").until("checked")
    shift_leader = browser_of("shift_leader").get(f"/cases/{work.number}/").content.decode()
    assert f"/cases/{work.number}/do/close/" in shift_leader
    department = browser_of("department").get(f"/cases/{work.number}/").content.decode()
    assert "/do/" not in department
    assert "Nothing for you to do" in department


def test_a_department_never_gets_close_even_if_it_asks(browser_of, course):
    work = course().reported("manhole").until("checked")
    client = browser_of("department")
    assert client.get(f"/cases/{work.number}/do/close/").status_code == 409
    assert client.post(f"/cases/{work.number}/do/close/", sent_for(work)).status_code == 403
    assert work.case.stage == "checked"


def test_another_departments_case_is_not_there(browser_of, course):
    work = course().reported("manhole").until("dispatched")
    client = browser_of("other_department")
    for address in (f"/cases/{work.number}/", f"/desk/department/case/{work.number}/", f"/cases/{work.number}/do/take_up/"):
        assert client.get(address).status_code == 404
    assert client.post(f"/cases/{work.number}/do/take_up/", sent_for(work)).status_code == 404
    assert work.case.stage == "dispatched"


def test_dispatching_hands_the_case_on_and_tells_the_desk(browser_of, city, course):
    work = course().reported("manhole").until("filed")
    sent = sent_for(work, organization_id=city.organization_id("works"), note="井盖备件在东库")
    answer = browser_of("dispatcher").post(f"/cases/{work.number}/do/dispatch/?inline=1", sent, headers=HTMX)
    assert answer.status_code == 204
    assert json.loads(answer.headers["HX-Trigger"])["case-moved"]["number"] == work.number
    assert (work.case.stage, work.case.department) == ("dispatched", city.organizations["works"])
    assert "井盖备件在东库" in browser_of("department").get(f"/cases/{work.number}/").content.decode()


def test_without_scripts_an_action_leads_back_to_the_case(browser_of, course):
    work = course().reported("manhole").until("accepted")
    answer = browser_of("shift_leader").post(f"/cases/{work.number}/do/file/", sent_for(work), follow=True)
    assert answer.redirect_chain == [(f"/cases/{work.number}/", 302)]
    assert "Filed · 雨水井盖" in answer.content.decode()


def test_an_action_never_leads_to_another_host(browser_of, course):
    work = course().reported("manhole").until("accepted")
    answer = browser_of("shift_leader").post(f"/cases/{work.number}/do/file/", sent_for(work, next="https://elsewhere.example/"))
    assert answer.headers["Location"] == f"/cases/{work.number}/"


def test_a_missing_reason_is_asked_for_and_nothing_typed_is_lost(browser_of, course):
    work = course().reported("manhole").until("filed")
    answer = browser_of("dispatcher").post(f"/cases/{work.number}/do/return_to_filing/", sent_for(work, reason=" "), headers=HTMX)
    assert answer.status_code == 422
    assert "A reason is needed." in answer.content.decode()
    long = "位置不明，" * 110
    answer = browser_of("dispatcher").post(f"/cases/{work.number}/do/return_to_filing/", sent_for(work, reason=long), headers=HTMX)
    assert answer.status_code == 422
    assert long in answer.content.decode()


def test_two_dispatchers_at_once_the_second_is_told_who_was_faster(browser_of, city, course):
    work = course().reported("manhole").until("filed")
    sent = sent_for(work, organization_id=city.organization_id("works"), note="请尽快")
    work.does("dispatch", "dispatcher", organization_id=city.organization_id("works"))
    answer = browser_of("dispatcher").post(f"/cases/{work.number}/do/dispatch/?inline=1", sent | {"key": "other"}, headers=HTMX)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Dispatched by Dispatcher 周宁" in text
    assert "请尽快" in text
    assert "data-reload" in text


def test_a_form_sent_twice_acts_once(browser_of, city, course):
    work = course().reported("manhole").until("filed")
    client, sent = browser_of("dispatcher"), sent_for(work, organization_id=city.organization_id("works"))
    for _ in range(2):
        assert client.post(f"/cases/{work.number}/do/dispatch/", sent, headers=HTMX).status_code == 204
    assert work.case.entry_count == 4


def test_accepting_shows_conditions_with_limits_and_other_classes_on_demand(browser_of, city, course):
    work = course().reported("manhole", channel="inspector", by="inspector")
    text = browser_of("operator").get(f"/cases/{work.number}/").content.decode()
    assert "2 urgent working hours" in text
    assert "1 working day" in text
    other = browser_of("operator").get(f"/cases/{work.number}/conditions/", {"class": city.garbage.pk, "uid": "accept-1"}).content.decode()
    assert "散落垃圾面积" in other
    answer = browser_of("operator").post(f"/cases/{work.number}/do/accept/", sent_for(work, rule_id=city.heap.pk), headers=HTMX)
    assert answer.status_code == 204
    assert work.case.problem_class == city.garbage


def test_a_citizens_report_is_first_sent_to_be_verified(browser_of, course):
    call, seen = course().reported(), course().reported(channel="inspector", by="inspector")
    client = browser_of("operator")
    assert client.get(f"/cases/{call.number}/").context["first"].action == "ask_to_verify"
    assert client.get(f"/cases/{seen.number}/").context["first"].action == "accept"


def test_amending_changes_only_what_was_changed(browser_of, city, course):
    work = course().reported("manhole", place="石桥路 12 号")
    case, (lon, lat) = work.case, city.places[2]
    same = {"place": case.place, "description": case.description, "problem_class_id": case.problem_class_id, "urgent_shown": "1"}
    sent = sent_for(work, reason="位置有误", lon=lon, lat=lat, **same)
    assert browser_of("operator").post(f"/cases/{work.number}/do/amend/", sent, headers=HTMX).status_code == 204
    assert (work.case.lon, work.case.place) == (lon, "石桥路 12 号")
    assert "changed: position" in browser_of("operator").get(f"/cases/{work.number}/").content.decode()


def test_passing_down_offers_the_own_platforms(browser_of, city, course):
    work = course().reported("manhole").until("dispatched")
    sheet = browser_of("department").get(f"/cases/{work.number}/do/pass_down/", headers=HTMX).content.decode()
    assert "道路科" in sheet
    sent = sent_for(work, organization_id=city.organization_id("works_section"))
    assert browser_of("department").post(f"/cases/{work.number}/do/pass_down/", sent, headers=HTMX).status_code == 204
    assert work.case.organization == city.organizations["works_section"]


def test_void_says_what_it_means_before_it_is_done(browser_of, course):
    work = course().reported("manhole").until("filed")
    sheet = browser_of("shift_leader").get(f"/cases/{work.number}/do/void/", headers=HTMX).content.decode()
    assert "This cannot be taken back." in sheet
    assert "Filed by mistake" in sheet
    assert "btn-danger" in sheet


def test_a_photo_is_kept_at_once_and_given_by_its_hash(browser_of, course):
    work = course().reported("manhole").until("handling")
    client = browser_of("department")
    told = client.post("/photos/", {"photo": SimpleUploadedFile("a.jpg", picture(), "image/jpeg")}).json()
    assert client.post(f"/cases/{work.number}/do/finish/", sent_for(work, photos=[told["sha256"]]), headers=HTMX).status_code == 204
    assert work.case.stage == "handled"
    answer = browser_of("operator").get(f"/photos/{told['sha256']}/thumb")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "private" in answer.headers["Cache-Control"]
    assert browser_of("other_department").get(f"/photos/{told['sha256']}/full").status_code == 404


def test_without_scripts_photos_travel_with_the_form(browser_of, course):
    work = course().reported("manhole").until("handling")
    sent = sent_for(work, files=SimpleUploadedFile("a.jpg", picture(), "image/jpeg"))
    assert browser_of("department").post(f"/cases/{work.number}/do/finish/", sent).status_code == 302
    assert Evidence.objects.get(case=work.case).phase == "handle"


def test_a_photo_already_sent_survives_a_refusal(browser_of, course):
    work = course().reported("manhole").until("handling")
    client = browser_of("department")
    told = client.post("/photos/", {"photo": SimpleUploadedFile("a.jpg", picture(), "image/jpeg")}).json()
    sent = sent_for(work, photos=[told["sha256"]], note="已更换") | {"seen": 1}
    answer = client.post(f"/cases/{work.number}/do/finish/?inline=1", sent, headers=HTMX)
    assert answer.status_code == 409
    assert f'name="photos" value="{told["sha256"]}"' in answer.content.decode()


@pytest.mark.parametrize("data", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a" + b"\0" * 40])
def test_what_is_no_photo_is_refused_in_words(browser_of, data):
    answer = browser_of("operator").post("/photos/", {"photo": SimpleUploadedFile("a.jpg", data, "image/jpeg")})
    assert answer.status_code == 400
    assert answer.json()["message"]


@pytest.mark.parametrize("address", ["/photos/../secret/full", "/photos/abc/full", f"/photos/{'0' * 64}/full", f"/photos/{'0' * 64}/huge"])
def test_no_file_but_a_photo_is_ever_served(browser_of, address):
    assert browser_of("operator").get(address).status_code == 404


@pytest.mark.parametrize("field", ["organization_id", "rule_id"])
@pytest.mark.parametrize("value", ["x", "-1", "9" * 25, "1e3"])
def test_nonsense_in_a_form_is_refused_not_crashed(browser_of, course, field, value):
    work = course().reported("manhole").until("filed")
    answer = browser_of("dispatcher").post(f"/cases/{work.number}/do/dispatch/", sent_for(work, **{field: value}), headers=HTMX)
    assert answer.status_code == 422


def test_a_case_that_is_over_says_so(browser_of, course):
    work = course().reported("manhole").until("closed")
    assert "This case is over." in browser_of("shift_leader").get(f"/cases/{work.number}/").content.decode()
    assert Case.objects.get(pk=work.case_id).ended_at is not None


def test_no_page_carries_scripts_or_styles_inside(browser_of, course):
    work = course().reported("manhole").until("filed")
    for address in ("/desk/dispatcher/", f"/desk/dispatcher/?case={work.number}", f"/cases/{work.number}/"):
        answer = browser_of("dispatcher").get(address)
        text = answer.content.decode()
        assert " style=" not in text
        assert " onclick=" not in text
        assert "script-src 'self' 'nonce-" in answer.headers["Content-Security-Policy"]
