"""A hard case that waits goes up to the right people once; the territory makes it safe meanwhile."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chengge.coordination.actions.escalating import go_up, send_up
from chengge.coordination.actions.hard_cases import look_through
from chengge.coordination.actions.platform_rules import EscalationValues, save_escalation_rule, save_hard_limit
from chengge.coordination.models import Escalation, HardCase, HardCaseLimit, MadeSafe
from chengge.coordination.queries.escalations import steps_left
from chengge.coordination.queries.platform_rules import escalation_rules
from chengge.domain.errors import Conflict, Forbidden, Refused
from chengge.domain.escalation import SHIPPED
from chengge.domain.hard_cases import LIMITS, Way
from chengge.domain.worktime import Limit, Unit
from chengge.foundation.models import HandbookRule
from chengge.notices.models import Notice
from chengge.organization.models import Member
from tests.casework.lives import Life, picture
from tests.coordination.test_requests_pages import at_screen
from tests.factories import COUNTY

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def nobody_answers(life: Life, rule: str = "rattling") -> HardCase:
    HandbookRule.objects.update(organization=None)
    life.to("filed", rule=rule)
    look_through()
    return HardCase.objects.get()


def gone_up() -> list[tuple[int, int, list[str]]]:
    return list(Escalation.objects.values_list("step", "told", "stakes"))


def heard(who: str) -> int:
    return Notice.objects.filter(member__username=who, topic="escalation").count()


def test_the_city_begins_with_the_limits_and_steps_of_the_domain(life):
    assert {Way(row.way): Limit(row.amount, Unit(row.unit)) for row in HardCaseLimit.objects.all()} == LIMITS
    assert escalation_rules(TODAY) == SHIPPED


def test_each_step_is_taken_once_and_one_with_nobody_on_it_is_passed_on(life):
    nobody_answers(life)  # ordinary: two working days of eight hours
    assert go_up() == 0
    life.later(days=1)  # eight working hours: half the limit
    assert go_up() == 2
    assert gone_up() == [(1, 0, []), (2, 1, [])]
    assert (heard("coordinator"), heard("leader")) == (1, 0)
    assert go_up() == 0
    life.later(days=6)
    assert go_up() == 1
    assert heard("leader") == 1
    page = at_screen(life, "coordinator").get(f"/coordination/hard/{life.case.number}/").content.decode()
    assert "nobody is on this step, passed on" in page
    assert "Deputy secretary-general" in at_screen(life, "leader").get("/coordination/hard/").content.decode()


def test_the_district_hears_first_where_it_has_somebody(life):
    district = Member.objects.get(username="coordinator")
    district.division_code = COUNTY
    district.save()
    nobody_answers(life)
    life.later(days=1)
    assert go_up() == 1
    assert gone_up() == [(1, 1, [])]
    assert heard("coordinator") == 1


def test_what_is_urgent_goes_up_before_its_time_and_says_so(life):
    nobody_answers(life, "missing")  # key: two hours
    life.later(minutes=31)
    go_up()
    assert gone_up()[0] == (1, 0, ["urgent"])
    assert "urgent" in Notice.objects.get(member__username="coordinator", topic="escalation").text


def test_what_is_settled_goes_nowhere_and_found_again_it_begins_anew(life):
    hard = nobody_answers(life)
    HardCase.objects.update(settled_at=life.now)
    life.later(days=9)
    assert go_up() == 0
    look_through()
    hard.refresh_from_db()
    assert hard.settled_at is None
    life.later(days=1)
    assert go_up() == 2


def test_a_coordinator_sends_it_up_by_hand_with_a_reason(life):
    nobody_answers(life)
    coordinator = life.city.actor("coordinator")
    for step, reason, refused in ((3, "", Refused), (1, "没有区级平台", Refused), (9, "越级", Refused)):
        with pytest.raises(refused):
            send_up(coordinator, life.case.number, step, reason)
    with pytest.raises(Forbidden):
        send_up(life.city.actor("leader"), life.case.number, 3, "我来")
    assert [step for step, _label in steps_left(HardCase.objects.get())] == [2, 3]  # nobody is on the district's
    answer = at_screen(life, "coordinator").post(f"/coordination/hard/{life.case.number}/up/", {"step": 3, "reason": "两区争议"})
    assert answer.status_code == 302
    assert heard("leader") == 1
    with pytest.raises(Conflict):
        send_up(coordinator, life.case.number, 2, "再报")


def test_the_administrator_changes_a_limit_and_what_was_found_before_keeps_its_own(life):
    before = nobody_answers(life)
    administrator = at_screen(life, "administrator")
    assert "2 working days" in administrator.get("/manage/platform-rules/").content.decode()
    new = {"amount": 3, "unit": "work_hour", "day": "2026-11-25"}
    assert administrator.post("/manage/platform-rules/limit/ordinary/", new).status_code == 302
    life.later(days=1)
    life.to("filed", rule="rattling")
    look_through()
    later = HardCase.objects.exclude(pk=before.pk).get()
    assert (later.due_at - later.found_at).total_seconds() == 5 * 3600  # over noon
    shown = at_screen(life, "coordinator").get("/coordination/hard/").content.decode()
    assert "2 working days" in shown
    assert "3 working hours" in shown
    assert at_screen(life, "coordinator").get("/manage/platform-rules/").status_code == 403


def test_a_step_is_never_due_before_the_one_below_it(life):
    administrator = life.city.actor("administrator")
    with pytest.raises(Refused) as refused:
        save_escalation_rule(administrator, 2, EscalationValues(40, 40), TODAY)
    assert refused.value.field == "after_percent"
    assert save_escalation_rule(administrator, 2, EscalationValues(120, 60, ("urgent",), 0, 0), TODAY).after_percent == 120
    for wrong in (EscalationValues(10, 20), EscalationValues(60, 30, ("sky",)), EscalationValues(60, -1)):
        with pytest.raises(Refused):
            save_escalation_rule(administrator, 1, wrong, TODAY)
    with pytest.raises(Refused):
        save_hard_limit(administrator, "key", 0, "urgent_hour", TODAY)
    form = at_screen(life, "administrator")
    assert form.get("/manage/platform-rules/step/3/").status_code == 200
    visits = {"a_week": 4, "every_weeks": 9, "day": "2026-11-24"}
    assert form.post("/manage/platform-rules/visits/all/", visits).status_code == 302
    assert form.post("/manage/platform-rules/visits/all/", visits | {"a_week": 0}).status_code == 422
    assert form.get("/manage/platform-rules/limit/none/").status_code == 404


def test_the_territory_makes_safe_with_a_photo_and_the_coordinators_hear(life):
    hard = nobody_answers(life, "missing")
    address = f"/coordination/meanwhile/{life.case.number}/"
    assert Notice.objects.filter(member__username="street_office", topic="hard_case").get().link == address
    street = at_screen(life, "street_office")
    assert "Nobody else answers yet" in street.get(address).content.decode()
    assert street.post(f"{address}safe/", {"did": "已围挡"}).status_code == 400  # no photo
    photo = SimpleUploadedFile("a.jpg", picture(5), "image/jpeg")
    assert street.post(f"{address}safe/", {"did": "已围挡并设警示灯", "files": photo}).status_code == 302
    made = MadeSafe.objects.get()
    assert (made.hard_id, made.organization_id) == (hard.pk, life.city.organization_id("street_office"))
    evidence = made.photos.get().evidence_id
    assert street.get(f"{address}photos/{evidence}/thumb").status_code == 200
    coordinator = at_screen(life, "coordinator")
    assert "已围挡并设警示灯" in coordinator.get(f"/coordination/hard/{life.case.number}/").content.decode()
    assert "made safe" in coordinator.get("/coordination/hard/").content.decode()
    assert Notice.objects.filter(member__username="coordinator", link=f"/coordination/hard/{life.case.number}/").count() == 2
    for who, status in (("department", 404), ("leader", 200), ("operator", 403)):
        assert at_screen(life, who).get(address).status_code == status
    assert at_screen(life, "leader").post(f"{address}safe/", {"did": "我"}).status_code == 403
    for who, status in (("operator", 200), ("department", 404)):  # whoever sees the case sees how it was made safe
        assert at_screen(life, who).get(f"{address}photos/{evidence}/thumb").status_code == status


def test_what_stands_beside_a_hard_case_is_seen_at_the_case(life):
    nobody_answers(life, "missing")
    beside = f"/coordination/cases/{life.case.number}/"
    begun = at_screen(life, "operator").get(beside).content.decode()
    assert "found hard by rule" in begun
    assert "not made safe yet" in begun
    photo = SimpleUploadedFile("a.jpg", picture(5), "image/jpeg")
    at_screen(life, "street_office").post(f"/coordination/meanwhile/{life.case.number}/safe/", {"did": "已围挡", "files": photo})
    life.later(minutes=5)
    send_up(life.city.actor("coordinator"), life.case.number, 3, "两区争议")
    shown = at_screen(life, "coordinator").get(beside).content.decode()
    assert "not made safe yet" not in shown
    assert 0 < shown.index("两区争议") < shown.index("已围挡") < shown.index("found hard by rule")  # the latest first
    assert f"/coordination/hard/{life.case.number}/" in shown
    assert f'/coordination/hard/{life.case.number}/"' not in at_screen(life, "operator").get(beside).content.decode()


def test_an_ordinary_case_says_nothing_of_being_hard(life):
    life.to("filed")
    assert "Hard case" not in at_screen(life, "coordinator").get(f"/coordination/cases/{life.case.number}/").content.decode()
