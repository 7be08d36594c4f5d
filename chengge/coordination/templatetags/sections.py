"""The pages of coordination, below the top bar: one line for each, shown to those who may open it."""

from dataclasses import dataclass

from django import template
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.coordination.queries import by_itself
from chengge.coordination.queries.hard_cases import CONCERNED, READERS
from chengge.coordination.queries.requests import ASKS
from chengge.domain.lifecycle import Post

register = template.Library()

DEPARTMENT = frozenset({Post.DEPARTMENT})
ON_A_SHIFT = frozenset({Post.DISPATCHER, Post.SHIFT_LEADER, Post.COORDINATOR, Post.LEADER, Post.ADMINISTRATOR})
SEES_PEOPLE = frozenset({Post.DISPATCHER, Post.COORDINATOR, Post.LEADER, Post.EVALUATOR, Post.ADMINISTRATOR})
EVERYBODY = frozenset(Post)


@dataclass(frozen=True, slots=True)
class Section:
    """A page, by the name with which it marks itself; `url` is the name of its address, `posts` are those who may open it."""

    name: str
    url: str
    label: str | Promise
    posts: frozenset[Post]


SECTIONS = (
    Section("mine", "coordination_mine", pgettext_lazy("coordination", "For us"), DEPARTMENT),
    Section("overview", "coordination", _("Overview"), ASKS),
    Section("requests", "coordination_requests", pgettext_lazy("coordination", "Requests"), ASKS),
    Section("orders", "coordination_orders", _("Supervision orders"), ASKS),
    Section("sheets", "coordination_sheets", _("Instructions and direct reports"), ASKS),
    Section("duty", "coordination_duty", pgettext_lazy("coordination", "Duty"), EVERYBODY),
    Section("handovers", "coordination_handovers", _("Hand-overs"), ON_A_SHIFT),
    Section("hard_cases", "coordination_hard_cases", _("Hard cases"), READERS),
    Section("joint_surveys", "coordination_surveys", _("Joint surveys"), CONCERNED),
    Section("meetings", "coordination_meetings", _("Meetings"), CONCERNED),
    Section("rulings", "coordination_rulings", _("Rulings"), CONCERNED),
    Section("standing", "coordination_standing", _("Standing problems"), CONCERNED),
    Section("visits", "coordination_visits", pgettext_lazy("coordination", "Visits"), CONCERNED),
    Section("boundaries", "coordination_boundaries", _("Boundaries"), CONCERNED),
    Section("people", "coordination_people", pgettext_lazy("coordination", "People"), SEES_PEOPLE),
    Section("people", "coordination_seconded", _("Seconded staff"), DEPARTMENT),
    Section("by_itself", "coordination_by_itself", _("Dispatch by itself"), by_itself.READERS),
)


@register.simple_tag(takes_context=True)
def coordination_sections(context: RequestContext) -> list[tuple[str, str, str | Promise]]:
    """Name, address and words of each page that this member may open."""
    posts = context["request"].actor.posts
    return [(one.name, reverse(one.url), one.label) for one in SECTIONS if posts & one.posts]
