"""Figures of dispatchers for rooms that may not know the evaluation (`chengge.figures`)."""

from collections.abc import Sequence
from datetime import date, datetime

from chengge.evaluation.queries.people import deeds_between, figures_between
from chengge.figures import FigureTold
from chengge.organization.queries import CITY_ZONE


def figures_of(member_id: int | None, first: date, after: date) -> Sequence[FigureTold]:
    """As `chengge.figures.FiguresRoom` says."""
    return [
        FigureTold(
            cell.code,
            cell.indicator.name_zh,
            cell.indicator.name_en,
            cell.words,
            cell.numerator,
            cell.denominator,
            None if cell.exact is None else float(cell.exact),
        )
        for cell in figures_between(member_id, _midnight(first), _midnight(after))
    ]


def deeds_of(member_id: int, first: date, after: date) -> dict[str, int]:
    """As `chengge.figures.FiguresRoom` says."""
    return deeds_between(member_id, _midnight(first), _midnight(after))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CITY_ZONE)
