"""What each action changes on the case, beyond stage and clocks: told action by action, in plain code.

An effect looks up what was given (a rule, an organization, a place), refuses what does not fit, and returns the facts
that change. It writes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from chengge.casework import clocks, ledger
from chengge.casework.actions import levels
from chengge.casework.actions.given import Given
from chengge.casework.actions.side_paths import side_path_of
from chengge.casework.models import Case
from chengge.domain.errors import Forbidden, Refused
from chengge.domain.lifecycle import DISPATCHED_BY_ITSELF, ClockKind, Transition
from chengge.domain.worktime import Limit, Unit
from chengge.foundation.queries import locate
from chengge.organization.calendars import calendar_id_of
from chengge.organization.queries import Actor, city_day

RULE = """
SELECT rule.problem_class_id, class.kind, rule.area_class, rule.urgent, rule.limit_amount, rule.limit_unit, rule.self_disposable
FROM foundation_handbookrule rule JOIN foundation_problemclass class ON class.id = rule.problem_class_id
WHERE rule.id = %s AND rule.valid_from <= %s AND (rule.valid_to IS NULL OR rule.valid_to > %s)
"""
ORGANIZATION = """
SELECT level, kind, parent_id, calendar_id, name
FROM organization_organization WHERE id = %s AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)
"""
LIMITS_OF_RULE = "SELECT limit_amount, limit_unit, check_limit_amount, check_limit_unit FROM foundation_handbookrule WHERE id = %s"

# A reopened case goes all the way round again, as if nothing had been done; its rule and class are a first proposal.
NOTHING_DONE_YET = dict.fromkeys(
    ("department_id", "organization_id", "level", "filed_at", "dispatched_at", "handled_at", "ended_at", "undo_until")
) | {
    "self_disposed": False,
    "extension_count": 0,
    "suspension_count": 0,
    "appealed": False,
    "excused": False,
}
DISPATCHED_TO = frozenset({"department", "territory"})


@dataclass(slots=True)
class Effect:
    """What an action changes.

    Attributes:
        facts: columns of the case and their new values; moments in epoch seconds.
        assignments: moves of assignments, as the ledger keeps them.
        terms: of the clock that is started; lower: the clocks of lower levels that are started.
        ended: the organizations of lower levels whose clocks stop.
        limit: the new limit of the handling that runs, where the rule changed.
        added: the original limit of the handling that runs, and how many times it is added.
        side_paths: moves of requests and orders, as the ledger keeps them.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    assignments: list[dict[str, Any]] = field(default_factory=list)
    terms: clocks.Terms | None = None
    lower: list[clocks.Lower] = field(default_factory=list)
    ended: set[int] = field(default_factory=set)
    limit: Limit | None = None
    added: tuple[Limit, int] | None = None
    side_paths: list[dict[str, Any]] = field(default_factory=list)


