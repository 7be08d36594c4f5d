"""Down the levels and up again: what passing down, feeding back, sending back, taking back and giving out in parts change.

A case is in one line of hands: the department's, and of each whom it was passed down to. Its holder is the last of them. Parts lie
beside that line: whoever holds the case gives them out, keeps the case, and goes on once all are back. Whoever has a part may pass it on to
a body below, from which it comes back to them (docs/adr/0024).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _

from chengge.casework import clocks, ledger
from chengge.casework.actions.given import Given
from chengge.casework.ledger import Held
from chengge.casework.models import Case
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Transition
from chengge.organization.queries import Actor, city_day

if TYPE_CHECKING:
    from chengge.casework.actions.effects import Effect

# Bodies that hold today, whether they lie below the holder, and whether every body between has no platform: nobody on the department's
# post who could pass anything on. With each the share of time that its level gets.
BODIES = """
WITH RECURSIVE ladder(body_id, above_id, is_next) AS (
  SELECT id, parent_id, TRUE FROM organization_organization WHERE id = ANY(%(wanted)s)
  UNION ALL
  SELECT ladder.body_id, between.parent_id, ladder.is_next AND NOT EXISTS (
    SELECT 1 FROM organization_member clerk JOIN organization_memberpost held ON held.member_id = clerk.id
    WHERE clerk.organization_id = between.id AND clerk.is_active AND held.post = 'department'
      AND held.valid_from <= %(day)s AND (held.valid_to IS NULL OR held.valid_to > %(day)s))
  FROM ladder JOIN organization_organization between ON between.id = ladder.above_id
  WHERE ladder.above_id <> %(holder)s
)
SELECT body.id, body.name, body.level, reached.is_next, COALESCE((
    SELECT rule.share_percent FROM casework_levellimit rule
    WHERE rule.level = body.level AND rule.valid_from <= %(day)s AND (rule.valid_to IS NULL OR rule.valid_to > %(day)s) LIMIT 1), 100)
