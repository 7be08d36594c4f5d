"""Faults of a city's grids, each with its place and measure."""

import json

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, affinity, box
from shapely.geometry import shape

from chengge.domain.coordinates import LocalMetres, area_m2
from chengge.domain.topology import Fault, FaultKind, GridShape, Limits, MendError, check, mend

CITY = LocalMetres.around(120.17, 30.27)
COMMUNITY, NEXT_COMMUNITY = 330103005004, 330103005005


def ground(west: float, south: float, east: float, north: float) -> Polygon:
    """A rectangle in metres from the city's corner, as surveys hand it over: degrees with seven digits."""
    corners = [CITY.from_metres(x, y) for x, y in ((west, south), (east, south), (east, north), (west, north))]
    return Polygon([(round(lon, 7), round(lat, 7)) for lon, lat in corners])


def square(column: int, row: int, code: int | None = None) -> GridShape:
    border = ground(column * 100, row * 100, column * 100 + 100, row * 100 + 100)
    return GridShape(code or COMMUNITY * 1000 + row * 10 + column + 1, border, COMMUNITY)


def chessboard(*left_out: tuple[int, int]) -> list[GridShape]:
    """Sixteen squares of a hectare each, in one community."""
    return [square(column, row) for row in range(4) for column in range(4) if (column, row) not in left_out]


WHOLE = {COMMUNITY: ground(0, 0, 400, 400)}


def only(faults: list[Fault], kind: FaultKind) -> Fault:
    assert [fault.kind for fault in faults] == [kind], faults
    return faults[0]


def lies_in(fault: Fault, area: Polygon) -> bool:
    assert fault.lon is not None
    assert fault.lat is not None
    return bool(shapely.intersects_xy(area, fault.lon, fault.lat))


def test_grids_that_cover_their_community_once_have_no_fault():
    assert check(chessboard(), WHOLE) == []
    assert check(chessboard(), {}) == []
    assert check([], WHOLE) == []


def test_a_corner_on_the_side_of_another_grid_is_no_fault():
    """Two squares beside one long side, none of whose corners meets theirs."""
    long, low, high = ground(0, 0, 100, 3000), ground(100, 0, 200, 1234), ground(100, 1234, 200, 3000)
    grids = [GridShape(code, border, COMMUNITY) for code, border in ((1, long), (2, low), (3, high))]
    assert check(grids, {COMMUNITY: ground(0, 0, 200, 3000)}, Limits(max_area_m2=1e6)) == []


def test_a_missing_grid_is_a_gap_of_its_area_at_its_place():
    fault = only(check(chessboard((2, 1)), WHOLE), FaultKind.GAP)
    assert fault.codes == (COMMUNITY,)
    assert fault.measure_m2 == pytest.approx(10_000, rel=0.001)
    assert lies_in(fault, ground(200, 100, 300, 200))


def test_without_a_communitys_border_a_gap_is_seen_where_grids_surround_it():
    fault = only(check(chessboard((2, 1)), {}), FaultKind.GAP)
    assert fault.codes == ()
    assert lies_in(fault, ground(200, 100, 300, 200))
    assert check(chessboard((0, 0)), {}) == []


def test_what_another_community_fills_is_no_gap():
    around = [GridShape(grid.code, grid.polygon, NEXT_COMMUNITY) for grid in chessboard((2, 1))]
    assert {fault.kind for fault in check([*around, square(2, 1)], {COMMUNITY: ground(200, 100, 300, 200)})} == {
        FaultKind.UNKNOWN_COMMUNITY
    }


def test_grids_that_overlap_are_both_named_with_the_area():
    wide = GridShape(COMMUNITY * 1000 + 999, ground(80, 0, 200, 100), COMMUNITY)
    fault = only(check([*chessboard((1, 0)), wide], WHOLE), FaultKind.OVERLAP)
    assert fault.codes == (square(0, 0).code, wide.code)
    assert fault.measure_m2 == pytest.approx(2000, rel=0.002)
    assert lies_in(fault, ground(80, 0, 100, 100))


def test_a_narrow_gap_or_overlap_is_a_sliver_and_a_rounding_is_nothing():
    for shift, kinds in (
        (0.5, [FaultKind.SLIVER]),
        (-0.5, [FaultKind.SLIVER]),
        (0.01, []),
        (-0.01, []),
        (3, [FaultKind.GAP]),
        (-3, [FaultKind.OVERLAP]),
    ):
        pair = [GridShape(1, ground(0, 0, 100, 100), COMMUNITY), GridShape(2, ground(100 + shift, 0, 200, 100), COMMUNITY)]
        faults = check(pair, {COMMUNITY: ground(0, 0, 200, 100)})
        assert [fault.kind for fault in faults] == kinds
        assert all(fault.measure_m2 == pytest.approx(abs(shift) * 100, rel=0.05) for fault in faults)


