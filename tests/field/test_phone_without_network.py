"""The phone where there is no network: everything is kept, and sent exactly once when it comes back, in a real browser that is killed."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from chengge.casework.models import Case, Evidence, Report, Task
from chengge.field.models import ComponentSurvey, PhoneFile
from tests.browsing import axe_findings, wait_until
from tests.casework.lives import Life, picture
from tests.factories import MANHOLE_CODE, City, build_city
from tests.field.wire import Wire

pytestmark = pytest.mark.django_db(transaction=True)

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-background-networking"]
UNSENT = "Number(document.getElementById('unsent-count').textContent) === %d && !document.getElementById('unsent-badge').hidden"
ITEMS = """new Promise((settle) => {
  const asked = indexedDB.open("chengge-phone");
  asked.onsuccess = () => {
    const all = asked.result.transaction("items").objectStore("items").getAll();
    all.onsuccess = () => { asked.result.close(); settle(all.result); };
  };
})"""
ALL_SENT = f"{ITEMS}.then((all) => all.length > 0 && all.every(({{ state }}) => state === 'sent'))"
READY = "document.querySelector('form[data-ready]') !== null"
KEPT = """caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith("chengge-own-")).map((name) => caches.open(name)
  .then((cache) => cache.match("/phone/pack.json"))))).then((found) => found.some(Boolean))"""


class Phone:
    """A browser of a phone's size with a profile of its own, that can be killed and opened again."""

    def __init__(self, browser: Any, profile: Path, wire: Wire, city: City) -> None:
        self.browser, self.profile, self.wire, self.city = browser, profile, wire, city
        self.context: Any = None
        self.page: Any = None
        self.open()

    def open(self) -> None:
        lon, lat = self.city.places[0]
        self.context = self.browser.browser_type.launch_persistent_context(
            str(self.profile),
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=[*ARGUMENTS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
            viewport={"width": 390, "height": 844},
            permissions=["geolocation", "microphone"],
            geolocation={"longitude": lon + 0.0001, "latitude": lat, "accuracy": 12},
            timezone_id="Asia/Shanghai",
        )
        self.page = self.context.pages[0]

    def sign_in(self, name: str) -> None:
        client = Client()
        client.force_login(self.city.members[name])
        kept = {"url": self.wire.address, "expires": time.time() + 3600}
        self.context.add_cookies(
            [
                {"name": "chengge_session", "value": client.cookies["chengge_session"].value, **kept},
                {"name": "chengge_language", "value": "en", **kept},
            ]
        )

    def sign_out(self) -> None:
        self.context.clear_cookies(name="chengge_session")

    def go(self, path: str) -> Any:
        self.page.goto(self.wire.address + path)
        return self.page

    def carry_all(self) -> None:
        """Open the phone once: from now on it works without a network."""
        self.go("/phone/")
        wait_until(self.page, "navigator.serviceWorker.controller !== null")
        wait_until(self.page, KEPT)

    def kill(self) -> None:
        """As when the battery dies: every process of this browser, at once."""
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and str(self.profile).encode() in (entry / "cmdline").read_bytes():
                    os.kill(int(entry.name), signal.SIGKILL)
            except (OSError, ProcessLookupError):
                continue
        with contextlib.suppress(Exception):  # it is dead already
            self.context.close()

    def begin_report(self, photos: list[Path], words: str = "") -> None:
        page = self.go("/phone/report/")
        wait_until(page, READY)
        page.set_input_files("[data-photos=photos] input >> nth=1", [str(one) for one in photos])
        wait_until(page, f"document.querySelectorAll('[data-photos=photos] .shot[data-file]').length === {len(photos)}")
        if words:
            page.fill("#description", words)

    def choose(self, name: str = "暴露垃圾") -> None:
        self.page.click("#more-classes")
        self.page.fill("#class-q", name[:2])
        self.page.click(f"#class-list button:has-text('{name}')")

    def send(self) -> None:
        wait_until(self.page, "document.querySelector('[name=lon]').value !== ''")
        self.page.click("#send, [type=submit]")
        self.page.wait_for_url("**/phone/")


@pytest.fixture
def city() -> City:
    return build_city()


@pytest.fixture
def wire(live_server: Any) -> Iterator[Wire]:
    wire = Wire(live_server.url)
    yield wire
    wire.cut()


@pytest.fixture
def phone(browser: Any, city: City, wire: Wire, tmp_path: Path) -> Iterator[Phone]:
    phone = Phone(browser, tmp_path / "profile", wire, city)
    phone.sign_in("inspector")
    yield phone
    phone.context.close()


@pytest.fixture
def pictures(tmp_path: Path) -> Callable[[int], list[Path]]:
    def made(count: int) -> list[Path]:
        paths = [tmp_path / f"{number}-{time.monotonic_ns()}.jpg" for number in range(count)]
        for path in paths:
            path.write_bytes(picture(len(list(tmp_path.glob("*.jpg"))) * 7 % 250))
        return paths

    return made


def test_five_drafts_with_ten_photos_survive_a_killed_browser_and_each_arrives_once(
    phone: Phone, wire: Wire, city: City, pictures: Callable[[int], list[Path]]
) -> None:
    phone.carry_all()
    wire.cut()
    for number, count in enumerate((3, 1, 2, 1, 3)):
        phone.begin_report(pictures(count), f"draft {number}")
        phone.choose()
        phone.send()
    wait_until(phone.page, UNSENT % 5)
    wait_until(phone.page, "document.getElementById('phone-strip').textContent.includes('No network')")
    phone.kill()

    phone.open()
    page = phone.go("/phone/unsent/")
    wait_until(page, "document.querySelectorAll('.unsent-item').length === 5")
    assert [one.text_content() for one in page.locator(".unsent-item b").all()] == ["暴露垃圾"] * 5
    assert "10 photos" in page.locator("#unsent-sum").text_content()
    assert axe_findings(page) == []

    wire.lose_answers("/phone/photos", 1)
    wire.lose_answers("/phone/report/", 1)
    wire.mend()
    phone.sign_in("inspector")
    phone.go("/phone/")
    wait_until(page, ALL_SENT, patience_seconds=40)
    assert (Case.objects.count(), Report.objects.count()) == (5, 5)
    assert Evidence.objects.count() == PhoneFile.objects.count() == 10
    assert [report.evidence.count() for report in Report.objects.order_by("pk")] == [3, 1, 2, 1, 3]
    assert [report.description for report in Report.objects.order_by("pk")] == [f"draft {number}" for number in range(5)]
    assert wire.calls["POST", "/phone/report/"] == 6


def test_a_day_without_a_network_report_walk_and_survey_are_done_and_arrive(
    phone: Phone, wire: Wire, city: City, pictures: Callable[[int], list[Path]]
) -> None:
    course = Life(city).reported(grid=1).does("ask_to_verify", "operator")
    phone.carry_all()
    wire.cut()

    # The report finds its grid, component, conditions and map on the phone.
    phone.begin_report(pictures(1))
    phone.choose("雨水井盖")
    page = phone.page
    wait_until(page, "document.getElementById('position').textContent.includes('…0001')")
    assert "Grid 990101001001001 · A" in page.locator("#grid").text_content()
    conditions = [line.split(" limit")[0].strip() for line in page.locator(".condition").all_text_contents()]
    assert conditions == ["缺失、移位，危及行人车辆", "松动、异响"]
    page.locator("city-map[data-idle]").wait_for()
    wait_until(page, "document.querySelector('city-map').featuresOf('grids').length === 2")
    phone.send()

    page.locator(".phone-item[data-task]").click()
    wait_until(page, READY)
    page.set_input_files("[data-photos=photos] input >> nth=1", [str(one) for one in pictures(2)])
    wait_until(page, "document.querySelectorAll('.shot[data-file]').length === 2 && document.querySelector('[name=lon]').value !== ''")
    page.click("[data-reason='Already gone']")
    page.click("button[value=verify_false]")
    page.wait_for_url("**/phone/")
    page.locator(".badge-answered").wait_for()

    page = phone.go("/phone/components/")
    wait_until(page, READY)
    page.click("label:has(input[value=gone])")
    page.locator("#around .chip").first.click()
    page.set_input_files("[data-photos=photos] input >> nth=1", [str(one) for one in pictures(1)])
    wait_until(page, "document.querySelectorAll('.shot[data-file]').length === 1")
    phone.send()
    wait_until(page, UNSENT % 3)

    wire.lose_answers("/phone/tasks/", 1)
    wire.mend()
    wait_until(page, ALL_SENT, patience_seconds=30)
    assert Case.objects.exclude(pk=course.case_id).get().component_code == MANHOLE_CODE
    task = Task.objects.get()
    assert (task.result, course.case.stage) == ("verify_false", "reported")
    assert course.case.entries.filter(action="verify_false").count() == 1
    assert Evidence.objects.filter(case=course.case_id, phase="verify").count() == 2
    survey = ComponentSurvey.objects.get()
    assert (survey.kind, survey.component.code, survey.photos.count()) == ("gone", MANHOLE_CODE, 1)


def test_what_the_house_refuses_stays_with_its_reason_and_is_mended_or_discarded(
    phone: Phone, wire: Wire, city: City, pictures: Callable[[int], list[Path]]
) -> None:
    phone.carry_all()
    wire.cut()
    for words in ("stays", "goes"):
        phone.begin_report(pictures(1), words)
        phone.choose()
        phone.send()
    city.garbage.valid_to = city.garbage.valid_from  # the class leaves the catalogue meanwhile
    city.garbage.save()
    wire.mend()
    page = phone.go("/phone/unsent/")
    wait_until(page, "document.querySelectorAll('.unsent-refused').length === 2")
    assert "not in the catalogue today" in page.locator(".unsent-why").first.text_content()
    assert not Report.objects.exists()
    assert axe_findings(page) == []
    page.locator(".unsent-refused >> nth=1").locator(".btn-discard").click()
    page.click("#phone-ask-yes")
    wait_until(page, "document.querySelectorAll('.unsent-item').length === 1")
    page.click("text=Mend it")
    wait_until(page, READY)
    assert page.input_value("#description") == "stays"
    phone.choose("机动车乱停放")
    phone.send()
    wait_until(page, ALL_SENT)
    assert (Case.objects.get().problem_class, Report.objects.get().evidence.count()) == (city.parking, 1)


def test_signed_out_everything_stays_and_nobody_else_can_send_it(
    phone: Phone, wire: Wire, city: City, pictures: Callable[[int], list[Path]]
) -> None:
    phone.carry_all()
    phone.sign_out()
    wire.cut()
    phone.begin_report(pictures(1), "mine")
    phone.choose()
    phone.send()
    wire.mend()
    page = phone.page
    wait_until(page, "document.getElementById('phone-strip').dataset.state === 'signed-out'")
    assert "Nothing is lost" in page.locator("#phone-strip").text_content()
    phone.sign_in("inspector2")
    phone.go("/phone/unsent/")
    wait_until(page, "!document.getElementById('foreign').hidden")
    assert f"1 unsent of {city.members['inspector']}" in page.locator("#foreign").text_content()
    assert page.locator(".unsent-item").count() == 0
    assert page.evaluate(f"{ITEMS}.then((all) => all[0].state)") == "waiting"
    assert not Report.objects.exists()
    phone.sign_in("inspector")
    phone.go("/phone/")
    wait_until(page, ALL_SENT)
    assert Report.objects.get().member == city.members["inspector"]


def test_exif_never_leaves_the_phone_and_a_voice_note_goes_along(phone: Phone, wire: Wire, city: City, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "a phone's maker"
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x0112] = 6
    Image.new("RGB", (3000, 1200), (90, 120, 40)).save(tmp_path / "exif.jpg", exif=exif)
    sent: list[bytes] = []
    phone.context.on(
        "request", lambda request: sent.append(request.post_data_buffer or b"") if request.url.endswith("/phone/photos") else None
    )
    phone.carry_all()
    phone.begin_report([tmp_path / "exif.jpg"])
    page = phone.page
    page.click("[data-voice]")
    page.wait_for_timeout(1200)
    page.click("[data-voice]")
    page.locator("[data-spoken] audio").wait_for()
    phone.choose()
    phone.send()
    wait_until(page, ALL_SENT)
    photo, voice = Evidence.objects.order_by("media")
    assert (photo.media, photo.width, photo.height) == ("photo", 819, 2048)  # upright, at most 2048
    assert (voice.media, voice.case) == ("voice", photo.case)
    assert 500 < voice.duration_ms < 3000
    assert all(b"maker" not in body and b"Exif" not in body for body in sent)
    page.goto(f"{wire.address}/phone/cases/{photo.case.number}/")
    page.evaluate("document.querySelector('.voices audio').load()")
    wait_until(page, "document.querySelector('.voices audio').duration > 0.5")


def test_a_new_version_is_offered_and_never_forced(phone: Phone, city: City, settings: Any, pictures: Callable[[int], list[Path]]) -> None:
    phone.carry_all()
    phone.begin_report(pictures(1), "half done")
    settings.STATIC_VERSION = "another"
    page = phone.page
    page.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update())")
    wait_until(page, "!document.getElementById('phone-update').hidden")
    assert "Your unsent work stays" in page.locator("#phone-update").text_content()
    assert page.evaluate("caches.keys().then((names) => names.filter((name) => name.startsWith('chengge-shell-')).length)") == 2
    with page.expect_navigation():
        page.click("#phone-update button")
    wait_until(page, "caches.keys().then((names) => names.every((name) => name.endsWith('another')))")
    wait_until(page, READY)
    assert page.input_value("#description") == "half done"
    assert page.locator(".shot[data-file]").count() == 1
