"""The figures of a bulletin, read once from facts and runs and kept with it: all that its tables, charts and drafted words say."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import ibis

from chengge.evaluation.facts import FactStore
from chengge.evaluation.indicators import POPULATIONS, Facts, Settings, Subject, indicators, reckon, with_duckdb
from chengge.evaluation.models import EvaluationRun, RunSubject
from chengge.evaluation.periods import Period
from chengge.foundation.models import Division, ProblemClass
from chengge.foundation.queries.dated import holding_on
from chengge.organization.models import Organization, OrganizationKind
from chengge.organization.queries import city_day

OF_CITY = ("A0", "A8", "A1", "C3", "D1", "D2", "D4", "D5", "D6", "D10", "A7", "A9", "A10", "A11", "C1", "C5", "C9")
OF_STREETS = ("A0", "A8", "C3", "D2", "D6", "D4", "A9", "A11")
OF_ORGANIZATIONS = ("P15", "D1", "D2", "D4", "D6", "D7")
OF_CLASSES = ("A0", "A8", "C3", "D2", "A9")
OF_COMMUNITIES = ("A0",)
CANDIDATES = 5  # of each kind of notable case
STREET_UNIT, COMMUNITY_UNIT = 10**6, 10**3

Values = dict[str, list[Any]]  # by code: numerator and denominator (None for a count)


@dataclass(frozen=True, slots=True)
class Told:
    """One subject with its values in the period, and in the one before where they are told."""

    id: str
    name: str
    values: Values
    before: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A score as its run has it; `score_before` is that of the run of the period before, if there is one."""

    id: str
    name: str
    group: str
    score: str
    grade: str
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    workload: int
    score_before: str = ""
    rank_before: int | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """A run, with its scores in order."""

    run_id: int
    scheme: str
    scheme_en: str
    version: int
    judged: str
    post: str
    result_digest: str
    facts_digest: str
    subjects: list[Ranked]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that a rule has found. `rule` is a value of `BulletinCase.Rule`; `amount` is what it stands out by: seconds or a count."""

    rule: str
    case_id: int
    number: str
    class_name: str
    street: str
    community: str
    department: str
    reported_at: str
    ended_at: str
    amount: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that a bulletin counts. Moments and days are ISO texts, so that it is kept as JSON and read again the same.

    Attributes:
        first_day: the first day of which there are facts, where it lies within the period; else "".
        days: day, cases reported, cases closed.
        channels: channel and cases reported.
    """

    period: str
    begin: str
    end: str
    as_of: str
    first_day: str
    issuer: str
    facts_digest: str
    read_to: str
    settings: dict[str, Any]
    city: Values
    city_before: Values
    streets: list[Told]
    communities: list[Told]
    organizations: list[Told]
    classes: list[Told]
    channels: list[list[Any]]
    days: list[list[Any]]
    rankings: list[Ranking]

    def as_plain(self) -> dict[str, Any]:
        return asdict(self)


def from_plain(plain: dict[str, Any]) -> Figures:
    """Figures as they were kept."""
    subjects = {name: [Told(**row) for row in plain[name]] for name in ("streets", "communities", "organizations", "classes")}
    rankings = [Ranking(**{**row, "subjects": [Ranked(**one) for one in row["subjects"]]}) for row in plain["rankings"]]
    return Figures(**{**plain, **subjects, "rankings": rankings})


