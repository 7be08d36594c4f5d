"""Unit grids, from a file of shapes: with their codes, or numbered by the standard's rule inside each community."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from numpy.typing import NDArray
from shapely import Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from chengge.domain import topology
from chengge.domain.codes import MOST_GRIDS_IN_A_COMMUNITY, CodeError, DivisionCode, GridCode, code_range, number_grids
from chengge.domain.coordinates import area_m2
from chengge.exchange.importers.base import Importer, Record, Work, mark, refuse_repeated
from chengge.exchange.importers.borders import array_of, mended_polygon, tell_topology, wkb_of
from chengge.exchange.importers.codes import division_code, grid_code
from chengge.exchange.importers.columns import Column, one_of, text
from chengge.exchange.importers.divisions import end_or_tell
from chengge.exchange.importers.plan import Progress, State
from chengge.foundation.actions import DatedChange, carry_out_many, relocate
from chengge.foundation.models import Division, UnitGrid
from chengge.foundation.queries import holding_on
from chengge.organization.queries import Actor

AREAS = {"A": "A", "B": "B", "C": "C", "A类": "A", "B类": "B", "C类": "C", "一类": "A", "二类": "B", "三类": "C"}
# A grid belongs to the community that holds more than this share of it, and is the same as one that shares more than this with it.
MOST_OF_IT = 0.5
COMMUNITY_DIGITS = 12


@dataclass(frozen=True, slots=True)
class GridChanges:
    begun: tuple[UnitGrid, ...]
    ended_ids: tuple[int, ...]


class Grids(Importer):
    kind = "grids"
    title = lazy("Unit grids")
    about = lazy(
        "Unit grids as polygons. Without codes of 15 digits they are numbered inside each community, west to east and north to south; "
        "the source's own codes are kept beside. The borders of the communities are imported before."
    )
    wants_shapes = True
    columns = (
        Column(
            "code",
            "网格编码",
            "grid code",
            grid_code,
            also=("网格代码", "单元网格编码", "单元网格代码", "bgcode", "gridcode"),
            help=lazy("15 digits; left away, codes are made"),
            example="330105019001001",
        ),
        Column(
            "other_code",
            "网格编号",
            "own code",
            text(40),
            also=("原编码", "其他编码"),
            default="",
            help=lazy("Any code the source has"),
            example="SQ-3-2",
        ),
        Column(
            "community_code",
            "社区代码",
            "community code",
            division_code,
            also=("所属社区代码",),
            help=lazy("12 digits; left away, the border of the community tells"),
        ),
        Column(
            "area_class",
            "区域类别",
            "area class",
            one_of(AREAS),
            also=("管理等级", "区域等级"),
            help=lazy("A, B or C"),
            choices=lambda: ("A", "B", "C"),
        ),
        Column("land_use", "用地类型", "land use", text(30), also=("土地利用", "用地性质"), help=lazy("What the ground is used for")),
        Column("border", "边界", "border", text(100), help=lazy("The shape itself")),
    )
    options = ("within", "area_class", "crs", "end_missing")
    revisions = ("grids", "divisions")

    def check(self, work: Work) -> None:
        self._take_own_codes_for_codes(work)
        refuse_repeated(
            work,
            "code",
            lambda record: record["code"] or id(record),
            _("The code stands in row %(row)d already."),
            _("Give each grid its own."),
        )
        for done, record in enumerate(work.good):
            if done % 1000 == 0:
                work.progress(_("Looking at borders"), done, len(work.records))
            record["polygon"] = mended_polygon(work, record)
        work.progress(_("Looking at borders"), len(work.records), len(work.records))
        self.names, self.borders = self._communities(work)
        self._find_communities(work)
        self._tell_repeated_own_codes(work)

    def compare(self, work: Work) -> GridChanges:
        communities = {record["community"] for record in work.good}
        self.held = self._held(work, communities)
        self._give_codes(work, communities)
        begun, ended = [], []
        for record in work.good:
            held = self.held.get(record["code"])
            wanted = {
                "polygon": wkb_of(record["polygon"]),
                "area_class": record["area_class"] or (held.area_class if held else work.options.area_class),
                "land_use": record["land_use"] if record["land_use"] is not None else (held.land_use if held else ""),
                "other_code": record["other_code"] or (held.other_code if held else ""),
            }
            if mark(record, held, wanted) is State.SAME:
                continue
            begun.append(UnitGrid(code=record["code"], area_m2=round(area_m2(record["polygon"]), 1), **wanted))
            if held is not None:
                ended.append(held.pk)
        named = {record["code"] for record in work.records if record.values.get("code")}
        gone = end_or_tell(work, [(grid.pk, str(code)) for code, grid in self.held.items() if code not in named])
        self._check_topology(work, communities, named, set(gone))
        return GridChanges(tuple(begun), tuple(ended + gone))

    def carry_out(self, changes: GridChanges, actor: Actor, day: date, progress: Progress) -> Any:
        progress(_("Writing unit grids"), 0, len(changes.begun))
        carry_out_many(actor, DatedChange(UnitGrid, day, changes.ended_ids, changes.begun))
        progress(_("Writing unit grids"), len(changes.begun), len(changes.begun))
        relocate(actor)

    def _take_own_codes_for_codes(self, work: Work) -> None:
        """A column of own codes that are all of the standard's form holds the codes."""
        if work.has_column("code") or not work.has_column("other_code"):
            return
        try:
            codes = [GridCode.parse(record["other_code"]).value for record in work.good]
        except CodeError:
            return
        for record, code in zip(work.good, codes, strict=True):
            record["code"], record["other_code"] = code, ""

    def _communities(self, work: Work) -> tuple[dict[int, str], dict[int, BaseGeometry]]:
        """Names of the communities, and the borders of those that have one."""
        rows = holding_on(Division.objects.filter(code__gte=10 ** (COMMUNITY_DIGITS - 1)), work.day)
        if work.options.within:
            wanted = Q()
            for code in work.options.within:
                first, end = code_range(code)
                wanted |= Q(code__gte=first // 1000, code__lt=end // 1000)
            rows = rows.filter(wanted)
        found = list(rows)
        borders = {row.code: shapely.from_wkb(bytes(row.polygon)) for row in found if row.polygon is not None}
        return {row.code: row.name for row in found}, borders

    def _find_communities(self, work: Work) -> None:
        """Each grid's community: that of its code, of its own column, or the one that holds most of it; two that differ are a fault."""
        good = work.good
        lies_in = _most_of_it_in([record["polygon"] for record in good], self.borders)
        for record, seen in zip(good, lies_in, strict=True):
            said = record["code"] // 1000 if record["code"] else record["community_code"]
            column = "code" if record["code"] else "community_code"
            if said is not None and said not in self.names:
                work.refuse(record, column, _("There is no community %(code)s.") % {"code": said}, _("Import the divisions first."))
            elif said is not None and seen and said != seen:
                names = {"said": self.names[said], "seen": self.names[seen], "code": seen}
                work.refuse(
                    record,
                    column,
                    _("The code says %(said)s, but the grid lies in %(seen)s (%(code)d).") % names,
                    _("Put code or border right."),
                )
            elif said is None and not seen:
                hint = (
                    _("Import the borders of the communities first, or give the grids their codes.")
                    if not self.borders
                    else _("Look at its place: it may be in another frame of coordinates, or the border of a community may be missing.")
                )
                work.refuse(record, "border", _("Most of the grid lies in no community."), hint)
            else:
                record["community"] = said or seen

    def _tell_repeated_own_codes(self, work: Work) -> None:
        times = Counter(record["other_code"] for record in work.good if record["other_code"])
        repeated = {code: count for code, count in times.items() if count > 1}
        if repeated:
            names = _(", ").join(f"{code} ×{count}" for code, count in sorted(repeated.items())[:12])
            work.notes.append(
                _(
                    "The source's own codes are not unique: %(codes)d of them stand on %(grids)d grids (%(names)s). "
                    "Each grid has its standard code."
                )
                % {"codes": len(repeated), "grids": sum(repeated.values()), "names": names}
            )
            for record in work.good:
                if record["other_code"] in repeated:
                    count = repeated[record["other_code"]]
                    message = _("This own code stands on several grids; it is kept as a remark, the standard code tells them apart.")
                    work.notice(record, "other_code", message, value=f"{record['other_code']} ×{count}")

    def _held(self, work: Work, communities: Iterable[int]) -> dict[int, UnitGrid]:
        """The grids that hold in the communities of the file."""
        if not communities:
            return {}
        rows = holding_on(UnitGrid.objects.filter(code__gte=min(communities) * 1000, code__lt=(max(communities) + 1) * 1000), work.day)
        wanted = set(communities)
        return {row.code: row for row in rows if row.code // 1000 in wanted}

    def _give_codes(self, work: Work, communities: set[int]) -> None:
        """Codes for the grids without: that of the grid that lies there already, else the community's next in the standard's order."""
        without: dict[int, list[Record]] = defaultdict(list)
        for record in work.good:
            if not record["code"]:
                without[record["community"]].append(record)
        if not without:
            return
        highest = self._highest_serials(work, communities)
        known = self._known_places(without)
        taken = {record["code"] for record in work.good if record["code"]}
        made = 0
        for community, records in without.items():
            fresh = []
            for record in records:
                code = known.get(id(record))
                if code is None or code in taken:
                    fresh.append(record)
                else:
                    record["code"] = code
                    taken.add(code)
            self._number(work, community, fresh, highest.get(community, 0))
            made += len(fresh)
        if made:
            work.notes.append(_("Codes were made for %(count)d grids.") % {"count": made})

    def _number(self, work: Work, community: int, fresh: list[Record], highest: int) -> None:
        room = MOST_GRIDS_IN_A_COMMUNITY - highest
        for record in fresh[room:]:
            message = _("%(name)s has more grids than serials (999).") % {"name": self.names[community]}
            work.refuse(record, "code", message, _("Divide the community, or join grids."))
        fresh = fresh[:room]
        middles = shapely.centroid(array_of([record["polygon"] for record in fresh])) if fresh else np.array([])
        order = number_grids(shapely.get_x(middles), shapely.get_y(middles)) if fresh else []
        for serial, position in enumerate(order, start=highest + 1):
            fresh[position]["code"] = GridCode.of(DivisionCode(community), serial).value

    def _highest_serials(self, work: Work, communities: set[int]) -> dict[int, int]:
        """The highest serial that was ever given in each community, ended grids and this file's own codes included."""
        codes = list(
            UnitGrid.objects.filter(code__gte=min(communities) * 1000, code__lt=(max(communities) + 1) * 1000).values_list(
                "code", flat=True
            )
        )
        codes += [record["code"] for record in work.good if record["code"]]
        highest: dict[int, int] = {}
        for code in codes:
            highest[code // 1000] = max(highest.get(code // 1000, 0), code % 1000)
        return highest

    def _known_places(self, without: dict[int, list[Record]]) -> dict[int, int]:
        """For rows that lie where a grid of their community lies already: its code, by the record's id."""
        held_codes = [code for code in self.held if code // 1000 in without]
        if not held_codes:
            return {}
        held = shapely.from_wkb(np.array([bytes(self.held[code].polygon) for code in held_codes], dtype=object))
        records = [record for group in without.values() for record in group]
        polygons = array_of([record["polygon"] for record in records])
        row, position = STRtree(held).query(polygons, predicate="intersects")
        common = shapely.area(shapely.intersection(polygons[row], held[position]))
        share = common / (shapely.area(polygons[row]) + shapely.area(held[position]) - common)
        found: dict[int, int] = {}
        for pair in np.flatnonzero(share > MOST_OF_IT):
            record, code = records[row[pair]], held_codes[position[pair]]
            if record["community"] == code // 1000:
                found[id(record)] = code
        return found

    def _check_topology(self, work: Work, communities: set[int], named: set[int], ended: set[int]) -> None:
        """Gaps, overlaps and other faults among the grids as they will be in the communities of the file."""
        shapes = [topology.GridShape(record["code"], record["polygon"], record["community"]) for record in work.good]
        for code, grid in self.held.items():
            if code not in named and grid.pk not in ended:
                shapes.append(topology.GridShape(code, shapely.from_wkb(bytes(grid.polygon)), code // 1000))
        work.progress(_("Looking for gaps and overlaps"), 0, len(shapes))
        borders = {code: border for code, border in self.borders.items() if code in communities}
        tell_topology(work, topology.check(shapes, borders))
        work.progress(_("Looking for gaps and overlaps"), len(shapes), len(shapes))


def _most_of_it_in(polygons: list[Polygon], borders: dict[int, BaseGeometry]) -> list[int]:
    """For each polygon the community whose border holds more than half of it; 0 where none does."""
    found = [0] * len(polygons)
    if not polygons or not borders:
        return found
    codes, shapes = list(borders), array_of(list(borders.values()))
    grids: NDArray[np.object_] = array_of(list(polygons))
    shapely.prepare(shapes)
    row, position = STRtree(shapes).query(grids, predicate="intersects")
    inside = shapely.covers(shapes[position], grids[row])
    common = np.where(inside, shapely.area(grids[row]), 0.0)
    across = np.flatnonzero(~inside)
    common[across] = shapely.area(shapely.intersection(grids[row[across]], shapes[position[across]]))
    share = common / shapely.area(grids[row])
    for pair in np.flatnonzero(share > MOST_OF_IT):
        found[row[pair]] = codes[position[pair]]
    return found
