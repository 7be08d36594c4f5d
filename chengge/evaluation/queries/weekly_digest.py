"""The city in two minutes: what the week before has brought, in a few lines of text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

import ibis
from django.utils.translation import gettext as _

from chengge.evaluation.bulletin.numbers import change, count, count_of, percent, ratio
from chengge.evaluation.bulletin.words import joined
from chengge.evaluation.indicators import Facts, Subject, indicators, reckon
from chengge.evaluation.periods import Period, period_of
from chengge.evaluation.queries.bulletin_figures import Names, Told, told_by_subject
from chengge.organization.queries import CITY_ZONE, city_day

MONDAY = 1
TOLD_FROM = time(7)
OF_CITY = ("A0", "A8", "C3", "D2", "D4", "A10")
OF_PARTS = ("D2", "A0")
LEAST_DUE = 5  # handlings below which a rate is no ground for a word
FEW = 3


@dataclass(frozen=True, slots=True)
class Digest:
    """What is told of a week: a subject and its lines."""

    week: str
    subject: str
    lines: tuple[str, ...]


def week_to_tell(now: datetime) -> Period | None:
    """The week that is to be told at a moment: on Mondays from seven o'clock on, that which has just ended."""
    local = now.astimezone(CITY_ZONE)
    if local.isoweekday() != MONDAY or local.time() < TOLD_FROM:
        return None
    year, week, _day = city_day(now).isocalendar()
    return period_of(f"{year}-W{week:02d}").before


def digest_of(facts: Facts, week: Period) -> Digest:
    """The digest of a week, in the language that is active."""
    names = Names(week)
    now, before = (_of_city(facts, period) for period in (week, week.before))
    streets = told_by_subject(facts, OF_PARTS, Subject.STREET, week, names.streets)
    departments = told_by_subject(facts, OF_PARTS, Subject.ORGANIZATION, week, names.departments)
    classes = told_by_subject(facts, ("A0",), Subject.CLASS, week, names.classes)
    running, late = _in_hand(facts)
    lines = [
        _("Reported %(reported)s%(change)s, filed %(filed)s, closed %(closed)s.")
        % {
            "reported": count(count_of(now, "A0")),
            "change": _in_brackets(change(now, before, "A0")[0]),
            "filed": count(count_of(now, "A8")),
            "closed": count(count_of(now, "C3")),
        },
        _("Handled in time %(rate)s%(change)s; done again %(rework)s; content reporters %(content)s.")
        % {
            "rate": percent(ratio(now, "D2")),
            "change": _in_brackets(change(now, before, "D2")[0]),
            "rework": percent(ratio(now, "D4")),
            "content": percent(ratio(now, "A10")),
        },
        _("In hand now: %(running)s handlings, %(late)s of them late.") % {"running": count(running), "late": count(late)},
        *_best_and_worst(departments, _("Departments: best %(best)s; worst %(worst)s.")),
        *_best_and_worst(streets, _("Streets: best %(best)s; worst %(worst)s.")),
    ]
    common = sorted(classes, key=lambda one: (-count_of(one.values, "A0"), one.id))[:FEW]
    if common:
        lines.append(
            _("Most common: %(names)s.") % {"names": joined([f"{one.name} {count(count_of(one.values, 'A0'))}" for one in common])}
        )
    first, last = (f"{day.month}-{day.day}" for day in (week.first, week.last))
    return Digest(week.name, _("The city in two minutes, %(first)s to %(last)s") % {"first": first, "last": last}, tuple(lines))


def _of_city(facts: Facts, period: Period) -> dict[str, list[int | None]]:
    wanted = [one for one in indicators(facts.settings) if one.code in OF_CITY]
    return {one.code: [one.numerator, one.denominator] for one in reckon(facts, wanted, Subject.CITY, period.begin, period.end)}


def _in_hand(facts: Facts) -> tuple[int, int]:
    """Handlings whose clock runs, and those of them past their due moment, as the facts stand."""
    stages = facts.tables["stages"]
    running = stages.filter((stages.clock == "handling") & stages.stopped_at.isnull())
    late = running.paused_at.isnull() & (running.due_at < ibis.literal(facts.as_of))
    row = running.aggregate(running=running.count(), late=late.cast("int64").sum()).to_pyarrow().to_pylist()[0]
    return int(row["running"] or 0), int(row["late"] or 0)


def _best_and_worst(subjects: Sequence[Told], words: str) -> list[str]:
    judged = [one for one in subjects if (one.values.get("D2") or [0, 0])[1] >= LEAST_DUE]
    if len(judged) < 2:
        return []
    ordered = sorted(judged, key=lambda one: (-(ratio(one.values, "D2") or 0), one.id))
    few = min(FEW, len(ordered) // 2)
    best, worst = ordered[:few], ordered[-few:][::-1]
    return [words % {"best": _named(best), "worst": _named(worst)}]


def _named(subjects: Sequence[Told]) -> str:
    return joined([f"{one.name} {percent(ratio(one.values, 'D2'))}" for one in subjects])


def _in_brackets(words: str) -> str:
    return _(" (%(words)s)") % {"words": words} if words else ""
