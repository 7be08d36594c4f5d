"""The editor of a draft in a real browser: sums as they are typed, and the rule told while it is being filled in."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chengge.evaluation.actions.schemes import SchemeValues, make_draft, make_scheme
from chengge.evaluation.queries.schemes_content import content_of
from tests.browsing import axe_findings, sign_in, wait_until
from tests.evaluation.test_schemes_pages import IN_TIME, SOUND
from tests.factories import City


@pytest.mark.slow
def test_weights_are_summed_while_they_are_typed_and_a_rule_is_told_while_it_is_filled_in(city: City, live_server: Any, page: Any):
    evaluator = city.actor("evaluator")
    scheme = make_scheme(evaluator, SchemeValues("departments", "部门评价", "organization", "Departments", level=2))
    draft = make_draft(evaluator, scheme.pk, SOUND)
    sign_in(page, live_server, city, "evaluator").goto(f"{live_server.url}/evaluation/schemes/versions/{draft.pk}/")
    assert page.locator("[data-sum]").inner_text() == "comes to 100"
    page.get_by_label("Weight of On-time handling rate").fill("70")
    assert page.locator("[data-sum]").inner_text() == "comes to 110, must come to 100"
    assert page.locator("[data-unsaved-mark]").inner_text() == "Not saved yet"
    page.get_by_label("Weight of Rework rate").fill("30")
    assert page.locator("[data-sum]").inner_text() == "comes to 100"
    assert axe_findings(page) == []

    page.get_by_role("button", name="On-time handling rate", exact=True).press("Enter")
    page.wait_for_url("**/0/0/")
    assert [item.weight for item in content_of(draft).aspects[0].items] == [Decimal(70), Decimal(30)]
    page.get_by_label("Rule").select_option("threshold")
    wait_until(page, "() => document.querySelector('.rule-said').innerText.includes('All 100 from 98 % on')")
    page.get_by_label("Points off for each").fill("2")
    page.get_by_label("All points at (%)").fill("95")
    page.get_by_label("Minimum sample").focus()
    wait_until(
        page, "() => document.querySelector('.rule-said').innerText.includes('All 100 from 95 % on; for every 1 % short of it 2 less.')"
    )
    assert page.evaluate("document.activeElement.name") == "least"
    assert axe_findings(page) == []
    page.get_by_role("button", name="Save the item").click()
    page.wait_for_url(f"**/versions/{draft.pk}/#aspect-0")
    kept = content_of(draft).aspects[0].items[0]
    assert kept == replace(IN_TIME, weight=Decimal(70), way=kept.way, full_at=Decimal("0.95"), each=Decimal(2))
    assert kept.way == "threshold"
