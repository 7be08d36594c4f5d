"""Components (部件): points with a class; the unit grid is found, the code made or checked."""

import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from shapely.geometry.base import BaseGeometry

from chengge.domain.codes import CodeError, ComponentCode, GridCode
from chengge.domain.errors import Refused
from chengge.exchange.importers.base import Importer, Record, Work, mark, refuse_repeated
from chengge.exchange.importers.codes import component_code
from chengge.exchange.importers.columns import BadCell, Column, day, degrees, one_of, text, text_of
from chengge.exchange.importers.plan import Progress, State
from chengge.exchange.importers.reading.shapes import in_wgs84
from chengge.exchange.importers.references import classes, organizations, plain_name
from chengge.foundation.actions import put_components
from chengge.foundation.models import Component, ProblemClass, ProblemKind
from chengge.foundation.queries import locate_many
from chengge.foundation.queries.register import highest_serial
from chengge.organization.queries import Actor

STATES = {"完好": "intact", "破损": "damaged", "丢失": "lost", "废弃": "abandoned", "占用": "occupied"}
STATES |= {state: state for state in STATES.values()}
POSITIONAL = {"A": "A", "B": "B", "C": "C"}
BODIES = ("managing_body", "owning_body", "maintaining_body")
# Two components of one class on the same tenth of a metre are the same one.
SAME_SPOT_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class ComponentChanges:
    new: tuple[Component, ...]
    changed: tuple[Component, ...]


