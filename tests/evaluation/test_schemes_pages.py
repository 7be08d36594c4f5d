"""Schemes on screen and for programs: who opens what, the editor, Excel, differences, a look at last month."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chengge.domain.scoring import Way
from chengge.evaluation.actions.schemes import SchemeValues, make_draft, make_scheme, put_into_effect
from chengge.evaluation.models import Scheme, SchemeVersion
from chengge.evaluation.queries.schemes_content import AspectContent, ItemContent, VersionContent, content_of
from chengge.evaluation.queries.schemes_sheets import write_workbook
from tests.browsing import client_of
from tests.factories import City, build_city

D = Decimal
OCTOBER = date(2026, 10, 1)
GRADES = ((D(90), "A"), (D(60), "B"), (D(0), "C"))
IN_TIME = ItemContent("D2", D(60), Way.LINEAR, zero_at=D("0.5"), full_at=D("0.98"), least=5)
REWORK = ItemContent("D4", D(40), Way.THRESHOLD, full_at=D("0.05"), each=D(2))
SOUND = VersionContent((AspectContent("处置", D(100), (IN_TIME, REWORK), "Handling"),), GRADES)
LIST = "/evaluation/schemes/"


@pytest.fixture
def town(db: None, pretended_clock) -> City:
    return build_city()


@pytest.fixture
def scheme(town: City) -> Scheme:
    values = SchemeValues("departments", "部门评价", "organization", "Departments", level=2, organization_kind="department")
    made = make_scheme(town.actor("evaluator"), values)
    put_into_effect(town.actor("administrator"), make_draft(town.actor("evaluator"), made.pk, SOUND).pk, OCTOBER)
    return made


@pytest.fixture
def held(scheme: Scheme) -> SchemeVersion:
    return scheme.versions.get()


@pytest.fixture
def draft(town: City, scheme: Scheme) -> SchemeVersion:
    return make_draft(town.actor("evaluator"), scheme.pk, SOUND)


@pytest.fixture
def evaluator(town: City) -> Client:
    return client_of(town, "evaluator")


def of(version: SchemeVersion, what: str = "") -> str:
    return f"{LIST}versions/{version.pk}/{what}"


def workbook(content: VersionContent, name: str = "scheme.xlsx") -> SimpleUploadedFile:
    out = BytesIO()
    write_workbook(content, out)
    return SimpleUploadedFile(name, out.getvalue())


def test_who_opens_which_page(town, scheme, held, draft):
    def status(name: str, address: str) -> int:
        return client_of(town, name).get(address).status_code

    readers, strangers = ("evaluator", "leader", "administrator"), ("inspector", "section")
    for address in (LIST, of(held)):
        assert {status(name, address) for name in (*readers, "department")} == {200}, address
    for address in (f"{LIST}{scheme.pk}/", of(held, "changes/"), of(held, "workbook.xlsx")):
        assert (status("department", address), status("section", address)) == (200, 404), address
    assert {status(name, of(held)) for name in strangers} == {404}
    assert {status("leader", of(draft)), status("administrator", of(draft))} == {200}
    assert {status(name, of(draft)) for name in ("department", *strangers)} == {404}
    for address in (f"{LIST}new/", of(draft, "0/0/"), of(draft, "0/new/"), of(draft, "rule/")):
        assert (status("evaluator", address), status("leader", address), status("department", address)) == (200, 403, 403), address
    assert {status(name, of(draft, "preview/")) for name in ("department", "inspector")} == {403}
    assert Client().get(LIST).status_code == 302


def test_only_writers_change_anything(town, scheme, draft):
    for what in ("edit/", "effect/", "discard/", "take-back/", "workbook/"):
        for name in ("leader", "department", "dispatcher"):
            assert client_of(town, name).post(of(draft, what)).status_code == 403
    assert client_of(town, "leader").post(f"{LIST}{scheme.pk}/drafts/").status_code == 403
    assert content_of(draft) == SOUND


def test_the_list_says_what_judges_now_and_what_is_drafted(evaluator, scheme, draft, counted_queries):
    with counted_queries("schemes: list"):
        page = evaluator.get(LIST).content.decode()
    assert "Departments" in page
    assert "version 1 since 2026-10-01" in page
    assert "draft 2" in page


def test_a_version_tells_every_rule_in_words_with_its_curve(town, held):
    page = client_of(town, "department").get(of(held)).content.decode()
    assert "No points at 50 %, all 100 at 98 %, in a straight line between." in page
    assert page.count("<polyline") == 2
    assert "Judged from 5 on; with fewer, its weight is shared by the others." in page


def test_a_scheme_begins_with_a_draft(evaluator, town):
    given = {"code": "crews", "name": "班组", "name_en": "Crews", "judged": "organization", "level": 4, "organization_kind": "crew"}
    made = evaluator.post(f"{LIST}new/", given)
    version = SchemeVersion.objects.get(scheme__code="crews")
    assert made.headers["Location"] == of(version)
    assert version.state == "draft"
    again = evaluator.post(f"{LIST}new/", given)
    assert again.status_code == 422
    assert "There is a scheme “crews” already." in again.content.decode()


# --- the editor -------------------------------------------------------------------------------------------------------------------------


def form_of(version: SchemeVersion, **changed: str) -> dict[str, str]:
    given = {
        "seen": str(version.revision),
        "a0-name": "处置",
        "a0-name_en": "Handling",
        "a0-weight": "100",
        "a0i0-weight": "60",
        "a0i1-weight": "40",
        "filed_of": "reported",
        "public_of": "filed",
        "recurs_within_days": "30",
        "note": "",
    }
    grades = {
        f"g{number}-{key}": str(value) for number, (least, name) in enumerate(GRADES) for key, value in (("grade", name), ("least", least))
    }
    return given | grades | {key.replace("_to", ""): value for key, value in changed.items()}


def edited(client: Client, version: SchemeVersion, given: dict[str, str]) -> VersionContent:
    answer = client.post(of(version, "edit/"), given)
    assert answer.status_code == 302, answer.content.decode()
    version.refresh_from_db()
    return content_of(version)


def test_saving_the_form_as_it_stands_changes_nothing(evaluator, draft):
    assert edited(evaluator, draft, form_of(draft)) == SOUND


def test_weights_grades_and_settings_are_changed_on_one_form(evaluator, draft):
    given = form_of(draft) | {
        "a0i0-weight": "70.5",
        "a0i1-weight": "29.5",
        "g0-least": "85",
        "g2-grade": "",
        "recurs_within_days": "45",
        "note": "新",
    }
    content = edited(evaluator, draft, given)
    assert [item.weight for item in content.aspects[0].items] == [D("70.5"), D("29.5")]
    assert content.grades == ((D(85), "A"), (D(60), "B"))
    assert (content.settings.recurs_within_days, content.note) == (45, "新")


def test_what_was_typed_is_kept_when_a_row_is_moved_or_removed(evaluator, draft):
    content = edited(evaluator, draft, form_of(draft) | {"a0i0-weight": "55", "do": "down:0:0"})
    assert [(item.code, item.weight) for item in content.aspects[0].items] == [("D4", D(40)), ("D2", D(55))]
    content = edited(evaluator, draft, {"seen": str(draft.revision), "do": "remove:0:1"})
    assert [item.code for item in content.aspects[0].items] == ["D4"]
    content = edited(evaluator, draft, {"seen": str(draft.revision), "do": "aspect"})
    assert [aspect.name for aspect in content.aspects] == ["处置", "Aspect 2"]
    content = edited(evaluator, draft, {"seen": str(draft.revision), "do": "up:1"})
    assert [aspect.name for aspect in content.aspects] == ["Aspect 2", "处置"]


def test_a_form_that_somebody_else_has_overtaken_is_not_saved(town, evaluator, draft):
    given = form_of(draft)
    edited(client_of(town, "administrator"), draft, given | {"note": "administrator"})
    late = evaluator.post(of(draft, "edit/"), given | {"note": "evaluator"})
    assert late.status_code == 409
    assert content_of(draft).note == "administrator"


@pytest.mark.parametrize(
    "given", [{"a0-weight": "viel"}, {"a0-weight": "NaN"}, {"do": "up:7"}, {"do": "remove:0:9"}, {"recurs_within_days": "-1"}]
)
def test_what_cannot_be_read_is_refused(evaluator, draft, given):
    assert evaluator.post(of(draft, "edit/"), form_of(draft) | given).status_code in (400, 404)
    assert content_of(draft) == SOUND


def test_the_editor_says_what_keeps_the_draft_from_taking_effect(evaluator, draft):
    edited(evaluator, draft, form_of(draft) | {"a0i0-weight": "50"})
    page = evaluator.get(of(draft)).content.decode()
    assert "1 thing keeps this draft from taking effect" in page
    assert "the weights of its items come to 90; they must come to 100" in page


def test_an_item_is_typed_in_percent_and_kept_exactly(evaluator, draft):
    page = evaluator.get(of(draft, "0/0/")).content.decode()
    assert 'value="98"' in page
    assert 'value="50"' in page
    given = {
        "seen": draft.revision, "source": "indicator", "indicator": "D2", "weight": "60", "way": "threshold", "full_at": "97.5",
        "each": "3", "step": "0.5", "least": "10", "missing": "zero", "veto_below": "40",
    }  # fmt: skip
    assert evaluator.post(of(draft, "0/0/"), given).status_code == 302
    item = content_of(draft).aspects[0].items[0]
    assert item == ItemContent(
        "D2", D(60), Way.THRESHOLD, full_at=D("0.975"), each=D(3), step=D("0.005"), least=10, missing=item.missing, veto_below=D("0.4")
    )
    assert item.missing == "zero"


def test_a_new_item_of_bands_stands_at_the_end(evaluator, draft):
    given = {
        "seen": draft.revision, "source": "indicator", "indicator": "D10", "weight": "0", "bonus": "2", "way": "bands",
        "value_0": "0", "points_0": "100", "value_1": "8", "points_1": "0",
    }  # fmt: skip
    assert evaluator.post(of(draft, "0/new/"), given).status_code == 302
    assert content_of(draft).aspects[0].items[2].bands == ((D(0), D(100)), (D(28800), D(0)))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"indicator": "C9"}, "C9"),
        ({"indicator": "D2", "classes": "x9"}, "there is no indicator “D2@x9”"),
        ({"indicator": "D2", "zero_at": "50", "full_at": "50"}, "two different values"),
        ({"indicator": "D2", "way": "bands"}, "needs at least one"),
        ({"source": "imported", "own_code": "votes"}, "needs a name"),
    ],
)
def test_a_faulty_item_is_shown_at_its_field(evaluator, draft, given, said):
    answer = evaluator.post(of(draft, "0/new/"), {"seen": draft.revision, "source": "indicator", "weight": "5", "way": "linear"} | given)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_the_rule_is_told_while_it_is_being_filled_in(evaluator, draft):
    asked = {"source": "indicator", "indicator": "D4", "weight": "5", "way": "threshold", "full_at": "5", "each": "2", "step": "1"}
    page = evaluator.get(of(draft, "rule/"), asked).content.decode()
    assert "All 100 up to 5 %; for every 1 % above it 2 less." in page
    assert "<polyline" in page
    unready = evaluator.get(of(draft, "rule/"), asked | {"full_at": "x"}).content.decode()
    assert "as soon as it can be read" in unready


# --- Excel, differences, taking effect ----------------------------------------------------------------------------------------------------


def test_excel_out_and_in_again_is_a_draft_that_says_the_same(evaluator, scheme, held):
    got = b"".join(evaluator.get(of(held, "workbook.xlsx")).streaming_content)
    answer = evaluator.post(f"{LIST}{scheme.pk}/drafts/", {"start": "workbook", "file": SimpleUploadedFile("x.xlsx", got)})
    made = scheme.versions.get(number=2)
    assert answer.headers["Location"] == of(made)
    assert content_of(made) == SOUND


def test_a_faulty_workbook_changes_nothing_and_says_where(evaluator, draft):
    faulty = replace(SOUND, aspects=(replace(SOUND.aspects[0], items=(replace(IN_TIME, code="D99"), REWORK)),))
    answer = evaluator.post(of(draft, "workbook/"), {"seen": draft.revision, "file": workbook(faulty)})
    assert answer.status_code == 400
    assert "row 2, column “Code”: there is no indicator “D99”" in answer.content.decode()
    assert content_of(draft) == SOUND


def test_differences_are_shown_against_the_version_that_judges_now(evaluator, draft):
    edited(evaluator, draft, form_of(draft) | {"a0i0-weight": "70", "a0i1-weight": "30"})
    page = evaluator.get(of(draft, "changes/")).content.decode()
    assert "<del>60</del>" in page
    assert "<ins>70</ins>" in page


def test_somebody_else_puts_it_into_effect(town, evaluator, draft):
    assert evaluator.post(of(draft, "effect/"), {"day": "2026-12-01"}).status_code == 403
    assert client_of(town, "administrator").post(of(draft, "effect/"), {"day": "2026-12-01"}).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.valid_from) == ("in_effect", date(2026, 12, 1))
    assert evaluator.post(of(draft, "take-back/")).status_code == 302
    assert evaluator.post(of(draft, "discard/")).status_code == 302


def test_a_look_at_last_month_needs_facts_and_a_sound_draft(evaluator, draft, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    assert "There are no facts yet" in evaluator.get(of(draft, "preview/")).content.decode()
    edited(evaluator, draft, form_of(draft) | {"a0i0-weight": "50"})
    assert "it cannot be tried yet" in evaluator.get(of(draft, "preview/")).content.decode()
    assert evaluator.get(of(draft, "preview/"), {"month": "soon"}).status_code == 400


# --- for programs -----------------------------------------------------------------------------------------------------------------------


def test_programs_read_schemes_versions_and_differences(evaluator, scheme, held, draft, counted_queries):
    with counted_queries("API: schemes"):
        listed = evaluator.get("/api/v1/schemes").json()
    assert [(one["code"], one["judged"], one["level"]) for one in listed["items"]] == [("departments", "organization", 2)]
    one = evaluator.get(f"/api/v1/schemes/{scheme.pk}").json()
    assert [(version["number"], version["state"]) for version in one["versions"]] == [(2, "draft"), (1, "now")]
    told = evaluator.get(f"/api/v1/scheme-versions/{held.pk}").json()
    assert [(item["code"], item["weight"], item["full_at"]) for item in told["aspects"][0]["items"]] == [
        ("D2", "60", "0.98"),
        ("D4", "40", "0.05"),
    ]
    edited(evaluator, draft, form_of(draft) | {"a0i0-weight": "70", "a0i1-weight": "30"})
    changes = evaluator.get(f"/api/v1/scheme-versions/{draft.pk}/changes", {"against": held.pk}).json()
    assert [(one["what"], one["old"], one["new"]) for one in changes] == [("Weight", "60", "70"), ("Weight", "40", "30")]


def test_programs_of_others_see_what_judges_them_and_no_more(town, scheme, held, draft):
    department, section = client_of(town, "department"), client_of(town, "section")
    assert [one["state"] for one in department.get(f"/api/v1/schemes/{scheme.pk}").json()["versions"]] == ["now"]
    assert department.get(f"/api/v1/scheme-versions/{draft.pk}").status_code == 404
    assert section.get(f"/api/v1/schemes/{scheme.pk}").status_code == 404
    assert section.get("/api/v1/schemes").json()["items"] == []
