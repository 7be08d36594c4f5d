"""Life in the city: problems appear, people act on them through the one door, and time goes by.

A discrete-event simulation. Everything it does to a case is `casework.actions.report` and `perform`, marked as simulated.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from django.db import connection

from chengge import clock
from chengge.casework import tasks
from chengge.casework.actions import Given, Said, complete_report, perform, report
from chengge.casework.actions.given import Part
from chengge.casework.actions.side_paths import morning_of
from chengge.casework.models import Origin
from chengge.casework.queries.by_itself import switched_on
from chengge.domain.errors import Conflict, Refused
from chengge.domain.lifecycle import BY_ACTION, BY_ITSELF, Holder, Post, Stage
from chengge.lab import by_itself
from chengge.lab.level_deeds import level_deed, remember
from chengge.lab.lives import handling_of, holder_of, is_wrong, last_serial, open_lives, walker_of
from chengge.lab.pace import Pace
from chengge.lab.people import Deed, Life, next_deed
from chengge.lab.photo_box import PhotoBox
from chengge.lab.problems import BY_CITIZEN, Problem, days_between, problems_of_day, rule_of
from chengge.lab.side_deeds import side_deed
from chengge.lab.world import World
from chengge.organization.queries import MACHINE, Actor, city_day

WAITING_TASKS_EVERY_SECONDS = 600
CITIZENS = ("李女士", "张先生", "王先生", "陈女士", "刘阿姨", "赵师傅", "孙女士", "周先生", "吴大爷", "郑女士", "钱先生", "冯女士")
NEVER_ANSWERS = 0.03
WAITS_FOR_THE_PLATFORM = 14 * 24 * 3600  # what is undecided; a ruling comes before, or somebody dispatches it after all
AMENDED_PLACES = ("路东侧", "路西侧", "路口东南角", "公交站旁", "人行道上")

FIRST_SERIAL_OF_A_RUSH = 1_000_000  # a number range of its own, whatever the days before hold

Progress = Callable[[int, int, int], None]  # present moment, open cases, actions so far

SEEN = "UPDATE organization_duty SET lon = %s, lat = %s, seen_at = %s WHERE member_id = %s AND starts_at <= %s AND ends_at > %s"


@dataclass(slots=True)
class Tally:
    """What a simulation did."""

    reports: int = 0
    actions: int = 0
    conflicts: int = 0
    refused: list[str] = field(default_factory=list)
    by_action: dict[str, int] = field(default_factory=dict)


class Simulation:
    """A run through time. Moments are epoch seconds."""

    def __init__(self, world: World, seed: int, per_day: int) -> None:
        self.world, self.seed, self.per_day = world, seed, per_day
        self.photos, self.tally = PhotoBox(), Tally()
        self.lives: dict[int, Life] = {}
        self.crowded_from: int | None = None
        self.goes_by_itself = switched_on()
        self.undecided: set[tuple[int, int]] = set()  # classes and communities in which the platform is to say who answers
        self._seen: dict[int, tuple[float, float, int]] = {}  # where inspectors stood last
        self._queue: list[tuple[int, int, Callable[[int], None]]] = []
        self._counted = 0
        self._planned: dict[int, int] = {}
        self._now = 0

    def run(self, start: int, until: int, pace: Pace, progress: Progress = lambda now, open_cases, actions: None) -> None:
        """Live from `start` to `until`; open cases of an earlier run go on."""
        self._now = start
        with pace.living(start):
            with pace.transaction():
                for life in open_lives(self.world):
                    self._take_on(life, start)
            serial = last_serial(self.seed, FIRST_SERIAL_OF_A_RUSH) + 1
            for day in days_between(city_day(_moment(start)), city_day(_moment(until))):
                found = problems_of_day(self.world, day, self.seed, self.per_day, serial)
                serial += len(found)
                for problem in found:
                    if start <= problem.at < until:
                        self.plan_at(problem.at, partial(self.appear, problem))
            self.photos.draw_ahead()
            try:
                self._live(until, pace, progress)
            finally:
                self.photos.close()

    def _live(self, until: int, pace: Pace, progress: Progress) -> None:
        while self._queue and self._queue[0][0] <= until:
            with pace.transaction():
                for _ in range(pace.events_together):
                    if not self._queue or self._queue[0][0] > until:
                        break
                    at, _order, happen = heapq.heappop(self._queue)
                    pace.wait_until(at)
                    self._now = at
                    happen(at)
                self._tell_where_inspectors_are()
            progress(self._now, len(self.lives), self.tally.actions)

    def _tell_where_inspectors_are(self) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                SEEN, [(lon, lat, _moment(at), member_id, _moment(at), _moment(at)) for member_id, (lon, lat, at) in self._seen.items()]
            )
        self._seen.clear()

    def plan_at(self, at: int, happen: Callable[[int], None]) -> None:
        """Let something happen at a moment; it is told the moment."""
        self._counted += 1
        heapq.heappush(self._queue, (at, self._counted, happen))

    # --- Reports ------------------------------------------------------------------------------------------------------------------------

    def appear(self, problem: Problem, now: int) -> None:
        """Somebody reports a problem."""
        actor = self.world.actors[problem.reporter_id] if problem.reporter_id is not None else MACHINE
        life = self._life_of(problem)
        dice = Random(f"{problem.key} says")  # noqa: S311
        citizen = problem.channel in BY_CITIZEN
        sees = problem.has_place and (not citizen or dice.random() < 0.45)
        views = ("far", "near")[: 1 + (dice.random() < 0.6)] if sees else ()
        said = Said(
            channel=problem.channel,
            problem_class_id=problem.class_id,
            description=problem.description,
            place=problem.place,
            lon=problem.lon if problem.has_place else None,
            lat=problem.lat if problem.has_place else None,
            accuracy_m=round(dice.uniform(2, 12), 1) if problem.channel == "inspector" else None,
            component_code=problem.component_code,
            reporter_name=dice.choice(CITIZENS) if citizen else "",
            contact=f"199{dice.randrange(10**8):08d}" if citizen else "",
            photos=self.photos.take(life, views, actor) if views else (),
            urgent=problem.urgent,
        )
        reported = report(actor, said, key=problem.key, origin=Origin.SIMULATED)
        self.tally.reports += 1
        if problem.channel == "inspector" and actor.member_id is not None:
            self._seen[actor.member_id] = problem.lon, problem.lat, now
        if reported.case_id is None:
            wait = dice.randint(5, 45) * 60
            self.plan_at(now + wait, partial(self._call_back, reported.report_id, problem, life))
        elif not reported.repeated:
            life.id = reported.case_id
            self._take_on(life, now)

    def _call_back(self, report_id: int, problem: Problem, life: Life, now: int) -> None:
        """An operator asks where it is; one in thirty never answers."""
        if Random(f"{problem.key} answers").random() < NEVER_ANSWERS:  # noqa: S311
            return
        actor = self._somebody(Post.OPERATOR, life, now)
        answered = complete_report(report_id, actor, {"lon": problem.lon, "lat": problem.lat}, origin=Origin.SIMULATED)
        if answered.case_id is not None:
            life.id = answered.case_id
            self._take_on(life, now)

    def _life_of(self, problem: Problem) -> Life:
        area = self.world.area_of_grid.get(problem.grid_code, "")
        return Life(
            id=0,
            key=problem.key,
            class_id=problem.class_id,
            rule_id=rule_of(self.world, problem.key, problem.class_id, area).id,
            area_class=area,
            grid_code=problem.grid_code,
            component_code=problem.component_code,
            lon=problem.lon,
            lat=problem.lat,
            channel=problem.channel,
            reporter_id=problem.reporter_id,
            scene=problem.scene,
            small=problem.small,
            place=problem.place,
        )

    def _take_on(self, life: Life, now: int) -> None:
        self.lives[life.id] = life
        self._plan(life, now)

    # --- Deeds --------------------------------------------------------------------------------------------------------------------------

    def _plan(self, life: Life, now: int) -> None:
        """Put the next deed of a case into the calendar."""
        crowded = self.crowded_from is not None and now >= self.crowded_from
        deed = None if crowded else side_deed(life, self.world, now)
        deed = deed or (level_deed(life, self.world, now) if life.parts or not crowded else None)
        deed = deed or next_deed(life, self.world, now, crowded)
        if deed is None:
            self.lives.pop(life.id, None)
            return
        undecided = deed.action == "dispatch" and (life.class_id, (life.grid_code or 0) // 1000) in self.undecided
        self.put(life, deed, now + deed.wait + (WAITS_FOR_THE_PLATFORM if undecided else 0))

    def put(self, life: Life, deed: Deed, at: int) -> None:
        """A deed planned later for the same case takes the place of the one before."""
        self._planned[life.id] = self._counted + 1
        self.plan_at(at, partial(self._do, life, deed, self._counted + 1))

    def _do(self, life: Life, deed: Deed, order: int, now: int) -> None:
        if self._planned.get(life.id) != order:
            return
        if deed.post is Post.INSPECTOR and (later := self._not_yet(life, now)) is not None:
            self.put(life, deed, later)
            return
        actor = self._actor(life, deed, now)
        try:
            moved = perform(life.id, deed.action, actor, self._given(life, deed, actor), seen=life.step, origin=Origin.SIMULATED)
        except Conflict:
            self.tally.conflicts += 1  # A real person was faster; look at the case again.
            self.look_again(life, now)
            return
        except Refused as refused:  # The city has changed its rules or people meanwhile: this case is left to real ones.
            self.tally.refused.append(f"case {life.id}, {life.stage}: {deed.action} by {actor.name}: {refused}")
            self.lives.pop(life.id, None)
            return
        self.tally.actions += 1
        self.tally.by_action[deed.action] = self.tally.by_action.get(deed.action, 0) + 1
        life.step, life.stage = moved.seq, moved.to_stage
        if deed.post is Post.INSPECTOR and actor.member_id is not None:
            self._seen[actor.member_id] = life.lon, life.lat, now
        self._carry_over(life, deed)
        if deed.action == "file" and life.class_id in self.goes_by_itself and self._goes_by_itself(life, now):
            return
        self._plan(life, now)

    def _goes_by_itself(self, life: Life, now: int) -> bool:
        """Let the house dispatch it, where it is certain enough; whether somebody undoes that."""
        undone = by_itself.goes(life)
        if undone is not None:
            self.put(life, undone, now + undone.wait)
        return undone is not None

    def _not_yet(self, life: Life, now: int) -> int | None:
        """When the inspector named by the task can walk, if not now; the one who found the problem stands before it."""
        if life.stage is Stage.REPORTED:
            return None
        if life.task_member_id is None:
            tasks.give_waiting(clock.now(), 50)
            life.task_member_id = walker_of(life.id)
            if life.task_member_id is None:
                return now + WAITING_TASKS_EVERY_SECONDS
        begins = self.world.next_duty(life.task_member_id, now)
        if begins is None or begins == now:
            return None
        return begins + life.chance("begins").randint(5, 50) * 60

    def _actor(self, life: Life, deed: Deed, now: int) -> Actor:
        if deed.post is Post.INSPECTOR:
            member_id = life.reporter_id if life.stage is Stage.REPORTED else life.task_member_id
            return self.world.actors[member_id or self.world.of_post[Post.INSPECTOR][0]]
        if deed.action in BY_ITSELF:
            return MACHINE
        if deed.post is Post.DEPARTMENT:
            responsible = BY_ACTION[deed.action].holder is Holder.RESPONSIBLE
            clerks = self.world.clerks.get(deed.by or (life.department_id if responsible else life.organization_id) or 0)
            return self.world.actors[life.chance("clerk").choice(clerks)] if clerks else MACHINE
        return self._somebody(deed.post, life, now)

    def _somebody(self, post: Post, life: Life, now: int) -> Actor:
        return self.world.actors[life.chance(post.value).choice(self.world.on_duty(post, now))]

    def _given(self, life: Life, deed: Deed, actor: Actor) -> Given:
        dice = life.chance("stands")
        on_the_spot = deed.post is Post.INSPECTOR
        off = 0.0 if life.stage is Stage.REPORTED else 0.00007  # Who disposes of it at once stands before it.
        return Given(
            reason=deed.reason,
            photos=self.photos.take(life, deed.photos, actor) if deed.photos else (),
            lon=round(life.lon + dice.gauss(0, off), 7) if on_the_spot else None,
            lat=round(life.lat + dice.gauss(0, off), 7) if on_the_spot else None,
            accuracy_m=round(dice.uniform(2, 14), 1) if on_the_spot else None,
            rule_id=deed.rule_id,
            organization_id=deed.organization_id,
            basis=deed.basis,
            note=deed.note,
            parts=tuple(Part(body, task) for body, task in deed.parts),
            until=city_day(clock.now()) + timedelta(days=deed.until_days) if deed.until_days else None,
            place=f"{life.place}，{dice.choice(AMENDED_PLACES)}" if deed.action == "amend" else "",
        )

    def _carry_over(self, life: Life, deed: Deed) -> None:
        """What the deed changed of the case, as far as the next decisions need it."""
        match deed.action:
            case "ask_to_verify" | "ask_to_check":
                life.task_member_id = walker_of(life.id)
            case "verify_true" | "verify_false":
                life.verified = deed.action
            case "self_dispose":
                life.self_disposed = True
            case "refuse_self_disposal":
                life.self_disposed = False
            case "accept" | "reclassify":
                life.rule_id = deed.rule_id or life.rule_id
            case "dispatch":
                life.department_id = life.organization_id = deed.organization_id
                life.level, life.wrong = 2, is_wrong(self.world, life, deed.organization_id or 0)
            case "pass_down":
                life.organization_id, life.level = deed.organization_id, life.level + 1
            case "hand_up" | "submit" | "take_back" | "refuse_feedback":
                life.organization_id, life.level = holder_of(life.id)
            case "confirm_return" | "undo_dispatch":
                life.tried.add(life.department_id or 0)
                life.department_id = life.organization_id = life.handling = None
            case "fail_check":
                life.rework += 1
                life.organization_id, life.level = life.department_id, 2
            case "refuse_return":
                life.wrong = False
            case "finish" | "hand_back":
                life.asked = ""
        remember(life, deed)
        self._remember_side_path(life, deed)
        if deed.action in ("dispatch", "fail_check"):
            life.extensions = 0
            life.said.clear()
        if deed.action in ("dispatch", "fail_check", "refuse_return", "grant_extension", "wake"):
            life.handling = handling_of(life.id)

    def _remember_side_path(self, life: Life, deed: Deed) -> None:
        if BY_ACTION[deed.action].is_overlay:
            life.said.add(deed.action)
        match deed.action:
            case "ask_extension" | "ask_suspension":
                life.asked = deed.action.removeprefix("ask_")
                life.until = morning_of(city_day(clock.now()) + timedelta(days=deed.until_days)) if deed.until_days else 0
            case "grant_extension":
                life.asked, life.extensions = "", life.extensions + 1
            case "grant_suspension":
                life.asked, life.suspended_until = "", life.until
            case "refuse_extension" | "refuse_suspension":
                life.asked = ""
            case "wake":
                life.suspended_until = 0
            case "order_supervision":
                life.supervision = "ordered"
            case "answer_supervision":
                life.supervision = "answered"

    def look_again(self, life: Life, now: int) -> None:
        """Read a case anew after somebody else moved it."""
        found = open_lives(self.world, life.id)
        self.lives.pop(life.id, None)
        for seen in found:
            self._take_on(seen, now)


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
