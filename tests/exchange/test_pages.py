"""Imports on a page: nothing is written before somebody has looked at what would change."""

import io
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chengge.exchange.importers import KINDS
from chengge.exchange.models import ImportRun
from chengge.foundation.models import PlaceName
from tests.browsing import client_of
from tests.conftest import QueryCounter
from tests.factories import City, build_city

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

PLACES = "name,lon,lat\n东门菜场,120.1805,30.3205\n西门车站,120.1815,30.3205\n"
HALF_WRONG = "name,lon,lat\n东门菜场,120.1805,30.3205\n没有经度,,30.3205\n"


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@pytest.fixture
def keeper(city: City) -> Client:
    return client_of(city, "administrator")


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def preview(keeper: Client, content: str, kind: str = "places", **options: str) -> tuple[str, dict[str, str]]:
    """The preview of a file, and what its form sends on."""
    file = SimpleUploadedFile("地名.csv", content.encode(), "text/csv")
    page = text(keeper.post(f"/manage/imports/{kind}/", {"file": file, **options}))
    hidden = [part.split(">")[0] for part in page.split('<input type="hidden" ')[1:]]
    sent = {part.split('name="')[1].split('"')[0]: part.split('value="')[1].split('"')[0] for part in hidden if 'name="' in part}
    sent.pop("csrfmiddlewaretoken", None)
    return page, sent


def rows_of(answer: object) -> list[tuple]:
    return list(openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].values)  # type: ignore[attr-defined]


def test_a_preview_counts_what_is_new_and_writes_nothing(keeper: Client) -> None:
    page, _sent = preview(keeper, PLACES)
    assert "Import 2 rows" in page
    assert "东门菜场" in page
    assert PlaceName.objects.count() == 1
    assert not ImportRun.objects.exists()


def test_what_was_looked_at_is_imported_and_kept_on_record(city: City, keeper: Client) -> None:
    _page, sent = preview(keeper, PLACES)
    done = text(keeper.post("/manage/imports/places/apply", sent))
    assert "Imported" in done
    assert PlaceName.objects.filter(name__in=("东门菜场", "西门车站")).count() == 2
    run = ImportRun.objects.get()
    assert (run.kind, run.file_name, run.new, run.member) == ("places", "地名.csv", 2, city.members["administrator"])
    assert "地名.csv" in text(keeper.get("/manage/imports/"))
    again, _sent = preview(keeper, PLACES)
    assert "would change nothing" in again


def test_faults_are_told_by_row_and_column_and_hold_everything_back(keeper: Client) -> None:
    page, sent = preview(keeper, HALF_WRONG)
    assert "row 3" in page
    assert "nothing can be imported" in page
    assert keeper.post("/manage/imports/places/apply", sent).status_code == 400
    assert PlaceName.objects.count() == 1


def test_the_good_rows_go_in_without_the_bad_ones_on_wish_and_the_bad_ones_come_as_a_table(keeper: Client) -> None:
    _page, sent = preview(keeper, HALF_WRONG)
    refused = rows_of(keeper.post("/manage/imports/places/refused", sent))
    assert refused[1][0] == "没有经度"
    assert "no place" in refused[1][-2]
    faults = rows_of(keeper.post("/manage/imports/places/faults", sent))
    assert faults[1][0] == "refused"
    keeper.post("/manage/imports/places/apply", sent | {"option-skip_bad": "on"})
    assert PlaceName.objects.filter(name="东门菜场").exists()
    assert ImportRun.objects.get().refused == 1


@pytest.mark.parametrize(("name", "content"), [("地名.pdf", "%PDF-"), ("地名.csv", "name,lon,lat\n"), ("地名.csv", "")])
def test_a_file_that_cannot_be_read_is_refused_at_its_field(keeper: Client, name: str, content: str) -> None:
    answer = keeper.post("/manage/imports/places/", {"file": SimpleUploadedFile(name, content.encode(), "text/csv")})
    assert answer.status_code == 422
    assert "field-fault" in text(answer)


def test_an_upload_belongs_to_whoever_sent_it(city: City, keeper: Client) -> None:
    _page, sent = preview(keeper, PLACES)
    other = city.members["leader"]
    other.posts.update(post="administrator")
    assert client_of(city, "leader").post("/manage/imports/places/apply", sent).status_code == 404
    assert keeper.post("/manage/imports/places/apply", sent | {"token": "../../.."}).status_code == 404
    assert PlaceName.objects.count() == 1


def test_an_upload_is_gone_after_its_import_and_after_a_day(keeper: Client, media_folder: Path, pretended_clock) -> None:
    _page, sent = preview(keeper, PLACES)
    keeper.post("/manage/imports/places/apply", sent)
    assert not [path for path in (media_folder / "imports").rglob("*") if path.is_file()]
    preview(keeper, PLACES)
    pretended_clock.set(pretended_clock.at.replace(year=2099))
    preview(keeper, HALF_WRONG)
    assert len([path for path in (media_folder / "imports").rglob("*") if path.is_file()]) == 1


def test_every_kind_has_a_page_and_a_template_where_a_spreadsheet_can_hold_it(keeper: Client) -> None:
    page = text(keeper.get("/manage/imports/"))
    for kind in KINDS:
        assert f'href="/manage/imports/{kind}/"' in page
        assert keeper.get(f"/manage/imports/{kind}/").status_code == 200, kind
    assert rows_of(keeper.get("/manage/imports/organizations/template"))[0][0]
    assert keeper.get("/manage/imports/grids/template").status_code == 400
    assert keeper.get("/manage/imports/nothing/").status_code == 400


def test_the_handbook_comes_out_as_a_workbook_that_changes_nothing_when_it_comes_in_again(keeper: Client) -> None:
    answer = keeper.get("/manage/handbook/export.xlsx")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert len(rows_of(answer)) == 5
    page = text(keeper.post("/manage/imports/handbook/", {"file": SimpleUploadedFile("手册.xlsx", answer.content)}))
    assert "would change nothing" in page


def test_new_members_first_passwords_are_shown_once(city: City, keeper: Client) -> None:
    content = "username,full_name,organization,posts\nnew1,新人,S1,operator\n"
    _page, sent = preview(keeper, content, "members")
    page = text(keeper.post("/manage/imports/members/apply", sent))
    assert "First passwords" in page
    assert "new1" in page


def test_the_page_of_imports_takes_the_same_queries_however_many_there_were(keeper: Client, counted_queries: QueryCounter) -> None:
    keeper.get("/manage/imports/")
    with counted_queries("manage: imports"):
        keeper.get("/manage/imports/")
