"""Rulings: drafted by one, signed by a second, and the next case like it goes where the ruling says."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from chengge.coordination.actions.hard_cases import look_through
from chengge.coordination.actions.rulings import (
    Drafted,
    answer_objection,
    dispatch_by_ruling,
    draft_ruling,
    end_early,
    object_to,
    sign_ruling,
)
from chengge.coordination.models import HardCase, JointSurvey, Meeting, Ruling
from chengge.coordination.queries.precedents import precedents
from chengge.coordination.queries.rulings import all_met, contradictions, open_cases_like, rulings
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.responsibility import Ground
from chengge.foundation.queries import candidates
from chengge.notices.models import Notice
from tests.casework.lives import Life
from tests.coordination.test_hard_cases import rival
from tests.coordination.test_requests_pages import asks, at_screen
from tests.factories import GRID_CODES, MANHOLE_CODE, SIDE, SOUTH, WEST

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def drafted(life: Life, **changes) -> Drafted:
    """Sanitation is to answer for manholes in the first grid."""
    plain = Drafted(
        subject="石桥路口雨水井盖",
        basis="现场会勘：井盖属环卫冲洗口",
        organization_id=life.city.organization_id("sanitation"),
        first_day=TODAY,
        objections_until=TODAY + timedelta(7),
        problem_class_id=life.city.manhole.pk,
        places=(str(GRID_CODES[0]),),
    )
    return replace(plain, **changes)


def signed(life: Life, **changes) -> Ruling:
    ruling = draft_ruling(life.city.actor("coordinator"), drafted(life, **changes))
    return sign_ruling(life.city.actor("leader"), ruling.pk, [one.first.pk + one.second.pk - ruling.pk for one in contradictions(ruling)])


def best(life: Life, grid: int = GRID_CODES[0], component: int | None = None, day: date = TODAY):
    return candidates(life.city.manhole.pk, None, grid, component, day)[0]


def test_a_hard_case_is_ruled_and_the_next_case_like_it_goes_there_by_itself(life):
    life.to("filed", rule="rattling")
    draft = draft_ruling(life.city.actor("coordinator"), drafted(life, numbers=(life.case.number,)))
    assert best(life).organization.code == "D01"
    ruling = sign_ruling(life.city.actor("leader"), draft.pk)
    assert ruling.number == "协裁〔2026〕1号"
    assert (best(life).organization.code, best(life).ground) == ("D02", Ground.RULING)
    assert ruling.number in best(life).basis
    assert best(life, grid=GRID_CODES[1]).ground is not Ground.RULING
    assert [case.number for case in open_cases_like(life.city.actor("leader"), ruling)] == [life.case.number]
    assert {notice.member.username for notice in Notice.objects.filter(topic="ruling")} == {"other_department", "coordinator"}
    outcomes = dispatch_by_ruling(life.city.actor("dispatcher"), ruling.pk, {life.case_id: life.case.entry_count})
    assert [outcome.refusal for outcome in outcomes] == [None]
    assert life.case.department.code == "D02"


def test_a_ruling_takes_what_it_covers_out_of_the_queue(life):
    rival(life, "works", "sanitation")
    life.to("filed", rule="rattling")
    look_through()
    signed(life)
    look_through()
    assert HardCase.objects.get().settled_at is not None
    known = precedents(life.city.actor("coordinator"), HardCase.objects.select_related("case__problem_class").get().case)
    assert [one.ruling.number for one in known] == ["协裁〔2026〕1号"]


def test_a_crew_may_be_ruled_and_the_dispatch_goes_to_its_platform(life):
    life.to("filed", rule="rattling")
    ruling = signed(life, organization_id=life.city.organization_id("works_crew"))
    assert (best(life).organization.code, best(life).through.code) == ("D01", "D01-1-1")
    dispatch_by_ruling(life.city.actor("dispatcher"), ruling.pk, {life.case_id: life.case.entry_count})
    assert life.case.department.code == "D01"


def test_whoever_drafted_does_not_sign_and_departments_neither_draft_nor_sign(life):
    draft = draft_ruling(life.city.actor("coordinator"), drafted(life))
    with pytest.raises(Forbidden):
        sign_ruling(life.city.actor("coordinator"), draft.pk)
    with pytest.raises(Forbidden):
        sign_ruling(life.city.actor("department"), draft.pk)
    with pytest.raises(Forbidden):
        draft_ruling(life.city.actor("department"), drafted(life))
    by_dispatcher = draft_ruling(life.city.actor("dispatcher"), drafted(life))
    assert sign_ruling(life.city.actor("coordinator"), by_dispatcher.pk).state == "signed"


def test_numbers_run_through_the_year_without_a_gap(life):
    draft_ruling(life.city.actor("coordinator"), drafted(life, subject="未签"))
    assert [signed(life, places=(str(code),)).number for code in GRID_CODES[:2]] == ["协裁〔2026〕1号", "协裁〔2026〕2号"]


def test_places_are_grids_their_beginnings_components_or_a_division_and_one_of_them(life):
    actor = life.city.actor("coordinator")
    assert draft_ruling(actor, drafted(life, places=("990101001001",))).grid_codes == list(GRID_CODES[:2])
    assert draft_ruling(actor, drafted(life, places=(), component_codes=(MANHOLE_CODE,))).component_codes == [MANHOLE_CODE]
    assert draft_ruling(actor, drafted(life, places=(), division_code=990101001)).division_code == 990101001
    for places, components, division in (((), (), None), (("12",), (), None), (("999999",), (), None), ((), (1,), None), ((), (), 123456)):
        with pytest.raises(Refused):
            draft_ruling(actor, drafted(life, places=places, component_codes=components, division_code=division))
    with pytest.raises(Refused, match="end"):
        draft_ruling(actor, drafted(life, end=TODAY - timedelta(1)))


def test_a_contradiction_is_shown_and_signed_only_by_who_has_seen_it(life):
    first = signed(life)
    draft = draft_ruling(life.city.actor("coordinator"), drafted(life, organization_id=life.city.organization_id("works")))
    with pytest.raises(Conflict):
        sign_ruling(life.city.actor("leader"), draft.pk)
    sign_ruling(life.city.actor("leader"), draft.pk, [first.pk])
    assert [(one.how, one.first.pk) for one in all_met()] == [("contradiction", draft.pk)]
    assert best(life).organization.code == "D01"


def test_a_ruling_that_runs_out_is_found_and_one_that_is_ended_holds_no_longer(life):
    leader = life.city.actor("leader")
    ruling = signed(life, end=TODAY + timedelta(20))
    assert [one.pk for one in rulings(leader, "expiring")] == [ruling.pk]
    with pytest.raises(Refused):
        end_early(leader, ruling.pk, TODAY, "")
    ended = end_early(leader, ruling.pk, TODAY, "道路改造，权属变更")
    assert (ended.state, ended.end_reason) == ("ended", "道路改造，权属变更")
    assert best(life).ground is not Ground.RULING
    assert [one.pk for one in rulings(leader, "ended")] == [ruling.pk]


def test_the_body_objects_once_in_time_and_gets_an_answer(life):
    ruling = signed(life)
    objecting = life.city.actor("other_department")
    made = object_to(objecting, ruling.pk, "冲洗口已移交市政")
    with pytest.raises(Conflict):
        object_to(objecting, ruling.pk, "再次异议")
    with pytest.raises(NotFound):
        object_to(life.city.actor("street_office"), ruling.pk, "与我无关")
    answer_objection(life.city.actor("leader"), made.pk, "移交手续未办结，维持")
    assert Notice.objects.filter(member__username="other_department", topic="ruling", text="移交手续未办结，维持").exists()
    life.later(days=9)
    late = signed(life, places=(str(GRID_CODES[1]),), first_day=TODAY)
    Ruling.objects.filter(pk=late.pk).update(objections_until=TODAY)
    with pytest.raises(Refused):
        object_to(objecting, late.pk, "迟了")


def test_a_ruling_from_draft_to_dispatch_on_its_pages(life, counted_queries):
    life.to("filed", rule="rattling")
    coordinator, leader = at_screen(life, "coordinator"), at_screen(life, "leader")
    form = coordinator.get(f"/coordination/rulings/new/?case={life.case.number}").content.decode()
    assert str(GRID_CODES[0]) in form
    typed = {
        "subject": "石桥路口雨水井盖", "basis": "现场会勘", "organization_id": life.city.organization_id("sanitation"),
        "first_day": "2026-11-24", "objections_until": "2026-12-01", "classes": f"class:{life.city.manhole.pk}",
        "places": f"{GRID_CODES[0]}", "numbers": life.case.number,
    }  # fmt: skip
    assert coordinator.post("/coordination/rulings/new/", typed | {"places": "12"}).status_code == 400
    assert coordinator.post("/coordination/rulings/new/", typed).status_code == 302
    ruling = Ruling.objects.get()
    address = f"/coordination/rulings/{ruling.pk}/"
    assert "waits for a second person" in coordinator.get(address).content.decode()
    assert coordinator.get(f"{address}edit/").status_code == 200
    assert at_screen(life, "other_department").get(address).status_code == 404
    assert leader.post(f"{address}step/", {"step": "sign"}).status_code == 302
    page = at_screen(life, "dispatcher").get(address).content.decode()
    assert "Open cases like it" in page
    at_screen(life, "dispatcher").post(f"{address}dispatch/", {"case": f"{life.case_id}:{life.case.entry_count}"})
    assert life.case.department.code == "D02"
    assert "What the unit objects to" in at_screen(life, "other_department").get(address).content.decode()
    at_screen(life, "other_department").post(f"{address}object/", {"text": "不属我处"})
    assert "不属我处" in leader.get(address).content.decode()
    assert leader.post(f"{address}step/", {"step": "end", "day": "2026-11-24", "reason": "改判"}).status_code == 302
    with counted_queries("rulings"):
        leader.get("/coordination/rulings/")
    assert at_screen(life, "operator").get("/coordination/rulings/").status_code == 403


def test_rulings_through_the_api(life):
    body = {
        "subject": "石桥路口雨水井盖", "basis": "现场会勘", "organization_id": life.city.organization_id("sanitation"),
        "first_day": "2026-11-24", "problem_class_id": life.city.manhole.pk, "grids": [str(GRID_CODES[0])],
        "objections_until": "2026-12-01",
    }  # fmt: skip
    status, draft = asks(life, "coordinator", "post", "coordination/rulings", **body)
    assert (status, draft["state"], draft["number"]) == (201, "draft", "")
    status, ruling = asks(life, "leader", "post", f"coordination/rulings/{draft['id']}/sign")
    assert (status, ruling["number"]) == (200, "协裁〔2026〕1号")
    status, objection = asks(life, "other_department", "post", f"coordination/rulings/{draft['id']}/objections", text="本处不负责")
    assert (status, objection.get("text")) == (201, "本处不负责")
    status, ended = asks(life, "leader", "post", f"coordination/rulings/{draft['id']}/end", reason="改判", day="2026-11-24")
    assert (status, ended["state"]) == (200, "ended")
    status, found = asks(life, "leader", "get", "coordination/rulings?state=ended")
    assert [one["id"] for one in found["rulings"]] == [draft["id"]]


def test_a_lamp_in_dispute_goes_from_survey_and_meeting_to_a_ruling_and_the_next_one_straight_to_the_crews_platform(life):
    """The whole way, each step by whoever takes it at their own screen."""
    rival(life, "works", "sanitation")
    first = life.to("filed", rule="rattling")
    look_through()
    units = [life.city.organization_id(name) for name in ("works", "sanitation")]
    coordinator, leader, dispatcher = (at_screen(life, who) for who in ("coordinator", "leader", "dispatcher"))
    lon, lat = life.city.places[0]
    survey = {"subject": "路灯归属", "place": "石桥路口", "lon": lon, "lat": lat, "meets_at": "2026-11-24T14:00", "numbers": first.number}
    assert coordinator.post("/coordination/surveys/new/", survey | {"organization_ids": units}).status_code == 302
    held = JointSurvey.objects.get()
    life.later(hours=6)
    for who, unit, position in (("department", units[0], "灯杆在红线内"), ("other_department", units[1], "不养护灯杆")):
        said = {"organization_id": unit, "attended": "yes", "who": who, "position": position}
        assert at_screen(life, who).post(f"/coordination/surveys/{held.pk}/say/", said).status_code == 302
    coordinator.post(f"/coordination/surveys/{held.pk}/end/", {"step": "conclude", "conclusion": "提交会议"})
    call = {"subject": "路灯归属", "place": "三楼", "chair": "徐市长", "meets_at": "2026-11-25T09:00", "case": first.number}
    assert coordinator.post("/coordination/meetings/new/", call | {"organization_ids": units}).status_code == 302
    meeting = Meeting.objects.get()
    life.later(days=1)
    minutes = {f"who-{unit}": "负责人" for unit in units} | {"decision-1": "由石桥班组养护", "step": "close"}
    assert coordinator.post(f"/coordination/meetings/{meeting.pk}/step/", minutes).status_code == 302
    for who, unit in (("department", units[0]), ("other_department", units[1])):
        at_screen(life, who).post(f"/coordination/meetings/{meeting.pk}/sign/", {"organization_id": unit})
    ruling = {
        "subject": "石桥路口路灯", "basis": "会议议定", "organization_id": life.city.organization_id("works_crew"), "numbers": first.number,
        "classes": f"class:{life.city.manhole.pk}", "places": "990101001001", "meeting_id": meeting.pk, "survey_id": held.pk,
    }  # fmt: skip
    assert coordinator.post("/coordination/rulings/new/", ruling).status_code == 302
    made = Ruling.objects.get()
    assert leader.post(f"/coordination/rulings/{made.pk}/step/", {"step": "sign"}).status_code == 302
    dispatcher.post(f"/coordination/rulings/{made.pk}/dispatch/", {"case": f"{first.pk}:{first.entry_count}"})
    assert life.case.department.code == "D01"
    second = life.to("filed", rule="rattling")
    look_through()
    assert not HardCase.objects.filter(settled_at=None).exists()
    likeliest = best(life, grid=second.grid_code, day=TODAY + timedelta(1))
    assert (likeliest.organization.code, likeliest.through.code, likeliest.ground) == ("D01", "D01-1-1", Ground.RULING)
    assert "协裁〔2026〕1号" in dispatcher.get(f"/cases/{second.number}/").content.decode()


def area(first: float, last: float) -> dict:
    """An area over the row of the tiny city's grids, from one share of its length to another."""
    west, east = WEST + 4 * SIDE * first, WEST + 4 * SIDE * last
    ring = [[west, SOUTH], [east, SOUTH], [east, SOUTH + SIDE], [west, SOUTH + SIDE], [west, SOUTH]]
    return {"type": "Polygon", "coordinates": [ring]}


