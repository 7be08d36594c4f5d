"""Unclear boundaries: what the last reckoning found, and whether what is written down has changed since."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from chengge.domain.boundary_zones import Reckoning, reckon
from chengge.foundation.models import BoundaryCount, BoundaryZone, ProblemClass
from chengge.foundation.queries.dated import holding_on
from chengge.foundation.queries.places import grid_index
from chengge.foundation.queries.responsibility import state_of_rules, written_on


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A reckoning of a day, and the state of the rules it was made from."""

    day: date
    state: str
    grids: int
    classes: int
    found: Reckoning


def state_on(day: date) -> str:
    """A name for everything that says who answers on a day; it changes when any of it does. One query."""
    return hashlib.sha256(f"{day} {state_of_rules()}".encode()).hexdigest()


def reckoned_on(day: date) -> Reckoned:
    """Who answers where on a day, for every class and every grid: seconds for a large city. Four queries where the rules are known."""
    state, index, written = state_on(day), grid_index(), written_on(day)
    ids = holding_on(ProblemClass.objects.order_by("kind", "major_code", "minor_code", "pk"), day).values_list("pk", flat=True)
    classes = [written.classes[pk] for pk in ids if pk in written.classes]
    return Reckoned(day, state, len(index), len(classes), reckon(written.register, index, classes))


def last_count() -> BoundaryCount | None:
    """The last reckoning. One query."""
    return BoundaryCount.objects.order_by("-pk").first()


def zones_like(
    verdict: str = "",
    class_id: int | None = None,
    kind: str = "",
    street_code: int | None = None,
    bodies: Sequence[int] | None = None,
) -> QuerySet[BoundaryZone]:
    """Unclear boundaries, those that cost most first.

    Args:
        bodies: only where one of these platforms answers with the same right as others; None: anywhere.
    """
    rows = BoundaryZone.objects.select_related("problem_class").defer("polygon", "grid_codes")
    wanted = Q()
    if verdict in BoundaryZone.Verdict.values:
        wanted &= Q(verdict=verdict)
    if class_id is not None:
        wanted &= Q(problem_class_id=class_id)
    if kind:
        wanted &= Q(problem_class__kind=kind)
    if street_code is not None:
        wanted &= Q(street_code=street_code)
    if bodies is not None:
        wanted &= Q(bodies__overlap=list(bodies))
    return rows.filter(wanted).order_by("-weight", "pk")
