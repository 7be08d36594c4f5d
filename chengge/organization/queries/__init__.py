"""Who somebody is, and how far they reach."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection

from chengge import clock
from chengge.domain.codes import code_range
from chengge.domain.lifecycle import Axis, Post
from chengge.organization.models import Member

CITY_ZONE = ZoneInfo("Asia/Shanghai")
# After a moment in SQL: day and time as the city counts them; after those, the moment again.
AS_THE_CITY_COUNTS = f"AT TIME ZONE '{CITY_ZONE.key}'"
# Whom a member stands in for on a day, as JSON: id, name, scope, and the posts. Only inside one organization.
SUBSTITUTED = """
SELECT (jsonb_build_array(absent.id, absent.full_name, absent.division_code) || (
  SELECT COALESCE(jsonb_agg(post.post), '[]'::jsonb) FROM organization_memberpost post
  WHERE post.member_id = absent.id AND post.valid_from <= %s AND (post.valid_to IS NULL OR post.valid_to > %s)))::text
FROM organization_substitution arranged JOIN organization_member absent ON absent.id = arranged.member_id
WHERE arranged.substitute_id = %s AND arranged.last_day >= %s AND arranged.first_day <= %s AND arranged.ended_at IS NULL
  AND absent.organization_id = %s ORDER BY absent.id
"""


WHO = f"""
SELECT (SELECT level FROM organization_organization WHERE id = %s), (SELECT short_name FROM organization_organization WHERE id = %s),
  ARRAY(SELECT post FROM organization_memberpost WHERE member_id = %s AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)),
  ARRAY({SUBSTITUTED})
"""  # noqa: S608 - our own words
# Posts that nobody holds for another: inspectors are planned on the roster, and only an administrator makes an administrator.
NOT_BY_SUBSTITUTION = frozenset({Post.INSPECTOR, Post.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Right:
    """Posts and scope, held in one's own right or for somebody else.

    Attributes:
        member_id, name: who gave it; the member at work, or the one whom they stand in for.
        grid_range: as of `Actor`.
    """

    member_id: int | None
    name: str
    posts: frozenset[Post]
    grid_range: tuple[int, int] | None

    def reaches(self, grid_code: int | None) -> bool:
        return reaches(self.grid_range, grid_code)


@dataclass(frozen=True, slots=True)
class Actor:
    """A member at work: posts held today, and how far they reach.

    Attributes:
        grid_range: half-open range of the 15-digit unit grid codes that the member answers for; None: the whole city.
        rights: where the member stands in for others today, their own right and then each that they hold for somebody; `posts` and
            `grid_range` then take in all of them. Empty for everybody else.
    """

    member_id: int | None
    name: str
    organization_id: int | None
    organization_level: int | None
    posts: frozenset[Post]
    grid_range: tuple[int, int] | None
    organization_name: str = ""  # the short one
    rights: tuple[Right, ...] = ()

    @property
    def axis(self) -> Axis:
        """The axis the member works on; neither for leaders, administrators and machines."""
        return next((post.axis for post in self.posts if post.axis is not Axis.NEITHER), Axis.NEITHER)

    def reaches(self, grid_code: int | None) -> bool:
        """Whether a place lies in the member's scope; a place in no grid is the whole city's."""
        return reaches(self.grid_range, grid_code)

    def right_to(self, posts: frozenset[Post], grid_code: int | None) -> Right | None:
        """The right by which the member does at a place what one of `posts` may do: their own before that of somebody else."""
        if not self.rights:
            own = Right(self.member_id, self.name, self.posts, self.grid_range)
            return own if posts & self.posts and self.reaches(grid_code) else None
        return next((right for right in self.rights if posts & right.posts and right.reaches(grid_code)), None)

    def stands_for(self, posts: frozenset[Post], grid_code: int | None) -> dict[str, int]:
        """What a ledger entry says besides where such a thing is done for somebody else: `for` whom; else nothing."""
        right = self.right_to(posts, grid_code) if self.rights else None
        return {} if right is None or right.member_id in (None, self.member_id) else {"for": right.member_id}

    @property
    def stands_in_for(self) -> tuple[Right, ...]:
        return self.rights[1:]


def reaches(grid_range: tuple[int, int] | None, grid_code: int | None) -> bool:
    """Whether a place lies in a scope; a place in no grid is the whole city's."""
    if grid_range is None:
        return True
    return grid_code is not None and grid_range[0] <= grid_code < grid_range[1]


# The house itself: machine channels report in its name. No post, so that it moves a case only by what the rule book names for it, and
# the door lets that through only with its reasons.
MACHINE = Actor(None, "", None, None, frozenset(), None)


def city_day(at: datetime) -> date:
    """The day on which `at` falls for the city."""
    return at.astimezone(CITY_ZONE).date()


def actor_of(member: Member, at: datetime | None = None) -> Actor:
    """The member with the posts held on the day of `at` (now if not given). One query."""
    day = city_day(at or clock.now())
    with connection.cursor() as cursor:
        cursor.execute(
            WHO,
            [member.organization_id, member.organization_id, member.pk, day, day, day, day, member.pk, day, day, member.organization_id],
        )
        level, organization_name, posts, substituted = cursor.fetchone()
    own = Right(member.pk, str(member), frozenset(map(Post, posts)), code_range(member.division_code) if member.division_code else None)
    rights = _rights(own, substituted) if substituted else (own,)
    return Actor(
        member_id=member.pk,
        name=str(member),
        organization_id=member.organization_id,
        organization_level=level,
        posts=frozenset().union(*(right.posts for right in rights)),
        grid_range=_widest(rights),
        organization_name=organization_name or "",
        rights=rights if len(rights) > 1 else (),
    )


def _rights(own: Right, substituted: list[str]) -> tuple[Right, ...]:
    """A member's own right, and those held for others today. What would put posts of both axes into one hand is left out."""
    rights = [own]
    for told in substituted:
        member_id, name, division_code, *posts = json.loads(told)
        held = frozenset(map(Post, posts)) - NOT_BY_SUBSTITUTION
        axes = {post.axis for right in rights for post in right.posts} | {post.axis for post in held}
        if held and len(axes - {Axis.NEITHER}) <= 1:
            rights.append(Right(member_id, name, held, code_range(division_code) if division_code else None))
    return tuple(rights)


def _widest(rights: tuple[Right, ...]) -> tuple[int, int] | None:
    """The scope that takes in all of them; they lie one in the other (`organization.actions.substitutions`)."""
    ranges = [right.grid_range for right in rights if right.grid_range is not None]
    return (min(low for low, _high in ranges), max(high for _low, high in ranges)) if len(ranges) == len(rights) else None
