"""Duty at the desks, substitutes, and the change of a shift."""

from datetime import date, datetime, time
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from chengge import clock
from chengge.coordination.actions.duty import Planned, drop_duty, plan_duty
from chengge.coordination.actions.shifts import LONGEST_NOTES, hand_over, take_on
from chengge.coordination.models import Handover
from chengge.coordination.queries.shifts import (
    AT_DESKS,
    drafted,
    handover_in_sight,
    handovers,
    missing,
    require_giver,
    require_overseer,
    require_reader,
)
from chengge.domain.lifecycle import Post
from chengge.organization.actions.substitutions import Arranged, arrange, call_off
from chengge.organization.kept_answers import once
from chengge.organization.models import Duty, Substitution
from chengge.organization.queries import city_day
from chengge.organization.queries.duty import on_duty, substitutions_of
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import Day, Id, Incoming, Key, Outgoing, StrictId
from chengge.rest.fields import text as words

router = Router()
MOST_ROWS = 100
TimeOfDay = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["07:00"])]


class OnDutyOut(Outgoing):
    member_id: int
    name: str
    post: Post
    until: datetime
    stands_in_for: str = Field(description="Whose duty it is; empty: their own")


class PlannedDutyIn(Incoming):
    member_id: StrictId
    day: Day
    starts: TimeOfDay
    ends: TimeOfDay = Field(description="On the next day where it is no later than `starts`")


class PlannedDutyOut(Outgoing):
    id: int
    member_id: int
    starts_at: datetime
    ends_at: datetime


class SubstitutionIn(Incoming):
    substitute_id: StrictId
    first_day: Day
    last_day: Day
    member_id: StrictId | None = Field(None, description="Who is away; left out: I am. For others only the administrator")
    reason: words(100) = ""


class SubstitutionOut(Outgoing):
    id: int
    member_id: int
    member: str
    substitute_id: int
    substitute: str
    first_day: date
    last_day: date
    reason: str


class HandedItemOut(Outgoing):
    kind: str
    case: str
    text: str
    due_at: datetime | None


class DeskDraftOut(Outgoing):
    post: Post
    open: int
    due_soon: int
    overdue: int
    items: list[HandedItemOut]


class HandoverIn(Incoming):
    post: Post
    notes: words(LONGEST_NOTES) = ""


class HandoverOut(Outgoing):
    id: int
    post: Post
    member: str
    given_at: datetime
    open: int
    due_soon: int
    overdue: int
    notes: str
    taken_by: str
    taken_at: datetime | None


class WholeHandoverOut(HandoverOut):
    items: list[HandedItemOut]


class WantedHandovers(Incoming):
    q: Annotated[str, Field(max_length=60)] = ""
    first: Annotated[int, Field(ge=0, le=100_000, description="How many to pass over")] = 0


class MissingHandoverOut(Outgoing):
    member_id: int
    name: str
    post: Post
    starts_at: datetime
    ends_at: datetime


@router.get("/coordination/duty", response=answers({200: list[OnDutyOut]}))
def duty_now(request: HttpRequest) -> list[OnDutyOut]:
    """Who is on duty at the desks now."""
    return [
        OnDutyOut(member_id=one.member.pk, name=str(one.member), post=one.post, until=one.ends_at, stands_in_for=one.stands_in_for)
        for one in on_duty(AT_DESKS, clock.now())
    ]


@router.post("/coordination/duty", response=answers({201: PlannedDutyOut}, 403, 404))
def put_on_duty(request: HttpRequest, given: PlannedDutyIn, key: Key = None) -> Status | HttpResponse:
    """Put somebody on duty whose duty is mine to plan."""

    def done() -> PlannedDutyOut:
        starts, ends = map(time.fromisoformat, (given.starts, given.ends))
        return _duty(plan_duty(request.actor, Planned(given.member_id, given.day, starts, ends)))

    return once(request, key, 201, done)


@router.delete("/coordination/duty/{duty_id}", response=answers({204: None}, 403, 404))
def take_off_duty(request: HttpRequest, duty_id: Id) -> Status:
    """Take away duty that has not begun."""
    drop_duty(request.actor, duty_id)
    return Status(204, None)


@router.get("/coordination/substitutions", response=answers({200: list[SubstitutionOut]}))
def substitutions(request: HttpRequest) -> list[SubstitutionOut]:
    """Who stands in for whom, from today on: what concerns me; everything for the administrator."""
    return [_substitution(row) for row in substitutions_of(request.actor, city_day(clock.now()))]


