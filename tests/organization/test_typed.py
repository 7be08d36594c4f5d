"""What people type is understood or refused with the field, the value and what to do."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from chengge.domain.errors import Refused
from chengge.organization import typed

READERS = (typed.whole, typed.number, typed.longitude, typed.latitude, typed.metres, typed.day, typed.moment)


@pytest.mark.parametrize("read", READERS)
def test_nothing_typed_is_nothing(read) -> None:
    assert [read(form, "value") for form in (QueryDict(""), QueryDict("value="), QueryDict("value=+%00"))] == [None] * 3


@pytest.mark.parametrize(
    ("read", "written", "meant"),
    [
        (typed.whole, " 12 ", 12),
        (typed.whole, str(2**63 - 1), 2**63 - 1),
        (typed.number, "0.10", Decimal("0.10")),
        (typed.number, "-3", Decimal(-3)),
        (typed.longitude, "-180", -180.0),
        (typed.latitude, "30.25", 30.25),
        (typed.metres, "0", 0.0),
        (typed.day, "2026-11-24", date(2026, 11, 24)),
        (typed.moment, "2026-11-24T14:00", datetime(2026, 11, 24, 6, tzinfo=UTC)),
        (typed.moment, "2026-11-24 14:00+00:00", datetime(2026, 11, 24, 14, tzinfo=UTC)),
    ],
)
def test_what_can_be_meant_is_read(read, written: str, meant: object) -> None:
    assert read({"value": written}, "value") == meant


@pytest.mark.parametrize(
    ("read", "written"),
    [
        (typed.whole, "-1"),
        (typed.whole, "1.0"),
        (typed.whole, "١٢"),
        (typed.whole, str(2**63)),
        (typed.whole, "9" * 5000),
        (typed.number, "viel"),
        (typed.number, "nan"),
        (typed.number, "1e999999999999"),
        (typed.longitude, "180.1"),
        (typed.longitude, "inf"),
        (typed.latitude, "90.5"),
        (typed.latitude, "north"),
        (typed.metres, "-1"),
        (typed.metres, "1e9"),
        (typed.day, "24.11.2026"),
        (typed.day, "0001-01-01"),
        (typed.day, "2026-02-30"),
        (typed.moment, "noon"),
        (typed.moment, "9999-12-31 23:59"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_field_and_value_with_what_to_do(read, written: str) -> None:
    with pytest.raises(Refused) as refusal:
        read({"value": written}, "value")
    assert refusal.value.field == "value"
    assert f"“{written[:40]}”" in refusal.value.message
    assert refusal.value.hint


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(written: str) -> None:
    for read in READERS:
        try:
            read({"value": written}, "value")
        except Refused:
            continue


def test_a_day_that_must_be_there_is_asked_for() -> None:
    with pytest.raises(Refused) as refusal:
        typed.day_needed({"begin": " "}, "begin")
    assert refusal.value.field == "begin"


def test_numbers_and_words_come_one_by_one_or_in_a_row() -> None:
    form = QueryDict("unit=1&unit=2%2C3%0A4&unit=&words=a%2C%20b%E3%80%81c")
    assert typed.wholes(form, "unit") == [1, 2, 3, 4]
    assert typed.words(form, "words") == ["a", "b", "c"]
    assert (typed.wholes(form, "none"), typed.words(form, "none")) == ([], [])
    with pytest.raises(Refused, match="x"):
        typed.wholes(QueryDict("unit=1,x"), "unit")


@pytest.mark.parametrize("written", [None, "", " 7", "7 ", "-7", "+7", "7.0", "²", "１２", "٣", "9" * 19, "7\0", "id"])
def test_what_is_no_id_names_nothing(written: str | None) -> None:
    assert typed.id_in(written) is None


@given(st.text(max_size=30))
def test_whatever_an_address_holds_names_an_id_or_nothing(written: str) -> None:
    found = typed.id_in(written)
    assert found is None or 0 <= found <= typed.MOST_WHOLE


@given(st.integers(0, 10**18 - 1))
def test_an_id_is_read_as_it_is_written(number: int) -> None:
    assert typed.id_in(str(number)) == number
