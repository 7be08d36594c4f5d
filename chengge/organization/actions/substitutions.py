"""Standing in for somebody: a member names a substitute for some days, or the administrator does."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.codes import code_range
from chengge.domain.errors import Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Axis, Post
from chengge.organization.models import Member, PostChoice, Substitution
from chengge.organization.queries import NOT_BY_SUBSTITUTION, Actor, city_day

MOST_DAYS = 92


@dataclass(frozen=True, slots=True)
class Arranged:
    """Who stands in for whom, from a day up to and including another."""

    member_id: int
    substitute_id: int
    first_day: date
    last_day: date
    reason: str = ""


@transaction.atomic
def arrange(actor: Actor, wanted: Arranged) -> Substitution:
    """Let a substitute hold a member's posts and scope for some days.

    Raises:
        Forbidden: it is neither one's own absence nor is the actor an administrator. NotFound: no such member.
        Refused: these days, or this substitute, cannot be.
    """
    if actor.member_id != wanted.member_id and Post.ADMINISTRATOR not in actor.posts:
        raise Forbidden("member", _("Everybody names a substitute for themselves; for others the administrator does."))
    people = Member.objects.select_for_update().order_by("pk").in_bulk([wanted.member_id, wanted.substitute_id])
    member, substitute = people.get(wanted.member_id), people.get(wanted.substitute_id)
    if member is None or substitute is None or not substitute.is_active:
        raise NotFound("member", _("There is no such member."), _("Choose one of those shown."), "substitute_id")
    _check_days(wanted)
    _check_people(member, substitute, city_day(clock.now()))
    _check_others(wanted)
    return Substitution.objects.create(
        member=member,
        substitute=substitute,
        first_day=wanted.first_day,
        last_day=wanted.last_day,
        reason=wanted.reason.strip()[:100],
        arranged_by_id=actor.member_id,
        arranged_at=clock.now(),
    )


def call_off(actor: Actor, substitution_id: int) -> None:
    """End a substitution at once. What was done in its right stays as it was done.

    Raises:
        NotFound: there is none, or it has ended. Forbidden: it is somebody else's.
    """
    row = Substitution.objects.filter(pk=substitution_id, ended_at=None).first()
    if row is None:
        raise NotFound("substitution", _("This substitution has ended."))
    if actor.member_id != row.member_id and Post.ADMINISTRATOR not in actor.posts:
        raise Forbidden("member", _("Only who is away, or the administrator, calls it off."))
    Substitution.objects.filter(pk=row.pk, ended_at=None).update(ended_at=clock.now())


def _check_days(wanted: Arranged) -> None:
    if wanted.last_day < wanted.first_day:
        raise Refused("last_day", _("The last day lies before the first."), _("Choose a later one."), "last_day")
    if wanted.last_day < city_day(clock.now()):
        raise Refused("last_day", _("These days are over."), _("Choose days from today on."), "last_day")
    if (wanted.last_day - wanted.first_day).days >= MOST_DAYS:
        said = _("Somebody stands in for at most %(most)d days.") % {"most": MOST_DAYS}
        raise Refused("last_day", said, _("For longer the administrator gives the post."), "last_day")


def _check_people(member: Member, substitute: Member, day: date) -> None:
    """Only inside one organization, never on both axes, and only where one scope lies in the other."""
    if member.pk == substitute.pk:
        raise Refused("substitute", _("Nobody stands in for themselves."), field="substitute_id")
    if member.organization_id is None or member.organization_id != substitute.organization_id:
        hint = _("Choose a colleague of the same organization.")
        raise Refused("organization", _("%(name)s belongs to another organization.") % {"name": substitute}, hint, "substitute_id")
    posts = _posts(member, day) - NOT_BY_SUBSTITUTION
    if not posts:
        names = _(", ").join(str(PostChoice(post.value).label) for post in sorted(NOT_BY_SUBSTITUTION))
        said = _("%(name)s holds no post that somebody else could hold for them.") % {"name": member}
        raise Refused("post", said, _("Never by substitution: %(posts)s.") % {"posts": names}, "member_id")
    if len({post.axis for post in posts | _posts(substitute, day)} - {Axis.NEITHER}) > 1:
        hint = _("Whoever dispatches cannot close: choose somebody on the same axis.")
        raise Refused("axis", _("%(name)s works on the other axis.") % {"name": substitute}, hint, "substitute_id")
    one, other = (code_range(who.division_code) if who.division_code else None for who in (member, substitute))
    if not (_holds(one, other) or _holds(other, one)):
        raise Refused("scope", _("%(name)s works in another area.") % {"name": substitute}, _("Choose somebody else."), "substitute_id")


def _check_others(wanted: Arranged) -> None:
    at_once = Substitution.objects.filter(ended_at=None, first_day__lte=wanted.last_day, last_day__gte=wanted.first_day)
    if at_once.filter(member_id=wanted.member_id).exists():
        raise Refused("twice", _("Somebody stands in on some of these days already."), _("Call that off first."), "first_day")
    if at_once.filter(member_id=wanted.substitute_id).exists():
        raise Refused("away", _("This colleague is away on some of these days."), _("Choose somebody else."), "substitute_id")


def _posts(member: Member, day: date) -> frozenset[Post]:
    held = member.posts.filter(valid_from__lte=day).exclude(valid_to__lte=day)
    return frozenset(map(Post, held.values_list("post", flat=True)))


def _holds(outer: tuple[int, int] | None, inner: tuple[int, int] | None) -> bool:
    return outer is None or (inner is not None and outer[0] <= inner[0] and inner[1] <= outer[1])
