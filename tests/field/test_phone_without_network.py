"""The phone where there is no network: everything is kept, and sent exactly once when it comes back, in a real browser that is killed."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from chengge.casework.models import Case, Evidence, Report
from chengge.field.models import PhoneFile
from tests.browsing import axe_findings, wait_until
from tests.casework.courses import picture
from tests.factories import City, build_city
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
KEPT = "caches.keys().then(names => Promise.all(names.filter(n => n.startsWith('chengge-own-')).map(n => caches.open(n).then(c => c.match('/phone/pack.json')))).then(found => found.some(Boolean)))"


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
        try:
            self.context.close()
        except Exception:
            pass

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
        for number, path in enumerate(paths):
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
    assert "No network" in phone.page.locator("#phone-strip").text_content()
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
