"""Binding uploaded photos to what they prove."""

from django.db import connection
from django.utils.translation import gettext as _

from chengge.domain.errors import Refused
from chengge.organization.queries import Actor

# Of each photo that this member uploaded, one that is not bound yet.
ATTACH = """
UPDATE casework_evidence SET case_id = %s, entry_id = %s, phase = %s
WHERE id IN (
  SELECT DISTINCT ON (sha256) id FROM casework_evidence
  WHERE sha256 = ANY(%s) AND member_id IS NOT DISTINCT FROM %s AND entry_id IS NULL AND (case_id IS NULL OR case_id = %s)
  ORDER BY sha256, id)
"""


def attach(photos: tuple[str, ...], actor: Actor, case_id: int, entry_id: int, phase: str) -> None:
    """Bind photos to a case and to the entry they were given with. One query.

    Raises:
        Refused: one of them was never uploaded by this member, or proves something else already.
    """
    wanted = sorted(set(photos))
    with connection.cursor() as cursor:
        cursor.execute(ATTACH, [case_id, entry_id, phase, wanted, actor.member_id, case_id])
        if cursor.rowcount != len(wanted):
            raise Refused("photo", _("A photo is missing here, or was used before."), _("Upload it again."), "photos")
