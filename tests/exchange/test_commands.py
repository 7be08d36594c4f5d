"""`chengge import` and `chengge export` as people type them; templates; what goes out comes in again unchanged."""

import stat
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Trim
from openpyxl import load_workbook
from shapely import Point

from chengge.domain.errors import Refused
from chengge.exchange.exports import SOURCES, Wanted, export, write_template
from chengge.exchange.importers import KINDS, Options, Plan, apply, importer_of, options_of, plan, write_refused
from chengge.exchange.importers.reading import read
from chengge.exchange.models import ImportRun
from chengge.exchange.tables import write_table
from chengge.foundation.models import Division, HandbookRule
from chengge.organization.actions import COMMAND_LINE
from chengge.organization.models import Organization
from tests.exchange.files import DAY, csv_file, excel_file, planned, shapes_file
from tests.factories import build_city

pytestmark = pytest.mark.django_db

DIVISIONS = [("代码", "名称"), ("990101", "城格区"), ("99010", "短码"), ("990101001", "=1+1街道")]


def run(*words: object) -> str:
    out = StringIO()
    call_command(*map(str, words), stdout=out)
    return out.getvalue()


def test_a_dry_run_shows_counts_faults_and_rows_and_writes_nothing(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "d.csv", [row for row in DIVISIONS if row[1] != "短码"])
    said = run("import", "divisions", path, "--dry-run")
    assert "2 rows; 2 new" in said
    assert "城格区" in said
    assert not Division.objects.exists()
    with pytest.raises(CommandError, match="would be refused"):
        run("import", "divisions", csv_file(tmp_path / "d.csv", DIVISIONS), "--dry-run")


def test_bad_rows_stop_the_import_unless_they_are_skipped_into_a_file(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "d.csv", DIVISIONS)
    with pytest.raises(CommandError, match="1 rows cannot be imported"):
        run("import", "divisions", path)
    assert not Division.objects.exists()
    run("import", "divisions", path, "--skip-bad", tmp_path / "bad.csv", "--report", tmp_path / "faults.xlsx")
    assert Division.objects.count() == 2
    content = (tmp_path / "bad.csv").read_text(encoding="utf-8-sig").splitlines()
    assert content[0].startswith("代码,名称,Sheet,Row,Reason,What to do")
    assert content[1].startswith("99010,短码,,3,代码: ")
    faults = load_workbook(tmp_path / "faults.xlsx").worksheets[0]
    assert [cell.value for cell in faults[2]][3:6] == [3, "代码", "99010"]


def test_refused_rows_can_be_put_right_and_imported_again(tmp_path: Path) -> None:
    made = planned("divisions", csv_file(tmp_path / "d.csv", DIVISIONS))
    assert write_refused(made, tmp_path / "bad.xlsx") == 1
    again = planned("divisions", tmp_path / "bad.xlsx")
    assert [fault.value for fault in again.faults] == ["99010"]


def test_cells_that_a_spreadsheet_would_run_are_made_harmless(tmp_path: Path) -> None:
    rows = [["=1+1", "@x", "-5", -5, 3301050101000001]]
    write_table(tmp_path / "t.csv", ["a", "b", "c", "d", "e"], rows)
    assert (tmp_path / "t.csv").read_text(encoding="utf-8-sig").splitlines()[1] == "'=1+1,'@x,'-5,-5,3301050101000001"
    write_table(tmp_path / "t.xlsx", ["a", "b", "c", "d", "e"], rows)
    cells = load_workbook(tmp_path / "t.xlsx").worksheets[0][2]
    assert [(cell.value, cell.data_type) for cell in cells] == [
        ("=1+1", "s"),
        ("@x", "s"),
        ("-5", "s"),
        (-5, "n"),
        ("3301050101000001", "s"),
    ]


def test_first_passwords_go_into_a_new_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    build_city()
    path = csv_file(tmp_path / "m.csv", [("用户名", "姓名", "所属机构", "岗位"), ("zhangsan", "张三", "D01", "专业部门")])
    with pytest.raises(CommandError, match="--passwords"):
        run("import", "members", path)
    secret = tmp_path / "passwords.txt"
    run("import", "members", path, "--passwords", secret)
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert secret.read_text().startswith("zhangsan\t张三\t")
    with pytest.raises(CommandError, match="exists already"):
        run("import", "members", path, "--passwords", secret)


def test_options_of_a_kind_are_offered_and_checked(tmp_path: Path) -> None:
    city = build_city()
    points = shapes_file(tmp_path / "c.geojson", [(Point(*city.places[3]), {"类型": "窨井"})])
    table = csv_file(tmp_path / "map.csv", [("原类别", "部件小类"), ("窨井", city.manhole.name)])
    said = run("import", "components", points, "--class-field", "类型", "--class-map", table, "--dry-run", "--day", "2026-03-01")
    assert "1 new" in said
    with pytest.raises(CommandError, match="no day"):
        run("import", "components", points, "--day", "gestern")
    with pytest.raises(CommandError, match="no frame of coordinates"):
        run("import", "components", points, "--class-field", "类型", "--crs", "EPSG:0")


def test_every_import_leaves_a_record(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "d.csv", [row for row in DIVISIONS if row[1] != "短码"])
    run("import", "divisions", path, "--within", "990101")
    kept = ImportRun.objects.get()
    assert (kept.kind, kept.file_name, kept.new, kept.options) == ("divisions", "d.csv", 2, {"within": [990101]})
    assert len(kept.file_hash) == 64


# --- Templates --------------------------------------------------------------------------------------------------------------------------

WITH_TEMPLATE = [kind for kind in KINDS if kind not in ("boundaries", "grids", "base-map", "areas")]


