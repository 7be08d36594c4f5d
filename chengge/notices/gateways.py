"""The ways out of the house: a file by default, or any gateway that apprise knows, named in the setting CHENGGE_NOTICE_URLS.

    CHENGGE_NOTICE_URLS="sms=jsons://sms.city.example/send?:to={contact} email=mailtos://user:word@smtp.city.example?to={contact}"

A route is named by topic (`overdue=…`), by kind of recipient (`member`, `sms`, `email`), or is the rest (`default=…`); the
first of these that is set is taken. Besides apprise's addresses a route may say `file` (lines of JSON in var/notices.log)
or `bell` (members only read it under the bell).
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext as _

from chengge.contacts import mask

FILE, BELL, DEFAULT = "file", "bell", "default"
MOST_BYTES = 20 * 2**20  # of the file; a fuller one is put aside, and the one put aside before goes
# Gateways of apprise that pass our key on as a header, so that whoever listens can drop what it has had before.
PASS_ON_KEYS = frozenset({"json", "jsons", "form", "forms", "xml", "xmls"})


class NotTaken(Exception):
    """The gateway did not take the notice; the message says why."""


class NoAddress(NotTaken):
    """There is nowhere to send it: trying again will not help."""


@dataclass(frozen=True, slots=True)
class Message:
    """A notice as it leaves the house. `link` is a whole address; `contact` is a number or address, empty where none is known."""

    key: str
    topic: str
    kind: str
    contact: str
    subject: str
    text: str
    link: str
    at: datetime


class Gateway(Protocol):
    """Takes a message, or raises NotTaken."""

    def hand_over(self, message: Message) -> None: ...


@dataclass(frozen=True, slots=True)
class ToFile:
    """Writes one line of JSON for each notice; contacts masked, since a log is read by many."""

    path: Path

    def hand_over(self, message: Message) -> None:
        line = {
            "at": message.at.isoformat(),
            "key": message.key,
            "topic": message.topic,
            "kind": message.kind,
            "to": mask(message.contact),
            "subject": message.subject,
            "text": message.text,
            "link": message.link,
        }
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.exists() and self.path.stat().st_size > MOST_BYTES:
                self.path.replace(self.path.with_name(f"{self.path.name}.1"))
            with self.path.open("a", encoding="utf-8") as log:
                log.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as problem:
            raise NotTaken(f"{self.path.name}: {problem.strerror}") from problem


class ToBell:
    """Nothing leaves the house: the member reads it under the bell."""

    def hand_over(self, message: Message) -> None:
        if message.kind != "member":
            raise NoAddress(_("The route “bell” reaches members only."))


@dataclass(frozen=True, slots=True)
class ByApprise:
    """Any gateway that apprise knows, by its address; `{contact}` in it stands for the recipient's number or address."""

    address: str

    def hand_over(self, message: Message) -> None:
        import apprise  # Takes long to load, and only the worker needs it.

        if "{contact}" in self.address and not message.contact:
            raise NoAddress(_("Nothing is known by which this person can be reached."))
        address = self.address.replace("{contact}", quote(message.contact, safe=""))
        if address.partition("://")[0].lower() in PASS_ON_KEYS:
            address += f"{'&' if '?' in address else '?'}+Idempotency-Key={quote(message.key, safe='')}"
        gateway = apprise.Apprise()
        with apprise.LogCapture(level=logging.WARNING) as said:
            if not gateway.add(address):
                raise NotTaken(_("apprise does not understand the address of this route."))
            body = f"{message.text}\n{message.link}" if message.link else message.text
            taken = gateway.notify(body=body, title=message.subject)
            faults = said.getvalue().strip()
        if not taken:
            raise NotTaken(faults.splitlines()[-1] if faults else _("The gateway refused it."))


def gateway_for(topic: str, kind: str, routes: Mapping[str, str] | None = None) -> Gateway:
    """The way out for a topic and a kind of recipient."""
    routes = settings.NOTICE_ROUTES if routes is None else routes
    route = next((routes[name] for name in (topic, kind, DEFAULT) if name in routes), FILE)
    match route:
        case "file":
            return ToFile(Path(settings.VAR_DIR) / "notices.log")
        case "bell":
            return ToBell()
    return ByApprise(route)
