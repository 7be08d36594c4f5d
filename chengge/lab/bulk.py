"""A city's years at once: ended cases of the simulation, lived again at other times, with ledgers as true as the first ones.

Every pattern went through the one door, by itself: cases that share reports with others are left out. Its copies keep who
did what, where and why; their moments lie whole weeks earlier (so weekdays stay), each has a number of its own, and its chain of
hashes is computed anew, entry by entry.
`chengge ledger verify` finds no difference. What is not true of a copy: a holiday may fall where none fell for its
pattern, and its photos are named in the ledger but not kept a second time.

Ledger entries go in by COPY, rows that the entries fold into by INSERT … SELECT from the pattern's rows. Checks of
foreign keys are off for these sessions: every reference is taken from a row that passed them.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

import orjson
from django.db import connection, connections, transaction
from django.db.models import Field, Model

from chengge.casework import ledger
from chengge.casework.models import Assignment, Case, CaseSerial, Clock, Report, SaidText, Task
from chengge.domain.hashing import BEFORE_THE_FIRST, canonical, chained
from chengge.organization.queries import city_day
from chengge.processes import pool

WEEKS_APART = 5  # patterns lie within 31 days, so that windows do not overlap
WINDOWS = 20
MOST_PATTERNS = 4_000
A_MOMENT = "⟦moment⟧"  # stands in a template where a copy has its own moment; a text that held it would be refused below
A_NUMBER = "⟦number⟧"
MOMENTS = frozenset({"at", *ledger.MOMENTS, *ledger.CLOCK_MOMENTS})

PATTERNS = """
SELECT id FROM casework_case
WHERE stage IN ('closed', 'rejected', 'voided', 'transferred') AND reported_at > now() - interval '31 days'
  AND (SELECT count(*) FROM casework_report WHERE casework_report.case_id = casework_case.id) = 1
  AND NOT EXISTS (SELECT 1 FROM casework_case merged WHERE merged.merged_into_id = casework_case.id)
ORDER BY md5(number) LIMIT %s
"""
ENTRIES = """
SELECT case_id, seq, at, action, member_id, post, organization_id, from_stage, to_stage, reason, origin, body
FROM casework_ledgerentry WHERE case_id = ANY(%s) ORDER BY case_id, seq
"""
COPY_ENTRIES = """
COPY casework_ledgerentry
  (case_id, seq, at, action, member_id, post, organization_id, from_stage, to_stage, reason, origin, body, hash) FROM STDIN
"""
COPY_PAUSES = """
INSERT INTO casework_clockpause (clock_id, paused_at, resumed_at)
SELECT mine.id, pause.paused_at - %(shift)s, pause.resumed_at - %(shift)s
FROM copied JOIN casework_clock theirs ON theirs.case_id = copied.pattern_id JOIN casework_clockpause pause ON pause.clock_id = theirs.id
JOIN casework_clock mine ON mine.case_id = copied.case_id AND mine.ordinal = theirs.ordinal
"""


@dataclass(frozen=True, slots=True)
class Template:
    """An entry of a pattern: its plain columns, and its body cut open where the moments stand."""

    seq: int
    at: datetime
    columns: tuple[Any, ...]
    pieces: tuple[str, ...]
    moments: tuple[int, ...]

    def body(self, shift_seconds: int, number: str) -> str:
        """The body of a copy: canonical again, with its own moments and, in the first entry, its own number."""
        text = self.pieces[0] + "".join(f"{at - shift_seconds}{piece}" for at, piece in zip(self.moments, self.pieces[1:], strict=True))
        return text.replace(A_NUMBER, number, 1) if self.seq == 1 else text


@dataclass(frozen=True, slots=True)
class Patterns:
    """The patterns' entries, and the county that their numbers name, by case id."""

    entries: dict[int, list[Template]]
    county: dict[int, int]


@dataclass(frozen=True, slots=True)
class Share:
    """What one process does in one window: so many weeks back, from which case id on, how many copies."""

    weeks: int
    first_id: int
    copies: int


def load(cases: int, processes: int) -> Iterator[int]:
    """Write `cases` cases; yields how many came in with each batch. Raises ValueError where there are no patterns."""
    patterns = pattern_ids()
    if not patterns:
        raise ValueError(
            "there are no ended cases of the last month to copy: let the city live for some days first (`chengge simulate --days 20`)"
        )
    first_id = _reserve(cases)
    per_window, more = divmod(cases, WINDOWS)
    shares = []
    for window in range(WINDOWS):
        copies = per_window + (window < more)
        if copies:
            shares.append(Share((window + 1) * WEEKS_APART, first_id, copies))
        first_id += copies
    connections.close_all()
    with pool(processes) as workers:
        yield from workers.map(copy_window, shares)


def copy_window(share: Share) -> int:
    """Write the copies of one window, batch by batch; returns how many."""
    ids = pattern_ids()
    patterns = _read(tuple(ids))
    shift = timedelta(weeks=share.weeks)
    serials = _serials()
    done = 0
    while done < share.copies:
        batch = ids[: share.copies - done]
        with transaction.atomic():
            _copy(patterns, batch, share.first_id + done, shift, serials)
        done += len(batch)
    return done


