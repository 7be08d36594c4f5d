"""Figures of people for rooms that may not know the evaluation: it says them, once; whoever draws up an appraisal asks here.

The room of the form `FiguresRoom` is named by `FIGURES_ROOM` of the settings, as `chengge.personal` finds its rooms.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings


@dataclass(frozen=True, slots=True)
class FigureTold:
    """An indicator of a person over some days, in words.

    Attributes:
        name_zh, name_en: of the indicator.
        value: with its sign, such as "95.2 %"; "–" over an empty denominator.
        numerator: and denominator: None for a plain count.
        exact: the value as a number; None over an empty denominator.
    """

    code: str
    name_zh: str
    name_en: str
    value: str
    numerator: int
    denominator: int | None
    exact: float | None


class FiguresRoom(Protocol):
    def figures_of(self, member_id: int | None, first: date, after: date) -> Sequence[FigureTold]:
        """The figures of a dispatcher's work from `first` to before `after`; of the whole city without a member.

        Every figure is there, also those that nothing stands behind.
        """

    def deeds_of(self, member_id: int, first: date, after: date) -> dict[str, int]:
        """How often a member took each action at a case in those days, by the action's code."""


def figures_of(member_id: int | None, first: date, after: date) -> Sequence[FigureTold]:
    """What `FiguresRoom.figures_of` says."""
    return _room().figures_of(member_id, first, after)


def deeds_of(member_id: int, first: date, after: date) -> dict[str, int]:
    """What `FiguresRoom.deeds_of` says."""
    return _room().deeds_of(member_id, first, after)


def _room() -> FiguresRoom:
    return cast(FiguresRoom, import_module(settings.FIGURES_ROOM))
