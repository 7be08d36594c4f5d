"""Values as people type them into the forms of coordination: those of every form, and the cases that are ticked in a list."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from chengge.domain.errors import Refused
from chengge.organization.typed import day as day_typed
from chengge.organization.typed import latitude, longitude, whole, whole_in, wholes
from chengge.organization.typed import moment as moment_typed
from chengge.organization.typed import words as words_typed

__all__ = ["chosen_cases", "day_typed", "latitude", "longitude", "moment_typed", "whole", "wholes", "words_typed"]


def chosen_cases(values: Iterable[str]) -> dict[int, int]:
    """Case ids and the entry counts seen, from `id:count`. Raises Refused."""
    chosen: dict[int, int] = {}
    for value in values:
        written = value.partition(":")
        pk, seen = whole_in(written[0], "case"), whole_in(written[2], "case")
        if pk is None or seen is None:
            raise Refused("case", _("“%(value)s” is no case.") % {"value": value[:40]}, field="case")
        chosen[pk] = seen
    return chosen
