"""Who answers for what, and who may answer for a problem, with the basis in words."""

from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from chengge.foundation import actions
from chengge.foundation.api.catalogue import EndingIn, today
from chengge.foundation.models import HandbookRule, ProblemClass, ProblemKind, Responsibility
from chengge.foundation.queries.dated import holding_on
from chengge.foundation.queries.responsibility import candidates
from chengge.organization.kept_answers import once
from chengge.organization.models import Organization
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import (
    ComponentCode,
    Day,
    DivisionCode,
    GridCode,
    Id,
    Incoming,
    Key,
    Named,
    Outgoing,
    PageCursor,
    PageSize,
    QueryLatitude,
    QueryLongitude,
    StrictId,
    text,
)
from chengge.rest.pages import page_after
from chengge.rest.references import addressed, check_named

router = Router()


class ResponsibilityOut(Outgoing):
    id: int
    kind: str = Field(description="component, event, or empty: both")
    major_code: str = Field(description="Empty: every major class")
    class_id: int | None = Field(description="null: every class")
    division_code: str | None = Field(description="null: everywhere")
    owning_body: Named | None = Field(description="Only for components of this owner")
    organization: Named
    basis: str
    valid_from: date
    valid_to: date | None


class ResponsibilityPage(Outgoing):
    items: list[ResponsibilityOut]
    next: str | None


class ResponsibilityIn(Incoming):
    organization_id: StrictId
    basis: text(200, 1) = Field(description="The rule, list or meeting it follows from")
    kind: ProblemKind | Literal[""] = ""
    major_code: Annotated[str, Field(strict=True, pattern=r"^([0-9]{2})?$")] = ""
    class_id: StrictId | None = None
    division_code: DivisionCode | None = None
    owning_body_id: StrictId | None = None
    day: Day = Field(description="From which day on it holds")

    def values(self) -> actions.ResponsibilityValues:
        check_named(Organization, self.organization_id, "organization_id")
        check_named(Organization, self.owning_body_id, "owning_body_id")
        check_named(ProblemClass, self.class_id, "class_id")
        return actions.ResponsibilityValues(
            organization_id=self.organization_id,
            basis=self.basis,
            kind=str(self.kind),
            major_code=self.major_code,
            problem_class_id=self.class_id,
            division_code=int(self.division_code) if self.division_code else None,
            owning_body_id=self.owning_body_id,
        )


class CandidateOut(Outgoing):
    organization: Named = Field(description="The second-level platform that a dispatch goes to")
    through: Named | None = Field(description="The body below it that the basis names")
    score: float = Field(description="Above 0, at most 1; it only ranks")
    basis: str
    valid_from: date


@router.get("/responsibilities", response=answers({200: ResponsibilityPage}))
def responsibilities(
    request: HttpRequest,
    organization_id: Id | None = None,
    class_id: Id | None = None,
    on: Day | None = None,
    cursor: PageCursor = "",
    size: PageSize = 50,
) -> ResponsibilityPage:
    """Responsibilities that hold on a day (today)."""
    rows = holding_on(Responsibility.objects.select_related("organization", "owning_body"), on or today())
    if organization_id is not None:
        rows = rows.filter(organization_id=organization_id)
    if class_id is not None:
        rows = rows.filter(problem_class_id=class_id)
    found, following = page_after(rows, "id", cursor, size)
    return ResponsibilityPage(items=list(map(_responsibility, found)), next=following)


@router.get("/responsibilities/{responsibility_id}", response=answers({200: ResponsibilityOut}, 404))
@single_thing
def responsibility(request: HttpRequest, responsibility_id: Id) -> ResponsibilityOut:
    """One responsibility, an ended one too."""
    return _responsibility(addressed(Responsibility, responsibility_id, "responsibility_id"))


@router.post("/responsibilities", response=answers({201: ResponsibilityOut}, 403, 404, 409))
def begin_responsibility(request: HttpRequest, given: ResponsibilityIn, key: Key = None) -> Status | HttpResponse:
    """Begin a responsibility (administrators)."""
    return once(request, key, 201, lambda: _responsibility(actions.save_responsibility(request.actor, None, given.values(), given.day)))


@router.post("/responsibilities/{responsibility_id}/replacement", response=answers({201: ResponsibilityOut}, 403, 404, 409))
def replace_responsibility(request: HttpRequest, responsibility_id: Id, given: ResponsibilityIn, key: Key = None) -> Status | HttpResponse:
    """End a responsibility and begin another in its place on the same day (administrators)."""
    return once(
        request, key, 201, lambda: _responsibility(actions.save_responsibility(request.actor, responsibility_id, given.values(), given.day))
    )


@router.post("/responsibilities/{responsibility_id}/end", response=answers({200: ResponsibilityOut}, 403, 404, 409))
def end_responsibility(request: HttpRequest, responsibility_id: Id, given: EndingIn) -> ResponsibilityOut:
    """End a responsibility (administrators)."""
    actions.end_responsibility(request.actor, responsibility_id, given.day)
    return _responsibility(addressed(Responsibility, responsibility_id, "responsibility_id"))


@router.get("/candidates", response=answers({200: list[CandidateOut]}, 404))
def candidates_for(
    request: HttpRequest,
    class_id: Id,
    rule_id: Id | None = None,
    grid_code: Annotated[GridCode | None, Query()] = None,
    component_code: Annotated[ComponentCode | None, Query()] = None,
    lon: Annotated[QueryLongitude | None, Query()] = None,
    lat: Annotated[QueryLatitude | None, Query()] = None,
    on: Day | None = None,
) -> list[CandidateOut]:
    """Organizations that may answer for a problem on a day (today), the likeliest first, each with its basis in words.

    With `lon` and `lat` the point decides which drawn areas hold it, without them the component's place or the grid's inner point.
    """
    addressed(ProblemClass, class_id, "class_id")
    check_named(HandbookRule, rule_id, "rule_id")
    found = candidates(
        class_id, rule_id, int(grid_code) if grid_code else None, int(component_code) if component_code else None, on or today(), lon, lat
    )
    return [
        CandidateOut(
            organization=_named(row.organization),
            through=None if row.through is None else _named(row.through),
            score=row.score,
            basis=row.basis,
            valid_from=row.valid_from,
        )
        for row in found
    ]


def _responsibility(row: Responsibility) -> ResponsibilityOut:
    same = ("id", "kind", "major_code", "basis", "valid_from", "valid_to")
    return ResponsibilityOut(
        class_id=row.problem_class_id,
        division_code=None if row.division_code is None else str(row.division_code),
        owning_body=None if row.owning_body is None else _named(row.owning_body),
        organization=_named(row.organization),
        **{name: getattr(row, name) for name in same},
    )


def _named(row: Organization) -> Named:
    return Named(id=row.pk, name=row.name)
