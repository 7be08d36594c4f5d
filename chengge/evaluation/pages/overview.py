"""The first page of the evaluation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengge.evaluation.facts import city_facts
from chengge.evaluation.models import EvaluationRun
from chengge.evaluation.queries.bulletins import bulletins_in_sight
from chengge.evaluation.queries.dashboards import READERS, standing
from chengge.evaluation.queries.leader import course
from chengge.organization.gates import actor_at, for_posts

MOST_LISTED = 6
readers = for_posts(*READERS)


@require_safe
@readers
def overview(request: HttpRequest) -> HttpResponse:
    """Where the figures stand, what was made of them last, and the way to all the rest."""
    actor, store = actor_at(request), city_facts()
    context = {
        "tab": "evaluation",
        "standing": standing(store),
        "course": course(actor, store),
        "runs": EvaluationRun.objects.filter(replaced_by=None).select_related("version__scheme")[:MOST_LISTED],
        "bulletins": bulletins_in_sight(actor)[:MOST_LISTED],
    }
    return render(request, "evaluation/overview.html", context)
