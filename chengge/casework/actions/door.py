"""The one door. Every change to a case, from whatever side, is one call of `perform`."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework import authority, clocks, ledger, search, tasks
from chengge.casework.actions import given as needs
from chengge.casework.actions import levels, merging, photos
from chengge.casework.actions.effects import Effect, effect_of
from chengge.casework.actions.given import Given
from chengge.casework.ledger import Ask, Draft, Locked
from chengge.casework.models import Case, Evidence, LedgerEntry, Origin
from chengge.casework.words import deed
from chengge.domain.coordinates import distance_m
from chengge.domain.errors import Conflict, NotFound, Refused
from chengge.domain.fold import move_clock
from chengge.domain.lifecycle import BY_ACTION, REQUEST_OF, ClockKind, Holder, Stage, Transition
from chengge.foundation.queries.rules import asking_for_stage_limit, stage_limit_told
from chengge.organization.queries import CITY_ZONE, Actor, city_day

TASK_OF_CLOCK = {ClockKind.VERIFY: "verify", ClockKind.CHECK: "check"}

PHASE_OF_ACTION = {
    "verify_true": Evidence.Phase.VERIFY,
    "verify_false": Evidence.Phase.VERIFY,
    "self_dispose": Evidence.Phase.HANDLE,
    "submit": Evidence.Phase.HANDLE,
    "submit_part": Evidence.Phase.HANDLE,
    "finish": Evidence.Phase.HANDLE,
    "pass_check": Evidence.Phase.CHECK,
    "fail_check": Evidence.Phase.CHECK,
    **dict.fromkeys((*REQUEST_OF, "order_supervision", "answer_supervision", "lift_supervision", "urge"), Evidence.Phase.ASKED),
}


@dataclass(frozen=True, slots=True)
class Moved:
    """What an action did. `repeated` tells that it was done before, under the same key."""

    case_id: int
    entry_id: int
    seq: int
    action: str
    from_stage: Stage | None
    to_stage: Stage
    at: datetime
    repeated: bool = False


def perform(
    case_id: int,
    action: str,
    actor: Actor,
    given: Given = Given(),  # noqa: B008 - frozen
    *,
    seen: int | None = None,
    key: str | None = None,
    origin: str = Origin.LIVE,
) -> Moved:
    """Take `action` on a case for `actor`, whole or not at all.

    Args:
        given: what the action needs, checked against the rule book.
        seen: the entry count the person saw; the action is refused if the case has moved since.
        key: the caller's own key (at most 64 characters); a second call with it returns what the first one did.
        origin: simulation and history import name themselves; they alone act at a time that is not now.

    Raises:
        Refused: or Forbidden, Conflict, NotFound: with a sentence for the person; the case is as it was.
    """
    row = BY_ACTION.get(action)
    if row is None:
        raise NotFound("action", _("There is no action “%(action)s”.") % {"action": action})
    needs.require_key(key)
    try:
        with transaction.atomic():
            return _perform(case_id, row, actor, given, seen, key, origin)
    except (Refused, IntegrityError):
        # Perhaps this very call came before: then the case has moved by it, or the ledger knows its key.
        if key is not None and (before := moved_before(actor, key)):
            return before
        raise


def _perform(case_id: int, row: Transition, actor: Actor, given: Given, seen: int | None, key: str | None, origin: str) -> Moved:
    other_id = merging.other_of(row, case_id, given)
    today = city_day(clock.now())
    asked = _asked(row, case_id, today)
    locked, other = merging.in_hand(case_id, other_id, list(asked.values()))
    case, told = locked.case, dict(zip(asked, locked.told, strict=True))
    task = told.get("task")
    held = told.get("held")
    authority.require(row, case, actor, task[1] if task else None, held[0] if held else ())
    if seen is not None and seen != case.entry_count:
        raise Conflict("moved", _("The case has moved in the meantime."), last_move(case))
    if (hindrance := authority.hindrance(row, case)) is not None:
        raise Conflict("stage", hindrance, last_move(case))
    needs.require(row, case, given)
    merging.require(row, case, actor, other)

    at = max(clock.now().replace(microsecond=0), case.changed_at)
    effect = effect_of(row, case, actor, given, at, lambda: stage_limit_told(row.starts, today, told["limit"]))
    body = _body(row, locked, actor, given, effect, at, origin)
    reworded = any(name in effect.facts and effect.facts[name] != getattr(case, name) for name in search.WORDS_OF_CASE)
    walks = []
    if task is not None:
        walks.append(tasks.ending(task[0], at, row.action, actor.member_id if row.holder is Holder.TASK else None, _stood(case, given)))
    if effect.terms is not None and effect.terms.kind in TASK_OF_CLOCK:
        walks.append(tasks.giving(case, TASK_OF_CLOCK[effect.terms.kind], at, clocks.moment(body["case"]["due_at"])))
    phase = PHASE_OF_ACTION.get(row.action, Evidence.Phase.REPORT)
    proofs = photos.binding(given.photos, actor, case_id, phase) if given.photos else None
    entry_id, bound = ledger.append(locked, Draft(body, key), at, walks, proofs)
    photos.require_all(given.photos, bound)
    if reworded:
        search.index(case_id)
    if other is not None:
        merging.carry_over(row, locked, other, actor, at, origin)
    return Moved(case_id, entry_id, body["seq"], row.action, Stage(case.stage), Stage(body["to"]), at)


def _asked(row: Transition, case_id: int, today: date) -> dict[str, Ask]:
    """What else `row` needs to know that does not stand in the case: its open task, whose hands it is in, the city's limit of a stage."""
    asked = {}
    if row.holder is Holder.TASK or row.stops == "*":
        asked["task"] = tasks.asking_for_open(case_id)
    if row.holder is Holder.ABOVE:
        asked["held"] = ledger.asking_for_holders(case_id)
    if row.starts and row.starts not in clocks.HANDLING:
        asked["limit"] = Ask(*asking_for_stage_limit(row.starts, today), 2)
    return asked


