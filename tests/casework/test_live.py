"""Open desks stay true by themselves; and everything on them is done without a mouse. With a real browser."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import expect

from chengge.casework.models import Case, LedgerEntry
from chengge.casework.queries import CaseFilter, changes_since, read_to_now
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from tests.browsing import axe_findings, sign_in
from tests.casework.lives import Life, picture
from tests.factories import build_city

pytestmark = pytest.mark.django_db(transaction=True)

LIVE_WITHIN_MS = 2000
REFUSED = re.compile(r"status of 4(04|09|22)")


@pytest.fixture
def city():
    return build_city()


@pytest.fixture
def course(city):
    return lambda: Life(city)


@pytest.fixture
def page(browser):
    """A fresh page. A fault of a script fails the test; that a person is refused (409, 422) is no fault."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN", timezone_id="Asia/Shanghai")
    opened, faults = context.new_page(), []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda told: faults.append(told.text) if told.type == "error" and not REFUSED.search(told.text) else None)
    yield opened
    context.close()
    assert not faults, f"The browser reported: {faults}"


@pytest.fixture
def desk_of(city, live_server, page):
    """Opens the desk of a member in the real browser, in English."""

    def opened(name: str, address: str = "/"):
        sign_in(page, live_server, city, name).goto(live_server.url + address)
        return page

    return opened


def elsewhere(job):
    """Run a job on another connection, as another process would."""

    def run():
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


# --- Reading on -------------------------------------------------------------------------------------------------------


def test_while_nothing_moves_a_look_is_one_query(city, course):
    course().reported()
    actor, wanted = city.actor("operator"), CaseFilter(desk=Post.OPERATOR)
    read_to = changes_since(actor, wanted, "0").read_to
    with CaptureQueriesContext(connection) as asked:
        changes = changes_since(actor, wanted, read_to)
    assert changes.case_ids == ()
    assert len(asked) == 1


def test_a_desk_hears_of_what_comes_to_it_and_what_leaves_it_and_of_nothing_else(city, course):
    dispatcher, wanted = city.actor("dispatcher"), CaseFilter(desk=Post.DISPATCHER)
    work = course().reported()
    read_to = read_to_now()
    work.does("accept", "operator", rule_id=city.heap.pk)
    changes = changes_since(dispatcher, wanted, read_to)
    assert changes.case_ids == ()
    work.does("file", "shift_leader")
    changes = changes_since(dispatcher, wanted, changes.read_to)
    assert changes.case_ids == (work.case_id,)
    work.does("dispatch", "dispatcher", organization_id=city.organization_id("sanitation"))
    changes = changes_since(dispatcher, wanted, changes.read_to)
    assert changes.case_ids == (work.case_id,)
    assert changes_since(dispatcher, wanted, changes.read_to).case_ids == ()


def test_a_department_hears_nothing_of_anothers_cases(city, course):
    read_to = read_to_now()
    course().reported("garbage").until("handled")
    assert changes_since(city.actor("department"), CaseFilter(desk=Post.DEPARTMENT), read_to).case_ids == ()
    assert changes_since(city.actor("other_department"), CaseFilter(desk=Post.DEPARTMENT), read_to).case_ids != ()


def test_an_entry_whose_transaction_ends_late_is_heard_of_once_and_not_lost(city, course):
    """The earlier entry becomes visible after the later one: reading on by entry numbers would lose it."""
    actor, wanted = city.actor("leader"), CaseFilter(desk=Post.LEADER)
    slow, quick = course().reported(), course().reported()
    read_to, heard = read_to_now(), []
    with transaction.atomic():
        slow.does("accept", "operator", rule_id=city.heap.pk)
        elsewhere(lambda: quick.does("accept", "operator", rule_id=city.heap.pk))
        changes = elsewhere(lambda: changes_since(actor, wanted, read_to))
        heard += changes.case_ids
    changes = changes_since(actor, wanted, changes.read_to)
    heard += changes.case_ids
    assert sorted(heard) == sorted([slow.case_id, quick.case_id])
    assert changes_since(actor, wanted, changes.read_to).case_ids == ()


def test_a_made_up_place_to_read_on_from_is_refused(city):
    for place in ("", "-1", "x", "1:", "1:2,3", "1" * 30, "1\n"):
        with pytest.raises(Refused):
            changes_since(city.actor("leader"), CaseFilter(desk=Post.LEADER), place)


# --- In the browser ---------------------------------------------------------------------------------------------------


