"""Pages and API of inspections: campaigns in the office, the checklist on the phone."""

import csv
import io
import re
from hashlib import sha256

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chengge.casework.models import Case
from chengge.domain import sampling
from chengge.evaluation.actions import inspections as actions
from chengge.evaluation.models import Campaign, InspectionPlace, Mark, Visit
from chengge.organization.tokens import make_token
from tests.browsing import client_of
from tests.casework.lives import picture
from tests.conftest import QueryCounter
from tests.evaluation.inspections_city import campaign, hire, take, take_all, visits
from tests.factories import SIDE, SOUTH, WEST, City, build_city

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

LIST = "/evaluation/inspections/"
ONE = "/evaluation/inspections/c/open-11/"


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def told(answer: object) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))  # type: ignore[attr-defined]


def form(city: City, **changed: object) -> dict[str, object]:
    given = {
        "code": "open-11", "name": "十一月明查", "kind": "open", "begin": "2026-11-01", "end": "2026-11-30", "places": "4", "minimum": "1",
        "second_percent": "25", "bound_percent": "20", "division_code": "", "about": "",
        "item_text": ["路面干净", "果皮箱完好", ""], "item_code": ["clean.roads", "clean.bins", ""], "item_most": ["10", "20", "10"],
        "item_photo": ["lost", "no", "no"], "item_organization": ["", str(city.organization_id("works")), ""],
        "assessors": [str(city.members[name].pk) for name in ("assessor1", "assessor2")],
    }  # fmt: skip
    return given | changed


def marks(visit: Visit, points: str, **changed: str) -> dict[str, str]:
    given = {f"points-{item.pk}": points if item.position == 1 else "5" for item in visit.place.campaign.items.all()}
    return given | {"lon": f"{WEST + SIDE / 2}", "lat": f"{SOUTH + SIDE / 2}", "accuracy": "4", "key": "k"} | changed


# --- The office ---------------------------------------------------------------------------------------------------------


def test_an_evaluator_sets_up_draws_and_publishes_a_campaign(city: City) -> None:
    hire(city, "assessor1", "assessor2")
    office = client_of(city, "evaluator")
    assert b"Checklist" in office.get(f"{LIST}new/").content
    assert office.post(f"{LIST}new/", form(city)).url == ONE
    made = Campaign.objects.get()
    assert [(item.code, item.most, item.organization_id) for item in made.items.all()] == [
        ("clean.roads", 10, None),
        ("clean.bins", 20, city.organization_id("works")),
    ]
    assert b"Draw the places" in office.get(ONE).content
    office.post(f"{ONE}edit/", form(city, name="改名"))
    assert "改名" in office.get(ONE).content.decode()
    assert "drawn" in told(office.post(f"{ONE}draw", {"seed": "7"}))
    made.refresh_from_db()
    assert (made.seed, made.state, made.drawn.count()) == (7, "running", 4)
    assert "still wait" in told(office.post(f"{ONE}publish"))
    take_all(made)
    assert "Published" in told(office.post(f"{ONE}publish"))
    page = office.get(ONE).content.decode()
    assert "100.00" in page
    assert "the same digest" in page


def test_a_form_that_is_refused_keeps_what_was_written(city: City) -> None:
    hire(city, "assessor1", "assessor2")
    answer = client_of(city, "evaluator").post(f"{LIST}new/", form(city, places="0"))
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "can be drawn" in page
    assert 'value="十一月明查"' in page
    assert 'value="路面干净"' in page
    for field, value in (("places", "x"), ("begin", "x"), ("assessors", "x")):
        assert client_of(city, "evaluator").post(f"{LIST}new/", form(city, **{field: value})).status_code == 400


def test_a_draft_is_dropped_and_a_bad_seed_refused(city: City) -> None:
    hire(city, "assessor1", "assessor2")
    office = client_of(city, "evaluator")
    office.post(f"{LIST}new/", form(city))
    assert "not a whole number" in told(office.post(f"{ONE}draw", {"seed": "-1"}))
    office.post(f"{ONE}drop")
    assert not Campaign.objects.exists()


