"""Sensors that speak by MQTT, against a real broker: nothing that was sent is lost, nothing is done twice."""

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from paho.mqtt import publish

from chengge.casework.models import Case
from chengge.clock import PretendedClock
from chengge.intake.api.mqtt import BrokerFailed, Listener, take_in
from chengge.intake.models import Alarm, InboundMessage, Source
from tests.factories import City, build_city
from tests.intake.sending import sensor

pytestmark = pytest.mark.django_db
TIMEOUT_SECONDS = 15.0


@dataclass
class Broker:
    """Debian's mosquitto on a port of its own; it remembers sessions while it runs."""

    program: str
    port: int
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> None:
        settings = self.folder / "mosquitto.conf"
        settings.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {self.folder}/\n"
        )
        self.process = subprocess.Popen([self.program, "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                assert time.monotonic() < deadline, "mosquitto did not start"
                time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)

    def publish(self, said: object, topic: str = "chengge/sensors/WELL-1") -> None:
        payload = said if isinstance(said, bytes) else json.dumps(said)
        publish.single(topic, payload, qos=1, hostname="127.0.0.1", port=self.port)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip("No mosquitto found. Install it, for example: apt-get install mosquitto")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path / "broker"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)  # As root, mosquitto becomes a user of its own.
    for above in folder.parents[:3]:
        above.chmod(above.stat().st_mode | 0o055)
    broker = Broker(program, port, folder)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def city(pretended_clock: PretendedClock) -> City:
    return build_city()


def until(fact: Callable[[], bool]) -> Callable[[], bool]:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    return lambda: fact() or time.monotonic() > deadline


def wait_until(fact: Callable[[], bool]) -> None:
    over = until(fact)
    while not over():
        time.sleep(0.02)


def listener(broker: Broker) -> Listener:
    return Listener(broker.address, "chengge/sensors/#", "chengge-test")


def hear(broker: Broker, count: int) -> Listener:
    """Listen until so many messages were kept."""
    ear = listener(broker)
    ear.listen(until(lambda: ear.heard >= count))
    assert ear.heard >= count, ear.source.trouble
    return ear


def test_an_alarm_by_mqtt_is_one_case_and_what_was_sent_while_nobody_listened_comes_later(city: City, broker: Broker):
    sensor(city)
    listener(broker).listen(until(lambda: Source.objects.filter(seen_at__isnull=False).exists()))  # The session begins.
    for number in range(3):
        broker.publish({"message_id": f"m{number}", "value": 50 + number})
    broker.publish(61.5)
    hear(broker, 4)
    assert Case.objects.count() == 1
    assert (Alarm.objects.get().count, InboundMessage.objects.count()) == (4, 4)
    assert Case.objects.get().channel == "sensor"


def test_what_cannot_be_read_is_kept_with_the_reason_and_stops_nobody(city: City, broker: Broker):
    sensor(city)
    listener(broker).listen(until(lambda: Source.objects.filter(seen_at__isnull=False).exists()))
    broker.publish(b"{not json")
    broker.publish({"value": "high"})
    broker.publish({"value": 77}, "chengge/sensors/NOBODY")
    broker.publish({"value": 77})
    hear(broker, 4)
    assert sorted(InboundMessage.objects.values_list("state", flat=True)) == ["refused", "refused", "refused", "taken"]
    assert Case.objects.count() == 1


def test_a_broker_that_goes_away_is_waited_for(city: City, broker: Broker, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("chengge.intake.api.mqtt.FIRST_PAUSE_SECONDS", 0.1)
    sensor(city)
    ear = listener(broker)

    def go_and_come_back() -> None:
        wait_until(lambda: ear.connected)
        broker.stop()
        wait_until(lambda: not ear.connected)
        broker.start()
        wait_until(lambda: ear.connected)
        broker.publish({"message_id": "after", "value": 88})

    going = threading.Thread(target=go_and_come_back)
    going.start()
    ear.listen(until(lambda: ear.heard > 0))
    going.join()
    assert Case.objects.count() == 1
    assert Source.objects.get().trouble == ""


def test_a_message_delivered_again_is_done_once(city: City):
    sensor(city)
    source = Source.objects.create(name="mqtt", channel="sensor", created_at="2026-11-24T00:00:00Z")
    for _time in range(2):
        take_in(source, "chengge/sensors/WELL-1", b'{"message_id": "m1", "value": 55}', again=True)
    assert (Alarm.objects.get().count, InboundMessage.objects.count()) == (1, 1)


def test_an_address_that_is_no_broker_is_refused_at_once():
    with pytest.raises(BrokerFailed):
        Listener("http://broker", "#", "x")
