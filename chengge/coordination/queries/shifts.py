"""Shifts: what a desk hands over, what was handed over, and which shifts ended without."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import SidePath
from chengge.casework.queries import CaseFilter, cases, lights
from chengge.coordination.models import Handover, HandoverItem
from chengge.coordination.queries.orders import orders
from chengge.coordination.queries.requests import promises, requests_waiting
from chengge.domain.errors import Forbidden, NotFound
from chengge.domain.lifecycle import ASKINGS, BY_ACTION, Post, Request
from chengge.organization.models import Duty, Member, MemberPost, PostChoice
from chengge.organization.queries import Actor, city_day

# The desks at which somebody is on duty.
AT_DESKS = (Post.DISPATCHER, Post.SHIFT_LEADER, Post.OPERATOR, Post.COORDINATOR)
# Desks that go from hand to hand at the change of a shift.
HANDED_OVER = (Post.DISPATCHER, Post.SHIFT_LEADER, Post.COORDINATOR)
# Who sees every hand-over, and the shifts that had none.
OVERSEEING = frozenset({Post.LEADER, Post.ADMINISTRATOR})
MOST_OF_A_KIND = 30
ORDERS = "order"
GRACE = timedelta(hours=1)  # so long after its end a shift may still be handed over
BEFORE_THE_END = timedelta(hours=4)  # and so long before
LOOKS_BACK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a draft; the names are those of `HandoverItem`."""

    kind: str
    case_id: int
    number: str
    text: str
    due_at: datetime | None

    @property
    def kind_name(self) -> str:
        return str(HandoverItem.Kind(self.kind).label)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A desk as it stands: how much is on it, and what must not be forgotten."""

    post: Post
    open_count: int
    due_soon_count: int
    overdue_count: int
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """A shift that ended and was not handed over."""

    member: Member
    post: str
    starts_at: datetime
    ends_at: datetime

    @property
    def post_name(self) -> str:
        return str(PostChoice(self.post).label)


def posts_handed_over(actor: Actor) -> tuple[Post, ...]:
    """The desks that this member may hand over or take on."""
    return tuple(post for post in HANDED_OVER if post in actor.posts)


def require_giver(actor: Actor, post: Post) -> None:
    """Raises Forbidden unless the member is on a post whose desk is handed over."""
    if post not in posts_handed_over(actor):
        raise Forbidden("post", _("Only who is on this post hands its desk over."))


def require_reader(actor: Actor) -> None:
    """Raises Forbidden for whoever has nothing to do with any hand-over."""
    if not actor.posts & (OVERSEEING | set(HANDED_OVER)):
        raise Forbidden("post", _("Hand-overs are seen by those whose desks are handed over, and by leaders."))


def require_overseer(actor: Actor) -> None:
    """Raises Forbidden unless the member looks over all shifts."""
    if not actor.posts & OVERSEEING:
        raise Forbidden("post", _("Shifts without a hand-over are for leaders to see."))


def drafted(actor: Actor, post: Post) -> Drafted:
    """What is open on a desk, what presses, and what was promised. A fixed number of queries."""
    counted = lights(actor, CaseFilter(desk=post))
    now = clock.now()
    pressing = [case for case in cases(actor, CaseFilter(desk=post), None, MOST_OF_A_KIND).rows if case.yellow_at and case.yellow_at <= now]
    items = [
        Item("pressing", case.pk, case.number, f"{case.problem_class.name} · {case.place or '–'} · {case.get_stage_display()}", case.due_at)
        for case in pressing
    ]
    items += [
        Item("promise", call.case_id, call.case.number, f"{call.case.problem_class.name} · {call.with_whom}：{call.gist}", call.promised_by)
        for call in promises(actor)[:MOST_OF_A_KIND]
    ]
    answered_here = {kind.value for kind in Request if post in BY_ACTION[ASKINGS[kind].grant].posts}
    waiting = requests_waiting(actor).filter(kind__in=answered_here)[:MOST_OF_A_KIND]
    items += [_of_side_path("request", path, path.answer_due_at) for path in waiting]
    if post in BY_ACTION["order_supervision"].posts:
        in_force = [*orders(actor, "open")[:MOST_OF_A_KIND], *orders(actor, "answered")[:MOST_OF_A_KIND]]
        items += [_of_side_path("order", path, path.answer_due_at) for path in in_force]
    return Drafted(post, counted.total, counted.yellow, counted.red, tuple(items))


def _of_side_path(kind: str, path: SidePath, due_at: datetime | None) -> Item:
    who = path.organization.short_name if path.organization else "–"
    said = f"{path.get_kind_display()} · {path.case.problem_class.name} · {who}"
    if kind == ORDERS and path.answered_at is not None:
        said += _(" · answered")
    return Item(kind, path.case_id, path.case.number, said, due_at)


def handovers(actor: Actor, words: str = "", day_from: datetime | None = None, day_to: datetime | None = None) -> QuerySet[Handover]:
    """Hand-overs in sight, the latest first: of the member's own desks, or all for whoever oversees."""
    rows = Handover.objects.select_related("member", "taken_by")
    if not actor.posts & OVERSEEING:
        rows = rows.filter(Q(post__in=[post.value for post in posts_handed_over(actor)]) | Q(member_id=actor.member_id or 0))
    if words:
        in_items = HandoverItem.objects.filter(Q(text__icontains=words) | Q(case__number__startswith=words), handover=OuterRef("pk"))
        rows = rows.filter(Q(notes__icontains=words) | Q(member__full_name__icontains=words) | Exists(in_items))
    if day_from is not None:
        rows = rows.filter(given_at__gte=day_from)
    if day_to is not None:
        rows = rows.filter(given_at__lt=day_to)
    return rows.order_by("-given_at", "-pk")


