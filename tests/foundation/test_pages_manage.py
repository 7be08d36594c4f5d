"""The administrator's pages: rows are ended and replaced with a look before, and only the administrator gets in."""

from datetime import date

import pytest
from django.test import Client

from chengge.foundation.models import HandbookRule, Responsibility, StageLimit
from chengge.organization.models import CalendarDay, Member, Organization, WorkingCalendar
from tests.browsing import client_of
from tests.conftest import QueryCounter
from tests.factories import COMMUNITIES, MANHOLE_CODE, PASSWORD, STREET, City, build_city

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

LISTS = (
    "/manage/", "/manage/handbook/", "/manage/responsibilities/", "/manage/who/", "/manage/limits/", "/manage/calendars/",
    "/manage/organizations/", "/manage/members/", "/manage/imports/",
)  # fmt: skip
FORMS = (
    "/manage/handbook/new", "/manage/responsibilities/new", "/manage/calendars/new", "/manage/organizations/new", "/manage/members/new",
)  # fmt: skip


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@pytest.fixture
def keeper(city: City) -> Client:
    return client_of(city, "administrator")


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def test_only_the_administrator_gets_in(city: City, keeper: Client) -> None:
    for address in (*LISTS, *FORMS):
        assert keeper.get(address).status_code == 200, address
        assert client_of(city, "operator").get(address).status_code == 403, address
        assert client_of(city, "leader").get(address).status_code == 403, address
        assert Client().get(address).status_code == 302, address


@pytest.mark.parametrize("address", LISTS)
def test_every_list_takes_the_same_queries_however_long(keeper: Client, counted_queries: QueryCounter, address: str) -> None:
    keeper.get(address)
    with counted_queries(f"manage: {address}"):
        keeper.get(address)


# --- Handbook ---------------------------------------------------------------------------------------------------------


def rule_form(rule: HandbookRule, **changes: object) -> dict[str, object]:
    """What the form of a rule sends."""
    plain = ("number", "condition", "area_class", "limit_amount", "limit_unit", "closing_condition", "responsible_body")
    given = {name: getattr(rule, name) for name in plain}
    return given | {"problem_class": rule.problem_class_id, "organization": rule.organization_id, "day": "2026-12-01"} | changes


def test_the_handbook_is_browsed_by_class_and_searched_by_words(city: City, keeper: Client) -> None:
    assert "缺失、移位" in text(keeper.get("/manage/handbook/", {"class": city.manhole.pk}))
    assert "散落垃圾" not in text(keeper.get("/manage/handbook/", {"class": city.manhole.pk}))
    found = text(keeper.get("/manage/handbook/", {"q": "盲道"}))
    assert "占压盲道" in found
    assert "缺失、移位" not in found
    assert "No rule here" in text(keeper.get("/manage/handbook/", {"q": "没有这样的话"}))


def test_a_rule_is_looked_at_before_it_is_replaced_and_replaced_from_a_day_on(city: City, keeper: Client) -> None:
    address = f"/manage/handbook/{city.heap.pk}/edit"
    given = rule_form(city.heap, limit_amount=8, condition="散落垃圾面积 2 平方米以上")
    shown = text(keeper.post(address, given))
    assert "4 working hours" in shown
    assert "8 working hours" in shown
    assert "散落垃圾面积 1 平方米以上" in shown
    assert HandbookRule.objects.count() == 4
    answer = keeper.post(address, given | {"confirm": "1"})
    assert answer.status_code == 302
    city.heap.refresh_from_db()
    new = HandbookRule.objects.get(condition="散落垃圾面积 2 平方米以上")
    assert (city.heap.valid_to, new.valid_from, new.number) == (date(2026, 12, 1), date(2026, 12, 1), 1)
    today = text(keeper.get("/manage/handbook/", {"class": city.garbage.pk}))
    later = text(keeper.get("/manage/handbook/", {"class": city.garbage.pk, "on": "2026-12-02"}))
    assert "4 working hours" in today
    assert "8 working hours" in later


