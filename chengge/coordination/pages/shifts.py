"""The change of a shift: the list that is drafted, handing over, taking on, and the shifts that had none."""

from datetime import datetime, time, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge import clock
from chengge.coordination.actions.shifts import hand_over, take_on
from chengge.coordination.models import HandoverItem
from chengge.coordination.pages.typed import day_typed
from chengge.coordination.queries.requests import ASKS
from chengge.coordination.queries.shifts import (
    HANDED_OVER,
    OVERSEEING,
    Drafted,
    count_by_member,
    current_duty,
    drafted,
    handover_in_sight,
    handovers,
    items_of,
    missing,
    posts_handed_over,
    require_giver,
)
from chengge.domain.errors import NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.foundation.pages.manage.common import page_of
from chengge.organization.gates import actor_at, for_posts
from chengge.organization.models import PostChoice
from chengge.organization.queries import CITY_ZONE
from chengge.organization.refusals import status_of

handing = for_posts(*HANDED_OVER)
seeing = for_posts(*HANDED_OVER, *sorted(OVERSEEING))
MISSING_SHOWN = 20


@require_safe
@seeing
def listed(request: HttpRequest) -> HttpResponse:
    """What was handed over, to be searched; for a leader also the shifts without."""
    actor, asked = actor_at(request), request.GET
    first, last = day_typed(asked, "from"), day_typed(asked, "to")
    rows = page_of(
        request,
        handovers(
            actor,
            asked.get("q", "").strip()[:60],
            datetime.combine(first, time(), CITY_ZONE) if first else None,
            datetime.combine(last + timedelta(days=1), time(), CITY_ZONE) if last else None,
        ),
    )
    without = missing(clock.now()) if actor.posts & OVERSEEING else []
    keep = asked.copy()
    keep.pop("page", None)
    context = {
        "tab": "coordination",
        "rows": rows,
        "words": asked.get("q", ""),
        "from": asked.get("from", ""),
        "to": asked.get("to", ""),
        "keep": keep.urlencode(),
        "mine": [(post.value, PostChoice(post.value).label) for post in posts_handed_over(actor)],
        "oversees": bool(actor.posts & OVERSEEING),
        "missing": without[:MISSING_SHOWN],
        "missing_count": len(without),
        "missing_by": count_by_member(without)[:MISSING_SHOWN],
        "actor": actor,
    }
    return render(request, "coordination/shifts/list.html", context)


@handing
def new(request: HttpRequest, post: str) -> HttpResponse:
    """The desk as it stands, the notes that are added, and handing it over."""
    actor = actor_at(request)
    if post not in {one.value for one in HANDED_OVER}:
        raise NotFound("post", _("This desk is not handed over."))
    own = Post(post)
    require_giver(actor, own)
    refusal = None
    if request.method == "POST":
        try:
            given = hand_over(actor, own, request.POST.get("notes", ""))
        except Refused as refused:
            refusal = refused
        else:
            messages.success(request, _("Handed over. Whoever is on duty has been told."))
            return redirect("coordination_handover", given.pk)
    now = drafted(actor, own)
    context = {
        "tab": "coordination",
        "drafted": now,
        "groups": _grouped(now),
        "post_name": PostChoice(post).label,
        "duty": current_duty(actor.member_id, clock.now()),
        "notes": request.POST.get("notes", ""),
        "refusal": refusal,
    }
    return render(request, "coordination/shifts/new.html", context, status=status_of(refusal) if refusal else 200)


@require_safe
@seeing
def one(request: HttpRequest, handover_id: int) -> HttpResponse:
    """One hand-over, and taking it on."""
    actor = actor_at(request)
    given = handover_in_sight(actor, handover_id)
    may_take = given.taken_at is None and given.member_id != actor.member_id and given.post in {post.value for post in actor.posts}
    context = {"tab": "coordination", "given": given, "groups": items_of(given), "may_take": may_take, "sections": bool(actor.posts & ASKS)}
    return render(request, "coordination/shifts/one.html", context)


@require_safe
@seeing
def printed(request: HttpRequest, handover_id: int) -> HttpResponse:
    """One hand-over on paper."""
    given = handover_in_sight(actor_at(request), handover_id)
    return render(request, "coordination/shifts/print.html", {"tab": "coordination", "given": given, "groups": items_of(given)})


@require_POST
@handing
def take(request: HttpRequest, handover_id: int) -> HttpResponse:
    """Take a desk on."""
    take_on(actor_at(request), handover_id)
    messages.success(request, _("You have taken it on."))
    return redirect("coordination_handover", handover_id)


def _grouped(now: Drafted) -> list[tuple[str, list[object]]]:
    return [(str(kind.label), own) for kind in HandoverItem.Kind if (own := [item for item in now.items if item.kind == kind.value])]
