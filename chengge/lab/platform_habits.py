"""What the platform does on its working days whatever comes up: visits and their promises, standing problems, leaders' sheets."""

from datetime import timedelta
from functools import partial
from random import Random

from chengge.casework.models import Origin
from chengge.coordination.actions.orders import Written, move_sheet, write_instruction
from chengge.coordination.actions.standing import Listed, Step, finish_step, list_problem, note_progress, review
from chengge.coordination.actions.visits import Made, Promised, draft_week, keep_promise, write_visit
from chengge.coordination.models import DepartmentVisit, PlanStep, Sheet, StandingProblem, VisitPromise
from chengge.coordination.queries.standing import OPEN
from chengge.coordination.queries.visits import week_of
from chengge.domain.lifecycle import Post, Stage
from chengge.lab.platform_desk import HOUR, Desk
from chengge.lab.platform_tidying import tidy
from chengge.lab.standing import PROGRESS
from chengge.lab.visits import MET, PROMISES, RAISED

KEPT, NOTED, MISSED = 0.7, 0.35, 0.12
LISTED_EVERY = timedelta(days=14)
INSTRUCTED_EVERY = timedelta(days=7)
SHEET_LIES = 3 * HOUR
PROBLEMS = (
    ("积水点反复", "管网标高不足，雨后反复积水。", ("测量标高", "提交改造方案")),
    ("临时摊点反复回潮", "周边无疏导点，清理后反弹。", ("划定疏导点", "签订门前责任书")),
    ("弃管小区周边垃圾堆放", "无物业，清运责任未落实。", ("明确清运单位", "设置收集点")),
)
INSTRUCTIONS = (
    ("请现场督办", "群众多次反映，请到场处置并反馈。"),
    ("举一反三", "请排查同类点位，一并整改。"),
    ("限期办结", "影响出行，请倒排时间，按日反馈。"),
)
ANSWERED = ("已安排专人到场，今日办结。", "排查完成，同类点位一并处理。", "已制定方案，按期完成。")


def morning(desk: Desk, dice: Random, now: int) -> None:
    """The week's visits, what was promised at them, standing problems, and what has run its course."""
    desk.leave_to_real_people()
    _visit(desk, dice, now)
    _keep_promises(desk, dice, now)
    _standing(desk, dice, now)
    tidy(desk, dice, now)


def _visit(desk: Desk, dice: Random, now: int) -> None:
    """One visit of this week's plan a day, from its second day on; seldom it is put off to the next."""
    today, coordinator = desk.today(now), desk.on(Post.COORDINATOR, dice, now)
    desk.attempt("plan visits", partial(draft_week, week_of(today)))
    visit = DepartmentVisit.objects.filter(week=week_of(today), state="planned").order_by("pk").first()
    if today == week_of(today) or visit is None or coordinator is None or dice.random() < MISSED:
        return
    whose, text = dice.choice(PROMISES)
    promised = [Promised(whose, text, today + timedelta(days=dice.choice((4, 7, 14))))]
    made = Made(today, dice.choice(MET), dice.choice(RAISED), promised)
    desk.attempt("visit", partial(write_visit, coordinator, visit.pk, made))


def _keep_promises(desk: Desk, dice: Random, now: int) -> None:
    """Most promises are kept by their day, the others some days later."""
    due = VisitPromise.objects.filter(kept_on=None, due_on__lte=desk.today(now) + timedelta(days=1)).select_related("visit")
    for promise in due.order_by("pk"):
        if dice.random() >= KEPT:
            continue
        of_unit = promise.whose == VisitPromise.Whose.DEPARTMENT
        keeper = desk.clerk(promise.visit.organization_id, dice) if of_unit else desk.on(Post.COORDINATOR, dice, now)
        if keeper is not None:
            desk.attempt("keep promise", partial(keep_promise, keeper, promise.pk, "已办理，双方确认。"))


