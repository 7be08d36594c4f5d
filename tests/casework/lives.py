"""Lives of cases for tests: brought to a stage as the posts would, through the door, each action by whoever's turn it is."""

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from PIL import Image

from chengge.casework import photos
from chengge.casework.actions import Given, Moved, Reported, Said, perform, report
from chengge.casework.models import Case, Task
from chengge.clock import PretendedClock
from chengge.domain.lifecycle import Post
from chengge.foundation.models import HandbookRule
from tests.factories import MEMBERS, City

# The stages in the order in which a case comes to them; the straight way begins with `accepted`.
WAY = ("verifying", "verified", "accepted", "filed", "dispatched", "handling", "handled", "checking", "checked", "closed")
STRAIGHT_WAY = WAY[WAY.index("accepted") :]


def picture(seed: int = 0, size: tuple[int, int] = (320, 240)) -> bytes:
    """A small JPEG, another one for each seed."""
    colour = tuple(Random(seed).randrange(256) for _ in range(3))
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


@dataclass
class Life:
    """One case of the tiny city and the people who move it; at a pretended time where the test has a clock.

    Life(city, clock).to("closed"), or of any class: Life(city).reported("garbage").until("dispatched")
    """

    city: City
    clock: PretendedClock | None = None
    case_id: int = 0
    number: str = ""
    photo_count: int = 0

    @property
    def case(self) -> Case:
        return Case.objects.get(pk=self.case_id)

    @property
    def now(self) -> datetime:
        return self.clock.at.replace(microsecond=0)

    def later(self, **span: int) -> None:
        self.clock.advance(timedelta(**span))

    def photo(self, member: str) -> str:
        """A photo that this member has uploaded and not used yet."""
        self.photo_count += 1
        return photos.store(picture(self.case_id * 1000 + self.photo_count, (64, 48)), self.city.actor(member)).sha256

    def said(self, **changes: Any) -> Said:
        lon, lat = self.city.places[0]
        common = {"channel": "hotline", "problem_class_id": self.city.manhole.pk, "description": "雨水井盖缺失", "place": "石桥路口"}
        return Said(**({"lon": lon, "lat": lat} | common | changes))

    def report(self, member: str = "operator", **changes: Any) -> Reported:
        """A report, of a missing manhole cover if nothing else is said, from which a case begins."""
        made = report(self.city.actor(member), self.said(**changes))
        self.case_id, self.number = made.case_id or 0, made.number or ""
        return made

    def reported(self, name: str = "garbage", *, by: str = "operator", grid: int = 0, **changes: Any) -> "Life":
        """A report of any class at the middle of one of the four grids."""
        of = getattr(self.city, name)
        lon, lat = self.city.places[grid]
        said = {"problem_class_id": of.pk, "description": f"{of.name}，市民反映", "place": "石桥路 12 号", "lon": lon, "lat": lat}
        made = self.report(by, **(said | changes))
        assert made.case_id is not None, made.questions
        return self

    def do(self, action: str, member: str, given: Given = Given(), **more: Any) -> Moved:  # noqa: B008
        return perform(self.case_id, action, self.city.actor(member), given, **more)

    def does(self, action: str, by: str, **given: Any) -> "Life":
        """One action, and on."""
        self.do(action, by, Given(**given))
        return self

    def verify(self) -> Moved:
        return self._on_the_spot("verify_true", Task.Kind.VERIFY)

    def to(self, stage: str, *, rule: str = "missing", channel: str = "hotline", post: str = "operator") -> Case:
        """Bring a new case to `stage` in the usual way, which begins with verifying."""
        self.report(post, channel=channel)
        if stage == "returned":
            self.to("dispatched", rule=rule)
            self.do("hand_back", "department", Given(reason="不属于我单位"))
        elif stage != "reported":
            for step in WAY[: WAY.index(stage) + 1]:
                self._step(step, rule)
        return self.case

    def until(self, stage: str) -> "Life":
        """From `reported` on along the straight way, which begins with accepting, by the first rule of the class."""
        for step in STRAIGHT_WAY[: STRAIGHT_WAY.index(stage) + 1]:
            self._step(step, "")
        return self

    def _step(self, step: str, rule: str) -> None:
        match step:
            case "verifying":
                self.do("ask_to_verify", "operator")
            case "verified":
                self.verify()
            case "accepted":
                self.do("accept", "operator", Given(rule_id=self._rule(rule).pk))
            case "filed":
                self.do("file", "shift_leader")
            case "dispatched":
                self.do("dispatch", "dispatcher", Given(organization_id=self.case.rule.organization_id))
            case "handling":
                self.do("take_up", self._clerk())
            case "handled":
                clerk = self._clerk()
                self.do("finish", clerk, Given(photos=(self.photo(clerk),)))
            case "checking":
                self.do("ask_to_check", "operator")
            case "checked":
                self._on_the_spot("pass_check", Task.Kind.CHECK)
            case "closed":
                self.do("close", "shift_leader")

    def _rule(self, name: str) -> HandbookRule:
        """The rule of this name; without a name the first of the case's class."""
        if name:
            return getattr(self.city, name)
        return HandbookRule.objects.filter(problem_class_id=self.case.problem_class_id).order_by("number")[0]

    def _clerk(self) -> str:
        """Who works at the department that has the case."""
        department = next(name for name, row in self.city.organizations.items() if row.pk == self.case.department_id)
        return next(name for name, (_full, body, posts) in MEMBERS.items() if (body, posts) == (department, (Post.DEPARTMENT,)))

    def _on_the_spot(self, action: str, kind: str) -> Moved:
        """By whoever was asked to walk there; by `inspector` where nobody was."""
        walker_id = Task.objects.get(case_id=self.case_id, kind=kind, done_at=None).member_id
        walker = next((name for name, member in self.city.members.items() if member.pk == walker_id), "inspector")
        case = self.case
        return self.do(action, walker, Given(photos=(self.photo(walker),), lon=case.lon, lat=case.lat))
