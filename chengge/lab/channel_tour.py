"""One problem through every channel of a running city, each by its own protocol; and what became of it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from chengge.lab.browser import Browser
from chengge.lab.pictures import picture
from chengge.lab.scratch import Scratch
from chengge.lab.visitor import TIMEOUT_SECONDS, VisitFailed, Visitor

Json = dict[str, Any]
NO_BROKER = "skipped: no mosquitto here (apt-get install mosquitto)"
BROKER_TIMEOUT_SECONDS = 30.0
THOUGHT_SECONDS = 3.2  # the portal believes nobody who fills a form in quicker


@dataclass(frozen=True, slots=True)
class Step:
    """What was sent by one channel, by which protocol, and what became of it."""

    channel: str
    protocol: str
    became: str


@dataclass(slots=True)
class City:
    """A running city, the people who connect its channels, and a place where something is wrong."""

    address: str
    scratch: Scratch
    administrator: Browser
    operator: Browser
    desk: Visitor
    inspector: Visitor
    problem: Json
    steps: list[Step] = field(default_factory=list)

    def key(self, name: str, channel: str) -> str:
        """The key of a new source, as the administrator sees it once."""
        sent = {"name": name, "channel": channel, "rate_per_minute": "120", "may_report": "on", "answers_to": "upper@province.example"}
        return self.administrator.send("/manage/sources/new/", sent).after('key-shown">')

    def webhook(self, path: str, key: str, said: Json) -> Json:
        """Send a message as a machine does. Raises VisitFailed where it is refused."""
        headers = {"X-Source-Key": key, "Content-Type": "application/json", "Accept-Language": "en"}
        return _asked(urllib.request.Request(f"{self.address}/api/v1{path}", json.dumps(said).encode(), headers))

    def became(self, number: str | None, report_id: int | None = None) -> str:
        """What an operator finds of it."""
        if number is None:
            return f"report {report_id} waits for an operator"
        case = self.desk.get(f"/cases/{number}")
        return f"case {number}, {case['class_name']}, {case['stage']}"

    def tell(self, channel: str, protocol: str, became: str) -> None:
        self.steps.append(Step(channel, protocol, became))

    @property
    def place(self) -> tuple[float, float]:
        return self.problem["lon"], self.problem["lat"]

    def newest(self, channel: str) -> Json:
        """The report that came last by a channel."""
        found = [one for one in self.desk.get("/reports", size=50)["items"] if one["channel"] == channel]
        if not found:
            raise VisitFailed(f"Nothing came in by the channel {channel}.")
        return dict(found[0])


def visit(address: str, scratch: Scratch, password: str, tell: Callable[[str], None]) -> list[Step]:
    """Send a problem by every channel.

    Raises:
        VisitFailed: the city did not answer as it should.
    """
    inspector = Visitor.sign_in(address, "inspector", password)
    city = City(
        address,
        scratch,
        Browser.signed_in(address, "admin", password),
        Browser.signed_in(address, "operator", password),
        Visitor.sign_in(address, "operator", password),
        inspector,
        _somewhere(inspector),
    )
    for channel, go in CHANNELS:
        tell(channel)
        go(city)
    return city.steps


def _inspector(city: City) -> None:
    lon, lat = city.place
    photo = city.inspector.upload(picture("cover", 1, "far"))
    said = {"channel": "inspector", "class_id": city.problem["class_id"], "description": "巡查发现井盖松动", "lon": lon, "lat": lat}
    made = city.inspector.post("/reports", said | {"photos": [photo]})
    city.tell("inspector", "phone: POST /api/v1/photos, /api/v1/reports", city.became(made["number"], made["report_id"]))


def _hotline(city: City) -> None:
    key, (lon, lat) = city.key("12319 switchboard", "hotline"), city.place
    event = {"call_id": "tour-1", "number": "13800001234", "line": "12319", "agent": "operator"}
    for name in ("ringing", "answered"):
        city.webhook("/intake/cti", key, event | {"event": name})
    page = city.operator.open("/desk/hotline/")
    fields = {
        "key": page.hidden["key"], "description": "来电反映井盖松动异响", "problem_class_id": str(city.problem["class_id"]),
        "place": "来电人指认处", "lon": str(lon), "lat": str(lat), "wants_answer": "1",
    }  # fmt: skip
    done = city.operator.send(f"{page.address}save/", fields)
    city.webhook("/intake/cti", key, {"call_id": "tour-1", "event": "ended", "recording_url": "https://cti.example/tour-1.wav"})
    city.tell(
        "hotline", "switchboard: POST /api/v1/intake/cti; form of the hotline's desk", city.became(done.address.rpartition("done=")[2])
    )


def _portal(city: City) -> None:
    browser, (lon, lat) = Browser(city.address), city.place
    page = browser.open("/public/report/")
    time.sleep(THOUGHT_SECONDS)
    first, second = page.after("how much is ").rstrip("?").split(" plus ")
    fields = page.hidden | {
        "words": "门口的井盖一踩就响", "problem_class": str(city.problem["class_id"]), "lon": str(lon + 0.004), "lat": str(lat + 0.002),
        "place": "小区门口", "sum_answer": str(int(first) + int(second)), "looked": "1", "website": "",
    }  # fmt: skip
    done = browser.send("/public/report/", fields)
    reference = done.address.split("/track/")[-1].split("/")[0]
    number = reference if reference.isdigit() else None
    city.tell("web", "public portal: form without an account", f"{city.became(number)}; followed at /public/track/{reference}/…")


def _app(city: City) -> None:
    key, (lon, lat) = city.key("Mini-program", "app"), city.place
    headers = {"X-Source-Key": key, "X-Device-Id": "tour-device-0001", "Content-Type": "application/json", "Idempotency-Key": "tour-app-1"}
    said = {"class_id": city.problem["class_id"], "description": "小程序上报：井盖响", "lon": lon, "lat": lat, "place": "随手拍"}
    body = json.dumps(said).encode()
    made = _asked(urllib.request.Request(f"{city.address}/api/v1/public/reports", body, headers | {"Accept-Language": "en"}))
    city.tell("app", "POST /api/v1/public/reports with the app's key", city.became(made["number"], made.get("reference")))


def _open311(city: City) -> None:
    key, (lon, lat) = city.key("Open311 client", "open311"), city.place
    services = _asked(urllib.request.Request(f"{city.address}/open311/v2/services.json"))
    code = next((one["service_code"] for one in services if one["service_name"] == city.problem["class_name"]), services[0]["service_code"])
    fields = urlencode({"api_key": key, "service_code": code, "lat": lat, "long": lon, "description": "Manhole cover is loose"}).encode()
    made = _asked(urllib.request.Request(f"{city.address}/open311/v2/requests.json", fields))[0]
    number = made.get("service_request_id") or _token_of(city, made["token"])
    city.tell("open311", "GeoReport v2: POST /open311/v2/requests.json", city.became(number if str(number).isdigit() else None, number))


def _token_of(city: City, token: str) -> Any:
    return _asked(urllib.request.Request(f"{city.address}/open311/v2/tokens/{quote(token)}.json"))[0].get("service_request_id")


def _email(city: City) -> None:
    box = city.scratch.folder / "mailbox"
    for name in ("new", "cur", "tmp"):
        (box / name).mkdir(parents=True)
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "Wang <wang@example.org>", "city@example.org", "井盖"
    letter["Message-ID"] = "<tour@example.org>"
    letter.set_content("门口的井盖松了，请修一下。\n")
    letter.add_attachment(picture("cover", 0, "near"), maintype="image", subtype="jpeg", filename="cover.jpg")
    (box / "new" / "1.tour").write_bytes(letter.as_bytes())
    city.scratch.chengge("fetch_mail", "--url", f"maildir://{box}")
    kept = city.newest("email")
    lon, lat = city.place
    made = city.desk.post(
        f"/reports/{kept['id']}/complete", {"class_id": city.problem["class_id"], "lon": lon, "lat": lat, "place": "问到了"}
    )
    city.tell("email", "letter with a photo in a Maildir; completed by an operator", city.became(made["number"], made["report_id"]))


def _sms(city: City) -> None:
    key = city.key("SMS gateway", "sms")
    told = city.webhook("/intake/sms", key, {"message_id": "tour-1", "from": "13900001234", "text": "路上井盖响得睡不着"})
    city.tell("sms", "gateway: POST /api/v1/intake/sms", city.became(told["number"], told["report_id"]))


def _video(city: City) -> None:
    key, (lon, lat) = city.key("Video analytics", "video"), city.place
    placed = {"lon": str(lon), "lat": str(lat), "place": "路口枪机", "active": "on"}
    city.administrator.send("/manage/registers/cameras/new/", {"code": "TOUR-CAM", "name": "路口枪机", **placed})
    meant = {"code": "cover_missing", "problem_class_id": str(city.problem["class_id"]), "least_confidence": "0.8", "active": "on"}
    city.administrator.send("/manage/registers/event-types/new/", meant)
    snapshot = b64encode(picture("cover", 0, "far")).decode()
    event = {"camera": "TOUR-CAM", "type": "cover_missing", "confidence": 0.94}
    told = city.webhook("/intake/video", key, event | {"message_id": "tour-1", "photos": [snapshot]})
    again = city.webhook("/intake/video", key, event | {"message_id": "tour-2"})
    city.tell("video", "platform: POST /api/v1/intake/video, twice", f"{city.became(told['number'])}; the second: {again['reason']}")


def _sensor(city: City) -> None:
    key = city.key("Sensor platform", "sensor")
    _register_sensor(city, "TOUR-WELL-1")
    told = city.webhook("/intake/sensor", key, {"message_id": "tour-1", "device": "TOUR-WELL-1", "value": 52.5})
    calm = city.webhook("/intake/sensor", key, {"message_id": "tour-2", "device": "TOUR-WELL-1", "value": 11})
    city.tell("sensor", "platform: POST /api/v1/intake/sensor", f"{city.became(told['number'])}; then: {calm['reason']}")


def _mqtt(city: City) -> None:
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        city.tell("sensor", "MQTT", NO_BROKER)
        return
    from paho.mqtt import publish

    _register_sensor(city, "TOUR-WELL-2")
    with _broker(program, city.scratch.folder) as port, _listener(city.scratch, port):
        said = json.dumps({"message_id": "tour-mqtt", "value": 61})
        deadline = time.monotonic() + BROKER_TIMEOUT_SECONDS
        known = city.newest("sensor")["id"]
        while True:
            publish.single("chengge/sensors/TOUR-WELL-2", said, qos=1, hostname="127.0.0.1", port=port)
            time.sleep(0.5)
            if (kept := city.newest("sensor"))["id"] != known:
                break
            if time.monotonic() > deadline:
                raise VisitFailed("Nothing came in by MQTT.")
    city.tell("sensor", "MQTT: a real broker, `chengge listen_mqtt`", city.became(kept["number"], kept["id"]))


def _orders(city: City) -> None:
    lon, lat = city.place
    due = str(date.today() + timedelta(days=3))  # noqa: DTZ011 - a day typed into a form
    for kind, whose, channel in (
        ("instruction", "Deputy mayor", "leader"),
        ("media", "Evening paper", "media"),
        ("inspection", "Inspectorate", "inspection"),
    ):
        key = city.operator.open("/orders/new/").hidden["key"]
        fields = {
            "key": key, "kind": kind, "whose": whose, "number": f"TOUR-{kind}", "due_on": due, "description": "请核实井盖问题并回复",
            "problem_class_id": str(city.problem["class_id"]), "lon": str(lon), "lat": str(lat), "place": "批示所指处",
        }  # fmt: skip
        city.operator.send("/orders/new/", fields)
        kept = city.newest(channel)
        city.tell(f"{channel} ({kind})", "form of orders, answer due in three days", city.became(kept["number"], kept["id"]))


def _upper(city: City) -> None:
    key, (lon, lat) = city.key("Upper platform", "upper"), city.place
    order = {"number": "SJ-TOUR-1", "text": "请处理井盖问题", "class_code": city.problem["class_name"], "lon": lon, "lat": lat}
    told = city.webhook("/intake/upper", key, order)
    city.desk.post(f"/cases/{told['number']}/actions/reject", {"reason": "现场核实，已恢复"})
    answered = city.scratch.chengge("answer_orders").strip()
    city.tell("upper", "platform: POST /api/v1/intake/upper; answered when its case ended", f"{city.became(told['number'])}; {answered}")


CHANNELS: tuple[tuple[str, Callable[[City], None]], ...] = (
    ("inspector", _inspector),
    ("hotline", _hotline),
    ("portal", _portal),
    ("app", _app),
    ("open311", _open311),
    ("e-mail", _email),
    ("SMS", _sms),
    ("video", _video),
    ("sensor", _sensor),
    ("MQTT", _mqtt),
    ("orders", _orders),
    ("upper platform", _upper),
)


def _somewhere(inspector: Visitor) -> Json:
    """A component in the inspector's own grids: what the problem is about."""
    for code in inspector.get("/duty")["grid_codes"][:60]:
        for component in inspector.get("/components", grid_code=code, size=50)["items"]:
            if "井盖" in component["class_name"]:
                return dict(component)
    raise VisitFailed("The inspector has no manhole in the responsibility grid.")


