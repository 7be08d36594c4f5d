"""Somebody who uses a running city over HTTP, with an account of its own."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

TIMEOUT_SECONDS = 60


class VisitFailed(Exception):
    """The city did not answer as it should; the message says who asked what, and what came back."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A member of the city at work with a program."""

    address: str
    username: str
    token: str

    @classmethod
    def sign_in(cls, address: str, username: str, password: str) -> "Visitor":
        """Raises VisitFailed when the city does not let them in, or is not there."""
        nobody = cls(address, username, "")
        return cls(
            address, username, nobody.post("/tokens", {"username": username, "password": password, "name": "tour", "days": 1})["token"]
        )

    def get(self, path: str, **query: Any) -> Any:
        asked = {name: value for name, value in query.items() if value is not None}
        return self._ask("GET", f"{path}?{urlencode(asked)}" if asked else path)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self._ask("POST", path, json.dumps(body).encode(), "application/json")

    def upload(self, photo: bytes) -> str:
        """SHA-256 under which the photo is kept."""
        border = "chengge-photo-border"
        head = f'--{border}\r\nContent-Disposition: form-data; name="photo"; filename="photo.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        body = head.encode() + photo + f"\r\n--{border}--\r\n".encode()
        sha256: str = self._ask("POST", "/photos", body, f"multipart/form-data; boundary={border}")["sha256"]
        return sha256

    def _ask(self, method: str, path: str, body: bytes | None = None, content_type: str = "") -> Any:
        headers = {"Accept-Language": "en"} | ({"Content-Type": content_type} if body is not None else {})
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(f"{self.address}/api/v1{path}", body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            raise VisitFailed(f"{self.username}: {method} {path} was answered {refused.code}: {_told(refused.read())}") from None
        except (OSError, ValueError) as problem:
            raise VisitFailed(f"{self.username}: {method} {self.address}/api/v1{path}: {problem}") from None


def _told(answer: bytes) -> str:
    try:
        problem = json.loads(answer)
        return f"{problem['detail']} {problem['hint']}".strip()
    except (ValueError, KeyError, TypeError):
        return answer[:300].decode(errors="replace")
