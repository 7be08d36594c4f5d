"""The trial on real data: three streets of Hangzhou and a real city's handbook, through the importers."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import shapely
from django.db import transaction
from django.utils.translation import override
from pytest_django import DjangoDbBlocker

from chengge.domain.codes import GridCode
from chengge.exchange.importers import Options, Plan, Severity, plan
from chengge.exchange.importers.class_tables import read_class_table
from chengge.foundation.models import Component, Division, HandbookRule, ProblemClass, UnitGrid
from chengge.foundation.queries import candidates, find_place, grid_index, locate, rules_of
from tests.exchange.hangzhou import CLASS_MAP, COUNTY, MEMBERS, SINCE, Hangzhou, import_hangzhou, written

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def district(shared_data: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Hangzhou]:
    """The imported district, kept for all tests of this file and taken away after them."""
    with django_db_blocker.unblock(), transaction.atomic(), override("en"):
        yield import_hangzhou(shared_data)
        transaction.set_rollback(True)


def notices(made: Plan, part: str) -> list[str]:
    return [fault.value for fault in made.faults if part in fault.message]


def test_streets_and_communities_are_matched_by_name_and_the_one_without_a_border_is_named(district: Hangzhou) -> None:
    communities = district.plans["community_borders"]
    assert (communities.counts.read, communities.counts.refused) == (48, 0)
    bordered = Division.objects.filter(valid_to=None, polygon__isnull=False)
    assert bordered.filter(code__gte=10**11).count() == 34
    assert bordered.filter(code__gte=10**8, code__lt=10**9).count() == 3
    assert any("330105019010 华锦社区" in note for note in communities.notes)


def test_every_grid_gets_a_standard_code_inside_its_community(district: Hangzhou) -> None:
    assert district.plans["grids"].counts.new == 171
    grids = UnitGrid.objects.filter(valid_to=None)
    assert grids.count() == 171
    borders = {
        row.code: shapely.from_wkb(bytes(row.polygon)) for row in Division.objects.filter(valid_to=None, code__gte=10**11) if row.polygon
    }
    for grid in grids:
        border = borders[GridCode(grid.code).community.value]
        polygon = shapely.from_wkb(bytes(grid.polygon))
        assert border.intersection(polygon).area > 0.5 * polygon.area
        assert grid.other_code


def test_the_import_says_which_own_codes_repeat_and_which_polygon_was_invalid(district: Hangzhou) -> None:
    grids = district.plans["grids"]
    assert any("SQ-2-2 ×5" in note and "19" in note and "49" in note for note in grids.notes)
    mended = [fault for fault in grids.faults if fault.severity is Severity.MENDED]
    assert [fault.row for fault in mended] == [135]
    assert mended[0].lon == pytest.approx(120.168, abs=0.01)


def test_grids_are_numbered_from_one_without_a_gap_in_each_community(district: Hangzhou) -> None:
    serials: dict[int, list[int]] = {}
    for code in UnitGrid.objects.order_by("code").values_list("code", flat=True):
        serials.setdefault(code // 1000, []).append(code % 1000)
    assert all(found == list(range(1, len(found) + 1)) for found in serials.values())
    assert len(serials) == 34


def test_all_facilities_become_components_of_the_mapped_classes(district: Hangzhou) -> None:
    assert district.plans["components"].counts.new == 435
    names = dict.fromkeys(("公共厕所", "公交站亭", "非机动车停放点"), 0)
    for name in Component.objects.values_list("problem_class__name", flat=True):
        names[name] += 1
    assert names == {"公共厕所": 93, "公交站亭": 117, "非机动车停放点": 225}
    assert Component.objects.filter(grid_code=None).count() == 20
    assert len(notices(district.plans["components"], "no unit grid")) == 20
    assert Component.objects.filter(code__gte=3301050301000001, code__lte=3301050301000093).count() == 93


def test_the_real_handbook_comes_in_with_all_its_519_rows(district: Hangzhou) -> None:
    handbook = district.plans["handbook"]
    assert (handbook.counts.new, handbook.counts.refused) == (519, 0)
    units: dict[str, int] = {}
    for amount, unit in HandbookRule.objects.values_list("limit_amount", "limit_unit"):
        units[f"{amount} {unit}"] = units.get(f"{amount} {unit}", 0) + 1
    # Source of the expected spread: the facts about this handbook that came with it.
    assert units["1 work_day"] == 143
    assert units["5 work_day"] == 86
    assert units["3 work_day"] == 84
    assert units["2 work_day"] == 82
    assert units["4 work_hour"] == 39
    assert units["2 urgent_hour"] == 32
    assert units["2 work_hour"] == 22
    assert sum(units.values()) == 519


def test_a_condition_merged_over_rows_is_one_rule_and_a_merged_body_answers_for_every_row(district: Hangzhou) -> None:
    # In the sheet, seven rows: two of one class, then two conditions merged over two and three rows.
    assert HandbookRule.objects.filter(problem_class__name="违规小产权房").count() == 2
    assert HandbookRule.objects.filter(problem_class__name="违法农村自建房").count() == 2
    manhole = HandbookRule.objects.filter(problem_class__name="上水井盖").order_by("number")
    assert [rule.number for rule in manhole] == [1, 2, 3, 4]
    assert {rule.responsible_body for rule in manhole} == {manhole[0].responsible_body}
    assert manhole[0].responsible_body


def test_a_second_import_of_everything_changes_nothing(district: Hangzhou, shared_data: Path, tmp_path: Path) -> None:
    again = {
        "streets": ("divisions", shared_data / "divisions" / "streets.csv", {"within": (COUNTY,)}),
        "borders": ("boundaries", shared_data / "hangzhou" / "communities.geojson", {"within": (COUNTY,)}),
        "grids": ("grids", shared_data / "hangzhou" / "grids.geojson", {}),
        "handbook": ("handbook", shared_data / "standards" / "handbook_city.xlsx", {}),
        "roads": ("base-map", shared_data / "hangzhou" / "roads_main.geojson", {"feature": "arterial"}),
        "components": (
            "components",
            shared_data / "hangzhou" / "public_facilities.geojson",
            {"class_field": "类别", "class_map": read_class_table(written(tmp_path / "map.csv", CLASS_MAP)), "county": str(COUNTY)},
        ),
    }
    for kind, file, options in again.values():
        made = plan(kind, file, Options.parse({"day": TODAY, **options}))
        assert made.changes_nothing, kind
        assert made.counts.refused == 0, kind


def test_a_bus_stop_is_found_located_and_its_answerable_body_explained(district: Hangzhou) -> None:
    stop = Component.objects.filter(problem_class__name="公交站亭", grid_code__isnull=False).order_by("code").first()
    assert stop is not None
    assert locate(stop.lon, stop.lat).grid_code == stop.grid_code
    assert find_place(str(stop.code))[0].grid_code == stop.grid_code
    rule = rules_of(stop.problem_class_id, "B", TODAY)[0]
    ranked = candidates(stop.problem_class_id, rule.pk, stop.grid_code, stop.code, TODAY)
    assert ranked[0].organization.code == "D03"
    assert "公交设施权属清单" in ranked[0].basis
    assert ranked[-1].organization.kind == "territory"


def test_rules_and_classes_hold_since_the_day_that_was_given(district: Hangzhou) -> None:
    assert set(HandbookRule.objects.values_list("valid_from", flat=True)) == {SINCE}
    assert ProblemClass.objects.filter(valid_to=None).count() == 242
    assert len(grid_index()) == 171


def test_everybody_has_a_first_password_and_the_posts_of_one_axis(district: Hangzhou) -> None:
    assert len(set(district.passwords.values())) == len(MEMBERS) - 1
    member = district.member("dispatcher")
    assert member.check_password(district.passwords["dispatcher"])
    assert district.actor("dispatcher").axis.value == "command"
