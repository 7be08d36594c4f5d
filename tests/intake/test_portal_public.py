"""What the public may see of cases, and what never leaves the house."""

import io
import json
from datetime import timedelta

import pytest
from django.test import Client
from PIL import Image

from chengge.casework.models import Case, Evidence
from chengge.casework.photos import path_of
from chengge.clock import PretendedClock
from chengge.domain.errors import Forbidden, NotFound, Refused
from chengge.intake.actions.portal import Spot, approve_photo, refuse_photo, say_publicly, set_rules
from chengge.intake.models import PortalRules, PublicPhoto
from chengge.intake.queries.portal import Wanted, figures, public_case, public_list
from chengge.intake.queries.portal.photos import path_of_copy
from chengge.lab import portal as demo
from tests.browsing import client_of
from tests.casework.lives import Life
from tests.factories import GRID_CODES, SIDE, SOUTH, STREET, City
from tests.intake.portal_city import SECRET_PLACE, SECRET_WORDS, SECRETS, build_portal_city, closed_case, sent, upload, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(pretended_clock: PretendedClock) -> City:
    return build_portal_city()


@pytest.fixture
def person() -> Client:
    return visitor()


def numbers(**wanted: object) -> list[str]:
    return [case.number for case in public_list(Wanted(**wanted)).cases]


# --- Nothing personal leaks -------------------------------------------------------------------------------------------


def test_nothing_that_anybody_said_is_on_any_public_page_feed_map_or_search(
    city: City, person: Client, pretended_clock: PretendedClock
) -> None:
    sent(person, city, pretended_clock, words=SECRET_WORDS, place=SECRET_PLACE, name="王桂兰", contact="13812345678", files=upload(3))
    course = Life(city).reported(grid=1, description=SECRET_WORDS, place=SECRET_PLACE, reporter_name="王桂兰").until("handled")
    lon, lat = city.places[1]
    looked = [
        "/public/",
        "/public/cases/",
        f"/public/cases/{course.number}/",
        "/public/bulletin/",
        "/public/about/",
        "/public/feed.atom",
        "/public/feed.rss",
        "/public/cases.geojson?window=120.1,30.3,120.3,30.4",
        f"/public/report/?follows={course.number}",
        "/public/map/config.json",
    ]
    answers = [person.get(address) for address in looked]
    answers.append(person.post("/public/report/near", {"lon": lon, "lat": lat, "class": city.garbage.pk, "words": "垃圾"}))
    answers.append(person.post("/public/report/guess", {"search": "13812345678", "words": "王桂兰"}))
    answers.append(person.post("/public/report/places", {"q": "王桂兰"}))
    for language in ("en", "zh-hans"):
        person.cookies["chengge_language"] = language
        answers += [person.get(address) for address in looked]
    for answer in answers:
        assert answer.status_code == 200
        text = answer.content.decode()
        assert course.number in text or "cases" not in answer.request["PATH_INFO"] or "report" in answer.request["PATH_INFO"]
        assert not any(secret in text for secret in SECRETS), answer.request["PATH_INFO"]
    for secret in SECRETS:  # a search must not tell by its hits what was said
        assert numbers(text=secret) == []


def test_a_mark_stands_on_the_road_and_not_at_the_door(city: City, person: Client) -> None:
    lon, lat = city.places[2]
    Life(city).reported(lon=lon + 0.000213, lat=lat + 0.000387)
    (point,) = json.loads(person.get("/public/cases.geojson?window=120.1,30.3,120.3,30.4").content)["features"]
    shown = point["geometry"]["coordinates"]
    assert shown == [round(lon + 0.000213, 4), round(SOUTH + SIDE / 2, 4)]
    assert set(point["properties"]) == {"id", "label", "detail", "lines", "light", "url"}


# --- What is public is data -------------------------------------------------------------------------------------------


