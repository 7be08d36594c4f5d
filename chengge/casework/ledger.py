"""The ledger: writing an entry with all it changes, and reading a case back from its entries.

The statements are written by hand because every action of every case runs through them; docs/performance.md shows what
that saves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from psycopg.pq import Format

from chengge.casework import said, search
from chengge.casework.models import Case, Clock
from chengge.domain.fold import NEW_SIDE_PATH, WHOLE_LIMIT, Body, Folded
from chengge.domain.hashing import BEFORE_THE_FIRST, canonical, chained

# The columns of a case that its entries fold into; moments are epoch seconds in the ledger.
MOMENTS = (
    "reported_at", "filed_at", "dispatched_at", "handled_at", "ended_at", "due_at", "yellow_at", "changed_at", "suspended_until",
    "undo_until",
)  # fmt: skip
FACTS = (
    "number", "stage", "channel", "kind", "problem_class_id", "rule_id", "description", "place", "lon", "lat", "grid_code", "area_class",
    "component_code", "urgent", "department_id", "organization_id", "level", "self_disposed", "rework_count", "return_count",
    "wrong_dispatch_count", "reopen_count", "merged_into_id", "asked", "extension_count", "suspension_count", "supervision", "urge_count",
    "appealed", "excused", "part_holders", "parts_back", "fed_back",
)  # fmt: skip
CLOCK_MOMENTS = ("started_at", "running_since", "yellow_at", "due_at", "paused_at", "stopped_at")
CLOCK_FACTS = (
    "kind", "level", "organization_id", "limit_amount", "limit_unit", "limit_seconds", "continuous", "calendar_id",
    "worked_seconds", "overdue", "share_percent",
)  # fmt: skip
ASSIGNMENT_MOMENTS = ("started_at", "ended_at")
ASSIGNMENT_FACTS = ("level", "organization_id", "outcome", "part", "above")
SIDE_PATH_MOMENTS = ("asked_at", "answer_due_at", "until", "answered_at", "ended_at")
SIDE_PATH_FACTS = ("kind", "organization_id", "asked_seq", "basis", "degree", "outcome")

# What a case has before anything is counted against it.
NO_MARKS: dict[str, Any] = {
    "self_disposed": False, "rework_count": 0, "return_count": 0, "wrong_dispatch_count": 0, "reopen_count": 0, "asked": "",
    "extension_count": 0, "suspension_count": 0, "supervision": "", "urge_count": 0, "appealed": False, "excused": False,
    "undo_until": None, "parts_back": 0, "fed_back": False,
}  # fmt: skip

CASE_COLUMNS = tuple(field.attname for field in Case._meta.concrete_fields)
CLOCK_COLUMNS = tuple(field.attname for field in Clock._meta.concrete_fields)

# The case is locked, and all that is asked about it is read with it: running clocks, and `told`. Whoever had to wait for the lock sees
# the case as it is now and the rest as it was when the question was sent; `seen` tells, and the question is asked once more.
IN_HAND = """
SELECT {columns} FROM casework_case
LEFT JOIN casework_clock clock ON clock.case_id = casework_case.id AND clock.stopped_at IS NULL {told}
WHERE casework_case.id = %s ORDER BY clock.ordinal FOR NO KEY UPDATE OF casework_case
"""
IN_HAND_COLUMNS = (
    *(f"casework_case.{column}" for column in CASE_COLUMNS),
    *(f"clock.{column}" for column in CLOCK_COLUMNS),
    "(SELECT max(ordinal) + 1 FROM casework_clock WHERE case_id = %s) AS clocks",
    "(SELECT entry_count FROM casework_case WHERE id = %s) AS seen",
)
ASSIGNMENTS = """
SELECT ordinal, ended_at IS NULL, organization_id, level, part, outcome, ended_at, above
FROM casework_assignment WHERE case_id = %s ORDER BY ordinal
"""
HOLDERS = "SELECT organization_id FROM casework_assignment WHERE case_id = %s AND ended_at IS NULL ORDER BY ordinal"

INSERT_ENTRY = """
INSERT INTO casework_ledgerentry
  (case_id, seq, at, action, member_id, post, organization_id, from_stage, to_stage, reason, origin, key, body, hash)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
