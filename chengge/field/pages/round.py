"""The phone's own round: positions in batches, today's track and coverage, alarms to explain."""

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge import clock
from chengge.domain.errors import Refused
from chengge.field.actions.alarms import explain
from chengge.field.actions.tracks import take_positions
from chengge.field.office.tracks import words_for_maps
from chengge.field.pages.gate import for_inspectors, telling
from chengge.field.queries import current_duty, grid_names
from chengge.field.queries.alarms import alarms_to_explain
from chengge.field.queries.watching import day_of
from chengge.field.words import alarm_sentence
from chengge.organization.gates import actor_at
from chengge.organization.models import Member
from chengge.organization.queries import city_day


@require_POST
@for_inspectors
@telling
def track(request: HttpRequest) -> JsonResponse:
    """Positions since the last batch, as JSON: {"fixes": [[seconds, lon, lat, accuracy], …]}."""
    try:
        fixes = orjson.loads(request.body)["fixes"]
    except (orjson.JSONDecodeError, KeyError, TypeError, IndexError):
        fixes = None
    if not isinstance(fixes, list):
        raise Refused("fixes", _("The positions are not readable."), field="fixes")
    taken = take_positions(actor_at(request), fixes)
    return JsonResponse({"kept": taken.kept, "flagged": taken.flagged, "late": taken.late, "refused": taken.refused})


@require_safe
@for_inspectors
def my_day(request: HttpRequest) -> HttpResponse:
    """Today's way on the map, the grids visited and those still to visit, and alarms."""
    actor, now = actor_at(request), clock.now()
    context = {
        "tab": "phone",
        "now": now,
        "duty": current_duty(actor.member_id, now),
        "grid_names": grid_names(actor),
        "shown": day_of(Member.objects.get(pk=actor.member_id), city_day(now)),
        "day": city_day(now),
        "alarms": [(alarm, alarm_sentence(alarm)) for alarm in alarms_to_explain(actor.member_id or 0)],
        "words": words_for_maps(),
    }
    return render(request, "field/my_day.html", context)


@require_POST
@for_inspectors
def explain_alarm(request: HttpRequest, alarm_id: int) -> HttpResponse:
    """Say what an alarm was about."""
    try:
        explain(actor_at(request), alarm_id, request.POST.get("words", ""))
    except Refused as refusal:
        if refusal.field == "":
            raise
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Your explanation is with the shift leader."))
    return redirect("phone" if request.POST.get("from") == "phone" else "phone_day")
