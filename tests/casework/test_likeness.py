"""Cases that may be the same problem as one that is reported."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chengge.casework.models import NotAlike
from chengge.casework.queries import likeness
from chengge.casework.queries.likeness import LEAST_SCORE, alike, alike_to
from chengge.clock import PretendedClock
from tests.casework.lives import Life
from tests.factories import SIDE, City, build_city

pytestmark = pytest.mark.django_db

TEN_METRES = 0.0001


@pytest.fixture
def city() -> City:
    return build_city()


@pytest.fixture
def life(city: City, pretended_clock: PretendedClock) -> Life:
    return Life(city, pretended_clock)


def alike_here(life: Life, **changes: object) -> list[likeness.Alike]:
    said = life.said(**changes)
    return alike(said.lon, said.lat, said.problem_class_id, said.description, life.now)


def test_what_was_reported_here_before_is_found_with_reasons(life: Life) -> None:
    life.report()
    life.later(minutes=40)
    lon, lat = life.city.places[0]
    (found,) = alike(lon + TEN_METRES, lat, life.city.manhole.pk, "井盖缺失", life.now)
    assert found.case.pk == life.case_id
    assert found.score > 0.75
    assert found.distance_m == pytest.approx(9.6, abs=0.3)
    assert found.reasons == ("same class", "10 m away", "reported 40 minutes before", "same words: 井盖缺失")
    assert not found.came_back


def test_a_like_case_across_the_border_of_the_grid_is_found(life: Life, city: City) -> None:
    lon, lat = city.places[0]
    border = lon + SIDE / 2
    life.report(lon=border - TEN_METRES / 2)
    assert life.case.grid_code != life.report(lon=border + TEN_METRES / 2).case_id
    assert len(alike(border + TEN_METRES / 2, lat, city.manhole.pk, "井盖", life.now)) == 2


def test_a_like_case_in_no_grid_is_found(life: Life, city: City) -> None:
    life.report(lon=121.0, lat=31.0)
    assert life.case.grid_code is None
    assert [one.case.pk for one in alike(121.0, 31.0, city.manhole.pk, "", life.now)] == [life.case_id]


def test_other_things_elsewhere_and_long_ago_are_not_alike(life: Life, city: City) -> None:
    life.report()
    lon, lat = city.places[0]
    assert alike(lon, lat, city.garbage.pk, "", life.now) == []
    assert alike(lon + 3 * SIDE, lat, city.manhole.pk, "雨水井盖缺失", life.now) == []
    assert alike(lon, lat, None, "", life.now) == []


def test_without_a_class_the_words_alone_speak(life: Life, city: City) -> None:
    life.report()
    lon, lat = city.places[0]
    (found,) = alike(lon, lat, None, "雨水井盖缺失", life.now)
    assert LEAST_SCORE < found.score <= 0.9


def test_a_closed_case_is_found_for_a_week_as_one_that_came_back(life: Life) -> None:
    life.to("closed")
    life.later(days=2)
    (found,) = alike_here(life)
    assert found.came_back
    assert "closed 2 days before" in found.reasons
    life.later(days=6)
    assert alike_here(life) == []


def test_void_and_merged_cases_are_no_candidates(life: Life) -> None:
    from chengge.casework.actions import Given

    life.report()
    life.do("void", "shift_leader", Given(reason="误报"))
    assert alike_here(life) == []


def test_what_was_said_not_to_be_the_same_is_left_out(life: Life, city: City) -> None:
    life.report()
    first = life.case
    life.report()
    second = life.case
    assert [one.case for one in alike_to(second)] == [first]
    NotAlike.objects.create(case=first, other=second, member=city.members["operator"], said_at=life.now)
    assert alike_to(second) == alike_to(first) == []


def test_the_photo_is_the_first_of_the_case(life: Life) -> None:
    first = life.photo("operator")
    life.report(photos=(first,))
    assert alike_here(life)[0].photo == first


def test_looking_costs_three_queries_however_many_are_found(life: Life) -> None:
    for _ in range(12):
        life.report()
    alike_here(life)  # the grids are read once
    with CaptureQueriesContext(connection) as queries:
        assert len(alike_here(life)) == 5
    assert len(queries) <= 3


def test_likelier_comes_first(life: Life, city: City) -> None:
    lon, lat = city.places[0]
    life.report(lon=lon + 3 * TEN_METRES)
    far = life.case_id
    life.report(lon=lon + TEN_METRES)
    near = life.case_id
    assert [one.case.pk for one in alike(lon, lat, city.manhole.pk, "井盖", life.now + timedelta(minutes=1))] == [near, far]
