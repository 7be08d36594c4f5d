"""Writing down what was ruled: it goes before every other responsibility from its day on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from chengge.domain.errors import Forbidden, Refused
from chengge.domain.lifecycle import Post
from chengge.foundation.actions.dated import bump
from chengge.foundation.models import ProblemClass, RuledComponent, RuledGrid, RuledResponsibility
from chengge.foundation.queries.dated import holding_on
from chengge.organization.models import Organization
from chengge.organization.queries import Actor

MAY_RULE = frozenset({Post.COORDINATOR, Post.LEADER, Post.ADMINISTRATOR})
BATCH_ROWS = 2000


@dataclass(frozen=True, slots=True)
class RuledScope:
    """What a ruling is about: classes as in `Responsibility` (all empty: every class), and exactly one kind of place.

    Attributes:
        polygon: an area drawn on the map (WKB), as `foundation.queries.drawn.border_drawn` gives it.
    """

    organization_id: int
    problem_class_id: int | None = None
    kind: str = ""
    major_code: str = ""
    grid_codes: Sequence[int] = ()
    component_codes: Sequence[int] = ()
    division_code: int | None = None
    polygon: bytes | None = None


def lay_down(actor: Actor, number: str, basis: str, scopes: Sequence[RuledScope], first_day: date, end: date | None) -> None:
    """Write what ruling `number` says, from `first_day` to before `end`, whole or not at all. Again with the same number: nothing.

    Raises:
        Forbidden: the actor may not rule.
        Refused: a scope names no place or several, a class or an organization that does not hold on the first day.
    """
    _require_ruler(actor)
    with transaction.atomic():
        bump("responsibilities")  # whoever rules at the same moment waits here
        if RuledResponsibility.objects.filter(number=number).exists():
            return
        for scope in scopes:
            _check(scope, first_day)
            row = RuledResponsibility.objects.create(
                number=number,
                basis=basis,
                kind=scope.kind,
                major_code=scope.major_code,
                problem_class_id=scope.problem_class_id,
                division_code=scope.division_code,
                polygon=scope.polygon,
                organization_id=scope.organization_id,
                valid_from=first_day,
                valid_to=end,
            )
            RuledGrid.objects.bulk_create([RuledGrid(ruled=row, grid_code=code) for code in sorted(set(scope.grid_codes))], BATCH_ROWS)
            RuledComponent.objects.bulk_create(
                [RuledComponent(ruled=row, component_code=code) for code in sorted(set(scope.component_codes))], BATCH_ROWS
            )


def end_ruling(actor: Actor, number: str, day: date) -> int:
    """Let a ruling hold no longer from `day` on. Returns how many rows ended; none where it had ended before."""
    _require_ruler(actor)
    with transaction.atomic():
        bump("responsibilities")
        return holding_on(RuledResponsibility.objects.filter(number=number), day).update(valid_to=day)


def _require_ruler(actor: Actor) -> None:
    if not actor.posts & MAY_RULE:
        raise Forbidden("post", _("Rulings are written down by coordinators and leaders."))


def _check(scope: RuledScope, day: date) -> None:
    places = (bool(scope.grid_codes), bool(scope.component_codes), scope.division_code is not None, scope.polygon is not None)
    if sum(places) != 1:
        message = _("A ruling names grids, components, a division or an area drawn on the map, one of them.")
        raise Refused("scope", message, _("Choose where it holds."), "scope")
    if scope.problem_class_id and not holding_on(ProblemClass.objects.filter(pk=scope.problem_class_id), day).exists():
        raise Refused("class", _("There is no such class."), _("Choose a class of the catalogue."), "problem_class")
    if not holding_on(Organization.objects.filter(pk=scope.organization_id), day).exists():
        raise Refused("organization", _("There is no such organization today."), _("Choose another one."), "organization")
