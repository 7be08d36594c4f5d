"""What every page of the portal has in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from chengge.domain.errors import Refused, TooMany
from chengge.organization.refusals import status_of

View = Callable[..., HttpResponse]


def page(request: HttpRequest, template: str, tab: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page in the frame of the portal."""
    here = getattr(request, "portal_address", request.get_full_path())
    response = render(request, f"portal/{template}", {"tab": tab, "here": here, **context}, status=status)
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def for_everybody(view: View) -> View:
    """A refusal that no form shows becomes a page of the portal, which leads back to it and not to a desk."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refused as refusal:
            return saying_when(page(request, "refused.html", "", {"refusal": refusal}, status_of(refusal)), refusal)

    return answering


def telling(view: View) -> View:
    """A refusal becomes JSON for the script of the page."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refused as refusal:
            return saying_when(
                JsonResponse(
                    {"message": str(refusal.message), "hint": str(refusal.hint), "field": refusal.field}, status=status_of(refusal)
                ),
                refusal,
            )

    return answering


def saying_when(response: HttpResponse, refusal: Refused) -> HttpResponse:
    """Tell a program when to come again."""
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after_seconds)
    return response


def unseen(view: View) -> View:
    """For pages whose address holds a token: it comes into no log, no referrer, no store of a proxy and no search engine.

    Django logs the path of a request that fails; from here on it knows only the first part of it. The referrer policy keeps the
    origin, since the check of forms needs it.
    """

    @wraps(view)
    def hiding(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.portal_address = request.get_full_path()  # type: ignore[attr-defined]
        request.path = "/public/track/…"
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "strict-origin"
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return hiding


def address_of(request: HttpRequest) -> str:
    """The network address that a request comes from. Behind a proxy (`CHENGGE_HTTPS`) it is what the proxy wrote down last."""
    if settings.HTTPS and (forwarded := request.headers.get("X-Forwarded-For", "")):
        return forwarded.rsplit(",", 1)[-1].strip()[:64]
    return request.META.get("REMOTE_ADDR", "")
