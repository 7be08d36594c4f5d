"""The office pages of the field in a real browser: gone through by keyboard, planned in a dialog, and what axe finds."""

from datetime import time, timedelta

import pytest

from chengge import clock
from chengge.casework.models import Case
from chengge.field.models import ComponentSurvey
from chengge.foundation.actions import ShiftValues, save_shift
from chengge.foundation.models import Component
from chengge.organization.models import RosterEntry
from chengge.organization.queries import city_day
from tests.browsing import axe_findings, sign_in, wait_until
from tests.factories import MANHOLE_CODE, SIDE, SINCE, SOUTH, WEST, City, build_city
from tests.field.test_small_things import disposed
from tests.field.test_survey import photo, sent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city() -> City:
    return build_city()


@pytest.fixture
def office(city: City, live_server, page):
    """The shift leader's browser; call it with an address."""
    sign_in(page, live_server, city, "shift_leader")

    def opened(address: str):
        page.goto(live_server.url + address)
        return page

    return opened


def test_surveys_are_gone_through_and_decided_by_keyboard(city: City, office) -> None:
    first = sent(city, lon=WEST + SIDE * 1.5)
    second = sent(city, "new", lat=SOUTH + SIDE / 2 + 0.00006, photos=(photo(city, 7),))
    page = office("/manage/surveys/")
    assert axe_findings(page) == []
    assert "Perhaps registered already" in page.inner_text(".survey")
    page.keyboard.press("r")
    page.keyboard.type("登记簿里已有")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert f"survey={first.pk}" in page.url
    with page.expect_navigation():
        page.keyboard.press("a")
    second.refresh_from_db()
    assert (second.state, second.reason) == ("refused", "登记簿里已有")
    assert Component.objects.get(code=MANHOLE_CODE).lon == WEST + SIDE * 1.5
    assert "Nothing waits" in page.inner_text("main")
    assert axe_findings(office(f"/manage/components/{MANHOLE_CODE}/")) == []
    assert axe_findings(office("/manage/components/")) == []


def test_many_surveys_are_ticked_and_approved(city: City, office) -> None:
    sent(city)
    sent(city, "new", photos=(photo(city, 7),))
    page = office("/manage/surveys/")
    button = page.locator("text=Approve those ticked")
    assert button.is_disabled()
    page.check("[data-tick-all]")
    assert "2" in button.inner_text()
    with page.expect_navigation():
        button.click()
    assert set(ComponentSurvey.objects.values_list("state", flat=True)) == {"approved"}


def test_the_place_is_put_right_on_the_map(city: City, office) -> None:
    survey = sent(city, "new")
    page = office("/manage/surveys/")
    wait_until(page, "document.querySelector('#survey-map canvas') !== null")
    page.evaluate(
        "document.querySelector('#survey-map').dispatchEvent(new CustomEvent('place-picked',"
        " { bubbles: true, detail: { lon: 120.1815, lat: 30.3205 } }))"
    )
    assert page.input_value("#c-lon") == "120.181500"
    with page.expect_navigation():
        page.keyboard.press("a")
    survey.refresh_from_db()
    assert survey.component is not None
    assert (survey.component.lon, survey.component.lat) == (120.1815, 30.3205)


def test_a_cell_of_the_roster_is_planned_in_a_dialog(city: City, office) -> None:
    shift = save_shift(city.actor("shift_leader"), ShiftValues("early", "早班", time(7), time(14)), SINCE)
    day = city_day(clock.now())
    page = office("/manage/roster/")
    assert axe_findings(page) == []
    page.click(f'a[href="/manage/roster/R01/{day}/"]')
    wait_until(page, "document.querySelector('#dialog').open")
    assert axe_findings(page) == []
    page.check(f'#dialog input[value="{shift.pk}-{city.members["inspector"].pk}"]')
    with page.expect_navigation():
        page.click("#dialog .btn-primary")
    assert RosterEntry.objects.get().day == day
    assert "陈蓉" in page.inner_text("#grid-R01")


def test_small_things_are_closed_and_sent_back_by_keyboard(city: City, office) -> None:
    with clock.pretend(clock.now() - timedelta(minutes=1)):
        first, second = disposed(city), disposed(city, "parking", grid=1)
    page = office("/manage/small-things/")
    assert axe_findings(page) == []
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("a")
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.keyboard.type("残留明显")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert {case.pk: case.stage for case in Case.objects.all()} == {first.pk: "closed", second.pk: "reported"}
    assert axe_findings(office("/manage/small-things/totals/")) == []
