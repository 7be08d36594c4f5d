"""A lamp on the border of the district goes from report to survey, meeting and ruling; the next like it goes straight to the right crew.

Everything is done as people do it: forms in a browser, and the desks' own API. What happens by itself is waited for.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from chengge import clock
from chengge.domain.coordinates import LocalMetres
from chengge.lab.browser import Browser
from chengge.lab.tour import Round, Story, Tell, verify_chain
from chengge.lab.visitor import VisitFailed, Visitor
from chengge.organization.queries import CITY_ZONE, city_day

Json = dict[str, Any]
LAMP = "路灯"
MOST_TRIES = 150
STEP_M, FARTHEST_M = 20, 300
APART_DEGREES = 0.0006  # two places so far apart are two problems, not one reported twice


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the dispute: what it is called, who took it, and what came of it."""

    chinese: str
    english: str
    who: str
    came: str


@dataclass(frozen=True, slots=True)
class Settled:
    """How it ended: the steps, the disputed case and the next one like it with their ledgers."""

    steps: list[Step]
    first: Json
    next: Story


@dataclass(slots=True)
class Dispute:
    """The people, the two bodies that both claim the lamps, and what has happened so far.

    Attributes:
        wait: lets some time pass for what the city does by itself.
        border_m: metres from the lamp to where the district ends.
    """

    people: Round
    wait: Callable[[], None]
    tell: Tell
    coordinator: Browser
    lamp: Json
    border_m: int
    rule: Json
    bodies: list[Json]
    crew: Json
    steps: list[Step] = field(default_factory=list)

    def took(self, chinese: str, english: str, who: str, came: str) -> None:
        self.steps.append(Step(chinese, english, who, came))
        self.tell(f"{english}: {came}")

    def browser(self, username: str) -> Browser:
        return Browser.signed_in(self.people.address, username, self.people.password)

    def clerk_of(self, body: Json) -> str:
        """User name of somebody who works for a body."""
        return self.people.of_post("department", body["id"]).username

    def case(self, number: str) -> Json:
        return dict(self.people.of_post("dispatcher").get(f"/cases/{number}"))

    def until(self, what: str, has_come: Callable[[], bool]) -> None:
        """Wait for something that happens by itself. Raises VisitFailed where it does not."""
        for _try in range(MOST_TRIES):
            if has_come():
                return
            self.wait()
        raise VisitFailed(f"Nothing came of it by itself: {what}.")


def settle_a_dispute(address: str, administrator: str, password: str, tell: Tell, wait: Callable[[], None]) -> Settled:
    """Bring a disputed lamp from report to ruling, and show where the next one goes.

    Args:
        address, administrator, password: as in `tour.go_round`.
        wait: lets a second or so pass for what the city does by itself.

    Raises:
        VisitFailed: the city did not answer as it should.
    """
    people = Round(address, password, Visitor.sign_in(address, administrator, password), tell)
    coordinator = Browser.signed_in(address, people.of_post("coordinator").username, password)
    dispute = _found(people, coordinator, tell, wait)
    _switch_on(dispute)
    _two_lists(dispute)
    first = _reported(dispute, dispute.lamp, "区界边上的路灯不亮，两家单位都说不归自己管")
    dispute.took(
        "上报立案",
        "Report and filing",
        "hotline, operator, shift leader",
        f"case {first}: a lamp {dispute.border_m} m from the border of the district",
    )
    _nobody_can_place_it(dispute, first)
    survey_id = _surveyed(dispute, first)
    meeting_id = _met(dispute, first)
    number = _ruled(dispute, first, survey_id, meeting_id)
    _first_goes(dispute, first)
    second = _reported(dispute, _another(dispute), "路灯不亮，与前几天同一片")
    story = _next_goes_by_itself(dispute, second, number)
    return Settled(dispute.steps, dispute.case(first), story)


