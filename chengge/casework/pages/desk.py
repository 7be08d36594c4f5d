"""A desk: queue, case, and what to do with it, side by side; one for each post."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chengge.casework.models import Channel, SavedFilter, StageChoice
from chengge.casework.pages.case import case_context
from chengge.casework.pages.chips import chips_of
from chengge.casework.pages.rows import Shown, rows_html
from chengge.casework.queries import (
    ALL,
    QUEUES,
    CaseFilter,
    Lights,
    by_area,
    cases,
    count_incomplete,
    counts_by_stage,
    lights,
    queue_of,
    read_to_now,
    row_words,
    whole_desk,
)
from chengge.casework.queries.levels import level_stands
from chengge.casework.templatetags.page import desk_name
from chengge.domain.errors import Forbidden, Refused
from chengge.domain.lifecycle import BY_ACTION, OPEN, Post
from chengge.foundation.models import ProblemKind
from chengge.foundation.queries import classes, divisions_tree
from chengge.organization.gates import actor_at, for_members, for_posts
from chengge.organization.models import Organization
from chengge.organization.queries import Actor

PAGE_SIZE = 20
# Actions that need nothing but the decision, and so can be taken on many cases at once.
SAFE_IN_BULK = ("file", "take_up", "ask_to_check", "close")
MOST_CLASSES = 500


@dataclass(frozen=True, slots=True)
class QueueTab:
    """One of the small tabs above the list."""

    name: str
    label: str
    count: int | None
    address: str
    chosen: bool


@require_safe
@for_members
def desk(request: HttpRequest, post: str) -> HttpResponse:
    """The whole page; an administrator's begins with an overview instead of a list."""
    actor, desk_post, wanted = desk_asked(request, post)
    if desk_post is Post.ADMINISTRATOR and not request.GET:
        return render(request, "casework/overview.html", _overview(actor))
    context = desk_context(request, actor, desk_post, wanted)
    if number := request.GET.get("case"):
        try:
            context |= case_context(actor, number)
        except Refused as refusal:
            context["refusal"] = refusal
    return render(request, "casework/desk.html", context)


@require_safe
@for_members
def rows(request: HttpRequest, post: str) -> HttpResponse:
    """The next rows of the list, from `cursor` on."""
    actor, desk_post, wanted = desk_asked(request, post)
    return render(
        request, "casework/parts/rows.html", list_context(request, actor, desk_post, wanted, request.GET.get("cursor"), PAGE_SIZE)
    )


@require_safe
@for_members
def open_case(request: HttpRequest, post: str, number: str) -> HttpResponse:
    """The case and what to do with it, for the middle and the side of an open desk."""
    actor, desk_post, _wanted = desk_asked(request, post)
    return render(request, "casework/parts/opened_parts.html", {"post": desk_post, "on_desk": True} | case_context(actor, number))


@require_safe
@for_members
def filter_panel(request: HttpRequest, post: str) -> HttpResponse:
    """The sheet in which a search is put together."""
    _actor, desk_post, wanted = desk_asked(request, post)
    context = {
        "post": desk_post,
        "wanted": wanted,
        "stages": [(stage.value, StageChoice(stage.value).label) for stage in OPEN],
        "stages_wanted": wanted.stages,
        "kinds": ProblemKind.choices,
        "classes": classes(limit=MOST_CLASSES),
        "organizations": Organization.objects.filter(level=2, valid_to=None),
        "divisions": divisions_tree(),
        "channels": Channel.choices,
    }
    return render(request, "casework/parts/filter_panel.html", context)


@require_safe
@for_posts(Post.DEPARTMENT)
def levels_strip(request: HttpRequest) -> HttpResponse:
    """How the department stands, level by level; the desk asks for it once it is there."""
    return render(request, "casework/parts/levels.html", {"stands": level_stands(actor_at(request))})


