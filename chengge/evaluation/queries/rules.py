"""From the rows of a scheme to what is reckoned: indicators, and the rules that `domain.scoring` turns them into points with.

An item's code may narrow an indicator to classes of problems: `D2@c01` is D2 over cases of component class 01 alone, `D9@e04+e0501` over
two prefixes. Codes of classes are those of the facts: c or e, major, minor.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Prefetch

from chengge.domain import scoring
from chengge.evaluation.indicators import Better, Indicator, Measure, Settings, indicators
from chengge.evaluation.models import SchemeAspect, SchemeItem, SchemeVersion, Source

NARROWED = re.compile(r"(?P<code>[^@]+)@(?P<classes>[ce]\d{2}(\d{2})?(\+[ce]\d{2}(\d{2})?)*)")
NOT_OF_CASES = frozenset({"patrol", "ground"})  # Populations whose rows have no class of problems.


def settings_of(version: SchemeVersion) -> Settings:
    """The open denominators as the version has them."""
    return Settings(**{field.name: getattr(version, field.name) for field in fields(Settings)})


def known_indicators(settings: Settings) -> dict[str, Indicator]:
    """The catalogue by code."""
    return {one.code: one for one in indicators(settings)}


def indicator_of(code: str, known: Mapping[str, Indicator]) -> Indicator | None:
    """The indicator that an item's code asks for, narrowed to classes if it says so; None where there is none such."""
    asked = NARROWED.fullmatch(code)
    if asked is None:
        return known.get(code)
    base = known.get(asked["code"])
    return narrowed(base, asked["classes"].split("+")) if base and _of_cases(base) else None


def narrowed(indicator: Indicator, classes: list[str]) -> Indicator:
    """The same indicator over the cases of some classes.

    Args:
        classes: prefixes of class codes, such as "c01" or "e0102".
    """
    return replace(
        indicator,
        code=f"{indicator.code}@{'+'.join(classes)}",
        numerator=_within(indicator.numerator, classes),
        denominator=indicator.denominator and _within(indicator.denominator, classes),
        formula=f"{indicator.formula}, of classes {', '.join(classes)}",
    )


def wanted_of(version: SchemeVersion) -> tuple[Indicator, ...]:
    """Every indicator that an item of the version is scored by, each once, under the item's code. One query.

    Codes that no indicator has are left out: a version with such a code never comes into effect.
    """
    known = known_indicators(settings_of(version))
    codes = SchemeItem.objects.filter(aspect__version=version, source=Source.INDICATOR).order_by("aspect__position", "position")
    found = (indicator_of(code, known) for code in dict.fromkeys(codes.values_list("code", flat=True)))
    return tuple(one for one in found if one is not None)


def rules_of(version: SchemeVersion) -> scoring.Scheme:
    """The version as the domain reckons with it. Four queries.

    Raises:
        SchemeError: the rows make no scheme; the message says what.
    """
    known = known_indicators(settings_of(version))
    items = SchemeItem.objects.order_by("position").prefetch_related("bands")
    aspects = SchemeAspect.objects.filter(version=version).order_by("position").prefetch_related(Prefetch("items", items))
    grades = tuple((_exact(one.least), one.grade) for one in version.grades.order_by("-least"))
    return scoring.Scheme(
        tuple(
            scoring.Aspect(
                aspect.name, _exact(aspect.weight), tuple(_weighted(item, indicator_of(item.code, known)) for item in aspect.items.all())
            )
            for aspect in aspects
        ),
        grades,
    )


def _of_cases(indicator: Indicator) -> bool:
    measures = (indicator.numerator, indicator.denominator)
    return all(measure is None or measure.population not in NOT_OF_CASES for measure in measures)


def _within(measure: Measure, classes: list[str]) -> Measure:
    return Measure(measure.population, _value_within(measure.value, classes))


def _value_within(value: Callable[[Any], Any], classes: list[str]) -> Callable[[Any], Any]:
    """The value of rows of these classes, and nothing of all others."""

    def of(rows: Any) -> Any:
        inside = reduce(or_, [rows.class_code.startswith(prefix) for prefix in classes])
        counted = value(rows)
        if counted is True:
            return inside
        return counted & inside if counted.type().is_boolean() else inside.ifelse(counted, 0)

    return of


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