def _found(people: Round, coordinator: Browser, tell: Tell, wait: Callable[[], None]) -> Dispute:
    """A lamp at the edge of the district that is in no register, who is named for lamps there, and one of their crews."""
    administrator = people.administrator
    lamps = _lamps(administrator)
    for lamp in sorted(lamps, key=lambda one: one["lon"]):
        grid = administrator.get(f"/grids/{lamp['grid_code']}")
        rules = administrator.get(f"/classes/{lamp['class_id']}/rules", area_class=grid["area_class"])
        if not rules:
            continue
        asked = {"class_id": lamp["class_id"], "rule_id": rules[0]["id"], "grid_code": lamp["grid_code"]}
        border_m = _to_the_border(administrator, lamp)
        named = [one["organization"] for one in administrator.get("/candidates", **asked)]
        crew = _crew_of(administrator, named[0]["id"]) if named else None
        if len(named) > 1 and crew is not None and border_m is not None:
            return Dispute(people, wait, tell, coordinator, lamp, border_m, rules[0], [named[0], named[-1]], crew)
    raise VisitFailed("No lamp near the border has a department with a crew and a second body that could be named for it.")


def _to_the_border(administrator: Visitor, lamp: Json) -> int | None:
    """How many metres to the west of a lamp the district ends; None where it does not within sight."""
    frame = LocalMetres.around(lamp["lon"], lamp["lat"])
    for metres in range(STEP_M, FARTHEST_M + 1, STEP_M):
        west, level = map(float, frame.from_metres(-metres, 0.0))
        if administrator.get("/locate", lon=west, lat=level)["grid_code"] is None:
            return metres
    return None


def _lamps(administrator: Visitor) -> list[Json]:
    """Components that are lamps; where the city has none, whatever it has."""
    classes = administrator.get("/classes", size=500)
    listed = classes["items"] if isinstance(classes, dict) else classes
    lamp = next((one for one in listed if one["name"] == LAMP), None)
    found, cursor = [], ""
    while True:
        page = administrator.get("/components", class_id=lamp["id"] if lamp else None, size=200, cursor=cursor or None)
        found += page["items"]
        cursor = page["next"] or ""
        if not cursor or (lamp is None and found):
            break
    if not found:
        raise VisitFailed("This city has no components.")
    return found


def _crew_of(administrator: Visitor, department_id: int) -> Json | None:
    """A crew on level four with somebody in it."""
    for section in administrator.get("/organizations", parent_id=department_id, level=3)["items"]:
        for crew in administrator.get("/organizations", parent_id=section["id"], level=4)["items"]:
            if administrator.get("/members", post="department", organization_id=crew["id"], size=1)["items"]:
                return dict(crew)
    return None


def _switch_on(dispute: Dispute) -> None:
    """Lamps may go by themselves where it is certain enough."""
    path = f"/coordination/by-itself/{dispute.lamp['class_id']}/switch/"
    dispute.coordinator.send(path, {"on": "1", "why": "责任清单齐全，试行自动派遣"})
    dispute.took(
        "开启自动派遣", "Switched on", "coordinator", f"{dispute.lamp['class_name']} may be dispatched by itself where it is certain"
    )


def _two_lists(dispute: Dispute) -> None:
    """Two duty lists name two bodies for lamps in the same community, with the same right."""
    administrator = dispute.browser(dispute.people.administrator.username)
    community = str(dispute.lamp["grid_code"])[:12]
    for body, basis in zip(dispute.bodies, ("部门职责清单（2026 年修订）", "街道属地管理清单"), strict=True):
        fields = {
            "problem_class": str(dispute.lamp["class_id"]), "major": "", "division": community, "owning_body": "",
            "organization": str(body["id"]), "basis": basis, "day": f"{_today()}",
        }  # fmt: skip
        administrator.send("/manage/responsibilities/new", fields)
    names = " and ".join(body["name"] for body in dispute.bodies)
    dispute.took("两张清单", "Two lists", "administrator", f"{names} are both named for community {community}")


def _reported(dispute: Dispute, place: Json, said: str) -> str:
    """Report, accept and file; the number of the case. The lamp stands in no register, so no component is named."""
    people = dispute.people
    operator = people.of_post("operator")
    report = {
        "channel": "hotline", "class_id": dispute.lamp["class_id"], "description": said, "place": "区界路东侧", "lon": place["lon"],
        "lat": place["lat"], "reporter_name": "王女士", "contact": "13800001234",
    }  # fmt: skip
    made = operator.post("/reports", report)
    if made["number"] is None:
        raise VisitFailed(f"The report became no case; the city asks: {made['questions']}")
    people.number = str(made["number"])
    people.act(operator, "accept", rule_id=dispute.rule["id"])
    people.act(people.of_post("shift_leader"), "file")
    return people.number


