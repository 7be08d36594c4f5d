"""How people work a case: what they decide next, how long they take, and the faults they make.

Every decision is drawn from the case's own key and step, so it does not depend on what else happens in the city.
"""

import math
from dataclasses import dataclass, field
from random import Random

from chengge.domain.lifecycle import Post, Stage
from chengge.lab.problems import BY_CITIZEN
from chengge.lab.world import World

MINUTE = 60
NEVER_AGAIN_AFTER = 14  # steps; a case that went round so often is dealt with plainly

# Median and spread (sigma of the logarithm) of the minutes somebody takes, and by how much longer when reports storm in.
WAITS: dict[str, tuple[float, float, float]] = {
    "accept": (4.0, 0.75, 2.0),
    "ask_to_verify": (3.0, 0.7, 2.2),
    "file": (3.0, 0.8, 2.8),
    "dispatch": (3.5, 0.75, 2.6),
    "ask_to_check": (7.0, 0.8, 2.9),
    "close": (7.0, 0.8, 3.4),
    "walk": (15.0, 0.45, 1.5),
    "return": (9.0, 0.7, 1.5),
}
CROWDED_SPREAD = 0.42  # in a rush everybody works at the same pace
HANDLING_MEDIAN_SHARE, HANDLING_SPREAD = 0.52, 0.48  # of the limit; about one in eleven is late
REWORK_MEDIAN_SHARE = 0.33

WRONG_DEPARTMENT, WRONG_AGAIN = 0.06, 0.2
HARD_FROM, ASKS_ROUND_SECONDS = 2, (3600, 7 * 3600)  # what came back twice is hard: the dispatcher asks round before placing it again
SLOPPY, SLOPPY_AGAIN = 0.07, 0.03
FALSE_REPORT = 0.09
SELF_DISPOSED = 0.17
PASSED_DOWN, PASSED_ON = 0.72, 0.62

REASONS: dict[str, tuple[str, ...]] = {
    "reject": (
        "现场未发现所述问题",
        "问题在小区红线内，属物业管理范围",
        "与在办案卷重复",
        "描述不清，多次联系举报人未果",
        "不属于城市管理部件、事件范围",
    ),
    "amend": ("按举报人补充的情况改正地点", "核对照片后补充描述"),
    "transfer": ("属12345热线职责，已转办", "属邻区管辖，转邻区平台"),
    "verify_false": ("到场查看，问题已不存在", "现场未见所述情况，周边居民称已清走", "地点有误，附近均正常"),
    "send_back": ("照片看不清问题，请补核实", "所选立案条件与现场不符", "位置与描述对不上"),
    "decline_filing": ("未达到立案条件", "正在施工许可范围内，手续齐全", "问题轻微，现场已劝改"),
    "undo_dispatch": ("该路段由另一单位养护，改派", "权属尚需核实，先撤回"),
    "return_to_filing": ("权属不清，请补充核实", "该路段未移交，请确认管辖"),
    "hand_back": ("该设施不在我单位养护范围", "经核对，权属为其他单位", "该路段尚未移交我单位", "属街道属地管理事项，非我单位职责"),
    "refuse_return": ("责任清单明确由你单位负责，请尽快处置", "权属资料核对无误，请继续处置"),
    "hand_up": ("需大型设备，班组无力处置", "现场需断路施工，请上级协调"),
    "take_back": ("情况紧急，本单位直接处置", "下达单位有误，改派", "超过半日未接单"),
    "refuse_feedback": ("未达到结案条件，请继续处置", "反馈照片看不出处置结果", "只处置了一部分"),
    "decline_part": ("需大型设备，班组无力处置", "该段不在我班组范围", "现场已无此项工作"),
    "take_back_part": ("改由另一班组完成", "经现场确认不再需要"),
    "refuse_part": ("未清理彻底，请返工", "照片角度不符，请补拍并完善"),
    "fail_check": ("现场仍有残留，未达到结案条件", "只清理了一部分", "修补处不平整，仍有安全隐患", "问题反弹，与上报时相同"),
    "check_again": ("核查照片角度不对，请再核", "照片与案卷地点不符，请再核"),
    "refuse_self_disposal": ("处置后照片看不出原地点", "残留明显，需由责任单位处置"),
    "reclassify": ("现场情况更接近另一立案条件", "核实后调整立案条件"),
    "void": ("重复立案", "上报人撤回，现场已无问题"),
    "merge": ("与在办案卷为同一问题", "同一地点、同一问题，并案处理"),
    "split": ("现场核实为两处，分开办理",),
    "reopen": ("回访时举报人反映问题未解决", "结案后问题反弹"),
    "ask_extension": ("配件需订货，预计后天到货", "连日降雨无法施工", "开挖许可正在办理", "现场有交叉施工，需错开时段"),
    "refuse_extension": ("现有时限足够，请抓紧处置", "存在安全隐患，不宜延后"),
    "ask_suspension": ("需待适宜季节补植", "已列入道路改造工程一并实施"),
    "refuse_suspension": ("不受季节制约，请按期处置", "请先做临时处置"),
    "appeal": ("处置期间遇暴雨红色预警，户外停工", "派遣到我单位时已误派两次，时间被占用", "反馈当日系统维护，无法提交"),
    "refuse_appeal": ("依据不足", "本可按时申请延期"),
    "correct": ("门牌号有误，按现场更正", "坐标偏移，按现场更正"),
    "order_supervision": ("超时且无反馈", "领导过问，限时办结", "重点路段，影响较大"),
    "answer_supervision": ("人员已到场，今日办结", "材料已到，明早施工", "已设置围挡，正在抢修"),
}


