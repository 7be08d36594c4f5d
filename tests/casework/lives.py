"""Lives of cases for tests: bring a case to a stage as the posts would, through the door."""

import io
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from PIL import Image

from chengge.casework import photos
from chengge.casework.actions import Given, Moved, Reported, Said, perform, report
from chengge.casework.models import Case
from chengge.clock import PretendedClock
from tests.factories import City

# How each stage is reached from the one before it: action, who, and what they give.
WAY = ("verifying", "verified", "accepted", "filed", "dispatched", "handling", "handled", "checking", "checked", "closed")


def photo_bytes(seed: int = 0, size: tuple[int, int] = (64, 48)) -> bytes:
    """A small JPEG, another one for each seed."""
    colour = tuple(Random(seed).randrange(256) for _ in range(3))
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


@dataclass
class Life:
    """One case and the people who move it, at a pretended time."""

    city: City
    clock: PretendedClock
    case_id: int = 0
    photo_count: int = field(default=0)

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
        return photos.store(photo_bytes(self.photo_count), self.city.actor(member)).sha256

    def said(self, **changes: Any) -> Said:
        lon, lat = self.city.places[0]
        common = {"channel": "hotline", "problem_class_id": self.city.manhole.pk, "description": "雨水井盖缺失", "place": "石桥路口"}
        return Said(**({"lon": lon, "lat": lat} | common | changes))

    def report(self, member: str = "operator", **changes: Any) -> Reported:
        made = report(self.city.actor(member), self.said(**changes))
        self.case_id = made.case_id or 0
        return made

    def do(self, action: str, member: str, given: Given = Given(), **more: Any) -> Moved:  # noqa: B008
        return perform(self.case_id, action, self.city.actor(member), given, **more)

    def verify(self) -> Moved:
        lon, lat = self.city.places[0]
        return self.do("verify_true", "inspector", Given(photos=(self.photo("inspector"),), lon=lon, lat=lat))

    def to(self, stage: str, *, rule: str = "missing", channel: str = "hotline", post: str = "operator") -> Case:
        """Bring a new case to `stage` in the usual way."""
        self.report(post, channel=channel)
        if stage == "returned":
            self.to("dispatched", rule=rule)
            self.do("hand_back", "department", Given(reason="不属于我单位"))
        elif stage != "reported":
            for step in WAY[: WAY.index(stage) + 1]:
                self._step(step, rule)
        return self.case

    def _step(self, step: str, rule: str) -> None:
        lon, lat = self.city.places[0]
        match step:
            case "verifying":
                self.do("ask_to_verify", "operator")
            case "verified":
                self.verify()
            case "accepted":
                self.do("accept", "operator", Given(rule_id=getattr(self.city, rule).pk))
            case "filed":
                self.do("file", "shift_leader")
            case "dispatched":
                self.do("dispatch", "dispatcher", Given(organization_id=self.city.organization_id("works")))
            case "handling":
                self.do("take_up", "department")
            case "handled":
                self.do("finish", "department", Given(photos=(self.photo("department"),)))
            case "checking":
                self.do("ask_to_check", "operator")
            case "checked":
                self.do("pass_check", "inspector", Given(photos=(self.photo("inspector"),), lon=lon, lat=lat))
            case "closed":
                self.do("close", "shift_leader")
