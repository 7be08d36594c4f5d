"""Scores from outside: a table with its evidence, all of it or none, approved by a second person."""

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client
from openpyxl import load_workbook

from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.evaluation.actions import imported_scores as actions
from chengge.evaluation.actions.imported_scores import BroughtIn, Heading, SentFile
from chengge.evaluation.models import ImportedScore, ImportedSet
from chengge.evaluation.queries.imported_scores import evidence_path, import_in_sight
from chengge.evaluation.queries.outside import outside_values
from chengge.evaluation.score_tables import empty_form
from tests.browsing import client_of
from tests.casework.lives import picture
from tests.evaluation.inspections_city import hire
from tests.factories import STREET, City, build_city

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

NOVEMBER = (datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC))
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
CSV = "项目代码,评价对象,得分,样本数,备注\nsurvey.residents,石桥街道,91.25,240,入户\nsurvey.noise,990101001,80,,\n"


@pytest.fixture
def city(db: None) -> City:
    city = build_city()
    hire(city, "evaluator2")
    return city


def heading(**changed: object) -> Heading:
    told = {
        "name": "居民满意度",
        "kind": "survey",
        "body": "统计局",
        "judged": "street",
        "begin": date(2026, 11, 1),
        "end": date(2026, 11, 30),
    }
    return Heading(**told | changed)  # type: ignore[arg-type]


def brought(city: City, table: str = CSV, evidence: bytes = PDF, file_name: str = "scores.csv", **changed: object) -> BroughtIn:
    sent = SentFile(file_name, table.encode("utf-8-sig"))
    return actions.bring_in(city.actor("evaluator"), heading(**changed), sent, SentFile("report.pdf", evidence))


def kept(city: City) -> ImportedSet:
    found = brought(city).kept
    assert found is not None
    return found


def test_scores_count_once_a_second_person_has_approved_them(city: City) -> None:
    found = kept(city)
    evaluator, second = city.actor("evaluator"), city.actor("evaluator2")
    with pytest.raises(Conflict):
        actions.approve(second, found.pk)
    actions.send_on(evaluator, found.pk)
    assert outside_values(*NOVEMBER) == {}
    with pytest.raises(Forbidden, match="Nobody approves what they brought in"):
        actions.approve(evaluator, found.pk)
    with pytest.raises(Forbidden):
        actions.approve(city.actor("department"), found.pk)
    actions.approve(second, found.pk)
    values = outside_values(*NOVEMBER)
    assert values["survey.residents", "street", str(STREET)].denominator == 240
    assert values["survey.residents", "street", str(STREET)].value * 100 == 9125
    assert values["survey.noise", "street", str(STREET)].value == 80
    with pytest.raises(Conflict):
        actions.refuse(second, found.pk, "晚了")


def test_several_tables_of_one_item_are_weighed_by_how_many_were_asked(city: City) -> None:
    for points, asked in ((90, 300), (60, 100)):
        found = brought(city, f"code,subject,points,sample\ns,石桥街道,{points},{asked}\n").kept
        assert found is not None
        actions.send_on(city.actor("evaluator"), found.pk)
        actions.approve(city.actor("leader"), found.pk)
    value = outside_values(*NOVEMBER)["s", "street", str(STREET)]
    assert (value.value, value.denominator) == (82.5, 400)


def test_refused_scores_do_not_count_and_say_why(city: City) -> None:
    found = kept(city)
    actions.send_on(city.actor("evaluator"), found.pk)
    with pytest.raises(Refused):
        actions.refuse(city.actor("leader"), found.pk, " ")
    assert actions.refuse(city.actor("leader"), found.pk, "样本太少").reason == "样本太少"
    assert outside_values(*NOVEMBER) == {}


