"""A bulletin says what the runs say, is signed by another pair of eyes, and stays what it was."""

import html
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import docx
import pytest
from django.db import DatabaseError, connection, transaction
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from shapely import box, to_wkb

from chengge import clock
from chengge.casework.models import Case
from chengge.documents.document import Document, Paragraph, Picture, Table, as_bytes, digest_of, from_plain
from chengge.documents.drawing import round_top
from chengge.documents.pdf import as_pdf
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.evaluation.actions import bulletins as actions
from chengge.evaluation.actions.runs import Wanted, make_run
from chengge.evaluation.actions.weekly_digest import tell_the_week
from chengge.evaluation.bulletin.charts import Dot, ranked_dots
from chengge.evaluation.bulletin.compose import LANGUAGES, Audience, compose
from chengge.evaluation.bulletin.maps import classes_of
from chengge.evaluation.bulletin.numbers import numeral
from chengge.evaluation.models import Bulletin, BulletinFile, EvaluationRun, RunSubject
from chengge.evaluation.queries.bulletins import CaseChoice, Edited, document_of, file_of, material_of, path_of, published
from chengge.foundation.models import Division
from chengge.notices.models import Notice
from chengge.organization.models import MemberPost
from chengge.organization.queries import city_day
from tests.browsing import client_of
from tests.evaluation.judged_city import PERIOD, Scored, scheme_for
from tests.factories import SINCE, SOUTH, STREET, WEST
from tests.intake.portal_city import visitor

WEEK = "2026-W48"
IN_DECEMBER = datetime(2026, 12, 2, 2, tzinfo=UTC)
WEST_END, NORTH_END = WEST + 0.004, SOUTH + 0.001


@pytest.fixture(scope="module")
def drafted(judged: Scored) -> Iterator[Scored]:
    """The lived city in December: scored for November, with a draft on it; of one week of it a bulletin has been published."""
    evaluator, leader = judged.actor("evaluator"), judged.actor("leader")
    before = judged.clock.at
    with transaction.atomic():
        Division.objects.filter(code=STREET).update(polygon=to_wkb(box(WEST, SOUTH, WEST_END, NORTH_END)))
        scheme_for("operators", "member", [("P11", 1, {})], post="operator")
        make_run(evaluator, Wanted("operators", PERIOD, samples=50))
        judged.clock.at = IN_DECEMBER
        actions.start(evaluator, PERIOD)
        week = actions.start(evaluator, WEEK)
        actions.sign(leader, week.pk, week.version)
        actions.publish(leader, week.pk)
        yield judged
        transaction.set_rollback(True)
    judged.clock.at = before


@pytest.fixture
def city(drafted: Scored, settings: Any) -> Iterator[Scored]:
    settings.MEDIA_ROOT = settings.VAR_DIR.parent / "media"  # where the published files of the module lie
    with transaction.atomic():
        yield drafted
        transaction.set_rollback(True)
    drafted.clock.at = IN_DECEMBER


@pytest.fixture
def draft(city: Scored) -> Bulletin:
    return Bulletin.objects.get(period=PERIOD)


@pytest.fixture
def told(city: Scored) -> Bulletin:
    return Bulletin.objects.get(period=WEEK)


@pytest.fixture
def signed(city: Scored, draft: Bulletin) -> Bulletin:
    return actions.sign(city.actor("leader"), draft.pk, draft.version)


def words_of(document: Document) -> list[str]:
    """Every paragraph and cell of a document."""
    words = [document.title, document.issuer]
    for section in document.sections:
        words.append(section.heading)
        for block in section.blocks:
            if isinstance(block, Paragraph):
                words.append(block.text)
            elif isinstance(block, Table):
                words.extend(cell for row in block.rows for cell in row)
    return words


def written_for_word(content: bytes) -> str:
    return "\n".join(part.text or "" for part in docx.Document(io.BytesIO(content)).element.body.iter(qn("w:t")))


# What it says


