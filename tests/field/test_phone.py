"""The inspector's phone: duty, reports in few taps, walks with photo and position."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chengge.casework.models import Case, Evidence, Report, Task
from chengge.domain.errors import Conflict, Forbidden
from chengge.field.actions import begin_duty, end_duty, note_position
from chengge.field.queries import nearby
from chengge.organization.models import Duty
from tests.browsing import client_of
from tests.casework.lives import Life, picture
from tests.conftest import QueryCounter
from tests.factories import GRID_CODES, MANHOLE_CODE, SIDE, SOUTH, WEST, City

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]


@pytest.fixture
def phone(city: City) -> Client:
    return client_of(city, "inspector")


def taken(phone: Client, shade: int = 5) -> str:
    """The hash of a photo that went up."""
    answer = phone.post("/phone/photos", {"photo": SimpleUploadedFile("here.jpg", picture(shade), "image/jpeg")})
    assert answer.status_code == 201
    return answer.json()["sha256"]


def sent(phone: Client, city: City, **changes: object) -> object:
    lon, lat = city.places[1]
    said = {"problem_class": city.garbage.pk, "lon": lon, "lat": lat, "accuracy": 4.5, "key": "k1"} | changes
    return phone.post("/phone/report/", {name: value for name, value in said.items() if value is not None})


# --- Duty -------------------------------------------------------------------------------------------------------------


def test_only_inspectors_have_a_phone(city: City) -> None:
    for name in ("operator", "dispatcher", "department", "administrator"):
        assert client_of(city, name).get("/phone/").status_code == 403
        assert client_of(city, name).post("/phone/photos").status_code == 403
    assert Client().get("/phone/").status_code == 302


def test_checking_in_makes_an_inspector_the_one_who_is_sent(city: City, phone: Client) -> None:
    Duty.objects.all().delete()
    assert b"Check in" in phone.get("/phone/").content
    Life(city).reported().does("ask_to_verify", "operator")
    assert Task.objects.get().member_id is None
    phone.post("/phone/duty", {"go": "on", "lon": "120.1805", "lat": "30.3205"})
    duty = Duty.objects.get()
    assert (duty.lon, duty.lat) == (120.1805, 30.3205)
    Life(city).reported("parking").does("ask_to_verify", "operator")
    assert Task.objects.latest("pk").member == city.members["inspector"]
    assert b"Check out" in phone.get("/phone/").content


def test_nobody_is_on_duty_twice_and_a_forgotten_check_out_ends_by_itself(city: City, pretended_clock) -> None:
    Duty.objects.all().delete()
    actor = city.actor("inspector")
    begin_duty(actor)
    with pytest.raises(Conflict):
        begin_duty(actor)
    pretended_clock.advance(timedelta(hours=13))
    begin_duty(actor)
    assert Duty.objects.count() == 2


def test_checking_out_ends_the_duty_at_once(city: City, phone: Client, pretended_clock) -> None:
    phone.post("/phone/duty", {"go": "off"})
    assert not Duty.objects.filter(member=city.members["inspector"], ends_at__gt=pretended_clock.at).exists()
    with pytest.raises(Conflict):
        end_duty(city.actor("inspector"))


def test_a_position_is_kept_on_duty_and_never_off_duty(city: City, phone: Client) -> None:
    assert phone.post("/phone/seen", {"lon": "120.1817", "lat": "30.3204"}).status_code == 204
    assert Duty.objects.get(member=city.members["inspector"]).lon == 120.1817
    end_duty(city.actor("inspector"))
    note_position(city.actor("inspector"), 120.5, 30.5)
    assert not Duty.objects.filter(lon=120.5).exists()
    assert phone.post("/phone/seen", {"lon": "0", "lat": "0"}).status_code == 400
    with pytest.raises(Forbidden):
        note_position(city.actor("operator"), 120.18, 30.32)


# --- Reporting --------------------------------------------------------------------------------------------------------


def test_a_report_from_the_phone_becomes_a_case_with_photo_place_and_accuracy(city: City, phone: Client) -> None:
    answer = sent(phone, city, photos=taken(phone), place="石桥路 3 号")
    assert answer.status_code == 201
    case = Case.objects.get(number=answer.json()["number"])
    assert (case.channel, case.grid_code, case.place) == ("inspector", GRID_CODES[1], "石桥路 3 号")
    assert Report.objects.get().accuracy_m == 4.5
    assert Evidence.objects.get(case=case).phase == "report"
    assert case.number in phone.get("/phone/").content.decode()


def test_the_same_report_sent_again_after_a_lost_answer_is_one_report(city: City, phone: Client) -> None:
    photo = taken(phone)
    first, second = sent(phone, city, photos=photo), sent(phone, city, photos=photo)
    assert first.json()["number"] == second.json()["number"]
    assert (first.status_code, second.status_code) == (201, 200)
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("lacking", "field"),
    [({"photos": None}, "photos"), ({"lon": None}, "place"), ({"problem_class": None}, "problem_class"), ({"lat": "x"}, "lat")],
)
def test_what_a_report_lacks_is_named(city: City, phone: Client, lacking: dict, field: str) -> None:
    answer = sent(phone, city, **({"photos": taken(phone)} | lacking))
    assert answer.status_code == 400
    assert answer.json()["field"] == field
    assert answer.json()["message"]
    assert not Case.objects.exists()


def test_a_file_that_is_no_photo_is_refused_with_what_to_do(phone: Client) -> None:
    answer = phone.post("/phone/photos", {"photo": SimpleUploadedFile("a.jpg", b"<svg onload=alert(1)>", "image/jpeg")})
    assert answer.status_code == 400
    assert "JPEG" in answer.json()["hint"]


def test_a_small_thing_disposed_of_on_the_spot_goes_to_the_shift_leader(city: City, phone: Client) -> None:
    before, after = taken(phone, 1), taken(phone, 2)
    answer = sent(phone, city, photos=before, disposed="1", after=after, rule=city.heap.pk)
    case = Case.objects.get(number=answer.json()["number"])
    assert (case.stage, case.self_disposed, case.rule) == ("checked", True, city.heap)
    assert dict(Evidence.objects.filter(case=case).values_list("sha256", "phase")) == {before: "report", after: "handle"}
    again = sent(phone, city, photos=before, disposed="1", after=after, rule=city.heap.pk)
    assert again.json()["number"] == case.number
    assert case.entries.count() == 2


@pytest.mark.parametrize(("lacking", "field"), [("after", "after"), ("rule", "rule")])
def test_self_disposal_wants_a_photo_after_and_the_condition(city: City, phone: Client, lacking: str, field: str) -> None:
    given = {"photos": taken(phone, 1), "disposed": "1", "after": taken(phone, 2), "rule": city.heap.pk} | {lacking: None}
    answer = sent(phone, city, **given)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert not Case.objects.exists()


# --- Around the place -------------------------------------------------------------------------------------------------


def test_around_a_place_stand_its_grid_components_like_cases_and_conditions(city: City, phone: Client) -> None:
    course = Life(city).reported("manhole", component_code=MANHOLE_CODE)
    lon, lat = city.places[0]
    around = phone.get("/phone/near.json", {"lon": lon + 0.0001, "lat": lat, "class": city.manhole.pk}).json()
    assert (around["grid"], around["area_class"]) == (str(GRID_CODES[0]), "A")
    assert [(one["code"], one["metres"]) for one in around["components"]] == [(str(MANHOLE_CODE), 10)]
    assert [one["number"] for one in around["like"]] == [course.number]
    assert [rule["condition"] for rule in around["rules"]] == ["缺失、移位，危及行人车辆", "松动、异响"]
    assert around["rules"][0]["limit"] == "2 urgent working hours"


def test_like_cases_are_open_and_the_likeliest_stands_first_with_its_reasons(city: City) -> None:
    actor, (lon, lat) = city.actor("inspector"), city.places[1]
    near = Life(city).reported(lon=lon + 0.0004, lat=lat)
    Life(city).reported(lon=lon + 0.01, lat=lat)
    over = Life(city).reported(lon=lon, lat=lat).does("reject", "operator", reason="不属实")
    like = nearby(actor, lon, lat, city.garbage.pk).like
    assert like[0].case.number == near.number
    assert len(like[0].reasons) >= 2
    assert over.number not in [one.case.number for one in like]


def test_a_like_case_on_the_other_side_of_a_grid_border_is_found(city: City) -> None:
    border = WEST + SIDE
    other = Life(city).reported(lon=border - 0.0001, lat=SOUTH + SIDE / 2)
    found = nearby(city.actor("inspector"), border + 0.0001, SOUTH + SIDE / 2, city.garbage.pk)
    assert [one.case.number for one in found.like] == [other.number]


def test_classes_are_found_by_name_or_code_and_suggested_by_what_was_reported(city: City, phone: Client) -> None:
    assert [one["name"] for one in phone.get("/phone/classes.json", {"q": "井盖"}).json()["classes"]] == ["雨水井盖"]
    assert [one["name"] for one in phone.get("/phone/classes.json", {"q": "0407"}).json()["classes"]] == ["机动车乱停放"]
    sent(phone, city, photos=taken(phone), problem_class=city.parking.pk)
    page = phone.get("/phone/report/").content.decode()
    assert page.index("机动车乱停放") > 0
    assert "暴露垃圾" not in page


# --- Walks ------------------------------------------------------------------------------------------------------------


def walk(city: City, kind: str) -> tuple[Life, Task]:
    course = Life(city).reported()
    if kind == "verify":
        course.does("ask_to_verify", "operator")
    else:
        course.until("checking")
    return course, Task.objects.get(case_id=course.case_id, done_at=None)


@pytest.mark.parametrize(
    ("kind", "action", "stage"),
    [
        ("verify", "verify_true", "reported"),
        ("verify", "verify_false", "reported"),
        ("check", "pass_check", "checked"),
        ("check", "fail_check", "dispatched"),
    ],
)
def test_a_walk_ends_with_a_result_a_photo_and_a_position(city: City, phone: Client, kind: str, action: str, stage: str) -> None:
    course, task = walk(city, kind)
    assert phone.get(f"/phone/tasks/{task.pk}/").status_code == 200
    lon, lat = city.places[0]
    given = {
        "action": action,
        "photos": taken(phone),
        "lon": lon + 0.0001,
        "lat": lat,
        "reason": "已经清理",
        "seen": course.case.entry_count,
    }
    assert phone.post(f"/phone/tasks/{task.pk}/", given).json() == {"number": course.number, "to": "/phone/"}
    task.refresh_from_db()
    assert (course.case.stage, task.result) == (stage, action)
    assert 5 < task.distance_m < 15


@pytest.mark.parametrize(("lacking", "field"), [("photos", "photos"), ("lon", "place"), ("action", "action")])
def test_a_result_without_photo_position_or_choice_is_refused(city: City, phone: Client, lacking: str, field: str) -> None:
    _course, task = walk(city, "verify")
    lon, lat = city.places[0]
    given = {"action": "verify_true", "photos": taken(phone), "lon": lon, "lat": lat}
    if lacking == "lon":
        del given["lat"]
    del given[lacking]
    answer = phone.post(f"/phone/tasks/{task.pk}/", given)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    task.refresh_from_db()
    assert task.done_at is None


def test_a_verify_walk_cannot_pass_a_check(city: City, phone: Client) -> None:
    _course, task = walk(city, "verify")
    assert phone.post(f"/phone/tasks/{task.pk}/", {"action": "pass_check"}).status_code == 400


def test_a_walk_belongs_to_whom_it_was_given(city: City) -> None:
    _course, task = walk(city, "verify")
    other = client_of(city, "inspector2")
    assert other.get(f"/phone/tasks/{task.pk}/").status_code == 404
    assert other.post(f"/phone/tasks/{task.pk}/", {"action": "verify_true"}).status_code == 404


def test_a_walk_whose_case_has_moved_meanwhile_is_told_so(city: City, phone: Client) -> None:
    course, task = walk(city, "verify")
    seen = course.case.entry_count
    course.does("void", "shift_leader", reason="重复")
    lon, lat = city.places[0]
    given = {"action": "verify_true", "photos": taken(phone), "lon": lon, "lat": lat, "seen": seen}
    answer = phone.post(f"/phone/tasks/{task.pk}/", given)
    assert answer.status_code == 409
    assert answer.json()["message"]


# --- Lists ------------------------------------------------------------------------------------------------------------


def test_the_phone_s_pages_take_the_same_queries_however_much_there_is(city: City, phone: Client, counted_queries: QueryCounter) -> None:
    for grid in range(2):
        Life(city).reported(grid=grid).does("ask_to_verify", "operator")
        Life(city).reported(grid=grid, by="inspector", channel="inspector")
    task = Task.objects.first()
    for name, address in (
        ("home", "/phone/"),
        ("report form", "/phone/report/"),
        ("my reports", "/phone/reports/"),
        ("walk", f"/phone/tasks/{task.pk}/"),
    ):
        phone.get(address)
        with counted_queries(f"phone: {name}"):
            assert phone.get(address).status_code == 200
    lon, lat = city.places[0]
    with counted_queries("phone: around a place"):
        phone.get("/phone/near.json", {"lon": lon, "lat": lat, "class": city.garbage.pk})


def test_older_reports_stand_on_the_next_page(city: City, phone: Client) -> None:
    numbers = [Life(city).reported(by="inspector", channel="inspector", grid=number % 4).number for number in range(23)]
    first = phone.get("/phone/reports/").content.decode()
    assert numbers[-1] in first
    assert numbers[0] not in first
    more = first.split('href="?before=')[1].split('"')[0]
    assert numbers[0] in phone.get(f"/phone/reports/?before={more}").content.decode()


def test_a_case_out_of_sight_cannot_be_read_on_the_phone(city: City, phone: Client) -> None:
    course = Life(city).reported()
    assert course.number in phone.get(f"/phone/cases/{course.number}/").content.decode()
    member = city.members["inspector2"]
    member.division_code = 990101001002
    member.save()
    assert client_of(city, "inspector2").get(f"/phone/cases/{course.number}/").status_code == 404
