"""`chengge listen_mqtt`: hear the sensors that speak by MQTT."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from chengge.intake.api.mqtt import BrokerFailed, Listener
from chengge.intake.letters import shown_address


class Command(BaseCommand):
    help = "Listen to an MQTT broker and take in what its sensors say. `chengge up` starts it where CHENGGE_MQTT_URL is set."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--url", default=settings.MQTT_URL, help="address of the broker, such as mqtt://user:word@host (CHENGGE_MQTT_URL)"
        )
        parser.add_argument("--topic", default=settings.MQTT_TOPIC, help="what to subscribe to (CHENGGE_MQTT_TOPIC, %(default)s)")
        parser.add_argument("--session", default="", help="name of the session on the broker; without it the city's own")

    def handle(self, *, url: str, topic: str, session: str, **_options: Any) -> None:
        if not url:
            raise CommandError("Name a broker: CHENGGE_MQTT_URL=mqtt://user:word@host, or --url.")
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_told: ended.set())
        try:
            listener = Listener(url, topic, session or f"chengge-{connection.settings_dict['NAME']}")
        except BrokerFailed as failure:
            raise CommandError(str(failure)) from None
        self.stdout.write(f"Listening to {shown_address(url)}, {topic}")
        self.stdout.flush()
        listener.listen(ended.is_set)
        self.stdout.write(f"{listener.heard} messages heard.")
