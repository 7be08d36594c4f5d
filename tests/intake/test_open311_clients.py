"""Open311 spoken by clients that no one here wrote: `georeport` and `three` from PyPI, against a running server."""

import io
import itertools
from datetime import timedelta
from typing import Any

import pytest
import requests as http
from georeport import GeoReport

from chengge import clock
from chengge.casework.models import Case, Evidence
from chengge.intake.models import Jurisdiction
from tests.casework.lives import Life
from tests.factories import build_city
from tests.intake.open311_city import GARBAGE, MANHOLE, PARKING, Open311, ask, open311_of, picture

itertools.ifilter = filter  # type: ignore[attr-defined]  # three was written for Python 2, and asks for it.
from three import Three  # noqa: E402

# The server runs in a thread of its own, by the true clock.
W3 = "%Y-%m-%dT%H:%M:%SZ"


@pytest.fixture
def open311(transactional_db: None) -> Open311:
    return open311_of(build_city())


def closed_case(open311: Open311) -> str:
    """A case that was closed within the last hour."""
    with clock.pretend(clock.now() - timedelta(hours=1)) as pretended:
        return Life(open311.city, pretended).to("closed").number


@pytest.fixture
def address(live_server) -> str:
    return f"{live_server.url}/open311/v2"


@pytest.mark.parametrize("form", ["json", "xml"])
def test_georeport_finds_services_and_follows_requests(open311, address, form):
    ask(PARKING, code="plate")
    ask(PARKING, code="kind", datatype="singlevaluelist", options="car = 小汽车\ntruck = 货车")
    closed = closed_case(open311)
    number = open311.number()
    client = GeoReport(address, output_format=form)

    services = {one["service_code"]: one for one in client.get_service_list()}
    assert set(services) == {MANHOLE, GARBAGE, PARKING}
    assert str(services[PARKING]["metadata"]).lower() == "true"
    definition = client.get_service_definition(PARKING)
    attributes = definition["attributes"] if form == "json" else definition["attributes"]["attribute"]
    assert [one["code"] for one in attributes][:2] == ["plate", "kind"]

    now = clock.now()
    found = client.get_service_requests()
    assert {one["service_request_id"] for one in found} == {closed, number}
    assert [one["service_request_id"] for one in found if one["status"] == "closed"] == [closed]
    only = client.get_service_requests(
        service_code=GARBAGE,
        status="open",
        start_date=(now - timedelta(days=1)).strftime(W3),
        end_date=(now + timedelta(days=1)).strftime(W3),
    )
    only = only if isinstance(only, list) else [only]  # One child alone is no list to xmltodict.
    assert [one["service_request_id"] for one in only] == [number]
    assert client.get_service_request(number)["service_code"] == GARBAGE
    with pytest.raises(http.HTTPError, match="404"):
        client.get_service_request("20260101990101000001")


def three(address: str, **keywords: Any) -> Three:
    return Three(address, **keywords)


def test_three_reports_with_a_photo_and_learns_how_it_goes(open311, address):
    client = three(address, api_key=open311.api_key)
    ask(GARBAGE, code="size", datatype="number", required=True)
    lon, lat = open311.city.places[0]
    photo = io.BytesIO(picture(gps=True))
    photo.name = "photo.jpg"
    (told,) = client.post(
        GARBAGE,
        lat=str(lat),
        long=str(lon),
        name="Ming Zhao",
        phone="13812345678",
        description="垃圾",
        media=photo,
        **{"attribute[size]": "3"},
    )
    number = told["service_request_id"]
    assert Case.objects.get(number=number).channel == "open311"
    assert Evidence.objects.filter(case__number=number).exists()
    assert client.request(number)[0]["status"] == "open"
    assert [one["service_request_id"] for one in client.requests(GARBAGE, count=10)] == [number]
    today = clock.now().date()
    assert client.requests(between=[today - timedelta(days=9), today - timedelta(days=2)]) == []
    (found,) = client.requests(between=[today - timedelta(days=9), today + timedelta(days=1)])
    assert found["service_request_id"] == number
    assert {one["service_code"] for one in client.services()} == {MANHOLE, GARBAGE, PARKING}
    assert client.services(GARBAGE)["attributes"][0]["code"] == "size"
    assert client.discovery()["endpoints"][0]["url"] == address
    assert client.discovery(f"{address}/discovery.xml").startswith(b"<?xml")


def test_three_is_given_a_token_for_an_address_nobody_knows(open311, address):
    client = three(address, api_key=open311.api_key)
    (told,) = client.post(GARBAGE, address="东新路边上", description="垃圾")
    assert client.token(told["token"]) == [{"service_request_id": None, "token": told["token"]}]


def test_three_is_told_what_was_wrong(open311, address):
    (fault,) = three(address, api_key="wrong").post(GARBAGE, lat="30.3", long="120.1")
    assert fault["code"] == 403
    (fault,) = three(address).services("event9999")
    assert fault["code"] == 404
    assert b"<code>404</code>" in three(address, format="xml").get("services", "event9999", convert=False)


def test_three_names_its_jurisdiction(open311, address):
    Jurisdiction.objects.create(jurisdiction_id="west.example", name="华丰", division_code=990101001001)
    Jurisdiction.objects.create(jurisdiction_id="east.example", name="东新", division_code=990101001002)
    lon, lat = open311.city.places[0]
    client = three(address, api_key=open311.api_key, jurisdiction="west.example")
    (told,) = client.post(GARBAGE, lat=str(lat), long=str(lon), description="垃圾")
    assert client.request(told["service_request_id"])[0]["service_code"] == GARBAGE
    assert three(address, jurisdiction="east.example").requests() == []
    assert three(address, jurisdiction="nowhere.example").requests()[0]["code"] == 404
    assert three(address).requests()[0]["code"] == 400
