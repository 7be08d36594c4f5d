"""Notices under the bell, and the administrator's page of what is stuck."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from chengge.domain.errors import Refused
from chengge.notices import actions, queries
from chengge.notices.models import Notice
from chengge.notices.queries import Wanted
from chengge.notices.words import topic_name
from chengge.organization.gates import actor_at, for_administrators, for_members
from chengge.organization.typed import day

STUCK = "stuck"


@require_safe
@for_members
def mine(request: HttpRequest) -> HttpResponse:
    """What a member was told, the newest first."""
    member_id = actor_at(request).member_id or 0
    rows, next_cursor = queries.mine(member_id, request.GET.get("cursor", ""))
    return render(request, "notices/mine.html", {"rows": rows, "next_cursor": next_cursor, "unread": queries.unread(member_id)})


@require_safe
@for_members
def unread(request: HttpRequest) -> HttpResponse:
    """How many notices the member has not read, for the bell. Two queries beyond the session's."""
    response = JsonResponse({"unread": queries.unread(actor_at(request).member_id or 0)})
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@for_members
def follow(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark a notice as read and go where it leads."""
    member_id = actor_at(request).member_id or 0
    notice = Notice.objects.filter(pk=notice_id, member_id=member_id).first()
    if notice is None:
        return redirect("notices")
    actions.mark_read(member_id, [notice.pk])
    safe = notice.link.startswith("/") and url_has_allowed_host_and_scheme(notice.link, allowed_hosts=None)
    return redirect(notice.link if safe else "notices")


@require_POST
@for_members
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    actions.mark_all_read(actor_at(request).member_id or 0)
    return redirect("notices")


@require_safe
@for_administrators
def outbox(request: HttpRequest) -> HttpResponse:
    """What is stuck, by topic, state and day; and everything else by search."""
    wanted = _wanted(request)
    rows, next_cursor = queries.found(wanted, request.GET.get("cursor", ""))
    piles = queries.piles()
    context: dict[str, Any] = {
        "tab": "manage",
        "part": "notices",
        "wanted": wanted,
        "rows": rows,
        "next_cursor": next_cursor,
        "piles": piles,
        "stuck": sum(pile.count for pile in piles if pile.state in actions.STUCK),
        "topics": sorted(((topic, topic_name(topic)) for topic in queries.topics()), key=lambda pair: pair[1]),
        "states": [(STUCK, _("Not arrived")), ("", _("All")), *Notice.State.choices],
        "query": _query(wanted),
        "cursor": request.GET.get("cursor", ""),
        "can_resend": [state.value for state in actions.STUCK],
    }
    return render(request, "notices/outbox.html", context)


@require_POST
@for_administrators
def resend(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Try one again."""
    try:
        notice = actions.resend(actor_at(request), notice_id)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(subject)s” is tried again.") % {"subject": notice.subject})
    return _back(request)


@require_POST
@for_administrators
def resend_all(request: HttpRequest) -> HttpResponse:
    """Try all again, or those of one topic."""
    count = actions.resend_all(actor_at(request), request.POST.get("topic", ""))
    messages.success(request, ngettext("%(count)s notice is tried again.", "%(count)s notices are tried again.", count) % {"count": count})
    return _back(request)


def _wanted(request: HttpRequest) -> Wanted:
    state = request.GET.get("state", STUCK)
    if state not in ("", STUCK) and state not in Notice.State.values:
        raise Refused("state", _("There is no state “%(state)s”.") % {"state": state[:20]}, field="state")
    text = request.GET.get("q", "").replace("\0", "").strip()[:160]
    return Wanted(state, request.GET.get("topic", "")[:24], day(request.GET, "day"), text)


def _query(wanted: Wanted) -> str:
    given = {"state": wanted.state, "topic": wanted.topic, "day": wanted.day.isoformat() if wanted.day else "", "q": wanted.text}
    return urlencode({name: value for name, value in given.items() if value or name == "state"})


def _back(request: HttpRequest) -> HttpResponse:
    query = request.POST.get("query", "")
    return redirect(f"/manage/notices/?{query}" if query else "/manage/notices/")
