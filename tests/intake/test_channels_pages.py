"""Pages of machine channels: sources and keys, messages and registers, orders, statistics."""

import json
from datetime import date, timedelta

import pytest
from django.test import Client

from chengge.casework.actions import Given
from chengge.casework.models import Case, Report
from chengge.clock import PretendedClock
from chengge.domain.errors import Conflict, Forbidden, Refused
from chengge.intake.actions.channels import source_with
from chengge.intake.actions.orders import Ordered, answer_ended_orders, mark_answered, take_order
from chengge.intake.models import Camera, ChannelKey, Device, InboundMessage, Source, WorkOrder
from chengge.intake.queries.statistics import figures
from chengge.notices.models import Notice
from tests.casework.lives import Life
from tests.factories import PASSWORD, City, build_city
from tests.intake.sending import camera, event_type, sender, sensor

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(pretended_clock: PretendedClock) -> City:
    return build_city()


@pytest.fixture
def life(city: City, pretended_clock: PretendedClock) -> Life:
    return Life(city, pretended_clock)


def signed_in(name: str) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    assert client.login(username=name, password=PASSWORD)
    return client


# --- Sources ----------------------------------------------------------------------------------------------------------------------------


def test_the_administrator_makes_a_source_and_sees_its_key_once(city: City):
    client = signed_in("administrator")
    page = client.post("/manage/sources/new/", {"name": "短信网关", "channel": "sms", "rate_per_minute": "60", "may_report": "on"})
    secret = page.content.decode().split('key-shown">')[1].split("<")[0]
    assert source_with(secret).name == "短信网关"
    listed = client.get("/manage/sources/").content.decode()
    assert secret not in listed
    assert f"…{secret[-4:]}" in listed


def test_a_key_is_rotated_and_a_source_paused_on_the_page(city: City):
    client, gateway = signed_in("administrator"), sender(city, "sms")
    client.post(f"/manage/sources/{gateway.source.pk}/rotate/")
    assert ChannelKey.objects.filter(source=gateway.source, ends_at=None).count() == 1
    client.post(f"/manage/sources/{gateway.source.pk}/pause/")
    assert Source.objects.get().paused_at is not None
    client.post(f"/manage/sources/{gateway.source.pk}/resume/")
    assert Source.objects.get().paused_at is None


@pytest.mark.parametrize(
    "path", ["/manage/sources/", "/manage/sources/new/", "/manage/registers/sensors/", "/manage/registers/cameras/new/"]
)
def test_only_administrators_keep_sources_and_registers(city: City, path: str):
    for name in ("operator", "shift_leader", "department", "leader"):
        assert signed_in(name).get(path).status_code == 403
    assert signed_in("administrator").get(path).status_code == 200


def test_messages_are_looked_after_by_administrators_and_shift_leaders(city: City):
    for name, status in (("administrator", 200), ("shift_leader", 200), ("operator", 403), ("department", 403)):
        assert signed_in(name).get("/manage/messages/").status_code == status


def test_a_refused_message_is_found_read_without_its_sender_and_taken_again(city: City):
    event_type(city)
    sender(city, "video").send("/intake/video", {"message_id": "e-1", "camera": "CAM-1", "type": "garbage_exposed"})
    kept, client = InboundMessage.objects.get(), signed_in("shift_leader")
    assert "CAM-1" in client.get("/manage/messages/", {"state": "refused", "q": "CAM"}).content.decode()
    camera(city)
    page = client.post(f"/manage/messages/{kept.pk}/again/", follow=True).content.decode()
    assert Case.objects.get().number in page


def test_what_a_text_said_is_shown_without_its_sender(city: City):
    sender(city, "sms").told("/intake/sms", {"message_id": "1", "from": "13800001111", "text": "路上有个坑"})
    page = signed_in("administrator").get(f"/manage/messages/{InboundMessage.objects.get().pk}/").content.decode()
    assert "路上有个坑" in page
    assert "13800001111" not in page


# --- Registers --------------------------------------------------------------------------------------------------------------------------


def test_cameras_sensors_and_event_types_are_kept_on_screen(city: City):
    client, (lon, lat) = signed_in("administrator"), city.places[2]
    placed = {"lon": str(lon), "lat": str(lat), "place": "东新路", "active": "on"}
    client.post("/manage/registers/cameras/new/", {"code": "CAM-9", "name": "东新路枪机", **placed})
    client.post("/manage/registers/sensors/new/", {
        "code": "W-9", "name": "水位计", "problem_class_id": city.manhole.pk, "high": "40", "calm_minutes": "30", **placed,
    })  # fmt: skip
    client.post("/manage/registers/event-types/new/", {
        "code": "garbage", "problem_class_id": city.garbage.pk, "least_confidence": "0.7", "active": "on",
    })  # fmt: skip
    assert Camera.objects.get().grid_code == Device.objects.get().grid_code is not None
    for slug in ("cameras", "sensors", "event-types"):
        assert client.get(f"/manage/registers/{slug}/").status_code == 200
    device = Device.objects.get()
    assert client.get(f"/manage/registers/sensors/{device.pk}/").status_code == 200
    assert client.post("/manage/registers/cameras/new/", {"code": "CAM-9", "name": "again", **placed}).status_code == 422


# --- Orders -----------------------------------------------------------------------------------------------------------------------------


def instruction(**values: object) -> Ordered:
    return Ordered(**({"kind": "instruction", "number": "批示〔2026〕17号", "whose": "张副市长"} | values))


def test_a_leaders_instruction_becomes_a_case_of_its_own_channel_with_a_day_to_answer(city: City, life: Life):
    made = take_order(city.actor("operator"), life.said(channel="leader"), instruction(due_at=life.now + timedelta(days=2)))
    assert (Case.objects.get().channel, WorkOrder.objects.get().report_id) == ("leader", made.report_id)


