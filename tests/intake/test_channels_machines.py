"""Cameras and sensors: one problem is one case, however often a machine tells of it; nothing that is refused is lost."""

from datetime import timedelta

import pytest
from django.test import Client

from chengge.casework.actions import Given
from chengge.casework.models import Case, Evidence, Report
from chengge.clock import PretendedClock
from chengge.domain.errors import Conflict, Refused
from chengge.intake.actions.messages import forget_old_messages, take_abandoned, take_again
from chengge.intake.actions.takers import TAKERS
from chengge.intake.models import Alarm, InboundMessage, SourceEvent
from tests.casework.lives import Life
from tests.factories import City, build_city
from tests.intake.sending import camera, event_type, picture, sender, sensor

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(pretended_clock: PretendedClock) -> City:
    return build_city()


@pytest.fixture
def life(city: City, pretended_clock: PretendedClock) -> Life:
    return Life(city, pretended_clock)


def event(number: int = 1, **values: object) -> dict[str, object]:
    return {"message_id": f"e-{number}", "camera": "CAM-1", "type": "garbage_exposed", "confidence": 0.93} | values


def reading(number: int = 1, value: float = 55.0, **values: object) -> dict[str, object]:
    return {"message_id": f"m-{number}", "device": "WELL-1", "value": value} | values


def test_what_a_camera_saw_becomes_a_case_at_the_camera_with_its_picture(city: City):
    seen_by, _type = camera(city), event_type(city)
    told = sender(city, "video").told("/intake/video", event(photos=[picture()]))
    case = Case.objects.get(number=told["number"])
    assert (case.channel, case.problem_class, case.place, case.lon) == ("video", city.garbage, seen_by.place, seen_by.lon)
    assert Evidence.objects.get(case=case).phase == "report"


def test_the_same_event_sent_again_is_one_report(city: City):
    camera(city), event_type(city)
    platform = sender(city, "video")
    first, second = (platform.told("/intake/video", event()) for _time in range(2))
    assert (second["number"], second["repeated"]) == (first["number"], True)
    assert Report.objects.count() == 1


def test_a_platform_that_is_not_sure_is_set_aside_with_the_reason(city: City):
    camera(city), event_type(city, least_confidence=0.8)
    told = sender(city, "video").told("/intake/video", event(confidence=0.55))
    assert told["state"] == "ignored"
    assert "0.55" in told["reason"]
    assert not Report.objects.exists()


def test_a_camera_nobody_registered_is_refused_kept_and_taken_again_once_it_is_known(city: City):
    event_type(city)
    answer = sender(city, "video").send("/intake/video", event(photos=[picture()]))
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "not_registered", "camera")
    kept = InboundMessage.objects.get()
    assert (kept.state, "CAM-1" in kept.reason) == ("refused", True)
    camera(city)
    taken = take_again(city.actor("administrator"), kept.pk, TAKERS)
    assert taken.state == "taken"
    assert Evidence.objects.filter(case=taken.report.case).count() == 1
    with pytest.raises(Conflict):
        take_again(city.actor("administrator"), kept.pk, TAKERS)


def test_a_message_taken_again_after_its_photo_was_dropped_comes_without_it(city: City):
    event_type(city)
    sender(city, "video").send("/intake/video", event(photos=[picture()]))
    Evidence.objects.all().delete()
    camera(city)
    assert take_again(city.actor("administrator"), InboundMessage.objects.get().pk, TAKERS).state == "taken"


def test_a_message_that_fits_no_description_is_kept_too(city: City):
    platform = sender(city, "video")
    assert platform.send("/intake/video", {"camera": 7}).status_code == 422
    assert platform.client.post(
        "/api/v1/intake/video", b"{not json", content_type="application/json", headers={"X-Source-Key": platform.secret}
    ).status_code == 400  # fmt: skip
    assert list(InboundMessage.objects.values_list("state", flat=True)) == ["refused", "refused"]
    with pytest.raises(Refused, match=r"\S"):
        take_again(city.actor("administrator"), InboundMessage.objects.first().pk, TAKERS)


def test_a_picture_that_is_none_is_refused_and_kept_with_the_reason(city: City):
    camera(city), event_type(city)
    assert sender(city, "video").send("/intake/video", event(photos=["bm8gcGhvdG8="])).json()["code"] == "photo_unreadable"
    assert InboundMessage.objects.get().state == "refused"


def test_a_sensor_in_alarm_is_one_case_however_often_it_says_so(city: City, pretended_clock: PretendedClock):
    sensor(city)
    platform = sender(city, "sensor")
    numbers = set()
    for number in range(5):
        numbers.add(platform.told("/intake/sensor", reading(number, 50 + number))["number"])
        pretended_clock.advance(timedelta(minutes=10))
    assert len(numbers) == Case.objects.count() == 1
    alarm = Alarm.objects.get()
    assert (alarm.count, alarm.events.count()) == (5, 5)
    assert Case.objects.get().entries.count() == 2, "the first repeat is told to the case, the others only count"
    assert Case.objects.get().component_code == alarm.device.component_code


