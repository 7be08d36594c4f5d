"""Posts for a term: somebody is lent to a centre, holds its post with its scope until a day, and has back what they held before.

No administrator does this: it follows from a secondment, and whoever calls it has looked at who decided that
(`coordination.actions.seconded`). Nobody becomes leader or administrator by it, or ceases to be one.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.domain.secondment import NEVER_LENT
from chengge.organization.actions.people import axis_of
from chengge.organization.models import Duty, Member, MemberPost, Organization


@dataclass(frozen=True, slots=True)
class Lent:
    """Where somebody was lent to, and what they held before.

    Attributes:
        centre_id: None where there is no such centre, and they stayed in their own organization.
        posts: those that rest meanwhile.
    """

    centre_id: int | None
    organization_id: int | None
    division_code: int | None
    posts: list[str]


@transaction.atomic
def lend(member_id: int, post: Post, centre: Organization | None, day: date, after: date) -> Lent:
    """Let a member hold a centre's post with its scope from `day` on and before `after`; what they held before rests.

    Raises:
        Refused: the post, or the member, is never lent; or the account is closed.
    """
    member = Member.objects.select_for_update(of=("self",)).get(pk=member_id)
    held = _held(member, day)
    require_lendable(member, post, held)
    lent = Lent(
        centre_id=None if centre is None else centre.pk,
        organization_id=member.organization_id,
        division_code=member.division_code,
        posts=sorted(one.value for one in held - {post}),
    )
    # First end, then begin: on no moment does the member hold posts on both axes.
    ending = member.posts.filter(_from(day))
    ending.exclude(post=post.value).update(valid_to=day)
    if not ending.filter(post=post.value).update(valid_to=after):
        MemberPost.objects.create(member=member, post=post.value, valid_from=day, valid_to=after)
    member.axis = axis_of({post}).value
    if centre is not None:
        member.organization, member.division_code = centre, centre.division_code
    member.save(update_fields=["axis", "organization", "division_code"])
    return lent


@transaction.atomic
def give_back(member_id: int, post: Post, lent: Lent, day: date) -> None:
    """End a lent post on `day` with the duty planned for it, and let hold again what rested.

    What an administrator changed meanwhile stays.
    """
    member = Member.objects.select_for_update(of=("self",)).get(pk=member_id)
    member.posts.filter(_from(day), post=post.value).update(valid_to=day)
    Duty.objects.filter(member=member, starts_at__gt=clock.now()).delete()
    if not _held(member, day):
        posts = {Post(one) for one in lent.posts} if member.is_active else set()
        MemberPost.objects.bulk_create(MemberPost(member=member, post=one.value, valid_from=day) for one in sorted(posts))
        member.axis = axis_of(posts).value
    if lent.centre_id is not None and member.organization_id == lent.centre_id:
        member.organization_id, member.division_code = lent.organization_id, lent.division_code
    member.save(update_fields=["axis", "organization", "division_code"])


def require_lendable(member: Member, post: Post, held: frozenset[Post]) -> None:
    """Raises Refused where the member or the post is never lent."""
    if post in NEVER_LENT or held & NEVER_LENT:
        raise Refused("post", _("Leaders and administrators are appointed by an administrator, never lent."), field="post")
    if not member.is_active:
        raise Refused("member", _("The account of %(name)s is closed.") % {"name": member}, _("An administrator opens it."), "member_id")


def _held(member: Member, day: date) -> frozenset[Post]:
    return frozenset(Post(post) for post in member.posts.filter(_from(day), valid_from__lte=day).values_list("post", flat=True))


def _from(day: date) -> Q:
    """Posts that do not end before a day or on it."""
    return Q(valid_to=None) | Q(valid_to__gt=day)