def test_channels_classes_and_single_cases_that_are_not_public_are_nowhere(city: City, person: Client) -> None:
    shown = Life(city).reported(channel="hotline").number
    for channel in ("leader", "media", "inspection", "sensor"):
        hidden = Life(city).reported(channel=channel).number
        assert person.get(f"/public/cases/{hidden}/").status_code == 404
    assert numbers() == [shown]
    PortalRules.objects.create(pk=1, hidden_channels=["hotline"])
    assert shown not in numbers()
    PortalRules.objects.update(hidden_channels=[], hidden_classes=["event0110"])
    code = f"{city.garbage.kind}{city.garbage.code}"
    assert shown in numbers()
    PortalRules.objects.update(hidden_classes=[code])
    assert shown not in numbers()
    PortalRules.objects.update(hidden_classes=[])
    say_publicly(Case.objects.get(number=shown).pk, city.actor("operator"), "", is_hidden=True)
    assert shown not in numbers()
    with pytest.raises(NotFound):
        public_case(shown)


def test_what_was_not_taken_up_and_what_is_long_ago_is_not_listed(city: City, pretended_clock: PretendedClock) -> None:
    rejected = Life(city).reported().does("reject", "operator", reason="不属实")
    old = Life(city).reported(grid=2)
    assert numbers() == [old.number]
    assert rejected.number not in numbers()
    pretended_clock.advance(timedelta(days=91))
    assert numbers() == []


def test_the_list_is_narrowed_by_street_class_state_days_and_words_of_places(city: City, pretended_clock: PretendedClock) -> None:
    old = Life(city).reported("parking", grid=3).number
    pretended_clock.advance(timedelta(days=20))
    closed, fresh = closed_case(city).number, Life(city).reported("manhole", grid=1).number
    assert numbers(state="solved") == [closed]
    assert numbers(state="open") == [fresh, old]
    assert numbers(class_id=city.parking.pk) == [old]
    assert numbers(days=7) == [fresh, closed]
    assert numbers(division_code=990101001002) == [old]
    assert set(numbers(division_code=STREET)) == {old, closed, fresh}
    assert numbers(text="东新") == [old]
    assert set(numbers(text="石桥路")) == {old, closed, fresh}
    assert numbers(text="manhole") == [fresh]
    assert numbers(text=fresh) == [fresh]


def test_pages_of_the_list_lose_nothing_and_repeat_nothing(city: City) -> None:
    made = {Life(city).reported(grid=number % 4).number for number in range(7)}
    seen: list[str] = []
    cursor = ""
    for _page in range(4):
        page = public_list(Wanted(), cursor, size=3)
        seen += [case.number for case in page.cases]
        cursor = page.next
        if not cursor:
            break
    assert len(seen) == 7
    assert set(seen) == made


@pytest.mark.parametrize("query", ["state=x", "days=5", "area=12345", "area=x", "class=x", "after=1"])
def test_a_filter_that_is_none_is_named(city: City, person: Client, query: str) -> None:
    assert person.get(f"/public/cases/?{query}").status_code == 400


# --- Feeds and figures ------------------------------------------------------------------------------------------------


def test_a_feed_of_an_area_tells_what_is_new_and_spares_who_has_it(city: City, person: Client) -> None:
    near, far = Life(city).reported(grid=0).number, Life(city).reported(grid=3).number
    address = "/public/feed.atom?area=990101001001"
    answer = person.get(address)
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    assert near in answer.content.decode()
    assert far not in answer.content.decode()
    assert "华丰社区" in answer.content.decode()
    assert person.get(address, headers={"if-none-match": answer.headers["ETag"]}).status_code == 304
    assert person.get(address, headers={"if-modified-since": answer.headers["Last-Modified"]}).status_code == 304
    assert "<rss" in person.get("/public/feed.rss").content.decode()


