"""The public portal in a real browser of a phone's size: a report in a minute, and what axe says of every page."""

from datetime import timedelta
from pathlib import Path

import pytest

from chengge.casework.models import Case, Evidence, Report
from chengge.intake.actions.following import token_for
from chengge.intake.actions.portal import approve_photo
from chengge.intake.models import PortalRules, PublicPhoto
from tests.browsing import axe_findings, sign_in, wait_until
from tests.casework.lives import Life, picture
from tests.factories import GRID_CODES
from tests.intake.portal_city import build_portal_city

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city():
    PortalRules.objects.create(pk=1, work_bits=8)
    return build_portal_city()


@pytest.fixture
def person(city, live_server, page, monkeypatch):
    """Somebody with a telephone at the second grid, reading English; quicker than a real one."""
    monkeypatch.setattr("chengge.intake.actions.portal.protection.SOONEST", timedelta(0))
    page.set_viewport_size({"width": 390, "height": 844})
    page.context.add_cookies([{"name": "chengge_language", "value": "en", "url": live_server.url}])
    lon, lat = city.places[1]
    page.context.grant_permissions(["geolocation", "clipboard-read", "clipboard-write"], origin=live_server.url)
    page.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": 9})
    page.goto(live_server.url + "/public/")
    return page


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "here.jpg"
    path.write_bytes(picture(40))
    return path


