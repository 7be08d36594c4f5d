"""Tokens for programs, sessions for browsers, and who I am."""

from datetime import datetime
from typing import Annotated

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _
from ninja import Router, Status
from ninja.errors import HttpError
from pydantic import Field

from chengge.domain.lifecycle import Axis, Post
from chengge.organization import tokens
from chengge.organization.models import ApiToken, Member
from chengge.organization.queries import actor_of
from chengge.rest.answers import answers, single_thing
from chengge.rest.csrf import require_csrf
from chengge.rest.fields import Id, Incoming, Key, Named, Outgoing, text

router = Router()

LONGEST_TOKEN_DAYS = 366


class WrongCredentials(HttpError):
    """The user name or the password is wrong; which of them is not told."""

    def __init__(self) -> None:
        super().__init__(401, _("User name or password is wrong."))


class Credentials(Incoming):
    username: text(150, 1) = Field(examples=["banzhang01"])
    password: text(200, 1) = Field(examples=["a password"])


class TokenWanted(Credentials):
    name: text(60) = Field("", description="What it is for", examples=["night import"])
    days: Annotated[int, Field(strict=True, ge=1, le=LONGEST_TOKEN_DAYS)] = Field(tokens.DEFAULT_DAYS, description="How long it lasts")


class TokenOut(Outgoing):
    id: int
    name: str
    created_at: datetime
    expires_at: datetime


class TokenMade(TokenOut):
    token: str = Field(description="Shown this once. Send it as `Authorization: Bearer …`")


class Session(Outgoing):
    signed_in: bool
    csrf_token: str = Field(description="Send it as X-CSRFToken, together with the cookie that came with this answer")


class Me(Outgoing):
    id: int
    name: str
    username: str
    posts: list[Post]
    axis: Axis
    organization: Named | None
    organization_level: int | None
    scope: str | None = Field(description="Code of the division whose cases the member sees; null: the whole city")
    language: str


@router.post("/tokens", auth=None, response=answers({201: TokenMade}, 401, 409, 429))
def make_token(request: HttpRequest, wanted: TokenWanted, key: Key = None) -> Status:
    """Make a token for a member's user name and password. Failed tries are counted, as on the sign-in page."""
    made = tokens.make_token(_signed_in_by(request, wanted), wanted.name, wanted.days, key)
    return Status(201, TokenMade(**_token(made.token), token=made.secret))


@router.get("/tokens", response=answers({200: list[TokenOut]}))
def my_tokens(request: HttpRequest) -> list[TokenOut]:
    """My tokens that work now."""
    return [TokenOut(**_token(token)) for token in tokens.tokens_of(request.user)]


@router.delete("/tokens/{token_id}", response=answers({204: None}, 404))
def revoke_token(request: HttpRequest, token_id: Id) -> Status:
    """End one of my tokens at once."""
    tokens.revoke(request.user, token_id)
    return Status(204, None)


@router.get("/session", auth=None, response=answers({200: Session}))
def session(request: HttpRequest) -> Session:
    """Whether this browser is signed in, and the CSRF token for its changes."""
    return Session(signed_in=request.user.is_authenticated, csrf_token=get_token(request))


@router.post("/session", auth=None, response=answers({200: Me}, 401, 403, 429))
def sign_in(request: HttpRequest, given: Credentials) -> Me:
    """Sign this browser in; the answer sets its session cookie."""
    require_csrf(request)
    member = _signed_in_by(request, given)
    login(request, member)
    return _me(member)


@router.delete("/session", auth=None, response=answers({204: None}, 403))
def sign_out(request: HttpRequest) -> Status:
    """Sign this browser out."""
    require_csrf(request)
    logout(request)
    return Status(204, None)


@router.get("/me", response=answers({200: Me}))
@single_thing
def me(request: HttpRequest) -> Me:
    """Who I am here, and which posts I hold today."""
    return _me(request.user)


def _signed_in_by(request: HttpRequest, given: Credentials) -> Member:
    member = authenticate(request, username=given.username, password=given.password)
    if getattr(request, "axes_locked_out", False):
        raise HttpError(429, _("Too many failed tries to sign in. Wait some minutes, then try again."))
    if not isinstance(member, Member):
        raise WrongCredentials
    return member


def _token(token: ApiToken) -> dict[str, object]:
    return {"id": token.pk, "name": token.name, "created_at": token.created_at, "expires_at": token.expires_at}


def _me(member: Member) -> Me:
    actor = actor_of(member)
    organization = member.organization
    return Me(
        id=member.pk,
        name=str(member),
        username=member.username,
        posts=[post for post in Post if post in actor.posts],
        axis=actor.axis,
        organization=None if organization is None else Named(id=organization.pk, name=organization.name),
        organization_level=actor.organization_level,
        scope=None if member.division_code is None else str(member.division_code),
        language=member.language,
    )
