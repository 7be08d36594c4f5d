"""A scoring rule in words, and as a small curve of value and points."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from chengge.domain.scoring import Missing, Rule, SchemeError, Way, points_of
from chengge.evaluation.indicators import Better, Indicator, Settings, Unit
from chengge.evaluation.indicators.shapes import CHOICES
from chengge.evaluation.models import Source
from chengge.evaluation.queries.rules import indicator_of
from chengge.evaluation.queries.schemes_content import ItemContent

SECONDS_OF_AN_HOUR = 3600
WIDTH, HEIGHT = 120, 40  # of the curve, in its own units
STEPS = 60


@dataclass(frozen=True, slots=True)
class Curve:
    """Value and points of a rule as a line.

    Attributes:
        line: points of an SVG polyline in a box of WIDTH × HEIGHT, 100 points at the top.
        low, high: the values at both ends, in words.
    """

    line: str
    low: str
    high: str


def in_language(name: str, name_en: str) -> str:
    """A name of the city's data in the language of the moment, as far as there is one."""
    return name if (get_language() or "").startswith("zh") or not name_en else name_en


def way_words(way: Way) -> str:
    return {
        Way.LINEAR: pgettext("scoring rule", "Straight line"),
        Way.BANDS: pgettext("scoring rule", "Bands"),
        Way.PER_COUNT: pgettext("scoring rule", "Off for each"),
        Way.THRESHOLD: pgettext("scoring rule", "Threshold"),
        Way.RELATIVE: pgettext("scoring rule", "Against its own period before"),
    }[way]


def missing_words(missing: Missing) -> str:
    return {
        Missing.LEAVE_OUT: _("its weight is shared by the others"),
        Missing.FULL: _("it counts as all points"),
        Missing.ZERO: _("it counts as no points"),
    }[missing]


def setting_words(name: str) -> str:
    """What an open denominator is called."""
    return {
        "filed_of": _("Filing rate taken over"),
        "public_of": _("Share of public reports taken over"),
        "recurs_within_days": _("A case recurs within (days)"),
        "due_of": _("Rates of departments taken over"),
        "closing_of": _("On-time closing taken over"),
        "dispatched_of": _("Dispatch rate taken over"),
    }[name]


def choice_words(name: str, value: str) -> str:
    """What an open denominator is set to."""
    return {
        ("filed_of", "reported"): _("all cases reported"),
        ("filed_of", "accepted"): _("cases accepted"),
        ("public_of", "filed"): _("cases filed"),
        ("public_of", "accepted"): _("cases accepted"),
        ("due_of", "due"): _("handlings due in the period"),
        ("due_of", "due_and_carried"): _("those, and what was late and open before"),
        ("closing_of", "due"): _("closings due"),
        ("closing_of", "closed"): _("cases closed"),
        ("dispatched_of", "due"): _("dispatches due"),
        ("dispatched_of", "filed"): _("cases filed"),
    }.get((name, value), value)


def settings_words(settings: Settings) -> list[tuple[str, str]]:
    """Every open denominator, and what it is set to."""
    told = []
    for one in fields(settings):
        value = getattr(settings, one.name)
        told.append((setting_words(one.name), choice_words(one.name, value) if one.name in CHOICES else str(value)))
    return told


def item_name(item: ItemContent, known: Mapping[str, Indicator]) -> str:
    """The item's own name, else that of its indicator, else its code."""
    if item.name:
        return in_language(item.name, item.name_en)
    indicator = indicator_of(item.code, known) if item.source is Source.INDICATOR else None
    return in_language(indicator.name_zh, indicator.name_en) if indicator else item.code


def unit_of(item: ItemContent, known: Mapping[str, Indicator]) -> Unit:
    """The unit of an item's value; what inspections and imports bring are points of a hundred, a mean."""
    if item.source is not Source.INDICATOR:
        return Unit.MEAN
    indicator = indicator_of(item.code, known)
    return indicator.unit if indicator else Unit.SHARE


def fewer_is_better(item: ItemContent, known: Mapping[str, Indicator]) -> bool:
    indicator = indicator_of(item.code, known) if item.source is Source.INDICATOR else None
    return indicator is not None and indicator.better is Better.LOWER


def scale_of(unit: Unit) -> tuple[int, int, str]:
    """How a value is shown and typed: multiplied, divided, and the sign behind it."""
    match unit:
        case Unit.SHARE:
            return 100, 1, "%"
        case Unit.SECONDS:
            return 1, SECONDS_OF_AN_HOUR, _("h")
        case _:
            return 1, 1, ""


def number_words(value: Decimal) -> str:
    """A number without noughts behind it."""
    told = f"{value.normalize():f}"
    return "0" if told in ("-0", "") else told


def value_words(value: Decimal, unit: Unit) -> str:
    """A value with its sign, such as 95 % or 8 h."""
    times, over, sign = scale_of(unit)
    told = number_words((value * times / over).quantize(Decimal("0.0001")))
    return f"{told} {sign}" if sign else told


