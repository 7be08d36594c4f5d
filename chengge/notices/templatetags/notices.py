"""Notices in the words of the page."""

from django import template

from chengge.notices import words
from chengge.notices.models import Notice
from chengge.notices.queries import shown_recipient

register = template.Library()

COLOURS = {
    Notice.State.WAITING: "plain",
    Notice.State.SENDING: "blue",
    Notice.State.SENT: "green",
    Notice.State.READ: "green",
    Notice.State.FAILED: "yellow",
    Notice.State.GIVEN_UP: "red",
    Notice.State.UNSURE: "orange",
}


@register.filter
def topic_name(topic: str) -> str:
    return words.topic_name(topic)


@register.filter
def topic_icon(topic: str) -> str:
    return words.icon_of(topic)


@register.filter
def recipient(notice: Notice) -> str:
    """Whom a notice goes to, a number masked."""
    return shown_recipient(notice)


@register.filter
def state_colour(state: str) -> str:
    return COLOURS[Notice.State(state)]