@dataclass(frozen=True, slots=True)
class Handling:
    """The handling clock of a case: when it began to run, how many seconds it has, and whether it counts on by night."""

    since: int
    seconds: int
    continuous: bool
    calendar_id: int | None


@dataclass(slots=True)
class Life:
    """A case as the simulator carries it along.

    Attributes:
        step: the number of its last ledger entry.
        asked: what its department asks for, while nobody has answered; extensions: granted for the handling that runs.
        until: the morning until which a suspension is asked, and suspended_until: until which it lasts, in epoch seconds.
        said: side paths that it has seen, by action.
        parts: organizations that have a part to do, parts_back: those that have fed one back; fed_back: the result came up from below.
        passed_on: of those that have a part to do, the one that passed it on to them.
    """

    id: int
    key: str
    class_id: int
    rule_id: int
    area_class: str
    grid_code: int | None
    component_code: int | None
    lon: float
    lat: float
    channel: str
    reporter_id: int | None
    scene: str
    small: bool
    place: str
    stage: Stage = Stage.REPORTED
    step: int = 1
    verified: str = ""
    self_disposed: bool = False
    task_member_id: int | None = None
    department_id: int | None = None
    organization_id: int | None = None
    level: int = 0
    rework: int = 0
    wrong: bool = False
    tried: set[int] = field(default_factory=set)
    asked: str = ""
    extensions: int = 0
    until: int = 0
    suspended_until: int = 0
    supervision: str = ""
    said: set[str] = field(default_factory=set)
    parts: list[int] = field(default_factory=list)
    parts_back: list[int] = field(default_factory=list)
    passed_on: dict[int, int] = field(default_factory=dict)
    fed_back: bool = False
    handling: Handling | None = None

    def chance(self, about: str = "") -> Random:
        """Dice for one decision at this step."""
        return Random(f"{self.key} {self.step} {about}")  # noqa: S311 (play, not secrets)


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody will do with a case, in how many seconds.

    Attributes:
        post: whose deed it is; `by_task` and `by_reporter` name the very person.
        photos: views of the place to give along.
        basis, note: why, and what is demanded; until_days: for how long a case is to wait.
        parts: organizations and what each is to do; by: the organization that acts, where it is not the one that holds the case.
    """

    action: str
    wait: int
    post: Post
    reason: str = ""
    organization_id: int | None = None
    rule_id: int | None = None
    photos: tuple[str, ...] = ()
    basis: str = ""
    note: str = ""
    until_days: int = 0
    parts: tuple[tuple[int, str], ...] = ()
    by: int = 0


def next_deed(life: Life, world: World, now: int, crowded: bool) -> Deed | None:
    """What happens next to a case, seen from `now` (epoch seconds); None when it has ended.

    Args:
        crowded: reports storm in, everybody at the desks takes longer.
    """
    dice = life.chance()
    match life.stage:
        case Stage.REPORTED:
            return _reported(life, dice, crowded)
        case Stage.VERIFYING:
            false = life.chance("truth").random() < FALSE_REPORT
            action = "verify_false" if false else "verify_true"
            return Deed(action, _wait("walk", dice, crowded), Post.INSPECTOR, _reason(action, dice) if false else "", photos=("far",))
        case Stage.ACCEPTED:
            return _accepted(life, world, dice, crowded)
        case Stage.FILED:
            return _filed(life, world, dice, crowded)
        case Stage.DISPATCHED | Stage.HANDLING:
            return _at_department(life, world, dice, now, crowded)
        case Stage.RETURNED:
            if life.wrong or dice.random() < 0.08:
                return Deed("confirm_return", _wait("return", dice, crowded), Post.SHIFT_LEADER)
            return Deed("refuse_return", _wait("return", dice, crowded), Post.SHIFT_LEADER, _reason("refuse_return", dice))
        case Stage.HANDLED:
            return Deed("ask_to_check", _wait("ask_to_check", dice, crowded), Post.OPERATOR)
        case Stage.CHECKING:
            if dice.random() < (SLOPPY_AGAIN if life.rework else SLOPPY):
                return Deed("fail_check", _wait("walk", dice, crowded), Post.INSPECTOR, _reason("fail_check", dice), photos=("far", "near"))
            return Deed("pass_check", _wait("walk", dice, crowded), Post.INSPECTOR, photos=("check",))
        case Stage.CHECKED:
            return _checked(life, dice, crowded)
    return None


def _reported(life: Life, dice: Random, crowded: bool) -> Deed:
    roll, simple = dice.random(), life.step > NEVER_AGAIN_AFTER
    if life.channel == "inspector":
        if life.small and life.step == 1 and roll < SELF_DISPOSED:
            return Deed("self_dispose", dice.randint(4, 15) * MINUTE, Post.INSPECTOR, rule_id=life.rule_id, photos=("done",))
        if roll > 0.985 and not simple:
            return Deed("reject", _wait("accept", dice, crowded), Post.OPERATOR, _reason("reject", dice))
    elif not life.verified and life.channel in BY_CITIZEN and not simple:
        if roll < 0.9:
            return Deed("ask_to_verify", _wait("ask_to_verify", dice, crowded), Post.OPERATOR)
        if roll > 0.97:
            return Deed("transfer", _wait("accept", dice, crowded), Post.OPERATOR, _reason("transfer", dice))
    elif life.verified == "verify_false" and not simple:
        return Deed("reject", _wait("accept", dice, crowded), Post.OPERATOR, REASONS["reject"][0])
    if 0.95 < roll < 0.965 and not simple:
        return Deed("amend", _wait("accept", dice, crowded) // 2, Post.OPERATOR, _reason("amend", dice))
    return Deed("accept", _wait("accept", dice, crowded), Post.OPERATOR, rule_id=life.rule_id)


def _accepted(life: Life, world: World, dice: Random, crowded: bool) -> Deed:
    roll, wait = dice.random(), _wait("file", dice, crowded)
    if life.step <= NEVER_AGAIN_AFTER:
        if roll < 0.018:
            return Deed("decline_filing", wait, Post.SHIFT_LEADER, _reason("decline_filing", dice))
        if roll < 0.034:
            return Deed("send_back", wait, Post.SHIFT_LEADER, _reason("send_back", dice))
        others = [rule.id for rule in world.rules(life.class_id, life.area_class) if rule.id != life.rule_id]
        if roll < 0.046 and others:
            return Deed("reclassify", wait, Post.SHIFT_LEADER, _reason("reclassify", dice), rule_id=dice.choice(others))
    return Deed("file", wait, Post.SHIFT_LEADER)


def _filed(life: Life, world: World, dice: Random, crowded: bool) -> Deed:
    roll, wait = dice.random(), _wait("dispatch", dice, crowded)
    if life.step <= NEVER_AGAIN_AFTER:
        if roll < 0.006:
            return Deed("void", wait, Post.SHIFT_LEADER, _reason("void", dice))
        if roll < 0.018 and life.department_id is None and not life.tried:
            return Deed("return_to_filing", wait, Post.DISPATCHER, _reason("return_to_filing", dice))
    answering = world.answering(life.class_id, life.rule_id, life.grid_code, life.component_code)
    others = [body for body in answering[1:] if body not in life.tried]
    if len(life.tried) >= HARD_FROM:
        wait = wait if crowded else dice.randint(*ASKS_ROUND_SECONDS)
    elif life.tried and dice.random() < WRONG_AGAIN:
        elsewhere = others or _others_than(world, {*life.tried, *answering[:1]})
        if elsewhere:
            return Deed("dispatch", wait, Post.DISPATCHER, organization_id=dice.choice(elsewhere))
    elif others and not life.tried and dice.random() < WRONG_DEPARTMENT:
        return Deed("dispatch", wait, Post.DISPATCHER, organization_id=dice.choice(others))
    best = next((body for body in answering if body not in life.tried), answering[0] if answering else _any_territory(world))
    return Deed("dispatch", wait, Post.DISPATCHER, organization_id=best)


def _others_than(world: World, but: set[int]) -> list[int]:
    return sorted(one.id for one in world.bodies.values() if one.level == 2 and one.id not in but)


def _at_department(life: Life, world: World, dice: Random, now: int, crowded: bool) -> Deed:
    """What the platform that holds the case does: take up, pass down, submit, hand back, finish."""
    handling = life.handling
    if handling is None:
        return Deed("take_up", dice.randint(3, 20) * MINUTE, Post.DEPARTMENT)
    done_at = max(finishing_moment(life, world), now + 2 * MINUTE)
    begun_in = working_wait(handling, world, now, min(dice.uniform(4, 40) * MINUTE, handling.seconds * 0.12))
    if crowded:
        begun_in = dice.randint(3, 13) * MINUTE  # Alarmed, they look at once, at whatever hour.
    if life.stage is Stage.DISPATCHED:
        if life.level == 2 and life.wrong and dice.random() < 0.94:
            return Deed(
                "hand_back",
                working_wait(handling, world, now, min(dice.uniform(10, 90) * MINUTE, handling.seconds * 0.3)),
                Post.DEPARTMENT,
                _reason("hand_back", dice),
            )
        if life.level == 2 and not life.wrong and not life.rework and dice.random() < 0.008:
            return Deed("hand_back", begun_in, Post.DEPARTMENT, _reason("hand_back", dice))
        below = world.bodies[life.organization_id or 0].children
        if below and life.level < 4 and dice.random() < (PASSED_DOWN if life.level == 2 else PASSED_ON):
            return Deed("pass_down", begun_in, Post.DEPARTMENT, organization_id=platform_below(life, world, below))
        return Deed("take_up", begun_in, Post.DEPARTMENT)
    if life.level > 2:
        if life.level == 4 and dice.random() < 0.015:
            return Deed("hand_up", begun_in, Post.DEPARTMENT, _reason("hand_up", dice))
        earlier = (life.level - 2) * dice.randint(6, 16) * MINUTE
        return Deed("submit", max(done_at - earlier - now, dice.randint(3, 9) * MINUTE), Post.DEPARTMENT, photos=("done",))
    return Deed("finish", max(done_at - now, dice.randint(3, 9) * MINUTE), Post.DEPARTMENT, photos=("done",))


def _checked(life: Life, dice: Random, crowded: bool) -> Deed:
    wait, roll = _wait("close", dice, crowded), dice.random()
    if life.step <= NEVER_AGAIN_AFTER:
        if life.self_disposed and roll < 0.05:
            return Deed("refuse_self_disposal", wait, Post.SHIFT_LEADER, _reason("refuse_self_disposal", dice))
        if not life.self_disposed and roll < 0.012:
            return Deed("check_again", wait, Post.SHIFT_LEADER, _reason("check_again", dice))
    return Deed("close", wait, Post.SHIFT_LEADER)


def finishing_moment(life: Life, world: World) -> int:
    """When the department will be done, in epoch seconds: a share of the limit, sometimes more than all of it."""
    handling = life.handling
    if handling is None:
        raise ValueError("no handling clock runs")
    dice = Random(f"{life.key} share {life.rework} {len(life.tried)}")  # noqa: S311
    median = REWORK_MEDIAN_SHARE if life.rework else HANDLING_MEDIAN_SHARE
    share = dice.lognormvariate(math.log(median), HANDLING_SPREAD)
    seconds = handling.seconds / (1 + life.extensions)  # more time makes nobody slower
    return handling.since + working_wait(handling, world, handling.since, seconds * min(share, 2.5))


def working_wait(handling: Handling, world: World, now: int, seconds: float) -> int:
    """How long until so many seconds of the clock's own time are over."""
    if handling.continuous or handling.calendar_id is None:
        return max(int(seconds), 1)
    return world.calendars[handling.calendar_id].after(now, max(int(seconds), 1)) - now


def platform_below(life: Life, world: World, below: tuple[int, ...]) -> int:
    """The section or crew that keeps the component; else one that keeps things in this street, or whose area it is."""
    street = (life.grid_code or 0) // 10**6
    keeper = world.keeper(life.component_code)
    if keeper in below:
        return keeper
    choices = (
        [body for body in below if body in world.keepers_in.get(street, ())]
        or [body for body in below if world.bodies[body].division_code == street]
        or list(below)
    )
    return choices[(life.grid_code or life.class_id) % len(choices)]


def _any_territory(world: World) -> int:
    return next(body.id for body in world.bodies.values() if body.level == 2)


def _wait(what: str, dice: Random, crowded: bool) -> int:
    median, spread, longer = WAITS[what]
    if crowded:
        median, spread = median * longer, min(spread, CROWDED_SPREAD)
    return max(int(dice.lognormvariate(math.log(median * MINUTE), spread)), 20)


def _reason(action: str, dice: Random) -> str:
    return dice.choice(REASONS[action])
