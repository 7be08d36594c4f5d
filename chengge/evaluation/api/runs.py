"""Scores: runs, who stands where, a score opened down to its cases, what would change a grade, and two sides compared."""

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from chengge.evaluation.actions.runs import Wanted, make_run
from chengge.evaluation.facts import city_facts
from chengge.evaluation.indicators import Settings, Subject, with_duckdb
from chengge.evaluation.models import EvaluationRun, RunPart, RunSubject
from chengge.evaluation.queries.comparing import Compared, Side, before_and_after, compare, two_groups, two_periods
from chengge.evaluation.queries.explaining import mending_of, opened
from chengge.evaluation.queries.runs import (
    changes_of,
    found_runs,
    group_label,
    part_name,
    require_reader,
    run_at,
    subject_at,
    subjects_in_sight,
)
from chengge.evaluation.run_files import as_json
from chengge.organization.kept_answers import once
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import NO_ZERO, CaseNumber, Day, Id, Incoming, Key, Moment, Outgoing, PageCursor, PageSize, text
from chengge.rest.pages import page_before

router = Router()
WHOLE_CITY = "city"
SubjectId = Annotated[str, Field(pattern=r"^(city|[0-9]{1,20})$", description="Id of the subject; `city` for the whole city")]
Position = Annotated[int, Field(ge=0, le=10_000, description="Of the item in the score, from 0")]
PeriodName = Annotated[str, Field(max_length=10, pattern=NO_ZERO, examples=["2026-10", "2026-Q4", "2026-W41"])]


class RunOut(Outgoing):
    id: int
    scheme: str = Field(description="Code of the scheme", examples=["departments"])
    version: int
    period: PeriodName
    begin: Moment
    end: Moment
    as_of: Moment = Field(description="The moment up to which the facts told")
    ledger_entry_id: int = Field(description="The last entry that the facts had read")
    facts_digest: str
    result_digest: str = Field(description="SHA-256 over every figure; reckoning again gives the same")
    engine: str
    seed: int
    samples: int
    made_at: Moment
    replaces: int | None
    reason: str


class RunsOut(Outgoing):
    runs: list[RunOut]
    next: str | None = Field(description="`cursor` of the next page; null: this was the last")


class RunsAsked(Incoming):
    scheme: Annotated[str, Field(max_length=40, pattern=NO_ZERO)] = ""
    period: Annotated[str, Field(max_length=10, pattern=NO_ZERO, description="A period, or how its name begins")] = ""
    replaced: bool = Field(False, description="Replaced runs too")
    cursor: PageCursor = ""
    limit: PageSize = 50


class RunIn(Incoming):
    scheme: text(40, 1)
    period: text(10, 1)
    reason: text(200) = ""


class ScoreOut(Outgoing):
    id: str
    name: str
    group: str
    score: float | None
    score_low: float | None = Field(description="The middle 90 % of the scores of cases drawn anew")
    score_high: float | None
    grade: str
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    workload: int


class ScoredOut(RunOut):
    scores: list[ScoreOut]


class PartOut(Outgoing):
    position: int
    aspect: str
    code: str
    name: str
    numerator: float | None
    denominator: int | None
    points: float | None
    points_exact: str = Field(description="As a fraction", examples=["547/6"])
    share_exact: str = Field(description="Of the whole score, as a fraction")
    left_out: str


class OpenedScoreOut(ScoreOut):
    score_exact: str
    bonus: float
    vetoed_by: str
    parts: list[PartOut]


class CountedCaseOut(Outgoing):
    number: CaseNumber
    stage: str
    numerator: int
    denominator: int


class CountedCasesOut(Outgoing):
    formula: str
    basis: str
    count: int = Field(description="Cases that you may see")
    hidden: int = Field(description="More that are counted and that you may not see")
    cases: list[CountedCaseOut]


class CasesAsked(Incoming):
    which: Literal["all", "numerator", "rest"] = Field("all", description="rest: counted less above than below")
    page: Annotated[int, Field(ge=1, le=100_000)] = 1


class MendedOut(Outgoing):
    number: CaseNumber
    points: float
    indicators: list[str]


class MendingOut(Outgoing):
    next_grade: str | None = Field(description="null: there is none above")
    possible: bool
    faulty: int = Field(description="Cases that went wrong in all")
    score_after: str
    hidden: int
    cases: list[MendedOut]


class ChangedOut(Outgoing):
    id: str
    name: str
    score_before: float | None
    score: float | None
    grade_before: str
    grade: str
    rank_before: int | None
    rank: int | None
    items: list[str]


class RunChangesOut(Outgoing):
    replaces: int
    reason: str
    subjects: list[ChangedOut]
    cases: list[CaseNumber]
    more_cases: int


