"""Dispatch by itself in the demo city: some classes go by themselves through the month, some of it is undone, one class is stopped."""

from datetime import datetime, timedelta
from random import Random

from chengge import clock
from chengge.casework.actions.by_itself import RuleValues, look_at, save_rule, stop_what_errs, switch
from chengge.casework.models import Case, Origin
from chengge.casework.queries.by_itself import switched_on
from chengge.coordination.queries.by_itself import overview
from chengge.domain.lifecycle import Post, Stage
from chengge.foundation.models import ProblemClass
from chengge.lab.lives import handling_of
from chengge.lab.people import Deed, Life
from chengge.organization.models import Member
from chengge.organization.queries import Actor, actor_of, city_day

# Classes that a district would begin with: who answers is plain, and a wrong dispatch does little harm. Kind and code.
FIRST = (("event", "0113"), ("event", "0117"), ("event", "0111"), ("component", "0305"), ("component", "0137"), ("component", "0104"))
WHY_ON = "权属清晰、责任清单齐全，试行自动派遣"
WHY_OFF = "清单正在修订，修订完成前由派遣员办理"
LEAST_PERCENT = 85  # of a young city, which has little past to go by
STRICT_BAR = 99
UNDONE, NOT_THEIRS = 0.03, 0.035
UNDO_REASONS = ("经核实属另一单位养护", "该路段已移交，需重新派遣")


def allow(at: datetime) -> frozenset[int]:
    """Switch the first classes on, as of a moment before the simulated month. Ids of the classes."""
    with clock.pretend(at):
        save_rule(_member("admin"), None, RuleValues(least_percent=LEAST_PERCENT, minimum_sample=10), city_day(at))
        for kind, code in FIRST:
            one = ProblemClass.objects.filter(kind=kind, major_code=code[:2], minor_code=code[2:], valid_to=None).first()
            if one is not None:
                switch(_member("coordinator"), one.pk, True, WHY_ON)
        return switched_on()


def goes(life: Life) -> Deed | None:
    """Let a filed case go by itself if it is certain enough; what a dispatcher does about it, if they do not agree."""
    if look_at(life.id, origin=Origin.SIMULATED) is None:
        return None
    row = Case.objects.values_list("entry_count", "stage", "department_id", "organization_id", "level").get(pk=life.id)
    life.step, life.stage, life.department_id, life.organization_id, life.level = row[0], Stage(row[1]), row[2], row[3], row[4] or 0
    dice = life.chance("by itself")
    if dice.random() < UNDONE:
        return Deed("undo_dispatch", dice.randint(60, 480), Post.DISPATCHER, dice.choice(UNDO_REASONS))
    life.wrong = dice.random() < NOT_THEIRS
    life.handling = handling_of(life.id)
    return None


def fill(seed: int) -> None:
    """One class comes under a bar that was set higher, another is switched off by hand, and what waits is looked at."""
    dice = Random(f"{seed} by itself")  # noqa: S311 (play, not secrets)
    now = clock.now()
    judged = [line for line in overview().lines if line.state == "on"]
    erring = [line for line in judged if line.record.wrong]
    if erring:
        worst = max(erring, key=lambda line: (line.record.wrong / line.record.judged, line.problem_class.pk))
        values = RuleValues(least_percent=90, bar_percent=STRICT_BAR, minimum_sample=1)
        with clock.pretend(now - timedelta(hours=dice.randint(3, 20))):
            save_rule(_member("admin"), worst.problem_class.pk, values, city_day(clock.now()))
            stop_what_errs()
    calm = [line for line in judged if not line.record.wrong]
    if len(calm) > 1:
        with clock.pretend(now - timedelta(days=2)):
            switch(_member("admin"), calm[-1].problem_class.pk, False, WHY_OFF)


def _member(username: str) -> Actor:
    return actor_of(Member.objects.get(username=username))
