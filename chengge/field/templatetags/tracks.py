"""The card of alarms on the phone's first page."""

from typing import Any

from django import template
from django.template.context import RequestContext

from chengge.field.queries.alarms import alarms_to_explain
from chengge.field.words import alarm_sentence

register = template.Library()


@register.inclusion_tag("field/alarm_card.html", takes_context=True)
def alarms_of_mine(context: RequestContext) -> dict[str, Any]:
    """Alarms that the signed-in inspector has not explained yet. One query."""
    request = context["request"]
    found = alarms_to_explain(request.user.pk)
    return {"alarms": [(alarm, alarm_sentence(alarm)) for alarm in found], "from": "phone", "csrf_token": context.get("csrf_token")}