FROM organization_organization body
LEFT JOIN ladder reached ON reached.body_id = body.id AND reached.above_id = %(holder)s
WHERE body.id = ANY(%(wanted)s) AND body.valid_from <= %(day)s AND (body.valid_to IS NULL OR body.valid_to > %(day)s)
"""


@dataclass(frozen=True, slots=True)
class Body:
    """An organization below whoever holds the case.

    Attributes:
        is_next: no platform lies between.
        share_percent: how much of what is left above it gets.
    """

    id: int
    name: str
    level: int
    is_next: bool
    share_percent: int

    @property
    def clock(self) -> clocks.Lower:
        return clocks.Lower(self.level, self.id, self.share_percent)


def pass_down(effect: Effect, case: Case, given: Given, at: datetime) -> None:
    """The whole case to a body directly below; a level on which nobody could take it is skipped."""
    (body,) = _bodies_below(case.organization_id, [given.organization_id or 0], at)
    if not body.is_next:
        said = _("Another platform lies between you and “%(name)s”.") % {"name": body.name}
        raise Refused("organization", said, _("Pass it down there, or give out a part."), "organization")
    forget_feedback(effect, case)
    _to(effect, body, len(ledger.assignments_of(case.pk)))


def refuse_feedback(effect: Effect, case: Case, at: datetime) -> None:
    """What came up last goes back to the body that did it; its clock starts anew inside what is left above."""
    held = ledger.assignments_of(case.pk)
    came = [one for one in held if one.outcome == "submit" and one.level > (case.level or 0) and one.ended_at is not None]
    if not came:
        raise Refused("feedback", _("Nothing has come up from below."), _("Look at the case again."))
    last = max(came, key=lambda one: (one.ended_at, -one.level))
    (body,) = _bodies_below(case.organization_id, [last.organization_id], at)
    forget_feedback(effect, case)
    _to(effect, body, len(held))


def hand_up(effect: Effect, case: Case, outcome: str) -> None:
    """Back to the organization that passed it down: the last assignment that still lasts but one."""
    *_others, above, own = [one for one in ledger.assignments_of(case.pk) if one.lasts]
    forget_feedback(effect, case)
    _end(effect, [own], outcome)
    effect.facts |= {"organization_id": above.organization_id, "level": above.level}
    if outcome == "submit":
        effect.facts["fed_back"] = True


def take_back(effect: Effect, case: Case, actor: Actor, outcome: str) -> None:
    """The case, or a part of it, back to an organization that passed it down, whoever further down has it or parts of it."""
    lasting = [one for one in ledger.assignments_of(case.pk) if one.lasts]
    own = next(one for one in lasting if one.organization_id == actor.organization_id)
    if own.part:
        below = _passed_on_from(own, lasting)
        _end(effect, below, outcome)
        effect.facts["part_holders"] = _handed(case, below, own.organization_id)
        return
    forget_feedback(effect, case)
    _end(effect, [one for one in lasting if one.level > own.level], outcome)
    effect.facts |= {"organization_id": own.organization_id, "level": own.level}
    if case.part_holders:
        effect.facts["part_holders"] = None


def give_parts(effect: Effect, case: Case, given: Given, at: datetime) -> None:
    """A part to each of some bodies below, side by side; whoever gives them holds the case on."""
    bodies = _bodies_below(case.organization_id, [part.organization_id for part in given.parts], at)
    held = ledger.assignments_of(case.pk)
    _require_no_part(held, bodies, "parts")
    number = len(held)
    for body, part in zip(bodies, given.parts, strict=True):
        effect.lower.append(body.clock)
        effect.assignments.append(_start(number, body) | {"part": part.task.strip()})
        number += 1
    effect.facts["part_holders"] = [*(case.part_holders or ()), *(body.id for body in bodies)]
    if case.fed_back:
        effect.facts["fed_back"] = False


def pass_part_on(effect: Effect, case: Case, actor: Actor, given: Given, at: datetime) -> None:
    """A part to a body below whoever has it; it comes back there, and the clock runs inside that one's."""
    held = ledger.assignments_of(case.pk)
    own = next(one for one in held if one.lasts and one.part and one.organization_id == actor.organization_id)
    (body,) = _bodies_below(own.organization_id, [given.organization_id or 0], at)
    _require_no_part(held, [body], "organization")
    effect.lower.append(replace(body.clock, inside_id=own.organization_id))
    effect.assignments.append(_start(len(held), body) | {"part": own.part, "above": own.ordinal})
    effect.facts["part_holders"] = _handed(case, [own], body.id)


def end_part(effect: Effect, case: Case, actor: Actor, row: Transition) -> None:
    """Whoever has a part in hand is done with it, or declines it: it goes to whoever gave it, or passed it on."""
    held = ledger.assignments_of(case.pk)
    own = next(one for one in held if one.lasts and one.part and one.organization_id == actor.organization_id)
    _end(effect, [own], row.action)
    effect.facts["part_holders"] = _handed(case, [own], None if own.above is None else held[own.above].organization_id)
    if row.action == "submit_part" and own.above is None:
        effect.facts["parts_back"] = case.parts_back + 1


def take_back_part(effect: Effect, case: Case, given: Given, outcome: str) -> None:
    """A part that was given out ends, whoever further down it was passed on to."""
    lasting = [one for one in ledger.assignments_of(case.pk) if one.lasts]
    root = next((one for one in lasting if one.part and one.above is None and one.organization_id == given.organization_id), None)
    if root is None:
        raise Refused("organization", _("This organization has no part to do now."), _("Choose one of those shown."), "organization")
    ending = [root, *_passed_on_from(root, lasting)]
    _end(effect, ending, outcome)
    effect.facts["part_holders"] = _handed(case, ending, None)


