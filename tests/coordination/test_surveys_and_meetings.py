"""Joint surveys and meetings: units are invited, say where they stand, and sign what was decided."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chengge.casework.models import Evidence
from chengge.coordination.models import JointSurvey, Meeting
from chengge.coordination.papers import minutes_paper
from chengge.coordination.queries.meetings import meeting_in_sight
from chengge.documents.document import as_plain, from_plain
from chengge.notices.models import Notice
from tests.casework.lives import Life, picture
from tests.coordination.test_requests_pages import asks, at_screen

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


def test_units_draw_on_the_map_and_show_where_they_stand(life):
    life.to("filed")
    survey = plans(life)
    lon, lat = life.city.places[0]
    address = f"/coordination/surveys/{survey.pk}/"
    department = at_screen(life, "department")
    line = json.dumps({"type": "LineString", "coordinates": [[lon, lat], [lon + 0.0005, lat]]})
    assert department.post(f"{address}sketch/", {"geometry": line, "label": "红线"}).status_code == 302
    for wrong in ({"geometry": "nonsense", "label": "x"}, {"geometry": line, "label": " "}, {"geometry": "", "label": "x"}):
        assert department.post(f"{address}sketch/", wrong).status_code == 400
    works = life.city.organization_id("works")
    said = {"organization_id": works, "attended": "yes", "who": "王磊", "position": "红线外", "lon": lon, "lat": lat}
    for wrong in ({"lon": "east"}, {"lat": "91"}, {"lon": lon + 1}):
        assert department.post(f"{address}say/", said | wrong).status_code == 400
    assert department.post(f"{address}say/", said).status_code == 302
    status, told = asks(life, "leader", "get", f"coordination/surveys/{survey.pk}")
    assert status == 200
    assert [one["geometry"]["type"] for one in told["drawn"]["features"]] == ["LineString", "Point"]
    assert told["drawn"]["features"][1]["properties"]["unit"] == 1
    sketch = survey.sketches.get()
    assert at_screen(life, "other_department").post(f"{address}sketch/", {"rub_out": sketch.pk}).status_code == 403
    paper = at_screen(life, "other_department").get(f"{address}paper.pdf")
    assert paper.content.startswith(b"%PDF")
    assert department.post(f"{address}sketch/", {"rub_out": sketch.pk}).status_code == 302
    assert not survey.sketches.exists()


def test_minutes_are_a_paper_with_room_to_sign(life):
    life.to("filed")
    meeting = calls(life)
    address = f"/coordination/meetings/{meeting.pk}/"
    coordinator = at_screen(life, "coordinator")
    assert coordinator.get(f"{address}paper.pdf").status_code == 404
    coordinator.post(f"{address}step/", {f"who-{life.city.organization_id('works')}": "王磊", "step": "save"})
    assert coordinator.get(f"{address}paper.pdf").content.startswith(b"%PDF")
    paper = minutes_paper(meeting_in_sight(life.city.actor("coordinator"), meeting.pk))
    signatures = paper.sections[-1].blocks[0]
    assert [row[:3] for row in signatures.rows] == [("市政设施养护中心", "王磊", ""), ("环境卫生管理处", "was not there", "")]
    assert from_plain(as_plain(paper)) == paper


def test_programs_plan_surveys_and_call_meetings(life):
    life.to("filed")
    lon, lat = life.city.places[0]
    units = [life.city.organization_id(name) for name in ("works", "sanitation")]
    body = {
        "subject": "路灯",
        "place": "石桥路口",
        "lon": lon,
        "lat": lat,
        "meets_at": "2026-11-25T09:30:00+08:00",
        "organization_ids": units,
    }
    status, survey = asks(life, "coordinator", "post", "coordination/surveys", cases=[life.case.number], **body)
    assert (status, survey["state"], len(survey["units"])) == (201, "planned", 2)
    spot = {"organization_id": units[0], "attended": True, "position": "红线外"}
    assert asks(life, "department", "post", f"coordination/surveys/{survey['id']}/positions", **spot)[0] == 200
    end = {"step": "conclude", "text": "归市政"}
    assert asks(life, "department", "post", f"coordination/surveys/{survey['id']}/end", **end)[0] == 403
    status, ended = asks(life, "coordinator", "post", f"coordination/surveys/{survey['id']}/end", **end)
    assert (status, ended["conclusion"]) == (200, "归市政")
    body = {"subject": "例会", "place": "三楼", "chair": "徐市长", "meets_at": "2026-11-25T14:00:00+08:00", "organization_ids": units}
    status, meeting = asks(life, "coordinator", "post", "coordination/meetings", points=["通报"], **body)
    assert (status, [one["subject"] for one in meeting["points"]]) == (201, ["通报"])
    address = f"coordination/meetings/{meeting['id']}"
    minutes = {"came": [{"organization_id": units[0], "who": "王磊"}], "decisions": [{"position": 1, "decision": "已通报"}]}
    client = at_screen(life, "coordinator")
    written = client.put(f"/api/v1/{address}/minutes", json.dumps(minutes), content_type="application/json")
    assert (written.status_code, "已通报" in written.json()["minutes"]) == (200, True)
    assert asks(life, "coordinator", "post", f"{address}/close")[1]["state"] == "closed"
    assert asks(life, "department", "post", f"{address}/signatures", organization_id=units[0])[0] == 200
    assert asks(life, "street_office", "get", address)[0] == 404
