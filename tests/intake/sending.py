"""Programs that send into the tiny city by their keys."""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.test import Client

from chengge.intake.actions.channels import SourceValues, make_source
from chengge.intake.models import Camera, Device, Source, VideoEventType
from tests.casework import lives
from tests.factories import GRID_CODES, MANHOLE_CODE, City


@dataclass
class Sender:
    """A program with the key of a source."""

    source: Source
    secret: str
    client: Client = field(default_factory=Client)

    def send(self, path: str, body: Any, secret: str | None = None) -> HttpResponse:
        headers = {"X-Source-Key": secret or self.secret, "Accept-Language": "en"}
        return self.client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)

    def told(self, path: str, body: Any) -> dict[str, Any]:
        """Send what must be understood."""
        answer = self.send(path, body)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()


def sender(city: City, channel: str, **values: Any) -> Sender:
    made = make_source(city.actor("administrator"), SourceValues(**({"name": f"test {channel}", "channel": channel} | values)))
    return Sender(made.source, made.secret)


def picture(seed: int = 0) -> str:
    return b64encode(lives.picture(seed)).decode()


def camera(city: City, code: str = "CAM-1") -> Camera:
    lon, lat = city.places[1]
    return Camera.objects.create(code=code, name="石桥路 3 号枪机", place="石桥路 3 号门前", lon=lon, lat=lat, grid_code=GRID_CODES[1])


def event_type(city: City, code: str = "garbage_exposed", **values: Any) -> VideoEventType:
    return VideoEventType.objects.create(**({"code": code, "problem_class": city.garbage, "least_confidence": 0.8} | values))


def sensor(city: City, code: str = "WELL-1", **values: Any) -> Device:
    lon, lat = city.places[0]
    facts = {
        "code": code,
        "name": "石桥路雨水井水位计",
        "problem_class": city.manhole,
        "component_code": MANHOLE_CODE,
        "place": "石桥路口",
        "lon": lon,
        "lat": lat,
        "grid_code": GRID_CODES[0],
        "quantity": "水位",
        "unit": "cm",
        "high": 40.0,
        "calm_minutes": 30,
    }
    return Device.objects.create(**facts | values)
