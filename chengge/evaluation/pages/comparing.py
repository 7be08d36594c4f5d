"""The page that compares two sides, and its table to take away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chengge import clock
from chengge.domain.errors import Refused
from chengge.evaluation import run_files
from chengge.evaluation.facts import city_facts
from chengge.evaluation.indicators import Settings, Subject, Unit, with_duckdb
from chengge.evaluation.models import Judged, Scheme
from chengge.evaluation.pages.overview import readers
from chengge.evaluation.periods import month_of
from chengge.evaluation.queries.comparing import Compared, Side, Verdict, before_and_after, compare, shown_in, two_groups, two_periods
from chengge.evaluation.queries.judging import subjects_of
from chengge.evaluation.queries.schemes_words import in_language
from chengge.organization.queries import city_day
from chengge.organization.typed import day_needed, whole

MODES = ("periods", "change", "groups")  # as `_mode_words` names them
DAYS = 30
PLATFORM_LEVEL = 2  # of the organizations that can be picked: departments and territories
WHISKER = 160  # width of the picture of a difference and its interval, in its own units
OF_WHOM = (Judged.CITY, Judged.STREET, Judged.COMMUNITY, Judged.ORGANIZATION)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is asked, as it was typed."""

    mode: str
    judged: str
    first: str
    second: str
    change: str
    days: str
    period: str
    ids: Sequence[str]
    others: Sequence[str]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table, in words; `left`, `width` and `at` draw the interval and the difference around the middle."""

    name: str
    code: str
    first: str
    second: str
    sums: str
    difference: str
    interval: str
    ratio: str
    verdict: Verdict
    verdict_words: str
    left: float | None = None
    width: float = 0
    at: float = 0


@require_safe
@readers
def page(request: HttpRequest) -> HttpResponse:
    """Two sides by the same indicators."""
    asked = _asked(request)
    told: dict[str, Any] = {"tab": "evaluation", "asked": asked, "modes": _mode_words(), "whisker": WHISKER, "middle": WHISKER / 2}
    told["judged"] = [(one.value, one.label) for one in OF_WHOM]
    told["subjects"] = _subjects(asked)
    if asked.mode == "groups" and not asked.ids and not asked.others:
        return render(request, "evaluation/compare.html", told | {"choosing": True})
    try:
        sides, compared, digest = _compared(asked)
    except Refused as refusal:
        return render(request, "evaluation/compare.html", told | {"refusal": refusal}, status=422)
    told |= {"sides": sides, "rows": rows_of(compared), "digest": digest, "query": request.GET.urlencode()}
    return render(request, "evaluation/compare.html", told)


@require_safe
@readers
def as_csv(request: HttpRequest) -> HttpResponse:
    sides, compared, _digest = _compared(_asked(request))
    headings = [
        _("code"), _("indicator"), sides[0].name, sides[1].name, _("numerator 1"), _("denominator 1"), _("numerator 2"), _("denominator 2"),
        _("difference"), _("lower end"), _("upper end"), _("ratio"), _("verdict"),
    ]  # fmt: skip
    rows = [
        [
            one.indicator.code, in_language(one.indicator.name_zh, one.indicator.name_en), one.first.value, one.second.value,
            one.first.numerator, one.first.denominator, one.second.numerator, one.second.denominator, one.difference, one.low, one.high,
            one.ratio, verdict_words(one.verdict),
        ]
        for one in compared
    ]  # fmt: skip
    headers = {"Content-Disposition": 'attachment; filename="comparison.csv"'}
    return HttpResponse(run_files.as_csv(headings, rows), content_type="text/csv; charset=utf-8", headers=headers)


def rows_of(compared: Sequence[Compared]) -> list[Row]:
    """Lines in words, each with its own scale: an interval of a percent and one of hours cannot share one."""
    return [_row(one) for one in compared]


def verdict_words(verdict: Verdict) -> str:
    return {
        Verdict.BETTER: _("better"),
        Verdict.WORSE: _("worse"),
        Verdict.OTHER: _("different"),
        Verdict.UNSURE: _("no sure difference"),
        Verdict.NOTHING: _("nothing to compare"),
    }[verdict]


def _mode_words() -> list[tuple[str, str]]:
    return [("periods", _("Two periods")), ("change", _("Before and after a change")), ("groups", _("Two groups"))]


def _compared(asked: Asked) -> tuple[tuple[Side, Side], list[Compared], str]:
    sides = _sides(asked)
    store = city_facts()
    facts = with_duckdb(store, Settings())
    return sides, compare(facts, Subject(asked.judged), sides), store.manifest().digest()


def _sides(asked: Asked) -> tuple[Side, Side]:
    match asked.mode:
        case "groups":
            return two_groups(asked.period, (_("First group"), asked.ids), (_("Second group"), asked.others))
        case "change":
            typed = {"change": asked.change, "days": asked.days}
            sides = before_and_after(day_needed(typed, "change"), whole(typed, "days") or 0)
        case _:
            sides = two_periods(asked.first, asked.second)
    if not asked.ids:
        return sides
    first, second = sides
    only = frozenset(asked.ids)
    return Side(first.name, first.begin, first.end, only), Side(second.name, second.begin, second.end, only)


def _asked(request: HttpRequest) -> Asked:
    this_month = month_of(city_day(clock.now()))
    get = request.GET
    judged = get.get("judged", "")
    mode = get.get("mode", "")
    mode = mode if mode in MODES else "periods"
    usual = Judged.ORGANIZATION if mode == "groups" else Judged.CITY
    return Asked(
        mode=mode,
        judged=judged if judged in {one.value for one in OF_WHOM} else usual.value,
        first=get.get("first", this_month.before.name),
        second=get.get("second", this_month.name),
        change=get.get("change", (city_day(clock.now()) - timedelta(days=DAYS // 2)).isoformat()),
        days=get.get("days", str(DAYS // 2)),
        period=get.get("period", this_month.name),
        ids=get.getlist("ids"),
        others=get.getlist("others"),
    )


def _subjects(asked: Asked) -> list[tuple[str, str]]:
    if asked.judged == Judged.CITY:
        return []
    try:
        begin, end = (side := _sides_or_month(asked)).begin, side.end
    except Refused:
        return []
    return [(one.subject_id, one.name) for one in subjects_of(Scheme(judged=asked.judged, level=PLATFORM_LEVEL), begin, end)]


def _sides_or_month(asked: Asked) -> Side:
    this_month = month_of(city_day(clock.now()))
    return _sides(asked)[1] if asked.mode != "groups" else Side("", this_month.begin, this_month.end)


def _row(one: Compared) -> Row:
    times, sign = shown_in(one.indicator.unit)
    digits = 0 if one.indicator.unit is Unit.COUNT else 2

    def words(value: float | None, plus: str = "") -> str:
        return "–" if value is None else f"{value * times:{plus}.{digits}f}{' ' + sign if sign else ''}"

    name = in_language(one.indicator.name_zh, one.indicator.name_en)
    sums = ""
    if one.indicator.unit is Unit.SHARE:
        sums = f"{one.first.numerator}/{one.first.denominator} → {one.second.numerator}/{one.second.denominator}"
    interval = (
        "–"
        if one.low is None or one.high is None
        else (_("%(low)s to %(high)s") % {"low": f"{one.low * times:+.{digits}f}", "high": f"{one.high * times:+.{digits}f}"})
    )
    told = Row(
        name, one.indicator.code, words(one.first.value), words(one.second.value), sums, words(one.difference, "+"), interval,
        "–" if one.ratio is None else f"{one.ratio:.2f}", one.verdict, verdict_words(one.verdict),
    )  # fmt: skip
    if one.low is None or one.high is None or one.difference is None:
        return told
    widest = max(abs(one.low), abs(one.high), abs(one.difference)) or 1.0
    middle, half = WHISKER / 2, WHISKER / 2 - 4
    left = middle + one.low / widest * half
    drawn = {"left": left, "width": max(1.0, (one.high - one.low) / widest * half), "at": middle + one.difference / widest * half}
    return Row(**{name: getattr(told, name) for name in Row.__slots__} | drawn)  # type: ignore[arg-type]