class Components(Importer):
    kind = "components"
    title = lazy("Components")
    about = lazy(
        "Points with a class. The unit grid is found from the place. A code of 16 digits is checked; without one it is made from "
        "county, class and the next free serial. Rows without code are known again by their own code in the source, or by class and place."
    )
    wants_shapes = True
    columns = (
        Column(
            "code",
            "部件代码",
            "component code",
            component_code,
            also=("部件编码", "标识码", "objcode"),
            help=lazy("16 digits, as text; left away, codes are made"),
            example="3301050101000001",
        ),
        Column(
            "class",
            "部件小类",
            "class",
            text(60),
            also=("小类名称", "小类", "小类代码", "类别", "部件名称", "class code"),
            help=lazy("Code of four digits, or name of the minor class"),
            example="上水井盖",
        ),
        Column(
            "name", "名称", "name", text(60), also=("部件标识",), help=lazy("Left away: the name of the class"), example="石祥路上水井盖"
        ),
        Column(
            "lon",
            "经度",
            "longitude",
            degrees(-180, 180),
            also=("lng", "x", "long"),
            help=lazy("Decimal degrees; not needed in a file of shapes"),
            example="120.176512",
        ),
        Column(
            "lat",
            "纬度",
            "latitude",
            degrees(-90, 90),
            also=("y",),
            help=lazy("Decimal degrees; not needed in a file of shapes"),
            example="30.321987",
        ),
        Column("managing_body", "主管部门", "managing body", text(80), also=("主管单位",), help=lazy("Code or name of an organization")),
        Column("owning_body", "权属单位", "owning body", text(80), help=lazy("Code or name of an organization")),
        Column(
            "maintaining_body",
            "养护单位",
            "maintaining body",
            text(80),
            also=("维护单位",),
            help=lazy("Code or name of an organization; it gets the cases"),
        ),
        Column(
            "state", "状态", "state", one_of(STATES), also=("部件状态",), help=lazy("Left away: intact"), choices=lambda: tuple(STATES)[:5]
        ),
        Column(
            "positional_class",
            "定位精度",
            "positional class",
            one_of(POSITIONAL),
            also=("精度等级",),
            help=lazy("A: ±0.5 m, B: ±1.0 m, C: ±10 m"),
            choices=lambda: tuple(POSITIONAL),
        ),
        Column("first_on", "初始日期", "first surveyed", day, also=("普查日期",), help=lazy("Left away: the day of the import")),
        Column("changed_on", "变更日期", "last changed", day, help=lazy("Left away: the day of the import, where something changed")),
        Column("source", "数据来源", "source", text(60), also=("来源",), help=lazy("Survey, as-built drawing, …")),
        Column("other_code", "原编号", "own code", text(60), also=("编号", "其他编码"), help=lazy("Any code the source has")),
        Column("note", "备注", "note", text(200), help=lazy("Anything else")),
    )
    options = ("class_field", "class_map", "county", "crs")
    revisions = ("components", "grids", "rules")

    def check(self, work: Work) -> None:
        self.classes = classes(work.day, ProblemKind.COMPONENT)
        self.bodies = organizations(work.day)
        self.mapped = {plain_name(word): name for word, name in work.options.class_map}
        self._check_class_column(work)
        found: dict[str, ProblemClass | BadCell] = {}
        for record in work.good:
            self._find_class(work, record, found)
            for column in BODIES:
                self._find_body(work, record, column)
        refuse_repeated(
            work,
            "code",
            lambda record: record["code"] or id(record),
            _("The code stands in row %(row)d already."),
            _("Give each component its own."),
        )
        self._find_places(work)
        for record in work.good:
            self._check_code(work, record)

    def compare(self, work: Work) -> ComponentChanges:
        held = self._held(work)
        new, changed = [], []
        for record in work.good:
            own = held.get(id(record))
            wanted = self._wanted(work, record, own)
            state = mark(record, own, wanted)
            if state is State.SAME:
                record["code"] = own.code if own else record["code"]
            elif own is not None:
                for name, value in wanted.items():
                    setattr(own, name, value)
                own.changed_on = record["changed_on"] or work.day
                record["code"] = own.code
                changed.append(own)
            else:
                first = record["first_on"] or work.day
                new.append(
                    (record, Component(code=record["code"] or 0, first_on=first, changed_on=record["changed_on"] or first, **wanted))
                )
        self._give_codes(work, [(record, component) for record, component in new if not component.code])
        made = [component for record, component in new if not record.refused]
        return ComponentChanges(tuple(made), tuple(changed))

    def carry_out(self, changes: ComponentChanges, actor: Actor, day: date, progress: Progress) -> Any:
        total = len(changes.new) + len(changes.changed)
        progress(_("Writing components"), 0, total)
        put_components(actor, changes.new, changes.changed)
        progress(_("Writing components"), total, total)

    def _check_class_column(self, work: Work) -> None:
        headings = {heading for row in work.table.rows[:1] for heading in row.sheet.headings}
        if work.options.class_field and work.options.class_field not in headings:
            raise Refused(
                "class_field",
                _("The file has no column “%(name)s”.") % {"name": work.options.class_field},
                _("It has: %(names)s.") % {"names": _(", ").join(sorted(headings))},
                field="class_field",
            )
        if not work.options.class_field and not work.has_column("class"):
            raise Refused(
                "class_field",
                _("No column says what the components are."),
                _("Name it with the option class-field, or use the heading %(heading)s.") % {"heading": work.heading_of("class")},
                field="class_field",
            )

    def _find_class(self, work: Work, record: Record, found: dict[str, ProblemClass | BadCell]) -> None:
        """The class of a row, through the class table if one is given. Each word is looked up once."""
        written = self._class_word(work, record)
        if not written:
            work.refuse(record, "class", _("It is not said what this component is."), _("Fill in the class."))
            return
        if written not in found:
            try:
                found[written] = self.classes.find(self.mapped.get(plain_name(written), written))
            except BadCell as bad:
                hint = _("Say with the option class-map which class it stands for: a file with two columns, word and class.")
                found[written] = BadCell(bad.message, f"{bad.hint} {hint}")
        of_class = found[written]
        if isinstance(of_class, BadCell):
            work.refuse(record, "class", of_class.message, of_class.hint, value=written)
        else:
            record["problem_class"] = of_class

    def _class_word(self, work: Work, record: Record) -> str:
        if not work.options.class_field:
            return _as_code(record["class"] or "")
        position = record.row.sheet.headings.index(work.options.class_field)
        return _as_code(text_of(record.row.values[position]) if position < len(record.row.values) else "")

    def _find_body(self, work: Work, record: Record, column: str) -> None:
        written = record[column]
        record[f"{column}_id"] = None
        if not written:
            return
        try:
            record[f"{column}_id"] = self.bodies.find(written).pk
        except BadCell as bad:
            work.refuse(record, column, bad.message, bad.hint)

    def _find_places(self, work: Work) -> None:
        """Longitude, latitude and unit grid of every row; a place in no grid is told, not refused."""
        if work.table.has_shapes:
            for record in work.good:
                point = point_of(record.row.geometry)
                if point is None:
                    work.refuse(record, "lon", _("The row has no place."), _("Give it a point."))
                else:
                    record["lon"], record["lat"] = point
        else:
            self._convert(work)
        good = work.good
        lons = np.array([record["lon"] for record in good], dtype=np.float64)
        lats = np.array([record["lat"] for record in good], dtype=np.float64)
        for record, code in zip(good, locate_many(lons, lats).tolist(), strict=True):
            record["grid_code"] = code or None
            if not code:
                swapped = abs(record["lon"]) <= 90 < abs(record["lat"])
                hint = (
                    _("Longitude and latitude seem to be exchanged.")
                    if swapped
                    else _("Look at its place, or import the unit grids there.")
                )
                column = "" if work.table.has_shapes else "lon"
                work.notice(record, column, _("The place lies in no unit grid."), hint, value=f"{record['lon']:.6f}, {record['lat']:.6f}")

    def _convert(self, work: Work) -> None:
        """Coordinates of two columns brought to WGS84."""
        for record in work.good:
            if record["lon"] is None or record["lat"] is None:
                work.refuse(
                    record, "lon" if record["lon"] is None else "lat", _("The row has no place."), _("Fill in longitude and latitude.")
                )
        good = work.good
        if work.options.crs and good:
            points = shapely.points([record["lon"] for record in good], [record["lat"] for record in good])
            for record, point in zip(good, in_wgs84(points, work.options.crs, work.table.file_name), strict=True):
                record["lon"], record["lat"] = point.x, point.y

    def _check_code(self, work: Work, record: Record) -> None:
        """A given code must say the county and class that the row says."""
        if not record["code"]:
            if record["grid_code"] is None and not work.options.county:
                hint = _("Import the unit grids there, or give the option for the county: its code begins the component's code.")
                work.refuse(record, "code", _("No code can be made, for the place lies in no unit grid."), hint)
            return
        code, of_class = ComponentCode(record["code"]), record["problem_class"]
        if (f"{code.major:02d}", f"{code.minor:02d}") != (of_class.major_code, of_class.minor_code):
            said = {"code": f"{code.major:02d}{code.minor:02d}", "class": f"{of_class.code} {of_class.name}"}
            work.refuse(record, "code", _("The code is of class %(code)s, the row says %(class)s.") % said, _("Put code or class right."))
        elif record["grid_code"] is not None and code.county != record["grid_code"] // 10**9:
            counties = {"code": code.county, "grid": record["grid_code"] // 10**9}
            work.notice(
                record, "code", _("The code is of county %(code)d, the place lies in %(grid)d.") % counties, _("Look at its place.")
            )

    def _held(self, work: Work) -> dict[int, Component]:
        """The component each row means, by the record's id: known by its code, by its own code in the source, or by class and spot."""
        good = work.good
        by_code = Component.objects.in_bulk([record["code"] for record in good if record["code"]], field_name="code")
        found = {id(record): by_code[record["code"]] for record in good if record["code"] in by_code}
        without = [record for record in good if not record["code"]]
        if not without:
            return found
        rows = Component.objects.filter(problem_class__in={record["problem_class"].pk for record in without})
        by_spot: dict[tuple[int, float, float], list[Component]] = defaultdict(list)
        by_own: dict[tuple[int, str], list[Component]] = defaultdict(list)
        for row in rows.order_by("-code"):
            by_spot[row.problem_class_id, *_spot(row.lon, row.lat)].append(row)
            by_own[row.problem_class_id, row.other_code].append(row)
        own_codes: dict[tuple[int, str], int] = defaultdict(int)
        for record in without:
            own_codes[record["problem_class"].pk, record["other_code"] or ""] += 1
        taken: set[int] = set()
        for record in without:
            of_class, own = record["problem_class"].pk, record["other_code"] or ""
            same_own = by_own.get((of_class, own), [])
            if own and own_codes[of_class, own] == 1 and len(same_own) == 1:
                candidates = same_own
            else:
                candidates = by_spot[of_class, *_spot(record["lon"], record["lat"])]
            free = [row for row in candidates if row.pk not in taken]
            if free:
                found[id(record)] = free[-1]
                taken.add(free[-1].pk)
        return found

    def _wanted(self, work: Work, record: Record, held: Component | None) -> dict[str, Any]:
        """What the row says; a column that the file lacks leaves what is known."""
        of_class = record["problem_class"]
        wanted: dict[str, Any] = {
            "problem_class_id": of_class.pk,
            "name": record["name"] or (held.name if held else of_class.name),
            "lon": record["lon"],
            "lat": record["lat"],
            "grid_code": record["grid_code"],
        }
        for column in BODIES:
            if held is None or record.row.sheet.heading_of(column):
                wanted[f"{column}_id"] = record[f"{column}_id"]
        for column, default in (("state", "intact"), ("positional_class", "B"), ("source", ""), ("other_code", ""), ("note", "")):
            if held is None or record[column] is not None:
                wanted[column] = record[column] if record[column] is not None else default
        return wanted

    def _give_codes(self, work: Work, without: list[tuple[Record, Component]]) -> None:
        """County, class, and the serial after the highest that was ever given there: components are never deleted, so none comes again."""
        if not without:
            return
        prefixes = {}
        for record, component in without:
            county = GridCode(component.grid_code).value // 10**9 if component.grid_code else int(work.options.county)
            of_class = record["problem_class"]
            prefixes[id(record)] = (county, int(of_class.major_code), int(of_class.minor_code))
        highest = self._highest_serials(work, set(prefixes.values()))
        for record, component in without:
            key = prefixes[id(record)]
            highest[key] += 1
            try:
                component.code = record["code"] = ComponentCode.of(*key, highest[key]).value
            except CodeError:
                message = _("There is no free serial for class %(name)s in county %(county)d.")
                work.refuse(record, "code", message % {"name": record["problem_class"].name, "county": key[0]})
        work.notes.append(_("Codes were made for %(count)d components.") % {"count": len(without)})

    def _highest_serials(self, work: Work, keys: set[tuple[int, int, int]]) -> dict[tuple[int, int, int], int]:
        highest: dict[tuple[int, int, int], int] = {}
        for key in keys:
            highest[key] = highest_serial(*key)
        for record in work.good:
            if record["code"]:
                code = ComponentCode(record["code"])
                key = (code.county, code.major, code.minor)
                if key in highest:
                    highest[key] = max(highest[key], code.serial)
        return highest


def _as_code(written: str) -> str:
    """A class as written; a code that a spreadsheet shortened gets its zero back."""
    plain = unicodedata.normalize("NFKC", written)
    return plain.zfill(4) if plain.isascii() and plain.isdigit() and len(plain) == 3 else written


def point_of(shape: BaseGeometry | None) -> tuple[float, float] | None:
    """The place of a shape: the point itself, or a point inside an area or on a line."""
    if shape is None or shape.is_empty:
        return None
    point = shape if isinstance(shape, shapely.Point) else shape.representative_point()
    return point.x, point.y


def _spot(lon: float, lat: float) -> tuple[float, float]:
    return round(lon, SAME_SPOT_DECIMALS), round(lat, SAME_SPOT_DECIMALS)
