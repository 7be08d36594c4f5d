"""The tour takes a case all the way round by HTTP alone; and it would notice if the ledger were not whole."""

import dataclasses
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from chengge.lab.tour import STEPS, go_round, verify_chain
from chengge.lab.visitor import VisitFailed, Visitor
from tests.factories import PASSWORD, City, build_city

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(transactional_db: None) -> City:
    return build_city()


def test_one_case_goes_round_the_seven_steps_and_every_step_is_taken_by_its_post(live_server: Any, city: City) -> None:
    heard: list[str] = []
    story = go_round(live_server.url, "administrator", PASSWORD, heard.append)
    assert story.case["stage"] == "closed"
    assert all(story.of_step(actions) for _chinese, _english, actions in STEPS[:-1])
    who = {entry["action"]: entry["who"] for entry in story.entries}
    assert (who["dispatch"], who["finish"], who["submit"], who["close"]) == ("周宁", "王磊", "李强", "何敏")
    assert len(heard) == len(story.ledger) == story.case["entry_count"]


def test_a_changed_entry_is_noticed(live_server: Any, city: City) -> None:
    story = go_round(live_server.url, "administrator", PASSWORD, lambda _text: None)
    verify_chain(story)
    changed = [entry | {"body": entry["body"].replace("hotline", "web")} for entry in story.ledger]
    with pytest.raises(VisitFailed, match="Entry 1"):
        verify_chain(dataclasses.replace(story, ledger=changed))
    with pytest.raises(VisitFailed, match="gap"):
        verify_chain(dataclasses.replace(story, ledger=story.ledger[:-1]))


def test_who_is_not_let_in_hears_why(live_server: Any, city: City) -> None:
    with pytest.raises(VisitFailed, match="operator: POST /tokens was answered 401"):
        Visitor.sign_in(live_server.url, "operator", "a wrong password")


def test_the_tour_of_a_city_that_is_not_there_says_so() -> None:
    with pytest.raises(CommandError, match=r"127\.0\.0\.1:9"):
        call_command("tour", url="http://127.0.0.1:9")


def test_the_tour_prints_who_did_what(live_server: Any, city: City, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("tour", url=live_server.url, administrator="administrator", password=PASSWORD)
    said = capsys.readouterr().out
    for chinese, _english, _actions in STEPS:
        assert chinese in said
    assert "the chain holds" in said
