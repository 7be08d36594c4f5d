"""Binding uploaded photos to what they prove."""

from django.db import connection
from django.utils.translation import gettext as _

from chengge.domain.errors import Refused
from chengge.organization.queries import Actor

# Of each photo that this member uploaded, one row that is not bound yet. Rows that another action has just taken are passed
# over: the same picture, uploaded twice, proves two things and is never taken from one to prove the other. As many rows are written
# out as there are photos: of an array the server would not know how many, and would plan the statement anew each time.
ATTACH = """
WITH free AS MATERIALIZED (
  SELECT one.id FROM (VALUES {rows}) AS wanted(digest) CROSS JOIN LATERAL (
    SELECT id FROM casework_evidence
    WHERE sha256 = wanted.digest AND entry_id IS NULL AND (case_id IS NULL OR case_id = %s)
      AND (member_id IS NOT DISTINCT FROM %s OR report_id = %s::bigint)
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) one
)
UPDATE casework_evidence proof SET case_id = %s, entry_id = %s, phase = %s, report_id = coalesce(proof.report_id, %s::bigint)
FROM free WHERE proof.id = free.id
"""


def attach(photos: tuple[str, ...], actor: Actor, case_id: int, entry_id: int, phase: str, report_id: int | None = None) -> None:
    """Bind photos to a case and to the entry they were given with. One query.

    Args:
        report_id: a report whose photos count too, whoever uploaded them: it is completed by somebody else.

    Raises:
        Refused: one of them was never uploaded by this member, or proves something else already.
    """
    wanted = sorted(set(photos))
    with connection.cursor() as cursor:
        rows = ", ".join(["(%s::text)"] * len(wanted))
        cursor.execute(ATTACH.format(rows=rows), [*wanted, case_id, actor.member_id, report_id, case_id, entry_id, phase, report_id])
        if cursor.rowcount != len(wanted):
            raise Refused("photo", _("A photo is missing here, or was used before."), _("Upload it again."), "photos")
