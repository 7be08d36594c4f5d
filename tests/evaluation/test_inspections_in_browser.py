"""The checklist on an assessor's phone, in a real browser: nothing written is lost, and it is sent in once."""

import io
from typing import TYPE_CHECKING, Any

import pytest

from chengge.evaluation.models import Mark, Visit
from tests.browsing import axe_findings, sign_in, wait_until
from tests.casework.lives import picture
from tests.evaluation.inspections_city import campaign, visits
from tests.factories import SIDE, SOUTH, WEST, City, build_city

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def city(transactional_db: None) -> City:
    return build_city()


@pytest.mark.usefixtures("pretended_clock")
def test_what_an_assessor_has_written_survives_a_closed_page_and_is_sent_in(page: "Page", live_server: Any, city: City) -> None:
    visit = next(one for one in visits(campaign(city)) if one.member == city.members["assessor1"])
    address = f"{live_server.url}/evaluation/visits/{visit.pk}/"
    page.context.grant_permissions(["geolocation"], origin=live_server.url)
    page.context.set_geolocation({"longitude": WEST + SIDE / 2, "latitude": SOUTH + SIDE / 2, "accuracy": 6})
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, live_server, city, "assessor1").goto(address)
    lines = page.locator(".visit-line")
    lines.nth(0).locator(".points-chip", has_text="7").click()
    lines.nth(0).locator("input[maxlength='200']").fill("路口有积水")
    files = io.BytesIO(picture(5)).getvalue()
    lines.nth(0).locator("input[type=file]").nth(1).set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": files})
    lines.nth(0).locator(".shot-away").wait_for()
    page.reload()
    wait_until(page, "document.querySelector('.visit-line .points-chip input:checked')?.value === '7'")
    assert lines.nth(0).locator("input[maxlength='200']").input_value() == "路口有积水"
    assert lines.nth(0).locator(".shot").count() == 1
    page.click("#send")
    assert lines.nth(1).evaluate("line => line.classList.contains('missing')"), "what is not marked yet is shown"
    lines.nth(1).locator(".points-chip").first.click()
    lines.nth(2).locator(".points-na").click()
    wait_until(page, "document.querySelector('[name=lon]').value !== ''")
    assert axe_findings(page) == []
    page.click("#send")
    page.wait_for_url("**/evaluation/visits/")
    assert page.evaluate("localStorage.length") == 0
    sent = Visit.objects.get(pk=visit.pk)
    assert (sent.accuracy_m, sent.photos.count()) == (6.0, 1)
    assert list(Mark.objects.filter(visit=sent).order_by("item__position").values_list("points", "words")) == [
        (7, "路口有积水"),
        (5, ""),
        (None, ""),
    ]
