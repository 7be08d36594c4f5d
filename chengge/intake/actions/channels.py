"""Sources and their keys: made, shown once, changed for another, paused; and who it is that shows a key."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.errors import Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.intake.limits import allow
from chengge.intake.models import MACHINE_CHANNELS, ChannelKey, Source
from chengge.organization.queries import Actor

PREFIX = "chengge_in_"  # So that scanners of published code find a key that leaked.
# So long an old key goes on beside the new one: time to bring the new one to the other side.
GRACE = timedelta(hours=24)
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made; the secret is told this once and kept nowhere."""

    source: Source
    secret: str


@dataclass(frozen=True, slots=True)
class SourceValues:
    """What the administrator writes down of a source."""

    name: str
    channel: str
    jurisdiction: str = ""
    may_report: bool = True
    rate_per_minute: int = 120
    answers_to: str = ""
    note: str = ""


def source_with(secret: str) -> Source:
    """The source whose key this is. Two queries; a third once a minute, to note that it was seen.

    Raises:
        Forbidden: code `source_key` for a key that is unknown or has ended, `source_paused` while the source is paused.
    """
    now = clock.now()
    key = (
        ChannelKey.objects.select_related("source").filter(Q(ends_at=None) | Q(ends_at__gt=now), secret_hash=_hash(secret)).first()
        if secret.startswith(PREFIX)
        else None
    )
    if key is None:
        raise Forbidden("source_key", _("This key is unknown, or has ended."), _("Ask the administrator of the city for a new one."))
    source = key.source
    if source.paused_at is not None:
        raise Forbidden("source_paused", _("This source is paused."), _("Ask the administrator of the city."))
    if source.seen_at is None or now - source.seen_at >= SEEN_EVERY:
        Source.objects.filter(pk=source.pk).update(seen_at=now)
    return source


def count_request(source: Source) -> None:
    """Count a request of the source. Raises TooMany (429, `Retry-After`) past its limit."""
    allow("source", str(source.pk), source.rate_per_minute, timedelta(minutes=1))


def make_source(actor: Actor, values: SourceValues) -> NewKey:
    """A new source with its first key. Raises Refused for a name that is taken."""
    _require_administrator(actor)
    _check(values)
    with transaction.atomic():
        if Source.objects.filter(name=values.name).exists():
            raise Refused("name", _("There is a source of this name already."), field="name")
        source = Source(created_at=clock.now(), created_by_id=actor.member_id)
        _put(source, values)
        return NewKey(source, _new_key(source))


def change_source(actor: Actor, source_id: int, values: SourceValues) -> Source:
    """Other facts of a source; its channel stays, since its past stands under it."""
    _require_administrator(actor)
    _check(values)
    with transaction.atomic():
        source = _locked(source_id)
        if values.channel != source.channel:
            raise Refused("channel", _("The channel of a source stays."), _("Make another source."), field="channel")
        if Source.objects.filter(name=values.name).exclude(pk=source_id).exists():
            raise Refused("name", _("There is a source of this name already."), field="name")
        _put(source, values)
        return source


def rotate_key(actor: Actor, source_id: int) -> NewKey:
    """A new key; the one before goes on for a day, any older one ends now."""
    _require_administrator(actor)
    now = clock.now()
    with transaction.atomic():
        source = _locked(source_id)
        source.keys.filter(ends_at__gt=now).update(ends_at=now)
        source.keys.filter(ends_at=None).update(ends_at=now + GRACE)
        return NewKey(source, _new_key(source))


def end_old_keys(actor: Actor, source_id: int) -> None:
    """End at once every key but the newest: one of them has leaked."""
    _require_administrator(actor)
    now = clock.now()
    with transaction.atomic():
        _locked(source_id).keys.filter(ends_at__gt=now).update(ends_at=now)


def pause(actor: Actor, source_id: int) -> None:
    """Let nothing more in from a source."""
    _require_administrator(actor)
    with transaction.atomic():
        source = _locked(source_id)
        source.paused_at = source.paused_at or clock.now()
        source.save(update_fields=["paused_at"])


def resume(actor: Actor, source_id: int) -> None:
    """Let a paused source in again."""
    _require_administrator(actor)
    with transaction.atomic():
        source = _locked(source_id)
        source.paused_at = None
        source.save(update_fields=["paused_at"])


def own_source(channel: str, name: str) -> Source:
    """The source that stands for what the city fetches itself: its mailbox, its MQTT broker. Made when it is first met; it has no key."""
    return Source.objects.get_or_create(name=name[:60], defaults={"channel": channel, "created_at": clock.now()})[0]


def looked_into(source: Source, trouble: str = "") -> None:
    """Note that the city looked into its mailbox, or heard from its broker; or why it could not."""
    if trouble:
        Source.objects.filter(pk=source.pk).update(trouble=trouble[:300])
    else:
        Source.objects.filter(pk=source.pk).update(seen_at=clock.now(), trouble="")


def _put(source: Source, values: SourceValues) -> None:
    for name in ("name", "channel", "jurisdiction", "may_report", "rate_per_minute", "answers_to", "note"):
        setattr(source, name, getattr(values, name))
    source.save()


def _new_key(source: Source) -> str:
    secret = PREFIX + secrets.token_urlsafe(32)
    ChannelKey.objects.create(source=source, secret_hash=_hash(secret), ending=secret[-4:], made_at=clock.now())
    return secret


def _locked(source_id: int) -> Source:
    source = Source.objects.select_for_update().filter(pk=source_id).first()
    if source is None:
        raise NotFound("source", _("There is no such source."))
    return source


def _check(values: SourceValues) -> None:
    if not values.name.strip():
        raise Refused("name", _("A source needs a name."), field="name")
    if values.channel not in {one.value for one in MACHINE_CHANNELS}:
        raise Refused("channel", _("No program sends by the channel “%(channel)s”.") % {"channel": values.channel}, field="channel")
    if not 1 <= values.rate_per_minute <= 100_000:
        raise Refused("rate", _("Between 1 and 100 000 requests a minute."), field="rate_per_minute")


def _require_administrator(actor: Actor) -> None:
    if Post.ADMINISTRATOR not in actor.posts:
        raise Forbidden("post", _("Only an administrator keeps the sources."))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