def _copy(patterns: Patterns, batch: list[int], first_id: int, shift: timedelta, serials: Counter[tuple[date, int]]) -> None:
    seconds = int(shift.total_seconds())
    days: set[tuple[date, int]] = set()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("CREATE TEMP TABLE copied (case_id bigint, pattern_id bigint, number text, last_hash bytea) ON COMMIT DROP")
        heads = []
        with cursor.copy(COPY_ENTRIES) as copy:
            for case_id, pattern_id in enumerate(batch, first_id):
                entries, county = patterns.entries[pattern_id], patterns.county[pattern_id]
                day = city_day(entries[0].at - shift)
                serials[day, county] += 1
                days.add((day, county))
                number = f"{day:%Y%m%d}{county:06d}{serials[day, county]:06d}"
                chain = BEFORE_THE_FIRST
                for entry in entries:
                    text = entry.body(seconds, number)
                    chain = chained(chain, text)
                    copy.write_row((case_id, entry.seq, entry.at - shift, *entry.columns, text, chain))
                heads.append((case_id, pattern_id, number, chain))
        with cursor.copy("COPY copied FROM STDIN") as copy:
            for head in heads:
                copy.write_row(head)
        moved: dict[str, Any] = {"shift": shift}
        own = {"number": "copied.number", "last_hash": "copied.last_hash", "id": "copied.case_id"}
        cursor.execute(_insert(Case, "id", own), moved)
        cursor.execute(
            "INSERT INTO casework_casetext SELECT copied.case_id, terms FROM copied JOIN casework_casetext t ON t.case_id = pattern_id"
        )
        for model in (Report, Clock, Assignment, Task, SaidText):
            cursor.execute(_insert(model, "case_id", {"case_id": "copied.case_id", "key": "NULL", "token_hash": "''"}), moved)
        cursor.execute(COPY_PAUSES, moved)
        for day, county in days:
            CaseSerial.objects.update_or_create(day=day, county=county, defaults={"taken": serials[day, county]})


def _insert(model: type[Model], case_column: str, own: dict[str, str]) -> str:
    """INSERT … SELECT of the copies' rows of one table: moments moved, `own` columns replaced, all else as it was."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key or field.attname in own]
    values = ", ".join(own.get(field.attname) or _moved(field) for field in fields)
    names = ", ".join(str(field.column) for field in fields)
    table = model._meta.db_table
    return f"INSERT INTO {table} ({names}) SELECT {values} FROM copied JOIN {table} theirs ON theirs.{case_column} = copied.pattern_id"  # noqa: S608


def _moved(field: "Field[Any, Any]") -> str:
    return f"theirs.{field.column} - %(shift)s" if field.get_internal_type() == "DateTimeField" else f"theirs.{field.column}"


def pattern_ids() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(PATTERNS, [MOST_PATTERNS])
        return [row[0] for row in cursor.fetchall()]


@lru_cache(maxsize=1)
def _read(ids: tuple[int, ...]) -> Patterns:
    read = Patterns({pattern_id: [] for pattern_id in ids}, {})
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES, [list(ids)])
        for case_id, seq, at, *columns, text in cursor.fetchall():
            body = orjson.loads(text)
            if seq == 1:
                read.county[case_id] = int(body["case"]["number"][8:14])
                body["case"]["number"] = A_NUMBER
            read.entries[case_id].append(_template(seq, at, tuple(columns), body))
    return read


def _template(seq: int, at: datetime, columns: tuple[Any, ...], body: dict[str, Any]) -> Template:
    moments: list[int] = []
    pieces = tuple(canonical(_opened(body, moments)).split(f'"{A_MOMENT}"'))
    if len(pieces) != len(moments) + 1:
        raise ValueError(f"entry {seq} holds the mark that stands for moments in a text of its own")
    return Template(seq, at.astimezone(UTC), columns, pieces, tuple(moments))


def _opened(value: Any, moments: list[int]) -> Any:
    """`value` with a mark in place of each moment; the moments in the order in which canonical JSON writes them."""
    if isinstance(value, list):
        return [_opened(item, moments) for item in value]
    if not isinstance(value, dict):
        return value
    opened = {}
    for name in sorted(value):
        if name in MOMENTS and isinstance(value[name], int):
            moments.append(value[name])
            opened[name] = A_MOMENT
        else:
            opened[name] = _opened(value[name], moments)
    return opened


def _serials() -> Counter[tuple[date, int]]:
    return Counter({(serial.day, serial.county): serial.taken for serial in CaseSerial.objects.all()})


def _reserve(cases: int) -> int:
    """Take `cases` ids of cases; returns the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('casework_case_id_seq', nextval('casework_case_id_seq') + %s)", [cases])
        return int(cursor.fetchone()[0]) - cases
