"""The catalogue and the handbook as they hold on a day."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from chengge import clock as city_clock
from chengge.domain.errors import NotFound
from chengge.domain.worktime import Limit, Unit
from chengge.foundation.models import AreaClass, HandbookRule, ProblemClass
from chengge.foundation.queries.dated import holding_on, holds_on
from chengge.organization.queries import city_day

# A place in no grid has no area class; it is judged like the middle one.
AREA_OF_NO_GRID = AreaClass.B


def classes(text: str = "", kind: str = "", day: date | None = None, limit: int = 20) -> list[ProblemClass]:
    """Classes of the catalogue by a part of the name or the beginning of the code; codes first. One query.

    Args:
        text: such as `井盖`, `0101`, or `01 01`; empty: the catalogue from its beginning.
        kind: `component` or `event`; empty: both.
    """
    found = holding_on(ProblemClass.objects.all(), day or city_day(city_clock.now()))
    if kind:
        found = found.filter(kind=kind)
    digits = text.replace(" ", "").replace("-", "")
    if digits.isascii() and digits.isdigit():
        found = found.filter(major_code__startswith=digits[:2], minor_code__startswith=digits[2:4])
    elif text.strip():
        found = found.filter(Q(name__icontains=text.strip()) | Q(major_name__icontains=text.strip()))
    return list(found[:limit])


def rules_of(class_id: int, area_class: str, day: date) -> list[HandbookRule]:
    """The filing conditions of a class in an area on a day, one for each number of the handbook. One query.

    A row for the area class itself goes before the row for any area. A condition with rows for other areas only has no
    limit here and is left out.
    """
    area = area_class or AREA_OF_NO_GRID
    rows = holding_on(HandbookRule.objects.filter(problem_class_id=class_id, area_class__in=("", area)), day)
    by_number: dict[int, HandbookRule] = {}
    for rule in rows.select_related("organization", "problem_class").order_by("number", "area_class"):
        by_number[rule.number] = rule  # "" sorts before "A": the row for the area itself comes last and stays.
    return list(by_number.values())


def handbook(day: date, kind: str = "") -> list[tuple[ProblemClass, list[HandbookRule]]]:
    """Every class of the catalogue with its rules on a day, in the catalogue's order. Two queries."""
    found = holding_on(ProblemClass.objects.all(), day)
    if kind:
        found = found.filter(kind=kind)
    rules: dict[int, list[HandbookRule]] = defaultdict(list)
    rows = HandbookRule.objects.filter(holds_on(day), problem_class__in=found).select_related("organization")
    for rule in rows.order_by("number", "area_class"):
        rules[rule.problem_class_id].append(rule)
    return [(problem_class, rules[problem_class.pk]) for problem_class in found]


# By hand, since nearly every action of every case asks it.
STAGE_LIMIT = """
SELECT amount, unit FROM foundation_stagelimit WHERE clock = %s AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)
"""


def asking_for_stage_limit(clock: str, day: date) -> tuple[str, list[Any]]:
    """The question of `stage_limit`, to be asked together with others; `stage_limit_told` reads the answer."""
    return STAGE_LIMIT, [clock, day, day]


def stage_limit(clock: str, day: date) -> Limit:
    """How long a stage that no handbook rule times may take on a day. One query.

    Args:
        clock: a value of `domain.lifecycle.ClockKind`.

    Raises:
        NotFound: nobody has set it.
    """
    with connection.cursor() as cursor:
        cursor.execute(*asking_for_stage_limit(clock, day))
        return stage_limit_told(clock, day, cursor.fetchone())


def stage_limit_told(clock: str, day: date, row: tuple[Any, ...] | None) -> Limit:
    """The limit that a row tells. Raises NotFound where there is none: nobody has set it."""
    if row is None:
        raise NotFound(
            "stage_limit",
            _("No limit is set for the clock “%(clock)s” on %(day)s.") % {"clock": clock, "day": day},
            _("Set it under stage limits, or import the template of stage limits."),
        )
    return Limit(row[0], Unit(row[1]))
