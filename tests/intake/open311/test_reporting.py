"""Open311 GeoReport v2: a stranger's program reports, once, whatever it sends twice."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chengge.casework.actions import complete_report
from chengge.casework.models import Case, Evidence, Report
from chengge.intake.actions.channels import SourceValues, make_source, pause
from chengge.intake.actions.open311 import told_beside
from chengge.intake.models import ApiReport, Source
from tests.factories import GRID_CODES, MANHOLE_CODE
from tests.intake.open311_city import MANHOLE, PARKING, Open311, ask, errors_of, picture, tree

# --- reporting ----------------------------------------------------------------------------------------------------------------------------


def test_a_posted_request_is_a_report_of_nobody_by_the_channel_open311(open311):
    number = open311.number(first_name="明", last_name="赵", phone="13812345678", email="zhao@example.org")
    case, kept = Case.objects.get(number=number), Report.objects.get()
    assert (case.channel, case.stage, case.grid_code) == ("open311", "reported", GRID_CODES[0])
    assert (kept.member_id, kept.reporter_name, kept.case_id) == (None, "赵明", case.pk)
    assert told_beside(ApiReport.objects.get())["email"] == "zhao@example.org"
    assert b"zhao" not in bytes(ApiReport.objects.get().sealed)


def test_posting_in_xml_answers_in_xml(open311):
    element = tree(open311.post("requests.xml", **open311.here()))
    assert element.tag == "service_requests"
    assert Case.objects.filter(number=element.findtext("request/service_request_id")).exists()


def test_an_address_that_is_one_place_is_found(open311):
    told = open311.post(address_string="石桥路菜场").json()[0]
    assert Case.objects.get(number=told["service_request_id"]).grid_code == GRID_CODES[0]


def test_a_component_or_a_grid_can_stand_for_the_place(open311):
    told = open311.post(address_id=str(MANHOLE_CODE), service_code=MANHOLE).json()[0]
    assert Case.objects.get(number=told["service_request_id"]).component_code == MANHOLE_CODE
    told = open311.post(address_id=str(GRID_CODES[2])).json()[0]
    assert Case.objects.get(number=told["service_request_id"]).grid_code == GRID_CODES[2]
    assert open311.post(address_id="17").status_code == 400


def test_where_the_address_is_not_clear_a_token_is_given_until_an_operator_has_asked(open311, city):
    told = open311.post(address_string="东新路边上").json()[0]
    assert "service_request_id" not in told
    assert open311.get(f"tokens/{told['token']}.json").json() == [{"service_request_id": None, "token": told["token"]}]
    lon, lat = city.places[1]
    made = complete_report(Report.objects.get().pk, city.actor("operator"), {"lon": lon, "lat": lat})
    assert open311.get(f"tokens/{told['token']}.json").json()[0]["service_request_id"] == made.number
    assert tree(open311.get(f"tokens/{told['token']}.xml")).findtext("request/service_request_id") == made.number


def test_a_token_nobody_gave_is_not_found(open311):
    assert open311.get("tokens/AAAA.json").status_code == 404


def test_a_photo_comes_with_the_request_and_media_elsewhere_is_only_named(open311):
    photo = SimpleUploadedFile("a.jpg", picture(gps=True), "image/jpeg")
    number = open311.number(media=photo, media_url="http://example.org/p.jpg")
    evidence = Evidence.objects.get(case__number=number)
    assert evidence.phase == "report"
    assert "http://example.org/p.jpg" in Report.objects.get().description


def test_what_is_no_photo_is_refused_and_nothing_is_kept(open311):
    answer = open311.post(**open311.here(media=SimpleUploadedFile("a.jpg", b"%PDF-1.4", "image/jpeg")))
    assert answer.status_code == 400
    assert not Report.objects.exists()


def test_answers_reach_the_operator_in_words(open311):
    ask(PARKING, code="plate", required=True)
    ask(PARKING, code="kind", datatype="multivaluelist", options="car = 小汽车\ntruck = 货车", description="什么车？")
    lon, lat = open311.city.places[0]
    sent = {"attribute[plate]": "浙A12345", "attribute[kind][]": ["car", "truck"], "lat": str(lat), "long": str(lon)}
    assert open311.post(service_code=PARKING, **sent).status_code == 201
    said = Report.objects.get().description
    assert "车牌号是多少？ 浙A12345" in said
    assert "什么车？ 小汽车; 货车" in said


@pytest.mark.parametrize(
    ("question", "sent", "fault"),
    [
        ({"code": "plate", "required": True}, {}, "required"),
        ({"code": "n", "datatype": "number"}, {"attribute[n]": "many"}, "no number"),
        ({"code": "at", "datatype": "datetime"}, {"attribute[at]": "noon"}, "no date"),
        ({"code": "k", "datatype": "singlevaluelist", "options": "a = A"}, {"attribute[k]": "b"}, "none of"),
        ({"code": "k", "datatype": "singlevaluelist", "options": "a = A"}, {"attribute[k]": ["a", "a"]}, "one answer"),
        ({"code": "s"}, {"attribute[s]": "one\ntwo"}, "one line"),
        ({"code": "s"}, {"attribute[t]": "x"}, "no attribute"),
    ],
)
def test_an_answer_that_is_none_is_refused_by_name(open311, question, sent, fault):
    ask(PARKING, **question)
    answer = open311.post(**open311.here(service_code=PARKING, **sent))
    assert answer.status_code == 400
    assert fault in errors_of(answer)[0][1]
    assert not Report.objects.exists()


def test_every_faulty_answer_is_told_at_once(open311):
    ask(PARKING, code="plate", required=True)
    ask(PARKING, code="n", datatype="number")
    answer = open311.post("requests.xml", **open311.here(service_code=PARKING, **{"attribute[n]": "x"}))
    assert [one.findtext("code") for one in tree(answer)] == ["400", "400"]


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"api_key": None}, 403, "api_key is missing"),
        ({"api_key": "chengge_in_wrong"}, 403, "key is unknown"),
        ({"service_code": ""}, 400, "service_code was not provided"),
        ({"service_code": "event0000"}, 404, "was not found"),
        ({"lat": None, "long": None}, 400, "location was not provided"),
        ({"lat": "north"}, 400, "lat is a number"),
        ({"lat": "nan"}, 400, "lat is a number"),
        ({"long": None}, 400, "both or neither"),
        ({"lat": "0", "long": "0"}, 400, "no place on earth"),
        ({"email": "somebody"}, 400, "no e-mail"),
        ({"description": "x" * 4001}, 400, "longer than 4000"),
        ({"media_url": "http://x/" + "y" * 500}, 400, "media_url is longer"),
    ],
)
def test_what_is_missing_or_no_value_is_told_with_its_code(open311, change, status, sentence):
    values = open311.here() | change
    if "api_key" in change:
        open311.api_key = values.pop("api_key") or ""
    answer = open311.post(**values)
    assert answer.status_code == status
    assert sentence in errors_of(answer)[0][1]
    assert errors_of(answer)[0][0] == status
    assert not Report.objects.exists()


def test_a_long_description_is_kept_to_what_fits_and_the_sender_is_told(open311):
    told = open311.post(**open311.here(description="很长" * 1500)).json()[0]
    assert "characters" in told["service_notice"]
    assert len(Report.objects.get().description) == 1000


def test_a_key_of_another_channel_or_a_paused_source_posts_nothing(open311, city):
    other = make_source(city.actor("administrator"), SourceValues("短信网关", "sms"))
    assert Open311(city, other.secret).post(**open311.here()).status_code == 403
    pause(city.actor("administrator"), Source.objects.get(name="市民 App").pk)
    assert open311.post(**open311.here()).status_code == 403


def test_too_many_posts_are_put_off(city):
    made = make_source(city.actor("administrator"), SourceValues("忙", "open311", rate_per_minute=2))
    busy = Open311(city, made.secret)
    answers = [busy.post(**busy.here(description=str(n))) for n in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert int(answers[2]["Retry-After"]) > 0


def test_too_many_looks_from_one_address_are_put_off(open311, monkeypatch):
    monkeypatch.setattr("chengge.intake.open311.views.READS_PER_MINUTE", 3)
    answers = [open311.get("services.xml") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert tree(answers[3]).findtext("error/code") == "429"
    assert "Retry-After" in answers[3].headers


# --- sent again ---------------------------------------------------------------------------------------------------------------------------


def test_the_same_key_is_one_request(open311):
    first, again = (open311.post(key="k1", **open311.here()) for _ in range(2))
    assert first.json() == again.json()
    assert (first.status_code, again.status_code) == (201, 200)
    assert Case.objects.count() == 1
    assert open311.post(key="k1", **open311.here(description="别的事")).status_code == 400


def test_the_same_words_from_the_same_device_within_minutes_are_a_repeat(open311, life):
    first = open311.number(device_id="tt1")
    assert open311.post(**open311.here(device_id="tt1")).json()[0]["service_request_id"] == first
    assert open311.number(device_id="tt2") != first
    assert open311.number(device_id="tt1", description="别的事") != first
    life.later(minutes=11)
    assert open311.number(device_id="tt1") != first


def test_a_repeat_that_waits_is_given_its_token_again(open311):
    first, again = (open311.post(address_string="东新路边上", device_id="tt1").json()[0] for _ in range(2))
    assert first["token"] == again["token"]
    assert Report.objects.count() == 1


def test_without_device_account_or_contact_nobody_is_taken_for_somebody_else(open311):
    assert open311.number() != open311.number()
