"""The same problem reported twice, as operator and shift leader see and settle it."""

import pytest
from django.test import Client

from chengge.casework.actions import Given, Said, add_report, perform, report
from chengge.casework.models import Case, NotAlike, Report
from chengge.clock import PretendedClock
from tests.casework.lives import Life
from tests.factories import City, build_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return build_city()


@pytest.fixture
def life(city: City, pretended_clock: PretendedClock) -> Life:
    return Life(city, pretended_clock)


@pytest.fixture
def pair(life: Life) -> tuple[Case, Case]:
    """Two reports of one manhole, ten minutes apart."""
    life.report()
    first = life.case
    life.later(minutes=10)
    life.report(description="石桥路口井盖缺失，危险")
    return first, life.case


def desk_of(city: City, name: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(city.members[name])
    return client


def test_the_operator_is_shown_what_may_be_the_same_with_reasons(city: City, pair: tuple[Case, Case]) -> None:
    first, second = pair
    client = desk_of(city, "operator")
    assert f"/cases/{second.number}/alike/" in client.get(f"/cases/{second.number}/").content.decode()
    shown = client.get(f"/cases/{second.number}/alike/").content.decode()
    assert "Perhaps the same" in shown
    assert first.number in shown
    for reason in ("same class", "at the same spot", "reported 10 minutes before", "same words: 井盖缺失"):
        assert f"<li>{reason}</li>" in shown


@pytest.mark.parametrize("member", ["inspector", "dispatcher", "department", "leader", "administrator"])
def test_nobody_else_sorts_reports(city: City, pair: tuple[Case, Case], member: str) -> None:
    first, second = pair
    client = desk_of(city, member)
    asked = [
        client.get(f"/cases/{second.number}/alike/"),
        client.post(f"/cases/{second.number}/alike/{first.number}/not/"),
        client.get("/find/alike/"),
        client.get("/find/alike/marks/"),
        client.get("/find/suggestions/"),
        client.get(f"/reports/{Report.objects.order_by('pk')[0].pk}/release/"),
        client.post(f"/reports/{Report.objects.order_by('pk')[0].pk}/hang/"),
    ]
    assert {answer.status_code for answer in asked} == {403}


def test_merging_from_the_sheet_ends_the_case_and_both_pages_name_the_other(city: City, pair: tuple[Case, Case]) -> None:
    first, second = pair
    client = desk_of(city, "operator")
    sheet = client.get(f"/cases/{second.number}/do/merge/?into={first.number}", headers={"hx-request": "true"}).content.decode()
    assert f'value="{first.number}" checked' in sheet
    assert "The same problem, reported again" in sheet
    sent = {"into": first.number, "reason": "同一问题", "seen": second.entry_count}
    assert client.post(f"/cases/{second.number}/do/merge/", sent).status_code == 302
    second.refresh_from_db()
    assert (second.stage, second.merged_into_id) == ("merged", first.pk)
    merged = client.get(f"/cases/{second.number}/").content.decode()
    assert merged.count(f'href="/cases/{first.number}/"') >= 2  # the note on top, and the story
    assert f'href="/cases/{second.number}/"' in client.get(f"/cases/{first.number}/").content.decode()


def test_a_case_is_merged_by_the_number_of_the_other_too(city: City, pair: tuple[Case, Case]) -> None:
    first, second = pair
    client = desk_of(city, "shift_leader")
    spaced = f"{first.number[:8]} {first.number[8:14]} {first.number[14:]}"
    wrong = client.post(f"/cases/{second.number}/do/merge/", {"into_number": "20990101990101000001", "reason": "x"})
    assert wrong.status_code == 422
    assert "There is no case 20990101990101000001." in wrong.content.decode()
    client.post(f"/cases/{second.number}/do/merge/", {"into_number": spaced, "reason": "同一问题"})
    second.refresh_from_db()
    assert second.merged_into_id == first.pk


def test_a_merged_case_is_split_off_again_and_a_closed_one_reopened(city: City, pair: tuple[Case, Case], life: Life) -> None:
    first, second = pair
    client = desk_of(city, "operator")
    perform(second.pk, "merge", city.actor("operator"), Given(reason="同一问题", into_case_id=first.pk))
    assert "Split off again" in client.get(f"/cases/{second.number}/").content.decode()
    client.post(f"/cases/{second.number}/do/split/", {"reason": "两个井盖"})
    second.refresh_from_db()
    assert second.stage == "reported"
    closed = life.to("closed")
    assert "Reopen" in client.get(f"/cases/{closed.number}/").content.decode()
    client.post(f"/cases/{closed.number}/do/reopen/", {"reason": "又坏了"})
    closed.refresh_from_db()
    assert (closed.stage, closed.reopen_count) == ("reported", 1)


def test_what_is_not_the_same_is_not_shown_again_until_that_is_taken_back(city: City, pair: tuple[Case, Case]) -> None:
    first, second = pair
    client = desk_of(city, "operator")
    after = client.post(f"/cases/{second.number}/alike/{first.number}/not/").content.decode()
    assert "Perhaps the same" not in after
    assert "Said not to be the same" in after
    assert "Undo" in after
    again = client.post(f"/cases/{first.number}/alike/{second.number}/not/")
    assert again.status_code == 200
    assert NotAlike.objects.count() == 1
    assert client.get("/find/alike/marks/", {"id": [first.pk, second.pk]}).json() == {}
    assert "Perhaps the same" in client.post(f"/cases/{first.number}/alike/{second.number}/perhaps/").content.decode()
    assert not NotAlike.objects.exists()


def test_rows_of_the_queue_are_marked_in_three_queries(
    city: City, pair: tuple[Case, Case], life: Life, django_assert_max_num_queries
) -> None:
    first, second = pair
    life.report(lon=city.places[3][0], lat=city.places[3][1])
    client = desk_of(city, "operator")
    ids = [first.pk, second.pk, life.case_id]
    client.get("/find/alike/marks/", {"id": ids})
    with django_assert_max_num_queries(6):  # three of them say who asks
        marks = client.get("/find/alike/marks/", {"id": ids}).json()
    assert marks == {str(first.pk): "like: 1", str(second.pk): "like: 1"}


def test_a_report_of_another_problem_is_taken_off_its_case(city: City, pair: tuple[Case, Case]) -> None:
    first, _second = pair
    lon, lat = city.places[0]
    said = Said(channel="hotline", problem_class_id=city.garbage.pk, description="旁边还有一堆垃圾", lon=lon, lat=lat)
    other = add_report(city.actor("operator"), said, first.pk)
    client = desk_of(city, "operator")
    assert f"/reports/{other.report_id}/release/" in client.get(f"/cases/{first.number}/").content.decode()
    assert client.post(f"/reports/{other.report_id}/release/", {"reason": ""}).status_code == 400
    answer = client.post(f"/reports/{other.report_id}/release/", {"reason": "另一件事"})
    kept = Report.objects.select_related("case").get(pk=other.report_id)
    assert kept.case is not None
    assert kept.case.problem_class_id == city.garbage.pk
    assert answer.headers["Location"] == f"/cases/{kept.case.number}/"


def test_a_waiting_report_is_hung_on_the_case_it_speaks_of_with_its_photo(city: City, pair: tuple[Case, Case], life: Life) -> None:
    first, _second = pair
    lon, lat = city.places[0]
    photo = life.photo("operator")
    waiting = report(city.actor("operator"), Said(channel="hotline", description="雨水井盖缺失", lon=lon, lat=lat, photos=(photo,)))
    assert waiting.case_id is None
    client = desk_of(city, "operator")
    assert f"/reports/{waiting.report_id}/alike/" in client.get("/reports/waiting/").content.decode()
    assert first.number in client.get(f"/reports/{waiting.report_id}/alike/").content.decode()
    assert client.post(f"/reports/{waiting.report_id}/hang/", {"case": first.number}).status_code == 302
    kept = Report.objects.get(pk=waiting.report_id)
    assert (kept.case_id, kept.state) == (first.pk, "attached")
    first.refresh_from_db()
    entry = first.entries.order_by("-seq")[0]
    assert entry.action == "add_report"
    assert photo in entry.body
    assert first.evidence.get(sha256=photo).entry_id == entry.pk
    assert client.post(f"/reports/{waiting.report_id}/hang/", {"case": first.number}).status_code == 409


def test_while_a_call_is_taken_down_known_cases_are_shown_and_one_more_report_hung_on_one(city: City, pair: tuple[Case, Case]) -> None:
    first, _second = pair
    lon, lat = city.places[0]
    client = desk_of(city, "operator")
    found = client.get("/find/alike/", {"lon": lon, "lat": lat, "description": "井盖没了", "problem_class_id": city.manhole.pk})
    assert f'name="add_to" value="{first.number}"' in found.content.decode()
    assert client.get("/find/alike/", {"lon": "", "lat": ""}).content.strip() == b""
    sent = {"channel": "hotline", "description": "井盖没了", "lon": lon, "lat": lat, "add_to": first.number, "contact": "13800001111"}
    assert client.post("/reports/new/", sent).headers["Location"] == f"/cases/{first.number}/"
    assert Report.objects.filter(case=first).count() == 2


def test_a_merged_case_is_found_by_its_number(city: City, pair: tuple[Case, Case]) -> None:
    first, second = pair
    perform(second.pk, "merge", city.actor("operator"), Given(reason="同一问题", into_case_id=first.pk))
    found = desk_of(city, "operator").get(f"/desk/operator/?queue=all&q={second.number}&case={second.number}").content.decode()
    assert f'data-number="{second.number}"' in found
    assert f'href="/cases/{first.number}/"' in found
