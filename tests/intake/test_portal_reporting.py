"""Reporting on the portal without an account: what becomes of it, what is refused and how, and that nothing typed is lost."""

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from chengge.casework import photos
from chengge.casework.models import Case, Evidence, Report
from chengge.casework.photos import path_of
from chengge.clock import PretendedClock
from chengge.contacts import unseal
from chengge.intake.actions.following import report_by, token_hash_of
from chengge.intake.actions.portal import fresh_stamp
from chengge.intake.actions.portal.protection import is_proven
from chengge.intake.models import ContactCode, PortalRules
from chengge.notices.models import Notice
from tests.casework.lives import Life
from tests.factories import GRID_CODES, City
from tests.intake.portal_city import SECRETS, build_portal_city, followed_by, form_of, proof_of, sent, upload, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return build_portal_city()


@pytest.fixture
def person() -> Client:
    return visitor()


# --- What becomes of a report -----------------------------------------------------------------------------------------


def test_a_report_without_an_account_becomes_a_case_and_a_link_to_follow_it(
    city: City, person: Client, pretended_clock: PretendedClock
) -> None:
    answer = sent(person, city, pretended_clock, name="王女士", contact="138 1234 5678")
    number, token = followed_by(answer)
    case = Case.objects.get(number=number)
    assert (case.channel, case.stage, case.problem_class, case.grid_code) == ("web", "reported", city.garbage, GRID_CODES[1])
    report = Report.objects.get()
    assert report.token_hash == token_hash_of(token)
    assert (report.reporter_name, unseal(bytes(report.contact))) == ("王女士", "13812345678")
    assert report_by(number, token).pk == report.pk
    assert "Thank you" in person.get(answer.headers["Location"]).content.decode()


def test_a_report_in_words_alone_waits_for_an_operator_and_is_followed_all_the_same(
    city: City, person: Client, pretended_clock: PretendedClock
) -> None:
    reference, token = followed_by(
        sent(person, city, pretended_clock, words="这里有问题，说不清", problem_class="", lon=None, lat=None, place="东边那个路口")
    )
    assert reference == f"R{Report.objects.get().pk}"
    assert not Case.objects.exists()
    page = person.get(f"/public/track/{reference}/{token}/").content.decode()
    assert "Somebody reads your report" in page


def test_the_same_form_sent_twice_is_one_report_and_the_same_link(city: City, person: Client, pretended_clock: PretendedClock) -> None:
    form = form_of(person)
    pretended_clock.advance(timedelta(seconds=8))
    lon, lat = city.places[0]
    values = form | {"words": "井盖没了", "problem_class": city.manhole.pk, "lon": lon, "lat": lat, "looked": "1"}
    first, second = person.post("/public/report/", values), person.post("/public/report/", values)
    assert first.headers["Location"] == second.headers["Location"]
    assert Report.objects.count() == 1


def test_photos_lose_where_and_by_what_they_were_taken(city: City, person: Client, pretended_clock: PretendedClock) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x9286] = "SecretPhone", "13812345678"
    exif.get_ifd(0x8825)[2] = (30.0, 19.0, 0.0)
    out = io.BytesIO()
    Image.new("RGB", (320, 240), (90, 120, 40)).save(out, "JPEG", exif=exif)
    uploaded = person.post("/public/report/photos", {"photo": SimpleUploadedFile("x.jpg", out.getvalue(), "image/jpeg")})
    assert uploaded.status_code == 201
    followed_by(sent(person, city, pretended_clock, photos=[uploaded.json()["reference"]]))
    kept = Evidence.objects.get(case__isnull=False)
    for size in ("full", "thumb"):
        content = path_of(kept.sha256, size).read_bytes()
        assert b"SecretPhone" not in content
        assert b"13812345678" not in content
        assert not Image.open(io.BytesIO(content)).getexif()


def test_a_browser_without_scripts_sends_photos_with_the_form(city: City, person: Client, pretended_clock: PretendedClock) -> None:
    number, _token = followed_by(sent(person, city, pretended_clock, files=[upload(1), upload(2)]))
    assert Evidence.objects.filter(case__number=number, phase="report").count() == 2


def test_a_photo_of_somebody_else_cannot_be_named(city: City, person: Client, pretended_clock: PretendedClock) -> None:
    strange = photos.store(upload(9).read(), city.actor("operator")).sha256
    number, _token = followed_by(sent(person, city, pretended_clock, photos=[strange, f"{strange}:forged"]))
    assert not Evidence.objects.filter(case__number=number).exists()


# --- Like cases first -------------------------------------------------------------------------------------------------


