"""Plans and progress on the command line."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from chengge.exchange.history.reading import HistoryPlan
from chengge.exchange.importers.plan import FaultGroup, Plan
from chengge.exchange.importers.plan import Progress as Told

FAULTS_SHOWN = 20
MISSING_SHOWN = 10
VALUES_SHOWN = 160  # characters
WIDTH_WITHOUT_TERMINAL = 160


@contextmanager
def shown_progress() -> Iterator[Told]:
    """A bar for each kind of work it is told of, on the error stream, so that output can be piped."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total or None)
            bars.update(tasks[what], completed=done, total=total or None)

        yield told


def page_of(plan: Plan, colours: bool, with_samples: bool) -> str:
    """A plan as text: counts, notes, faults, and some rows if wanted."""
    page = StringIO()
    console = Console(file=page, force_terminal=colours, width=None if colours else WIDTH_WITHOUT_TERMINAL)
    console.print(escape(_counts(plan)))
    for note in plan.notes:
        console.print(f"• {escape(note)}")
    if plan.missing and not plan.options.end_missing:
        console.print(f"• {escape(_missing(plan))}")
    groups = plan.grouped_faults()
    if groups:
        console.print(_faults(groups[:FAULTS_SHOWN]))
    if len(groups) > FAULTS_SHOWN:
        console.print(escape(_("… and %(count)d more kinds of fault; --report FILE writes all.") % {"count": len(groups) - FAULTS_SHOWN}))
    if with_samples and plan.samples:
        console.print(_samples(plan))
    return page.getvalue()


def history_page(made: HistoryPlan) -> str:
    """What a list of old cases would bring, as text."""
    said = {
        "read": made.read,
        "cases": len(made.cases),
        "refused": len(made.faults),
        "limit": made.without_limit,
        "place": made.without_place,
    }
    lines = [
        _("%(read)d rows: %(cases)d cases, %(refused)d refused.") % said,
        _("%(limit)d have no limit: they are neither in time nor late. %(place)d have no position of their own.") % said,
    ]
    if made.unmapped:
        lines.append(_("Not named in the mapping (most frequent first):"))
        lines += [f"  {name}: {value or '–'} × {count}" for (name, value), count in made.unmapped.most_common(FAULTS_SHOWN)]
    lines += [f"  {fault.row}, {fault.column}, {fault.value!r}: {fault.message}" for fault in made.faults[:FAULTS_SHOWN]]
    return "\n".join(lines)


def _counts(plan: Plan) -> str:
    counts = plan.counts
    return _("%(file)s: %(read)d rows; %(new)d new, %(changed)d changed, %(same)d as they are, %(refused)d refused, %(ended)d ending.") % {
        "file": plan.file_name,
        "read": counts.read,
        "new": counts.new,
        "changed": counts.changed,
        "same": counts.same,
        "refused": counts.refused,
        "ended": counts.ended,
    }


def _missing(plan: Plan) -> str:
    said = {"count": len(plan.missing), "names": _(", ").join(plan.missing[:MISSING_SHOWN])}
    if len(plan.missing) > MISSING_SHOWN:
        return _("Not in the file and left as they are: %(names)s … (%(count)d)") % said
    return _("Not in the file and left as they are: %(names)s") % said


def _faults(groups: Sequence[FaultGroup]) -> Table:
    table = Table(title=_("What to look at"), title_justify="left")
    for heading in (_("Severity"), _("Rows"), _("Column"), _("Value"), _("Fault"), pgettext("fault", "What to do")):
        table.add_column(heading, overflow="fold")
    for group in groups:
        rows = ", ".join(filter(None, (f"{fault.sheet} {fault.row}".strip() if fault.row else fault.place for fault in group.first)))
        if group.count > len(group.first):
            rows = _("%(rows)s … (%(count)d)") % {"rows": rows, "count": group.count}
        cells = (group.severity.label, rows, group.column, group.values[:VALUES_SHOWN], group.message, group.hint)
        table.add_row(*map(escape, cells))
    return table


def _samples(plan: Plan) -> Table:
    table = Table(title=_("Some rows"), title_justify="left")
    headings = list(dict.fromkeys(heading for sample in plan.samples for heading, _text in sample.cells))[:6]
    for heading in (_("State"), _("Row"), *headings, _("Now")):
        table.add_column(heading, overflow="fold")
    for sample in plan.samples:
        cells = dict(sample.cells)
        was = "; ".join(f"{name}: {value[:40]}" for name, value in sample.was.items())
        shown = (sample.state.label, f"{sample.sheet} {sample.row}".strip(), *(cells.get(heading, "")[:60] for heading in headings), was)
        table.add_row(*map(escape, shown))
    return table
