"""Who answers: what goes before what, whatever the order in which it was written down."""

import random

from hypothesis import given
from hypothesis import strategies as st

from chengge.domain.responsibility import ClassOf, Ground, Named, Register, Ruled, Scope, ancestors_of

MANHOLE = ClassOf(7, "component", "01")
GRID = 990101_001_001_001
COMMUNITY, STREET, DISTRICT, CITY = 990101001001, 990101001, 990101, 9901
LAMP = 9901010204000001
# Platforms 1 to 9; 11 to 19 are their sections; 90 has ended.
PLATFORMS = {number: number for number in range(1, 10)} | {10 + number: number for number in range(1, 10)}


def register(*, named=(), ruled=(), handbook=(), territories=()) -> Register:
    made = Register(PLATFORMS)
    made.name(named)
    made.rule(ruled)
    made.write_in_handbook(handbook)
    made.settle(territories)
    return made


def grounds(made: Register, **asked) -> list[tuple[int, Ground]]:
    return [(claim.platform_id, claim.ground) for claim in made.claims(MANHOLE, grid_code=GRID, **asked)]


def test_the_divisions_above_a_grid_go_from_the_city_to_the_community():
    assert ancestors_of(GRID) == (CITY, DISTRICT, STREET, COMMUNITY)
    assert ancestors_of(None) == ()


def test_what_was_ruled_goes_before_the_component_then_the_named_then_the_handbook_then_the_territory():
    made = register(
        named=[Named(1, 3, Scope(class_id=7))],
        ruled=[Ruled(2, 1, Scope(class_id=7), grid_codes=frozenset({GRID}))],
        handbook=[(5, 7, 4)],
        territories=[(8, STREET)],
    )
    assert grounds(made, bodies=(2, None, None)) == [
        (1, Ground.RULING),
        (2, Ground.MAINTAINS),
        (3, Ground.NAMED),
        (4, Ground.HANDBOOK),
        (8, Ground.TERRITORY),
    ]


def test_a_ruling_about_the_component_goes_before_one_about_its_grid_and_that_before_one_about_the_street():
    component = Ruled(1, 1, Scope(), component_codes=frozenset({LAMP}))
    grid = Ruled(2, 2, Scope(class_id=7), grid_codes=frozenset({GRID}))
    street = Ruled(3, 3, Scope(class_id=7), division_code=STREET)
    for ruled in ([component, grid, street], [street, grid, component]):
        assert [platform for platform, _ground in grounds(register(ruled=ruled), component_code=LAMP)] == [1, 2, 3]


def test_of_two_rulings_about_the_same_the_newer_holds():
    older = Ruled(9, 1, Scope(class_id=7), grid_codes=frozenset({GRID}), order=100)
    newer = Ruled(8, 2, Scope(class_id=7), grid_codes=frozenset({GRID}), order=200)
    assert grounds(register(ruled=[newer, older])) == [(2, Ground.RULING)]


def test_a_ruling_says_nothing_about_other_classes_and_other_grids():
    made = register(ruled=[Ruled(1, 1, Scope(class_id=8), grid_codes=frozenset({GRID})), Ruled(2, 2, Scope(), grid_codes=frozenset({1}))])
    assert grounds(made) == []


def test_a_section_answers_through_its_platform_and_who_has_ended_does_not():
    made = register(named=[Named(1, 13, Scope(class_id=7)), Named(2, 90, Scope(class_id=7))])
    (claim,) = made.claims(MANHOLE, grid_code=GRID)
    assert (claim.organization_id, claim.platform_id) == (13, 3)


def test_a_rule_of_the_handbook_speaks_alone_once_the_case_is_judged_by_it():
    made = register(handbook=[(5, 7, 4), (6, 7, 5)])
    assert grounds(made) == [(4, Ground.HANDBOOK), (5, Ground.HANDBOOK)]
    assert grounds(made, rule_id=6) == [(5, Ground.HANDBOOK)]


SCOPES = st.sampled_from([Scope(class_id=7), Scope(class_id=8), Scope(kind="component", major_code="01"), Scope(kind="component"), Scope()])
AREAS = st.sampled_from([None, CITY, DISTRICT, STREET, COMMUNITY, 990102])
NAMED = st.builds(Named, st.integers(1, 10**6), st.integers(1, 20), SCOPES, AREAS, st.sampled_from([None, 2, 3]))


@given(st.lists(NAMED, max_size=12, unique_by=lambda row: row.id), st.randoms())
def test_each_platform_claims_once_by_its_best_ground_in_falling_order_however_the_rows_come(
    rows: list[Named], chance: random.Random
) -> None:
    claims = register(named=rows, territories=[(8, STREET)]).claims(MANHOLE, grid_code=GRID, bodies=(None, 2, None))
    assert len({claim.platform_id for claim in claims}) == len(claims)
    scores = [claim.score for claim in claims]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    mixed = chance.sample(rows, len(rows))
    again = register(named=mixed, territories=[(8, STREET)]).claims(MANHOLE, grid_code=GRID, bodies=(None, 2, None))
    assert [(claim.platform_id, claim.score) for claim in again] == [(claim.platform_id, claim.score) for claim in claims]
