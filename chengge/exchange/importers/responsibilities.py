"""Who answers for which class in which area, with the basis it follows from."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from chengge.exchange.importers.base import Importer, Record, Work, mark, refuse_repeated
from chengge.exchange.importers.catalogue import KINDS, kind_choices
from chengge.exchange.importers.codes import two_digits
from chengge.exchange.importers.columns import BadCell, Column, one_of, text
from chengge.exchange.importers.divisions import end_or_tell
from chengge.exchange.importers.plan import Progress, State
from chengge.exchange.importers.references import classes, divisions, organizations
from chengge.foundation.actions import DatedChange, carry_out
from chengge.foundation.models import Responsibility
from chengge.foundation.queries import holding_on
from chengge.organization.queries import Actor

Key = tuple[str, str, int | None, int | None, int | None, int]
"""Kind, major code, class, division, owner, organization."""


@dataclass(frozen=True, slots=True)
class ResponsibilityChanges:
    begun: tuple[Responsibility, ...]
    ended_ids: tuple[int, ...]


class Responsibilities(Importer):
    kind = "responsibilities"
    title = lazy("Responsibilities")
    about = lazy("Class and area, and the organization that answers. An empty class stands for every class, an empty area for everywhere.")
    columns = (
        Column(
            "kind",
            "类别",
            "kind",
            one_of(KINDS),
            also=("部件事件",),
            help=lazy("Component or event; empty: both"),
            example="部件",
            choices=kind_choices,
        ),
        Column("major_code", "大类代码", "major code", two_digits, help=lazy("01 to 99; empty: every major class"), example="01"),
        Column(
            "class",
            "小类",
            "class",
            text(60),
            also=("小类代码", "小类名称"),
            help=lazy("Code of four digits, or name; empty: every class"),
            example="上水井盖",
        ),
        Column(
            "division",
            "区域",
            "division",
            text(60),
            also=("区划代码", "区划名称"),
            help=lazy("Code or name of a division; empty: everywhere"),
            example="石桥街道",
        ),
        Column("owning_body", "权属单位", "owning body", text(80), help=lazy("Only for components of this owner; empty: every owner")),
        Column(
            "organization",
            "责任单位",
            "organization",
            text(80),
            also=("处置单位", "机构代码"),
            required=True,
            help=lazy("Code or name of the organization"),
            example="D01",
        ),
        Column(
            "basis",
            "依据",
            "basis",
            text(200),
            also=("责任依据",),
            required=True,
            help=lazy("The rule, list or meeting it follows from"),
            example="城市部件权属清单",
        ),
    )
    options = ("end_missing",)
    revisions = ("responsibilities", "rules")

    def check(self, work: Work) -> None:
        self.bodies = organizations(work.day)
        self.divisions = divisions(work.day)
        self.classes = {kind: classes(work.day, kind) for kind in ("", "component", "event")}
        for record in work.good:
            self._resolve(work, record)
        refuse_repeated(work, "organization", _key, _("The same responsibility stands in row %(row)d already."), _("Leave one of the two."))

    def compare(self, work: Work) -> ResponsibilityChanges:
        rows = holding_on(Responsibility.objects.select_related("organization", "problem_class"), work.day)
        held = {_key_of_row(row): row for row in rows}
        begun, ended = [], []
        for record in work.good:
            own = held.get(_key(record))
            if mark(record, own, {"basis": record["basis"]}) is State.SAME:
                continue
            begun.append(
                Responsibility(
                    kind=record["kind"],
                    major_code=record["major_code"],
                    problem_class_id=record["class_id"],
                    division_code=record["division_code"],
                    owning_body_id=record["owning_body_id"],
                    organization_id=record["organization_id"],
                    basis=record["basis"],
                )
            )
            if own is not None:
                ended.append(own.pk)
        named = {_key(record) for record in work.good}
        gone = [
            (row.pk, f"{row.problem_class or row.major_code or row.kind or '*'} {row.division_code or ''} {row.organization}")
            for key, row in held.items()
            if key not in named
        ]
        return ResponsibilityChanges(tuple(begun), tuple(ended + end_or_tell(work, gone)))

    def carry_out(self, changes: ResponsibilityChanges, actor: Actor, day: date, progress: Progress) -> Any:
        carry_out(actor, DatedChange(Responsibility, day, changes.ended_ids, changes.begun))

    def _resolve(self, work: Work, record: Record) -> None:
        """The ids of what the cells name."""
        record["kind"] = record["kind"] or ""
        record["major_code"] = record["major_code"] or ""
        for name in ("class_id", "division_code", "owning_body_id", "organization_id"):
            record[name] = None
        try:
            column = "class"
            if record["class"]:
                found = self.classes[record["kind"]].find(_whole_code(record))
                record["class_id"], record["kind"], record["major_code"] = found.pk, found.kind, found.major_code
            column = "division"
            if record["division"]:
                record["division_code"] = self.divisions.find(record["division"]).code
            column = "owning_body"
            if record["owning_body"]:
                record["owning_body_id"] = self.bodies.find(record["owning_body"]).pk
            column = "organization"
            record["organization_id"] = self.bodies.find(record["organization"]).pk
        except BadCell as bad:
            work.refuse(record, column, bad.message, bad.hint)
            return
        if record["major_code"] and not record["kind"]:
            work.refuse(record, "kind", _("A major class is only known together with its kind."), _("Write component or event."))


def _whole_code(record: Record) -> str:
    """The class as written; a minor code of two digits stands behind the major code of its row."""
    written = str(record["class"])
    if written.isdigit() and len(written) <= 2 and record["major_code"]:
        return f"{record['major_code']}{written:0>2}"
    return written.zfill(4) if written.isdigit() and len(written) == 3 else written


def _key(record: Record) -> Key:
    return (
        record["kind"],
        record["major_code"],
        record["class_id"],
        record["division_code"],
        record["owning_body_id"],
        record["organization_id"],
    )


def _key_of_row(row: Responsibility) -> Key:
    return (row.kind, row.major_code, row.problem_class_id, row.division_code, row.owning_body_id, row.organization_id)
