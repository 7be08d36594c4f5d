"""Cases of an older system become true ledgers: what is known of each, in two or three entries that say they were imported.

An old list tells when a case began, when it was due, whose it was and when it ended; it does not tell who filed or checked it. So an
imported case has a report, the moment it was carried over to whoever had it in hand (with the limit that the old system gave it),
and its end. Nothing is made up in between. Chains, rows, clocks and numbers are as with any other case: `chengge ledger verify`
finds no difference. Whether it was in time is worked out here, by the same arithmetic as for every clock.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import connection, transaction

from chengge.casework import clocks, ledger, said
from chengge.casework.models import Clock, Origin, Report
from chengge.domain.bigrams import terms
from chengge.domain.fold import Folded, fold_entry
from chengge.domain.hashing import BEFORE_THE_FIRST, canonical, chained
from chengge.domain.lifecycle import CARRIED_TO_THE_END, CARRY_OVER, REPORT, ClockKind, Stage
from chengge.domain.worktime import YELLOW_PERCENT
from chengge.foundation.queries import Located, area_class_of, locate_many
from chengge.organization.queries import city_day

COUNTY = "SELECT coalesce(min(code), 0) FROM foundation_division WHERE code BETWEEN 100000 AND 999999 AND valid_to IS NULL"
SERIALS = """
INSERT INTO casework_caseserial AS serial (day, county, taken) VALUES (%s, %s, %s)
ON CONFLICT (day, county) DO UPDATE SET taken = serial.taken + excluded.taken RETURNING taken
"""
RESERVE = "SELECT setval('casework_case_id_seq', nextval('casework_case_id_seq') + %s)"
KNOWN = "SELECT key FROM casework_report WHERE member_id IS NULL AND key = ANY(%s)"


@dataclass(frozen=True, slots=True)
class OldCase:
    """What an older system tells of one case.

    Attributes:
        number: its number there; with the system's name it makes the import idempotent.
        opened, due, closed: aware moments, to the second; no due: it had no limit; no closed: it is still open.
        class_id, kind: row of the catalogue.
        department_id: whose it was, on the second level.
        lon, lat: degrees, WGS84.
    """

    number: str
    opened: datetime
    due: datetime | None
    closed: datetime | None
    class_id: int
    kind: str
    class_name: str
    department_id: int
    channel: str
    place: str
    description: str
    lon: float
    lat: float


@dataclass(slots=True)
class Tables:
    """Rows on their way into the database, by table."""

    cases: list[dict[str, Any]]
    entries: list[Sequence[Any]]
    clocks: list[dict[str, Any]]
    assignments: list[Sequence[Any]]
    reports: list[Sequence[Any]]
    texts: list[Sequence[Any]]
    words: list[Sequence[Any]]


def key_of(system: str, number: str) -> str:
    """What a case of an older system is known by, in 64 characters."""
    return f"old-{sha256(f'{system} {number}'.encode()).hexdigest()[:60]}"


def known(system: str, numbers: Sequence[str]) -> set[str]:
    """Which of these numbers were imported before. One query."""
    keys = {key_of(system, number): number for number in numbers}
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [list(keys)])
        return {keys[row[0]] for row in cursor.fetchall()}


@transaction.atomic
def write_history(system: str, old: Sequence[OldCase]) -> int:
    """Write the ledgers of some old cases, and their rows. Those imported before are passed over. Returns how many were new.

    Args:
        system: the name of the older system.
    """
    there = known(system, [one.number for one in old])
    new = [one for one in old if one.number not in there]
    if not new:
        return 0
    located = _located(new)
    numbers = _numbers(new, located)
    with connection.cursor() as cursor:
        cursor.execute(RESERVE, [len(new)])
        first_id = cursor.fetchone()[0] - len(new)
    rows = Tables([], [], [], [], [], [], [])
    for case_id, (one, place, number) in enumerate(zip(new, located, numbers, strict=True), first_id):
        _write_one(rows, case_id, system, one, place, number)
    _copy_all(rows)
    return len(new)


def count_rows_anew() -> None:
    """Let the planner count what was brought in: else it may go on believing in an empty city, and read whole tables for each case."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE casework_case, casework_clock, casework_report, casework_ledgerentry")


