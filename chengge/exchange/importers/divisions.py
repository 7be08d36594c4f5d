"""Divisions: city, district, street, community, by code and name."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from chengge.domain.codes import DivisionCode, Level
from chengge.exchange.importers.base import Importer, Work, mark, refuse_repeated
from chengge.exchange.importers.codes import division_code
from chengge.exchange.importers.columns import BadCell, Column, text
from chengge.exchange.importers.plan import Progress, Sample, State
from chengge.exchange.importers.reading import Row
from chengge.foundation.actions import DatedChange, carry_out_many
from chengge.foundation.models import Division
from chengge.foundation.queries import holding_on
from chengge.organization.queries import Actor


@dataclass(frozen=True, slots=True)
class DivisionChanges:
    begun: tuple[Division, ...]
    ended_ids: tuple[int, ...]


class Divisions(Importer):
    kind = "divisions"
    title = lazy("Divisions")
    about = lazy(
        "City, districts, streets and communities with their codes. Upper divisions stand in the same file or are imported before."
    )
    columns = (
        Column(
            "code",
            "区划代码",
            "division code",
            division_code,
            also=("代码", "编码", "行政区划代码", "区划编码"),
            required=True,
            help=lazy("4 digits for a city, 6 for a district, 9 for a street, 12 for a community"),
            example="330105019",
        ),
        Column(
            "name",
            "名称",
            "name",
            text(60),
            also=("区划名称", "行政区划名称", "单位名称"),
            required=True,
            help=lazy("Name of the division"),
            example="石桥街道",
        ),
    )
    options = ("within", "end_missing")
    revisions = ("divisions",)

    def rows_of(self, work: Work) -> Iterable[Row]:
        """The rows inside the divisions that are wanted, and those divisions themselves."""
        within = tuple(map(str, work.options.within))
        if not within:
            return work.table.rows
        rows = [row for row in work.table.rows if _digits(row).startswith(within)]
        left_out = len(work.table.rows) - len(rows)
        if left_out:
            work.notes.append(_("%(count)d rows outside %(codes)s were left out.") % {"count": left_out, "codes": _(", ").join(within)})
        return rows

    def check(self, work: Work) -> None:
        refuse_repeated(
            work, "code", lambda record: record["code"], _("The code %(key)d stands in row %(row)d already."), _("Leave one of the two.")
        )
        self.held = {row.code: row for row in holding_on(Division.objects.all(), work.day)}
        known = self.held.keys() | {record["code"] for record in work.good}
        for record in work.good:
            above = _must_lie_in(record["code"])
            if above is not None and above not in known:
                work.refuse(
                    record,
                    "code",
                    _("The division %(above)d above it is not known.") % {"above": above},
                    _("Import it first, or put it into the same file."),
                )

    def compare(self, work: Work) -> DivisionChanges:
        begun, ended = [], []
        for record in work.good:
            held = self.held.get(record["code"])
            state = mark(record, held, {"name": record["name"]})
            if state is State.SAME:
                continue
            begun.append(Division(code=record["code"], name=record["name"], polygon=held.polygon if held else None))
            if held is not None:
                ended.append(held.pk)
        ended += self._missing(work)
        return DivisionChanges(tuple(begun), tuple(ended))

    def _missing(self, work: Work) -> list[int]:
        """Divisions on the levels and in the areas of the file that it does not name."""
        named = {record["code"] for record in work.records if record.values.get("code")}
        digits = {len(str(code)) for code in named}
        areas = tuple(map(str, work.options.within)) or tuple({str(_must_lie_in(code) or code) for code in named})
        gone = [row for code, row in self.held.items() if code not in named and len(str(code)) in digits and str(code).startswith(areas)]
        return end_or_tell(work, [(row.pk, f"{row.code} {row.name}") for row in gone])

    def carry_out(self, changes: DivisionChanges, actor: Actor, day: date, progress: Progress) -> Any:
        carry_out_many(actor, DatedChange(Division, day, changes.ended_ids, changes.begun))


def end_or_tell(work: Work, gone: list[tuple[int, str]]) -> list[int]:
    """What holds now and is not in the file: ends where that was asked for, and is only named where not. Returns the ids that end."""
    work.missing += [name for _pk, name in gone]
    if not work.options.end_missing:
        return []
    work.ended_count += len(gone)
    work.ended_samples += [Sample(State.ENDED, "", 0, ((_("Row"), name),)) for _pk, name in gone[:10]]
    return [pk for pk, _name in gone]


def _digits(row: Row) -> str:
    """The row's code as it counts, without zeros that only fill it up; as written where it is none."""
    value = row.get("code")
    try:
        return str(division_code(value))
    except BadCell:
        return str(value)


def _must_lie_in(code: int) -> int | None:
    """The division that must be known for this one to make sense; a district may stand without its city."""
    division = DivisionCode(code)
    if division.level in (Level.PROVINCE, Level.CITY, Level.DISTRICT):
        return None
    return division.parent.value if division.parent else None
