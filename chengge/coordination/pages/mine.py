"""One page for departments, sections and crews: what the platform wants of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengge import clock
from chengge.coordination.pages.gatherings import roles
from chengge.coordination.queries import mine as queries
from chengge.domain.lifecycle import Post
from chengge.organization.gates import actor_at, for_posts
from chengge.organization.queries import city_day


@require_safe
@for_posts(Post.DEPARTMENT)
def mine(request: HttpRequest) -> HttpResponse:
    actor = actor_at(request)
    context = {"tab": "coordination", "mine": queries.mine(actor), "today": city_day(clock.now()), **roles(actor)}
    return render(request, "coordination/mine.html", context)
