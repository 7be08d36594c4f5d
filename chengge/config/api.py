"""The API at /api/v1: every subsystem's operations put together, who may call them, and the document that describes them.

It holds no rules: operations parse, call actions and queries, and render.
"""

from functools import partial
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from ninja import NinjaAPI
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.security import HttpBearer
from ninja.security.base import AuthBase

from chengge import __version__
from chengge.casework.api import router as casework
from chengge.coordination.api import router as coordination
from chengge.evaluation.api import router as evaluation
from chengge.exchange.api import router as exchange
from chengge.field.api import router as field
from chengge.foundation.api import router as foundation
from chengge.intake.api import router as intake
from chengge.organization.api import router as organization
from chengge.organization.gates import require_own_password
from chengge.organization.models import Member
from chengge.organization.queries import Actor, actor_of
from chengge.organization.tokens import actor_with
from chengge.rest import problems
from chengge.rest.csrf import require_csrf
from chengge.rest.openapi import Document

DESCRIPTION = """\
Everything the pages of Chengge do, for programs. Sign in with a token (`POST /api/v1/tokens`, then `Authorization: Bearer …`)
or with the browser's session (`POST /api/v1/session`; then every change needs the CSRF token in `X-CSRFToken`).

Errors are problem details (RFC 9457) with a stable `code`. A POST that creates takes an `Idempotency-Key`: sent again with
the same key, it gives the first answer. Lists come in pages; `next` of one is the `cursor` of the following. A GET of one
thing carries an `ETag`; send it back in `If-None-Match`. Times are UTC, coordinates WGS84/CGCS2000 longitude and latitude,
codes are text with all their digits. Answers are in the language of `Accept-Language` (`zh-hans`, `en`)."""


class TokenAuth(HttpBearer):
    """A program with a token acts for the member who made it."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        actor = actor_with(token)
        if actor is not None:
            request.actor = actor  # type: ignore[attr-defined]
            request.user = SimpleLazyObject(partial(Member.objects.get, pk=actor.member_id))  # few operations ask for more than the actor
        return actor


class SessionAuth(AuthBase):
    """A browser that is signed in; its changes need the CSRF token, so that no other site can act for the member."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = "chengge_session"

    def __call__(self, request: HttpRequest) -> Member | None:
        if not request.user.is_authenticated:
            return None
        require_csrf(request)
        require_own_password(request.user)
        request.actor = actor_of(request.user)  # type: ignore[attr-defined]
        return request.user


class JsonParser(Parser):
    """orjson: quick, and strict where Python's own parser lets NaN and broken characters pass."""

    def parse_body(self, request: HttpRequest) -> Any:
        return orjson.loads(request.body)


class JsonRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data)


class CityApi(NinjaAPI):
    """The API with a document that says all that an operation may answer."""

    _document: Document | None = None

    def get_openapi_schema(self, **_parameters: Any) -> Document:
        if self._document is None:
            self._document = Document(self, self.get_root_path({}))
        return self._document

    def get_openapi_operation_id(self, operation: Any) -> str:
        return operation.view_func.__name__

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(b"", content_type="application/json")


def build() -> CityApi:
    """The API, with every subsystem's operations."""
    city_api = CityApi(
        title="Chengge",
        version=__version__,
        description=DESCRIPTION,
        urls_namespace="api",
        docs_url=None,  # The usual page of documentation loads its scripts from elsewhere; openapi.json is the documentation.
        auth=[TokenAuth(), SessionAuth()],
        parser=JsonParser(),
        renderer=JsonRenderer(),
        openapi_extra={"info": {"license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}}},
    )
    problems.install(city_api)
    for router in (organization, foundation, casework):
        city_api.add_router("", router)
    city_api.add_router("", field, tags=["inspector"])
    city_api.add_router("", exchange, tags=["imports"])
    city_api.add_router("", intake)
    city_api.add_router("", evaluation)
    city_api.add_router("", coordination)
    return city_api


api = build()
