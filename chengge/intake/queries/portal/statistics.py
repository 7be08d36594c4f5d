"""The last thirty days in a few true numbers, counted again every five minutes."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.cache import cache
from django.db import connection

from chengge import clock
from chengge.foundation.models import Division

DAYS = 30
KEPT_SECONDS = 300

# Everything that was reported in the span, but for what went on under another case. A case is solved when it is closed, and in time
# when no clock of its handling ran out.
COUNTS = """
SELECT {by}, count(*), count(*) FILTER (WHERE stage = 'closed'),
  count(*) FILTER (WHERE stage = 'closed' AND late IS NOT NULL), count(*) FILTER (WHERE stage = 'closed' AND late = false),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - reported_at)) FILTER (WHERE stage = 'closed')
FROM (
  SELECT stage, grid_code, reported_at, ended_at,
    (SELECT bool_or(overdue) FROM casework_clock WHERE case_id = sitting.id AND kind = 'handling' AND stopped_at IS NOT NULL) AS late
  FROM casework_case sitting WHERE reported_at >= %s AND stage <> 'merged'
) AS lately GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Line:
    """What was reported in thirty days, and what became of it. None: there is nothing to count yet."""

    name: str
    reported: int
    solved: int
    in_time_percent: int | None
    median_days: float | None

    @property
    def solved_percent(self) -> int | None:
        return round(100 * self.solved / self.reported) if self.reported else None


@dataclass(frozen=True, slots=True)
class Figures:
    """The city, and its streets in the order of their codes."""

    city: Line
    streets: tuple[Line, ...]


def figures() -> Figures:
    """Three queries; none while they are kept."""
    name = f"portal:figures:{connection.settings_dict['NAME']}"
    known: Figures | None = None if clock.is_pretended() else cache.get(name)
    if known is None:
        known = _counted()
        if not clock.is_pretended():
            cache.set(name, known, KEPT_SECONDS)
    return known


def _counted() -> Figures:
    since = clock.now() - timedelta(days=DAYS)
    with connection.cursor() as cursor:
        cursor.execute(COUNTS.format(by="0"), [since])
        city = cursor.fetchone() or (0, 0, 0, 0, 0, None)
        cursor.execute(COUNTS.format(by="grid_code / 1000000"), [since])
        by_street = {row[0]: row for row in cursor.fetchall()}
    streets = Division.objects.filter(code__gte=10**8, code__lt=10**9, valid_to=None).order_by("code").values_list("code", "name")
    return Figures(_line("", city), tuple(_line(name, by_street.get(code, (code, 0, 0, 0, 0, None))) for code, name in streets))


def _line(name: str, row: tuple[int, int, int, int, int, float | None]) -> Line:
    _by, reported, solved, judged, in_time, median_s = row
    return Line(
        name, reported, solved, round(100 * in_time / judged) if judged else None, None if median_s is None else round(median_s / 86400, 1)
    )
