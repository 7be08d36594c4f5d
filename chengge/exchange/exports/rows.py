"""What holds now, as rows of the importers' own columns: what is exported can be imported again and changes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from chengge.domain.codes import code_range
from chengge.domain.errors import Refused
from chengge.domain.worktime import Limit, Unit
from chengge.exchange.importers.base import Importer
from chengge.exchange.importers.kinds import KINDS
from chengge.exchange.importers.members import POST_WORDS
from chengge.exchange.importers.references import first_body, organizations
from chengge.exchange.importers.stage_limits import CLOCK_WORDS
from chengge.foundation.models import Component, Division, Responsibility, ResponsibilityArea, StageLimit, UnitGrid
from chengge.foundation.queries import handbook, holding_on
from chengge.organization.models import Member, Organization

KIND_WORDS = {"component": ("部件", "component"), "event": ("事件", "event")}
ORGANIZATION_WORDS = {
    "supervision_centre": "监督中心",
    "command_centre": "指挥中心",
    "department": "专业部门",
    "territory": "属地",
    "crew": "班组",
}
STATE_WORDS = {"intact": "完好", "damaged": "破损", "lost": "丢失", "abandoned": "废弃", "occupied": "占用"}
BATCH_ROWS = 2000


@dataclass(frozen=True, slots=True)
class OutRow:
    """A row to export: its cells by the importer's column names, and its shape if it has one."""

    cells: dict[str, Any]
    shape: BaseGeometry | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: those that hold on `day`; inside a division and of a class, where these are given."""

    day: date
    division_code: int | None = None
    class_code: str = ""


Source = Callable[[Wanted], Iterator[OutRow]]


def source_of(kind: str) -> tuple[Importer, Source]:
    """The importer whose columns a kind's export has, and its rows. Raises Refused for a kind that is not exported."""
    if kind not in SOURCES:
        raise Refused(
            "kind",
            _("“%(kind)s” is nothing that can be exported.") % {"kind": kind},
            _("Choose one of: %(kinds)s.") % {"kinds": _(", ").join(SOURCES)},
        )
    return KINDS[kind](), SOURCES[kind]


def _divisions(wanted: Wanted) -> Iterator[OutRow]:
    rows = holding_on(Division.objects.order_by("code"), wanted.day)
    for row in rows.iterator(BATCH_ROWS):
        if wanted.division_code is None or str(row.code).startswith(str(wanted.division_code)):
            yield OutRow({"code": str(row.code), "name": row.name}, _shape(row.polygon))


def _grids(wanted: Wanted) -> Iterator[OutRow]:
    rows = holding_on(UnitGrid.objects.order_by("code"), wanted.day)
    if wanted.division_code is not None:
        first, end = code_range(wanted.division_code)
        rows = rows.filter(code__gte=first, code__lt=end)
    for row in rows.iterator(BATCH_ROWS):
        cells = {"code": str(row.code), "other_code": row.other_code, "area_class": row.area_class, "land_use": row.land_use}
        yield OutRow(cells, _shape(row.polygon))


def _components(wanted: Wanted) -> Iterator[OutRow]:
    rows = Component.objects.select_related("problem_class", "managing_body", "owning_body", "maintaining_body").order_by("code")
    if wanted.division_code is not None:
        first, end = code_range(wanted.division_code)
        rows = rows.filter(grid_code__gte=first, grid_code__lt=end)
    if wanted.class_code:
        rows = rows.filter(problem_class__major_code=wanted.class_code[:2], problem_class__minor_code=wanted.class_code[2:4])
    for row in rows.iterator(BATCH_ROWS):
        cells = {
            "code": str(row.code),
            "class": row.problem_class.code,
            "name": row.name,
            "lon": row.lon,
            "lat": row.lat,
            "managing_body": row.managing_body.code if row.managing_body else "",
            "owning_body": row.owning_body.code if row.owning_body else "",
            "maintaining_body": row.maintaining_body.code if row.maintaining_body else "",
            "state": _said(STATE_WORDS[row.state], row.state),
            "positional_class": row.positional_class,
            "first_on": row.first_on,
            "changed_on": row.changed_on,
            "source": row.source,
            "other_code": row.other_code,
            "note": row.note,
        }
        yield OutRow(cells, shapely.Point(row.lon, row.lat))


