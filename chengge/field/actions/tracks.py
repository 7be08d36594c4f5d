"""Positions come in: refused, kept, judged, and turned into alarms, all in one transaction of a few statements, however many members.

The rows of `Whereabouts` are locked in the order of their members; what is later than all that is known of a member can then be in
no table yet and goes in by COPY. What comes too late to be judged is kept for the replay only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from django.db import connection, transaction
from django.utils.translation import gettext as _
from numpy.typing import ArrayLike, NDArray

from chengge import clock
from chengge.domain.errors import Forbidden, Refused
from chengge.domain.fences import MEMORY, Fixes, Verdict, judge, nothing_known
from chengge.domain.lifecycle import Post
from chengge.field import track_table
from chengge.field.actions.alarms import carry_out_turns
from chengge.field.queries.fences import alarm_rules, bounds_of, fences, rest_of
from chengge.foundation.queries import locate_many
from chengge.organization.queries import Actor, city_day

MOST_FIXES = 10_000  # in one batch
LEAST_ACCURACY_M = 500.0
CLOCK_AHEAD_SECONDS = 60  # by so much a phone's clock may be ahead of ours
OLDEST_SECONDS = 48 * 3600
BIGGEST_MEMBER = 2**31 - 1  # the table of fixes has no room for more
SEEN_EVERY_SECONDS = 60  # the row of a duty learns no oftener where its member is

DUTIES = """
SELECT duty.id, duty.member_id, extract(epoch FROM duty.starts_at)::bigint, extract(epoch FROM duty.ends_at)::bigint,
  coalesce(extract(epoch FROM duty.seen_at), 0)::bigint
FROM organization_duty duty
WHERE duty.member_id = ANY(%s) AND duty.ends_at > %s AND duty.starts_at <= %s AND duty.member_id IN (
  SELECT post.member_id FROM organization_memberpost post
  WHERE post.post = 'inspector' AND post.valid_from <= %s AND (post.valid_to IS NULL OR post.valid_to > %s)
)
ORDER BY duty.member_id, duty.starts_at
"""
MEET = """
INSERT INTO field_whereabouts (member_id, verdict, memory)
SELECT member.id, 0, '' FROM organization_member member WHERE member.id = ANY(%s) ORDER BY member.id
ON CONFLICT DO NOTHING
"""
LOCK = "SELECT member_id, memory FROM field_whereabouts WHERE member_id = ANY(%s) ORDER BY member_id FOR UPDATE"
STAGE = """
CREATE TEMP TABLE IF NOT EXISTS tracks_stage (
  member_id bigint, at timestamptz, lon float8, lat float8, accuracy_m smallint, grid_code bigint, verdict smallint, memory bytea
) ON COMMIT DELETE ROWS
"""
REMEMBER = """
UPDATE field_whereabouts known SET at = stage.at, lon = stage.lon, lat = stage.lat, accuracy_m = stage.accuracy_m,
  grid_code = nullif(stage.grid_code, 0), verdict = stage.verdict, memory = stage.memory
