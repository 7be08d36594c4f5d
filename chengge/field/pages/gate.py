"""Who comes to a phone page, and in which form a refusal is told there: as a page to a person, as JSON to a script."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.organization.gates import for_posts
from chengge.organization.refusals import status_of

View = Callable[..., HttpResponse]


def for_scripts(request: HttpRequest) -> bool:
    """Whether a script asks, which reads JSON and no pages."""
    return not request.accepts("text/html")


def for_inspectors(view: View) -> View:
    """Only inspectors. A script whose member has been signed out is told so by 401, and keeps what it has to send."""
    gated = for_posts(Post.INSPECTOR)(view)

    @wraps(view)
    def entering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not for_scripts(request):
            return gated(request, *args, **kwargs)
        if not request.user.is_authenticated:
            return JsonResponse({"code": "signed_out", "message": _("You have been signed out."), "hint": _("Sign in again.")}, status=401)
        try:
            return gated(request, *args, **kwargs)
        except Refused as refusal:
            return refused(refusal)

    return entering


def telling(view: View) -> View:
    """A refusal becomes JSON for the script of the page; what a person opens keeps the usual error page."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refused as refusal:
            if request.method == "GET" and request.accepts("text/html"):
                raise
            return refused(refusal)

    return answering


def refused(refusal: Refused) -> JsonResponse:
    return JsonResponse(
        {"code": refusal.code, "message": str(refusal.message), "hint": str(refusal.hint), "field": refusal.field},
        status=status_of(refusal),
    )
