"""One case goes all the way round a running city, by HTTP alone, each step by an account of the post that takes it."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageDraw

from chengge.domain.hashing import BEFORE_THE_FIRST
from chengge.lab.visitor import VisitFailed, Visitor

Json = dict[str, Any]
Tell = Callable[[str], None]

# The seven steps of the standard (GB/T 30428.8), and the actions that make them up.
STEPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("信息收集", "Collection", ("report", "ask_to_verify", "verify_true")),
    ("案卷建立", "Filing", ("accept", "file")),
    ("任务派遣", "Dispatch", ("dispatch",)),
    ("任务处理", "Handling", ("take_up", "pass_down", "submit")),
    ("处理反馈", "Feedback", ("finish",)),
    ("核查结案", "Check and closing", ("ask_to_check", "pass_check", "close")),
    ("综合评价", "Evaluation", ()),
)
PHOTO_SIZE = (1280, 960)
# Grids of the inspector that are looked through for something to report.
MOST_GRIDS = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: a component of the inspector's grids that has a handbook rule."""

    component: Json
    rule: Json


@dataclass(frozen=True, slots=True)
class Story:
    """What became of the case, as the evaluator reads it, and its ledger as it is kept."""

    case: Json
    basis: str  # why the case was dispatched where it was
    ledger: list[Json]

    @property
    def entries(self) -> list[Json]:
        """In the order in which they happened."""
        return list(reversed(self.case["entries"]))

    def of_step(self, actions: tuple[str, ...]) -> list[Json]:
        return [entry for entry in self.entries if entry["action"] in actions]


@dataclass(slots=True)
class Round:
    """The people of a city, found by their posts, and the case they have before them."""

    address: str
    password: str
    administrator: Visitor
    tell: Tell
    known: dict[str, Visitor] = field(default_factory=dict)
    number: str = ""

    def person(self, username: str) -> Visitor:
        if username not in self.known:
            self.known[username] = Visitor.sign_in(self.address, username, self.password)
        return self.known[username]

    def of_post(self, post: str, organization_id: int | None = None) -> Visitor:
        """The first member who holds the post, in an organization where that matters."""
        found = self.administrator.get("/members", post=post, organization_id=organization_id, size=1)["items"]
        if not found:
            raise VisitFailed(f"Nobody holds the post {post}" + (f" in organization {organization_id}" if organization_id else ""))
        return self.by_id(found[0]["id"])

    def by_id(self, member_id: int) -> Visitor:
        return self.person(self.administrator.get(f"/members/{member_id}/record")["username"])

    def act(self, who: Visitor, action: str, **given: Any) -> None:
        """Take an action as a person does: look at the case, see that it is open to them, do it."""
        case = who.get(f"/cases/{self.number}")
        if action not in case["open_actions"]:
            raise VisitFailed(
                f"{who.username} may not take “{action}” on {self.number} (only: {', '.join(case['open_actions']) or 'nothing'})"
            )
        who.post(f"/cases/{self.number}/actions/{action}", given | {"seen": case["entry_count"]})
        self.tell(f"{who.username}: {action}")


def go_round(address: str, administrator: str, password: str, tell: Tell) -> Story:
    """Report a problem and bring it to its close.

    Args:
        address: of the running city, such as http://127.0.0.1:8000.
        administrator: user name of an administrator, who looks up who holds which post.
        password: of every account, as in the demo city.
        tell: hears each step.

    Raises:
        VisitFailed: the city did not answer as it should.
    """
    people = Round(address, password, Visitor.sign_in(address, administrator, password), tell)
    operator, leader = people.of_post("operator"), people.of_post("shift_leader")
    inspector = people.of_post("inspector")
    if not inspector.get("/duty")["on_duty"]:
        inspector.post("/duty", {})
    problem = _find_problem(inspector)

    people.number = _report(operator, problem, tell)
    people.act(operator, "ask_to_verify")
    walker = _walker(people)
    here = {"lon": problem.component["lon"], "lat": problem.component["lat"], "accuracy_m": 4.0}
    people.act(walker, "verify_true", photos=[walker.upload(_photo("verify", 1))], **here)
    people.act(operator, "accept", rule_id=problem.rule["id"])
    people.act(leader, "file")

    department_id, basis = _dispatch(people, problem)
    department = people.of_post("department", department_id)
    people.act(department, "take_up")
    section = _section(people, department_id)
    if section is not None:
        people.act(department, "pass_down", organization_id=section[0])
        people.act(section[1], "take_up")
        people.act(section[1], "submit", photos=[section[1].upload(_photo("mended", 2))], note="井盖已更换")
    people.act(department, "finish", photos=[department.upload(_photo("mended", 3))])

    people.act(operator, "ask_to_check")
    walker = _walker(people)
    people.act(walker, "pass_check", photos=[walker.upload(_photo("check", 4))], **here)
    people.act(leader, "close")

    evaluator = people.of_post("evaluator")
    story = Story(evaluator.get(f"/cases/{people.number}"), basis, evaluator.get(f"/cases/{people.number}/ledger"))
    verify_chain(story)
    return story


