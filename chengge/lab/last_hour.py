"""The last hour before the demo's present: a storm, so that at whatever hour the demo is made, every desk has its pile.

Reports come in faster than they are dealt with; departments bring in work, hand back what is not theirs, and give their
sections and crews something to do.
"""

from collections import Counter
from functools import partial
from random import Random

from chengge.domain.lifecycle import Post, Stage
from chengge.lab.level_deeds import TASKS
from chengge.lab.people import REASONS, Deed, Life, finishing_moment, platform_below
from chengge.lab.problems import problems_of_rush
from chengge.lab.simulate import FIRST_SERIAL_OF_A_RUSH, Simulation

MINUTE = 60
LASTS = 80 * MINUTE
REPORTS = 140
CROWDED_AFTER = 15 * MINUTE
FINISHED, HANDED_BACK, VOIDED = 40, 5, 1
LATE = 14 * MINUTE  # what is brought in later than this before the end still waits for its check
SECTIONS_LOOK, CREWS_LOOK = 5 * MINUTE, 2 * MINUTE
MANY = 4  # whoever holds more cases than this gives one of them out in parts
AT_DEPARTMENT = (Stage.HANDLING, Stage.DISPATCHED)


def plan_last_hour(simulation: Simulation, until: int) -> None:
    """Plan the storm before `until` (epoch seconds) in a simulation that has not begun."""
    start = until - LASTS
    simulation.crowded_from = start + CROWDED_AFTER
    for problem in problems_of_rush(simulation.world, start, until, REPORTS, simulation.seed, FIRST_SERIAL_OF_A_RUSH):
        simulation.plan_at(problem.at, partial(simulation.appear, problem))
    simulation.plan_at(start, partial(_bring_in, simulation, until))
    simulation.plan_at(until - SECTIONS_LOOK, partial(_give_work, simulation, 2, until))
    simulation.plan_at(until - CREWS_LOOK, partial(_give_work, simulation, 3, until))


def _bring_in(simulation: Simulation, until: int, now: int) -> None:
    """Those nearest to being done finish within the hour; a few hand back what is not theirs; one case turns out to be there twice."""
    dice = Random(f"{simulation.seed} hurry")  # noqa: S311 (play, not secrets)
    held = _held(simulation, 2)
    held.sort(key=lambda life: (life.stage is Stage.DISPATCHED, abs(finishing_moment(life, simulation.world) - now), life.id))
    aside = held[-(VOIDED + HANDED_BACK) :]
    working = [life for life in held if life.stage is Stage.HANDLING and life not in aside]
    late = until - LATE
    for number, life in enumerate(working[:FINISHED]):
        at = dice.randrange(now + MINUTE, late) if number % 2 else dice.randrange(late, until - MINUTE // 2)
        simulation.put(life, Deed("finish", 0, Post.DEPARTMENT, photos=("done",)), at)
    for life in aside[:VOIDED]:
        simulation.put(life, Deed("void", 0, Post.SHIFT_LEADER, REASONS["void"][0]), dice.randrange(now, until - MINUTE))
    for life in aside[VOIDED:]:
        simulation.put(
            life, Deed("hand_back", 0, Post.DEPARTMENT, REASONS["hand_back"][1]), dice.randrange(until - 9 * MINUTE, until - MINUTE)
        )


def _give_work(simulation: Simulation, level: int, until: int, now: int) -> None:
    """No platform below stays idle while the one above holds work for it; each keeps one case itself, some give one out in parts."""
    bodies = simulation.world.bodies
    has = Counter(life.organization_id or 0 for life in simulation.lives.values() if life.stage in AT_DEPARTMENT)
    by_holder: dict[int, list[Life]] = {}
    for life in _held(simulation, level):
        by_holder.setdefault(life.organization_id or 0, []).append(life)
    for holder, lives in by_holder.items():
        if lives[0].stage is Stage.DISPATCHED:  # It stays in hand until the end.
            simulation.put(lives[0], Deed("take_up", 0, Post.DEPARTMENT), until + MINUTE)
        if level == 2 and len(bodies[holder].children) > 1 and len(lives) > MANY and not lives[-1].wrong:
            two = zip(bodies[holder].children[:2], TASKS[holder % len(TASKS)], strict=True)
            simulation.put(lives.pop(), Deed("give_parts", 0, Post.DEPARTMENT, parts=tuple(two)), now + 1)
        for life in lives[1:]:
            children = bodies[holder].children
            if level == 2 and children:
                children = (platform_below(life, simulation.world, children),)  # Sections have areas, crews help each other.
            below = next((child for child in children if has[child] < 1 + len(bodies[child].children)), None)
            if below is not None and not life.wrong:
                has[below] += 1
                simulation.put(life, Deed("pass_down", 0, Post.DEPARTMENT, organization_id=below), now + 1)


def _held(simulation: Simulation, level: int) -> list[Life]:
    """The cases in the hands of platforms of a level, in the order in which they came."""
    lives = sorted(simulation.lives.values(), key=lambda life: life.id)
    free = [life for life in lives if not life.asked and not life.suspended_until and not life.parts]
    return [life for life in free if life.level == level and life.handling is not None and life.stage in AT_DEPARTMENT]
