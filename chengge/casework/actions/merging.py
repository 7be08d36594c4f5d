"""Same problem, one case: what merging and splitting do to the other case and to the reports.

A merged case ends, and its reports hang on the case that goes on; split off again, it takes back those that it brought. Both
ledgers tell of it. Two cases are locked in the order of their ids, so that two merges can never wait for each other.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from django.utils.translation import gettext as _

from chengge.casework import clocks, ledger
from chengge.casework.actions.given import Given
from chengge.casework.ledger import Ask, Draft, Locked
from chengge.casework.models import Case, LedgerEntry, Report
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Need, Post, Stage, Transition
from chengge.organization.queries import Actor


def other_of(row: Transition, case_id: int, given: Given) -> int | None:
    """The other case that an action concerns, if it concerns one."""
    if Need.CASE in row.needs:
        return given.into_case_id
    if row.echo:
        return Case.objects.filter(pk=case_id).values_list("merged_into", flat=True).first()
    return None


def in_hand(case_id: int, other_id: int | None, asked: Sequence[Ask] = ()) -> tuple[Locked, Locked | None]:
    """Take a case in hand, with what is `asked` besides, and the other one that the action concerns. Raises NotFound."""
    if other_id is None or other_id == case_id:
        return _locked(case_id, asked), None
    first, second = (_locked(pk, asked if pk == case_id else ()) for pk in sorted((case_id, other_id)))
    return (first, second) if case_id < other_id else (second, first)


def require(row: Transition, case: Case, actor: Actor, other: Locked | None) -> None:
    """The other case must be fit to take this one in, or to let it go.

    Raises:
        Refused: it is the same case; Forbidden: it lies outside the member's area; Conflict: it goes on no more.
    """
    if not row.echo:
        return
    if other is None:
        raise Refused("into", _("A case cannot be merged into itself."), _("Choose the other case."), "into_case_id")
    if not actor.reaches(other.case.grid_code):
        raise Forbidden("scope", _("Case %(number)s does not lie in your area.") % {"number": other.case.number})
    if Need.CASE in row.needs and Stage(other.case.stage).is_end:
        message = _("Case %(number)s has ended: nothing can be merged into it.") % {"number": other.case.number}
        raise Conflict("into", message, _("Reopen it first, or choose another case."), "into_case_id")
    if Need.CASE not in row.needs and (other.case.stage == Stage.MERGED or case.merged_into_id != other.case.pk):
        message = _("Case %(number)s was merged into another one itself.") % {"number": other.case.number}
        raise Conflict("into", message, _("Split that case off first."))


def told(row: Transition, case: Case) -> dict[str, Any]:
    """What the entry of a merge keeps besides: the reports that the case brings."""
    if Need.CASE not in row.needs:
        return {}
    return {"reports": sorted(Report.objects.filter(case=case).values_list("pk", flat=True))}


def carry_over(row: Transition, locked: Locked, other: Locked, actor: Actor, at: datetime, origin: str) -> None:
    """Hang the reports on the case that goes on, or take them back, and tell the other case's ledger."""
    case = locked.case
    if Need.CASE in row.needs:
        reports = sorted(Report.objects.filter(case=case).values_list("pk", flat=True))
        Report.objects.filter(pk__in=reports).update(case=other.case)
    else:
        brought = LedgerEntry.objects.filter(case=case, action="merge").order_by("-seq").values_list("body", flat=True)
        reports = sorted(Report.objects.filter(pk__in=reports_in(brought[0]), case=other.case).values_list("pk", flat=True))
        Report.objects.filter(pk__in=reports).update(case=case)
    post = min(row.posts & actor.posts).value
    note(other, row.echo, actor, post, {"case": case.number, "reports": reports}, at, origin)


def note(
    locked: Locked,
    action: str,
    actor: Actor,
    post: str,
    given: dict[str, Any],
    at: datetime,
    origin: str,
    *,
    photos: tuple[str, ...] = (),
    reason: str = "",
    key: str | None = None,
) -> int:
    """Write an entry that leaves stage and clocks of a locked case as they are. Returns its id. One query."""
    case = locked.case
    at = max(at, case.changed_at)
    body = {
        "seq": case.entry_count + 1,
        "at": clocks.epoch(at),
        "action": action,
        "member": actor.member_id,
        "post": post,
        "organization": actor.organization_id,
        "from": case.stage,
        "to": case.stage,
        "reason": reason,
        "origin": str(origin),
        "given": given,
        "photos": list(photos),
        "case": {},
        "clocks": [],
        "assignments": [],
    }
    if post:
        body |= actor.stands_for(frozenset({Post(post)}), case.grid_code)
    return ledger.append(locked, Draft(body, key), at)[0]


def reports_in(body: str) -> list[int]:
    """The reports that an entry names."""
    return [int(pk) for pk in orjson.loads(body)["given"].get("reports", [])]


def _locked(case_id: int, asked: Sequence[Ask]) -> Locked:
    locked = ledger.lock(case_id, asked)
    if locked is None:
        raise NotFound("case", _("There is no such case."))
    return locked