def verify_chain(story: Story) -> None:
    """Recompute every hash of the case's ledger, and see that photos and entries are those in it. Raises VisitFailed where one differs."""
    before = BEFORE_THE_FIRST
    for entry in story.ledger:
        before = hashlib.sha256(before + entry["body"].encode()).digest()
        if before.hex() != entry["hash"]:
            raise VisitFailed(f"Entry {entry['seq']} of case {story.case['number']} is not what its hash says.")
    if [entry["seq"] for entry in story.ledger] != list(range(1, story.case["entry_count"] + 1)):
        raise VisitFailed(f"The ledger of case {story.case['number']} has a gap.")
    for photo in story.case["photos"]:
        if not any(photo["sha256"] in entry["body"] for entry in story.ledger):
            raise VisitFailed(f"A photo of case {story.case['number']} stands in no entry of its ledger.")


def _find_problem(inspector: Visitor) -> Problem:
    """A component in the inspector's own grids whose class has a rule there."""
    for code in inspector.get("/duty")["grid_codes"][:MOST_GRIDS]:
        area_class = inspector.get(f"/grids/{code}")["area_class"]
        seen: set[int] = set()
        for component in inspector.get("/components", grid_code=code, size=50)["items"]:
            if component["class_id"] in seen:
                continue
            seen.add(component["class_id"])
            rules = inspector.get(f"/classes/{component['class_id']}/rules", area_class=area_class)
            if rules:
                return Problem(component, rules[0])
    raise VisitFailed(f"{inspector.username} has no component in a responsibility grid that the handbook has a rule for.")


def _report(operator: Visitor, problem: Problem, tell: Tell) -> str:
    component = problem.component
    said = {
        "channel": "hotline",
        "class_id": component["class_id"],
        "description": f"{component['class_name']}：{problem.rule['condition']}"[:1000],
        "place": "市民来电指认处",
        "lon": component["lon"],
        "lat": component["lat"],
        "component_code": component["code"],
        "reporter_name": "王女士",
        "contact": "13800001234",
    }
    made = operator.post("/reports", said)
    if made["number"] is None:
        raise VisitFailed(f"The report became no case; the city asks: {made['questions']}")
    tell(f"{operator.username}: report {made['number']}")
    return str(made["number"])


def _walker(people: Round) -> Visitor:
    """The inspector to whom the open task went."""
    task = people.administrator.get(f"/cases/{people.number}/tasks")[-1]
    if task["inspector"] is None:
        raise VisitFailed("Nobody is on duty who could walk to the place.")
    return people.by_id(task["inspector"]["id"])


def _dispatch(people: Round, problem: Problem) -> tuple[int, str]:
    """Dispatch to the likeliest candidate; its id, and the basis in words."""
    dispatcher = people.of_post("dispatcher")
    case = dispatcher.get(f"/cases/{people.number}")
    names = {
        "class_id": case["class_id"],
        "rule_id": case["rule_id"],
        "grid_code": case["grid_code"],
        "component_code": case["component_code"],
    }
    candidates = dispatcher.get("/candidates", **names)
    if not candidates:
        raise VisitFailed(f"Nobody answers for {problem.component['class_name']}.")
    best = candidates[0]
    people.act(dispatcher, "dispatch", organization_id=best["organization"]["id"])
    return best["organization"]["id"], best["basis"]


def _section(people: Round, department_id: int) -> tuple[int, Visitor] | None:
    """A third-level platform of the department with somebody in it; None where it has none."""
    for below in people.administrator.get("/organizations", parent_id=department_id, level=3)["items"]:
        if people.administrator.get("/members", post="department", organization_id=below["id"], size=1)["items"]:
            return below["id"], people.of_post("department", below["id"])
    return None


def _photo(what: str, shade: int) -> bytes:
    """A drawn photo of a cover in a pavement: open while it is the problem, closed once it is mended."""
    image = Image.new("RGB", PHOTO_SIZE, (150 + shade, 150, 145))
    pen = ImageDraw.Draw(image)
    for x in range(0, PHOTO_SIZE[0], 160):
        pen.line((x, 0, x, PHOTO_SIZE[1]), fill=(128, 128, 124), width=4)
    for y in range(0, PHOTO_SIZE[1], 160):
        pen.line((0, y, PHOTO_SIZE[0], y), fill=(128, 128, 124), width=4)
    hole = (440, 280, 840, 680)
    pen.ellipse(hole, fill=(35, 33, 30) if what == "verify" else (92, 88, 84), outline=(60, 58, 55), width=18)
    if what != "verify":
        for y in range(340, 640, 60):
            pen.line((480, y, 800, y), fill=(70, 67, 64), width=10)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()
