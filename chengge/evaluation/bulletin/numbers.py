"""How the numbers of a bulletin are written, and how they stand to those of the period before."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from chengge.documents.document import Trend
from chengge.evaluation.indicators import Better
from chengge.evaluation.periods import Period
from chengge.organization.queries import CITY_ZONE

NOTHING = "–"
LESS_IS_BETTER = frozenset({"D4", "D7", "D10", "A9", "A11"})
NEITHER = frozenset({"A0", "A8", "A1", "A7", "C3", "P15"})
CHINESE_DIGITS = "〇一二三四五六七八九"
MINUTE, HOUR, DAY = 60, 3600, 86400

Values = Mapping[str, list[Any]]


def ratio(values: Values, code: str) -> float | None:
    """The value of an indicator; None where nothing was there to judge by."""
    numerator, denominator = values.get(code, (None, None))
    if numerator is None:
        return None
    if denominator is None:
        return float(numerator)
    return numerator / denominator if denominator else None


def percent(value: float | None) -> str:
    return NOTHING if value is None else f"{value * 100:.1f}%"


def count_of(values: Values, code: str) -> int:
    """The count of an indicator, 0 where nothing was counted."""
    return int(values.get(code, (0, None))[0] or 0)


def count(number: float) -> str:
    return f"{number:,.0f}"


def better_of(code: str) -> Better:
    if code in NEITHER:
        return Better.NEITHER
    return Better.LOWER if code in LESS_IS_BETTER else Better.HIGHER


def change(values: Values, before: Values, code: str) -> tuple[str, Trend]:
    """How a figure stands to the period before, in words, and whether that is good. Shares differ by points of percent."""
    now, then = ratio(values, code), ratio(before, code)
    if now is None or then is None:
        return "", Trend.SAME
    is_share = before[code][1] is not None
    moved = (now - then) * 100 if is_share else (now / then - 1) * 100 if then else None
    if moved is None:
        return "", Trend.SAME
    if round(abs(moved), 1) == 0:
        return _("as before"), Trend.SAME
    size = f"{abs(moved):.1f}"
    by = pgettext("difference of two shares", "%(by)s points") % {"by": size} if is_share else f"{size}%"
    told = (_("up %(by)s") if moved > 0 else _("down %(by)s")) % {"by": by}
    better = better_of(code)
    if better is Better.NEITHER:
        return told, Trend.SAME
    return told, Trend.BETTER if (moved > 0) == (better is Better.HIGHER) else Trend.WORSE


def span(seconds: float) -> str:
    """A span of time in the unit that fits it."""
    if seconds < HOUR:
        minutes = max(1, round(seconds / MINUTE))
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    if seconds < 2 * DAY:
        return _("%(count)s hours") % {"count": f"{seconds / HOUR:.1f}"}
    return _("%(count)s days") % {"count": f"{seconds / DAY:.1f}"}


def day_in_words(day: date) -> str:
    return date_format(day, _("F j, Y"))


def moment_in_words(iso: str) -> str:
    """A moment as the city's clock shows it; "" stays so."""
    return f"{datetime.fromisoformat(iso).astimezone(CITY_ZONE):%Y-%m-%d %H:%M}" if iso else ""


def period_in_words(period: Period) -> str:
    """What a period is called in a title."""
    year, rest = period.name[:4], period.name[5:]
    match rest[:1], len(rest):
        case "", _any:
            return _("the year %(year)s") % {"year": year}
        case "H", _any:
            return (_("the first half of %(year)s") if rest == "H1" else _("the second half of %(year)s")) % {"year": year}
        case "Q", _any:
            return _("quarter %(number)s of %(year)s") % {"number": rest[1:], "year": year}
        case "W", _any:
            return _("week %(number)s of %(year)s") % {"number": int(rest[1:]), "year": year}
        case _any, 5:
            return day_in_words(period.first)
    return date_format(period.first, _("F Y"))


def issue_in_words(period: Period) -> str:
    """Which number of the year a bulletin is: that of its month, week or quarter."""
    number = int(period.name[5:].lstrip("WQH").split("-")[0] or 0)
    if not number:
        return period.name[:4]
    return _("%(year)s, No. %(number)s") % {"year": period.name[:4], "number": number}


def numeral(number: int, language: str) -> str:
    """The number before a heading: 一、 in Chinese, 1. in English."""
    if language != "zh-hans":
        return f"{number}. "
    tens, ones = divmod(number, 10)
    written = (
        ("十" if tens == 1 else f"{CHINESE_DIGITS[tens]}十") + (CHINESE_DIGITS[ones] if ones else "") if tens else CHINESE_DIGITS[ones]
    )
    return f"{written}、"
