"""Down the levels and up again: what passing down, feeding back, sending back, taking back and giving out in parts change.

A case is in one line of hands: the department's, and of each whom it was passed down to. Its holder is the last of them. Parts lie
beside that line: whoever holds the case gives them out, keeps the case, and goes on once all are back (docs/adr/0024).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    (body,) = _bodies_below(case, [given.organization_id or 0], at)
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
    (body,) = _bodies_below(case, [last.organization_id], at)
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
    """The case back to an organization that passed it down, whoever further down holds it or parts of it."""
    lasting = [one for one in ledger.assignments_of(case.pk) if one.lasts]
    own = next(one for one in lasting if one.organization_id == actor.organization_id and not one.part)
    forget_feedback(effect, case)
    _end(effect, [one for one in lasting if one.level > own.level], outcome)
    effect.facts |= {"organization_id": own.organization_id, "level": own.level}
    if case.part_holders:
        effect.facts["part_holders"] = None


def give_parts(effect: Effect, case: Case, given: Given, at: datetime) -> None:
    """A part to each of some bodies below, side by side; whoever gives them holds the case on."""
    bodies = _bodies_below(case, [part.organization_id for part in given.parts], at)
    has = set(case.part_holders or ())
    for body in bodies:
        if body.id in has:
            said = _("“%(name)s” has a part to do already.") % {"name": body.name}
            raise Refused("parts", said, _("Take that one back first, or wait for it."), "parts")
    number = len(ledger.assignments_of(case.pk))
    for body, part in zip(bodies, given.parts, strict=True):
        effect.lower.append(body.clock)
        effect.assignments.append(_start(number, body) | {"part": part.task.strip()})
        number += 1
    effect.facts["part_holders"] = [*(case.part_holders or ()), *(body.id for body in bodies)]
    if case.fed_back:
        effect.facts["fed_back"] = False


def end_part(effect: Effect, case: Case, organization_id: int | None, row: Transition) -> None:
    """An open part ends: done, declined or taken back."""
    open_parts = [one for one in ledger.assignments_of(case.pk) if one.lasts and one.part and one.organization_id == organization_id]
    if not open_parts:
        raise Refused("organization", _("This organization has no part to do now."), _("Choose one of those shown."), "organization")
    _end(effect, open_parts, row.action)
    effect.facts["part_holders"] = [pk for pk in case.part_holders or () if pk != organization_id] or None
    if row.action == "submit_part":
        effect.facts["parts_back"] = case.parts_back + 1


def refuse_part(effect: Effect, case: Case, given: Given, at: datetime) -> None:
    """A part that was fed back goes to its body again, to be done over; its clock starts anew inside what is left above."""
    held = ledger.assignments_of(case.pk)
    own = max(one.ordinal for one in held if one.lasts and not one.part)
    came = [one for one in held[own + 1 :] if one.outcome == "submit_part" and one.organization_id == given.organization_id]
    if not came or given.organization_id in (case.part_holders or ()):
        said = _("No part has come back from this organization.")
        raise Refused("organization", said, _("Choose one of those shown."), "organization")
    (body,) = _bodies_below(case, [came[-1].organization_id], at)
    effect.lower.append(body.clock)
    effect.assignments.append(_start(len(held), body) | {"part": came[-1].part})
    effect.facts |= {"part_holders": [*(case.part_holders or ()), body.id], "parts_back": max(case.parts_back - 1, 0)}


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


def _bodies_below(case: Case, wanted: Sequence[int], at: datetime) -> list[Body]:
    """Bodies below the case's holder, in the order wanted. One query.

    Raises:
        Refused: one of them does not exist today, or does not lie below the holder.
    """
    with connection.cursor() as cursor:
        cursor.execute(BODIES, {"wanted": list(wanted), "holder": case.organization_id, "day": city_day(at)})
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
