"""Reading what a phone's form has sent. Each raises Refused with the name of the field where a text is no value."""

from django.http import QueryDict
from django.utils.translation import gettext as _

from chengge.casework.actions import Given
from chengge.domain.errors import Refused


def whole(sent: QueryDict, name: str) -> int | None:
    text = sent.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) < 2**63):
        raise Refused("invalid", _("“%(value)s” is not a whole number.") % {"value": text[:40]}, field=name)
    return int(text)


def degrees(sent: QueryDict, name: str) -> float | None:
    text = sent.get(name, "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if value != value or abs(value) > 1e6:
        raise Refused("invalid", _("“%(value)s” is not a number.") % {"value": text[:40]}, field=name)
    return value


def key(sent: QueryDict) -> str | None:
    return sent.get("key", "")[:64] or None


def given(sent: QueryDict) -> Given:
    """The result of a walk."""
    return Given(
        reason=sent.get("reason", "").strip(),
        note=sent.get("note", "").strip(),
        photos=tuple(sent.getlist("photos")),
        lon=degrees(sent, "lon"),
        lat=degrees(sent, "lat"),
        accuracy_m=degrees(sent, "accuracy"),
    )
