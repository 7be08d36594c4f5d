"""Borders of divisions, from a file of shapes, matched by code or by name within the division above."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from chengge.domain.codes import DivisionCode
from chengge.exchange.importers.base import Importer, Record, Work, mark
from chengge.exchange.importers.borders import wkb_of
from chengge.exchange.importers.codes import division_code
from chengge.exchange.importers.columns import Column, text
from chengge.exchange.importers.plan import Progress, Severity, State
from chengge.exchange.importers.references import plain_name, stem_of_division
from chengge.foundation.actions import DatedChange, carry_out_many
from chengge.foundation.models import Division
from chengge.foundation.queries import holding_on
from chengge.organization.queries import Actor

LEVEL_DIGITS = {"city": 4, "district": 6, "street": 9, "community": 12}
COMMUNITY_HEADINGS = ("社区", "社区名称", "村", "村社区", "居委会", "community")
STREET_HEADINGS = ("街道", "街道名称", "街镇", "乡镇", "street")
# Of a border, how much may lie outside that of the division above before it is worth a word.
MOST_OUTSIDE = 0.02


@dataclass(frozen=True, slots=True)
class BoundaryChanges:
    begun: tuple[Division, ...]
    ended_ids: tuple[int, ...]


class Boundaries(Importer):
    kind = "boundaries"
    title = lazy("Borders of divisions")
    about = lazy("Borders of streets, communities or districts that are known by code and name. Several shapes of one division are joined.")
    wants_shapes = True
    columns = (
        Column(
            "code",
            "区划代码",
            "division code",
            division_code,
            also=("代码", "行政区划代码"),
            help=lazy("Code of the division; without it, its name"),
            example="330105019001",
        ),
        Column(
            "community", "社区", "community", text(60), also=COMMUNITY_HEADINGS, help=lazy("Name of the community"), example="天堂园社区"
        ),
        Column(
            "street",
            "街道",
            "street",
            text(60),
            also=STREET_HEADINGS,
            help=lazy("Name of the street, or of the street the community lies in"),
            example="石桥街道",
        ),
        Column(
            "name",
            "名称",
            "name",
            text(60),
            also=("区划名称",),
            help=lazy("Name of the division, where the file holds one level only"),
            example="",
        ),
        Column("border", "边界", "border", text(100), help=lazy("The shape itself")),
    )
    options = ("level", "within", "crs")
    revisions = ("divisions",)

    def check(self, work: Work) -> None:
        self.level = self._level(work)
        rows = holding_on(Division.objects.all(), work.day)
        self.held = {row.code: row for row in rows}
        wanted = tuple(map(str, work.options.within))
        self.candidates = [row for row in self.held.values() if not self.level or len(str(row.code)) == LEVEL_DIGITS[self.level]]
        if wanted:
            self.candidates = [row for row in self.candidates if str(row.code).startswith(wanted)]
        for record in work.good:
            shape = record.row.geometry
            if not isinstance(shape, Polygon | MultiPolygon) or shape.is_empty:
                work.refuse(record, "border", _("The row has no border."), _("Give it a polygon."))
                continue
            found = self._match(work, record)
            if found is not None:
                record["code"] = found.code

    def compare(self, work: Work) -> BoundaryChanges:
        parts: dict[int, list[Record]] = defaultdict(list)
        for record in work.good:
            parts[record["code"]].append(record)
        begun, ended = [], []
        borders: dict[int, BaseGeometry] = {}
        for done, (code, records) in enumerate(parts.items()):
            work.progress(_("Joining borders"), done, len(parts))
            held = self.held[code]
            borders[code] = self._joined(work, records)
            states = {mark(record, held, {"polygon": wkb_of(borders[code])}) for record in records}
            if State.SAME in states:
                continue
            begun.append(Division(code=code, name=held.name, polygon=wkb_of(borders[code])))
            ended.append(held.pk)
        joined = sum(len(records) > 1 for records in parts.values())
        if joined:
            work.notes.append(_("%(count)d divisions consist of several shapes, which were joined.") % {"count": joined})
        self._tell_of_others(work, borders)
        return BoundaryChanges(tuple(begun), tuple(ended))

    def carry_out(self, changes: BoundaryChanges, actor: Actor, day: date, progress: Progress) -> Any:
        carry_out_many(actor, DatedChange(Division, day, changes.ended_ids, changes.begun))

    def _level(self, work: Work) -> str:
        if work.options.level:
            return work.options.level
        if work.has_column("community"):
            return "community"
        return "street" if work.has_column("street") else ""

    def _match(self, work: Work, record: Record) -> Division | None:
        """The division that a row means; refuses the row where there is none or it is not clear."""
        if record["code"]:
            found = self.held.get(record["code"])
            if found is None:
                work.refuse(
                    record, "code", _("There is no division %(code)d.") % {"code": record["code"]}, _("Import the divisions first.")
                )
            return found
        column = next((name for name in (self.level, "name") if name and record.values.get(name)), "")
        if not column:
            work.refuse(record, "name", _("The row names no division."), _("Give a column with its code or name, and say the level."))
            return None
        name = record[column]
        above = record["street"] if column != "street" else None
        return self._by_name(work, record, column, name, above)

    def _by_name(self, work: Work, record: Record, column: str, name: str, above: str | None) -> Division | None:
        candidates = [row for row in self.candidates if above is None or _same_place(self._name_above(row), above)]
        found = [row for row in candidates if plain_name(row.name) == plain_name(name)]
        if not found:
            found = [row for row in candidates if stem_of_division(row.name) == stem_of_division(name)]
            if len(found) == 1:
                work.notice(record, column, _("“%(name)s” was taken for “%(held)s”.") % {"name": name, "held": found[0].name})
        if len(found) == 1:
            return found[0]
        said = {"name": name, "above": above or _("the divisions")}
        if found:
            work.refuse(
                record, column, _("Several divisions are called “%(name)s”.") % said, _("Say where with the option within, or give codes.")
            )
        else:
            near = get_close_matches(name, [row.name for row in candidates], n=3, cutoff=0.4)
            hint = (
                _("Did you mean %(near)s?") % {"near": _(", ").join(near)}
                if near
                else _("Import the divisions first, or put the name right.")
            )
            work.refuse(record, column, _("%(above)s know no “%(name)s”.") % said, hint)
        return None

    def _name_above(self, row: Division) -> str:
        parent = DivisionCode(row.code).parent
        held = self.held.get(parent.value) if parent else None
        return held.name if held else ""

    def _joined(self, work: Work, records: list[Record]) -> BaseGeometry:
        shapes = [record.row.geometry for record in records]
        for record in records:
            if record.row.geometry is not None and not record.row.geometry.is_valid:
                work.mend(record, "border", _("The border was invalid and has been mended."))
        whole = shapely.make_valid(np.array(shapes, dtype=object), method="structure", keep_collapsed=False)
        return shapely.union_all(whole)

    def _tell_of_others(self, work: Work, borders: dict[int, BaseGeometry]) -> None:
        """Which divisions stay without a border, and which borders reach out of the division above."""
        above = {str(DivisionCode(code).parent) for code in borders}
        without = [
            f"{row.code} {row.name}"
            for row in self.candidates
            if row.code not in borders and row.polygon is None and str(DivisionCode(row.code).parent) in above
        ]
        if without:
            work.notes.append(_("No border was found for: %(names)s.") % {"names": _(", ").join(without)})
        for code, border in borders.items():
            parent = self.held.get(int(str(DivisionCode(code).parent)))
            if parent is None or parent.polygon is None or not border.area:
                continue
            outside = border.difference(shapely.from_wkb(bytes(parent.polygon)))
            if outside.area > MOST_OUTSIDE * border.area:
                place = outside.representative_point()
                value = f"{self.held[code].name} / {parent.name} {outside.area / border.area:.0%}"
                message = _("A part of this border lies outside that of the division above.")
                work.whole(Severity.NOTICE, message, _("Look at both borders."), value, place.x, place.y)


def _same_place(one: str, other: str) -> bool:
    return stem_of_division(one) == stem_of_division(other)
