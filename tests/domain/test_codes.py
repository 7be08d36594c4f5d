"""Codes of divisions, unit grids, components, event types and cases."""

import csv
from contextlib import suppress
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengge.domain.codes import (
    CaseNumber,
    CodeError,
    ComponentCode,
    DivisionCode,
    EventTypeCode,
    GridCode,
    Level,
    code_range,
    number_grids,
)

COUNTIES = st.integers(110101, 999999).filter(lambda code: str(code)[2:4] != "00")
PARTS = st.integers(1, 999)
CLASSES = st.integers(1, 99)
SERIALS = st.integers(1, 999_999)
COMMUNITIES = st.builds(lambda county, street, community: DivisionCode((county * 1000 + street) * 1000 + community), COUNTIES, PARTS, PARTS)


# Divisions


def test_a_community_lies_in_its_street_district_city_and_province():
    community = DivisionCode.parse("320508019044")
    above = []
    division = community.parent
    while division:
        above.append((division.text, division.level))
        division = division.parent
    assert above == [("320508019", Level.STREET), ("320508", Level.DISTRICT), ("3205", Level.CITY), ("32", Level.PROVINCE)]
    assert DivisionCode.parse(3205).holds(community)
    assert not DivisionCode.parse(3206).holds(community)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("330100", "3301"), ("330000", "33"), ("330102000000", "330102"), ("330102001000", "330102001"), ("３３０１０２", "330102")],
)
def test_a_code_filled_up_with_zeros_is_what_it_stands_for(written, meant):
    assert DivisionCode.parse(written).text == meant


def test_a_street_of_a_city_without_districts_lies_in_the_city():
    assert DivisionCode.parse("441900003").parent == DivisionCode.parse("4419")


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("", "is empty"),
        ("3205O8", "place 5 must be a digit, not 'O'"),
        ("32050", "has 5 digits: expected 2"),
        ("020508", "digit 1: a division code does not begin with 0"),
        ("330102000001", "digits 7–9: 000 names no street"),
        ("330000001", "digits 3–4: 00 names no city"),
        ("3.20508E+11", "place 2 must be a digit, not '.' .kept as a number by the spreadsheet"),
    ],
)
def test_a_division_code_at_fault_is_told_where(written, says):
    with pytest.raises(CodeError, match=says):
        DivisionCode.parse(written)


def test_every_real_division_code_is_read(shared_data):
    with (shared_data / "divisions" / "streets.csv").open(encoding="utf-8") as file:
        streets = [row["code"] for row in csv.DictReader(file)]
    with (shared_data / "divisions" / "villages_3301_3302_3212.csv").open(encoding="utf-8") as file:
        communities = [row["code"] for row in csv.DictReader(file)]
    assert {DivisionCode.parse(code).level for code in communities} == {Level.COMMUNITY}
    no_streets = [code for code in streets if DivisionCode.parse(code).level is not Level.STREET]
    assert no_streets == ["350527000"]  # a county written as its own street
    assert all(GridCode.of(DivisionCode.parse(code), 1).text == f"{code}001" for code in communities)


# Unit grids


def test_a_grid_code_tells_its_community_and_serial():
    grid = GridCode.parse("320508019044001")
    assert (grid.value, grid.serial, grid.text) == (320508019044001, 1, "320508019044001")
    assert (grid.community.text, grid.street.text, grid.district.text) == ("320508019044", "320508019", "320508")


def test_an_older_grid_code_of_fourteen_digits_is_filled_up():
    assert GridCode.parse("32050801904401") == GridCode.parse("320508019044001")


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("SQ-3-2", "place 1 must be a digit, not 'S'"),
        ("3205080190440", "has 13 digits: expected 15, or 14 in the older form"),
        ("320508019044000", "digits 13–15: 000 names no serial"),
        ("320508019000001", "digits 10–12: 000 names no community"),
        ("32050801904400x", "place 15"),
        ("320508019044001.0", "place 16.*spreadsheet"),
    ],
)
def test_a_grid_code_at_fault_is_told_where(written, says):
    with pytest.raises(CodeError, match=says):
        GridCode.parse(written)


def test_a_grid_lies_in_a_community_and_nowhere_else():
    with pytest.raises(CodeError, match=r"not in the street 320508019"):
        GridCode.of(DivisionCode.parse("320508019"), 1)
    with pytest.raises(CodeError, match="1 to 999, not 1000"):
        GridCode.of(DivisionCode.parse("320508019044"), 1000)


@given(COMMUNITIES, PARTS)
def test_a_grid_code_is_read_back_as_it_was_made(community, serial):
    grid = GridCode.of(community, serial)
    assert GridCode.parse(grid.text) == GridCode.parse(grid.value) == grid
    assert (grid.community, grid.serial) == (community, serial)
    assert grid.value < 2**53


@given(COMMUNITIES, PARTS, COMMUNITIES, st.sampled_from([2, 4, 6, 9, 12]))
def test_the_range_of_a_division_holds_its_own_grids_and_no_others(community, serial, other, digits):
    division = DivisionCode(int(other.text[:digits]))
    grid = GridCode.of(community, serial)
    low, high = code_range(division)
    assert (low <= grid.value < high) == grid.text.startswith(division.text) == division.holds(grid)
    own_low, own_high = code_range(community)
    assert own_low < grid.value < own_high
    assert own_high - own_low == 1000


