"""Types of the values that come in and go out. Their limits stand in the OpenAPI document and are checked before a room is asked."""

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Header
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from chengge.domain import codes

BIGGEST_ID = 2**63 - 1
LONGEST_PAGE = 200
BIGGEST_LIMIT = 10_000  # of any unit; twenty years of working days are 5 000

# PostgreSQL keeps every character but the zero.
NO_ZERO = r"^[^\x00]*$"


def text(longest: int, least: int = 0) -> Any:
    """A string of `least` to `longest` characters, without the zero character."""
    return Annotated[str, Field(strict=True, min_length=least, max_length=longest, pattern=NO_ZERO)]


def _iso_text(value: Any) -> Any:
    """Dates come as text only: Pydantic would read a number as seconds since 1970."""
    if isinstance(value, str | date | datetime) and not (isinstance(value, str) and value.lstrip("+-").isdigit()):
        return value
    raise ValueError("must be written as in ISO 8601, for example 2026-11-24")


Id = Annotated[int, Field(ge=1, le=BIGGEST_ID)]
StrictId = Annotated[int, Field(strict=True, ge=1, le=BIGGEST_ID)]
StrictInt = Annotated[int, Field(strict=True)]
StrictBool = Annotated[bool, Field(strict=True)]
Longitude = Annotated[float, Field(strict=True, ge=-180, le=180, allow_inf_nan=False, examples=[120.6204])]
Latitude = Annotated[float, Field(strict=True, ge=-90, le=90, allow_inf_nan=False, examples=[31.3123])]
Metres = Annotated[float, Field(strict=True, ge=0, le=1_000_000, allow_inf_nan=False)]
QueryLongitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, examples=[120.6204])]
QueryLatitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, examples=[31.3123])]
Sha256 = Annotated[str, Field(strict=True, pattern=r"^[0-9a-f]{64}$", description="SHA-256 of a photo that was uploaded before")]
# A code that fits its pattern may still be none (a part of zeros): the parser says where.
GridCode = Annotated[
    str,
    Field(strict=True, pattern=r"^[1-9][0-9]{14}$", description="Unit grid, 15 digits", examples=["990101001001001"]),
    AfterValidator(lambda code: codes.GridCode.parse(code).text),
]
ComponentCode = Annotated[
    str,
    Field(strict=True, pattern=r"^[1-9][0-9]{15}$", description="Component, 16 digits", examples=["9901010101000001"]),
    AfterValidator(lambda code: codes.ComponentCode.parse(code).text),
]
DivisionCode = Annotated[
    str,
    Field(
        strict=True,
        pattern=r"^[1-9]([0-9]{3}|[0-9]{5}|[0-9]{8}|[0-9]{11})$",
        description="City 4, district 6, street 9, community 12 digits",
        examples=["990101001"],
    ),
    AfterValidator(lambda code: codes.DivisionCode.parse(code).text),
]
CaseNumber = Annotated[str, Field(pattern=r"^[0-9]{20}$", description="yyyymmdd + county + serial", examples=["20261124990101000001"])]
Day = Annotated[date, BeforeValidator(_iso_text)]
Moment = Annotated[AwareDatetime, BeforeValidator(_iso_text), AfterValidator(lambda at: _in_range(at))]
PageSize = Annotated[int, Field(ge=1, le=LONGEST_PAGE, description="Rows on a page")]
PageCursor = Annotated[
    str, Field(max_length=200, pattern=r"^[A-Za-z0-9_\-=.:,|]*$", description="`next` of the page before; empty: the first page")
]
Key = Annotated[
    str | None,
    Header(
        None,
        alias="Idempotency-Key",
        description="A word of your own, new for every wish; the same request sent again gives the first answer and does nothing twice.",
        min_length=1,
        max_length=64,
        pattern=r"^[\x21-\x7e]+$",
    ),
]


def _in_range(at: datetime) -> datetime:
    if not 1990 <= at.year <= 2200:
        raise ValueError("must lie between the years 1990 and 2200")
    return at


class Incoming(BaseModel):
    """The body of a request: nothing but what is documented, nothing turned silently into another type."""

    model_config = ConfigDict(extra="forbid")


class Outgoing(BaseModel):
    """The body of an answer."""


class Named(Outgoing):
    """Something by its number and its name."""

    id: int
    name: str
