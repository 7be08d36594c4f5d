"""小问题不走大循环: put right on the spot, looked at side by side, closed or sent back, counted."""

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from chengge.casework.models import Case
from chengge.casework.photos import store
from chengge.domain.errors import Refused
from chengge.field.queries.small_things import small_totals
from chengge.organization.queries import city_day
from tests.browsing import client_of
from tests.casework.lives import Life, picture
from tests.conftest import QueryCounter
from tests.factories import City

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

ADDRESS = "/manage/small-things/"


def disposed(city: City, problem: str = "garbage", grid: int = 0, by: str = "inspector") -> Case:
    """A case put right on the spot by an inspector, with photos before and after."""
    rule = {"garbage": city.heap, "parking": city.parked, "manhole": city.rattling}[problem]
    course = Life(city)
    before = (store(picture(Case.objects.count() * 3 + 1), city.actor(by)).sha256,)
    course.reported(problem, by=by, channel="inspector", grid=grid, photos=before)
    lon, lat = city.places[grid]
    return course.does("self_dispose", by, photos=(course.photo(by),), lon=lon, lat=lat, rule_id=rule.pk).case


@pytest.fixture
def office(city: City) -> Client:
    return client_of(city, "shift_leader")


def told(answer: object) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))  # type: ignore[attr-defined]


def ticked(case: Case) -> str:
    return f"{case.pk}:{case.entry_count}"


# --- Looking and deciding ------------------------------------------------------------------------------------------------


def test_the_gallery_shows_before_and_after_side_by_side(city: City, office: Client) -> None:
    case = disposed(city)
    Life(city).reported()
    (thing,) = office.get(ADDRESS).context["things"]
    assert (thing.case, thing.inspector) == (case, city.members["inspector"])
    assert ([proof.phase for proof in thing.before], [proof.phase for proof in thing.after]) == (["report"], ["handle"])
    assert thing.apart_m == 0


def test_it_is_open_to_those_who_oversee_and_decided_by_shift_leaders_only(city: City) -> None:
    case = disposed(city)
    allowed = {"shift_leader", "administrator", "evaluator"}
    for name in city.members:
        client = client_of(city, name)
        assert client.get(ADDRESS).status_code == (200 if name in allowed else 403), name
        assert client.get(f"{ADDRESS}totals/").status_code == (200 if name in allowed else 403), name
        if name != "shift_leader":
            client.post(f"{ADDRESS}decide", {"approve": ticked(case)})
            assert (b'name="approve"' in client.get(ADDRESS).content) is False
    case.refresh_from_db()
    assert case.stage == "checked"


def test_what_is_right_is_closed_one_by_one_or_many_at_once(city: City, office: Client) -> None:
    first, second, third = (disposed(city, grid=grid) for grid in range(3))
    office.post(f"{ADDRESS}decide", {"approve": ticked(first)})
    answer = office.post(f"{ADDRESS}decide", {"thing": [ticked(second), ticked(third)]})
    assert "2 closed" in told(answer)
    assert set(Case.objects.values_list("stage", flat=True)) == {"closed"}
    assert "Tick" in told(office.post(f"{ADDRESS}decide", {}))


def test_what_is_not_right_begins_again_with_a_reason(city: City, office: Client) -> None:
    case = disposed(city)
    assert "A reason is needed." in told(office.post(f"{ADDRESS}decide", {"refuse": ticked(case)}))
    office.post(f"{ADDRESS}decide", {"refuse": ticked(case), f"reason-{case.pk}": "残留明显"})
    case.refresh_from_db()
    assert (case.stage, case.self_disposed) == ("reported", False)


def test_what_somebody_else_has_decided_meanwhile_is_not_decided_again(city: City, office: Client) -> None:
    case = disposed(city)
    stale = ticked(case)
    office.post(f"{ADDRESS}decide", {"approve": stale})
    assert "closed" not in told(office.post(f"{ADDRESS}decide", {"approve": stale})).split()
    assert case.entries.filter(action="close").count() == 1


def test_the_gallery_is_narrowed_by_inspector_class_and_street(city: City, office: Client) -> None:
    mine = disposed(city)
    other = disposed(city, "parking", grid=3, by="inspector2")

    def hits(query: str) -> list[Case]:
        return [thing.case for thing in office.get(f"{ADDRESS}?{query}").context["things"]]

    assert hits(f"member={city.members['inspector2'].pk}") == hits(f"class={city.parking.pk}") == hits("division=990101001002") == [other]
    assert hits("division=990101001001") == [mine]
    assert office.get(f"{ADDRESS}?member=x").status_code == 400


