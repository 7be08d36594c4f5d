"""Who is to hear of something: the members on a post whose scope holds a place, or the clerks of an organization."""

from collections.abc import Iterable
from datetime import datetime

from chengge.casework.reminders import Person, Staff
from chengge.domain.lifecycle import Post


def on_posts(staff: Staff, posts: Iterable[Post], grid_code: int | None) -> list[Person]:
    """Members on any of these posts whose scope holds the place; those on duty, where any of a post are."""
    return [person for post in posts for person in _on_duty([one for one in staff.by_post[post] if one.reaches(grid_code)])]


def clerks_of(staff: Staff, *organization_ids: int | None) -> list[Person]:
    """The department clerks of some organizations, each once."""
    wanted = {pk for pk in organization_ids if pk is not None}
    return _on_duty([one for one in staff.by_post[Post.DEPARTMENT] if one.organization_id in wanted])


def staff_at(at: datetime) -> Staff:
    """Who is on which post now. Two queries."""
    return Staff(at)


def _on_duty(people: list[Person]) -> list[Person]:
    there = [person for person in people if person.on_duty] or people
    return list({person.member_id: person for person in there}.values())