def test_a_new_case_appears_within_two_seconds_and_keeps_the_place(desk_of, course):
    for _ in range(3):
        course().reported().until("filed")
    page = desk_of("dispatcher")
    second = page.locator(".item").nth(1)
    second.locator(".row-link").click()
    page.wait_for_selector(f'#case[data-number="{second.get_attribute("data-number")}"]')
    chosen = page.locator(".item.on").get_attribute("data-number")
    began = time.monotonic()
    arriving = course().reported("manhole").until("filed")
    page.wait_for_selector(f'.item[data-number="{arriving.number}"]', timeout=LIVE_WITHIN_MS)
    assert time.monotonic() - began < LIVE_WITHIN_MS / 1000 + 1  # the case's own three actions included
    assert page.locator(".item.on").get_attribute("data-number") == chosen
    assert page.evaluate("document.activeElement.closest('.item')?.dataset.number") == chosen
    expect(page.locator("#spoken")).to_contain_text("new or have moved")
    assert page.locator("#lights").inner_text().count("4") == 1


def test_a_case_taken_by_somebody_else_leaves_the_desk(desk_of, city, course):
    work, other = course().reported().until("filed"), course().reported().until("filed")
    page = desk_of("dispatcher")
    page.wait_for_selector(f'.item[data-number="{work.number}"]')
    other.does("dispatch", "dispatcher", organization_id=city.organization_id("sanitation"))
    page.wait_for_selector(f'.item[data-number="{other.number}"]', state="detached", timeout=LIVE_WITHIN_MS)
    assert page.locator(".item").count() == 1


def test_the_dispatcher_dispatches_with_the_keyboard_alone(desk_of, city, course):
    first = course().reported("manhole", grid=0).until("filed")
    second = course().reported("garbage", grid=1).until("filed")
    page = desk_of("dispatcher")
    page.wait_for_selector(f'#case[data-number="{first.number}"]')
    page.keyboard.press("j")
    page.wait_for_selector(f'#case[data-number="{second.number}"]')
    page.wait_for_selector("#side-rest input[name=organization_id]:checked")
    page.keyboard.press("Enter")
    page.wait_for_selector(f'.item[data-number="{second.number}"]', state="detached")
    case = Case.objects.get(pk=second.case_id)
    assert (case.stage, case.department) == ("dispatched", city.organizations["sanitation"])
    page.wait_for_selector(f'#case[data-number="{first.number}"]')
    assert page.locator("#notes").inner_text().startswith("Dispatched")
    assert Case.objects.get(pk=first.case_id).stage == "filed"


def test_what_is_missing_is_gone_to_instead_of_sent(desk_of, course):
    work = course().reported("manhole").until("handling")
    page = desk_of("department")
    page.wait_for_selector("#main-action")
    page.locator(".item .row-link").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.type") == "file"
    assert Case.objects.get(pk=work.case_id).stage == "handling"


def test_a_photo_is_added_and_the_work_handed_in(desk_of, course, tmp_path):
    work = course().reported("manhole").until("handling")
    file = tmp_path / "after.jpg"
    file.write_bytes(picture())
    page = desk_of("department")
    page.set_input_files("#side-rest input[type=file]", str(file))
    page.wait_for_selector("#side-rest .taken li")
    page.click("#main-action")
    page.wait_for_selector(f'.item[data-number="{work.number}"]', state="detached")
    assert Case.objects.get(pk=work.case_id).stage == "handled"


def test_the_slash_searches_and_escape_comes_back(desk_of, course):
    course().reported().until("filed")
    page = desk_of("dispatcher")
    page.wait_for_selector("#main-action")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "row-link"
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()


def test_a_return_is_given_a_usual_reason_in_the_sheet(desk_of, course):
    work = course().reported().until("filed")
    page = desk_of("dispatcher")
    page.get_by_role("button", name="Return to shift leader").click()
    page.wait_for_selector("#dialog[open]")
    page.locator("#dialog .btn-primary").click()
    page.wait_for_selector("#dialog [data-refusal]")
    page.get_by_role("button", name="The class does not fit").click()
    page.locator("#dialog .btn-primary").click()
    page.wait_for_selector("#dialog[open]", state="detached")
    page.wait_for_selector(f'.item[data-number="{work.number}"]', state="detached")
    assert LedgerEntry.objects.get(case_id=work.case_id, action="return_to_filing").reason == "The class does not fit"


def test_who_was_slower_is_told_and_keeps_what_was_typed(desk_of, city, course):
    work = course().reported().until("filed")
    page = desk_of("dispatcher")
    page.wait_for_selector("#main-action")
    page.fill("#side-rest input[name=note]", "请先围挡")
    work.does("dispatch", "dispatcher", organization_id=city.organization_id("sanitation"))
    page.wait_for_selector("#moved-note:not([hidden])", timeout=LIVE_WITHIN_MS)
    page.click("#main-action")
    page.wait_for_selector("#side-rest [data-refusal]")
    assert "Dispatched by Dispatcher" in page.locator("#side-rest [data-refusal]").inner_text()
    assert page.input_value("#side-rest input[name=note]") == "请先围挡"
    page.click("#side-rest [data-reload]")
    expect(page.locator("#case .badge").first).to_have_text("Dispatched")


