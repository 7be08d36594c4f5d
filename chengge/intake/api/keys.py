"""Programs that bring problems in show the key of their source."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja.operation import Operation
from ninja.security import APIKeyHeader
from ninja.utils import contribute_operation_callback

from chengge.casework.models import Channel
from chengge.domain.errors import Forbidden
from chengge.intake.actions.channels import count_request, source_with
from chengge.intake.actions.messages import keep_unread
from chengge.intake.models import Source

F = TypeVar("F", bound=Callable[..., Any])


class SourceKey(APIKeyHeader):
    """The key of a source, in the header `X-Source-Key`; an unknown one is answered 401, a paused source 403, too many requests 429."""

    param_name = "X-Source-Key"

    def authenticate(self, request: HttpRequest, key: str | None) -> Source | None:
        if not key:
            return None
        try:
            source = source_with(key)
        except Forbidden as refusal:
            if refusal.code == "source_key":
                return None
            raise
        count_request(source)
        return source


def source_of(request: HttpRequest, *channels: Channel) -> Source:
    """The source that sends this request. Raises Forbidden where its channel is another."""
    source: Source = request.auth  # type: ignore[attr-defined]
    if source.channel not in channels:
        raise Forbidden(
            "source_channel",
            _("This key belongs to the channel “%(channel)s”.") % {"channel": source.get_channel_display()},
            _("Use the address of that channel, or another key."),
        )
    return source


def kept_when_unreadable(view: F) -> F:
    """A message that does not even fit its description is kept as refused too, so that the city sees what it does not hear."""
    contribute_operation_callback(view, _with_keeping)
    return view


def _with_keeping(operation: Operation) -> None:
    operation.run = _keeping(operation.run)  # type: ignore[method-assign]
    operation._run_decorators = [*getattr(operation, "_run_decorators", []), _keeping]  # type: ignore[attr-defined]


def _keeping(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(run)
    def answering(request: HttpRequest, **parameters: Any) -> HttpResponse:
        response = run(request, **parameters)
        source = getattr(request, "auth", None)
        unread = response.status_code in (400, 422) and isinstance(source, Source) and not getattr(request, "message_kept", False)
        if unread:
            keep_unread(source, request.body, _reason_in(response))
        return response

    return answering


def _reason_in(response: HttpResponse) -> str:
    problem = orjson.loads(response.content)
    faults = "; ".join(f"{fault['where']}: {fault['message']}" for fault in problem["errors"][:3])
    return " ".join(filter(None, (problem["detail"], faults)))
