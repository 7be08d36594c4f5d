"""The page behind the link in a message: how content is the reporter? No account, once, and not in a flood."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chengge.domain.errors import Refused
from chengge.intake.actions.answers import DISSATISFIED, rate_by_token, visit_by_token
from chengge.intake.limits import allow
from chengge.intake.models import Answer
from chengge.intake.pages.portal.frame import address_of
from chengge.organization.refusals import status_of

MOST, WITHIN = 60, timedelta(minutes=10)
STARS = (1, 2, 3, 4, 5)


@never_cache
@require_http_methods(["GET", "POST"])
def satisfaction(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for one to five stars, and thank."""
    allow("satisfaction", address_of(request), MOST, WITHIN)
    asked = visit_by_token(token)
    refusal = None
    if request.method == "POST":
        stars = request.POST.get("stars", "")
        try:
            asked = rate_by_token(token, int(stars) if stars in {"1", "2", "3", "4", "5"} else 0, request.POST.get("words", ""))
        except Refused as problem:
            refusal = problem
    context = {
        "asked": asked,
        "case": asked.case,
        "is_done": asked.state == Answer.State.DONE,
        "is_over": asked.state == Answer.State.DROPPED,
        "is_unhappy": asked.stars is not None and asked.stars <= DISSATISFIED,
        "stars": STARS,
        "refusal": refusal,
        "given": request.POST,
    }
    response = render(request, "intake/answers/satisfaction.html", context, status=status_of(refusal) if refusal else 200)
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
