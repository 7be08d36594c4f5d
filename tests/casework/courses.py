"""Cases on their course through the tiny city: reported anywhere, of any class, brought to a stage by whoever's turn it is."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image

from chengge.casework.actions import Given, Said, perform, report
from chengge.casework.models import Case, Task
from chengge.casework.photos import store
from chengge.domain.lifecycle import Post
from chengge.foundation.models import HandbookRule
from tests.factories import MEMBERS, City


def picture(shade: int = 120) -> bytes:
    """A small JPEG; another shade makes another photo."""
    out = BytesIO()
    Image.new("RGB", (320, 240), (shade % 256, (shade * 7) % 256, 90)).save(out, "JPEG")
    return out.getvalue()


@dataclass
class Course:
    """Takes a case of the tiny city through its life, each action by whoever's it is.

    Course(city).reported("garbage").until("dispatched")
    """

    city: City
    case_id: int = 0
    number: str = ""
    shade: int = 0

    def reported(
        self,
        name: str = "garbage",
        *,
        by: str = "operator",
        channel: str = "hotline",
        grid: int = 0,
        place: str = "石桥路 12 号",
        **said: Any,
    ) -> "Course":
        """A report at the middle of one of the four grids, from which a case begins."""
        lon, lat = self.city.places[grid]
        done = report(
            self.city.actor(by),
            Said(
                **{
                    "channel": channel,
                    "problem_class_id": getattr(self.city, name).pk,
                    "description": f"{getattr(self.city, name).name}，市民反映",
                    "place": place,
                    "lon": lon,
                    "lat": lat,
                }
                | said
            ),
        )
        assert done.case_id is not None, done.questions
        assert done.number is not None
        self.case_id, self.number = done.case_id, done.number
        return self

    def does(self, action: str, by: str, **given: Any) -> "Course":
        """One action through the door."""
        perform(self.case_id, action, self.city.actor(by), Given(**given))
        return self

    def photo(self, by: str) -> tuple[str, ...]:
        """A fresh photo, uploaded by a member."""
        self.shade += 1
        return (store(picture(self.case_id * 13 + self.shade), self.city.actor(by)).sha256,)

    def until(self, stage: str) -> "Course":
        """On from `reported` along the straight way: to accepted, filed, dispatched, handling, handled, checking, checked or closed."""
        rule, department = self._rule_and_department()
        inspector = "inspector"
        steps: list[tuple[str, str, str, dict[str, Any]]] = [
            ("accepted", "accept", "operator", {"rule_id": rule.pk}),
            ("filed", "file", "shift_leader", {}),
            ("dispatched", "dispatch", "dispatcher", {"organization_id": self.city.organization_id(department)}),
            ("handling", "take_up", self._clerk(department), {}),
            ("handled", "finish", self._clerk(department), {"photo": True}),
            ("checking", "ask_to_check", "operator", {}),
            ("checked", "pass_check", inspector, {"photo": True, "place": True}),
            ("closed", "close", "shift_leader", {}),
        ]
        for reached, action, by, given in steps:
            if given.pop("photo", False):
                if action == "pass_check":
                    by = self._walker()
                given["photos"] = self.photo(by)
            if given.pop("place", False):
                given["lon"], given["lat"] = self.case.lon, self.case.lat
            self.does(action, by, **given)
            if reached == stage:
                return self
        raise ValueError(f"{stage} does not lie on the straight way")

    @property
    def case(self) -> Case:
        return Case.objects.get(pk=self.case_id)

    def _rule_and_department(self) -> tuple[HandbookRule, str]:
        rule = HandbookRule.objects.filter(problem_class_id=self.case.problem_class_id).order_by("number")[0]
        names = {organization.pk: name for name, organization in self.city.organizations.items()}
        return rule, names[rule.organization_id or 0]

    def _clerk(self, department: str) -> str:
        return next(
            name for name, (_full, organization, posts) in MEMBERS.items() if (organization, posts) == (department, (Post.DEPARTMENT,))
        )

    def _walker(self) -> str:
        member_id = Task.objects.get(case_id=self.case_id, done_at=None).member_id
        return next(name for name, member in self.city.members.items() if member.pk == member_id)
