"""The city in two minutes, for a program: what a leader's phone shows."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from chengge import clock
from chengge.evaluation.facts import city_facts
from chengge.evaluation.queries import leader
from chengge.rest.answers import answers
from chengge.rest.fields import Day, Outgoing

router = Router(tags=["evaluation"])


class RateOut(Outgoing):
    in_time: int
    due: int
    percent: float | None = Field(description="None where nothing was due")


class RankedOut(Outgoing):
    id: str = Field(description="Code of the street, or number of the organization")
    name: str
    week: RateOut
    change: float | None = Field(description="Percentage points from the week before")


class CityToday(Outgoing):
    at: datetime
    open: int
    late: int
    due_today: int
    urgent: int
    reported_today: int
    filed_today: int | None
    closed_today: int | None
    week: RateOut | None = Field(description="On-time rate of the last seven whole days; null while there are no facts")
    change: float | None
    week_until: Day | None
    best_streets: list[RankedOut]
    worst_streets: list[RankedOut]
    best_departments: list[RankedOut]
    worst_departments: list[RankedOut]


@router.get("/evaluation/city-today", response=answers({200: CityToday}, 403))
def city_today(request: HttpRequest) -> CityToday:
    """How the city stands this minute, how the last week went, and who was best and worst. Leaders and administrators."""
    actor, store = request.actor, city_facts()  # type: ignore[attr-defined]
    leader.require_leader(actor)
    now, since = leader.open_now(actor), leader.today(actor, store)
    went = leader.course(actor, store)
    streets, departments = (leader.ranking(actor, store, place) for place in ("street", "department"))
    return CityToday(
        at=clock.now(),
        open=now.open,
        late=now.late,
        due_today=now.due_today,
        urgent=now.urgent,
        reported_today=since.reported,
        filed_today=since.filed,
        closed_today=since.closed,
        week=_rate(went.week) if went else None,
        change=went.change if went else None,
        week_until=went.until if went else None,
        best_streets=_ranked(streets.best) if streets else [],
        worst_streets=_ranked(streets.worst) if streets else [],
        best_departments=_ranked(departments.best) if departments else [],
        worst_departments=_ranked(departments.worst) if departments else [],
    )


def _ranked(rows: list[leader.Ranked]) -> list[RankedOut]:
    return [RankedOut(id=one.id, name=one.name, week=_rate(one.week), change=one.change) for one in rows]


def _rate(rate: leader.Rate) -> RateOut:
    return RateOut(in_time=rate.in_time, due=rate.due, percent=rate.percent)
