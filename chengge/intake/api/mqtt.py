"""Sensors that speak by MQTT: one process listens to the broker and takes in what comes, each message as if it came by HTTP."""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import unquote, urlsplit

from django.db import OperationalError, close_old_connections
from django.utils.translation import gettext as _
from paho.mqtt.client import MQTT_ERR_SUCCESS, Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import ValidationError

from chengge import clock
from chengge.casework.models import Channel
from chengge.domain.errors import Refused
from chengge.intake.actions.alarms import take_sensor
from chengge.intake.actions.channels import looked_into, own_source
from chengge.intake.actions.messages import receive, refuse
from chengge.intake.api.machines import SensorIn
from chengge.intake.letters import shown_address
from chengge.intake.models import Source

log = logging.getLogger(__name__)

KEEPALIVE_SECONDS = 30
STEP_SECONDS = 0.5
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
MOST_BYTES = 64 * 1024
SEEN_EVERY_SECONDS = 60.0


class BrokerFailed(Exception):
    """The address of the broker is none; the message says what it must be."""


@dataclass(slots=True)
class Listener:
    """Listens to a broker until told to stop, and comes back to it whenever it was lost.

    The session lasts on the broker's side and every message is acknowledged only after it is kept: what is sent while nobody
    listens, or while the database is away, is delivered afterwards (QoS 1).

    Attributes:
        address: `mqtt://user:word@host:1883`, or `mqtts://…` with TLS.
        session: name of the session on the broker; another process of the same name takes it over.
        heard: messages taken in since the beginning.
        connected: the broker has taken the subscription.
    """

    address: str
    topic: str
    session: str
    heard: int = 0
    connected: bool = field(default=False, init=False)
    source: Source = field(init=False)
    _noted_at: float = field(default=0.0, init=False)
    _refused: str = field(default="", init=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.address)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise BrokerFailed(_("The address of the broker must begin with mqtt:// or mqtts:// and name a host."))

    def listen(self, stopped: Callable[[], bool]) -> None:
        """Listen until `stopped`. Faults of the broker and of the database are waited out."""
        self.source = own_source(Channel.SENSOR.value, shown_address(self.address))
        pause = FIRST_PAUSE_SECONDS
        while not stopped():
            trouble = self._listen_once(stopped)
            if stopped():
                return
            pause = FIRST_PAUSE_SECONDS if self.connected else min(pause * 2, LONGEST_PAUSE_SECONDS)
            self.connected = False
            log.warning("MQTT: %s; again in %.0f s", trouble, pause)
            self._note(trouble)
            _wait(pause, stopped)

    def _listen_once(self, stopped: Callable[[], bool]) -> str:
        """Connect and hear until the connection is lost; returns why."""
        self._refused = ""
        parts = urlsplit(self.address)
        client = Client(CallbackAPIVersion.VERSION2, client_id=self.session, clean_session=False, manual_ack=True)
        if parts.username:
            client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
        if parts.scheme == "mqtts":
            client.tls_set()
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        try:
            client.connect(parts.hostname or "", parts.port or (8883 if parts.scheme == "mqtts" else 1883), KEEPALIVE_SECONDS)
            while not stopped():
                state = client.loop(STEP_SECONDS)
                if state != MQTT_ERR_SUCCESS:
                    return self._refused or _("the connection was lost (%(state)s)") % {"state": state.name}
                self._note_seen()
        except OSError as problem:
            return f"{type(problem).__name__}: {problem}"
        except OperationalError as problem:  # Not acknowledged: the broker delivers it again.
            close_old_connections()
            return f"{type(problem).__name__}: {problem}"
        finally:
            client.disconnect()
        return ""

    def _on_connect(self, client: Client, _data: Any, _flags: ConnectFlags, code: ReasonCode, _more: Properties | None) -> None:
        if code.is_failure:
            self._refused = str(code)
            return
        client.subscribe(self.topic, qos=1)

    def _on_subscribe(self, _client: Client, _data: Any, _mid: int, codes: list[ReasonCode], _more: Properties | None) -> None:
        """Only now does it hear: what is sent between connecting and this is lost where the broker has forgotten the session."""
        if any(code.is_failure for code in codes):
            self._refused = ", ".join(map(str, codes))
            return
        self.connected = True
        self._note("")

    def _on_message(self, client: Client, _data: Any, message: MQTTMessage) -> None:
        take_in(self.source, message.topic, message.payload, message.dup)
        self.heard += 1
        client.ack(message.mid, message.qos)

    def _note(self, trouble: str) -> None:
        try:
            looked_into(self.source, trouble)
            self._noted_at = time.monotonic()
        except OperationalError:
            close_old_connections()

    def _note_seen(self) -> None:
        if self.connected and time.monotonic() - self._noted_at > SEEN_EVERY_SECONDS:
            self._note("")


def take_in(source: Source, topic: str, payload: bytes, again: bool = False) -> None:
    """Take in one message: JSON as for `POST /intake/sensor`, or a bare number. What it lacks is known from the topic.

    The last word of the topic is the sensor's code. A message without a number of its own gets one from its contents, and from
    the second in which it came, so that the same value a while later is heard too.
    """
    number = sha256(topic.encode() + b"\0" + payload).hexdigest()[:40]
    own_number = f"mqtt {number}" if again else f"mqtt {number} {clock.now():%Y%m%d%H%M%S}"
    try:
        given = _read(topic, payload, own_number)
    except (ValueError, ValidationError) as fault:
        text = payload[:2000].decode(errors="replace").replace("\0", "")
        refuse(source, own_number, topic[:100], {"unread": text}, _("Not readable: %(fault)s") % {"fault": _short(fault)})
        return
    said = given.model_dump(mode="json", exclude_none=True, exclude={"photos", "photo_hashes"})
    try:
        receive(source, given.message_id, given.device, said, take_sensor)
    except Refused:
        return  # It is kept with the reason.


def _read(topic: str, payload: bytes, number: str) -> SensorIn:
    if len(payload) > MOST_BYTES:
        raise ValueError(f"more than {MOST_BYTES} bytes")
    told = json.loads(payload)
    if isinstance(told, int | float) and not isinstance(told, bool):
        told = {"value": told}
    if not isinstance(told, dict):
        raise ValueError("neither an object nor a number")
    return SensorIn.model_validate({"message_id": number, "device": topic.rpartition("/")[2]} | told)


def _short(fault: ValueError) -> str:
    if isinstance(fault, ValidationError):
        first = fault.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(fault)


def _wait(seconds: float, stopped: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not stopped():
        time.sleep(min(0.2, seconds))
