"""No photo keeps where it was taken or by which phone, whatever way it came in: every way is walked here, and none can be added
without being walked."""

import ast
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from PIL import Image

import chengge
from chengge.casework.models import Evidence
from chengge.clock import PretendedClock
from chengge.evaluation.models import Visit
from chengge.intake.actions.mail import look_into_mailbox
from chengge.organization.tokens import make_token
from tests.browsing import client_of
from tests.casework.lives import Life
from tests.evaluation.inspections_city import campaign
from tests.factories import build_city
from tests.intake.open311_city import open311_of, picture
from tests.intake.portal_city import form_of, visitor
from tests.intake.sending import camera, event_type, sender, sensor

SPY = b"PhoneMaker-SN-4711"
# Where photos are taken in, module by module; each is walked below. A new one belongs here, and a way through it.
TAKES_PHOTOS = {
    "chengge.casework.pages.photos": "desk, and every form of the desk, the hotline and the orders",
    "chengge.casework.api.photos": "API",
    "chengge.field.actions.phone": "phone: reports, walks, surveys",
    "chengge.intake.actions.portal.reporting": "portal",
    "chengge.intake.actions.mail": "e-mail",
    "chengge.intake.actions.open311": "Open311",
    "chengge.intake.actions.app": "app",
    "chengge.intake.api.machines": "webhooks",
    "chengge.evaluation.pages.visits": "checklist of an inspection",
}


@pytest.fixture
def life(db: None, pretended_clock: PretendedClock) -> Life:
    return Life(build_city(), pretended_clock)


def file() -> SimpleUploadedFile:
    return SimpleUploadedFile("here.jpg", picture(gps=True), "image/jpeg")


def encoded() -> str:
    return b64encode(picture(gps=True)).decode()


def here(life: Life) -> dict[str, str]:
    lon, lat = life.city.places[0]
    return {"lon": str(lon), "lat": str(lat)}


def desk(life: Life, tmp_path: Path) -> HttpResponse:
    return client_of(life.city, "operator").post("/photos/", {"photo": file()})


def desk_form(life: Life, tmp_path: Path) -> HttpResponse:
    sent = {"channel": "media", "problem_class_id": life.city.manhole.pk, "description": "电视台", "files": file()}
    return client_of(life.city, "operator").post("/reports/new/", sent | here(life))


def action_form(life: Life, tmp_path: Path) -> HttpResponse:
    case = life.to("handling")
    return client_of(life.city, "department").post(f"/cases/{case.number}/do/finish/", {"files": file(), "seen": case.entry_count})


def hotline_form(life: Life, tmp_path: Path) -> HttpResponse:
    client = client_of(life.city, "operator")
    opened = client.post("/desk/hotline/begin/", {"number": "13812345678"})
    sent = {"problem_class_id": life.city.manhole.pk, "description": "井盖", "files": file()}
    return client.post(f"{opened['Location']}save/", sent | here(life))


def order_form(life: Life, tmp_path: Path) -> HttpResponse:
    sent = {"kind": "inspection", "whose": "市检查组", "problem_class_id": life.city.manhole.pk, "description": "检查", "files": file()}
    return client_of(life.city, "operator").post("/orders/new/", sent | here(life))


def api(life: Life, tmp_path: Path) -> HttpResponse:
    headers = {"Authorization": f"Bearer {make_token(life.city.members['inspector']).secret}"}
    return client_of(life.city, "inspector").post("/api/v1/photos", {"photo": file()}, headers=headers)


def phone(life: Life, tmp_path: Path) -> HttpResponse:
    return client_of(life.city, "inspector").post("/phone/photos", {"photo": file(), "key": "survey-1"})


def portal(life: Life, tmp_path: Path) -> HttpResponse:
    return visitor().post("/public/report/photos", {"photo": file()})


def portal_form(life: Life, tmp_path: Path) -> HttpResponse:
    client = visitor()
    form = form_of(client)
    life.clock.advance(timedelta(seconds=10))
    return client.post("/public/report/", form | {"words": "井盖没有了", "looked": "1", "files": file()} | here(life))


