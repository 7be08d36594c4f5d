"""Pages about inspectors: who may open them, and what stands on them."""

from datetime import timedelta

import orjson
import pytest
from django.test import Client

from chengge import clock
from chengge.field.actions.patrols import count_day
from chengge.field.actions.tracks import take_positions
from chengge.field.models import Alarm, AlarmRule, TrackPoint
from chengge.organization.queries import city_day
from chengge.organization.tokens import make_token
from tests.browsing import client_of
from tests.casework.lives import Life
from tests.conftest import QueryCounter
from tests.factories import GRID_CODES, City
from tests.field.test_tracks import OUT_AND_BACK, walk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

DAY = "2026-11-24"
WATCHING = ("shift_leader", "evaluator", "leader", "administrator")
OTHERS = ("dispatcher", "department", "coordinator")


@pytest.fixture
def walked(city: City, pretended_clock: clock.PretendedClock) -> City:
    """A city in which an inspector has left the own grids and come back, and has reported something on the way."""
    Life(city).reported(by="inspector", channel="inspector")
    take_positions(city.actor("inspector"), OUT_AND_BACK)
    count_day(city_day(pretended_clock.at))
    return city


def rested(city: City, times: int) -> None:
    """Alarms of another inspector who stood still so many times."""
    now = clock.now()
    for i in range(times):
        Alarm.objects.create(member=city.members["inspector2"], kind="still", began_at=now, raised_at=now, ended_at=now + timedelta(i))


def test_tracks_are_open_to_those_who_look_after_inspectors(walked: City) -> None:
    pages = (
        "/tracks/",
        f"/tracks/inspector/{DAY}/",
        f"/tracks/inspector/{DAY}/track.json",
        "/tracks/figures/",
        "/tracks/figures.csv",
        "/alarms/",
    )
    for name in WATCHING:
        client = client_of(walked, name)
        assert [client.get(page).status_code for page in pages] == [200] * len(pages), name
    for name in OTHERS:
        client = client_of(walked, name)
        assert [client.get(page).status_code for page in pages] == [403] * len(pages), name
    operator = client_of(walked, "operator")
    assert operator.get("/tracks/").status_code == 200
    assert operator.get(f"/tracks/inspector/{DAY}/").status_code == 403
    assert [Client().get(page).status_code for page in pages] == [302] * len(pages)


def test_an_inspector_sees_the_own_day_and_nobody_elses(walked: City) -> None:
    phone = client_of(walked, "inspector")
    assert phone.get("/phone/day/").status_code == 200
    assert phone.get(f"/tracks/inspector/{DAY}/track.json").status_code == 200
    assert phone.get(f"/tracks/inspector2/{DAY}/track.json").status_code == 403
    assert phone.get("/alarms/").status_code == 403
    assert client_of(walked, "operator").get("/phone/day/").status_code == 403


def test_who_reaches_a_part_of_the_city_sees_the_inspectors_who_walk_there(walked: City) -> None:
    evaluator = walked.members["evaluator"]
    evaluator.division_code = 990101001002
    evaluator.save()
    client = client_of(walked, "evaluator")
    assert client.get(f"/tracks/inspector/{DAY}/").status_code == 403
    assert client.get(f"/tracks/inspector2/{DAY}/").status_code == 200
    assert [one["id"] for one in client.get("/tracks/now.json").json()["inspectors"]] == ["inspector2"]
    assert client.get("/alarms/").context["rows"] == []


def test_the_replay_tells_the_way_what_happened_and_the_grids_visited(walked: City) -> None:
    track = client_of(walked, "shift_leader").get(f"/tracks/inspector/{DAY}/track.json").json()
    assert len(track["fixes"]) == len(OUT_AND_BACK)
    assert [fix[4] for fix in track["fixes"]].count(2) == 8
    assert {one["properties"]["id"]: one["properties"]["visits"] for one in track["grids"]["features"]} == {
        f"{GRID_CODES[0]:015d}": 2,
        f"{GRID_CODES[1]:015d}": 0,
    }
    assert {mark["kind"] for mark in track["marks"]} == {"alarm", "report"}
    page = client_of(walked, "shift_leader").get(f"/tracks/inspector/{DAY}/").content.decode()
    assert "Out of bounds" in page
    assert "not visited" in page


def test_a_day_or_an_inspector_that_is_none_is_not_found(walked: City) -> None:
    client = client_of(walked, "shift_leader")
    for address in ("/tracks/inspector/yesterday/", f"/tracks/nobody/{DAY}/", f"/tracks/operator/{DAY}/"):
        assert client.get(address).status_code == 404
    assert client.get("/tracks/figures/?span=year").status_code == 400
    assert client.get("/alarms/?kind=meteor").status_code == 400


def test_the_lists_ask_few_queries_however_much_there_is(walked: City, counted_queries: QueryCounter) -> None:
    for i in range(40):
        Alarm.objects.create(
            member=walked.members["inspector2"],
            kind="still",
            began_at=clock.now(),
            raised_at=clock.now(),
            ended_at=clock.now() + timedelta(i),
        )
    client = client_of(walked, "shift_leader")
    for name, address in {
        "tracks: now": "/tracks/",
        "tracks: now, again": "/tracks/now.json",
        "tracks: replay": f"/tracks/inspector/{DAY}/",
        "tracks: replay's track": f"/tracks/inspector/{DAY}/track.json",
        "tracks: figures of a month": "/tracks/figures/?span=month",
        "alarms: list": "/alarms/",
    }.items():
        with counted_queries(name):
            assert client.get(address).status_code == 200
    phone = client_of(walked, "inspector")
    with counted_queries("phone: my day"):
        assert phone.get("/phone/day/").status_code == 200