@router.post("/coordination/substitutions", response=answers({201: SubstitutionOut}, 403, 404))
def name_substitute(request: HttpRequest, given: SubstitutionIn, key: Key = None) -> Status | HttpResponse:
    """Let somebody stand in."""
    wanted = Arranged(given.member_id or request.actor.member_id or 0, given.substitute_id, given.first_day, given.last_day, given.reason)
    return once(request, key, 201, lambda: _substitution(arrange(request.actor, wanted)))


@router.delete("/coordination/substitutions/{substitution_id}", response=answers({204: None}, 403, 404))
def end_substitution(request: HttpRequest, substitution_id: Id) -> Status:
    """Call a substitution off, at once."""
    call_off(request.actor, substitution_id)
    return Status(204, None)


@router.get("/coordination/handovers", response=answers({200: list[HandoverOut]}, 403))
def handover_list(request: HttpRequest, wanted: Query[WantedHandovers]) -> list[HandoverOut]:
    """Hand-overs in my sight, the latest first."""
    require_reader(request.actor)
    found = handovers(request.actor, wanted.q.strip())[wanted.first : wanted.first + MOST_ROWS]
    return [HandoverOut(**_told(one)) for one in found]


@router.post("/coordination/handovers", response=answers({201: WholeHandoverOut}, 403, 409))
def give(request: HttpRequest, given: HandoverIn, key: Key = None) -> Status | HttpResponse:
    """Hand a desk over as it stands now."""
    return once(request, key, 201, lambda: _whole(hand_over(request.actor, given.post, given.notes)))


@router.get("/coordination/handovers/missing", response=answers({200: list[MissingHandoverOut]}, 403))
def without(request: HttpRequest) -> list[MissingHandoverOut]:
    """Shifts of the last week that nobody handed over; for leaders and administrators."""
    require_overseer(request.actor)
    return [
        MissingHandoverOut(member_id=one.member.pk, name=str(one.member), post=Post(one.post), starts_at=one.starts_at, ends_at=one.ends_at)
        for one in missing(clock.now())
    ]


@router.get("/coordination/handovers/draft/{post}", response=answers({200: DeskDraftOut}, 403))
def draft(request: HttpRequest, post: Post) -> DeskDraftOut:
    """A desk as it stands: what presses, what was promised, what waits."""
    require_giver(request.actor, post)
    now = drafted(request.actor, post)
    items = [HandedItemOut(kind=item.kind, case=item.number, text=item.text, due_at=item.due_at) for item in now.items]
    return DeskDraftOut(post=post, open=now.open_count, due_soon=now.due_soon_count, overdue=now.overdue_count, items=items)


@router.get("/coordination/handovers/{handover_id}", response=answers({200: WholeHandoverOut}, 404))
@single_thing
def handover(request: HttpRequest, handover_id: Id) -> WholeHandoverOut:
    """One hand-over with all that was on its list."""
    return _whole(handover_in_sight(request.actor, handover_id))


@router.post("/coordination/handovers/{handover_id}/take", response=answers({200: WholeHandoverOut}, 403, 404, 409))
def take(request: HttpRequest, handover_id: Id, key: Key = None) -> Status | HttpResponse:
    """Take a desk on that somebody handed over."""
    return once(request, key, 200, lambda: _whole(take_on(request.actor, handover_id)))


def _duty(row: Duty) -> PlannedDutyOut:
    return PlannedDutyOut(id=row.pk, member_id=row.member_id, starts_at=row.starts_at, ends_at=row.ends_at)


def _substitution(row: Substitution) -> SubstitutionOut:
    return SubstitutionOut(
        id=row.pk,
        member_id=row.member_id,
        member=str(row.member),
        substitute_id=row.substitute_id,
        substitute=str(row.substitute),
        first_day=row.first_day,
        last_day=row.last_day,
        reason=row.reason,
    )


def _whole(row: Handover) -> WholeHandoverOut:
    items = row.items.select_related("case").order_by("pk")
    return WholeHandoverOut(
        items=[HandedItemOut(kind=item.kind, case=item.case.number, text=item.text, due_at=item.due_at) for item in items], **_told(row)
    )


def _told(row: Handover) -> dict[str, object]:
    return {
        "id": row.pk,
        "post": row.post,
        "member": str(row.member),
        "given_at": row.given_at,
        "open": row.open_count,
        "due_soon": row.due_soon_count,
        "overdue": row.overdue_count,
        "notes": row.notes,
        "taken_by": str(row.taken_by or ""),
        "taken_at": row.taken_at,
    }
