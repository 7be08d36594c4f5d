"""The files of seconded staff: who may open them, who may see how somebody is reached, and how both sides sign an appraisal."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from chengge.casework.actions import Given
from chengge.contacts import unseal
from chengge.coordination import jobs
from chengge.coordination.actions import appraisals, seconded, seconded_private
from chengge.coordination.models import Appraisal, HardCase, Secondment, SecondmentDay, SecondmentNeed, SecondmentRule, SecondmentView
from chengge.coordination.queries.appraisals import left_behind
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.organization.queries import city_day
from chengge.personal import sealed_columns
from tests.casework.lives import Life
from tests.coordination.secondments import FIRST, LAST, begun, proposed, rule_of
from tests.coordination.test_requests_pages import at_screen

pytestmark = pytest.mark.django_db
PHONE = "13805710000"
FILE = "/coordination/seconded/{}/"


@pytest.fixture(autouse=True)
def no_facts(settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


def step(client: Client, made: Secondment, kind: str, **typed: object):
    return client.post(f"{FILE.format(made.pk)}{kind}/", typed)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("coordinator", 200),
        ("leader", 200),
        ("dispatcher", 200),  # the member
        ("department", 200),  # the home unit
        ("section", 404),  # a unit below the home unit
        ("other_department", 404),
        ("street_office", 404),
        ("operator", 404),
        ("evaluator", 404),
        ("administrator", 404),
    ],
)
def test_a_file_is_open_to_the_platform_the_home_unit_and_the_member(life: Life, who, status):
    made = begun(life.city)
    screen = at_screen(life, who)
    assert screen.get(FILE.format(made.pk)).status_code == status
    listed = screen.get("/coordination/seconded/").content.decode()
    assert ("周宁" in listed.split("<main", 1)[1]) == (status == 200)
    if status == 404:
        with pytest.raises(NotFound):
            seconded_private.show_private(life.city.actor(who), made.pk, "call")


def test_how_somebody_is_reached_is_sealed_shown_for_a_purpose_and_each_look_is_written_down(life: Life):
    made = begun(life.city)
    step(at_screen(life, "dispatcher"), made, "contact", phone=PHONE, emergency="张芸 13900000000")
    made.refresh_from_db()
    assert PHONE.encode() not in bytes(made.phone_sealed)
    assert unseal(bytes(made.phone_sealed)) == PHONE
    assert PHONE not in at_screen(life, "leader").get(FILE.format(made.pk)).content.decode()
    shown = at_screen(life, "leader").post(f"{FILE.format(made.pk)}private/", {"purpose": "emergency"})
    assert PHONE in shown.content.decode()
    assert shown.headers["Cache-Control"] == "no-store"
    assert at_screen(life, "department").post(f"{FILE.format(made.pk)}private/", {"purpose": ""}).status_code == 400
    assert PHONE in at_screen(life, "dispatcher").post(f"{FILE.format(made.pk)}private/").content.decode()
    assert [(view.member.username, view.purpose) for view in SecondmentView.objects.all()] == [("leader", "emergency")]
    assert "徐市长" in at_screen(life, "administrator").get("/coordination/seconded/looks/").content.decode()
    assert at_screen(life, "coordinator").get("/coordination/seconded/looks/").status_code == 403


def test_both_sealed_columns_change_keys_with_all_others():
    assert {"coordination.Secondment.phone_sealed", "coordination.Secondment.emergency_sealed"} <= {
        str(column) for column in sealed_columns()
    }


def test_what_is_kept_of_a_person_goes_some_time_after_they_have_left(life: Life, settings):
    made = leaves(life)
    SecondmentDay.objects.create(
        secondment=made, day=FIRST, kind="sick", remark="住院", written_by=life.city.members["leader"], written_at=life.now
    )
    Secondment.objects.filter(pk=made.pk).update(phone_sealed=b"sealed")
    life.clock.at += timedelta(days=300)
    assert seconded_private.forget_old() == 0
    life.clock.at += timedelta(days=100)
    settings.SECONDED_MONTHS = 0
    assert seconded_private.forget_old() == 0
    settings.SECONDED_MONTHS = 12
    assert jobs.forget_seconded.func(0) == 1
    made.refresh_from_db()
    assert (bytes(made.phone_sealed), made.days.get().remark, made.days.get().kind, made.checks.first().remark) == (b"", "", "sick", "")
    assert seconded_private.forget_old() == 0
    with pytest.raises(Refused, match="left"):
        seconded_private.keep_private(life.city.actor("leader"), made.pk, PHONE, "")


def leaves(life: Life) -> Secondment:
    made = begun(life.city)
    appraisals.hand_over(life.city.actor("dispatcher"), made.pk, life.city.members["coordinator"].pk)
    appraisals.accept_handover(life.city.actor("coordinator"), made.pk)
    return seconded.end(life.city.actor("leader"), made.pk, "term")


# --- appraisals ---------------------------------------------------------------------------------------------------------------------------


def drafted(life: Life, made: Secondment) -> Appraisal:
    return appraisals.draft_appraisal(life.city.actor("coordinator"), made.pk, FIRST, city_day(life.now))


def test_an_appraisal_is_drafted_from_the_figures_and_signed_by_both_sides(life: Life):
    made = begun(life.city)
    step(at_screen(life, "coordinator"), made, "appraise", first="2026-11-02", last="2026-11-24")
    appraisal = Appraisal.objects.get()
    assert {"P15", "C1", "P16"} <= {one["code"] for one in appraisal.figures}
    assert "周宁" in appraisal.words
    address = f"/coordination/seconded/appraisals/{appraisal.pk}/"
    assert at_screen(life, "coordinator").post(address, {"words": "工作扎实，群众满意。"}).status_code == 302
    assert at_screen(life, "department").post(address, {"words": "改写"}).status_code == 403
    assert at_screen(life, "dispatcher").post(f"{address}sign/", {"side": "platform"}).status_code == 403
    assert at_screen(life, "other_department").post(f"{address}sign/", {"side": "home"}).status_code == 404
    assert at_screen(life, "department").post(f"{address}sign/", {"side": "platform"}).status_code == 403
    assert at_screen(life, "department").post(f"{address}sign/", {"side": "home"}).status_code == 302
    fixed = at_screen(life, "coordinator").post(address, {"words": "又改"})
    assert fixed.status_code == 409
    assert "the words stay" in fixed.content.decode()
    assert at_screen(life, "leader").post(f"{address}sign/", {"side": "platform"}).status_code == 302
    with pytest.raises(Conflict):
        appraisals.sign_appraisal(life.city.actor("coordinator"), appraisal.pk, "platform")
    appraisal.refresh_from_db()
    assert (appraisal.words, appraisal.home_signed_by.username, appraisal.platform_signed_by.username) == (
        "工作扎实，群众满意。\n", "department", "leader",
    )  # fmt: skip
    paper = at_screen(life, "dispatcher").get(f"{address}paper.docx")
    assert paper.status_code == 200
    assert at_screen(life, "street_office").get(f"{address}paper.docx").status_code == 404


@pytest.mark.parametrize("change", [{"words": "别的"}, {"figures": []}, {"home_signed_at": None}])
def test_the_database_keeps_signed_words_whatever_writes(life: Life, change):
    appraisal = drafted(life, begun(life.city))
    appraisals.sign_appraisal(life.city.actor("department"), appraisal.pk, "home")
    with pytest.raises(IntegrityError), transaction.atomic():
        Appraisal.objects.filter(pk=appraisal.pk).update(**change)


def test_an_unsigned_appraisal_of_the_same_days_is_drafted_anew(life: Life):
    made = begun(life.city)
    first = drafted(life, made)
    appraisals.write_appraisal(life.city.actor("coordinator"), first.pk, "初稿")
    assert drafted(life, made).pk == first.pk
    assert "初稿" not in Appraisal.objects.get().words
    appraisals.sign_appraisal(life.city.actor("leader"), first.pk, "platform")
    with pytest.raises(Conflict, match="signed already"):
        drafted(life, made)


@pytest.mark.parametrize(("first", "last"), [(None, FIRST), (FIRST, FIRST - timedelta(days=1)), (date(2027, 1, 1), date(2027, 2, 1))])
def test_days_that_have_not_come_are_not_appraised(life: Life, first, last):
    with pytest.raises(Refused):
        appraisals.draft_appraisal(life.city.actor("coordinator"), begun(life.city).pk, first, last)


# --- handing over -------------------------------------------------------------------------------------------------------------------------


def test_what_is_left_behind_is_on_the_list(life: Life):
    life.to("dispatched")
    does = at_screen(life, "dispatcher").post
    call = {"direction": "out", "with_whom": "市政 王磊", "gist": "答应周五前换好", "promised_by": "2026-11-27T18:00"}
    assert does(f"/coordination/cases/{life.case.number}/call/", call).status_code in (200, 302)
    HardCase.objects.create(case_id=life.case_id, whys=["border"], way="simple", rank=1, found_at=life.now)
    made = begun(life.city)
    assert [(one.kind, one.case_id) for one in left_behind(made)] == [("promise", life.case_id), ("problem", life.case_id)]


def test_whoever_takes_over_sees_the_list_and_not_the_file(life: Life):
    life.to("dispatched")
    life.do("order_supervision", "coordinator", Given(reason="领导关注", basis="leader", note="本周办结", degree=1))
    own = seconded.Proposed(life.city.members["coordinator"].pk, life.city.organization_id("sanitation"), "coordinator", FIRST, LAST)
    made = seconded.propose(life.city.actor("leader"), own)
    Secondment.objects.filter(pk=made.pk).update(state="begun", begun_at=life.now)
    step(at_screen(life, "leader"), made, "hand-over", receiver_id=life.city.members["dispatcher"].pk, notes="请接着盯")
    taker = at_screen(life, "dispatcher")
    address = f"/coordination/seconded/handover/{made.pk}/"
    assert life.case.number[:8] in taker.get(address).content.decode()
    assert taker.get(FILE.format(made.pk)).status_code == 404
    assert at_screen(life, "street_office").get(address).status_code == 404
    assert at_screen(life, "leader").post(address).status_code == 403
    assert taker.post(address).status_code == 302
    assert "accepted" in taker.get(address).content.decode()


# --- forms --------------------------------------------------------------------------------------------------------------------------------


def test_needs_and_proposals_are_made_on_their_pages(life: Life):
    screen = at_screen(life, "coordinator")
    need = {"post": "dispatcher", "people": "1", "first_day": "2026-11-02", "last_day": "2027-05-01", "why": "缺人"}
    faulty = screen.post("/coordination/seconded/needs/new/", need | {"people": "many"})
    assert faulty.status_code == 400
    assert "缺人" in faulty.content.decode()
    assert screen.post("/coordination/seconded/needs/new/", need).status_code == 302
    wanted = SecondmentNeed.objects.get()
    assert f'<option value="{wanted.pk}" selected' in screen.get(f"/coordination/seconded/new/?need={wanted.pk}").content.decode()
    proposal = {"need_id": wanted.pk, "member_id": life.city.members["dispatcher"].pk, "home_id": life.city.organization_id("works")}
    assert screen.post("/coordination/seconded/new/", proposal | {"post": "dispatcher"}).status_code == 400
    term = {"post": "dispatcher", "first_day": "2026-11-02", "last_day": "2027-05-01"}
    assert screen.post("/coordination/seconded/new/", proposal | term).status_code == 302
    made = Secondment.objects.get()
    step(screen, made, "check", rule=rule_of("years").pk, value="3", remark="档案")
    assert made.checks.get().passed
    assert step(screen, made, "pass").status_code == 400
    assert step(screen, made, "no-such-step").status_code == 400
    assert screen.post(f"/coordination/seconded/needs/{wanted.pk}/withdraw/").status_code == 302


@pytest.mark.parametrize("page", ["needs/new/", "new/", "turnover/"])
def test_forms_of_the_platform_are_the_platforms(life: Life, page):
    assert at_screen(life, "leader").get(f"/coordination/seconded/{page}").status_code == 200
    for who in ("dispatcher", "department", "evaluator"):
        assert at_screen(life, who).get(f"/coordination/seconded/{page}").status_code == 403


def test_a_proposed_member_may_not_check_themselves_in(life: Life):
    made = proposed(life.city)
    answer = step(at_screen(life, "dispatcher"), made, "check", rule=rule_of("years").pk, value="9")
    assert answer.status_code == 403
    with pytest.raises(Forbidden):
        seconded.begin(life.city.actor("department"), made.pk)


def test_rules_are_kept_on_the_administrators_page(life: Life):
    screen = at_screen(life, "administrator")
    assert screen.get("/manage/secondment-rules/").status_code == 200
    today = city_day(life.now).isoformat()
    assert screen.post("/manage/secondment-rules/", {"kind": "visit", "post": "", "threshold": "0", "day": today}).status_code == 422
    assert screen.post("/manage/secondment-rules/", {"kind": "visit", "post": "", "threshold": "2", "day": today}).status_code == 302
    assert SecondmentRule.objects.get(kind="visit", valid_to=None).threshold == 2
    assert screen.post(f"/manage/secondment-rules/{rule_of('clear').pk}/end/").status_code == 302
    assert at_screen(life, "coordinator").get("/manage/secondment-rules/").status_code == 403


def test_lists_ask_as_much_for_many_as_for_one(life: Life, counted_queries):
    begun(life.city)
    screen = at_screen(life, "coordinator")
    with counted_queries("seconded staff"):
        screen.get("/coordination/seconded/")
    with counted_queries("file of a seconded member"):
        screen.get(FILE.format(Secondment.objects.get().pk))


# --- for programs -------------------------------------------------------------------------------------------------------------------------


def test_programs_read_files_without_what_is_sealed(life: Life):
    made = begun(life.city)
    seconded_private.keep_private(life.city.actor("leader"), made.pk, PHONE, "")
    told = at_screen(life, "department").get(f"/api/v1/coordination/seconded/{made.pk}")
    assert told.status_code == 200
    assert PHONE not in told.content.decode()
    assert {check["kind"]: check["met"] for check in told.json()["checks"]} == dict.fromkeys(("years", "mark", "clear", "agreed"), True)
    assert len(told.json()["visits"]) == 6
    assert at_screen(life, "other_department").get(f"/api/v1/coordination/seconded/{made.pk}").status_code == 404
    assert at_screen(life, "other_department").get("/api/v1/coordination/seconded").json()["total"] == 0
    assert [one["member"] for one in at_screen(life, "leader").get("/api/v1/coordination/seconded").json()["secondments"]] == ["周宁"]
    assert at_screen(life, "department").get("/api/v1/coordination/seconded/needs").status_code == 403
    assert at_screen(life, "coordinator").get("/api/v1/coordination/seconded/needs").json() == {"needs": []}
