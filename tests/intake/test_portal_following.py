"""Following a report by its link: what is shown, who may look, what a reporter can say about it."""

import logging
from datetime import timedelta

import pytest
from django.test import Client

from chengge.casework.models import Case, Report
from chengge.clock import PretendedClock
from chengge.domain.errors import NotFound
from chengge.intake.actions.following import new_token, report_by, token_for, token_hash_of
from chengge.intake.models import Answer, PortalRules
from tests.casework.lives import Life
from tests.factories import City
from tests.intake.portal_city import SECRET_PLACE, SECRET_WORDS, SECRETS, build_portal_city, followed_by, sent, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return build_portal_city()


@pytest.fixture
def person() -> Client:
    return visitor()


def reported(city: City, person: Client, clock: PretendedClock, **said: object) -> tuple[Life, str]:
    number, token = followed_by(sent(person, city, clock, **said))
    case = Case.objects.get(number=number)
    return Life(city, case_id=case.pk, number=case.number), f"/public/track/{number}/{token}/"


def test_tokens_are_read_as_people_type_them_and_kept_as_hashes_only() -> None:
    token, token_hash = new_token()
    assert len(token) == 16
    assert token_hash == token_hash_of(token.lower())
    assert token_hash == token_hash_of(f"{token[:4]} {token[4:8]}-{token[8:]}")
    assert token_hash_of("O0IL") == token_hash_of("0011")
    assert token not in token_hash
    assert new_token()[0] != token
    assert token_for("one form") == token_for("one form") != token_for("another")


def test_a_wrong_code_a_wrong_number_and_somebody_elses_code_tell_nobody_anything(
    city: City, person: Client, pretended_clock: PretendedClock
) -> None:
    mine, my_way = reported(city, person, pretended_clock)
    _other, other_way = reported(city, person, pretended_clock, words="另外一件事情", lon=city.places[3][0])
    other_token = other_way.split("/")[4]
    pages = [
        person.get(f"/public/track/{number}/{token}/")
        for number, token in (
            (mine.number, "0" * 16),
            (mine.number, other_token),
            ("9" * 20, my_way.split("/")[4]),
            ("R1", "x"),
            ("-", "-"),
        )
    ]
    assert {page.status_code for page in pages} == {404}
    assert all("do not belong together" in page.content.decode() for page in pages)
    Life(city).reported()  # by telephone: without a token nothing follows it
    with pytest.raises(NotFound):
        report_by(str(Report.objects.latest("pk").pk), "")


def test_guessing_codes_is_stopped(city: City, person: Client, pretended_clock: PretendedClock) -> None:
    course, way = reported(city, person, pretended_clock)
    answers = [person.get(f"/public/track/{course.number}/{number:016d}/").status_code for number in range(12)]
    assert answers == [404] * 10 + [429] * 2
    posted = person.post("/public/track/", {"number": course.number, "token": "1" * 16})
    assert posted.status_code == 429
    assert posted.headers["Retry-After"]
    pretended_clock.advance(timedelta(minutes=16))
    assert person.get(way).status_code == 200


def test_the_form_leads_to_the_page_by_number_and_code_however_they_are_typed(
    city: City, person: Client, pretended_clock: PretendedClock
) -> None:
    course, way = reported(city, person, pretended_clock)
    token = way.split("/")[4].lower()
    typed = {"number": f"{course.number[:8]} {course.number[8:]}", "token": f"{token[:4]} {token[4:]}"}
    assert person.post("/public/track/", typed).headers["Location"] == way


def test_the_code_comes_into_no_log_no_referrer_and_no_store(
    city: City, person: Client, pretended_clock: PretendedClock, caplog: pytest.LogCaptureFixture
) -> None:
    course, way = reported(city, person, pretended_clock)
    token = way.split("/")[4]
    logging.getLogger("django").propagate = True
    try:
        with caplog.at_level(logging.DEBUG):
            answer = person.get(way)
            assert person.get(f"/public/track/{'9' * 20}/{token}/").status_code == 404
            assert person.post(way, {"do": "nonsense"}).status_code == 400
            person.put(way)
    finally:
        logging.getLogger("django").propagate = False
    said = [record.getMessage() for record in caplog.records if record.name.startswith("django.request")]
    assert said
    assert not any(token in line for line in said)
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert course.number in answer.content.decode().replace(" ", "")


def test_the_page_tells_the_steps_in_plain_words_and_by_when(city: City, person: Client, pretended_clock: PretendedClock) -> None:
    course, way = reported(city, person, pretended_clock)
    course.until("handling")
    page = person.get(way).content.decode()
    assert "With the department" in page
    assert city.organizations["sanitation"].name in page
    assert "expected by" in page
    assert page.count('class="done"') == 2


def test_the_page_shows_nothing_that_was_said_not_even_to_whom_has_the_link(
    city: City, person: Client, pretended_clock: PretendedClock
) -> None:
    _course, way = reported(city, person, pretended_clock, words=SECRET_WORDS, place=SECRET_PLACE, name="王桂兰", contact="13812345678")
    page = person.get(way).content.decode()
    assert not any(secret in page for secret in SECRETS)


def test_a_report_of_a_merged_case_is_followed_by_the_number_it_was_told(
    city: City, person: Client, pretended_clock: PretendedClock
) -> None:
    course, way = reported(city, person, pretended_clock)
    other = Life(city).reported(grid=1)
    course.does("merge", "operator", into_case_id=other.case_id, reason="同一处")
    page = person.get(way)
    assert page.status_code == 200
    assert Report.objects.get(channel="web").case_id == other.case_id


def test_a_reporter_judges_once_and_asks_to_go_on_within_the_time(city: City, person: Client, pretended_clock: PretendedClock) -> None:
    PortalRules.objects.create(pk=1, reopen_days=3)
    course, way = reported(city, person, pretended_clock)
    assert "Are you content?" not in person.get(way).content.decode()
    course.until("closed")
    assert "Are you content?" in person.get(way).content.decode()
    assert person.post(way, {"do": "rate"}).status_code == 400
    assert "Thank you" in person.post(way, {"do": "rate", "stars": "4", "words": "快"}).content.decode()
    visit = Answer.objects.get(step="visit")
    assert (visit.stars, visit.words) == (4, "快")
    assert "4 of 5 stars" in person.get(way).content.decode()
    assert person.post(way, {"do": "reopen", "reason": ""}).status_code == 400
    asked = person.post(way, {"do": "reopen", "reason": "还有一半没清"})
    assert "We look at it again" in asked.content.decode()
    assert Answer.objects.get(step="complaint").reason == "还有一半没清"
    assert "A shift leader looks at it" in person.get(way).content.decode()


def test_after_the_time_nobody_is_offered_to_go_on(city: City, person: Client, pretended_clock: PretendedClock) -> None:
    course, way = reported(city, person, pretended_clock)
    course.until("closed")
    assert "still there" in person.get(way).content.decode()
    pretended_clock.advance(timedelta(days=8))
    assert "still there" not in person.get(way).content.decode()
    assert person.post(way, {"do": "reopen", "reason": "又来了"}).status_code == 400


def test_a_report_that_is_not_taken_up_says_so(city: City, person: Client, pretended_clock: PretendedClock) -> None:
    course, way = reported(city, person, pretended_clock)
    course.does("reject", "operator", reason="现场未发现")
    assert "Not taken up" in person.get(way).content.decode()
