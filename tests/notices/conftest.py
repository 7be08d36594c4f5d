"""The tiny city, and gateways that remember what they were given."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from chengge.notices import actions
from chengge.notices.gateways import Message, NotTaken
from tests.factories import City, build_city


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@dataclass
class Ear:
    """A gateway that takes what it hears, or refuses while `deaf`."""

    heard: list[Message] = field(default_factory=list)
    deaf: bool = False

    def hand_over(self, message: Message) -> None:
        if self.deaf:
            raise NotTaken("503 busy")
        self.heard.append(message)


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Ear:
    listening = Ear()
    monkeypatch.setattr(actions, "gateway_for", lambda topic, kind: listening)
    return listening


@dataclass
class Listener:
    """A gateway over HTTP, of our own: what it was sent, and the status it answers with."""

    port: int = 0
    status: int = 200
    heard: list[tuple[dict[str, str], dict[str, str]]] = field(default_factory=list)


@pytest.fixture
def listener() -> Iterator[Listener]:
    ours = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            ours.heard.append((dict(self.headers), body))
            self.send_response(ours.status)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    ours.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield ours
    server.shutdown()
    server.server_close()
