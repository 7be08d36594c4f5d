"""From the rows of a scheme to the rules that `domain.scoring` reckons with."""

from decimal import Decimal
from fractions import Fraction

from django.db.models import Prefetch

from chengge.domain import scoring
from chengge.evaluation.indicators import Better, Indicator, Settings, indicators
from chengge.evaluation.models import SchemeAspect, SchemeItem, SchemeVersion


def settings_of(version: SchemeVersion) -> Settings:
    """The open denominators as the version has them."""
    return Settings(version.filed_of, version.public_of, version.recurs_within_days)


def rules_of(version: SchemeVersion) -> scoring.Scheme:
    """The version as the domain reckons with it. Four queries.

    Raises:
        SchemeError: the rows make no scheme; the message says what.
    """
    known = {one.code: one for one in indicators(settings_of(version))}
    items = SchemeItem.objects.order_by("position").prefetch_related("bands")
    aspects = SchemeAspect.objects.filter(version=version).order_by("position").prefetch_related(Prefetch("items", items))
    grades = tuple((_exact(one.least), one.grade) for one in version.grades.order_by("-least"))
    return scoring.Scheme(
        tuple(
            scoring.Aspect(aspect.name, _exact(aspect.weight), tuple(_weighted(item, known.get(item.code)) for item in aspect.items.all()))
            for aspect in aspects
        ),
        grades,
    )


def _weighted(item: SchemeItem, indicator: Indicator | None) -> scoring.Weighted:
    rule = scoring.Rule(
        way=scoring.Way(item.way),
        zero_at=_exact(item.zero_at),
        full_at=_exact(item.full_at),
        bands=tuple(sorted((_exact(band.least_value), _exact(band.points)) for band in item.bands.all())),
        each=_exact(item.each),
        step=_exact(item.step),
        floor=_exact(item.floor),
    )
    return scoring.Weighted(
        indicator=item.code,
        weight=_exact(item.weight),
        rule=rule,
        higher_is_better=indicator is None or indicator.better is not Better.LOWER,
        least=item.least,
        missing=scoring.Missing(item.missing),
        veto_below=None if item.veto_below is None else _exact(item.veto_below),
        bonus=_exact(item.bonus),
    )


def _exact(value: Decimal) -> Fraction:
    return Fraction(value)