def _nobody_can_place_it(dispute: Dispute, number: str) -> None:
    """It does not go by itself, and comes into the queue of hard cases."""
    dispute.until("a case that two bodies claim is a hard one", lambda: _is_there(dispute.coordinator, f"/coordination/hard/{number}/"))
    if dispute.case(number)["stage"] != "filed":
        raise VisitFailed(f"Case {number} was dispatched although two bodies have the same right.")
    dispute.took("进入疑难队列", "Hard case", "by itself", "two bodies with the same right: it is not dispatched, the platform settles it")


def _is_there(browser: Browser, path: str) -> bool:
    try:
        browser.open(path)
    except VisitFailed as not_there:
        if "was answered 404" not in str(not_there):
            raise
        return False
    return True


def _surveyed(dispute: Dispute, number: str) -> str:
    """Both bodies meet at the lamp."""
    units = [str(body["id"]) for body in dispute.bodies]
    fields = {
        "subject": "区界路灯责任会勘", "place": "区界路东侧", "lon": str(dispute.lamp["lon"]), "lat": str(dispute.lamp["lat"]),
        "meets_at": _soon(), "numbers": number, "organization_ids": units,
    }  # fmt: skip
    survey = dispute.coordinator.send("/coordination/surveys/new/", fields).address.rstrip("/").split("/")[-1]
    path = f"/coordination/surveys/{survey}/"
    for body, position in zip(dispute.bodies, ("灯杆在红线外，未移交养护。", "街道没有照明养护力量。"), strict=True):
        clerk = dispute.browser(dispute.clerk_of(body))
        clerk.send(f"{path}say/", {"organization_id": str(body["id"]), "attended": "yes", "who": "现场负责人", "position": position})
    dispute.coordinator.send(f"{path}end/", {"step": "conclude", "conclusion": "灯杆在道路红线内，供电接入路灯专线，提交会议议定。"})
    dispute.took(
        "现场会勘", "Joint survey", "coordinator, both bodies", "each says where it stands; the lamp lies inside the road's red line"
    )
    return survey


def _met(dispute: Dispute, number: str) -> str:
    """A meeting decides; both bodies sign the minutes."""
    fields = {
        "subject": "区界路灯责任协同会议", "place": "指挥中心三楼", "chair": "分管领导", "meets_at": _soon(), "numbers": number,
        "subjects": "", "organization_ids": [str(body["id"]) for body in dispute.bodies],
    }  # fmt: skip
    meeting = dispute.coordinator.send("/coordination/meetings/new/", fields).address.rstrip("/").split("/")[-1]
    path = f"/coordination/meetings/{meeting}/"
    owner = dispute.bodies[0]["name"]
    written = {f"who-{body['id']}": "分管负责人" for body in dispute.bodies} | {"decision-1": f"由{owner}负责养护，以裁定书为准。"}
    dispute.coordinator.send(f"{path}step/", written | {"step": "draft"})
    minutes = f"议定：由{owner}负责该社区路灯养护，以裁定书为准。"
    dispute.coordinator.send(f"{path}step/", written | {"step": "close", "minutes": minutes})
    for body in dispute.bodies:
        dispute.browser(dispute.clerk_of(body)).send(f"{path}sign/", {"organization_id": str(body["id"]), "objection": ""})
    dispute.took("协同会议", "Meeting", "coordinator, both bodies", "minutes closed and signed by both")
    return meeting


def _ruled(dispute: Dispute, number: str, survey_id: str, meeting_id: str) -> str:
    """Drafted by the coordinator, signed by a leader: responsibility from today on. Its number."""
    community = str(dispute.lamp["grid_code"])[:12]
    fields = {
        "subject": "区界路灯养护责任裁定", "basis": "现场会勘和协同会议议定", "organization_id": str(dispute.crew["id"]),
        "first_day": f"{_today()}", "end": "", "objections_until": f"{_today() + timedelta(days=7)}",
        "classes": f"class:{dispute.lamp['class_id']}", "places": community, "component_codes": "", "division_code": "",
        "numbers": number, "survey_id": survey_id, "meeting_id": meeting_id,
    }  # fmt: skip
    path = dispute.coordinator.send("/coordination/rulings/new/", fields).address
    leader = dispute.browser(dispute.people.of_post("leader").username)
    page = leader.send(f"{path}step/", {"step": "sign"})
    signed = next((line for line in page.text.split("协裁")[1:]), None)
    if signed is None:
        raise VisitFailed("The ruling has no number.")
    ruling = "协裁" + signed.split("号", 1)[0] + "号"
    dispute.took(
        "裁定", "Ruling", "drafted by the coordinator, signed by a leader", f"{ruling}: {dispute.crew['name']} answers for lamps there"
    )
    return ruling


