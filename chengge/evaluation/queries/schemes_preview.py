"""What a draft would say of a month that is over, beside the version that judges now."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chengge import clock
from chengge.evaluation.facts import city_facts
from chengge.evaluation.indicators import with_duckdb
from chengge.evaluation.models import SchemeVersion
from chengge.evaluation.periods import Period, month_of
from chengge.evaluation.queries.judging import Judgement, judge
from chengge.evaluation.queries.rules import settings_of
from chengge.evaluation.queries.schemes import version_in_effect
from chengge.organization.models import OrganizationKind
from chengge.organization.queries import city_day


@dataclass(frozen=True, slots=True)
class Beside:
    """One subject judged by both versions; `now` is None where no version is in effect, or it does not judge the subject."""

    name: str
    group: str
    draft: Judgement
    now: Judgement | None

    @property
    def moved(self) -> Decimal | None:
        """Points more or fewer than now, to two places."""
        if self.now is None or self.draft.score.total is None or self.now.score.total is None:
            return None
        return round(_decimal(self.draft.score.total) - _decimal(self.now.score.total), 2)

    @property
    def places(self) -> str:
        """Places won or lost against now, such as ▲2; "" where none."""
        if self.now is None or self.draft.rank is None or self.now.rank is None or self.draft.group != self.now.group:
            return ""
        won = self.now.rank - self.draft.rank
        return f"{'▲' if won > 0 else '▼'}{abs(won)}" if won else ""

    @property
    def grade_changes(self) -> bool:
        return self.now is not None and self.now.score.grade != self.draft.score.grade


@dataclass(frozen=True, slots=True)
class Preview:
    """Attributes: now: the version beside; None where none is in effect. grades: each with how many have it (draft, now)."""

    period: Period
    now: SchemeVersion | None
    rows: tuple[Beside, ...]
    grades: tuple[tuple[str, int, int], ...]

    @property
    def has_groups(self) -> bool:
        """Whether there is more than one peer group, each ranked by itself."""
        return len({row.group for row in self.rows}) > 1

    @property
    def changing(self) -> int:
        """How many would get another grade."""
        return sum(row.grade_changes for row in self.rows)


def last_month() -> Period:
    """The month before this one, for the city."""
    return month_of(month_of(city_day(clock.now())).before.first)


def preview(version: SchemeVersion, period: Period) -> Preview | None:
    """Judge a period by a version and by the one in effect. None where there are no facts yet.

    Raises:
        SchemeError: the version makes no scheme.
    """
    if not city_facts().manifest().read_to:
        return None
    now = version_in_effect(version.scheme, city_day(clock.now()))
    by_draft = _judged(version, period)
    by_now = {one.subject_id: one for one in _judged(now, period)} if now is not None and now != version else {}
    rows = tuple(Beside(one.name, group_words(one.group), one, by_now.get(one.subject_id)) for one in by_draft)
    names = [grade.grade for grade in version.grades.order_by("-least")]
    names += [name for name in sorted({one.score.grade for one in by_now.values()}) if name and name not in names]
    counts = tuple((name, _with_grade(name, by_draft), _with_grade(name, by_now.values())) for name in names)
    return Preview(period, now if now != version else None, rows, counts)


def group_words(group: str) -> str:
    """A peer group by its name; one that is a kind of organization in words."""
    return str(OrganizationKind(group).label) if group in OrganizationKind.values else group


def _judged(version: SchemeVersion, period: Period) -> list[Judgement]:
    return judge(version, with_duckdb(city_facts(), settings_of(version)), period.begin, period.end)


def _with_grade(name: str, judged: Iterable[Judgement]) -> int:
    return sum(one.score.grade == name for one in judged)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