def test_the_figures_are_counted_from_cases_and_clocks(city: City, pretended_clock: PretendedClock) -> None:
    assert figures().city.reported == 0
    assert figures().city.median_days is None
    closed_case(city)
    late = Life(city).reported().until("handling")
    pretended_clock.advance(timedelta(days=10))
    for step in ("handled", "checking", "checked", "closed"):
        late._step(step, "")
    Life(city).reported(grid=1)
    line = figures().city
    assert (line.reported, line.solved, line.in_time_percent, line.median_days) == (3, 2, 50, 5.0)
    assert [(street.name, street.reported) for street in figures().streets] == [("石桥街道", 3)]
    pretended_clock.advance(timedelta(days=31))
    assert figures().city.reported == 0


# --- Photos and words are let through by operators --------------------------------------------------------------------


def a_photo(city: City, phase: str = "handle") -> Evidence:
    course = closed_case(city)
    return Evidence.objects.get(case_id=course.case_id, phase=phase)


def test_a_photo_is_shown_only_after_an_operator_let_it_be_shown_and_no_longer_than_that(city: City, person: Client) -> None:
    evidence = a_photo(city)
    number = Case.objects.get(pk=evidence.case_id).number
    assert "<img" not in person.get(f"/public/cases/{number}/").content.decode().split("<main")[1]
    shown = approve_photo(evidence.pk, city.actor("operator"))
    for size in ("full", "thumb"):
        answer = person.get(f"/public/photos/{shown.pk}/{size}")
        assert answer.status_code == 200
        assert not Image.open(io.BytesIO(b"".join(answer.streaming_content))).getexif()
    assert f"/public/photos/{shown.pk}/thumb" in person.get(f"/public/cases/{number}/").content.decode()
    assert person.get(f"/public/photos/{shown.pk}/huge").status_code == 404
    assert person.get(f"/photos/{evidence.sha256}/full").status_code == 302  # the evidence itself stays behind signing in
    copy = path_of_copy(shown.sha256)
    refuse_photo(evidence.pk, city.actor("shift_leader"))
    assert person.get(f"/public/photos/{shown.pk}/full").status_code == 404
    assert not copy.exists()
    assert path_of(evidence.sha256).exists()


def test_a_photo_of_a_case_that_is_not_public_is_not_shown_even_if_it_was_approved(city: City, person: Client) -> None:
    shown = approve_photo(a_photo(city).pk, city.actor("operator"))
    PortalRules.objects.create(pk=1, hidden_channels=["hotline"])
    assert person.get(f"/public/photos/{shown.pk}/full").status_code == 404


def test_what_is_covered_cannot_be_seen_in_the_copy_and_the_evidence_stays(city: City, tmp_path) -> None:
    evidence = a_photo(city)
    source = path_of(evidence.sha256)
    board = Image.new("RGB", (400, 400), "white")
    for x in range(0, 400, 8):
        for y in range(0, 400, 8):
            if (x + y) // 8 % 2:
                board.paste((0, 0, 0), (x, y, x + 8, y + 8))
    board.save(source, "JPEG", quality=95)
    before = source.read_bytes()
    shown = approve_photo(evidence.pk, city.actor("operator"), Spot.parse("0,0,500,1000"))
    copy = Image.open(path_of_copy(shown.sha256)).convert("L")
    covered, plain = copy.crop((10, 10, 190, 390)).getextrema(), copy.crop((210, 10, 390, 390)).getextrema()
    assert covered[1] - covered[0] < 90  # an even grey
    assert plain[1] - plain[0] > 200  # still a chess board
    assert source.read_bytes() == before
    assert shown.covered == [[0, 0, 500, 1000]]


@pytest.mark.parametrize("text", ["1,2,3", "a,b,c,d", "-1,0,10,10", "900,0,200,10", "0,0,0,10", ";".join(["1,1,2,2"] * 21)])
def test_places_that_do_not_lie_in_the_photo_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        Spot.parse(text)


