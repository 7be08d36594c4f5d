"""Positions of inspectors: what is kept, what is refused, and when being out of bounds is an alarm."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengge import clock
from chengge.domain.errors import Forbidden, Refused
from chengge.field import track_table
from chengge.field.actions.tracks import take_gateway_positions, take_positions
from chengge.field.models import Alarm, AlarmRule, TrackPoint, Whereabouts
from chengge.notices.models import Notice
from chengge.organization.models import Duty
from tests.conftest import A_WORKING_MORNING
from tests.factories import GRID_CODES, SIDE, SOUTH, WEST, City

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

NOW = int(A_WORKING_MORNING.timestamp())
START = NOW - 3600
MIDDLE = SOUTH + SIDE / 2


def east(metres: float) -> float:
    """Longitude so far east of the middle of the first grid; the first two grids are the inspector's, some 145 m from there on are not."""
    return WEST + SIDE / 2 + metres / 95_960


def walk(*metres: float, start: int = START, every: int = 30, accuracy: float = 5.0) -> list[list[float]]:
    """Fixes on a line eastward, one after the other."""
    return [[start + i * every, east(far), MIDDLE, accuracy] for i, far in enumerate(metres)]


OUT_AND_BACK = walk(*([0] * 4 + [400] * 8 + [0] * 6))


def test_positions_are_kept_with_their_grid_and_what_they_say(city: City) -> None:
    taken = take_positions(city.actor("inspector"), walk(0, 50, 120, 400))
    assert (taken.kept, taken.flagged, taken.refused) == (4, 0, {})
    rows = TrackPoint.objects.order_by("at")
    assert [row.grid_code for row in rows] == [GRID_CODES[0], GRID_CODES[1], GRID_CODES[1], 0]
    assert [row.verdict for row in rows] == [1, 1, 1, 2]
    assert rows[0].lon_e7 == round(east(0) * 1e7)
    assert rows[0].accuracy_m == 5
    last = Whereabouts.objects.get(member=city.members["inspector"])
    assert last.at == datetime.fromtimestamp(START + 90, UTC)
    assert last.lon == pytest.approx(east(400))


def test_a_batch_sent_again_changes_nothing(city: City) -> None:
    actor = city.actor("inspector")
    take_positions(actor, OUT_AND_BACK)
    before = list(TrackPoint.objects.order_by("at").values_list()), list(Alarm.objects.values_list())
    again = take_positions(actor, list(reversed(OUT_AND_BACK)) * 2)
    assert (again.kept, again.refused) == (0, {"repeated": 2 * len(OUT_AND_BACK)})
    assert before == (list(TrackPoint.objects.order_by("at").values_list()), list(Alarm.objects.values_list()))


def test_bad_fixes_are_counted_and_the_rest_is_kept(city: City) -> None:
    good = walk(0, 10)
    bad = [
        [START, 0, 0, 5],
        [START, 200, 30, 5],
        [NOW + 3600, east(0), MIDDLE, 5],
        [NOW - 10**6, east(0), MIDDLE, 5],
        [START + 7, east(0), MIDDLE, 501],
    ]
    taken = take_positions(city.actor("inspector"), bad + good)
    assert (taken.kept, taken.refused) == (2, {"place": 2, "future": 1, "old": 1, "inaccurate": 1})


def test_positions_count_only_on_duty(city: City) -> None:
    Duty.objects.all().delete()
    begins = datetime.fromtimestamp(START + 60, UTC)
    Duty.objects.create(member=city.members["inspector"], starts_at=begins, ends_at=datetime.fromtimestamp(START + 120, UTC))
    taken = take_positions(city.actor("inspector"), walk(0, 10, 20, 30, 40, 50))  # 0, 30, 60, 90, 120, 150 s
    assert (taken.kept, taken.refused) == (2, {"off_duty": 4})
    assert Duty.objects.get().lon == pytest.approx(east(30))


def test_only_inspectors_send_their_own_and_only_administrators_those_of_others(city: City) -> None:
    with pytest.raises(Forbidden):
        take_positions(city.actor("operator"), walk(0))
    with pytest.raises(Forbidden):
        take_gateway_positions(city.actor("inspector"), [[1, *walk(0)[0]]])
    with pytest.raises(Refused):
        take_positions(city.actor("inspector"), [[1.0, 2.0]])


def test_a_gateway_sends_many_members_at_once(city: City) -> None:
    one, two = city.members["inspector"].pk, city.members["inspector2"].pk
    rows = [[member, *fix] for fix in OUT_AND_BACK for member in (one, two, city.members["operator"].pk, 10**9, 1e300)]
    taken = take_gateway_positions(city.actor("administrator"), rows)
    assert (taken.kept, taken.refused) == (2 * len(OUT_AND_BACK), {"off_duty": 3 * len(OUT_AND_BACK)})
    assert set(Alarm.objects.filter(kind="out_of_bounds").values_list("member_id", flat=True)) == {one, two}


def test_leaving_the_grids_raises_one_alarm_and_tells_the_inspector(city: City) -> None:
    assert take_positions(city.actor("inspector"), OUT_AND_BACK).alarms == 1
    alarm = Alarm.objects.get()
    assert alarm.kind == "out_of_bounds"
    assert alarm.state == "open"
    assert alarm.began_at == datetime.fromtimestamp(START + 4 * 30, UTC), "from the first fix outside"
    assert alarm.ended_at == datetime.fromtimestamp(START + 12 * 30, UTC), "to the first fix back inside"
    assert Notice.objects.get(topic="out_of_bounds").member == city.members["inspector"]


