"""Writing organizations, members and their posts."""

import secrets
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from chengge.domain.errors import NotFound, Refused
from chengge.domain.lifecycle import Axis, Post
from chengge.organization.actions.authority import require_administrator
from chengge.organization.models import Member, MemberPost, Organization, PostChoice
from chengge.organization.queries import Actor

ORGANIZATION_FIELDS = ("name", "short_name", "kind", "level", "parent", "division_code", "calendar", "phone")
MEMBER_FIELDS = ("full_name", "organization", "division_code", "phone", "language")

# First passwords are read out and typed: no letters that look like others. 16 of 30 letters are 78 bits.
PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz2345679"  # noqa: S105
PASSWORD_GROUPS, PASSWORD_GROUP_LETTERS = 4, 4


@dataclass(frozen=True, slots=True)
class MemberValues:
    """What is written down about a member. `division_code` is the scope; None: the whole city."""

    username: str
    full_name: str
    organization_id: int | None
    posts: frozenset[Post]
    division_code: int | None = None
    phone: str = ""
    language: str = "zh-hans"


@dataclass(frozen=True, slots=True)
class FirstPassword:
    """A password to hand to somebody, shown once and kept nowhere."""

    username: str
    full_name: str
    password: str


def axis_of(posts: Collection[Post]) -> Axis:
    """The one axis that some posts lie on.

    Raises:
        Refused: they lie on both; whoever dispatches cannot close.
    """
    axes = {post.axis for post in posts} - {Axis.NEITHER}
    if len(axes) > 1:
        names = _(", ").join(str(PostChoice(post.value).label) for post in sorted(posts))
        raise Refused(
            "axis",
            _("These posts lie on both axes: %(posts)s.") % {"posts": names},
            _("Supervision and command are kept apart: give the posts of one axis only."),
            field="posts",
        )
    return next(iter(axes), Axis.NEITHER)


@transaction.atomic
def put_organizations(actor: Actor, new: Sequence[Organization], changed: Sequence[Organization]) -> None:
    """Add organizations, upper ones before lower ones, and keep changes of known ones.

    An organization is not replaced when its name changes: it stays who it was, and its cases with it.

    Raises:
        Refused: a level or a parent that cannot be.
    """
    require_administrator(actor)
    for organization in (*new, *changed):
        check_place(organization)
    for organization in new:
        organization.save(force_insert=True)
    Organization.objects.bulk_update(list(changed), ORGANIZATION_FIELDS, batch_size=500)


def check_place(organization: Organization) -> None:
    """Raises Refused where the level is none of the four, or the parent is not on a level above."""
    if not 1 <= organization.level <= 4:
        raise Refused(
            "level", _("An organization is on one of four levels, not on %(level)s.") % {"level": organization.level}, field="level"
        )
    if organization.parent is not None and organization.parent.level >= organization.level:
        raise Refused(
            "parent",
            _("%(name)s on level %(level)d cannot belong to %(parent)s on level %(above)d.")
            % {
                "name": organization.name,
                "level": organization.level,
                "parent": organization.parent.name,
                "above": organization.parent.level,
            },
            _("The parent must be on a level above."),
            field="parent",
        )


@transaction.atomic
def end_organization(actor: Actor, organization_id: int, day: date) -> None:
    """Let an organization end on `day`. Its cases and its past stay.

    Raises:
        NotFound: there is none, or it has ended already.
        Refused: organizations or members still belong to it.
    """
    require_administrator(actor)
    organization = Organization.objects.select_for_update().filter(pk=organization_id, valid_to=None).first()
    if organization is None:
        raise NotFound("not_holding", _("This organization does not exist any more."))
    if organization.children.filter(valid_to=None).exists() or organization.members.filter(is_active=True).exists():
        raise Refused(
            "in_use",
            _("Organizations or members still belong to %(name)s.") % {"name": organization.name},
            _("Move them to another organization first."),
        )
    organization.valid_to = day
    organization.save(update_fields=["valid_to"])


