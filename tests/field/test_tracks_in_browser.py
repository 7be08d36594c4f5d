"""Inspectors on the map in a real browser: where they are, a day replayed, alarms closed; axe finds nothing serious."""

from datetime import datetime, tzinfo

import pytest

from chengge import clock
from chengge.field.actions.tracks import take_positions
from chengge.field.models import Alarm, AlarmRule
from chengge.organization.queries import CITY_ZONE
from tests.browsing import axe_findings, sign_in, wait_until
from tests.casework.lives import Life
from tests.factories import City, build_city
from tests.field.test_tracks import walk

pytestmark = pytest.mark.django_db(transaction=True)

SLIDER = "Number(document.getElementById('moment').value)"


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of every thread goes on from noon: a walk of half an hour lies in one day, whenever the tests run."""
    shift = datetime.now(CITY_ZONE).replace(hour=12, minute=0, second=0, microsecond=0) - datetime.now(CITY_ZONE)

    class FromNoon(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + shift

    monkeypatch.setattr(clock, "datetime", FromNoon)


@pytest.fixture
def city() -> City:
    """An inspector of today who has been out of bounds and is back."""
    made = build_city()
    AlarmRule.objects.all().delete()
    AlarmRule.objects.create(kind="out_of_bounds", threshold=30, minutes=2, fixes=4, fixes_back=3, valid_from="2020-01-01")
    start = int(clock.now().timestamp()) - 1500
    Life(made).reported(by="inspector", channel="inspector")
    take_positions(made.actor("inspector"), walk(*([0] * 4 + [400] * 8 + [20, 40] * 14), start=start))
    return made


def test_a_day_is_replayed_on_the_map_and_told_beside_it(city: City, live_server, page) -> None:
    sign_in(page, live_server, city, "shift_leader")
    page.goto(live_server.url + "/tracks/")
    page.wait_for_selector("city-map[data-idle]")
    assert page.locator(".tracks-list li .tracks-what b").all_text_contents() == ["陈蓉", "林涛"]
    assert axe_findings(page) == []
    page.locator(".tracks-day").first.click()
    page.wait_for_selector("city-map[data-shown]")
    ways = "document.querySelector('city-map').map.getSource('track').serialize().data.features.map((one) => one.properties.verdict)"
    assert page.evaluate(ways) == ["inside", "outside", "inside"]
    page.get_by_role("button", name="Out of bounds").click()
    moment = page.evaluate(SLIDER)
    assert moment == int(Alarm.objects.get().began_at.timestamp())
    page.get_by_role("button", name="Play").click()
    wait_until(page, f"{SLIDER} > {moment + 60}")
    page.get_by_role("button", name="Pause").click()
    stopped = page.evaluate(SLIDER)
    page.wait_for_timeout(200)
    assert page.evaluate(SLIDER) == stopped
    assert axe_findings(page) == []


def test_an_alarm_is_found_on_the_map_and_closed(city: City, live_server, page) -> None:
    sign_in(page, live_server, city, "shift_leader")
    page.goto(live_server.url + "/alarms/")
    page.wait_for_selector("city-map[data-idle]")
    page.get_by_role("button", name="Show on the map").click()
    assert axe_findings(page) == []
    page.locator("summary", has_text="Close").click()
    page.get_by_label("Reason").fill("Helped at an accident, says the police")
    page.get_by_role("button", name="Excused", exact=True).click()
    page.get_by_text("Closed: 陈蓉").wait_for()
    assert Alarm.objects.get().reason.startswith("Helped at an accident")


def test_the_phone_shows_the_own_day_and_takes_an_explanation(city: City, live_server, page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, live_server, city, "inspector")
    page.goto(live_server.url + "/phone/day/")
    page.wait_for_selector("city-map[data-shown]")
    assert axe_findings(page) == []
    page.get_by_label("What was it?").fill("Brought somebody to hospital")
    page.get_by_role("button", name="Explain").click()
    page.get_by_text("Your explanation is with the shift leader.").wait_for()
    assert Alarm.objects.get().explanation == "Brought somebody to hospital"
    assert clock.now() > Alarm.objects.get().began_at