def test_the_same_order_is_not_taken_down_twice(city: City, life: Life):
    take_order(city.actor("operator"), life.said(channel="leader"), instruction())
    with pytest.raises(Conflict, match="17号"):
        take_order(city.actor("operator"), life.said(channel="leader"), instruction())
    assert Report.objects.count() == 1


def test_an_order_says_from_whom_and_links_to_nothing_but_the_web(city: City, life: Life):
    with pytest.raises(Refused, match=r"\S"):
        take_order(city.actor("operator"), life.said(channel="media"), instruction(kind="media", whose=""))
    with pytest.raises(Refused, match="https"):
        take_order(city.actor("operator"), life.said(channel="leader"), instruction(link="javascript:alert(1)"))
    with pytest.raises(Forbidden):
        take_order(city.actor("department"), life.said(channel="leader"), instruction())


def test_an_order_of_the_upper_platform_is_answered_when_its_case_ends(city: City, life: Life):
    platform = sender(city, "upper", answers_to="upper@province.example")
    lon, lat = city.places[0]
    order = {
        "number": "SJ001", "text": "雨水井盖缺失", "class_code": "component0103", "lon": lon, "lat": lat, "due_at": "2026-11-27T10:00:00Z",
    }  # fmt: skip
    told = platform.told("/intake/upper", order)
    assert platform.told("/intake/upper", order)["repeated"]
    life.case_id = Case.objects.get(number=told["number"]).pk
    assert answer_ended_orders() == 0
    life.do("reject", "operator", Given(reason="现场未发现"))
    assert (answer_ended_orders(), answer_ended_orders()) == (1, 0)
    notice = Notice.objects.get()
    assert (notice.topic, "SJ001" in notice.subject, told["number"] in notice.text) == ("upper", True, True)
    assert WorkOrder.objects.get().answered_at is not None


def test_an_order_is_answered_by_hand_once(city: City, life: Life):
    take_order(city.actor("operator"), life.said(channel="leader"), instruction())
    order = WorkOrder.objects.get()
    mark_answered(city.actor("shift_leader"), order.pk, "已恢复，书面回复")
    with pytest.raises(Conflict):
        mark_answered(city.actor("shift_leader"), order.pk, "再答")


@pytest.mark.parametrize("kind", ["media", "inspection"])
def test_orders_are_taken_down_and_answered_on_screen_each_kind_under_its_channel(city: City, kind: str):
    client, (lon, lat) = signed_in("operator"), city.places[0]
    client.post("/orders/new/", {
        "key": "k", "kind": kind, "whose": "城市晚报", "link": "https://news.example/1", "due_on": "2026-11-27",
        "description": "井盖缺失",
        "problem_class_id": city.manhole.pk, "lon": str(lon), "lat": str(lat), "place": "石桥路口",
    })  # fmt: skip
    case = Case.objects.get()
    assert (case.channel, case.number in client.get("/orders/").content.decode()) == (kind, True)
    client.post(f"/orders/{WorkOrder.objects.get().pk}/answer/", {"answer": "已回复"})
    assert case.number not in client.get("/orders/").content.decode()
    assert case.number in client.get("/orders/", {"answered": "1"}).content.decode()
    assert signed_in("department").get("/orders/").status_code == 403


# --- Statistics -------------------------------------------------------------------------------------------------------------------------


def test_every_channel_is_a_line_of_its_own_with_cases_duplicates_refusals_and_time_to_acceptance(city: City, life: Life):
    sensor(city)
    platform = sender(city, "sensor")
    for number in range(3):
        platform.told("/intake/sensor", {"message_id": f"m{number}", "device": "WELL-1", "value": 60})
    life.to("reported", channel="hotline")
    life.later(minutes=8)
    life.do("reject", "operator", Given(reason="不属实"))
    life.report(channel="email", lon=None, lat=None)
    found = figures(city.actor("evaluator"), life.now.date(), life.now.date())
    lines = {line.channel: line for line in found.lines}
    assert (lines["sensor"].reports, lines["sensor"].cases, lines["sensor"].added) == (2, 1, 1)
    assert (lines["hotline"].rejected, lines["hotline"].rejected_share, lines["hotline"].accepted_in) == (1, 100.0, timedelta(minutes=8))
    assert (lines["email"].reports, lines["email"].cases, lines["email"].waiting) == (1, 0, 1)
    assert (found.total.reports, found.total.cases) == (4, 2)
    assert found.series["sensor"] == [2]


def test_figures_by_month_name_every_month_of_the_span(city: City):
    found = figures(city.actor("leader"), date(2026, 9, 3), date(2026, 11, 24), "month")
    assert found.steps == (date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1))
    with pytest.raises(Refused):
        figures(city.actor("leader"), date(2026, 1, 1), date(2026, 11, 24), "day")


def test_the_page_of_channels_is_read_by_those_who_watch_over_the_whole(city: City, life: Life, counted_queries):
    life.to("accepted")
    evaluator = signed_in("evaluator")
    with counted_queries("statistics of channels"):
        page = evaluator.get("/channels/").content.decode()
    assert "Hotline" in page
    for name, status in (("leader", 200), ("operator", 200), ("department", 403), ("inspector", 403)):
        assert signed_in(name).get("/channels/").status_code == status
    assert signed_in("leader").get("/channels/", {"since": "2020-01-01"}).status_code == 400
    table = signed_in("leader").get("/channels/channels.csv").content.decode("utf-8-sig").splitlines()
    assert table[1].startswith("Hotline,1,1,0,0,0,0.0,")
    chart = json.loads(page.split('id="chart-data" type="application/json">')[1].split("</script>")[0])
    assert len(chart["steps"]) == 30