class CompareAsked(Incoming):
    mode: Literal["periods", "change", "groups"] = "periods"
    judged: Literal["city", "street", "community", "organization"] = "city"
    first: Annotated[str, Field(max_length=10, pattern=NO_ZERO, description="First period")] = ""
    second: Annotated[str, Field(max_length=10, pattern=NO_ZERO, description="Second period")] = ""
    change: Day | None = Field(None, description="Day from which it was otherwise")
    days: Annotated[int, Field(ge=1, le=731)] = 30
    period: Annotated[str, Field(max_length=10, pattern=NO_ZERO, description="Of two groups")] = ""
    ids: list[Annotated[str, Field(max_length=20, pattern=NO_ZERO)]] = Field(default_factory=list, max_length=500)
    others: list[Annotated[str, Field(max_length=20, pattern=NO_ZERO)]] = Field(default_factory=list, max_length=500)
    indicators: list[Annotated[str, Field(max_length=40, pattern=NO_ZERO)]] = Field(default_factory=list, max_length=200)


class ComparedOut(Outgoing):
    code: str
    name: str
    first: float | None
    second: float | None
    first_numerator: int
    first_denominator: int | None
    second_numerator: int
    second_denominator: int | None
    difference: float | None
    low: float | None = Field(description="The middle 90 % of the differences of cases drawn anew")
    high: float | None
    ratio: float | None
    verdict: Literal["better", "worse", "other", "unsure", "nothing"]


class ComparisonOut(Outgoing):
    first: str
    second: str
    facts_digest: str
    indicators: list[ComparedOut]


@router.get("/evaluation/runs", response=answers({200: RunsOut}))
def list_runs(request: HttpRequest, asked: Query[RunsAsked]) -> RunsOut:
    """Runs that you may read, the latest first; a department sees those that judge it."""
    rows = found_runs(request.actor, asked.scheme, asked.period, asked.replaced)
    found, following = page_before(rows, "id", asked.cursor, asked.limit)
    return RunsOut(runs=[RunOut(**_run(one)) for one in found], next=following)


@router.post("/evaluation/runs", response=answers({201: RunOut}, 403, 404, 409))
def start_run(request: HttpRequest, given: RunIn, key: Key = None) -> Status | HttpResponse:
    """Score a period by a scheme, from the ledger up to now. Where there is such a run already, a reason is needed why this replaces it."""
    wanted = Wanted(given.scheme, given.period, given.reason)
    return once(request, key, 201, lambda: RunOut(**_run(make_run(request.actor, wanted))))


@router.get("/evaluation/runs/{run_id}", response=answers({200: ScoredOut}, 404))
@single_thing
def read_run(request: HttpRequest, run_id: Id) -> ScoredOut:
    """A run with the scores that you may read, in the order of peer groups and ranks."""
    run = run_at(request.actor, run_id)
    return ScoredOut(**_run(run), scores=[ScoreOut(**_score(one)) for one in subjects_in_sight(request.actor, run)])


@router.get("/evaluation/runs/{run_id}/all", response=answers({200: dict}, 403, 404))
@single_thing
def read_whole_run(request: HttpRequest, run_id: Id) -> dict:
    """Everything of a run, fractions exact: what is needed to check it."""
    require_reader(request.actor)
    run = run_at(request.actor, run_id)
    return as_json(run, subjects_in_sight(request.actor, run).prefetch_related("parts"))


@router.get("/evaluation/runs/{run_id}/changes", response=answers({200: RunChangesOut}, 403, 404))
def read_run_changes(request: HttpRequest, run_id: Id) -> RunChangesOut:
    """What a run changed against the one that it replaces, and the cases behind it."""
    require_reader(request.actor)
    run = run_at(request.actor, run_id)
    found = changes_of(run)
    changed = [
        ChangedOut(
            id=one.subject.subject_id or WHOLE_CITY,
            name=one.subject.name,
            score_before=_float(one.old and one.old.total),
            score=_float(one.subject.total),
            grade_before=one.old.grade if one.old else "",
            grade=one.subject.grade,
            rank_before=one.old.rank if one.old else None,
            rank=one.subject.rank,
            items=[part.name for part in one.parts],
        )
        for one in found.subjects
    ]
    numbers = [case.number for case in found.cases]
    return RunChangesOut(replaces=run.replaces_id, reason=run.reason, subjects=changed, cases=numbers, more_cases=found.more_cases)


@router.get("/evaluation/runs/{run_id}/scores/{subject}", response=answers({200: OpenedScoreOut}, 404))
@single_thing
def read_score(request: HttpRequest, run_id: Id, subject: SubjectId) -> OpenedScoreOut:
    """A score with what every item of the scheme brought to it."""
    found = subject_at(request.actor, run_id, _subject_id(subject))
    return OpenedScoreOut(
        **_score(found),
        score_exact=found.total_exact,
        bonus=float(found.bonus),
        vetoed_by=found.vetoed_by,
        parts=[_part(part) for part in found.parts.all()],
    )