def test_like_problems_nearby_are_shown_first_with_public_facts_only(city: City, person: Client, pretended_clock: PretendedClock) -> None:
    Life(city).reported(grid=1, description="王桂兰家门口垃圾 13812345678", place="石桥路88号")
    answer = sent(person, city, pretended_clock, looked="")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Is it one of these?" in page
    assert "石桥路" in page
    assert not any(secret in page for secret in SECRETS)
    assert Case.objects.count() == 1
    lon, lat = city.places[1]
    beside = person.post("/public/report/near", {"lon": lon, "lat": lat, "class": city.garbage.pk, "words": "垃圾"}).json()
    assert beside["like"] == 1
    assert beside["said"] == "石桥路 · 华丰社区 · 石桥街道"
    assert not any(secret in beside["html"] for secret in SECRETS)


def test_following_a_problem_adds_a_report_with_a_link_of_its_own(city: City, person: Client, pretended_clock: PretendedClock) -> None:
    course = Life(city).reported(grid=1)
    answer = sent(person, city, pretended_clock, follow=course.number, contact="a@example.org")
    number, token = followed_by(answer)
    assert number == course.number
    assert Case.objects.count() == 1
    assert course.case.reports.count() == 2
    page = person.get(f"/public/track/{number}/{token}/").content.decode()
    assert "1 other person reported this too" in page


def test_only_a_public_case_that_goes_on_can_be_followed(city: City, person: Client, pretended_clock: PretendedClock) -> None:
    hidden = Life(city).reported(channel="leader", grid=2)
    closed = Life(city).reported(grid=3).until("closed")
    assert sent(person, city, pretended_clock, follow=hidden.number).status_code == 404
    answer = sent(person, city, pretended_clock, follow=closed.number, words="还是没修好")
    assert answer.status_code == 409
    assert Report.objects.filter(channel="web").count() == 0


# --- What is refused, politely ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lacking", "says"),
    [
        ({"words": "", "problem_class": ""}, "What is it?"),
        ({"lon": None, "lat": None, "place": ""}, "Where is it?"),
        ({"contact": "call me"}, "neither a telephone number nor an e-mail"),
        ({"lon": "x"}, "is not a number"),
        ({"words": "长" * 501}, "longer than 500"),
    ],
)
def test_what_is_lacking_is_named_and_nothing_typed_is_lost(
    city: City, person: Client, pretended_clock: PretendedClock, lacking: dict, says: str
) -> None:
    answer = sent(person, city, pretended_clock, **({"name": "王女士", "files": upload(4)} | lacking))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert says in page
    assert 'value="王女士"' in page
    assert len(re.findall(r'name="photos" value="[0-9a-f]{64}:', page)) == 1
    assert not Report.objects.exists()


def test_programs_are_told_from_people(city: City, person: Client, pretended_clock: PretendedClock) -> None:
    def refused(says: str, **changes: object) -> None:
        answer = sent(person, city, pretended_clock, words="路灯不亮了", **changes)
        assert answer.status_code == 400
        assert says in answer.content.decode()
        assert "路灯不亮了" in answer.content.decode()

    refused("meant to stay empty", website="http://buy.example")
    refused("The form was not whole", stamp="forged")
    refused("answer the small sum", sum_answer="")
    form = form_of(person)
    lon, lat = city.places[0]
    at_once = person.post(
        "/public/report/", form | {"words": "x" * 9, "problem_class": city.garbage.pk, "lon": lon, "lat": lat, "looked": "1"}
    )
    assert "quicker than a person" in at_once.content.decode()
    pretended_clock.advance(timedelta(hours=25))
    late = person.post(
        "/public/report/", form | {"words": "x" * 9, "problem_class": city.garbage.pk, "lon": lon, "lat": lat, "looked": "1"}
    )
    assert "more than a day" in late.content.decode()
    assert form["stamp"] not in late.content.decode()  # a fresh one, so that sending again works
    assert not Report.objects.exists()


def test_the_work_of_a_browser_counts_instead_of_the_sum(city: City, person: Client, pretended_clock: PretendedClock) -> None:
    PortalRules.objects.create(pk=1, work_bits=8)
    page = person.get("/public/report/").content.decode()
    stamp, nonce = re.search(r'name="stamp" value="([^"]+)" data-nonce="([^"]+)" data-bits="8"', page).groups()
    pretended_clock.advance(timedelta(seconds=5))
    proof = proof_of(nonce, 8)
    followed_by(sent(person, city, pretended_clock, stamp=stamp, proof=proof, sum_answer=""))
    other = fresh_stamp()
    assert not is_proven(other, "", 8)
    assert not is_proven(other, "-1", 8)
    assert is_proven(other, proof_of(other.nonce, 8), 8)


