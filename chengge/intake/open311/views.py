"""The addresses of GeoReport v2. Errors come in the asked form, as the specification writes them."""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from chengge.domain.errors import Forbidden, NotFound, Refused, TooMany
from chengge.intake.actions.channels import count_request, source_with
from chengge.intake.actions.open311 import Faults, post_request
from chengge.intake.limits import allow
from chengge.intake.models import Jurisdiction, Source
from chengge.intake.open311 import parameters
from chengge.intake.open311.rendering import answer
from chengge.intake.pages.portal.frame import address_of
from chengge.intake.queries import open311 as queries

READS_PER_MINUTE, MINUTE = 600, timedelta(minutes=1)
View = Callable[..., HttpResponse]
logger = logging.getLogger(__name__)


def speaks(*methods: str) -> Callable[[View], View]:
    """An address that understands these methods, and tells of every fault in the form that was asked for."""

    def gate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def answering(request: HttpRequest, form: str, **parts: str) -> HttpResponse:
            if request.method not in (*methods, "HEAD"):
                told = errors([(405, _("This address does not understand the method %(method)s.") % {"method": request.method})], form)
                told.headers["Allow"] = ", ".join(methods)
                return told
            try:
                if request.method != "POST":
                    allow("open311_read", address_of(request), READS_PER_MINUTE, MINUTE)  # Who posts is counted by the key.
                return view(request, form=form, **parts)
            except Faults as faults:
                return errors([(400, sentence) for sentence in faults.sentences], form)
            except Refused as refusal:
                return of_refusal(refusal, form)
            except Exception:
                logger.exception("Open311 failed at %s", request.path)
                return errors([(500, _("Something went wrong here. It has been written down."))], form)

        return answering

    return gate


@speaks("GET")
def discovery(request: HttpRequest, form: str) -> HttpResponse:
    """Where the service is, and in which forms it speaks."""
    return answer("discovery", queries.discovery(request.build_absolute_uri("/open311/v2")), form)


@speaks("GET")
def services(request: HttpRequest, form: str) -> HttpResponse:
    """The classes of the catalogue."""
    jurisdiction_of(request)
    return answer("services", queries.services(), form)


@speaks("GET")
def service(request: HttpRequest, form: str, code: str) -> HttpResponse:
    """What is asked with one class, and when a case is filed for it."""
    jurisdiction_of(request)
    return answer("service_definition", queries.definition(code), form)


@speaks("GET", "POST")
def requests(request: HttpRequest, form: str) -> HttpResponse:
    """Requests by what is asked for; or a new one."""
    if request.method == "POST":
        return _post(request, form)
    wanted = parameters.wanted_requests(request.GET)
    return answer("service_requests", queries.requests(wanted, jurisdiction_of(request), _site(request)), form)


@speaks("GET")
def one_request(request: HttpRequest, form: str, number: str) -> HttpResponse:
    """One request, by its number."""
    return answer("service_requests", queries.one_request(number, jurisdiction_of(request), _site(request)), form)


@speaks("GET")
def token(request: HttpRequest, form: str, token: str) -> HttpResponse:
    """The number of a request that waited for an answer; empty while it still waits."""
    jurisdiction_of(request)
    return answer("service_requests", queries.by_token(token), form)


@csrf_exempt
def unknown(request: HttpRequest, rest: str) -> HttpResponse:
    """Any other address below, in the form its ending asks for."""
    form = "json" if rest.endswith(".json") else "xml"
    return errors([(404, _("There is no such thing at this address. An address ends in .json or .xml."))], form)


def _post(request: HttpRequest, form: str) -> HttpResponse:
    source = source_of(request)
    jurisdiction = jurisdiction_of(request)
    _check_reach(source, jurisdiction)
    posted = post_request(source, jurisdiction, parameters.asked_of(request), request.headers.get("Idempotency-Key", "").strip())
    name, value = ("service_request_id", posted.number) if posted.number else ("token", posted.token)
    told = {name: value, "service_notice": posted.notice or None, "account_id": posted.account_id or None}
    return answer("service_requests", [told], form, 200 if posted.repeated else 201)


def source_of(request: HttpRequest) -> Source:
    """Who sends, by `api_key`. Raises Forbidden, TooMany."""
    secret = request.POST.get("api_key") or request.GET.get("api_key") or ""
    if not secret:
        raise Forbidden("source_key", _("api_key is missing."))
    source = source_with(secret)
    if source.channel != "open311" or not source.may_report:
        raise Forbidden("source_key", _("This api_key does not post requests."))
    count_request(source)
    return source


def jurisdiction_of(request: HttpRequest) -> Jurisdiction | None:
    """The jurisdiction that is meant. Raises Refused (400) where several are served and none is named, NotFound for one that is not."""
    return queries.jurisdiction(request.POST.get("jurisdiction_id") or request.GET.get("jurisdiction_id") or "")


def of_refusal(refusal: Refused, form: str) -> HttpResponse:
    """403 for a key, 404 for what is not there, 429 for too much, else 400."""
    status = {Forbidden: 403, NotFound: 404, TooMany: 429}.get(type(refusal), 400)
    told = errors([(status, str(refusal))], form)
    if isinstance(refusal, TooMany):
        told.headers["Retry-After"] = str(refusal.retry_after_seconds)
    return told


def errors(faults: list[tuple[int, Any]], form: str) -> HttpResponse:
    """Faults as the specification writes them; the first gives the status."""
    return answer("errors", [{"code": code, "description": str(sentence)} for code, sentence in faults], form, faults[0][0])


def _check_reach(source: Source, jurisdiction: Jurisdiction | None) -> None:
    if source.jurisdiction and jurisdiction is not None and source.jurisdiction != jurisdiction.jurisdiction_id:
        raise Forbidden("source_key", _("This api_key belongs to another jurisdiction."))


def _site(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")
