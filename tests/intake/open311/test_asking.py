"""Open311 GeoReport v2: a stranger's program finds the city, asks what it takes, and learns how a report ended."""

from datetime import date, timedelta

import pytest

from chengge.casework.actions import Given, perform
from chengge.casework.models import Case
from chengge.domain.errors import Forbidden, Refused
from chengge.domain.lifecycle import Post
from chengge.intake.actions.open311 import save_attribute, save_jurisdiction
from chengge.intake.models import Jurisdiction, ServiceAttribute
from chengge.organization.actions import COMMAND_LINE, appoint
from tests.browsing import client_of
from tests.intake.open311_city import GARBAGE, MANHOLE, PARKING, Open311, as_spark, ask, errors_of, tree

TOLD_OF_REQUESTS = {
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description", "agency_responsible", "service_notice",
    "requested_datetime", "updated_datetime", "expected_datetime", "address", "address_id", "zipcode", "lat", "long", "media_url",
}  # fmt: skip


# --- finding the city ---------------------------------------------------------------------------------------------------------------------


def test_discovery_says_where_the_service_is_and_in_which_forms(open311):
    told = open311.get("discovery.json").json()
    (endpoint,) = told["endpoints"]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"] == "http://testserver/open311/v2"
    assert endpoint["formats"] == ["text/xml", "application/json"]
    assert set(told) == {"changeset", "contact", "key_service", "endpoints"}
    assert as_spark(tree(open311.get("discovery.xml"))) == told


def test_the_changeset_rises_when_another_question_is_asked(open311, city):
    before = open311.get("discovery.json").json()["changeset"]
    save_attribute(city.actor("administrator"), ServiceAttribute(service_code=PARKING, code="plate", order=1, description="车牌号"))
    assert open311.get("discovery.json").json()["changeset"] > before


def test_every_class_of_the_catalogue_is_a_service(open311):
    ask(PARKING)
    told = {one["service_code"]: one for one in open311.get("services.json").json()}
    assert set(told) == {MANHOLE, GARBAGE, PARKING}
    assert told[PARKING]["metadata"] is True
    assert told[GARBAGE]["metadata"] is False
    assert told[GARBAGE]["group"] == "市容环境"
    assert told[GARBAGE]["type"] == "realtime"
    assert "散落垃圾面积" in told[GARBAGE]["description"]


def test_xml_says_the_same_as_json(open311):
    ask(PARKING)
    said = open311.get("services.json").json()
    written = as_spark(tree(open311.get("services.xml")))
    assert [{name: str(value).lower() if isinstance(value, bool) else value for name, value in one.items()} for one in said] == written


def test_a_definition_asks_its_questions_in_order_and_tells_when_a_case_is_filed(open311):
    ask(PARKING, code="plate", required=True, datatype_description="如 浙A12345")
    ask(PARKING, code="kind", datatype="singlevaluelist", options="car = 小汽车\ntruck = 货车", description="什么车？")
    told = open311.get(f"services/{PARKING}.json").json()
    assert told["service_code"] == PARKING
    plate, kind, filed = told["attributes"]
    assert (plate["code"], plate["required"], plate["variable"], plate["order"]) == ("plate", True, True, 1)
    assert kind["values"] == [{"key": "car", "name": "小汽车"}, {"key": "truck", "name": "货车"}]
    assert filed["variable"] is False
    assert "占压盲道、人行道" in filed["description"]
    element = tree(open311.get(f"services/{PARKING}.xml"))
    assert element.tag == "service_definition"
    assert [one.findtext("key") for one in element.findall("attributes/attribute/values/value")] == ["car", "truck"]


def test_an_unknown_service_is_not_found_in_the_form_that_was_asked(open311):
    answer = open311.get("services/event9999.json")
    assert answer.status_code == 404
    assert errors_of(answer) == [(404, "service_code “event9999” was not found.")]
    answer = open311.get("services/event9999.xml")
    assert answer.status_code == 404
    assert tree(answer).findtext("error/code") == "404"


# --- learning how it goes -----------------------------------------------------------------------------------------------------------------


def test_a_request_tells_public_facts_only(open311):
    number = open311.number(description="三单元 501 王某某家门口", first_name="秘密", phone="13812345678")
    answer = open311.get(f"requests/{number}.json")
    (told,) = answer.json()
    assert set(told) == TOLD_OF_REQUESTS
    assert (told["status"], told["service_code"], told["status_notes"]) == ("open", GARBAGE, "Reported")
    assert told["requested_datetime"] == "2026-11-24T01:30:00Z"
    text = answer.content.decode()
    assert not any(secret in text for secret in ("王某某", "秘密", "13812345678"))
    assert told["media_url"] is None