def no_scrolling_sideways(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def open_form(person) -> None:
    person.goto(person.url.split("/public/")[0] + "/public/report/")
    wait_until(person, "document.getElementById('sum').hidden && !document.getElementById('where-ways').hidden")


def test_a_problem_is_reported_in_a_minute_with_a_photo_and_followed_by_its_link(city, person, photo):
    person.click("text=Report a problem")
    wait_until(person, "document.getElementById('sum').hidden")
    person.set_input_files("#files", photo)
    person.locator("#shots input[name=photos]").wait_for(state="attached")
    person.fill("#words", "路边有垃圾，很臭")
    person.locator("#guessed .chip").first.click()
    person.click("#here")
    wait_until(person, "document.getElementById('place-said').textContent.includes('石桥路')")
    assert axe_findings(person) == []
    assert no_scrolling_sideways(person)
    person.click("#send")
    person.wait_for_url("**/public/track/**")
    case = Case.objects.get()
    assert (case.problem_class, case.grid_code, case.channel) == (city.garbage, GRID_CODES[1], "web")
    assert Report.objects.get().accuracy_m == 9
    assert Evidence.objects.filter(case=case).count() == 1
    assert "Thank you" in person.locator("h1").text_content()
    assert axe_findings(person) == []
    assert no_scrolling_sideways(person)
    person.click("#copy")
    wait_until(person, "document.getElementById('copy').textContent.includes('Copied')")
    person.click("#keep")
    person.goto(person.url.split("/public/")[0] + "/public/track/")
    person.click("#kept-list a")
    assert case.number in person.locator("main").text_content().replace(" ", "")
    open_form(person)
    assert person.input_value("#words") == ""  # what was sent is no draft any more


def test_like_problems_are_shown_before_sending_and_one_is_followed_by_keyboard_alone(city, person):
    course = Life(city).reported(grid=1)
    open_form(person)
    person.locator("#words").focus()
    person.keyboard.type("这里有垃圾")
    person.locator("#guessed .chip").first.wait_for()
    person.keyboard.press("Tab")  # to the choices, where "something else" is chosen
    person.keyboard.press("ArrowRight")  # round to the first, which is what is guessed
    assert person.evaluate("document.activeElement.value") == str(city.garbage.pk)
    person.locator("#here").focus()
    person.keyboard.press("Enter")
    person.locator("#like-here .like").wait_for()
    assert axe_findings(person) == []
    assert "石桥路" in person.locator(".like").text_content()
    person.locator("#place").focus()
    person.keyboard.press("Tab")
    assert "follow it" in person.evaluate("document.activeElement.textContent")
    person.keyboard.press("Enter")
    person.wait_for_url("**/public/track/**")
    assert course.case.reports.count() == 2
    assert Case.objects.count() == 1


def test_what_was_written_survives_a_reload_and_being_asked_which_place_is_meant(city, person, photo):
    open_form(person)
    person.set_input_files("#files", photo)
    person.locator("#shots input[name=photos]").wait_for(state="attached")
    person.fill("#words", "人行道砖松了")
    person.fill("#contact", "a@example.org")
    person.fill("#place", "石桥路")
    wait_until(person, "(localStorage.getItem('chengge-portal-draft') ?? '').includes('石桥路')")
    assert "example" not in person.evaluate("localStorage.getItem('chengge-portal-draft')")
    person.reload()
    wait_until(person, "document.getElementById('words').value === '人行道砖松了'")
    assert person.locator("#shots input[name=photos]").count() == 1
    assert person.input_value("#contact") == "a@example.org"
    person.click("#send")
    person.locator("#before").wait_for()
    assert axe_findings(person) == []
    person.get_by_label("石桥路", exact=True).check()
    person.click("#send")
    person.wait_for_url("**/public/track/**")
    kept = Report.objects.get()
    assert (kept.description, kept.place, kept.lon is not None) == ("人行道砖松了", "石桥路", True)
    assert Evidence.objects.filter(report=kept).count() == 1


def test_the_place_is_marked_on_a_map_that_comes_only_when_asked_for(city, person):
    asked: list[str] = []
    person.on("request", lambda request: asked.append(request.url))
    open_form(person)
    assert not any("maplibre" in url for url in asked)
    person.click("#on-map")
    person.locator("city-map[data-idle]").wait_for()
    box = person.locator("city-map canvas").bounding_box()
    person.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    wait_until(person, "document.getElementById('place-said').textContent !== ''")
    assert axe_findings(person) == []


def test_every_page_is_fit_for_everybody_and_light(city, live_server, person):
    course = Life(city).reported().until("closed")
    for evidence in Evidence.objects.filter(case_id=course.case_id, phase__in=("report", "handle")):
        approve_photo(evidence.pk, city.actor("operator"))
    assert PublicPhoto.objects.exists()
    Life(city).reported(grid=2)
    token, token_hash = token_for("a closed report")
    Report.objects.filter(case_id=course.case_id).update(token_hash=token_hash)
    for address in (
        f"/public/track/{course.number}/{token}/",
        "/public/",
        "/public/report/",
        "/public/track/",
        "/public/cases/",
        f"/public/cases/{course.number}/",
        "/public/bulletin/",
        "/public/about/",
    ):
        for width, height in ((390, 844), (1366, 768))[: 2 if "cases" in address or address == "/public/" else 1]:
            person.set_viewport_size({"width": width, "height": height})
            person.goto(live_server.url + address)
            if "/cases/" in address:
                person.locator("city-map[data-idle]").wait_for()
            assert axe_findings(person) == [], (address, width)
            assert no_scrolling_sideways(person), (address, width)
    sizes: list[int] = []
    person.on("response", lambda answer: sizes.append(len(answer.body())) if answer.status == 200 else None)
    person.goto(live_server.url + "/public/report/")
    person.wait_for_load_state("networkidle")
    assert len(sizes) <= 12
    assert sum(sizes) < 300_000


def test_the_list_is_read_and_walked_without_the_map(city, person):
    course = Life(city).reported()
    person.goto(person.url + "cases/")
    tree = person.locator("main").aria_snapshot()
    assert 'link "Rubbish lying about (暴露垃圾)"' in tree
    assert 'searchbox "Street, place or problem"' in tree
    person.locator(".card a").focus()
    person.keyboard.press("Enter")
    person.wait_for_url(f"**/{course.number}/")


def test_an_operator_covers_a_face_with_the_keyboard_and_lets_the_photo_be_shown(city, live_server, page):
    course = Life(city).reported().until("closed")
    sign_in(page, live_server, city, "operator")
    page.goto(live_server.url + "/manage/public-photos/")
    assert axe_findings(page) == []
    assert no_scrolling_sideways(page)
    page.locator("[data-cover]").first.click()
    for key in ("ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    covered = page.locator("[name=covered]").first
    assert covered.input_value() == "410,400,200,210"
    page.locator("button[value=show]").first.click()
    page.locator(".note-success").wait_for()
    assert PublicPhoto.objects.get(case_id=course.case_id).covered == [[410, 400, 200, 210]]
    sign_in(page, live_server, city, "administrator")
    page.goto(live_server.url + "/manage/portal/")
    assert axe_findings(page) == []
