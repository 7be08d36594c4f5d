"""The roster: who walks which responsibility grid in which shift of a day. Rows are added to what is planned; nothing is taken away."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from chengge import clock
from chengge.domain.errors import Refused
from chengge.exchange.importers.base import Importer, Record, Work, refuse_repeated
from chengge.exchange.importers.columns import Column, day, text
from chengge.exchange.importers.plan import Progress, State
from chengge.foundation.actions import plan_cell
from chengge.foundation.actions.roster import inspectors_on
from chengge.foundation.models import ResponsibilityGrid
from chengge.foundation.queries import holds_on
from chengge.organization.models import Member, RosterEntry
from chengge.organization.queries import Actor, city_day
from chengge.organization.queries.roster import shifts_on

Cell = tuple[str, date]


@dataclass(frozen=True, slots=True)
class RosterChange:
    """Shifts and members to be planned for a responsibility grid on a day, besides those that are."""

    grid: str
    day: date
    pairs: frozenset[tuple[int, int]]


class Roster(Importer):
    kind = "roster"
    title = lazy("Roster")
    about = lazy(
        "Who walks which responsibility grid in which shift. Rows are added to what is planned already; days that are over are refused."
    )
    columns = (
        Column("day", "日期", "day", day, also=("排班日期",), required=True, help=lazy("Today or later"), example="2026-12-01"),
        Column("shift", "班次", "shift", text(30), required=True, help=lazy("Its code or name"), example="早班"),
        Column(
            "grid",
            "责任网格编码",
            "responsibility grid code",
            text(60),
            also=("责任网格", "责任网格代码", "责任网格名称", "responsibility grid name"),
            required=True,
            help=lazy("Its code or name"),
            example="Z01",
        ),
        Column(
            "member",
            "用户名",
            "user name",
            text(150),
            also=("监督员", "inspector"),
            required=True,
            help=lazy("User name, or the name where it is the only one"),
            example="jiandu01",
        ),
    )
    revisions = ("grids",)

    def check(self, work: Work) -> None:
        days = {record["day"] for record in work.good}
        self.of_day = {one: _Known.on(one) for one in days}
        today = city_day(clock.now())
        for record in work.good:
            if record["day"] < today:
                work.refuse(record, "day", _("This day is over."), _("Plan today or later."))
                continue
            self._find(work, record)
        refuse_repeated(
            work,
            "member",
            lambda record: (record["day"], record["shift_id"], record["grid"], record["member_id"]),
            _("Row %(row)d says the same."),
            _("Leave one of the two."),
        )

    def compare(self, work: Work) -> tuple[RosterChange, ...]:
        days = list(self.of_day)
        held = set(RosterEntry.objects.filter(day__in=days).values_list("day", "shift_id", "responsibility_grid", "member_id"))
        cells: dict[Cell, set[tuple[int, int]]] = defaultdict(set)
        for record in work.good:
            known = (record["day"], record["shift_id"], record["grid"], record["member_id"]) in held
            record.state = State.SAME if known else State.NEW
            if not known:
                cells[record["grid"], record["day"]].add((record["shift_id"], record["member_id"]))
        return tuple(RosterChange(grid, on, frozenset(pairs)) for (grid, on), pairs in sorted(cells.items()))

    def carry_out(self, changes: tuple[RosterChange, ...], actor: Actor, day: date, progress: Progress) -> Any:
        for done, change in enumerate(changes):
            progress(_("Writing the roster"), done, len(changes))
            planned = RosterEntry.objects.filter(responsibility_grid=change.grid, day=change.day).values_list("shift_id", "member_id")
            try:
                plan_cell(actor, change.grid, change.day, change.pairs | set(planned))
            except Refused as refusal:
                message = f"{change.day} {change.grid}: {refusal.message}"
                raise Refused(refusal.code, message, refusal.hint, refusal.field) from refusal

    def _find(self, work: Work, record: Record) -> None:
        known = self.of_day[record["day"]]
        found = (
            ("shift", "shift_id", known.shifts, _("There is no shift “%(name)s” on this day."), _("Make it on the page of the roster.")),
            ("grid", "grid", known.grids, _("There is no responsibility grid “%(name)s”."), _("Import the responsibility grids first.")),
            ("member", "member_id", known.members, _("There is no inspector “%(name)s”, or more than one."), _("Write the user name.")),
        )
        for column, key, names, message, hint in found:
            written = record[column]
            record[key] = names.get(written)
            if record[key] is None:
                work.refuse(record, column, message % {"name": written}, hint)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a row of a day may name: by code or name."""

    shifts: dict[str, int]
    grids: dict[str, str]
    members: dict[str, int]

    @classmethod
    def on(cls, on: date) -> "_Known":
        shifts: dict[str, int] = {}
        for shift in shifts_on(on):
            shifts |= {shift.name: shift.pk, shift.code: shift.pk}
        grids: dict[str, str] = {}
        for code, name in ResponsibilityGrid.objects.filter(holds_on(on)).values_list("code", "name"):
            grids |= {name: code, code: code}
        members: dict[str, int] = {}
        people = list(Member.objects.filter(pk__in=inspectors_on(on)).values_list("pk", "username", "full_name"))
        names = [name for _pk, _user, name in people]
        members |= {name: pk for pk, _user, name in people if names.count(name) == 1}
        members |= {username: pk for pk, username, _name in people}
        return cls(shifts, grids, members)
