"""What the demo city cannot settle at once: standing problems with plans and reviews, a hard case sent up, a place made safe."""

from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

from chengge import clock
from chengge.casework import photos
from chengge.coordination.actions.escalating import go_up, make_safe, send_up
from chengge.coordination.actions.standing import Listed, Step, end_problem, finish_step, list_problem, note_progress, review
from chengge.coordination.models import HardCase, StandingProblem
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.lab.pictures import SCENES, VIEWS, picture
from chengge.lab.rulings import clerk_of, on_post
from chengge.organization.models import Organization
from chengge.organization.queries import city_day

# Subject, why it stands, steps of the plan, days after which it is looked at again.
PROBLEMS = (
    ("老旧小区雨污合流管网", "建设年代早，产权移交手续不全，改造资金未落实。", ("完成管网普查", "提交改造方案", "列入年度计划"), 21),
    ("断头路两侧占道堆物", "道路未移交，无养护单位，反复清理反复堆放。", ("现场确权", "签订临时养护协议"), 12),
    ("废弃通信杆拆除", "原产权单位已注销，无拆除主体。", ("登报公告", "委托拆除"), 35),
    ("河道两岸违章搭建", "涉及历史遗留用地，需多部门联合处置。", (), 14),
    ("跨区道路路灯养护", "两区分界不清，路灯由两家单位分段供电。", ("调取竣工图", "两区会签分界协议", "移交台账"), 9),
    ("建筑垃圾临时消纳点", "消纳场已满，新场选址未定。", ("过渡期外运", "新场环评"), 28),
)
PROGRESS = ("已与产权单位对接，资料三日内提供。", "方案初稿已完成，等待财政评审。", "现场已先行围挡，日常巡查由属地负责。")
SAFE = "已设置围挡和警示灯，安排人员夜间巡查，待明确责任后移交。"
UP = "两家单位均书面拒收，涉及行车安全，请领导协调。"


def fill(seed: int) -> None:
    """Put problems on the list over the last weeks, move some, end one; send a hard case up and make one safe."""
    dice = Random(f"{seed} standing")  # noqa: S311 (play, not secrets)
    now = clock.now().replace(microsecond=0)
    owners = list(Organization.objects.filter(level=2, kind__in=("department", "territory"), valid_to=None).order_by("code"))
    hard = list(HardCase.objects.filter(settled_at=None).select_related("case").order_by("rank", "pk")[:8])
    for number, (subject, why, steps, days) in enumerate(PROBLEMS):
        owner = owners[(number * 5 + seed) % len(owners)]
        begun = now - timedelta(days=24 - 3 * number)
        numbers = [hard[number].case.number] if number < min(3, len(hard)) else []
        problem = _listed(subject, why, owner, steps, begun, begun + timedelta(days=days), numbers)
        if number % 2 == 0:
            _moved(problem, owner, begun, dice)
    ended = StandingProblem.objects.order_by("pk").last()
    if ended is not None:
        end_problem(on_post(Post.COORDINATOR), ended.pk, "solved", "新消纳场已启用，临时点已清空复绿。")
    _hard_cases(hard, dice)


def _listed(
    subject: str, why: str, owner: Organization, steps: tuple[str, ...], begun: datetime, again: datetime, numbers: list[str]
) -> StandingProblem:
    plan = [Step(city_day(begun + timedelta(days=9 * number)), text) for number, text in enumerate(steps, 1)]
    with clock.pretend(begun):
        return list_problem(on_post(Post.COORDINATOR), Listed(subject, why, owner.pk, city_day(again), numbers=numbers, steps=plan))


def _moved(problem: StandingProblem, owner: Organization, begun: datetime, dice: Random) -> None:
    """Who answers notes progress and finishes the first step; the platform looks at it again."""
    actor = clerk_of(owner.pk) or on_post(Post.COORDINATOR)
    with clock.pretend(begun + timedelta(days=4, hours=3)):
        note_progress(actor, problem.pk, dice.choice(PROGRESS))
    if problem.state == StandingProblem.State.UNDER_WAY:
        with clock.pretend(begun + timedelta(days=8)):
            finish_step(actor, problem.pk, 1)
    with clock.pretend(begun + timedelta(days=9)):
        review(on_post(Post.COORDINATOR), problem.pk, "部门推进中，按计划复核。", city_day(clock.now()) + timedelta(days=30))


def _hard_cases(hard: list[HardCase], dice: Random) -> None:
    go_up()
    if not hard:
        return
    with suppress(Refused):  # it may have gone up by itself
        send_up(on_post(Post.COORDINATOR), hard[0].case.number, 3, UP)
    for row in hard:
        actor = clerk_of(row.meanwhile_id)
        if actor is not None:
            taken = photos.store(picture(dice.choice(sorted(SCENES)), 1, VIEWS[0]), actor).sha256
            make_safe(actor, row.case.number, SAFE, [taken])
            return
