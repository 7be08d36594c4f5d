"""One's own page: where we stand, why, what is due today, and what would change our grade."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengge.domain.lifecycle import Post
from chengge.evaluation.pages.runs import address_of
from chengge.evaluation.queries.consequences import own_lines
from chengge.evaluation.queries.own import KINDS, due_today, latest_below, own_lines_of_scores, points_words, standing_of
from chengge.organization.gates import actor_at, for_members


@require_safe
@for_members
def standing(request: HttpRequest) -> HttpResponse:
    """The standing of a department's clerk's unit, and everybody's as a person; `?line=` chooses among several."""
    actor = actor_at(request)
    lines = own_lines_of_scores(actor)
    asked = request.GET.get("line", "")
    chosen = next((line for line in lines if line.key == asked), next(iter(lines), None))
    is_clerk = Post.DEPARTMENT in actor.posts
    found = standing_of(chosen) if chosen else None
    context = {
        "tab": "own",
        "lines": lines,
        "standing": found,
        "address": address_of(found.subject.subject_id) if found else "",
        "change": points_words(found.change) if found and found.change is not None else "",
        "short": points_words(found.short).removeprefix("+") if found and found.short is not None else "",
        "is_clerk": is_clerk,
        "due": due_today(actor) if is_clerk else None,
        "below": latest_below(actor, chosen.kind if chosen else KINDS[0]),
        "statement_lines": own_lines(actor).select_related("statement__run__version__scheme")[:3],
    }
    return render(request, "evaluation/own.html", context)
