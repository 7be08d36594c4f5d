"""Writing the catalogue, the handbook, stage limits and responsibilities."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from chengge.domain.errors import NotFound, Refused
from chengge.domain.lifecycle import ClockKind
from chengge.domain.worktime import Limit, Unit
from chengge.foundation.actions.dated import DatedChange, carry_out
from chengge.foundation.models import Component, HandbookRule, ProblemClass, Responsibility, StageLimit
from chengge.organization.actions import require_administrator
from chengge.organization.models import Dated
from chengge.organization.queries import Actor

Row = TypeVar("Row", bound=Dated)

# Stages that no handbook rule times. Usual limits of cities (docs/import.md); every city sets its own.
USUAL_STAGE_LIMITS: dict[ClockKind, Limit] = {
    ClockKind.ACCEPTANCE: Limit(15, Unit.MINUTE),
    ClockKind.VERIFY: Limit(30, Unit.MINUTE),
    ClockKind.FILING: Limit(15, Unit.MINUTE),
    ClockKind.DISPATCH: Limit(15, Unit.MINUTE),
    ClockKind.CHECK_SENDING: Limit(15, Unit.MINUTE),
    ClockKind.CHECK: Limit(30, Unit.MINUTE),
    ClockKind.CLOSING: Limit(15, Unit.MINUTE),
}


@dataclass(frozen=True, slots=True)
class RuleValues:
    """What a handbook rule says. `number` 0: the present one of the rule it replaces, else the next free one of its class."""

    problem_class_id: int
    condition: str
    limit: Limit
    closing_condition: str
    number: int = 0
    area_class: str = ""
    evidence_wanted: str = ""
    check_limit: Limit | None = None
    urgent: bool = False
    self_disposable: bool = True
    organization_id: int | None = None
    responsible_body: str = ""
    supervising_body: str = ""
    basis: str = ""
    note: str = ""

    def row(self) -> HandbookRule:
        return HandbookRule(
            problem_class_id=self.problem_class_id,
            number=self.number,
            condition=self.condition,
            area_class=self.area_class,
            limit_amount=self.limit.amount,
            limit_unit=self.limit.unit.value,
            closing_condition=self.closing_condition,
            evidence_wanted=self.evidence_wanted,
            check_limit_amount=self.check_limit.amount if self.check_limit else None,
            check_limit_unit=self.check_limit.unit.value if self.check_limit else "",
            urgent=self.urgent,
            self_disposable=self.self_disposable,
            organization_id=self.organization_id,
            responsible_body=self.responsible_body,
            supervising_body=self.supervising_body,
            basis=self.basis,
            note=self.note,
        )


@dataclass(frozen=True, slots=True)
class ResponsibilityValues:
    """Who answers for what, where. A class goes before a major class, that before a kind; empty: everything."""

    organization_id: int
    basis: str
    kind: str = ""
    major_code: str = ""
    problem_class_id: int | None = None
    division_code: int | None = None
    owning_body_id: int | None = None

    def row(self) -> Responsibility:
        return Responsibility(
            organization_id=self.organization_id,
            basis=self.basis,
            kind=self.kind,
            major_code=self.major_code,
            problem_class_id=self.problem_class_id,
            division_code=self.division_code,
            owning_body_id=self.owning_body_id,
        )


@transaction.atomic
def save_rule(actor: Actor, rule_id: int | None, values: RuleValues, day: date) -> HandbookRule:
    """Begin a handbook rule on `day`, in place of the rule `rule_id` if one is given.

    Raises:
        Refused: condition or closing condition is empty, or another rule holds the number in that area.
        NotFound: no such rule holds.
    """
    require_administrator(actor)
    for field, text in (("condition", values.condition), ("closing_condition", values.closing_condition)):
        if not text.strip():
            raise Refused("empty", _("A handbook rule needs a filing condition and a closing condition."), _("Write both."), field=field)
    old = _holding(HandbookRule, rule_id) if rule_id is not None else None
    if not values.number:
        values = replace(values, number=old.number if old else next_rule_number(values.problem_class_id))
    same = HandbookRule.objects.filter(
        problem_class_id=values.problem_class_id, number=values.number, area_class=values.area_class, valid_to=None
    )
    if same.exclude(pk=old.pk if old else 0).exists():
        raise Refused(
            "number_taken",
            _("The class has a rule with number %(number)d in this area already.") % {"number": values.number},
            _("Change that rule, or leave the number empty for the next free one."),
            field="number",
        )
    (begun,) = carry_out(actor, DatedChange(HandbookRule, day, [old.pk] if old else [], [values.row()]))
    return begun


def end_rule(actor: Actor, rule_id: int, day: date) -> None:
    """End a handbook rule: from `day` on nobody is judged by it. Raises NotFound when it does not hold."""
    _end(actor, HandbookRule, rule_id, day)


@transaction.atomic
def save_responsibility(actor: Actor, responsibility_id: int | None, values: ResponsibilityValues, day: date) -> Responsibility:
    """Begin a responsibility on `day`, in place of `responsibility_id` if one is given.

    Raises:
        Refused: the basis is empty, or a class and a major class contradict each other.
        NotFound: no such responsibility holds.
    """
    require_administrator(actor)
    if not values.basis.strip():
        raise Refused(
            "empty", _("A responsibility needs its basis in words."), _("Name the rule, list or meeting it follows from."), field="basis"
        )
    if values.major_code and not values.kind:
        raise Refused(
            "kind_missing", _("A major class is only known together with its kind."), _("Choose component or event."), field="kind"
        )
    if values.problem_class_id is not None:
        of_class = ProblemClass.objects.get(pk=values.problem_class_id)
        values = replace(values, kind=of_class.kind, major_code=of_class.major_code)
    old = _holding(Responsibility, responsibility_id) if responsibility_id is not None else None
    (begun,) = carry_out(actor, DatedChange(Responsibility, day, [old.pk] if old else [], [values.row()]))
    return begun


def end_responsibility(actor: Actor, responsibility_id: int, day: date) -> None:
    """End a responsibility from `day` on. Raises NotFound when it does not hold."""
    _end(actor, Responsibility, responsibility_id, day)


@transaction.atomic
def save_stage_limit(actor: Actor, clock: ClockKind, limit: Limit, day: date) -> StageLimit:
    """Set the limit of a stage from `day` on. The same limit again changes nothing.

    Raises:
        Refused: the clock runs by the handbook or by working time, which a stage limit cannot.
    """
    require_administrator(actor)
    if clock not in USUAL_STAGE_LIMITS:
        raise Refused("clock", _("This clock runs by the handbook rule of the case."), _("Change the rule instead."), field="clock")
    old = StageLimit.objects.select_for_update().filter(clock=clock.value, valid_to=None).first()
    if old is not None and (old.amount, old.unit) == (limit.amount, limit.unit.value):
        return old
    row = StageLimit(clock=clock.value, amount=limit.amount, unit=limit.unit.value)
    (begun,) = carry_out(actor, DatedChange(StageLimit, day, [old.pk] if old else [], [row]))
    return begun


@transaction.atomic
def put_usual_stage_limits(actor: Actor, day: date) -> None:
    """Give every stage that has no limit yet the usual one."""
    known = set(StageLimit.objects.filter(valid_to=None).values_list("clock", flat=True))
    for clock, limit in USUAL_STAGE_LIMITS.items():
        if clock.value not in known:
            save_stage_limit(actor, clock, limit, day)


@transaction.atomic
def replace_class(actor: Actor, old: ProblemClass, new: ProblemClass, day: date) -> ProblemClass:
    """Put a class with other names in place of a class, with everything that hangs on it.

    Rules and responsibilities of the old class end and begin again under the new one. Components, of which only the present
    is kept, move over.
    """
    (begun,) = carry_out(actor, DatedChange(ProblemClass, day, [old.pk], [new]))
    _move_over(actor, HandbookRule, old, begun, day)
    _move_over(actor, Responsibility, old, begun, day)
    Component.objects.filter(problem_class=old).update(problem_class=begun)
    return begun


def _move_over(actor: Actor, model: type[HandbookRule | Responsibility], old: ProblemClass, new: ProblemClass, day: date) -> None:
    rows: list[Any] = list(model._default_manager.filter(problem_class=old, valid_to=None))
    ids = [row.pk for row in rows]
    for row in rows:
        row.pk, row.problem_class = None, new
        row._state.adding = True
    carry_out(actor, DatedChange(model, day, ids, rows))


def next_rule_number(problem_class_id: int) -> int:
    """The next number in a class that no rule ever had."""
    highest = HandbookRule.objects.filter(problem_class_id=problem_class_id).aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1


def _holding(model: type[Row], row_id: int) -> Row:
    row = model._default_manager.select_for_update().filter(pk=row_id, valid_to=None).order_by().first()
    if row is None:
        raise NotFound("not_holding", _("This row does not hold any more."), _("Look at the present state and try again."))
    return row


def _end(actor: Actor, model: type[Row], row_id: int, day: date) -> None:
    with transaction.atomic():
        require_administrator(actor)
        carry_out(actor, DatedChange(model, day, [_holding(model, row_id).pk]))
