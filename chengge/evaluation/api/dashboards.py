"""The figures of the dashboards."""

from datetime import date, datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict, Field

from chengge.evaluation.facts import city_facts
from chengge.evaluation.queries.dashboards import KINDS, asked_of, chart
from chengge.rest.answers import answers
from chengge.rest.fields import Day, DivisionCode, Id, Outgoing

router = Router(tags=["evaluation"])


class WantedFigures(BaseModel):
    """What figures are wanted of; without a period the last thirty days that the facts tell of."""

    model_config = ConfigDict(populate_by_name=True)

    since: Day | None = Field(None, alias="from", description="First day")
    until: Day | None = Field(None, alias="to", description="Last day, inclusive")
    step: Literal["day", "week", "month"] | None = Field(None, description="How trends are cut; by itself as the period is long")
    area: DivisionCode | None = Field(None, description="Only cases in this division")
    class_code: Annotated[str, Field(pattern=r"^([ce]([0-9]{2}){0,2})?$")] = Field(
        "", alias="class", description="c or e for components or events, then major and minor code", examples=["c0103"]
    )
    organization: Id | None = Field(None, description="Only cases of this organization")
    by: Literal["street", "community", "grid"] = Field("street", description="Of `heat`: which areas")
    measure: Literal["cases", "per_km2", "per_1000_components"] = Field("cases", description="Of `heat`: by what areas are put in order")


class ColumnOut(Outgoing):
    name: str
    label: str
    unit: Literal["text", "day", "count", "share", "hours", "number"]


class DashboardOut(Outgoing):
    name: str
    title: str
    about: str
    since: date = Field(serialization_alias="from")
    until: date = Field(serialization_alias="to")
    as_of: datetime = Field(description="The moment up to which the facts tell")
    facts: str = Field(description="SHA-256 of the facts")
    empty: bool = Field(description="Nothing but zeros")
    columns: list[ColumnOut]
    rows: list[list[str | int | float | None]] = Field(description="Cells in the order of the columns; null: nothing to judge by")


class KnownDashboard(Outgoing):
    name: str
    title: str
    about: str


@router.get("/evaluation/dashboards", response=answers({200: list[KnownDashboard]}))
def dashboards(request: HttpRequest) -> list[KnownDashboard]:
    """The dashboards there are."""
    return [KnownDashboard(name=kind.name, title=str(kind.title), about=str(kind.about)) for kind in KINDS.values()]


@router.get("/evaluation/dashboards/{name}", response=answers({200: DashboardOut}, 403, 404, 409), by_alias=True, url_name="dashboard")
def dashboard(request: HttpRequest, name: str, wanted: Annotated[WantedFigures, Query()]) -> DashboardOut:
    """The figures of one dashboard, reckoned from the facts: 409 while there are none."""
    store = city_facts()
    asked = asked_of(store, wanted.model_dump(mode="json", by_alias=True, exclude_none=True))
    found = chart(store, name, request.actor, asked)  # type: ignore[attr-defined]
    return DashboardOut(
        name=found.name,
        title=found.title,
        about=found.about,
        since=found.since,
        until=found.until,
        as_of=found.as_of,
        facts=found.facts_digest,
        empty=found.is_empty,
        columns=[ColumnOut(name=one.name, label=str(one.label), unit=one.unit) for one in found.columns],  # type: ignore[arg-type]
        rows=found.rows,
    )
