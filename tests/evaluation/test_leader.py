"""What a leader sees in two minutes is so this minute, and leads down to the case."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from chengge.casework.models import Case
from chengge.casework.models.requests import SidePath
from chengge.domain.errors import NotFound
from chengge.evaluation.facts import FactStore
from chengge.evaluation.queries import leader
from tests.browsing import client_of
from tests.evaluation.lived import Lived, _django_db_helper  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db


@pytest.fixture
def mayor(lived: Lived):
    return lived.city.actor("leader")


def test_what_is_open_and_late_is_counted_this_minute(lived, mayor):
    now = leader.open_now(mayor)
    still_open = Case.objects.filter(pk__in=[lived.ids["in_hand"], lived.ids["new"]])
    assert (now.open, now.late) == (2, still_open.filter(due_at__lt=lived.life.now).count())
    still_open.update(due_at=lived.life.now + timedelta(hours=1), urgent=True)
    assert leader.open_now(mayor) == leader.Now(open=2, late=0, due_today=2, urgent=2, long_overdue=0)
    still_open.update(due_at=lived.life.now - timedelta(days=4))
    assert leader.open_now(mayor) == leader.Now(open=2, late=2, due_today=0, urgent=2, long_overdue=2)


def test_today_is_told_from_the_ledger_although_the_facts_are_older(lived, mayor):
    before = leader.today(mayor, lived.store)
    assert before == leader.Today(reported=0, filed=0, closed=0)
    lived.life.to("closed")
    lived.life.to("filed")
    assert leader.today(mayor, lived.store) == leader.Today(reported=2, filed=2, closed=1)


def test_the_rates_are_those_of_the_indicator(lived, mayor):
    went = leader.course(mayor, lived.store)
    assert went is not None
    assert len(went.days) == 30
    assert (went.week.in_time, went.week.due) == (1, 3), "in time; late; in hand and late already"
    assert (went.week.percent, went.change) == (33.3, None)
    assert sum(row[1] for row in went.days) == 6


def test_only_who_had_enough_to_do_is_put_in_order(lived, mayor, monkeypatch):
    few = leader.ranking(mayor, lived.store, "department")
    assert few is not None
    assert (few.best, few.worst, few.few) == ([], [], 1)
    monkeypatch.setattr(leader, "LEAST_HANDLINGS", 1)
    ranked = leader.ranking(mayor, lived.store, "department")
    assert ranked is not None
    assert [(one.name, one.week.percent) for one in ranked.best] == [(lived.city.organizations["works"].short_name, 33.3)]
    assert ranked.worst == [], "one alone is not the worst as well"


def test_what_waits_is_named_with_its_number_and_nothing_else(lived, mayor):
    Case.objects.update(urgent=False)
    assert leader.waiting(mayor, leader.open_now(mayor)) == []
    Case.objects.filter(pk=lived.ids["in_hand"]).update(urgent=True)
    SidePath.objects.create(
        case_id=lived.ids["in_hand"],
        ordinal=0,
        kind=SidePath.Kind.ORDER,
        asked_seq=1,
        asked_at=lived.life.now - timedelta(days=2),
        answer_due_at=lived.life.now - timedelta(days=1),
    )
    listed = leader.waiting(mayor, leader.open_now(mayor))
    assert [(one.count, one.name, one.pressing) for one in listed] == [(1, "coordination_orders", True), (1, "desk", False)]


def test_the_way_leads_from_the_city_to_the_place_to_the_case(lived, counted_queries):
    client = client_of(lived.city, "leader")
    with counted_queries("leader: the city"):
        page = client.get("/leader/").content.decode()
    assert "The city today" in page
    assert "On time, 7 days" in page
    works = lived.city.organization_id("works")
    with counted_queries("leader: a department"):
        place = client.get(f"/leader/department/{works}/").content.decode()
    assert f'href="/cases/{Case.objects.get(pk=lived.ids["in_hand"]).number}/"' in place
    assert f"/desk/leader/?department={works}" in place
    street = Case.objects.get(pk=lived.ids["new"]).grid_code // 10**6
    assert client.get(f"/leader/street/{street}/").status_code == 200


def test_a_program_is_told_what_the_phone_shows(lived):
    told = client_of(lived.city, "leader").get("/api/v1/evaluation/city-today").json()
    assert (told["open"], told["week"]) == (2, {"in_time": 1, "due": 3, "percent": 33.3})
    assert told["best_streets"] == [], "too few handlings"
    assert client_of(lived.city, "department").get("/api/v1/evaluation/city-today").status_code == 403


def test_other_posts_and_unknown_places_are_turned_away(lived, mayor):
    for name in ("department", "operator", "evaluator", "inspector"):
        assert client_of(lived.city, name).get("/leader/").status_code == 403
    with pytest.raises(NotFound):
        leader.place_of(mayor, lived.store, "street", 123456789)
    assert client_of(lived.city, "leader").get("/leader/department/999999/").status_code == 404
    assert client_of(lived.city, "leader").get("/leader/river/1/").status_code == 404


def test_without_facts_the_live_figures_stand_alone(lived, mayor, settings, tmp_path):
    empty = FactStore(tmp_path)
    assert leader.course(mayor, empty) is None
    assert leader.ranking(mayor, empty, "street") is None
    assert leader.today(mayor, empty).closed is None
    settings.VAR_DIR = tmp_path
    cache.clear()
    page = client_of(lived.city, "leader").get("/leader/").content.decode()
    assert "There are no facts yet" in page
    assert "Open cases" in page
