"""What lies around: names of places that people say on the phone, and the shapes of our own base map."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from chengge.domain.errors import Refused
from chengge.exchange.importers.base import Importer, Work, mark
from chengge.exchange.importers.borders import wkb_of
from chengge.exchange.importers.columns import Column, degrees, one_of, text
from chengge.exchange.importers.components import point_of
from chengge.exchange.importers.plan import Progress, State
from chengge.exchange.importers.reading.shapes import in_wgs84
from chengge.foundation.actions import put_base_map, put_place_names
from chengge.foundation.models import BaseMapFeature, PlaceName
from chengge.foundation.queries import locate_many
from chengge.organization.queries import Actor

FEATURES = {"主干道": "arterial", "道路": "street", "街巷": "lane", "水系": "water", "绿地": "green", "建筑": "building"}
FEATURES |= {kind: kind for kind in FEATURES.values()}
# Two places of one name farther apart than this are two places; nearer, the place was surveyed better.
SAME_PLACE_DEGREES = 0.02


@dataclass(frozen=True, slots=True)
class PlaceChanges:
    new: tuple[PlaceName, ...]
    changed: tuple[PlaceName, ...]


class Places(Importer):
    kind = "places"
    title = lazy("Place names")
    about = lazy("Names that people say on the phone, with their place: gates, crossings, markets, parks.")
    wants_shapes = True
    columns = (
        Column(
            "name", "名称", "name", text(80), also=("地名", "兴趣点"), required=True, help=lazy("What people say"), example="石桥农贸市场"
        ),
        Column(
            "lon",
            "经度",
            "longitude",
            degrees(-180, 180),
            also=("lng", "x"),
            help=lazy("Decimal degrees; not needed in a file of shapes"),
            example="120.1765",
        ),
        Column(
            "lat",
            "纬度",
            "latitude",
            degrees(-90, 90),
            also=("y",),
            help=lazy("Decimal degrees; not needed in a file of shapes"),
            example="30.3219",
        ),
    )
    options = ("crs",)
    revisions = ("places", "grids")

    def check(self, work: Work) -> None:
        for record in work.good:
            place = point_of(record.row.geometry) if work.table.has_shapes else (record["lon"], record["lat"])
            if place is None or None in place:
                work.refuse(record, "lon", _("The row has no place."), _("Give it a point, or fill in longitude and latitude."))
            else:
                record["lon"], record["lat"] = place
        good = work.good
        if work.options.crs and not work.table.has_shapes and good:
            points = shapely.points([record["lon"] for record in good], [record["lat"] for record in good])
            for record, point in zip(good, in_wgs84(points, work.options.crs, work.table.file_name), strict=True):
                record["lon"], record["lat"] = point.x, point.y

    def compare(self, work: Work) -> PlaceChanges:
        good = work.good
        codes = locate_many(
            np.array([record["lon"] for record in good], dtype=float), np.array([record["lat"] for record in good], dtype=float)
        )
        held: dict[str, list[PlaceName]] = {}
        for row in PlaceName.objects.order_by("-id"):
            held.setdefault(row.name, []).append(row)
        new, changed = [], []
        for record, code in zip(good, codes.tolist(), strict=True):
            wanted = {"lon": record["lon"], "lat": record["lat"], "grid_code": code or None}
            own = _nearest(held.get(record["name"], []), record["lon"], record["lat"])
            state = mark(record, own, wanted)
            if own is None:
                new.append(PlaceName(name=record["name"], **wanted))
                continue
            held[record["name"]].remove(own)
            if state is State.CHANGED:
                for name, value in wanted.items():
                    setattr(own, name, value)
                changed.append(own)
        return PlaceChanges(tuple(new), tuple(changed))

    def carry_out(self, changes: PlaceChanges, actor: Actor, day: date, progress: Progress) -> Any:
        put_place_names(actor, changes.new, changes.changed)


def _nearest(rows: list[PlaceName], lon: float, lat: float) -> PlaceName | None:
    near = [row for row in rows if abs(row.lon - lon) < SAME_PLACE_DEGREES and abs(row.lat - lat) < SAME_PLACE_DEGREES]
    return min(near, key=lambda row: (row.lon - lon) ** 2 + (row.lat - lat) ** 2, default=None)


@dataclass(frozen=True, slots=True)
class BaseMapChanges:
    kinds: frozenset[str]
    features: tuple[BaseMapFeature, ...]


class BaseMap(Importer):
    kind = "base-map"
    title = lazy("Base map")
    about = lazy("Roads, water, green and buildings for our own base map. The file replaces all shapes of its kinds.")
    wants_shapes = True
    columns = (
        Column(
            "feature",
            "要素",
            "feature",
            one_of(FEATURES),
            also=("类别",),
            help=lazy("What it is; without it, the option"),
            example="主干道",
            choices=lambda: tuple(FEATURES)[:6],
        ),
        Column(
            "name",
            "名称",
            "name",
            text(60),
            also=("RNAME", "路名", "道路名称"),
            default="",
            help=lazy("Name that is drawn"),
            example="石祥路",
        ),
        Column("border", "图形", "shape", text(100), help=lazy("The shape itself")),
    )
    options = ("feature", "crs")
    revisions = ("base_map",)

    def check(self, work: Work) -> None:
        if not work.table.has_shapes:
            raise Refused(
                "shapes", _("%(file)s holds no shapes.") % {"file": work.table.file_name}, _("Give a file of shapes."), field="file"
            )
        for record in work.good:
            record["feature"] = record["feature"] or work.options.feature
            shape = record.row.geometry
            if not record["feature"]:
                work.refuse(
                    record, "feature", _("It is not said what this shape is."), _("Fill in the column, or give the option for the feature.")
                )
            elif shape is None or shape.is_empty or shapely.get_dimensions(shape) < 1:
                work.refuse(record, "border", _("The row has neither line nor area."), _("Leave points to the place names."))

    def compare(self, work: Work) -> BaseMapChanges:
        kinds = frozenset(record["feature"] for record in work.good)
        held: dict[tuple[str, str, bytes], int] = {}
        for row in BaseMapFeature.objects.filter(kind__in=kinds):
            key = (row.kind, row.name, bytes(row.shape))
            held[key] = held.get(key, 0) + 1
        features = []
        for record in work.good:
            shape = wkb_of(record.row.geometry) if record.row.geometry is not None else b""
            key = (record["feature"], record["name"], shape)
            features.append(BaseMapFeature(kind=record["feature"], name=record["name"], shape=shape))
            record.state = State.SAME if held.get(key, 0) > 0 else State.NEW
            held[key] = held.get(key, 0) - 1
        work.ended_count = sum(count for count in held.values() if count > 0)
        if not work.ended_count and all(record.state is State.SAME for record in work.good):
            return BaseMapChanges(frozenset(), ())
        return BaseMapChanges(kinds, tuple(features))

    def carry_out(self, changes: BaseMapChanges, actor: Actor, day: date, progress: Progress) -> Any:
        if changes.kinds:
            put_base_map(actor, changes.kinds, changes.features)
