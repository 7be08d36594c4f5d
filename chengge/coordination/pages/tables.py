"""A list of coordination as a table to take away: CSV that a spreadsheet opens rightly."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

from chengge import clock
from chengge.casework.pages.exporting import BOM, guarded
from chengge.organization.queries import city_day


def as_csv(name: str, headings: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> StreamingHttpResponse:
    """The table line by line; texts that a spreadsheet would run as formulas are made plain."""
    response = StreamingHttpResponse(_lines(headings, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{city_day(clock.now())}.csv"'
    return response


def _lines(headings: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> Iterator[str]:
    yield BOM + _line(headings)
    for row in rows:
        yield _line([guarded(cell) for cell in row])


def _line(cells: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
