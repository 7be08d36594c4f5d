"""The API's operations for positions: an inspector's own, and those that a gateway of terminals gathers of many."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from chengge.field.actions.tracks import MOST_FIXES, Taken, take_gateway_positions, take_positions
from chengge.rest.answers import answers
from chengge.rest.fields import Incoming, Outgoing

router = Router()

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
OwnFix = Annotated[list[Number], Field(min_length=4, max_length=4, examples=[[1795483800, 120.1805, 30.3205, 8.0]])]
GatewayFix = Annotated[list[Number], Field(min_length=5, max_length=5, examples=[[17, 1795483800, 120.1805, 30.3205, 8.0]])]


class PositionsIn(Incoming):
    fixes: list[OwnFix] = Field(
        max_length=MOST_FIXES, description="Each: seconds since 1970 (UTC), longitude, latitude, accuracy in metres; in any order"
    )


class GatewayPositionsIn(Incoming):
    fixes: list[GatewayFix] = Field(
        max_length=MOST_FIXES, description="Each: number of the member, then as for one inspector; of many members, in any order"
    )


class TakenOut(Outgoing):
    kept: int = Field(description="Fixes that were not there yet and are kept, those flagged and late among them")
    flagged: int = Field(description="Kept, but so fast that they say nothing (more than 60 m/s)")
    late: int = Field(description="Kept, but earlier than what was judged already: shown in the replay, no alarm")
    refused: dict[str, int] = Field(description="Not kept, by reason: place, future, old, inaccurate, off_duty, repeated")


@router.post("/positions", response=answers({200: TakenOut}, 403))
def send_positions(request: HttpRequest, given: PositionsIn) -> TakenOut:
    """Where I was (inspectors on duty), in a batch. Sent again, it changes nothing."""
    return _told(take_positions(request.actor, given.fixes))


@router.post("/positions/batch", response=answers({200: TakenOut}, 403))
def send_gateway_positions(request: HttpRequest, given: GatewayPositionsIn) -> TakenOut:
    """Where many inspectors were, from a gateway of terminals (administrators). Sent again, it changes nothing."""
    return _told(take_gateway_positions(request.actor, given.fixes))


def _told(taken: Taken) -> TakenOut:
    return TakenOut(kept=taken.kept, flagged=taken.flagged, late=taken.late, refused=dict(taken.refused))
