"""The examples of docs/channels.md are true: each is sent as it stands there, and becomes what the page says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from chengge.casework.models import Case, Channel, Report
from chengge.clock import PretendedClock
from chengge.intake.models import Call
from tests.factories import City, build_city
from tests.intake.sending import camera, event_type, sender, sensor

pytestmark = pytest.mark.django_db
GUIDE = (Path(settings.BASE_DIR) / "docs" / "channels.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"<!-- example: (\w+) -->\n```json\nPOST /api/v1(\S+)\n(.*?)```", re.DOTALL)
CHANNEL_OF = {"cti": "hotline"}


@pytest.fixture
def city(pretended_clock: PretendedClock) -> City:
    city = build_city()
    camera(city, "CAM-0017"), event_type(city), sensor(city, "WELL-0042")
    return city


def send(city: City, name: str) -> dict[str, Any]:
    (path, body), *_more = [(path, json.loads(body)) for known, path, body in EXAMPLE.findall(GUIDE) if known == name]
    platform = sender(city, CHANNEL_OF.get(name, name))
    told = platform.told(path, body)
    assert platform.told(path, body)["repeated"], "sent again it is done once"
    return told


@pytest.mark.parametrize("name", ["video", "sensor", "upper"])
def test_an_example_of_a_machine_becomes_a_case_of_its_channel(city: City, name: str):
    assert Case.objects.get(number=send(city, name)["number"]).channel == name


def test_the_example_of_a_text_is_put_at_the_place_it_names(city: City):
    assert Report.objects.get(pk=send(city, "sms")["report_id"]).place == "石桥路菜场"


def test_the_example_of_a_call_rings_for_the_operator(city: City):
    send(city, "cti")
    assert (Call.objects.get().state, Call.objects.get().agent) == ("ringing", city.members["operator"])


def test_every_channel_has_its_way_in_described():
    described = {name.strip() for row in re.findall(r"^\| ([a-z0-9, ]+) \|", GUIDE, re.MULTILINE) for name in row.split(",")}
    assert set(Channel.values) - described == set()
