"""How figures of scores are written on pages."""

from decimal import Decimal

from django import template

from chengge.casework.models import LedgerEntry
from chengge.casework.words import deed
from chengge.evaluation.models import RunPart
from chengge.evaluation.queries.explaining import AspectShown, PartShown
from chengge.evaluation.queries.runs import group_label

register = template.Library()


@register.filter
def whole(value: Decimal | None) -> str:
    """A number without noughts behind it."""
    return "–" if value is None else f"{value.normalize():f}"


@register.filter
def sums(part: RunPart | None) -> str:
    """Numerator and denominator as a fraction; a count stands alone."""
    if part is None or part.numerator is None:
        return "–"
    return whole(part.numerator) if part.denominator is None else f"{whole(part.numerator)} / {part.denominator}"


@register.filter
def lost(shown: AspectShown | PartShown) -> float:
    """Points of the whole score that could have been brought and were not."""
    return max(0.0, shown.share_percent - shown.brought)


@register.filter
def group(name: str) -> str:
    """A peer group as people read it."""
    return group_label(name)


@register.filter
def done(entry: LedgerEntry) -> str:
    """What an entry of the ledger says was done."""
    return deed(entry.action)
