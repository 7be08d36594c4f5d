"""What every answer tells the browser, and what happens when something is not there."""

import pytest
from django.test import Client, override_settings
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_health_is_told_to_anybody(client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_a_page_may_load_and_run_only_what_is_ours(client):
    policy = client.get("/healthz").headers["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'self'"
    assert rules["script-src"].split()[0] == "'self'"
    assert "unsafe" not in policy
    assert rules["frame-ancestors"] == rules["object-src"] == "'none'"
    assert rules["worker-src"] == "'self'"


def test_the_browser_lends_us_the_place_the_camera_and_the_microphone_and_nothing_else(client):
    permissions = client.get("/healthz").headers["Permissions-Policy"]
    assert "geolocation=(self)" in permissions
    assert "microphone=(self)" in permissions  # for voice notes
    assert "payment=()" in permissions


def test_an_address_that_is_none_gives_our_own_page_in_the_members_language(client):
    answer = client.get("/there/is/nothing/here", headers={"accept-language": "en"})
    assert answer.status_code == 404
    assert "404.html" in [template.name for template in answer.templates]
    assert answer.headers["Content-Language"] == "en"


def test_a_name_the_pages_may_not_be_asked_for_under_is_refused():
    assert Client(headers={"host": "evil.example"}).get("/healthz").status_code == 400


@override_settings(AXES_ENABLED=True, AXES_FAILURE_LIMIT=3)
def test_guessing_a_password_is_stopped(client, django_user_model):
    django_user_model.objects.create_user("operator", password="right-and-long-enough")
    sign_in = reverse("sign_in")
    for _ in range(3):
        client.post(sign_in, {"username": "operator", "password": "wrong"})
    answer = client.post(sign_in, {"username": "operator", "password": "right-and-long-enough"})
    assert answer.status_code == 429
    assert "_auth_user_id" not in client.session
