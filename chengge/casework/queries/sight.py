"""Which cases a member may see at all."""

from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import Q, QuerySet

from chengge.casework.models import Assignment, Case, Report, Task
from chengge.domain.lifecycle import Post
from chengge.organization.queries import Actor

# Posts that see what lies in their scope, whoever holds it.
OVERSEEING = frozenset(
    {Post.OPERATOR, Post.SHIFT_LEADER, Post.EVALUATOR, Post.DISPATCHER, Post.COORDINATOR, Post.LEADER, Post.ADMINISTRATOR, Post.INSPECTOR}
)
PLATFORM_LEVEL = 2

TREE = """
WITH RECURSIVE below(id) AS (
  SELECT %s::bigint UNION SELECT child.id FROM organization_organization child JOIN below ON child.parent_id = below.id
)
SELECT id FROM below
"""


def visible(actor: Actor) -> QuerySet[Case]:
    """The cases this member may see. One query more for a third- or fourth-level platform, which sees what it has held."""
    return Case.objects.filter(sight(actor))


def sight(actor: Actor, through: str = "") -> Q:
    """`visible` as a condition.

    Overseeing posts see their scope; an inspector also what they reported or walked for; a department what is its own to
    answer for; a lower level what has ever been passed down to it or below it. Nobody else sees anything.

    Args:
        through: lookup path of the case seen from the filtered row, such as `case__`; empty: the case itself.
    """
    seen: list[Q] = []
    if actor.posts & OVERSEEING:
        if actor.grid_range is None:
            return Q()
        seen.append(Q(**{f"{through}grid_code__gte": actor.grid_range[0], f"{through}grid_code__lt": actor.grid_range[1]}))
    if Post.INSPECTOR in actor.posts and actor.member_id is not None:
        seen.append(Q(**{f"{through}pk__in": Report.objects.filter(member_id=actor.member_id, case__isnull=False).values("case_id")}))
        seen.append(Q(**{f"{through}pk__in": Task.objects.filter(member_id=actor.member_id).values("case_id")}))
    if Post.DEPARTMENT in actor.posts and actor.organization_id is not None:
        seen.append(_held_by(actor.organization_id, actor.organization_level, through))
    return reduce(or_, seen) if seen else Q(**{f"{through}pk__in": []})


def _held_by(organization_id: int, level: int | None, through: str) -> Q:
    if level is not None and level <= PLATFORM_LEVEL:
        return Q(**{f"{through}department_id": organization_id})
    held = Assignment.objects.filter(organization_id__in=with_all_below(organization_id))
    return Q(**{f"{through}pk__in": held.values("case_id")})


def with_all_below(organization_id: int) -> list[int]:
    """Ids of an organization and of all below it. One query."""
    with connection.cursor() as cursor:
        cursor.execute(TREE, [organization_id])
        return [row[0] for row in cursor.fetchall()]
