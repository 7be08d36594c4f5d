"""The tiny city with roads, and a person on its public portal."""

import re
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from shapely import LineString, to_wkb

from chengge.clock import PretendedClock
from chengge.foundation.models import BaseMapFeature
from tests.casework.lives import Life, picture
from tests.factories import SIDE, SOUTH, WEST, City, build_city

ROAD = "石桥路"
# What a person might write who forgets that others could read it. None of it may ever be on a public page.
SECRET_WORDS = "我是王桂兰，电话13812345678，住3幢502，楼下垃圾没人清"
SECRET_PLACE = "石桥路88号王桂兰家门口"
SECRETS = ("王桂兰", "13812345678", "3幢502", "88号", "家门口", "没人清")


def build_portal_city() -> City:
    """The tiny city, with one named road along the middle of its four grids."""
    city = build_city()
    middle = SOUTH + SIDE / 2
    BaseMapFeature.objects.create(kind="street", name=ROAD, shape=to_wkb(LineString([(WEST, middle), (WEST + 4 * SIDE, middle)])))
    return city


def visitor() -> Client:
    """Somebody without an account, reading English."""
    client = Client(headers={"accept-language": "en"})
    client.cookies["chengge_language"] = "en"
    return client


def proof_of(nonce: str, bits: int) -> str:
    """The work that a browser does."""
    number = 0
    while int.from_bytes(sha256(f"{nonce}:{number}".encode()).digest(), "big") >> (256 - bits):
        number += 1
    return str(number)


def form_of(client: Client, address: str = "/public/report/") -> dict[str, str]:
    """A fresh form as a browser without scripts has it: its stamp, and its small sum answered."""
    page = client.get(address).content.decode()
    stamp = re.search(r'name="stamp" value="([^"]+)"', page)
    added = re.search(r"how much is (\d+) plus (\d+)", page)
    assert stamp
    assert added
    return {"stamp": stamp[1], "sum_answer": str(int(added[1]) + int(added[2])), "website": ""}


def sent(client: Client, city: City, clock: PretendedClock, **changes: Any) -> Any:
    """A report as a person sends it, ten seconds after opening the form."""
    form = form_of(client)
    clock.advance(timedelta(seconds=10))
    lon, lat = city.places[1]
    values = {"words": "垃圾堆在路边", "problem_class": city.garbage.pk, "lon": lon, "lat": lat, "looked": "1"} | form | changes
    return client.post("/public/report/", {name: value for name, value in values.items() if value is not None})


def upload(shade: int = 30) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", picture(shade), "image/jpeg")


def followed_by(answer: Any) -> tuple[str, str]:
    """Number and token of the link that a report is followed by."""
    assert answer.status_code == 303, answer.content.decode()[:3000]
    found = re.fullmatch(r"/public/track/([^/]+)/([0-9A-Z]{16})/\?new=1", answer.headers["Location"])
    assert found
    return found[1], found[2]


def closed_case(city: City, name: str = "garbage", **said: Any) -> Life:
    """A case that went all the way, with photos after handling."""
    return Life(city).reported(name, **said).until("closed")
