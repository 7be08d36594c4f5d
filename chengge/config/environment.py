"""Reads environment variables, each once, typed, with a clear error; remembers them so that a test can ask for their documentation."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable the product understands, and what it is when nobody sets it."""

    name: str
    default: str


@dataclass(slots=True)
class Environment:
    """The environment as the settings see it."""

    values: Mapping[str, str] = field(default_factory=lambda: os.environ)
    variables: dict[str, Variable] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """The value without surrounding blanks."""
        self.variables[name] = Variable(name, default)
        return self.values.get(name, default).strip()

    def number(self, name: str, default: int, *, least: int = 0) -> int:
        """A whole number not below `least`."""
        return self._read(name, str(default), lambda text: _whole_number(text, least), f"a whole number, {least} or more")

    def yes(self, name: str, default: bool) -> bool:
        """A yes or a no: 1/0, true/false, yes/no, on/off."""
        return self._read(name, "1" if default else "0", _yes_or_no, "yes or no (1 or 0)")

    def path(self, name: str, default: Path) -> Path:
        """An absolute path; a relative one counts from the working directory, `~` is the home folder."""
        return Path(self.text(name, str(default))).expanduser().resolve()

    def listed(self, name: str, default: str = "") -> list[str]:
        """Words parted by commas."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def named(self, name: str) -> dict[str, str]:
        """Words of the form name=value, parted by blanks."""
        return self._read(name, "", _pairs, "words like name=value, parted by blanks")

    def _read(self, name: str, default: str, parse: Callable[[str], T], wanted: str) -> T:
        text = self.text(name, default)
        try:
            return parse(text)
        except ValueError:
            raise ImproperlyConfigured(
                f"The environment variable {name} is {text!r}; it must be {wanted}. See docs/operations.md."
            ) from None


def _whole_number(text: str, least: int) -> int:
    number = int(text)
    if number < least:
        raise ValueError(text)
    return number


def _pairs(text: str) -> dict[str, str]:
    parts = [word.partition("=") for word in text.split()]
    if any(not name or not value for name, _sign, value in parts):
        raise ValueError(text)
    return {name: value for name, _sign, value in parts}


def _yes_or_no(text: str) -> bool:
    if text.lower() in TRUE_WORDS:
        return True
    if text.lower() in FALSE_WORDS:
        return False
    raise ValueError(text)
