"""Responsibility grids (责任网格): sets of unit grids, each given to inspectors."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from chengge.domain.codes import CodeError, DivisionCode, GridCode, code_range
from chengge.exchange.importers.base import Importer, Record, Work, refuse_repeated
from chengge.exchange.importers.columns import Column, text
from chengge.exchange.importers.plan import Progress, State
from chengge.foundation.actions import save_responsibility_grid
from chengge.foundation.models import ResponsibilityGrid
from chengge.foundation.queries import grid_index
from chengge.organization.models import Member
from chengge.organization.queries import Actor

PARTS = re.compile(r"[、，,;；\s]+")


@dataclass(frozen=True, slots=True)
class ResponsibilityGridChange:
    code: str
    name: str
    grid_codes: frozenset[int]
    inspectors: tuple[Member, ...]


class ResponsibilityGrids(Importer):
    kind = "responsibility-grids"
    title = lazy("Responsibility grids")
    about = lazy("Which inspectors walk which unit grids. Unit grids are named one by one, from first to last, or by community or street.")
    columns = (
        Column(
            "code",
            "责任网格代码",
            "responsibility grid code",
            text(20),
            also=("代码", "编码"),
            required=True,
            help=lazy("A short code that stays"),
            example="Z01",
        ),
        Column(
            "name",
            "责任网格名称",
            "responsibility grid name",
            text(60),
            also=("名称",),
            required=True,
            help=lazy("Name"),
            example="石桥一片",
        ),
        Column(
            "units",
            "单元网格",
            "unit grids",
            text(4000),
            required=True,
            help=lazy("Codes parted by commas; first-last for a run; a community's or street's code for all of it"),
            example="330105019001",
        ),
        Column("inspectors", "监督员", "inspectors", text(1000), default="", help=lazy("User names parted by commas"), example="jiandu01"),
    )
    revisions = ("grids",)

    def check(self, work: Work) -> None:
        refuse_repeated(
            work, "code", lambda record: record["code"], _("The code “%(key)s” stands in row %(row)d already."), _("Leave one of the two.")
        )
        self.codes = grid_index().codes
        members = {member.username: member for member in Member.objects.filter(is_active=True)}
        for record in work.good:
            record["grid_codes"] = self._grids(work, record)
            names = [name for name in PARTS.split(record["inspectors"]) if name]
            unknown = [name for name in names if name not in members]
            if unknown:
                work.refuse(
                    record, "inspectors", _("There is no member “%(name)s”.") % {"name": unknown[0]}, _("Import the members first.")
                )
            record["members"] = tuple(members[name] for name in names if name in members)

    def compare(self, work: Work) -> tuple[ResponsibilityGridChange, ...]:
        rows = ResponsibilityGrid.objects.prefetch_related("units", "inspectors").in_bulk(
            [record["code"] for record in work.good], field_name="code"
        )
        changes = []
        for record in work.good:
            own = rows.get(record["code"])
            wanted = (record["name"], record["grid_codes"], {member.pk for member in record["members"]})
            if own is None:
                record.state = State.NEW
            elif (own.name, {unit.grid_code for unit in own.units.all()}, {member.pk for member in own.inspectors.all()}) == wanted:
                record.state = State.SAME
                continue
            else:
                record.state = State.CHANGED
            changes.append(ResponsibilityGridChange(record["code"], record["name"], frozenset(record["grid_codes"]), record["members"]))
        return tuple(changes)

    def carry_out(self, changes: tuple[ResponsibilityGridChange, ...], actor: Actor, day: date, progress: Progress) -> Any:
        for done, change in enumerate(changes):
            progress(_("Writing responsibility grids"), done, len(changes))
            save_responsibility_grid(actor, change.code, change.name, change.grid_codes, change.inspectors, day)

    def _grids(self, work: Work, record: Record) -> set[int]:
        """Every unit grid that the cell names; a part that names none is a fault."""
        found: set[int] = set()
        for part in filter(None, PARTS.split(record["units"])):
            try:
                first, end = _range_of(part)
            except CodeError:
                hint = _("Write codes of unit grids (15 digits), first-last, or the code of a community or street.")
                work.refuse(record, "units", _("“%(part)s” names no unit grids.") % {"part": part}, hint)
                continue
            low, high = np.searchsorted(self.codes, (first, end)).tolist()
            if low == high:
                work.refuse(
                    record, "units", _("There are no unit grids under %(part)s.") % {"part": part}, _("Import the unit grids first.")
                )
            found.update(self.codes[low:high].tolist())
        return found


def _range_of(part: str) -> tuple[int, int]:
    """The half-open range of unit grid codes that a part names. Raises CodeError."""
    first, dash, last = part.replace("—", "-").replace("~", "-").partition("-")
    if dash:
        return GridCode.parse(first).value, GridCode.parse(last).value + 1
    if len(first) in (14, 15):
        code = GridCode.parse(first).value
        return code, code + 1
    return code_range(DivisionCode.parse(first))
