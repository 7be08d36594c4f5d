"""What may be done with a case, and doing it: every change goes through the one door."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from chengge.casework.actions import Given, perform
from chengge.casework.actions.door import moved_before
from chengge.casework.actions.given import MOST_LETTERS_OF_PART, MOST_PARTS, Part
from chengge.casework.queries import case_in_sight, visible
from chengge.casework.queries import open_actions as actions_open_to
from chengge.casework.words import action_name
from chengge.domain.lifecycle import BASES, BY_ACTION, Need, Stage
from chengge.organization.kept_answers import key_used
from chengge.rest.answers import answers
from chengge.rest.fields import (
    CaseNumber,
    ComponentCode,
    Day,
    Incoming,
    Key,
    Latitude,
    Longitude,
    Metres,
    Moment,
    Outgoing,
    Sha256,
    StrictBool,
    StrictId,
    text,
)

router = Router()

MOST_PHOTOS = 20
BIGGEST_COUNT = 2**31 - 1
USUAL = ["", *(basis for some in BASES.values() for basis in some)]
Action = Annotated[
    str, Field(description="An action of the rule book", json_schema_extra={"enum": sorted(BY_ACTION)}, pattern=r"^[a-z_]{1,24}$")
]


class PartIn(Incoming):
    """What one organization is to do of a case."""

    organization_id: StrictId
    task: text(MOST_LETTERS_OF_PART)


class GivenIn(Incoming):
    """What an action is given; each takes what it needs, as `needs` of the open actions says."""

    reason: text(500) = ""
    note: text(500) = ""
    photos: list[Sha256] = Field(default_factory=list, max_length=MOST_PHOTOS, description="Photos uploaded before (POST /photos)")
    lon: Longitude | None = Field(None, description="Where the case is; for a task: where the inspector stands")
    lat: Latitude | None = None
    accuracy_m: Metres | None = None
    place: text(200) = ""
    description: text(1000) = ""
    class_id: StrictId | None = None
    rule_id: StrictId | None = Field(None, description="The handbook rule the case is judged by")
    component_code: ComponentCode | None = None
    organization_id: StrictId | None = Field(None, description="Whom the case goes to")
    urgent: StrictBool | None = None
    into: CaseNumber | None = Field(None, description="For `merge`: number of the open case that goes on for this one")
    until: Day | None = Field(None, description="For a suspension: the day on which the case wakes, in the city's time")
    basis: Annotated[str, Field(max_length=24, description="Why, for requests and orders", json_schema_extra={"enum": USUAL})] = ""
    degree: Annotated[int, Field(strict=True, ge=1, le=3)] | None = Field(None, description="For `order_supervision`: how pressing")
    answer_by: Moment | None = Field(None, description="For `order_supervision`: by when it is to be answered")
    parts: list[PartIn] = Field(default_factory=list, max_length=MOST_PARTS, description="For `give_parts`: who does which part")
    seen: Annotated[int, Field(strict=True, ge=0, le=BIGGEST_COUNT)] | None = Field(
        None, description="`entry_count` of the case as you saw it; the action is refused if the case has moved since"
    )

    def given(self, into_case_id: int | None) -> Given:
        return Given(
            problem_class_id=self.class_id,
            component_code=int(self.component_code) if self.component_code else None,
            photos=tuple(self.photos),
            into_case_id=into_case_id,
            parts=tuple(Part(one.organization_id, one.task) for one in self.parts),
            **self.model_dump(exclude={"class_id", "component_code", "photos", "seen", "into", "parts"}),
        )


class MovedOut(Outgoing):
    number: str
    entry_id: int
    seq: int = Field(description="Number of the entry in the case's ledger; the case's new `entry_count`")
    action: str
    from_stage: Stage | None
    to_stage: Stage
    at: datetime
    repeated: bool = Field(description="Done before under the same Idempotency-Key; nothing was done now")


class OpenAction(Outgoing):
    action: str = Field(examples=["dispatch"])
    name: str = Field(description="What a button says")
    to_stage: Stage | None = Field(description="null: the stage stays as it is")
    needs: list[Need]


@router.get("/cases/{number}/actions", response=answers({200: list[OpenAction]}, 404))
def open_actions(request: HttpRequest, number: CaseNumber) -> list[OpenAction]:
    """The actions I may take on this case now, in the rule book's order."""
    rows = actions_open_to(request.actor, case_in_sight(request.actor, number))
    return [OpenAction(action=row.action, name=action_name(row.action), to_stage=row.target, needs=sorted(row.needs)) for row in rows]


@router.post("/cases/{number}/actions/{action}", response=answers({200: MovedOut}, 403, 404, 409))
def take_action(request: HttpRequest, number: CaseNumber, action: Action, given: GivenIn, key: Key = None) -> MovedOut:
    """Take an action on a case. It is done whole or not at all, and once for an Idempotency-Key."""
    case_id = visible(request.actor).filter(number=number).values_list("pk", flat=True).first()
    if case_id is None:
        before = moved_before(request.actor, key) if key else None
        case_id = before.case_id if before else case_in_sight(request.actor, number).pk  # What was done may have put it out of sight.
    into_case_id = case_in_sight(request.actor, given.into).pk if given.into else None
    moved = perform(case_id, action, request.actor, given.given(into_case_id), seen=given.seen, key=key)
    if moved.repeated and (moved.case_id, moved.action) != (case_id, action):
        raise key_used()
    same = ("entry_id", "seq", "action", "from_stage", "to_stage", "at", "repeated")
    return MovedOut(number=number, **{name: getattr(moved, name) for name in same})