def _first_goes(dispute: Dispute, number: str) -> None:
    """The disputed case goes by the ruling: by itself if it is looked at before a dispatcher does it from the ruling's page."""
    dispatcher = dispute.people.of_post("dispatcher")
    case = dispute.case(number)
    if case["stage"] == "filed":
        asked = {"class_id": case["class_id"], "rule_id": case["rule_id"], "grid_code": case["grid_code"]}
        best = dispatcher.get("/candidates", **asked)[0]
        try:
            dispatcher.post(
                f"/cases/{number}/actions/dispatch", {"organization_id": best["organization"]["id"], "seen": case["entry_count"]}
            )
        except VisitFailed as moved:
            if "409" not in str(moved):
                raise
    case = dispute.case(number)
    if case["stage"] not in ("dispatched", "handling"):
        raise VisitFailed(f"Case {number} was not dispatched after the ruling: it is {case['stage']}.")
    dispute.took(
        "首案派遣", "The first case", "dispatcher or by itself", f"case {number} goes to {case['department']['name']} by the ruling"
    )


def _another(dispute: Dispute) -> Json:
    """Another place in the same community, far enough away to be another problem."""
    code, lamp = str(dispute.lamp["grid_code"]), dispute.lamp
    found = dispute.people.administrator.get("/components", grid_code=code, size=200)["items"]
    grids = dispute.people.administrator.get("/grids", division_code=code[:12], size=100)["items"]
    for grid in grids:
        if grid["code"] != code:
            found += dispute.people.administrator.get("/components", grid_code=grid["code"], size=20)["items"]
    for one in found:
        if abs(one["lon"] - lamp["lon"]) + abs(one["lat"] - lamp["lat"]) > APART_DEGREES:
            return dict(one)
    return lamp | {"lon": lamp["lon"] + 0.0002}


def _next_goes_by_itself(dispute: Dispute, number: str, ruling: str) -> Story:
    """Straight to the crew on level four, with the ruling as basis. Raises VisitFailed where it went elsewhere."""
    dispute.until("the next lamp goes to the crew", lambda: dispute.case(number)["stage"] != "filed")
    evaluator = dispute.people.of_post("evaluator")
    case = evaluator.get(f"/cases/{number}")
    dispatched = next(entry for entry in case["entries"] if entry["action"] == "dispatch")
    if case["organization"]["id"] != dispute.crew["id"] or dispatched["who"]:
        raise VisitFailed(f"Case {number} lies with {case['organization']['name']}, not with {dispute.crew['name']}.")
    if ruling not in dispatched["note"]:
        raise VisitFailed(f"The dispatch of case {number} does not name {ruling}.")
    story = Story(case, dispatched["note"], evaluator.get(f"/cases/{number}/ledger"))
    verify_chain(story)
    facts = "; ".join(dispatched["facts"])
    dispute.took("后案自动派遣", "The next case", "by itself", f"case {number} straight to {dispute.crew['name']} on level 4 ({facts})")
    dispute.people.number = number
    dispute.people.act(dispute.people.of_post("department", dispute.crew["id"]), "take_up")
    dispute.took("班组接单", "Taken up", dispute.crew["name"], "the crew has begun; nobody at a desk touched the dispatch")
    return Story(evaluator.get(f"/cases/{number}"), dispatched["note"], evaluator.get(f"/cases/{number}/ledger"))


def _today() -> date:
    return city_day(clock.now())


def _soon() -> str:
    """In an hour, as typed into a form."""
    return f"{clock.now().astimezone(CITY_ZONE) + timedelta(hours=1):%Y-%m-%dT%H:%M}"
