"""Hard cases for programs: which, why, in what way and by when."""

from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from chengge.coordination.api.telling import WantedFrom, page_from
from chengge.coordination.queries.hard_cases import READERS, hard_cases, rows_of
from chengge.domain.errors import Forbidden
from chengge.organization.queries import Actor
from chengge.rest.answers import answers
from chengge.rest.fields import Outgoing

router = Router()


class WantedHardCases(WantedFrom):
    way: Literal["", "key", "simple", "ordinary", "difficult"] = ""
    reason: Literal["", "no_candidate", "several", "returned", "ownerless", "border"] = ""
    state: Literal["open", "settled"] = "open"


class HardCaseOut(Outgoing):
    case: str
    problem_class: str
    place: str
    reasons: list[str]
    reasons_in_words: list[str]
    way: str
    bodies: list[str] = Field(description="Codes of the platforms that may answer with the same right")
    meanwhile: str | None = Field(description="Code of the territory that answers until it is settled")
    made_safe: bool = Field(description="The territory has written down how it made the place safe")
    gone_up_to: str = Field(description="The farthest step it has gone up to, in words; empty: none")
    found_at: datetime
    due_at: datetime | None
    settled_at: datetime | None


class HardCasesOut(Outgoing):
    cases: list[HardCaseOut]
    total: int


@router.get("/coordination/hard-cases", response=answers({200: HardCasesOut}, 403))
def hard(request: HttpRequest, wanted: Query[WantedHardCases]) -> HardCasesOut:
    """Cases that nobody can place, the most pressing way first. For coordinators, dispatchers and leaders."""
    require_reader(request.actor)
    found = hard_cases(request.actor, wanted.way, wanted.reason, "1" if wanted.state == "settled" else "")
    rows = [
        HardCaseOut(
            case=view.hard.case.number,
            problem_class=view.hard.case.problem_class.name,
            place=view.hard.case.place,
            reasons=view.hard.whys,
            reasons_in_words=list(view.reasons),
            way=view.hard.way,
            bodies=[body.code for body in view.bodies],
            meanwhile=view.hard.meanwhile.code if view.hard.meanwhile else None,
            made_safe=view.is_safe,
            gone_up_to=view.step,
            found_at=view.hard.found_at,
            due_at=view.hard.due_at,
            settled_at=view.hard.settled_at,
        )
        for view in rows_of(page_from(found, wanted))
    ]
    return HardCasesOut(cases=rows, total=found.count())


def require_reader(actor: Actor) -> None:
    """Raises Forbidden where the member does not read the platform."""
    if not actor.posts & READERS:
        raise Forbidden("post", _("The platform is read by coordinators, dispatchers and leaders."))
