"""All reads of the outbox that are more than one line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.db.models import Q, QuerySet

from chengge.contacts import mask, unseal
from chengge.notices.models import Notice
from chengge.organization.models import Member
from chengge.organization.queries import CITY_ZONE
from chengge.rest.pages import page_before

MOST_COUNTED = 100  # what the bell can show
PAGE_SIZE = 30

UNREAD = "SELECT count(*) FROM (SELECT 1 FROM notices_notice WHERE member_id = %s AND read_at IS NULL LIMIT %s) AS unread"
STUCK_BY_TOPIC = """
SELECT topic, state, count(*), min(created_at) FROM notices_notice
WHERE state NOT IN ('sent', 'read') GROUP BY topic, state ORDER BY topic, state
"""


@dataclass(frozen=True, slots=True)
class Pile:
    """Notices of one topic in one state that have not arrived: how many, and since when the oldest lies there."""

    topic: str
    state: Notice.State
    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an administrator looks for. `state` is a state, `stuck` (all that has not arrived) or empty (everything)."""

    state: str = "stuck"
    topic: str = ""
    day: date | None = None
    text: str = ""


def unread(member_id: int) -> int:
    """How many notices a member has not read, counted up to `MOST_COUNTED`. One query."""
    with connection.cursor() as cursor:
        cursor.execute(UNREAD, [member_id, MOST_COUNTED])
        return int(cursor.fetchone()[0])


def mine(member_id: int, cursor: str = "", size: int = PAGE_SIZE) -> tuple[list[Notice], str | None]:
    """A page of a member's notices, the newest first, and the cursor of the next one. One query. Raises Refused."""
    return page_before(Notice.objects.filter(member_id=member_id), "id", cursor, size)


def piles() -> list[Pile]:
    """What has not arrived, by topic and state. One query, on the index of what is stuck."""
    with connection.cursor() as cursor:
        cursor.execute(STUCK_BY_TOPIC)
        return [Pile(topic, Notice.State(state), count, since) for topic, state, count, since in cursor.fetchall()]


def found(wanted: Wanted, cursor: str = "", size: int = PAGE_SIZE) -> tuple[list[Notice], str | None]:
    """A page of the outbox, the newest first, and the cursor of the next one. One query, two where a text is looked for. Raises Refused."""
    rows: QuerySet[Notice] = Notice.objects.select_related("member")
    if wanted.state == "stuck":
        rows = rows.exclude(state__in=(Notice.State.SENT, Notice.State.READ))
    elif wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.topic:
        rows = rows.filter(topic=wanted.topic)
    if wanted.day is not None:
        begins = datetime.combine(wanted.day, time(), CITY_ZONE)
        rows = rows.filter(created_at__gte=begins, created_at__lt=begins + timedelta(days=1))
    if wanted.text:
        rows = rows.filter(_holds(wanted.text))
    return page_before(rows, "id", cursor, size)


def topics() -> list[str]:
    """The topics of which there are notices. One query, a look-up on the index for each topic."""
    statement = """
    WITH RECURSIVE one(topic) AS (
      (SELECT topic FROM notices_notice ORDER BY topic LIMIT 1)
      UNION ALL
      SELECT (SELECT topic FROM notices_notice WHERE topic > one.topic ORDER BY topic LIMIT 1) FROM one WHERE one.topic IS NOT NULL
    )
    SELECT topic FROM one WHERE topic IS NOT NULL
    """
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [topic for (topic,) in cursor.fetchall()]


def shown_recipient(notice: Notice) -> str:
    """Whom a notice goes to, as an administrator may see it: a member's name, or a masked number. The member must have been read."""
    return str(notice.member) if notice.member is not None else mask(unseal(bytes(notice.contact)))


def about(things: Iterable[str]) -> dict[str, list[Notice]]:
    """The notices about each of some things, the oldest first. One query."""
    rows: dict[str, list[Notice]] = {}
    for notice in Notice.objects.filter(about__in=list(things)).order_by("id"):
        rows.setdefault(notice.about, []).append(notice)
    return rows


def _holds(text: str) -> Q:
    """By what it tells of, by the sender's key from its beginning, or by the member: each by an index."""
    members = Member.objects.filter(Q(username=text) | Q(full_name=text)).values_list("pk", flat=True)
    return Q(about=text) | Q(about=f"case:{text}") | Q(about=f"report:{text}") | Q(key__startswith=text) | Q(member__in=list(members))
