"""What the API says of cases: shapes of answers, and how rows become them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from chengge.casework.models import Case, Channel, Task
from chengge.casework.queries import ClockAccount, EntryWords
from chengge.domain import worktime
from chengge.domain.lifecycle import ClockKind, Stage
from chengge.domain.worktime import Light
from chengge.foundation.models import LimitUnit, ProblemKind
from chengge.organization.models import Organization
from chengge.rest.fields import Named, Outgoing


class CaseOut(Outgoing):
    number: str = Field(examples=["20261124990101000001"])
    stage: Stage
    channel: Channel
    kind: ProblemKind
    class_id: int
    class_name: str
    rule_id: int | None = Field(description="The handbook rule it is judged by")
    description: str
    place: str
    lon: float
    lat: float
    grid_code: str | None = Field(description="null: the place lies in no grid")
    area_class: str
    component_code: str | None
    urgent: bool
    department: Named | None = Field(description="Who answers for it")
    organization: Named | None = Field(description="Who holds it now")
    level: int | None
    self_disposed: bool
    rework_count: int
    return_count: int
    wrong_dispatch_count: int
    reported_at: datetime
    filed_at: datetime | None
    dispatched_at: datetime | None
    handled_at: datetime | None
    ended_at: datetime | None
    due_at: datetime | None = Field(description="Of the clock it is judged by now; null while none runs")
    yellow_at: datetime | None
    light: Light | None
    entry_count: int = Field(description="Send it as `seen` with an action, so that nothing is done to a case that has moved")


class CasePageOut(Outgoing):
    items: list[CaseOut]
    next: str | None = Field(description="`cursor` of the next page; null: this was the last")


class SpanOut(Outgoing):
    start: datetime
    end: datetime


class PauseOut(Outgoing):
    start: datetime
    end: datetime | None


class DayOut(Outgoing):
    day: str
    seconds: int
    spans: list[SpanOut]


class ClockOut(Outgoing):
    kind: ClockKind
    name: str
    organization: str
    level: int | None
    state: str = Field(description="running, paused or stopped")
    started_at: datetime
    stopped_at: datetime | None
    due_at: datetime
    limit_amount: int
    limit_unit: LimitUnit
    limit_seconds: int
    continuous: bool = Field(description="Nights and holidays count")
    used_seconds: int
    light: Light
    account: list[DayOut] = Field(description="The working spans that counted, day by day")
    pauses: list[PauseOut]


class EntryOut(Outgoing):
    seq: int
    at: datetime
    action: str
    deed: str = Field(description="What happened, in words")
    who: str
    post: str
    organization: str
    reason: str
    note: str
    facts: list[str]
    photos: list[str] = Field(description="SHA-256 of the photos it was given with")
    late: bool = Field(description="A clock that it stopped had run out")
    origin: str = Field(description="Empty for what happened live")


class TaskOut(Outgoing):
    id: int
    number: str = Field(description="Of the case")
    kind: Literal[tuple(Task.Kind.values)]
    inspector: Named | None
    created_at: datetime
    due_at: datetime
    done_at: datetime | None
    result: str
    distance_m: float | None = Field(description="Of the inspector from the case, when the task was done")


def case_out(row: Case, now: datetime) -> CaseOut:
    """A case; class, department and organization must be loaded."""
    same = ("number", "stage", "channel", "kind", "description", "place", "lon", "lat", "area_class", "urgent", "level", "self_disposed")
    counts = ("rework_count", "return_count", "wrong_dispatch_count", "entry_count")
    times = ("reported_at", "filed_at", "dispatched_at", "handled_at", "ended_at", "due_at", "yellow_at")
    values: dict[str, Any] = {name: getattr(row, name) for name in same + counts + times}
    return CaseOut(
        **values,
        class_id=row.problem_class_id,
        class_name=row.problem_class.name,
        rule_id=row.rule_id,
        grid_code=None if row.grid_code is None else f"{row.grid_code:015d}",
        component_code=None if row.component_code is None else f"{row.component_code:016d}",
        department=named(row.department),
        organization=named(row.organization),
        light=light_of(row, now),
    )


def light_of(row: Case, now: datetime) -> Light | None:
    if row.due_at is None or row.yellow_at is None:
        return None
    return worktime.light(int(now.timestamp()), int(row.yellow_at.timestamp()), int(row.due_at.timestamp()))


def clock_out(row: ClockAccount) -> ClockOut:
    same = ("kind", "name", "organization", "level", "state", "started_at", "stopped_at", "due_at")
    measures = ("limit_amount", "limit_unit", "limit_seconds", "continuous", "used_seconds", "light")
    days = [
        DayOut(day=day.day.isoformat(), seconds=day.seconds, spans=[SpanOut(start=start, end=end) for start, end in day.spans])
        for day in row.days
    ]
    pauses = [PauseOut(start=start, end=end) for start, end in row.pauses]
    return ClockOut(**{name: getattr(row, name) for name in same + measures}, account=days, pauses=pauses)


def entry_out(row: EntryWords) -> EntryOut:
    return EntryOut(**{name: getattr(row, name) for name in EntryOut.model_fields})


def task_out(row: Task, number: str) -> TaskOut:
    same = ("id", "kind", "created_at", "due_at", "done_at", "result", "distance_m")
    walker = None if row.member is None else Named(id=row.member.pk, name=str(row.member))
    return TaskOut(number=number, inspector=walker, **{name: getattr(row, name) for name in same})


def named(row: Organization | None) -> Named | None:
    return None if row is None else Named(id=row.pk, name=row.name)
