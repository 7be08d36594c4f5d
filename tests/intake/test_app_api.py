"""The app's API: report, follow, hear, answer, without an account."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from chengge.casework.models import Case, Evidence, Report
from chengge.clock import PretendedClock
from chengge.intake.actions.channels import SourceValues, make_source
from chengge.intake.models import Answer, ApiReport
from tests.casework.lives import Life
from tests.factories import City, build_city
from tests.intake.open311_city import picture


@dataclass
class App:
    city: City
    secret: str
    device: str = "device-0001"
    client: Client = field(default_factory=Client)

    def get(self, path: str, token: str = "", **query: Any) -> HttpResponse:
        return self.client.get(f"/api/v1/public{path}", query, headers=self._headers(token))

    def post(self, path: str, body: Any = None, *, token: str = "", key: str = "") -> HttpResponse:
        headers = self._headers(token) | ({"Idempotency-Key": key} if key else {})
        return self.client.post(f"/api/v1/public{path}", body or {}, content_type="application/json", headers=headers)

    def report(self, **values: Any) -> dict[str, Any]:
        lon, lat = self.city.places[0]
        body = {"class_id": self.city.garbage.pk, "lon": lon, "lat": lat, "description": "垃圾散落一地"} | values
        answer = self.post("/reports", body)
        assert answer.status_code == 201, answer.content.decode()
        return answer.json()

    def _headers(self, token: str) -> dict[str, str]:
        named = {"X-Source-Key": self.secret, "X-Device-Id": self.device, "Accept-Language": "en"}
        return named | ({"X-Report-Token": token} if token else {})


@pytest.fixture
def life(db: None, pretended_clock: PretendedClock) -> Life:
    return Life(build_city(), pretended_clock)


@pytest.fixture
def app(life: Life) -> App:
    return App(life.city, make_source(life.city.actor("administrator"), SourceValues("小程序", "app")).secret)


def close(life: Life, number: str) -> None:
    life.case_id = Case.objects.get(number=number).pk
    for step in ("accepted", "filed", "dispatched", "handling", "handled", "checking", "checked", "closed"):
        life._step(step, "heap")


def test_a_report_with_a_photo_becomes_a_case_of_the_channel_app(app):
    photo = SimpleUploadedFile("a.jpg", picture(gps=True), "image/jpeg")
    kept = app.client.post("/api/v1/public/photos", {"photo": photo}, headers=app._headers(""))
    told = app.report(photos=[kept.json()["sha256"]], contact="13812345678", name="赵")
    case = Case.objects.get(number=told["number"])
    assert (case.channel, told["reference"]) == ("app", case.number)
    assert Evidence.objects.get(case=case).sha256 == kept.json()["sha256"]
    assert ApiReport.objects.get().device_mark


def test_a_report_is_followed_by_its_token_and_by_nobody_else(app):
    told = app.report()
    seen = app.get(f"/reports/{told['reference']}", told["token"]).json()
    assert (seen["state"], seen["name"]) == ("open", "Rubbish lying about (暴露垃圾)")
    assert [step["is_now"] for step in seen["steps"]] == [True, False, False, False, False]
    assert app.get(f"/reports/{told['reference']}", "WRONG").status_code == 404
    assert app.get(f"/reports/{told['reference']}").status_code == 422


def test_a_report_without_a_place_waits_and_can_be_followed_all_the_same(app):
    told = app.report(lon=None, lat=None, place="东新路边上")
    assert told["number"] is None
    assert told["reference"].startswith("R")
    assert app.get(f"/reports/{told['reference']}", told["token"]).json()["case"] is None


def test_like_cases_nearby_are_followed_instead_of_repeated(app):
    first = app.report()
    lon, lat = app.city.places[0]
    (alike,) = app.get("/cases/near", lon=lon, lat=lat, **{"class": app.city.garbage.pk}).json()
    assert alike["case"]["number"] == first["number"]
    told = app.post(f"/cases/{first['number']}/follow", {"description": "我也看到了"}).json()
    assert told["number"] == first["number"]
    assert told["token"] != first["token"]
    assert app.get(f"/reports/{told['reference']}", told["token"]).json()["others"] == 1
    assert Report.objects.filter(case__number=first["number"]).count() == 2


def test_the_same_key_is_one_report_and_the_same_token(app):
    body = {"class_id": app.city.garbage.pk, "lon": app.city.places[0][0], "lat": app.city.places[0][1]}
    first, again = (app.post("/reports", body, key="k1").json() for _ in range(2))
    assert first["token"] == again["token"]
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert Report.objects.count() == 1


def test_how_content_one_is_is_said_once_after_the_end(app, life):
    told = app.report()
    assert app.post(f"/reports/{told['reference']}/rating", {"stars": 5}, token=told["token"]).status_code == 409
    close(life, told["number"])
    assert app.post(f"/reports/{told['reference']}/rating", {"stars": 5, "words": "很快"}, token=told["token"]).status_code == 200
    assert Answer.objects.get(step="visit").stars == 5
    assert app.post(f"/reports/{told['reference']}/rating", {"stars": 1}, token=told["token"]).status_code == 409


def test_who_is_not_content_asks_that_it_goes_on(app, life):
    told = app.report()
    close(life, told["number"])
    assert app.get(f"/reports/{told['reference']}", told["token"]).json()["reopen_until"] is not None
    assert app.post(f"/reports/{told['reference']}/reopen", {"reason": "还在那里"}, token=told["token"]).status_code == 200
    assert Answer.objects.filter(step="complaint").exists()


def test_public_cases_are_listed_without_a_word_of_the_reporter(app):
    number = app.report(description="三单元 501 王某某家门口")["number"]
    answer = app.get("/cases")
    assert [row["number"] for row in answer.json()["items"]] == [number]
    assert app.get(f"/cases/{number}").json()["state"] == "open"
    assert "王某某" not in answer.content.decode()
    assert app.get(f"/cases/{number}/photos").json() == []


def test_classes_and_conditions_are_those_of_the_city(app):
    told = {row["code"]: row["id"] for row in app.get("/classes").json()}
    assert told["event0101"] == app.city.garbage.pk
    assert app.get(f"/classes/{app.city.garbage.pk}/conditions").json()[0]["condition"].startswith("散落垃圾")


def test_without_the_key_of_an_app_nothing_is_told(app):
    app.secret = "chengge_in_nobody"
    assert app.get("/classes").status_code == 401
    app.secret = make_source(app.city.actor("administrator"), SourceValues("短信", "sms")).secret
    assert app.get("/classes").status_code == 403
    app.secret = make_source(app.city.actor("administrator"), SourceValues("看", "app", may_report=False)).secret
    assert app.get("/classes").status_code == 200
    assert app.post("/reports", {"description": "x"}).status_code == 403


def test_a_device_reports_so_many_times_an_hour(app, monkeypatch):
    monkeypatch.setattr("chengge.intake.actions.app.REPORTS_PER_HOUR", 2)
    for _ in range(2):
        app.report()
    lon, lat = app.city.places[0]
    answer = app.post("/reports", {"class_id": app.city.garbage.pk, "lon": lon, "lat": lat})
    assert answer.status_code == 429
    assert "Retry-After" in answer.headers
