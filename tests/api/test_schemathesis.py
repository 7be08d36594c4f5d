"""What the document says is what the API does: every operation is called with values that fit the document and with values that do not."""

from collections.abc import Iterator, MutableMapping
from random import Random
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS, load_all_checks

from chengge.casework.models import Report
from chengge.config.api import api
from chengge.config.wsgi import application
from chengge.intake.actions.channels import SourceValues, make_source
from chengge.intake.actions.following import new_token
from chengge.organization.tokens import make_token
from tests.casework.lives import Life
from tests.factories import CITY, GRID_CODES, MANHOLE_CODE, STREET, City
from tests.field.test_survey import sent as moved

load_all_checks()
CHECKED = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
        "missing_required_header",
        "unsupported_method",
        "ignored_auth",
    ]
)
EXAMPLES = 12
# By the beginning of its path, the channel whose key an operation wants.
CHANNEL_OF = {
    "/public/": "app",
    "/intake/cti": "hotline",
    "/intake/sms": "sms",
    "/intake/photos": "sms",
    "/intake/video": "video",
    "/intake/sensor": "sensor",
    "/intake/upper": "upper",
}
COMMON = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
# A chance of a real number in its place: random ones only ever find that there is no such thing.
REAL = 0.7

schema = schemathesis.openapi.from_dict(dict(api.get_openapi_schema()))
schema.app = application


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """The real WSGI application closes connections between requests; here they hold the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(COMMON, max_examples=EXAMPLES, phases=[Phase.explicit, Phase.generate])
@pytest.mark.usefixtures("kept_connection")
def test_the_api_does_what_its_document_says_for_an_administrator(case: schemathesis.Case, life: Life) -> None:
    """With every value at and beyond its limits, and some at random."""
    call(case, life, "administrator")


@schema.parametrize()
@settings(COMMON, max_examples=EXAMPLES, phases=[Phase.generate])
@pytest.mark.usefixtures("kept_connection")
def test_the_api_does_what_its_document_says_for_an_operator(case: schemathesis.Case, life: Life) -> None:
    """At random: the limits are the same for everybody. Programs without members were called already."""
    if channel_of(case) is None:
        call(case, life, "operator")


def call(case: schemathesis.Case, life: Life, username: str) -> None:
    known = things_of(life)
    headers = headers_of(case, life, username)
    if case.meta is not None and case.meta.generation.mode == schemathesis.GenerationMode.POSITIVE:
        make_real(case, known)
    response = case.call(headers=headers)
    connection.check_constraints()
    case.validate_response(response, checks=CHECKED, headers=headers)


def channel_of(case: schemathesis.Case) -> str | None:
    return next((channel for start, channel in CHANNEL_OF.items() if start in case.path), None)


def headers_of(case: schemathesis.Case, life: Life, username: str) -> dict[str, str]:
    """Who calls: a member by a token; where programs without members call, a source by its key."""
    channel = channel_of(case)
    if channel is None:
        return {"Authorization": f"Bearer {make_token(life.city.members[username]).secret}"}
    if not hasattr(life, "keys"):
        life.keys = {}  # type: ignore[attr-defined]
    if channel not in life.keys:  # type: ignore[attr-defined]
        values = SourceValues(f"schemathesis {channel}", channel, rate_per_minute=100_000)
        life.keys[channel] = make_source(life.city.actor("administrator"), values).secret  # type: ignore[attr-defined]
    return {"X-Source-Key": life.keys[channel]} if _shows_a_key(case) else {}  # type: ignore[attr-defined]


def _shows_a_key(case: schemathesis.Case) -> bool:
    """False where the key was left out on purpose."""
    negative = case.meta is not None and case.meta.generation.mode == schemathesis.GenerationMode.NEGATIVE
    return not negative or "X-Source-Key" in (case.headers or {})


def things_of(life: Life) -> dict[str, Any]:
    """The numbers of things that there are, by the names the document gives them. Made once for a test."""
    if not hasattr(life, "known"):
        city: City = life.city
        life.to("filed")
        case = life.to("reported")
        incomplete = life.report(lon=None, lat=None)
        token, token_hash = new_token()
        Report.objects.filter(case=case).update(token_hash=token_hash)
        life.known = {  # type: ignore[attr-defined]
            "number": case.number,
            "report_id": incomplete.report_id,
            "reference": case.number,
            "X-Report-Token": token,
            "class_id": city.manhole.pk,
            "class": city.manhole.pk,
            "rule_id": city.rattling.pk,
            "organization_id": city.organization_id("works"),
            "organization": city.organization_id("works"),
            "owning_body_id": city.organization_id("works"),
            "survey_id": moved(city).pk,
            "position": 0,
            "department": city.organization_id("works"),
            "member_id": city.members["operator"].pk,
            "calendar_id": city.calendar.pk,
            "responsibility_id": city.organizations["sanitation"].responsibilities.get().pk,
            "grid_code": str(GRID_CODES[0]),
            "grid": str(GRID_CODES[0]),
            "component_code": str(MANHOLE_CODE),
            "division_code": str(STREET),
            "division": str(CITY),
            "lon": city.places[0][0],
            "lat": city.places[0][1],
        }
        assert Report.objects.filter(case=None).exists()
    return life.known  # type: ignore[attr-defined]


def make_real(case: schemathesis.Case, known: dict[str, Any]) -> None:
    """Put the numbers of things that there are in place of most random ones."""
    dice = Random(str(case.path_parameters) + str(case.query) + str(case.body))
    for values in (case.path_parameters, case.query, case.body, case.headers):
        if isinstance(values, MutableMapping):
            for name in values:
                if name in known and values[name] is not None and dice.random() < REAL:
                    values[name] = known[name]
    if case.path_parameters and "code" in case.path_parameters and dice.random() < REAL:
        codes = {"/grids/": GRID_CODES[0], "/components/": MANHOLE_CODE, "/divisions/": STREET}
        case.path_parameters["code"] = next(str(code) for part, code in codes.items() if part in case.path)
