"""The demo city's scores: last month by every scheme, this month so far by some, the year by one; and a run that replaces another."""

from contextlib import suppress

from chengge import clock
from chengge.domain.errors import Refused
from chengge.evaluation.actions.runs import Wanted, keep_peer_groups, run_from_facts
from chengge.evaluation.facts import city_facts, rebuild
from chengge.evaluation.models import Judged, PeerGroup, SchemeVersion
from chengge.evaluation.periods import month_of
from chengge.organization.models import Member, OrganizationKind
from chengge.organization.queries import actor_of, city_day

EVALUATOR = "evaluator"
YEARLY = "long-term"
SO_FAR = ("departments", "territories", "areas")
SMALL, FEW_PIECES = "工作量较小的部门", 19
SAMPLES = 200


def fill(seed: int) -> None:
    """Make the runs. The facts are made anew first: those of a demo city before this one may lie in the same folder.

    Args:
        seed: of the drawing that the intervals come from.
    """
    store = city_facts()
    rebuild(store)
    evaluator = actor_of(Member.objects.get(username=EVALUATOR))
    this_month = month_of(city_day(clock.now()))
    last_month = this_month.before.name
    codes = list(SchemeVersion.objects.filter(state=SchemeVersion.State.IN_EFFECT).values_list("scheme__code", flat=True).distinct())

    def run(code: str, period: str, reason: str = "") -> None:
        if code in codes:
            with suppress(Refused):  # a scheme that the city has put into effect later judges no earlier month
                run_from_facts(Wanted(code, period, reason, samples=SAMPLES, seed=seed), store, evaluator.member_id)

    for code in sorted({*codes} - {YEARLY}):
        run(code, last_month)
    small = {"organization_kind": OrganizationKind.DEPARTMENT, "most_workload": FEW_PIECES}
    keep_peer_groups(evaluator, [PeerGroup(name=SMALL, judged=Judged.ORGANIZATION, **small)])
    run("departments", last_month, "部门按工作量分组后重新排名")
    for code in SO_FAR:
        run(code, this_month.name)
    run(YEARLY, last_month[:4])