def test_the_gallery_asks_the_same_whatever_its_length(city: City, office: Client, counted_queries: QueryCounter) -> None:
    for _time in range(5):
        disposed(city)
    office.get(ADDRESS)
    with counted_queries("office: small things"):
        office.get(ADDRESS)
    with counted_queries("office: totals of small things"):
        office.get(f"{ADDRESS}totals/")


# --- Counting ------------------------------------------------------------------------------------------------------------


def test_they_are_counted_by_inspector_class_street_and_month_with_what_came_of_them(city: City, office: Client, pretended_clock) -> None:
    closed, refused = disposed(city), disposed(city)
    disposed(city, "parking", grid=3, by="inspector2")
    Life(city).reported()
    pretended_clock.advance(timedelta(minutes=10))
    office.post(f"{ADDRESS}decide", {"approve": ticked(closed)})
    office.post(f"{ADDRESS}decide", {"refuse": ticked(refused), f"reason-{refused.pk}": "残留明显"})
    day = city_day(pretended_clock.at)

    def counted(by: str) -> dict[str, tuple[int, int, int, int]]:
        rows = small_totals(city.actor("evaluator"), by, day.replace(day=1), day)
        return {row.name: (row.done, row.closed, row.refused, row.waiting) for row in rows}

    assert counted("inspector") == {"陈蓉": (2, 1, 1, 0), "林涛": (1, 0, 0, 1)}
    assert counted("class") == {"暴露垃圾": (2, 1, 1, 0), "机动车乱停放": (1, 0, 0, 1)}
    assert counted("street") == {"石桥街道": (3, 1, 1, 1)}
    assert counted("month") == {"2026-11": (3, 1, 1, 1)}
    by_inspector = small_totals(city.actor("evaluator"), "inspector", day, day)[0]
    assert (by_inspector.review_minutes, by_inspector.refused_percent) == (10, 50)


def test_one_that_was_sent_back_and_put_right_again_counts_twice(city: City, office: Client, pretended_clock) -> None:
    case = disposed(city)
    office.post(f"{ADDRESS}decide", {"refuse": ticked(case), f"reason-{case.pk}": "残留明显"})
    course = Life(city, case_id=case.pk, number=case.number, photo_count=9)
    lon, lat = city.places[0]
    case = course.does("self_dispose", "inspector", photos=(course.photo("inspector"),), lon=lon, lat=lat, rule_id=city.heap.pk).case
    office.post(f"{ADDRESS}decide", {"approve": ticked(case)})
    day = city_day(pretended_clock.at)
    (row,) = small_totals(city.actor("shift_leader"), "inspector", day, day)
    assert (row.done, row.closed, row.refused, row.waiting) == (2, 1, 1, 0)


def test_the_totals_are_taken_away_as_a_table(city: City, office: Client) -> None:
    disposed(city)
    page = office.get(f"{ADDRESS}totals/?by=class").content.decode()
    assert "暴露垃圾" in page
    heading, row = csv.reader(io.StringIO(b"".join(office.get(f"{ADDRESS}totals.csv?by=class")).decode("utf-8-sig")))
    assert row[:5] == ["暴露垃圾", "1", "0", "0", "1"]
    assert len(heading) == len(row)
    assert office.get(f"{ADDRESS}totals/?since=2020-01-01").status_code == 400


# --- What may be put right on the spot -------------------------------------------------------------------------------------


def test_the_handbook_says_what_may_be_put_right_on_the_spot(city: City) -> None:
    city.heap.self_disposable = False
    city.heap.save()
    with pytest.raises(Refused) as refusal:
        disposed(city)
    assert refusal.value.code == "not_self_disposable"
    assert disposed(city, "parking").stage == "checked"


def test_the_handbook_page_shows_and_changes_it(city: City) -> None:
    keeper = client_of(city, "administrator")
    assert b"not on the spot" not in keeper.get("/manage/handbook/").content
    city.heap.self_disposable = False
    city.heap.save()
    assert b"not on the spot" in keeper.get("/manage/handbook/").content
    assert b'name="self_disposable"' in keeper.get(f"/manage/handbook/{city.parked.pk}/edit").content