@pytest.mark.parametrize("name", ["inspector", "dispatcher", "department", "leader", "administrator"])
def test_only_operators_and_shift_leaders_decide_what_the_public_sees(city: City, name: str) -> None:
    evidence = a_photo(city)
    actor = city.actor(name)
    for deed in (
        lambda: approve_photo(evidence.pk, actor),
        lambda: refuse_photo(evidence.pk, actor),
        lambda: say_publicly(evidence.case_id or 0, actor, "", is_hidden=False),
    ):
        with pytest.raises(Forbidden):
            deed()
    assert client_of(city, name).get("/manage/public-photos/").status_code == 403
    assert client_of(city, name).post(f"/manage/public-photos/{evidence.pk}", {"do": "show"}).status_code == 403
    assert not PublicPhoto.objects.exists()


def test_an_operator_decides_only_on_cases_in_sight(city: City) -> None:
    evidence = a_photo(city)
    member = city.members["operator"]
    member.division_code = 990101001002
    member.save()
    with pytest.raises(NotFound):
        approve_photo(evidence.pk, city.actor("operator"))
    assert "Nothing here" in client_of(city, "operator").get("/manage/public-photos/").content.decode()


def test_public_words_are_shown_and_hold_no_number_plate_or_address(city: City, person: Client) -> None:
    course = Life(city).reported(description=SECRET_WORDS)
    operator = city.actor("operator")
    for words in ("电话 138 1234 5678", "车牌浙A12345", "身份证 330102199001011234", "写信到 a@example.org", "打 0571-87654321"):
        with pytest.raises(Refused):
            say_publicly(course.case_id, operator, words, is_hidden=False)
    say_publicly(course.case_id, operator, "人行道旁成堆垃圾", is_hidden=False)
    assert "人行道旁成堆垃圾" in person.get("/public/cases/").content.decode()
    assert numbers(text="成堆") == [course.number]


def test_the_pile_of_photos_to_look_through_takes_the_same_queries_however_long(city: City, counted_queries) -> None:
    operator = client_of(city, "operator")
    for _case in range(3):
        closed_case(city)
    operator.get("/manage/public-photos/")
    with counted_queries("manage: public photos"):
        page = operator.get("/manage/public-photos/").content.decode()
    assert page.count("data-covering") == 6
    first = PublicPhoto.objects.count()
    evidence = Evidence.objects.filter(phase="handle")[0]
    operator.post(f"/manage/public-photos/{evidence.pk}", {"do": "show", "covered": "100,100,50,50"})
    assert PublicPhoto.objects.count() == first + 1
    assert "pile=shown" in page


def test_the_rules_of_the_portal_are_the_administrators(city: City) -> None:
    administrator = client_of(city, "administrator")
    assert administrator.get("/manage/portal/").status_code == 200
    values = {"shown_days": 30, "reopen_days": 5, "work_bits": 12, "reports_per_hour": 10, "hidden_channels": ["leader"], "asks_code": "on"}
    assert administrator.post("/manage/portal/", values).status_code == 302
    rules = PortalRules.objects.get()
    assert (rules.shown_days, rules.hidden_channels, rules.hidden_classes, rules.asks_code) == (30, ["leader"], [], True)
    assert administrator.post("/manage/portal/", values | {"work_bits": 40}).status_code == 400
    assert client_of(city, "operator").get("/manage/portal/").status_code == 403
    with pytest.raises(Forbidden):
        set_rules(city.actor("operator"), {"shown_days": 1})


def test_the_public_map_draws_the_city_without_grids_and_components(city: City, person: Client) -> None:
    config = person.get("/public/map/config.json").json()
    assert set(config["sources"]) == {"ground", "buildings", "divisions"}
    for address in config["sources"].values():
        assert person.get(address).status_code == 200
    assert person.get("/map/config.json").status_code == 302
    assert str(GRID_CODES[0]) not in person.get(config["sources"]["divisions"]).content.decode()


def test_the_demo_city_has_photos_words_and_followers(city: City) -> None:
    for _case in range(2):
        closed_case(city)
    Life(city).reported(grid=2)
    assert demo.fill(1) > 0
    assert Case.objects.filter(reports__channel="web").exists()
    assert any(case.words for case in public_list(Wanted(state="solved")).cases)
