"""Planning who is on duty at a desk, and at the desks of departments on every level. Inspectors are planned on the roster of the street."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.queries.sight import with_all_below
from chengge.domain.errors import Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.organization.models import Duty, Member, MemberPost
from chengge.organization.queries import CITY_ZONE, Actor, city_day

# Who plans the duty of whom. A department's clerk plans that of the own organization and of those below.
PLANS: dict[Post, frozenset[Post]] = {
    Post.ADMINISTRATOR: frozenset({Post.OPERATOR, Post.SHIFT_LEADER, Post.DISPATCHER, Post.COORDINATOR}),
    Post.COORDINATOR: frozenset({Post.DISPATCHER, Post.COORDINATOR}),
    Post.SHIFT_LEADER: frozenset({Post.OPERATOR, Post.SHIFT_LEADER}),
}
MOST_DAYS_AHEAD = 92


@dataclass(frozen=True, slots=True)
class Planned:
    """A span of duty: from a time of a day to another, which lies on the next day where it is no later."""

    member_id: int
    day: date
    starts: time
    ends: time


def planable(actor: Actor) -> QuerySet[MemberPost]:
    """The posts, held today by whom, whose duty this member plans."""
    today = city_day(clock.now())
    posts = frozenset().union(*(PLANS.get(post, frozenset()) for post in actor.posts))
    theirs = Q(post__in=[post.value for post in posts])
    if Post.DEPARTMENT in actor.posts and actor.organization_id is not None:
        theirs |= Q(post=Post.DEPARTMENT.value, member__organization_id__in=with_all_below(actor.organization_id))
    return MemberPost.objects.filter(theirs, valid_from__lte=today, member__is_active=True).exclude(valid_to__lte=today)


@transaction.atomic
def plan_duty(actor: Actor, wanted: Planned) -> Duty:
    """Put a member on duty.

    Raises:
        Forbidden: this member's duty is not the actor's to plan. NotFound: no such member. Refused: the span cannot be.
    """
    member = Member.objects.select_for_update().filter(pk=wanted.member_id, is_active=True).first()
    if member is None:
        raise NotFound("member", _("There is no such member."), _("Choose one of those shown."), "member_id")
    _require(actor, member)
    now = clock.now()
    if wanted.day > city_day(now) + timedelta(days=MOST_DAYS_AHEAD):
        raise Refused("far", _("Duty is planned at most %(days)d days ahead.") % {"days": MOST_DAYS_AHEAD}, field="day")
    if wanted.day < city_day(now) - timedelta(days=1):
        raise Refused("over", _("This span is over."), _("Choose a later day."), "day")
    starts_at = datetime.combine(wanted.day, wanted.starts, CITY_ZONE)
    ends_at = datetime.combine(wanted.day, wanted.ends, CITY_ZONE)
    if ends_at <= starts_at:
        ends_at += timedelta(days=1)
    if ends_at <= now:
        raise Refused("over", _("This span is over."), _("Choose a later day."), "day")
    if Duty.objects.filter(member=member, starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        hint = _("Take that one away first.")
        raise Refused("overlap", _("%(name)s is on duty in some of this time already.") % {"name": member}, hint, "starts")
    return Duty.objects.create(member=member, starts_at=starts_at, ends_at=ends_at)


@transaction.atomic
def drop_duty(actor: Actor, duty_id: int) -> None:
    """Take away duty that has not begun.

    Raises:
        NotFound: there is none that has not begun. Forbidden: it is not the actor's to plan.
    """
    duty = Duty.objects.select_for_update().select_related("member").filter(pk=duty_id, starts_at__gt=clock.now()).first()
    if duty is None:
        raise NotFound("duty", _("There is no such duty, or it has begun."))
    _require(actor, duty.member)
    duty.delete()


def _require(actor: Actor, member: Member) -> None:
    if not planable(actor).filter(member=member).exists():
        raise Forbidden("post", _("The duty of %(name)s is not yours to plan.") % {"name": member})
