"""Is the ledger whole, and is the present what it adds up to? `chengge ledger verify` and `rebuild`.

Cases are read in ranges of ids, several processes side by side; each entry's hash is computed again from its body, its
repeated columns are compared with the body, and the fold of all bodies with the rows of case, clocks, assignments and side paths.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson
from django.db import connection, connections, transaction

from chengge.casework import ledger, said
from chengge.domain.fold import FoldBroken, Folded, fold_entry
from chengge.domain.hashing import BEFORE_THE_FIRST, chained
from chengge.processes import pool

CASES_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: the case, its entry (0 where it is a row that differs), and what it is."""

    case_id: int
    number: str
    seq: int
    what: str


Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Present:
    """The rows of one case as they stand, in order; moments in epoch seconds. All but `facts` begin with the case's id.

    A pause is the number of its clock, from and to. A text is digest, salt and text.
    """

    facts: Row
    clocks: list[Row]
    pauses: list[Row]
    assignments: list[Row]
    side_paths: list[Row]
    texts: list[Row]


@dataclass(frozen=True, slots=True)
class Checked:
    """What one range of cases came to."""

    cases: int
    entries: int
    faults: tuple[Fault, ...]


def _epochs(alias: str, names: tuple[str, ...]) -> str:
    return ", ".join(f"date_part('epoch', {alias}.{name})::bigint" for name in names)


def _plain(alias: str, names: tuple[str, ...]) -> str:
    return ", ".join(f"{alias}.{name}" for name in names)


CASE_NAMES = (*ledger.FACTS, *ledger.MOMENTS)
CLOCK_NAMES = (*ledger.CLOCK_FACTS, *ledger.CLOCK_MOMENTS)
ASSIGNMENT_NAMES = (*ledger.ASSIGNMENT_FACTS, *ledger.ASSIGNMENT_MOMENTS)
SIDE_PATH_NAMES = (*ledger.SIDE_PATH_FACTS, *ledger.SIDE_PATH_MOMENTS)

PAUSES = """
SELECT clock.case_id, clock.ordinal, date_part('epoch', pause.paused_at)::bigint, date_part('epoch', pause.resumed_at)::bigint
FROM casework_clock clock JOIN casework_clockpause pause ON pause.clock_id = clock.id
WHERE clock.case_id >= %s AND clock.case_id < %s ORDER BY clock.case_id, clock.ordinal, pause.paused_at, pause.id
"""

NOTHING_YET = dict.fromkeys(CASE_NAMES) | ledger.NO_MARKS

ENTRIES = """
SELECT case_id, seq, date_part('epoch', at)::bigint, action, member_id, post, from_stage, to_stage, body, hash
FROM casework_ledgerentry WHERE case_id >= %s AND case_id < %s ORDER BY case_id, seq
"""
CASES = f"""
SELECT id, entry_count, last_hash, {_plain("c", ledger.FACTS)}, {_epochs("c", ledger.MOMENTS)}
FROM casework_case c WHERE id >= %s AND id < %s ORDER BY id
"""  # noqa: S608
CLOCKS = f"""
SELECT case_id, {_plain("c", ledger.CLOCK_FACTS)}, {_epochs("c", ledger.CLOCK_MOMENTS)}
FROM casework_clock c WHERE case_id >= %s AND case_id < %s ORDER BY case_id, ordinal
"""  # noqa: S608
ASSIGNMENTS = f"""
SELECT case_id, {_plain("c", ledger.ASSIGNMENT_FACTS)}, {_epochs("c", ledger.ASSIGNMENT_MOMENTS)}
FROM casework_assignment c WHERE case_id >= %s AND case_id < %s ORDER BY case_id, ordinal
"""  # noqa: S608
SIDE_PATHS = f"""
SELECT case_id, {_plain("c", ledger.SIDE_PATH_FACTS)}, {_epochs("c", ledger.SIDE_PATH_MOMENTS)}
FROM casework_sidepath c WHERE case_id >= %s AND case_id < %s ORDER BY case_id, ordinal
"""  # noqa: S608


def ranges() -> list[tuple[int, int]]:
    """Half-open ranges of case ids that cover all there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(min(id), 0), coalesce(max(id), -1) FROM casework_case")
        low, high = cursor.fetchone()
    return [(start, start + CASES_AT_ONCE) for start in range(low, high + 1, CASES_AT_ONCE)]


def verify(processes: int) -> Iterator[Checked]:
    """Check every case, range by range, as the ranges get done in order of ids."""
    todo = ranges()
    if processes <= 1 or len(todo) <= 1:
        yield from map(check_range, todo)
        return
    connections.close_all()
    with pool(processes) as workers:
        yield from workers.map(check_range, todo)


def check_range(span: tuple[int, int]) -> Checked:
    """Check the cases with ids in one half-open range, as they stand at one moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.savepoint_ids == []:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return _check(cursor, span)


