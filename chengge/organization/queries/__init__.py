"""Who somebody is, and how far they reach."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection

from chengge import clock
from chengge.domain.codes import code_range
from chengge.domain.lifecycle import Axis, Post
from chengge.organization.models import Member

CITY_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Actor:
    """A member at work: posts held today, and how far they reach.

    Attributes:
        grid_range: half-open range of the 15-digit unit grid codes that the member answers for; None: the whole city.
    """

    member_id: int | None
    name: str
    organization_id: int | None
    organization_level: int | None
    posts: frozenset[Post]
    grid_range: tuple[int, int] | None
    organization_name: str = ""  # the short one

    @property
    def axis(self) -> Axis:
        """The axis the member works on; neither for leaders, administrators and machines."""
        return next((post.axis for post in self.posts if post.axis is not Axis.NEITHER), Axis.NEITHER)

    def reaches(self, grid_code: int | None) -> bool:
        """Whether a place lies in the member's scope; a place in no grid is the whole city's."""
        if self.grid_range is None:
            return True
        return grid_code is not None and self.grid_range[0] <= grid_code < self.grid_range[1]


# Machine channels report in the name of the house: no post, so that they can never move a case on.
MACHINE = Actor(None, "", None, None, frozenset(), None)


def city_day(at: datetime) -> date:
    """The day on which `at` falls for the city."""
    return at.astimezone(CITY_ZONE).date()


def actor_of(member: Member, at: datetime | None = None) -> Actor:
    """The member with the posts held on the day of `at` (now if not given). One query."""
    day = city_day(at or clock.now())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT level FROM organization_organization WHERE id = %s), "
            "(SELECT short_name FROM organization_organization WHERE id = %s), "
            "ARRAY(SELECT post FROM organization_memberpost "
            "WHERE member_id = %s AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s))",
            [member.organization_id, member.organization_id, member.pk, day, day],
        )
        level, organization_name, posts = cursor.fetchone()
    return Actor(
        member_id=member.pk,
        name=str(member),
        organization_id=member.organization_id,
        organization_level=level,
        posts=frozenset(map(Post, posts)),
        grid_range=code_range(member.division_code) if member.division_code else None,
        organization_name=organization_name or "",
    )
