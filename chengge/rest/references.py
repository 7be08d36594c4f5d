"""Rows that a request names by number."""

from typing import TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from chengge.domain.errors import NotFound, Refused

M = TypeVar("M", bound=Model)


def addressed(model: type[M], number: int, field: str) -> M:
    """The row that the address names. Raises NotFound when there is none."""
    row = model._default_manager.filter(pk=number).first()
    if row is None:
        raise NotFound("not_found", _sentence(model, number), field=field)
    return row


def check_named(model: type[M], number: int | None, field: str) -> None:
    """A value of the body that names a row must name one that exists; None names none. Raises Refused."""
    if number is not None and not model._default_manager.filter(pk=number).exists():
        raise Refused("unknown_reference", _sentence(model, number), field=field)


def _sentence(model: type[Model], number: int) -> str:
    return _("There is no “%(what)s” with the number %(number)d.") % {"what": model._meta.verbose_name, "number": number}
