"""Letters by e-mail: what a MIME message says, without what only machines read; and the mailbox it lies in."""

import imaplib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

MOST_BYTES = 25 * 2**20
MOST_PHOTOS = 8
LONGEST_TEXT = 4000
TIMEOUT_SECONDS = 30
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"})
# Where a letter ends and what it answers, or a signature, begins.
TAIL = re.compile(
    r"^(-- ?|>.*|_{5,}|-{3,} ?(Original Message|原始邮件|转发邮件).*|On .{5,80} wrote:|在.{4,60}写道[:：]|发自我的.*|Sent from my .*)$",
    re.MULTILINE,
)
DAEMONS = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply)@", re.IGNORECASE)


class MailboxFailed(Exception):
    """The mailbox could not be opened or read; the message says why, without the password."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody wrote.

    Attributes:
        automatic: why it is taken for an answer by a machine or a letter to many; empty for a letter by a person.
        pictures: name and bytes of what is attached as a picture.
        left_out: names of attachments that are no pictures.
    """

    message_id: str
    sender: str
    name: str
    subject: str
    text: str
    automatic: str = ""
    pictures: tuple[tuple[str, bytes], ...] = ()
    left_out: tuple[str, ...] = ()


def read_letter(raw: bytes) -> Letter:
    """Read a MIME message. Broken parts are passed over; a letter without a Message-ID is known by its SHA-256."""
    message = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(message, EmailMessage)  # noqa: S101 - what the policy makes
    name, sender = parseaddr(_header(message, "From"))
    number = _header(message, "Message-ID").strip() or f"sha256 {sha256(raw).hexdigest()}"
    pictures, left_out = _attached(message)
    return Letter(
        message_id=number[:200],
        sender=sender[:100],
        name=name[:40],
        subject=" ".join(_header(message, "Subject").split())[:200],
        text=_text_of(message)[:LONGEST_TEXT],
        automatic=_automatic(message, sender),
        pictures=tuple(pictures),
        left_out=tuple(left_out),
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, "")).replace("\0", "")
    except (ValueError, IndexError, AttributeError):  # Headers of a shape that the parser of Python itself stumbles over.
        return ""


def _automatic(message: EmailMessage, sender: str) -> str:
    """Why this is no letter by a person (RFC 3834 and what mail programs do besides); empty where it is one."""
    auto = _header(message, "Auto-Submitted").lower()
    if auto and auto != "no":
        return f"Auto-Submitted: {auto[:40]}"
    if message.get_content_type() == "multipart/report" or _header(message, "Return-Path").strip() == "<>":
        return "a bounce"
    precedence = _header(message, "Precedence").lower()
    if precedence in {"bulk", "junk", "list", "auto_reply"}:
        return f"Precedence: {precedence}"
    for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "List-Id", "List-Unsubscribe"):
        if name in message:
            return name
    return "the sender is a machine" if not sender or DAEMONS.match(sender) else ""


def _attached(message: EmailMessage) -> tuple[list[tuple[str, bytes]], list[str]]:
    pictures: list[tuple[str, bytes]] = []
    left_out: list[str] = []
    for part in message.walk():
        if part.is_multipart() or (part.get_content_maintype() == "text" and not part.get_filename()):
            continue
        name = (part.get_filename() or part.get_content_type())[:80]
        data = part.get_payload(decode=True)
        if part.get_content_type() in PICTURES and isinstance(data, bytes) and len(pictures) < MOST_PHOTOS:
            pictures.append((name, data))
        else:
            left_out.append(name)
    return pictures, left_out