def desk_asked(request: HttpRequest, post: str) -> tuple[Actor, Post, CaseFilter]:
    """Who asks, for which desk, and what is looked for on it.

    Raises:
        Forbidden: a desk of a post that the member does not hold.
        Refused: a search that makes no sense.
    """
    actor = actor_at(request)
    if post not in Post._value2member_map_:
        raise Http404
    if Post(post) not in actor.posts:
        raise Forbidden(
            "post", _("This desk belongs to another post: %(desk)s.") % {"desk": desk_name(Post(post))}, _("Go to your own desk.")
        )
    wanted = by_area(replace(CaseFilter.parse(request.GET), desk=Post(post)))
    if wanted.queue not in ("", ALL) and queue_of(Post(post), wanted.queue) is None:
        wanted = replace(wanted, queue="")
    return actor, Post(post), wanted


def desk_context(request: HttpRequest, actor: Actor, post: Post, wanted: CaseFilter) -> dict[str, Any]:
    """Everything around the case."""
    read_to = read_to_now()  # before the list is read, so that nothing falls between the two
    counted = lights(actor, wanted)
    address = f"/desk/{post.value}/"
    return {
        "tab": f"desk:{post.value}",
        "on_desk": True,
        "read_to": read_to,
        "desk_title": desk_name(post),
        "queues": queue_tabs(post, wanted, counted),
        "lights": counted,
        "lights_address": address,
        "wanted": wanted,
        "chips": chips_of(wanted, address),
        "saved": list(SavedFilter.objects.filter(member_id=actor.member_id, desk=post.value)),
        "query": urlencode(wanted.query(), doseq=True),
        "bulk_actions": [action for action in SAFE_IN_BULK if post in BY_ACTION[action].posts],
        "waiting_reports": count_incomplete(actor) if post is Post.OPERATOR else 0,
        "everywhere": address + "?" + urlencode(replace(wanted, queue=ALL).query(), doseq=True),
    } | list_context(request, actor, post, wanted, None, PAGE_SIZE)


def list_context(request: HttpRequest, actor: Actor, post: Post, wanted: CaseFilter, cursor: str | None, size: int) -> dict[str, Any]:
    """One page of the list with what its rows say."""
    page = cases(actor, wanted, cursor, size)
    query = urlencode(wanted.query(), doseq=True)
    selected = request.GET.get("case", "")
    own = actor.organization_id if post is Post.DEPARTMENT else None
    can_pick = any(post in BY_ACTION[action].posts for action in SAFE_IN_BULK)
    address = f"/desk/{post.value}/?{query}{'&' if query else ''}"
    return {
        "post": post,
        "rows": page.rows,
        "rows_html": rows_html(page.rows, row_words(page.rows, own), Shown(address, selected, can_pick, own)),
        "next_cursor": page.next_cursor,
        "query": query,
        "bulk": can_pick,
        "marks_alike": post in BY_ACTION["merge"].posts,
    }


def queue_tabs(post: Post, wanted: CaseFilter, counted: Lights) -> list[QueueTab]:
    """The small tabs above the list: the whole desk, its sub-queues, and everything in sight."""
    address = f"/desk/{post.value}/"

    def tab(name: str, label: str, count: int | None) -> QueueTab:
        query = urlencode(replace(wanted, queue=name).query(), doseq=True)
        return QueueTab(name, label, count, f"{address}?{query}" if query else address, wanted.queue == name)

    whole = whole_desk(post)
    tabs = [tab("", str(whole.label) if whole else _("All waiting"), counted.total)]
    for queue in QUEUES[post]:
        count = counted.queues.get(queue.name)
        if queue is not whole and (count != 0 or not queue.where or queue.name == wanted.queue):
            tabs.append(tab(queue.name, str(queue.label), count))
    return [*tabs, tab(ALL, _("Everywhere"), None)]


def _overview(actor: Actor) -> dict[str, Any]:
    by_stage = counts_by_stage(actor)
    return {
        "tab": f"desk:{Post.ADMINISTRATOR.value}",
        "stages": [(StageChoice(stage).label, stage, counted) for stage, counted in by_stage.items()],
        "incomplete": count_incomplete(actor),
        "total": Lights(*(sum(getattr(counted, light) for counted in by_stage.values()) for light in ("green", "yellow", "red"))),
    }
