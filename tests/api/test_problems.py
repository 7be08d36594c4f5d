"""Whatever goes wrong below /api/v1 is told as a problem detail (RFC 9457); and the document tells the truth about itself."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from chengge.config.api import api
from tests.api.conftest import Program
from tests.factories import City

Programs = Callable[[str], Program]


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/v1/", "/api/v1/cases/", "/api/v1/cases/1/2/3", "/api/v1/%00"])
def test_an_unknown_address_is_a_problem(db: None, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 404


def test_a_method_that_an_address_does_not_know_is_a_problem_that_names_the_others(db: None) -> None:
    answer = Client().patch("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET"


def test_a_body_that_is_no_json_is_a_problem(program: Programs) -> None:
    operator = program("operator")
    answer = operator.client.post(
        "/api/v1/reports", b'{"lon": NaN}', content_type="application/json", headers={"Authorization": f"Bearer {operator.token}"}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")


def test_every_value_at_fault_is_named(program: Programs) -> None:
    answer = program("operator").post("/reports", {"channel": "smoke", "lon": 500, "description": "\0", "colour": "red"}).json()
    assert {fault["where"].split(".")[-1] for fault in answer["errors"]} == {"channel", "lon", "description", "colour"}


def test_a_value_is_not_turned_silently_into_another_type(program: Programs) -> None:
    for wrong in ({"lon": "120.1"}, {"class_id": "1"}, {"class_id": 1.5}, {"urgent": "yes"}, {"photos": "abc"}):
        assert program("operator").post("/reports", {"channel": "hotline"} | wrong).status_code == 422, wrong


def test_a_fault_of_ours_is_a_problem_that_says_nothing_of_the_inside(program: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("password of the database")

    monkeypatch.setattr("chengge.casework.api.cases.cases", broken)
    operator = program("operator")
    operator.client = Client(raise_request_exception=False)
    answer = operator.get("/cases")
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/problem+json")
    assert "password" not in answer.content.decode()


def test_a_problem_speaks_the_language_of_the_caller(program: Programs) -> None:
    operator = program("operator")
    english = operator.get("/cases/20260101990101000001").json()
    operator.language = "zh-hans"
    chinese = operator.get("/cases/20260101990101000001").json()
    assert english["code"] == chinese["code"] == "case"
    assert english["detail"].isascii()


def test_a_page_outside_the_api_stays_a_page(db: None) -> None:
    assert Client().get("/nowhere-at-all").headers["Content-Type"].startswith("text/html")


def test_every_post_that_creates_takes_an_idempotency_key() -> None:
    without_on_purpose = {"/api/v1/session", "/api/v1/members"}  # a session is the browser's own; a first password is kept nowhere
    for path, method, operation in operations():
        if method == "post" and "201" in operation["responses"] and path not in without_on_purpose:
            names = {parameter["name"] for parameter in operation["parameters"]}
            assert "Idempotency-Key" in names, path


def test_every_operation_is_described_and_every_error_is_a_problem() -> None:
    for path, method, operation in operations():
        assert operation.get("description"), (method, path)
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], (method, path, status)
                assert answer["content"]["application/problem+json"]["example"]["status"] == int(status)


def test_a_single_thing_has_an_etag_and_a_list_has_none(program: Programs, city: City) -> None:
    operator = program("operator")
    for path in ("/me", f"/classes/{city.manhole.pk}", f"/organizations/{city.organization_id('works')}", "/grids/990101001001001"):
        first = operator.get(path)
        again = operator.get(path, If_None_Match=first.headers["ETag"])
        assert (again.status_code, again.content) == (304, b""), path
    assert "ETag" not in operator.get("/cases").headers


def test_while_the_database_is_away_a_program_is_asked_to_come_again_soon(program: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_arguments: object) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    monkeypatch.setattr("chengge.casework.api.cases.cases", away)
    operator = program("operator")
    operator.client = Client(raise_request_exception=False)
    answer = operator.get("/cases")
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert answer.headers["Retry-After"] == "5"
