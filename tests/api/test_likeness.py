"""The same problem reported twice, over the API."""

from collections.abc import Callable
from typing import Any

import pytest

from chengge.casework.models import NotAlike, Report
from tests.casework.lives import Life

pytestmark = pytest.mark.django_db
Programs = Callable[[str], Any]


def two_of_one(life: Life) -> tuple[str, str]:
    life.report()
    first = life.case.number
    life.later(minutes=5)
    life.report()
    return first, life.case.number


def test_what_may_be_the_same_is_told_with_score_and_reasons(program: Programs, life: Life) -> None:
    first, second = two_of_one(life)
    (found,) = program("operator").get(f"/cases/{second}/alike").json()
    assert found["case"]["number"] == first
    assert found["score"] > 0.9
    assert "same class" in found["reasons"]
    assert found["came_back"] is False


def test_a_case_is_merged_split_off_and_its_reports_move_with_it(program: Programs, life: Life) -> None:
    first, second = two_of_one(life)
    operator = program("operator")
    missing = operator.post(f"/cases/{second}/actions/merge", {"reason": "同一问题"})
    assert missing.status_code == 422
    merged = operator.post(f"/cases/{second}/actions/merge", {"reason": "同一问题", "into": first})
    assert merged.json()["to_stage"] == "merged"
    assert Report.objects.filter(case__number=first).count() == 2
    assert operator.post(f"/cases/{second}/actions/split", {"reason": "两个井盖"}).json()["to_stage"] == "reported"
    assert Report.objects.filter(case__number=first).count() == 1


def test_two_problems_stay_apart_once_somebody_said_so(program: Programs, life: Life) -> None:
    first, second = two_of_one(life)
    operator = program("operator")
    assert operator.post(f"/cases/{second}/not-alike", {"number": first}).status_code == 204
    assert operator.get(f"/cases/{first}/alike").json() == []
    assert operator.delete(f"/cases/{second}/not-alike/{first}").status_code == 204
    assert not NotAlike.objects.exists()
    assert program("inspector").post(f"/cases/{second}/not-alike", {"number": first}).status_code in (403, 404)


def test_one_more_report_hangs_on_a_case_and_is_released_again(program: Programs, life: Life) -> None:
    first, _second = two_of_one(life)
    operator = program("operator")
    lon, lat = life.city.places[0]
    said = {"channel": "hotline", "description": "旁边有垃圾", "class_id": life.city.garbage.pk, "lon": lon, "lat": lat}
    added = operator.post(f"/cases/{first}/reports", said)
    assert (added.status_code, added.json()["number"]) == (201, first)
    released = operator.post(f"/reports/{added.json()['report_id']}/release", {"reason": "另一件事"})
    assert released.json()["number"] not in (None, first)


def test_without_a_model_there_are_no_suggestions(program: Programs) -> None:
    assert program("operator").get("/suggestions?q=井盖破损").json() == {"sure": False, "classes": [], "departments": []}
