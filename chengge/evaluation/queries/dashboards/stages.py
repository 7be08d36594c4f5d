"""Charts of the way of a case: how long each stage takes, and how far cases get."""

from collections import Counter

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from chengge.casework.models.choices import ClockChoice, StageChoice
from chengge.domain.lifecycle import ClockKind
from chengge.evaluation.indicators import Facts
from chengge.evaluation.indicators.populations import NOT_ITS_DUTY
from chengge.evaluation.queries.dashboards.asked import Asked
from chengge.evaluation.queries.dashboards.charts import told, within
from chengge.evaluation.queries.dashboards.shapes import Cell, Column, Kind

WHOLE = "whole"
SECONDS = 3600
STEPS = ("reported", "filed", "dispatched", "handled", "closed")
LOST = ("rejected", "transferred", "voided", "merged")


def stage_times(facts: Facts, asked: Asked) -> list[list[Cell]]:
    cases, stages = facts.tables["cases"], facts.tables["stages"]
    stopped = stages.filter(within(stages.stopped_at, asked) & stages.worked_seconds.notnull())
    for clock, actions in NOT_ITS_DUTY.items():
        if actions:
            taken_away = (stopped.clock == clock) & stopped.stopped_by.isin(actions)
            stopped = stopped.filter(~taken_away.fill_null(False))
    if asked.organization_id is not None:
        stopped = stopped.filter(stopped.organization_id.isnull() | (stopped.organization_id == asked.organization_id))
    found = stopped.group_by("clock").agg(
        n=lambda t: t.count(),
        median=lambda t: t.worked_seconds.quantile(0.5),
        p90=lambda t: t.worked_seconds.quantile(0.9),
        limit=lambda t: t.limit_seconds.quantile(0.5),
        in_time=lambda t: (~t.overdue).cast("int64").sum(),
    )
    by_clock = {row["clock"]: row for row in told(found)}
    rows = [_line(clock, by_clock[clock]) for clock in map(str, ClockKind) if clock in by_clock]
    closed = cases.filter((cases.stage == "closed") & within(cases.ended_at, asked))
    lasted = closed.mutate(seconds=closed.ended_at.epoch_seconds() - closed.reported_at.epoch_seconds())
    whole = told(lasted.agg(n=lambda t: t.count(), median=lambda t: t.seconds.quantile(0.5), p90=lambda t: t.seconds.quantile(0.9)))[0]
    return [*rows, [WHOLE, whole["n"], whole["median"] / SECONDS, whole["p90"] / SECONDS, None, None]] if whole["n"] else rows


def funnel(facts: Facts, asked: Asked) -> list[list[Cell]]:
    cases = facts.tables["cases"]
    found = cases.filter(within(cases.reported_at, asked)).group_by(
        "stage", "self_disposed", filed=lambda t: t.filed_at.notnull(), dispatched=lambda t: t.dispatched_at.notnull(),
        handled=lambda t: t.handled_at.notnull(),
    )  # fmt: skip
    reached, left = Counter[str](), Counter[tuple[str, str]]()
    for row in told(found.agg(n=lambda t: t.count())):
        furthest = _furthest(row["stage"], row["self_disposed"], (row["filed"], row["dispatched"], row["handled"]))
        for step in STEPS[: furthest + 1]:
            reached[step] += row["n"]
        if STEPS[furthest] != "closed":
            why = "self_disposed" if row["self_disposed"] else row["stage"] if row["stage"] in LOST else "open"
            left[STEPS[furthest], why] += row["n"]
    rows: list[list[Cell]] = []
    for number, step in enumerate(STEPS):
        before = reached[STEPS[number - 1]] if number else 0
        rows.append(
            [
                step,
                reached[step],
                reached[step] / reached["reported"] if reached["reported"] else None,
                reached[step] / before if before else None,
                *(left[step, why] for why in ("self_disposed", *LOST, "open")),
            ]
        )
    return rows


def _furthest(stage: str, self_disposed: bool, marks: tuple[bool, bool, bool]) -> int:
    """How far a case came, as a place in `STEPS`. One put right on the spot never went through the departments."""
    if self_disposed:
        return 0
    if stage == "closed":
        return len(STEPS) - 1
    return max((at for at, mark in enumerate(marks, 1) if mark), default=0)


def _line(clock: str, row: dict[str, float]) -> list[Cell]:
    n = int(row["n"])
    return [clock, n, row["median"] / SECONDS, row["p90"] / SECONDS, row["limit"] / SECONDS, (row["in_time"] or 0) / n]


def _stage_names(rows: list[list[Cell]]) -> list[list[Cell]]:
    labels = {**dict(ClockChoice.choices), WHOLE: _("Whole case, day and night")}
    return [[str(labels.get(str(row[0]), row[0])), *row[1:]] for row in rows]


def _step_names(rows: list[list[Cell]]) -> list[list[Cell]]:
    labels = {
        "reported": pgettext("count", "Reported"),
        "filed": pgettext("count", "Filed"),
        "dispatched": pgettext("count", "Dispatched"),
        "handled": pgettext("count", "Handled"),
        "closed": pgettext("count", "Closed"),
    }
    return [[str(labels[str(row[0])]), *row[1:]] for row in rows]


STAGE_TIMES = Kind(
    "stages",
    _("How long each stage takes"),
    _("Stages that ended in the period, counted like their limits. Half took no longer than the median, nine in ten no longer than p90."),
    (
        Column("stage", _("Stage"), "text"),
        Column("count", _("Ended")),
        Column("median", _("Median"), "hours"),
        Column("p90", _("p90"), "hours"),
        Column("limit", _("Usual limit"), "hours"),
        Column("on_time_rate", _("On-time rate"), "share"),
    ),
    stage_times,
    _stage_names,
)
FUNNEL = Kind(
    "funnel",
    _("From report to closing"),
    _("Cases reported in the period: how far they have come by now, and what became of the others."),
    (
        Column("step", _("Step"), "text"),
        Column("reached", _("Came so far")),
        Column("of_reported", _("Of all"), "share"),
        Column("of_before", _("Of the step before"), "share"),
        Column("self_disposed", _("Put right on the spot")),
        Column("rejected", StageChoice.REJECTED.label),
        Column("transferred", StageChoice.TRANSFERRED.label),
        Column("voided", StageChoice.VOIDED.label),
        Column("merged", StageChoice.MERGED.label),
        Column("open", _("Still here")),
    ),
    funnel,
    _step_names,
)
