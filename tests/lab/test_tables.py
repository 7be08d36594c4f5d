"""The catalogue, handbook, organizations and frequencies that the lab ships, in our own words."""

import csv
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from chengge.foundation.models import HandbookRule, LimitUnit
from chengge.lab.handbook import TERRITORY, rows_of

Key = tuple[str, str]


def classes() -> set[Key]:
    return {(row["kind"], row["major_code"] + row["minor_code"]) for row in rows_of("catalogue")}


def conditions() -> dict[Key, list[dict[str, str]]]:
    found: dict[Key, list[dict[str, str]]] = defaultdict(list)
    for row in rows_of("handbook"):
        found[row["kind"], row["major_code"] + row["minor_code"]].append(row)
    return found


def test_the_handbook_covers_every_class_of_the_catalogue_and_no_other() -> None:
    assert set(conditions()) == classes()


def test_every_class_has_one_to_four_conditions_that_count_from_one() -> None:
    for key, rows in conditions().items():
        numbers = sorted({int(row["number"]) for row in rows})
        assert numbers == list(range(1, len(numbers) + 1)), key
        assert len(numbers) <= 4, key


def test_a_condition_with_limits_by_area_has_all_three() -> None:
    for key, rows in conditions().items():
        areas = defaultdict(set)
        for row in rows:
            areas[row["number"]].add(row["area_class"])
        assert all(found in ({""}, {"A", "B", "C"}) for found in areas.values()), key


def test_a_busier_area_is_never_given_more_time() -> None:
    hours = {"minute": 1 / 60, "urgent_hour": 1, "work_hour": 3, "urgent_day": 24, "work_day": 24, "natural_day": 24}
    for key, rows in conditions().items():
        by_number: dict[str, dict[str, float]] = defaultdict(dict)
        for row in rows:
            by_number[row["number"]][row["area_class"]] = int(row["limit_amount"]) * hours[row["limit_unit"]]
        for limits in by_number.values():
            if "A" in limits:
                assert limits["A"] <= limits["B"] <= limits["C"], key


def test_the_rows_fit_the_tables_they_are_for() -> None:
    most = {name: HandbookRule._meta.get_field(name).max_length for name in ("condition", "closing_condition", "evidence_wanted")}
    for row in rows_of("handbook"):
        assert row["limit_unit"] in LimitUnit.values
        assert int(row["limit_amount"]) > 0
        assert all(0 < len(row[name]) <= length for name, length in most.items() if length)


def test_limits_are_spread_as_cities_spread_them() -> None:
    spread = Counter((row["limit_amount"], row["limit_unit"]) for row in rows_of("handbook"))
    assert spread.most_common(1)[0][0] == ("1", "work_day")
    assert {
        ("1", "urgent_hour"),
        ("2", "urgent_hour"),
        ("2", "work_hour"),
        ("4", "work_hour"),
        ("3", "work_day"),
        ("7", "work_day"),
    } <= set(spread)


def test_dangers_are_urgent_and_run_by_night() -> None:
    urgent = [row for row in rows_of("handbook") if row["urgent"] == "1"]
    assert len(urgent) > 30
    assert sum(row["limit_unit"] in ("urgent_hour", "urgent_day", "work_hour") for row in urgent) / len(urgent) == 1


def test_every_responsible_body_exists() -> None:
    bodies = {row["code"]: row for row in rows_of("organizations")}
    named = {row["organization"] for row in rows_of("handbook")} - {TERRITORY}
    assert named <= set(bodies)
    assert all(bodies[code]["level"] == "2" for code in named)


def test_organizations_hang_together_level_by_level() -> None:
    bodies = {row["code"]: row for row in rows_of("organizations")}
    for row in bodies.values():
        if row["parent"]:
            assert int(bodies[row["parent"]]["level"]) < int(row["level"])
    assert sum(row["level"] == "2" for row in bodies.values()) == 28  # and eight street offices make 36


def test_city_extensions_count_down_from_99_and_all_else_is_national() -> None:
    for row in rows_of("catalogue"):
        assert (row["city_extension"] == "1") == (int(row["minor_code"]) >= 90)


def test_frequencies_are_known_for_every_class() -> None:
    assert {(row["kind"], row["code"]) for row in rows_of("problems")} == classes()
    assert all(float(row["weight"]) > 0 for row in rows_of("problems"))


@pytest.mark.parametrize(("kind", "name"), [("component", "components_gbt30428"), ("event", "events_gbt30428")])
def test_codes_and_names_are_those_of_the_national_catalogue(shared_data: Path, kind: str, name: str) -> None:
    with (shared_data / "standards" / f"{name}.csv").open(encoding="utf-8") as table:
        national = {row["major_code"] + row["minor_code"]: row["minor_name"] for row in csv.DictReader(table) if row["national"] == "Y"}
    ours = {
        row["major_code"] + row["minor_code"]: row["name"]
        for row in rows_of("catalogue")
        if row["kind"] == kind and row["city_extension"] == "0"
    }
    assert ours == national


def test_the_handbook_is_written_in_our_own_words(shared_data: Path) -> None:
    """No sentence of a real city's handbook stands in ours; what short words like “外观不洁” say, anybody would say so."""
    with (shared_data / "standards" / "handbook_rows.csv").open(encoding="utf-8") as table:
        theirs = {row["filing_condition"].strip("。 ") for row in csv.DictReader(table)}
    ours = {row["condition"] for row in rows_of("handbook")}
    assert not ours & {sentence for sentence in theirs if len(sentence) > 8}