def effect_of(row: Transition, case: Case, actor: Actor, given: Given, at: datetime, limit: Callable[[], Limit]) -> Effect:
    """What `row` changes on `case` when `actor` does it with what was `given`.

    Args:
        limit: tells the city's limit of the stage whose clock `row` starts.

    Raises:
        Refused: something given does not fit the case.
    """
    effect = Effect()
    day = city_day(at)
    _require_reasons(row, actor, given)
    match row.action:
        case "amend":
            _amend(effect, case, given, day)
        case "correct":
            _correct(effect, case, given, day)
        case "accept" | "reclassify":
            _amend(effect, case, given, day)
            _judge_by(effect, case, given, day)
            if case.extension_count and effect.limit is not None:  # what was granted counts in the new limit, too
                effect.limit = Limit(effect.limit.amount * (1 + case.extension_count), effect.limit.unit)
        case "self_dispose":  # The position given is where the inspector stands; it does not move the case.
            if not _judge_by(effect, case, given, day):
                raise Refused(
                    "not_self_disposable",
                    _("This filing condition is not one to put right on the spot."),
                    _("Report it; the department answers for it."),
                    "rule",
                )
        case "file":
            effect.facts["filed_at"] = clocks.epoch(at)
        case "dispatch":
            _hand_to_department(effect, case, given.organization_id, at)
            effect.facts["dispatched_at"] = clocks.epoch(at)
            _mark_by_itself(effect, case, given)
            if case.extension_count:  # they were the other department's
                effect.facts["extension_count"] = 0
        case "fail_check":
            _hand_to_department(effect, case, case.department_id, at)
            effect.facts["handled_at"] = None
        case "pass_down":
            levels.pass_down(effect, case, given, at)
        case "hand_up" | "submit":
            levels.hand_up(effect, case, row.action)
        case "take_back":
            levels.take_back(effect, case, actor, row.action)
        case "refuse_feedback":
            levels.refuse_feedback(effect, case, at)
        case "give_parts":
            levels.give_parts(effect, case, given, at)
        case "pass_part_on":
            levels.pass_part_on(effect, case, actor, given, at)
        case "submit_part" | "decline_part":
            levels.end_part(effect, case, actor, row)
        case "take_back_part":
            levels.take_back_part(effect, case, given, row.action)
        case "refuse_part":
            levels.refuse_part(effect, case, given, at)
        case "hand_back":
            levels.forget_feedback(effect, case)
        case "confirm_return" | "undo_dispatch":
            effect.facts |= {"department_id": None, "organization_id": None, "level": None}
            if case.undo_until is not None:
                effect.facts["undo_until"] = None
            levels.ended(effect, case, row.action)
        case "finish":
            effect.facts["handled_at"] = clocks.epoch(at)
            levels.ended(effect, case, row.action)
        case "merge":
            effect.facts["merged_into_id"] = given.into_case_id
        case "split":
            effect.facts |= {"merged_into_id": None, "ended_at": None}
        case "reopen":
            effect.facts |= NOTHING_DONE_YET
        case "void":
            if case.department_id:
                levels.ended(effect, case, row.action)
    if given.urgent is not None and given.urgent != case.urgent:
        effect.facts["urgent"] = given.urgent
    _mark(effect, row, case)
    side_path_of(row, effect, case, actor, given, at)
    target = row.target
    if target is not None and target.is_end:
        effect.facts["ended_at"] = clocks.epoch(at)
    if row.starts and effect.terms is None and not effect.lower:
        effect.terms = _terms_of_stage(ClockKind(row.starts), case, actor, limit)
    return effect


def _amend(effect: Effect, case: Case, given: Given, day: date) -> None:
    if given.place:
        effect.facts["place"] = given.place
    if given.description:
        effect.facts["description"] = given.description
    if given.component_code is not None:
        effect.facts["component_code"] = given.component_code
    if given.problem_class_id is not None and given.rule_id is None and given.problem_class_id != case.problem_class_id:
        effect.facts |= {"problem_class_id": given.problem_class_id, "kind": _kind_of(given.problem_class_id), "rule_id": None}
    if given.lon is not None and given.lat is not None and (given.lon, given.lat) != (case.lon, case.lat):
        located = locate(given.lon, given.lat)
        effect.facts |= {"lon": given.lon, "lat": given.lat, "grid_code": located.grid_code, "area_class": located.area_class}


def _correct(effect: Effect, case: Case, given: Given, day: date) -> None:
    if given.problem_class_id not in (None, case.problem_class_id):
        hint = _("Change class and condition together.")
        raise Refused("class", _("The class is not corrected here: the condition hangs on it."), hint, "problem_class")
    _amend(effect, case, given, day)
    if not effect.facts and given.urgent in (None, case.urgent):
        raise Refused("nothing", _("Nothing is corrected."), _("Change what is wrong."))


def _judge_by(effect: Effect, case: Case, given: Given, day: date) -> bool:
    """Judge the case by a rule. Returns whether the handbook lets an inspector put such a thing right on the spot."""
    rule_id = given.rule_id or case.rule_id
    with connection.cursor() as cursor:
        cursor.execute(RULE, [rule_id, day, day])
        found = cursor.fetchone()
    if found is None:
        raise Refused("rule", _("This filing condition does not hold today."), _("Choose one of the conditions shown."), "rule")
    class_id, kind, area_class, urgent, amount, unit, self_disposable = found
    if given.problem_class_id not in (None, class_id):
        raise Refused("rule", _("This filing condition belongs to another class."), _("Choose one of the conditions of the class."), "rule")
    area = effect.facts.get("area_class", case.area_class)
    if area_class and area and area_class != area:
        raise Refused(
            "rule",
            _("This filing condition is for class %(theirs)s areas; the case lies in a class %(ours)s area.")
            % {"theirs": area_class, "ours": area},
            _("Choose one of the conditions shown."),
            "rule",
        )
    effect.facts |= {"rule_id": rule_id, "problem_class_id": class_id, "kind": kind}
    if urgent and given.urgent is None:
        effect.facts["urgent"] = True
    effect.limit = Limit(amount, Unit(unit))
    return bool(self_disposable)


