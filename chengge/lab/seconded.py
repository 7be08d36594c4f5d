"""Seconded staff of the demo city: needs, people of several departments at every stage, training, visits, appraisals, one who has left."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.db.models import Q

from chengge import clock
from chengge.coordination.actions import appraisals, seconded, seconded_private, training
from chengge.coordination.actions.seconded_rules import save_rule
from chengge.coordination.models import Appraisal, HomeVisit, Secondment
from chengge.coordination.queries.seconded import qualifications, secondment_in_sight
from chengge.organization.actions.authority import COMMAND_LINE
from chengge.organization.models import Member, Organization
from chengge.organization.queries import CITY_ZONE, Actor, actor_of, city_day

TERM_DAYS = 182
VISIT_WEEKS = 2
ARRIVAL_DAYS_AGO = 15  # since when most of them are here: what is compared before and after


@dataclass(frozen=True, slots=True)
class Story:
    """One of them: who, of which department (its code), on which post, since how many days, and how far it has come.

    Attributes:
        days_ago: when the term begins; negative: to come.
        fate: "proposed", "checked", "here" or "left".
    """

    username: str
    home: str
    post: str
    days_ago: int
    fate: str


STORIES = (
    Story("paiqian02", "HW", "dispatcher", 29, "here"),
    Story("paiqian03", "LD", "dispatcher", ARRIVAL_DAYS_AGO, "here"),
    Story("paiqian05", "SZ", "dispatcher", ARRIVAL_DAYS_AGO, "here"),
    Story("xietiao01", "YL", "coordinator", ARRIVAL_DAYS_AGO, "here"),
    Story("paiqian07", "ZF", "dispatcher", 28, "left"),
    Story("paiqian08", "SW", "dispatcher", -5, "checked"),
    Story("paiqian09", "ZJ", "dispatcher", -12, "proposed"),
)
NEEDS = (
    ("dispatcher", 5, "department", "夜班与早班派遣力量不足，疑难案卷多集中在交接班前后。"),
    ("coordinator", 2, "", "联合踏勘与协调会每周三次，需要熟悉市政与绿化界面的人。"),
)
BEFORE = ("指挥手册与立案结案条件", "平台操作与派遣规则")
DURING = ("疑难案卷会商实务", "界面裁定与先例检索")
REMARKS = {"years": "人事档案", "mark": "闭卷考试", "clear": "原单位纪检证明", "agreed": "双方书面同意"}
VISITED = (
    "汇报近两周派遣中反映出的养护短板，原单位答应增配夜间应急班。",
    "商定返岗后负责与平台的日常对接。",
    "原单位提出节前抽调两天，平台已调班。",
)
ATTENDANCE = (("leave", "事假一天"), ("travel", "随队联合踏勘"), ("sick", "门诊"))


def fill(seed: int) -> None:
    """Tell the stories, each step at its own moment of the past month. Figures come from the facts as they lie there."""
    dice = Random(f"seconded {seed}")  # noqa: S311 (play, not secrets)
    now = clock.now().replace(microsecond=0)
    homes = {one.code: one for one in Organization.objects.filter(level=2, kind="department", valid_to=None)}
    coordinator, leader = _actor("coordinator"), _actor("mayor")
    if not homes or coordinator is None or leader is None:
        return
    today = city_day(now)
    save_rule(COMMAND_LINE, "visit", "", Decimal(VISIT_WEEKS), today - timedelta(days=40))
    needs = {}
    with clock.pretend(_at(today - timedelta(days=36), now)):
        for post, people, from_kind, why in NEEDS:
            span = (today - timedelta(days=30), today + timedelta(days=300))
            needs[post] = seconded.state_need(coordinator, seconded.Needed(post, people, *span, why, from_kind)).pk
    told = [story for story in STORIES if story.home in homes and Member.objects.filter(username=story.username).exists()]
    made = [(story, _come(story, homes, needs[story.post], coordinator, leader, now, dice)) for story in told]
    here = [one for story, one in made if story.fate == "here"]
    for story, one in made:
        if story.fate in ("here", "left"):
            _live(one, coordinator, today, now, dice)
        if story.fate == "left":
            _leave(one, coordinator, leader, today, now)
    for number, one in enumerate(here[:3]):
        _appraise(one, coordinator, leader, number, today, now)


def _come(
    story: Story, homes: dict[str, Organization], need_id: int, coordinator: Actor, leader: Actor, now: datetime, dice: Random
) -> Secondment:
    """Proposed a week before the term, checked, begun on its first day, as far as the story goes."""
    today = city_day(now)
    first = today - timedelta(days=story.days_ago)
    member = Member.objects.get(username=story.username)
    proposed = seconded.Proposed(member.pk, homes[story.home].pk, story.post, first, first + timedelta(days=TERM_DAYS), need_id)
    proposing = min(first, today) - timedelta(days=7)
    with clock.pretend(_at(proposing, now)):
        made = seconded.propose(coordinator, proposed)
        seconded_private.keep_private(coordinator, made.pk, f"1{dice.randint(30, 89)}{dice.randrange(10**8):08d}", f"家属 {_near(dice)}")
    found = {"years": Decimal(dice.randint(3, 14)), "mark": Decimal(dice.randint(82, 97)), "clear": Decimal(1), "agreed": Decimal(1)}
    with clock.pretend(_at(proposing + timedelta(days=3), now)):
        asked = qualifications(secondment_in_sight(coordinator, made.pk))
        for one in asked if story.fate != "proposed" else asked[:2]:
            seconded.check(coordinator, made.pk, one.rule.pk, found[one.rule.kind], REMARKS[one.rule.kind])
        if story.fate != "proposed":
            _train(coordinator, made, "before", BEFORE[dice.randrange(2)], city_day(clock.now()), dice)
            seconded.pass_checks(coordinator, made.pk)
    if story.fate in ("here", "left"):
        with clock.pretend(_at(first, now)):
            seconded.begin(leader, made.pk)
    return made


def _live(one: Secondment, coordinator: Actor, today: date, now: datetime, dice: Random) -> None:
    """A training, a day that was no usual one, and the visits that were due; the last of them not yet noted."""
    begun = one.first_day
    with clock.pretend(_at(begun + timedelta(days=5), now)):
        _train(coordinator, one, "during", DURING[dice.randrange(2)], begun + timedelta(days=5), dice)
    kind, remark = ATTENDANCE[dice.randrange(3)]
    training.write_day(coordinator, one.pk, begun + timedelta(days=dice.randint(6, 9)), kind, remark)
    later = training.Training("during", "全市联动应急演练", today + timedelta(days=6), Decimal(4))
    if one.last_day > today + timedelta(days=6):
        training.plan_training(coordinator, one.pk, later)
    for visit in HomeVisit.objects.filter(secondment=one, planned_day__lt=today).order_by("planned_day")[:1]:
        with clock.pretend(_at(visit.planned_day, now) + timedelta(hours=7)):
            clerk = _clerk(one) or coordinator
            training.note_visit(clerk, visit.pk, visit.planned_day, VISITED[dice.randrange(3)])


def _leave(one: Secondment, coordinator: Actor, leader: Actor, today: date, now: datetime) -> None:
    """Called back by the home unit six days ago; a colleague took over and an appraisal was signed by both."""
    day = today - timedelta(days=6)
    with clock.pretend(_at(day, now)):
        receiver = Member.objects.get(username="dispatcher")
        appraisal = appraisals.draft_appraisal(coordinator, one.pk, one.first_day, day)
        _judge(coordinator, appraisal.pk, "业务熟练，派遣准确，交接清楚。建议原单位安排与平台对接的岗位。")
        appraisals.sign_appraisal(leader, appraisal.pk, "platform")
        appraisals.hand_over(coordinator, one.pk, receiver.pk, "城东几处路灯与绿化交界的案卷，先看裁定再派。")
        appraisals.accept_handover(actor_of(receiver), one.pk)
    with clock.pretend(_at(day, now) + timedelta(hours=2)):
        seconded.end(leader, one.pk, "called_back", "原单位汛后抢修抽调，提前返岗")
        clerk = _clerk(one)
        if clerk is not None:
            appraisals.sign_appraisal(clerk, appraisal.pk, "home")


def _appraise(one: Secondment, coordinator: Actor, leader: Actor, number: int, today: date, now: datetime) -> None:
    """The first is signed by both sides, the second waits for the home unit, the third is a draft."""
    with clock.pretend(_at(today - timedelta(days=1), now)):
        appraisal = appraisals.draft_appraisal(coordinator, one.pk, one.first_day, today - timedelta(days=2))
        if number < 2:
            _judge(coordinator, appraisal.pk, "责任心强，能主动研判界面不清的案卷；夜间派遣还可再快。")
            appraisals.sign_appraisal(leader, appraisal.pk, "platform")
    clerk = _clerk(one)
    if number == 0 and clerk is not None:
        with clock.pretend(_at(today - timedelta(days=1), now) + timedelta(hours=6)):
            appraisals.sign_appraisal(clerk, appraisal.pk, "home")


def _judge(actor: Actor, appraisal_id: int, words: str) -> None:
    """Put a judgement in place of the last paragraph, which asks for one."""
    drafted = Appraisal.objects.get(pk=appraisal_id).words.rstrip()
    appraisals.write_appraisal(actor, appraisal_id, "\n".join([*drafted.splitlines()[:-1], words]))


def _train(actor: Actor, one: Secondment, phase: str, subject: str, day: date, dice: Random) -> None:
    planned = training.plan_training(actor, one.pk, training.Training(phase, subject, day, Decimal(dice.choice((4, 6, 8)))))
    training.record_training(actor, planned.pk, "passed", dice.randint(80, 98))


def _clerk(one: Secondment) -> Actor | None:
    """Who signs for the home unit."""
    at_home = Q(organization_id=one.home_id, posts__post="department", posts__valid_to=None)
    clerk = Member.objects.filter(at_home, is_active=True).order_by("pk").first()
    return None if clerk is None else actor_of(clerk)


def _actor(username: str) -> Actor | None:
    member = Member.objects.filter(username=username).first()
    return None if member is None else actor_of(member)


def _near(dice: Random) -> str:
    return f"86{dice.randrange(10**6):06d}"


def _at(day: date, now: datetime) -> datetime:
    """Nine o'clock of a day, no later than now."""
    return min(datetime.combine(day, time(9), CITY_ZONE), now - timedelta(minutes=10))