def _check(cursor: Any, span: tuple[int, int]) -> Checked:
    faults: list[Fault] = []
    cases = _rows(cursor, CASES, span)
    clocks, pauses, assignments, side_paths, texts, told = (
        _grouped(cursor, statement, span) for statement in (CLOCKS, PAUSES, ASSIGNMENTS, SIDE_PATHS, said.TEXTS, ENTRIES)
    )
    entries = sum(map(len, told.values()))
    none: list[Row] = []
    for case_id, entry_count, last_hash, *facts in cases:
        rows = told.pop(case_id, [])
        present = Present(tuple(facts), *(rows_of.get(case_id, none) for rows_of in (clocks, pauses, assignments, side_paths, texts)))
        fault = _check_case(rows, entry_count, bytes(last_hash), present)
        if fault is not None:
            faults.append(Fault(case_id, facts[0], *fault))
    faults += [Fault(case_id, "", rows[0][1], "an entry whose case is gone") for case_id, rows in told.items()]
    return Checked(len(cases), entries, tuple(faults))


def _check_case(rows: list[Row], entry_count: int, last_hash: bytes, present: Present) -> tuple[int, str] | None:
    state = Folded()
    before = BEFORE_THE_FIRST
    loads = orjson.loads
    for _case, seq, at, action, member, post, source, target, text, chain in rows:
        before = chained(before, text)
        if before != bytes(chain):
            return seq, "its hash does not follow from the entry before and its body"
        body = loads(text)
        if (seq, at, action, member, post, source, target) != (
            body["seq"], body["at"], body["action"], body["member"], body["post"], body["from"], body["to"],
        ):  # fmt: skip
            return seq, "its columns say something else than its body"
        try:
            fold_entry(state, body)
        except FoldBroken as broken:
            return seq, str(broken)
    if len(rows) != entry_count or before != last_hash:
        return len(rows), f"the case counts {entry_count} entries and another last hash: entries at the end are missing or added"
    try:
        reveal(state, present.texts)
    except said.SaidBroken as broken:
        return 0, str(broken)
    return _difference(state, present)


def reveal(state: Folded, texts: list[Row]) -> None:
    """Put what people said in place of the hashes that the entries keep of it. Raises SaidBroken."""
    kept = {digest: (salt, text) for _case, digest, salt, text in texts}
    for name in said.PERSONAL:
        if name in state.case:
            state.case[name] = said.reveal(state.case[name], kept)


def _difference(state: Folded, present: Present) -> tuple[int, str] | None:
    """The first row that is not what the entries add up to."""
    for what, names, rows, folded in (
        ("case", CASE_NAMES, [(0, *present.facts)], [NOTHING_YET | state.case]),
        ("clock", CLOCK_NAMES, present.clocks, state.clocks),
        ("assignment", ASSIGNMENT_NAMES, present.assignments, state.assignments),
        ("side path", SIDE_PATH_NAMES, present.side_paths, state.side_paths),
    ):
        if len(rows) != len(folded):
            return 0, f"the case has {len(rows)} rows of {what}; its entries add up to {len(folded)}"
        told = itemgetter(*names)
        for ordinal, (row, fold) in enumerate(zip(rows, folded, strict=True)):
            if row[1:] != told(fold):
                name, value = next((name, value) for name, value in zip(names, row[1:], strict=True) if fold[name] != value)
                return 0, f"{name} of {what} {ordinal} is {value!r}; the entries add up to {fold[name]!r}"
    stood = [pause[1:] for pause in present.pauses]
    paused = [(ordinal, *pause) for ordinal, clock in enumerate(state.clocks) for pause in clock["pauses"]]
    if paused != stood:
        return 0, f"its clocks stood still at {stood!r}; its entries add up to {paused!r}"
    return None


def rebuild(case_id: int) -> bool:
    """Write a case, its clocks, assignments and side paths anew from its entries. Returns whether anything was different.

    Raises:
        FoldBroken: the entries themselves do not hang together; nothing is changed.
        SaidBroken: what is kept beside them is not what was said; nothing is changed.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM casework_case WHERE id = %s FOR UPDATE", [case_id])
        span = (case_id, case_id + 1)
        if not _check(cursor, span).faults:
            return False
        state = Folded()
        chain = BEFORE_THE_FIRST
        for row in _grouped(cursor, ENTRIES, span).get(case_id, []):
            chain = chained(chain, row[8])
            if chain != bytes(row[9]):
                raise FoldBroken(f"entry {row[1]} of case {case_id}: its hash does not follow from the entry before and its body")
            fold_entry(state, orjson.loads(row[8]))
        state.case = ledger.NO_MARKS | state.case
        reveal(state, _grouped(cursor, said.TEXTS, span).get(case_id, []))
        ledger.write_anew(cursor, case_id, state, chain)
        return True


def _rows(cursor: Any, statement: str, span: tuple[int, int]) -> list[Row]:
    return list(_read(cursor, statement, span))


def _grouped(cursor: Any, statement: str, span: tuple[int, int]) -> dict[int, list[Row]]:
    """Rows by their first column, in order."""
    return {case_id: list(rows) for case_id, rows in groupby(_read(cursor, statement, span), itemgetter(0))}


def _read(cursor: Any, statement: str, span: tuple[int, int]) -> list[Row]:
    """Rows as PostgreSQL keeps them, without a detour through text: half the time of reading."""
    with cursor.connection.cursor(binary=True) as plain:
        return plain.execute(statement, span).fetchall()