def _write_one(rows: Tables, case_id: int, system: str, one: OldCase, place: Located, number: str) -> None:
    state, chain = Folded(), BEFORE_THE_FIRST
    for body in _bodies(one, place, number):
        for text in said.hide(body):
            rows.texts.append((case_id, text.digest, text.salt, text.text))
        written = canonical(body)
        chain = chained(chain, written)
        fold_entry(state, body)
        at = clocks.moment(body["at"])
        rows.entries.append(
            (case_id, body["seq"], at, body["action"], None, "", None, body["from"], body["to"], "", body["origin"], written, chain)
        )
    facts = ledger.NO_MARKS | dict.fromkeys((*ledger.FACTS, *ledger.MOMENTS)) | state.case
    facts |= {name: _moment(facts[name]) for name in ledger.MOMENTS}
    facts |= {"description": one.description, "place": one.place}
    rows.cases.append(facts | ledger.NO_MARKS | {"id": case_id, "entry_count": state.entry_count, "last_hash": chain})
    for ordinal, clock in enumerate(state.clocks):
        moments = {name: _moment(clock[name]) for name in ledger.CLOCK_MOMENTS}
        rows.clocks.append({"case_id": case_id, "ordinal": ordinal} | {name: clock[name] for name in ledger.CLOCK_FACTS} | moments)
    for ordinal, assignment in enumerate(state.assignments):
        began, ended = _moment(assignment["started_at"]), _moment(assignment["ended_at"])
        rows.assignments.append((case_id, ordinal, assignment["level"], assignment["organization_id"], began, ended, assignment["outcome"]))
    rows.reports.append(
        (case_id, Report.State.ATTACHED.value, one.channel, "", b"", one.class_id, one.description, one.place, one.lon, one.lat,
         one.number[:60], one.opened, key_of(system, one.number), "")
    )  # fmt: skip
    rows.words.append((case_id, _vector(" ".join((one.description, one.place, one.class_name)))))


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else clocks.moment(seconds)


def _bodies(one: OldCase, place: Located, number: str) -> Iterable[dict[str, Any]]:
    """The entries of one old case, in order."""
    opened = clocks.epoch(one.opened)
    yield _body(1, opened, REPORT, "", Stage.REPORTED) | {
        "given": {"other_number": one.number},
        "case": {
            "number": number, "stage": Stage.REPORTED.value, "channel": one.channel, "kind": one.kind, "problem_class_id": one.class_id,
            "description": one.description, "place": one.place, "lon": one.lon, "lat": one.lat, "grid_code": place.grid_code,
            "area_class": place.area_class, "component_code": None, "urgent": False, "reported_at": opened, "yellow_at": None,
            "due_at": None,
        },
    }  # fmt: skip
    clock = _clock(one)
    yield _body(2, opened, CARRY_OVER, Stage.REPORTED, Stage.HANDLING) | {
        "case": {
            "stage": Stage.HANDLING.value, "department_id": one.department_id, "organization_id": one.department_id, "level": 2,
            "filed_at": opened, "dispatched_at": opened, "yellow_at": clock and clock["yellow_at"], "due_at": clock and clock["due_at"],
        },
        "clocks": [clock] if clock else [],
        "assignments": [{"op": "start", "n": 0, "level": 2, "organization_id": one.department_id}],
    }  # fmt: skip
    if one.closed is not None:
        closed = clocks.epoch(one.closed)
        yield _body(3, closed, CARRIED_TO_THE_END, Stage.HANDLING, Stage.CLOSED) | {
            "case": {"stage": Stage.CLOSED.value, "handled_at": closed, "ended_at": closed, "yellow_at": None, "due_at": None},
            "clocks": [clocks.stop(_running(clock, one.opened), closed)] if clock else [],
            "assignments": [{"op": "end", "n": 0, "outcome": CARRIED_TO_THE_END}],
        }


