"""Values as people type them into forms and addresses: one function for every kind of value, for every page of the house.

`given` is a form or the query of an address, `name` a field of it. Nothing typed gives None; what cannot be meant raises Refused
with the field, the value and what to do.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _

from chengge.domain.errors import Refused
from chengge.organization.queries import CITY_ZONE

# What the database holds as a whole number, and days that a city's work can mean.
MOST_WHOLE = 2**63 - 1
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)
LONGEST_SHOWN = 40  # letters of a wrong value that a message repeats
LONGEST_NUMBER = 40  # digits and signs
MOST_DIGITS = 18  # before or behind the point
MOST_METRES = 10_000_000  # from the equator to the pole
BETWEEN_WORDS = re.compile(r"[\s,;，、；]+")

Value = TypeVar("Value")


def text(given: Mapping[str, Any], name: str) -> str:
    """What was typed, without blanks around it; never with a NUL, which no table takes."""
    value = given.get(name)
    return "" if value is None else str(value).replace("\x00", "").strip()


def words(given: Mapping[str, Any], name: str) -> list[str]:
    """Codes or names parted by blanks, commas or new lines."""
    return list(filter(None, BETWEEN_WORDS.split(text(given, name))))


def whole(given: Mapping[str, Any], name: str) -> int | None:
    """A whole number, 0 or more. Raises Refused."""
    return whole_in(text(given, name), name)


def wholes(given: QueryDict, name: str) -> list[int]:
    """Whole numbers that were chosen one by one, or typed in a row. Raises Refused."""
    written = [word for value in given.getlist(name) for word in BETWEEN_WORDS.split(value.replace("\x00", ""))]
    return [value for word in written if (value := whole_in(word, name)) is not None]


def whole_in(written: str, name: str) -> int | None:
    """The whole number that is written in a part of the field `name`. Raises Refused."""
    if not written:
        return None
    if not (written.isascii() and written.isdigit() and len(written) < LONGEST_NUMBER and int(written) <= MOST_WHOLE):
        raise _refused(name, written, _("“%(value)s” is not a whole number."), _("Write digits only, such as 12."))
    return int(written)


def id_in(written: str | None) -> int | None:
    """The id that an address or a hidden field names; None where it names none: addresses are kept, sent on and changed by hand."""
    if written is None or not (written.isascii() and written.isdigit() and len(written) <= MOST_DIGITS):
        return None
    return int(written)


def number(given: Mapping[str, Any], name: str) -> Decimal | None:
    """A number, exactly as it was typed. Raises Refused."""
    return _read(given, name, _number_in)


def longitude(given: Mapping[str, Any], name: str = "lon") -> float | None:
    """Degrees east. Raises Refused."""
    return _read(given, name, _longitude_in)


def latitude(given: Mapping[str, Any], name: str = "lat") -> float | None:
    """Degrees north. Raises Refused."""
    return _read(given, name, _latitude_in)


def metres(given: Mapping[str, Any], name: str) -> float | None:
    """A length in metres, 0 or more. Raises Refused."""
    return _read(given, name, _metres_in)


def day(given: Mapping[str, Any], name: str) -> date | None:
    """A day of the city. Raises Refused."""
    return _read(given, name, _day_in)


def day_needed(given: Mapping[str, Any], name: str) -> date:
    """A day that must be there. Raises Refused."""
    found = day(given, name)
    if found is None:
        raise Refused("value", _("Choose a day."), _("A day is written as 2026-11-23."), name)
    return found


def moment(given: Mapping[str, Any], name: str) -> datetime | None:
    """A moment; in the city's time where none is said. Raises Refused."""
    return _read(given, name, _moment_in)


def _read(given: Mapping[str, Any], name: str, reading: Callable[[str, str], Value]) -> Value | None:
    written = text(given, name)
    return reading(written, name) if written else None


def _number_in(written: str, name: str) -> Decimal:
    try:
        value = Decimal(written) if len(written) < LONGEST_NUMBER else Decimal("NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    if not (value.is_finite() and abs(value.adjusted()) <= MOST_DIGITS):
        raise _refused(name, written, _("“%(value)s” is not a number."), _("Write a number such as 12 or 0.5."))
    return value


def _longitude_in(written: str, name: str) -> float:
    return _degrees_in(written, name, 180)


def _latitude_in(written: str, name: str) -> float:
    return _degrees_in(written, name, 90)


def _degrees_in(written: str, name: str, most: int) -> float:
    value = _float_in(written)
    if not abs(value) <= most:
        raise _refused(name, written, _("“%(value)s” is no position."), _("Choose the place on the map."))
    return value


def _metres_in(written: str, name: str) -> float:
    value = _float_in(written)
    if not 0 <= value <= MOST_METRES:
        raise _refused(name, written, _("“%(value)s” is not a number."), _("Write metres, such as 12 or 0.5."))
    return value


def _float_in(written: str) -> float:
    try:
        return float(written)
    except ValueError:
        return math.nan


def _day_in(written: str, name: str) -> date:
    try:
        found = date.fromisoformat(written)
    except ValueError:
        found = date.min
    if not FIRST_DAY <= found <= LAST_DAY:
        raise _refused(name, written, _("“%(value)s” is not a day."), _("A day is written as 2026-11-23."))
    return found


def _moment_in(written: str, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        found = None
    if found is None or not FIRST_DAY <= found.date() <= LAST_DAY:
        raise _refused(name, written, _("“%(value)s” is no moment."), _("Write it like 2026-11-24 14:00."))
    return found.replace(tzinfo=CITY_ZONE) if found.tzinfo is None else found.astimezone(UTC)


def _refused(name: str, written: str, message: str, hint: str) -> Refused:
    return Refused("value", message % {"value": written[:LONGEST_SHOWN]}, hint, name)
