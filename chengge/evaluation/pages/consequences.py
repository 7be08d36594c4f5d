"""Pages of consequences: statements, one statement, deposits over the months, and what everybody may see of their own."""

import csv
import io
import tempfile
from collections.abc import Iterator

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from chengge.casework.pages.exporting import BOM, guarded
from chengge.casework.queries.export import Cell
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.evaluation.actions.consequences import APPROVALS_NEEDED, approve, note_carried_out, propose, refuse
from chengge.evaluation.models import Scheme, Statement
from chengge.evaluation.queries.consequence_words import FEN_IN_YUAN
from chengge.evaluation.queries.consequences import (
    Opened,
    balances,
    opened,
    own_balance_fen,
    own_listed,
    runs_without_statement,
    schemes_with_deposits,
    statements,
)
from chengge.evaluation.queries.runs import group_label
from chengge.foundation.pages.manage.common import page_of
from chengge.organization.gates import actor_at, for_members, for_posts
from chengge.organization.typed import whole

readers = for_posts(Post.EVALUATOR, Post.LEADER, Post.ADMINISTRATOR)
MOST_RUNS = 12
WIDTHS = (6, 28, 10, 22, 9, 8, 12, 26, 22, 70)


@require_safe
@readers
def listed(request: HttpRequest) -> HttpResponse:
    """All statements, and the runs that wait for one."""
    actor = actor_at(request)
    context = {
        "tab": "evaluation",
        "page": page_of(request, statements(actor)),
        "runs": runs_without_statement(actor)[:MOST_RUNS],
        "may_propose": Post.EVALUATOR in actor.posts,
    }
    return render(request, "evaluation/consequences.html", context)


@require_safe
@readers
def one(request: HttpRequest, statement_id: int) -> HttpResponse:
    """A statement: whom it is about, why, what changed, who approved."""
    return render(request, "evaluation/consequence.html", _context(request, opened(actor_at(request), statement_id)))


@require_safe
@readers
def printed(request: HttpRequest, statement_id: int) -> HttpResponse:
    """The same for paper, with room for signatures."""
    return render(request, "evaluation/consequence_print.html", _context(request, opened(actor_at(request), statement_id)))


@require_POST
@readers
def make(request: HttpRequest) -> HttpResponse:
    """Propose the statement of a run."""
    run_id = whole(request.POST, "run") or 0
    try:
        statement = propose(run_id, actor_at(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("evaluation_consequences")
    return redirect("evaluation_consequence", statement.pk)


@require_POST
@readers
def decide(request: HttpRequest, statement_id: int) -> HttpResponse:
    """Approve, refuse, or note what was done outside."""
    actor, given = actor_at(request), request.POST
    try:
        match given.get("decision"):
            case "approve":
                statement = approve(statement_id, actor, given.get("seen", ""))
                locked = statement.state == Statement.State.APPROVED
                messages.success(request, _("Approved by two and locked.") if locked else _("Approved. One more approval is needed."))
            case "refuse":
                refuse(statement_id, actor, given.get("reason", ""))
                messages.success(request, _("Refused. An evaluator may propose anew."))
            case "carried_out":
                note_carried_out(statement_id, actor, given.get("reason", ""))
                messages.success(request, _("Noted."))
            case _:
                messages.error(request, _("Choose what is to be done."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("evaluation_consequence", statement_id)


@require_safe
@readers
def as_csv(request: HttpRequest, statement_id: int) -> HttpResponse:
    found = opened(actor_at(request), statement_id)
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(_headings())
    table.writerows(_rows(found))
    response = HttpResponse(BOM + out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{_file_name(found, "csv")}"'
    return response


@require_safe
@readers
def as_xlsx(request: HttpRequest, statement_id: int) -> FileResponse:
    found = opened(actor_at(request), statement_id)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Consequences"))
    sheet.freeze_panes = "C2"
    for number, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    headings = []
    for heading in _headings():
        cell = WriteOnlyCell(sheet, heading)
        cell.font = Font(bold=True)
        headings.append(cell)
    sheet.append(headings)
    for row in _rows(found):
        sheet.append(row)
    sheet.append([])
    sheet.append([_("Digest"), found.statement.digest])
    kept = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it
    book.save(kept)
    kept.seek(0)
    return FileResponse(kept, as_attachment=True, filename=_file_name(found, "xlsx"))


@require_safe
@readers
def deposits(request: HttpRequest) -> HttpResponse:
    """What is held of whom, and how it moved."""
    schemes = list(schemes_with_deposits())
    asked = request.GET.get("scheme", "")
    scheme = get_object_or_404(Scheme, code=asked) if asked else next(iter(schemes), None)
    found = balances(actor_at(request), scheme) if scheme else []
    context = {
        "tab": "evaluation",
        "schemes": schemes,
        "scheme": scheme,
        "balances": found,
        "units_fen": sum(one.held_fen for one in found if not one.is_person),
        "people_fen": sum(one.held_fen for one in found if one.is_person),
    }
    return render(request, "evaluation/consequence_deposits.html", context)


@require_safe
@for_members
def mine(request: HttpRequest) -> HttpResponse:
    """Everybody's own lines, and a clerk's unit's, once they are approved."""
    actor = actor_at(request)
    context = {"tab": "own", "lines": own_listed(actor), "held_fen": own_balance_fen(actor)}
    return render(request, "evaluation/consequence_mine.html", context)


def _context(request: HttpRequest, found: Opened) -> dict[str, object]:
    return {
        "tab": "evaluation",
        "found": found,
        "statement": found.statement,
        "run": found.statement.run,
        "missing": max(APPROVALS_NEEDED - len(found.approvals), 0),
        "may_propose": Post.EVALUATOR in actor_at(request).posts,
    }


def _headings() -> list[str]:
    who = [_("No."), pgettext("consequence", "Name"), _("Kind"), _("Peer group"), _("Score"), _("Grade"), pgettext("rank", "Place")]
    what = [_("Rule"), _("Consequence"), _("Why"), _("Amount (yuan)")]
    moves = [_("Held before"), _("Paid in"), _("Returned"), _("On top"), _("Forfeited"), _("Held after")]
    return [*who, *what, *moves, _("Percent points"), _("Measure")]


def _rows(found: Opened) -> Iterator[list[Cell]]:
    """A row for each item."""
    for line in found.lines:
        subject = line.subject
        who: list[Cell] = [
            line.position,
            line.name,
            _("person") if line.member_id else _("unit"),
            group_label(subject.group),
            subject.total,
            subject.grade,
            subject.rank,
        ]
        for item in line.items.all():
            moves = (item.opening_fen, item.paid_in_fen, item.returned_fen, item.extra_fen, item.forfeited_fen, item.closing_fen)
            amounts = [fen / FEN_IN_YUAN for fen in (item.amount_fen, *moves)]
            row = [*who, item.rule.name, item.get_kind_display(), item.words, *amounts, item.points, item.get_measure_display()]
            yield [guarded(cell) for cell in row]


def _file_name(found: Opened, ending: str) -> str:
    return f"consequences-{found.statement.run.version.scheme.code}-{found.statement.run.period}.{ending}"
