"""Everybody may read by what they are judged: on a page, by the API, and in the documentation."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from chengge.evaluation.indicators import Settings, Subject, indicators
from chengge.evaluation.indicators.listing import renewed
from tests.factories import City, build_city


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def page(city: City, name: str, **asked: str) -> str:
    client = Client()
    client.force_login(city.members[name])
    answer = client.get(reverse("evaluation_indicators"), asked)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("name", ["department", "inspector", "evaluator"])
def test_whoever_is_judged_may_read_by_what(city, name):
    shown = page(city, name)
    assert "D2" in shown
    assert "按时处置率" in shown
    assert ('class="sections"' in shown) == (name == "evaluator")


def test_visitors_are_asked_to_sign_in(client, db):
    assert client.get(reverse("evaluation_indicators")).status_code == 302


def test_indicators_are_found_by_words_kind_and_subject(city):
    found = page(city, "evaluator", q="handling rate", subject="organization", group="D")
    assert 'id="D1"' in found
    assert 'id="D2"' in found
    assert 'id="A5"' not in found
    assert 'id="P4"' not in found
    assert 'id="D1"' not in page(city, "evaluator", q="no such words")


def test_programs_read_the_same_list_with_denominators_as_they_ask(city, client):
    client.force_login(city.members["evaluator"])
    told = client.get("/api/v1/evaluation/indicators", {"subject": "member"}, headers={"accept-language": "en"}).json()["items"]
    wanted = [one for one in indicators(Settings()) if Subject.MEMBER in one.subjects]
    assert [one["code"] for one in told] == [one.code for one in wanted]
    (a1,) = client.get(
        "/api/v1/evaluation/indicators", {"q": "filing rate a1", "filed_of": "accepted"}, headers={"accept-language": "en"}
    ).json()["items"]
    assert (a1["code"], a1["formula"], a1["unit"]) == ("A1", "cases filed / cases accepted", "share")
    assert client.get("/api/v1/evaluation/indicators", {"filed_of": "all"}).status_code == 422


def test_every_indicator_says_what_it_is_in_both_languages():
    for one in indicators(Settings()):
        assert one.name_en.isascii(), one.code
        assert not one.name_zh.isascii(), one.code
        assert str(one.formula), one.code
        assert one.basis, one.code


def test_the_list_in_the_documentation_is_that_of_the_declarations():
    written = (settings.BASE_DIR / "docs" / "indicators.md").read_text(encoding="utf-8")
    assert renewed(written) == written, "Write it anew: .venv/bin/chengge facts indicators"
