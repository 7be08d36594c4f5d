"""A password that was handed over is good for one thing: to choose another."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from chengge.domain.lifecycle import Post
from chengge.organization import actions
from chengge.organization.models import Member
from tests.factories import PASSWORD, SINCE, City, build_city

pytestmark = pytest.mark.django_db


OWN = "街道与网格 2026 号"
PAGE = "/accounts/password"


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@pytest.fixture
def handed(city: City) -> str:
    """The first password of a new inspector, `new`."""
    wanted = actions.MemberValues("new", "新来的", city.organization_id("supervision"), frozenset({Post.INSPECTOR}))
    (first,) = actions.add_members(actions.COMMAND_LINE, [wanted], SINCE)
    return first.password


@pytest.fixture
def phone(client: Client, handed: str) -> Client:
    """The new inspector's phone, just signed in."""
    client.cookies["chengge_language"] = "en"
    assert client.post("/accounts/sign-in", {"username": "new", "password": handed, "next": "/phone/"}).status_code == 302
    return client


def choose(client: Client, password: str, address: str = PAGE):
    return client.post(address, {"new_password1": password, "new_password2": password})


def test_signing_in_with_a_first_password_leads_to_choosing_another_and_then_on_to_work(phone):
    led = phone.get("/phone/")
    assert led.headers["Location"] == f"{PAGE}?next=%2Fphone%2F"
    page = phone.get(led.headers["Location"]).content.decode()
    assert "handed to you" in page
    assert "old_password" not in page
    assert choose(phone, OWN, led.headers["Location"]).headers["Location"] == "/phone/"
    assert phone.get("/phone/").status_code == 200
    assert Client().post("/accounts/sign-in", {"username": "new", "password": OWN}).status_code == 302


def test_the_page_is_in_chinese_too(phone):
    phone.cookies["chengge_language"] = "zh-hans"
    assert 'lang="zh-CN"' in phone.get(PAGE).content.decode()


def test_the_password_that_was_handed_over_cannot_be_chosen_again_nor_a_poor_one(phone, handed):
    same = choose(phone, handed)
    assert same.status_code == 400
    assert "Choose another." in same.content.decode()
    assert choose(phone, "12345").status_code == 400
    assert Member.objects.get(username="new").must_choose_password


def test_choosing_leads_nowhere_else(phone):
    assert choose(phone, OWN, f"{PAGE}?next=https://elsewhere.example/").headers["Location"] == "/"


def test_until_then_a_script_is_told_and_a_part_of_a_page_leads_there(phone):
    told = phone.get("/phone/", headers={"Accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (403, "own_password_needed")
    part = phone.get("/phone/", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, PAGE)


def test_a_session_of_the_api_waits_too_but_a_token_works_until_the_password_is_chosen(phone, handed):
    told = phone.get("/api/v1/me")
    assert (told.status_code, told.json()["code"]) == (403, "own_password_needed")
    program = Client()
    made = program.post("/api/v1/tokens", {"username": "new", "password": handed}, content_type="application/json")
    bearer = {"Authorization": f"Bearer {made.json()['token']}"}
    assert program.get("/api/v1/me", headers=bearer).json()["username"] == "new"
    choose(phone, OWN)
    assert phone.get("/api/v1/me").status_code == 200
    assert program.get("/api/v1/me", headers=bearer).status_code == 401


def test_whoever_lost_theirs_gets_one_to_be_changed_too(client, city):
    given = actions.give_new_password(actions.COMMAND_LINE, city.members["operator"])
    client.post("/accounts/sign-in", {"username": "operator", "password": given.password})
    assert client.get("/").headers["Location"] == PAGE
    assert client.get("/desk/operator/").headers["Location"].startswith(PAGE)
    client.post("/accounts/sign-out")
    assert client.get("/").headers["Location"].startswith("/accounts/sign-in")


def test_who_chose_before_and_the_demo_citys_people_are_not_asked(client, city):
    client.post("/accounts/sign-in", {"username": "operator", "password": PASSWORD})
    assert client.get("/", follow=True).request["PATH_INFO"] == "/desk/operator/"


def plain_addresses(patterns: list[URLPattern | URLResolver], before: str = "/") -> list[str]:
    """Every address of the house that has no variable part."""
    found = []
    for one in patterns:
        part = before + str(one.pattern).removeprefix("^").removesuffix("$").removesuffix(r"\Z")
        if "<" in part or "(" in part:
            continue
        found += plain_addresses(one.url_patterns, part) if isinstance(one, URLResolver) else [part]
    return found


def test_no_page_that_asks_who_one_is_opens_before(phone):
    visitor, others = Client(), ("/accounts/", "/language/", "/api/")
    addresses = [address for address in plain_addresses(get_resolver().url_patterns) if not address.startswith(others)]
    own = [address for address in addresses if visitor.get(address).headers.get("Location", "").startswith("/accounts/sign-in")]
    assert len(own) > 60
    opened = {address: phone.get(address) for address in own}
    assert [address for address, answer in opened.items() if not answer.headers.get("Location", "").startswith(PAGE)] == []
