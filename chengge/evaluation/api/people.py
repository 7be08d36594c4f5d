"""Dispatchers and shifts by their figures, and the star dispatchers, for programs."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from chengge.evaluation.queries import people, stars
from chengge.foundation.pages.manage.common import today
from chengge.rest.answers import answers
from chengge.rest.fields import Incoming, Outgoing

router = Router(tags=["evaluation"])


class WantedMonth(Incoming):
    month: Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2})?$", description="Such as 2026-10; this month where it is not named")] = ""
    by: Annotated[str, Field(max_length=8, description="Code of the figure that ranks")] = people.CODES[0]


class FigureOut(Outgoing):
    code: str
    numerator: int
    denominator: int | None


class LineOut(Outgoing):
    of: str = Field(description="member:12, shift:early, or empty for the city")
    name: str
    workload: int
    rank: int | None
    figures: list[FigureOut]


class MonthOut(Outgoing):
    month: str
    people: list[LineOut]
    shifts: list[LineOut]
    city: LineOut


class StarOut(Outgoing):
    month: str
    names: list[str]
    stars: int
    words: list[str]
    run: int


class StarsOut(Outgoing):
    months: list[StarOut]


@router.get("/evaluation/dispatchers", response=answers({200: MonthOut}, 400, 401, 403, 422), summary="Dispatchers and shifts of a month")
def dispatchers(request: HttpRequest, wanted: Query[WantedMonth]) -> MonthOut:
    """Everybody for coordinators, leaders and evaluators; the own line for a dispatcher."""
    month = people.month(request.actor, people.period_asked(wanted.month, today()), wanted.by)
    return MonthOut(
        month=month.period.name,
        people=[_told(one) for one in month.people],
        shifts=[_told(one) for one in month.shifts],
        city=_told(month.city),
    )


@router.get("/evaluation/stars", response=answers({200: StarsOut}, 401, 403), summary="Star dispatchers by month")
def star_list(request: HttpRequest) -> StarsOut:
    """The stars of every month that was awarded, the latest first."""
    people.require_looker(request.actor)
    return StarsOut(
        months=[
            StarOut(
                month=one.period.name,
                names=[winner.subject.name for winner in one.winners],
                stars=one.winners[0].stars if one.winners else 0,
                words=list(one.words),
                run=one.run.pk,
            )
            for one in stars.history(request.actor)
        ]
    )


def _told(line: people.Line) -> LineOut:
    figures = [FigureOut(code=cell.code, numerator=cell.numerator, denominator=cell.denominator) for cell in line.cells]
    return LineOut(of=line.key, name=line.name, workload=line.workload, rank=line.rank, figures=figures)
