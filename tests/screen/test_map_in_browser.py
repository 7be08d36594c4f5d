"""The map in a real browser: drawn, moved and asked without a mouse; and still of use where nothing can be drawn."""

import pytest

from tests.browsing import axe_findings, sign_in, wait_until
from tests.casework.lives import Life
from tests.factories import build_city

pytestmark = pytest.mark.django_db(transaction=True)

NO_WEBGL = """
const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return /webgl/.test(kind) ? null : get.call(this, kind, ...more);
};
"""


@pytest.fixture
def city():
    return build_city()


@pytest.fixture
def map_page(city, live_server, page):
    """The map as the operator sees it, with two cases on it."""
    Life(city).reported(grid=0)
    Life(city).reported("parking", grid=2)
    sign_in(page, live_server, city, "operator")

    def opened():
        page.goto(live_server.url + "/map/")
        page.wait_for_selector(".map-window-list .map-list-item")
        return page

    return opened


def test_the_map_is_drawn_with_a_list_beside_it_and_axe_finds_nothing_serious(map_page):
    page = map_page()
    page.wait_for_selector("city-map[data-idle]")
    labels = page.locator(".map-window-list .map-list-label").all_text_contents()
    assert sorted(labels[:2]) == ["暴露垃圾", "机动车乱停放"]
    drawn = page.evaluate("document.querySelector('city-map').map.queryRenderedFeatures({layers: ['case', 'case-group']}).length")
    assert drawn >= 1
    assert axe_findings(page) == []


def test_everything_on_the_map_is_reached_by_keyboard(map_page):
    page = map_page()
    page.wait_for_selector("city-map[data-idle]")
    page.locator(".map-window-list .map-list-item").first.focus()
    page.keyboard.press("Enter")
    popup = page.locator(".maplibregl-popup")
    popup.wait_for()
    assert popup.locator("a").get_attribute("href").startswith("/cases/")
    assert axe_findings(page) == []
    page.keyboard.press("Escape")
    popup.wait_for(state="detached")
    assert page.evaluate("document.activeElement.className") == "map-list-item"


def test_arrow_keys_move_the_map_plus_zooms_and_enter_opens_what_lies_in_the_middle(map_page):
    page = map_page()
    page.wait_for_selector("city-map[data-idle]")
    page.evaluate("document.querySelector('city-map').map.jumpTo({zoom: 16})")
    before = page.evaluate("document.querySelector('city-map').map.getCenter().lng")
    page.locator("city-map canvas").focus()
    page.keyboard.press("ArrowRight")
    wait_until(page, "before => document.querySelector('city-map').map.getCenter().lng > before + 0.0002", before)
    page.keyboard.press("+")
    wait_until(page, "document.querySelector('city-map').map.getZoom() >= 16.9")
    at = page.evaluate("JSON.parse(JSON.stringify(document.querySelector('city-map').featuresOf('cases')[0].geometry.coordinates))")
    page.evaluate("at => document.querySelector('city-map').map.jumpTo({center: at, zoom: 18})", at)
    wait_until(page, "document.querySelector('city-map').map.queryRenderedFeatures({layers: ['case']}).length > 0")
    page.keyboard.press("Enter")
    page.locator(".maplibregl-popup").wait_for()


def test_lights_and_layers_are_switched_and_the_list_follows(map_page):
    page = map_page()
    page.uncheck('[data-light="green"]')
    wait_until(page, "![...document.querySelectorAll('.map-window-list .map-light')].length")
    page.check('[data-light="green"]')
    page.wait_for_selector(".map-window-list .map-light")
    page.uncheck('[data-layer="cases"]')
    wait_until(page, "!document.querySelectorAll('.map-window-list .map-light').length")


def test_the_search_flies_to_a_place_by_keyboard_alone(map_page):
    page = map_page()
    page.wait_for_selector("city-map[data-idle]")
    page.focus("#map-q")
    page.keyboard.type("菜场")
    page.keyboard.press("Enter")
    page.locator(".map-found .map-list-item").first.wait_for()
    wait_until(page, "document.querySelector('city-map').map.getZoom() > 16.5")
    page.fill("#map-q", "没有这里")
    page.keyboard.press("Enter")
    wait_until(page, "document.getElementById('map-found-note').textContent.includes('Nothing carries')")


def test_where_nothing_can_be_drawn_the_list_says_the_same(map_page, page):
    page.add_init_script(NO_WEBGL)
    map_page()
    assert "cannot draw" in page.locator("city-map .map-note").text_content()
    assert page.locator(".map-window-list .map-light").count() == 2
    assert axe_findings(page) == []
