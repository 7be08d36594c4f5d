"""Reading what a phone's form has sent. Raises Refused with the name of the field where a text is no value."""

from django.http import QueryDict

from chengge.casework.actions import Given
from chengge.organization.typed import latitude, longitude, metres


def key(sent: QueryDict) -> str | None:
    return sent.get("key", "")[:64] or None


def given(sent: QueryDict) -> Given:
    """The result of a walk."""
    return Given(
        reason=sent.get("reason", "").strip(),
        note=sent.get("note", "").strip(),
        photos=tuple(sent.getlist("photos")),
        lon=longitude(sent),
        lat=latitude(sent),
        accuracy_m=metres(sent, "accuracy"),
    )