@transaction.atomic
def add_members(
    actor: Actor, wanted: Sequence[MemberValues], day: date, progress: Callable[[int], None] = lambda done: None
) -> list[FirstPassword]:
    """Add members with their posts and a random first password each. Returns the passwords; they are kept nowhere.

    Args:
        progress: told how many passwords are hashed, which takes most of the time.

    Raises:
        Refused: posts on both axes.
    """
    require_administrator(actor)
    passwords = [first_password() for _each in wanted]
    members = []
    with ThreadPoolExecutor() as threads:
        for done, (values, hashed) in enumerate(zip(wanted, threads.map(make_password, passwords), strict=True), start=1):
            members.append(_member(values, hashed))
            progress(done)
    members = Member.objects.bulk_create(members)
    MemberPost.objects.bulk_create(
        MemberPost(member=member, post=post.value, valid_from=day)
        for member, values in zip(members, wanted, strict=True)
        for post in sorted(values.posts)
    )
    return [FirstPassword(values.username, values.full_name, word) for values, word in zip(wanted, passwords, strict=True)]


@transaction.atomic
def change_member(actor: Actor, values: MemberValues, day: date) -> Member:
    """Keep what changed of a member; posts no longer named end on `day`, new ones begin.

    Raises:
        NotFound: there is no member with that user name.
        Refused: posts on both axes.
    """
    require_administrator(actor)
    member = Member.objects.select_for_update().filter(username=values.username).first()
    if member is None:
        raise NotFound("member", _("There is no member “%(name)s”.") % {"name": values.username}, field="username")
    for field in ("full_name", "organization_id", "division_code", "phone", "language"):
        setattr(member, field, getattr(values, field))
    member.save(update_fields=list(MEMBER_FIELDS))
    appoint(actor, member, values.posts, day)
    return member


@transaction.atomic
def appoint(actor: Actor, member: Member, posts: Collection[Post], day: date) -> None:
    """Let a member hold exactly these posts from `day` on.

    Raises:
        Refused: they lie on both axes.
    """
    require_administrator(actor)
    member.axis = axis_of(posts).value
    member.is_staff = Post.ADMINISTRATOR in posts
    member.save(update_fields=["axis", "is_staff"])
    still = member.posts.filter(Q(valid_to=None) | Q(valid_to__gt=day))  # posts for a term too (`terms.lend`)
    held = {Post(post) for post in still.values_list("post", flat=True)}
    # First end, then begin: on no moment does the member hold posts on both axes.
    still.filter(post__in=[post.value for post in held - set(posts)]).update(valid_to=day)
    MemberPost.objects.bulk_create(MemberPost(member=member, post=post.value, valid_from=day) for post in sorted(set(posts) - held))


@transaction.atomic
def dismiss(actor: Actor, member: Member, day: date) -> None:
    """End all posts of a member, who cannot sign in any more. What they did stays in their name."""
    appoint(actor, member, (), day)
    member.is_active = False
    member.save(update_fields=["is_active"])


def give_new_password(actor: Actor, member: Member) -> FirstPassword:
    """A new random password for somebody who has lost theirs, to be changed when they sign in; the old one is void at once."""
    require_administrator(actor)
    word = first_password()
    member.set_password(word)
    member.must_choose_password = True
    member.save(update_fields=["password", "must_choose_password"])
    return FirstPassword(member.username, member.full_name, word)


def choose_password(member: Member, password: str) -> None:
    """The password that a member has chosen for themselves; every session and token made with the one before ends."""
    member.set_password(password)
    member.must_choose_password = False
    member.save(update_fields=["password", "must_choose_password"])


def first_password() -> str:
    """A random password that is easy to read out: `kq7m-p2wd-9hxe-rt4c`."""
    groups = ("".join(secrets.choice(PASSWORD_LETTERS) for _letter in range(PASSWORD_GROUP_LETTERS)) for _group in range(PASSWORD_GROUPS))
    return "-".join(groups)


def _member(values: MemberValues, hashed_password: str) -> Member:
    return Member(
        username=values.username,
        full_name=values.full_name,
        organization_id=values.organization_id,
        axis=axis_of(values.posts).value,
        division_code=values.division_code,
        phone=values.phone,
        language=values.language,
        password=hashed_password,
        must_choose_password=True,
        is_staff=Post.ADMINISTRATOR in values.posts,  # Opens the plain tables, where every table asks for the post again.
    )