def rule_words(item: ItemContent, known: Mapping[str, Indicator]) -> str:
    """How the value becomes points, in one or two sentences."""
    unit, fewer = unit_of(item, known), fewer_is_better(item, known)
    said = {
        "zero": value_words(item.zero_at, unit),
        "full": value_words(item.full_at, unit),
        "each": number_words(item.each),
        "step": value_words(item.step, unit),
        "floor": number_words(item.floor),
    }
    match item.way:
        case Way.LINEAR:
            told = _("No points at %(zero)s, all 100 at %(full)s, in a straight line between.") % said
        case Way.BANDS:
            bands = [
                _("from %(value)s %(points)s") % {"value": value_words(value, unit), "points": number_words(points)}
                for value, points in reversed(item.bands)
            ]
            told = _("Points by bands: %(bands)s; below that none.") % {"bands": _(", ").join(bands)}
        case Way.PER_COUNT:
            told = _("100 points, %(each)s less for each.") % said
        case Way.THRESHOLD if fewer:
            told = _("All 100 up to %(full)s; for every %(step)s above it %(each)s less.") % said
        case Way.THRESHOLD:
            told = _("All 100 from %(full)s on; for every %(step)s short of it %(each)s less.") % said
        case _:
            told = _("All 100 if no worse than in its own period before; for every %(step)s worse %(each)s less.") % said
    return f"{told} {_('Never fewer than %(floor)s.') % said}" if item.floor else told


def terms_words(item: ItemContent, known: Mapping[str, Indicator]) -> list[str]:
    """What else is agreed: bonus, veto, the smallest sample, what happens with nothing to judge by."""
    told = []
    if item.bonus:
        told.append(_("Bonus: up to %(points)s on top of the score.") % {"points": number_words(item.bonus)})
    if item.veto_below is not None:
        told.append(_("Veto: below %(value)s the whole score is 0.") % {"value": value_words(item.veto_below, unit_of(item, known))})
    if item.least > 1:
        told.append(_("Judged from %(least)s on; with fewer, %(missing)s.") % {"least": item.least, "missing": missing_words(item.missing)})
    else:
        told.append(_("With nothing to judge by, %(missing)s.") % {"missing": missing_words(item.missing)})
    return told


def curve_of(item: ItemContent, known: Mapping[str, Indicator]) -> Curve | None:
    """The curve, drawn by the very function that scores; None for a rule that cannot be meant so."""
    try:
        rule = Rule(
            item.way, Fraction(item.zero_at), Fraction(item.full_at),
            tuple((Fraction(value), Fraction(points)) for value, points in item.bands),
            Fraction(item.each), Fraction(item.step), Fraction(item.floor),
        )  # fmt: skip
    except SchemeError:
        return None
    unit, higher = unit_of(item, known), not fewer_is_better(item, known)
    low, high = _span(item, unit, higher)
    values = {low + (high - low) * number / STEPS for number in range(STEPS + 1)}
    tiny = (high - low) / 10_000
    values |= {one for value, _points in rule.bands for one in (value - tiny, value) if low <= one <= high}
    before = Fraction(0) if item.way is Way.RELATIVE else None
    drawn = []
    for value in sorted(values):
        points = points_of(rule, value, before, higher)
        x, y = float((value - low) / (high - low)) * WIDTH, HEIGHT * (1 - float(points) / 100)
        drawn.append(f"{x:.1f},{y:.1f}")
    if item.way is Way.RELATIVE:
        worse = value_words(_decimal(abs(high - low)), unit)
        ends = (
            (_("%(value)s worse") % {"value": worse}, _("as before"))
            if higher
            else (_("as before"), _("%(value)s worse") % {"value": worse})
        )
    else:
        ends = (value_words(_decimal(low), unit), value_words(_decimal(high), unit))
    return Curve(" ".join(drawn), *ends)


def _span(item: ItemContent, unit: Unit, higher: bool) -> tuple[Fraction, Fraction]:
    """The values that the curve shows: all where the points change, and a little on both sides."""
    change = (100 - Fraction(item.floor)) / Fraction(item.each) if item.each else Fraction(1)
    steps = change * Fraction(item.step)
    match item.way:
        case Way.LINEAR:
            ends = sorted((Fraction(item.zero_at), Fraction(item.full_at)))
        case Way.BANDS:
            ends = [Fraction(item.bands[0][0]), Fraction(item.bands[-1][0])]
        case Way.PER_COUNT:
            return Fraction(0), change * Fraction(6, 5)
        case Way.THRESHOLD:
            ends = (
                [Fraction(item.full_at) - steps, Fraction(item.full_at)]
                if higher
                else [Fraction(item.full_at), Fraction(item.full_at) + steps]
            )
        case _:
            return (-steps, Fraction(0)) if higher else (Fraction(0), steps)
    room = max((ends[1] - ends[0]) / 5, Fraction(1, 100) if unit is Unit.SHARE else Fraction(1))
    low, high = ends[0] - room, ends[1] + room
    if unit is Unit.SHARE:
        return max(low, Fraction(0)), min(high, Fraction(1)) if ends[1] <= 1 else high
    return max(low, Fraction(0)) if ends[0] >= 0 else low, high


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
