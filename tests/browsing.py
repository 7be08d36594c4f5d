"""Looking at pages as a member of the tiny city: with Django's client, or with a real browser and axe."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.test import Client

from tests.factories import City

if TYPE_CHECKING:
    from playwright.sync_api import Page


def client_of(city: City, name: str) -> Client:
    """A client in which the member has signed in, in English so that tests can read it."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(city.members[name])
    client.cookies["chengge_language"] = "en"
    return client


def sign_in(page: "Page", live_server: Any, city: City, name: str) -> "Page":
    """The same in a real browser."""
    client = Client()
    client.force_login(city.members[name])
    page.context.add_cookies(
        [
            {"name": "chengge_session", "value": client.cookies["chengge_session"].value, "url": live_server.url},
            {"name": "chengge_language", "value": "en", "url": live_server.url},
        ]
    )
    return page


def axe_findings(page: "Page") -> list[str]:
    """What axe holds for serious or critical on the page as it stands."""
    page.evaluate((Path(settings.BASE_DIR) / "node_modules/axe-core/axe.min.js").read_text())
    found = page.evaluate("axe.run()")["violations"]
    return [f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in ("serious", "critical")]


def wait_until(page: "Page", expression: str, argument: Any = None, patience_seconds: float = 20) -> None:
    """Ask the page until the expression is true. (Playwright's own waiting evaluates text in the page, which our policy forbids.)"""
    deadline = time.monotonic() + patience_seconds
    while not page.evaluate(expression, argument):
        assert time.monotonic() < deadline, f"never came true: {expression}"
        page.wait_for_timeout(60)
