"""An operator merges by keyboard what two people reported, in a real browser."""

import pytest

from chengge.casework.actions import Said, report
from chengge.casework.models import Case
from tests.browsing import axe_findings, sign_in, wait_until
from tests.factories import build_city

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_later_of_two_reports_is_merged_without_touching_the_mouse(live_server, page):
    city = build_city()
    lon, lat = city.places[0]
    said = Said(channel="hotline", problem_class_id=city.manhole.pk, description="雨水井盖缺失", place="石桥路口", lon=lon, lat=lat)
    first, second = (report(city.actor("operator"), said).number for _ in range(2))
    sign_in(page, live_server, city, "operator")
    page.goto(f"{live_server.url}/desk/operator/?case={second}")
    wait_until(page, "document.querySelectorAll('.like-mark').length === 2")
    wait_until(page, "document.querySelector('#alike .alike-do button') !== null")
    assert axe_findings(page) == []
    page.keyboard.press("s")
    page.keyboard.press("Enter")
    wait_until(page, "document.querySelector('#dialog[open] textarea[name=reason]')?.value.length > 5")
    assert axe_findings(page) == []
    page.locator("#dialog .sheet-foot .btn-primary").press("Enter")
    wait_until(page, "document.querySelector('.merged-note a') !== null || document.querySelectorAll('.item').length === 1")
    merged = Case.objects.get(number=second)
    assert merged.merged_into is not None
    assert merged.merged_into.number == first
