"""Somebody who uses a running city as a browser without scripts does: pages, cookies, forms."""

import re
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urljoin

from chengge.lab.visitor import TIMEOUT_SECONDS, VisitFailed

INPUT = re.compile(r'<input\b[^>]*\btype="hidden"[^>]*>')
ATTRIBUTE = re.compile(r'\b(name|value)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was opened: where one ended up, and what it says."""

    address: str
    text: str

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of its forms."""
        found = (dict(ATTRIBUTE.findall(tag)) for tag in INPUT.findall(self.text))
        return {unescape(one["name"]): unescape(one.get("value", "")) for one in found if "name" in one}

    def after(self, mark: str) -> str:
        """What stands behind `mark`, up to the next tag. Raises VisitFailed where the mark is not there."""
        if mark not in self.text:
            raise VisitFailed(f"The page {self.address} does not say what it should ({mark!r}).")
        return unescape(self.text.split(mark, 1)[1].split("<", 1)[0].strip())


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser without scripts, with its cookies."""

    address: str
    cookies: CookieJar = field(default_factory=CookieJar)

    @classmethod
    def signed_in(cls, address: str, username: str, password: str) -> "Browser":
        """Raises VisitFailed when the city does not let them in."""
        browser = cls(address)
        browser.open("/accounts/sign-in")
        done = browser.send("/accounts/sign-in", {"username": username, "password": password})
        if "/accounts/sign-in" in done.address:
            raise VisitFailed(f"{username} could not sign in.")
        return browser

    def open(self, path: str) -> Page:
        return self._ask(urllib.request.Request(urljoin(self.address, path)))

    def send(self, path: str, fields: Mapping[str, str | Sequence[str]]) -> Page:
        """Send a form, with the CSRF token of the cookie; a field with several values is a list."""
        token = next((cookie.value for cookie in self.cookies if cookie.name == "chengge_csrf"), "")
        body = urlencode({**fields, "csrfmiddlewaretoken": token or ""}, doseq=True).encode()
        return self._ask(urllib.request.Request(urljoin(self.address, path), body, {"Referer": self.address}))

    def _ask(self, request: urllib.request.Request) -> Page:
        request.add_header("Accept-Language", "en")
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return Page(answer.geturl(), answer.read().decode(errors="replace"))
        except urllib.error.HTTPError as refused:
            said = re.sub(r"<[^>]+>|\s+", " ", refused.read().decode(errors="replace"))
            raise VisitFailed(f"{request.get_method()} {request.full_url} was answered {refused.code}: {said[:600]}") from None
        except OSError as problem:
            raise VisitFailed(f"{request.get_method()} {request.full_url}: {problem}") from None
