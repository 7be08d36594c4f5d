"""A dispute goes from report to ruling by the pages' own forms, and the next case like it goes straight to the crew."""

from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from chengge.casework.actions.by_itself import look
from chengge.coordination.actions.hard_cases import look_through
from chengge.lab.dispute_tour import settle_a_dispute
from chengge.lab.visitor import VisitFailed
from tests.factories import PASSWORD, City, build_city


@pytest.fixture
def city(transactional_db: None) -> City:
    return build_city()


def the_city_works_on() -> None:
    """What the worker does within a minute."""
    look_through()
    look()


@pytest.mark.django_db(transaction=True)
def test_the_next_case_like_a_settled_dispute_goes_by_itself_to_the_crew_on_level_four(live_server: Any, city: City) -> None:
    heard: list[str] = []
    settled = settle_a_dispute(live_server.url, "administrator", PASSWORD, heard.append, the_city_works_on)
    assert [step.english for step in settled.steps] == [
        "Switched on", "Two lists", "Report and filing", "Hard case", "Joint survey", "Meeting", "Ruling", "The first case",
        "The next case", "Taken up",
    ]  # fmt: skip
    assert settled.first["department"]["id"] == city.organization_id("works")
    case = settled.next.case
    assert (case["organization"]["id"], case["level"], case["stage"]) == (city.organization_id("works_crew"), 4, "handling")
    by_machine = [entry["action"] for entry in settled.next.entries if not entry["who"]]
    assert by_machine == ["dispatch", "pass_down", "pass_down"]
    assert "协裁" in settled.next.basis


@pytest.mark.django_db(transaction=True)
def test_a_city_that_does_nothing_by_itself_is_noticed(live_server: Any, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chengge.lab.dispute_tour.MOST_TRIES", 2)
    with pytest.raises(VisitFailed, match="hard one"):
        settle_a_dispute(live_server.url, "administrator", PASSWORD, lambda _text: None, lambda: None)


def test_the_tour_of_a_dispute_changes_no_city_but_its_own() -> None:
    with pytest.raises(CommandError, match="--url"):
        call_command("tour", "dispute", url="http://127.0.0.1:9")