def test_a_bulletin_tells_the_scores_of_the_runs_and_names_their_digests(draft):
    document = compose(material_of(draft), "en", Audience.PUBLIC)
    cells = words_of(document)
    for subject in RunSubject.objects.filter(judged="organization", rank__isnull=False):
        assert subject.name in cells
        assert f"{subject.total:.2f}" in cells
    told = dict(document.sources).values()
    for run in EvaluationRun.objects.all():
        assert run.result_digest in told
        assert run.facts_digest in told


def test_its_figures_are_those_of_the_facts_to_which_the_runs_are_frozen(city, draft):
    city.life.report()  # after the runs: it is not in their facts
    actions.read_anew(city.actor("evaluator"), draft.pk)
    draft.refresh_from_db()
    assert draft.figures["city"]["A0"] == [len(city.cases), None]
    assert draft.figures["facts_digest"] == EvaluationRun.objects.latest("pk").facts_digest


def test_the_public_edition_names_nobody_of_the_staff_and_the_other_does(city, draft):
    names = {member.full_name for member in city.city.members.values()}
    public = as_bytes(compose(material_of(draft), "zh-hans", Audience.PUBLIC)).decode()
    internal = as_bytes(compose(material_of(draft), "zh-hans", Audience.INTERNAL)).decode()
    assert not [name for name in names if name in public]
    assert city.city.members["operator"].full_name in internal


def test_notable_cases_tell_nothing_that_a_reporter_said(city, draft):
    told = as_bytes(compose(material_of(draft), "zh-hans", Audience.INTERNAL)).decode()
    case = Case.objects.get(pk=city.cases["rework"])
    assert case.description not in told
    assert case.place not in told


def test_a_case_is_chosen_by_rule_and_the_editor_may_choose_another(city, draft):
    assert {row.rule for row in draft.cases.filter(shown=True)} == {row.rule for row in draft.cases.all()}
    reworked = draft.cases.get(rule="most_reworked")
    assert reworked.case_id == city.cases["rework"]
    others = {row.pk: CaseChoice(shown=False) for row in draft.cases.all()}
    actions.edit(city.actor("evaluator"), draft.pk, Edited(cases=others | {reworked.pk: CaseChoice(True, "两次才合格")}), draft.version)
    document = compose(material_of(Bulletin.objects.get(pk=draft.pk)), "zh-hans", Audience.PUBLIC)
    (cases,) = [block.cases for section in document.sections for block in section.blocks if hasattr(block, "cases")]
    assert [case.words for case in cases] == ["两次才合格"]


def test_without_a_run_it_says_so_and_ranks_by_one_figure(told):
    assert "No scheme has been run" in as_bytes(document_of(told, "en", Audience.PUBLIC)).decode()


# Who does what


def test_a_period_that_is_not_over_has_no_bulletin_and_a_period_has_one(city, draft):
    evaluator = city.actor("evaluator")
    with pytest.raises(Refused, match=r"period|时段"):
        actions.start(evaluator, "2026-12")
    with pytest.raises(Conflict):
        actions.start(evaluator, PERIOD)


@pytest.mark.parametrize("name", ["department", "operator", "leader", "administrator"])
def test_only_an_evaluator_drafts(city, name):
    with pytest.raises(Forbidden):
        actions.start(city.actor(name), PERIOD)


def test_nobody_signs_what_they_had_a_hand_in(city, draft):
    evaluator = city.city.members["evaluator"]
    MemberPost.objects.create(member=evaluator, post="leader", valid_from=SINCE)
    with pytest.raises(Forbidden):
        actions.sign(city.actor("evaluator"), draft.pk, draft.version)


def test_nobody_signs_another_draft_than_the_one_they_read(city, draft):
    actions.edit(city.actor("evaluator"), draft.pk, Edited(title="十一月通报"), draft.version)
    with pytest.raises(Conflict):
        actions.sign(city.actor("leader"), draft.pk, draft.version)


def test_nobody_writes_over_what_somebody_else_has_just_written(city, draft):
    actions.edit(city.actor("evaluator"), draft.pk, Edited(title="一"), draft.version)
    with pytest.raises(Conflict):
        actions.edit(city.actor("evaluator"), draft.pk, Edited(title="二"), draft.version)


