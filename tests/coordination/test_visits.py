"""Weekly visits: the plan drafts itself, visits are written down, and promises stand on a list until they are kept."""

from datetime import date

import pytest

from chengge.coordination.actions.visits import Made, Promised, add_visit, draft_next_week, draft_week, tell_late_promises, write_visit
from chengge.coordination.models import DepartmentVisit, VisitPromise, VisitRule
from chengge.domain.errors import Conflict, Forbidden, Refused
from chengge.notices.models import Notice
from tests.casework.lives import Life
from tests.coordination.test_requests_pages import asks, at_screen

pytestmark = pytest.mark.django_db
MONDAY, NEXT = date(2026, 11, 23), date(2026, 11, 30)


def visited(life: Life, *promises: Promised) -> DepartmentVisit:
    visit = add_visit(life.city.actor("coordinator"), life.city.organization_id("works"), MONDAY)
    return write_visit(life.city.actor("coordinator"), visit.pk, Made(date(2026, 11, 24), "王科长", "派遣描述不清", promises))


def test_the_plan_of_a_week_drafts_itself_where_most_goes_wrong_first(life):
    VisitRule.objects.update(a_week=1, every_weeks=12)
    life.to("dispatched", rule="rattling")
    life.later(days=30)
    assert draft_week(date(2026, 12, 28)) == 1
    visit = DepartmentVisit.objects.get()
    assert (visit.organization_id, visit.whys, visit.late) == (life.city.organization_id("works"), ["late"], 1)
    assert Notice.objects.get(topic="visit").member.username == "department"
    assert draft_week(date(2026, 12, 28)) == 0


def test_from_friday_on_the_coming_week_is_drafted(life):
    draft_next_week()
    assert set(DepartmentVisit.objects.values_list("week", flat=True)) == {MONDAY}
    life.later(days=3)
    draft_next_week()
    assert set(DepartmentVisit.objects.values_list("week", flat=True)) == {MONDAY, NEXT}


def test_a_visit_is_written_down_with_promises_on_its_page(life, counted_queries):
    coordinator = at_screen(life, "coordinator")
    works = life.city.organization_id("works")
    assert coordinator.post("/coordination/visits/add/", {"organization_id": works, "week": "2026-11-24"}).status_code == 302
    assert coordinator.post("/coordination/visits/add/", {"organization_id": works, "week": "2026-11-24"}).status_code == 409
    visit = DepartmentVisit.objects.get()
    address = f"/coordination/visits/{visit.pk}/"
    made = {
        "day": "2026-11-24",
        "met": "王科长",
        "raised": "派遣描述不清",
        "whose-0": "department",
        "text-0": "一周内反馈台账",
        "due-0": "2026-12-01",
    }
    for wrong in ({"day": "2026-12-24"}, {"met": ""}, {"due-0": ""}, {"due-0": "2026-11-01"}):
        assert coordinator.post(f"{address}step/", made | wrong).status_code == 400
    assert at_screen(life, "department").post(f"{address}step/", made).status_code == 403
    assert coordinator.post(f"{address}step/", made).status_code == 302
    assert "一周内反馈台账" in coordinator.get("/coordination/visits/?part=promises").content.decode()
    assert "一周内反馈台账" in at_screen(life, "department").get("/coordination/mine/").content.decode()
    for who, status in (("department", 200), ("section", 200), ("other_department", 404), ("leader", 200), ("operator", 403)):
        assert at_screen(life, who).get(address).status_code == status, who
    for part in ("plan", "promises", "made"):
        with counted_queries(f"visits: {part}"):
            coordinator.get(f"/coordination/visits/?part={part}")


def test_a_promise_is_told_when_it_is_late_and_kept_by_who_gave_it(life):
    visit = visited(life, Promised("department", "反馈台账", date(2026, 11, 27)), Promised("platform", "改派遣模板", date(2026, 12, 27)))
    theirs, ours = VisitPromise.objects.all()
    life.later(days=5)
    tell_late_promises()
    tell_late_promises()
    assert Notice.objects.filter(subject__startswith="A promise is late").get().member.username == "department"
    department = at_screen(life, "department")
    assert department.post(f"/coordination/visits/promises/{ours.pk}/kept/", {"how": "已改"}).status_code == 403
    assert department.post(f"/coordination/visits/promises/{theirs.pk}/kept/", {"how": "台账已报"}).status_code == 302
    assert department.post(f"/coordination/visits/promises/{theirs.pk}/kept/", {"how": "再报"}).status_code == 409
    theirs.refresh_from_db()
    assert (theirs.kept_how, theirs.kept_on) == ("台账已报", date(2026, 11, 29))
    assert "台账已报" in at_screen(life, "leader").get(f"/coordination/visits/{visit.pk}/").content.decode()
    assert tell_late_promises() == 0


def test_what_is_called_off_is_not_written_down_and_visits_lie_near(life):
    coordinator = life.city.actor("coordinator")
    with pytest.raises(Refused):
        add_visit(coordinator, life.city.organization_id("works"), date(2027, 6, 1))
    with pytest.raises(Refused):
        add_visit(coordinator, life.city.organization_id("works_crew"), MONDAY)
    with pytest.raises(Forbidden):
        add_visit(life.city.actor("leader"), life.city.organization_id("works"), MONDAY)
    visit = add_visit(coordinator, life.city.organization_id("works"), MONDAY)
    answer = at_screen(life, "coordinator").post(f"/coordination/visits/{visit.pk}/step/", {"step": "call_off", "reason": "台风"})
    assert answer.status_code == 302
    with pytest.raises(Conflict):
        write_visit(coordinator, visit.pk, Made(date(2026, 11, 24), "王", "无"))


def test_programs_read_the_plan_write_visits_down_and_see_promises(life):
    status, made = asks(
        life, "coordinator", "post", "coordination/visits", organization_id=life.city.organization_id("works"), week="2026-11-24"
    )
    assert (status, made["week"], made["state"]) == (201, "2026-11-23", "planned")
    body = {"day": "2026-11-24", "met": "王", "raised": "无", "promises": [{"whose": "platform", "text": "改模板", "due_on": "2026-12-01"}]}
    status, told = asks(life, "coordinator", "post", f"coordination/visits/{made['id']}/made", **body)
    assert (status, told["promises"][0]["text"]) == (200, "改模板")
    status, found = asks(life, "department", "get", "coordination/visits?week=2026-11-23")
    assert (status, [one["id"] for one in found["visits"]]) == (200, [made["id"]])
    promise = told["promises"][0]["id"]
    assert asks(life, "department", "post", f"coordination/promises/{promise}/kept", how="已改")[0] == 403
    assert asks(life, "coordinator", "post", f"coordination/promises/{promise}/kept", how="已改")[0] == 200