def test_the_history_tells_what_changed_from_one_version_to_the_next(city: City, keeper: Client) -> None:
    keeper.post(f"/manage/handbook/{city.heap.pk}/edit", rule_form(city.heap, limit_amount=8, confirm="1"))
    page = text(keeper.get(f"/manage/handbook/{city.heap.pk}/history"))
    assert "2026-01-01 – 2026-12-01" in page
    assert "<del>4 working hours</del> → <ins>8 working hours</ins>" in page


def test_a_second_rule_with_the_same_number_is_refused_at_its_field(city: City, keeper: Client) -> None:
    given = rule_form(city.missing, number=2, confirm="1")
    answer = keeper.post(f"/manage/handbook/{city.missing.pk}/edit", given)
    assert answer.status_code == 422
    assert "has a rule with number 2" in text(answer)
    assert HandbookRule.objects.count() == 4


def test_a_new_rule_gets_the_next_number_and_an_ended_one_holds_no_more(city: City, keeper: Client) -> None:
    given = rule_form(city.heap, number="", condition="垃圾桶满溢", confirm="1")
    keeper.post("/manage/handbook/new", given)
    new = HandbookRule.objects.get(condition="垃圾桶满溢")
    assert new.number == 2
    keeper.post(f"/manage/handbook/{new.pk}/end", {"day": "2026-12-05"})
    new.refresh_from_db()
    assert new.valid_to == date(2026, 12, 5)


def test_half_a_check_limit_is_no_check_limit(city: City, keeper: Client) -> None:
    answer = keeper.post("/manage/handbook/new", rule_form(city.heap, number="", check_limit_amount=3))
    assert answer.status_code == 422
    assert "or neither" in text(answer)


# --- Responsibilities -------------------------------------------------------------------------------------------------


def test_a_responsibility_is_added_replaced_and_ended_with_dates(city: City, keeper: Client) -> None:
    given = {
        "problem_class": city.parking.pk,
        "division": STREET,
        "organization": city.organization_id("works"),
        "basis": "第 5 号会议纪要",
        "day": "2026-11-25",
    }
    assert keeper.post("/manage/responsibilities/new", given).status_code == 302
    row = Responsibility.objects.get(basis="第 5 号会议纪要")
    assert (row.kind, row.major_code, row.division_code) == ("event", "04", STREET)
    other = given | {"organization": city.organization_id("sanitation"), "day": "2026-12-01"}
    keeper.post(f"/manage/responsibilities/{row.pk}/edit", other)
    row.refresh_from_db()
    assert row.valid_to == date(2026, 12, 1)
    new = Responsibility.objects.get(organization=city.organizations["sanitation"], problem_class=city.parking)
    keeper.post(f"/manage/responsibilities/{new.pk}/end", {"day": "2026-12-31"})
    new.refresh_from_db()
    assert new.valid_to == date(2026, 12, 31)


def test_a_responsibility_without_basis_or_for_two_things_at_once_is_refused(city: City, keeper: Client) -> None:
    given = {"organization": city.organization_id("works"), "basis": "", "day": "2026-11-25"}
    assert keeper.post("/manage/responsibilities/new", given).status_code == 422
    both = given | {"basis": "x", "problem_class": city.parking.pk, "major": "event:04"}
    assert "not both" in text(keeper.post("/manage/responsibilities/new", both))
    assert Responsibility.objects.count() == 1


def test_responsibilities_are_found_by_class_area_organization_and_time(city: City, keeper: Client) -> None:
    def listed(**asked: object) -> str:
        return text(keeper.get("/manage/responsibilities/", asked))

    basis = "第 3 号责任清单"
    assert basis in listed(**{"class": city.garbage.pk})
    assert basis not in listed(**{"class": city.parking.pk})
    assert basis in listed(division=990101)
    assert basis not in listed(division=min(COMMUNITIES))
    assert basis in listed(organization=city.organization_id("sanitation"))
    assert basis not in listed(on="2025-12-31")


def test_who_answers_is_shown_ranked_with_its_basis(city: City, keeper: Client) -> None:
    page = text(keeper.get("/manage/who/", {"class": city.garbage.pk, "place": "石桥路菜场"}))
    assert page.index("环境卫生管理处") < page.index("石桥街道办事处")
    assert "第 3 号责任清单" in page
    assert "散落垃圾面积" in page
    by_component = text(keeper.get("/manage/who/", {"class": city.manhole.pk, "component": str(MANHOLE_CODE)}))
    assert "Maintains the component" in by_component