def test_who_opens_which_page_of_a_hidden_inspection(city: City) -> None:
    hidden = campaign(city, kind="secret")
    pages = ("", "?view=sample", "?view=results", "places.json", "frame.csv", "sample.csv", "results.csv", "places/1/")
    sees = {"evaluator", "leader", "assessor1"}
    for name in ("evaluator", "leader", "assessor1", "department", "street_office", "inspector", "administrator"):
        client = client_of(city, name)
        assert (hidden.name in client.get(LIST).content.decode()) is (name in sees), name
        for page in pages:
            assert client.get(ONE + page).status_code == (200 if name in sees else 404), (name, page)
        assert client.get(f"{LIST}new/").status_code == (200 if name in {"evaluator", "assessor1"} else 403)
        for act in ("draw", "publish", "places/1/out", "places/1/third"):
            assert client.post(ONE + act).status_code == (302 if name in {"evaluator", "assessor1"} else 403), (name, act)
    for page in (LIST, ONE, "/evaluation/visits/"):
        assert Client().get(page).status_code == 302


def test_those_who_are_judged_see_the_sample_of_an_open_check_and_no_marks_before_it_is_published(city: City) -> None:
    drawn = campaign(city)
    take_all(drawn)
    department = client_of(city, "department")
    assert b"Anybody can draw them again" in department.get(f"{ONE}?view=sample").content
    assert b"Points of 100" not in department.get(f"{ONE}?view=results").content
    assert department.get(f"{ONE}results.csv").status_code == 403
    assert b"Marks are shown when" in department.get(f"{ONE}places/1/").content
    actions.publish(city.actor("evaluator"), drawn.code)
    assert b"Points of 100" in department.get(f"{ONE}?view=results").content
    place = department.get(f"{ONE}places/1/").content.decode()
    assert "Settled" in place
    assert "考评1" not in place + department.get(ONE).content.decode(), "who looked is told to those who oversee"
    assert "考评1" in client_of(city, "leader").get(f"{ONE}?view=progress").content.decode()
    assert department.get(f"{ONE}results.csv").status_code == 200


def test_the_frame_and_the_seed_from_the_page_draw_the_same_places(city: City) -> None:
    drawn = campaign(city, places=3, seed=4711)
    client = client_of(city, "department")
    frame = client.get(f"{ONE}frame.csv").content
    page = client.get(f"{ONE}?view=sample").content.decode()
    assert sha256(frame).hexdigest() == re.search(r'class="digest">([0-9a-f]{64})<', page)[1]  # type: ignore[index]
    assert "the same places came out" in page
    rows = list(csv.DictReader(io.StringIO(client.get(f"{ONE}sample.csv").content.decode("utf-8-sig"))))
    again = sampling.draw(sampling.frame_from(frame.decode()), 3, 1, int(rows[0]["seed"]))
    assert [int(row["unit grid"]) for row in rows] == [unit.code for unit in again.units]
    InspectionPlace.objects.filter(campaign=drawn, number=1).update(grid_code=1)
    assert b"something else came out" in client.get(f"{ONE}?view=sample").content


def test_a_third_look_is_taken_and_a_place_left_out_on_the_page(city: City) -> None:
    drawn = campaign(city)
    number = InspectionPlace.objects.get(campaign=drawn, twice=True).number
    office = client_of(city, "evaluator")
    other = next(one for one in range(1, 5) if one != number)
    assert "Left out" in told(office.post(f"{ONE}places/{other}/out", {"reason": "施工"}))
    for visit in visits(drawn):
        if visit.place.number != other:
            take(visit, {1: 3} if visit.turn == 2 else None)
    assert f"place {number}</a>" in office.get(ONE).content.decode()
    page = office.get(f"{ONE}places/{number}/").content.decode()
    assert "Settle" in page
    item = drawn.items.get(position=1)
    assert "Mark every item" in told(office.post(f"{ONE}places/{number}/third", {}))
    assert "Settled." in told(office.post(f"{ONE}places/{number}/third", {f"points-{item.pk}": "na", "back": str(number)}))
    assert Mark.objects.get(visit__turn=3).points is None
    assert 'class="disputed"' not in office.get(f"{ONE}places/{number}/").content.decode()
    assert b"Cohen" in office.get(f"{ONE}?view=agreement").content


