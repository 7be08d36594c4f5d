"""Two sides by the same indicators: two periods, two groups, or before and after a change; each difference with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from chengge.domain.errors import Refused
from chengge.domain.resampling import HIGH, LOW, freely_drawn_sums
from chengge.evaluation import evidence
from chengge.evaluation.evidence import Evidence
from chengge.evaluation.indicators import Better, Facts, Indicator, Settings, Subject, Unit
from chengge.evaluation.periods import FIRST_YEAR, LAST_YEAR, Period, period_of
from chengge.evaluation.queries.rules import known_indicators
from chengge.organization.queries import CITY_ZONE

SAMPLES, SEED = 500, 1
MOST_DAYS = 731
# What a city asks first when it changes how it is managed.
FIRST_ASKED = ("A0", "A8", "A1", "P13", "P17", "D1", "D2", "D10", "D4", "D7", "D5", "D6", "A9", "A10", "A11", "C4")


class Verdict(StrEnum):
    """What a difference means."""

    BETTER = "better"
    WORSE = "worse"
    OTHER = "other"  # it differs, and neither way is better
    UNSURE = "unsure"  # the interval holds no difference
    NOTHING = "nothing"  # a side has nothing to be judged by


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared.

    Attributes:
        begin, end: half-open, aware moments.
        subject_ids: whose cases; empty: everybody's.
    """

    name: str
    begin: datetime
    end: datetime
    subject_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Told:
    """An indicator on one side: the sums as they are; no denominator for a count."""

    numerator: int
    denominator: int | None

    @property
    def value(self) -> float | None:
        if self.denominator is None:
            return float(self.numerator)
        return self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class Compared:
    """One indicator on both sides.

    Attributes:
        difference: second less first; ratio: second over first. None where a side has no value, or the first is nought.
        low, high: the middle 90 % of the differences of cities drawn anew; None without a difference.
    """

    indicator: Indicator
    first: Told
    second: Told
    difference: float | None
    ratio: float | None
    low: float | None
    high: float | None
    verdict: Verdict


def two_periods(first: str, second: str) -> tuple[Side, Side]:
    """Two periods by name. Raises Refused."""
    one, other = period_of(first), period_of(second)
    return _of_period(one), _of_period(other)


def before_and_after(change: date, days: int) -> tuple[Side, Side]:
    """So many days before a day on which something changed, and as many from that day on. Raises Refused."""
    if not 1 <= days <= MOST_DAYS:
        raise Refused("days", _("Compared are 1 to %(most)d days on each side.") % {"most": MOST_DAYS}, field="days")
    if not FIRST_YEAR < change.year < LAST_YEAR:
        raise Refused(
            "change",
            _("The day must lie between %(first)d and %(last)d.") % {"first": FIRST_YEAR + 1, "last": LAST_YEAR - 1},
            field="change",
        )
    at = datetime(change.year, change.month, change.day, tzinfo=CITY_ZONE)
    span = timedelta(days=days)
    told = {"days": days, "day": change.isoformat()}
    return (
        Side(_("%(days)d days before %(day)s") % told, at - span, at),
        Side(_("%(days)d days from %(day)s on") % told, at, at + span),
    )


def two_groups(period: str, first: tuple[str, Sequence[str]], second: tuple[str, Sequence[str]]) -> tuple[Side, Side]:
    """Two groups of subjects, each by name and ids, in one period. Raises Refused where one is empty or they overlap."""
    whole = period_of(period)
    groups = [frozenset(first[1]), frozenset(second[1])]
    if not groups[0] or not groups[1]:
        raise Refused("groups", _("Each group needs somebody in it."), field="first" if not groups[0] else "second")
    if groups[0] & groups[1]:
        raise Refused("groups", _("Nobody can be in both groups."), _("Take them out of one of the two."), field="second")
    return Side(first[0], whole.begin, whole.end, groups[0]), Side(second[0], whole.begin, whole.end, groups[1])


