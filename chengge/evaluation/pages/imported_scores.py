"""Scores brought in from outside: the list, bringing a table in, looking at it, approving it."""

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengge.domain.errors import NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.evaluation.actions import imported_scores as actions
from chengge.evaluation.actions.imported_scores import Heading, SentFile
from chengge.evaluation.models import ImportedSet, Judged
from chengge.evaluation.pages import inspections_common as common
from chengge.evaluation.queries.imported_scores import evidence_path, import_in_sight, imports_in_sight
from chengge.evaluation.score_tables import HEADINGS, MOST_BYTES, empty_form
from chengge.foundation.pages.manage.common import page_of
from chengge.organization.gates import actor_at, for_members, for_posts
from chengge.organization.refusals import status_of
from chengge.organization.typed import day_needed, text

PAGE_SIZE = 30
MOST_FAULTS_SHOWN = 100
MOST_EVIDENCE_BYTES = 21 * 2**20  # a little more than actions allow, so that they say what is too much
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@for_members
def imports(request: HttpRequest) -> HttpResponse:
    """The tables of scores that this member may see, the newest first."""
    return common.page(request, "imported.html", "imported", {"page": page_of(request, imports_in_sight(actor_at(request)), PAGE_SIZE)})


@require_http_methods(["GET", "HEAD", "POST"])
@for_posts(Post.EVALUATOR)
def new(request: HttpRequest) -> HttpResponse:
    """Bring a table in; nothing is kept of one that has a fault."""
    if request.method != "POST":
        return _form(request)
    try:
        given = request.POST
        heading = Heading(
            name=text(given, "name"),
            kind=text(given, "kind"),
            body=text(given, "body"),
            judged=text(given, "judged"),
            begin=day_needed(given, "begin"),
            end=day_needed(given, "end"),
        )
        table, evidence = _file(request, "table", MOST_BYTES + 1), _file(request, "evidence", MOST_EVIDENCE_BYTES)
        brought = actions.bring_in(actor_at(request), heading, table, evidence)
    except Refused as refusal:
        return _form(request, refusal=refusal)
    if brought.kept is None:
        return _form(request, faults=brought.faults)
    return redirect("evaluation_import", brought.kept.pk)


@require_safe
@for_members
def one(request: HttpRequest, set_id: int) -> HttpResponse:
    """One table with its rows and its evidence."""
    actor = actor_at(request)
    found = import_in_sight(actor, set_id)
    own = found.made_by_id == actor.member_id
    context = {
        "set": found,
        "scores": [(score, f"{score.points:f}".rstrip("0").rstrip(".")) for score in found.scores.order_by("row")],
        "may_send_on": own and found.state == ImportedSet.State.PREVIEW,
        "may_decide": not own and found.state == ImportedSet.State.WAITING and bool(actor.posts & actions.APPROVES),
        "waits_for_another": own and found.state == ImportedSet.State.WAITING,
    }
    return common.page(request, "imported_one.html", "imported", context)


@require_POST
@for_posts(Post.EVALUATOR, Post.LEADER)
def decide(request: HttpRequest, set_id: int) -> HttpResponse:
    """Send on, throw away, approve or refuse."""
    actor = actor_at(request)
    try:
        match request.POST.get("decision"):
            case "send_on":
                actions.send_on(actor, set_id)
                messages.success(request, _("A second person is asked to approve them."))
            case "throw_away":
                actions.throw_away(actor, set_id)
                messages.success(request, _("Thrown away. Nothing is kept of the table."))
                return redirect("evaluation_imports")
            case "approve":
                actions.approve(actor, set_id)
                messages.success(request, _("Approved. From now on these scores count."))
            case "refuse":
                actions.refuse(actor, set_id, text(request.POST, "reason"))
                messages.success(request, _("Refused. These scores do not count."))
            case _:
                raise Refused("decision", _("Choose a decision."), field="decision")
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("evaluation_import", set_id)


@require_safe
@for_members
def evidence(request: HttpRequest, set_id: int) -> FileResponse:
    """What the scores rest on: a picture as it is drawn anew, a PDF as a file to take away."""
    found = import_in_sight(actor_at(request), set_id)
    path = evidence_path(Path(settings.MEDIA_ROOT), found.evidence_digest, found.evidence_type)
    if not path.is_file():
        raise NotFound("evidence", _("This file is not in the store any more."), _("Tell your administrator."))
    is_pdf = found.evidence_type == "application/pdf"
    response = FileResponse(path.open("rb"), content_type=found.evidence_type, as_attachment=is_pdf, filename=f"{found.pk}{path.suffix}")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


@require_safe
@for_members
def form_xlsx(_request: HttpRequest) -> HttpResponse:
    """An empty table with our headings."""
    return common.download("scores.xlsx", WORKBOOK, empty_form())


def _form(request: HttpRequest, refusal: Refused | None = None, faults: tuple[actions.Fault, ...] = ()) -> HttpResponse:
    labels = dict(Judged.choices)
    context = {
        "given": request.POST.dict(),
        "refusal": refusal,
        "faults": faults[:MOST_FAULTS_SHOWN],
        "more_faults": max(0, len(faults) - MOST_FAULTS_SHOWN),
        "fault_count": len(faults),
        "kinds": ImportedSet.Kind.choices,
        "judged": [(value, labels[value]) for value in actions.JUDGED],
        "headings": [names[0] for names in HEADINGS.values()],
    }
    status = status_of(refusal) if refusal else 400 if faults else 200
    return common.page(request, "imported_new.html", "imported", context, status)


def _file(request: HttpRequest, name: str, most_bytes: int) -> SentFile:
    sent = request.FILES.get(name)
    if not isinstance(sent, UploadedFile):
        raise Refused("file", _("No file was chosen."), _("Choose one."), field=name)
    return SentFile(sent.name or "", sent.read(most_bytes))