def test_the_map_shows_each_place_in_its_light(city: City) -> None:
    drawn = campaign(city)
    take_all(drawn, {(one.place.number, 1): {1: 2} for one in visits(drawn) if one.turn == 2})
    features = client_of(city, "evaluator").get(f"{ONE}places.json?window=120,30,121,31").json()["features"]
    assert sorted(feature["properties"]["light"] for feature in features) == ["green", "green", "green", "red"]
    judged = client_of(city, "department").get(f"{ONE}places.json").json()["features"]
    assert {feature["properties"]["light"] for feature in judged} == {"green"}, "that two looks differ is not for those who are judged"
    assert client_of(city, "evaluator").get(f"{ONE}places.json?window=10,30,11,31").json()["features"] == []
    assert client_of(city, "evaluator").get(f"{LIST}map.json").json()["words"]["light_red"] == "two looks differ"


def test_the_list_and_a_campaign_ask_the_same_whatever_their_length(city: City, counted_queries: QueryCounter) -> None:
    for number in range(3):
        drawn = campaign(city, code=f"c{number}")
    take_all(drawn)
    office = client_of(city, "evaluator")
    office.get(LIST)
    with counted_queries("evaluation: list of inspections"):
        office.get(LIST)
    for view in ("progress", "sample", "results", "agreement"):
        with counted_queries(f"evaluation: an inspection, {view}"):
            office.get(f"/evaluation/inspections/c/c2/?view={view}")


# --- The phone ----------------------------------------------------------------------------------------------------------


