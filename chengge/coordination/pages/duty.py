"""Who is on duty at the desks, who stands in for whom, and the plan of the next days."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge import clock
from chengge.casework.queries.sight import with_all_below
from chengge.coordination.actions.duty import Planned, drop_duty, plan_duty, planable
from chengge.coordination.pages.typed import day_typed, whole
from chengge.coordination.queries.requests import ASKS
from chengge.coordination.queries.shifts import AT_DESKS
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.organization.actions.substitutions import Arranged, arrange, call_off
from chengge.organization.gates import actor_at, for_members, for_posts
from chengge.organization.models import Duty, MemberPost, PostChoice
from chengge.organization.queries import CITY_ZONE, Actor, city_day
from chengge.organization.queries.duty import OnDuty, colleagues, on_duty, substitutions_of
from chengge.organization.refusals import status_of

# Whom a desk shows as being on duty beside its own post.
BESIDE_DESK = (Post.DISPATCHER, Post.SHIFT_LEADER, Post.COORDINATOR)
DAYS_AHEAD = 7
IN_ORDER = ("post", "member__organization__code", "member__username")
planners = for_posts(Post.ADMINISTRATOR, Post.COORDINATOR, Post.SHIFT_LEADER, Post.DEPARTMENT)


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
    mine = planable(actor)
    context: dict[str, Any] = {
        "tab": "coordination",
        "sections": bool(actor.posts & ASKS),
        "there": [*on_duty(AT_DESKS, at), *_of_departments(actor, at)],
        "substitutions": list(substitutions_of(actor, today)),
        "colleagues": list(colleagues(actor)),
        "arranges_all": Post.ADMINISTRATOR in actor.posts,
        "planned": _planned(mine, at),
        "planable": [(row.member, _post_and_body(actor, row)) for row in mine.select_related("member__organization").order_by(*IN_ORDER)],
        "refusal": refusal,
        "typed": typed,
        "today": today,
        "actor": actor,
    }
    return render(request, "coordination/shifts/duty.html", context, status=status)


def _of_departments(actor: Actor, at: datetime) -> list[OnDuty]:
    """Who is on duty at the desks of the own department and of those below it."""
    if Post.DEPARTMENT not in actor.posts or actor.organization_id is None:
        return []
    own = set(with_all_below(actor.organization_id))
    return [one for one in on_duty((Post.DEPARTMENT,), at) if one.member.organization_id in own]


def _post_and_body(actor: Actor, row: MemberPost) -> str:
    body = row.member.organization
    return str(PostChoice(row.post).label) if body is None or body.pk == actor.organization_id else body.short_name


def _planned(held: QuerySet[MemberPost], at: datetime) -> list[tuple[Any, list[Duty]]]:
    """What is planned for the next days, day by day."""
    until = datetime.combine(city_day(at) + timedelta(days=DAYS_AHEAD), time(), CITY_ZONE)
    rows = Duty.objects.filter(member__in=held.values("member_id"), ends_at__gt=at, starts_at__lt=until).select_related("member")
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
