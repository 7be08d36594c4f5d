"""The zones of a city where nobody answers for a class, or several do with the same right, and what they cost.

The pieces of a street are fitted to each other once, corner to corner; any of them are then joined by dropping the sides they share,
which takes a fortieth of the time of laying them over each other.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from chengge.domain.boundaries import Asked, CityKinds, Verdict, is_piece, kinds_of, polygons_of, settled_by_ruling
from chengge.domain.gridindex import GridIndex
from chengge.domain.responsibility import ClassOf, Outline, Register

GRAIN_DEGREES = 1e-8  # corners that lie nearer to each other than a millimetre are one
STREET_WIDTH = 10**6  # a unit grid's code without its last six digits is that of its street


@dataclass(frozen=True, slots=True)
class Zone:
    """Where, in one street, nobody answers for a class but the territory, or several do with the same right.

    Attributes:
        street_code: 9 digits.
        bodies: ids of the platforms that answer with the same right; none in a gap.
        grid_codes: the grids that lie in it, if only partly.
    """

    class_id: int
    verdict: Verdict
    bodies: tuple[int, ...]
    street_code: int
    grid_codes: tuple[int, ...]
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Reckoning:
    """Who answers where, for every class and every grid of a city.

    Attributes:
        counts: of classes in pieces of grids, by verdict.
        cut: grids of which only a part lies in some zone.
    """

    zones: tuple[Zone, ...]
    counts: dict[Verdict, int]
    cut: frozenset[int]


@dataclass(frozen=True, slots=True)
class Burden:
    """What an unclear boundary costs in a year.

    Attributes:
        cases, disputes: of the class and in the place; disputes came back or were hard to place.
        lost_days: that the disputes waited between being filed and their last dispatch.
        components: of the class that stand there; `ownerless` of them name no body.
    """

    cases: int = 0
    disputes: int = 0
    lost_days: float = 0.0
    components: int = 0
    ownerless: int = 0

    @property
    def weight(self) -> float:
        """What ranks the zones: a dispute weighs like five cases, a lost day like two, an ownerless component like one case in five years.

        Components that name their body are settled by it and weigh nothing.
        """
        return round(self.cases + 5 * self.disputes + 2 * self.lost_days + 0.2 * self.ownerless, 2)


def reckon(register: Register, index: GridIndex, classes: Iterable[ClassOf]) -> Reckoning:
    """The zones of a city where nobody or several answer, class by class."""
    city, settled_for = kinds_of(register, index), settled_by_ruling(register)
    asked, joined = Asked(register, city.kinds), _Joined(city)
    of_grid = np.searchsorted(index.codes, city.grid_codes)
    streets, street_of = np.unique(city.grid_codes // STREET_WIDTH, return_inverse=True)
    counts = dict.fromkeys(Verdict, 0)
    cut = set(index.codes[np.bincount(of_grid, minlength=len(index)) > 1].tolist())
    zones = []
    for one in classes:
        settled = settled_for(one)
        cut |= settled.cut.keys()
        answers, answer_in = asked.about(one)
        answer_at = answer_in[city.kind_of]
        clear = np.array([answer.verdict is Verdict.ONE for answer in answers], dtype=bool)[answer_at]
        rows = np.flatnonzero(~(clear | _among(index, settled.grids)[of_grid]))
        counts[Verdict.ONE] += len(answer_at) - len(rows)
        partly = _among(index, settled.cut)[of_grid]
        for same in _alike(rows, answer_at[rows] * len(streets) + street_of[rows]):
            answer, street = answers[answer_at[same[0]]], int(streets[street_of[same[0]]])
            counts[answer.verdict] += len(same)
            grids, shape = joined.of(same, partly[same], settled.cut)
            if not shape.is_empty:
                zones.append(Zone(one.id, answer.verdict, answer.bodies, street, grids, shape))
    return Reckoning(tuple(zones), counts, frozenset(cut))


def _among(index: GridIndex, codes: Collection[int]) -> NDArray[np.bool_]:
    """Of each grid of a city whether its code is among these."""
    found = np.zeros(len(index), dtype=bool)
    asked = np.fromiter(codes, np.int64, len(codes))
    at = np.searchsorted(index.codes, asked)
    known = at < len(index)
    known[known] = index.codes[at[known]] == asked[known]
    found[at[known]] = True
    return found


def _alike(rows: NDArray[np.int64], keys: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Rows with the same key together, each group in its order."""
    order = np.argsort(keys, kind="stable")
    ends = np.flatnonzero(np.diff(keys[order])) + 1
    return (group for group in np.split(rows[order], ends) if len(group))


class _Joined:
    """Pieces of one street as one shape; many classes are unclear in the same places, which are joined once."""

    def __init__(self, city: CityKinds) -> None:
        self._city = city
        self._street_of = city.grid_codes // STREET_WIDTH
        self._fitted: dict[int, NDArray[np.object_]] = {}
        self._known: dict[bytes, tuple[tuple[int, ...], BaseGeometry]] = {}
        self._left: dict[tuple[int, tuple[Outline, ...]], bool] = {}

    def of(
        self, rows: NDArray[np.int64], partly: NDArray[np.bool_], cut: Mapping[int, tuple[Outline, ...]]
    ) -> tuple[tuple[int, ...], BaseGeometry]:
        """The grids in which pieces lie, and their common shape without what was ruled of those that are cut.

        Args:
            partly: of each piece whether its grid is among those that ruled areas hold in part, `cut`.
        """
        if not partly.any():
            return self._whole(rows)
        left = ~partly
        ruled: dict[Outline, None] = {}
        for at in np.flatnonzero(partly).tolist():
            row = int(rows[at])
            areas = cut[int(self._city.grid_codes[row])]
            if self._is_left(row, areas):
                left[at] = True
                ruled |= dict.fromkeys(areas)
        grids, shape = self._whole(rows[left])
        return grids, polygons_of(shape.difference(shapely.union_all([area.polygon for area in ruled])))

    def _whole(self, rows: NDArray[np.int64]) -> tuple[tuple[int, ...], BaseGeometry]:
        key = rows.tobytes()
        if key not in self._known:
            grids = tuple(np.unique(self._city.grid_codes[rows]).tolist())
            self._known[key] = grids, polygons_of(shapely.coverage_union_all(self._fit(rows)))
        return self._known[key]

    def _fit(self, rows: NDArray[np.int64]) -> NDArray[np.object_]:
        """Pieces of one street with the same corners along the sides they share."""
        street = int(self._street_of[rows[0]]) if len(rows) else 0
        first, end = np.searchsorted(self._street_of, (street, street + 1)).tolist()
        if street not in self._fitted:
            pieces = self._city.shapes[first:end]
            self._fitted[street] = shapely.coverage_clean(pieces, snapping_distance=GRAIN_DEGREES, gap_width=GRAIN_DEGREES)
        return self._fitted[street][rows - first]

    def _is_left(self, row: int, areas: tuple[Outline, ...]) -> bool:
        """Whether ruled areas leave anything of a piece."""
        key = row, areas
        if key not in self._left:
            shape = self._city.shapes[row]
            for area in areas:
                shape = shape.difference(area.polygon)
            self._left[key] = is_piece(polygons_of(shape))
        return self._left[key]