@router.get("/evaluation/runs/{run_id}/scores/{subject}/items/{position}/cases", response=answers({200: CountedCasesOut}, 404, 409))
def read_counted_cases(
    request: HttpRequest, run_id: Id, subject: SubjectId, position: Position, asked: Query[CasesAsked]
) -> CountedCasesOut:
    """The cases behind an item, fifty to a page, each with what it counts above and below. GET /cases/{number}/ledger opens one further."""
    found = opened(request.actor, subject_at(request.actor, run_id, _subject_id(subject)), position, asked.which, asked.page)
    return CountedCasesOut(
        formula=found.formula,
        basis=found.basis,
        count=found.case_count,
        hidden=found.hidden,
        cases=[
            CountedCaseOut(number=one.number, stage=one.stage, numerator=one.in_numerator, denominator=one.in_denominator)
            for one in found.cases
        ],
    )


@router.get("/evaluation/runs/{run_id}/scores/{subject}/next-grade", response=answers({200: MendingOut}, 404, 409))
def read_next_grade(request: HttpRequest, run_id: Id, subject: SubjectId) -> MendingOut:
    """The fewest cases that, had they gone as they should, would have lifted the score to the next grade."""
    found = mending_of(request.actor, subject_at(request.actor, run_id, _subject_id(subject)))
    if found.mending is None:
        return MendingOut(next_grade=None, possible=False, faulty=0, score_after="", hidden=0, cases=[])
    return MendingOut(
        next_grade=found.mending.grade,
        possible=found.mending.possible,
        faulty=found.mending.faulty,
        score_after=found.after,
        hidden=found.hidden,
        cases=[MendedOut(number=case.number, points=gained, indicators=list(names)) for case, gained, names in found.cases],
    )


@router.get("/evaluation/compare", response=answers({200: ComparisonOut}, 403))
def compare_sides(request: HttpRequest, asked: Query[CompareAsked]) -> ComparisonOut:
    """Two periods, before and after a day, or two groups, by the same indicators; each difference with its interval."""
    require_reader(request.actor)
    sides = _sides(asked)
    store = city_facts()
    found = compare(with_duckdb(store, Settings()), Subject(asked.judged), sides, asked.indicators)
    told = [_compared(one) for one in found]
    return ComparisonOut(first=sides[0].name, second=sides[1].name, facts_digest=store.manifest().digest(), indicators=told)


def _sides(asked: CompareAsked) -> tuple[Side, Side]:
    if asked.mode == "groups":
        return two_groups(asked.period, ("1", asked.ids), ("2", asked.others))
    first, second = (
        before_and_after(asked.change, asked.days) if asked.mode == "change" and asked.change else two_periods(asked.first, asked.second)
    )
    only = frozenset(asked.ids)
    return Side(first.name, first.begin, first.end, only), Side(second.name, second.begin, second.end, only)


def _run(run: EvaluationRun) -> dict:
    return {
        "id": run.pk,
        "scheme": run.version.scheme.code,
        "version": run.version.number,
        "replaces": run.replaces_id,
    } | {name: getattr(run, name) for name in RunOut.model_fields if name not in ("id", "scheme", "version", "replaces")}


def _score(one: RunSubject) -> dict:
    return {
        "id": one.subject_id or WHOLE_CITY,
        "name": one.name,
        "group": group_label(one.group),
        "score": _float(one.total),
        "score_low": _float(one.total_low),
        "score_high": _float(one.total_high),
        "grade": one.grade,
        "rank": one.rank,
        "rank_low": one.rank_low,
        "rank_high": one.rank_high,
        "workload": one.workload,
    }


def _part(part: RunPart) -> PartOut:
    return PartOut(
        position=part.position,
        aspect=part.aspect,
        code=part.code,
        name=part_name(part),
        numerator=_float(part.numerator),
        denominator=part.denominator,
        points=_float(part.points),
        points_exact=part.points_exact,
        share_exact=part.share_exact,
        left_out=part.left_out,
    )


def _compared(one: Compared) -> ComparedOut:
    return ComparedOut(
        code=one.indicator.code,
        name=one.indicator.name_en,
        first=one.first.value,
        second=one.second.value,
        first_numerator=one.first.numerator,
        first_denominator=one.first.denominator,
        second_numerator=one.second.numerator,
        second_denominator=one.second.denominator,
        difference=one.difference,
        low=one.low,
        high=one.high,
        ratio=one.ratio,
        verdict=one.verdict.value,
    )


def _subject_id(address: str) -> str:
    return "" if address == WHOLE_CITY else address


def _float(value: object) -> float | None:
    return None if value is None else float(value)  # type: ignore[arg-type]
