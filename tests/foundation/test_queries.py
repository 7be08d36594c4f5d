"""What the foundation answers: where a place lies, by which rules it is judged, who answers for it, and why."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from shapely import LineString, box, to_wkb

from chengge import clock
from chengge.domain.errors import NotFound
from chengge.domain.worktime import Limit, Unit
from chengge.foundation.actions import DatedChange, ResponsibilityValues, RuleValues, carry_out, save_responsibility, save_rule
from chengge.foundation.models import BaseMapFeature, Component, HandbookRule, PlaceName, ProblemClass, Responsibility, UnitGrid
from chengge.foundation.queries import (
    Candidate,
    ancestors_of,
    area_class_of,
    candidates,
    classes,
    divisions_tree,
    find_place,
    grid_index,
    handbook,
    locate,
    locate_many,
    rules_of,
    stage_limit,
)
from chengge.organization.actions import COMMAND_LINE
from chengge.organization.models import Organization
from tests.factories import AREA_CLASSES, COMMUNITIES, GRID_CODES, MANHOLE_CODE, STREET, City, build_city

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

TODAY = date(2026, 11, 24)
HOURS_6 = Limit(6, Unit.WORK_HOUR)


@pytest.fixture
def city() -> City:
    return build_city()


# --- Places -----------------------------------------------------------------------------------------------------------------------------


def test_a_place_lies_in_its_grid_with_its_area_class(city: City) -> None:
    for place, code, area_class in zip(city.places, GRID_CODES, AREA_CLASSES, strict=True):
        found = locate(*place)
        assert (found.grid_code, found.area_class) == (code, area_class)
        assert area_class_of(code) == area_class
    nowhere = locate(119.0, 30.0)
    assert (nowhere.grid_code, nowhere.area_class) == (None, "")
    assert locate_many(*zip(*city.places, strict=True)).tolist() == list(GRID_CODES)


def test_the_index_is_kept_until_grids_change(city: City) -> None:
    before = grid_index()
    with CaptureQueriesContext(connection) as queries:
        assert grid_index() is before
    assert len(queries) == 1
    new = UnitGrid(code=990101001002003, polygon=to_wkb(box(120.19, 30.33, 120.191, 30.331)), area_m2=10_000)
    carry_out(COMMAND_LINE, DatedChange(UnitGrid, TODAY, begun=[new]))
    assert locate(120.1905, 30.3305).grid_code == 990101001002003


def test_grids_that_were_rolled_back_are_forgotten(city: City) -> None:
    """A revision number that was never committed may come again with other grids."""
    for code in (990101001002003, 990101001002004):
        savepoint = transaction.savepoint()
        new = UnitGrid(code=code, polygon=to_wkb(box(120.19, 30.33, 120.191, 30.331)), area_m2=10_000)
        carry_out(COMMAND_LINE, DatedChange(UnitGrid, TODAY, begun=[new]))
        assert locate(120.1905, 30.3305).grid_code == code
        transaction.savepoint_rollback(savepoint)
    assert locate(120.1905, 30.3305).grid_code is None


def test_a_grid_of_next_month_holds_from_next_month_on(city: City, pretended_clock: clock.PretendedClock) -> None:
    new = UnitGrid(code=990101001002003, polygon=to_wkb(box(120.19, 30.33, 120.191, 30.331)), area_m2=10_000)
    carry_out(COMMAND_LINE, DatedChange(UnitGrid, date(2026, 12, 1), begun=[new]))
    assert locate(120.1905, 30.3305).grid_code is None
    pretended_clock.set(clock.now().replace(month=12, day=2))
    assert locate(120.1905, 30.3305).grid_code == 990101001002003


def test_places_are_found_by_what_people_say(city: City) -> None:
    BaseMapFeature.objects.create(kind="arterial", name="石祥路", shape=to_wkb(LineString([(120.18, 30.3205), (120.184, 30.3205)])))
    PlaceName.objects.bulk_create([PlaceName(name=name, lon=120.18, lat=30.32) for name in ("华丰农贸市场", "老华丰路口")])
    found = {(place.kind, place.name) for place in find_place("华丰")}
    assert {("place", "华丰农贸市场"), ("place", "老华丰路口"), ("division", "华丰社区")} <= found
    assert find_place("华丰")[0].name.startswith("华丰")
    (road,) = find_place("石祥")
    assert (road.kind, road.grid_code) == ("road", GRID_CODES[1])
    assert find_place("") == []
    assert find_place("不存在的地方") == []


def test_places_are_found_by_code(city: City) -> None:
    (grid,) = find_place(str(GRID_CODES[2]))
    assert (grid.kind, grid.grid_code) == ("grid", GRID_CODES[2])
    assert [place.grid_code for place in find_place("990101001001")] == list(GRID_CODES[:2])
    (component,) = find_place(str(MANHOLE_CODE))
    assert component.kind == "component"
    assert find_place("12") == []
    assert find_place("9" * 30) == []


def test_finding_a_place_asks_few_queries_however_much_there_is(city: City) -> None:
    find_place("路")
    PlaceName.objects.bulk_create([PlaceName(name=f"{number}号路口", lon=120.18, lat=30.32) for number in range(50)])
    with CaptureQueriesContext(connection) as queries:
        assert len(find_place("路", limit=30)) == 30
    assert len(queries) <= 6


def test_the_divisions_stand_one_under_another(city: City) -> None:
    (top,) = divisions_tree(TODAY)
    node = top
    while node.children and len(str(node.code)) < 9:
        node = node.children[0]
    assert node.code == STREET
    assert {child.code for child in node.children} == set(COMMUNITIES)
    assert divisions_tree(date(2025, 1, 1)) == ()


def test_a_grid_lies_in_four_divisions() -> None:
    assert ancestors_of(990101001001002) == (9901, 990101, 990101001, 990101001001)
    assert ancestors_of(None) == ()


# --- Rules ------------------------------------------------------------------------------------------------------------------------------


def test_a_rule_for_the_area_itself_goes_before_the_one_for_any_area(city: City) -> None:
    of_class = city.garbage
    number = 90
    for area, hours in (("", 8), ("A", 2)):
        HandbookRule.objects.create(
            problem_class=of_class,
            number=number,
            condition="堆积",
            area_class=area,
            limit_amount=hours,
            limit_unit="work_hour",
            closing_condition="清除",
            valid_from=date(2026, 1, 1),
        )
    by_area = {area: {rule.number: rule.limit_amount for rule in rules_of(of_class.pk, area, TODAY)}[number] for area in ("A", "B", "")}
    assert by_area == {"A": 2, "B": 8, "": 8}


def test_last_march_is_judged_by_last_marchs_rules(city: City) -> None:
    old = city.rattling
    values = RuleValues(old.problem_class_id, "弹跳", HOURS_6, "不响", number=old.number)
    new = save_rule(COMMAND_LINE, old.pk, values, date(2026, 6, 1))
    of_march = {rule.number: rule.pk for rule in rules_of(old.problem_class_id, "B", date(2026, 3, 1))}
    of_today = {rule.number: rule.pk for rule in rules_of(old.problem_class_id, "B", TODAY)}
    assert (of_march[old.number], of_today[old.number]) == (old.pk, new.pk)


def test_classes_are_found_by_code_and_by_part_of_the_name(city: City) -> None:
    code = city.manhole.code
    assert city.manhole in classes(code, "component", TODAY)
    assert city.manhole in classes(f"{code[:2]} {code[2:]}", day=TODAY)
    assert city.garbage in classes(city.garbage.name[1:3], day=TODAY)
    assert classes(city.garbage.name, "component", TODAY) == []
    assert len(classes(day=TODAY)) == ProblemClass.objects.filter(valid_to=None).count()


def test_the_handbook_of_a_day_comes_whole_in_two_queries(city: City) -> None:
    with CaptureQueriesContext(connection) as queries:
        whole = handbook(TODAY)
        assert sum(len(rules) for _class, rules in whole) == HandbookRule.objects.filter(valid_to=None).count()
    assert len(queries) == 3  # Two of the handbook, one of the count beside it.


def test_a_stage_without_a_limit_says_so(city: City) -> None:
    assert stage_limit("acceptance", TODAY).written() == "15分钟"
    with pytest.raises(NotFound) as refused:
        stage_limit("acceptance", date(2020, 1, 1))
    assert refused.value.hint


# --- Who answers ------------------------------------------------------------------------------------------------------------------------


def codes_of(city: City, **given: object) -> list[str]:
    return [candidate.organization.code for candidate in ranked(city, **given)]  # type: ignore[arg-type]


def ranked(city: City, component: int | None = None, rule: int | None = None, grid: int | None = GRID_CODES[0]) -> list[Candidate]:
    return candidates(city.manhole.pk, rule, grid, component, TODAY)


@pytest.fixture
def nobody_named(city: City) -> City:
    """The tiny city before it has written down who answers for what."""
    HandbookRule.objects.update(organization=None)
    Responsibility.objects.all().delete()
    Component.objects.update(maintaining_body=None, owning_body=None, managing_body=None)
    return city


def test_without_anything_written_down_the_territory_answers(nobody_named: City) -> None:
    (only,) = ranked(nobody_named)
    assert only.organization.code == "T01"
    assert "石桥街道办事处" in only.basis
    assert ranked(nobody_named, grid=None) == []


def test_the_four_bases_come_in_their_order(nobody_named: City) -> None:
    city = nobody_named
    sanitation, works = city.organizations["sanitation"], city.organizations["works"]
    park = Organization.objects.create(
        code="D03", name="园林", short_name="园林", kind="department", level=2, calendar=city.calendar, valid_from=date(2026, 1, 1)
    )
    HandbookRule.objects.filter(pk=city.missing.pk).update(organization=sanitation)
    save_responsibility(COMMAND_LINE, None, ResponsibilityValues(works.pk, "权属清单", problem_class_id=city.manhole.pk), date(2026, 2, 1))
    Component.objects.filter(code=MANHOLE_CODE).update(maintaining_body=park)
    assert codes_of(city, component=MANHOLE_CODE, rule=city.missing.pk) == ["D03", "D01", "D02", "T01"]
    bases = [candidate.basis for candidate in ranked(city, component=MANHOLE_CODE, rule=city.missing.pk)]
    assert "Maintains the component" in bases[0]
    assert "权属清单" in bases[1]
    assert city.missing.condition in bases[2]
    scores = [candidate.score for candidate in ranked(city, component=MANHOLE_CODE, rule=city.missing.pk)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


def test_of_named_bodies_the_one_for_the_class_goes_first_then_the_nearer_area(nobody_named: City) -> None:
    city = nobody_named
    day = date(2026, 2, 1)
    works, sanitation = city.organization_id("works"), city.organization_id("sanitation")
    save_responsibility(COMMAND_LINE, None, ResponsibilityValues(sanitation, "街道全包", division_code=STREET), day)
    assert codes_of(city)[0] == "D02"
    save_responsibility(COMMAND_LINE, None, ResponsibilityValues(works, "井盖全区", problem_class_id=city.manhole.pk), day)
    assert codes_of(city)[:2] == ["D01", "D02"]
    save_responsibility(
        COMMAND_LINE,
        None,
        ResponsibilityValues(sanitation, "井盖本社区", problem_class_id=city.manhole.pk, division_code=990101001001),
        day,
    )
    assert codes_of(city)[:2] == ["D02", "D01"]
    assert codes_of(city, grid=GRID_CODES[2])[:2] == ["D01", "D02"]


def test_a_section_answers_through_its_department(nobody_named: City) -> None:
    city = nobody_named
    section = city.organizations["works_section"]
    save_responsibility(COMMAND_LINE, None, ResponsibilityValues(section.pk, "分工", problem_class_id=city.manhole.pk), date(2026, 2, 1))
    first = ranked(city)[0]
    assert (first.organization.code, first.through) == ("D01", section)


def test_a_responsibility_for_one_owner_holds_for_that_owners_components_only(nobody_named: City) -> None:
    city = nobody_named
    owner, works = city.organizations["sanitation"], city.organization_id("works")
    values = ResponsibilityValues(works, "代管协议", problem_class_id=city.manhole.pk, owning_body_id=owner.pk)
    save_responsibility(COMMAND_LINE, None, values, date(2026, 2, 1))
    assert "D01" not in codes_of(city, component=MANHOLE_CODE)
    Component.objects.filter(code=MANHOLE_CODE).update(owning_body=owner)
    assert codes_of(city, component=MANHOLE_CODE)[:2] == ["D02", "D01"]


def test_an_organization_that_has_ended_answers_for_nothing(nobody_named: City) -> None:
    city = nobody_named
    Organization.objects.filter(code="T01").update(valid_to=date(2026, 6, 1))
    assert ranked(city) == []


def test_asking_who_answers_takes_few_queries_however_many_are_named(nobody_named: City) -> None:
    city = nobody_named
    for number in range(10):
        body = Organization.objects.create(
            code=f"X{number}",
            name=f"单位{number}",
            short_name="x",
            kind="department",
            level=2,
            calendar=city.calendar,
            valid_from=date(2026, 1, 1),
        )
        save_responsibility(COMMAND_LINE, None, ResponsibilityValues(body.pk, "清单", division_code=STREET), date(2026, 2, 1))
    ranked(city)  # a process reads once what is written down for the day
    with CaptureQueriesContext(connection) as queries:
        assert len(ranked(city, component=MANHOLE_CODE)) == 11
    assert len(queries) <= 6