def _hand_to_department(effect: Effect, case: Case, organization_id: int | None, at: datetime) -> None:
    level, kind, _parent, calendar_id, name = _organization(organization_id, at)
    if level != 2 or kind not in DISPATCHED_TO:
        message = _("A case is dispatched to a department or territory on the second level; “%(name)s” is none.")
        raise Refused("organization", message % {"name": name}, _("Choose one of the candidates, or search."), "organization")
    with connection.cursor() as cursor:
        cursor.execute(LIMITS_OF_RULE, [case.rule_id])
        amount, unit, _check, _check_unit = cursor.fetchone()
    effect.facts |= {"department_id": organization_id, "organization_id": organization_id, "level": 2}
    effect.terms = clocks.Terms(ClockKind.HANDLING, Limit(amount, Unit(unit)), calendar_id, 2, organization_id)
    effect.assignments.append(_begun(case, 2, organization_id))


def _require_reasons(row: Transition, actor: Actor, given: Given) -> None:
    """The house dispatches no case without saying why."""
    if row.action in DISPATCHED_BY_ITSELF and actor.member_id is None and given.by_itself is None:
        raise Forbidden("post", _("A machine dispatches only where the city lets it, and says why."))


def _mark_by_itself(effect: Effect, case: Case, given: Given) -> None:
    """A case that was dispatched by itself says until when that may be undone; one that a person dispatches says nothing."""
    until = given.by_itself["undo_until"] if given.by_itself is not None else None
    if until is not None or case.undo_until is not None:
        effect.facts["undo_until"] = until


def _begun(case: Case, level: int, organization_id: int | None) -> dict[str, Any]:
    return {"op": "start", "n": len(ledger.assignments_of(case.pk)), "level": level, "organization_id": organization_id}


def _mark(effect: Effect, row: Transition, case: Case) -> None:
    match row.mark:
        case "rework":
            effect.facts["rework_count"] = case.rework_count + 1
        case "return":
            effect.facts["return_count"] = case.return_count + 1
        case "wrong_dispatch":
            effect.facts["wrong_dispatch_count"] = case.wrong_dispatch_count + 1
        case "reopen":
            effect.facts["reopen_count"] = case.reopen_count + 1
        case "self_disposed":
            effect.facts["self_disposed"] = True
        case "self_disposal_refused":
            effect.facts["self_disposed"] = False
        case "extension":
            effect.facts["extension_count"] = case.extension_count + 1
        case "suspension":
            effect.facts["suspension_count"] = case.suspension_count + 1
        case "excused":
            effect.facts["excused"] = True
        case "urge":
            effect.facts["urge_count"] = case.urge_count + 1


def _terms_of_stage(kind: ClockKind, case: Case, actor: Actor, of_stage: Callable[[], Limit]) -> clocks.Terms:
    """The limit of a stage: the handbook's own check limit where the rule has one, else the city's stage limit."""
    limit = None
    if kind is ClockKind.CHECK:
        with connection.cursor() as cursor:
            cursor.execute(LIMITS_OF_RULE, [case.rule_id])
            _amount, _unit, amount, unit = cursor.fetchone()
        limit = Limit(amount, Unit(unit)) if amount else None
    limit = limit or of_stage()
    return clocks.Terms(kind, limit, None if limit.continuous else calendar_id_of(actor.organization_id))


def _organization(organization_id: int | None, at: datetime) -> tuple[int, str, int | None, int, str]:
    day = city_day(at)
    with connection.cursor() as cursor:
        cursor.execute(ORGANIZATION, [organization_id, day, day])
        if (found := cursor.fetchone()) is None:
            raise Refused("organization", _("There is no such organization today."), _("Choose another one."), "organization")
    return found


def _kind_of(problem_class_id: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind FROM foundation_problemclass WHERE id = %s", [problem_class_id])
        if (found := cursor.fetchone()) is None:
            raise Refused("class", _("There is no such class."), _("Choose a class of the catalogue."), "problem_class")
    return str(found[0])