def test_an_assessor_marks_a_place_on_the_phone_once(city: City) -> None:
    visit = visits(campaign(city))[0]
    phone = client_of(city, visit.member.username)
    address = f"/evaluation/visits/{visit.pk}/"
    assert address in phone.get("/evaluation/visits/").content.decode()
    assert b"Send in" in phone.get(address).content
    item = visit.place.campaign.items.get(position=1)
    digest = phone.post("/photos/", {"photo": SimpleUploadedFile("a.jpg", picture(9), "image/jpeg")}).json()["sha256"]
    given = marks(visit, "6", **{f"photos-{item.pk}": digest, f"words-{item.pk}": "有积水"})
    first = phone.post(address, given, headers={"accept": "application/json"})
    again = phone.post(address, given, headers={"accept": "application/json"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert Mark.objects.get(visit=visit, item=item).words == "有积水"
    page = phone.get(address).content.decode()
    assert "6 / 10" in page
    assert "Report this" in page
    assert phone.get(f"{address}photos/0/thumb").status_code == 200
    assert phone.get(f"{address}photos/0/..").status_code == 404
    assert client_of(city, "department").get(f"{address}photos/0/thumb").status_code == 404
    assert phone.get("/evaluation/visits/places.json?window=120,30,121,31").json()["features"]


def test_a_browser_without_scripts_sends_its_photos_along(city: City) -> None:
    visit = visits(campaign(city))[0]
    phone = client_of(city, visit.member.username)
    item = visit.place.campaign.items.get(position=1)
    sent = marks(visit, "6") | {f"files-{item.pk}": SimpleUploadedFile("a.jpg", picture(9), "image/jpeg")}
    assert phone.post(f"/evaluation/visits/{visit.pk}/", sent).url == "/evaluation/visits/"
    assert visit.photos.get().item == item


def test_what_is_missing_is_told_to_script_and_person(city: City) -> None:
    visit = visits(campaign(city))[0]
    phone = client_of(city, visit.member.username)
    address = f"/evaluation/visits/{visit.pk}/"
    item = visit.place.campaign.items.get(position=1)
    refused = phone.post(address, marks(visit, "6"), headers={"accept": "application/json"})
    assert (refused.status_code, refused.json()["field"]) == (400, f"photos-{item.pk}")
    page = phone.post(address, marks(visit, "6", words="路口"))
    assert page.status_code == 400
    assert "needs a photo" in page.content.decode()
    assert "路口" in page.content.decode(), "what was written stays"
    for bad in ("x", "99999999999999999999999"):
        assert phone.post(address, marks(visit, bad)).status_code == 400
    stranger = client_of(city, "operator")
    assert stranger.get(address).status_code == stranger.post(address, marks(visit, "10")).status_code == 404


def test_a_finding_is_reported_from_the_phone(city: City) -> None:
    visit = visits(campaign(city))[0]
    take(visit, {1: 2})
    phone = client_of(city, visit.member.username)
    item = visit.place.campaign.items.get(position=1)
    address = f"/evaluation/visits/{visit.pk}/report/{item.pk}"
    assert "It is case" in told(phone.post(address, {"problem_class": str(city.garbage.pk), "words": "垃圾"}))
    number = Case.objects.get().number
    assert number in phone.get(f"/evaluation/visits/{visit.pk}/").content.decode()
    assert "reported already" in told(phone.post(address))


def test_the_own_list_asks_the_same_whatever_its_length(city: City, counted_queries: QueryCounter) -> None:
    for number in range(3):
        campaign(city, code=f"c{number}")
    phone = client_of(city, "assessor1")
    phone.get("/evaluation/visits/")
    with counted_queries("phone: places of an inspection"):
        phone.get("/evaluation/visits/")


# --- The API ------------------------------------------------------------------------------------------------------------


def program(city: City, name: str) -> Client:
    return Client(headers={"authorization": f"Bearer {make_token(city.members[name]).secret}", "accept-language": "en"})


def test_programs_read_campaigns_and_send_looks(city: City) -> None:
    drawn = campaign(city, kind="secret")
    assessor, evaluator, judged = (program(city, name) for name in ("assessor1", "evaluator", "department"))
    listed = assessor.get("/api/v1/visits").json()
    assert {one["campaign"] for one in listed} == {drawn.code}
    first = listed[0]
    place, items = first["place"], first["items"]
    sent = {
        "marks": [{"item_id": item["id"], "points": item["most"] if item["photo"] == "no" else None} for item in items],
        "lon": place["lon"],
        "lat": place["lat"],
    }
    address = f"/api/v1/visits/{first['id']}"
    answers = [
        assessor.post(address, sent, content_type="application/json", headers={"idempotency-key": "k1"}).status_code for _time in range(2)
    ]
    assert answers == [201, 201]
    assert assessor.post(address, sent, content_type="application/json").status_code == 409
    assert Mark.objects.count() == 3
    finding = {"item_id": items[0]["id"]}
    assert assessor.post(f"{address}/reports", finding, content_type="application/json").status_code == 409, "nothing is wrong there"
    for what in ("", "/sample", "/results"):
        assert judged.get(f"/api/v1/inspections/{drawn.code}{what}").status_code == 404
    assert assessor.get(f"/api/v1/inspections/{drawn.code}").json()["seed"] == "7"
    assert evaluator.get("/api/v1/inspections").json()["items"][0]["kind"] == "secret"
    assert judged.get("/api/v1/inspections").json()["items"] == []
    sample = evaluator.get(f"/api/v1/inspections/{drawn.code}/sample").json()
    assert sha256("".join(f"{line}\n" for line in sample["frame"]).encode()).hexdigest() == sample["frame_sha256"]
    results = evaluator.get(f"/api/v1/inspections/{drawn.code}/results").json()
    assert (results["published"], results["unfinished"]) == (False, 3 + (place["scored_twice"] is True))
    assert program(city, "evaluator").get("/api/v1/imported-scores").json() == {"items": [], "next": None}