@pytest.mark.parametrize("kind", WITH_TEMPLATE)
def test_every_template_has_headings_help_an_example_and_reads_as_empty(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"{kind}.xlsx"
    run("export", "template", kind, path)
    sheet = load_workbook(path).worksheets[0]
    importer = importer_of(kind)
    assert [str(cell.value).rstrip("*") for cell in sheet[1]] == [column.heading for column in importer.columns]
    assert str(sheet["A2"].value).startswith("Example ")
    assert all(cell.comment for cell in sheet[1])
    if importer.prefilled():
        assert len(read(path, importer.columns, Options()).rows) == len(importer.prefilled())
    else:
        with pytest.raises(Refused, match="no rows"):
            read(path, importer.columns, Options())


@pytest.mark.parametrize("kind", WITH_TEMPLATE)
def test_the_example_row_itself_could_be_imported(kind: str, tmp_path: Path) -> None:
    """Its cells can be read; whether what it names exists is another matter."""
    importer = importer_of(kind)
    for column in importer.columns:
        if column.example:
            column.parse(column.example)
        assert not column.required or column.example, column.name


def test_a_template_offers_what_may_be_chosen(tmp_path: Path) -> None:
    build_city()
    write_template("organizations", tmp_path / "t.xlsx")
    workbook = load_workbook(tmp_path / "t.xlsx")
    assert len(workbook.worksheets[0].data_validations.dataValidation) == 3
    assert workbook["lists"].sheet_state == "hidden"
    assert "office" in [cell.value for row in workbook["lists"].iter_rows() for cell in row]


def test_the_template_of_stage_limits_holds_the_usual_ones(tmp_path: Path) -> None:
    write_template("stage-limits", tmp_path / "t.xlsx")
    made = plan("stage-limits", tmp_path / "t.xlsx")
    assert made.counts.new == 7


def test_shapes_have_no_spreadsheet_template_and_say_which_fields_they_take(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="own code"):
        run("export", "template", "grids", tmp_path / "t.xlsx")


def test_every_kind_says_what_it_is_and_describes_its_options() -> None:
    for kind in KINDS:
        importer = importer_of(kind)
        assert str(importer.title)
        assert str(importer.about)
        assert set(options_of(kind)) <= set(Options.__dataclass_fields__)
    with pytest.raises(Refused, match="nothing that can be imported"):
        importer_of("dragons")


# --- Exports ----------------------------------------------------------------------------------------------------------------------------


def came_back(kind: str, path: Path) -> Plan:
    return plan(kind, path, Options.parse({"day": DAY, "county": "990101"} if kind == "components" else {"day": DAY}))


@pytest.mark.parametrize("kind", ["handbook", "components", "organizations", "members", "responsibilities", "stage-limits", "divisions"])
def test_what_is_exported_comes_in_again_and_changes_nothing(kind: str, tmp_path: Path) -> None:
    build_city()
    Organization.objects.update(short_name=Trim("short_name"))  # A blank at the end of a cell is nobody's wish.
    for suffix in (".csv", ".xlsx"):
        path = tmp_path / f"out{suffix}"
        written = export(kind, path, Wanted(DAY))
        made = came_back(kind, path)
        assert written > 0
        assert (made.counts.same, made.counts.written, made.counts.refused) == (written, 0, 0), made.faults


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg"])
@pytest.mark.parametrize("kind", ["components", "grids"])
def test_shapes_go_out_and_come_in_again(kind: str, suffix: str, tmp_path: Path) -> None:
    build_city()
    written = export(kind, tmp_path / f"out{suffix}", Wanted(DAY))
    made = came_back(kind, tmp_path / f"out{suffix}")
    assert (made.counts.read, made.counts.new, made.counts.refused) == (written, 0, 0), made.faults


def test_a_rule_given_to_another_body_on_a_page_is_exported_with_it(tmp_path: Path) -> None:
    city = build_city()
    HandbookRule.objects.filter(pk=city.missing.pk).update(
        responsible_body="老单位、各产权单位", organization=city.organizations["sanitation"]
    )
    export("handbook", tmp_path / "h.xlsx", Wanted(DAY))
    made = came_back("handbook", tmp_path / "h.xlsx")
    apply(made, COMMAND_LINE)
    holding = HandbookRule.objects.filter(valid_to=None, problem_class=city.manhole, number=city.missing.number)
    assert {rule.organization for rule in holding} == {city.organizations["sanitation"]}


def test_components_are_exported_by_area_and_class(tmp_path: Path) -> None:
    city = build_city()
    assert export("components", tmp_path / "c.csv", Wanted(DAY, division_code=990101001)) == 1
    assert export("components", tmp_path / "c.csv", Wanted(DAY, division_code=990199)) == 0
    assert export("components", tmp_path / "c.csv", Wanted(DAY, class_code=city.manhole.code)) == 1
    said = run("export", "components", tmp_path / "c.csv", "--class", "9999")
    assert "0 rows" in said


def test_an_unknown_ending_or_folder_is_told_before_any_work(tmp_path: Path) -> None:
    path = excel_file(tmp_path / "d.xlsx", {"s": DIVISIONS})
    with pytest.raises(CommandError, match=r"\.csv or \.xlsx"):
        run("import", "divisions", path, "--report", tmp_path / "x.doc")
    with pytest.raises(CommandError, match="no folder"):
        run("import", "divisions", path, "--skip-bad", tmp_path / "no" / "x.csv")
    with pytest.raises(CommandError, match=r"as \.csv or \.xlsx"):
        run("export", "handbook", tmp_path / "x.doc")
    assert set(SOURCES) <= set(KINDS)