def test_many_cases_are_filed_with_the_keyboard(desk_of, course):
    made = [course().reported().until("accepted") for _ in range(3)]
    page = desk_of("shift_leader")
    page.wait_for_selector("#main-action")
    for key in ("x", "j", "x"):
        page.keyboard.press(key)
    assert page.locator("#bulk").is_visible()
    page.locator("#bulk [data-bulk=file]").click()
    page.wait_for_selector("#dialog[open] .outcomes li")
    assert page.locator("#dialog .outcomes li").count() == 2
    assert sorted(Case.objects.get(pk=work.case_id).stage for work in made) == ["accepted", "filed", "filed"]


def test_the_operator_accepts_by_the_condition_of_another_class(desk_of, city, course):
    work = course().reported("manhole", channel="inspector", by="inspector")
    page = desk_of("operator")
    page.wait_for_selector("#side-rest .choice")
    page.fill("#side-rest .look-up input", "垃圾")
    page.wait_for_selector("#side-rest .found-one")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=散落垃圾面积")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_selector(f'.item[data-number="{work.number}"]', state="detached")
    case = Case.objects.get(pk=work.case_id)
    assert (case.stage, case.problem_class) == ("accepted", city.garbage)


def test_a_call_is_taken_down_without_a_mouse(desk_of, city):
    page = desk_of("operator", "/reports/new/")
    page.fill("#reporter_name", "刘女士")
    page.fill("#contact", "13812345678")
    page.fill("#class-report", "井盖")
    page.wait_for_selector("[data-class-field] .found-one")
    page.keyboard.press("Enter")
    page.fill("#description", "井盖没了")
    page.fill("#place-report", "菜场")
    page.wait_for_selector("[data-place-field] .found-one")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Open a case").press("Enter")
    page.wait_for_url(re.compile(r"/desk/operator/\?case=\d{20}"))
    case = Case.objects.get()
    assert (case.problem_class, case.place, case.grid_code) == (city.manhole, "石桥路菜场", 990101001001001)


def test_more_rows_come_by_scrolling_and_stay_when_something_moves(desk_of, course):
    for _ in range(30):
        course().reported()
    page = desk_of("operator")
    page.wait_for_selector(".item")
    for _ in range(6):
        page.locator("#rows").evaluate("rows => rows.scrollTo(0, rows.scrollHeight)")
        page.wait_for_timeout(150)
    expect(page.locator(".item")).to_have_count(30)
    top = page.locator("#rows").evaluate("rows => rows.scrollTop")
    course().reported()
    expect(page.locator("#queues")).to_contain_text("31", timeout=LIVE_WITHIN_MS)
    assert page.locator("#rows").evaluate("rows => rows.scrollTop") == top
    assert page.locator(".item").count() == 30


def test_on_a_phone_a_row_opens_the_case_on_its_own_page(desk_of, course):
    work = course().reported("manhole").until("handling")
    page = desk_of("department")
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    page.locator(".item .row-link").first.click()
    page.wait_for_url(re.compile(f"/cases/{work.number}/"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(
    ("name", "address", "ready"),
    [
        ("operator", "/desk/operator/", "#main-action"),
        ("shift_leader", "/desk/shift_leader/", "#main-action"),
        ("dispatcher", "/desk/dispatcher/", "#main-action"),
        ("department", "/desk/department/", "#main-action"),
        ("leader", "/desk/leader/", "#case[data-number]"),
        ("administrator", "/desk/administrator/", ".overview"),
        ("operator", "/reports/new/", ".report"),
        ("operator", "/reports/waiting/", ".page-head"),
        ("operator", "/accounts/password", "form.panel"),
        ("operator", "/nowhere/", ".errorpage"),
    ],
)
def test_axe_finds_nothing_serious(desk_of, course, name, address, ready):
    work = course()
    work.reported("manhole", photos=(work.photo("operator"),))
    for stage in ("accepted", "filed", "handling"):
        course().reported("manhole").until(stage)
    page = desk_of(name, address)
    page.wait_for_selector(ready)
    page.wait_for_timeout(300)
    assert axe_findings(page) == []


def test_axe_finds_nothing_serious_in_sheets_and_on_a_phone(desk_of, course):
    work = course().reported("manhole").until("filed")
    page = desk_of("dispatcher")
    page.wait_for_selector("#main-action")
    page.keyboard.press("f")
    page.wait_for_selector("#dialog[open] .filter")
    assert axe_findings(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Return to shift leader").click()
    page.wait_for_selector("#dialog[open] textarea")
    assert axe_findings(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(page.url.split("/desk/")[0] + f"/cases/{work.number}/")
    page.wait_for_selector("#main-action")
    assert axe_findings(page) == []


def test_axe_finds_nothing_serious_before_signing_in(live_server, page, settings):
    settings.DEMO = True
    page.goto(live_server.url + "/accounts/sign-in")
    assert axe_findings(page) == []