@pytest.mark.parametrize(("asked", "said"), [({"place": "没有这里"}, "No place of the name"), ({"component": "12"}, "no component code")])
def test_a_place_that_is_not_known_is_said(city: City, keeper: Client, asked: dict[str, str], said: str) -> None:
    answer = keeper.get("/manage/who/", {"class": city.garbage.pk, **asked})
    assert answer.status_code == 422
    assert said in text(answer)


# --- Stage limits -----------------------------------------------------------------------------------------------------


def test_a_stage_limit_is_set_from_a_day_on_and_its_past_stays(keeper: Client) -> None:
    given = {"dispatch-amount": 20, "dispatch-unit": "minute", "dispatch-day": "2026-12-01"}
    assert keeper.post("/manage/limits/dispatch", given).status_code == 302
    assert list(StageLimit.objects.filter(clock="dispatch").order_by("valid_from").values_list("amount", flat=True)) == [15, 20]
    page = text(keeper.get("/manage/limits/"))
    assert "15 minutes" in page
    assert "2026-12-01" in page


def test_a_stage_limit_must_be_a_limit(keeper: Client) -> None:
    given = {"dispatch-amount": 0, "dispatch-unit": "minute", "dispatch-day": "2026-12-01"}
    assert keeper.post("/manage/limits/dispatch", given).status_code == 422
    assert keeper.post("/manage/limits/nothing", given).status_code == 404
    assert StageLimit.objects.filter(clock="dispatch").count() == 1


# --- Calendars --------------------------------------------------------------------------------------------------------


def test_a_year_shows_working_days_holidays_and_make_up_days(city: City, keeper: Client) -> None:
    page = text(keeper.get(f"/manage/calendars/{city.calendar.pk}/", {"year": 2026}))
    assert "2026-10-01 holiday 国庆节" in page
    assert "2026-10-02 working day" in page
    assert "2026-10-03 day off" in page


def test_chosen_days_become_holidays_or_make_up_days_and_back_and_the_version_rises(city: City, keeper: Client) -> None:
    address = f"/manage/calendars/{city.calendar.pk}/days"
    version = city.calendar.version
    keeper.post(address, {"day": ["2026-10-02", "2026-10-05"], "mark": "holiday", "name": "国庆节"})
    keeper.post(address, {"day": ["2026-10-10"], "mark": "makeup"})
    keeper.post(address, {"day": ["2026-10-05"], "mark": "plain"})
    days = {str(one.day): one.works for one in CalendarDay.objects.filter(calendar=city.calendar)}
    assert days == {"2026-10-01": False, "2026-10-02": False, "2026-10-10": True}
    city.calendar.refresh_from_db()
    assert city.calendar.version > version


def test_two_working_days_over_a_holiday_end_where_the_calendar_says(city: City, keeper: Client) -> None:
    asked = {"start": "2026-09-30T16:00", "amount": 2, "unit": "work_day"}
    page = text(keeper.get(f"/manage/calendars/{city.calendar.pk}/", asked))
    # Two hours on the 30th, the 1st is a holiday, eight on the 2nd, the weekend, six on the 5th.
    assert "2026-10-05 16:00" in page
    assert "3 days between did not count" in page


def test_seasons_are_changed_and_what_cannot_be_read_is_refused(city: City, keeper: Client) -> None:
    def given(**changes: str) -> dict[str, object]:
        lines = {"season-TOTAL_FORMS": 2, "season-INITIAL_FORMS": 1, "name": "机关", "work_day_hours": 7}
        first = {
            "season-0-name": "夏令",
            "season-0-first_day": "05-01",
            "season-0-last_day": "09-30",
            "season-0-spans": "08:30-12:00 14:30-18:00",
            "season-0-weekdays": "12345",
        }
        second = {
            "season-1-first_day": "10-01",
            "season-1-last_day": "04-30",
            "season-1-spans": "08:00-12:00 13:30-17:00",
            "season-1-weekdays": "12345",
        }
        return lines | first | second | changes

    address = f"/manage/calendars/{city.calendar.pk}/edit"
    wrong = keeper.post(address, given(**{"season-1-spans": "8 o'clock"}))
    assert wrong.status_code == 422
    assert "cannot be read" in text(wrong)
    assert "hold the same day" in text(keeper.post(address, given(**{"season-1-last_day": "05-02"})))
    assert keeper.post(address, given()).status_code == 302
    calendar = WorkingCalendar.objects.get(pk=city.calendar.pk)
    assert calendar.work_day_hours == 7
    assert [season.first_day for season in calendar.seasons.all()] == ["05-01", "10-01"]


