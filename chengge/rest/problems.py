"""Every error of the API as a problem detail (RFC 9457): what is wrong, where, and what to do."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel, Field

from chengge.domain.errors import Conflict, Forbidden, Gone, NotFound, Refused, TooMany
from chengge.rest import API_PATH

MEDIA_TYPE = "application/problem+json"
# What an answer keeps when its body is turned into a problem.
KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate", "Content-Language")


class Fault(BaseModel):
    """One value that is not as it must be."""

    where: str = Field(description="Place of the value: where it was sent, then its path, parted by dots", examples=["body.lon"])
    message: str = Field(examples=["Input should be less than or equal to 180"])


class Problem(BaseModel):
    """An error, as RFC 9457 describes it, with our `code`, `hint` and `field`."""

    type: str = Field(description="Names the kind of problem", examples=["urn:chengge:problem:stage"])
    title: str = Field(examples=["Conflict"])
    status: int = Field(examples=[409])
    detail: str = Field(description="A sentence for the person, in their language")
    code: str = Field(description="Stable word for machines", examples=["stage"])
    hint: str = Field("", description="What can be done now")
    field: str = Field("", description="The given value at fault, if it is one")
    errors: list[Fault] = Field(default_factory=list, description="Every value at fault, when the request itself is not as documented")


def problem(
    status: int,
    code: str,
    detail: str,
    hint: str = "",
    field: str = "",
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The answer that tells of one problem."""
    body = {
        "type": f"urn:chengge:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "hint": hint,
        "field": field,
        "errors": errors or [],
    }
    told = orjson.dumps(body)
    return HttpResponse(told, status=status, content_type=MEDIA_TYPE, headers={"Content-Length": str(len(told)), **(headers or {})})


def status_of(refusal: Refused) -> int:
    """403 for what this member may not, 404 for what is not there, 409 for what moved meanwhile, 410 for what was forgotten,
    429 for what came too often, else 422."""
    match refusal:
        case Forbidden():
            return HTTPStatus.FORBIDDEN
        case NotFound():
            return HTTPStatus.NOT_FOUND
        case Conflict():
            return HTTPStatus.CONFLICT
        case Gone():
            return HTTPStatus.GONE
        case TooMany():
            return HTTPStatus.TOO_MANY_REQUESTS
        case _:
            return HTTPStatus.UNPROCESSABLE_ENTITY


def of_refusal(_request: HttpRequest, refusal: Refused) -> HttpResponse:
    headers = {"Retry-After": str(refusal.retry_after_seconds)} if isinstance(refusal, TooMany) else None
    return problem(status_of(refusal), refusal.code, str(refusal.message), str(refusal.hint), refusal.field, headers=headers)


def of_missing_page(_request: HttpRequest, _error: Http404) -> HttpResponse:
    return problem(404, "not_found", _("There is no such thing at this address."), _("See openapi.json for every address."))


def of_http_error(_request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error, AuthenticationError):
        return not_signed_in()
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return problem(400, "unreadable", _("The body is not readable as JSON."))
    return problem(error.status_code, _code_of(error.status_code), str(error))


def of_invalid_values(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [{"where": ".".join(str(part) for part in fault["loc"]), "message": fault["msg"]} for fault in error.errors]
    field = str(error.errors[0]["loc"][-1]) if len(error.errors) == 1 else ""
    return problem(422, "invalid", _("Some of the values are not as documented."), field=field, errors=faults)


def not_signed_in() -> HttpResponse:
    return problem(
        401,
        "not_signed_in",
        _("You are not signed in."),
        _("Send a token: Authorization: Bearer …; POST /api/v1/tokens makes one."),
        headers={"WWW-Authenticate": 'Bearer realm="chengge"'},
    )


def install(api: NinjaAPI) -> None:
    """Have `api` tell of every error as a problem; a fault of ours goes on to Django, which writes it into the log."""
    api.add_exception_handler(Refused, of_refusal)
    api.add_exception_handler(Http404, of_missing_page)
    api.add_exception_handler(HttpError, of_http_error)
    api.add_exception_handler(ValidationError, of_invalid_values)
    api.add_exception_handler(Exception, _let_through)


class ProblemDetails:
    """Middleware: what goes wrong outside the API's own views (unknown address, method, broken upload, our fault) is a problem too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(API_PATH):
            return response
        response.headers.setdefault("Cache-Control", "private, no-cache")
        if response.status_code < HTTPStatus.BAD_REQUEST or response.headers.get("Content-Type") == MEDIA_TYPE:
            return response
        told = problem(response.status_code, _code_of(response.status_code), _detail_of(response.status_code))
        for name in KEPT_HEADERS:
            if name in response.headers:
                told.headers[name] = response.headers[name]
        told.cookies = response.cookies
        return told


def _let_through(_request: HttpRequest, error: Exception) -> HttpResponse:
    raise error


def _code_of(status: int) -> str:
    try:
        return HTTPStatus(status).name.lower()
    except ValueError:
        return "error"


def _detail_of(status: int) -> str:
    details: dict[int, Any] = {
        400: _("The request is not readable."),
        403: _("You may not do this."),
        404: _("There is no such thing at this address."),
        405: _("This address does not understand this method."),
        413: _("The request is too big."),
        429: _("Too many failed tries to sign in. Wait some minutes, then try again."),
        500: _("Something went wrong here. It has been written down."),
        503: _("The database does not answer just now. Try again in a few seconds."),
    }
    return details.get(status) or _("The request could not be answered.")
