"""What the pages of inspections share: the frame, tables to take away."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chengge.casework.pages.exporting import BOM, guarded
from chengge.domain.lifecycle import Post
from chengge.evaluation.queries.inspections import waiting_visits
from chengge.organization.gates import actor_at

READS = frozenset({Post.EVALUATOR, Post.LEADER, Post.ADMINISTRATOR})


def page(request: HttpRequest, template: str, part: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """A page of the inspections; `part` marks its place in the menu. One query more, for the member's own list."""
    actor = actor_at(request)
    frame = {"tab": "evaluation", "part": part, "reads": bool(actor.posts & READS), "evaluates": Post.EVALUATOR in actor.posts}
    return render(request, f"evaluation/{template}", {**frame, "my_places": waiting_visits(actor), **context}, status=status)


def csv_file(name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A table to take away, which a spreadsheet opens rightly and runs nothing of."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows([[guarded(cell) for cell in row] for row in rows])
    return download(f"{name}.csv", "text/csv; charset=utf-8", (BOM + out.getvalue()).encode())


def download(file_name: str, content_type: str, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response
