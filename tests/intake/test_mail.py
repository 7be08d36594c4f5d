"""Letters by e-mail: what people write becomes a report once, what machines write becomes none, nothing is lost."""

import threading
from email.message import EmailMessage
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest
from PIL import Image

from chengge.casework.contacts import unseal
from chengge.casework.models import Evidence, Report
from chengge.casework.photos import path_of
from chengge.clock import PretendedClock
from chengge.intake.actions.mail import look_into_mailbox
from chengge.intake.letters import read_letter
from chengge.intake.models import InboundMessage, Source
from tests.casework.lives import picture
from tests.factories import City, build_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(pretended_clock: PretendedClock) -> City:
    return build_city()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    return tmp_path / "box"


def letter(text: str = "路面有个大坑", subject: str = "路面破损", number: str = "<1@example.org>", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "王女士 <wang@example.org>"
    message["To"] = "city@example.org"
    message["Subject"] = subject
    if number:
        message["Message-ID"] = number
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def deliver(folder: Path, message: EmailMessage | bytes, name: str = "1.host") -> None:
    (folder / "new" / name).write_bytes(message if isinstance(message, bytes) else message.as_bytes())


def look(folder: Path) -> int:
    return look_into_mailbox(f"maildir://{folder}")


def with_position(seed: int) -> bytes:
    """A photo whose EXIF tells where it was taken."""
    import io

    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (30.0, 19.0, 12.0)
    out = io.BytesIO()
    Image.open(io.BytesIO(picture(seed))).save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_a_letter_becomes_a_report_that_waits_for_place_and_class(city: City, folder: Path):
    deliver(folder, letter())
    assert look(folder) == 1
    kept = Report.objects.get()
    assert (kept.channel, kept.state, kept.reporter_name, unseal(bytes(kept.contact))) == (
        "email",
        "incomplete",
        "王女士",
        "wang@example.org",
    )
    assert kept.description == "路面破损\n路面有个大坑"


def test_a_letter_that_names_the_place_is_put_there(city: City, folder: Path):
    deliver(folder, letter("地点：石桥路菜场\n垃圾堆了两天"))
    look(folder)
    assert (Report.objects.get().place, Report.objects.get().lon) == ("石桥路菜场", city.places[0][0])


def test_the_same_letter_delivered_twice_is_one_report(city: City, folder: Path):
    deliver(folder, letter())
    look(folder)
    deliver(folder, letter(), "2.host")
    assert look(folder) == 1
    assert look(folder) == 0, "a letter that was read is not looked at again"
    assert Report.objects.count() == 1


def test_a_photo_comes_in_drawn_anew_without_its_position_and_other_files_stay_out(city: City, folder: Path):
    message = letter()
    message.add_attachment(with_position(1), maintype="image", subtype="jpeg", filename="坑.jpg")
    message.add_attachment(b"MZ\x90", maintype="application", subtype="octet-stream", filename="photo.exe")
    message.add_attachment(b"no photo", maintype="image", subtype="jpeg", filename="broken.jpg")
    deliver(folder, message)
    look(folder)
    proof = Evidence.objects.get()
    assert proof.report == Report.objects.get()
    assert not Image.open(path_of(proof.sha256)).getexif()
    assert InboundMessage.objects.get().reason.count("photo.exe") == InboundMessage.objects.get().reason.count("broken.jpg") == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"List_Unsubscribe": "<mailto:leave@example.org>"},
        {"Return_Path": "<>"},
        {"X_Autoreply": "yes"},
    ],
)
def test_answers_by_machines_and_letters_to_many_become_no_report(city: City, folder: Path, headers: dict[str, str]):
    deliver(folder, letter(**headers))
    look(folder)
    assert not Report.objects.exists()
    assert InboundMessage.objects.get().state == "ignored"


def test_a_letter_that_is_too_large_is_refused_with_the_reason(city: City, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("chengge.intake.letters.MOST_BYTES", 100)
    monkeypatch.setattr("chengge.intake.actions.mail.MOST_BYTES", 100)
    deliver(folder, letter("很长" * 200))
    assert look(folder) == 1
    assert InboundMessage.objects.get().state == "refused"
    assert not Report.objects.exists()


NO_CHARSET = b"From: =?utf-8?q?=\nContent-Type: text/plain; charset=nonsense\n\nhi \xff"


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00broken", NO_CHARSET, b"Content-Type: multipart/mixed\n\nx"])
def test_a_broken_letter_stops_nobody_behind_it(city: City, folder: Path, raw: bytes):
    deliver(folder, raw, "1.host")
    deliver(folder, letter(), "2.host")
    assert look(folder) == 2
    assert Report.objects.filter(reporter_name="王女士").count() == 1


def test_of_a_letter_in_html_the_words_are_kept_and_of_an_answer_what_is_new():
    message = letter()
    message.set_content("<head><style>p{}</style></head><p>井盖&nbsp;缺失</p><div>石桥路口</div>", subtype="html")
    assert read_letter(message.as_bytes()).text == "井盖 缺失\n石桥路口"
    assert read_letter(letter("还没修好\n\n在 2026年11月20日，城管中心写道：\n> 已派遣").as_bytes()).text == "还没修好"


def test_a_mailbox_that_cannot_be_opened_is_told_with_its_source(city: City, tmp_path: Path):
    look_into_mailbox(f"maildir://{tmp_path}/none")
    assert "none" in Source.objects.get(channel="email").trouble


def test_the_password_of_a_mailbox_stands_nowhere(city: City):
    look_into_mailbox("imap://city:open-sesame@127.0.0.1:9/INBOX")
    source = Source.objects.get()
    assert source.trouble
    assert "open-sesame" not in f"{source.name} {source.trouble}"


class OneLetter(StreamRequestHandler):
    """An IMAP server with one letter, as far as a client asks for it."""

    raw = letter(number="<imap@example.org>").as_bytes(policy=letter().policy.clone(linesep="\r\n"))
    asked: list[str] = []

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, _, command = line.decode().strip().partition(" ")
            self.asked.append(command)
            for answer in self.answers(command.upper()):
                self.wfile.write(answer)
            self.wfile.write(f"{tag} OK done\r\n".encode())
            if command.upper().startswith("LOGOUT"):
                return

    def answers(self, command: str) -> list[bytes]:
        if command.startswith("CAPABILITY"):
            return [b"* CAPABILITY IMAP4REV1\r\n"]
        if command.startswith("SELECT"):
            return [b"* 1 EXISTS\r\n"]
        if "SEARCH" in command:
            return [b"* SEARCH 7\r\n" if not any("STORE" in one for one in self.asked) else b"* SEARCH\r\n"]
        if "RFC822.SIZE" in command:
            return [b"* 1 FETCH (UID 7 RFC822.SIZE %d)\r\n" % len(self.raw)]
        if "BODY.PEEK" in command:
            return [b"* 1 FETCH (UID 7 BODY[] {%d}\r\n" % len(self.raw), self.raw, b")\r\n"]
        return [b"* BYE\r\n"] if command.startswith("LOGOUT") else []


def test_letters_are_fetched_from_an_imap_server_and_marked_as_read(city: City):
    with ThreadingTCPServer(("127.0.0.1", 0), OneLetter) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"imap://city:word@127.0.0.1:{server.server_address[1]}/INBOX"
        assert look_into_mailbox(address) == 1
        assert look_into_mailbox(address) == 0
        server.shutdown()
    assert Report.objects.get().channel == "email"
    assert any(command.startswith('LOGIN city "word"') for command in OneLetter.asked)