def test_a_case_with_the_department_tells_who_and_until_when(open311, life):
    case = life.to("handling")
    (told,) = open311.get(f"requests/{case.number}.json").json()
    assert told["agency_responsible"] == "市政设施养护中心"
    assert told["expected_datetime"] is not None
    assert told["description"] == "缺失、移位，危及行人车辆"


def test_a_closed_case_is_closed_when_it_ended(open311, life):
    case = life.to("closed")
    (told,) = open311.get(f"requests/{case.number}.json").json()
    assert told["status"] == "closed"
    assert told["updated_datetime"] == case.ended_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    element = tree(open311.get(f"requests/{case.number}.xml"))
    assert element.findtext("request/status") == "closed"


def test_a_rejected_request_is_told_of_to_whoever_knows_its_number_and_not_listed(open311, life):
    number = open311.number()
    perform(Case.objects.get(number=number).pk, "reject", life.city.actor("operator"), Given(reason="不属于城市管理"))
    assert open311.get(f"requests/{number}.json").json()[0]["status"] == "closed"
    assert open311.get("requests.json").json() == []


def test_a_number_there_is_not_is_not_found(open311):
    assert open311.get("requests/20260101990101000001.json").status_code == 404
    assert open311.get("requests.json", service_request_id="20260101990101000001").json() == []


@pytest.fixture
def three(open311, life) -> list[str]:
    """Three requests: garbage 100 days ago, a manhole (closed) two days ago, garbage now; the newest last."""
    now = life.clock.at
    life.clock.at = now - timedelta(days=100)
    old = open311.number()
    life.clock.at = now - timedelta(days=2)
    closed = life.to("closed").number
    life.clock.at = now
    return [old, closed, open311.number(**dict(zip(("long", "lat"), map(str, open311.city.places[3]), strict=True)))]


def listed(open311: Open311, **parameters: str) -> list[str]:
    answer = open311.get("requests.json", **parameters)
    assert answer.status_code == 200, answer.content.decode()
    return [one["service_request_id"] for one in answer.json()]


def test_requests_of_the_last_ninety_days_come_newest_first(open311, three, counted_queries):
    with counted_queries("open311 requests"):
        found = listed(open311)
    assert found == [three[2], three[1]]


def test_requests_are_found_by_every_parameter(open311, three):
    _old, closed, new = three
    assert listed(open311, service_request_id=f"{new},{closed}") == [new, closed]
    assert listed(open311, service_request_id=new, status="closed") == [new]
    assert listed(open311, service_code=MANHOLE) == [closed]
    assert listed(open311, service_code=f"{MANHOLE},{GARBAGE}") == [new, closed]
    assert listed(open311, service_code="event9999") == []
    assert listed(open311, status="open") == [new]
    assert listed(open311, status="closed") == [closed]
    assert listed(open311, status="open,closed") == [new, closed]
    assert listed(open311, start_date="2026-11-23T00:00:00Z") == [new]
    assert listed(open311, end_date="2026-11-23T00:00:00+08:00") == [closed]
    assert listed(open311, start_date="2026-11-20T00:00:00Z", end_date="2026-11-25T00:00:00Z", status="open") == [new]
    assert listed(open311, page_size="1") == [new]
    assert listed(open311, page_size="1", page="2") == [closed]
    assert listed(open311, page_size="1", page="3") == []
    assert listed(open311, updated_after="2026-11-24T00:00:00Z") == [new]
    assert listed(open311, updated_before="2026-11-23T12:00:00Z") == [closed]
    assert listed(open311, start_date="", status="", page="") == [new, closed]


def test_requests_are_found_around_a_place(open311, three):
    _old, closed, new = three
    (west, lat), (east, _lat) = open311.city.places[0], open311.city.places[3]
    assert listed(open311, lat=str(lat), long=str(west), radius="200") == [closed]
    assert listed(open311, lat=str(lat), long=str(east), radius="200") == [new]
    assert listed(open311, lat=str(lat), long=str(east), radius="1000") == [new, closed]


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"start_date": "yesterday"}, "start_date is not a time"),
        ({"start_date": "2026-11-01T00:00:00"}, "start_date is not a time"),
        ({"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-11-01T00:00:00Z"}, "more than 90 days"),
        ({"start_date": "2026-11-02T00:00:00Z", "end_date": "2026-11-01T00:00:00Z"}, "lies after"),
        ({"status": "asleep"}, "open or closed"),
        ({"page": "0"}, "page is a whole number"),
        ({"page_size": "1001"}, "page_size is a whole number"),
        ({"lat": "30"}, "sent together"),
        ({"radius": "x", "lat": "30", "long": "120"}, "radius is a number"),
    ],
)
def test_a_parameter_that_is_no_value_is_told(open311, parameters, sentence):
    answer = open311.get("requests.json", **parameters)
    assert answer.status_code == 400
    assert sentence in errors_of(answer)[0][1]


