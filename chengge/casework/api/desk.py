"""What a member has on the desk: own tasks, kept searches, what moved, and the list as a table to take away."""

import csv
from collections.abc import Iterator
from typing import Annotated

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from chengge.casework.actions import forget_filter, save_filter
from chengge.casework.api.shapes import TaskOut, task_out
from chengge.casework.api.wanted import Wanted
from chengge.casework.models import Case, SavedFilter, Task
from chengge.casework.queries import changes_since, export, read_to_now
from chengge.casework.queries.export import Cell, Export
from chengge.domain.lifecycle import Post
from chengge.organization.kept_answers import once
from chengge.rest.answers import answers
from chengge.rest.fields import Id, Incoming, Key, Outgoing, PageCursor, PageSize, text
from chengge.rest.pages import page_after

router = Router()


class TaskPage(Outgoing):
    items: list[TaskOut]
    next: str | None


class KeptSearchIn(Incoming):
    desk: Post
    name: text(40, 1)
    query: text(500) = Field(description="The query of GET /cases", examples=["light=red&kind=component"])


class KeptSearch(Outgoing):
    id: int
    desk: str
    name: str
    query: str


class ChangesOut(Outgoing):
    numbers: list[str] = Field(description="Cases in sight that moved into, within or out of the stages looked at")
    read_to: str = Field(description="Send it as `after` the next time")


@router.get("/tasks", response=answers({200: TaskPage}))
def my_tasks(request: HttpRequest, done: bool = False, cursor: PageCursor = "", size: PageSize = 50) -> TaskPage:
    """My walks: those I have to make, or with `done` those I made."""
    rows = Task.objects.filter(member_id=request.actor.member_id, done_at__isnull=not done).select_related("case", "member")
    found, following = page_after(rows, "id", cursor, size)
    return TaskPage(items=[task_out(row, row.case.number) for row in found], next=following)


@router.get("/filters", response=answers({200: list[KeptSearch]}))
def kept_searches(request: HttpRequest, desk: Post | None = None) -> list[KeptSearch]:
    """The searches I keep."""
    rows = SavedFilter.objects.filter(member_id=request.actor.member_id)
    return [_search(row) for row in (rows if desk is None else rows.filter(desk=desk.value))]


@router.post("/filters", response=answers({201: KeptSearch}))
def keep_search(request: HttpRequest, given: KeptSearchIn, key: Key = None) -> Status | HttpResponse:
    """Keep a search under a name; the same name again replaces it."""
    return once(request, key, 201, lambda: _search(save_filter(request.actor, given.desk.value, given.name, given.query)))


@router.delete("/filters/{filter_id}", response=answers({204: None}, 404))
def forget_search(request: HttpRequest, filter_id: Id) -> Status:
    """Forget a search I keep."""
    forget_filter(request.actor, filter_id)
    return Status(204, None)


@router.get("/changes", response=answers({200: ChangesOut}, 404))
def changes(
    request: HttpRequest,
    wanted: Annotated[Wanted, Query()],
    after: Annotated[
        str | None,
        Query(pattern=r"^[0-9][0-9:.]*$", max_length=20_000, description="`read_to` of the answer before; left out: only where to begin"),
    ] = None,
) -> ChangesOut:
    """What moved since I last looked. Ask once without `after` before reading a list, then every second or two."""
    if after is None:
        return ChangesOut(numbers=[], read_to=read_to_now())
    found = changes_since(request.actor, wanted.filter(), after)
    numbers = list(Case.objects.filter(pk__in=found.case_ids).order_by("number").values_list("number", flat=True)) if found.case_ids else []
    return ChangesOut(numbers=numbers, read_to=found.read_to)


@router.get(
    "/cases.csv",
    response=answers({200: None}, 404),
    openapi_extra={"responses": {200: {"description": "A table", "content": {"text/csv": {"schema": {"type": "string"}}}}}},
)
def export_cases(request: HttpRequest, wanted: Annotated[Wanted, Query()]) -> StreamingHttpResponse:
    """Cases in sight that fulfil the filter as a CSV table (UTF-8), the latest reported first, at most 50 000."""
    response = StreamingHttpResponse(_lines(export(request.actor, wanted.filter())), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="cases.csv"'
    return response


class _Line:
    """A file whose every line goes straight on."""

    def write(self, line: str) -> str:
        return line


def _lines(table: Export) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff"  # Spreadsheets take UTF-8 for something else without it.
    yield writer.writerow(table.headings)
    for row in table.rows:
        yield writer.writerow(map(_cell, row))


def _cell(value: Cell) -> Cell:
    """Text that a spreadsheet would take for a formula is shown as text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _search(row: SavedFilter) -> KeptSearch:
    return KeptSearch(id=row.pk, desk=row.desk, name=row.name, query=row.query)
