"""Duty at the desks and the change of a shift: drafted, handed over, taken on, found again; and the shifts that had none."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from chengge.casework.actions import Given
from chengge.coordination.actions.requests import Called, note_call
from chengge.coordination.actions.shifts import hand_over, take_on
from chengge.coordination.models import Handover
from chengge.coordination.queries.shifts import drafted, missing
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.notices.models import Notice
from chengge.organization.actions.substitutions import Arranged, arrange
from chengge.organization.models import Duty, Member, MemberPost, Substitution
from chengge.organization.queries import city_day
from chengge.organization.queries.duty import on_duty
from tests.casework.lives import Life
from tests.factories import SINCE

pytestmark = pytest.mark.django_db


@pytest.fixture
def night(life: Life) -> Member:
    """The dispatcher of the night shift."""
    member = Member.objects.create(
        username="night", full_name="夏晚", organization=life.city.organizations["command"], axis="command", language="en"
    )
    MemberPost.objects.create(member=member, post=Post.DISPATCHER.value, valid_from=SINCE)
    life.city.members["night"] = member
    return member


def at_screen(life: Life, who: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(life.city.members[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


def duty(life: Life, who: str, from_hours: float, to_hours: float) -> Duty:
    return Duty.objects.create(
        member=life.city.members[who], starts_at=life.now + timedelta(hours=from_hours), ends_at=life.now + timedelta(hours=to_hours)
    )


def something_of_each_kind(life: Life) -> None:
    """A case that presses, a promise, a request and an order."""
    life.to("handling")
    life.do("ask_extension", "department", Given(reason="材料需订货"))
    life.do("order_supervision", "dispatcher", Given(reason="超时", basis="timeout", note="今日内完成", degree=2))
    note_call(
        life.city.actor("dispatcher"), life.case.number,
        Called(direction="out", with_whom="王磊", at=life.now, gist="下午三点到场", promised_by=life.now + timedelta(hours=3)),
    )  # fmt: skip
    life.to("filed")
    life.later(minutes=14)


def test_the_list_says_what_presses_what_was_promised_and_what_waits(life):
    something_of_each_kind(life)
    now = drafted(life.city.actor("dispatcher"), Post.DISPATCHER)
    assert {item.kind for item in now.items} == {"pressing", "promise", "request", "order"}
    assert (now.open_count, now.due_soon_count, now.overdue_count) == (1, 1, 0)
    assert any("下午三点到场" in item.text for item in now.items)


def test_a_desk_is_handed_over_and_taken_on_by_whoever_comes_next(life, night):
    duty(life, "dispatcher", -6, 1)
    duty(life, "night", 0, 8)
    something_of_each_kind(life)
    page = at_screen(life, "dispatcher").get("/coordination/handover/new/dispatcher/").content.decode()
    assert "下午三点到场" in page
    assert at_screen(life, "dispatcher").post("/coordination/handover/new/dispatcher/", {"notes": "留意石桥路积水"}).status_code == 302
    given = Handover.objects.get()
    assert (given.items.count(), given.duty.member, given.taken_at) == (4, life.city.members["dispatcher"], None)
    assert Notice.objects.filter(member=night, topic="handover").count() == 1
    assert "Take it on" in at_screen(life, "night").get(f"/coordination/handover/{given.pk}/").content.decode()
    assert at_screen(life, "night").post(f"/coordination/handover/{given.pk}/take/").status_code == 302
    given.refresh_from_db()
    assert (given.taken_by, given.taken_at) == (night, life.now)
    assert "夏晚" in at_screen(life, "night").get(f"/coordination/handover/{given.pk}/print/").content.decode()


def test_a_shift_is_handed_over_once_and_nobody_takes_on_their_own(life, night):
    duty(life, "dispatcher", -6, 1)
    dispatcher = life.city.actor("dispatcher")
    given = hand_over(dispatcher, Post.DISPATCHER, "")
    with pytest.raises(Conflict):
        hand_over(dispatcher, Post.DISPATCHER, "再交一次")
    with pytest.raises(Forbidden):
        take_on(dispatcher, given.pk)
    with pytest.raises(NotFound):
        take_on(life.city.actor("shift_leader"), given.pk)
    take_on(life.city.actor("night"), given.pk)
    with pytest.raises(Conflict):
        take_on(life.city.actor("night"), given.pk)


def test_only_who_is_on_a_post_hands_its_desk_over(life):
    with pytest.raises(Forbidden):
        hand_over(life.city.actor("department"), Post.DISPATCHER, "")
    with pytest.raises(Refused):
        hand_over(life.city.actor("dispatcher"), Post.DISPATCHER, "长" * 2001)


def test_what_was_handed_over_is_found_again_by_its_words_its_cases_and_its_day(life):
    something_of_each_kind(life)
    hand_over(life.city.actor("dispatcher"), Post.DISPATCHER, "留意石桥路积水")

    def found(who: str, query: str) -> bool:
        page = at_screen(life, who).get(f"/coordination/handover/?{query}").content.decode()
        return "No hand-over here" not in page

    assert found("dispatcher", "q=积水")
    assert found("leader", f"q={life.case.number}")
    assert found("leader", f"from={city_day(life.now)}")
    assert not found("dispatcher", "q=无此字样")
    assert not found("leader", f"from={city_day(life.now) + timedelta(days=1)}")
    assert not found("shift_leader", "")


def test_a_leader_sees_the_shifts_that_nobody_handed_over(life, night):
    duty(life, "dispatcher", -10, -2)
    duty(life, "night", -30, -22)
    duty(life, "coordinator", -3, 1)
    assert [one.member.username for one in missing(life.now)] == ["dispatcher", "night"]
    given = hand_over(life.city.actor("night"), Post.DISPATCHER, "")
    Handover.objects.filter(pk=given.pk).update(given_at=life.now - timedelta(hours=22, minutes=10))
    assert [one.member.username for one in missing(life.now)] == ["dispatcher"]
    page = at_screen(life, "leader").get("/coordination/handover/").content.decode()
    assert "周宁" in page
    assert "without a hand-over" in page
    assert "without a hand-over" not in at_screen(life, "dispatcher").get("/coordination/handover/").content.decode()


@pytest.mark.parametrize(
    ("who", "address", "status"),
    [("department", "/coordination/handover/", 403), ("department", "/coordination/duty/", 200), ("operator", "/coordination/duty/", 200),
     ("dispatcher", "/coordination/duty/now/", 200), ("department", "/coordination/duty/now/", 403),
     ("dispatcher", "/coordination/handover/new/shift_leader/", 403), ("dispatcher", "/coordination/handover/new/operator/", 404),
     ("dispatcher", "/manage/level-limits/", 403), ("administrator", "/manage/level-limits/", 200),
     ("administrator", "/manage/level-limits/3/", 200),
     ("department", "/desk/department/levels/", 200), ("dispatcher", "/desk/department/levels/", 403)],
)  # fmt: skip
def test_who_may_open_what(life, who, address, status):
    assert at_screen(life, who).get(address).status_code == status


def test_a_substitute_takes_over_the_duty_of_whoever_is_away(life, night):
    duty(life, "dispatcher", -1, 5)
    assert [one.member.username for one in on_duty((Post.DISPATCHER,), life.now)] == ["dispatcher"]
    people, today = life.city.members, city_day(life.now)
    arrange(life.city.actor("dispatcher"), Arranged(people["dispatcher"].pk, people["night"].pk, today, today))
    (there,) = on_duty((Post.DISPATCHER,), life.now)
    assert (there.member, there.stands_in_for) == (night, "周宁")
    assert "for 周宁" in at_screen(life, "leader").get("/coordination/duty/").content.decode()


def test_a_substitute_is_named_and_called_off_on_the_page(life, night):
    tomorrow = city_day(life.now) + timedelta(days=1)
    screen = at_screen(life, "dispatcher")
    sent = {"substitute_id": night.pk, "first_day": tomorrow, "last_day": tomorrow, "reason": "年假"}
    assert screen.post("/coordination/substitutes/", sent).status_code == 302
    arranged = Substitution.objects.get()
    assert (arranged.member.username, arranged.substitute, arranged.reason) == ("dispatcher", night, "年假")
    assert screen.post("/coordination/substitutes/", sent).status_code in (400, 422)
    assert screen.post(f"/coordination/substitutes/{arranged.pk}/end/").status_code == 302
    assert "Nobody stands in" in screen.get("/coordination/duty/").content.decode()


def test_a_coordinator_plans_the_dispatchers_and_not_the_shift_leaders(life):
    screen, tomorrow = at_screen(life, "coordinator"), city_day(life.now) + timedelta(days=1)
    sent = {"member_id": life.city.members["dispatcher"].pk, "day": tomorrow, "starts": "21:30", "ends": "07:00"}
    assert screen.post("/coordination/duty/plan/", sent).status_code == 302
    planned = Duty.objects.get(member__username="dispatcher")
    assert planned.ends_at - planned.starts_at == timedelta(hours=9, minutes=30)
    assert screen.post("/coordination/duty/plan/", sent).status_code in (400, 422)
    assert screen.post("/coordination/duty/plan/", sent | {"member_id": life.city.members["shift_leader"].pk}).status_code == 403
    assert screen.post("/coordination/duty/plan/", sent | {"starts": "noon"}).status_code in (400, 422)
    assert screen.post(f"/coordination/duty/{planned.pk}/drop/").status_code == 302
    assert not Duty.objects.filter(pk=planned.pk).exists()


@pytest.mark.parametrize(
    ("planner", "whom", "status"),
    [
        ("department", "department", 302),
        ("department", "crew", 302),
        ("section", "crew", 302),
        ("crew", "section", 403),
        ("department", "other_department", 403),
        ("department", "dispatcher", 403),
    ],
)
def test_a_department_plans_its_own_desks_and_those_below(life, planner, whom, status):
    screen, tomorrow = at_screen(life, planner), city_day(life.now) + timedelta(days=1)
    sent = {"member_id": life.city.members[whom].pk, "day": tomorrow, "starts": "08:00", "ends": "18:00"}
    assert screen.post("/coordination/duty/plan/", sent).status_code == status
    assert Duty.objects.filter(member__username=life.city.members[whom].username).exists() is (status == 302)


def test_a_department_sees_who_is_on_duty_at_its_own_desks(life):
    duty(life, "crew", -1, 6)
    duty(life, "other_department", -1, 6)
    seen = at_screen(life, "section").get("/coordination/duty/").content.decode()
    assert (str(life.city.members["crew"]) in seen, str(life.city.members["other_department"]) in seen) == (True, False)


def test_the_administrator_changes_the_share_of_a_level_from_a_day_on(life):
    screen = at_screen(life, "administrator")
    assert screen.post("/manage/level-limits/3/", {"share_percent": 90, "day": city_day(life.now)}).status_code == 302
    assert "90 %" in screen.get("/manage/level-limits/").content.decode()
    assert screen.post("/manage/level-limits/3/", {"share_percent": 0, "day": city_day(life.now)}).status_code == 422


def test_the_pages_cost_a_fixed_number_of_queries(life, night, counted_queries):
    duty(life, "dispatcher", -6, 1)
    something_of_each_kind(life)
    hand_over(life.city.actor("dispatcher"), Post.DISPATCHER, "")
    screen = at_screen(life, "administrator")
    with counted_queries("coordination duty"):
        screen.get("/coordination/duty/")
    with counted_queries("coordination hand-overs"):
        screen.get("/coordination/handover/")
    clerk = at_screen(life, "department")
    with counted_queries("department's levels"):
        clerk.get("/desk/department/levels/")


def test_a_program_hands_over_takes_on_plans_and_names_a_substitute(life, night):
    something_of_each_kind(life)

    def asks(who: str, method: str, path: str, **body: object) -> tuple[int, object]:
        send = getattr(at_screen(life, who), method)
        more = {"data": json.dumps(body), "content_type": "application/json"} if method == "post" else {}
        answer = send(f"/api/v1/coordination/{path}", **more)
        return answer.status_code, json.loads(answer.content) if answer.content else None

    assert asks("dispatcher", "get", "handovers/draft/dispatcher")[1]["due_soon"] == 1
    assert asks("department", "get", "handovers/draft/dispatcher")[0] == 403
    status, given = asks("dispatcher", "post", "handovers", post="dispatcher", notes="留意积水")
    assert (status, len(given["items"])) == (201, 4)
    assert [row["id"] for row in asks("leader", "get", "handovers?q=积水")[1]] == [given["id"]]
    assert asks("department", "get", "handovers")[0] == asks("dispatcher", "get", "handovers/missing")[0] == 403
    assert asks("night", "post", f"handovers/{given['id']}/take")[1]["taken_by"] == "夏晚"
    assert asks("night", "post", f"handovers/{given['id']}/take")[0] == 409
    assert asks("leader", "get", f"handovers/{given['id']}")[1]["taken_by"] == "夏晚"
    tomorrow = (city_day(life.now) + timedelta(days=1)).isoformat()
    status, planned = asks("coordinator", "post", "duty", member_id=night.pk, day=tomorrow, starts="21:30", ends="07:00")
    assert status == 201
    assert asks("coordinator", "post", "duty", member_id=night.pk, day="9999-12-31", starts="21:30", ends="07:00")[0] == 422
    assert asks("coordinator", "delete", f"duty/{planned['id']}")[0] == 204
    status, arranged = asks("dispatcher", "post", "substitutions", substitute_id=night.pk, first_day=tomorrow, last_day=tomorrow)
    assert (status, arranged["member"]) == (201, "周宁")
    assert [row["id"] for row in asks("night", "get", "substitutions")[1]] == [arranged["id"]]
    assert asks("dispatcher", "delete", f"substitutions/{arranged['id']}")[0] == 204
    duty(life, "night", -1, 4)
    assert [row["name"] for row in asks("leader", "get", "duty")[1]] == ["夏晚"]
