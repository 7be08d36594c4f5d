"""Statements for programs: the same rights, the same words, the same digest as on the page."""

import pytest

from chengge.organization.tokens import make_token
from tests.api.conftest import Program
from tests.evaluation.scored import department_scheme, deposit_rule, personal_rule, run_of
from tests.factories import City, build_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db, pretended_clock) -> City:
    return build_city()


@pytest.fixture
def run(city):
    version = department_scheme()
    deposit_rule(city.actor("evaluator"), version.scheme)
    personal_rule(city.actor("evaluator"), version.scheme)
    return run_of(version, city, ("95", "80", "40"))


def program(city, name) -> Program:
    return Program(make_token(city.members[name]).secret)


def test_a_statement_is_proposed_read_and_approved_by_two(city, run):
    made = program(city, "evaluator").post("/evaluation/statements", {"run": run.pk}, key="once").json()
    again = program(city, "evaluator").post("/evaluation/statements", {"run": run.pk}).json()
    assert (made["state"], again["id"]) == ("proposed", made["id"])
    path = f"/evaluation/statements/{made['id']}"
    read = program(city, "leader").get(path).json()
    assert [(line["payee"].partition(":")[0], line["amount_fen"]) for line in read["lines"]][:2] == [
        ("organization", 1_000_000),
        ("member", 50_000),
    ]
    assert read["lines"][0]["items"][0]["deposit"] == {
        "opening": 0, "paid_in": 1_000_000, "returned": 1_000_000, "extra": 1_000_000, "forfeited": 0, "closing": 0,
    }  # fmt: skip
    assert program(city, "evaluator").post(f"{path}/approval", {"digest": made["digest"]}).status_code == 403
    assert program(city, "leader").post(f"{path}/approval", {"digest": "0" * 64}).status_code == 409
    for name in ("leader", "administrator"):
        answer = program(city, name).post(f"{path}/approval", {"digest": made["digest"]})
    assert answer.json()["state"] == "approved"
    assert program(city, "leader").get("/evaluation/statements").json()["statements"][0]["id"] == made["id"]


def test_a_department_reads_its_own_lines_alone(city, run):
    made = program(city, "evaluator").post("/evaluation/statements", {"run": run.pk}).json()
    department = program(city, "department")
    assert department.get("/evaluation/statements").status_code == 403
    assert department.get(f"/evaluation/statements/{made['id']}").status_code == 403
    assert department.get("/evaluation/statements/mine").json() == {"lines": []}
    for name in ("leader", "administrator"):
        program(city, name).post(f"/evaluation/statements/{made['id']}/approval", {"digest": made["digest"]})
    assert [line["name"] for line in department.get("/evaluation/statements/mine").json()["lines"]] == ["市政设施养护中心", "王磊"]


def test_a_refusal_needs_its_reason(city, run):
    made = program(city, "evaluator").post("/evaluation/statements", {"run": run.pk}).json()
    path = f"/evaluation/statements/{made['id']}/refusal"
    assert program(city, "leader").post(path, {"reason": ""}).status_code == 422
    assert program(city, "leader").post(path, {"reason": "先处理申诉"}).json()["state"] == "refused"
