"""Values as people type them into the forms of coordination."""

from collections.abc import Iterable
from datetime import datetime

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
