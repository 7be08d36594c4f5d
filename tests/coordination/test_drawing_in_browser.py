"""An area is drawn on the map in a real browser, under our content policy: it snaps to what is there, and is looked at and proposed."""

import json

import pytest

from chengge.foundation.models import AreaChange
from chengge.foundation.queries.drawn import border_of
from tests.browsing import axe_findings, sign_in, wait_until
from tests.factories import SIDE, SOUTH, WEST, build_city

pytestmark = pytest.mark.django_db(transaction=True)
POLYGON = "() => document.querySelector('[name=polygon]').value"


def test_corners_snap_to_borders_can_be_moved_and_taken_back_a_hole_is_cut_and_the_area_is_proposed(live_server, page):
    city = build_city()
    sign_in(page, live_server, city, "coordinator")
    page.goto(f"{live_server.url}/coordination/boundaries/areas/new/")
    page.locator("city-map[data-drawing-ready][data-idle]").wait_for()
    page.evaluate("at => document.querySelector('city-map').map.jumpTo({center: at, zoom: 16.5})", [WEST + 2 * SIDE, SOUTH + SIDE / 2])
    page.wait_for_timeout(600)
    canvas = page.locator("city-map canvas").bounding_box()

    def pixel(lon: float, lat: float, right: float = 0) -> tuple[float, float]:
        at = page.evaluate("at => { const {x, y} = document.querySelector('city-map').map.project(at); return [x, y]; }", [lon, lat])
        return canvas["x"] + at[0] + right, canvas["y"] + at[1]

    def corner(*at: float) -> None:
        page.mouse.move(*pixel(*at))
        page.wait_for_timeout(80)
        page.mouse.down()
        page.mouse.up()
        page.wait_for_timeout(120)

    page.click("[data-drawing=draw]")
    corner(WEST + 2 * SIDE, SOUTH, 5)  # near the corner of two communities
    corner(WEST + 2.6 * SIDE, SOUTH + 0.3 * SIDE)
    corner(WEST + 2 * SIDE, SOUTH + 0.55 * SIDE, 6)  # near the border between them
    corner(WEST + 2 * SIDE, SOUTH)
    wait_until(page, f"({POLYGON})() !== ''")
    ring = json.loads(page.evaluate(POLYGON))["coordinates"][0]
    assert pytest.approx(ring[0], abs=1e-9) == [WEST + 2 * SIDE, SOUTH]
    assert [place[0] for place in ring].count(ring[0][0]) == 3
    drawn = page.evaluate(POLYGON)
    x, y = pixel(WEST + 2.6 * SIDE, SOUTH + 0.3 * SIDE)
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 7):
        page.mouse.move(x + 8 * step, y)
        page.wait_for_timeout(40)
    page.mouse.up()
    wait_until(page, f"({POLYGON})() !== {json.dumps(drawn)}")
    page.click("[data-drawing=undo]")
    wait_until(page, f"({POLYGON})() === {json.dumps(drawn)}")
    page.click("[data-drawing=cut]")
    for right, up in ((2.2, 0.2), (2.35, 0.28), (2.2, 0.38), (2.2, 0.2)):
        corner(WEST + right * SIDE, SOUTH + up * SIDE)
    wait_until(page, "JSON.parse(document.querySelector('[name=polygon]').value).coordinates.length === 2")
    whole = page.evaluate(POLYGON)
    page.click("[data-drawing=draw]")
    page.click("[data-drawing=change]")  # chooses the area; a click in the hole chooses the hole
    corner(WEST + 2.25 * SIDE, SOUTH + 0.29 * SIDE)
    x, y = pixel(WEST + 2.35 * SIDE, SOUTH + 0.28 * SIDE)
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 7):
        page.mouse.move(x - 2 * step, y)
        page.wait_for_timeout(40)
    page.mouse.up()
    wait_until(page, f"({POLYGON})() !== {json.dumps(whole)}")
    assert json.loads(page.evaluate(POLYGON))["coordinates"][0] == json.loads(whole)["coordinates"][0]
    page.fill("#code", "W")
    page.fill("#name", "西片")
    page.fill("#basis", "管养合同")
    page.select_option("#organization", str(city.organization_id("works")))
    page.click("[data-look]")
    page.get_by_text("It would have moved").wait_for()
    assert axe_findings(page) == []
    page.get_by_role("button", name="Propose", exact=True).click()
    page.wait_for_url("**/coordination/boundaries/changes/*/")
    change = AreaChange.objects.get()
    assert len(border_of(change.polygon).interiors) == 1
    assert border_of(change.polygon).bounds[:2] == pytest.approx((WEST + 2 * SIDE, SOUTH), abs=1e-9)
