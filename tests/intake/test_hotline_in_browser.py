"""The hotline and the pages of channels in a real browser: a call opens its form by itself, and axe finds nothing serious."""

import pytest

from chengge.casework.models import Case, Report
from chengge.intake.models import Call
from tests.browsing import axe_findings, sign_in
from tests.casework.lives import picture
from tests.factories import build_city
from tests.intake.sending import camera, event_type, sender, sensor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city():
    return build_city()


def ring(city, board, call_id="c-1"):
    said = {"call_id": call_id, "number": "13800001111", "line": "12319", "agent": "operator"}
    for event in ("ringing", "answered"):
        board.told("/intake/cti", said | {"event": event})


def test_a_call_opens_its_form_by_itself_and_a_second_caller_is_added_to_the_case_nearby(city, live_server, page):
    board = sender(city, "hotline")
    sign_in(page, live_server, city, "operator").goto(live_server.url + "/desk/hotline/")
    page.get_by_text("No call is yours now").wait_for()
    ring(city, board)
    page.get_by_role("heading", name="138****1111").wait_for()  # The page went to the call by itself.

    def write(description: str) -> None:
        page.fill("#description", description)
        page.fill("#class-call", "雨水井盖")
        page.get_by_role("button", name="雨水井盖").first.click()
        page.fill("#place-call", "石桥路菜场")
        page.locator(".found-one[data-lon]").first.click()

    write("门口井盖没有了")
    page.get_by_text("Nothing like it is open nearby").wait_for()
    page.set_input_files(".photo-field input[type=file]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture(1)})
    page.locator(".taken img").wait_for()
    page.get_by_role("button", name="Write down").click()
    page.get_by_text("Written down: case").wait_for()
    case = Case.objects.get()
    assert (case.channel, case.evidence.count()) == ("hotline", 1)

    ring(city, board, "c-2")
    page.get_by_role("heading", name="138****1111").wait_for()
    assert page.locator(".earlier li").count() == 1, "what this caller reported before stands beside the form"
    write("又来问门口的井盖")
    page.locator(".nearby .add-to").first.click()
    page.get_by_text("Goes to case").wait_for()
    page.get_by_role("button", name="Write down").click()
    page.get_by_text("Written down: case").wait_for()
    assert (Case.objects.count(), Report.objects.filter(case=case).count()) == (1, 2)
    assert list(Call.objects.order_by("pk").values_list("result", flat=True)) == ["report", "added"]


def test_axe_finds_nothing_serious_on_the_pages_of_channels(city, live_server, page):
    camera(city), event_type(city), sensor(city)
    ring(city, sender(city, "hotline"))
    sender(city, "video").send("/intake/video", {"message_id": "e", "camera": "CAM-1", "type": "garbage_exposed", "confidence": 0.9})
    looked = {
        "operator": [f"/desk/hotline/call/{Call.objects.get().pk}/", "/desk/hotline/log/", "/orders/", "/orders/new/", "/channels/"],
        "administrator": [
            "/manage/sources/", "/manage/sources/new/", "/manage/messages/", "/manage/registers/sensors/", "/manage/registers/cameras/new/",
        ],
    }  # fmt: skip
    findings = {}
    for name, addresses in looked.items():
        sign_in(page, live_server, city, name)
        for address in addresses:
            page.goto(live_server.url + address)
            if found := axe_findings(page):
                findings[address] = found
    assert findings == {}