def letter(life: Life, tmp_path: Path) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = "wang@example.org", "井盖", "<1@example.org>"
    message.set_content("井盖没有了")
    message.add_attachment(picture(gps=True), maintype="image", subtype="jpeg", filename="here.jpg")
    (tmp_path / "box" / "new" / "1.host").write_bytes(message.as_bytes())
    assert look_into_mailbox(f"maildir://{tmp_path}/box") == 1


def open311(life: Life, tmp_path: Path) -> HttpResponse:
    city = open311_of(life.city)
    return city.post(**city.here(media=file()))


def app(life: Life, tmp_path: Path) -> HttpResponse:
    headers = {"X-Source-Key": sender(life.city, "app").secret, "X-Device-Id": "device-0001"}
    return visitor().post("/api/v1/public/photos", {"photo": file()}, headers=headers)


def webhook_upload(life: Life, tmp_path: Path) -> HttpResponse:
    headers = {"X-Source-Key": sender(life.city, "video").secret}
    return visitor().post("/api/v1/intake/photos", {"photo": file()}, headers=headers)


def webhook_sms(life: Life, tmp_path: Path) -> HttpResponse:
    return sender(life.city, "sms").send("/intake/sms", {"message_id": "1", "from": "13812345678", "text": "井盖", "photos": [encoded()]})


def webhook_video(life: Life, tmp_path: Path) -> HttpResponse:
    camera(life.city)
    event_type(life.city)
    body = {"message_id": "1", "camera": "CAM-1", "type": "garbage_exposed", "confidence": 0.9, "photos": [encoded()]}
    return sender(life.city, "video").send("/intake/video", body)


def webhook_sensor(life: Life, tmp_path: Path) -> HttpResponse:
    sensor(life.city)
    return sender(life.city, "sensor").send(
        "/intake/sensor", {"message_id": "1", "device": "WELL-1", "state": "alarm", "photos": [encoded()]}
    )


def webhook_upper(life: Life, tmp_path: Path) -> HttpResponse:
    return sender(life.city, "upper").send("/intake/upper", {"number": "SJ1", "text": "井盖", "photos": [encoded()]})


def checklist(life: Life, tmp_path: Path) -> HttpResponse:
    made = campaign(life.city)
    visit = Visit.objects.filter(place__campaign=made, member=life.city.members["assessor1"]).order_by("pk")[0]
    sent = {f"points-{item.pk}": str(item.most) for item in made.items.all()} | {"files-place": file()}
    return client_of(life.city, "assessor1").post(f"/evaluation/visits/{visit.pk}/", sent | here(life))


WAYS: tuple[Callable[[Life, Path], HttpResponse | None], ...] = (
    desk, desk_form, action_form, hotline_form, order_form, api, phone, portal, portal_form, letter, open311, app,
    webhook_upload, webhook_sms, webhook_video, webhook_sensor, webhook_upper, checklist,
)  # fmt: skip


def test_the_photo_we_send_would_betray_its_phone():
    assert SPY in picture(gps=True)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_photo_keeps_where_it_was_taken_or_by_which_phone(way, life, tmp_path, media_folder):
    before = set(Evidence.objects.values_list("pk", flat=True))
    answer = way(life, tmp_path)
    assert answer is None or answer.status_code < 400, answer.content.decode()[:600]
    assert set(Evidence.objects.values_list("pk", flat=True)) - before, "this way took no photo in"
    kept = [path for path in media_folder.rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        data = path.read_bytes()
        assert SPY not in data
        assert b"Exif" not in data
        with Image.open(path) as image:
            assert not dict(image.getexif())


def test_no_way_in_is_forgotten():
    """Whoever takes photos in imports `store` from `casework.photos`, or that module; the demo city draws its own."""
    root = Path(chengge.__file__).parent
    found = set()
    for path in root.rglob("*.py"):
        module = ".".join(("chengge", *path.relative_to(root).with_suffix("").parts))
        if (
            not module.startswith("chengge.lab.")
            and module != "chengge.casework.photos"
            and _stores_photos(ast.parse(path.read_text(encoding="utf-8")))
        ):
            found.add(module)
    assert found == set(TAKES_PHOTOS)


def _stores_photos(tree: ast.AST) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "chengge.casework.photos" and any(one.name == "store" for one in node.names):
            return True
        if isinstance(node, ast.Attribute) and node.attr == "store" and isinstance(node.value, ast.Name) and node.value.id == "photos":
            return True
    return False