@pytest.mark.parametrize("far", [400, 5_000_000])
def test_a_jump_of_one_fix_never_alarms(city: City, far: float) -> None:
    fixes = walk(0, 10, 20, *[far if i % 5 == 0 else i for i in range(60)])
    assert take_positions(city.actor("inspector"), [fix for fix in fixes if abs(fix[1]) <= 180]).alarms == 0


def test_a_fix_that_nobody_can_have_walked_to_is_flagged_and_says_nothing(city: City) -> None:
    taken = take_positions(city.actor("inspector"), walk(0, 10, 20_000, 30, 40))
    assert (taken.kept, taken.flagged) == (5, 1)
    assert Whereabouts.objects.get(member=city.members["inspector"]).lon == pytest.approx(east(40))


def test_a_fix_says_outside_only_beyond_its_accuracy_and_the_margin(city: City) -> None:
    AlarmRule.objects.filter(kind="out_of_bounds").update(threshold=30)
    edge = 145  # metres from the middle of the first grid to the end of the second, a little less
    take_positions(city.actor("inspector"), walk(edge + 20, edge + 60, accuracy=5) + walk(edge + 60, start=START + 300, accuracy=60))
    assert list(TrackPoint.objects.order_by("at").values_list("verdict", flat=True)) == [1, 2, 0]


def test_what_comes_late_is_kept_for_the_replay_but_not_judged(city: City) -> None:
    actor = city.actor("inspector")
    take_positions(actor, walk(0, 0, start=START + 1800))
    taken = take_positions(actor, OUT_AND_BACK)
    assert (taken.kept, taken.late, taken.alarms) == (len(OUT_AND_BACK), len(OUT_AND_BACK), 0)


def test_standing_still_for_too_long_is_an_alarm_until_one_moves_on(city: City) -> None:
    actor = city.actor("inspector")
    AlarmRule.objects.filter(kind="still").update(threshold=50, minutes=20)
    take_positions(actor, walk(*[5, 0, 8] * 20, every=60, start=START))  # an hour within ten metres
    alarm = Alarm.objects.get(kind="still")
    assert alarm.ended_at is None
    assert alarm.detail["minutes"] == 20
    take_positions(actor, walk(120, 120, start=START + 3600 - 20))
    alarm.refresh_from_db()
    assert alarm.ended_at is not None


def test_a_kind_that_the_city_has_switched_off_raises_no_alarm(city: City) -> None:
    AlarmRule.objects.all().delete()
    assert take_positions(city.actor("inspector"), OUT_AND_BACK).alarms == 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    walked=st.lists(st.sampled_from([0, 20, 90, 170, 400, 420, 9000]), min_size=4, max_size=40),
    cuts=st.sets(st.integers(0, 40), max_size=6),
    shuffle=st.randoms(use_true_random=False),
)
def test_however_the_fixes_are_cut_into_batches_the_alarms_are_the_same(
    city: City, walked: list[float], cuts: set[int], shuffle: object
) -> None:
    fixes = walk(*walked)
    ways = []
    for parts in ([fixes], [fixes[i:j] for i, j in zip([0, *sorted(cuts)], [*sorted(cuts), 99], strict=True)]):
        TrackPoint.objects.all().delete()
        Alarm.objects.all().delete()
        Whereabouts.objects.all().delete()
        for part in parts:
            mixed = part * 2
            shuffle.shuffle(mixed)  # type: ignore[attr-defined]
            take_positions(city.actor("inspector"), mixed)
        ways.append(
            (
                list(Alarm.objects.order_by("began_at", "kind").values_list("kind", "began_at", "ended_at")),
                list(TrackPoint.objects.order_by("at").values_list("at", "verdict")),
            )
        )
    assert ways[0] == ways[1]


def test_months_are_made_when_needed_and_dropped_when_old(city: City, pretended_clock: clock.PretendedClock) -> None:
    take_positions(city.actor("inspector"), walk(0))
    assert track_table.table_of(A_WORKING_MORNING) in track_table.months_kept()
    old = datetime(2026, 2, 3, tzinfo=UTC)
    track_table.ensure_months(old, old)
    dropped = track_table.drop_months_before(track_table.months_on(track_table.month_of(A_WORKING_MORNING), -6))
    assert dropped == ["field_trackpoint_202602"]
    assert TrackPoint.objects.count() == 1


def test_a_row_takes_as_much_room_as_the_documentation_says(city: City) -> None:
    take_positions(city.actor("inspector"), walk(*[0] * 100, every=10))
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT avg(pg_column_size(point.*)) FROM field_trackpoint point")
        (size,) = cursor.fetchone()
    assert round(float(size)) == 24 + 32


def test_binary_rows_come_out_as_they_went_in(city: City) -> None:
    moment = np.array([NOW])
    track_table.ensure_months(A_WORKING_MORNING, A_WORKING_MORNING)
    track_table.copy_points(
        np.array([7]), moment, np.array([-120.1234567]), np.array([-30.7654321]), np.array([12.4]), np.array([GRID_CODES[3]]), np.array([2])
    )
    row = TrackPoint.objects.get()
    assert (row.member_id, row.at, row.lon_e7, row.lat_e7, row.accuracy_m, row.grid_code, row.verdict) == (
        7, A_WORKING_MORNING, -1201234567, -307654321, 12, GRID_CODES[3], 2,
    )  # fmt: skip
