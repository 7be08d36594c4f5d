"""The administrator's pages in a real browser: no page with anything serious for axe, and work done by clicking."""

import pytest

from chengge.organization.models import CalendarDay
from tests.browsing import axe_findings, sign_in, wait_until
from tests.factories import build_city

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city():
    return build_city()


@pytest.fixture
def keeper(city, live_server, page):
    """The administrator's browser; call it with an address."""
    sign_in(page, live_server, city, "administrator")

    def opened(address: str):
        page.goto(live_server.url + address)
        return page

    return opened


def test_axe_finds_nothing_serious_on_any_management_page(city, keeper):
    addresses = [
        "/manage/", "/manage/handbook/", f"/manage/handbook/{city.heap.pk}/edit", f"/manage/handbook/{city.heap.pk}/history",
        "/manage/responsibilities/", "/manage/responsibilities/new", "/manage/who/", "/manage/limits/", "/manage/calendars/",
        f"/manage/calendars/{city.calendar.pk}/", f"/manage/calendars/{city.calendar.pk}/edit", "/manage/organizations/",
        "/manage/organizations/new", "/manage/members/", "/manage/members/new", "/manage/imports/", "/manage/imports/components/",
    ]  # fmt: skip
    findings = {}
    for address in addresses:
        page = keeper(address)
        if found := axe_findings(page):
            findings[address] = found
    assert findings == {}


def test_holidays_are_marked_by_clicking_days(city, keeper):
    page = keeper(f"/manage/calendars/{city.calendar.pk}/?year=2026")
    for day in ("2026-10-02", "2026-10-05"):
        page.locator(f"input[value='{day}']").check(force=True)
    page.fill("[name=name]", "国庆节")
    page.click("text=Chosen days: holiday")
    page.wait_for_selector(".note-success")
    assert CalendarDay.objects.filter(calendar=city.calendar, works=False, name="国庆节").count() == 3
    assert page.locator(".day-holiday input[value='2026-10-02']").count() == 1


def test_a_click_on_the_map_asks_who_answers_there(city, keeper):
    page = keeper(f"/manage/who/?class={city.garbage.pk}")
    page.locator("city-map[data-idle]").wait_for()
    page.evaluate("at => document.querySelector('city-map').map.jumpTo({center: at, zoom: 17})", list(city.places[0]))
    page.locator("city-map canvas").click(position={"x": 200, "y": 150})
    page.wait_for_selector(".ranked li")
    assert "环境卫生管理处" in page.locator(".ranked li").first.text_content()
    wait_until(page, "Boolean(document.querySelector('city-map').dataset.point)")