def gather(store: FactStore, period: Period, runs: Sequence[EvaluationRun], settings: Settings) -> tuple[Figures, list[Candidate]]:
    """Read the figures of a period, and the cases that stand out in it.

    Args:
        runs: the runs of the period, in the order in which they are told; there may be none.
    """
    facts = with_duckdb(store, settings)
    manifest = store.manifest()
    first = _first_day(facts)
    names = Names(period)
    before = period.before if first and first < period.first.isoformat() else None
    figures = Figures(
        period=period.name,
        begin=period.begin.isoformat(),
        end=period.end.isoformat(),
        as_of=facts.as_of.isoformat(),
        first_day=first if period.first.isoformat() < first < period.after.isoformat() else "",
        issuer=_issuer(period),
        facts_digest=manifest.digest(),
        read_to=manifest.read_to,
        settings=asdict(settings),
        city=_values(facts, OF_CITY, Subject.CITY, period).get("", {}),
        city_before=_values(facts, OF_CITY, Subject.CITY, before).get("", {}) if before else {},
        streets=told_by_subject(facts, OF_STREETS, Subject.STREET, period, names.streets, before),
        communities=told_by_subject(facts, OF_COMMUNITIES, Subject.COMMUNITY, period, names.communities),
        organizations=told_by_subject(facts, OF_ORGANIZATIONS, Subject.ORGANIZATION, period, names.departments),
        classes=told_by_subject(facts, OF_CLASSES, Subject.CLASS, period, names.classes),
        channels=_channels(facts, period),
        days=_days(facts, period),
        rankings=[_ranking(run) for run in runs],
    )
    return figures, _notable(facts, period, names)


class Names:
    """What areas, departments and classes are called on the last day of a period."""

    def __init__(self, period: Period) -> None:
        divisions = dict(holding_on(Division.objects.all(), period.last).values_list("code", "name"))
        self.streets = {str(code): name for code, name in divisions.items() if 10**8 <= code < 10**9}
        self.communities = {str(code): name for code, name in divisions.items() if 10**11 <= code < 10**12}
        answering = (OrganizationKind.DEPARTMENT, OrganizationKind.TERRITORY)
        rows = Organization.objects.filter(level=2, kind__in=answering).order_by("code").values_list("id", "short_name")
        self.departments = {str(pk): name for pk, name in rows}
        self.classes: dict[str, str] = {}
        for kind, major, minor, name in ProblemClass.objects.order_by("valid_from", "pk").values_list(
            "kind", "major_code", "minor_code", "name"
        ):
            self.classes[f"{kind[0]}{major}{minor}"] = name


def _issuer(period: Period) -> str:
    centre = (
        holding_on(Organization.objects.filter(kind=OrganizationKind.SUPERVISION_CENTRE, level=1), period.last).order_by("code").first()
    )
    return centre.name if centre else ""


def _values(facts: Facts, codes: Iterable[str], subject: Subject, period: Period) -> dict[str, Values]:
    wanted = [one for one in indicators(facts.settings) if one.code in set(codes)]
    found: dict[str, Values] = defaultdict(dict)
    for figure in reckon(facts, wanted, subject, period.begin, period.end):
        found[figure.subject_id][figure.code] = [figure.numerator, figure.denominator]
    return found


def told_by_subject(
    facts: Facts, codes: Iterable[str], subject: Subject, period: Period, names: dict[str, str], before: Period | None = None
) -> list[Told]:
    """Every named subject that has any figure in a period, with those of a period before where one is named."""
    now = _values(facts, codes, subject, period)
    earlier = _values(facts, codes, subject, before) if before else {}
    return [Told(key, name, now[key], earlier.get(key, {})) for key, name in names.items() if key in now]


def _first_day(facts: Facts) -> str:
    first = facts.tables["cases"].reported_at.min().execute()
    return "" if first is None or str(first) == "NaT" else city_day(first.to_pydatetime()).isoformat()


def _within(rows: Any, moment: Any, period: Period) -> Any:
    return rows.filter((moment >= ibis.literal(period.begin)) & (moment < ibis.literal(period.end)))


def _channels(facts: Facts, period: Period) -> list[list[Any]]:
    cases = facts.tables["cases"]
    counted = _within(cases, cases.reported_at, period).group_by("channel").agg(count=lambda t: t.case_id.count())
    rows = counted.to_pyarrow().to_pylist()
    return sorted(([row["channel"], row["count"]] for row in rows), key=lambda row: (-row[1], row[0]))


def _days(facts: Facts, period: Period) -> list[list[Any]]:
    reported, closed = (_by_day(POPULATIONS[name].rows(facts), period) for name in ("cases", "closings"))
    return [[day, reported.get(day, 0), closed.get(day, 0)] for day in _days_of(period)]


