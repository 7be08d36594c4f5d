"""Tokens with which programs act for a member: made for a user name and a password, ended by the member, a new password, or time."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.codes import code_range
from chengge.domain.errors import Conflict, NotFound
from chengge.domain.lifecycle import Post
from chengge.organization.models import ApiToken, Member
from chengge.organization.queries import Actor, city_day

PREFIX = "chengge_"  # So that scanners of published code find a token that leaked.
DEFAULT_DAYS = 90

HOLDER = """
SELECT token.password_mark, member.id, member.password, coalesce(nullif(member.full_name, ''), member.username),
  member.organization_id, organization.level, member.division_code,
  ARRAY(SELECT post FROM organization_memberpost held
        WHERE held.member_id = member.id AND held.valid_from <= %s AND (held.valid_to IS NULL OR held.valid_to > %s))
FROM organization_apitoken token
JOIN organization_member member ON member.id = token.member_id
LEFT JOIN organization_organization organization ON organization.id = member.organization_id
WHERE token.secret_hash = %s AND token.revoked_at IS NULL AND token.expires_at > %s AND member.is_active
"""


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made; the secret is told this once and kept nowhere."""

    token: ApiToken
    secret: str


def make_token(member: Member, name: str = "", days: int = DEFAULT_DAYS, key: str | None = None) -> NewToken:
    """A token of `member` that lasts `days`. The same `key` gives the same token again, without its secret being kept anywhere.

    Raises Conflict when the token made under this key was revoked or has ended since.
    """
    secret = PREFIX + (
        secrets.token_urlsafe(32) if key is None else salted_hmac("api token", f"{member.pk} {key}", algorithm="sha256").hexdigest()
    )
    now = clock.now()
    with transaction.atomic():
        token, made = ApiToken.objects.get_or_create(
            secret_hash=_hash(secret),
            defaults={
                "member": member,
                "name": name,
                "password_mark": _password_mark(member.password),
                "created_at": now,
                "expires_at": now + timedelta(days=days),
            },
        )
    if not made and not _holds(token, member):
        raise Conflict(
            "token_ended", _("The token made under this Idempotency-Key has ended."), _("Use a new key."), field="Idempotency-Key"
        )
    return NewToken(token, secret)


def actor_with(secret: str) -> Actor | None:
    """The active member for whom a program acts that shows `secret`; None for a token that is unknown, revoked or ended. One query.

    Written by hand, since every request of every program begins with it.
    """
    if not secret.startswith(PREFIX):
        return None
    now = clock.now()
    day = city_day(now)
    with connection.cursor() as cursor:
        cursor.execute(HOLDER, [day, day, _hash(secret), now])
        found = cursor.fetchone()
    if found is None:
        return None
    mark, member_id, password, name, organization_id, level, division_code, posts = found
    if mark != _password_mark(password):
        return None
    reach = code_range(division_code) if division_code else None
    return Actor(member_id, name, organization_id, level, frozenset(map(Post, posts)), reach)


def tokens_of(member: Member) -> list[ApiToken]:
    """The member's tokens that work now, oldest first."""
    rows = ApiToken.objects.filter(member=member, revoked_at=None, expires_at__gt=clock.now()).order_by("id")
    return [token for token in rows if _holds(token, member)]


def revoke(member: Member, token_id: int) -> None:
    """End a token of the member at once. Raises NotFound when the member has no such working token."""
    if not ApiToken.objects.filter(pk=token_id, member=member, revoked_at=None).update(revoked_at=clock.now()):
        raise NotFound("token", _("You have no such token."), field="token_id")


def _holds(token: ApiToken, member: Member) -> bool:
    return token.revoked_at is None and token.expires_at > clock.now() and token.password_mark == _password_mark(member.password)


def _password_mark(password: str) -> str:
    """Changes with the password; says nothing about it."""
    return salted_hmac("api token password", password, algorithm="sha256").hexdigest()[:16]


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
