"""What has run its course is ended, so that a city which runs for weeks stays plausible: simulated people finish what they began.

Problems whose plan is done, visits of weeks gone by, lists that a ruling has settled, drawn areas that wait, and what is due with seconded
staff. What lies with a real person is left to them.
"""

from datetime import timedelta
from functools import partial
from random import Random

from django.db.models import Exists, F, OuterRef

from chengge.coordination.actions.boundaries import accept
from chengge.coordination.actions.seconded_terms import end_terms
from chengge.coordination.actions.standing import end_problem
from chengge.coordination.actions.training import note_visit, record_training
from chengge.coordination.actions.visits import call_visit_off
from chengge.coordination.models import (
    DepartmentVisit,
    HomeVisit,
    PlanStep,
    Ruling,
    Secondment,
    SecondmentTraining,
    StandingProblem,
)
from chengge.coordination.queries.standing import OPEN
from chengge.coordination.queries.visits import week_of
from chengge.domain.lifecycle import Post
from chengge.foundation.actions import end_responsibility
from chengge.foundation.models import AreaChange, Responsibility
from chengge.lab.platform_desk import Desk
from chengge.lab.rulings import LISTS
from chengge.lab.seconded import VISITED
from chengge.organization.models import Member

TODAY_RATHER_THAN_LATER = 0.4
STANDS_AT_LEAST, DROPPED_AFTER = timedelta(days=10), timedelta(days=45)
AREA_LIES, RULED_SINCE = timedelta(days=4), timedelta(days=5)
SOLVED = ("计划各项已完成，复查两周无反弹。", "整改到位，移交日常管养。", "现场复核通过，予以销号。")
DROPPED = "相关工程已列入专项，不再作为历史遗留跟踪。"
NOT_MADE = "双方时间未能安排，并入下一轮走访。"


def tidy(desk: Desk, dice: Random, now: int) -> None:
    """One morning's tidying."""
    _end_problems(desk, dice, now)
    _call_visits_off(desk, dice, now)
    _settle_lists(desk, dice, now)
    _accept_areas(desk, dice, now)
    _look_after_seconded(desk, dice, now)


def _end_problems(desk: Desk, dice: Random, now: int) -> None:
    """What is done with its plan is solved; what stands too long is taken up elsewhere."""
    if (coordinator := desk.on(Post.COORDINATOR, dice, now)) is None:
        return
    steps = PlanStep.objects.filter(problem=OuterRef("pk"))
    rows = StandingProblem.objects.filter(state__in=OPEN, listed_at__lte=desk.now() - STANDS_AT_LEAST, listed_by__last_login=None)
    rows = rows.annotate(planned=Exists(steps), undone=Exists(steps.filter(done_on=None))).order_by("pk")
    for problem in rows:
        if problem.planned and not problem.undone and dice.random() < TODAY_RATHER_THAN_LATER:
            desk.attempt("end problem", partial(end_problem, coordinator, problem.pk, "solved", dice.choice(SOLVED)))
        elif problem.listed_at <= desk.now() - DROPPED_AFTER and dice.random() < TODAY_RATHER_THAN_LATER / 4:
            desk.attempt("end problem", partial(end_problem, coordinator, problem.pk, "dropped", DROPPED))


def _call_visits_off(desk: Desk, dice: Random, now: int) -> None:
    """Visits that their week went by without."""
    if (coordinator := desk.on(Post.COORDINATOR, dice, now)) is None:
        return
    missed = DepartmentVisit.objects.filter(state=DepartmentVisit.State.PLANNED, week__lt=week_of(desk.today(now))).order_by("pk")
    for visit in missed:
        desk.attempt("call visit off", partial(call_visit_off, coordinator, visit.pk, NOT_MADE))


def _settle_lists(desk: Desk, dice: Random, now: int) -> None:
    """Where a ruling has said some days ago who answers, what the other lists say in that community is struck out."""
    if (administrator := desk.on(Post.ADMINISTRATOR, dice, now)) is None:
        return
    today = desk.today(now)
    rows = Responsibility.objects.filter(basis__in=LISTS[1:], valid_to=None, division_code__isnull=False, valid_from__lt=today)
    ruled = Ruling.objects.filter(state="signed", signed_at__lte=desk.now() - RULED_SINCE)
    for row in rows.order_by("pk"):
        said = ruled.filter(problem_class_id=row.problem_class_id).values_list("grid_codes", "division_code")
        places = {code // 1000 for grid_codes, _division in said for code in grid_codes} | {division for _codes, division in said}
        if row.division_code in places:
            desk.attempt("settle list", partial(end_responsibility, administrator, row.pk, today))


def _accept_areas(desk: Desk, dice: Random, now: int) -> None:
    """A second person accepts an area that has lain some days."""
    waiting = AreaChange.objects.filter(state=AreaChange.State.PROPOSED, proposed_at__lte=desk.now() - AREA_LIES)
    for change in waiting.filter(proposed_by__last_login=None).order_by("pk"):
        second = desk.on(Post.LEADER, dice, now, but=change.proposed_by_id)
        if second is not None and dice.random() < TODAY_RATHER_THAN_LATER:
            desk.attempt("accept area", partial(accept, second, change.pk))


def _look_after_seconded(desk: Desk, dice: Random, now: int) -> None:
    """Visits to the home unit that are due are made, results of trainings written down, terms ended."""
    today = desk.today(now)
    end_terms()
    here = Secondment.objects.filter(state=Secondment.State.BEGUN)
    due = HomeVisit.objects.filter(
        secondment__in=here, visited_day=None, planned_day__lte=today, planned_day__gte=F("secondment__first_day")
    )
    for visit in due.select_related("secondment").order_by("planned_day", "pk"):
        clerk = desk.clerk(visit.secondment.home_id, dice)
        if clerk is not None and dice.random() < TODAY_RATHER_THAN_LATER:
            desk.attempt("home visit", partial(note_visit, clerk, visit.pk, today, dice.choice(VISITED)))
    over = SecondmentTraining.objects.filter(secondment__in=here, result=SecondmentTraining.Result.PLANNED, day__lte=today)
    real = set(Member.objects.filter(last_login__isnull=False).values_list("pk", flat=True))
    for one in over.exclude(written_by__in=real).select_related("secondment").order_by("pk"):
        coordinator = desk.on(Post.COORDINATOR, dice, now, but=one.secondment.member_id)
        if coordinator is not None:
            desk.attempt("training", partial(record_training, coordinator, one.pk, "passed", dice.randint(78, 98)))
