"""The indicators with their formulas, for everybody who is judged by them."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengge.evaluation.indicators import Settings
from chengge.evaluation.models import SchemeVersion
from chengge.evaluation.queries.dashboards import READERS
from chengge.evaluation.queries.indicators import GROUPS, KINDS, group_words, listed, subject_words
from chengge.evaluation.queries.rules import settings_of
from chengge.evaluation.queries.schemes_words import in_language, settings_words
from chengge.organization.gates import actor_at, for_members


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


@require_safe
@for_members
def page(request: HttpRequest) -> HttpResponse:
    """Every indicator: what is divided by what, and on what basis, as a scheme that holds has its open denominators."""
    versions = SchemeVersion.objects.filter(state=SchemeVersion.State.IN_EFFECT, valid_to=None).select_related("scheme")
    asked = request.GET.get("scheme", "")
    version = next((one for one in versions if str(one.pk) == asked), None)
    settings = settings_of(version) if version else Settings()
    text, subject, group = (request.GET.get(name, "").strip() for name in ("q", "subject", "group"))
    shown = listed(settings, text, subject, group)
    context = {
        "tab": "evaluation",
        "section": "indicators",
        "reader": bool(actor_at(request).posts & set(READERS)),
        "groups": [(group_words(letter), rows) for letter in GROUPS if (rows := [one for one in shown if one.group == letter])],
        "count": len(shown),
        "text": text,
        "subject": subject,
        "group": group,
        "scheme": asked if version else "",
        "subjects": [Choice(kind.value, subject_words(kind)) for kind in KINDS],
        "letters": [Choice(letter, group_words(letter)) for letter in GROUPS],
        "schemes": [Choice(str(one.pk), f"{in_language(one.scheme.name, one.scheme.name_en)} v{one.number}") for one in versions],
        "settings": settings_words(settings),
    }
    return render(request, "evaluation/indicators.html", context)
