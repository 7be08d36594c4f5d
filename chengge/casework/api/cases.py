"""Reading cases: lists, one case, its ledger, its clocks, its photos and tasks."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from chengge import clock
from chengge.casework.api.shapes import (
    CaseOut,
    CasePageOut,
    ClockOut,
    EntryOut,
    TaskOut,
    case_out,
    clock_out,
    entry_out,
    named,
    task_out,
)
from chengge.casework.api.wanted import Wanted
from chengge.casework.models import Channel, Evidence, LedgerEntry, Task
from chengge.casework.queries import CaseDetail, case_in_sight, cases, detail, lights, timeline
from chengge.casework.queries.accounts import clock_accounts
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import CaseNumber, Named, Outgoing, PageCursor, PageSize

router = Router()


class LightsOut(Outgoing):
    green: int
    yellow: int
    red: int
    queues: dict[str, int] = Field(description="Cases in each open sub-queue of the desk")


class PhotoOfCase(Outgoing):
    sha256: str
    phase: str = Field(description="report, verify, handle or check")
    width: int
    height: int
    created_at: datetime
    full: str = Field(description="Address of the photo")
    thumb: str = Field(description="Address of the small one")


class ReportOfCase(Outgoing):
    id: int
    channel: Channel
    reporter_name: str = Field(description="Masked for everybody but operators and shift leaders")
    contact: str = Field(description="Masked; POST /reports/{report_id}/contact shows it in full")
    description: str
    reported_at: datetime


class AssignmentOut(Outgoing):
    level: int
    organization: Named
    started_at: datetime
    ended_at: datetime | None
    outcome: str = Field(description="The action that ended it")
    part: str = Field(description="What of the case it is about; empty: the whole")


class LedgerEntryOut(Outgoing):
    seq: int
    at: datetime
    body: str = Field(description="The entry, as text that is hashed")
    hash: str = Field(description="64 hexadecimal digits")


class CaseDetailOut(CaseOut):
    area: str = Field(description="Street and community in words")
    condition: str = Field(description="Filing condition it is judged by")
    closing_condition: str
    clocks: list[ClockOut]
    entries: list[EntryOut] = Field(description="The ledger in words, the latest first")
    reports: list[ReportOfCase]
    photos: list[PhotoOfCase]
    tasks: list[TaskOut]
    assignments: list[AssignmentOut]
    open_actions: list[str] = Field(description="What I may do with it now")


@router.get("/cases", response=answers({200: CasePageOut}, 404))
def list_cases(request: HttpRequest, wanted: Annotated[Wanted, Query()], cursor: PageCursor = "", size: PageSize = 20) -> CasePageOut:
    """Cases in sight that fulfil the filter, page by page."""
    page = cases(request.actor, wanted.filter(), cursor or None, size)
    now = clock.now()
    return CasePageOut(items=[case_out(row, now) for row in page.rows], next=page.next_cursor)


@router.get("/lights", response=answers({200: LightsOut}, 404))
def desk_lights(request: HttpRequest, wanted: Annotated[Wanted, Query()]) -> LightsOut:
    """How many cases wait on a desk by light, and how many lie in each of its sub-queues."""
    found = lights(request.actor, wanted.filter())
    return LightsOut(green=found.green, yellow=found.yellow, red=found.red, queues=dict(found.queues))


@router.get("/cases/{number}", response=answers({200: CaseDetailOut}, 404))
@single_thing
def case(request: HttpRequest, number: CaseNumber) -> CaseDetailOut:
    """One case with everything that hangs on it."""
    return _detail(detail(request.actor, number))


@router.get("/cases/{number}/entries", response=answers({200: list[EntryOut]}, 404))
def entries(request: HttpRequest, number: CaseNumber) -> list[EntryOut]:
    """The ledger of a case in words, the latest first."""
    return list(map(entry_out, timeline(case_in_sight(request.actor, number))))


@router.get("/cases/{number}/ledger", response=answers({200: list[LedgerEntryOut]}, 404))
def ledger(request: HttpRequest, number: CaseNumber) -> list[LedgerEntryOut]:
    """The ledger of a case as it is kept, in order: anybody can see for themselves that the chain holds.

    `hash` is SHA-256 over the hash before it (32 zero bytes before the first) and `body`.
    """
    rows = LedgerEntry.objects.filter(case=case_in_sight(request.actor, number)).order_by("seq")
    return [LedgerEntryOut(seq=row.seq, at=row.at, body=row.body, hash=bytes(row.hash).hex()) for row in rows]


@router.get("/cases/{number}/clocks", response=answers({200: list[ClockOut]}, 404))
def clocks(request: HttpRequest, number: CaseNumber) -> list[ClockOut]:
    """The clocks of a case, each with the working spans it counted."""
    return list(map(clock_out, clock_accounts(case_in_sight(request.actor, number), clock.now())))


@router.get("/cases/{number}/photos", response=answers({200: list[PhotoOfCase]}, 404))
def photos_of_case(request: HttpRequest, number: CaseNumber) -> list[PhotoOfCase]:
    """The photos of a case in the order they came."""
    rows = Evidence.objects.filter(case=case_in_sight(request.actor, number), media=Evidence.Media.PHOTO).order_by("created_at", "pk")
    return list(map(_photo, rows))


@router.get("/cases/{number}/tasks", response=answers({200: list[TaskOut]}, 404))
def tasks_of_case(request: HttpRequest, number: CaseNumber) -> list[TaskOut]:
    """The walks that inspectors made or make for a case."""
    rows = Task.objects.filter(case=case_in_sight(request.actor, number)).select_related("member").order_by("created_at")
    return [task_out(row, number) for row in rows]


def _detail(found: CaseDetail) -> CaseDetailOut:
    rule = found.case.rule
    return CaseDetailOut(
        **case_out(found.case, found.at).model_dump(),
        area=found.area,
        condition=rule.condition if rule else "",
        closing_condition=rule.closing_condition if rule else "",
        clocks=list(map(clock_out, found.clocks)),
        entries=list(map(entry_out, found.entries)),
        reports=[
            ReportOfCase(
                id=view.report.pk,
                channel=view.report.channel,
                reporter_name=view.name,
                contact=view.contact,
                description=view.report.description,
                reported_at=view.report.reported_at,
            )
            for view in found.reports
        ],
        photos=list(map(_photo, (*found.photos.before, *found.photos.after))),
        tasks=[task_out(row, found.case.number) for row in found.tasks],
        assignments=[
            AssignmentOut(
                level=row.level,
                organization=named(row.organization),
                started_at=row.started_at,
                ended_at=row.ended_at,
                outcome=row.outcome,
                part=row.part,
            )
            for row in found.assignments
        ],
        open_actions=[row.action for row in found.open_actions],
    )


def _photo(row: Evidence) -> PhotoOfCase:
    address = f"/api/v1/photos/{row.sha256}"
    return PhotoOfCase(
        sha256=row.sha256,
        phase=row.phase,
        width=row.width,
        height=row.height,
        created_at=row.created_at,
        full=f"{address}/full",
        thumb=f"{address}/thumb",
    )
