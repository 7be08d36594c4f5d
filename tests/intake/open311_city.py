"""A city that speaks Open311, for its tests: a source with a key, a class with questions, and how its answers are read."""

import io
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.test import Client
from PIL import Image

from chengge.intake.actions.channels import SourceValues, make_source
from chengge.intake.models import ServiceAttribute
from tests.factories import City

MANHOLE, GARBAGE, PARKING = "component0103", "event0101", "event0407"


@dataclass
class Open311:
    """Calls of a program that holds a key."""

    city: City
    api_key: str
    client: Client = field(default_factory=Client)

    def get(self, path: str, **parameters: str) -> HttpResponse:
        return self.client.get(f"/open311/v2/{path}", parameters, headers={"accept-language": "en"})

    def post(self, path: str = "requests.json", key: str = "", **values: Any) -> HttpResponse:
        headers = {"accept-language": "en"} | ({"Idempotency-Key": key} if key else {})
        sent = {"api_key": self.api_key, "service_code": GARBAGE} | {name: value for name, value in values.items() if value is not None}
        return self.client.post(f"/open311/v2/{path}", sent, headers=headers)

    def here(self, **values: Any) -> dict[str, Any]:
        """A request at the first place of the tiny city."""
        lon, lat = self.city.places[0]
        return {"lat": str(lat), "long": str(lon), "description": "垃圾散落一地"} | values

    def number(self, **values: Any) -> str:
        """Post one, and learn its number."""
        posted = self.post(**self.here(**values))
        assert posted.status_code == 201, posted.content.decode()
        (told,) = posted.json()
        return told["service_request_id"]


def open311_of(city: City) -> Open311:
    made = make_source(city.actor("administrator"), SourceValues("市民 App", "open311"))
    return Open311(city, made.secret)


def ask(service_code: str = PARKING, **values: Any) -> ServiceAttribute:
    """One more question of a service."""
    order = ServiceAttribute.objects.filter(service_code=service_code).count() + 1
    common = {"code": f"Q{order}", "order": order, "datatype": "string", "description": "车牌号是多少？"}
    return ServiceAttribute.objects.create(service_code=service_code, **(common | values))


def tree(response: HttpResponse) -> ElementTree.Element:
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    assert response.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    return ElementTree.fromstring(response.content)  # noqa: S314  # It is our own answer.


def as_spark(element: ElementTree.Element) -> Any:
    """XML as the Spark convention reads it: children of one name in a container are a list, everything is text."""
    children = list(element)
    if not children:
        return element.text
    if len({child.tag for child in children}) == 1 and children[0].tag in (
        "service",
        "request",
        "attribute",
        "value",
        "error",
        "endpoint",
        "format",
    ):
        return [as_spark(child) for child in children]
    return {child.tag: as_spark(child) for child in children}


def picture(gps: bool = False) -> bytes:
    """A small JPEG; with `gps` its EXIF names a place and a phone."""
    out, image = io.BytesIO(), Image.new("RGB", (64, 48), (10, 90, 30))
    exif = Image.Exif()
    if gps:
        exif[0x010F] = "PhoneMaker-SN-4711"
        exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 19.0, 12.34), 3: "E", 4: (120.0, 10.0, 48.2)})
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def errors_of(response: HttpResponse) -> list[tuple[int, str]]:
    return [(fault["code"], fault["description"]) for fault in response.json()]
