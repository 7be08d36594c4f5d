"""Pages of component surveys: the office's queue, the register with its versions, the inspector's own list."""

import csv
import io

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from chengge.field.actions import approve_survey, send_survey
from chengge.field.models import ComponentSurvey
from chengge.foundation.models import Component
from tests.browsing import client_of
from tests.conftest import QueryCounter
from tests.factories import MANHOLE_CODE, SIDE, SOUTH, WEST, City
from tests.field.test_survey import found, photo, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

PLACE = {"lon": f"{WEST + SIDE / 2}", "lat": f"{SOUTH + SIDE / 3}", "accuracy": "3.2"}


def told(answer: object) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))  # type: ignore[attr-defined]


# --- The phone ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_json", [False, True])
def test_a_phone_sends_a_survey_as_a_form_or_as_json_and_once(city: City, as_json: bool) -> None:
    phone = client_of(city, "inspector")
    values = PLACE | {"kind": "moved", "code": str(MANHOLE_CODE), "key": "k1", "photos": [photo(city)], "words": "移到路口"}
    kwargs = {"content_type": "application/json"} if as_json else {}
    first = phone.post("/phone/survey/", values, **kwargs)
    again = phone.post("/phone/survey/", values, **kwargs)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    survey = ComponentSurvey.objects.get()
    assert (survey.component, survey.words, survey.accuracy_m) == (Component.objects.get(), "移到路口", 3.2)


def test_a_phone_is_told_which_value_is_at_fault(city: City) -> None:
    phone = client_of(city, "inspector")
    answer = phone.post("/phone/survey/", PLACE | {"kind": "moved", "code": "x"})
    assert (answer.status_code, answer.json()["field"]) == (400, "code")
    assert phone.post("/phone/survey/", "[1]", content_type="application/json").status_code == 400
    assert phone.post("/phone/survey/", "{", content_type="application/json").status_code == 400
    assert client_of(city, "operator").post("/phone/survey/", PLACE).status_code == 403


def test_an_inspector_sees_how_the_own_surveys_stand(city: City) -> None:
    survey = sent(city)
    phone = client_of(city, "inspector")
    assert b"Waiting" in phone.get("/phone/surveys/").content
    client_of(city, "shift_leader").post(f"/manage/surveys/{survey.pk}/decide", {"decision": "refuse", "reason": "照片不清"})
    page = phone.get("/phone/surveys/").content.decode()
    assert "Refused" in page
    assert "照片不清" in page
    assert "Refused" not in client_of(city, "inspector2").get("/phone/surveys/").content.decode()


def test_the_list_on_the_phone_asks_the_same_whatever_its_length(city: City, counted_queries: QueryCounter) -> None:
    phone = client_of(city, "inspector")
    for shade in range(1, 6):
        sent(city, photos=(photo(city, shade),))
    phone.get("/phone/surveys/")
    with counted_queries("phone: my surveys"):
        phone.get("/phone/surveys/")


# --- The office ---------------------------------------------------------------------------------------------------------


def test_the_queue_is_open_to_those_who_decide_and_those_who_evaluate(city: City) -> None:
    sent(city)
    allowed = {"shift_leader", "administrator", "evaluator"}
    for name in city.members:
        for address in ("/manage/surveys/", "/manage/components/", f"/manage/components/{MANHOLE_CODE}/", "/manage/surveys/export.csv"):
            assert client_of(city, name).get(address).status_code == (200 if name in allowed else 403), (name, address)
    assert Client().get("/manage/surveys/").status_code == 302


def test_an_evaluator_is_offered_no_decision(city: City) -> None:
    sent(city)
    assert b'value="approve"' not in client_of(city, "evaluator").get("/manage/surveys/").content
    assert b'value="approve"' in client_of(city, "shift_leader").get("/manage/surveys/").content


def test_photos_of_a_survey_are_seen_by_the_office_and_by_who_took_them(city: City) -> None:
    address = f"/surveys/{sent(city).pk}/photos/0/thumb"
    seen = {
        name: client_of(city, name).get(address).status_code
        for name in ("shift_leader", "evaluator", "inspector", "inspector2", "operator")
    }
    assert seen == {"shift_leader": 200, "evaluator": 200, "inspector": 200, "inspector2": 404, "operator": 403}
    assert client_of(city, "shift_leader").get(address.replace("thumb", "..")).status_code == 404
    assert client_of(city, "shift_leader").get(address.replace("/0/", "/7/")).status_code == 404


def test_after_a_decision_the_next_that_waits_is_open(city: City) -> None:
    first, second = sent(city), sent(city, "gone", photos=(photo(city, 7),))
    office = client_of(city, "shift_leader")
    answer = office.post(f"/manage/surveys/{second.pk}/decide", {"decision": "approve"})
    assert answer.url.endswith(f"survey={first.pk}")
    assert "Approved" in told(answer)
    assert Component.objects.get(code=MANHOLE_CODE).state == "abandoned"


def test_what_is_put_right_goes_into_the_register(city: City) -> None:
    survey = sent(city, "new")
    office = client_of(city, "administrator")
    office.post(
        f"/manage/surveys/{survey.pk}/decide",
        {"decision": "approve", "name": "石桥路雨水井", "lon": f"{WEST + SIDE * 2.5}", "lat": f"{SOUTH + SIDE / 2}"},
    )
    survey.refresh_from_db()
    assert survey.component is not None
    assert (survey.component.name, survey.component.lon) == ("石桥路雨水井", WEST + SIDE * 2.5)


