"""Ending and beginning dated rows: nothing that a case was judged by is ever edited or deleted."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from chengge.domain.errors import Conflict, Refused
from chengge.foundation.models import (
    Component,
    Division,
    HandbookRule,
    ProblemClass,
    Responsibility,
    ResponsibilityArea,
    ResponsibilityGrid,
    StageLimit,
    UnitGrid,
)
from chengge.organization.actions import require_administrator
from chengge.organization.models import Dated
from chengge.organization.queries import Actor

BATCH_ROWS = 2000

# The revision that rises when rows of a table change; what a process keeps of them is then stale.
REVISION_OF: dict[type, str] = {
    Division: "divisions",
    UnitGrid: "grids",
    ResponsibilityGrid: "grids",
    ProblemClass: "rules",
    HandbookRule: "rules",
    StageLimit: "rules",
    Responsibility: "responsibilities",
    ResponsibilityArea: "responsibilities",
    Component: "components",
}

Row = TypeVar("Row", bound=Dated)


@dataclass(frozen=True, slots=True)
class DatedChange(Generic[Row]):
    """Rows of one table that end, and rows that begin, on the same day. A replaced row is one of each."""

    model: type[Row]
    day: date
    ended_ids: Sequence[int] = field(default_factory=tuple)
    begun: Sequence[Row] = field(default_factory=tuple)


def bump(name: str) -> None:
    """Raise a revision. Whoever else wants to change the same rows waits until this transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO foundation_revision (name, number) VALUES (%s, 1) "
            "ON CONFLICT (name) DO UPDATE SET number = foundation_revision.number + 1",
            [name],
        )


def carry_out(actor: Actor, change: DatedChange[Row]) -> list[Row]:
    """End and begin the rows of a change, whole or not at all. Returns the begun rows with their ids.

    A row that began on the same day keeps that day as its beginning and end: it holds on no day, but what was judged by it
    still finds it.

    Raises:
        Forbidden: the actor is no administrator.
        Conflict: somebody else ended or began one of the rows meanwhile.
    """
    require_administrator(actor)
    return put_in_place(change)


def put_in_place(change: DatedChange[Row]) -> list[Row]:
    """The same, where whoever asks has been looked at: by a post of its own, or by two persons. Raises Conflict."""
    with transaction.atomic(), _held_once(change):
        _end(change)
        return change.model._default_manager.bulk_create(list(change.begun), batch_size=BATCH_ROWS)


def let_hold(model: type[Row], which: Mapping[str, Any], day: date, **values: Any) -> Row:
    """Let a rule hold from `day` on, in place of the one of the same kind that holds without end; a rule that would have held no day goes.

    Args:
        which: the columns by which rules of a kind are told apart, and their values.

    Raises:
        Refused: the one that holds begins later.
    """
    rows = model._default_manager
    with transaction.atomic():
        before = rows.select_for_update().filter(valid_to=None, **which).first()
        if before is not None:
            if before.valid_from > day:
                raise Refused("begins_later", _("This rule begins on %(day)s.") % {"day": before.valid_from}, field="day")
            if before.valid_from == day:
                before.delete()
            else:
                before.valid_to = day
                before.save(update_fields=["valid_to"])
        return rows.create(valid_from=day, **which, **values)


def carry_out_many(actor: Actor, change: DatedChange[Row]) -> None:
    """The same for tens of thousands of rows, which go in by COPY: many times faster, but the begun rows do not learn their ids."""
    require_administrator(actor)
    with transaction.atomic(), _held_once(change):
        _end(change)
        copy_in(change.model, change.begun)


def copy_in(model: type[Model], rows: Sequence[Model]) -> None:
    """Write new rows of a table by COPY; the database gives them their ids."""
    if not rows:
        return
    columns = {field.attname: field.column or "" for field in model._meta.concrete_fields if not field.primary_key}
    quoted = connection.ops.quote_name
    listed = ", ".join(map(quoted, columns.values()))
    statement = f"COPY {quoted(model._meta.db_table)} ({listed}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([getattr(row, name) for name in columns])


@contextmanager
def _held_once(change: DatedChange[Row]) -> Iterator[None]:
    """Raise the revision, date the begun rows, and say in words when another row with the same code holds already."""
    if change.ended_ids or change.begun:
        bump(REVISION_OF[change.model])
    for row in change.begun:
        row.valid_from = change.day
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "once" not in str(error):
            raise
        raise Conflict(
            "changed_meanwhile",
            _("A row with the same code holds already: somebody else has changed the table “%(table)s”.")
            % {"table": change.model._meta.verbose_name_plural},
            _("Look at the present state and try again; perhaps a row holds from a later day than the one you chose."),
        ) from error


def _end(change: DatedChange[Row]) -> None:
    ids = list(change.ended_ids)
    if not ids:
        return
    rows = change.model._default_manager.filter(pk__in=ids)
    later = rows.filter(valid_from__gt=change.day).first()
    if later is not None:
        raise Refused(
            "begins_later",
            _("“%(row)s” begins on %(begins)s and cannot end on %(day)s.") % {"row": later, "begins": later.valid_from, "day": change.day},
            _("Choose a day from %(begins)s on.") % {"begins": later.valid_from},
            field="day",
        )
    if rows.filter(valid_to=None).update(valid_to=change.day) != len(ids):
        raise Conflict(
            "changed_meanwhile", _("Somebody else has ended one of these rows meanwhile."), _("Look at the present state and try again.")
        )