def test_alarms_come_in_pages_and_by_state_kind_and_inspector(walked: City) -> None:
    for i in range(35):
        Alarm.objects.create(
            member=walked.members["inspector2"],
            kind="still",
            began_at=clock.now(),
            raised_at=clock.now(),
            ended_at=clock.now() + timedelta(i),
        )
    client = client_of(walked, "shift_leader")
    first = client.get("/alarms/").context
    assert len(first["rows"]) == 30
    rest = client.get("/alarms/", {"cursor": first["next"]}).context
    assert len(rest["rows"]) == 6
    assert len(client.get("/alarms/?kind=out_of_bounds").context["rows"]) == 1
    assert len(client.get("/alarms/?who=inspector&first=2026-11-24&last=2026-11-24").context["rows"]) == 1
    assert client.get("/alarms/?state=closed").context["rows"] == []


def test_a_shift_leader_closes_an_alarm_from_the_list_and_stays_in_it(walked: City) -> None:
    alarm = Alarm.objects.get()
    client = client_of(walked, "shift_leader")
    answer = client.post(f"/alarms/{alarm.pk}/close", {"excused": "yes", "reason": "", "back": "?kind=out_of_bounds"}, follow=True)
    assert "A reason is needed" in answer.content.decode()
    answer = client.post(f"/alarms/{alarm.pk}/close", {"excused": "no", "reason": "No reason to be there", "back": "?kind=out_of_bounds"})
    assert answer.headers["Location"] == "/alarms/?kind=out_of_bounds"
    alarm.refresh_from_db()
    assert (alarm.state, alarm.excused, alarm.reason) == ("closed", False, "No reason to be there")
    assert client.post(f"/alarms/{alarm.pk}/close", {"excused": "no", "reason": "x", "back": "//elsewhere.example"}).status_code == 409


def test_the_phone_sends_positions_and_explains_alarms(city: City) -> None:
    phone = client_of(city, "inspector")
    answer = phone.post("/phone/track", orjson.dumps({"fixes": OUT_AND_BACK}), content_type="application/json")
    assert answer.json() == {"kept": len(OUT_AND_BACK), "flagged": 0, "late": 0, "refused": {}}
    assert TrackPoint.objects.count() == len(OUT_AND_BACK)
    assert phone.post("/phone/track", b"no json", content_type="application/json").status_code == 400
    assert phone.post("/phone/track", orjson.dumps({"fixes": [["x"]]}), content_type="application/json").status_code == 400
    assert "Out of bounds" in phone.get("/phone/").content.decode()
    alarm = Alarm.objects.get()
    assert (
        phone.post(f"/phone/alarms/{alarm.pk}/explain", {"words": "Helped at an accident", "from": "phone"}).headers["Location"]
        == "/phone/"
    )
    assert "Out of bounds" not in phone.get("/phone/").content.decode()


def test_programs_send_positions_with_a_token(city: City) -> None:
    for name, address, fixes in (
        ("inspector", "/api/v1/positions", walk(0, 10)),
        ("administrator", "/api/v1/positions/batch", [[city.members["inspector2"].pk, *fix] for fix in walk(250, 260)]),
    ):
        token = make_token(city.members[name]).secret
        answer = Client().post(
            address, orjson.dumps({"fixes": fixes}), content_type="application/json", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 200, answer.content
        assert answer.json() == {"kept": 2, "flagged": 0, "late": 0, "refused": {}}


def test_the_administrator_changes_and_switches_off_rules(city: City) -> None:
    client = client_of(city, "administrator")
    assert client_of(city, "shift_leader").get("/manage/alarm-rules/").status_code == 403
    assert client.get("/manage/alarm-rules/").status_code == 200
    given = {"still-threshold": 80, "still-minutes": 45, "still-escalate_minutes": 20, "still-day": DAY}
    assert client.post("/manage/alarm-rules/still", given).status_code == 302
    rule = AlarmRule.objects.get(kind="still", valid_to=None)
    assert (rule.threshold, rule.minutes, rule.escalate_minutes) == (80, 45, 20)
    assert client.post("/manage/alarm-rules/still", given | {"still-threshold": 99999}).status_code == 422
    client.post("/manage/alarm-rules/still", {"off": "1"})
    assert not AlarmRule.objects.filter(kind="still", valid_to=None).exists()
    assert client.post("/manage/alarm-rules/meteor", given).status_code == 404


def test_figures_are_summed_over_a_month_and_go_away_as_a_table(walked: City) -> None:
    client = client_of(walked, "evaluator")
    shown = client.get("/tracks/figures/?span=month").context["shown"]
    line = next(line for line in shown.inspectors if line.member == walked.members["inspector"])
    assert (line.figures.days, line.figures.covered_grids, line.figures.reports) == (1, 1, 1)
    assert line.figures.coverage == 50
    table = b"".join(client.get("/tracks/figures.csv?span=month").streaming_content).decode()
    assert walked.members["inspector"].full_name in table
