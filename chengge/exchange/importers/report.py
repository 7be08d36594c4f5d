"""Writing down what an import refused, in a table that can be put right and imported again."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chengge.exchange.importers.columns import text_of
from chengge.exchange.importers.plan import Fault, Plan
from chengge.exchange.tables import write_table


def write_refused(plan: Plan, path: Path) -> int:
    """The refused rows as they stood in the file, each with its reasons and what to do. Returns how many.

    Raises:
        Refused: the path ends neither in .csv nor in .xlsx.
    """
    headings = list(dict.fromkeys(heading for row in plan.refused_rows for heading in row.headings))
    added = [_("Sheet"), _("Row"), _("Reason"), pgettext("fault", "What to do")]

    def rows() -> Iterable[list[Any]]:
        for row in plan.refused_rows:
            by_heading = dict(zip(row.headings, row.values, strict=False))
            yield [*(text_of(by_heading.get(heading)) for heading in headings), row.sheet, row.number, row.reasons, row.hints]

    write_table(path, [*headings, *added], rows())
    return len(plan.refused_rows)


def write_faults(faults: Sequence[Fault], path: Path) -> None:
    """Every fault of a plan, with where it stands and what to do. Raises Refused for a path that is no table."""
    headings = [
        _("Severity"),
        _("File"),
        _("Sheet"),
        _("Row"),
        _("Column"),
        _("Value"),
        _("Fault"),
        pgettext("fault", "What to do"),
        _("Longitude"),
        _("Latitude"),
    ]
    rows = (
        [
            fault.severity.label,
            fault.file,
            fault.sheet,
            fault.row or "",
            fault.column,
            fault.value,
            fault.message,
            fault.hint,
            fault.lon,
            fault.lat,
        ]
        for fault in faults
    )
    write_table(path, headings, rows)
