"""Where an unclear place may be cut, and to whom each part goes: by who settled the past there, and by borders that are there already.

A proposal only: people accept it, redraw it, or take it to a meeting.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import shapely
from shapely import LineString, MultiLineString
from shapely.geometry.base import BaseGeometry

from chengge.domain.boundaries import area_m2, polygons_of

LEAST_SETTLEMENTS = 3
MAJORITY = 2 / 3
LEAST_SHARE = 0.08  # of the area: a smaller part is not worth a border
REACH_DEGREES = 0.0002  # some 20 m: roads end short of the border of what they cross


class Why(StrEnum):
    """On what a part of a proposal rests."""

    SETTLED = "settled"  # most of what happened there was settled by this body
    BESIDE = "beside"  # this body answers along most of its edge
    LARGEST = "largest"  # it answers in most of the street


@dataclass(frozen=True, slots=True)
class Settlement:
    """A case or ruling of the past: where it was, and the platform that settled it; a ruling weighs like several cases."""

    lon: float
    lat: float
    body: int
    weight: float = 1


@dataclass(frozen=True, slots=True)
class Line:
    """A border that is there already: of a street or community, or a road. `rank` 0 is the best to cut along."""

    name: str
    kind: str
    rank: int
    shape: LineString | MultiLineString


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the place and the body it would go to.

    Attributes:
        settled, of: how much of what was settled there speaks for the body, of how much in all.
        edge: share of the part's edge along which the body answers.
    """

    shape: BaseGeometry
    body: int
    why: Why
    settled: float
    of: float
    edge: float


@dataclass(frozen=True, slots=True)
class Cut:
    """A proposal: the parts, and the border along which they are parted; none where the whole goes to one body."""

    parts: tuple[Part, ...]
    line: Line | None


def propose(
    place: BaseGeometry, bodies: Sequence[int], settlements: Sequence[Settlement], beside: Mapping[int, BaseGeometry], lines: Sequence[Line]
) -> Cut | None:
    """How a place may be cut; None where nothing speaks for anybody.

    Args:
        bodies: who may answer; empty: whoever settled there or answers beside it.
        beside: where each body answers alone, near the place.
    """
    within = [one for one in settlements if (not bodies or one.body in bodies) and shapely.intersects_xy(place, one.lon, one.lat)]
    neighbours = {body: shape for body, shape in beside.items() if not bodies or body in bodies}
    whole = _given(place, within, neighbours, tuple(bodies))
    if whole is None or (whole.of >= LEAST_SETTLEMENTS and whole.settled >= MAJORITY * whole.of):
        return Cut((whole,), None) if whole else None
    best: tuple[float, int, Cut] | None = None
    for line in lines:
        faces = _faces(place, line.shape)
        parts = [part for face in faces if (part := _given(face, within, neighbours, ())) is not None]
        if len(parts) < len(faces) or len({part.body for part in parts}) < 2:
            continue
        joined = _joined(parts)
        found = (-_agreement(joined), line.rank, Cut(joined, line))
        if best is None or found[:2] < best[:2]:
            best = found
    if best is not None and -best[0] > _agreement((whole,)):
        return best[2]
    return Cut((whole,), None)


def _given(
    shape: BaseGeometry, settlements: Sequence[Settlement], beside: Mapping[int, BaseGeometry], bodies: tuple[int, ...]
) -> Part | None:
    votes: dict[int, float] = defaultdict(float)
    for one in settlements:
        if shapely.intersects_xy(shape, one.lon, one.lat):
            votes[one.body] += one.weight
    edges = _edges(shape, beside)
    ranked = sorted({*votes, *edges}, key=lambda body: (-votes.get(body, 0), -edges.get(body, 0), body))
    if not ranked:
        return Part(shape, bodies[0], Why.LARGEST, 0, 0, 0) if len(bodies) == 1 else None
    body = ranked[0]
    settled = votes.get(body, 0.0)
    why = Why.SETTLED if settled else Why.BESIDE
    return Part(shape, body, why, settled, sum(votes.values()), round(edges.get(body, 0), 2))


def _edges(shape: BaseGeometry, beside: Mapping[int, BaseGeometry]) -> dict[int, float]:
    """Of each body the share of the shape's edge along which it answers."""
    edge = shape.boundary
    found = {}
    for body, area in beside.items():
        share = edge.intersection(area.buffer(REACH_DEGREES / 4)).length / edge.length if edge.length else 0
        if share > 0.01:
            found[body] = share
    return found


def _faces(place: BaseGeometry, line: LineString | MultiLineString) -> list[BaseGeometry]:
    """The parts into which a line cuts a place; the whole where it does not go through, or cuts off a corner only."""
    inner = line.intersection(place.buffer(REACH_DEGREES))
    if inner.is_empty:
        return [place]
    reaching = [_lengthened(part) for part in shapely.get_parts(inner) if part.length > 0]
    made = shapely.polygonize([shapely.union_all([place.boundary, *reaching])])
    faces = [face for face in shapely.get_parts(made) if place.covers(face.representative_point())]
    least = place.area * LEAST_SHARE
    return faces if len(faces) > 1 and all(face.area >= least for face in faces) else [place]


def _lengthened(line: LineString) -> LineString:
    """The line a little longer at both ends, so that it reaches the edge of what it crosses."""
    points = shapely.get_coordinates(line)
    ends = []
    for at, before in ((points[0], points[1]), (points[-1], points[-2])):
        step = at - before
        length = float((step**2).sum() ** 0.5) or 1.0
        ends.append(at + step / length * REACH_DEGREES)
    return LineString([ends[0], *points, ends[1]])


def _joined(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Parts of the same body as one."""
    by_body: dict[int, list[Part]] = defaultdict(list)
    for part in parts:
        by_body[part.body].append(part)
    return tuple(
        Part(
            polygons_of(shapely.union_all([part.shape for part in same])),
            body,
            min((part.why for part in same), key=list(Why).index),
            sum(part.settled for part in same),
            sum(part.of for part in same),
            max(part.edge for part in same),
        )
        for body, same in sorted(by_body.items(), key=lambda pair: -sum(area_m2(part.shape) for part in pair[1]))
    )


def _agreement(parts: Sequence[Part]) -> float:
    """How well parts fit the past and what lies beside them: the share of settlements that agree, then of the edges."""
    total = sum(part.of for part in parts)
    settled = sum(part.settled for part in parts) / total if total else 0
    area = sum(part.shape.area for part in parts) or 1
    return round(2 * settled + sum(part.edge * part.shape.area for part in parts) / area, 3)
