"""Which rows hold on a day."""

from datetime import date
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)


def holds_on(day: date, through: str = "") -> Q:
    """The rows that hold on `day`: from `valid_from` to before `valid_to`.

    Args:
        through: lookup path of the dated row seen from the filtered one, such as `rule__`; empty: the row itself.
    """
    return Q(**{f"{through}valid_from__lte": day}) & (Q(**{f"{through}valid_to": None}) | Q(**{f"{through}valid_to__gt": day}))


def holding_on(rows: QuerySet[Row], day: date) -> QuerySet[Row]:
    return rows.filter(holds_on(day))
