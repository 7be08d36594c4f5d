"""The hotline: the switchboard tells of calls, an operator writes down what is said, nobody is left without being called back."""

from datetime import timedelta

import pytest
from django.test import Client

from chengge.casework.contacts import unseal
from chengge.casework.models import Case, Report
from chengge.clock import PretendedClock
from chengge.domain.errors import Conflict, Forbidden
from chengge.intake.actions.hotline import Wish, add_from_call, called_back, close_call, report_from_call
from chengge.intake.models import Call, WorkOrder
from chengge.intake.queries.calls import Wanted, call_log, caller_of, calls_now
from tests.casework.lives import Life
from tests.factories import PASSWORD, City, build_city
from tests.intake.sending import Sender, sender

pytestmark = pytest.mark.django_db
NUMBER = "13800001111"


@pytest.fixture
def city(pretended_clock: PretendedClock) -> City:
    return build_city()


@pytest.fixture
def life(city: City, pretended_clock: PretendedClock) -> Life:
    return Life(city, pretended_clock)


@pytest.fixture
def switchboard(city: City) -> Sender:
    return sender(city, "hotline")


@pytest.fixture
def operator(city: City) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    assert client.login(username="operator", password=PASSWORD)
    return client


def ring(switchboard: Sender, call_id: str = "c-1", number: str = NUMBER, **values: str) -> Call:
    switchboard.told(
        "/intake/cti", {"call_id": call_id, "event": "ringing", "number": number, "line": "12319", "agent": "operator"} | values
    )
    return Call.objects.get(call_id=call_id)


def tell(switchboard: Sender, event: str, call_id: str = "c-1", **values: str) -> None:
    switchboard.told("/intake/cti", {"call_id": call_id, "event": event} | values)


def typed(city: City, **values: str) -> dict[str, str]:
    lon, lat = city.places[0]
    return {
        "key": "k1", "description": "雨水井盖缺失", "place": "石桥路口", "lon": str(lon), "lat": str(lat),
        "problem_class_id": str(city.manhole.pk), "wants_answer": "1",
    } | values  # fmt: skip


def test_a_call_stands_in_the_log_with_its_number_hidden(switchboard: Sender, city: City):
    call = ring(switchboard)
    assert (call.masked, call.line, call.agent, call.state) == ("138****1111", "12319", city.members["operator"], "ringing")
    assert NUMBER.encode() not in bytes(call.sealed)
    assert NUMBER not in str(Call.objects.values_list("contact_mark", "masked"))


def test_events_of_a_call_may_come_in_any_order_and_twice(switchboard: Sender, pretended_clock: PretendedClock):
    tell(switchboard, "ended", at="2026-11-24T01:33:00Z")
    tell(switchboard, "answered", at="2026-11-24T01:31:00Z", recording_url="https://cti.example/r/1")
    ring(switchboard, at="2026-11-24T01:30:30Z")
    tell(switchboard, "ended", at="2026-11-24T01:33:00Z")
    call = Call.objects.get()
    assert (call.state, call.seconds, call.masked, call.recording_url) == ("ended", 120, "138****1111", "https://cti.example/r/1")


def test_a_call_that_nobody_answered_waits_to_be_called_back(switchboard: Sender, city: City):
    call = ring(switchboard)
    tell(switchboard, "ended")
    actor = city.actor("operator")
    assert [one.pk for one in calls_now(actor).to_return] == [call.pk]
    called_back(call.pk, actor)
    assert not calls_now(actor).to_return
    assert Call.objects.get().called_back_by == city.members["operator"]


def test_what_a_caller_says_becomes_a_case_of_the_hotline_with_the_callers_number(switchboard: Sender, city: City, life: Life):
    call = ring(switchboard)
    made = report_from_call(call.pk, city.actor("operator"), life.said(contact=""))
    kept = Report.objects.get(pk=made.report_id)
    assert (kept.channel, unseal(bytes(kept.contact))) == ("hotline", NUMBER)
    assert Call.objects.get().result == "report"


def test_a_caller_who_wants_no_answer_leaves_no_number(switchboard: Sender, city: City, life: Life):
    call = ring(switchboard)
    made = report_from_call(call.pk, city.actor("operator"), life.said(contact=""), Wish(wants_answer=False))
    kept = Report.objects.get(pk=made.report_id)
    assert (bytes(kept.contact), kept.contact_mark) == (b"", "")


def test_earlier_reports_of_the_same_number_are_known_however_it_was_written(switchboard: Sender, city: City, life: Life):
    life.report(contact="+86 138-0000-1111")
    life.report(contact="13900002222")
    call = ring(switchboard)
    caller = caller_of(call, city.actor("operator"))
    assert [kept.case_id for kept in caller.reports] == [Case.objects.order_by("pk").first().pk]


def test_a_second_caller_is_added_to_the_case_that_is_open(switchboard: Sender, city: City, life: Life):
    case = life.to("dispatched")
    call = ring(switchboard)
    made = add_from_call(call.pk, city.actor("operator"), life.said(contact=""), case.pk)
    assert (made.case_id, Case.objects.count(), Report.objects.filter(case=case).count()) == (case.pk, 1, 2)
    assert Call.objects.get().result == "added"


def test_a_ticket_of_12345_keeps_its_number_and_its_day(switchboard: Sender, city: City, life: Life):
    call = ring(switchboard)
    due = life.now.date() + timedelta(days=3)
    made = report_from_call(call.pk, city.actor("operator"), life.said(), Wish(ticket="GD2026112400017", due_on=due))
    order = WorkOrder.objects.get()
    assert (order.kind, order.number, order.report_id, order.due_at.isoformat()) == (
        "hotline", "GD2026112400017", made.report_id, "2026-11-27T10:00:00+00:00",
    )  # fmt: skip
    with pytest.raises(Conflict, match="GD2026112400017"):
        report_from_call(ring(switchboard, "c-2").pk, city.actor("operator"), life.said(), Wish(ticket="GD2026112400017"))
    assert Report.objects.count() == 1


