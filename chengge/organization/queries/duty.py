"""Who is on duty, who stands in for whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from chengge.domain.lifecycle import Post
from chengge.organization.models import Duty, Member, MemberPost, PostChoice, Substitution
from chengge.organization.queries import Actor, city_day


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A member on duty on a post; `stands_in_for` names whom they are there for, where that is somebody else."""

    member: Member
    post: Post
    starts_at: datetime
    ends_at: datetime
    stands_in_for: str = ""

    @property
    def post_name(self) -> str:
        return str(PostChoice(self.post.value).label)


def on_duty(posts: Iterable[Post], at: datetime) -> list[OnDuty]:
    """Who is on duty on these posts at a moment, by post and end. A substitute is there for whom they stand in for. Three queries."""
    wanted, day = list(posts), city_day(at)
    held = MemberPost.objects.filter(post__in=[post.value for post in wanted], valid_from__lte=day).exclude(valid_to__lte=day)
    post_of = {row.member_id: Post(row.post) for row in held}
    away = {row.member_id: row.substitute for row in standing_in(day).filter(member__in=post_of).select_related("substitute")}
    spans = Duty.objects.filter(starts_at__lte=at, ends_at__gt=at, member__in=post_of, member__is_active=True).select_related("member")
    found: dict[tuple[int, Post], OnDuty] = {}
    for span in spans.order_by("ends_at"):
        member = away.get(span.member_id, span.member)
        name = str(span.member) if span.member_id in away else ""
        found[member.pk, post_of[span.member_id]] = OnDuty(member, post_of[span.member_id], span.starts_at, span.ends_at, name)
    return sorted(found.values(), key=lambda one: (wanted.index(one.post), one.ends_at, one.member.pk))


def standing_in(day: date) -> QuerySet[Substitution]:
    """The substitutions of a day."""
    return Substitution.objects.filter(first_day__lte=day, last_day__gte=day, ended_at=None)


def substitutions_of(actor: Actor, day: date) -> QuerySet[Substitution]:
    """What is arranged from `day` on: everything for the administrator, else what concerns the member."""
    rows = Substitution.objects.filter(last_day__gte=day, ended_at=None).select_related("member__organization", "substitute", "arranged_by")
    if Post.ADMINISTRATOR in actor.posts:
        return rows
    return rows.filter(Q(member_id=actor.member_id or 0) | Q(substitute_id=actor.member_id or 0))


def colleagues(actor: Actor) -> QuerySet[Member]:
    """Among whom a member chooses a substitute: who works in the same organization; everybody for the administrator."""
    rows = Member.objects.filter(is_active=True).exclude(pk=actor.member_id or 0).select_related("organization")
    if Post.ADMINISTRATOR not in actor.posts:
        rows = rows.filter(organization_id=actor.organization_id or 0)
    return rows.order_by("organization__code", "username")
