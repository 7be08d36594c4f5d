"""A program of each member of the tiny city, calling the API as programs do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from chengge.clock import PretendedClock
from chengge.organization.tokens import make_token
from tests.casework.lives import Life
from tests.factories import City, build_city


@dataclass
class Program:
    """Calls the API for a member with a token. Answers come as Django's responses; `json()` reads them."""

    token: str
    client: Client = field(default_factory=Client)
    language: str = "en"

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> HttpResponse:
        return self.client.get(f"/api/v1{path}", query, headers=self._headers(headers))

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> HttpResponse:
        headers = {"Idempotency-Key": key} if key else {}
        return self.client.post(f"/api/v1{path}", body or {}, content_type="application/json", headers=self._headers(headers))

    def put(self, path: str, body: Any) -> HttpResponse:
        return self.client.put(f"/api/v1{path}", body, content_type="application/json", headers=self._headers({}))

    def delete(self, path: str) -> HttpResponse:
        return self.client.delete(f"/api/v1{path}", headers=self._headers({}))

    def upload(self, path: str, name: str, data: bytes, *, key: str | None = None) -> HttpResponse:
        headers = {"Idempotency-Key": key} if key else {}
        return self.client.post(
            f"/api/v1{path}", {name: SimpleUploadedFile("photo.jpg", data, "image/jpeg")}, headers=self._headers(headers)
        )

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Authorization": f"Bearer {self.token}", "Accept-Language": self.language} | named


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@pytest.fixture
def program(city: City, pretended_clock: PretendedClock) -> Callable[[str], Program]:
    """`program("operator")`: a program that acts for the operator."""
    return lambda username: Program(make_token(city.members[username]).secret)


@pytest.fixture
def life(city: City, pretended_clock: PretendedClock) -> Life:
    return Life(city, pretended_clock)