def test_a_flood_from_one_address_is_slowed_down_and_told_when_to_come_again(
    city: City, person: Client, pretended_clock: PretendedClock
) -> None:
    answers = [sent(person, city, pretended_clock, words=f"第{number}处垃圾，各不相同") for number in "一二三四五六"]
    assert [answer.status_code for answer in answers] == [303] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 60
    assert "第六处垃圾" in answers[-1].content.decode()
    assert Report.objects.count() == 5


def test_a_flood_for_one_contact_is_slowed_down_wherever_it_comes_from(city: City, person: Client, pretended_clock: PretendedClock) -> None:
    for number in range(10):
        person.defaults["REMOTE_ADDR"] = f"192.0.2.{number}"
        followed_by(sent(person, city, pretended_clock, words=f"{number} 号问题，各不相同", contact="13812345678"))
    person.defaults["REMOTE_ADDR"] = "192.0.2.99"
    assert sent(person, city, pretended_clock, words="又一处", contact="138-1234-5678").status_code == 429


def test_the_same_words_for_the_same_place_are_not_taken_twice(city: City, person: Client, pretended_clock: PretendedClock) -> None:
    followed_by(sent(person, city, pretended_clock, words="垃圾堆在路边，很臭！"))
    again = sent(person, city, pretended_clock, words="垃圾 堆在路边 很臭")
    assert again.status_code == 400
    assert "come already" in again.content.decode()
    assert Report.objects.count() == 1


def test_the_network_address_is_the_proxys_word_only_where_there_is_a_proxy(settings) -> None:
    from django.test import RequestFactory

    from chengge.intake.pages.portal.frame import address_of

    request = RequestFactory().get("/public/", headers={"x-forwarded-for": "203.0.113.7, 198.51.100.2"}, REMOTE_ADDR="10.0.0.1")
    assert address_of(request) == "10.0.0.1"
    settings.HTTPS = True
    assert address_of(request) == "198.51.100.2"


# --- A code for the contact -------------------------------------------------------------------------------------------


def test_where_the_city_wants_it_a_contact_is_confirmed_by_a_code(city: City, person: Client, pretended_clock: PretendedClock) -> None:
    PortalRules.objects.create(pk=1, asks_code=True)
    first = sent(person, city, pretended_clock, contact="13812345678")
    assert first.status_code == 400
    assert "138****5678" in first.content.decode()
    assert 'id="code"' in first.content.decode()
    notice = Notice.objects.get(topic="code")
    code = re.search(r"\d{6}", notice.text)[0]
    assert code not in ContactCode.objects.get().code_hash
    wrong = sent(person, city, pretended_clock, contact="13812345678", code="000000" if code != "000000" else "111111")
    assert "not the code that we sent" in wrong.content.decode()
    followed_by(sent(person, city, pretended_clock, contact="13812345678", code=f" {code[:3]} {code[3:]}"))
    assert Notice.objects.filter(topic="code").count() == 1
    followed_by(sent(person, city, pretended_clock, words="没有留电话的另一处问题"))


def test_a_code_dies_after_ten_minutes_and_after_five_tries(city: City, person: Client, pretended_clock: PretendedClock) -> None:
    PortalRules.objects.create(pk=1, asks_code=True)
    sent(person, city, pretended_clock, contact="13812345678")
    for _try in range(5):
        sent(person, city, pretended_clock, contact="13812345678", code="12")
    sent(person, city, pretended_clock, contact="13812345678", code="12")
    assert Notice.objects.filter(topic="code").count() == 2
    pretended_clock.advance(timedelta(minutes=11))
    sent(person, city, pretended_clock, contact="13812345678", code="12")
    assert Notice.objects.filter(topic="code").count() == 3
    assert not Report.objects.exists()


def test_what_somebody_means_is_guessed_from_everyday_words(city: City, person: Client, pretended_clock: PretendedClock) -> None:
    guessed = person.post("/public/report/guess", {"words": "楼下垃圾堆了好几天"}).json()["guessed"]
    assert [choice["id"] for choice in guessed] == [city.garbage.pk]
    found = person.post("/public/report/guess", {"search": "parking"}).json()["found"]
    assert city.parking.pk in [choice["id"] for choice in found]
    assert person.post("/public/report/guess", {"search": "井盖"}).json()["found"][0]["id"] == city.manhole.pk
    assert person.post("/public/report/guess", {"words": "qqqq"}).json()["guessed"] == []
