"""What the operations of the platform share: a list read on from a row, a row told in a shape, a thing once something was done to it."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Status
from pydantic import BaseModel, Field

from chengge.organization.kept_answers import once
from chengge.rest.fields import Incoming

MOST_ROWS = 200
Shape = TypeVar("Shape", bound=BaseModel)
Row = TypeVar("Row", bound=Model)


class WantedFrom(Incoming):
    """Where a list is read on."""

    first: Annotated[int, Field(ge=0, le=100_000, description="How many to pass over")] = 0


def page_from(rows: QuerySet[Row], wanted: WantedFrom) -> QuerySet[Row]:
    """At most `MOST_ROWS` rows from the wanted one on."""
    return rows[wanted.first : wanted.first + MOST_ROWS]


def told(shape: type[Shape], row: Model, **more: Any) -> Shape:
    """A row in a shape: what `more` does not say is the attribute of the row with the same name."""
    return shape(**{name: getattr(row, name) for name in shape.model_fields if name not in more}, **more)


def after(
    request: HttpRequest, key: str | None, does: Callable[[], object], whole: Callable[[], BaseModel], status: int = 200
) -> Status | HttpResponse:
    """A thing as it is once something was done to it, done at most once for a key."""

    def done() -> BaseModel:
        does()
        return whole()

    return once(request, key, status, done)
