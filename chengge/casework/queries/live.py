"""What moved since somebody last looked: read on from the ledger, never missing an entry that was still being written.

The place up to which a desk has read is the database's own account of what it could see (PostgreSQL's snapshot): the
first transaction number that was not yet given out, and those below it that were still running. What is new is what
those transactions wrote. So every entry falls into exactly one reading, however long its transaction took, and a long
transaction (an import) holds nobody else's news back. When nothing moved, a look costs one query on the index of
transaction numbers.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from chengge.casework.queries.desks import ALL
from chengge.casework.queries.filters import CaseFilter
from chengge.casework.queries.lists import stages_wanted
from chengge.casework.queries.sight import visible
from chengge.domain.errors import Refused
from chengge.organization.queries import Actor

MOST_MOVED = 500

# Next transaction number, then those that were running; as it travels in addresses and headers.
PLACE = r"\d{1,18}(:\d{1,18}(\.\d{1,18}){0,999})?"

# A snapshot does not count the transaction that asks among those running; what it writes after this reading belongs to the next one.
SNAPSHOT = "pg_current_snapshot()::text || ',' || coalesce(pg_current_xact_id_if_assigned()::text, '')"
NOW = f"SELECT {SNAPSHOT}"
MOVED = f"""
SELECT {SNAPSHOT}, moved.case_id
FROM (VALUES (1)) AS one LEFT JOIN LATERAL (
  SELECT case_id FROM casework_ledgerentry
  WHERE transaction_id >= %(next)s
    AND (%(stages)s::text[] IS NULL OR from_stage = ANY(%(stages)s) OR to_stage = ANY(%(stages)s))
  UNION
  SELECT case_id FROM casework_ledgerentry
  WHERE transaction_id = ANY(%(running)s)
    AND (%(stages)s::text[] IS NULL OR from_stage = ANY(%(stages)s) OR to_stage = ANY(%(stages)s))
  LIMIT %(most)s
) AS moved ON true
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class Changes:
    """What moved: ids of the cases that concern the desk, and the place from which to read on."""

    case_ids: tuple[int, ...]
    read_to: str


def read_to_now() -> str:
    """The place to begin reading at, for somebody who is about to read a list. One query; ask before reading the list."""
    with connection.cursor() as cursor:
        cursor.execute(NOW)
        return _place(cursor.fetchone()[0])


def changes_since(actor: Actor, wanted: CaseFilter, read_to: str) -> Changes:
    """The cases in sight that moved into, within or out of the stages looked at, at most `MOST_MOVED`. One query while nothing moved.

    Args:
        read_to: what the last reading (or `read_to_now`) returned.

    Raises:
        Refused: no such place.
    """
    stages = None if wanted.queue == ALL else list(stages_wanted(wanted)) or None
    moved, now_read_to = _read_on(read_to, stages, MOST_MOVED)
    if not moved:
        return Changes((), now_read_to)
    return Changes(tuple(visible(actor).filter(pk__in=moved).values_list("pk", flat=True)), now_read_to)


def moved_since(read_to: str) -> Changes:
    """Every case that moved, whoever may see it: for readers that must miss none. One query. Raises Refused: no such place."""
    moved, now_read_to = _read_on(read_to, None, None)
    return Changes(tuple(sorted(moved)), now_read_to)


def _read_on(read_to: str, stages: list[str] | None, most: int | None) -> tuple[set[int], str]:
    if re.fullmatch(PLACE, read_to) is None:
        raise Refused("cursor", _("This is no place in the ledger to read on from."), _("Reload the page."), field="after")
    next_number, _colon, running = read_to.partition(":")
    given: dict[str, Any] = {
        "next": int(next_number),
        "running": [int(number) for number in running.split(".") if number],
        "stages": stages,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(MOVED, given)
        rows = cursor.fetchall()
    return {case_id for _snapshot, case_id in rows if case_id is not None}, _place(rows[0][0])


def _place(snapshot: str) -> str:
    """PostgreSQL writes `lowest:next:running,running`; the transaction that asks stands last, if it has a number."""
    _lowest, next_number, running = snapshot.split(":")
    numbers = [number for number in running.split(",") if number and int(number) < int(next_number)]
    return f"{next_number}:{'.'.join(numbers)}" if numbers else next_number
