"""What the house keeps of people outside it: every subsystem declares its share, so that nothing is left over when keys change or
somebody is to be forgotten.

A subsystem that keeps any has a room `personal.py` of the form `Keeper`; the rooms are listed in `PERSONAL_DATA_ROOMS` of the
settings. Whoever adds a column with a contact, or words of a reporter, adds it to the room of that subsystem.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.utils.functional import Promise

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of bytes that `contacts.seal` has made: `casework.Report` and `contact`."""

    model: str
    column: str

    @property
    def table(self) -> type[Model]:
        return apps.get_model(self.model)

    def __str__(self) -> str:
        return f"{self.model}.{self.column}"


@dataclass(frozen=True, slots=True)
class Whose:
    """Who is meant: the reports of somebody, and the mark of the contact (`contacts.mark`) where it is known."""

    report_ids: tuple[int, ...] = ()
    mark: str = ""


class Keeper(Protocol):
    """A subsystem's share. Counts are by short codes, each with its words in `WORDS`."""

    @property
    def SEALED(self) -> tuple[SealedColumn, ...]:  # noqa: N802
        """Columns that are sealed with the ring of keys."""

    @property
    def WORDS(self) -> Mapping[str, Promise]:  # noqa: N802
        """What is counted, in words."""

    def reports_of(self, mark: str) -> set[int]:
        """Ids of the reports made by whoever has this contact."""

    def held(self, whose: Whose) -> Counts:
        """What `forget` would take away. Changes nothing."""

    def forget(self, whose: Whose) -> Counts:
        """Take away everything personal of these reports and this contact, inside the caller's transaction."""

    def anonymise(self, report_ids: tuple[int, ...]) -> Counts:
        """Take away who made these reports and how they are reached; what they said stays. Inside the caller's transaction."""


def keepers() -> list[Keeper]:
    """Every subsystem that keeps something personal."""
    return [cast(Keeper, import_module(name)) for name in settings.PERSONAL_DATA_ROOMS]


def sealed_columns() -> list[SealedColumn]:
    """Every column that is sealed."""
    return [column for keeper in keepers() for column in keeper.SEALED]


def words_of(code: str) -> str:
    """What a count is of, in words."""
    return next((str(keeper.WORDS[code]) for keeper in keepers() if code in keeper.WORDS), code)


def added(counts: Iterable[Counts]) -> Counts:
    """Counts of several, added up; nothing that is zero."""
    total: Counts = {}
    for one in counts:
        for code, number in one.items():
            if number:
                total[code] = total.get(code, 0) + number
    return total
