"""Charts of cases over time, by hour, by class and by channel."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import ibis
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models import Channel
from chengge.evaluation.indicators import POPULATIONS, Facts
from chengge.evaluation.indicators.shapes import Table
from chengge.evaluation.queries.dashboards.asked import Asked
from chengge.evaluation.queries.dashboards.reading import in_city, is_platform
from chengge.evaluation.queries.dashboards.shapes import Cell, Column, Kind
from chengge.foundation.models import ProblemClass

UNITS = {"day": "D", "week": "W", "month": "M"}
HOURS = range(24)
MONDAY = date(2024, 1, 1)  # any Monday: the days after it name the weekdays


def steps_of(asked: Asked) -> Iterator[date]:
    """The first days of the steps that the period touches."""
    day = asked.since
    if asked.step == "week":
        day -= timedelta(days=day.weekday())
    elif asked.step == "month":
        day = day.replace(day=1)
    while day <= asked.until:
        yield day
        day = (day + timedelta(days=31)).replace(day=1) if asked.step == "month" else day + timedelta(days=7 if asked.step == "week" else 1)


def within(moment: Any, asked: Asked) -> Any:
    """Whether a moment lies in the period."""
    return (moment >= ibis.literal(asked.begin)) & (moment < ibis.literal(asked.end))


def judged_handlings(facts: Facts, asked: Asked) -> Table:
    """Handlings that were due in the period, of the organization if one is asked for: what the on-time rate is taken of."""
    lower = asked.organization_id is not None and not is_platform(asked.organization_id)
    rows = POPULATIONS["level" if lower else "handling"].rows(facts)
    rows = rows.filter(rows.judged & within(rows.at, asked))
    return rows if asked.organization_id is None else rows.filter(rows.organization == asked.organization_id)


def trends(facts: Facts, asked: Asked) -> list[list[Cell]]:
    cases = facts.tables["cases"]
    columns = [
        _by_step(cases, "reported_at", asked),
        _by_step(cases, "filed_at", asked),
        _by_step(cases.filter(cases.stage == "closed"), "ended_at", asked),
    ]
    due = _stepped(judged_handlings(facts, asked), "at", asked).group_by("step")
    rated = {row["step"]: row for row in told(due.agg(due=lambda t: t.count(), in_time=lambda t: t.in_time.cast("int64").sum()))}
    rows: list[list[Cell]] = []
    for step in steps_of(asked):
        found = rated.get(step, {"due": 0, "in_time": 0})
        share = found["in_time"] / found["due"] if found["due"] else None
        rows.append([step.isoformat(), *(column.get(step, 0) for column in columns), found["due"], found["in_time"], share])
    return rows


def calendar(facts: Facts, asked: Asked) -> list[list[Cell]]:
    counted = _by_step(facts.tables["cases"], "reported_at", asked, "day")
    return [[day.isoformat(), counted.get(day, 0)] for day in (asked.since + timedelta(days=at) for at in range(asked.days))]


def hours(facts: Facts, asked: Asked) -> list[list[Cell]]:
    cases = facts.tables["cases"]
    at = in_city(cases.reported_at)
    found = (
        cases.filter(within(cases.reported_at, asked)).group_by(weekday=at.day_of_week.index(), hour=at.hour()).agg(n=lambda t: t.count())
    )
    counted = {(row["weekday"], row["hour"]): row["n"] for row in told(found)}
    rows: list[list[Cell]] = []
    for weekday in range(7):
        line = [counted.get((weekday, hour), 0) for hour in HOURS]
        rows.append([weekday, *line, sum(line)])
    return rows


def classes(facts: Facts, asked: Asked) -> list[list[Cell]]:
    cases = facts.tables["cases"]
    found = cases.filter(within(cases.reported_at, asked)).group_by("class_code")
    counted = told(found.agg(cases=lambda t: t.count(), closed=lambda t: (t.stage == "closed").cast("int64").sum()))
    due = judged_handlings(facts, asked).group_by("class_code")
    rated = {row["class_code"]: row for row in told(due.agg(due=lambda t: t.count(), in_time=lambda t: t.in_time.cast("int64").sum()))}
    total = sum(row["cases"] for row in counted)
    rows: list[list[Cell]] = []
    for row in sorted(counted, key=lambda row: (-row["cases"], row["class_code"])):
        judged = rated.get(row["class_code"])
        rate = judged["in_time"] / judged["due"] if judged else None
        rows.append([row["class_code"], "", "", row["cases"], row["cases"] / total, row["closed"], rate])
    return rows


def channels(facts: Facts, asked: Asked) -> list[list[Cell]]:
    cases, reports = facts.tables["cases"], facts.tables["reports"]
    said = reports.filter(within(reports.reported_at, asked)).semi_join(cases, "case_id").group_by("channel").agg(n=lambda t: t.count())
    reported = {row["channel"]: row["n"] for row in told(said)}
    found = cases.filter(within(cases.reported_at, asked)).group_by("channel")
    counted = told(
        found.agg(
            cases=lambda t: t.count(),
            filed=lambda t: t.filed_at.notnull().cast("int64").sum(),
            closed=lambda t: (t.stage == "closed").cast("int64").sum(),
        )
    )
    by_channel = {row["channel"]: row for row in counted}
    total = sum(row["cases"] for row in counted)
    rows: list[list[Cell]] = []
    for channel in reported.keys() | by_channel.keys():
        row = by_channel.get(channel, {"cases": 0, "filed": 0, "closed": 0})
        share, filed = row["cases"] / total if total else None, row["filed"] / row["cases"] if row["cases"] else None
        rows.append([channel, reported.get(channel, 0), row["cases"], share, row["filed"], filed, row["closed"]])
    return sorted(rows, key=lambda row: (-int(row[2] or 0), -int(row[1] or 0), str(row[0])))


def told(expression: Any) -> list[dict[str, Any]]:
    """The rows of an expression."""
    rows: list[dict[str, Any]] = expression.to_pyarrow().to_pylist()
    return rows


def _by_step(rows: Table, moment: str, asked: Asked, step: str = "") -> dict[date, int]:
    found = _stepped(rows.filter(within(rows[moment], asked)), moment, asked, step).group_by("step").agg(n=lambda t: t.count())
    return {row["step"]: row["n"] for row in told(found)}


def _stepped(rows: Table, moment: str, asked: Asked, step: str = "") -> Table:
    return rows.mutate(step=in_city(rows[moment]).truncate(UNITS[step or asked.step]).date())


def _weekdays(rows: list[list[Cell]]) -> list[list[Cell]]:
    return [[date_format(MONDAY + timedelta(days=int(row[0] or 0)), "l"), *row[1:]] for row in rows]


def _channel_names(rows: list[list[Cell]]) -> list[list[Cell]]:
    labels = dict(Channel.choices)
    return [[str(labels.get(str(row[0]), row[0])), *row[1:]] for row in rows]


def _class_names(rows: list[list[Cell]]) -> list[list[Cell]]:
    names = class_names()
    return [[row[0], *names.get(str(row[0]), (str(row[0])[:3], str(row[0]))), *row[3:]] for row in rows]


def class_names() -> dict[str, tuple[str, str]]:
    """Major and minor name of every class by its code in the facts, the latest edition's. One query."""
    rows = ProblemClass.objects.order_by("valid_from", "id").values_list("kind", "major_code", "minor_code", "major_name", "name")
    return {f"{kind[0]}{major}{minor}": (major_name, name) for kind, major, minor, major_name, name in rows}