RETURNING id
"""
RETIMED = ("limit_amount", "limit_unit", "limit_seconds", "continuous", "calendar_id", "yellow_at", "due_at")
STARTED = ("kind", "level", "organization_id", *RETIMED, "share_percent")
START_CLOCK = f"""
INSERT INTO casework_clock (case_id, ordinal, {", ".join(STARTED)}, started_at, running_since, worked_seconds)
VALUES (%s, %s{", %s" * len(STARTED)}, %s, %s, 0)
"""  # noqa: S608
STOP_CLOCK = (
    "UPDATE casework_clock SET stopped_at = %s, worked_seconds = %s, overdue = %s, paused_at = NULL WHERE case_id = %s AND ordinal = %s"
)
PAUSE_CLOCK = "UPDATE casework_clock SET paused_at = %s, worked_seconds = %s WHERE case_id = %s AND ordinal = %s"
RESUME_CLOCK = """
UPDATE casework_clock SET paused_at = NULL, running_since = %s, yellow_at = %s, due_at = %s WHERE case_id = %s AND ordinal = %s
"""
RETIME_CLOCK = f"UPDATE casework_clock SET {', '.join(f'{name} = %s' for name in RETIMED)} WHERE case_id = %s AND ordinal = %s"  # noqa: S608
START_PAUSE = """
INSERT INTO casework_clockpause (clock_id, paused_at) SELECT id, %s FROM casework_clock WHERE case_id = %s AND ordinal = %s
"""
END_PAUSE = """
UPDATE casework_clockpause SET resumed_at = %s
WHERE resumed_at IS NULL AND clock_id = (SELECT id FROM casework_clock WHERE case_id = %s AND ordinal = %s)
"""
START_ASSIGNMENT = """
INSERT INTO casework_assignment (case_id, ordinal, level, organization_id, part, above, started_at, outcome)
VALUES (%s, %s, %s, %s, %s, %s, %s, '')
"""
END_ASSIGNMENT = "UPDATE casework_assignment SET ended_at = %s, outcome = %s WHERE case_id = %s AND ordinal = %s"
OPEN_SIDE_PATH = f"""
INSERT INTO casework_sidepath (case_id, ordinal, {", ".join((*SIDE_PATH_FACTS, *SIDE_PATH_MOMENTS))})
VALUES (%s, %s{", %s" * len((*SIDE_PATH_FACTS, *SIDE_PATH_MOMENTS))})
"""  # noqa: S608
SIDE_PATHS = "SELECT ordinal, kind, ended_at IS NULL, answered_at IS NULL FROM casework_sidepath WHERE case_id = %s ORDER BY ordinal"


Statement = tuple[str, list[Any]]


class Ask(NamedTuple):
    """Something asked about a case while it is taken in hand: told by one row of `width` columns, the first of them never NULL, or none."""

    statement: str
    values: list[Any]
    width: int


@dataclass(slots=True)
class Draft:
    """An entry about to be written: the body as it will stand in the ledger, and who sent it."""

    body: Body
    key: str | None = None


@dataclass(slots=True)
class Locked:
    """A case in hand: its row is locked until the transaction ends.

    Attributes:
        running: its clocks that are not stopped, in the order of their start.
        clock_count: how many clocks it has had so far; the number of the next one.
        told: the first row that answers each further question asked with the lock, None where there is none.
    """

    case: Case
    running: list[Clock]
    clock_count: int
    told: list[tuple[Any, ...] | None] = field(default_factory=list)


def lock(case_id: int, asked: Sequence[Ask] = ()) -> Locked | None:
    """Take a case in hand, with what is `asked` about it; None if there is no such case. One query, two if somebody else had it."""
    statement = _in_hand(tuple((question.statement, question.width) for question in asked))
    values = [case_id, case_id, *(value for question in asked for value in question.values), case_id]
    count, seen = len(CASE_COLUMNS) + len(CLOCK_COLUMNS), CASE_COLUMNS.index("entry_count")
    with connection.cursor() as cursor:
        cursor.cursor.format = Format.BINARY  # so many columns, and moments above all, are read in much less time
        cursor.execute(statement, values)
        rows = cursor.fetchall()
        while rows and rows[0][seen] != rows[0][count + 1]:
            cursor.execute(statement, values)
            rows = cursor.fetchall()
    if not rows:
        return None
    told, start = [], count + 2
    for question in asked:
        row = rows[0][start : start + question.width]
        told.append(row if row[0] is not None else None)
        start += question.width
    return Locked(
        Case.from_db("default", CASE_COLUMNS, rows[0][: len(CASE_COLUMNS)]),
        [Clock.from_db("default", CLOCK_COLUMNS, row[len(CASE_COLUMNS) : count]) for row in rows if row[len(CASE_COLUMNS)] is not None],
        rows[0][count] or 0,
        told,
    )


@cache
def _in_hand(asked: tuple[tuple[str, int], ...]) -> str:
    """The statement that takes a case in hand and asks these questions, each with the number of its columns."""
    names = [[f"told_{place}_{column}" for column in range(width)] for place, (_statement, width) in enumerate(asked)]
    joins = (
        f"LEFT JOIN LATERAL ({statement}) told_{place}({', '.join(columns)}) ON true"
        for place, ((statement, _width), columns) in enumerate(zip(asked, names, strict=True))
    )
    return IN_HAND.format(columns=", ".join((*IN_HAND_COLUMNS, *(name for columns in names for name in columns))), told=" ".join(joins))


class Held(NamedTuple):
    """An assignment of a case.

    Attributes:
        part: what of the case it is about; empty: the whole.
        above: the ordinal of the part that was passed on by it; none where whoever holds the case gave it.
    """

    ordinal: int
    lasts: bool
    organization_id: int
    level: int
    part: str
    outcome: str
    ended_at: datetime | None
    above: int | None


def assignments_of(case_id: int) -> list[Held]:
    """Every assignment of a case, in order. One query."""
    with connection.cursor() as cursor:
        cursor.execute(ASSIGNMENTS, [case_id])
        return [Held(*row) for row in cursor.fetchall()]


def asking_for_holders(case_id: int) -> Ask:
    """Asks in whose hands a case and its parts are: one row, the organizations from the one it was dispatched to down."""
    return Ask(f"SELECT ARRAY({HOLDERS})", [case_id], 1)


def side_paths_of(case_id: int) -> list[tuple[int, str, bool, bool]]:
    """Ordinal, kind, whether it lasts and whether it is unanswered, of every side path of a case, in order. One query."""
    with connection.cursor() as cursor:
        cursor.execute(SIDE_PATHS, [case_id])
        return cursor.fetchall()


def open_case(draft: Draft, moment: datetime, words: str) -> tuple[int, int]:
    """Write the first entry of a case, the case, and what it is found by. Returns the ids of case and entry. Two queries."""
    body = draft.body
    columns = NO_MARKS | _columns(body["case"])
    texts = said.hide(body)
    text = canonical(body)
    chain = chained(BEFORE_THE_FIRST, text)
    columns |= {"entry_count": 1, "last_hash": chain, "changed_at": moment}
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO casework_case ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))}) RETURNING id",  # noqa: S608
            list(columns.values()),
        )
        (case_id,) = cursor.fetchone()
        changes = [*_moves(case_id, body, moment, 0), *_kept(case_id, texts), search.writing(case_id, words)]
        return case_id, _write(cursor, changes, _entry(case_id, draft, text, chain, moment))[0]


def append(
    locked: Locked, draft: Draft, moment: datetime, also: Sequence[Statement] = (), proofs: Statement | None = None
) -> tuple[int, int]:
    """Write one more entry of a locked case, and all that it changes: case, clocks, assignments, and `also` what is told. One query.

    Args:
        proofs: binds photos to the entry, which it calls `entry`.

    Returns:
        The entry's id, and how many rows `proofs` bound.
    """
    case_id, body = locked.case.pk, draft.body
    columns = _columns(body["case"])
    texts = said.hide(body)
    text = canonical(body)
    chain = chained(bytes(locked.case.last_hash), text)
    columns |= {"entry_count": body["seq"], "last_hash": chain, "changed_at": moment}
    fold: Statement = (
        f"UPDATE casework_case SET {', '.join(f'{column} = %s' for column in columns)} WHERE id = %s",  # noqa: S608
        [*columns.values(), case_id],
    )
    changes = [fold, *_moves(case_id, body, moment, locked.clock_count), *_kept(case_id, texts), *also]
    with connection.cursor() as cursor:
        return _write(cursor, changes, _entry(case_id, draft, text, chain, moment), proofs)


def _kept(case_id: int, texts: list[said.Said]) -> list[Statement]:
    return [said.insertion(case_id, texts)] if texts else []


def _write(cursor: Any, changes: list[Statement], entry: Statement, proofs: Statement | None = None) -> tuple[int, int]:
    """Send the entry and all that it changes to the server as one statement: they touch different rows, so order is free."""
    sent = [(f"change_{number}", *change) for number, change in enumerate(changes)] + [("entry", *entry)]
    if proofs is not None:
        sent.append(("bound", *proofs))
    parts = ", ".join(f"{name} AS ({statement})" for name, statement, _values in sent)
    bound = "(SELECT count(*) FROM bound)" if proofs is not None else "0"
    cursor.execute(f"WITH {parts} SELECT id, {bound} FROM entry", [value for _name, _statement, values in sent for value in values])  # noqa: S608
    entry_id, count = cursor.fetchone()
    return int(entry_id), int(count)


def write_anew(cursor: Any, case_id: int, folded: Folded, chain: bytes) -> None:
    """Replace the rows of case, clocks, pauses, assignments and side paths by what the entries add up to, its texts revealed."""
    columns = _columns(folded.case) | {"entry_count": folded.entry_count, "last_hash": chain}
    cursor.execute(
        f"UPDATE casework_case SET {', '.join(f'{column} = %s' for column in columns)} WHERE id = %s",  # noqa: S608
        [*columns.values(), case_id],
    )
    cursor.execute("DELETE FROM casework_clockpause WHERE clock_id IN (SELECT id FROM casework_clock WHERE case_id = %s)", [case_id])
    for table, names, moments, rows in (
        ("casework_clock", CLOCK_FACTS, CLOCK_MOMENTS, folded.clocks),
        ("casework_assignment", ASSIGNMENT_FACTS, ASSIGNMENT_MOMENTS, folded.assignments),
        ("casework_sidepath", SIDE_PATH_FACTS, SIDE_PATH_MOMENTS, folded.side_paths),
    ):
        cursor.execute(f"DELETE FROM {table} WHERE case_id = %s", [case_id])  # noqa: S608
        for ordinal, row in enumerate(rows):
            values = {name: row[name] for name in names} | {name: _moment(row[name]) for name in moments}
            cursor.execute(
                f"INSERT INTO {table} (case_id, ordinal, {', '.join(values)}) VALUES (%s, %s{', %s' * len(values)})",  # noqa: S608
                [case_id, ordinal, *values.values()],
            )
    for ordinal, clock in enumerate(folded.clocks):
        for paused, resumed in clock["pauses"]:
            cursor.execute(START_PAUSE, [_moment(paused), case_id, ordinal])
            if resumed is not None:
                cursor.execute(END_PAUSE, [_moment(resumed), case_id, ordinal])


def _entry(case_id: int, draft: Draft, text: str, chain: bytes, moment: datetime) -> Statement:
    body = draft.body
    return INSERT_ENTRY, [
        case_id, body["seq"], moment, body["action"], body["member"], body["post"], body["organization"], body["from"], body["to"],
        body["reason"], body["origin"], draft.key, text, chain,
    ]  # fmt: skip


def _columns(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: datetime.fromtimestamp(value, UTC) if name in MOMENTS and value is not None else value for name, value in facts.items()}


def _moves(case_id: int, body: Body, at: datetime, clock_count: int) -> list[Statement]:
    """What an entry does to the rows of clocks, pauses and assignments."""
    done: list[Statement] = []
    for move in body["clocks"]:
        here = [case_id, move.get("n")]
        match move["op"]:
            case "start":
                done.append((START_CLOCK, [case_id, clock_count, *(_told(WHOLE_LIMIT | move, name) for name in STARTED), at, at]))
                clock_count += 1
            case "stop":
                done.append((STOP_CLOCK, [at, move["worked_seconds"], move["overdue"], *here]))
            case "pause":
                done.append((PAUSE_CLOCK, [at, move["worked_seconds"], *here]))
                done.append((START_PAUSE, [at, *here]))
            case "resume":
                done.append((RESUME_CLOCK, [at, _moment(move["yellow_at"]), _moment(move["due_at"]), *here]))
                done.append((END_PAUSE, [at, *here]))
            case "retime":
                done.append((RETIME_CLOCK, [*(_told(move, name) for name in RETIMED), *here]))
    for move in body["assignments"]:
        if move["op"] == "start":
            of = [move["level"], move["organization_id"], move.get("part", ""), move.get("above")]
            done.append((START_ASSIGNMENT, [case_id, move["n"], *of, at]))
        else:
            done.append((END_ASSIGNMENT, [at, move["outcome"], case_id, move["n"]]))
    for move in body.get("side_paths", ()):
        done.append(_side_path(case_id, move, at))
    return done


def _side_path(case_id: int, move: dict[str, Any], at: datetime) -> Statement:
    """What an entry does to the row of a request or an order."""
    said = {name: _moment(value) if name in SIDE_PATH_MOMENTS else value for name, value in move.items() if name not in {"op", "n"}}
    if move["op"] == "open":
        whole = NEW_SIDE_PATH | {"asked_at": at} | said
        return OPEN_SIDE_PATH, [case_id, move["n"], *(whole[name] for name in (*SIDE_PATH_FACTS, *SIDE_PATH_MOMENTS))]
    changes = ", ".join(f"{name} = %s" for name in said)
    return f"UPDATE casework_sidepath SET {changes} WHERE case_id = %s AND ordinal = %s", [*said.values(), case_id, move["n"]]  # noqa: S608


def _told(move: dict[str, Any], name: str) -> Any:
    return _moment(move[name]) if name in CLOCK_MOMENTS else move[name]


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
