"""Joint surveys and meetings: units are invited, say where they stand, and sign what was decided."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chengge.casework.models import Evidence
from chengge.coordination.models import JointSurvey, Meeting
from chengge.notices.models import Notice
from tests.casework.lives import Life, picture
from tests.coordination.test_requests_pages import at_screen

pytestmark = pytest.mark.django_db


def plans(life: Life, **changes) -> JointSurvey:
    lon, lat = life.city.places[0]
    typed = {
        "subject": "石桥路口路灯归属", "place": "石桥路口", "lon": lon, "lat": lat, "meets_at": "2026-11-25T09:30",
        "numbers": life.case.number, "organization_ids": [life.city.organization_id(name) for name in ("works", "sanitation")],
    }  # fmt: skip
    answer = at_screen(life, "coordinator").post("/coordination/surveys/new/", typed | changes)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return JointSurvey.objects.latest("pk")


def calls(life: Life) -> Meeting:
    typed = {
        "subject": "十一月第二次协同会议", "place": "三楼会议室", "chair": "徐市长", "meets_at": "2026-11-25T14:30",
        "numbers": life.case.number,
        "subjects": "通报挂账情况", "organization_ids": [life.city.organization_id(name) for name in ("works", "sanitation")],
    }  # fmt: skip
    answer = at_screen(life, "coordinator").post("/coordination/meetings/new/", typed)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Meeting.objects.latest("pk")


def test_a_survey_from_invitation_to_conclusion_on_the_phone_page(life):
    life.to("filed", rule="rattling")
    survey = plans(life)
    address = f"/coordination/surveys/{survey.pk}/"
    assert {notice.member.username for notice in Notice.objects.filter(topic="joint_survey")} == {"department", "other_department"}
    works, sanitation = life.city.organization_id("works"), life.city.organization_id("sanitation")
    at_screen(life, "department").post(f"{address}say/", {"organization_id": works, "attended": "yes", "who": "王磊", "position": "红线外"})
    foreign = at_screen(life, "department").post(f"{address}say/", {"organization_id": sanitation, "position": "他们负责"})
    assert foreign.status_code == 403
    photo = SimpleUploadedFile("a.jpg", picture(77), "image/jpeg")
    assert at_screen(life, "department").post(f"{address}photos/", {"files": photo}).status_code == 302
    assert Evidence.objects.get(joint_survey_photo__survey=survey).member.username == "department"
    shown = f"{address}photos/1/thumb"
    assert at_screen(life, "other_department").get(shown).status_code == 200
    assert at_screen(life, "street_office").get(shown).status_code == 404
    assert at_screen(life, "street_office").get(address).status_code == 404
    end = {"conclusion": "灯杆在红线内，归市政", "step": "conclude"}
    assert at_screen(life, "department").post(f"{address}end/", end).status_code == 403
    assert at_screen(life, "coordinator").post(f"{address}end/", end).status_code == 302
    page = at_screen(life, "leader").get(address).content.decode()
    assert "红线外" in page
    assert "灯杆在红线内" in page
    assert at_screen(life, "department").post(f"{address}say/", {"organization_id": works, "position": "改口"}).status_code == 409


def test_a_survey_that_nobody_came_to_is_called_off_not_concluded(life):
    life.to("filed")
    survey = plans(life)
    client = at_screen(life, "coordinator")
    assert client.post(f"/coordination/surveys/{survey.pk}/end/", {"conclusion": "无人", "step": "conclude"}).status_code == 400
    assert client.post(f"/coordination/surveys/{survey.pk}/end/", {"conclusion": "暴雨", "step": "call_off"}).status_code == 302
    assert "暴雨" in client.get("/coordination/surveys/?state=over").content.decode()


def test_a_survey_says_what_is_missing(life):
    life.to("filed")
    client = at_screen(life, "coordinator")
    for wrong in ({"lon": ""}, {"meets_at": "2026-11-20T09:00"}, {"organization_ids": []}, {"numbers": "20261124990101999999"}):
        lon, lat = life.city.places[0]
        units = [life.city.organization_id("works")]
        plain = {"subject": "路灯", "place": "石桥路口", "lon": lon, "lat": lat, "meets_at": "2026-11-25T09:30", "organization_ids": units}
        assert client.post("/coordination/surveys/new/", plain | wrong).status_code == 400
    assert at_screen(life, "department").get("/coordination/surveys/new/").status_code == 403


def test_a_meeting_from_agenda_to_the_last_signature(life, counted_queries):
    life.to("filed", rule="rattling")
    meeting = calls(life)
    address = f"/coordination/meetings/{meeting.pk}/"
    works, sanitation = life.city.organization_id("works"), life.city.organization_id("sanitation")
    coordinator = at_screen(life, "coordinator")
    assert "通报挂账情况" in coordinator.get(address).content.decode()
    said = {f"who-{works}": "王磊", "decision-1": "由市政养护", "step": "close"}
    assert coordinator.post(f"{address}step/", said).status_code == 400  # the second point has no decision
    assert coordinator.post(f"{address}step/", said | {"decision-2": "已通报"}).status_code == 302
    meeting.refresh_from_db()
    assert meeting.state == "closed"
    assert "王磊" in meeting.minutes
    assert "议定：由市政养护" in meeting.minutes
    assert coordinator.post(f"{address}step/", {"step": "save", "minutes": "改写"}).status_code == 409
    assert at_screen(life, "department").post(f"{address}sign/", {"organization_id": sanitation}).status_code == 403
    at_screen(life, "department").post(f"{address}sign/", {"organization_id": works})
    at_screen(life, "other_department").post(f"{address}sign/", {"organization_id": sanitation, "objection": "费用另议"})
    meeting.refresh_from_db()
    assert meeting.state == "signed"
    printed = at_screen(life, "leader").get(f"{address}print/").content.decode()
    assert "费用另议" in printed
    assert at_screen(life, "street_office").get(address).status_code == 404
    with counted_queries("coordination meetings"):
        coordinator.get("/coordination/meetings/?state=over")
