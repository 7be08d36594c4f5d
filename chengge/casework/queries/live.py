"""What moved since somebody last looked: read on from the ledger, never missing an entry that is still being written.

The place up to which a desk has read is a transaction number: the lowest that was still running when it read
(PostgreSQL's snapshot xmin). Every transaction below it is over, so every entry falls into exactly one reading, however
long its transaction took. When nothing moved, a look costs one query on the index of transaction numbers.
"""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from chengge.casework.models import Case
from chengge.casework.queries.desks import ALL
from chengge.casework.queries.filters import CaseFilter
from chengge.casework.queries.lists import stages_wanted
from chengge.casework.queries.sight import sight
from chengge.domain.errors import Refused
from chengge.organization.queries import Actor

MOST_MOVED = 500  # more than this is a reload, not a list of moves

NOW_READ_TO = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"

MOVED = """
WITH up_to AS MATERIALIZED (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin)
SELECT up_to.xmin, entry.case_id
FROM up_to LEFT JOIN casework_ledgerentry entry
  ON entry.transaction_id >= %(read_to)s AND entry.transaction_id < up_to.xmin
  AND (%(stages)s::text[] IS NULL OR entry.from_stage = ANY(%(stages)s) OR entry.to_stage = ANY(%(stages)s))
LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Changes:
    """What moved: ids of the cases that concern the desk, and the place from which to read on."""

    case_ids: tuple[int, ...]
    read_to: int


def read_to_now() -> int:
    """The place to begin reading at, for somebody who has just read a list. One query; ask before reading the list."""
    with connection.cursor() as cursor:
        cursor.execute(NOW_READ_TO)
        return int(cursor.fetchone()[0])


def changes_since(actor: Actor, wanted: CaseFilter, read_to: int) -> Changes:
    """The cases in sight that moved into, within or out of the stages looked at. One query while nothing moved.

    Args:
        read_to: what the last reading (or `read_to_now`) returned.

    Raises:
        Refused: no such place.
    """
    if not 0 <= read_to < 2**63:
        raise Refused("cursor", _("This is no place in the ledger to read on from."), _("Reload the page."), field="after")
    with connection.cursor() as cursor:
        stages = None if wanted.queue == ALL else list(stages_wanted(wanted)) or None
        cursor.execute(MOVED, {"read_to": read_to, "stages": stages, "most": MOST_MOVED})
        rows = cursor.fetchall()
    now_read_to = max(int(rows[0][0]), read_to)
    moved = {case_id for _xmin, case_id in rows if case_id is not None}
    if not moved:
        return Changes((), now_read_to)
    # A case that has just left a department's hands is out of its sight, but still on its screen: it concerns it too.
    concerned = Case.objects.filter(pk__in=moved).filter(sight(actor) | Q(department=None))
    return Changes(tuple(concerned.values_list("pk", flat=True)), now_read_to)
