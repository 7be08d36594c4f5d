"""Writing the foundation: rows are ended and replaced, revisions rise, and only an administrator may."""

from datetime import date

import pytest

from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import ClockKind
from chengge.domain.worktime import Limit, Unit
from chengge.foundation import actions
from chengge.foundation.models import (
    Component,
    Division,
    HandbookRule,
    ProblemClass,
    Responsibility,
    ResponsibilityGrid,
    Revision,
    StageLimit,
)
from chengge.foundation.queries import stage_limit
from chengge.organization.actions import COMMAND_LINE
from tests.factories import GRID_CODES, MANHOLE_CODE, City, build_city

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

TODAY = date(2026, 11, 24)
LONG_AGO = date(2026, 1, 1)
HOURS = Limit(6, Unit.WORK_HOUR)


@pytest.fixture
def city() -> City:
    return build_city()


def values(city: City, **other: object) -> actions.RuleValues:
    given = {"problem_class_id": city.manhole.pk, "condition": "松动", "limit": HOURS, "closing_condition": "牢固"}
    return actions.RuleValues(**(given | other))  # type: ignore[arg-type]


def test_only_an_administrator_writes(city: City) -> None:
    for name in ("operator", "dispatcher", "department", "leader"):
        with pytest.raises(Forbidden):
            actions.save_rule(city.actor(name), None, values(city), TODAY)
    assert actions.save_rule(city.actor("administrator"), None, values(city), TODAY).pk


def test_a_changed_rule_ends_and_begins_again_and_the_old_one_stays_as_it_was(city: City) -> None:
    old = city.missing
    new = actions.save_rule(COMMAND_LINE, old.pk, values(city, condition="缺失，无围护"), TODAY)
    kept = HandbookRule.objects.get(pk=old.pk)
    assert (kept.condition, kept.valid_to) == (old.condition, TODAY)
    assert (new.number, new.valid_from, new.valid_to) == (old.number, TODAY, None)


def test_a_rule_changed_twice_on_one_day_is_still_found_by_what_it_judged(city: City) -> None:
    first = actions.save_rule(COMMAND_LINE, None, values(city), TODAY)
    second = actions.save_rule(COMMAND_LINE, first.pk, values(city, limit=Limit(1, Unit.WORK_DAY)), TODAY)
    first.refresh_from_db()
    assert (first.valid_from, first.valid_to, second.valid_from) == (TODAY, TODAY, TODAY)
    assert first.limit_amount == 6


def test_two_people_who_change_one_rule_do_not_both_win(city: City) -> None:
    actions.save_rule(COMMAND_LINE, city.missing.pk, values(city), TODAY)
    with pytest.raises(NotFound):
        actions.save_rule(COMMAND_LINE, city.missing.pk, values(city), TODAY)
    with pytest.raises(Conflict):
        actions.carry_out(COMMAND_LINE, actions.DatedChange(HandbookRule, TODAY, ended_ids=[city.missing.pk]))


def test_a_number_that_is_taken_and_empty_conditions_are_refused(city: City) -> None:
    with pytest.raises(Refused) as refused:
        actions.save_rule(COMMAND_LINE, None, values(city, number=city.missing.number, area_class=city.missing.area_class), TODAY)
    assert refused.value.field == "number"
    with pytest.raises(Refused) as refused:
        actions.save_rule(COMMAND_LINE, None, values(city, closing_condition=" "), TODAY)
    assert refused.value.field == "closing_condition"


def test_a_new_rule_gets_the_next_number_that_no_rule_ever_had(city: City) -> None:
    added = actions.save_rule(COMMAND_LINE, None, values(city), TODAY)
    actions.end_rule(COMMAND_LINE, added.pk, TODAY)
    assert actions.save_rule(COMMAND_LINE, None, values(city), TODAY).number == added.number + 1


def test_a_row_cannot_end_before_it_begins(city: City) -> None:
    with pytest.raises(Refused) as refused:
        actions.end_rule(COMMAND_LINE, city.missing.pk, date(2025, 1, 1))
    assert refused.value.field == "day"
    assert HandbookRule.objects.get(pk=city.missing.pk).valid_to is None


def test_two_rows_with_one_code_do_not_hold_at_once(city: City) -> None:
    for begin in (actions.carry_out, actions.carry_out_many):
        with pytest.raises(Conflict):
            begin(COMMAND_LINE, actions.DatedChange(Division, TODAY, begun=[Division(code=990101, name="又一个")]))
    assert Division.objects.filter(code=990101, valid_to=None).count() == 1


