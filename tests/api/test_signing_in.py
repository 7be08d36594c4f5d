"""Programs sign in with tokens, browsers with sessions; neither is told more than it must know."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from chengge.clock import PretendedClock
from chengge.organization.models import ApiToken
from tests.api.conftest import Program
from tests.factories import PASSWORD, City

Programs = Callable[[str], Program]
OPERATOR = {"username": "operator", "password": PASSWORD}


def test_a_token_is_made_for_user_name_and_password_and_acts_for_the_member(city: City, pretended_clock: PretendedClock) -> None:
    made = Client().post("/api/v1/tokens", OPERATOR | {"name": "night import"}, content_type="application/json")
    assert made.status_code == 201
    me = Program(made.json()["token"]).get("/me").json()
    assert me["name"] == "吴倩"
    assert me["posts"] == ["operator"]
    assert me["axis"] == "supervision"


def test_the_secret_of_a_token_is_kept_nowhere(city: City, pretended_clock: PretendedClock) -> None:
    secret = Client().post("/api/v1/tokens", OPERATOR, content_type="application/json").json()["token"]
    kept = ApiToken.objects.values().get()
    assert not any(secret in str(value) for value in kept.values())


def test_a_wrong_password_makes_no_token_and_does_not_tell_what_was_wrong(city: City) -> None:
    wrong = Client().post("/api/v1/tokens", OPERATOR | {"password": "another word"}, content_type="application/json")
    unknown = Client().post("/api/v1/tokens", {"username": "nobody", "password": "another word"}, content_type="application/json")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.json() == unknown.json()
    assert not ApiToken.objects.exists()


def test_after_too_many_wrong_passwords_even_the_right_one_has_to_wait(city: City, settings: object) -> None:
    settings.AXES_ENABLED = True  # type: ignore[attr-defined]
    settings.AXES_FAILURE_LIMIT = 3  # type: ignore[attr-defined]
    browser = Client()
    for _try in range(3):
        browser.post("/api/v1/tokens", OPERATOR | {"password": "another word"}, content_type="application/json")
    locked = browser.post("/api/v1/tokens", OPERATOR, content_type="application/json")
    assert locked.status_code == 429
    assert locked.headers["Content-Type"] == "application/problem+json"


def test_a_token_lasts_as_long_as_it_was_made_for(city: City, pretended_clock: PretendedClock) -> None:
    made = Client().post("/api/v1/tokens", OPERATOR | {"days": 2}, content_type="application/json").json()
    program = Program(made["token"])
    pretended_clock.advance(timedelta(days=1, hours=23))
    assert program.get("/me").status_code == 200
    pretended_clock.advance(timedelta(hours=2))
    assert program.get("/me").status_code == 401


def test_a_revoked_token_ends_at_once(program: Programs) -> None:
    operator = program("operator")
    (token,) = operator.get("/tokens").json()
    assert operator.delete(f"/tokens/{token['id']}").status_code == 204
    assert operator.get("/me").status_code == 401


def test_nobody_revokes_the_token_of_another(program: Programs, city: City) -> None:
    operator, dispatcher = program("operator"), program("dispatcher")
    (token,) = operator.get("/tokens").json()
    assert dispatcher.delete(f"/tokens/{token['id']}").status_code == 404
    assert operator.get("/me").status_code == 200


def test_a_new_password_ends_every_token(program: Programs, city: City) -> None:
    operator = program("operator")
    city.members["operator"].set_password("a quite different word")
    city.members["operator"].save()
    assert operator.get("/me").status_code == 401


def test_a_member_who_has_left_has_no_token_any_more(program: Programs, city: City) -> None:
    operator = program("operator")
    city.members["operator"].is_active = False
    city.members["operator"].save()
    assert operator.get("/me").status_code == 401


def test_the_same_key_gives_the_same_token_and_a_revoked_one_is_not_revived(city: City, pretended_clock: PretendedClock) -> None:
    def make() -> object:
        return Client().post("/api/v1/tokens", OPERATOR, content_type="application/json", headers={"Idempotency-Key": "one"})

    first, second = make(), make()
    assert first.json() == second.json()  # type: ignore[attr-defined]
    assert ApiToken.objects.count() == 1
    Program(first.json()["token"]).delete(f"/tokens/{first.json()['id']}")  # type: ignore[attr-defined]
    assert make().status_code == 409  # type: ignore[attr-defined]


@pytest.mark.parametrize("token", ["", "x", "chengge_", "chengge_" + "a" * 43, "Bearer", "\u00e9"])
def test_an_unknown_token_opens_nothing(db: None, token: str) -> None:
    answer = Program(token).get("/me")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_browser_signs_in_with_its_csrf_token_and_stays_signed_in(city: City, pretended_clock: PretendedClock) -> None:
    browser = Client(enforce_csrf_checks=True)
    csrf = browser.get("/api/v1/session").json()["csrf_token"]
    signed_in = browser.post("/api/v1/session", OPERATOR, content_type="application/json", headers={"X-CSRFToken": csrf})
    assert signed_in.status_code == 200
    assert browser.get("/api/v1/me").json()["username"] == "operator"


def test_another_site_can_neither_sign_a_browser_in_nor_act_for_it(city: City, pretended_clock: PretendedClock) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.post("/api/v1/session", OPERATOR, content_type="application/json").status_code == 403
    browser.force_login(city.members["operator"])
    refused = browser.post("/api/v1/reports", {"channel": "hotline"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")


def test_a_token_needs_no_csrf_token_since_no_browser_sends_it_by_itself(program: Programs, city: City) -> None:
    operator = program("operator")
    operator.client = Client(enforce_csrf_checks=True)
    assert operator.post("/reports", {"channel": "hotline"}).status_code == 201


def test_signing_out_ends_the_session(city: City, pretended_clock: PretendedClock) -> None:
    browser = Client()
    browser.force_login(city.members["operator"])
    assert browser.delete("/api/v1/session").status_code == 204
    assert browser.get("/api/v1/me").status_code == 401