def compare(
    facts: Facts, subject: Subject, sides: tuple[Side, Side], codes: Sequence[str] = (), samples: int = SAMPLES, seed: int = SEED
) -> list[Compared]:
    """Every indicator asked for that can be reckoned for this kind of subject, on both sides.

    Args:
        codes: of indicators; empty: those that a city asks first.

    Raises:
        Refused: a code that no indicator has.
    """
    wanted = _wanted(facts.settings, subject, codes)
    gathered = [_of_side(facts, wanted, subject, side) for side in sides]
    drawn = [freely_drawn_sums(one.sums, samples, seed + number) for number, one in enumerate(gathered)]
    return [_compared(one, gathered, drawn) for one in wanted]


def _compared(indicator: Indicator, gathered: Sequence[Evidence], drawn: Sequence[NDArray[np.int64]]) -> Compared:
    told = [_told(indicator, side) for side in gathered]
    first, second = told[0].value, told[1].value
    if first is None or second is None:
        return Compared(indicator, told[0], told[1], None, None, None, None, Verdict.NOTHING)
    values = [_values(indicator, side, many) for side, many in zip(gathered, drawn, strict=True)]
    differences = values[1] - values[0]
    differences = differences[~np.isnan(differences)]
    low, high = (float(end) for end in np.quantile(differences, [LOW, HIGH])) if len(differences) else (None, None)
    ratio = second / first if first else None
    return Compared(indicator, told[0], told[1], second - first, ratio, low, high, _verdict(indicator, low, high))


def _verdict(indicator: Indicator, low: float | None, high: float | None) -> Verdict:
    if low is None or high is None or low <= 0 <= high:
        return Verdict.UNSURE
    if indicator.better is Better.NEITHER:
        return Verdict.OTHER
    return Verdict.BETTER if (low > 0) == (indicator.better is Better.HIGHER) else Verdict.WORSE


def _of_side(facts: Facts, wanted: Sequence[Indicator], subject: Subject, side: Side) -> Evidence:
    """The evidence of everybody on a side taken together, each case once."""
    whole = evidence.gathered(facts, wanted, subject, side.begin, side.end)
    ids = [one for one in whole.subject_ids if not side.subject_ids or one in side.subject_ids]
    case_ids = np.concatenate([whole.of(one)[0] for one in ids]) if ids else whole.case_ids[:0]
    sums = np.concatenate([whole.of(one)[1] for one in ids]) if ids else whole.sums[:0]
    order = np.lexsort((*sums.T[::-1], case_ids))
    case_ids, sums = case_ids[order], sums[order]
    new = np.ones(len(case_ids), bool)
    new[1:] = (case_ids[1:] != case_ids[:-1]) | (case_ids[1:] == 0)
    starts = np.flatnonzero(new)
    merged = np.add.reduceat(sums, starts, axis=0) if len(starts) else sums
    return Evidence((side.name,), np.array([0, len(starts)]), case_ids[starts], merged, whole.columns)


def _told(indicator: Indicator, side: Evidence) -> Told:
    column, whole = side.columns[indicator.code], side.sums.sum(axis=0)
    return Told(int(whole[column.numerator]), None if column.denominator is None else int(whole[column.denominator]))


def _values(indicator: Indicator, side: Evidence, many: NDArray[np.int64]) -> NDArray[np.float64]:
    """The value of every sample; NaN over an empty denominator."""
    column = side.columns[indicator.code]
    if column.denominator is None:
        return many[:, column.numerator].astype(np.float64)
    below = many[:, column.denominator]
    return np.divide(many[:, column.numerator], below, out=np.full(len(many), np.nan), where=below > 0)


def _wanted(settings: Settings, subject: Subject, codes: Sequence[str]) -> list[Indicator]:
    known = known_indicators(settings)
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise Refused("indicator", _("There is no indicator “%(code)s”.") % {"code": unknown[0]}, field="indicators")
    return [known[code] for code in (codes or FIRST_ASKED) if code in known and subject in known[code].subjects]


def _of_period(period: Period) -> Side:
    return Side(period.name, period.begin, period.end)


def shown_in(unit: Unit) -> tuple[float, str]:
    """What a value of a unit is multiplied by to be shown, and the sign behind it."""
    match unit:
        case Unit.SHARE:
            return 100.0, "%"
        case Unit.SECONDS:
            return 1 / 3600, _("h")
        case _:
            return 1.0, ""
