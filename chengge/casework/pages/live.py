"""What keeps an open desk up to date: a look every second or so that costs one query while nothing moves."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengge.casework.pages.desk import PAGE_SIZE, desk_asked, list_context, queue_tabs
from chengge.casework.queries import changes_since, lights
from chengge.casework.queries.lists import MOST_ROWS
from chengge.organization.gates import for_members
from chengge.organization.typed import id_in


@require_safe
@for_members
def pulse(request: HttpRequest, post: str) -> HttpResponse:
    """204 while nothing moved since `after`; else the rows that are shown, anew, with lights and counts.

    Headers: `X-Read-To` from where to look on, `X-Moved` the ids of the cases that moved.
    """
    actor, desk_post, wanted = desk_asked(request, post)
    after, shown = request.GET.get("after", ""), id_in(request.GET.get("shown"))
    changes = changes_since(actor, wanted, after)
    if not changes.case_ids:
        response = HttpResponse(status=204)
    else:
        size = min(max(shown or 0, PAGE_SIZE), MOST_ROWS)
        counted = lights(actor, wanted)
        context = list_context(request, actor, desk_post, wanted, None, size) | {
            "lights": counted,
            "lights_address": f"/desk/{post}/",
            "queues": queue_tabs(desk_post, wanted, counted),
            "query": urlencode(wanted.query(), doseq=True),
        }
        response = render(request, "casework/parts/pulse.html", context)
        response.headers["X-Moved"] = ",".join(map(str, changes.case_ids))
    response.headers["X-Read-To"] = str(changes.read_to)
    response.headers["Cache-Control"] = "no-store"
    return response
