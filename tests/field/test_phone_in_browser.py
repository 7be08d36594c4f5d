"""The inspector's way through a day in a real browser of a phone's size, with a position that the browser tells."""

import time
from pathlib import Path

import pytest

from chengge.casework.models import Case, Evidence, Report, Task
from tests.browsing import axe_findings, sign_in, wait_until
from tests.casework.lives import Life, picture
from tests.factories import GRID_CODES, MANHOLE_CODE, build_city

# What lies on the phone, as it lies there.
ITEMS = """new Promise((settle) => {
  const asked = indexedDB.open("chengge-phone");
  asked.onsuccess = () => {
    const all = asked.result.transaction("items").objectStore("items").getAll();
    all.onsuccess = () => { asked.result.close(); settle(all.result); };
  };
})"""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city():
    return build_city()


@pytest.fixture
def phone(city, live_server, page):
    """The inspector's phone, some ten metres from the manhole."""
    sign_in(page, live_server, city, "inspector")
    page.set_viewport_size({"width": 390, "height": 844})
    lon, lat = city.places[0]
    page.context.grant_permissions(["geolocation"], origin=live_server.url)
    page.context.set_geolocation({"longitude": lon + 0.0001, "latitude": lat, "accuracy": 12})
    page.goto(live_server.url + "/phone/")
    yield page
    # What the page still asks must be answered before the tables are emptied: the two would wait for each other.
    page.goto("about:blank")
    time.sleep(0.5)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "here.jpg"
    path.write_bytes(picture(40))
    return path


def report_form(phone):
    """The form, once its script stands."""
    phone.goto(phone.url + "report/")
    wait_until(phone, "document.querySelector('#report').dataset.ready === ''")


def no_scrolling_sideways(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_problem_is_reported_in_five_taps_and_sticks_to_the_component_nearby(city, phone, photo):
    phone.click("text=Report a problem")
    phone.set_input_files("[data-photos=photos] input >> nth=0", photo)
    wait_until(phone, "document.getElementById('position').textContent.includes('±12 m')")
    phone.click("#more-classes")
    phone.fill("#class-q", "井盖")
    phone.click("#class-list button:has-text('雨水井盖')")
    wait_until(phone, "document.getElementById('position').textContent.includes('…0001')")
    assert "urgent working hours" in phone.locator("#condition-list").text_content()
    assert axe_findings(phone) == []
    assert no_scrolling_sideways(phone)
    phone.click("#send")
    phone.wait_for_url("**/phone/")
    case = Case.objects.get()
    assert (case.problem_class, case.component_code, case.grid_code) == (city.manhole, MANHOLE_CODE, GRID_CODES[0])
    assert Report.objects.get().accuracy_m == 12
    phone.locator(".note").wait_for()
    assert case.number in phone.locator(".note").text_content()


def test_a_place_is_chosen_by_hand_and_like_cases_nearby_are_shown(city, phone, photo):
    course = Life(city).reported("garbage", grid=0)
    report_form(phone)
    phone.locator("city-map[data-idle]").wait_for()
    wait_until(phone, "document.getElementById('position').textContent.includes('±12 m')")
    phone.click("#more-classes")
    phone.fill("#class-q", "暴露")
    phone.click("#class-list button:has-text('暴露垃圾')")
    phone.locator(".like").wait_for()
    assert course.number in phone.locator(".like a").get_attribute("href")
    assert course.number == phone.locator(".like button").get_attribute("data-same")
    box = phone.locator("city-map canvas").bounding_box()
    phone.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.6)
    wait_until(phone, "document.getElementById('position').textContent === 'Placed by hand'")
    assert phone.input_value("[name=accuracy]") == ""


def test_what_is_lacking_is_said_before_anything_is_sent(phone, photo):
    report_form(phone)
    phone.click("#send")
    assert phone.locator("#fault").text_content() == "Take a photo first."
    phone.set_input_files("[data-photos=photos] input >> nth=0", photo)
    phone.locator(".shot[data-file]").wait_for()
    phone.click("#send")
    assert phone.locator("#fault").text_content() == "Choose what it is."


