"""A case goes all the way round by programs; lists, details and clocks as the desks have them."""

from collections.abc import Callable

from tests.api.conftest import Program
from tests.casework.lives import Life, picture
from tests.conftest import QueryCounter
from tests.factories import GRID_CODES, MANHOLE_CODE, City

Programs = Callable[[str], Program]


def said(city: City, **changes: object) -> dict[str, object]:
    lon, lat = city.places[0]
    return {
        "channel": "hotline",
        "class_id": city.manhole.pk,
        "description": "雨水井盖缺失",
        "place": "石桥路口",
        "lon": lon,
        "lat": lat,
    } | changes


def test_a_case_goes_all_the_way_round(program: Programs, city: City) -> None:
    lon, lat = city.places[0]
    number = program("operator").post("/reports", said(city)).json()["number"]

    def photo(who: str, seed: int) -> str:
        return program(who).upload("/photos", "photo", picture(seed)).json()["sha256"]

    def act(who: str, action: str, **given: object) -> str:
        moved = program(who).post(f"/cases/{number}/actions/{action}", given)
        assert moved.status_code == 200, moved.json()
        return moved.json()["to_stage"]

    assert act("operator", "ask_to_verify") == "verifying"
    assert act("inspector", "verify_true", photos=[photo("inspector", 1)], lon=lon, lat=lat) == "reported"
    assert act("operator", "accept", rule_id=city.missing.pk) == "accepted"
    assert act("shift_leader", "file") == "filed"
    assert act("dispatcher", "dispatch", organization_id=city.organization_id("works")) == "dispatched"
    assert act("department", "pass_down", organization_id=city.organization_id("works_section")) == "dispatched"
    assert act("section", "take_up") == "handling"
    assert act("section", "submit", photos=[photo("section", 2)]) == "handling"
    assert act("department", "finish", photos=[photo("department", 3)]) == "handled"
    assert act("operator", "ask_to_check") == "checking"
    assert act("inspector", "pass_check", photos=[photo("inspector", 4)], lon=lon, lat=lat) == "checked"
    assert act("shift_leader", "close") == "closed"

    case = program("evaluator").get(f"/cases/{number}").json()
    assert case["stage"] == "closed"
    assert case["entry_count"] == len(case["entries"]) == 13
    assert {clock["state"] for clock in case["clocks"]} == {"stopped"}
    assert [photo["phase"] for photo in case["photos"]] == ["verify", "handle", "handle", "check"]
    assert case["open_actions"] == []


def test_a_report_without_place_is_kept_and_asks_back_and_becomes_a_case_when_answered(program: Programs, city: City) -> None:
    operator = program("operator")
    made = operator.post("/reports", said(city, lon=None, lat=None)).json()
    assert made["number"] is None
    assert [question["field"] for question in made["questions"]] == ["place"]
    lon, lat = city.places[0]
    answered = operator.post(f"/reports/{made['report_id']}/complete", {"lon": lon, "lat": lat}).json()
    assert answered["number"] is not None
    assert operator.get(f"/reports/{made['report_id']}").json()["number"] == answered["number"]


