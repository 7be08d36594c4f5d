"""Binding uploaded photos to what they prove."""

from django.db import connection
from django.utils.translation import gettext as _

from chengge.casework.ledger import Statement
from chengge.domain.errors import Refused
from chengge.organization.queries import Actor

# Of each photo that this member uploaded, one row that is not bound yet. Rows that another action has just taken are passed
# over: the same picture, uploaded twice, proves two things and is never taken from one to prove the other. As many rows are written
# out as there are photos: of an array the server would not know how many, and would plan the statement anew each time.
BIND = """
WITH free AS MATERIALIZED (
  SELECT one.id FROM (VALUES {rows}) AS wanted(digest) CROSS JOIN LATERAL (
    SELECT id FROM casework_evidence
    WHERE sha256 = wanted.digest AND entry_id IS NULL AND (case_id IS NULL OR case_id = %s)
      AND (member_id IS NOT DISTINCT FROM %s OR report_id = %s::bigint)
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) one
)
UPDATE casework_evidence proof SET case_id = %s, entry_id = {entry}, phase = %s, report_id = coalesce(proof.report_id, %s::bigint)
FROM free WHERE proof.id = free.id RETURNING 1
"""


def binding(
    photos: tuple[str, ...], actor: Actor, case_id: int, phase: str, report_id: int | None = None, entry_id: int | None = None
) -> Statement:
    """What binds photos to a case and to the entry they were given with; without `entry_id`, for `ledger.append` to send with the entry.

    Args:
        report_id: a report whose photos count too, whoever uploaded them: it is completed by somebody else.
    """
    wanted = sorted(set(photos))
    entry = "%s" if entry_id is not None else "(SELECT id FROM entry)"
    statement = BIND.format(rows=", ".join(["(%s::text)"] * len(wanted)), entry=entry)
    bound_to = [case_id] if entry_id is None else [case_id, entry_id]
    return statement, [*wanted, case_id, actor.member_id, report_id, *bound_to, phase, report_id]


def require_all(photos: tuple[str, ...], bound: int) -> None:
    """Raises Refused where fewer were bound than given: one was never uploaded by this member, or proves something else already."""
    if bound != len(set(photos)):
        raise Refused("photo", _("A photo is missing here, or was used before."), _("Upload it again."), "photos")


def attach(photos: tuple[str, ...], actor: Actor, case_id: int, entry_id: int, phase: str, report_id: int | None = None) -> None:
    """Bind photos to a case and to an entry that is written. One query. Raises Refused as `require_all`."""
    with connection.cursor() as cursor:
        cursor.execute(*binding(photos, actor, case_id, phase, report_id, entry_id))
        require_all(photos, cursor.rowcount)
