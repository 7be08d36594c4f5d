"""What the map element asks the foundation for: addresses that may be kept, windows, and the city's own base map."""

import gzip
import json

import pytest
from django.test import Client
from shapely import LineString, box, to_wkb

from chengge.foundation.actions import put_base_map
from chengge.foundation.models import BaseMapFeature
from chengge.foundation.queries.map_layers import MOST_GRIDS, Window, grids
from tests.browsing import client_of
from tests.conftest import A_WORKING_MORNING, QueryCounter
from tests.factories import GRID_CODES, MANHOLE_CODE, SIDE, SOUTH, WEST, City, build_city

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

WHOLE = f"{WEST - 0.01},{SOUTH - 0.01},{WEST + 0.02},{SOUTH + 0.02}"


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@pytest.fixture
def client(city: City) -> Client:
    return client_of(city, "operator")


def draw(city: City) -> None:
    """A road with a name, a river and a house."""
    features = [
        BaseMapFeature(kind="street", name="石桥路", shape=to_wkb(LineString([(WEST, SOUTH), (WEST + 0.0012345678, SOUTH)]))),
        BaseMapFeature(kind="water", shape=to_wkb(LineString([(WEST, SOUTH), (WEST, SOUTH + 0.002)]))),
        BaseMapFeature(kind="building", shape=to_wkb(box(WEST, SOUTH, WEST + 0.0001, SOUTH + 0.0001))),
    ]
    put_base_map(city.actor("administrator"), list(BaseMapFeature.Kind), features)


def features(client: Client, address: str, **query: str) -> list[dict]:
    answer = client.get(address, query)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/geo+json"
    return json.loads(answer.content)["features"]


def test_nothing_of_the_map_is_for_visitors(city: City) -> None:
    for address in ("config.json", "base/1/ground.geojson", "grids.geojson", "components.geojson", "divisions/1/2026-11-24.geojson"):
        assert Client().get(f"/map/{address}").status_code == 302


def test_the_map_opens_on_what_the_city_has_imported(client: Client) -> None:
    config = client.get("/map/config.json").json()
    west, south, east, north = config["bounds"]
    assert (west, south) == (WEST, SOUTH)
    assert (east, north) == pytest.approx((WEST + 4 * SIDE, SOUTH + SIDE))
    assert config["tiles"] is None


def test_a_tile_service_of_the_settings_takes_the_place_of_our_own_base_map(client: Client, settings) -> None:
    settings.TILES_URL, settings.TILES_ATTRIBUTION = "https://tiles.example/{z}/{x}/{y}.png", "某测绘局"
    assert client.get("/map/config.json").json()["tiles"] == {"url": "https://tiles.example/{z}/{x}/{y}.png", "attribution": "某测绘局"}


def test_the_map_speaks_the_member_s_language(city: City) -> None:
    client = client_of(city, "operator")
    english = client.get("/map/config.json")
    client.cookies["chengge_language"] = "zh-hans"
    chinese = client.get("/map/config.json", headers={"if-none-match": english.headers["ETag"]})
    assert [answer.json()["words"]["open"] for answer in (english, chinese)] == ["Open", "打开"]


def test_the_base_map_is_compact_and_may_be_kept_until_it_is_drawn_anew(city: City, client: Client) -> None:
    draw(city)
    first = client.get("/map/config.json").json()["sources"]["ground"]
    answer = client.get(first)
    ground = json.loads(answer.content)["features"]
    assert [feature["properties"] for feature in ground] == [{"kind": "street", "name": "石桥路"}, {"kind": "water", "name": ""}]
    assert ground[0]["geometry"]["coordinates"][1] == [120.181235, 30.32]
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.get(first, headers={"if-none-match": answer.headers["ETag"]}).status_code == 304
    draw(city)
    assert client.get("/map/config.json").json()["sources"]["ground"] != first


def test_buildings_come_apart_from_the_ground_and_travel_compressed(city: City, client: Client) -> None:
    features_of_a_city = [
        BaseMapFeature(kind="building", shape=to_wkb(box(WEST + i / 1e4, SOUTH, WEST + i / 1e4 + 1e-4, SOUTH + 1e-4))) for i in range(50)
    ]
    put_base_map(city.actor("administrator"), ["building"], features_of_a_city)
    answer = client.get(client.get("/map/config.json").json()["sources"]["buildings"], headers={"accept-encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(answer.content))["features"]) == 50
    assert len(answer.content) < len(gzip.decompress(answer.content)) / 3


def test_grids_of_a_window_carry_code_class_and_a_point_inside(client: Client) -> None:
    found = features(client, "/map/grids.geojson", window=WHOLE)
    assert [feature["properties"]["label"] for feature in found] == [f"{code:015d}" for code in GRID_CODES]
    assert [feature["properties"]["area_class"] for feature in found] == ["A", "B", "B", "C"]
    lon, lat = found[0]["properties"]["at"]
    assert WEST < lon < WEST + SIDE
    assert SOUTH < lat < SOUTH + SIDE
    beside = features(client, "/map/grids.geojson", window=f"{WEST + 3.2 * SIDE},{SOUTH},{WEST + 3.8 * SIDE},{SOUTH + SIDE}")
    assert [feature["properties"]["short"] for feature in beside] == ["002"]


def test_more_grids_than_a_map_can_show_are_said_to_be_more(city: City) -> None:
    answer = json.loads(grids([GRID_CODES[0], *range(1, MOST_GRIDS + 1)], A_WORKING_MORNING.date()))
    assert answer["more"] is True
    assert len(answer["features"]) == 1


def test_components_of_a_window_are_found_by_their_grids(client: Client) -> None:
    (component,) = features(client, "/map/components.geojson", window=WHOLE)
    assert component["properties"]["id"] == f"{MANHOLE_CODE:016d}"
    assert component["properties"]["major"] == "01"
    far = f"{WEST + 2.2 * SIDE},{SOUTH},{WEST + 2.8 * SIDE},{SOUTH + SIDE}"
    assert features(client, "/map/components.geojson", window=far) == []


def test_borders_of_communities_and_responsibility_grids(client: Client) -> None:
    sources = client.get("/map/config.json").json()["sources"]
    named = {(one["properties"]["level"], one["properties"]["label"]) for one in features(client, sources["divisions"])}
    assert named == {("street", "石桥街道"), ("community", "华丰社区"), ("community", "东新社区")}
    outlines = features(client, sources["responsibility"])
    assert [one["properties"]["label"] for one in outlines] == ["责任网格 01", "责任网格 02"]
    assert outlines[0]["geometry"]["type"] == "Polygon"


@pytest.mark.parametrize("address", ["/map/base/1/nothing.geojson", "/map/divisions/1/yesterday.geojson"])
def test_an_address_that_names_nothing_is_not_there(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_window_as_wide_as_a_country_holds_no_grids(client: Client) -> None:
    assert Window.parse("100,20,120,40").is_wide
    assert features(client, "/map/grids.geojson", window="100,20,120,40") == []


def test_every_layer_takes_the_same_queries_however_much_it_shows(city: City, client: Client, counted_queries: QueryCounter) -> None:
    draw(city)
    sources = client.get("/map/config.json").json()["sources"]
    for name in ("grids", "components"):
        client.get(sources[name], {"window": WHOLE})
        with counted_queries(f"map: {name} of a window"):
            client.get(sources[name], {"window": WHOLE})
    with counted_queries("map: config"):
        client.get("/map/config.json")