def test_a_small_thing_is_disposed_of_with_photos_before_and_after(city, phone, photo, tmp_path):
    after = tmp_path / "after.jpg"
    after.write_bytes(picture(90))
    report_form(phone)
    phone.click("#own")
    phone.set_input_files("[data-photos=photos] input >> nth=0", photo)
    phone.set_input_files("[data-photos=after] input >> nth=0", after)
    phone.click("#more-classes")
    phone.fill("#class-q", "暴露")
    phone.click("#class-list button:has-text('暴露垃圾')")
    phone.locator("#condition-list input").first.check()
    assert axe_findings(phone) == []
    phone.click("#send")
    phone.wait_for_url("**/phone/")
    case = Case.objects.get()
    assert (case.stage, case.self_disposed) == ("checked", True)
    assert set(Evidence.objects.values_list("phase", flat=True)) == {"report", "handle"}


def test_a_walk_is_found_on_the_phone_shows_the_way_and_is_answered_there(city, phone, photo):
    Life(city).reported(grid=1).does("ask_to_verify", "operator")
    phone.reload()
    item = phone.locator(".phone-item").first
    wait_until(phone, "/\\d/.test(document.querySelector('.phone-item [data-lon]').textContent)")
    assert "left" in item.text_content()
    item.click()
    phone.locator("#way-map[data-idle]").wait_for()
    wait_until(phone, "Boolean(document.querySelector('#way-map .map-stand'))")
    assert axe_findings(phone) == []
    assert no_scrolling_sideways(phone)
    phone.click("button[value=verify_false]")
    assert phone.locator("#fault").text_content() == "Take a photo first."
    phone.set_input_files("[data-photos=photos] input >> nth=0", photo)
    phone.click("button[value=verify_false]")
    wait_until(phone, "document.getElementById('fault').textContent.includes('why')")
    phone.click("[data-reason='Already gone']")
    phone.click("button[value=verify_false]")
    phone.wait_for_url("**/phone/")
    task = Task.objects.get()
    assert task.result == "verify_false"
    assert 60 < task.distance_m < 110


def test_home_says_how_the_day_stands_and_axe_finds_nothing_serious(phone):
    assert "On duty" in phone.locator(".phone-duty-card").text_content()
    assert axe_findings(phone) == []
    assert no_scrolling_sideways(phone)


def begun(phone, photo, words):
    report_form(phone)
    phone.set_input_files("[data-photos=photos] input >> nth=0", photo)
    phone.locator(".shot[data-file]").wait_for()
    phone.fill("#description", words)
    phone.wait_for_function(f"{ITEMS}.then((all) => all.some((one) => one.fields.description === '{words}'))")


def test_it_is_the_same_makes_one_more_report_and_no_second_case(city, phone, photo):
    course = Life(city).reported("garbage", grid=0)
    begun(phone, photo, "seen again")
    phone.click("#more-classes")
    phone.fill("#class-q", "暴露")
    phone.click("#class-list button:has-text('暴露垃圾')")
    phone.locator(f"[data-same='{course.number}']").click()
    assert course.number in phone.locator(".like-chosen").text_content()
    phone.click("#send")
    phone.wait_for_url("**/phone/")
    phone.locator(".note").wait_for()
    assert Case.objects.count() == 1
    assert list(Report.objects.order_by("pk").values_list("case_id", flat=True)) == [course.case_id] * 2


def test_signing_out_with_unsent_work_asks_first_and_keeps_it(phone, photo):
    begun(phone, photo, "a draft")
    phone.goto(phone.url.split("report/")[0])
    wait_until(phone, "document.getElementById('unsent-count').textContent === '1'")
    phone.click(".phone-menu summary")
    phone.click(".phone-menu button:has-text('Sign out')")
    assert "1 unsent stay on this phone" in phone.locator("#phone-ask").text_content()
    phone.click("#phone-ask-no")
    phone.click(".phone-menu summary")
    phone.click(".phone-menu button:has-text('Sign out')")
    phone.click("#phone-ask-yes")
    phone.wait_for_url("**/accounts/sign-in**")
    assert phone.evaluate("caches.keys().then((names) => names.filter((name) => name.startsWith('chengge-own-')).length)") == 0
    assert phone.evaluate(f"{ITEMS}.then((all) => [all.length, all[0].files.length, all[0].fields.description])") == [1, 1, "a draft"]
