"""Every page of the public portal opens without an account, in both languages, at a fixed number of queries."""

import pytest
from django.test import Client

from tests.casework.lives import Life
from tests.conftest import QueryCounter
from tests.factories import City
from tests.intake.portal_city import build_portal_city, visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

PAGES = (
    "/public/",
    "/public/report/",
    "/public/track/",
    "/public/cases/",
    "/public/bulletin/",
    "/public/about/",
    "/public/feed.atom",
    "/public/feed.rss",
    "/public/map/config.json",
)


@pytest.fixture
def city() -> City:
    return build_portal_city()


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_opens_without_an_account_in_both_languages(city: City, address: str, language: str) -> None:
    Life(city).reported()
    client = Client()
    client.cookies["chengge_language"] = language
    answer = client.get(address)
    assert answer.status_code == 200
    assert "chengge_session" not in answer.cookies


def test_an_empty_city_has_pages_that_say_so(city: City) -> None:
    client = visitor()
    assert "Nothing has been solved yet" in client.get("/public/").content.decode()
    assert "Nothing public fits" in client.get("/public/cases/").content.decode()
    assert "No bulletin has been published yet" in client.get("/public/bulletin/").content.decode()


def test_the_pages_take_the_same_queries_however_much_there_is(city: City, counted_queries: QueryCounter) -> None:
    for grid in range(4):
        Life(city).reported(grid=grid)
    number = Life(city).reported().until("closed").number
    client = visitor()
    for name, address in (
        ("home", "/public/"),
        ("form", "/public/report/"),
        ("list", "/public/cases/"),
        ("case", f"/public/cases/{number}/"),
        ("feed", "/public/feed.atom"),
        ("points", "/public/cases.geojson?window=120.1,30.3,120.3,30.4"),
    ):
        client.get(address)
        with counted_queries(f"portal: {name}"):
            assert client.get(address).status_code == 200


def test_the_sign_in_page_leads_to_the_portal() -> None:
    assert 'href="/public/"' in visitor().get("/accounts/sign-in").content.decode()
