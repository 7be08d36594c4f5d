"""What platforms do among each other beside passing down and feeding back: give out parts, take back, send back. Seldom.

Whether it ever happens to a case is drawn from the case's own key and step, as everything simulated people decide.
"""

from random import Random

from chengge.domain.lifecycle import Post, Stage
from chengge.lab.people import MINUTE, NEVER_AGAIN_AFTER, REASONS, Deed, Handling, Life, finishing_moment, working_wait
from chengge.lab.world import World

GIVEN_IN_PARTS = 0.055
DECLINED, PART_TAKEN_BACK, PART_REFUSED = 0.04, 0.04, 0.07
PART_PASSED_ON = 0.3  # of the parts of sections that have crews
TAKEN_BACK = 0.012  # of what was passed down and nobody there has begun
RESULT_REFUSED = 0.03
TASKS = (
    ("现场围挡，疏导行人车辆", "清理废料，恢复路面"),
    ("拆除破损部分", "清运垃圾，冲洗地面"),
    ("修复基础", "补植绿化，恢复景观"),
    ("断电、断水配合", "更换构件并调试"),
)


def level_deed(life: Life, world: World, now: int) -> Deed | None:
    """What happens between the levels next, seen from `now` (epoch seconds); None where the case simply goes on."""
    handling = life.handling
    if handling is None or life.suspended_until or life.stage not in (Stage.DISPATCHED, Stage.HANDLING):
        return None
    dice = life.chance("levels")
    if life.parts:
        return _part_comes_back(life, world, handling, now, dice)
    if life.step > NEVER_AGAIN_AFTER or life.wrong:
        return None
    soon = working_wait(handling, world, now, min(dice.uniform(5, 40) * MINUTE, handling.seconds * 0.1))
    if life.stage is Stage.HANDLING:
        return _looked_at(life, soon, dice)
    if life.level > 2 and dice.random() < TAKEN_BACK:
        return Deed("take_back", soon, Post.DEPARTMENT, dice.choice(REASONS["take_back"]), by=life.department_id or 0)
    below = world.bodies[life.organization_id or 0].children
    if len(below) > 1 and not life.rework and dice.random() < GIVEN_IN_PARTS:
        bodies = dice.sample(sorted(below), 2)
        return Deed("give_parts", soon, Post.DEPARTMENT, parts=tuple(zip(bodies, dice.choice(TASKS), strict=True)))
    return None


def _part_comes_back(life: Life, world: World, handling: Handling, now: int, dice: Random) -> Deed:
    """The body that has had a part longest passes it on, is done, says that it cannot, or is rid of it."""
    body, roll = life.parts[0], dice.random()
    further, below = life.chance("parts passed on"), world.bodies[body].children
    if below and "pass_part_on" not in life.said and further.random() < PART_PASSED_ON:
        soon = working_wait(handling, world, now, further.uniform(3, 20) * MINUTE)
        return Deed("pass_part_on", soon, Post.DEPARTMENT, by=body, organization_id=further.choice(sorted(below)))
    done_at = max(finishing_moment(life, world), now + 4 * MINUTE)
    wait = max(int((done_at - now) * dice.uniform(0.35, 0.8) / len(life.parts)), 2 * MINUTE)
    if roll < DECLINED:
        return Deed("decline_part", wait, Post.DEPARTMENT, dice.choice(REASONS["decline_part"]), by=body)
    if roll < DECLINED + PART_TAKEN_BACK:
        return Deed(
            "take_back_part", wait, Post.DEPARTMENT, dice.choice(REASONS["take_back_part"]), organization_id=life.passed_on.get(body, body)
        )
    return Deed("submit_part", wait, Post.DEPARTMENT, photos=("done",), by=body)


def _looked_at(life: Life, soon: int, dice: Random) -> Deed | None:
    """Whoever gets a result looks at it; not every one is good enough."""
    if life.parts_back and "refuse_part" not in life.said and dice.random() < PART_REFUSED:
        return Deed("refuse_part", soon, Post.DEPARTMENT, dice.choice(REASONS["refuse_part"]), organization_id=life.parts_back[-1])
    if life.fed_back and dice.random() < RESULT_REFUSED:
        return Deed("refuse_feedback", soon, Post.DEPARTMENT, dice.choice(REASONS["refuse_feedback"]))
    return None


def remember(life: Life, deed: Deed) -> None:
    """What such a deed changed, as far as the next decisions need it; holder and level are read from the row."""
    match deed.action:
        case "give_parts":
            life.parts = [body for body, _task in deed.parts]
        case "pass_part_on":
            life.parts.remove(deed.by)
            life.parts.append(deed.organization_id or 0)
            life.passed_on[deed.organization_id or 0] = deed.by
            life.said.add(deed.action)
        case "submit_part" | "decline_part":
            life.parts.remove(deed.by)
            giver = life.passed_on.pop(deed.by, None)
            if giver is not None:
                life.parts.append(giver)
            elif deed.action == "submit_part":
                life.parts_back.append(deed.by)
        case "take_back_part":
            gone = {deed.organization_id} | {body for body, giver in life.passed_on.items() if giver == deed.organization_id}
            life.parts = [body for body in life.parts if body not in gone]
            life.passed_on = {body: giver for body, giver in life.passed_on.items() if body not in gone}
        case "refuse_part":
            life.parts_back.remove(deed.organization_id or 0)
            life.parts.append(deed.organization_id or 0)
            life.said.add(deed.action)
        case "take_back":
            life.parts.clear()
            life.passed_on.clear()
    if deed.action in ("submit", "pass_down", "hand_up", "take_back", "refuse_feedback", "finish", "hand_back", "give_parts"):
        life.fed_back = deed.action == "submit"
        if deed.action != "give_parts":
            life.parts_back.clear()
