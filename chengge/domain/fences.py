"""Where inspectors walk against where they are to walk: is each fix inside its member's own grids, and when is that an alarm?

    fences = Fences.of(index, {member_id: codes of the member's unit grids})
    verdicts = fences.verdicts(fixes, codes, margin_m=30)
    judged = judge(memory, fixes, codes, verdicts, Bounds(fixes=4, seconds=60, fixes_back=3), Rest(50, 1800))

Everything is worked out for many members at once. What must be remembered of a member between two batches is one row of
`MEMORY`; the alarms depend on the fixes only, never on how they were cut into batches.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from chengge.domain.coordinates import LocalMetres
from chengge.domain.gridindex import GridIndex

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]
Small = NDArray[np.int8]

FASTEST_M_PER_S = 60.0  # faster than that nobody patrols: the fix is wrong
GAP_SECONDS = 600  # fixes farther apart than this say nothing about the time between them
METRES_PER_DEGREE = 111_320.0
_GRID_BITS = 32

# What is remembered of a member. Moments are epoch seconds, 0 for none; places are degrees.
MEMORY = np.dtype(
    [
        ("member", "i8"),
        ("at", "i8"), ("lon", "f8"), ("lat", "f8"),  # the last fix
        ("before_at", "i8"), ("before_lon", "f8"), ("before_lat", "f8"),  # the one before
        ("good_at", "i8"), ("good_lon", "f8"), ("good_lat", "f8"),  # the last that was no jump
        ("accuracy", "f8"), ("grid", "i8"), ("verdict", "i2"),  # of that one
        ("run_verdict", "i2"), ("run_fixes", "i4"), ("run_since", "i8"), ("run_at", "i8"),  # fixes in a row that say the same
        ("rest_since", "i8"), ("rest_at", "i8"), ("rest_lon", "f8"), ("rest_lat", "f8"),  # where the member came to rest
        ("alarms", "i2"),  # bits of `Bit`
    ]
)  # fmt: skip


class Verdict(IntEnum):
    """What a fix says. UNSURE: too inaccurate, or the member has no grids of their own; JUMP: too fast to be true."""

    UNSURE = 0
    INSIDE = 1
    OUTSIDE = 2
    JUMP = 3


class Bit(IntEnum):
    """Alarms that are going on for a member."""

    OUTSIDE = 1
    STILL = 2
    SILENT = 4


@dataclass(frozen=True, slots=True)
class Fixes:
    """Positions of members, in the order of member and moment, none twice. Parallel arrays."""

    member: Longs
    at: Longs
    lon: Floats
    lat: Floats
    accuracy_m: Floats

    def __len__(self) -> int:
        return len(self.at)

    def only(self, which: NDArray[np.bool_] | Longs) -> "Fixes":
        return Fixes(self.member[which], self.at[which], self.lon[which], self.lat[which], self.accuracy_m[which])

    def in_order(self) -> "Fixes":
        """By member and moment; of two fixes of one member at one moment the first stays."""
        ordered = self.only(np.lexsort((self.at, self.member)))
        first = np.ones(len(ordered), dtype=np.bool_)
        first[1:] = (ordered.member[1:] != ordered.member[:-1]) | (ordered.at[1:] != ordered.at[:-1])
        return ordered.only(first)


@dataclass(frozen=True, slots=True)
class Bounds:
    """When being outside is an alarm: `fixes` in a row over at least `seconds`; it ends with `fixes_back` inside in a row."""

    fixes: int
    seconds: int
    fixes_back: int


@dataclass(frozen=True, slots=True)
class Rest:
    """When standing still is an alarm: `seconds` within `radius_m` (and the fix's doubt) of one place."""

    radius_m: float
    seconds: int


@dataclass(frozen=True, slots=True)
class Turn:
    """An alarm that begins or ends.

    Attributes:
        since: when what it is about began or ended (epoch seconds).
        at, lon, lat, grid: the fix by which it was known.
    """

    member: int
    bit: Bit
    begins: bool
    since: int
    at: int
    lon: float
    lat: float
    grid: int


@dataclass(frozen=True, slots=True)
class Judged:
    """What a batch says: a verdict for each fix (jumps included), the members' memory afterwards, and the alarms that turned."""

    verdicts: Small
    memory: NDArray[np.void]
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Fences:
    """The ground that each member answers for. Members with the same unit grids share one fence."""

    members: Longs  # in order
    fence_of: NDArray[np.int32]  # parallel to members
    codes: Longs  # of the grid index
    own: Longs  # fence and position of a grid in one number, in order
    areas: NDArray[np.object_]  # in metres around the fence's own middle, prepared
    boxes: Floats  # west, south, east, north of each area in metres
    frames: Floats  # lon, lat of the middle, and metres in a degree east and north

    @classmethod
    def of(cls, index: GridIndex, grids_of: Mapping[int, Sequence[int]]) -> "Fences":
        """From the unit grids of each member; codes that the index does not know are left out."""
        known = {code: position for position, code in enumerate(index.codes.tolist())}
        number_of: dict[tuple[int, ...], int] = {}
        members, fence_of = [], []
        for member in sorted(grids_of):
            positions = tuple(sorted({known[code] for code in grids_of[member] if code in known}))
            if positions:
                members.append(member)
                fence_of.append(number_of.setdefault(positions, len(number_of)))
        areas = np.empty(len(number_of), dtype=object)
        frames = np.zeros((len(number_of), 4))
        for positions, number in number_of.items():
            whole = shapely.union_all(index.polygons[list(positions)])
            frame = LocalMetres.around(*_middle(whole))
            frames[number] = frame.lon, frame.lat, frame.metres_per_degree_east, frame.metres_per_degree_north
            areas[number] = shapely.transform(whole, lambda places, f=frame: np.column_stack(f.to_metres(places[:, 0], places[:, 1])))
        shapely.prepare(areas)
        own = [np.array(positions, dtype=np.int64) | (number << _GRID_BITS) for positions, number in number_of.items()]
        return cls(
            members=np.array(members, dtype=np.int64),
            fence_of=np.array(fence_of, dtype=np.int32),
            codes=index.codes,
            own=np.sort(np.concatenate(own)) if own else np.zeros(0, dtype=np.int64),
            areas=areas,
            boxes=shapely.bounds(areas).reshape(-1, 4),
            frames=frames,
        )

    def number_of(self, members: Longs) -> NDArray[np.int32]:
        """The fence of each member; -1 for a member without grids."""
        if not len(self.members):
            return np.full(len(members), -1, dtype=np.int32)
        place = np.minimum(np.searchsorted(self.members, members), len(self.members) - 1)
        return np.where(self.members[place] == members, self.fence_of[place], -1)

    def places(self, fences: NDArray[np.int32] | Longs, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Metres east and north of each fence's middle."""
        frame = self.frames[fences]
        return (lon - frame[:, 0]) * frame[:, 2], (lat - frame[:, 1]) * frame[:, 3]

    def verdicts(self, fixes: Fixes, codes: Longs, margin_m: float) -> Small:
        """INSIDE up to `margin_m` beyond the own grids; OUTSIDE farther than margin and accuracy together; UNSURE between.

        Most fixes are answered by their grid or by the box around the fence; only those near a border need their distance.

        Args:
            codes: the unit grid of each fix, 0 for none.
        """
        found = np.zeros(len(fixes), dtype=np.int8)
        fence = self.number_of(fixes.member)
        if not len(self.own):
            return found
        grid = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
        wanted = (fence.astype(np.int64) << _GRID_BITS) | grid
        held = self.own[np.minimum(np.searchsorted(self.own, wanted), len(self.own) - 1)] == wanted
        own = held & (self.codes[grid] == codes) & (fence >= 0)
        found[own] = Verdict.INSIDE
        rest = np.flatnonzero(~own & (fence >= 0))
        if len(rest):
            rest = rest[np.argsort(fence[rest], kind="stable")]  # neighbours in memory are asked after each other
            found[rest] = self._off_grid(fence[rest], fixes.only(rest), margin_m)
        return found

    def _off_grid(self, fence: NDArray[np.int32], fixes: Fixes, margin_m: float) -> Small:
        x, y = self.places(fence, fixes.lon, fixes.lat)
        box = self.boxes[fence]
        from_box = np.hypot(
            np.maximum(np.maximum(box[:, 0] - x, x - box[:, 2]), 0), np.maximum(np.maximum(box[:, 1] - y, y - box[:, 3]), 0)
        )
        limit = margin_m + fixes.accuracy_m
        found = np.full(len(fixes), Verdict.OUTSIDE, dtype=np.int8)
        near = np.flatnonzero(from_box <= limit)
        if len(near):
            areas, points = self.areas[fence[near]], shapely.points(x[near], y[near])
            inside = shapely.dwithin(areas, points, margin_m)
            doubtful = inside | shapely.dwithin(areas, points, limit[near])
            found[near] = np.where(inside, Verdict.INSIDE, np.where(doubtful, Verdict.UNSURE, Verdict.OUTSIDE))
        return found


def nothing_known(members: Longs) -> NDArray[np.void]:
    """The memory of members who have never been seen."""
    memory = np.zeros(len(members), dtype=MEMORY)
    memory["member"] = members
    return memory


def judge(memory: NDArray[np.void], fixes: Fixes, codes: Longs, verdicts: Small, bounds: Bounds | None, rest: Rest | None) -> Judged:
    """Carry the memory of members on by their newest fixes, and tell which alarms begin and end.

    A fix that would need more than 60 m/s from both of the two before it is a jump: it is kept, and says nothing.

    Args:
        memory: one row for each member of `fixes`, in their order.
        fixes: in order, all later than what the memory knows.
        codes: their unit grids, 0 for none.
        verdicts: by place alone (`Fences.verdicts`).
        bounds, rest: None switches that alarm off.
    """
    after = memory.copy()
    who = np.searchsorted(memory["member"], fixes.member)
    verdicts = np.where(_jumps(memory, fixes, who, after), np.int8(Verdict.JUMP), verdicts)
    good = np.flatnonzero(verdicts != Verdict.JUMP)
    kept, codes_kept, who_kept = fixes.only(good), codes[good], who[good]
    last = _last_of_each(who_kept)
    newest: dict[str, NDArray[Any]] = {"good_at": kept.at, "good_lon": kept.lon, "good_lat": kept.lat, "accuracy": kept.accuracy_m}
    for name, values in (newest | {"grid": codes_kept, "verdict": verdicts[good]}).items():
        after[name][who_kept[last]] = values[last]
    turns = _signals_again(memory, after, kept, codes_kept, who_kept)
    turns += _crossings(memory, after, kept, codes_kept, who_kept, verdicts[good], bounds)
    turns += _rests(after, kept, codes_kept, who_kept, rest)
    return Judged(verdicts, after, tuple(sorted(turns, key=lambda turn: (turn.at, turn.member, turn.bit))))


def _jumps(memory: NDArray[np.void], fixes: Fixes, who: Longs, after: NDArray[np.void]) -> Flags:
    """Which fixes are too far from both of the two before; the last two go into the memory."""
    members = len(memory)
    places = np.arange(len(fixes)) + 2 * (who + 1)  # before each member's fixes stand the two that are remembered
    heads = np.searchsorted(who, np.arange(members)) + 2 * np.arange(members)
    at, lon, lat = (np.zeros(len(fixes) + 2 * members, dtype=kind) for kind in (np.int64, np.float64, np.float64))
    for row, name, given in ((at, "at", fixes.at), (lon, "lon", fixes.lon), (lat, "lat", fixes.lat)):
        row[heads], row[heads + 1], row[places] = memory[f"before_{name}"], memory[name], given
    ends = np.append(heads[1:], len(at)) - 1
    for name, row in (("at", at), ("lon", lon), ("lat", lat)):
        after[name], after[f"before_{name}"] = row[ends], row[ends - 1]

    def too_fast(back: int) -> tuple[Flags, Flags]:
        there = at[places - back] > 0
        far = metres(lon[places - back], lat[places - back], lon[places], lat[places])
        return there, far > FASTEST_M_PER_S * (at[places] - at[places - back])

    (known, fast), (known_before, fast_before) = too_fast(1), too_fast(2)
    jumps: Flags = known & fast & (~known_before | fast_before)
    return jumps


def _signals_again(memory: NDArray[np.void], after: NDArray[np.void], fixes: Fixes, codes: Longs, who: Longs) -> list[Turn]:
    """Members from whom nothing was heard are heard again."""
    silent = (memory["alarms"] & Bit.SILENT) > 0
    if not silent.any():
        return []
    first = np.flatnonzero(np.append(True, who[1:] != who[:-1]) & silent[who]) if len(who) else np.zeros(0, dtype=np.int64)
    after["alarms"][who[first]] &= ~np.int16(Bit.SILENT)
    return [_turn(fixes, codes, i, Bit.SILENT, False, int(fixes.at[i])) for i in map(int, first)]


def _crossings(
    memory: NDArray[np.void], after: NDArray[np.void], fixes: Fixes, codes: Longs, who: Longs, verdicts: Small, bounds: Bounds | None
) -> list[Turn]:
    """Count fixes in a row that say the same, and turn the alarm where there are enough of them. Fixes that are unsure say nothing."""
    sure = np.flatnonzero((verdicts == Verdict.INSIDE) | (verdicts == Verdict.OUTSIDE))
    if not len(sure):
        return []
    owner, at, said = who[sure], fixes.at[sure], verdicts[sure]
    first_of_member = np.append(True, owner[1:] != owner[:-1])
    before_at = np.where(first_of_member, memory["run_at"][owner], np.append(0, at[:-1]))
    before_said = np.where(first_of_member, memory["run_verdict"][owner], np.append(np.int8(0), said[:-1]))
    goes_on = (said == before_said) & (at - before_at <= GAP_SECONDS)
    begins = ~goes_on | first_of_member
    head = np.maximum.accumulate(np.where(begins, np.arange(len(sure)), 0))
    carried = goes_on[head]  # only a member's first fix can begin here and yet go on
    count = np.arange(len(sure)) - head + 1 + np.where(carried, memory["run_fixes"][owner], 0)
    since = np.where(carried, memory["run_since"][owner], at[head])
    last = _last_of_each(owner)
    for name, row in (("run_verdict", said), ("run_fixes", count), ("run_since", since), ("run_at", at)):
        after[name][owner[last]] = row[last]
    if bounds is None:
        return []
    enough = np.where(said == Verdict.OUTSIDE, (count >= bounds.fixes) & (at - since >= bounds.seconds), count >= bounds.fixes_back)
    known = np.flatnonzero(enough)
    if not len(known):
        return []
    outside = said[known] == Verdict.OUTSIDE
    first = np.append(True, owner[known][1:] != owner[known][:-1])
    was = np.where(first, (memory["alarms"][owner[known]] & Bit.OUTSIDE) > 0, np.append(False, outside[:-1]))
    latest = _last_of_each(owner[known])
    _set_bit(after, owner[known][latest], Bit.OUTSIDE, outside[latest])
    turned = known[outside != was]
    return [_turn(fixes, codes, int(sure[i]), Bit.OUTSIDE, bool(said[i] == Verdict.OUTSIDE), int(since[i])) for i in turned]


def _rests(after: NDArray[np.void], fixes: Fixes, codes: Longs, who: Longs, rest: Rest | None) -> list[Turn]:
    """Follow where each member came to rest, fix after fix, for all members together.

    The place of rest moves with the first fix that is clearly elsewhere, or that comes after a long gap.
    """
    if rest is None:
        return []
    starts = np.flatnonzero(np.append(True, who[1:] != who[:-1])) if len(who) else np.zeros(0, dtype=np.int64)
    lengths = np.diff(np.append(starts, len(who)))
    turns: list[Turn] = []
    step = 0
    while len(starts):
        at_fix = starts + step
        row = who[at_fix]
        at, lon, lat = fixes.at[at_fix], fixes.lon[at_fix], fixes.lat[at_fix]
        far = metres(after["rest_lon"][row], after["rest_lat"][row], lon, lat) > rest.radius_m + fixes.accuracy_m[at_fix]
        moved = far | (at - after["rest_at"][row] > GAP_SECONDS)
        away = row[moved]
        after["rest_lon"][away], after["rest_lat"][away], after["rest_since"][away] = lon[moved], lat[moved], at[moved]
        after["rest_at"][row] = at
        on = (after["alarms"][row] & Bit.STILL) > 0
        turned = np.where(on, far, at - after["rest_since"][row] >= rest.seconds)
        for i in np.flatnonzero(turned).tolist():
            since = int(at[i]) if on[i] else int(after["rest_since"][row[i]])
            turns.append(_turn(fixes, codes, int(at_fix[i]), Bit.STILL, not on[i], since))
        _set_bit(after, row[turned], Bit.STILL, ~on[turned])
        step += 1
        more = lengths > step
        starts, lengths = starts[more], lengths[more]
    return turns


def metres(lon: Floats, lat: Floats, to_lon: Floats, to_lat: Floats) -> Floats:
    """Distances over ground, flat: true to a hundredth up to a few hundred kilometres, which is all that a plausible step needs."""
    east = (to_lon - lon) * np.cos(np.radians((lat + to_lat) / 2))
    found: Floats = np.hypot(east, to_lat - lat) * METRES_PER_DEGREE
    return found


def _turn(fixes: Fixes, codes: Longs, i: int, bit: Bit, begins: bool, since: int) -> Turn:
    return Turn(int(fixes.member[i]), bit, begins, since, int(fixes.at[i]), float(fixes.lon[i]), float(fixes.lat[i]), int(codes[i]))


def _set_bit(memory: NDArray[np.void], rows: Longs, bit: Bit, on: Flags) -> None:
    held = memory["alarms"][rows]
    memory["alarms"][rows] = np.where(on, held | bit, held & ~bit)


def _last_of_each(owner: Longs) -> Longs:
    """Positions of the last of each run of equal owners."""
    if not len(owner):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(np.append(owner[1:] != owner[:-1], True))


def _middle(shape: Polygon | MultiPolygon) -> tuple[float, float]:
    west, south, east, north = shapely.bounds(shape).tolist()
    return (west + east) / 2, (south + north) / 2