def test_a_call_is_written_down_once_and_the_same_form_sent_twice_is_one_report(switchboard: Sender, city: City, life: Life):
    call, actor = ring(switchboard), city.actor("operator")
    first = report_from_call(call.pk, actor, life.said(), key="form-1")
    again = report_from_call(call.pk, actor, life.said(), key="form-1")
    assert (again.report_id, Report.objects.count()) == (first.report_id, 1)
    with pytest.raises(Conflict):
        close_call(call.pk, actor, Call.Result.ENQUIRY)


def test_only_those_who_answer_calls_see_the_hotline(switchboard: Sender, city: City):
    call = ring(switchboard)
    for name in ("department", "dispatcher", "inspector", "administrator"):
        with pytest.raises(Forbidden):
            calls_now(city.actor(name))
        with pytest.raises(Forbidden):
            close_call(call.pk, city.actor(name), Call.Result.ENQUIRY)
        client = Client()
        client.login(username=name, password=PASSWORD)
        assert client.get("/desk/hotline/").status_code == 403


def test_the_log_is_searched_by_number_day_operator_and_result(switchboard: Sender, city: City, pretended_clock: PretendedClock):
    first = ring(switchboard)
    pretended_clock.advance(timedelta(days=1))
    second = ring(switchboard, "c-2", "051288886666")
    actor = city.actor("operator")
    close_call(second.pk, actor, Call.Result.ENQUIRY, "问公园几点关门")

    def found(**wanted: object) -> list[int]:
        return [one.pk for one in call_log(actor, Wanted(**wanted))]

    assert found() == [second.pk, first.pk]
    assert found(number=NUMBER) == found(number="1111") == found(number="138****1111") == [first.pk]
    assert found(since=pretended_clock.at.date()) == found(result="enquiry") == [second.pk]
    assert found(agent_id=city.members["inspector"].pk) == []


# --- The page ---------------------------------------------------------------------------------------------------------------------------


def test_the_call_that_rings_for_an_operator_opens_at_once(switchboard: Sender, operator: Client):
    call = ring(switchboard)
    assert operator.get("/desk/hotline/").headers["Location"] == f"/desk/hotline/call/{call.pk}/"
    page = operator.get(f"/desk/hotline/call/{call.pk}/").content.decode()
    assert "138****1111" in page
    assert NUMBER not in page


def test_the_page_hears_of_a_call_by_its_pulse_and_is_told_nothing_while_nothing_changes(switchboard: Sender, operator: Client):
    quiet = operator.get("/desk/hotline/pulse/")
    version = quiet.content.decode().split('data-version="')[1][:16]
    assert operator.get("/desk/hotline/pulse/", {"version": version}).status_code == 204
    call = ring(switchboard)
    told = operator.get("/desk/hotline/pulse/", {"version": version})
    assert (told.status_code, told.headers["X-Rings"]) == (200, str(call.pk))
    assert "138****1111" in told.content.decode()


def test_an_operator_writes_a_call_down_in_the_form(switchboard: Sender, operator: Client, city: City):
    call = ring(switchboard)
    answer = operator.post(f"/desk/hotline/call/{call.pk}/save/", typed(city))
    case = Case.objects.get()
    assert answer.headers["Location"] == f"/desk/hotline/?done={case.number}"
    assert (case.channel, case.description) == ("hotline", "雨水井盖缺失")


def test_what_was_typed_stays_when_something_is_refused(switchboard: Sender, operator: Client, city: City):
    call = ring(switchboard)
    answer = operator.post(f"/desk/hotline/call/{call.pk}/save/", typed(city, due_on="someday", description="井盖响"))
    assert answer.status_code == 400
    assert "井盖响" in answer.content.decode()
    assert not Report.objects.exists()


def test_like_cases_nearby_are_shown_while_the_operator_types(operator: Client, city: City, life: Life):
    case = life.to("filed")
    shown = operator.get("/desk/hotline/nearby/", {"lon": case.lon, "lat": case.lat, "problem_class_id": city.manhole.pk}).content.decode()
    assert f'data-add="{case.number}"' in shown


def test_a_call_without_switchboard_is_begun_by_hand(operator: Client):
    answer = operator.post("/desk/hotline/begin/", {"number": NUMBER})
    call = Call.objects.get()
    assert answer.headers["Location"] == f"/desk/hotline/call/{call.pk}/"
    assert (call.state, call.masked) == ("answered", "138****1111")


def test_the_number_of_a_missed_caller_is_shown_to_whoever_calls_back(switchboard: Sender, operator: Client):
    call = ring(switchboard)
    tell(switchboard, "ended")
    page = operator.post(f"/desk/hotline/call/{call.pk}/back/", follow=True).content.decode()
    assert NUMBER in page


def test_the_desk_and_the_log_ask_few_queries(switchboard: Sender, operator: Client, counted_queries):
    for number in range(6):
        ring(switchboard, f"c-{number}", f"1380000{number:04d}")
        tell(switchboard, "ended", f"c-{number}")
    call = ring(switchboard)
    with counted_queries("the hotline's desk"):
        assert operator.get(f"/desk/hotline/call/{call.pk}/").status_code == 200
    with counted_queries("the hotline's pulse"):
        operator.get("/desk/hotline/pulse/")
    with counted_queries("the call log"):
        assert operator.get("/desk/hotline/log/").status_code == 200