def test_a_sensor_that_is_calm_again_is_noted_and_its_case_goes_on(city: City):
    sensor(city)
    platform = sender(city, "sensor")
    platform.told("/intake/sensor", reading(1, 55))
    calm = platform.told("/intake/sensor", reading(2, 12))
    assert calm["state"] == "ignored"
    assert Alarm.objects.get().recovered_at is not None
    assert SourceEvent.objects.latest("pk").kind == "recovery"
    assert Case.objects.get().stage == "reported"


def test_all_is_well_opens_nothing(city: City):
    sensor(city)
    assert sender(city, "sensor").told("/intake/sensor", reading(1, 12))["state"] == "ignored"
    assert not Case.objects.exists()


def test_after_the_case_has_ended_and_the_quiet_time_an_alarm_opens_another(city: City, life: Life):
    sensor(city, calm_minutes=30)
    platform = sender(city, "sensor")
    platform.told("/intake/sensor", reading(1))
    life.case_id = Case.objects.get().pk
    life.do("reject", "operator", Given(reason="现场未发现"))
    life.later(minutes=10)
    assert platform.told("/intake/sensor", reading(2))["state"] == "ignored"
    assert Case.objects.count() == 1
    life.later(minutes=30)
    platform.told("/intake/sensor", reading(3))
    assert Case.objects.count() == 2
    assert Alarm.objects.filter(ended_at=None).count() == 1


def test_what_the_sensor_itself_says_goes_before_its_limits(city: City):
    sensor(city, high=None)
    platform = sender(city, "sensor")
    assert platform.told("/intake/sensor", reading(1, 12, state="alarm"))["state"] == "taken"
    assert platform.send("/intake/sensor", reading(2, 99)).status_code == 422, "a value alone says nothing without limits"


def test_two_kinds_of_event_at_one_camera_are_two_cases(city: City):
    camera(city), event_type(city), event_type(city, "parking", problem_class=city.parking)
    platform = sender(city, "video")
    platform.told("/intake/video", event(1))
    platform.told("/intake/video", event(2, type="parking"))
    platform.told("/intake/video", event(3))
    assert Case.objects.count() == 2


def test_without_a_key_nobody_sends_and_with_one_only_by_its_own_channel(city: City):
    assert Client().post("/api/v1/intake/video", event(), content_type="application/json").status_code == 401
    gateway = sender(city, "sms")
    assert gateway.send("/intake/video", event(), secret="chengge_in_unknown").status_code == 401
    assert gateway.send("/intake/video", event()).json()["code"] == "source_channel"


def test_a_source_past_its_limit_is_answered_429_with_the_time_to_wait(city: City):
    camera(city), event_type(city)
    platform = sender(city, "video", rate_per_minute=2)
    statuses = [platform.send("/intake/video", event(number)).status_code for number in range(3)]
    assert statuses == [200, 200, 429]
    assert int(platform.send("/intake/video", event(9))["Retry-After"]) > 0


def test_a_source_that_may_not_report_is_told_so(city: City):
    assert sender(city, "sensor", may_report=False).send("/intake/sensor", reading()).json()["code"] == "source_reports"


def test_a_text_that_leaves_class_and_place_open_waits_for_an_operator(city: City):
    told = sender(city, "sms").told("/intake/sms", {"message_id": "1", "from": "13800001111", "text": "路上有个坑"})
    kept = Report.objects.get(pk=told["report_id"])
    assert (kept.state, kept.channel, kept.description, told["number"]) == ("incomplete", "sms", "路上有个坑", None)


def test_a_text_that_names_a_known_place_is_put_there(city: City):
    told = sender(city, "sms").told("/intake/sms", {"message_id": "1", "from": "13800001111", "text": "石桥路菜场门口井盖没有了"})
    kept = Report.objects.get(pk=told["report_id"])
    assert (kept.place, kept.lon) == ("石桥路菜场", city.places[0][0])


def test_who_sent_a_text_is_nowhere_in_plain_words(city: City):
    sender(city, "sms").told("/intake/sms", {"message_id": "1", "from": "13800001111", "text": "路上有个坑"})
    kept = [*InboundMessage.objects.values(), *Report.objects.values()]
    assert "13800001111" not in str(
        [{name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()} for row in kept]
    )


def test_a_message_that_a_process_left_half_done_is_taken_in_by_the_next_look(city: City, pretended_clock: PretendedClock):
    camera(city), event_type(city)
    platform = sender(city, "video")
    platform.told("/intake/video", event())
    left = InboundMessage.objects.get()
    InboundMessage.objects.create(source=left.source, message_id="left", sealed=left.sealed, received_at=pretended_clock.at, title="x")
    assert take_abandoned(TAKERS) == 0
    pretended_clock.advance(timedelta(minutes=3))
    assert take_abandoned(TAKERS) == 1
    assert InboundMessage.objects.get(message_id="left").state == "ignored", "it is a repeat of the same problem"


def test_messages_are_forgotten_after_their_days_and_reports_stay(city: City, pretended_clock: PretendedClock):
    camera(city), event_type(city)
    sender(city, "video").told("/intake/video", event())
    pretended_clock.advance(timedelta(days=31))
    assert forget_old_messages() == 1
    assert Report.objects.count() == 1
