"""Coordination meetings for programs: called, minuted, closed, signed."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from chengge.coordination.actions.meetings import (
    Called,
    Minuted,
    call_meeting,
    call_meeting_off,
    close_minutes,
    sign_minutes,
    write_minutes,
)
from chengge.coordination.api.telling import WantedFrom, after, page_from, told
from chengge.coordination.queries.meetings import meeting_in_sight
from chengge.coordination.queries.meetings import meetings as meetings_in
from chengge.organization.kept_answers import once
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import CaseNumber, Id, Incoming, Key, Moment, Outgoing, StrictId, StrictInt
from chengge.rest.fields import text as words

router = Router()


class WantedMeetings(WantedFrom):
    state: Literal["called", "closed", "over"] = "called"


class MeetingIn(Incoming):
    subject: words(120, 1)
    place: words(200, 1)
    chair: words(60, 1)
    meets_at: Moment
    organization_ids: Annotated[list[StrictId], Field(min_length=1, max_length=20)]
    cases: Annotated[list[CaseNumber], Field(max_length=30)] = []
    points: Annotated[list[words(200, 1)], Field(max_length=30, description="Of the agenda that are about no case")] = []


class MeetingCameIn(Incoming):
    organization_id: StrictId
    who: words(60, 1)


class MeetingDecisionIn(Incoming):
    position: Annotated[StrictInt, Field(ge=1, le=30)]
    decision: words(500)


class MinutesIn(Incoming):
    came: Annotated[list[MeetingCameIn], Field(max_length=20, description="Units that are not named did not come")] = []
    decisions: Annotated[list[MeetingDecisionIn], Field(max_length=30)] = []
    minutes: words(20_000) = Field("", description="Empty: drafted from the template")


class MinutesSignedIn(Incoming):
    organization_id: StrictId
    objection: words(500) = ""


class MeetingReasonIn(Incoming):
    reason: words(500, 1)


class AgendaPointOut(Outgoing):
    position: int
    subject: str
    case: str | None
    decision: str


class MeetingUnitOut(Outgoing):
    organization: str
    attended: bool
    who: str
    signed_at: datetime | None
    objection: str


class MeetingOut(Outgoing):
    id: int
    subject: str
    place: str
    chair: str
    meets_at: datetime
    state: str
    closed_at: datetime | None


class WholeMeetingOut(MeetingOut):
    minutes: str
    points: list[AgendaPointOut]
    units: list[MeetingUnitOut]


class MeetingsOut(Outgoing):
    meetings: list[MeetingOut]
    total: int


@router.get("/coordination/meetings", response=answers({200: MeetingsOut}))
def coordination_meetings(request: HttpRequest, wanted: Query[WantedMeetings]) -> MeetingsOut:
    """Meetings in my sight: all for the platform and leaders, those it is invited to for a department."""
    found = meetings_in(request.actor, wanted.state)
    return MeetingsOut(meetings=[told(MeetingOut, one) for one in page_from(found, wanted)], total=found.count())


@router.post("/coordination/meetings", response=answers({201: WholeMeetingOut}, 403, 404, 409))
def call_units(request: HttpRequest, given: MeetingIn, key: Key = None) -> Status | HttpResponse:
    """Call units to a meeting."""
    called = Called(numbers=given.cases, subjects=given.points, **given.model_dump(exclude={"cases", "points"}))
    return once(request, key, 201, lambda: _whole(request, call_meeting(request.actor, called).pk))


@router.get("/coordination/meetings/{meeting_id}", response=answers({200: WholeMeetingOut}, 404))
@single_thing
def coordination_meeting(request: HttpRequest, meeting_id: Id) -> WholeMeetingOut:
    """One meeting with agenda, minutes and signatures."""
    return _whole(request, meeting_id)


@router.put("/coordination/meetings/{meeting_id}/minutes", response=answers({200: WholeMeetingOut}, 403, 404, 409))
def write_minutes_down(request: HttpRequest, meeting_id: Id, given: MinutesIn) -> WholeMeetingOut:
    """Write down who came, what was decided, and the minutes."""
    minuted = Minuted(
        {one.organization_id: one.who for one in given.came}, {one.position: one.decision for one in given.decisions}, given.minutes
    )
    meeting_in_sight(request.actor, meeting_id)
    write_minutes(request.actor, meeting_id, minuted)
    return _whole(request, meeting_id)


@router.post("/coordination/meetings/{meeting_id}/close", response=answers({200: WholeMeetingOut}, 403, 404, 409))
def close_the_minutes(request: HttpRequest, meeting_id: Id, key: Key = None) -> Status | HttpResponse:
    """Close the minutes: their words stay, and the units are asked to sign."""
    return _after(request, meeting_id, key, lambda: close_minutes(request.actor, meeting_id))


@router.post("/coordination/meetings/{meeting_id}/signatures", response=answers({200: WholeMeetingOut}, 403, 404, 409))
def sign_the_minutes(request: HttpRequest, meeting_id: Id, given: MinutesSignedIn, key: Key = None) -> Status | HttpResponse:
    """Sign closed minutes for my unit, with what it objects to if it does."""
    return _after(request, meeting_id, key, lambda: sign_minutes(request.actor, meeting_id, given.organization_id, given.objection))


@router.post("/coordination/meetings/{meeting_id}/call-off", response=answers({200: WholeMeetingOut}, 403, 404, 409))
def call_off_meeting(request: HttpRequest, meeting_id: Id, given: MeetingReasonIn, key: Key = None) -> Status | HttpResponse:
    """Call a meeting off, with a reason."""
    return _after(request, meeting_id, key, lambda: call_meeting_off(request.actor, meeting_id, given.reason))


def _after(request: HttpRequest, meeting_id: int, key: str | None, does: Callable[[], object]) -> Status | HttpResponse:
    meeting_in_sight(request.actor, meeting_id)
    return after(request, key, does, lambda: _whole(request, meeting_id))


def _whole(request: HttpRequest, meeting_id: int) -> WholeMeetingOut:
    found = meeting_in_sight(request.actor, meeting_id)
    points = [told(AgendaPointOut, one, case=one.case.number if one.case else None) for one in found.items.all()]
    units = [told(MeetingUnitOut, one, organization=one.organization.code) for one in found.units.all()]
    return told(WholeMeetingOut, found, points=points, units=units)