def drawn_ruling(life: Life, first: float, last: float, body: str = "sanitation") -> Ruling:
    return signed(life, places=(), polygon=area(first, last), organization_id=life.city.organization_id(body))


def test_a_ruling_holds_in_an_area_drawn_on_the_map_and_ends_at_its_border(life):
    ruling = drawn_ruling(life, 0, 0.13)  # the western half of the first grid, and a little more
    west, east = WEST + 0.25 * SIDE, WEST + 0.75 * SIDE
    found = [candidates(life.city.manhole.pk, None, GRID_CODES[0], None, TODAY, lon, SOUTH + SIDE / 2)[0] for lon in (west, east)]
    assert [one.organization.code for one in found] == ["D02", "D01"]
    life.to("filed", rule="rattling")  # in the middle of the grid
    assert [case.pk for case in open_cases_like(life.city.actor("dispatcher"), ruling)] == [life.case_id]
    [known] = precedents(life.city.actor("coordinator"), life.case)
    assert (known.ruling, known.like.near) == (ruling, 1.0)
    page = at_screen(life, "coordinator").get(f"/coordination/rulings/{ruling.pk}/").content.decode()
    assert "m² drawn on the map" in page
    assert '"Polygon"' in page


def test_drawn_areas_that_overlap_contradict_and_those_along_one_border_do_not(life):
    first = drawn_ruling(life, 0, 0.3)
    drawn_ruling(life, 0.3, 0.6, "street_office")
    assert all_met() == []
    works = life.city.organization_id("works")
    draft = draft_ruling(life.city.actor("coordinator"), drafted(life, places=(), polygon=area(0.1, 0.2), organization_id=works))
    assert [one.second.pk + one.first.pk - draft.pk for one in contradictions(draft)] == [first.pk]
    grids = draft_ruling(life.city.actor("coordinator"), drafted(life, organization_id=works))
    assert contradictions(grids) == []  # the drawn area is nearer: an exception