def test_a_gap_is_seen_though_hairlines_lead_to_it():
    grids = [GridShape(1, ground(0, 0, 100, 99.97), COMMUNITY), GridShape(2, ground(0, 100, 90, 200), COMMUNITY)]
    fault = only(check(grids, {COMMUNITY: ground(0, 0, 100, 200)}), FaultKind.GAP)
    assert fault.measure_m2 == pytest.approx(1000, rel=0.01)
    assert lies_in(fault, ground(90, 100, 100, 200))


def test_a_grid_across_a_communitys_border_is_told_whither():
    communities = {COMMUNITY: ground(0, 0, 150, 100), NEXT_COMMUNITY: ground(150, 0, 300, 100)}
    grids = [GridShape(1, ground(0, 0, 200, 100), COMMUNITY), GridShape(2, ground(200, 0, 300, 100), NEXT_COMMUNITY)]
    fault = only(check(grids, communities), FaultKind.ACROSS_BORDER)
    assert fault.codes == (1,)
    assert str(NEXT_COMMUNITY) in fault.message
    assert fault.measure_m2 == pytest.approx(5000, rel=0.002)
    assert lies_in(fault, ground(150, 0, 200, 100))


def test_a_grid_in_the_wrong_community_lies_across_its_border_as_a_whole():
    communities = {COMMUNITY: ground(0, 0, 100, 100), NEXT_COMMUNITY: ground(100, 0, 200, 100)}
    grids = [GridShape(1, ground(0, 0, 100, 100), COMMUNITY), GridShape(2, ground(100, 0, 200, 100), COMMUNITY)]
    assert only(check(grids, communities), FaultKind.ACROSS_BORDER).measure_m2 == pytest.approx(10_000, rel=0.001)


def test_a_grid_of_an_unknown_community_is_told():
    stray = GridShape(5, ground(500, 0, 600, 100), NEXT_COMMUNITY)
    fault = only(check([*chessboard(), stray], WHOLE), FaultKind.UNKNOWN_COMMUNITY)
    assert fault.codes == (5,)
    assert lies_in(fault, ground(500, 0, 600, 100))


def test_a_code_given_twice_is_told_once_at_the_second_grid():
    fault = only(check([*chessboard((3, 3)), square(3, 3, code=square(0, 0).code)], WHOLE), FaultKind.DUPLICATE_CODE)
    assert fault.codes == (square(0, 0).code,)
    assert lies_in(fault, ground(300, 300, 400, 400))
    assert "2 grids" in fault.message


def test_grids_too_small_too_large_or_too_narrow_are_told_with_their_area():
    grids = [
        GridShape(1, ground(0, 0, 20, 20), COMMUNITY),
        GridShape(2, ground(100, 0, 500, 400), COMMUNITY),
        GridShape(3, ground(600, 0, 600.8, 2000), COMMUNITY),
    ]
    faults = check(grids, {})
    assert [(fault.kind, fault.codes) for fault in faults] == [
        (FaultKind.AREA_OUT_OF_RANGE, (1,)),
        (FaultKind.AREA_OUT_OF_RANGE, (2,)),
        (FaultKind.SLIVER, (3,)),
    ]
    assert [fault.measure_m2 for fault in faults] == pytest.approx([400, 160_000, 1600], rel=0.02)


def test_areas_are_those_on_the_ground_however_far_the_city_stretches():
    """A degree further south, a thousandth of a degree east is a metre wider."""
    far_south = affinity.translate(ground(0, 0, 100, 100), yoff=-1)
    faults = check([*chessboard(), GridShape(1, far_south, COMMUNITY)], {}, Limits(min_area_m2=11_000))
    areas_m2 = {fault.codes[0]: fault.measure_m2 for fault in faults}
    assert areas_m2[1] == pytest.approx(area_m2(far_south), rel=1e-6)
    assert areas_m2[1] > 1.005 * areas_m2[square(0, 0).code]


def test_a_ring_that_crosses_itself_is_told_where_and_mended_for_the_other_checks():
    loop = Polygon([(0, 0), (100, 0), (100, 100), (0.04, 100), (0, 99.96), (0.04, 99.96), (0, 100)])
    bent = shapely.transform(loop, lambda places: shapely.get_coordinates([shapely.Point(CITY.from_metres(x, y)) for x, y in places]))
    grids = [*chessboard((0, 0)), GridShape(77, bent, COMMUNITY)]
    fault = only(check(grids, WHOLE), FaultKind.INVALID_RING)
    assert fault.codes == (77,)
    assert "Self-intersection" in fault.message
    assert lies_in(fault, ground(-1, 99, 1, 101))