def _text_of(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    try:
        text = str(body.get_content())
    except (LookupError, ValueError):  # A character set nobody knows.
        data = body.get_payload(decode=True)
        text = data.decode("utf-8", errors="replace") if isinstance(data, bytes) else ""
    if body.get_content_type() == "text/html":
        text = _plain(text)
    text = text.replace("\0", "").replace("\r\n", "\n").strip()
    tail = TAIL.search(text)
    return (text[: tail.start()] if tail else text).strip()


class _Words(HTMLParser):
    """The words of an HTML text, lines parted where a reader sees them parted."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style", "head", "title"}:
            self.hidden += 1
        if tag in {"p", "div", "br", "li", "tr", "h1", "h2", "h3"}:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "head", "title"}:
            self.hidden = max(0, self.hidden - 1)

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)


def _plain(html: str) -> str:
    words = _Words()
    words.feed(html)
    words.close()
    lines = (" ".join(line.split()) for line in "".join(words.words).splitlines())
    return "\n".join(line for line in lines if line)


# --- Mailboxes ----------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter in the box: its size, and what marks it as done. `raw` is empty where it is too large to be fetched."""

    number: str
    size: int
    raw: bytes = field(repr=False)


class Box(Protocol):
    """A mailbox that is open."""

    def waiting(self) -> Iterator[Waiting]:
        """Letters that nobody has read."""

    def done(self, letter: Waiting) -> None:
        """Mark a letter as read."""


@dataclass(frozen=True, slots=True)
class FolderBox:
    """A Maildir on this machine, as a mail server delivers into it: what lies in `new` is unread."""

    folder: Path

    def waiting(self) -> Iterator[Waiting]:
        for path in sorted((self.folder / "new").iterdir()):
            size = path.stat().st_size
            yield Waiting(path.name, size, path.read_bytes() if size <= MOST_BYTES else b"")

    def done(self, letter: Waiting) -> None:
        (self.folder / "new" / letter.number).rename(self.folder / "cur" / f"{letter.number.partition(':')[0]}:2,S")


@dataclass(frozen=True, slots=True)
class ServerBox:
    """A mailbox on an IMAP server."""

    server: imaplib.IMAP4

    def waiting(self) -> Iterator[Waiting]:
        _state, found = self.server.uid("search", "UNSEEN")
        for uid in (found[0] or b"").split()[:200]:
            number = uid.decode()
            _state, told = self.server.uid("fetch", number, "(RFC822.SIZE)")
            told_size = re.search(rb"RFC822\.SIZE (\d+)", told[0] if isinstance(told[0], bytes) else b"")
            size = int(told_size[1]) if told_size else 0
            if size > MOST_BYTES:
                yield Waiting(number, size, b"")
                continue
            _state, parts = self.server.uid("fetch", number, "(BODY.PEEK[])")
            yield Waiting(number, size, next(part[1] for part in parts if isinstance(part, tuple)))

    def done(self, letter: Waiting) -> None:
        self.server.uid("store", letter.number, "+FLAGS.SILENT", r"(\Seen)")


@contextmanager
def opened(address: str) -> Iterator[Box]:
    """The mailbox of an address: `imaps://user:word@host[:port]/INBOX`, `imap://…` (with STARTTLS), or `maildir:///path`.

    Raises MailboxFailed.
    """
    parts = urlsplit(address)
    try:
        if parts.scheme == "maildir":
            folder = Path(unquote(parts.path))
            if not (folder / "new").is_dir():
                raise MailboxFailed(f"There is no Maildir at {folder} (no folder “new” in it).")
            yield FolderBox(folder)
            return
        if parts.scheme not in ("imap", "imaps") or not parts.hostname:
            raise MailboxFailed("The address of the mailbox must begin with imaps://, imap:// or maildir:///.")
        server = (
            imaplib.IMAP4_SSL(parts.hostname, parts.port or 993, timeout=TIMEOUT_SECONDS)
            if parts.scheme == "imaps"
            else imaplib.IMAP4(parts.hostname, parts.port or 143, timeout=TIMEOUT_SECONDS)
        )
        with server:
            if parts.scheme == "imap" and "STARTTLS" in server.capabilities:
                server.starttls()
            server.login(unquote(parts.username or ""), unquote(parts.password or ""))
            state, told = server.select(f'"{unquote(parts.path.lstrip("/")) or "INBOX"}"')
            if state != "OK":
                raise MailboxFailed(f"The mailbox could not be opened: {told}")
            yield ServerBox(server)
    except (OSError, imaplib.IMAP4.error) as problem:
        raise MailboxFailed(f"{type(problem).__name__}: {problem}") from problem


def shown_address(address: str) -> str:
    """The address of a mailbox or broker without its password."""
    parts = urlsplit(address)
    who = f"{parts.username}@" if parts.username else ""
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{who}{parts.hostname or ''}{port}{parts.path}"
