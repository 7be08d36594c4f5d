"""What a day's track adds up to: hours on the street, distance, grids covered, visits.

Times are epoch seconds; fixes are one member's, in order, without jumps.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chengge.domain.fences import METRES_PER_DEGREE

LONGEST_STEP_SECONDS = 300  # without a fix for longer, nobody knows whether somebody was on the street
LEAST_STEP_M = 8.0  # a receiver that lies still wanders about so far
VISIT_FIXES = 2
VISIT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Patrol:
    """A day of one member.

    Attributes:
        street_seconds: time between fixes that follow each other.
        distance_m: steps longer than the fixes' doubt.
        visits: unit grid → times visited: at least two fixes or a minute inside, without leaving.
        outside_seconds: time of `street_seconds` spent outside the own grids.
    """

    fixes: int
    street_seconds: int
    outside_seconds: int
    distance_m: float
    visits: Counter[int]

    def covered(self, own: Collection[int]) -> int:
        """How many of the own grids were visited."""
        return sum(1 for code in own if code in self.visits)

    def visits_in(self, own: Collection[int]) -> int:
        return sum(self.visits[code] for code in own if code in self.visits)


def patrol(
    at: NDArray[np.int64],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    accuracy_m: NDArray[np.float64],
    grid: NDArray[np.int64],
    outside: NDArray[np.bool_],
) -> Patrol:
    """Add a day up.

    Args:
        grid: unit grid of each fix, 0 for none.
        outside: which fixes lie outside the member's own grids for certain.
    """
    if not len(at):
        return Patrol(0, 0, 0, 0.0, Counter())
    steps = np.diff(at)
    walked = steps <= LONGEST_STEP_SECONDS
    return Patrol(
        fixes=len(at),
        street_seconds=int(steps[walked].sum()),
        outside_seconds=int(steps[walked & outside[:-1]].sum()),
        distance_m=_distance(at, lon, lat, accuracy_m),
        visits=_visits(at, grid),
    )


def _distance(at: NDArray[np.int64], lon: NDArray[np.float64], lat: NDArray[np.float64], accuracy_m: NDArray[np.float64]) -> float:
    """Metres from one place to the next that is clearly another; the way through a long gap is not known and counts for nothing."""
    doubt = np.maximum(accuracy_m, LEAST_STEP_M).tolist()
    moments, lons, lats = at.tolist(), lon.tolist(), lat.tolist()
    scale = float(np.cos(np.radians(lats[0]))) * METRES_PER_DEGREE
    here, total = 0, 0.0
    for i in range(1, len(moments)):
        if moments[i] - moments[i - 1] > LONGEST_STEP_SECONDS:
            here = i
            continue
        east, north = (lons[i] - lons[here]) * scale, (lats[i] - lats[here]) * METRES_PER_DEGREE
        far = (east * east + north * north) ** 0.5
        if far > max(doubt[here], doubt[i]):
            total += far
            here = i
    return total


def _visits(at: NDArray[np.int64], grid: NDArray[np.int64]) -> Counter[int]:
    """Stays in one grid that are long enough; a gap parts them."""
    new = np.append(True, (grid[1:] != grid[:-1]) | (np.diff(at) > LONGEST_STEP_SECONDS))
    starts = np.flatnonzero(new)
    ends = np.append(starts[1:], len(at)) - 1
    left = np.append(at[starts[1:]], at[-1])  # when the next stay begins
    left = np.where(left - at[ends] > LONGEST_STEP_SECONDS, at[ends], left)
    stays = (grid[starts] > 0) & ((ends - starts + 1 >= VISIT_FIXES) | (left - at[starts] >= VISIT_SECONDS))
    return Counter(grid[starts[stays]].tolist())
