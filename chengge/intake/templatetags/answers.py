"""Answers in the words of the page."""

from django import template
from django.utils.translation import gettext as _

from chengge.casework.contacts import mask, unseal
from chengge.intake.models import Answer
from chengge.intake.queries.answers import Rate

register = template.Library()

COLOURS = {
    Answer.Outcome.ACCEPTED: "green",
    Answer.Outcome.CLOSED: "green",
    Answer.Outcome.REOPENED: "orange",
    Answer.Outcome.REJECTED: "red",
    Answer.Outcome.DECLINED: "red",
    Answer.Outcome.VOIDED: "plain",
    Answer.Outcome.TRANSFERRED: "blue",
}
ICONS = {
    Answer.Step.ACCEPTANCE: "message-check",
    Answer.Step.FEEDBACK: "message-reply",
    Answer.Step.VISIT: "phone-call",
    Answer.Step.COMPLAINT: "mood-sad",
}


@register.filter
def outcome_colour(outcome: str) -> str:
    return COLOURS.get(Answer.Outcome(outcome), "plain") if outcome else "plain"


@register.filter
def step_icon(step: str) -> str:
    return ICONS[Answer.Step(step)]


@register.filter
def queue_name(step: str) -> str:
    """What a queue is called: what is to be done in it."""
    return {
        Answer.Step.ACCEPTANCE: _("To tell of acceptance"),
        Answer.Step.FEEDBACK: _("To tell of the end"),
        Answer.Step.VISIT: _("To visit"),
        Answer.Step.COMPLAINT: _("Complaints"),
    }[Answer.Step(step)]


@register.filter
def reporter(answer: Answer) -> str:
    """Who reported, as a list may show it: a name, or a masked number."""
    return answer.report.reporter_name or mask(unseal(bytes(answer.report.contact))) or _("a reporter")


@register.filter
def percent(rate: Rate) -> str:
    """A rate with one digit; a dash where nobody was owed anything."""
    return "–" if rate.percent is None else f"{rate.percent:g} %"


@register.filter
def rate_light(rate: Rate) -> str:
    """How near a rate is to its goal, which is a hundred."""
    if rate.percent is None:
        return "none"
    return "green" if rate.percent >= 100 else "yellow" if rate.percent >= 90 else "red"


@register.filter
def star_word(stars: int) -> str:
    return {
        1: _("very dissatisfied"),
        2: _("dissatisfied"),
        3: _("neither"),
        4: _("content"),
        5: _("very content"),
    }[stars]