def handover_in_sight(actor: Actor, handover_id: int) -> Handover:
    """One hand-over. Raises NotFound."""
    found = handovers(actor).filter(pk=handover_id).first()
    if found is None:
        raise NotFound("handover", _("There is no such hand-over, or it is not yours to see."))
    return found


def items_of(handover: Handover) -> list[tuple[str, list[HandoverItem]]]:
    """What was on the list, by kind in words. One query."""
    rows = list(handover.items.select_related("case").order_by("pk"))
    return [(str(kind.label), own) for kind in HandoverItem.Kind if (own := [row for row in rows if row.kind == kind.value])]


def current_duty(member_id: int | None, at: datetime) -> Duty | None:
    """The duty that is being handed over: the one that runs, or that ended less than an hour ago. One query."""
    spans = Duty.objects.filter(member_id=member_id or 0, starts_at__lte=at, ends_at__gt=at - GRACE)
    return spans.order_by("-starts_at").first()


def missing(at: datetime) -> list[Missing]:
    """Shifts of the last week, over for more than an hour, that nobody handed over, the latest first. Two queries."""
    held = MemberPost.objects.filter(post__in=[post.value for post in HANDED_OVER], valid_from__lte=city_day(at)).exclude(
        valid_to__lte=city_day(at - LOOKS_BACK)
    )
    post_of = dict(held.values_list("member_id", "post"))
    given = Handover.objects.filter(
        member=OuterRef("member"), given_at__gte=OuterRef("ends_at") - BEFORE_THE_END, given_at__lte=OuterRef("ends_at") + GRACE
    )
    spans = Duty.objects.filter(member__in=post_of, ends_at__gt=at - LOOKS_BACK, ends_at__lte=at - GRACE).exclude(Exists(given))
    return [
        Missing(span.member, post_of[span.member_id], span.starts_at, span.ends_at)
        for span in spans.select_related("member").order_by("-ends_at")
    ]


def count_by_member(rows: Iterable[Missing]) -> list[tuple[Member, int]]:
    """How many shifts each left without a hand-over, the most first."""
    members = {row.member.pk: row.member for row in rows}
    return [(members[pk], count) for pk, count in Counter(row.member.pk for row in rows).most_common()]
