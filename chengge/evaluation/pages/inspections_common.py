"""What the pages of inspections share: the frame, tables to take away, reading forms."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from chengge.casework.pages.exporting import BOM, guarded
from chengge.domain.errors import Refused
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


def text(given: QueryDict, name: str) -> str:
    return given.get(name, "").replace("\x00", "").strip()


def whole(given: QueryDict, name: str, otherwise: int | None = None) -> int | None:
    """A whole number of a form; `otherwise` where nothing is written. Raises Refused."""
    return number_in(text(given, name), name, otherwise)


def number_in(written: str, name: str, otherwise: int | None = None) -> int | None:
    if not written:
        return otherwise
    if not (written.isascii() and written.isdigit() and int(written) < 2**63):
        raise Refused("invalid", _("“%(value)s” is not a whole number.") % {"value": written[:40]}, field=name)
    return int(written)


def degrees(given: QueryDict, name: str) -> float | None:
    """A number of a form. Raises Refused."""
    written = text(given, name)
    if not written:
        return None
    try:
        value = float(written)
    except ValueError:
        value = float("nan")
    if value != value or abs(value) > 1e6:
        raise Refused("invalid", _("“%(value)s” is not a number.") % {"value": written[:40]}, field=name)
    return value


def day(given: QueryDict, name: str) -> date:
    """A day of a form. Raises Refused."""
    try:
        found = date.fromisoformat(text(given, name))
    except ValueError:
        found = date.min
    if not 1990 <= found.year <= 2200:
        raise Refused("day", _("Choose a day."), _("It is written as 2026-11-24."), name)
    return found