def _body(row: Transition, locked: Locked, actor: Actor, given: Given, effect: Effect, at: datetime, origin: str) -> dict[str, Any]:
    case, now = locked.case, clocks.epoch(at)
    inside = levels.inside(case) if row.resumes or effect.limit is not None or effect.added is not None else {}
    holder_level = case.level or clocks.DEPARTMENT_LEVEL
    moves = clocks.moves(row, locked.running, now, effect.terms, effect.lower, effect.ended, holder_level, inside)
    if effect.limit is not None and row.action == "reclassify":
        moves += clocks.retime_handling(locked.running, effect.limit, now, inside)
    if effect.added is not None:
        moves += clocks.extend_handling(locked.running, *effect.added, now, inside)
    target = row.target_from(Stage(case.stage))
    facts = effect.facts | {"stage": target.value}
    facts["yellow_at"], facts["due_at"] = clocks.leading(_clocks_after(locked, moves, now), facts.get("level", case.level))
    right = actor.right_to(row.posts, case.grid_code)
    body = {
        "seq": case.entry_count + 1,
        "at": now,
        "action": row.action,
        "member": actor.member_id,
        "post": min(row.posts & right.posts).value if right is not None else "",
        "organization": actor.organization_id,
        "from": case.stage,
        "to": target.value,
        "reason": given.reason.strip(),
        "origin": str(origin),
        "given": given.written() | merging.told(row, locked.case),
        "photos": list(given.photos),
        "case": facts,
        "clocks": moves,
        "assignments": effect.assignments,
    }
    if effect.side_paths:
        body["side_paths"] = effect.side_paths
    return body | actor.stands_for(row.posts, case.grid_code)


def _clocks_after(locked: Locked, moves: list[dict[str, Any]], now: int) -> list[dict[str, Any]]:
    """The clocks as they stand after `moves`; those that had stopped before stay out of it."""
    state: list[dict[str, Any]] = [{"stopped_at": 0, "paused_at": None, "level": None}] * locked.clock_count
    for running in locked.running:
        state[running.ordinal] = {
            "stopped_at": None,
            "level": running.level,
            "paused_at": running.paused_at and clocks.epoch(running.paused_at),
            "yellow_at": clocks.epoch(running.yellow_at),
            "due_at": clocks.epoch(running.due_at),
            "pauses": [(now, None)],
        }
    for move in moves:
        move_clock(state, move, now)
    return state


def _stood(case: Case, given: Given) -> tuple[float | None, float | None, float | None]:
    if given.lon is None or given.lat is None:
        return None, None, None
    return given.lon, given.lat, round(float(distance_m(given.lon, given.lat, case.lon, case.lat)), 1)


def moved_before(actor: Actor, key: str) -> Moved | None:
    """What this member did under `key` before, if anything. One query."""
    entry = LedgerEntry.objects.filter(member=actor.member_id, key=key).first()
    if entry is None:
        return None
    before = Stage(entry.from_stage) if entry.from_stage else None
    return Moved(entry.case_id, entry.pk, entry.seq, entry.action, before, Stage(entry.to_stage), entry.at, repeated=True)


def last_move(case: Case) -> str:
    """A sentence: who did what with the case last, and when."""
    entry = LedgerEntry.objects.select_related("member").get(case=case, seq=case.entry_count)
    who = f"{entry.get_post_display()} {entry.member or ''}".strip()
    when = entry.at.astimezone(CITY_ZONE).strftime("%m-%d %H:%M:%S")
    return _("%(deed)s by %(who)s at %(when)s. Look at the case again.") % {"deed": deed(entry.action), "who": who, "when": when}
