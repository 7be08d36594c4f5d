"""Component surveys on the phone: what is sent, and how one's own stand."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge import clock
from chengge.domain.errors import Refused
from chengge.field import queries
from chengge.field.actions import Finding, send_survey
from chengge.field.pages import sent as read
from chengge.field.pages.gate import for_inspectors, telling
from chengge.field.queries.surveys import own_surveys
from chengge.organization import typed
from chengge.organization.gates import actor_at

PAGE_SIZE = 20
MOST_BYTES = 64 * 1024


@require_POST
@for_inspectors
@telling
def survey(request: HttpRequest) -> HttpResponse:
    """Take a survey in; photos were handed in before. The same `key` is the same survey."""
    given = _values(request)
    found = Finding(
        kind=given.get("kind", ""),
        component_code=typed.whole(given, "code") or typed.whole(given, "component"),
        problem_class_id=typed.whole(given, "problem_class"),
        name=given.get("name", ""),
        lon=typed.longitude(given),
        lat=typed.latitude(given),
        accuracy_m=typed.metres(given, "accuracy"),
        found_state=given.get("found_state", ""),
        owning_body_id=typed.whole(given, "owning_body"),
        words=given.get("words", ""),
        photos=tuple(given.getlist("photos")),
    )
    made = send_survey(actor_at(request), found, key=read.key(given))
    return JsonResponse({"survey": made.survey.pk, "to": reverse("phone_surveys")}, status=200 if made.repeated else 201)


@require_safe
@for_inspectors
def surveys(request: HttpRequest) -> HttpResponse:
    """The inspector's own surveys and what became of them."""
    actor = actor_at(request)
    rows, more = own_surveys(queries.member_of(actor), typed.whole(request.GET, "before"), PAGE_SIZE)
    context = {
        "tab": "phone",
        "now": clock.now(),
        "duty": queries.current_duty(actor.member_id, clock.now()),
        "grid_names": queries.grid_names(actor),
        "surveys": rows,
        "more": more,
    }
    return render(request, "field/surveys.html", context)


def _values(request: HttpRequest) -> QueryDict:
    """What was sent, as a form or as JSON."""
    if request.content_type != "application/json":
        return request.POST
    if len(request.body) > MOST_BYTES:
        raise Refused("invalid", _("This is more than a survey can hold."))
    try:
        sent: Any = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise Refused("invalid", _("This is no JSON."), _("Send an object with the fields of a survey.")) from error
    if not isinstance(sent, dict):
        raise Refused("invalid", _("This is no JSON object."), _("Send an object with the fields of a survey."))
    values = QueryDict(mutable=True)
    for name, value in sent.items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                values.appendlist(name, str(one))
    return values
