"""A department's own file of areas: what is new, changed or gone, how many cases a year would move, and where areas overlap."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from shapely import MultiPolygon, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from chengge.casework.queries.moved import Effect, Replaced, effects_of
from chengge.domain import topology
from chengge.domain.boundaries import ClassCode, area_m2, meet, polygons_of
from chengge.domain.errors import Refused
from chengge.domain.topology import MendError
from chengge.exchange.importers.base import Importer, Record, Work, mark, refuse_repeated
from chengge.exchange.importers.catalogue import KINDS
from chengge.exchange.importers.columns import BadCell, Column, text
from chengge.exchange.importers.divisions import end_or_tell
from chengge.exchange.importers.plan import Progress, State
from chengge.exchange.importers.references import Directory, classes, organizations
from chengge.foundation.actions import DatedChange, carry_out
from chengge.foundation.models import ProblemClass, ResponsibilityArea
from chengge.foundation.queries.areas import neighbours_of, overlaps_of
from chengge.foundation.queries.dated import holding_on
from chengge.foundation.queries.drawn import rounded, wkb_of
from chengge.foundation.queries.responsibility import DrawnArea
from chengge.organization.queries import Actor

PARTED_BY = re.compile(r"[、，,;；\n]+")
LEAST_OVERLAP_M2 = 1.0


@dataclass(frozen=True, slots=True)
class AreaChanges:
    begun: tuple[ResponsibilityArea, ...]
    ended_ids: tuple[int, ...]


class Areas(Importer):
    kind = "areas"
    title = lazy("Drawn areas")
    about = lazy(
        "Areas on the map for which a department answers: GeoJSON, GeoPackage or Shapefile. They go before divisions. The preview tells "
        "what each change moves in a year and where areas of others overlap."
    )
    wants_shapes = True
    columns = (
        Column(
            "code",
            "编号",
            "code",
            text(40),
            also=("代码", "片区编号", "id"),
            required=True,
            help=lazy("The area's own code; by it the file is compared with what holds"),
            example="HW-03",
        ),
        Column("name", "名称", "name", text(60), also=("片区名称", "区域名称"), help=lazy("What it is called"), example="石桥北片"),
        Column(
            "organization",
            "责任单位",
            "organization",
            text(80),
            also=("机构代码", "管养单位"),
            help=lazy("Code or name; without it, the option for the organization"),
            example="D01",
        ),
        Column(
            "classes",
            "小类",
            "classes",
            text(2000),
            also=("类别", "管理事项"),
            help=lazy("Names or codes of classes, or component or event, parted by commas; empty: every class"),
            example="暴露垃圾、道路破损",
        ),
        Column(
            "basis", "依据", "basis", text(200), help=lazy("What it follows from; without it, the name of the file"), example="养护合同"
        ),
        Column("border", "图形", "border", text(100), help=lazy("The area itself")),
    )
    options = ("crs", "organization", "end_missing")
    revisions = ("responsibilities", "rules", "grids")

    def check(self, work: Work) -> None:
        if not work.table.has_shapes:
            raise Refused(
                "shapes", _("%(file)s holds no shapes.") % {"file": work.table.file_name}, _("Give a file of shapes."), field="file"
            )
        bodies = organizations(work.day)
        kinds = {kind: classes(work.day, kind) for kind in ("", "component", "event")}
        for record in work.good:
            self._resolve(work, record, bodies, kinds)
        for record in work.good:
            record["shape"] = _shape(work, record)
        message = _("The code “%(key)s” stands in row %(row)d already.")
        refuse_repeated(work, "code", lambda record: record["code"], message, _("Give each area a code of its own."))

    def compare(self, work: Work) -> AreaChanges:
        named = {record["code"] for record in work.good}
        held_rows = ResponsibilityArea.objects.select_related("organization").filter(code__in=named, valid_to=None)
        held = {row.code: row for row in held_rows}
        begun, ended, changed = [], [], []
        for record in work.good:
            own = held.get(record["code"])
            wanted = self._wanted(work, record)
            if mark(record, own, {**wanted, "classes": list(wanted["classes"])}) is State.SAME:
                continue
            begun.append(ResponsibilityArea(code=record["code"], area_m2=round(area_m2(record["shape"]), 1), **wanted))
            ended += [own.pk] if own else []
            changed.append((record, own))
        gone = self._gone(work, named)
        self._tell_effects(work, changed, gone if work.options.end_missing else [])
        self._tell_overlaps(work, named)
        ends = end_or_tell(
            work, [(row.pk, f"{row.code} {row.name} ({row.organization.short_name}, {row.area_m2:,.0f} m²)") for row in gone]
        )
        return AreaChanges(tuple(begun), tuple(ended + ends))

    def carry_out(self, changes: AreaChanges, actor: Actor, day: date, progress: Progress) -> Any:
        carry_out(actor, DatedChange(ResponsibilityArea, day, changes.ended_ids, changes.begun))

    def _resolve(self, work: Work, record: Record, bodies: Directory[Any], kinds: dict[str, Directory[ProblemClass]]) -> None:
        """The body and the codes of the classes that the cells name."""
        column = "organization"
        record["organization_id"], record["class_codes"] = None, []
        try:
            written = record["organization"] or work.options.organization
            if not written:
                raise BadCell(_("It is not said who answers here."), _("Fill in the column, or give the option for the organization."))
            record["organization_id"] = bodies.find(written).pk
            column = "classes"
            found = [_class_code(word.strip(), kinds) for word in PARTED_BY.split(record["classes"] or "") if word.strip()]
            codes = [ClassCode.parse(code) for code in dict.fromkeys(found)]
            record["class_codes"] = sorted(str(code) for code in codes if not any(one.holds(code) for one in codes if one != code))
        except BadCell as bad:
            work.refuse(record, column, bad.message, bad.hint)

    def _wanted(self, work: Work, record: Record) -> dict[str, Any]:
        return {
            "name": record["name"] or record["code"],
            "organization_id": record["organization_id"],
            "classes": record["class_codes"],
            "basis": record["basis"] or _("File %(file)s") % {"file": work.table.file_name[:180]},
            "polygon": wkb_of(record["shape"]),
        }

    def _gone(self, work: Work, named: set[str]) -> list[ResponsibilityArea]:
        """Areas of the bodies in the file that it does not name any more."""
        bodies = {record["organization_id"] for record in work.good}
        rows = holding_on(ResponsibilityArea.objects.filter(organization_id__in=bodies, valid_to=None), work.day)
        return list(rows.exclude(code__in=named).select_related("organization").order_by("code"))

    def _tell_effects(
        self, work: Work, changed: Sequence[tuple[Record, ResponsibilityArea | None]], gone: Sequence[ResponsibilityArea]
    ) -> None:
        """Of every new or changed area its size before and after, and the cases a year that would go elsewhere."""
        changes = [
            Replaced(own, (DrawnArea(-at, record["organization_id"], record["class_codes"], wkb_of(record["shape"])),))
            for at, (record, own) in enumerate(changed, 1)
        ]
        effects = effects_of([*changes, *(Replaced(row, ()) for row in gone)], work.day)
        for (record, own), effect in zip(changed, effects, strict=False):
            new_m2 = area_m2(record["shape"])
            if own is None:
                said = _("A new area of %(after)s m²; %(cases)d cases a year go elsewhere by it.")
                work.notice(record, "code", said % {"after": f"{new_m2:,.0f}", "cases": effect.cases}, _most_moved(effect))
            else:
                said = _("%(before)s m² become %(after)s m²; %(cases)d cases a year go elsewhere by it.")
                values = {"before": f"{own.area_m2:,.0f}", "after": f"{new_m2:,.0f}", "cases": effect.cases}
                work.notice(record, "code", said % values, _most_moved(effect))
        for row, effect in zip(gone, effects[len(changed) :], strict=True):
            work.notes.append(
                _("The area %(code)s ends: %(cases)d cases a year go elsewhere by it.") % {"code": row.code, "cases": effect.cases}
            )

    def _tell_overlaps(self, work: Work, named: set[str]) -> None:
        """Where areas of two bodies overlap for the same classes, in the file or with what holds."""
        good = work.good
        tree = STRtree([record["shape"] for record in good])
        hint = _("Both would answer with the same right: agree on a border.")
        for at, record in enumerate(good):
            codes = [ClassCode.parse(code) for code in record["class_codes"]]
            near = neighbours_of(record["shape"], record["class_codes"], record["organization_id"], record["code"], work.day)
            told = [
                (f"{other.name} ({other.organization.short_name})", measure)
                for other, measure in overlaps_of(record["shape"], [row for row in near if row.code not in named])
            ]
            for beside in sorted(tree.query(record["shape"], predicate="intersects").tolist()):
                other = good[beside]
                same = other["organization_id"] == record["organization_id"]
                if beside <= at or same or not meet(codes, [ClassCode.parse(code) for code in other["class_codes"]]):
                    continue
                measure = area_m2(polygons_of(record["shape"].intersection(other["shape"])))
                if measure > LEAST_OVERLAP_M2:
                    told.append((str(other["name"] or other["code"]), measure))
            for name, measure in told:
                message = _("It overlaps with %(name)s by %(area)s m².") % {"name": name, "area": f"{measure:,.0f}"}
                work.notice(record, "border", message, hint, value=record["code"])


def _class_code(word: str, kinds: dict[str, Directory[ProblemClass]]) -> str:
    """A class, major class or kind as an area keeps it. Raises BadCell."""
    if word in KINDS:
        return KINDS[word]
    kind, colon, digits = word.partition(":")
    if colon and len(digits) in (0, 2):
        try:
            return str(ClassCode.parse(word))
        except ValueError as error:
            raise BadCell(_("“%(word)s” is no class.") % {"word": word}, _("Write event:04 for a major class.")) from error
    found = kinds[kind if colon and kind in kinds else ""].find(digits if colon else word)
    return f"{found.kind}:{found.code}"


def _shape(work: Work, record: Record) -> Polygon | MultiPolygon | None:
    """The row's area, mended where that loses nothing; None and a refused row where it cannot be."""
    given = record.row.geometry
    if not isinstance(given, Polygon | MultiPolygon) or given.is_empty:
        work.refuse(record, "border", _("The row has no area."), _("Give it a polygon."))
        return None
    try:
        parts = [topology.mend(rounded(part)) for part in shapely.get_parts(given)]
    except MendError:
        hint = _("Put the border right in your map program, or give each part a row of its own.")
        work.refuse(record, "border", _("The border cannot be mended without guessing."), hint)
        return None
    if not given.is_valid:
        hint = _("Look at it in your map program.")
        work.mend(record, "border", _("The border was invalid and has been mended."), hint, value=shapely.is_valid_reason(given))
    whole: BaseGeometry = polygons_of(rounded(shapely.union_all(parts))) if len(parts) > 1 else parts[0]
    return whole if isinstance(whole, Polygon | MultiPolygon) else None


def _most_moved(effect: Effect) -> str:
    """The classes that move most."""
    if not effect.moved:
        return ""
    names = dict(ProblemClass.objects.filter(pk__in={row.class_id for row in effect.moved}).values_list("pk", "name"))
    told = [f"{names[row.class_id]} {row.cases}" for row in effect.moved[:3]]
    return _("Most of them: %(classes)s.") % {"classes": _(", ").join(told)}
