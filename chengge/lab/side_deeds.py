"""What people do beside the straight way: ask for time, wait for a season, urge, order, answer. Seldom, and each with its delay.

Whether somebody ever does it is drawn from the case's own key, so it does not depend on what else happens in the city.
"""

from random import Random

from chengge.domain.lifecycle import Post, Stage
from chengge.lab.people import MINUTE, REASONS, Deed, Life, finishing_moment, working_wait
from chengge.lab.world import World

HOUR = 60 * MINUTE
ASKS_FOR_TIME = 0.4  # of those who will be late
GRANTED_TIME, GRANTED_WAITING = 0.82, 0.75
WAITS_FOR_SEASON, LEAST_TO_WAIT = 0.03, 24 * HOUR  # of limits of at least three working days
URGED, ORDERED = 0.45, 0.16  # of late cases
ANSWERS_ORDERS = 0.9
DEMANDS = ("今日内完成处置并反馈", "立即到场围挡，消除安全隐患", "明确完成时间，逐日反馈进度", "举一反三，排查同路段同类问题")


def side_deed(life: Life, world: World, now: int) -> Deed | None:
    """What happens beside the straight way next, seen from `now` (epoch seconds); None where the case simply goes on."""
    handling = life.handling
    if handling is None or life.stage not in (Stage.DISPATCHED, Stage.HANDLING):
        return None
    dice = life.chance("side")
    if life.suspended_until:
        return Deed("wake", max(life.suspended_until - now, 1), Post.DISPATCHER)
    if life.asked:
        return _answered(life, dice, working_wait(handling, world, now, dice.uniform(12, 150) * MINUTE))
    if life.supervision == "ordered" and _ever(life, "answers", ANSWERS_ORDERS):
        wait = working_wait(handling, world, now, dice.uniform(15, 160) * MINUTE)
        return Deed("answer_supervision", wait, Post.DEPARTMENT, dice.choice(REASONS["answer_supervision"]))
    if life.stage is not Stage.HANDLING or life.wrong:
        return None
    return _in_time(life, world, now, dice) or _late(life, world, now, dice)


def _answered(life: Life, dice: Random, wait: int) -> Deed:
    grants = dice.random() < (GRANTED_TIME if life.asked == "extension" else GRANTED_WAITING)
    action = f"{'grant' if grants else 'refuse'}_{life.asked}"
    post = Post.DISPATCHER if life.asked == "extension" else dice.choice((Post.LEADER, Post.COORDINATOR))
    return Deed(action, wait, post, "" if grants else dice.choice(REASONS[action]))


def _in_time(life: Life, world: World, now: int, dice: Random) -> Deed | None:
    """Before the deadline: the department asks to wait for a season, or for time where it sees that it will be late."""
    handling = life.handling
    if handling is None:
        return None
    due = handling.since + working_wait(handling, world, handling.since, handling.seconds)
    may_wait = not handling.continuous and handling.seconds >= LEAST_TO_WAIT and "ask_suspension" not in life.said
    if may_wait and now < due and _ever(life, "season", WAITS_FOR_SEASON):
        wait = working_wait(handling, world, now, dice.uniform(30, 200) * MINUTE)
        basis = dice.choice(("season", "project"))
        return Deed(
            "ask_suspension", wait, Post.DEPARTMENT, dice.choice(REASONS["ask_suspension"]), basis=basis, until_days=dice.randint(4, 60)
        )
    if "ask_extension" not in life.said and finishing_moment(life, world) > due and _ever(life, "time", ASKS_FOR_TIME):
        at = handling.since + working_wait(handling, world, handling.since, handling.seconds * dice.uniform(0.55, 0.92))
        if now < at < due:
            return Deed("ask_extension", at - now, Post.DEPARTMENT, dice.choice(REASONS["ask_extension"]))
    return None


def _late(life: Life, world: World, now: int, dice: Random) -> Deed | None:
    """After the deadline, while nobody is done: dispatchers urge and order; leaders, too, where much time has passed."""
    handling = life.handling
    if handling is None:
        return None
    due = handling.since + working_wait(handling, world, handling.since, handling.seconds)
    done = finishing_moment(life, world)
    if done <= due:
        return None
    if "urge" not in life.said and _ever(life, "urged", URGED):
        at = max(due + working_wait(handling, world, due, dice.uniform(10, 90) * MINUTE), now + MINUTE)
        if at < done:
            return Deed("urge", at - now, Post.DISPATCHER, note=dice.choice(("请尽快处置", "群众再次来电，请抓紧", "已超时，请反馈进度")))
    if "order_supervision" not in life.said and _ever(life, "ordered", ORDERED):
        at = max(due + working_wait(handling, world, due, dice.uniform(60, 240) * MINUTE), now + MINUTE)
        if at < done:
            basis, post = dice.choice((("timeout", Post.DISPATCHER), ("timeout", Post.COORDINATOR), ("leader", Post.LEADER)))
            reason = REASONS["order_supervision"][0 if basis == "timeout" else 1]
            return Deed("order_supervision", at - now, post, reason, basis=basis, note=dice.choice(DEMANDS))
    return None


def _ever(life: Life, about: str, share: float) -> bool:
    """Whether this case is one of those to which it happens; a second round of handling is another throw."""
    return Random(f"{life.key} {about} {life.rework} {len(life.tried)}").random() < share  # noqa: S311 (play, not secrets)