def _handbook(wanted: Wanted) -> Iterator[OutRow]:
    bodies = organizations(wanted.day)
    for problem_class, rules in handbook(wanted.day):
        if not problem_class.code.startswith(wanted.class_code):
            continue
        for rule in rules:
            written = first_body(rule.responsible_body)
            named = bodies.by_code.get(written) or next(iter(bodies.by_name.get(written, ())), None)
            # What is written stays, unless somebody has given the rule to another organization since.
            body = rule.responsible_body if rule.organization is None or rule.organization == named else rule.organization.code
            check = Limit(rule.check_limit_amount, Unit(rule.check_limit_unit)).written() if rule.check_limit_amount else ""
            yield OutRow(
                {
                    "kind": _said(*KIND_WORDS[problem_class.kind]),
                    "major_code": problem_class.major_code,
                    "major_name": problem_class.major_name,
                    "minor_code": problem_class.minor_code,
                    "name": problem_class.name,
                    "number": rule.number,
                    "condition": rule.condition,
                    "area_class": rule.area_class,
                    "limit": Limit(rule.limit_amount, Unit(rule.limit_unit)).written(),
                    "closing_condition": rule.closing_condition,
                    "evidence_wanted": rule.evidence_wanted,
                    "check_limit": check,
                    "urgent": _said("是", "yes") if rule.urgent else _said("否", "no"),
                    "self_disposable": _said("是", "yes") if rule.self_disposable else _said("否", "no"),
                    "responsible_body": body,
                    "supervising_body": rule.supervising_body,
                    "basis": rule.basis,
                    "note": rule.note,
                }
            )


def _organizations(wanted: Wanted) -> Iterator[OutRow]:
    for row in holding_on(Organization.objects.select_related("parent", "calendar").order_by("level", "code"), wanted.day):
        yield OutRow(
            {
                "code": row.code,
                "name": row.name,
                "short_name": row.short_name,
                "kind": _said(ORGANIZATION_WORDS[row.kind], row.kind),
                "level": row.level,
                "parent": row.parent.code if row.parent else "",
                "division_code": str(row.division_code or ""),
                "calendar": row.calendar.code,
                "phone": row.phone,
            }
        )


def _members(wanted: Wanted) -> Iterator[OutRow]:
    """Without passwords, which nobody can read."""
    words = {post: word for word, post in POST_WORDS.items()}
    rows = Member.objects.filter(is_active=True, organization__isnull=False).select_related("organization").prefetch_related("posts")
    for row in rows.order_by("username"):
        posts = sorted(post.post for post in row.posts.all() if post.valid_to is None)
        yield OutRow(
            {
                "username": row.username,
                "full_name": row.full_name,
                "organization": row.organization.code if row.organization else "",
                "posts": "、".join(next(word for post, word in words.items() if post.value == held) for held in posts),
                "division_code": str(row.division_code or ""),
                "phone": row.phone,
                "language": row.language,
            }
        )


def _responsibilities(wanted: Wanted) -> Iterator[OutRow]:
    rows = Responsibility.objects.select_related("organization", "owning_body", "problem_class")
    for row in holding_on(rows, wanted.day):
        yield OutRow(
            {
                "kind": _said(*KIND_WORDS[row.kind]) if row.kind else "",
                "major_code": row.major_code,
                "class": row.problem_class.code if row.problem_class else "",
                "division": str(row.division_code or ""),
                "owning_body": row.owning_body.code if row.owning_body else "",
                "organization": row.organization.code,
                "basis": row.basis,
            }
        )


def _areas(wanted: Wanted) -> Iterator[OutRow]:
    rows = ResponsibilityArea.objects.select_related("organization").order_by("code")
    for row in holding_on(rows, wanted.day):
        cells = {
            "code": row.code,
            "name": row.name,
            "organization": row.organization.code,
            "classes": ",".join(row.classes),
            "basis": row.basis,
        }
        yield OutRow(cells, _shape(row.polygon))


def _stage_limits(wanted: Wanted) -> Iterator[OutRow]:
    words = {clock.value: word for word, clock in CLOCK_WORDS.items()}
    for row in holding_on(StageLimit.objects.all(), wanted.day):
        yield OutRow({"clock": _said(words[row.clock], row.clock), "limit": Limit(row.amount, Unit(row.unit)).written()})


SOURCES: dict[str, Source] = {
    "handbook": _handbook,
    "components": _components,
    "grids": _grids,
    "divisions": _divisions,
    "organizations": _organizations,
    "members": _members,
    "responsibilities": _responsibilities,
    "areas": _areas,
    "stage-limits": _stage_limits,
}


def _said(chinese: str, english: str) -> str:
    """A word in the language of the headings."""
    return chinese if (get_language() or "").startswith("zh") else english


def _shape(border: bytes | memoryview | None) -> BaseGeometry | None:
    return None if border is None else shapely.from_wkb(bytes(border))