def _body(seq: int, at: int, action: str, source: str, target: str) -> dict[str, Any]:
    return {
        "seq": seq, "at": at, "action": action, "member": None, "post": "", "organization": None, "from": str(source), "to": str(target),
        "reason": "", "origin": Origin.IMPORTED.value, "given": {}, "photos": [], "case": {}, "clocks": [], "assignments": [],
    }  # fmt: skip


def _clock(one: OldCase) -> dict[str, Any] | None:
    """The handling clock with the limit that the old system gave; one that was due before it began has none of it left."""
    if one.due is None:
        return None
    opened, due = clocks.epoch(one.opened), clocks.epoch(one.due)
    seconds = max(due - opened, 0)
    return {
        "op": "start", "kind": ClockKind.HANDLING.value, "level": 2, "organization_id": one.department_id,
        "limit_amount": -(-seconds // 60), "limit_unit": "minute", "limit_seconds": seconds, "continuous": True, "calendar_id": None,
        "yellow_at": min(opened + -(-seconds * YELLOW_PERCENT // 100), due), "due_at": due,
    }  # fmt: skip


def _running(clock: dict[str, Any], opened: datetime) -> Clock:
    return Clock(ordinal=0, continuous=True, due_at=clocks.moment(clock["due_at"]), running_since=opened, worked_seconds=0, paused_at=None)


def _located(old: Sequence[OldCase]) -> list[Located]:
    """The unit grid of today that holds each place: an older system's own areas are not known."""
    codes = [int(code) for code in locate_many([one.lon for one in old], [one.lat for one in old])]
    area_class = {code: area_class_of(code) for code in set(codes) if code}
    return [Located(code, area_class[code]) if code else Located(None, "") for code in codes]


def _numbers(old: Sequence[OldCase], located: Sequence[Located]) -> list[str]:
    """A number of ours for each, by the day on which it was opened."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTY)
        somewhere = cursor.fetchone()[0]
        places: list[tuple[date, int]] = [
            (city_day(one.opened), place.grid_code // 10**9 if place.grid_code else somewhere)
            for one, place in zip(old, located, strict=True)
        ]
        following: dict[tuple[date, int], int] = {}
        for (day, county), count in sorted(Counter(places).items()):
            cursor.execute(SERIALS, [day, county, count])
            following[day, county] = cursor.fetchone()[0] - count
    numbers = []
    for day, county in places:
        following[day, county] += 1
        numbers.append(f"{day:%Y%m%d}{county:06d}{following[day, county]:06d}")
    return numbers


def _copy_all(rows: Tables) -> None:
    case_columns = tuple(rows.cases[0])
    _copy("casework_case", case_columns, ([row[name] for name in case_columns] for row in rows.cases))
    _copy("casework_ledgerentry", ENTRY_COLUMNS, rows.entries)
    if rows.clocks:
        clock_columns = tuple(rows.clocks[0])
        _copy("casework_clock", clock_columns, ([row[name] for name in clock_columns] for row in rows.clocks))
    _copy("casework_assignment", ("case_id", "ordinal", "level", "organization_id", "started_at", "ended_at", "outcome"), rows.assignments)
    _copy("casework_report", REPORT_COLUMNS, rows.reports)
    _copy("casework_saidtext", ("case_id", "digest", "salt", "text"), rows.texts)
    _copy("casework_casetext", ("case_id", "terms"), rows.words)


ENTRY_COLUMNS = (
    "case_id", "seq", "at", "action", "member_id", "post", "organization_id", "from_stage", "to_stage", "reason", "origin", "body", "hash",
)  # fmt: skip
REPORT_COLUMNS = (
    "case_id", "state", "channel", "reporter_name", "contact", "problem_class_id", "description", "place", "lon", "lat", "other_number",
    "reported_at", "key", "token_hash",
)  # fmt: skip


def _copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _vector(words: str) -> str:
    """The terms of a text as PostgreSQL reads a tsvector."""
    return " ".join("'" + term.replace("\\", "\\\\").replace("'", "''") + "'" for term in sorted(set(terms(words))))
