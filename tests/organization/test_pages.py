"""Signing in and out, the language, the password, and the way home."""

import pytest
from django.test import Client

from tests.factories import PASSWORD, City, build_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def sign_in(client: Client, name: str = "operator", password: str = PASSWORD, **more: str):
    return client.post("/accounts/sign-in", {"username": name, "password": password, **more})


def test_a_member_signs_in_and_comes_to_the_own_desk(client, city):
    assert sign_in(client).headers["Location"] == "/"
    assert client.get("/").headers["Location"] == "/desk/operator/"


@pytest.mark.parametrize(
    ("name", "address"),
    [("inspector", "/phone/"), ("crew", "/desk/department/"), ("leader", "/leader/"), ("administrator", "/desk/administrator/")],
)
def test_everybody_comes_home_to_their_own_work(client, city, name, address):
    client.force_login(city.members[name])
    assert client.get("/").headers["Location"] == address


def test_a_wrong_password_is_said_in_plain_words_and_the_name_stays(client, city):
    client.cookies["chengge_language"] = "en"
    answer = sign_in(client, password="wrong")
    text = answer.content.decode()
    assert "Name and password do not match" in text
    assert 'value="operator"' in text


def test_a_member_who_left_cannot_sign_in(client, city):
    city.members["operator"].is_active = False
    city.members["operator"].save()
    assert sign_in(client).status_code == 200
    assert client.get("/").headers["Location"].startswith("/accounts/sign-in")


def test_signing_in_leads_on_to_where_one_wanted_to_go_but_never_elsewhere(client, city):
    assert sign_in(client, next="/cases/20261124990101000001/").headers["Location"] == "/cases/20261124990101000001/"
    client.logout()
    assert sign_in(client, next="https://elsewhere.example/").headers["Location"] == "/"


def test_too_many_wrong_tries_pause_the_name_and_say_so(client, city, settings):
    settings.AXES_ENABLED = True
    client.cookies["chengge_language"] = "en"
    answers = [sign_in(client, password=f"wrong {number}") for number in range(settings.AXES_FAILURE_LIMIT)]
    assert [answer.status_code for answer in answers] == [200] * (settings.AXES_FAILURE_LIMIT - 1) + [429]
    right = sign_in(client)
    assert right.status_code == 429
    assert "Signing in is paused for this name" in right.content.decode()
    assert sign_in(Client(REMOTE_ADDR="10.0.0.9")).status_code == 302
    assert sign_in(client, name="dispatcher").status_code == 302


def test_signing_out_needs_a_post_and_ends_the_session(client, city):
    client.force_login(city.members["operator"])
    assert client.get("/accounts/sign-out").status_code == 405
    assert client.post("/accounts/sign-out").status_code == 302
    assert client.get("/").headers["Location"].startswith("/accounts/sign-in")


def test_the_language_is_switched_by_a_button_and_stays(client, city):
    client.force_login(city.members["operator"])
    client.post("/language/", {"language": "en", "next": "/desk/operator/"})
    assert 'lang="en"' in client.get("/desk/operator/").content.decode()
    client.post("/language/", {"language": "zh-hans", "next": "/desk/operator/"})
    assert 'lang="zh-CN"' in client.get("/desk/operator/").content.decode()


def test_a_members_own_language_is_used_from_the_first_page(client, city):
    member = city.members["operator"]
    member.language = "en"
    member.save()
    sign_in(client)
    assert 'lang="en"' in client.get("/desk/operator/").content.decode()


def test_a_new_password_must_be_a_good_one_and_ends_other_sessions(client, city):
    other = Client()
    for one in (client, other):
        one.force_login(city.members["operator"])
    form = {"old_password": PASSWORD, "new_password1": "12345", "new_password2": "12345"}
    assert client.post("/accounts/password", form).status_code == 400
    good = {"old_password": PASSWORD, "new_password1": "街道与网格 2026 号", "new_password2": "街道与网格 2026 号"}
    assert client.post("/accounts/password", good).status_code == 302
    assert client.get("/desk/operator/").status_code == 200
    assert other.get("/desk/operator/").status_code == 302
    assert sign_in(Client(), password="街道与网格 2026 号").status_code == 302


def test_demo_names_are_shown_in_the_demo_city_only(client, city, settings):
    assert "data-demo" not in client.get("/accounts/sign-in").content.decode()
    settings.DEMO = True
    assert 'data-demo="dispatcher"' in client.get("/accounts/sign-in").content.decode()


def test_who_holds_no_post_is_told_so(client, city):
    city.members["operator"].posts.all().delete()
    client.force_login(city.members["operator"])
    client.cookies["chengge_language"] = "en"
    assert "You hold no post today" in client.get("/").content.decode()


def test_pages_that_are_not_there_and_not_allowed_say_what_to_do(client, city):
    client.force_login(city.members["operator"])
    client.cookies["chengge_language"] = "en"
    missing = client.get("/cases/20260101990101999999/")
    assert missing.status_code == 404
    assert "There is no such case, or it lies out of your sight." in missing.content.decode()
    foreign = client.get("/desk/dispatcher/")
    assert foreign.status_code == 403
    assert "Go to your own desk." in foreign.content.decode()
    nowhere = client.get("/nowhere/")
    assert nowhere.status_code == 404
    assert "There is nothing here" in nowhere.content.decode()


def test_who_was_signed_out_keeps_the_page_and_is_told_so(client, city):
    answer = client.get("/cases/20260101990101999999/do/void/", headers={"HX-Request": "true"}, follow=True)
    assert answer.status_code == 403
    assert answer.headers["HX-Retarget"] == "#notes"


def test_a_part_of_a_page_that_is_refused_becomes_a_note(client, city):
    client.force_login(city.members["operator"])
    answer = client.get("/desk/operator/case/20260101990101999999/", headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert answer.headers["HX-Retarget"] == "#notes"
