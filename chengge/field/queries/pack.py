"""What an inspector's phone carries with it, so that it works where there is no network: own grids, catalogue, walks, map."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import orjson
import shapely

from chengge import clock
from chengge.casework.models import Evidence, Task
from chengge.domain.errors import NotFound
from chengge.field.queries.duty import current_duty, grid_names, member_of
from chengge.field.queries.home import open_tasks, suggested_classes
from chengge.field.queries.nearby import METRES_PER_DEGREE
from chengge.foundation.models import BaseMapFeature, Component, ResponsibilityGrid, ResponsibilityGridUnit
from chengge.foundation.queries import grid_index
from chengge.foundation.queries.dated import holding_on
from chengge.foundation.queries.map_layers import BASE_PARTS, feature_collection, grids, point_json, revisions
from chengge.foundation.queries.rules import AREA_OF_NO_GRID, handbook
from chengge.foundation.words import limit_words
from chengge.organization.queries import Actor, city_day

AROUND_M = 400
MOST_COMPONENTS = 6000
MOST_PHOTOS_OF_A_WALK = 6
DECIMALS = 6

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the ground that a phone keeps. `tag` changes when what it holds may have changed."""

    tag: str
    make: Callable[[], bytes]


def pack(actor: Actor) -> dict[str, Any]:
    """Member, duty, catalogue with its filing conditions, and open walks. Some twelve queries, however much there is."""
    now = clock.now()
    day = city_day(now)
    duty = current_duty(actor.member_id, now)
    walks = list(open_tasks(actor))
    return {
        "day": day.isoformat(),
        "duty": {"since": duty.starts_at.isoformat()} if duty else None,
        "grid_names": grid_names(actor),
        "area_of_no_grid": AREA_OF_NO_GRID.value,
        "often": [one.pk for one in suggested_classes(actor)],
        "classes": [
            {
                "id": one.pk,
                "code": one.code,
                "name": one.name,
                "kind": one.kind,
                "major": one.major_name,
                "rules": [
                    {
                        "id": rule.pk,
                        "number": rule.number,
                        "area": rule.area_class,
                        "condition": rule.condition,
                        "limit": limit_words(rule.limit_amount, rule.limit_unit),
                        "disposable": rule.self_disposable,
                    }
                    for rule in rules
                ],
            }
            for one, rules in handbook(day)
        ],
        "walks": [_walk(walk) for walk in walks],
        "photos": _photos([walk.case_id for walk in walks]),
    }


def own_grid_codes(actor: Actor) -> list[int]:
    """The unit grids of an inspector's responsibility grids today. One query."""
    mine = holding_on(ResponsibilityGrid.objects.filter(inspectors=member_of(actor)), city_day(clock.now()))
    units = ResponsibilityGridUnit.objects.filter(responsibility_grid__in=mine)
    return sorted(set(units.values_list("grid_code", flat=True)))


def parts(actor: Actor, language: str) -> dict[str, Part]:
    """The pieces of the ground around an inspector's own grids: grids, components, and the base map. Two queries until one is made."""
    codes = own_grid_codes(actor)
    found = revisions()
    day = city_day(clock.now())
    grounds = found.get("grids", 0), codes
    return {
        "grids": Part(_tag("grids", *grounds, day, language), lambda: grids(codes, day)),
        "components": Part(_tag("components", *grounds, found.get("components", 0), language), lambda: _components(codes)),
        **{
            name: Part(_tag(name, *grounds, found.get("base_map", 0)), partial(_base_map, codes, kinds))
            for name, kinds in BASE_PARTS.items()
        },
    }


def part(actor: Actor, language: str, name: str) -> Part:
    """One piece of the ground. Raises NotFound."""
    found = parts(actor, language).get(name)
    if found is None:
        raise NotFound("part", name)
    return found


def _walk(walk: Task) -> dict[str, Any]:
    return {
        "id": walk.pk,
        "kind": walk.kind,
        "number": walk.case.number,
        "name": walk.case.problem_class.name,
        "due": walk.due_at.isoformat(),
        "entries": walk.case.entry_count,
    }


def _photos(case_ids: Sequence[int]) -> list[str]:
    """SHA-256 of the photos that the walks are about, a few of each. One query."""
    kept: dict[int | None, list[str]] = {}
    rows = Evidence.objects.filter(case__in=case_ids, entry__isnull=False, media=Evidence.Media.PHOTO).order_by("-created_at", "-id")
    for case_id, digest in rows.values_list("case_id", "sha256"):
        kept.setdefault(case_id, []).append(digest)
    return sorted({digest for digests in kept.values() for digest in digests[:MOST_PHOTOS_OF_A_WALK]})


def _components(codes: Sequence[int]) -> bytes:
    """Components in these unit grids, with their class, so that a report and a survey find them. One query."""
    rows = Component.objects.filter(grid_code__in=codes).exclude(state=Component.State.ABANDONED).order_by("code")
    listed = rows.values_list("code", "name", "lon", "lat", "state", "problem_class_id", "problem_class__major_code", "problem_class__name")
    states = dict(Component.State.choices)
    return feature_collection(
        (
            point_json(lon, lat),
            {
                "id": f"{code:016d}",
                "label": name,
                "detail": f"{class_name} · {states.get(state, state)}" if class_name != name else str(states.get(state, state)),
                "major": major,
                "class": class_id,
            },
        )
        for code, name, lon, lat, state, class_id, major, class_name in listed[:MOST_COMPONENTS]
    )


def _base_map(codes: Sequence[int], kinds: Sequence[str]) -> bytes:
    """Roads, water, green and buildings that touch the surroundings of these unit grids. One query."""
    around = _around(codes)
    if around is None:
        return feature_collection(())
    rows = list(BaseMapFeature.objects.filter(kind__in=kinds).order_by("id").values_list("kind", "name", "shape"))
    shapes = shapely.from_wkb(np.array([bytes(row[2]) for row in rows], dtype=object))
    near = np.flatnonzero(shapely.intersects(shapes, shapely.box(*around)))
    kept = shapely.transform(shapes[near], lambda coordinates: coordinates.round(DECIMALS))
    return feature_collection(
        (text, {"kind": rows[at][0], "name": rows[at][1]}) for text, at in zip(shapely.to_geojson(kept), near.tolist(), strict=True)
    )


def _around(codes: Sequence[int]) -> Box | None:
    """West, south, east, north of unit grids, with some room around them."""
    index = grid_index()
    polygons = index.polygons[np.isin(index.codes, np.array(codes, dtype=np.int64))]
    if not len(polygons):
        return None
    west, south, east, north = shapely.total_bounds(polygons).tolist()
    high = AROUND_M / METRES_PER_DEGREE
    wide = high / max(np.cos(np.radians(south)), 0.01)
    return west - wide, south - high, east + wide, north + high


def _tag(*facts: Any) -> str:
    return hashlib.blake2b(orjson.dumps([str(fact) for fact in facts]), digest_size=8).hexdigest()
