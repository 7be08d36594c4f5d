"""What a page says when the house will not do something: the sentence and the hint of the refusal, never a bare number."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from chengge.domain.errors import Conflict, Forbidden, Gone, NotFound, Refused, TooMany

STATUS: tuple[tuple[type[Refused], int], ...] = (
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Gone, 410),
    (TooMany, 429),
    (Refused, 400),
)


class OwnPasswordNeeded(Forbidden):
    """The member still has the password that was handed over, and has to choose one first."""


def status_of(refusal: Refused) -> int:
    """The HTTP status of a refusal."""
    return next(status for kind, status in STATUS if isinstance(refusal, kind))


class RefusalPages:
    """Turns a refusal that no view has answered into a page, or into a note on the page where htmx asked for a part of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, refusal: Exception) -> HttpResponse | None:
        if not isinstance(refusal, Refused):
            return None
        if isinstance(refusal, OwnPasswordNeeded):
            return _to_choose_password(request)
        status = status_of(refusal)
        context = {"message": refusal.message, "hint": refusal.hint, "code": status}
        if request.headers.get("HX-Request") == "true":
            response = render(request, "note.html", context, status=status)
            response.headers["HX-Retarget"] = "#notes"
            response.headers["HX-Reswap"] = "innerHTML"
            return response
        template = {403: "403.html", 404: "404.html", 409: "409.html", 410: "404.html"}.get(status, "400.html")
        response = render(request, template, context, status=status)
        if isinstance(refusal, TooMany):
            response.headers["Retry-After"] = str(refusal.retry_after_seconds)
        return response


def _to_choose_password(request: HttpRequest) -> HttpResponse:
    """To the page where the password is chosen, and from there on to where the member was going."""
    address = reverse("change_password")
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=204)
        response.headers["HX-Redirect"] = address
        return response
    wanted = request.get_full_path() if request.method == "GET" else "/"
    return redirect(address if wanted == "/" else f"{address}?{urlencode({'next': wanted})}")
