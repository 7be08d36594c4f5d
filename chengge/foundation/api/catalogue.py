"""Classes, filing conditions with their limits, and the limits of the stages."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from chengge import clock as city_clock
from chengge.domain.lifecycle import ClockKind
from chengge.domain.worktime import Limit, Unit
from chengge.foundation import actions
from chengge.foundation.models import AreaClass, HandbookRule, ProblemClass, ProblemKind, StageLimit
from chengge.foundation.queries.dated import holding_on
from chengge.foundation.queries.rules import classes, rules_of
from chengge.organization.kept_answers import once
from chengge.organization.models import Organization
from chengge.organization.queries import city_day
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import (
    BIGGEST_LIMIT,
    NO_ZERO,
    Day,
    Id,
    Incoming,
    Key,
    Named,
    Outgoing,
    PageCursor,
    PageSize,
    StrictBool,
    StrictId,
    text,
)
from chengge.rest.pages import page_after
from chengge.rest.references import addressed, check_named

router = Router()


# --- The catalogue ----------------------------------------------------------------------------------------------------------------------
class ClassOut(Outgoing):
    id: int
    edition: str
    kind: ProblemKind
    code: str = Field(description="Major and minor code, 4 digits", examples=["0103"])
    major_name: str
    name: str
    city_extension: bool
    valid_from: date
    valid_to: date | None


@router.get("/classes", response=answers({200: list[ClassOut]}))
def search_classes(
    request: HttpRequest,
    text: Annotated[str, Query(max_length=40, pattern=NO_ZERO, description="Part of the name, or the beginning of the code")] = "",
    kind: ProblemKind | None = None,
    on: Day | None = None,
    limit: PageSize = 50,
) -> list[ClassOut]:
    """Classes of the catalogue that hold on a day (today), in the catalogue's order."""
    return [class_out(row) for row in classes(text, kind or "", on or today(), limit)]


@router.get("/classes/{class_id}", response=answers({200: ClassOut}, 404))
@single_thing
def problem_class(request: HttpRequest, class_id: Id) -> ClassOut:
    """One class, an ended one too."""
    return class_out(addressed(ProblemClass, class_id, "class_id"))


def class_out(row: ProblemClass) -> ClassOut:
    names = ("id", "edition", "kind", "code", "major_name", "name", "city_extension", "valid_from", "valid_to")
    return ClassOut(**{name: getattr(row, name) for name in names})


# --- The handbook -----------------------------------------------------------------------------------------------------------------------
class LimitOut(Outgoing):
    amount: int = Field(examples=[4])
    unit: Unit
    words: str = Field(examples=["4工作时"])


class LimitIn(Incoming):
    amount: Annotated[int, Field(strict=True, ge=1, le=BIGGEST_LIMIT)]
    unit: Unit


class RuleOut(Outgoing):
    id: int
    class_id: int
    class_name: str
    number: int = Field(description="Number in its class")
    condition: str
    area_class: str = Field(description="A, B or C; empty: any area")
    limit: LimitOut
    closing_condition: str
    evidence_wanted: str
    check_limit: LimitOut | None
    urgent: bool
    self_disposable: bool = Field(description="An inspector may put it right on the spot")
    organization: Named | None
    responsible_body: str
    supervising_body: str
    basis: str
    note: str
    valid_from: date
    valid_to: date | None


class RulePage(Outgoing):
    items: list[RuleOut]
    next: str | None


class RuleIn(Incoming):
    class_id: StrictId
    condition: text(300, 1)
    limit: LimitIn
    closing_condition: text(300, 1)
    number: Annotated[int, Field(strict=True, ge=1, le=999)] | None = Field(None, description="Empty: the next free one of its class")
    area_class: AreaClass = AreaClass.ANY
    evidence_wanted: text(300) = ""
    check_limit: LimitIn | None = None
    urgent: StrictBool = False
    self_disposable: StrictBool = True
    organization_id: StrictId | None = None
    responsible_body: text(200) = ""
    supervising_body: text(200) = ""
    basis: text(500) = ""
    note: text(1000) = ""
    day: Day = Field(description="From which day on it holds")

    def values(self) -> actions.RuleValues:
        check_named(ProblemClass, self.class_id, "class_id")
        check_named(Organization, self.organization_id, "organization_id")
        same = (
            "condition",
            "closing_condition",
            "number",
            "evidence_wanted",
            "urgent",
            "self_disposable",
            "organization_id",
            "responsible_body",
            "supervising_body",
            "basis",
            "note",
        )
        return actions.RuleValues(
            problem_class_id=self.class_id,
            limit=Limit(self.limit.amount, self.limit.unit),
            check_limit=Limit(self.check_limit.amount, self.check_limit.unit) if self.check_limit else None,
            area_class=self.area_class.value,
            **{name: getattr(self, name) for name in same},
        )


class EndingIn(Incoming):
    day: Day = Field(description="The first day on which it no longer holds")