def test_a_refusal_without_a_reason_stays_open_and_says_so(city: City) -> None:
    survey = sent(city)
    answer = client_of(city, "shift_leader").post(f"/manage/surveys/{survey.pk}/decide", {"decision": "refuse"})
    assert "A reason is needed." in told(answer)
    assert answer.url.endswith(f"survey={survey.pk}")


def test_a_decision_can_be_taken_back_on_the_page(city: City) -> None:
    survey = sent(city)
    office = client_of(city, "shift_leader")
    office.post(f"/manage/surveys/{survey.pk}/decide", {"decision": "approve"})
    assert b'value="undo"' in office.get(f"/manage/surveys/?state=approved&survey={survey.pk}").content
    office.post(f"/manage/surveys/{survey.pk}/decide", {"decision": "undo"})
    survey.refresh_from_db()
    assert survey.state == "waiting"


def test_many_are_approved_at_once_and_the_others_are_named(city: City) -> None:
    numbers = [sent(city).pk, sent(city, "new", lon=WEST - 1, photos=(photo(city, 7),)).pk]
    office = client_of(city, "shift_leader")
    answer = office.post("/manage/surveys/approve", {"survey": [str(number) for number in numbers]})
    assert "1 survey approved." in told(answer)
    assert f"Survey {numbers[1]}" in told(answer)
    assert "Tick" in told(office.post("/manage/surveys/approve"))


def test_the_page_warns_of_a_double_entry_and_of_what_does_not_exist(city: City) -> None:
    sent(city, "new")
    office = client_of(city, "shift_leader")
    assert b"Perhaps registered already" not in office.get("/manage/surveys/").content, "20 m away is another manhole"
    sent(city, "new", lat=SOUTH + SIDE / 2 + 0.00005, photos=(photo(city, 7),))
    assert b"Perhaps registered already" in office.get("/manage/surveys/").content
    assert b"There is no such survey" in office.get("/manage/surveys/?survey=999999").content
    assert office.get("/manage/surveys/?since=x").status_code == 400
    assert office.get("/manage/surveys/?survey=x").status_code == 400


def test_the_queue_goes_on_page_by_page_and_asks_the_same_whatever_its_length(city: City, counted_queries: QueryCounter) -> None:
    actor, finding = city.actor("inspector"), found(city)
    digests = [photo(city, shade) for shade in range(1, 34)]
    for digest in digests:
        send_survey(actor, found(city, photos=(digest,)))
    office = client_of(city, "shift_leader")
    first = office.get("/manage/surveys/").context
    assert len(first["rows"]) == 30
    assert first["more"] == first["rows"][-1].pk
    rest = office.get(f"/manage/surveys/?before={first['more']}").context
    assert len(rest["rows"]) == 3
    assert rest["more"] is None
    with counted_queries("office: surveys"):
        office.get("/manage/surveys/")
    assert finding.kind == "moved"


def test_the_table_to_take_away_holds_what_is_filtered_and_no_formulas(city: City) -> None:
    sent(city, words="=1+1")
    text = b"".join(client_of(city, "evaluator").get("/manage/surveys/export.csv?state=waiting")).decode("utf-8-sig")
    heading, row = csv.reader(io.StringIO(text))
    assert row[heading.index("words")] == "'=1+1"
    assert row[heading.index("component")] == "9901010103 000001"
    assert (
        len(list(csv.reader(io.StringIO(b"".join(client_of(city, "evaluator").get("/manage/surveys/export.csv?state=refused")).decode()))))
        == 1
    )


def test_a_component_shows_every_version_with_its_survey_and_photo(city: City, counted_queries: QueryCounter) -> None:
    survey = sent(city, words="道路改造")
    approve_survey(city.actor("shift_leader"), survey.pk)
    office = client_of(city, "evaluator")
    with counted_queries("office: a component"):
        page = office.get(f"/manage/components/{MANHOLE_CODE}/").content.decode()
    assert f"Survey {survey.pk} of 陈蓉" in page
    assert "道路改造" in page
    assert f"/surveys/{survey.pk}/photos/0/thumb" in page
    assert "First registered" in page
    assert "何敏" in page
    assert office.get("/manage/components/1/").status_code == 404
    assert office.get("/manage/components/9901010103000009/").status_code == 404


def test_the_register_is_searched_and_paged(city: City, counted_queries: QueryCounter) -> None:
    base = Component.objects.get()
    Component.objects.bulk_create(
        [
            Component(code=base.code + step, problem_class=base.problem_class, name=f"井盖 {step}", lon=base.lon, lat=base.lat,
                      grid_code=base.grid_code, first_on=base.first_on, changed_on=base.changed_on)
            for step in range(1, 60)
        ]
    )  # fmt: skip
    office = client_of(city, "administrator")
    with counted_queries("office: register of components"):
        first = office.get("/manage/components/").context
    assert len(first["rows"]) == 50
    assert len(office.get(f"/manage/components/?after={first['more']}").context["rows"]) == 10
    assert [row.name for row in office.get("/manage/components/?q=井盖 7").context["rows"]] == ["井盖 7"]
    assert len(office.get(f"/manage/components/?q={base.code}").context["rows"]) == 1
