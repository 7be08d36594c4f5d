"""Values as people type them into the forms of coordination."""

import re
from collections.abc import Iterable
from datetime import date, datetime

from django.http import QueryDict
from django.utils.translation import gettext as _

from chengge.domain.errors import Refused
from chengge.organization.queries import CITY_ZONE


def whole(sent: QueryDict, name: str) -> int | None:
    """A whole number; None where nothing was typed. Raises Refused."""
    value = sent.get(name, "").strip()
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and int(value) < 2**63):
        raise Refused("value", _("“%(value)s” is no number.") % {"value": value[:40]}, _("Choose it anew."), name)
    return int(value)


def moment_typed(sent: QueryDict, name: str) -> datetime | None:
    """A moment in the city's time; None where nothing was typed. Raises Refused."""
    value = sent.get(name, "").strip()
    if not value:
        return None
    try:
        return datetime.fromisoformat(value).replace(tzinfo=CITY_ZONE)
    except ValueError:
        hint = _("Write it like 2026-11-24 14:00.")
        raise Refused("value", _("“%(value)s” is no moment.") % {"value": value[:40]}, hint, name) from None


def chosen_cases(values: Iterable[str]) -> dict[int, int]:
    """Case ids and the entry counts seen, from `id:count`. Raises Refused."""
    chosen: dict[int, int] = {}
    for value in values:
        pk, _colon, seen = value.partition(":")
        if not (pk.isascii() and pk.isdigit() and seen.isascii() and seen.isdigit() and len(pk) < 19 and len(seen) < 10):
            raise Refused("case", _("“%(value)s” is no case.") % {"value": value[:40]})
        chosen[int(pk)] = int(seen)
    return chosen


def day_typed(sent: QueryDict, name: str) -> date | None:
    """A day; None where nothing was typed. Raises Refused."""
    value = sent.get(name, "").strip()
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Refused("value", _("“%(value)s” is no day.") % {"value": value[:40]}, _("Write it like 2026-11-24."), name) from None


def words_typed(sent: QueryDict, name: str) -> list[str]:
    """Codes or numbers parted by blanks, commas or new lines."""
    return re.split(r"[\s,;，、；]+", sent.get(name, "").strip()) if sent.get(name, "").strip() else []


def wholes(sent: QueryDict, name: str) -> list[int]:
    """Whole numbers that were chosen or typed. Raises Refused."""
    found = [word for value in sent.getlist(name) for word in re.split(r"[\s,;，、；]+", value.strip()) if word]
    for value in found:
        if not (value.isascii() and value.isdigit() and int(value) < 2**63):
            raise Refused("value", _("“%(value)s” is no number.") % {"value": value[:40]}, _("Choose it anew."), name)
    return [int(value) for value in found]


def degrees_typed(sent: QueryDict, name: str) -> float | None:
    """A coordinate; None where nothing was typed or it is none."""
    try:
        value = float(sent.get(name, ""))
    except ValueError:
        return None
    return value if -180 <= value <= 180 else None