def majors() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Major classes by code and name, each with its classes, for a choice. One query."""
    found: dict[str, tuple[str, list[tuple[str, str]]]] = defaultdict(lambda: ("", []))
    for code, (major, name) in sorted(class_names().items()):
        found[code[:3]] = (major, [*found[code[:3]][1], (code, name)])
    return [(code, name, below) for code, (name, below) in found.items()]


TRENDS = Kind(
    "trends",
    _("Trends"),
    _("Cases by the day on which they were reported, filed (the last time) and closed; of the handlings due, the share finished in time."),
    (
        Column("step", pgettext_lazy("period", "From"), "day"),
        Column("reported", pgettext_lazy("count", "Reported")),
        Column("filed", pgettext_lazy("count", "Filed")),
        Column("closed", pgettext_lazy("count", "Closed")),
        Column("due", _("Handlings due")),
        Column("in_time", _("Finished in time")),
        Column("on_time_rate", _("On-time rate"), "share"),
    ),
    trends,
)
CALENDAR = Kind(
    "calendar",
    _("Day by day"),
    _("Cases by the day on which they were reported."),
    (Column("day", _("Day"), "day"), Column("reported", pgettext_lazy("count", "Reported"))),
    calendar,
)
HOURS_OF_WEEK = Kind(
    "hours",
    _("Hour of day and weekday"),
    _("Cases by the hour in which they were reported, in the city's time."),
    (
        Column("weekday", _("Weekday"), "text"),
        *(Column(f"h{hour:02d}", f"{hour:02d}") for hour in HOURS),
        Column("total", _("Together")),
    ),
    hours,
    _weekdays,
)
CLASSES = Kind(
    "classes",
    _("What the problems are"),
    _("Cases reported, by class. On-time rate: of the handlings due in the period."),
    (
        Column("class_code", _("Code"), "text"),
        Column("major", _("major class"), "text"),
        Column("class", _("Class"), "text"),
        Column("cases", _("Cases")),
        Column("share", _("Share"), "share"),
        Column("closed", _("Closed by now")),
        Column("on_time_rate", _("On-time rate"), "share"),
    ),
    classes,
    _class_names,
)
CHANNELS = Kind(
    "channels",
    _("Channels"),
    _("How problems came in: reports, and the cases that they opened."),
    (
        Column("channel", _("Channel"), "text"),
        Column("reports", _("Reports")),
        Column("cases", _("Cases")),
        Column("share", _("Share of cases"), "share"),
        Column("filed", pgettext_lazy("count", "Filed")),
        Column("filed_share", _("Filing rate"), "share"),
        Column("closed", _("Closed by now")),
    ),
    channels,
    _channel_names,
)