@pytest.mark.parametrize("text", ["请致电 13812345678", "身份证 110101199003078515", "写信给 a@b.cn"])
def test_no_number_or_address_of_a_person_comes_into_a_bulletin(city, draft, text):
    with pytest.raises(Refused) as refusal:
        actions.edit(city.actor("evaluator"), draft.pk, Edited(texts={("zh-hans", "ahead"): text}), draft.version)
    assert refusal.value.field == "text-zh-hans-ahead"


def test_what_is_signed_is_locked_until_it_is_sent_back(city, signed):
    with pytest.raises(Conflict):
        actions.edit(city.actor("evaluator"), signed.pk, Edited(title="改"), signed.version)
    with pytest.raises(Conflict):
        actions.throw_away(city.actor("evaluator"), signed.pk)
    actions.send_back(city.actor("leader"), signed.pk, "第三部分有误")
    again = Bulletin.objects.get(pk=signed.pk)
    assert (again.state, again.signed_by, again.sent_back_because) == ("draft", None, "第三部分有误")


def test_what_was_signed_is_what_is_told_even_if_a_street_is_renamed_since(city, signed):
    before = digest_of(document_of(signed, "zh-hans", Audience.PUBLIC))
    Division.objects.filter(code=STREET).update(name="改名街道")
    city.city.organizations["supervision"].name = "别的中心"
    city.city.organizations["supervision"].save()
    assert digest_of(document_of(signed, "zh-hans", Audience.PUBLIC)) == before


def test_only_a_leader_publishes_and_only_what_is_signed(city, draft):
    with pytest.raises(Conflict):
        actions.publish(city.actor("leader"), draft.pk)
    actions.sign(city.actor("leader"), draft.pk, draft.version)
    with pytest.raises(Forbidden):
        actions.publish(city.actor("evaluator"), draft.pk)


# What stays


def test_files_lie_under_their_digest_and_come_out_the_same_again(told):
    assert told.files.count() == len(LANGUAGES) * len(Audience) * 2
    row, content = file_of(told, "zh-hans", Audience.PUBLIC, "pdf")
    assert content.startswith(b"%PDF-")
    assert as_pdf(document_of(told, "zh-hans", Audience.PUBLIC), city_day(told.signed_at)) == content
    assert path_of(row.sha256, "pdf").read_bytes() == content


def test_page_and_word_tell_the_same(told):
    document = document_of(told, "en", Audience.PUBLIC)
    page = html.unescape(visitor().get(f"/public/bulletins/{WEEK}/1/").content.decode())
    word = written_for_word(file_of(told, "en", Audience.PUBLIC, "docx")[1])
    for words in words_of(document):
        assert words in word
        assert words in page


def test_a_file_that_was_tampered_with_is_not_handed_out(told):
    row = told.files.get(language="en", audience="public", kind="docx")
    path = path_of(row.sha256, "docx")
    content = path.read_bytes()
    path.write_bytes(b"something else")
    with pytest.raises(Conflict):
        file_of(told, "en", Audience.PUBLIC, "docx")
    path.write_bytes(content)