# --- People -----------------------------------------------------------------------------------------------------------


def test_a_new_member_gets_a_first_password_that_is_shown_once(city: City, keeper: Client) -> None:
    given = {
        "username": "new01",
        "full_name": "新人",
        "organization": city.organization_id("supervision"),
        "posts": ["operator"],
        "language": "zh-hans",
    }
    page = text(keeper.post("/manage/members/new", given))
    member = Member.objects.get(username="new01")
    password = page.split('class="password-shown number">')[1].split("<")[0]
    assert member.check_password(password)
    assert password not in text(keeper.get(f"/manage/members/{member.pk}/"))


def test_posts_on_both_axes_are_refused_with_the_reason(city: City, keeper: Client) -> None:
    member = city.members["operator"]
    given = {"full_name": "吴倩", "organization": member.organization_id, "posts": ["operator", "dispatcher"], "language": "zh-hans"}
    answer = keeper.post(f"/manage/members/{member.pk}/", given)
    assert answer.status_code == 422
    assert "lie on both axes" in text(answer)
    assert list(member.posts.filter(valid_to=None).values_list("post", flat=True)) == ["operator"]


def test_whoever_has_left_cannot_sign_in_and_nobody_dismisses_themselves(city: City, keeper: Client) -> None:
    keeper.post(f"/manage/members/{city.members['crew'].pk}/leave")
    assert not Client().login(username="crew", password=PASSWORD)
    keeper.get("/manage/")  # shows the note that he has left
    assert "赵刚" not in text(keeper.get("/manage/members/"))
    assert "赵刚" in text(keeper.get("/manage/members/", {"left": "1"}))
    assert keeper.post(f"/manage/members/{city.members['administrator'].pk}/leave").status_code == 400


def test_members_are_found_by_name_post_and_organization(city: City, keeper: Client) -> None:
    def listed(**asked: object) -> str:
        return text(keeper.get("/manage/members/", asked))

    assert "周宁" in listed(q="周")
    assert "周宁" not in listed(q="吴")
    assert "周宁" in listed(post="dispatcher")
    assert "周宁" not in listed(organization=city.organization_id("supervision"))


def test_an_organization_keeps_its_level_below_its_parent(city: City, keeper: Client) -> None:
    given = {
        "code": "D03", "name": "园林管理处", "short_name": "园林处", "kind": "department", "level": 2,
        "parent": city.organization_id("command"), "calendar": city.calendar.pk,
    }  # fmt: skip
    assert keeper.post("/manage/organizations/new", given).status_code == 302
    wrong = given | {"code": "D04", "level": 2, "parent": city.organization_id("works_section")}
    answer = keeper.post("/manage/organizations/new", wrong)
    assert answer.status_code == 422
    assert "must be on a level above" in text(answer)
    assert "already" in text(keeper.post("/manage/organizations/new", given))


def test_an_organization_in_use_does_not_end(city: City, keeper: Client) -> None:
    answer = keeper.post(f"/manage/organizations/{city.organization_id('works')}/end", {"day": "2026-12-01"})
    assert answer.status_code == 400
    assert "still belong to" in text(answer)
    assert Organization.objects.get(code="D01").valid_to is None


def test_the_overview_says_what_is_missing_for_a_case_to_go_round(city: City, keeper: Client) -> None:
    HandbookRule.objects.filter(problem_class=city.parking).update(valid_to=date(2026, 6, 1))
    StageLimit.objects.filter(clock="verify").delete()
    page = text(keeper.get("/manage/"))
    assert "1 class has no rule" in page
    assert "The stage “Verify” has no limit" in page
