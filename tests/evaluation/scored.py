"""Runs written row by row, for tests of what follows from scores: nobody has to be judged for that."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256

from chengge import clock
from chengge.evaluation.actions.consequence_rules import RuleValues, StepValues, save_rule
from chengge.evaluation.models import ConsequenceRule, EvaluationRun, Judged, RunPart, RunSubject, Scheme, SchemeGrade, SchemeVersion
from chengge.evaluation.periods import period_of
from chengge.organization.queries import Actor
from tests.factories import SINCE, City

GRADES = ((90, "A"), (75, "B"), (60, "C"), (0, "D"))
YUAN = 100
UNITS = ("works", "sanitation", "street_office")


def department_scheme(code: str = "department", **more) -> SchemeVersion:
    """A scheme of departments in effect since the beginning of the year, with its grades."""
    scheme = Scheme.objects.create(code=code, name="专业部门评价", **({"judged": Judged.ORGANIZATION, "level": 2} | more))
    version = SchemeVersion.objects.create(scheme=scheme, number=1, state="in_effect", valid_from=SINCE, made_at=clock.now())
    SchemeGrade.objects.bulk_create([SchemeGrade(version=version, grade=grade, least=least) for least, grade in GRADES])
    return version


def run_of(
    version: SchemeVersion,
    city: City,
    scores: Mapping[str, str | None] | Sequence[str | None],
    period: str = "2026-10",
    replaces: EvaluationRun | None = None,
    group: str = "专业部门",
) -> EvaluationRun:
    """A run with the score of each unit or member by its name in the tiny city; None: nothing to judge by."""
    by_name = dict(scores) if isinstance(scores, Mapping) else dict(zip(UNITS, scores, strict=True))
    span = period_of(period)
    run = EvaluationRun.objects.create(
        version=version,
        period=period,
        begin=span.begin,
        end=span.end,
        as_of=span.end,
        facts_digest="0" * 64,
        ledger_entry_id=1,
        result_digest=sha256(f"{version.pk} {period} {sorted(map(str, by_name.items()))}".encode()).hexdigest(),
        made_at=clock.now(),
        replaces=replaces,
        reason="申诉成立" if replaces else "",
    )
    known = [Decimal(total) for total in by_name.values() if total is not None]
    of_members = version.scheme.judged == Judged.MEMBER
    for name, text in by_name.items():
        total = None if text is None else Decimal(text)
        rank = None if total is None else 1 + sum(other > total for other in known)
        row = RunSubject.objects.create(
            run=run,
            judged=version.scheme.judged,
            subject_id=str(city.members[name].pk if of_members else city.organization_id(name)),
            name=str(city.members[name]) if of_members else city.organizations[name].name,
            group=group,
            total=total,
            total_exact="" if total is None else str(total.as_integer_ratio()[0]) + "/" + str(total.as_integer_ratio()[1]),
            grade="" if total is None else next(grade for least, grade in GRADES if total >= least),
            rank=rank,
            rank_low=rank,
            rank_high=rank,
            workload=100,
        )
        figures = {"numerator": 9, "denominator": 10, "share": 1, "points": Decimal(0) if total is None else total}
        RunPart.objects.create(subject=row, position=1, aspect="处置", code="D4", name="按期处置率", **figures)
    return run


def deposit_rule(evaluator: Actor, scheme: Scheme, yuan: int = 10_000, day: date = SINCE, **more) -> ConsequenceRule:
    """A is doubled, B returned, C kept, D forfeited by half."""
    steps = (
        StepValues(grade="A", treatment="double"),
        StepValues(grade="B", treatment="return"),
        StepValues(grade="C", treatment="keep"),
        StepValues(grade="D", treatment="forfeit", percent=Decimal(50)),
    )
    values = {"code": "deposit", "name": "目标责任保证金", "kind": "deposit", "by": "grade", "amount_fen": yuan * YUAN, "steps": steps}
    return save_rule(evaluator, RuleValues(scheme_id=scheme.pk, **(values | more)), day)


def personal_rule(evaluator: Actor, scheme: Scheme, yuan: int = 500) -> ConsequenceRule:
    """The same for the clerks of a unit, by its grade."""
    return deposit_rule(evaluator, scheme, yuan, code="personal-deposit", name="个人责任保证金", of_people=True, post="department")


def warning_rule(evaluator: Actor, scheme: Scheme, **more) -> ConsequenceRule:
    """Last once: a notice; twice: a talk; three times: a proposal to remove."""
    steps = tuple(StepValues(first=times, measure=measure) for times, measure in ((1, "notice"), (2, "talk"), (3, "removal")))
    values = {"code": "last-places", "name": "末位警示", "kind": "warning", "by": "group", "steps": steps} | more
    return save_rule(evaluator, RuleValues(scheme_id=scheme.pk, **values), SINCE)