def test_the_same_report_sent_twice_is_one_case(program: Programs, city: City) -> None:
    operator = program("operator")
    first, second = (operator.post("/reports", said(city), key="call 4711".replace(" ", "-")) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json()["number"] == second.json()["number"]
    assert second.json()["repeated"]
    assert len(operator.get("/cases").json()["items"]) == 1


def test_the_same_action_sent_twice_is_done_once(program: Programs, life: Life) -> None:
    number = life.to("accepted").number
    leader = program("shift_leader")
    first, second = (leader.post(f"/cases/{number}/actions/file", key="k1") for _ in range(2))
    assert first.json()["seq"] == second.json()["seq"]
    assert (first.json()["repeated"], second.json()["repeated"]) == (False, True)


def test_a_key_that_stands_for_another_action_is_refused(program: Programs, life: Life) -> None:
    leader = program("shift_leader")
    first, second = life.to("accepted").number, life.to("accepted").number
    leader.post(f"/cases/{first}/actions/file", key="k1")
    refused = leader.post(f"/cases/{second}/actions/file", key="k1")
    assert (refused.status_code, refused.json()["code"]) == (422, "key_used")


def test_a_key_used_for_another_upload_is_refused(program: Programs) -> None:
    operator = program("operator")
    first = operator.upload("/photos", "photo", picture(1), key="p1")
    again = operator.upload("/photos", "photo", picture(1), key="p1")
    other = operator.upload("/photos", "photo", picture(2), key="p1")
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (422, "key_used")


def test_who_saw_an_older_state_is_told_what_happened_meanwhile(program: Programs, life: Life) -> None:
    case = life.to("accepted")
    program("shift_leader").post(f"/cases/{case.number}/actions/file", {"seen": case.entry_count})
    late = program("shift_leader").post(f"/cases/{case.number}/actions/void", {"seen": case.entry_count, "reason": "重复"})
    assert late.status_code == 409
    assert "何敏" in late.json()["hint"]


def test_a_department_may_not_close_its_own_case(program: Programs, life: Life) -> None:
    case = life.to("checked")
    refused = program("department").post(f"/cases/{case.number}/actions/close")
    assert (refused.status_code, refused.json()["code"]) == (403, "post")
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_an_action_without_what_it_needs_names_the_field(program: Programs, life: Life) -> None:
    case = life.to("reported")
    refused = program("operator").post(f"/cases/{case.number}/actions/reject")
    assert (refused.status_code, refused.json()["field"]) == (422, "reason")


def test_open_actions_are_those_of_the_rule_book_for_this_member(program: Programs, life: Life) -> None:
    case = life.to("filed")
    actions = program("dispatcher").get(f"/cases/{case.number}/actions").json()
    assert [action["action"] for action in actions] == ["dispatch", "return_to_filing"]
    assert actions[0]["needs"] == ["organization"]
    assert program("evaluator").get(f"/cases/{case.number}/actions").json() == []


def test_a_department_does_not_learn_of_cases_that_are_not_its_own(program: Programs, life: Life) -> None:
    case = life.to("dispatched")
    assert program("department").get(f"/cases/{case.number}").status_code == 200
    assert program("other_department").get(f"/cases/{case.number}").status_code == 404
    assert program("other_department").get("/cases").json()["items"] == []


def test_pages_of_a_list_hold_every_case_once(program: Programs, life: Life) -> None:
    numbers = {life.to("reported").number for _ in range(5)}
    operator = program("operator")
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = operator.get("/cases", {"desk": "operator", "size": 2, "cursor": cursor}).json()
        seen += [case["number"] for case in page["items"]]
        cursor = page["next"]
    assert len(seen) == 5
    assert set(seen) == numbers


def test_a_list_is_filtered_as_on_the_desk(program: Programs, life: Life) -> None:
    number = life.to("reported").number
    leader = program("shift_leader")
    for query in (
        {"stage": "reported"},
        {"q": "雨水井盖"},
        {"grid": GRID_CODES[0]},
        {"division": "990101001"},
        {"number": number[:12]},
        {"light": "green"},
    ):
        assert [case["number"] for case in leader.get("/cases", query).json()["items"]] == [number], query
    for query in ({"stage": "closed"}, {"q": "路灯"}, {"grid": GRID_CODES[1]}, {"light": "red"}, {"urgent": "true"}, {"kind": "event"}):
        assert leader.get("/cases", query).json()["items"] == [], query
    assert leader.get("/cases", {"stage": "nowhere"}).status_code == 422


def test_lights_count_what_waits_on_the_desk(program: Programs, life: Life) -> None:
    life.to("reported")
    life.later(minutes=14)
    life.to("reported")
    lights = program("operator").get("/lights", {"desk": "operator"}).json()
    assert (lights["green"], lights["yellow"], lights["red"]) == (1, 1, 0)
    assert lights["queues"]["to_accept"] == 2


def test_a_clock_shows_the_working_spans_it_counted(program: Programs, life: Life) -> None:
    case = life.to("handling", rule="rattling")
    handling = next(clock for clock in program("department").get(f"/cases/{case.number}/clocks").json() if clock["kind"] == "handling")
    assert handling["limit_seconds"] == 8 * 3600
    assert sum(day["seconds"] for day in handling["account"]) == 8 * 3600


def test_the_table_of_a_list_can_be_taken_away(program: Programs, life: Life) -> None:
    life.report(description="=1+1")
    table = program("operator").get("/cases.csv", {"desk": "operator"})
    text = b"".join(table.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert table.headers["Content-Type"].startswith("text/csv")
    assert len(text.splitlines()) == 2
    assert "'=1+1" in text


def test_a_contact_is_shown_in_full_only_to_those_who_call_back_and_say_so(program: Programs, life: Life) -> None:
    made = life.report(contact="13812345678", reporter_name="张三")
    for name in ("operator", "dispatcher"):
        assert "1234" not in program(name).get(f"/reports/{made.report_id}").json()["contact"]
    purpose = {"purpose": "call_back"}
    assert program("operator").post(f"/reports/{made.report_id}/contact", purpose).json() == {"contact": "13812345678"}
    assert program("dispatcher").post(f"/reports/{made.report_id}/contact", purpose).status_code == 403
    assert program("operator").post(f"/reports/{made.report_id}/contact", {"purpose": "curiosity"}).status_code == 422


def test_a_photo_is_seen_by_those_who_see_its_case(program: Programs, life: Life) -> None:
    life.to("handled")
    sha256 = life.case.evidence.filter(phase="handle").get().sha256
    assert program("operator").get(f"/photos/{sha256}/thumb").headers["Content-Type"] == "image/jpeg"
    assert program("other_department").get(f"/photos/{sha256}/full").status_code == 404


def test_an_upload_that_is_no_photo_is_refused(program: Programs) -> None:
    refused = program("inspector").upload("/photos", "photo", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert (refused.status_code, refused.json()["code"]) == (422, "photo_unreadable")


def test_a_case_that_has_not_moved_is_not_sent_again(program: Programs, life: Life) -> None:
    case = life.to("reported")
    operator = program("operator")
    first = operator.get(f"/cases/{case.number}")
    assert operator.get(f"/cases/{case.number}", If_None_Match=first.headers["ETag"]).status_code == 304
    life.do("ask_to_verify", "operator")
    assert operator.get(f"/cases/{case.number}", If_None_Match=first.headers["ETag"]).status_code == 200


def test_an_inspector_finds_the_walk_to_make(program: Programs, life: Life) -> None:
    case = life.to("verifying")
    (task,) = program("inspector").get("/tasks").json()["items"]
    assert (task["number"], task["kind"]) == (case.number, "verify")
    assert program("inspector2").get("/tasks").json()["items"] == []


def test_a_kept_search_belongs_to_its_member(program: Programs) -> None:
    leader = program("shift_leader")
    made = leader.post("/filters", {"desk": "shift_leader", "name": "急件", "query": "urgent=1"})
    assert made.status_code == 201
    assert [row["name"] for row in leader.get("/filters").json()] == ["急件"]
    assert program("operator").delete(f"/filters/{made.json()['id']}").status_code == 404
    assert leader.delete(f"/filters/{made.json()['id']}").status_code == 204


def test_component_codes_keep_all_their_digits(program: Programs, city: City) -> None:
    number = program("operator").post("/reports", said(city, component_code=str(MANHOLE_CODE))).json()["number"]
    assert program("operator").get(f"/cases/{number}").json()["component_code"] == str(MANHOLE_CODE)


def test_lists_ask_the_same_number_of_queries_whatever_their_size(program: Programs, life: Life, counted_queries: QueryCounter) -> None:
    for _ in range(3):
        life.to("reported")
    operator = program("operator")
    with counted_queries("API: desk list"):
        assert len(operator.get("/cases", {"desk": "operator"}).json()["items"]) == 3
    with counted_queries("API: lights of a desk"):
        operator.get("/lights", {"desk": "operator"})
    number = life.to("closed").number
    with counted_queries("API: case"):
        operator.get(f"/cases/{number}")
    with counted_queries("API: open actions of a case"):
        operator.get(f"/cases/{number}/actions")
    with counted_queries("API: reports"):
        operator.get("/reports")
    with counted_queries("API: tasks of mine"):
        operator.get("/tasks")


def test_making_a_report_and_taking_an_action_cost_few_queries(
    program: Programs, life: Life, city: City, counted_queries: QueryCounter
) -> None:
    operator = program("operator")
    with counted_queries("API: make a report"):
        number = operator.post("/reports", said(city)).json()["number"]
    with counted_queries("API: accept a case"):
        operator.post(f"/cases/{number}/actions/accept", {"rule_id": city.missing.pk})
