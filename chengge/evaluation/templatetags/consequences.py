"""Consequences in the words and colours of the page."""

from django import template

from chengge.evaluation.models import ConsequenceStep, MeasureChoice, Statement
from chengge.evaluation.queries import consequence_words, runs

register = template.Library()

STATES = {
    Statement.State.PROPOSED: "blue",
    Statement.State.APPROVED: "green",
    Statement.State.REFUSED: "red",
    Statement.State.SUPERSEDED: "plain",
}
MEASURES = {
    MeasureChoice.NOTICE: "yellow",
    MeasureChoice.WARNING: "orange",
    MeasureChoice.TALK: "orange",
    MeasureChoice.REMOVAL: "red",
}

register.filter("yuan", consequence_words.yuan)
register.filter("signed_yuan", consequence_words.signed_yuan)
register.filter("signed", consequence_words.signed)
register.filter("plain_number", consequence_words.plain)
register.filter("whom", consequence_words.whom)
register.filter("scheme_label", consequence_words.scheme_label)
register.filter("group_label", runs.group_label)


@register.filter
def treated(step: ConsequenceStep) -> str:
    return consequence_words.treated(step.treatment, consequence_words.plain(step.percent))


@register.filter
def state_colour(state: str) -> str:
    return STATES[Statement.State(state)]


@register.filter
def measure_colour(measure: str) -> str:
    return MEASURES[MeasureChoice(measure)]
