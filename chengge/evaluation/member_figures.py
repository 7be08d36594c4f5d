"""Figures of dispatchers for rooms that may not know the evaluation (`chengge.figures`)."""

from collections.abc import Sequence
from datetime import date, datetime

from chengge.evaluation.queries.people import figures_between
from chengge.figures import FigureTold
from chengge.organization.queries import CITY_ZONE


def figures_of(member_id: int | None, first: date, after: date) -> Sequence[FigureTold]:
    """As `chengge.figures.FiguresRoom` says."""
    begin, end = (datetime(day.year, day.month, day.day, tzinfo=CITY_ZONE) for day in (first, after))
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
        for cell in figures_between(member_id, begin, end)
    ]
