"""The first page of the evaluation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengge.domain.lifecycle import Post
from chengge.organization.gates import for_posts

readers = for_posts(Post.EVALUATOR, Post.LEADER, Post.ADMINISTRATOR)


@require_safe
@readers
def overview(request: HttpRequest) -> HttpResponse:
    """Where the figures stand, and the way to all the rest."""
    return render(request, "evaluation/overview.html", {"tab": "evaluation"})
