"""How often somebody may do something: counted in the database, so that all web processes count together."""

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.errors import TooMany
from chengge.intake.models import RateCount

# A span begins with its first request; when it is over, the next request begins another.
COUNT = """
INSERT INTO intake_ratecount AS counted (kind, who, began_at, ends_at, taken) VALUES (%s, %s, %s, %s, 1)
ON CONFLICT (kind, who) DO UPDATE SET
  taken = CASE WHEN counted.ends_at <= excluded.began_at THEN 1 ELSE counted.taken + 1 END,
  began_at = CASE WHEN counted.ends_at <= excluded.began_at THEN excluded.began_at ELSE counted.began_at END,
  ends_at = CASE WHEN counted.ends_at <= excluded.began_at THEN excluded.ends_at ELSE counted.began_at + make_interval(secs => %s) END
RETURNING taken, ends_at
"""


def allow(kind: str, who: str, most: int, within: timedelta) -> None:
    """Count one more request of `who`, and let it pass while there are at most `most` of them within a span. One query.

    Args:
        kind: what is counted, such as `portal_report`; every kind has counts of its own.
        who: an address, a telephone number, the number of a source; only a keyed hash of it is kept.

    Raises:
        TooMany: a `Refused` that says when to try again; it is answered 429 with `Retry-After`.
    """
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [kind, _known_as(kind, who), now, now + within, within.total_seconds()])
        taken, ends_at = cursor.fetchone()
    if taken > most:
        raise too_many(now, ends_at)


def too_many(now: datetime, again_at: datetime) -> TooMany:
    """The refusal of what came too often."""
    seconds = max(1, int((again_at - now).total_seconds()) + 1)
    return TooMany(_("This came too often."), _("Try again in %(span)s.") % {"span": _span(seconds)}, retry_after_seconds=seconds)


def forget_old_counts() -> int:
    """Drop counts whose span is over; returns how many."""
    return RateCount.objects.filter(ends_at__lt=clock.now()).delete()[0]


def _known_as(kind: str, who: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"limit {kind} {who}".encode(), hashlib.sha256).hexdigest()[:32]


def _span(seconds: int) -> str:
    if seconds < 90:
        return _("%(count)d seconds") % {"count": seconds}
    return _("%(count)d minutes") % {"count": -(-seconds // 60)}
