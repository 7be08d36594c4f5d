"""The bodies below an organization, down to the fourth level, and which of them are next: no platform lies between."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

BELOW = """
WITH RECURSIVE tree(id, is_next, goes_through) AS (
  SELECT %(top)s::bigint, TRUE, TRUE
  UNION ALL
  SELECT child.id, tree.goes_through, tree.goes_through AND NOT EXISTS (
    SELECT 1 FROM organization_member clerk JOIN organization_memberpost held ON held.member_id = clerk.id
    WHERE clerk.organization_id = child.id AND clerk.is_active AND held.post = 'department'
      AND held.valid_from <= %(day)s AND (held.valid_to IS NULL OR held.valid_to > %(day)s))
  FROM tree JOIN organization_organization child ON child.parent_id = tree.id
  WHERE child.valid_from <= %(day)s AND (child.valid_to IS NULL OR child.valid_to > %(day)s)
)
SELECT body.id, body.name, body.short_name, body.level, tree.is_next
FROM tree JOIN organization_organization body ON body.id = tree.id
WHERE tree.id <> %(top)s ORDER BY body.code
"""


@dataclass(frozen=True, slots=True)
class LowerBody:
    """A body below another. `is_next`: whoever lies between has nobody on the department's post, so nothing has to pass through them."""

    pk: int
    name: str
    short_name: str
    level: int
    is_next: bool


def bodies_below(organization_id: int | None, day: date) -> list[LowerBody]:
    """Every body below an organization that holds on `day`, in the order of their codes. One query."""
    if organization_id is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(BELOW, {"top": organization_id, "day": day})
        return [LowerBody(*row) for row in cursor.fetchall()]