def test_a_drawn_area_comes_in_by_form_and_program_and_crooked_ones_are_refused(life):
    typed = {
        "subject": "石桥路口", "basis": "会勘", "organization_id": life.city.organization_id("works"),
        "classes": f"class:{life.city.manhole.pk}", "first_day": "2026-11-24", "polygon": json.dumps(area(0, 0.5)),
    }  # fmt: skip
    client = at_screen(life, "coordinator")
    for wrong in ("{}", '{"type": "Point", "coordinates": [1, 2]}', json.dumps(area(0.5, 0.5)), json.dumps(area(90, 91))):
        assert client.post("/coordination/rulings/new/", typed | {"polygon": wrong}).status_code == 400, wrong
    assert client.post("/coordination/rulings/new/", typed | {"places": str(GRID_CODES[0])}).status_code == 400
    assert client.post("/coordination/rulings/new/", typed).status_code == 302
    ruling = Ruling.objects.get()
    assert "Polygon" in client.get(f"/coordination/rulings/{ruling.pk}/edit/").content.decode()
    body = {"subject": "程序", "basis": "会勘", "organization_id": life.city.organization_id("works"), "first_day": "2026-11-24"}
    body["area"] = area(0, 0.5)
    status, made = asks(life, "coordinator", "post", "coordination/rulings", **body)
    assert (status, made["area"]["type"]) == (201, "Polygon")


def test_a_ruling_is_a_paper_to_sign(life):
    ruling = drawn_ruling(life, 0, 0.5)
    answer = at_screen(life, "leader").get(f"/coordination/rulings/{ruling.pk}/paper.pdf")
    assert answer.content.startswith(b"%PDF")
    assert at_screen(life, "leader").get(f"/coordination/rulings/{ruling.pk}/paper.docx").content.startswith(b"PK")
    assert at_screen(life, "street_office").get(f"/coordination/rulings/{ruling.pk}/paper.pdf").status_code == 404
    assert at_screen(life, "leader").get(f"/coordination/rulings/{ruling.pk}/paper.txt").status_code == 404