def test_every_change_raises_its_revision(city: City) -> None:
    before = Revision.objects.get(name="rules").number
    actions.save_rule(COMMAND_LINE, None, values(city), TODAY)
    assert Revision.objects.get(name="rules").number == before + 1


def test_a_responsibility_needs_a_basis_and_takes_kind_and_major_from_its_class(city: City) -> None:
    body = city.organization_id("works")
    with pytest.raises(Refused) as refused:
        actions.save_responsibility(COMMAND_LINE, None, actions.ResponsibilityValues(body, " "), TODAY)
    assert refused.value.field == "basis"
    with pytest.raises(Refused):
        actions.save_responsibility(COMMAND_LINE, None, actions.ResponsibilityValues(body, "清单", major_code="01"), TODAY)
    made = actions.save_responsibility(
        COMMAND_LINE, None, actions.ResponsibilityValues(body, "清单", problem_class_id=city.manhole.pk), TODAY
    )
    assert (made.kind, made.major_code) == ("component", city.manhole.major_code)
    changed = actions.save_responsibility(
        COMMAND_LINE, made.pk, actions.ResponsibilityValues(body, "新清单", problem_class_id=city.manhole.pk), TODAY
    )
    assert Responsibility.objects.get(pk=made.pk).valid_to == TODAY
    actions.end_responsibility(COMMAND_LINE, changed.pk, TODAY)
    with pytest.raises(NotFound):
        actions.end_responsibility(COMMAND_LINE, changed.pk, TODAY)


def test_stage_limits_are_set_for_the_stages_that_no_rule_times(city: City) -> None:
    actions.save_stage_limit(COMMAND_LINE, ClockKind.CHECK, Limit(45, Unit.MINUTE), TODAY)
    assert stage_limit("check", TODAY).amount == 45
    assert stage_limit("check", date(2026, 5, 1)).amount == 30
    same = actions.save_stage_limit(COMMAND_LINE, ClockKind.CHECK, Limit(45, Unit.MINUTE), TODAY)
    assert StageLimit.objects.filter(clock="check").count() == 2
    assert same.amount == 45
    with pytest.raises(Refused):
        actions.save_stage_limit(COMMAND_LINE, ClockKind.HANDLING, Limit(45, Unit.MINUTE), TODAY)


def test_the_usual_stage_limits_fill_what_is_open_and_leave_what_is_set(city: City) -> None:
    StageLimit.objects.exclude(clock="check").delete()
    StageLimit.objects.update(amount=99)
    actions.put_usual_stage_limits(COMMAND_LINE, LONG_AGO)
    assert stage_limit("check", TODAY).amount == 99
    assert {stage_limit(clock.value, TODAY).amount for clock in actions.USUAL_STAGE_LIMITS if clock is not ClockKind.CHECK} == {15, 30}


def test_a_replaced_class_takes_rules_responsibilities_and_components_along(city: City) -> None:
    old = city.manhole
    new = ProblemClass(
        edition=old.edition, kind=old.kind, major_code=old.major_code, major_name=old.major_name, minor_code=old.minor_code, name="给水井盖"
    )
    rules = HandbookRule.objects.filter(problem_class=old, valid_to=None).count()
    begun = actions.replace_class(COMMAND_LINE, old, new, TODAY)
    assert HandbookRule.objects.filter(problem_class=begun, valid_to=None).count() == rules > 0
    assert not HandbookRule.objects.filter(problem_class=old, valid_to=None).exists()
    assert Component.objects.get(code=MANHOLE_CODE).problem_class == begun


def test_a_responsibility_grid_is_given_to_inspectors_and_taken_away(city: City) -> None:
    inspector = city.members["inspector"]
    actions.save_responsibility_grid(COMMAND_LINE, "Z9", "九片", GRID_CODES[:2], [inspector], TODAY)
    actions.save_responsibility_grid(COMMAND_LINE, "Z9", "第九片", GRID_CODES[1:3], [inspector], TODAY)
    grid = ResponsibilityGrid.objects.get(code="Z9")
    assert (grid.name, set(grid.units.values_list("grid_code", flat=True))) == ("第九片", set(GRID_CODES[1:3]))
    with pytest.raises(Refused, match="990101001001009"):
        actions.save_responsibility_grid(COMMAND_LINE, "Z9", "九片", [990101001001009], [], TODAY)
    actions.end_responsibility_grid(COMMAND_LINE, "Z9", TODAY)
    grid.refresh_from_db()
    assert (grid.valid_to, grid.units.count(), grid.inspectors.count()) == (TODAY, 0, 0)