def _standing(desk: Desk, dice: Random, now: int) -> None:
    """Steps are finished, progress is noted, what is due is looked at again; once in a while a problem is listed."""
    today, coordinator = desk.today(now), desk.on(Post.COORDINATOR, dice, now)
    if coordinator is None:
        return
    due = PlanStep.objects.filter(problem__state__in=OPEN, done_on=None, due_on__lte=today + timedelta(days=1)).select_related("problem")
    for step in due.order_by("pk"):
        clerk = desk.clerk(step.problem.owner_id, dice) or coordinator
        if dice.random() < KEPT:
            desk.attempt("finish step", partial(finish_step, clerk, step.problem_id, step.position))
        elif dice.random() < NOTED:
            desk.attempt("note progress", partial(note_progress, clerk, step.problem_id, dice.choice(PROGRESS)))
    for problem in StandingProblem.objects.filter(state__in=OPEN, review_on__lte=today).order_by("pk"):
        again = today + timedelta(days=dice.choice((21, 28, 35)))
        desk.attempt("review", partial(review, coordinator, problem.pk, "部门推进中，按计划复核。", again))
    if not StandingProblem.objects.filter(listed_at__gt=desk.now() - LISTED_EVERY).exists():
        _list_problem(desk, dice, now)


def _list_problem(desk: Desk, dice: Random, now: int) -> None:
    today, coordinator = desk.today(now), desk.on(Post.COORDINATOR, dice, now)
    owners = sorted(body.id for body in desk.simulation.world.bodies.values() if body.level == 2 and body.id in desk.clerks)
    if coordinator is None or not owners:
        return
    subject, why, plan = dice.choice(PROBLEMS)
    steps = [Step(today + timedelta(days=4 * number), text) for number, text in enumerate(plan, 1)]
    listed = Listed(subject, why, dice.choice(owners), today + timedelta(days=12), steps=steps)
    desk.attempt("list problem", partial(list_problem, coordinator, listed))


def paper_round(desk: Desk, dice: Random, now: int) -> None:
    """Sheets are answered and ended; now and then a leader writes a new one."""
    desk.leave_to_real_people()
    quiet_since = desk.now() - timedelta(seconds=SHEET_LIES)
    waiting = Sheet.objects.exclude(waits_for="").filter(written_at__lte=quiet_since, author__last_login=None, leader__last_login=None)
    for sheet in waiting.order_by("pk"):
        match sheet.waits_for:
            case Sheet.Turn.ORGANIZATION:
                actor, step = desk.clerk(sheet.organization_id, dice), "answer"
            case Sheet.Turn.COORDINATION:
                actor, step = desk.on(Post.COORDINATOR, dice, now), "answer"
            case _leader:
                actor, step = desk.on(Post.LEADER, dice, now), "end"
        if actor is not None and dice.random() < KEPT:
            text = dice.choice(ANSWERED) if step == "answer" else ""
            desk.attempt(f"{step} sheet", partial(move_sheet, actor, sheet.pk, step, text, origin=Origin.SIMULATED))
            _case_has_moved(desk, sheet.case_id, now)
    if not Sheet.objects.filter(written_at__gt=desk.now() - INSTRUCTED_EVERY).exists():
        _instruct(desk, dice, now)


def _instruct(desk: Desk, dice: Random, now: int) -> None:
    """A leader writes about a case that a department has in work; that comes under an order."""
    leader = desk.on(Post.LEADER, dice, now)
    lives = [life for life in desk.simulation.lives.values() if life.stage is Stage.HANDLING and not life.parts]
    lives = [life for life in lives if not life.supervision and not life.asked and not life.suspended_until]
    if leader is None or not lives:
        return
    life = dice.choice(sorted(lives, key=lambda one: one.id))
    number = desk.number_of(life.id)
    subject, text = dice.choice(INSTRUCTIONS)
    written = Written(subject, text, number, degree=dice.choice((1, 2, 2)), due_at=desk.now() + timedelta(hours=dice.randint(20, 60)))
    desk.attempt("instruct", partial(write_instruction, leader, written, origin=Origin.SIMULATED))
    _case_has_moved(desk, life.id, now)


def _case_has_moved(desk: Desk, case_id: int | None, now: int) -> None:
    life = desk.simulation.lives.get(case_id or 0)
    if life is not None:
        desk.simulation.look_again(life, now)
