"""Taking a planned history over, and comparing our reckoning with the list's own."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from django.db import transaction

from chengge.casework.history import count_rows_anew, key_of, write_history
from chengge.casework.models import Clock
from chengge.exchange.history.reading import HistoryPlan

CASES_AT_ONCE = 2_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Judged:
    """Our reckoning of closed cases beside the list's own.

    Attributes:
        agree, contradict: cases that both judge, by whether they say the same.
        numbers: of the first contradictions.
    """

    agree: int
    contradict: int
    numbers: tuple[str, ...]


def apply_history(made: HistoryPlan, told: Callable[[int, int], None] = lambda _done, _all: None) -> int:
    """Write the ledgers of all planned cases, whole or not at all. Rows with faults are left out. Returns how many were new."""
    new = done = 0
    with transaction.atomic():
        for some in _portions(old for old, _in_time in made.cases):
            new += write_history(made.mapping.system, some)
            done += len(some)
            told(done, len(made.cases))
        if new:
            count_rows_anew()
    return new


def _portions(whole: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(whole)
    while portion := list(islice(rest, CASES_AT_ONCE)):
        yield portion


def judged_of(made: HistoryPlan) -> Judged:
    """Compare the clocks of the cases as they stand with what the list says of each."""
    agree = 0
    contradictions = []
    for some in _portions(made.cases):
        keys = {key_of(made.mapping.system, old.number): (old, in_time) for old, in_time in some if in_time is not None}
        judged = Clock.objects.filter(case__reports__key__in=list(keys), overdue__isnull=False).values_list("case__reports__key", "overdue")
        for key, overdue in judged:
            old, in_time = keys[key or ""]
            if overdue is (not in_time):
                agree += 1
            else:
                contradictions.append(old.number)
    return Judged(agree, len(contradictions), tuple(contradictions[:20]))
