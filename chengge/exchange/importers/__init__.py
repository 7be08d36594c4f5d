"""Importing what a city has: read a file, see what it would change, and change it, whole or not at all.

The command line and the administrator's page both call `plan` and `apply`; the rules are here and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.errors import Conflict, Refused
from chengge.exchange.importers.base import Importer, Work
from chengge.exchange.importers.kinds import KINDS
from chengge.exchange.importers.options import Options, help_of
from chengge.exchange.importers.plan import Counts, Fault, FaultGroup, Plan, Progress, RefusedRow, Sample, Severity, State, silent
from chengge.exchange.importers.reading import hash_of, read
from chengge.exchange.importers.report import write_faults, write_refused
from chengge.exchange.models import ImportRun
from chengge.foundation.models import Revision
from chengge.organization.actions import require_administrator
from chengge.organization.queries import Actor, city_day

COMMON_OPTIONS = ("day", "skip_bad", "sheet", "encoding", "columns")
# Of the lock that lets only one import write at a time.
IMPORT_LOCK = 7_430_428


@dataclass(frozen=True, slots=True)
class Applied:
    """An import that was carried out. `outcome` is what the kind hands back, such as first passwords of new members."""

    run: ImportRun
    outcome: Any


def importer_of(kind: str) -> Importer:
    """A fresh importer of a kind. Raises Refused when there is no such kind."""
    try:
        return KINDS[kind]()
    except KeyError:
        raise Refused(
            "kind",
            _("“%(kind)s” is nothing that can be imported.") % {"kind": kind},
            _("Choose one of: %(kinds)s.") % {"kinds": _(", ").join(KINDS)},
        ) from None


def options_of(kind: str) -> tuple[str, ...]:
    """Names of the options that a kind takes."""
    return importer_of(kind).options + COMMON_OPTIONS


def plan(kind: str, file: Path, options: Options | None = None, progress: Progress = silent, file_name: str = "") -> Plan:
    """What importing a file would do. Writes nothing.

    Args:
        file_name: the name to show, where the file lies under another one (an upload).

    Raises:
        Refused: the file cannot be read as this kind at all; single bad rows are faults of the plan.
    """
    importer = importer_of(kind)
    options = options or Options()
    revisions = _revisions(importer)
    table = read(file, importer.columns, options)
    table = replace(table, file_name=file_name or file.name)
    day = options.day or city_day(clock.now())
    work = Work(table, options, day, progress, importer.columns, notes=list(table.notes))
    importer.read(work)
    importer.check(work)
    changes = importer.compare(work)
    states = [record.state for record in work.records]
    counts = Counts(
        new=states.count(State.NEW),
        changed=states.count(State.CHANGED),
        same=states.count(State.SAME),
        refused=states.count(State.REFUSED),
        ended=work.ended_count,
    )
    return Plan(
        kind=kind,
        file_name=table.file_name,
        file_hash=hash_of(file),
        options=options,
        day=day,
        counts=counts,
        samples=work.samples(),
        faults=tuple(work.faults),
        notes=tuple(work.notes),
        refused_rows=work.refused_rows(),
        missing=tuple(work.missing),
        changes=changes,
        revisions=revisions,
    )


def apply(plan: Plan, actor: Actor, progress: Progress = silent) -> Applied:
    """Carry a plan out, whole or not at all, and keep a record of who imported what.

    Raises:
        Forbidden: the actor is no administrator.
        Refused: rows are refused and leaving them out was not asked for.
        Conflict: the tables have changed since the plan was made.
    """
    require_administrator(actor)
    if not plan.may_be_applied:
        raise Refused(
            "import_refused",
            _("%(file)s: %(count)d rows cannot be imported, so nothing was.") % {"file": plan.file_name, "count": plan.counts.refused},
            _("Put them right, or import the others without them."),
        )
    importer = importer_of(plan.kind)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])
        if _revisions(importer) != plan.revisions:
            raise Conflict(
                "changed_meanwhile",
                _("The tables have changed since this preview was made; nothing was imported."),
                _("Look at a new preview."),
            )
        outcome = None if plan.changes_nothing else importer.carry_out(plan.changes, actor, plan.day, progress)
        run = ImportRun.objects.create(
            kind=plan.kind,
            file_name=plan.file_name[:200],
            file_hash=plan.file_hash,
            member_id=actor.member_id,
            at=clock.now(),
            day=plan.day,
            options=plan.options.described(),
            new=plan.counts.new,
            changed=plan.counts.changed,
            same=plan.counts.same,
            refused=plan.counts.refused,
            ended=plan.counts.ended,
        )
    return Applied(run, outcome)


def _revisions(importer: Importer) -> Mapping[str, int]:
    return dict(Revision.objects.filter(name__in=importer.revisions).values_list("name", "number"))


__all__ = [
    "COMMON_OPTIONS",
    "KINDS",
    "Applied",
    "Counts",
    "Fault",
    "FaultGroup",
    "Options",
    "Plan",
    "Progress",
    "RefusedRow",
    "Sample",
    "Severity",
    "State",
    "apply",
    "help_of",
    "importer_of",
    "options_of",
    "plan",
    "write_faults",
    "write_refused",
]
