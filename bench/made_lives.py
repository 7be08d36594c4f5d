"""The lives of cases of a city that never was, by columns: made a month at once by numpy from a seed.

What one case goes through follows the usual way with its side ways in usual shares (reports that are verified first, things put right
on the spot, returns, failed checks, lateness), so that every indicator has something to count.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]
YEAR = 2026
MINUTE, HOUR, DAY = 60, 3600, 86400
COUNTY = 999001
GRIDS_A_COMMUNITY, COMMUNITIES_A_STREET = 60, 10
CLASSES = tuple(f"{kind}{major:02}{minor:02}" for kind in "ce" for major in range(1, 6) for minor in range(1, 21))
CHANNELS = ("inspector", "hotline", "web", "app", "video", "leader")
CHANNEL_SHARES = (0.55, 0.22, 0.08, 0.08, 0.05, 0.02)
PUBLIC_FROM, PUBLIC_TO = 1, 3
STAGES = ("accepted", "filed", "handling", "checking", "closed", "rejected", "voided")
NONE = -1  # stands for an empty cell until a column is written


@dataclass(frozen=True, slots=True)
class Size:
    """How big the city is; people and places grow with its cases, up to a big city's."""

    cases: int
    seed: int = 1

    @property
    def grids(self) -> int:
        return min(50_000, max(1_200, self.cases // 200))

    @property
    def inspectors(self) -> int:
        return min(5_000, max(60, self.cases // 2_000))

    @property
    def departments(self) -> int:
        return min(200, max(30, self.cases // 20_000))


class Lives:
    """The cases reported in one month, by columns: one place of an array for each case."""

    def __init__(self, size: Size, month: int, count: int, first_id: int) -> None:
        random = self.random = np.random.default_rng([size.seed, month])
        self.size, self.month, self.count = size, month, count
        begin = int(datetime(YEAR, month, 1, tzinfo=UTC).timestamp())
        end = int(datetime(YEAR + month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp())
        self.days = (end - begin) // DAY
        self.begin = begin
        self.as_of = int(datetime(YEAR + 1, 1, 1, tzinfo=UTC).timestamp())
        self.case_id = np.arange(first_id, first_id + count)
        self.reported = np.sort(random.integers(begin, end, count))
        number = (size.grids * random.random(count) ** 1.5).astype(np.int64)  # some places have more than others
        community = number // GRIDS_A_COMMUNITY
        street = community // COMMUNITIES_A_STREET
        grid = COUNTY * 10**9 + (street + 1) * 10**6 + (community % COMMUNITIES_A_STREET + 1) * 10**3 + number % GRIDS_A_COMMUNITY + 1
        self.grid = np.where(random.random(count) < 0.01, NONE, grid)
        self.class_number = (len(CLASSES) * random.random(count) ** 2).astype(np.int64)
        self.channel = random.choice(len(CHANNELS), count, p=CHANNEL_SHARES)
        self.keeper = 1 + number * size.inspectors // size.grids
        self.by_inspector = self.channel == 0
        self.public = (self.channel >= PUBLIC_FROM) & (self.channel <= PUBLIC_TO)
        self.urgent = random.random(count) < 0.04
        self.excused = random.random(count) < 0.002
        self.department = 1 + (self.class_number * 7 + street % 5) % size.departments
        self._live()

    def _live(self) -> None:
        """When each step of each case was taken; 0 where it was not."""
        random, count = self.random, self.count
        chance = random.random(count)
        self.self_disposed = self.by_inspector & (chance < 0.12)
        self.rejected = ~self.self_disposed & (chance > 0.93)
        goes_on = ~self.self_disposed & ~self.rejected
        self.verified = self.public & (random.random(count) < 0.4)
        self.returned = goes_on & (random.random(count) < 0.04)
        self.passed_down = goes_on & (random.random(count) < 0.55)
        self.reworked = goes_on & (random.random(count) < 0.06)
        self.voided = goes_on & ~self.returned & ~self.reworked & (random.random(count) < 0.005)
        handled = goes_on & ~self.voided
        at = self.reported

        def after(mask: Numbers, mean: float) -> Numbers:
            nonlocal at
            at = np.where(mask, at + 1 + random.exponential(mean, count).astype(np.int64), at)
            return np.where(mask & (at < self.as_of), at, 0)

        self.to_verify = after(self.verified, 4 * MINUTE)
        self.verify = after(self.verified, 20 * MINUTE)
        self.accept = after(~self.rejected, 8 * MINUTE)
        self.reject = np.where(self.rejected, after(self.rejected, 8 * MINUTE), 0)
        self.file = after(goes_on, 8 * MINUTE)
        self.void = after(self.voided, 10 * MINUTE)
        self.dispatch_wrong = after(self.returned, 8 * MINUTE)
        self.hand_back = after(self.returned, 3 * HOUR)
        self.confirm = after(self.returned, 15 * MINUTE)
        self.dispatch = after(handled, 8 * MINUTE)
        self.take_up = after(handled, HOUR)
        self.pass_down = after(self.passed_down, HOUR)
        self.limit = random.choice([4 * HOUR, 8 * HOUR, 24 * HOUR, 72 * HOUR, 120 * HOUR], count)
        self.submit = after(self.passed_down, 12 * HOUR)
        self.finish_first = after(self.reworked, 14 * HOUR)
        self.to_check_first = after(self.reworked, 20 * MINUTE)
        self.fail_check = after(self.reworked, 25 * MINUTE)
        self.finish = after(handled, 20 * HOUR)
        self.to_check = after(handled, 20 * MINUTE)
        self.pass_check = after(handled, 25 * MINUTE)
        self.close = after(handled | self.self_disposed, 20 * MINUTE)
        self.by_itself = (self.dispatch > 0) & ~self.returned & (self.class_number % 4 == 0)
        self.ended = self.close + self.reject + self.void
        self.stage = np.select(
            [self.close > 0, self.reject > 0, self.void > 0, self.finish > 0, self.dispatch > 0, self.file > 0],
            [4, 5, 6, 3, 2, 1],
            0,
        )
