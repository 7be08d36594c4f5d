"""What the office pages of the field share: the frame, who may open them, and tables to take away."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.pages.exporting import BOM, guarded
from chengge.casework.queries.export import Cell
from chengge.domain.lifecycle import Post
from chengge.foundation.pages.manage.forms import Choices, division_choices
from chengge.foundation.queries import divisions_tree
from chengge.foundation.queries.places import DivisionNode
from chengge.organization.gates import for_posts
from chengge.organization.queries import CITY_ZONE, city_day

ROWS_AT_ONCE = 200

for_office = for_posts(Post.SHIFT_LEADER, Post.ADMINISTRATOR, Post.EVALUATOR)


def page(request: HttpRequest, template: str, part: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """An office page; `part` marks its place in the menu."""
    return render(request, f"field/{template}", {"tab": "manage", "part": part, **context}, status=status)


def csv_file(name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> StreamingHttpResponse:
    """A table as a file to take away, streamed, so that a large one does not have to be held at once."""
    response = StreamingHttpResponse(_lines(headings, iter(rows)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{city_day(clock.now()):%Y%m%d}.csv"'
    return response


def keeping(request: HttpRequest, *without: str) -> str:
    """The query of the address without some of its values, to hang others on."""
    kept = request.GET.copy()
    for name in without:
        kept.pop(name, None)
    return kept.urlencode()


def areas() -> Choices:
    """City, districts, streets and communities to choose from. One query."""
    return [("", _("All")), *division_choices()[1:]]


def streets() -> list[tuple[int, str]]:
    """Code and name of the streets that hold today, in order. One query."""

    def below(nodes: Sequence[DivisionNode]) -> list[tuple[int, str]]:
        return [found for node in nodes for found in ([(node.code, node.name)] if len(str(node.code)) == 9 else below(node.children))]

    return below(divisions_tree())


def _lines(headings: Sequence[str], rows: Iterator[Sequence[Cell]]) -> Iterator[str]:
    yield BOM + _line([headings])
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        yield _line([[_written(guarded(cell)) for cell in row] for row in chunk])


def _line(rows: Iterable[Sequence[Cell]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _written(cell: Cell) -> Cell:
    return f"{cell.astimezone(CITY_ZONE):%Y-%m-%d %H:%M:%S}" if isinstance(cell, datetime) else cell
