"""The columns of a kind: how they are headed, what may stand in them, and how a cell is read."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _


class BadCell(Exception):
    """A cell that cannot be read: what is wrong, and what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


Parser = Callable[[Any], Any]
"""From a cell that is not empty to its value; raises BadCell."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a kind.

    Attributes:
        name: the key of its value in a record, and its name in the option `columns`.
        chinese, english: the headings our templates write; both are understood.
        also: other headings that cities and data sets use.
        required: every row needs it. A required column's heading must be in the file.
        choices: what the template's drop-down offers.
        example: what the template's example row shows.
    """

    name: str
    chinese: str
    english: str
    parse: Parser
    also: tuple[str, ...] = ()
    required: bool = False
    default: Any = None
    help: str | Promise = ""
    example: str = ""
    choices: Callable[[], Sequence[str]] | None = None

    @property
    def heading(self) -> str:
        """The heading in the language of the moment."""
        return self.chinese if (get_language() or "").startswith("zh") else self.english

    @property
    def headings(self) -> frozenset[str]:
        """Every heading that names this column, in plain form."""
        return frozenset(map(plain_heading, (self.name, self.chinese, self.english, *self.also)))


def plain_heading(text: object) -> str:
    """A heading without blanks, stars, remarks in brackets, and differences of width and case."""
    clean = unicodedata.normalize("NFKC", str(text or "")).lower()
    clean = re.sub(r"[(\[【].*?[)\]】]", "", clean)
    return re.sub(r"[\s*_:：]+", "", clean)


def text_of(value: object) -> str:
    """A cell as text: whole numbers without a decimal point, days as 2026-12-01, no blanks around it."""
    if value is None or value != value:  # NaN, which geographic files have for empty numbers
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.hour == value.minute == value.second == 0 else value.isoformat(sep=" ")
    return str(value).strip()


def text(longest: int) -> Parser:
    """Text of at most `longest` characters; line breaks inside become blanks."""

    def parse(value: object) -> str:
        clean = re.sub(r"\s*\n\s*", " ", text_of(value))
        if len(clean) > longest:
            raise BadCell(
                _("The text has %(length)d characters, %(longest)d are possible.") % {"length": len(clean), "longest": longest},
                _("Shorten it."),
            )
        return clean

    return parse


def joined_text(longest: int) -> Parser:
    """A name: like `text`, but line breaks inside are left out, for in Chinese they part nothing."""
    plain = text(longest)

    def parse(value: object) -> str:
        return str(plain(re.sub(r"\s*\n\s*", "", text_of(value))))

    return parse


def whole_number(least: int = 0, most: int = 2**31 - 1) -> Parser:
    def parse(value: object) -> int:
        written = unicodedata.normalize("NFKC", text_of(value))
        try:
            number = int(written)
        except ValueError:
            raise BadCell(_("“%(value)s” is no whole number.") % {"value": written}, _("Write digits only.")) from None
        if not least <= number <= most:
            raise BadCell(
                _("%(value)d is out of range.") % {"value": number},
                _("Write a number from %(least)d to %(most)d.") % {"least": least, "most": most},
            )
        return number

    return parse


def degrees(least: float, most: float) -> Parser:
    def parse(value: object) -> float:
        written = unicodedata.normalize("NFKC", text_of(value))
        try:
            number = float(written)
        except ValueError:
            raise BadCell(
                _("“%(value)s” is no coordinate.") % {"value": written}, _("Write decimal degrees, such as 120.123456.")
            ) from None
        if not least <= number <= most:
            raise BadCell(
                _("%(value)s is no place on earth.") % {"value": number},
                _("Write decimal degrees; for metres of a city's own frame name it with the option for coordinates."),
            )
        return number

    return parse


def day(value: object) -> date:
    """A day: a date of the spreadsheet, 2026-12-01, 2026/12/1, 20261201 or 2026年12月1日."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    written = unicodedata.normalize("NFKC", text_of(value))
    parts = re.fullmatch(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D?(?:[ T].*)?", written)
    try:
        if parts is None:
            raise ValueError
        return date(*map(int, parts.groups()))
    except ValueError:
        raise BadCell(_("“%(value)s” is no day.") % {"value": written}, _("Write it like 2026-12-01.")) from None


def one_of(words: dict[str, Any]) -> Parser:
    """One of some words, in whatever case; `words` gives the value that each stands for."""
    plain = {unicodedata.normalize("NFKC", word).lower(): value for word, value in words.items()}

    def parse(value: object) -> Any:
        written = unicodedata.normalize("NFKC", text_of(value))
        try:
            return plain[written.lower()]
        except KeyError:
            raise BadCell(
                _("“%(value)s” is not possible here.") % {"value": written}, _("Write one of: %(words)s.") % {"words": _(", ").join(words)}
            ) from None

    return parse


YES = {"是": True, "有": True, "yes": True, "true": True, "y": True, "1": True}
NO = {"否": False, "无": False, "no": False, "false": False, "n": False, "0": False}


def yes_or_no(value: object) -> bool:
    return bool(one_of(YES | NO)(value))
