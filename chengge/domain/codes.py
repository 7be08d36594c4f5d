"""The codes of divisions, unit grids, components, event types and cases: read, build, check, and find by prefix.

Sources: GB/T 2260 and GB/T 10114 (divisions), GB/T 30428.1 (unit grids, 15 digits; an older form has 14),
GB/T 30428.2 (components, 16 digits; event types, 10 digits). The case number is our own form.
Values are whole numbers that fit a database's bigint. A browser keeps numbers exactly only up to 2**53, and a component
code may be greater: send codes to a browser as text.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import cos, radians
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

MOST_GRIDS_IN_A_COMMUNITY = 999
_METRES_PER_DEGREE = 111_320


class CodeError(ValueError):
    """A code that is not formed as its standard wants it."""


class Level(StrEnum):
    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"


_LEVEL_DIGITS = {Level.PROVINCE: 2, Level.CITY: 4, Level.DISTRICT: 6, Level.STREET: 9, Level.COMMUNITY: 12}
_LEVEL_OF_DIGITS = {digits: level for level, digits in _LEVEL_DIGITS.items()}


@dataclass(frozen=True, slots=True, order=True)
class DivisionCode:
    """A province (2 digits), city (4), district (6), street (9) or community (12)."""

    value: int

    def __post_init__(self) -> None:
        text = _digits_of(self.value)
        if len(text) not in _LEVEL_OF_DIGITS:
            raise CodeError(
                f"division code {text!r} has {len(text)} digits: "
                "expected 2 (province), 4 (city), 6 (district), 9 (street) or 12 (community)"
            )
        for first, last, part in ((3, 4, "city"), (7, 9, "street"), (10, 12, "community")):
            # A district part of 00 is right: streets of a city without districts have it (441900003).
            if len(text) >= last:
                _check_not_all_zero("division code", text, first, last, part)

    @classmethod
    def parse(cls, code: str | int) -> "DivisionCode":
        """From 2, 4, 6, 9 or 12 digits; a code filled up with zeros (330100, 330102000000) is read as what it stands for."""
        text = _clean("division code", code)
        if len(text) == 12 and text.endswith("000"):
            text = text[:9]
        if len(text) == 9 and text.endswith("000"):
            text = text[:6]
        if len(text) in (4, 6):
            text = text.removesuffix("00") if len(text) == 4 else text.removesuffix("00").removesuffix("00")
        _check_first_digit("division code", text)
        return cls(int(text))

    @property
    def text(self) -> str:
        return str(self.value)

    @property
    def level(self) -> Level:
        return _LEVEL_OF_DIGITS[len(self.text)]

    @property
    def parent(self) -> "DivisionCode | None":
        """The division above; None above a province. A street of a city without districts lies in the city itself."""
        digits = {12: 9, 9: 6, 6: 4, 4: 2}.get(len(self.text))
        return None if digits is None else DivisionCode.parse(self.text[:digits])

    def holds(self, other: "DivisionCode | GridCode") -> bool:
        """Whether the other division or grid lies in this one, or is this one."""
        return other.text.startswith(self.text)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, order=True)
class GridCode:
    """A unit grid: 6 digits county, 3 street, 3 community, 3 serial. 320508019044001 is the first of community 320508019044."""

    value: int

    def __post_init__(self) -> None:
        text = _digits_of(self.value)
        _check_length("unit grid code", text, 15)
        _check_not_all_zero("unit grid code", text, 7, 9, "street")
        _check_not_all_zero("unit grid code", text, 10, 12, "community")
        _check_not_all_zero("unit grid code", text, 13, 15, "serial")

    @classmethod
    def parse(cls, code: str | int) -> "GridCode":
        """From 15 digits, or from the older 14 digits, whose two-digit serial is filled up with a zero."""
        text = _clean("unit grid code", code)
        if len(text) == 14:
            text = f"{text[:12]}0{text[12:]}"
        if len(text) != 15:
            raise CodeError(f"unit grid code {text!r} has {len(text)} digits: expected 15, or 14 in the older form")
        _check_first_digit("unit grid code", text)
        return cls(int(text))

    @classmethod
    def of(cls, community: DivisionCode, serial: int) -> "GridCode":
        if community.level is not Level.COMMUNITY:
            raise CodeError(f"a unit grid lies in a community (12 digits), not in the {community.level} {community}")
        return cls(community.value * 1000 + _serial(serial, MOST_GRIDS_IN_A_COMMUNITY, "unit grid"))

    @property
    def text(self) -> str:
        return str(self.value)

    @property
    def community(self) -> DivisionCode:
        return DivisionCode(self.value // 10**3)

    @property
    def street(self) -> DivisionCode:
        return DivisionCode(self.value // 10**6)

    @property
    def district(self) -> DivisionCode:
        """The district; the city itself where it has no districts."""
        return DivisionCode.parse(self.value // 10**9)

    @property
    def serial(self) -> int:
        return self.value % 1000

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, order=True)
class EventTypeCode:
    """A class of events in a county: 6 digits county, 2 major, 2 minor."""

    value: int

    def __post_init__(self) -> None:
        text = _digits_of(self.value)
        _check_length("event type code", text, 10)
        _check_not_all_zero("event type code", text, 7, 8, "major class")
        _check_not_all_zero("event type code", text, 9, 10, "minor class")

    @classmethod
    def parse(cls, code: str | int) -> "EventTypeCode":
        text = _clean("event type code", code)
        _check_length("event type code", text, 10)
        _check_first_digit("event type code", text)
        return cls(int(text))

    @classmethod
    def of(cls, county: int, major: int, minor: int) -> "EventTypeCode":
        return cls(_county(county) * 10**4 + _class(major, "major") * 100 + _class(minor, "minor"))

    @property
    def text(self) -> str:
        return str(self.value)

    @property
    def county(self) -> int:
        return self.value // 10**4

    @property
    def major(self) -> int:
        return self.value // 100 % 100

    @property
    def minor(self) -> int:
        return self.value % 100

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, order=True)
class ComponentCode:
    """A component: 6 digits county, 2 major, 2 minor, 6 serial. A serial is never used again."""

    value: int

    def __post_init__(self) -> None:
        text = _digits_of(self.value)
        _check_length("component code", text, 16)
        _check_not_all_zero("component code", text, 7, 8, "major class")
        _check_not_all_zero("component code", text, 9, 10, "minor class")
        _check_not_all_zero("component code", text, 11, 16, "serial")

    @classmethod
    def parse(cls, code: str | int) -> "ComponentCode":
        text = _clean("component code", code)
        _check_length("component code", text, 16)
        _check_first_digit("component code", text)
        return cls(int(text))

    @classmethod
    def of(cls, county: int, major: int, minor: int, serial: int) -> "ComponentCode":
        kind = _county(county) * 10**4 + _class(major, "major") * 100 + _class(minor, "minor")
        return cls(kind * 10**6 + _serial(serial, 999_999, "component"))

    @property
    def text(self) -> str:
        return str(self.value)

    @property
    def county(self) -> int:
        return self.value // 10**10

    @property
    def major(self) -> int:
        return self.value // 10**8 % 100

    @property
    def minor(self) -> int:
        return self.value // 10**6 % 100

    @property
    def serial(self) -> int:
        return self.value % 10**6

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, order=True)
class CaseNumber:
    """Our number of a case: the day, the county, and the serial of that day there. 20 digits as text."""

    day: date
    county: int
    serial: int

    def __post_init__(self) -> None:
        _county(self.county)
        _serial(self.serial, 999_999, "case")

    @classmethod
    def parse(cls, number: str) -> "CaseNumber":
        """From `20261121990101000318`; blanks and hyphens between its parts are left out."""
        text = _clean("case number", number.replace(" ", "").replace("-", ""))
        _check_length("case number", text, 20)
        try:
            day = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
        except ValueError:
            _fail("case number", text, 1, 8, f"{text[:8]} is no day: expected yyyymmdd")
        if text[8] == "0":
            _fail("case number", text, 9, 9, "a county code does not begin with 0")
        _check_not_all_zero("case number", text, 15, 20, "serial")
        return cls(day, int(text[8:14]), int(text[14:]))

    @classmethod
    def of_value(cls, value: int) -> "CaseNumber":
        """The number behind `value`."""
        day, rest = divmod(value, 10**12)
        return cls(date.fromordinal(day), *divmod(rest, 10**6))

    @property
    def value(self) -> int:
        """A whole number in the same order that fits a bigint, as the 20 digits themselves do not."""
        return (self.day.toordinal() * 10**6 + self.county) * 10**6 + self.serial

    @property
    def text(self) -> str:
        return f"{self.day:%Y%m%d}{self.county:06d}{self.serial:06d}"

    def __str__(self) -> str:
        return self.text


def code_range(division_code: str | int | DivisionCode) -> tuple[int, int]:
    """The unit grid codes under a division: from the first number (included) to the second (not included)."""
    division = division_code if isinstance(division_code, DivisionCode) else DivisionCode.parse(division_code)
    width = 10 ** (15 - len(division.text))
    return division.value * width, (division.value + 1) * width


def number_grids(lons: ArrayLike, lats: ArrayLike, row_height_m: float | None = None) -> list[int]:
    """The order in which the grids of one community are numbered: west to east in a row, rows from north to south.

    The standard leaves open what a row is. Ours: the northernmost grid not yet numbered begins a row, and all grids whose
    centroid lies less than `row_height_m` further south belong to it. The order depends on the places alone, not on
    the order of the input, but for grids on the very same spot.

    Args:
        lons, lats: centroids in degrees.
        row_height_m: half of the usual (median) distance from a grid to its nearest neighbour, where not given.

    Returns:
        Positions in the input: the first is that of the grid with serial 1.

    Raises:
        CodeError: more grids than serials (999).
    """
    lon, lat = np.asarray(lons, dtype=np.float64), np.asarray(lats, dtype=np.float64)
    if lon.shape != lat.shape or lon.ndim != 1:
        raise CodeError(f"grids are numbered by as many longitudes as latitudes, not {lon.shape} and {lat.shape}")
    if len(lon) > MOST_GRIDS_IN_A_COMMUNITY:
        raise CodeError(f"a community has serials for {MOST_GRIDS_IN_A_COMMUNITY} grids, not for {len(lon)}: divide it or join grids")
    if len(lon) < 2:
        return list(range(len(lon)))
    east = (lon - lon.min()) * _METRES_PER_DEGREE * cos(radians(float(lat.mean())))
    north = (lat - lat.min()) * _METRES_PER_DEGREE
    height = _usual_spacing(east, north) / 2 if row_height_m is None else row_height_m
    southwards: Sequence[int] = np.lexsort((east, -north)).tolist()
    rows: list[list[int]] = []
    for position in southwards:
        if not rows or north[rows[-1][0]] - north[position] >= height > 0:
            rows.append([])
        rows[-1].append(position)
    return [position for row in rows for position in sorted(row, key=lambda member: (east[member], -north[member]))]


def _usual_spacing(east: NDArray[np.float64], north: NDArray[np.float64]) -> float:
    """Median distance to the nearest neighbour, in metres; grids on the very same spot are no neighbours."""
    distances = np.hypot(east[:, None] - east, north[:, None] - north)
    distances[distances == 0] = np.inf
    nearest = distances.min(axis=1)
    return float(np.median(nearest)) if np.isfinite(nearest).all() else 0.0


def _clean(what: str, code: str | int) -> str:
    """The code as plain digits."""
    text = unicodedata.normalize("NFKC", str(code)).strip()
    if not text:
        raise CodeError(f"the {what} is empty")
    for position, letter in enumerate(text, start=1):
        if not "0" <= letter <= "9":
            hint = " (kept as a number by the spreadsheet? set the column to text)" if letter in ".eE+" else ""
            raise CodeError(f"{what} {text!r}: place {position} must be a digit, not {letter!r}{hint}")
    return text


def _digits_of(value: int) -> str:
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise CodeError(f"a code is a whole number above 0, not {value!r}")
    return str(value)


def _check_length(what: str, text: str, length: int) -> None:
    if len(text) != length:
        raise CodeError(f"{what} {text!r} has {len(text)} digits: expected {length}")


def _check_first_digit(what: str, text: str) -> None:
    if text[0] == "0":
        _fail(what, text, 1, 1, "a division code does not begin with 0")


def _check_not_all_zero(what: str, text: str, first: int, last: int, part: str) -> None:
    if not text[first - 1 : last].strip("0"):
        _fail(what, text, first, last, f"{text[first - 1 : last]} names no {part}")


def _fail(what: str, text: str, first: int, last: int, why: str) -> NoReturn:
    place = f"digit {first}" if first == last else f"digits {first}–{last}"
    raise CodeError(f"{what} {text!r}, {place}: {why}")


def _county(county: int) -> int:
    if not 100_000 <= county <= 999_999:
        raise CodeError(f"a county code has 6 digits and does not begin with 0, not {county}")
    return county


def _class(code: int, part: str) -> int:
    if not 1 <= code <= 99:
        raise CodeError(f"a {part} class is 01 to 99, not {code}")
    return code


def _serial(serial: int, most: int, what: str) -> int:
    if not 1 <= serial <= most:
        raise CodeError(f"the serial of a {what} is 1 to {most}, not {serial}")
    return serial
