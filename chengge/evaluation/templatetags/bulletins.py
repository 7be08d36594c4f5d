"""Bulletins on pages of others: the list of those published, for the public portal."""

from typing import Any

from django import template

from chengge.evaluation.bulletin.numbers import period_in_words
from chengge.evaluation.models import Bulletin
from chengge.evaluation.periods import period_of
from chengge.evaluation.queries.bulletins import published, title_of

register = template.Library()

SHOWN = 6


@register.filter
def period_words(name: str) -> str:
    """What a period is called."""
    return period_in_words(period_of(name))


@register.filter
def named(bulletin: Bulletin) -> str:
    """What a bulletin is called, without its period."""
    return title_of(bulletin)


@register.inclusion_tag("evaluation/bulletin_public_rows.html")
def published_bulletins(most: int = SHOWN) -> dict[str, Any]:
    """The last bulletins that stand on the portal. Two queries."""
    return {"bulletins": published()[:most]}
