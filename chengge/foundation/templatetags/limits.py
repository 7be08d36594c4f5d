"""Limits, areas and list addresses in templates."""

from urllib.parse import parse_qsl, urlencode

from django import template

from chengge.foundation.words import area_words, limit_words

register = template.Library()


@register.filter
def limit(amount: int | None, unit: str) -> str:
    """`2 urgent working hours`."""
    return limit_words(amount, unit)


@register.filter
def area(area_class: str) -> str:
    return area_words(area_class)


@register.filter
def without_page(query: str) -> str:
    """The query of a list's address without its page, for the links to the other pages."""
    return urlencode([(name, value) for name, value in parse_qsl(query) if name != "page"])