def refuse_part(effect: Effect, case: Case, given: Given, at: datetime) -> None:
    """A part that was fed back goes to its body again, to be done over; its clock starts anew inside what is left above."""
    held = ledger.assignments_of(case.pk)
    own = max(one.ordinal for one in held if one.lasts and not one.part)
    of_body = [one for one in held[own + 1 :] if one.organization_id == given.organization_id and one.part]
    came = [one for one in of_body if one.outcome == "submit_part" and one.above is None]
    if not came or any(one.lasts for one in of_body):
        said = _("No part has come back from this organization.")
        raise Refused("organization", said, _("Choose one of those shown."), "organization")
    (body,) = _bodies_below(case.organization_id, [came[-1].organization_id], at)
    effect.lower.append(body.clock)
    effect.assignments.append(_start(len(held), body) | {"part": came[-1].part})
    effect.facts |= {"part_holders": [*(case.part_holders or ()), body.id], "parts_back": max(case.parts_back - 1, 0)}


def inside(case: Case) -> dict[int, int]:
    """Whose clock each part's clock runs inside, by organization; empty where no part is out. One query where one is."""
    if not case.part_holders or case.organization_id is None:
        return {}
    held = ledger.assignments_of(case.pk)
    return {
        one.organization_id: case.organization_id if one.above is None else held[one.above].organization_id
        for one in held
        if one.lasts and one.part
    }


def _passed_on_from(part: Held, lasting: Sequence[Held]) -> list[Held]:
    """What hangs below a part, from the top down."""
    below: list[Held] = []
    above = {part.ordinal}
    for one in lasting:
        if one.above in above:
            below.append(one)
            above.add(one.ordinal)
    return below


def _handed(case: Case, ending: Sequence[Held], to: int | None) -> list[int] | None:
    """Who has a part in hand, once it went from one of some to another organization, or to nobody further."""
    gone = {one.organization_id for one in ending}
    kept = [pk for pk in case.part_holders or () if pk not in gone]
    return (kept if to is None else [*kept, to]) or None


def _require_no_part(held: Sequence[Held], bodies: Sequence[Body], field: str) -> None:
    """One body does one part at a time. Raises Refused."""
    has = {one.organization_id for one in held if one.lasts and one.part}
    for body in bodies:
        if body.id in has:
            said = _("“%(name)s” has a part to do already.") % {"name": body.name}
            raise Refused("parts", said, _("Take that one back first, or wait for it."), field)


def ended(effect: Effect, case: Case, outcome: str) -> None:
    """Everybody who has the case in hand is rid of it."""
    forget_feedback(effect, case)
    _end(effect, [one for one in ledger.assignments_of(case.pk) if one.lasts], outcome)
    if case.part_holders:
        effect.facts["part_holders"] = None


def _to(effect: Effect, body: Body, number: int) -> None:
    effect.facts |= {"organization_id": body.id, "level": body.level}
    effect.lower.append(body.clock)
    effect.assignments.append(_start(number, body))


def _start(number: int, body: Body) -> dict[str, Any]:
    return {"op": "start", "n": number, "level": body.level, "organization_id": body.id}


def _end(effect: Effect, held: Sequence[Held], outcome: str) -> None:
    effect.assignments += [{"op": "end", "n": one.ordinal, "outcome": outcome} for one in held]
    effect.ended |= {one.organization_id for one in held}


def forget_feedback(effect: Effect, case: Case) -> None:
    """The case moves on: what had come up to its holder is settled."""
    if case.fed_back:
        effect.facts["fed_back"] = False
    if case.parts_back:
        effect.facts["parts_back"] = 0


def _bodies_below(holder_id: int | None, wanted: Sequence[int], at: datetime) -> list[Body]:
    """Bodies below whoever holds the case or a part, in the order wanted. One query.

    Raises:
        Refused: one of them does not exist today, or does not lie below the holder.
    """
    with connection.cursor() as cursor:
        cursor.execute(BODIES, {"wanted": list(wanted), "holder": holder_id, "day": city_day(at)})
        found = {row[0]: row for row in cursor.fetchall()}
    bodies = []
    for pk in wanted:
        if pk not in found:
            raise Refused("organization", _("There is no such organization today."), _("Choose another one."), "organization")
        body_id, name, level, is_next, share_percent = found[pk]
        if is_next is None:
            said = _("“%(name)s” is not below your organization.") % {"name": name}
            raise Refused("organization", said, _("Choose one of your own platforms."), "organization")
        bodies.append(Body(body_id, name, level, is_next, share_percent))
    return bodies
