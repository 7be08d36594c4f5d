"""Who is on duty at the desks, who stands in for whom, and the plan of the next days."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge import clock
from chengge.coordination.actions.duty import Planned, drop_duty, plan_duty, plans
from chengge.coordination.pages.typed import day_typed, whole
from chengge.coordination.queries.requests import ASKS
from chengge.coordination.queries.shifts import AT_DESKS
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.organization.actions.substitutions import Arranged, arrange, call_off
from chengge.organization.gates import actor_at, for_members, for_posts
from chengge.organization.models import Duty, Member, MemberPost, PostChoice
from chengge.organization.queries import CITY_ZONE, city_day
from chengge.organization.queries.duty import colleagues, on_duty, substitutions_of
from chengge.organization.refusals import status_of

# Whom a desk shows as being on duty beside its own post.
BESIDE_DESK = (Post.DISPATCHER, Post.SHIFT_LEADER, Post.COORDINATOR)
DAYS_AHEAD = 7
planners = for_posts(Post.ADMINISTRATOR, Post.COORDINATOR, Post.SHIFT_LEADER)


@require_safe
@for_members
def page(request: HttpRequest) -> HttpResponse:
    """Everybody on duty now, substitutions, and the plan."""
    return _page(request, None, QueryDict(), 200)


@require_safe
@for_posts(*BESIDE_DESK)
def now(request: HttpRequest) -> HttpResponse:
    """Who is on duty now, for the head of a desk."""
    return render(request, "coordination/shifts/now.html", {"there": on_duty(BESIDE_DESK, clock.now())})


@require_POST
@planners
def plan(request: HttpRequest) -> HttpResponse:
    """Put somebody on duty."""
    sent = request.POST
    try:
        day = day_typed(sent, "day")
        wanted = Planned(whole(sent, "member_id") or 0, day or city_day(clock.now()), _time(sent, "starts"), _time(sent, "ends"))
        duty = plan_duty(actor_at(request), wanted)
    except Refused as refusal:
        return _page(request, refusal, sent, status_of(refusal))
    messages.success(request, _("%(name)s is on duty on %(day)s.") % {"name": duty.member, "day": city_day(duty.starts_at)})
    return redirect("coordination_duty")


@require_POST
@planners
def drop(request: HttpRequest, duty_id: int) -> HttpResponse:
    """Take planned duty away."""
    drop_duty(actor_at(request), duty_id)
    messages.success(request, _("Taken off the plan."))
    return redirect("coordination_duty")


@require_POST
@for_members
def substitute(request: HttpRequest) -> HttpResponse:
    """Name a substitute."""
    actor, sent = actor_at(request), request.POST
    try:
        first, last = day_typed(sent, "first_day"), day_typed(sent, "last_day")
        if first is None:
            raise Refused("first_day", _("From which day on?"), _("Choose the first day."), "first_day")
        member_id = whole(sent, "member_id") or actor.member_id or 0
        arranged = arrange(actor, Arranged(member_id, whole(sent, "substitute_id") or 0, first, last or first, sent.get("reason", "")))
    except Refused as refusal:
        return _page(request, refusal, sent, status_of(refusal))
    messages.success(request, _("%(name)s stands in.") % {"name": arranged.substitute})
    return redirect("coordination_duty")


@require_POST
@for_members
def no_substitute(request: HttpRequest, substitution_id: int) -> HttpResponse:
    """Call a substitution off."""
    call_off(actor_at(request), substitution_id)
    messages.success(request, _("Called off."))
    return redirect("coordination_duty")


def _page(request: HttpRequest, refusal: Refused | None, typed: QueryDict, status: int) -> HttpResponse:
    actor, at = actor_at(request), clock.now()
    today = city_day(at)
    mine = plans(actor)
    context: dict[str, Any] = {
        "tab": "coordination",
        "sections": bool(actor.posts & ASKS),
        "there": on_duty(AT_DESKS, at),
        "substitutions": list(substitutions_of(actor, today)),
        "colleagues": list(colleagues(actor)),
        "arranges_all": Post.ADMINISTRATOR in actor.posts,
        "planned": _planned(mine, at) if mine else [],
        "planable": _planable(mine) if mine else [],
        "refusal": refusal,
        "typed": typed,
        "today": today,
        "actor": actor,
    }
    return render(request, "coordination/shifts/duty.html", context, status=status)


def _held(posts: frozenset[Post]) -> Any:
    today = city_day(clock.now())
    rows = MemberPost.objects.filter(post__in=[post.value for post in posts], valid_from__lte=today, member__is_active=True)
    return rows.exclude(valid_to__lte=today)


def _planable(posts: frozenset[Post]) -> list[tuple[Member, str]]:
    rows = _held(posts).select_related("member").order_by("post", "member__username")
    return [(row.member, str(PostChoice(row.post).label)) for row in rows]


def _planned(posts: frozenset[Post], at: datetime) -> list[tuple[Any, list[Duty]]]:
    """What is planned for the next days, day by day."""
    until = datetime.combine(city_day(at) + timedelta(days=DAYS_AHEAD), time(), CITY_ZONE)
    rows = Duty.objects.filter(member__in=_held(posts).values("member_id"), ends_at__gt=at, starts_at__lt=until).select_related("member")
    days: dict[Any, list[Duty]] = {}
    for duty in rows.order_by("starts_at", "member__username"):
        days.setdefault(city_day(duty.starts_at), []).append(duty)
    return list(days.items())


def _time(sent: QueryDict, name: str) -> time:
    value = sent.get(name, "").strip()
    try:
        return time.fromisoformat(value)
    except ValueError:
        raise Refused("value", _("“%(value)s” is no time of day.") % {"value": value[:40]}, _("Write it like 08:30."), name) from None
