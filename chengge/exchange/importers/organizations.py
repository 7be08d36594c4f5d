"""Organizations on four levels: centres, departments and districts, sections and streets, crews."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from chengge.exchange.importers.base import Importer, Record, Work, mark, refuse_repeated
from chengge.exchange.importers.codes import division_code
from chengge.exchange.importers.columns import Column, one_of, text, whole_number
from chengge.exchange.importers.plan import Progress, State
from chengge.foundation.models import Division
from chengge.foundation.queries import holding_on
from chengge.organization.actions import put_organizations
from chengge.organization.models import Organization, OrganizationKind, WorkingCalendar
from chengge.organization.queries import Actor

KIND_WORDS = {
    "监督中心": "supervision_centre",
    "指挥中心": "command_centre",
    "专业部门": "department",
    "属地": "territory",
    "班组": "crew",
}


def kind_words() -> dict[str, str]:
    return KIND_WORDS | {kind.value: kind.value for kind in OrganizationKind}


def calendar_codes() -> tuple[str, ...]:
    return tuple(WorkingCalendar.objects.order_by("code").values_list("code", flat=True))


@dataclass(frozen=True, slots=True)
class OrganizationChanges:
    """`new` stands in the order of the levels; a parent that is new too is given by its code."""

    new: tuple[tuple[Organization, str], ...]
    changed: tuple[tuple[Organization, str], ...]


class Organizations(Importer):
    kind = "organizations"
    title = lazy("Organizations")
    about = lazy(
        "Bodies of the city on four levels. A parent stands in the same file or is known already. Known codes are changed in place."
    )
    columns = (
        Column(
            "code",
            "机构代码",
            "organization code",
            text(20),
            also=("代码", "编码", "单位代码"),
            required=True,
            help=lazy("A short code that stays for ever"),
            example="D01",
        ),
        Column(
            "name",
            "机构名称",
            "organization name",
            text(80),
            also=("名称", "单位名称"),
            required=True,
            help=lazy("Full name"),
            example="市政设施养护中心",
        ),
        Column("short_name", "简称", "short name", text(30), help=lazy("Left away: the beginning of the name"), example="市政中心"),
        Column(
            "kind",
            "性质",
            "kind",
            one_of(kind_words()),
            also=("类型",),
            required=True,
            help=lazy("What it is"),
            example="专业部门",
            choices=lambda: tuple(KIND_WORDS),
        ),
        Column(
            "level",
            "级别",
            "level",
            whole_number(1, 4),
            also=("层级",),
            required=True,
            help=lazy("1 centre; 2 department or district; 3 section or street; 4 crew"),
            example="2",
            choices=lambda: ("1", "2", "3", "4"),
        ),
        Column(
            "parent",
            "上级机构代码",
            "parent code",
            text(20),
            also=("上级代码", "上级"),
            help=lazy("Code of the organization above; empty on top"),
            example="C01",
        ),
        Column("division_code", "区划代码", "division code", division_code, help=lazy("Where a territory answers"), example="330105019"),
        Column(
            "calendar",
            "工作日历",
            "calendar",
            text(20),
            help=lazy("Code of a working calendar; left away: the option, or the only one there is"),
            choices=calendar_codes,
        ),
        Column("phone", "电话", "phone", text(30), help=lazy("Telephone")),
    )
    options = ("calendar",)

    def check(self, work: Work) -> None:
        refuse_repeated(
            work, "code", lambda record: record["code"], _("The code “%(key)s” stands in row %(row)d already."), _("Leave one of the two.")
        )
        self.held = {row.code: row for row in Organization.objects.all()}
        self._find_calendars(work)
        self._check_divisions(work)
        in_file = {record["code"]: record for record in work.good}
        for record in sorted(work.good, key=lambda record: record["level"]):
            self._check_parent(work, record, in_file)

    def compare(self, work: Work) -> OrganizationChanges:
        new, changed = [], []
        for record in sorted(work.good, key=lambda record: record["level"]):
            own = self.held.get(record["code"])
            parent = self.held.get(record["parent"] or "")
            wanted = {
                "name": record["name"],
                "short_name": record["short_name"] or (own.short_name if own else record["name"][:30]),
                "kind": record["kind"],
                "level": record["level"],
                "parent_id": parent.pk if parent else (-1 if record["parent"] else None),
                "division_code": record["division_code"],
                "calendar_id": record["calendar_id"],
                "phone": record["phone"] or (own.phone if own else ""),
            }
            state = mark(record, own, wanted)
            wanted.pop("parent_id")
            if state is State.NEW:
                new.append((Organization(code=record["code"], valid_from=work.day, **wanted), record["parent"] or ""))
            elif state is State.CHANGED and own is not None:
                for name, value in wanted.items():
                    setattr(own, name, value)
                changed.append((own, record["parent"] or ""))
        return OrganizationChanges(tuple(new), tuple(changed))

    def carry_out(self, changes: OrganizationChanges, actor: Actor, day: date, progress: Progress) -> Any:
        known = {row.code: row for row in Organization.objects.all()} | {row.code: row for row, _parent in (*changes.new, *changes.changed)}
        for level in (1, 2, 3, 4):
            new = [(row, parent) for row, parent in changes.new if row.level == level]
            for row, parent in new:
                row.parent = known[parent] if parent else None
            put_organizations(actor, [row for row, _parent in new], [])
        for row, parent in changes.changed:
            row.parent = known[parent] if parent else None
        put_organizations(actor, [], [row for row, _parent in changes.changed])

    def _find_calendars(self, work: Work) -> None:
        calendars = dict(WorkingCalendar.objects.values_list("code", "pk"))
        usual = work.options.calendar or (next(iter(calendars)) if len(calendars) == 1 else "")
        for record in work.good:
            own = self.held.get(record["code"])
            code = record["calendar"] or ("" if own and not work.options.calendar else usual)
            if code in calendars:
                record["calendar_id"] = calendars[code]
            elif own is not None and not code:
                record["calendar_id"] = own.calendar_id
            elif code:
                hint = (
                    _("Known are: %(codes)s.") % {"codes": _(", ").join(calendars)} if calendars else _("Import working calendars first.")
                )
                work.refuse(record, "calendar", _("There is no working calendar “%(code)s”.") % {"code": code}, hint)
            else:
                hint = _("Fill in the column, or give the option for the calendar.") if calendars else _("Import working calendars first.")
                work.refuse(record, "calendar", _("It is not said by which calendar it works."), hint)

    def _check_divisions(self, work: Work) -> None:
        wanted = {record["division_code"] for record in work.good if record["division_code"]}
        known = set(holding_on(Division.objects.filter(code__in=wanted), work.day).values_list("code", flat=True))
        for record in work.good:
            if record["division_code"] and record["division_code"] not in known:
                said = {"code": record["division_code"]}
                work.refuse(
                    record, "division_code", _("There is no division %(code)d.") % said, _("Import the divisions first, or leave it empty.")
                )
            elif record["kind"] == OrganizationKind.TERRITORY and not record["division_code"]:
                work.refuse(record, "division_code", _("A territory needs the division it answers for."), _("Fill in its code."))

    def _check_parent(self, work: Work, record: Record, in_file: dict[str, Record]) -> None:
        code = record["parent"]
        if not code:
            return
        above = in_file.get(code)
        if above is None and code not in self.held:
            work.refuse(
                record,
                "parent",
                _("There is no organization with the code “%(code)s”.") % {"code": code},
                _("Put it into the same file, or import it first."),
            )
            return
        if above is not None and above.refused:
            work.refuse(
                record,
                "parent",
                _("The organization above (row %(row)d) is refused.") % {"row": above.row.number},
                _("Put that row right."),
            )
            return
        level = above["level"] if above is not None else self.held[code].level
        if level >= record["level"]:
            said = {"level": record["level"], "above": level}
            work.refuse(
                record,
                "level",
                _("It is on level %(level)d, and the one above it on level %(above)d.") % said,
                _("The organization above must be on a smaller level."),
            )
