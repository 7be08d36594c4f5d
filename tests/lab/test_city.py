"""The demo city's ground, made from a seed, without any database."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely

from chengge.domain.codes import DivisionCode, GridCode, number_grids
from chengge.domain.topology import GridShape, check
from chengge.lab.city import COUNTY_CODE, City, make_city, names
from chengge.lab.city.components import COUNT
from chengge.lab.handbook import rows_of


@pytest.fixture(scope="module")
def city() -> City:
    return make_city(1)


def communities_of(city: City) -> dict[int, shapely.Polygon]:
    return {row.code: row.polygon for row in city.divisions if row.code > 10**11}


def test_unit_grids_cover_the_district_without_gap_or_overlap_and_keep_to_their_communities(city: City) -> None:
    shapes = [GridShape(code, polygon, code // 1000) for code, polygon in zip(city.grid_codes.tolist(), city.grid_polygons, strict=True)]
    assert check(shapes, communities_of(city)) == []
    assert shapely.coverage_is_valid(city.grid_polygons)


def test_the_district_is_exactly_its_streets_and_they_are_exactly_their_communities(city: City) -> None:
    by_level = {digits: [row.polygon for row in city.divisions if len(str(row.code)) == digits] for digits in (6, 9, 12)}
    assert len(by_level[6]) == 1
    for pieces in (by_level[9], by_level[12]):
        assert shapely.coverage_is_valid(pieces)
        assert shapely.equals(shapely.normalize(shapely.coverage_union_all(pieces)), shapely.normalize(by_level[6][0]))


def test_a_unit_grid_has_about_ten_thousand_square_metres(city: City) -> None:
    assert 1500 <= len(city.grid_codes) <= 2500
    assert 9_000 < np.median(city.grid_areas_m2) < 12_000
    assert city.grid_areas_m2.min() > 4_500
    assert city.grid_areas_m2.max() < 20_000


def test_there_are_eight_streets_and_about_sixty_communities_under_one_county(city: City) -> None:
    levels = Counter(len(str(row.code)) for row in city.divisions)
    assert levels[9] == 8
    assert 50 <= levels[12] <= 70
    parents = {DivisionCode(row.code).parent for row in city.divisions if row.code > 10**5}
    assert parents <= {None, *(DivisionCode(row.code) for row in city.divisions)}


def test_grid_codes_follow_the_numbering_rule_of_their_community(city: City) -> None:
    centres = shapely.get_coordinates(shapely.centroid(city.grid_polygons))
    for community in communities_of(city):
        members = np.flatnonzero(city.grid_codes // 1000 == community)
        serials = [GridCode(int(city.grid_codes[at])).serial for at in members[number_grids(centres[members, 0], centres[members, 1])]]
        # Codes were given by centroids in metres, here they are by degrees: rows may differ where a grid lies on the edge of one.
        assert sorted(serials) == list(range(1, len(members) + 1))
        assert serials[0] == 1


def test_area_classes_run_from_the_middle_of_the_town_outward(city: City) -> None:
    assert set(city.grid_classes) == {"A", "B", "C"}
    tower = next(place for place in city.places if place.name == "鼓楼")
    centres = shapely.get_coordinates(shapely.centroid(city.grid_polygons))
    away = np.hypot(*(centres - (tower.x, tower.y)).T)
    built = ~np.isin(city.grid_uses, ["水域", "铁路"])
    assert set(city.grid_classes[built][np.argsort(away[built])[:20]]) == {"A"}
    assert "A" not in set(city.grid_classes[np.argsort(away)[-50:]])


def test_every_component_stands_in_its_grid(city: City) -> None:
    things = city.things
    assert len(things.code) == COUNT
    assert shapely.contains_xy(city.grid_polygons[things.grid], things.x, things.y).all()


def test_components_are_of_classes_that_the_catalogue_has(city: City) -> None:
    catalogue = {row["major_code"] + row["minor_code"] for row in rows_of("catalogue") if row["kind"] == "component"}
    found = Counter(city.things.code)
    assert set(found) <= catalogue
    assert len(found) > 50
    assert found["0402"] > found["0137"] > found["0113"] > found["0401"] > 0  # trees, lamps, hydrants, old trees


def test_lamps_stand_along_a_road_at_walking_distance_from_each_other(city: City) -> None:
    on_road = (city.things.code == "0137") & (city.things.road >= 0)
    longest = Counter(city.things.road[on_road].tolist()).most_common(1)[0][0]
    line = city.roads[longest].line
    places = shapely.points(city.things.x[on_road & (city.things.road == longest)], city.things.y[on_road & (city.things.road == longest)])
    beside_m = shapely.distance(line, places) * 111_320
    assert beside_m.max() < 20
    along = np.sort(shapely.line_locate_point(line, places))
    assert 5 < np.median(np.diff(along)) * 111_320 < 60


def test_buildings_stand_inside_one_grid_and_in_no_water(city: City) -> None:
    assert 4_000 < len(city.buildings) < 12_000
    inside = shapely.STRtree(city.grid_polygons).query(city.buildings, predicate="within")
    assert len(np.unique(inside[0])) == len(city.buildings)
    water = shapely.union_all([row.shape for row in city.waters])
    shapely.prepare(water)
    assert not shapely.intersects(water, city.buildings).any()


def test_the_river_runs_through_the_district_and_arterials_bridge_it(city: City) -> None:
    river = next(row.shape for row in city.waters if row.name == names.RIVER)
    district = next(row.polygon for row in city.divisions if row.code == COUNTY_CODE)
    assert not river.within(district)
    crossing = [road for road in city.roads if road.kind == "arterial" and road.line.crosses(river)]
    assert len({road.name for road in crossing}) >= 4
    assert not [road for road in city.roads if road.kind == "lane" and road.line.crosses(river)]


def test_every_road_but_the_ways_inside_compounds_has_a_name_and_none_has_anothers(city: City) -> None:
    named = [road.name for road in city.roads if road.name]
    assert len(named) == len(set(named)) > 150
    assert all(road.kind == "lane" for road in city.roads if not road.name)


def test_places_with_names_lie_where_their_grids_are(city: City) -> None:
    assert len(city.places) > 1000
    sorts = {place.sort for place in city.places}
    assert {"crossing", "gate", "park", "school", "bridge", "农贸市场", "landmark"} <= sorts
    for place, grid in zip(city.places, city.place_grids.tolist(), strict=True):
        if grid >= 0:
            assert city.grid_polygons[grid].distance(shapely.Point(place.x, place.y)) < 1e-7


def test_the_same_seed_makes_the_same_city(city: City) -> None:
    again = make_city(1)
    assert np.array_equal(again.grid_codes, city.grid_codes)
    assert shapely.equals_exact(again.grid_polygons, city.grid_polygons).all()
    assert np.array_equal(again.things.x, city.things.x)
    assert [place.name for place in again.places] == [place.name for place in city.places]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 20])
def test_every_seed_makes_a_whole_city(seed: int) -> None:
    other = make_city(seed)
    shapes = [GridShape(code, polygon, code // 1000) for code, polygon in zip(other.grid_codes.tolist(), other.grid_polygons, strict=True)]
    assert check(shapes, communities_of(other)) == []
    assert len(other.things.code) == COUNT
    assert 6 <= sum(len(str(row.code)) == 9 for row in other.divisions) <= 9


def test_no_real_county_has_the_name_or_the_code_of_ours(shared_data: Path) -> None:
    with (shared_data / "divisions" / "areas.csv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    assert names.DISTRICT not in {row["name"] for row in rows}
    assert str(COUNTY_CODE) not in {row["code"] for row in rows}
    assert names.CITY not in {row["name"] for row in rows}
