"""What the phone carries with it, and how the house knows again what it has sent before."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chengge.casework.models import Evidence, Report
from chengge.field.models import PhoneFile
from tests.browsing import client_of
from tests.casework.lives import Life, picture
from tests.conftest import QueryCounter
from tests.factories import GRID_CODES, MANHOLE_CODE, City

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture
def phone(city: City) -> Client:
    return client_of(city, "inspector")


def test_the_pack_holds_member_catalogue_conditions_and_walks(city: City, phone: Client, counted_queries: QueryCounter) -> None:
    course = Life(city).reported("garbage").does("ask_to_verify", "operator")
    with counted_queries("phone: pack"):
        pack = phone.get("/phone/pack.json", headers=JSON).json()
    assert pack["member"] == {"id": city.members["inspector"].pk, "name": str(city.members["inspector"])}
    manhole = next(one for one in pack["classes"] if one["id"] == city.manhole.pk)
    assert (manhole["code"], [rule["condition"] for rule in manhole["rules"]]) == (
        "0103",
        ["缺失、移位，危及行人车辆", "松动、异响"],
    ) or manhole["rules"]
    assert [walk["number"] for walk in pack["walks"]] == [course.number]
    assert f"/phone/tasks/{pack['walks'][0]['id']}/" in pack["pages"]
    for address in (*pack["pages"], *pack["photos"], pack["map"]):
        assert phone.get(address).status_code == 200, address


def test_the_ground_is_that_of_the_own_grids_and_its_address_changes_with_it(city: City, phone: Client) -> None:
    ground = phone.get("/phone/pack.json", headers=JSON).json()["ground"]
    grids = json.loads(phone.get(ground["grids"]).content)["features"]
    assert {one["properties"]["id"] for one in grids} == {str(code) for code in GRID_CODES[:2]}
    components = json.loads(phone.get(ground["components"]).content)["features"]
    assert [(one["properties"]["id"], one["properties"]["class"]) for one in components] == [(f"{MANHOLE_CODE:016d}", city.manhole.pk)]
    assert "immutable" in phone.get(ground["ground"])["Cache-Control"]
    other = client_of(city, "inspector2").get("/phone/pack.json", headers=JSON).json()["ground"]
    assert other["grids"] != ground["grids"]


def test_a_pack_that_is_known_is_not_sent_again(phone: Client) -> None:
    first = phone.get("/phone/pack.json", headers=JSON)
    again = phone.get("/phone/pack.json", headers=JSON | {"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_whoever_is_signed_out_is_told_so_in_a_way_a_script_understands(city: City) -> None:
    for path in ("/phone/pack.json", "/phone/who.json", "/phone/files.json"):
        answer = Client().get(path, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")
        assert client_of(city, "operator").get(path, headers=JSON).status_code == 403


def test_a_file_sent_again_under_its_key_is_the_same_file_and_another_member_s_key_is_another(city: City, phone: Client) -> None:
    def sent(client: Client) -> str:
        return client.post("/phone/photos", {"photo": SimpleUploadedFile("a.jpg", picture()), "key": "one"}).json()["sha256"]

    digest = sent(phone)
    assert sent(phone) == digest
    assert Evidence.objects.count() == PhoneFile.objects.count() == 1
    assert phone.get("/phone/files.json?key=one&key=two", headers=JSON).json() == {"files": {"one": digest}}
    other = client_of(city, "inspector2")
    assert other.get("/phone/files.json?key=one", headers=JSON).json() == {"files": {}}
    sent(other)
    assert Evidence.objects.count() == 2


def test_what_is_refused_leaves_nothing_behind_and_goes_under_the_same_key_once_mended(city: City, phone: Client) -> None:
    digest = phone.post("/phone/photos", {"photo": SimpleUploadedFile("a.jpg", picture())}).json()["sha256"]
    lon, lat = city.places[1]
    said = {"lon": lon, "lat": lat, "photos": digest, "key": "k"}
    assert phone.post("/phone/report/", said | {"problem_class": 999_999}).status_code == 400
    assert not Report.objects.exists()
    assert phone.post("/phone/report/", said | {"problem_class": city.garbage.pk}).status_code == 201


def test_the_worker_names_files_that_are_all_there_and_nothing_of_anybody(phone: Client) -> None:
    worker = Client().get("/phone/sw.js")
    assert worker["Content-Type"].startswith("text/javascript")
    files = json.loads(re.search(r"serve\((.*)\);", worker.content.decode())[1])["files"]
    names = {path.rsplit("/", 1)[1] for path in files}
    assert {"phone-queue.js", "city-map-style.js", "csrf.js", "maplibre-gl.mjs", "tabler-icons.woff2", "phone.css"} <= names
    assert b"setWorkerUrl" not in phone.get("/phone/map-worker.mjs").content[:1000]


def test_the_phone_can_be_put_beside_other_programs(phone: Client) -> None:
    manifest = json.loads(phone.get("/phone/manifest.webmanifest").content)
    assert (manifest["start_url"], manifest["display"], manifest["theme_color"]) == ("/phone/", "standalone", "#14324f")
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}
    page = phone.get("/phone/").content.decode()
    assert 'rel="manifest"' in page


def test_a_page_fetched_beforehand_swallows_no_note(phone: Client) -> None:
    phone.post("/phone/duty", {"go": "off"})
    assert b"You are off duty" not in phone.get("/phone/", headers={"chengge-beforehand": "1"}).content
    assert b"You are off duty" in phone.get("/phone/").content