FROM tracks_stage stage WHERE known.member_id = stage.member_id
"""
SEEN = """
UPDATE organization_duty duty SET lon = seen.lon, lat = seen.lat, seen_at = seen.at
FROM unnest(%s::bigint[], %s::float8[], %s::float8[], %s::timestamptz[]) AS seen(id, lon, lat, at) WHERE duty.id = seen.id
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch.

    Attributes:
        kept: fixes that are in the table now because of this batch, `flagged` and `late` among them.
        flagged: kept as jumps: nobody moves so fast, so they say nothing.
        late: kept for the replay, but earlier than what was judged already.
        refused: by reason: `place`, `future`, `old`, `inaccurate`, `off_duty`, `repeated`.
    """

    kept: int = 0
    flagged: int = 0
    late: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    alarms: int = 0


def take_positions(actor: Actor, fixes: Sequence[Sequence[float]]) -> Taken:
    """Take in positions of one inspector: rows of epoch seconds, longitude, latitude, accuracy in metres.

    Sent again, a batch changes nothing. Positions count only on duty.

    Raises:
        Forbidden: the member is no inspector.
        Refused: a row is not four numbers, or there are too many rows.
    """
    if Post.INSPECTOR not in actor.posts or actor.member_id is None:
        raise Forbidden("post", _("Only inspectors go on duty in the field."))
    rows = _table(fixes, 4)
    return _take(np.full(len(rows), actor.member_id, dtype=np.int64), rows)


def take_gateway_positions(actor: Actor, fixes: Sequence[Sequence[float]]) -> Taken:
    """The same for many members at once, from a gateway of terminals: each row begins with the member's number.

    Raises:
        Forbidden: the actor is no administrator, in whose name gateways send.
    """
    if Post.ADMINISTRATOR not in actor.posts:
        raise Forbidden("post", _("Gateways of terminals send with a token of an administrator."))
    rows = _table(fixes, 5)
    numbered = (rows[:, 0] >= 1) & (rows[:, 0] <= BIGGEST_MEMBER)
    return _take(np.where(numbered, rows[:, 0], 0).astype(np.int64), rows[:, 1:])


def _table(fixes: ArrayLike, columns: int) -> NDArray[np.float64]:
    try:
        rows = np.asarray(fixes, dtype=np.float64)
    except (TypeError, ValueError):
        rows = np.zeros((1, 0))
    if rows.size == 0 and len(rows) == 0:
        return np.zeros((0, columns))
    if rows.ndim != 2 or rows.shape[1] != columns:
        raise Refused(
            "fixes",
            _("Each fix is a list of %(columns)d numbers.") % {"columns": columns},
            _("Seconds since 1970, longitude, latitude, accuracy in metres; a gateway puts the member's number before them."),
            field="fixes",
        )
    if len(rows) > MOST_FIXES:
        raise Refused("too_many", _("At most %(most)d fixes come in one batch.") % {"most": MOST_FIXES}, field="fixes")
    return rows


def _take(member: NDArray[np.int64], rows: NDArray[np.float64]) -> Taken:
    now = clock.now()
    refused: dict[str, int] = {}
    good = _plausible(rows, int(now.timestamp()), refused)
    fixes = Fixes(
        member[good], np.floor(rows[good, 0]).astype(np.int64), rows[good, 1].copy(), rows[good, 2].copy(), rows[good, 3].copy()
    ).in_order()
    _count(refused, "repeated", int(good.sum()) - len(fixes))
    if not len(fixes):
        return Taken(refused=refused)
    with transaction.atomic():
        return _take_in_order(fixes, refused, now)


def _take_in_order(fixes: Fixes, refused: dict[str, int], now: datetime) -> Taken:
    members = np.unique(fixes.member)
    track_table.ensure_months(_moment(int(fixes.at.min())), _moment(int(fixes.at.max())))
    with connection.cursor() as cursor:
        duties = _duties(cursor, members, fixes, now)
        on_duty = duties.hold(fixes)
        _count(refused, "off_duty", int((~on_duty).sum()))
        fixes = fixes.only(on_duty)
        if not len(fixes):
            return Taken(refused=refused)
        memory = lock_memory(cursor, np.unique(fixes.member))
        new = fixes.at > memory["at"][np.searchsorted(memory["member"], fixes.member)]
        late, fixes = fixes.only(~new), fixes.only(new)
        rules, ground = alarm_rules(city_day(now)), fences()
        margin_m, bounds = bounds_of(rules)
        added = 0
        if len(late):
            codes = locate_many(late.lon, late.lat)
            added = track_table.add_points((*_columns(late), codes, ground.verdicts(late, codes, margin_m)))
            _count(refused, "repeated", len(late) - added)
        if not len(fixes):
            return Taken(added, 0, added, refused)
        codes = locate_many(fixes.lon, fixes.lat)
        memory = memory[np.isin(memory["member"], fixes.member)]
        judged = judge(memory, fixes, codes, ground.verdicts(fixes, codes, margin_m), bounds, rest_of(rules))
        track_table.copy_points(*_columns(fixes), codes, judged.verdicts)
        _remember(cursor, judged.memory)
        duties.note_seen(cursor, judged.memory)
    begun = carry_out_turns(judged.turns, rules)
    return Taken(len(fixes) + added, int((judged.verdicts == Verdict.JUMP).sum()), added, refused, begun)


def _plausible(rows: NDArray[np.float64], now: int, refused: dict[str, int]) -> NDArray[np.bool_]:
    """Fixes that can be true at all; the others are counted under the first reason against them."""
    at, lon, lat, accuracy = rows.T
    reasons = {
        "place": ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90)) | ((lon == 0) & (lat == 0)),
        "future": ~(at <= now + CLOCK_AHEAD_SECONDS),
        "old": ~(at >= now - OLDEST_SECONDS),
        "inaccurate": ~((accuracy >= 0) & (accuracy <= LEAST_ACCURACY_M)),
    }
    good = np.ones(len(rows), dtype=np.bool_)
    for reason, bad in reasons.items():
        _count(refused, reason, int((good & bad).sum()))
        good &= ~bad
    return good


@dataclass(frozen=True, slots=True)
class _Duties:
    """Spans of duty of several members, in order of member and start. Parallel arrays."""

    id: NDArray[np.int64]
    starts: NDArray[np.int64]  # member and moment in one number
    ends: NDArray[np.int64]  # alike; the latest end of all spans of the member that began no later
    own_ends: NDArray[np.int64]
    seen: NDArray[np.int64]

    def hold(self, fixes: Fixes) -> NDArray[np.bool_]:
        """Which fixes were taken on duty: from the start of a span to before its end."""
        if not len(self.id):
            return np.zeros(len(fixes), dtype=np.bool_)
        key = _keyed(fixes.member, fixes.at)
        place = np.searchsorted(self.starts, key, side="right") - 1
        found: NDArray[np.bool_] = (place >= 0) & (self.ends[np.maximum(place, 0)] > key)
        return found

    def note_seen(self, cursor: object, memory: NDArray[np.void]) -> None:
        """Tell each duty that goes on where its member is, unless it has been told within the last minute."""
        key = _keyed(memory["member"], memory["good_at"])
        place = np.maximum(np.searchsorted(self.starts, key, side="right") - 1, 0)
        wanted = (self.own_ends[place] > key) & (memory["good_at"] - self.seen[place] >= SEEN_EVERY_SECONDS)
        if wanted.any():
            at = [_moment(second) for second in memory["good_at"][wanted].tolist()]
            cursor.execute(  # type: ignore[attr-defined]
                SEEN, [self.id[place[wanted]].tolist(), memory["good_lon"][wanted].tolist(), memory["good_lat"][wanted].tolist(), at]
            )


def _duties(cursor: object, members: NDArray[np.int64], fixes: Fixes, now: datetime) -> _Duties:
    first, last = _moment(int(fixes.at.min())), _moment(int(fixes.at.max()))
    day = city_day(now)
    cursor.execute(DUTIES, [members.tolist(), first, last, day, day])  # type: ignore[attr-defined]
    rows = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 5)  # type: ignore[attr-defined]
    ends = _keyed(rows[:, 1], rows[:, 3])
    return _Duties(rows[:, 0], _keyed(rows[:, 1], rows[:, 2]), np.maximum.accumulate(ends) if len(ends) else ends, ends, rows[:, 4])


def lock_memory(cursor: object, members: NDArray[np.int64]) -> NDArray[np.void]:
    """What is known of members, locked until the end of the transaction; in their order."""
    wanted = members.tolist()
    cursor.execute(LOCK, [wanted])  # type: ignore[attr-defined]
    rows = cursor.fetchall()  # type: ignore[attr-defined]
    if len(rows) < len(wanted):
        cursor.execute(MEET, [wanted])  # type: ignore[attr-defined]
        cursor.execute(LOCK, [wanted])  # type: ignore[attr-defined]
        rows = cursor.fetchall()  # type: ignore[attr-defined]
    return unpacked(rows)


def unpacked(rows: Sequence[tuple[int, bytes]]) -> NDArray[np.void]:
    """Memories from the table. One of another length is from another edition of the program and counts as none."""
    memory = nothing_known(np.array([member for member, _memory in rows], dtype=np.int64))
    held = [(i, bytes(kept)) for i, (_member, kept) in enumerate(rows) if len(kept) == MEMORY.itemsize]
    if held:
        memory[[i for i, _kept in held]] = np.frombuffer(b"".join(kept for _i, kept in held), dtype=MEMORY)
    return memory


def _remember(cursor: object, memory: NDArray[np.void]) -> None:
    cursor.execute(STAGE)  # type: ignore[attr-defined]
    cursor.execute("DELETE FROM tracks_stage")  # type: ignore[attr-defined]
    track_table.copy_columns(
        "tracks_stage",
        {
            "member_id": memory["member"].astype(">i8"),
            "at": track_table.moments(memory["good_at"]),
            "lon": memory["good_lon"].astype(">f8"),
            "lat": memory["good_lat"].astype(">f8"),
            "accuracy_m": np.rint(memory["accuracy"]).astype(">i2"),
            "grid_code": memory["grid"].astype(">i8"),
            "verdict": memory["verdict"].astype(">i2"),
            "memory": np.frombuffer(memory.tobytes(), dtype=f"V{MEMORY.itemsize}"),
        },
    )
    cursor.execute(REMEMBER)  # type: ignore[attr-defined]


def _columns(fixes: Fixes) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    return fixes.member, fixes.at, fixes.lon, fixes.lat, fixes.accuracy_m


def _keyed(member: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    found: NDArray[np.int64] = (member << 34) | second
    return found


def _count(refused: dict[str, int], reason: str, more: int) -> None:
    if more:
        refused[reason] = refused.get(reason, 0) + more


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