def _register_sensor(city: City, code: str) -> None:
    lon, lat = city.place
    placed = {"lon": str(lon), "lat": str(lat), "place": "路口雨水井", "active": "on", "component_code": str(city.problem["code"])}
    facts = {"code": code, "name": f"水位计 {code}", "problem_class_id": str(city.problem["class_id"]), "high": "40", "calm_minutes": "30"}
    city.administrator.send("/manage/registers/sensors/new/", facts | placed | {"quantity": "水位", "unit": "cm"})


def _asked(request: urllib.request.Request) -> Any:
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        said = refused.read()[:600].decode(errors="replace")
        raise VisitFailed(f"{request.get_method()} {request.full_url} was answered {refused.code}: {said}") from None
    except (OSError, ValueError) as problem:
        raise VisitFailed(f"{request.get_method()} {request.full_url}: {problem}") from None


@contextmanager
def _broker(program: str, folder: Path) -> Iterator[int]:
    """A broker on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    settings = folder / "mosquitto.conf"
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
    with _process([program, "-c", str(settings)], dict(os.environ)):
        _wait_until_open(port)
        yield port


def _wait_until_open(port: int) -> None:
    """Raises VisitFailed when nobody listens there after a while."""
    deadline = time.monotonic() + BROKER_TIMEOUT_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise VisitFailed("The broker for MQTT did not start.") from None
            time.sleep(0.1)
        else:
            return


@contextmanager
def _listener(scratch: Scratch, port: int) -> Iterator[None]:
    words = [sys.executable, "-m", "chengge.config.cli", "listen_mqtt", "--url", f"mqtt://127.0.0.1:{port}"]
    with _process(words, dict(scratch.environment)):
        yield


@contextmanager
def _process(words: list[str], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