@pytest.mark.parametrize(
    ("border", "says"),
    [
        (None, "empty"),
        (Polygon(), "empty"),
        (Polygon([(120.0, 30.0), (float("inf"), 30.0), (120.1, 30.1)]), "no numbers"),
        (MultiPolygon([ground(0, 0, 100, 100), ground(200, 0, 300, 100)]), "2 parts"),
        (Polygon([CITY.from_metres(x, y) for x, y in ((0.0, 0.0), (100.0, 100.0), (100.0, 0.0), (0.0, 100.0))]), "Self-intersection"),
    ],
)
def test_a_border_that_is_none_is_told_and_left_out(border, says):
    fault = only(check([GridShape(5, border, COMMUNITY)], {}), FaultKind.INVALID_RING)
    assert says in fault.message
    with pytest.raises(MendError):
        mend(border)


def test_mending_leaves_good_borders_alone_and_drops_spikes_and_heights():
    good = ground(0, 0, 100, 100)
    assert mend(good).equals(good)
    spike = Polygon([(0, 0), (1, 0), (1, 1), (1, 2), (1, 1), (0, 1)])
    assert mend(spike).equals(box(0, 0, 1, 1))
    assert mend(MultiPolygon([box(0, 0, 1, 1), box(2, 0, 2.001, 0.001)])).equals(box(0, 0, 1, 1))
    assert not mend(Polygon([(0, 0, 5), (1, 0, 5), (1, 1, 5)])).has_z
    with pytest.raises(MendError, match="2 parts"):
        mend(Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]))
    with pytest.raises(MendError, match="encloses no area"):
        mend(Polygon([(0, 0), (1, 1), (2, 2)]))


def test_limits_that_contradict_each_other_are_refused():
    with pytest.raises(ValueError, match="smallest area"):
        Limits(min_area_m2=5000, max_area_m2=100)
    with pytest.raises(ValueError, match="tolerance"):
        Limits(tolerance_m=2, sliver_width_m=1)


def test_the_real_grids_of_three_streets_have_one_bad_ring_and_it_is_mended(shared_data):
    def features(name: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads((shared_data / "hangzhou" / f"{name}.geojson").read_text(encoding="utf-8"))["features"]
        return found

    borders = [shape(feature["geometry"]) for feature in features("grids")]
    faults = check([GridShape(code, border, COMMUNITY) for code, border in enumerate(borders)], {}, Limits(300, 700_000))
    rings = [fault for fault in faults if fault.kind is FaultKind.INVALID_RING]
    assert [(fault.lon, fault.lat) for fault in rings] == [(120.1686285, 30.3307628)]
    mended = [mend(border) for border in borders]
    assert all(border.is_valid for border in mended)
    assert sum(border.area for border in mended) == pytest.approx(sum(border.area for border in borders), rel=1e-9)
    assert not {fault.kind for fault in faults} & {FaultKind.OVERLAP, FaultKind.AREA_OUT_OF_RANGE}


@settings(deadline=None, max_examples=60)
@given(
    st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=10), st.tuples(st.integers(0, 3), st.integers(0, 3)), st.floats(2, 98)
)
def test_gaps_and_overlaps_add_up_to_what_was_taken_away_and_put_on_top(left_out, doubled, east):
    if doubled in left_out:
        left_out.remove(doubled)
    column, row = doubled
    on_top = GridShape(1, ground(column * 100, row * 100, column * 100 + east, row * 100 + 100), COMMUNITY)
    faults = check([*chessboard(*left_out), on_top], WHOLE, Limits(min_area_m2=0))
    gaps_m2 = sum(fault.measure_m2 for fault in faults if fault.kind is FaultKind.GAP)
    assert gaps_m2 == pytest.approx(len(left_out) * 10_000, rel=0.001)
    fault = next(fault for fault in faults if fault.kind is FaultKind.OVERLAP)
    assert fault.codes == (1, square(*doubled).code)
    assert fault.measure_m2 == pytest.approx(east * 100, rel=0.01)
    assert {fault.kind for fault in faults} <= {FaultKind.GAP, FaultKind.OVERLAP}
    for gap in faults:
        if gap.kind is FaultKind.GAP:
            assert any(
                lies_in(gap, affinity.scale(ground(c * 100, r * 100, c * 100 + 100, r * 100 + 100), 1.001, 1.001)) for c, r in left_out
            )
