"""Dashboards in a real browser: drawn under our policy, with tables for everybody."""

from typing import Any

import pytest

from chengge.evaluation.facts import city_facts, refresh
from tests.browsing import axe_findings, sign_in, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
DRAWN = "[...document.querySelectorAll('city-chart')].every((one) => one.querySelector('canvas, .chart-note') && one.querySelector('td'))"


def test_charts_are_drawn_and_their_tables_opened_without_breaking_the_policy(live_server, page, life, settings, tmp_path: Any):
    settings.VAR_DIR = tmp_path
    life.to("closed")
    refresh(city_facts())
    complaints: list[str] = []
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, live_server, life.city, "leader")
    day = life.now.date()
    page.goto(f"{live_server.url}/evaluation/dashboards/?from={day}&to={day}")
    wait_until(page, DRAWN)
    assert page.locator("city-chart canvas").count() >= 7
    table = page.locator("#chart-trends .chart-table")
    assert table.locator("tbody tr").count() == 1
    assert "visually-hidden" in (table.get_attribute("class") or "")
    page.locator("#table-trends").click()
    assert "visually-hidden" not in (table.get_attribute("class") or "")
    assert page.locator("#table-trends").get_attribute("aria-expanded") == "true"
    assert complaints == []
    assert axe_findings(page) == []
