"""The one way in for machines: every message is kept before anything is done with it, done once, and what became of it is written down."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.contacts import seal, unseal
from chengge.casework.models import Evidence
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.intake.models import InboundMessage, Source
from chengge.organization.queries import Actor

MOST_REASON = 300
MOST_TITLE = 120
LONGEST_MESSAGE_ID = 200
# A message that nobody is at work on any more: the process that took it in ended.
ABANDONED = timedelta(minutes=2)
MOST_TRIES = 5
UNREAD = "unread"
MOST_UNREAD = 4000

DONE = frozenset({InboundMessage.State.TAKEN, InboundMessage.State.IGNORED})

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message.

    Attributes:
        report_id: the report it became, or was counted on.
        aside: why it became none although nothing is wrong with it (not sure enough, a repeat); empty where it was taken.
        remark: what somebody should know although it was taken.
    """

    report_id: int | None = None
    aside: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it is kept. `repeated`: it came before and was done then."""

    message: InboundMessage
    repeated: bool = False


Take = Callable[[InboundMessage, Payload], Outcome]


def receive(source: Source, message_id: str, title: str, payload: Payload, take: Take) -> Received:
    """Keep a message, then take it in; the same number from the same source is done once.

    A message that was refused may be sent again under its number, with other contents too.

    Raises:
        Refused: what is wrong with it; the message is kept with the reason.
        Forbidden: the source may not report.
    """
    if not source.may_report:
        raise Forbidden("source_reports", _("This source may not report."), _("Ask the administrator of the city."))
    if not 0 < len(message_id) <= LONGEST_MESSAGE_ID or "\0" in message_id:
        sentence = _("A message carries a number of 1 to %(most)d characters, its own for ever.") % {"most": LONGEST_MESSAGE_ID}
        raise Refused("message_id", sentence, field="message_id")
    sealed = _sealed(payload)
    InboundMessage.objects.bulk_create(
        [
            InboundMessage(
                source=source, message_id=message_id, title=title[:MOST_TITLE], sealed=sealed, received_at=clock.now(), state="received"
            )
        ],
        ignore_conflicts=True,
    )
    with _in_hand(source.pk, message_id) as message:
        if message.state in DONE:
            return Received(message, repeated=True)
        message.sealed, message.title = sealed, title[:MOST_TITLE]
        _take(message, payload, take)
    return Received(message)


def take_again(actor: Actor, message_id: int, takers: Mapping[str, Take]) -> InboundMessage:
    """Try once more with a message that was refused or set aside: the register it lacked may know it by now.

    Raises:
        Conflict: it was taken.
        Refused: it is refused again; the new reason is kept.
    """
    require_keeper(actor)
    kept = InboundMessage.objects.select_related("source").filter(pk=message_id).first()
    if kept is None:
        raise NotFound("message", _("There is no such message; it may have been dropped by age."))
    take = takers.get(kept.source.channel)
    if take is None:
        raise Conflict("message", _("Messages of this channel are not kept to be taken again."))
    with _in_hand(kept.source_id, kept.message_id) as message:
        if message.state == InboundMessage.State.TAKEN:
            raise Conflict("message", _("This message was taken in already."))
        _take(message, _with_photos_left(payload_of(message)), take)
    return message


def take_abandoned(takers: Mapping[str, Take]) -> int:
    """Take in what was kept but not done, because the process ended in between. Returns how many were looked at."""
    left = InboundMessage.objects.filter(
        state=InboundMessage.State.RECEIVED, received_at__lt=clock.now() - ABANDONED, tries__lt=MOST_TRIES
    ).select_related("source")[:200]
    for kept in left:
        take = takers.get(kept.source.channel)
        if take is None:
            continue
        try:
            with _in_hand(kept.source_id, kept.message_id) as message:
                if message.state not in DONE:
                    _take(message, _with_photos_left(payload_of(message)), take)
        except Exception:  # noqa: S112 - it is written down with the message; the others must not wait for it
            continue
    return len(left)


def refuse(source: Source, message_id: str, title: str, payload: Payload, reason: str) -> InboundMessage:
    """Keep a message that is refused before anything could be made of it; one that was done under this number stays as it is."""
    facts = {"title": title[:MOST_TITLE], "sealed": _sealed(payload), "received_at": clock.now(), "reason": reason[:MOST_REASON]}
    kept, _new = InboundMessage.objects.get_or_create(
        source=source, message_id=message_id[:LONGEST_MESSAGE_ID], defaults=facts | {"state": InboundMessage.State.REFUSED}
    )
    if kept.state not in DONE:
        InboundMessage.objects.filter(pk=kept.pk).update(**facts, state=InboundMessage.State.REFUSED)
    return kept


def keep_unread(source: Source, body: bytes, reason: str) -> InboundMessage:
    """Keep what could not be read at all: its beginning, as it came."""
    text = body[:MOST_UNREAD].decode(errors="replace").replace("\0", "")
    return refuse(source, f"unread {sha256(body).hexdigest()[:40]}", _("not readable"), {UNREAD: text}, reason)


def forget_old_messages() -> int:
    """Drop messages that are older than the city keeps them (CHENGGE_MESSAGE_DAYS); returns how many."""
    return InboundMessage.objects.filter(received_at__lt=clock.now() - timedelta(days=settings.MESSAGE_DAYS)).delete()[0]


def was_done(source: Source, message_id: str) -> bool:
    """Whether a message was taken in or set aside before. One query."""
    return InboundMessage.objects.filter(source=source, message_id=message_id, state__in=DONE).exists()


def payload_of(message: InboundMessage) -> Payload:
    """What the message said. Raises Refused where its key is lost."""
    try:
        payload: Payload = json.loads(unseal(bytes(message.sealed)) or "{}")
    except ValueError:
        raise Refused("sealed", _("This message was kept under another key and cannot be read any more.")) from None
    if not payload or UNREAD in payload:  # Empty: its words were forgotten on somebody's request.
        raise Refused("unread", _("This message could not be read."), _("Whoever sent it must mend it and send it again."))
    return payload


def report_key(message: InboundMessage) -> str:
    """The key under which the report of a message is made: the same however often it is tried."""
    return sha256(f"{message.source_id} {message.message_id}".encode()).hexdigest()


def require_keeper(actor: Actor) -> None:
    """Raises Forbidden for anybody but shift leaders and administrators, who look after what came in."""
    if not actor.posts & {Post.ADMINISTRATOR, Post.SHIFT_LEADER}:
        raise Forbidden("post", _("Messages are looked after by shift leaders and administrators."))


@contextmanager
def _in_hand(source_id: int, message_id: str) -> Iterator[InboundMessage]:
    """The message, held while it is taken in; what goes wrong is written down with it, outside the transaction that failed."""
    row = InboundMessage.objects.filter(source_id=source_id, message_id=message_id)
    try:
        with transaction.atomic():
            yield row.select_for_update(of=("self",)).select_related("source").get()
    except Refused as refusal:
        _note(row, str(refusal))
        raise
    except Exception as fault:
        _note(row, _("A fault of ours: %(kind)s.") % {"kind": type(fault).__name__})
        raise


def _note(row: QuerySet[InboundMessage], reason: str) -> None:
    row.exclude(state=InboundMessage.State.TAKEN).update(
        state=InboundMessage.State.REFUSED, reason=reason[:MOST_REASON], tries=F("tries") + 1
    )


def _take(message: InboundMessage, payload: Payload, take: Take) -> None:
    with transaction.atomic():
        outcome = take(message, payload)
    message.state = InboundMessage.State.IGNORED if outcome.aside else InboundMessage.State.TAKEN
    message.reason = (outcome.aside or outcome.remark)[:MOST_REASON]
    message.report_id = outcome.report_id
    message.tries += 1
    message.save()


def _with_photos_left(payload: Payload) -> Payload:
    """A message that is taken again brings the photos that are still there: those that nobody used are dropped after some days."""
    if not payload.get("photos"):
        return payload
    left = set(Evidence.objects.filter(sha256__in=payload["photos"], member=None, case=None, report=None).values_list("sha256", flat=True))
    return payload | {"photos": [digest for digest in payload["photos"] if digest in left]}


def _sealed(payload: Payload) -> bytes:
    return seal(json.dumps(payload, ensure_ascii=False, sort_keys=True))
