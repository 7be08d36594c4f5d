"""What an operation answers, in code and in the OpenAPI document; and answers that are not sent twice (ETag)."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from ninja.operation import Operation
from ninja.utils import contribute_operation_callback

from chengge.rest.problems import Problem

F = TypeVar("F", bound=Callable[..., Any])

NOT_MODIFIED = {
    "description": "Not changed since the answer that gave this ETag",
    "headers": {"ETag": {"schema": {"type": "string"}}},
}
IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "schema": {"type": "string"},
    "description": "ETag of the answer you have; 304 comes back while it is still right",
}


def answers(good: dict[int, Any], *problems: int) -> dict[int, Any]:
    """The documented answers of an operation: the good ones with their shapes, and the statuses of its own problems.

    What any operation may answer (not signed in, invalid values, unreadable body) is added in `config.api`.
    """
    return good | dict.fromkeys(problems, Problem)


def single_thing(view: F) -> F:
    """A GET of one thing: the answer carries an ETag, and a request that brings the same one gets 304."""
    contribute_operation_callback(view, _with_etag)
    return view


def _with_etag(operation: Operation) -> None:
    operation.run = _conditional(operation.run)  # type: ignore[method-assign]
    operation._run_decorators = [*getattr(operation, "_run_decorators", []), _conditional]  # type: ignore[attr-defined]
    extra = operation.openapi_extra or {}
    operation.openapi_extra = extra | {
        "parameters": [*extra.get("parameters", []), IF_NONE_MATCH],
        "responses": extra.get("responses", {}) | {304: NOT_MODIFIED},
    }


def _conditional(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(run)
    def answering(request: HttpRequest, **parameters: Any) -> HttpResponse:
        response = run(request, **parameters)
        if response.status_code != 200:
            return response
        etag = f'"{hashlib.blake2b(response.content, digest_size=12).hexdigest()}"'
        response.headers["ETag"] = etag
        return get_conditional_response(request, etag=etag, response=response)

    return answering