@pytest.mark.parametrize(
    "statement", ["UPDATE evaluation_bulletinfile SET sha256 = ''", "DELETE FROM evaluation_bulletinfile"], ids=["change", "drop"]
)
def test_the_database_itself_keeps_what_was_published(told, statement):
    with pytest.raises(DatabaseError, match="never changed or dropped"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert BulletinFile.objects.filter(bulletin=told).exclude(sha256="").count() == 8


def test_a_correction_is_a_new_edition_that_names_the_old_one(city, told):
    new = actions.correct(city.actor("evaluator"), told.pk, "漏计一个部门")
    assert list(published()) == [told]
    actions.sign(city.actor("leader"), new.pk, new.version)
    actions.publish(city.actor("leader"), new.pk)
    assert list(published()) == [new]
    assert "漏计一个部门" in as_bytes(document_of(new, "zh-hans", Audience.PUBLIC)).decode()
    old_page = visitor().get(f"/public/bulletins/{WEEK}/1/").content.decode()
    assert f"/public/bulletins/{WEEK}/2/" in old_page
    with pytest.raises(Conflict):
        actions.correct(city.actor("evaluator"), told.pk, "再次更正")


def test_a_withdrawn_bulletin_says_when_and_why_and_shows_no_figures(city, told):
    actions.withdraw(city.actor("leader"), told.pk, "数据有误，核实中")
    page = visitor().get(f"/public/bulletins/{WEEK}/1/").content.decode()
    assert "数据有误，核实中" in page
    assert "<svg xmlns" not in page
    assert visitor().get(f"/public/bulletins/{WEEK}/1/zh-hans.pdf").status_code == 404
    assert list(published()) == []


# Pages


def test_the_portal_lists_what_is_published_and_knows_no_draft(draft, told):
    assert visitor().get(f"/public/bulletins/{PERIOD}/1/").status_code == 404
    address = f"/public/bulletins/{WEEK}/1/"
    assert address in visitor().get("/public/bulletins/").content.decode()
    assert address in visitor().get("/public/bulletin/").content.decode()
    assert visitor().get(address).status_code == 200
    answer = visitor().get(f"{address}en.pdf")
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")


def test_drafts_and_editions_with_names_are_for_evaluators_leaders_and_administrators(city, told):
    address = f"/evaluation/bulletins/{told.pk}/"
    for name, status in (("evaluator", 200), ("leader", 200), ("administrator", 200), ("department", 404), ("inspector", 404)):
        assert client_of(city.city, name).get(f"{address}?audience=internal").status_code == status
        assert client_of(city.city, name).get(f"{address}files/zh-hans/internal.pdf").status_code == status
        assert client_of(city.city, name).get(address).status_code == 200


def test_a_draft_is_nobodys_but_its_makers(city, draft):
    assert client_of(city.city, "department").get(f"/evaluation/bulletins/{draft.pk}/").status_code == 404
    assert client_of(city.city, "leader").get(f"/evaluation/bulletins/{draft.pk}/edit/").status_code == 403
    assert visitor().get(f"/evaluation/bulletins/{draft.pk}/").status_code == 302


def test_the_list_asks_few_questions(city, told, counted_queries):
    client = client_of(city.city, "evaluator")
    client.get("/evaluation/bulletins/")
    with counted_queries("the list of bulletins"):
        assert client.get("/evaluation/bulletins/").status_code == 200


def test_an_evaluator_edits_sees_it_at_once_and_a_leader_signs_and_publishes(city, draft):
    evaluator, leader = client_of(city.city, "evaluator"), client_of(city.city, "leader")
    form = {f"text-{row.language}-{row.section}": row.text for row in draft.texts.all()} | {"seen": draft.version, "title": "月度通报"}
    form["text-zh-hans-overview"] = "本月总体平稳。"
    preview = evaluator.post(f"/evaluation/bulletins/{draft.pk}/preview", form).content.decode()
    assert "本月总体平稳。" in preview
    assert Bulletin.objects.get(pk=draft.pk).title == ""
    evaluator.post(f"/evaluation/bulletins/{draft.pk}/edit/", form | {"done": "1"})
    kept = Bulletin.objects.get(pk=draft.pk)
    assert kept.title == "月度通报"
    leader.post(f"/evaluation/bulletins/{draft.pk}/sign", {"seen": kept.version})
    leader.post(f"/evaluation/bulletins/{draft.pk}/publish")
    assert Bulletin.objects.get(pk=draft.pk).state == "published"


def test_a_fault_in_the_form_keeps_what_was_written(city, draft):
    form = {"seen": draft.version, "title": "x", "text-zh-hans-ahead": "请联系 13812345678 处理"}
    answer = client_of(city.city, "evaluator").post(f"/evaluation/bulletins/{draft.pk}/edit/", form)
    assert answer.status_code == 400
    assert "请联系 13812345678 处理" in answer.content.decode()


def test_programs_read_what_was_published_and_drafts_are_for_their_makers(city, draft, told):
    clerk, evaluator = client_of(city.city, "department"), client_of(city.city, "evaluator")
    assert [row["id"] for row in clerk.get("/api/v1/evaluation/bulletins").json()["items"]] == [told.pk]
    assert {row["id"] for row in evaluator.get("/api/v1/evaluation/bulletins").json()["items"]} == {draft.pk, told.pk}
    one = clerk.get(f"/api/v1/evaluation/bulletins/{told.pk}").json()
    assert {file["audience"] for file in one["files"]} == {"public"}
    document = clerk.get(f"/api/v1/evaluation/bulletins/{told.pk}/document?language=en").json()
    assert document["sha256"] in {file["document_sha256"] for file in one["files"] if file["language"] == "en"}
    assert clerk.get(f"/api/v1/evaluation/bulletins/{told.pk}/document?audience=internal").status_code == 404
    assert clerk.get(f"/api/v1/evaluation/bulletins/{draft.pk}").status_code == 404


def test_the_evaluator_chooses_of_which_runs_a_bulletin_tells(city, draft):
    departments = EvaluationRun.objects.get(version__scheme__code="departments")
    client_of(city.city, "evaluator").post(f"/evaluation/bulletins/{draft.pk}/read_anew", {"runs": [departments.pk]})
    assert list(Bulletin.objects.get(pk=draft.pk).runs.all()) == [departments]


# The week


def test_leaders_are_told_of_the_week_on_monday_morning_and_once(city):
    monday = datetime(2026, 11, 30, 0, 30, tzinfo=UTC)  # half past eight in the city
    with clock.pretend(monday):
        assert tell_the_week() == 1
        assert tell_the_week() == 0
    notice = Notice.objects.get(topic="weekly")
    assert notice.member == city.city.members["leader"]
    assert str(len(city.cases)) in notice.text
    assert notice.key.startswith("weekly:2026-W48:")


@pytest.mark.parametrize("hour", [21, 22], ids=["before seven", "still night"])
def test_nobody_is_woken_for_the_week(city, hour):
    with clock.pretend(datetime(2026, 11, 29, hour, 30, tzinfo=UTC)):
        assert tell_the_week() == 0


# Drawing


def test_a_document_is_kept_as_json_and_read_again_the_same(draft):
    import orjson

    document = compose(material_of(draft), "zh-hans", Audience.INTERNAL)
    assert from_plain(orjson.loads(as_bytes(document))) == document


def test_every_picture_is_well_formed_and_says_what_it_shows(draft):
    document = compose(material_of(draft), "en", Audience.PUBLIC)
    pictures = [block for section in document.sections for block in section.blocks if isinstance(block, Picture)]
    assert len(pictures) >= 3
    for picture in pictures:
        root = ElementTree.fromstring(picture.svg)  # noqa: S314 (our own)
        assert root[0].text == picture.told
        assert "style" not in picture.svg
        assert "script" not in picture.svg


def test_words_in_a_picture_are_words_whatever_they_are():
    picture = ranked_dots("x", "x", [Dot("<script>&\"'", 0.5, "50%")], 0, 1, [(0, "0"), (1, "1")], "before")
    assert "<script" not in picture.svg
    assert ElementTree.fromstring(picture.svg) is not None  # noqa: S314


@given(st.floats(0.01, 1e7))
def test_the_top_of_an_axis_is_not_below_what_it_shows_nor_far_above(highest):
    assert highest <= round_top(highest) <= max(2 * highest, 0.1)


@given(st.lists(st.floats(0, 1000).map(lambda value: round(value, 2)), max_size=60))
def test_classes_of_a_map_rise_and_each_has_an_area_below_and_above(values):
    bounds = classes_of(values)
    assert bounds == sorted(set(bounds))
    for bound in bounds:
        assert min(values) < bound <= max(values)


@pytest.mark.django_db  # the one marked test: it has the database set up before the module's city is lived
def test_headings_are_numbered_as_offices_number_them():
    assert [numeral(number, "zh-hans") for number in (1, 9, 10, 11, 20, 21)] == ["一、", "九、", "十、", "十一、", "二十、", "二十一、"]


def test_a_table_whose_rows_do_not_fit_its_columns_is_a_mistake():
    with pytest.raises(ValueError, match="one cell for each column"):
        Table("x", (), (("a",),))


def test_what_is_not_there_is_said_so(city):
    with pytest.raises(NotFound):
        actions.publish(city.actor("leader"), 10**9)
