"""Programs that move cases over HTTP and, where no answer comes, send the same thing again under the same Idempotency-Key."""

import http.client
import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

# How a case is moved, after its report: action, who, and what they give.
LIFE = (
    ("accept", "operator", ("rule_id",)),
    ("file", "shift_leader", ()),
    ("dispatch", "dispatcher", ("organization_id",)),
    ("take_up", "department", ()),
)
GIVE_UP_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Done:
    """A thing and its answer. `row`: the id of the entry or the report that the answer names."""

    member: str
    action: str
    path: str
    body: dict[str, Any]
    key: str
    row: int


@dataclass
class Program:
    """One program with the tokens of all members, working in a thread until it is stopped. `failed` says what nobody may be told."""

    port: int
    facts: dict[str, Any]
    name: str
    done: list[Done] = field(default_factory=list)
    failed: str = ""
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _connection: http.client.HTTPConnection | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let it end what it has under way."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(GIVE_UP_SECONDS + 5)

    def check_sending_again(self) -> None:
        """Everything that was done is answered once more, as done before."""
        for line in self.done:
            answer = self._post(line.member, line.path, line.body, line.key)
            assert answer["repeated"] is True
            assert answer.get("entry_id", answer.get("report_id")) == line.row

    def _live(self) -> None:
        lon, lat = self.facts["place"]
        said = {"channel": "hotline", "class_id": self.facts["class"], "description": "雨水井盖缺失", "lon": lon, "lat": lat}
        gifts = {"rule_id": self.facts["rule"], "organization_id": self.facts["organizations"]["works"]}
        keys = (f"{self.name}-{number}" for number in count())
        try:
            while not self._stopping.is_set():
                number = self._send("operator", "report", "/reports", said, next(keys))["number"]
                for action, member, gives in LIFE:
                    self._send(member, action, f"/cases/{number}/actions/{action}", {name: gifts[name] for name in gives}, next(keys))
        except Exception as error:
            self.failed = repr(error)

    def _send(self, member: str, action: str, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        """Send until an answer comes."""
        until = time.monotonic() + GIVE_UP_SECONDS
        while True:
            try:
                answer = self._post(member, path, body, key)
                break
            except (OSError, http.client.HTTPException):
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
        self.done.append(Done(member, action, path, body, key, answer.get("entry_id", answer.get("report_id"))))
        return answer

    def _post(self, member: str, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        """The answer; OSError where the server is away or says that it cannot (5xx)."""
        headers = {"Authorization": f"Bearer {self.facts['tokens'][member]}", "Content-Type": "application/json", "Idempotency-Key": key}
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            self._connection.request("POST", f"/api/v1{path}", json.dumps(body), headers)
            answer = self._connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            with suppress(OSError):
                self._connection.close()
            self._connection = None
            raise
        if answer.status >= 500:
            raise OSError(f"{answer.status}: {text[:200]!r}")
        assert answer.status in {200, 201}, (answer.status, text[:500])
        return dict(json.loads(text))