# --- jurisdictions, addresses, methods ----------------------------------------------------------------------------------------------------


def test_with_one_jurisdiction_it_need_not_be_named_and_a_strange_one_is_not_found(open311):
    Jurisdiction.objects.create(jurisdiction_id="shifan.example", name="示范市")
    assert open311.get("services.json").status_code == 200
    assert open311.get("services.json", jurisdiction_id="shifan.example").status_code == 200
    answer = open311.get("services.json", jurisdiction_id="elsewhere.example")
    assert answer.status_code == 404
    assert "elsewhere.example" in errors_of(answer)[0][1]


def test_with_two_each_serves_its_own_ground(open311):
    Jurisdiction.objects.create(jurisdiction_id="west.example", name="华丰", division_code=990101001001)
    Jurisdiction.objects.create(jurisdiction_id="east.example", name="东新", division_code=990101001002)
    for path in ("services.json", f"services/{GARBAGE}.json", "requests.json", "requests/1.json", "tokens/1.json"):
        answer = open311.get(path)
        assert answer.status_code == 400, path
        assert "jurisdiction_id was not provided" in errors_of(answer)[0][1]
    number = open311.number(jurisdiction_id="west.example")
    assert open311.get(f"requests/{number}.json", jurisdiction_id="west.example").status_code == 200
    assert open311.get(f"requests/{number}.json", jurisdiction_id="east.example").status_code == 404
    outside = open311.post(**open311.here(jurisdiction_id="east.example"))
    assert outside.status_code == 400
    assert "outside" in errors_of(outside)[0][1]


@pytest.mark.parametrize(("path", "form"), [("nothing.json", "json"), ("nothing", "xml"), ("services", "xml"), ("services.html", "xml")])
def test_an_address_there_is_not_is_told_in_the_asked_form(open311, path, form):
    answer = open311.get(path)
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("application/json" if form == "json" else "text/xml")


@pytest.mark.parametrize("path", ["services.json", "discovery.json", "requests/1.json", "tokens/1.json"])
def test_a_method_that_an_address_does_not_know_is_refused(open311, path):
    answer = open311.post(path, **open311.here())
    assert answer.status_code == 405
    assert answer["Allow"] == "GET"
    assert errors_of(answer)[0][0] == 405


def test_a_page_of_another_site_may_read_the_answers(open311):
    assert open311.get("services.json")["Access-Control-Allow-Origin"] == "*"


# --- kept by the administrator ------------------------------------------------------------------------------------------------------------


def test_an_administrator_writes_down_a_question_and_it_is_asked_at_once(open311, city):
    appoint(COMMAND_LINE, city.members["administrator"], [Post.ADMINISTRATOR], date(2026, 1, 1))
    client = client_of(city, "administrator")
    written = {
        "service_code": PARKING, "code": "kind", "order": 1, "variable": "on", "datatype": "singlevaluelist", "description": "什么车？",
    }  # fmt: skip
    refused = client.post("/administration/tables/intake/serviceattribute/add/", written)
    assert "something to choose from" in refused.content.decode()
    client.post("/administration/tables/intake/serviceattribute/add/", written | {"options": "car = 小汽车"})
    assert open311.get(f"services/{PARKING}.json").json()["attributes"][0]["values"] == [{"key": "car", "name": "小汽车"}]
    strange = client.post("/administration/tables/intake/serviceattribute/add/", written | {"service_code": "event9999", "options": "a"})
    assert strange.status_code in (200, 302)
    assert not ServiceAttribute.objects.filter(service_code="event9999").exists()


def test_nobody_else_does(open311, city):
    with pytest.raises(Forbidden):
        save_attribute(city.actor("operator"), ServiceAttribute(service_code=PARKING, code="q", order=1, description="?"))
    with pytest.raises(Forbidden):
        save_jurisdiction(city.actor("evaluator"), Jurisdiction(jurisdiction_id="x", name="x"))


def test_a_jurisdiction_names_a_division_that_could_be_one(city):
    with pytest.raises(Refused):
        save_jurisdiction(city.actor("administrator"), Jurisdiction(jurisdiction_id="x", name="x", division_code=12345))
