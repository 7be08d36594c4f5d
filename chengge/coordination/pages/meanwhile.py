"""What a territory does while nobody else answers: the page of such a case, and how it was made safe."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge.casework.pages.photos import DIGEST, keep_files
from chengge.casework.photos import path_of
from chengge.coordination.actions.escalating import make_safe, send_up
from chengge.coordination.pages.gatherings import concerned, roles, workers
from chengge.coordination.pages.typed import whole
from chengge.coordination.queries.escalations import made_safe_of, meanwhile_in_sight, safe_photo
from chengge.coordination.queries.hard_cases import WORKERS, rows_of
from chengge.coordination.queries.surveys import units_of
from chengge.domain.errors import NotFound, Refused
from chengge.organization.gates import actor_at, for_members
from chengge.organization.refusals import status_of


@require_safe
@concerned
def case_page(request: HttpRequest, number: str) -> HttpResponse:
    return _case(request, number, None, 200)


@require_POST
@concerned
def made_safe(request: HttpRequest, number: str) -> HttpResponse:
    """Write down what was done, with photos."""
    actor = actor_at(request)
    meanwhile_in_sight(actor, number)
    try:
        digests = [one for one in request.POST.getlist("photos") if DIGEST.fullmatch(one)] + keep_files(request, actor)
        make_safe(actor, number, request.POST.get("did", ""), list(dict.fromkeys(digests)))
    except Refused as refusal:
        return _case(request, number, refusal, status_of(refusal))
    messages.success(request, _("Written down. The coordinators have been told."))
    return redirect("coordination_meanwhile", number)


@require_POST
@workers
def up(request: HttpRequest, number: str) -> HttpResponse:
    """Send a hard case up by hand."""
    try:
        send_up(actor_at(request), number, whole(request.POST, "step") or 0, request.POST.get("reason", ""))
    except Refused as refusal:
        messages.error(request, f"{refusal.message} {refusal.hint}".strip())
    else:
        messages.success(request, _("It has gone up, and they have been told."))
    return redirect("coordination_hard_case", number)


@require_safe
@for_members
def photo(request: HttpRequest, number: str, evidence_id: int, size: str) -> FileResponse:
    """A photo of a place made safe. It never changes, so a browser may keep it; no one between may."""
    path = path_of(safe_photo(actor_at(request), number, evidence_id), size) if size in {"full", "thumb"} else None
    if path is None or not path.is_file():
        raise NotFound("photo", _("There is no such photo, or none that you may see."))
    response = FileResponse(path.open("rb"), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _case(request: HttpRequest, number: str, refusal: Refused | None, status: int) -> HttpResponse:
    actor = actor_at(request)
    hard = meanwhile_in_sight(actor, number)
    writes = hard.settled_at is None and (hard.meanwhile_id in units_of(actor) or bool(actor.posts & WORKERS))
    context = {
        "tab": "coordination",
        "case": hard.case,
        "view": rows_of([hard])[0],
        "safe": made_safe_of(hard),
        "writes": writes,
        "refusal": refusal,
        "typed": request.POST,
        **roles(actor),
    }
    return render(request, "coordination/hard/meanwhile.html", context, status=status)
