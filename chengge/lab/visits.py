"""The platform's weekly visits in the demo city: four weeks of plans, what was raised there, and promises kept and open."""

from datetime import timedelta
from random import Random

from chengge import clock
from chengge.coordination.actions.visits import Made, Promised, call_visit_off, draft_next_week, draft_week, keep_promise, write_visit
from chengge.coordination.models import DepartmentVisit
from chengge.coordination.queries.visits import week_of
from chengge.domain.lifecycle import Post
from chengge.lab.rulings import on_post
from chengge.organization.queries import CITY_ZONE, city_day

WEEKS = 4
MET = ("分管副局长、养护科长", "办公室主任", "平台负责人、派单员", "班组长代表")
RAISED = (
    "派遣描述过于简单，现场找不到位置；希望附照片和部件编码。",
    "夜间案卷时限偏紧，抢修队只有一班人。",
    "与相邻单位的养护分界不清，同一路段反复退回。",
    "反馈照片要求不统一，核查不通过的理由看不到。",
)
PROMISES = (
    ("department", "一周内补报本单位设施台账和养护分界图"),
    ("platform", "修改派遣模板，必填位置描述和现场照片"),
    ("department", "增加一个夜班抢修小组"),
    ("platform", "把核查不通过的照片和理由推送到部门端"),
)


def fill(seed: int) -> None:
    """Draft the visits of the last weeks and make those that the simulated days have not, plan this one and the next."""
    dice = Random(f"{seed} visits")  # noqa: S311 (play, not secrets)
    now = clock.now().replace(microsecond=0)
    coordinator = on_post(Post.COORDINATOR)
    monday = week_of(city_day(now))
    for back in range(WEEKS, -1, -1):
        week = monday - timedelta(weeks=back)
        begins = now - (now.astimezone(CITY_ZONE).date() - week)
        with clock.pretend(begins):
            draft_week(week)
        if not back:
            break
        for number, visit in enumerate(DepartmentVisit.objects.filter(week=week, state="planned").order_by("pk")):
            if back == 2 and number == 2:
                call_visit_off(coordinator, visit.pk, "部门防汛值班，改期。")
                continue
            day = week + timedelta(days=1 + number)
            with clock.pretend(begins + timedelta(days=1 + number, hours=2)):
                whose, text = dice.choice(PROMISES)
                promised = [Promised(whose, text, day + timedelta(days=dice.choice((7, 14, 21))))]
                write_visit(coordinator, visit.pk, Made(day, dice.choice(MET), dice.choice(RAISED), promised))
            promise = visit.promises.first()
            if promise is not None and dice.random() < 0.5:
                with clock.pretend(min(now, begins + timedelta(days=8 + number))):
                    keep_promise(coordinator, promise.pk, "已办理，部门确认。")
    draft_next_week()
