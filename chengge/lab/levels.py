"""Desks change hands in the demo city: shifts are handed over and taken on, somebody is away and somebody stands in, levels have shares."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from random import Random

from chengge import clock
from chengge.casework.actions.level_limits import save_level_limit
from chengge.coordination.actions.shifts import hand_over, take_on
from chengge.coordination.queries.shifts import HANDED_OVER
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.lab.simulate import Simulation
from chengge.organization.actions.authority import COMMAND_LINE
from chengge.organization.actions.substitutions import Arranged, arrange
from chengge.organization.models import Member
from chengge.organization.queries import city_day

MINUTE, DAY = 60, 24 * 3600
DAYS = 5  # before the demo's present; further back nobody looks
FORGOTTEN, NOT_TAKEN_ON = 0.14, 0.08
NOTES: dict[Post, tuple[str, ...]] = {
    Post.DISPATCHER: (
        "鼓楼片区两起井盖案卷已电话催办，责任单位承诺今晚到场，请接班后跟进。",
        "权属存疑的路灯案卷先不派，等协同员意见。",
        "城管办反映夜间人手不足，紧急案卷请先电话确认再派。",
        "回退待确认的案卷已与值班长沟通，结果出来后请尽快重派。",
        "",
    ),
    Post.SHIFT_LEADER: (
        "今日结案积压较多，请先看核查通过且临近超时的。",
        "两起重复上报已并案，若举报人来电请说明。",
        "暴雨预警期间受理员已加派一人，22 时后恢复。",
        "",
    ),
    Post.COORDINATOR: ("联合踏勘时间未定，等街道回复。", "疑难案卷中有一起涉及在建工地，请联系住建部门。", ""),
}
# Who is away, who stands in, from which day on counted from today, for how many days, and why.
AWAY = (
    ("paiqian02", "paiqian05", 0, 3, "年假"),
    ("zhiban03", "zhiban06", -1, 4, "外出培训"),
    ("hw_02", "hw_03", 2, 5, "陪产假"),
    ("lingdao01", "lingdao02", 1, 2, "出差"),
)


def plan_handovers(simulation: Simulation, until: int) -> None:
    """Plan in a simulation that has not begun that the last shifts before `until` (epoch seconds) are handed over; not every one is."""
    for post, member_id, ends in _shifts(simulation, until):
        dice = Random(f"{simulation.seed} hands over {member_id} {ends}")  # noqa: S311 (play, not secrets)
        if dice.random() < FORGOTTEN:
            continue
        simulation.plan_at(ends - dice.randint(2, 14) * MINUTE, partial(_hand_over, simulation, post, member_id, dice))


def fill(seed: int) -> None:
    """Somebody is away, and from next month on a section keeps a tenth of the time back."""
    today = city_day(clock.now())
    members = Member.objects.in_bulk([name for one in AWAY for name in one[:2]], field_name="username")
    for who, substitute, first, days, reason in AWAY:
        if who in members and substitute in members:
            _away(members[who], members[substitute], today + timedelta(days=first), days, reason)
    save_level_limit(COMMAND_LINE, 3, 90, (today.replace(day=1) + timedelta(days=32)).replace(day=1))


def _shifts(simulation: Simulation, until: int) -> Iterator[tuple[Post, int, int]]:
    """Post, member and end of every shift that is handed over and ends in the last days."""
    for post in HANDED_OVER:
        for member_id in simulation.world.of_post[post]:
            for _starts, ends in simulation.world.shifts.get(member_id, []):
                if until - DAYS * DAY < ends <= until:
                    yield post, member_id, ends


def _hand_over(simulation: Simulation, post: Post, member_id: int, dice: Random, now: int) -> None:
    try:
        given = hand_over(simulation.world.actors[member_id], post, dice.choice(NOTES[post]))
    except Refused:
        return  # a real person has handed this shift over
    others = [pk for pk in simulation.world.on_duty(post, now + 30 * MINUTE) if pk != member_id]
    if others and dice.random() >= NOT_TAKEN_ON:
        simulation.plan_at(now + dice.randint(4, 25) * MINUTE, partial(_take_on, simulation, dice.choice(others), given.pk))


def _take_on(simulation: Simulation, member_id: int, handover_id: int, now: int) -> None:
    try:
        take_on(simulation.world.actors[member_id], handover_id)
    except Refused:
        return  # a real person was faster


def _away(member: Member, substitute: Member, first: date, days: int, reason: str) -> None:
    arrange(COMMAND_LINE, Arranged(member.pk, substitute.pk, first, first + timedelta(days=days - 1), reason))
