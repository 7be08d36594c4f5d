"""Finding what a cell names: classes, organizations and divisions by code or by name, with a helpful answer when there is none."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from chengge.exchange.importers.columns import BadCell
from chengge.foundation.models import Division, ProblemClass
from chengge.foundation.queries import holding_on
from chengge.organization.models import Organization

Named = TypeVar("Named")

# Endings that say what a division is; the same place is written with one or another of them, or none.
DIVISION_ENDINGS = (
    "社区居民委员会",
    "社区居委会",
    "居民委员会",
    "村民委员会",
    "社区",
    "居委会",
    "村委会",
    "街道办事处",
    "街道",
    "村",
    "镇",
    "乡",
)


@dataclass(frozen=True, slots=True)
class Directory(Generic[Named]):
    """Things that have a code and names. A name that two things have names neither."""

    what: str
    by_code: Mapping[str, Named]
    by_name: Mapping[str, tuple[Named, ...]]

    def find(self, written: str) -> Named:
        """The thing that a cell names by its code or name. Raises BadCell, with names that look like it."""
        if written in self.by_code:
            return self.by_code[written]
        found = self.by_name.get(plain_name(written), ())
        if len(found) == 1:
            return found[0]
        said = {"what": self.what, "written": written}
        if found:
            raise BadCell(_("Several %(what)s are called “%(written)s”.") % said, _("Write the code instead."))
        raise BadCell(_("There is no %(what)s “%(written)s”.") % said, self._hint(written))

    def _hint(self, written: str) -> str:
        near = get_close_matches(plain_name(written), self.by_name, n=3, cutoff=0.5)
        if near:
            return _("Did you mean %(near)s?") % {"near": _(", ").join(str(self.by_name[name][0]) for name in near)}
        return _("Import it first, or put the cell right.")


def plain_name(text: str) -> str:
    """A name without differences of width, case and blanks."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def stem_of_division(name: str) -> str:
    """The name of a division without the ending that says what it is; at least two characters stay."""
    plain = plain_name(name)
    for ending in DIVISION_ENDINGS:
        if plain.endswith(ending) and len(plain) - len(ending) >= 2:
            return plain.removesuffix(ending)
    return plain


def _directory(what: str, things: Iterable[tuple[str, Iterable[str], Named]]) -> Directory[Named]:
    by_code: dict[str, Named] = {}
    by_name: dict[str, list[Named]] = defaultdict(list)
    for code, names, thing in things:
        by_code[code] = thing
        for name in dict.fromkeys(map(plain_name, names)):
            by_name[name].append(thing)
    return Directory(what, by_code, {name: tuple(found) for name, found in by_name.items()})


def organizations(day: date) -> Directory[Organization]:
    """Every organization that exists on a day. One query."""
    rows = holding_on(Organization.objects.all(), day)
    return _directory(_("organization"), ((row.code, (row.name, row.short_name), row) for row in rows))


def classes(day: date, kind: str = "") -> Directory[ProblemClass]:
    """The catalogue's classes on a day, of one kind or both, by four-digit code and by name. One query.

    Components and events share codes: without a kind, a code that both have is found under its name only.
    """
    rows = holding_on(ProblemClass.objects.all(), day)
    if kind:
        rows = rows.filter(kind=kind)
    found = list(rows)
    times: dict[str, int] = defaultdict(int)
    for row in found:
        times[row.code] += 1
    return _directory(_("class"), ((row.code if times[row.code] == 1 else f"{row.kind} {row.code}", (row.name,), row) for row in found))


def divisions(day: date) -> Directory[Division]:
    """Every division on a day, without its border, by code and by name. One query."""
    rows = holding_on(Division.objects.defer("polygon"), day)
    return _directory(_("division"), ((str(row.code), (row.name,), row) for row in rows))


def first_body(text: str) -> str:
    """The first of several bodies that a handbook names in one cell."""
    for mark in "、，,；;/\n":
        text = text.partition(mark)[0]
    return text.strip()