def _by_day(rows: Any, period: Period) -> dict[str, int]:
    """Rows by the city's day. Counted by the hour in the engine, which need not know the city's clock."""
    hours = _within(rows, rows.at, period).mutate(hour=lambda t: t.at.truncate("h")).group_by("hour").agg(count=lambda t: t.count())
    counts: dict[str, int] = defaultdict(int)
    for row in hours.to_pyarrow().to_pylist():
        counts[city_day(row["hour"]).isoformat()] += row["count"]
    return counts


def _days_of(period: Period) -> list[str]:
    return [period.first.fromordinal(number).isoformat() for number in range(period.first.toordinal(), period.after.toordinal())]


def _ranking(run: EvaluationRun) -> Ranking:
    scheme = run.version.scheme
    before = EvaluationRun.objects.filter(version__scheme=scheme, end=run.begin, replaced_by=None).order_by("-made_at", "-pk").first()
    earlier = {row.subject_id: row for row in RunSubject.objects.filter(run=before)} if before else {}
    subjects = [
        Ranked(
            id=row.subject_id,
            name=row.name,
            group=row.group,
            score="" if row.total is None else f"{row.total:.2f}",
            grade=row.grade,
            rank=row.rank,
            rank_low=row.rank_low,
            rank_high=row.rank_high,
            workload=row.workload,
            score_before=f"{earlier[row.subject_id].total:.2f}"
            if row.subject_id in earlier and earlier[row.subject_id].total is not None
            else "",
            rank_before=earlier[row.subject_id].rank if row.subject_id in earlier else None,
        )
        for row in run.subjects.all()
    ]
    return Ranking(
        run.pk,
        scheme.name,
        scheme.name_en or scheme.name,
        run.version.number,
        scheme.judged,
        scheme.post,
        run.result_digest,
        run.facts_digest,
        subjects,
    )


def _notable(facts: Facts, period: Period, names: Names) -> list[Candidate]:
    """Cases by rule: longest open at the end of the period, closed quickest, failed most checks, reported most often."""
    cases, moves, reports = (facts.tables[name] for name in ("cases", "moves", "reports"))
    end = ibis.literal(period.end)
    filed = cases.filter(cases.filed_at.notnull() & (cases.filed_at < end))
    still_open = filed.filter((filed.reported_at < end) & (filed.ended_at.isnull() | (filed.ended_at >= end)))
    still_open = still_open.mutate(amount=end.epoch_seconds() - still_open.reported_at.epoch_seconds())
    closed = cases.filter((cases.stage == "closed") & ~cases.self_disposed & cases.dispatched_at.notnull())
    closed = _within(closed, closed.ended_at, period)
    closed = closed.mutate(amount=closed.ended_at.epoch_seconds() - closed.reported_at.epoch_seconds())
    failed = _within(moves.filter(moves.action == "fail_check"), moves.at, period).group_by("case_id").agg(amount=lambda t: t.count())
    said = _within(reports, reports.reported_at, period).group_by("case_id").agg(amount=lambda t: t.count())
    again = said.filter(said.amount > 1)
    found: list[Candidate] = []
    for rule, rows, first in (
        ("longest_open", still_open, ibis.desc("amount")),
        ("quickest", closed, ibis.asc("amount")),
        ("most_reworked", cases.inner_join(failed, "case_id"), ibis.desc("amount")),
        ("most_reported", cases.inner_join(again, "case_id"), ibis.desc("amount")),
    ):
        told = rows.order_by(first, "case_id").limit(CANDIDATES).to_pyarrow().to_pylist()
        found.extend(_candidate(rule, row, names) for row in told)
    return found


def _candidate(rule: str, row: dict[str, Any], names: Names) -> Candidate:
    grid = row["grid_code"] or 0
    return Candidate(
        rule=rule,
        case_id=row["case_id"],
        number=row["number"],
        class_name=names.classes.get(row["class_code"], row["class_code"]),
        street=names.streets.get(str(grid // STREET_UNIT), ""),
        community=names.communities.get(str(grid // COMMUNITY_UNIT), ""),
        department=names.departments.get(str(row["department_id"]), ""),
        reported_at=_iso(row["reported_at"]),
        ended_at=_iso(row["ended_at"]),
        amount=int(row["amount"]),
    )


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""
