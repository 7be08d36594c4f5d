"""Reads of machine channels: sources with what they sent today, and the messages that came in."""

from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.errors import NotFound
from chengge.intake.actions.messages import require_keeper
from chengge.intake.models import ChannelKey, InboundMessage, Source
from chengge.organization.queries import CITY_ZONE, Actor, city_day


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source with its working keys, and how many messages of today were taken, set aside and refused."""

    source: Source
    keys: tuple[ChannelKey, ...]
    taken: int
    ignored: int
    refused: int


def sources_today() -> list[SourceLine]:
    """Every source. Three queries."""
    now = clock.now()
    working = ChannelKey.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now)).order_by("-pk")
    rows = list(Source.objects.prefetch_related(Prefetch("keys", queryset=working, to_attr="working")))
    counts: dict[tuple[int, str], int] = {}
    today = InboundMessage.objects.filter(received_at__gte=datetime.combine(city_day(now), time(), CITY_ZONE))
    for source_id, state, number in today.values_list("source_id", "state").annotate(Count("pk")).order_by():
        counts[source_id, state] = number
    return [
        SourceLine(
            row,
            tuple(row.working),
            counts.get((row.pk, "taken"), 0),
            counts.get((row.pk, "ignored"), 0),
            counts.get((row.pk, "refused"), 0) + counts.get((row.pk, "received"), 0),
        )
        for row in rows
    ]


def messages(actor: Actor, *, state: str = "", source_id: int | None = None, text: str = "") -> QuerySet[InboundMessage]:
    """Messages that came in, newest first. `text` is a part of the number, of what it is about, or of the reason."""
    require_keeper(actor)
    rows = InboundMessage.objects.select_related("source", "report__case").defer("sealed").order_by("-received_at", "-pk")
    if state in InboundMessage.State.values:
        rows = rows.filter(state=state)
    if source_id is not None:
        rows = rows.filter(source_id=source_id)
    if text:
        rows = rows.filter(Q(message_id__icontains=text) | Q(title__icontains=text) | Q(reason__icontains=text))
    return rows


def message_in_sight(actor: Actor, message_id: int) -> InboundMessage:
    """One message. One query. Raises NotFound."""
    require_keeper(actor)
    message = InboundMessage.objects.select_related("source", "report__case").filter(pk=message_id).first()
    if message is None:
        raise NotFound("message", _("There is no such message; it may have been dropped by age."))
    return message


def count_refused(actor: Actor) -> int:
    """Messages that wait for somebody to look at them. One query."""
    require_keeper(actor)
    return InboundMessage.objects.filter(state=InboundMessage.State.REFUSED).count()
