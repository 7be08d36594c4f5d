"""Cursor pages: a page names where the next one starts, so rows that come and go between two requests are neither lost nor seen twice."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from chengge.domain.errors import Refused

M = TypeVar("M", bound=Model)


def page_after(rows: QuerySet[M], key: str, cursor: str, size: int) -> tuple[list[M], str | None]:
    """The first `size` rows after `cursor` in the order of `key`, a unique number or text, and the cursor of the page after.

    One query. Raises Refused (field `cursor`) for a cursor that no page gave.
    """
    ordered = rows.order_by(key)
    if cursor:
        ordered = ordered.filter(**{f"{key}__gt": _value_of(rows, key, cursor)})
    return _cut(list(ordered[: size + 1]), key, size)


def page_before(rows: QuerySet[M], key: str, cursor: str, size: int) -> tuple[list[M], str | None]:
    """As `page_after`, the biggest first."""
    ordered = rows.order_by(f"-{key}")
    if cursor:
        ordered = ordered.filter(**{f"{key}__lt": _value_of(rows, key, cursor)})
    return _cut(list(ordered[: size + 1]), key, size)


def _cut(found: list[M], key: str, size: int) -> tuple[list[M], str | None]:
    more = len(found) > size
    return found[:size], str(getattr(found[size - 1], key)) if more else None


def _value_of(rows: QuerySet[M], key: str, cursor: str) -> Any:
    try:
        return rows.model._meta.get_field(key).to_python(cursor)
    except Exception:
        raise Refused("cursor", _("This cursor belongs to no page."), _("Start again without a cursor."), field="cursor") from None