@router.get("/classes/{class_id}/rules", response=answers({200: list[RuleOut]}, 404))
def rules_of_class(request: HttpRequest, class_id: Id, area_class: AreaClass = AreaClass.ANY, on: Day | None = None) -> list[RuleOut]:
    """The filing conditions a case of this class may be judged by in an area of class A, B or C, on a day (today)."""
    addressed(ProblemClass, class_id, "class_id")
    return [rule_out(row) for row in rules_of(class_id, area_class.value, on or today())]


@router.get("/handbook-rules", response=answers({200: RulePage}))
def handbook_rules(
    request: HttpRequest, class_id: Id | None = None, on: Day | None = None, cursor: PageCursor = "", size: PageSize = 50
) -> RulePage:
    """Every handbook rule that holds on a day (today)."""
    rows = holding_on(HandbookRule.objects.select_related("problem_class", "organization"), on or today())
    if class_id is not None:
        rows = rows.filter(problem_class_id=class_id)
    found, following = page_after(rows, "id", cursor, size)
    return RulePage(items=list(map(rule_out, found)), next=following)


@router.get("/handbook-rules/{rule_id}", response=answers({200: RuleOut}, 404))
@single_thing
def handbook_rule(request: HttpRequest, rule_id: Id) -> RuleOut:
    """One handbook rule, an ended one too: what an old case was judged by."""
    return _rule(rule_id)


@router.post("/handbook-rules", response=answers({201: RuleOut}, 403, 404, 409))
def begin_rule(request: HttpRequest, given: RuleIn, key: Key = None) -> Status | HttpResponse:
    """Begin a handbook rule (administrators)."""
    return once(request, key, 201, lambda: _saved(request, None, given))


@router.post("/handbook-rules/{rule_id}/replacement", response=answers({201: RuleOut}, 403, 404, 409))
def replace_rule(request: HttpRequest, rule_id: Id, given: RuleIn, key: Key = None) -> Status | HttpResponse:
    """End a rule and begin another in its place on the same day (administrators). Cases judged by the old one keep it."""
    return once(request, key, 201, lambda: _saved(request, rule_id, given))


@router.post("/handbook-rules/{rule_id}/end", response=answers({200: RuleOut}, 403, 404, 409))
def end_rule(request: HttpRequest, rule_id: Id, given: EndingIn) -> RuleOut:
    """End a rule (administrators)."""
    actions.end_rule(request.actor, rule_id, given.day)
    return _rule(rule_id)


def _saved(request: HttpRequest, rule_id: int | None, given: RuleIn) -> RuleOut:
    return _rule(actions.save_rule(request.actor, rule_id, given.values(), given.day).pk)


def _rule(rule_id: int) -> RuleOut:
    return rule_out(addressed(HandbookRule, rule_id, "rule_id"))


def rule_out(row: HandbookRule) -> RuleOut:
    same = ("id", "number", "condition", "area_class", "closing_condition", "evidence_wanted", "urgent", "self_disposable")
    written = ("responsible_body", "supervising_body", "basis", "note", "valid_from", "valid_to")
    return RuleOut(
        class_id=row.problem_class_id,
        class_name=row.problem_class.name,
        limit=limit_out(row.limit_amount, row.limit_unit),
        check_limit=limit_out(row.check_limit_amount, row.check_limit_unit) if row.check_limit_amount else None,
        organization=Named(id=row.organization.pk, name=row.organization.name) if row.organization else None,
        **{name: getattr(row, name) for name in same + written},
    )


def limit_out(amount: int, unit: str) -> LimitOut:
    limit = Limit(amount, Unit(unit))
    return LimitOut(amount=amount, unit=limit.unit, words=limit.written())


# --- Limits of the stages ---------------------------------------------------------------------------------------------------------------
class StageLimitOut(Outgoing):
    clock: ClockKind
    limit: LimitOut
    valid_from: date


@router.get("/stage-limits", response=answers({200: list[StageLimitOut]}))
def stage_limits(request: HttpRequest, on: Day | None = None) -> list[StageLimitOut]:
    """How long each stage may take that no handbook rule times, on a day (today)."""
    rows = holding_on(StageLimit.objects.order_by("clock"), on or today())
    return [StageLimitOut(clock=row.clock, limit=limit_out(row.amount, row.unit), valid_from=row.valid_from) for row in rows]


class StageLimitIn(Incoming):
    limit: LimitIn
    day: Day = Field(description="From which day on it holds")


@router.put("/stage-limits/{clock}", response=answers({200: StageLimitOut}, 403, 409))
def set_stage_limit(request: HttpRequest, clock: ClockKind, given: StageLimitIn) -> StageLimitOut:
    """Set the limit of a stage from a day on (administrators)."""
    row = actions.save_stage_limit(request.actor, clock, Limit(given.limit.amount, given.limit.unit), given.day)
    return StageLimitOut(clock=row.clock, limit=limit_out(row.amount, row.unit), valid_from=row.valid_from)


def today() -> date:
    return city_day(city_clock.now())
