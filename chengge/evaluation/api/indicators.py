"""The indicators, for programs."""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, Field

from chengge.evaluation.indicators import Settings
from chengge.evaluation.queries.indicators import listed
from chengge.rest.answers import answers
from chengge.rest.fields import Outgoing

router = Router(tags=["evaluation"])
Kind = Literal["city", "street", "community", "grid", "class_code", "organization", "member"]


class WantedIndicators(BaseModel):
    """Which indicators are wanted, and with which open denominators."""

    q: Annotated[str, Field(max_length=80)] = Field("", description="In the code, a name or the formula")
    subject: Kind | None = Field(None, description="Only those that may be reckoned for this kind of subject")
    filed_of: Literal["reported", "accepted"] = Field("reported", description="Over what a filing rate is taken")
    public_of: Literal["filed", "accepted"] = Field("filed", description="Over what the share of public reports is taken")
    recurs_within_days: Annotated[int, Field(ge=1, le=366)] = Field(30, description="A case recurs within so many days")
    due_of: Literal["due", "due_and_carried"] = Field("due", description="Over which handlings the rates of departments are taken")
    closing_of: Literal["due", "closed"] = Field("due", description="Over what on-time closing is taken")
    dispatched_of: Literal["due", "filed"] = Field("due", description="Over what a dispatch rate is taken")


class IndicatorOut(Outgoing):
    code: str = Field(examples=["D2"])
    name: str = Field(description="In the language of the request")
    name_zh: str
    name_en: str
    subjects: list[Kind]
    unit: Literal["share", "count", "seconds", "mean"]
    better: Literal["higher", "lower", "neither"]
    formula: str = Field(description="Numerator over denominator in words, with the open denominators as asked")
    above: str = Field(description="Which rows the numerator is taken from")
    below: str = Field(description="Which rows the denominator is taken from; empty for a count")
    basis: str


class IndicatorsOut(Outgoing):
    items: list[IndicatorOut]


@router.get("/evaluation/indicators", response=answers({200: IndicatorsOut}, 401, 403, 422), summary="Indicators and their formulas")
def list_indicators(request: HttpRequest, wanted: Query[WantedIndicators]):
    """Everything that schemes may score by, in the order of the lists of the standard."""
    settings = Settings(**wanted.model_dump(exclude={"q", "subject"}))
    told = listed(settings, wanted.q, wanted.subject or "")
    return {"items": [{name: getattr(one, name) for name in IndicatorOut.model_fields} for one in told]}
