"""Supervision orders, and sheets between leaders and those who act. Placing, answering and lifting an order are actions on the case."""

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from chengge.coordination.actions.orders import Written, move_sheet, write_direct_report, write_instruction
from chengge.coordination.models import Sheet
from chengge.coordination.queries.orders import order_views, sheet_in_sight, sheets
from chengge.coordination.queries.orders import orders as orders_in
from chengge.domain.lifecycle import Post
from chengge.organization.kept_answers import once
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import CaseNumber, Id, Incoming, Key, Moment, Outgoing, StrictId
from chengge.rest.fields import text as words

router = Router()
MOST_ROWS = 200


class WantedOrders(Incoming):
    state: Literal["open", "late", "answered", "ended"] = "open"
    basis: Literal["", "timeout", "leader", "importance"] = ""
    first: Annotated[int, Field(ge=0, le=100_000, description="How many to pass over")] = 0


class OrderOut(Outgoing):
    case: str
    basis: str
    degree: int
    demand: str
    reason: str
    organization: str
    ordered_at: datetime
    ordered_by: str
    answer_due_at: datetime | None
    answered_at: datetime | None
    answer: str
    ended_at: datetime | None


class OrdersOut(Outgoing):
    orders: list[OrderOut]
    total: int


class SheetIn(Incoming):
    subject: words(120, 1)
    text: words(1000, 1)
    case: CaseNumber | None = None
    organization_id: StrictId | None = Field(None, description="For an instruction: the department that is to act")
    leader_id: StrictId | None = Field(None, description="For a direct report: the leader it goes to")
    degree: Annotated[int, Field(strict=True, ge=1, le=3)] = 1
    due_at: Moment | None = None


class StepIn(Incoming):
    step: Literal["instruct", "answer", "send_back", "end"]
    text: words(1000) = ""
    organization_id: StrictId | None = None


class StepOut(Outgoing):
    kind: str
    member: str
    at: datetime
    text: str


class SheetOut(Outgoing):
    id: int
    kind: str
    subject: str
    degree: int
    case: str | None
    author: str
    leader: str
    organization: str
    written_at: datetime
    due_at: datetime | None
    waits_for: str = Field(description="leader, organization or coordination; empty: it has ended")
    ended_at: datetime | None


class WholeSheetOut(SheetOut):
    steps: list[StepOut]


class WantedSheets(Incoming):
    kind: Literal["", "instruction", "direct_report"] = ""
    state: Literal["open", "ended"] = "open"
    first: Annotated[int, Field(ge=0, le=100_000, description="How many to pass over")] = 0


@router.get("/coordination/orders", response=answers({200: OrdersOut}))
def orders(request: HttpRequest, wanted: Query[WantedOrders]) -> OrdersOut:
    """Supervision orders in my sight."""
    found = orders_in(request.actor, wanted.state, wanted.basis)
    views = order_views(list(found[wanted.first : wanted.first + MOST_ROWS]))
    rows = [
        OrderOut(
            case=view.path.case.number,
            basis=view.path.basis,
            degree=view.path.degree,
            demand=view.demand,
            reason=view.placed.reason if view.placed else "",
            organization=view.path.organization.name if view.path.organization else "",
            ordered_at=view.path.asked_at,
            ordered_by=str(view.placed.member or "") if view.placed else "",
            answer_due_at=view.path.answer_due_at,
            answered_at=view.path.answered_at,
            answer=view.answer.reason if view.answer else "",
            ended_at=view.path.ended_at,
        )
        for view in views
    ]
    return OrdersOut(orders=rows, total=found.count())


@router.get("/coordination/sheets", response=answers({200: list[SheetOut]}))
def sheet_list(request: HttpRequest, wanted: Query[WantedSheets]) -> list[SheetOut]:
    """Written instructions and direct reports that I may see."""
    found = sheets(request.actor, wanted.kind, wanted.state)[wanted.first : wanted.first + MOST_ROWS]
    return [SheetOut(**_told(sheet)) for sheet in found]


@router.post("/coordination/sheets", response=answers({201: WholeSheetOut}, 403, 404, 409))
def write(request: HttpRequest, given: SheetIn, key: Key = None) -> Status | HttpResponse:
    """Write an instruction (a leader) or a direct report (dispatchers, coordinators, shift leaders)."""
    written = Written(number=given.case or "", **given.model_dump(exclude={"case"}))
    does = write_instruction if Post.LEADER in request.actor.posts else write_direct_report
    return once(request, key, 201, lambda: _whole(request, does(request.actor, written).pk))


@router.get("/coordination/sheets/{sheet_id}", response=answers({200: WholeSheetOut}, 404))
@single_thing
def sheet(request: HttpRequest, sheet_id: Id) -> WholeSheetOut:
    """One sheet with every step."""
    return _whole(request, sheet_id)


@router.post("/coordination/sheets/{sheet_id}/steps", response=answers({200: WholeSheetOut}, 403, 404, 409))
def step(request: HttpRequest, sheet_id: Id, given: StepIn, key: Key = None) -> Status | HttpResponse:
    """One step on a sheet: hand it on, answer it, send it back, end it."""
    sheet_in_sight(request.actor, sheet_id)

    def done() -> WholeSheetOut:
        move_sheet(request.actor, sheet_id, given.step, given.text, given.organization_id)
        return _whole(request, sheet_id)

    return once(request, key, 200, done)


def _whole(request: HttpRequest, sheet_id: int) -> WholeSheetOut:
    found = sheet_in_sight(request.actor, sheet_id)
    steps = [StepOut(kind=one.kind, member=str(one.member), at=one.at, text=one.text) for one in found.steps.all()]
    return WholeSheetOut(steps=steps, **_told(found))


def _told(sheet: Sheet) -> dict[str, object]:
    return {
        "id": sheet.pk,
        "kind": sheet.kind,
        "subject": sheet.subject,
        "degree": sheet.degree,
        "case": sheet.case.number if sheet.case else None,
        "author": str(sheet.author),
        "leader": str(sheet.leader),
        "organization": sheet.organization.name if sheet.organization else "",
        "written_at": sheet.written_at,
        "due_at": sheet.due_at,
        "waits_for": sheet.waits_for,
        "ended_at": sheet.ended_at,
    }
