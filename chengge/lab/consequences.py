"""What scores bring in the demo city: its rules, and statements after the runs, some approved, some that wait for approval."""

from datetime import date
from decimal import Decimal

from chengge import clock
from chengge.domain.errors import Refused
from chengge.evaluation.actions.consequence_rules import RuleValues, StepValues, save_rule
from chengge.evaluation.actions.consequences import approve, note_carried_out, propose
from chengge.evaluation.models import EvaluationRun, Judged, Scheme, SchemeVersion
from chengge.lab.schemes import month_before_last
from chengge.organization.models import Member
from chengge.organization.queries import Actor, actor_of, city_day

YUAN = 100
BASIS = "示范区城市管理考核奖惩办法（示例，金额为虚拟）"
# Schemes whose statement of the last whole month is approved; the others wait. The first is noted as carried out.
APPROVED = ("departments", "inspectors")
PROPOSED = ("territories",)
DEPOSIT_STEPS = (
    StepValues(grade="A", treatment="double"),
    StepValues(grade="B", treatment="return"),
    StepValues(grade="C", treatment="keep"),
    StepValues(grade="D", treatment="forfeit", percent=Decimal(50)),
    StepValues(grade="E", treatment="forfeit"),
)
LAST_PLACES = (
    StepValues(first=1, measure="notice"),
    StepValues(first=2, measure="talk"),
    StepValues(first=3, measure="removal"),
)


def fill(seed: int) -> None:
    """Write the rules, propose a statement for each run of the months before this one, and approve some of them.

    Without runs there are only the rules.

    Args:
        seed: not used: the rules are the same in every demo city, and statements follow from the runs.
    """
    today = city_day(clock.now())
    evaluator = actor_of(Member.objects.get(username="evaluator"))
    _write_rules(evaluator, month_before_last(today))
    approvers = [actor_of(Member.objects.get(username=name)) for name in ("mayor", "admin")]
    runs = EvaluationRun.objects.filter(replaced_by=None, version__scheme__code__in=(*APPROVED, *PROPOSED))
    for run in runs.select_related("version__scheme").order_by("end", "pk"):
        _state(run, evaluator, approvers)


def _state(run: EvaluationRun, evaluator: Actor, approvers: list[Actor]) -> None:
    try:
        statement = propose(run.pk, evaluator)
    except Refused:  # a period that is not over, or of a kind from which nothing follows
        return
    code = run.version.scheme.code
    if code in PROPOSED:
        approve(statement.pk, approvers[0], statement.digest)
        return
    for approver in approvers:
        statement = approve(statement.pk, approver, statement.digest)
    if code == APPROVED[0]:
        note_carried_out(statement.pk, evaluator, f"已移交财政部门办理，移交单 {run.period}-01")


def _write_rules(evaluator: Actor, since: date) -> None:
    for code, make in (("departments", _for_units), ("territories", _for_units), ("inspectors", _for_inspectors)):
        scheme = Scheme.objects.filter(code=code, versions__state=SchemeVersion.State.IN_EFFECT).distinct().first()
        if scheme is not None:
            for values in make(scheme):
                save_rule(evaluator, values, since)


def _for_units(scheme: Scheme) -> list[RuleValues]:
    if scheme.judged != Judged.ORGANIZATION:
        return []

    def rule(code: str, name: str, kind: str, by: str, **more: object) -> RuleValues:
        return RuleValues(scheme.pk, code, name, kind, by, basis=BASIS, **more)  # type: ignore[arg-type]

    places = (StepValues(first=1, last=1, amount_fen=20_000 * YUAN), StepValues(first=2, last=3, amount_fen=10_000 * YUAN))
    return [
        rule("deposit", "单位责任保证金", "deposit", "grade", amount_fen=50_000 * YUAN, steps=DEPOSIT_STEPS),
        rule(
            "personal-deposit",
            "个人责任保证金",
            "deposit",
            "grade",
            of_people=True,
            post="department",
            amount_fen=1_000 * YUAN,
            steps=DEPOSIT_STEPS,
        ),
        rule("reward", "月度排名奖励", "reward", "rank", steps=places),
        rule("share", "计入年度综合考核", "share", "score", points=Decimal(8)),
        rule("last-places", "末位警示", "warning", "group", least_group=5, steps=LAST_PLACES),
        rule("fund", "城市管理专项奖励资金", "fund", "workload", amount_fen=200_000 * YUAN, bar=Decimal(85)),
    ]


def _for_inspectors(scheme: Scheme) -> list[RuleValues]:
    bonus = (StepValues(grade="A", amount_fen=300 * YUAN), StepValues(grade="B", amount_fen=100 * YUAN))
    return [
        RuleValues(scheme.pk, "bonus", "绩效奖", "reward", "grade", basis=BASIS, steps=bonus),
        RuleValues(
            scheme.pk, "last-places", "岗位末位警示", "warning", "post", least_group=5, only_sure=True, basis=BASIS, steps=LAST_PLACES
        ),
    ]
