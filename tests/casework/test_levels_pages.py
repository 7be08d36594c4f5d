"""Parts at the screens of those who give them out and those who do them, and through the API."""

import json

import pytest
from django.test import Client

from chengge.casework import audit
from chengge.casework.models import Assignment
from chengge.clock import PretendedClock
from tests.casework.lives import Life
from tests.casework.wide_city import build_wide_city, share, two_parts
from tests.factories import City

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db: None) -> City:
    return build_wide_city()


@pytest.fixture
def life(city: City, pretended_clock: PretendedClock) -> Life:
    return Life(city, pretended_clock)


def at_screen(life: Life, who: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(life.city.members[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


def does(life: Life, who: str, action: str, **typed: object) -> int:
    return at_screen(life, who).post(f"/cases/{life.case.number}/do/{action}/", typed | {"seen": life.case.entry_count}).status_code


def test_two_crews_do_a_part_each_and_the_department_joins_them(life):
    life.to("dispatched")
    sheet = at_screen(life, "department").get(f"/cases/{life.case.number}/do/give_parts/").content.decode()
    section, greening = life.city.organization_id("works_section"), life.city.organization_id("greening")
    assert f'name="part-{section}"' in sheet
    assert f'name="part-{life.city.organization_id("works_crew")}"' in sheet
    assert f'name="part-{life.city.organization_id("sanitation")}"' not in sheet
    assert does(life, "department", "give_parts", **{f"part-{section}": "扶正灯杆", f"part-{greening}": "补种绿篱"}) == 302
    desk = at_screen(life, "gardener").get("/desk/department/").content.decode()
    assert "补种绿篱" in desk
    assert "扶正灯杆" not in desk
    assert "Parts" in at_screen(life, "department").get(f"/cases/{life.case.number}/").content.decode()
    assert does(life, "department", "finish") in (409, 422)
    assert does(life, "gardener", "submit_part") == 422  # no photo
    for who in ("gardener", "section"):
        assert does(life, who, "submit_part", photos=life.photo(who)) == 302
    chosen = at_screen(life, "department").get(f"/cases/{life.case.number}/do/refuse_part/").content.decode()
    assert f'value="{greening}"' in chosen
    assert does(life, "department", "refuse_part", organization_id=greening, reason="返工") == 302
    assert does(life, "department", "take_back_part", organization_id=greening, reason="不再需要") == 302
    assert does(life, "department", "finish", photos=life.photo("department")) == 302
    assert life.case.stage == "handled"
    assert not audit.check_range((life.case_id, life.case_id + 1)).faults


def test_nothing_typed_is_told_beside_the_field_and_what_was_typed_stays(life):
    life.to("dispatched")
    greening = life.city.organization_id("greening")
    answer = at_screen(life, "department").post(
        f"/cases/{life.case.number}/do/give_parts/", {f"part-{greening}": "绿" * 201, "seen": life.case.entry_count}
    )
    assert answer.status_code == 422
    assert "绿" * 201 in answer.content.decode()


def test_a_program_gives_parts_and_feeds_them_back(life):
    life.to("handling")
    screen = at_screen(life, "department")

    def take(client: Client, action: str, **given: object) -> dict:
        answer = client.post(f"/api/v1/cases/{life.case.number}/actions/{action}", json.dumps(given), content_type="application/json")
        assert answer.status_code == 200, answer.content
        return answer.json()

    assert "give_parts" in [row["action"] for row in screen.get(f"/api/v1/cases/{life.case.number}/actions").json()]
    take(screen, "give_parts", parts=[{"organization_id": life.city.organization_id("greening"), "task": "补种绿篱"}])
    gardener = at_screen(life, "gardener")
    assert [row["part"] for row in gardener.get(f"/api/v1/cases/{life.case.number}").json()["assignments"]] == ["", "补种绿篱"]
    take(gardener, "submit_part", photos=[life.photo("gardener")])
    assert Assignment.objects.get(case_id=life.case_id, level=4).outcome == "submit_part"


def test_a_row_of_a_part_is_due_when_the_part_is(life):
    share(life, 4, 50)
    two_parts(life)
    row = at_screen(life, "gardener").get("/desk/department/").content.decode()
    part = Assignment.objects.get(case_id=life.case_id, level=4)
    due = int(life.case.clocks.get(organization_id=part.organization_id).due_at.timestamp())
    assert f'data-due="{due}000"' in row
    assert f'data-due="{int(life.case.due_at.timestamp())}000"' in at_screen(life, "section").get("/desk/department/").content.decode()


def test_the_lists_cost_no_more_with_parts_than_one_query(life, counted_queries):
    two_parts(life)
    screen = at_screen(life, "gardener")
    with counted_queries("department's desk with parts"):
        screen.get("/desk/department/")
