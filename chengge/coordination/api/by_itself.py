"""Dispatch by itself for programs: the classes with their running accuracy, and switching one."""

from datetime import datetime
from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from pydantic import Field

from chengge.casework.actions.by_itself import LONGEST_WHY, require_keeper, switch
from chengge.coordination.queries.by_itself import READERS, ClassLine, class_line, overview
from chengge.domain.errors import Forbidden
from chengge.organization.kept_answers import once
from chengge.organization.queries import Actor
from chengge.rest.answers import answers
from chengge.rest.fields import Id, Incoming, Key, Outgoing, text

router = Router()


class WantedClasses(Incoming):
    state: Literal["", "on", "stopped", "off"] = ""


class ByItselfClassOut(Outgoing):
    class_id: int
    class_name: str
    state: str = Field(description="on; stopped: by itself, under its bar; off")
    since: datetime | None
    least_certainty: float = Field(description="0 to 1; from it on a case goes by itself")
    undo_minutes: int
    accuracy: float | None = Field(description="0 to 1; null while nothing is judged")
    interval: list[float] | None = Field(description="Between which shares the accuracy lies with 95 % confidence")
    bar: float = Field(description="Below it the class stops")
    right: int
    wrong: int
    open: int = Field(description="Of which it is not known yet")
    dispatched: int = Field(description="Cases of the last 30 days that were dispatched")
    by_itself: int = Field(description="Of these by itself")


class SwitchIn(Incoming):
    on: bool
    why: text(LONGEST_WHY, 1)


@router.get("/coordination/by-itself", response=answers({200: list[ByItselfClassOut]}, 403))
def classes(request: HttpRequest, wanted: Query[WantedClasses]) -> list[ByItselfClassOut]:
    """Every class, those that go by themselves first. For the platform, leaders and administrators."""
    _require_reader(request.actor)
    return [_told(line) for line in overview().lines if wanted.state in ("", line.state)]


@router.post("/coordination/by-itself/{class_id}/switch", response=answers({200: ByItselfClassOut}, 403, 404, 409))
def switching(request: HttpRequest, class_id: Id, given: SwitchIn, key: Key = None) -> Status | HttpResponse:
    """Switch a class on or off, with the reason. For administrators and coordinators."""
    require_keeper(request.actor)

    def done() -> ByItselfClassOut:
        switch(request.actor, class_id, given.on, given.why)
        return _told(class_line(class_id))

    return once(request, key, 200, done)


def _told(line: ClassLine) -> ByItselfClassOut:
    interval = line.record.interval()
    return ByItselfClassOut(
        class_id=line.problem_class.pk,
        class_name=line.problem_class.name,
        state=line.state,
        since=line.switch.at if line.switch else None,
        least_certainty=line.values.least,
        undo_minutes=line.values.undo_minutes,
        accuracy=line.record.accuracy,
        interval=list(interval) if interval else None,
        bar=line.values.bar,
        right=line.record.right,
        wrong=line.record.wrong,
        open=line.record.open,
        dispatched=line.share.dispatched,
        by_itself=line.share.by_itself,
    )


def _require_reader(actor: Actor) -> None:
    if not actor.posts & READERS:
        raise Forbidden("post", _("Dispatch by itself is read by the platform, leaders and administrators."))
