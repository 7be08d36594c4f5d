"""What was chosen for the look at an import holds for the writing too."""

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from shapely import Point

from chengge.exchange.models import ImportRun
from chengge.foundation.models import Component, Division
from tests.exchange.files import shapes_file
from tests.factories import City, build_city

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

DIVISIONS = "代码,名称\n990102,新城区\n99010,短码\n990102001,新街道\n"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture
def city() -> City:
    return build_city()


@pytest.fixture
def keeper(city: City, client: Client) -> Client:
    client.force_login(city.members["administrator"])
    return client


def send(client: Client, kind: str, name: str, content: bytes, **options: object) -> HttpResponse:
    return client.post(reverse("import_kind", args=[kind]), {"file": SimpleUploadedFile(name, content), **options})


def go_on(client: Client, kind: str, preview: HttpResponse) -> HttpResponse:
    """Press the button below the preview."""
    sent = {name: value for name, value in HIDDEN.findall(preview.content.decode()) if name != "csrfmiddlewaretoken"}
    return client.post(reverse("import_apply", args=[kind]), sent)


def test_what_was_looked_at_with_bad_rows_skipped_is_written_without_them(city: City, keeper: Client) -> None:
    preview = send(keeper, "divisions", "d.csv", DIVISIONS.encode(), skip_bad="on", day="2026-11-24")
    page = go_on(keeper, "divisions", preview)
    assert page.status_code == 200
    run = ImportRun.objects.get()
    assert (run.member, run.new, run.refused) == (city.members["administrator"], 2, 1)
    assert Division.objects.filter(code=990102001).exists()


def test_components_come_in_with_a_class_table_beside_them(city: City, keeper: Client, tmp_path: Path) -> None:
    points = shapes_file(tmp_path / "c.geojson", [(Point(*city.places[3]), {"类型": "窨井"})])
    table = SimpleUploadedFile("map.csv", f"原类别,部件小类\n窨井,{city.manhole.code}\n".encode())
    before = Component.objects.count()
    preview = send(keeper, "components", "c.geojson", points.read_bytes(), class_field="类型", class_map=table)
    assert preview.context["plan"].counts.new == 1
    assert go_on(keeper, "components", preview).status_code == 200
    assert Component.objects.count() == before + 1
