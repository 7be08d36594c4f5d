"""Bringing everything that is sealed under the newest key of the ring, while the city goes on."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Model, QuerySet

from chengge.contacts import KeyLost, key_of, resealed
from chengge.personal import SealedColumn

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows looked at: how many were sealed anew, how many are under a lost key."""

    looked_at: int
    renewed: int
    lost: int


def count_of(column: SealedColumn) -> int:
    """How many rows hold something sealed. One query."""
    return _sealed(column).count()


def counted_by_key(column: SealedColumn) -> Counter[int | None]:
    """How many rows are under which key of the ring: 0 is the newest; None: under none of them."""
    rows = _sealed(column).order_by("pk").values_list(column.column, flat=True)
    return Counter(key_of(bytes(sealed)) for sealed in rows.iterator(chunk_size=2000))


def reseal(column: SealedColumn) -> Iterator[Batch]:
    """Seal anew what is not under the newest key, some hundred rows at a time. May be stopped and begun again at any time.

    A row is written only if it still holds what was read: whoever changes it meanwhile seals it under the newest key anyway.
    """
    last = 0
    while rows := list(_sealed(column).filter(pk__gt=last).order_by("pk").values_list("pk", column.column)[:AT_ONCE]):
        renewed = lost = 0
        for pk, sealed in rows:
            try:
                fresh = resealed(bytes(sealed))
            except KeyLost:
                lost += 1
                continue
            if fresh is not None:
                renewed += column.table._base_manager.filter(pk=pk, **{column.column: bytes(sealed)}).update(**{column.column: fresh})
        last = rows[-1][0]
        yield Batch(len(rows), renewed, lost)


def _sealed(column: SealedColumn) -> QuerySet[Model]:
    return column.table._base_manager.exclude(**{column.column: b""})