def test_ranges_of_every_level():
    assert code_range("320508019044") == (320508019044000, 320508019045000)
    assert code_range(320508019) == (320508019000000, 320508020000000)
    assert code_range("320508") == (320508000000000, 320509000000000)
    assert code_range("3205") == (320500000000000, 320600000000000)
    assert code_range("32") == (320000000000000, 330000000000000)


# Components, event types, cases


def test_the_first_water_cover_of_a_county():
    cover = ComponentCode.parse("3205080101000001")
    assert (cover.county, cover.major, cover.minor, cover.serial) == (320508, 1, 1, 1)
    assert ComponentCode.of(320508, 1, 1, 1) == cover


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("320508010100000", "has 15 digits: expected 16"),
        ("3205080001000001", "digits 7–8: 00 names no major class"),
        ("3205080100000001", "digits 9–10: 00 names no minor class"),
        ("3205080101000000", "digits 11–16: 000000 names no serial"),
        ("0205080101000001", "digit 1"),
    ],
)
def test_a_component_code_at_fault_is_told_where(written, says):
    with pytest.raises(CodeError, match=says):
        ComponentCode.parse(written)


@given(COUNTIES, CLASSES, CLASSES, SERIALS)
def test_component_and_event_type_codes_are_read_back_as_they_were_made(county, major, minor, serial):
    component = ComponentCode.of(county, major, minor, serial)
    assert ComponentCode.parse(component.text) == component
    assert (component.county, component.major, component.minor, component.serial) == (county, major, minor, serial)
    assert component.value < 2**63
    event_type = EventTypeCode.of(county, major, minor)
    assert EventTypeCode.parse(event_type.text) == event_type
    assert (event_type.county, event_type.major, event_type.minor) == (county, major, minor)


def test_a_case_number_is_read_with_blanks_between_its_parts():
    number = CaseNumber.parse("20261121 990101 000318")
    assert number == CaseNumber(date(2026, 11, 21), 990101, 318)
    assert str(number) == "20261121990101000318"


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("20261321990101000318", "digits 1–8: 20261321 is no day"),
        ("20261121090101000318", "digit 9"),
        ("20261121990101000000", "digits 15–20: 000000 names no serial"),
        ("2026112199010100031", "has 19 digits: expected 20"),
    ],
)
def test_a_case_number_at_fault_is_told_where(written, says):
    with pytest.raises(CodeError, match=says):
        CaseNumber.parse(written)


CASE_NUMBERS = st.builds(CaseNumber, st.dates(date(1900, 1, 1), date(9999, 12, 31)), COUNTIES, SERIALS)


@given(CASE_NUMBERS, CASE_NUMBERS)
def test_case_numbers_are_read_back_and_keep_their_order_as_whole_numbers(number, other):
    assert CaseNumber.parse(number.text) == CaseNumber.of_value(number.value) == number
    assert number.value < 2**63
    assert (number.value < other.value) == (number.text < other.text) == (number < other)


@given(st.integers(-(10**21), 10**21) | st.text(max_size=22))
def test_whatever_is_typed_is_read_or_refused_but_never_a_crash(typed):
    for kind in (DivisionCode, GridCode, ComponentCode, EventTypeCode, CaseNumber):
        with suppress(CodeError):
            assert kind.parse(str(typed)).text.isdecimal()


# Numbering


def test_grids_are_numbered_west_to_east_and_rows_north_to_south():
    lons = [120.002, 120.000, 120.001, 120.001, 120.000, 120.002]
    lats = [30.0009, 30.0001, 30.0011, 30.0000, 30.0010, 30.0000]
    assert number_grids(lons, lats) == [4, 2, 0, 1, 3, 5]


def test_one_grid_or_none_is_numbered_too():
    assert number_grids([], []) == []
    assert number_grids([120.0], [30.0]) == [0]
    assert number_grids([120.0, 120.0], [30.0, 30.0]) == [0, 1]


def test_more_grids_than_serials_are_refused():
    with pytest.raises(CodeError, match="999 grids, not for 1000"):
        number_grids([120.0] * 1000, [30.0] * 1000)
    with pytest.raises(CodeError, match="as many longitudes as latitudes"):
        number_grids([120.0], [30.0, 30.1])


@given(columns=st.integers(1, 9), rows=st.integers(1, 9), seed=st.integers(0, 2**32 - 1))
def test_a_shaken_chessboard_is_numbered_as_one_reads_it_in_whatever_order_it_comes(columns, rows, seed):
    random = np.random.default_rng(seed)
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    lon = 120 + (x.ravel() + random.uniform(-0.1, 0.1, x.size)) * 0.001
    lat = 30 - (y.ravel() + random.uniform(-0.1, 0.1, x.size)) * 0.0009
    shuffled = random.permutation(x.size)
    order = number_grids(lon[shuffled], lat[shuffled])
    assert shuffled[order].tolist() == list(range(x.size))