def test_a_table_with_faults_is_not_kept_and_every_fault_names_its_row(city: City) -> None:
    rows = ("a b,石桥街道,91,,", "s,无名街道,90,,", "s,石桥街道,101,,", "s,石桥街道,1.23456,x,", "s,石桥街道,90,,", "s,石桥街道,80,,")
    table = "\n".join(("code,subject,points,sample,note", *rows))
    told = brought(city, table)
    assert told.kept is None
    assert [(fault.row, fault.column) for fault in told.faults] == [
        (2, "scheme item"),
        (3, "subject"),
        (4, "points"),
        (5, "points"),
        (5, "asked"),
        (7, "subject"),
    ]
    assert "row 6 already" in told.faults[-1].message
    assert not ImportedSet.objects.exists()
    assert not ImportedScore.objects.exists()


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-1", "", "1e9", "9" * 40])
def test_points_are_numbers_of_a_hundred(city: City, value: str) -> None:
    assert brought(city, f"code,subject,points\ns,石桥街道,{value}\n").faults[0].column == "points"


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("a,b\n1,2\n", "No row has the headings"),
        ("code,subject,points\n", "no row below"),
        ("code,subject,points\n" + "s,x,1\n" * 5001, "more than 5000 rows"),
    ],
)
def test_a_table_that_is_none_is_refused_in_words(city: City, table: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        brought(city, table)


def test_a_file_that_only_calls_itself_a_workbook_is_refused(city: City) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        brought(city, file_name="scores.xlsx")
    with pytest.raises(Refused, match="neither"):
        actions.bring_in(city.actor("evaluator"), heading(), SentFile("x.csv", b"\x00\x01\xff"), SentFile("e.pdf", PDF))


def test_the_empty_form_is_filled_in_and_read(city: City) -> None:
    book = load_workbook(io.BytesIO(empty_form()))
    book.active.append(["survey.residents", "石桥街道", 88.5, 120, "电话"])
    out = io.BytesIO()
    book.save(out)
    told = actions.bring_in(city.actor("evaluator"), heading(), SentFile("form.xlsx", out.getvalue()), SentFile("e.pdf", PDF))
    row = ImportedScore.objects.get(of_set=told.kept)
    assert (str(row.points), row.sample, row.row, row.subject) == ("88.5000", 120, 2, "石桥街道")


def test_organizations_are_known_by_code_and_name_and_the_city_needs_none(city: City) -> None:
    told = brought(city, "code,subject,points\ns,D01,90\nt,环境卫生管理处,80\n", judged="organization")
    assert told.kept is not None
    subjects = {score.code: score.subject_id for score in told.kept.scores.all()}
    assert subjects == {"s": str(city.organization_id("works")), "t": str(city.organization_id("sanitation"))}
    told = brought(city, "code,subject,points\ns,,90\n", judged="city")
    assert told.kept is not None
    assert told.kept.scores.get().subject_id == ""


def test_a_picture_as_evidence_is_drawn_anew_and_a_pdf_kept_as_it_is(city: City, media_folder: Path) -> None:
    pdf = kept(city)
    assert evidence_path(media_folder, pdf.evidence_digest, pdf.evidence_type).read_bytes() == PDF
    told = brought(city, evidence=picture(3))
    assert told.kept is not None
    drawn = evidence_path(media_folder, told.kept.evidence_digest, told.kept.evidence_type)
    assert (told.kept.evidence_type, drawn.suffix) == ("image/jpeg", ".jpg")
    assert drawn.read_bytes() != picture(3)
    with pytest.raises(Refused, match="another file inside"):
        brought(city, evidence=picture(3) + b"<script>")


@pytest.mark.parametrize(("evidence", "why"), [(b"", "need evidence"), (PDF[:20], "cut off"), (b"PK\x03\x04", "no photo")])
def test_evidence_that_is_none_is_refused(city: City, evidence: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        brought(city, evidence=evidence)
    assert not ImportedSet.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"name": ""}, "name"), ({"kind": "x"}, "kind"), ({"judged": "member"}, "judged"), ({"end": date(2026, 10, 1)}, "end")],
)
def test_a_heading_that_cannot_be_meant_is_refused_by_its_field(city: City, changed: dict, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        brought(city, **changed)
    assert refusal.value.field == field


def test_only_evaluators_bring_in_and_a_preview_is_for_whoever_made_it(city: City) -> None:
    with pytest.raises(Forbidden):
        actions.bring_in(city.actor("leader"), heading(), SentFile("a.csv", CSV.encode()), SentFile("e.pdf", PDF))
    found = kept(city)
    for name in ("evaluator2", "leader", "department"):
        with pytest.raises(NotFound):
            import_in_sight(city.actor(name), found.pk)
    with pytest.raises(Forbidden):
        actions.throw_away(city.actor("evaluator2"), found.pk)
    actions.throw_away(city.actor("evaluator"), found.pk)
    assert not ImportedSet.objects.exists()


# --- Pages --------------------------------------------------------------------------------------------------------------


def files(table: str = CSV, evidence: bytes = PDF) -> dict[str, object]:
    sent_table, sent_evidence = io.BytesIO(table.encode("utf-8-sig")), io.BytesIO(evidence)
    sent_table.name, sent_evidence.name = "scores.csv", "report.pdf"
    told = heading()
    return {
        "name": told.name,
        "kind": told.kind,
        "body": told.body,
        "judged": told.judged,
        "begin": "2026-11-01",
        "end": "2026-11-30",
        "table": sent_table,
        "evidence": sent_evidence,
    }


def test_a_table_goes_from_the_form_over_the_preview_to_a_second_person(city: City) -> None:
    office, leader = client_of(city, "evaluator"), client_of(city, "leader")
    answer = office.post("/evaluation/inspections/imported/new/", files())
    assert answer.status_code == 302
    page = office.get(answer.url).content.decode()
    assert "91.25" in page
    assert "ask a second person" in page
    office.post(f"{answer.url}decide", {"decision": "send_on"})
    assert "nobody approves their own" in office.get(answer.url).content.decode()
    assert 'value="approve"' in leader.get(answer.url).content.decode()
    leader.post(f"{answer.url}decide", {"decision": "approve"})
    assert ImportedSet.objects.get().state == "approved"
    proof = client_of(city, "department").get(f"{answer.url}evidence")
    assert b"".join(proof) == PDF
    assert proof.headers["Content-Disposition"].startswith("attachment")
    assert "居民满意度" in client_of(city, "crew").get("/evaluation/inspections/imported/").content.decode()


def test_faults_stand_on_the_page_by_row_and_what_was_written_stays(city: City) -> None:
    answer = client_of(city, "evaluator").post("/evaluation/inspections/imported/new/", files("code,subject,points\ns,无名,90\n"))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "1 fault in the table" in page
    assert "无名" in page
    assert 'value="居民满意度"' in page
    missing = client_of(city, "evaluator").post("/evaluation/inspections/imported/new/", {"name": "x", "begin": "x"})
    assert missing.status_code == 400


def test_who_opens_the_pages_of_imported_scores(city: City) -> None:
    found = kept(city)
    address = f"/evaluation/inspections/imported/{found.pk}/"
    for name in city.members:
        client = client_of(city, name)
        assert client.get("/evaluation/inspections/imported/").status_code == 200
        assert client.get("/evaluation/inspections/imported/new/").status_code == (200 if name.startswith("evaluator") else 403), name
        for one in (address, f"{address}evidence"):
            assert client.get(one).status_code == (200 if name == "evaluator" else 404), (name, one)
    assert Client().get("/evaluation/inspections/imported/").status_code == 302
    assert client_of(city, "crew").get("/evaluation/inspections/imported/form.xlsx").content[:2] == b"PK"
