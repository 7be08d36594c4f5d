"""What stands around every page: the top bar with its tabs and lights, and the words that scripts need."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import RequestContext
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chengge.casework.queries import CaseFilter, Lights, lights
from chengge.domain.lifecycle import Post
from chengge.organization.models import PostChoice
from chengge.organization.queries import Actor

register = template.Library()

# In the order in which the tabs stand; an inspector works on the phone, an administrator on the overview.
DESK_POSTS = (
    Post.OPERATOR,
    Post.SHIFT_LEADER,
    Post.DISPATCHER,
    Post.DEPARTMENT,
    Post.COORDINATOR,
    Post.EVALUATOR,
    Post.LEADER,
    Post.ADMINISTRATOR,
)

COORDINATING = frozenset({Post.DISPATCHER, Post.COORDINATOR, Post.LEADER})
LOOKING_AFTER_INSPECTORS = frozenset({Post.OPERATOR, Post.SHIFT_LEADER, Post.EVALUATOR, Post.LEADER, Post.ADMINISTRATOR})
READING_EVALUATIONS = frozenset({Post.EVALUATOR, Post.LEADER, Post.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    label: str
    address: str


def desk_name(post: Post) -> str:
    """What the tab of a post's desk is called: the work, not the person."""
    return {
        Post.INSPECTOR: pgettext("tab", "Phone"),
        Post.OPERATOR: pgettext("tab", "Acceptance"),
        Post.SHIFT_LEADER: pgettext("tab", "Filing and closing"),
        Post.DISPATCHER: pgettext("tab", "Dispatch"),
        Post.DEPARTMENT: pgettext("tab", "Handling"),
        Post.COORDINATOR: pgettext("tab", "Command side"),
        Post.EVALUATOR: pgettext("tab", "Cases"),
        Post.LEADER: pgettext("tab", "Command"),
        Post.ADMINISTRATOR: pgettext("tab", "Overview"),
    }[post]


def tabs_of(posts: frozenset[Post]) -> list[Tab]:
    """The tabs that a member with `posts` sees, in order."""
    tabs = [Tab("leader", pgettext("tab", "Today"), "/leader/")] if Post.LEADER in posts else []
    tabs += [Tab(f"desk:{post.value}", desk_name(post), f"/desk/{post.value}/") for post in DESK_POSTS if post in posts]
    if Post.OPERATOR in posts:
        tabs.append(Tab("hotline", pgettext("tab", "Hotline"), "/desk/hotline/"))
        tabs.append(Tab("report", pgettext("tab", "New report"), "/reports/new/"))
    if posts & {Post.OPERATOR, Post.SHIFT_LEADER}:
        tabs.append(Tab("answers", pgettext("tab", "Answers"), "/desk/answers/"))
        tabs.append(Tab("public_photos", pgettext("tab", "For the public"), "/manage/public-photos/"))
    if Post.INSPECTOR in posts:
        tabs.append(Tab("phone", desk_name(Post.INSPECTOR), "/phone/"))
    if posts & {Post.EVALUATOR, Post.LEADER} and not posts & {Post.OPERATOR, Post.SHIFT_LEADER}:
        tabs.append(Tab("answers", pgettext("tab", "Answers"), "/answers/rates/"))
    if Post.DEPARTMENT in posts:
        tabs.append(Tab("own", pgettext("tab", "Standing"), "/evaluation/own/"))
    if posts & READING_EVALUATIONS:
        tabs.append(Tab("evaluation", pgettext("tab", "Evaluation"), "/evaluation/"))
    if posts & COORDINATING:
        tabs.append(Tab("coordination", pgettext("tab", "Coordination"), "/coordination/"))
    elif Post.DEPARTMENT in posts:
        tabs.append(Tab("coordination", pgettext("tab", "Coordination"), "/coordination/mine/"))
    if posts & LOOKING_AFTER_INSPECTORS:
        tabs.append(Tab("tracks", pgettext("tab", "Inspectors"), "/tracks/"))
    if posts & {Post.EVALUATOR, Post.LEADER}:
        tabs.append(Tab("channels", pgettext("tab", "Channels"), "/channels/"))
    if posts:
        tabs.append(Tab("map", pgettext("tab", "Map"), "/map/"))
    if Post.ADMINISTRATOR in posts:
        tabs.append(Tab("manage", pgettext("tab", "Management"), "/manage/"))
    elif posts & {Post.SHIFT_LEADER, Post.EVALUATOR}:
        tabs.append(Tab("manage", pgettext("tab", "Management"), "/manage/surveys/"))
    return tabs


@register.inclusion_tag("casework/parts/top_bar.html", takes_context=True)
def top_bar(context: RequestContext, active: str = "") -> dict[str, Any]:
    """The dark bar: name, tabs by post, lights of this member's desk, and who is signed in."""
    request: HttpRequest | None = context.get("request")
    actor = getattr(request, "actor", None)
    if request is None or actor is None:
        return {"request": request, "csrf_token": context.get("csrf_token")}
    posts = [post for post in Post if post in actor.posts]
    lights, address = _lights(context, actor)
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "actor": actor,
        "tabs": tabs_of(actor.posts),
        "active": active or "",
        "post_names": [str(PostChoice(post.value).label) for post in posts],
        "lights": lights,
        "lights_address": address,
    }


def _lights(context: RequestContext, actor: Actor) -> tuple[Lights | None, str]:
    """The lights of the desk that is shown, else of the member's first desk; none for who has no desk. One query (two for a department)."""
    if "lights" in context:
        return context["lights"], context["lights_address"]
    post = next((post for post in DESK_POSTS if post in actor.posts), None)
    if post is None:
        return None, ""
    return lights(actor, CaseFilter(desk=post)), f"/desk/{post.value}/"


@register.simple_tag
def words_for_scripts() -> SafeString:
    """The few words that scripts put on the page, in the member's language, as a JSON block with the id `words`."""
    words = {
        "left": _("%(span)s left"),
        "over": _("%(span)s over"),
        "moment": pgettext("span", "less than 1 min"),
        "minutes": pgettext("span", "%(count)s min"),
        "hours": pgettext("span", "%(count)s h"),
        "days": pgettext("span", "%(count)s d"),
        "moved": _("%(count)s cases are new or have moved."),
        "lost": _("No connection. The list may be out of date; trying again."),
        "found": _("Connected again."),
        "failed": _("That did not get through. Nothing was lost: check the connection and try again."),
        "chosen": _("%(count)s chosen"),
        "uploading": _("Uploading photo…"),
        "remove_photo": _("Remove photo"),
        "close": _("Close"),
        "photo": _("Photo %(at)s of %(count)s"),
        "photo_before": _("Photo before"),
        "photo_next": _("Next photo"),
        "marked": _("Marked on the map"),
    }
    return json_script(words, "words")
