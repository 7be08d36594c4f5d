"""All writes of the outbox: writing a notice, carrying it out, reading it, sending it again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from chengge import clock
from chengge.contacts import seal, unseal
from chengge.domain.errors import NotFound
from chengge.notices.gateways import Message, NoAddress, NotTaken, gateway_for
from chengge.notices.models import Notice
from chengge.notices.recipients import Recipient
from chengge.organization.actions import require_administrator
from chengge.organization.queries import Actor

# How long to wait after each try that failed; after the last one it is given up and stays on the page.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))
LEASE = timedelta(minutes=3)  # longer than any gateway may take to answer
CONTACTS_KEPT = timedelta(days=90)
MOST_SUBJECT, MOST_LINK, MOST_ERROR = 120, 300, 300
STUCK = (Notice.State.FAILED, Notice.State.GIVEN_UP, Notice.State.UNSURE)

# One at a time, so that a worker that is killed leaves at most one notice of which nobody knows whether it went out.
CLAIM = """
UPDATE notices_notice SET state = 'sending', tries = tries + 1, lease_until = %(until)s
WHERE id = (
  SELECT id FROM notices_notice WHERE state IN ('waiting', 'failed') AND next_try_at <= %(at)s
  ORDER BY next_try_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id
"""
UNSURE = """
UPDATE notices_notice SET state = 'unsure', lease_until = NULL, next_try_at = NULL, last_error = %(why)s
WHERE state = 'sending' AND lease_until < %(at)s
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice about to be written; the values of `send`."""

    to: Recipient
    subject: str
    text: str
    key: str
    topic: str
    link: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one round did."""

    sent: int = 0
    failed: int = 0
    unsure: int = 0


def send(to: Recipient, subject: str, text: str, *, key: str, topic: str, link: str = "", about: str = "") -> Notice | None:
    """Write a notice into the outbox, within the caller's transaction. Two queries.

    Args:
        key: the sender's own, at most 160 characters; a second call with it writes nothing and returns the first notice.
        topic: what it is about, at most 24 characters, such as `overdue`; routes go by it.
        link: path of the page to look at, such as `/cases/20261124…/`.
        about: what it tells of, for those who look for it later, such as `case:20261124…` or `report:17`.

    Returns:
        The notice; None where there is nobody to send it to.
    """
    if send_many([Draft(to, subject, text, key, topic, link, about)]) == 0 and to.is_nobody:
        return None
    return Notice.objects.get(key=key)


def send_many(drafts: Iterable[Draft]) -> int:
    """Write several notices at once; those whose key is known already are passed over. One query.

    Returns how many had somebody to go to.
    """
    at = clock.now()
    rows = [
        Notice(
            key=draft.key,
            topic=draft.topic,
            kind=draft.to.kind,
            member_id=draft.to.member_id,
            contact=seal(draft.to.address),
            subject=_cut(draft.subject, MOST_SUBJECT),
            text=draft.text,
            link=draft.link if len(draft.link) <= MOST_LINK else "",
            about=draft.about,
            created_at=at,
            next_try_at=at,
        )
        for draft in drafts
        if not draft.to.is_nobody
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


def deliver_due(most: int = 500) -> Delivered:
    """Hand over what is due, one after the other, until nothing is left or `most` are done.

    Each is marked and committed before it is handed over, and marked again afterwards. A gateway that says no is tried again
    with growing pauses. Where the worker ends in between, nobody knows whether the notice went out: it is not sent again by
    itself but shown as such (docs/adr/0016).
    """
    with connection.cursor() as cursor:
        cursor.execute(UNSURE, {"at": clock.now(), "why": _("The worker ended while handing it over.")})
        unsure = cursor.rowcount
    sent = failed = 0
    for _round in range(most):
        notice = _claim()
        if notice is None:
            break
        if _carry_out(notice):
            sent += 1
        else:
            failed += 1
    return Delivered(sent, failed, unsure)


def _claim() -> Notice | None:
    at = clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, {"at": at, "until": at + LEASE})
        row = cursor.fetchone()
    return None if row is None else Notice.objects.select_related("member").get(pk=row[0])


def _carry_out(notice: Notice) -> bool:
    """Hand one notice over and write down what became of it."""
    error, gives_up = "", False
    try:
        gateway_for(notice.topic, notice.kind).hand_over(message_of(notice))
    except NoAddress as problem:
        error, gives_up = str(problem), True
    except NotTaken as problem:
        error = str(problem)
    except Exception as problem:  # A gateway's fault must not stop the others' notices.
        error = f"{type(problem).__name__}: {problem}"
    at = clock.now()
    mine = Notice.objects.filter(pk=notice.pk, state=Notice.State.SENDING, tries=notice.tries)
    if not error:
        mine.update(state=Notice.State.SENT, sent_at=at, lease_until=None, next_try_at=None, last_error="")
        return True
    given_up = gives_up or notice.tries > len(PAUSES)
    mine.update(
        state=Notice.State.GIVEN_UP if given_up else Notice.State.FAILED,
        next_try_at=None if given_up else at + PAUSES[notice.tries - 1],
        lease_until=None,
        last_error=_cut(error, MOST_ERROR),
    )
    return False


def message_of(notice: Notice) -> Message:
    """A notice as it leaves the house. The member must have been read with it."""
    member = notice.member
    contact = unseal(bytes(notice.contact)) if member is None else member.phone or member.email
    link = f"{settings.PUBLIC_ADDRESS}{notice.link}" if notice.link.startswith("/") else notice.link
    return Message(notice.key, notice.topic, notice.kind, contact, notice.subject, notice.text, link, notice.created_at)


def mark_read(member_id: int, notice_ids: Iterable[int]) -> int:
    """The member has read these; what had not left the house yet need not leave it any more. Returns how many were unread."""
    return _read(Notice.objects.filter(member_id=member_id, pk__in=list(notice_ids), read_at=None))


def mark_all_read(member_id: int) -> int:
    """The member has read all that is there."""
    return _read(Notice.objects.filter(member_id=member_id, read_at=None))


def _read(unread: QuerySet[Notice]) -> int:
    with transaction.atomic():
        ids = list(unread.select_for_update().values_list("pk", flat=True))
        rows = Notice.objects.filter(pk__in=ids)
        rows.filter(state__in=(Notice.State.WAITING, Notice.State.FAILED)).update(state=Notice.State.READ, next_try_at=None)
        return rows.update(read_at=clock.now())


def resend(actor: Actor, notice_id: int) -> Notice:
    """Try one stuck notice again, from the beginning.

    Raises:
        Forbidden: the actor is no administrator.
        NotFound: there is no such notice, or it is not stuck.
    """
    require_administrator(actor)
    if not _again(Notice.objects.filter(pk=notice_id)):
        raise NotFound("notice", _("There is no such notice, or it is not stuck any more."), _("Reload the page."))
    return Notice.objects.get(pk=notice_id)


def resend_all(actor: Actor, topic: str = "") -> int:
    """Try all stuck notices again, or those of one topic; those that may have gone out are left to be judged one by one."""
    require_administrator(actor)
    stuck = Notice.objects.exclude(state=Notice.State.UNSURE)
    return _again(stuck.filter(topic=topic) if topic else stuck)


def _again(rows: QuerySet[Notice]) -> int:
    return rows.filter(state__in=STUCK).update(state=Notice.State.WAITING, tries=0, next_try_at=clock.now(), last_error="")


def forget_about(about: str) -> int:
    """Forget whom the notices about something went to, and what they said. Those that wait are not sent any more."""
    rows = Notice.objects.filter(about=about, member=None)
    rows.filter(state__in=(Notice.State.WAITING, Notice.State.FAILED)).update(
        state=Notice.State.GIVEN_UP, next_try_at=None, last_error=_("The recipient was forgotten.")
    )
    return rows.update(contact=b"", text="", link="")


def forget_old_contacts() -> int:
    """Drop numbers and addresses of people outside once nobody can want to send to them again."""
    before = clock.now() - CONTACTS_KEPT
    old = Notice.objects.filter(created_at__lt=before, member=None).exclude(contact=b"")
    return old.exclude(state__in=(Notice.State.WAITING, Notice.State.FAILED, Notice.State.SENDING)).update(contact=b"")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
