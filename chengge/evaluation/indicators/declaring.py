"""Words for declaring indicators: kinds of subject, what is counted, and the usual shapes."""

from collections.abc import Callable
from functools import partial
from typing import Any

from chengge.evaluation.indicators.shapes import Indicator, Measure, Subject, Unit

CITY = frozenset({Subject.CITY})
AREA = frozenset({Subject.CITY, Subject.STREET, Subject.COMMUNITY})
CLASS = frozenset({Subject.CLASS})
ANY_PLACE = AREA | {Subject.GRID, Subject.CLASS}
ORGANIZATION = frozenset({Subject.ORGANIZATION})
EVERYWHERE = ANY_PLACE | ORGANIZATION
MEMBER = frozenset({Subject.MEMBER})

FOUND = "GB/T 30428.4"
OWN = "Chengge"


def every(_rows: Any) -> Any:
    """One for each row."""
    return True


def counts(clocks: Any) -> Any:
    """Clocks that were for whom they judge to bring to an end, and that no suspension holds."""
    return clocks.counts


def in_time(clocks: Any) -> Any:
    return clocks.counts & clocks.in_time


def finished(clocks: Any) -> Any:
    return clocks.counts & clocks.done


def judged(clocks: Any) -> Any:
    """What counts, less what a granted appeal excuses."""
    return clocks.judged


def judged_in_time(clocks: Any) -> Any:
    return clocks.judged & clocks.in_time


def all_of(population: str) -> Measure:
    return Measure(population, every)


def where(population: str, condition: Callable[[Any], Any]) -> Measure:
    return Measure(population, condition)


share = partial(Indicator, unit=Unit.SHARE)
count = partial(Indicator, denominator=None, unit=Unit.COUNT)
seconds = partial(Indicator, unit=Unit.SECONDS)
mean = partial(Indicator, unit=Unit.MEAN)
