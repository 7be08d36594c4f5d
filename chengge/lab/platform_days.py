"""The platform's people at work, day by day, in a simulation: what nobody can place is looked at on the spot, met about and ruled.

A few looks a working day. What is due is read from the city's own rows at each, so that a simulation which begins tomorrow goes on where
this one stopped. What a real person has planned, called or drafted is left to them: simulated people never sign in.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from random import Random

from django.db.models import Q, QuerySet

from chengge.casework.models import Case, Origin
from chengge.coordination.actions.escalating import make_safe, send_up
from chengge.coordination.actions.meetings import Called, Minuted, call_meeting, close_minutes, sign_minutes, write_minutes
from chengge.coordination.actions.requests import Called as Telephoned
from chengge.coordination.actions.requests import comment, note_call
from chengge.coordination.actions.rulings import (
    Drafted,
    answer_objection,
    dispatch_by_ruling,
    draft_ruling,
    end_early,
    object_to,
    sign_ruling,
    withdraw_draft,
)
from chengge.coordination.actions.surveys import Planned, Position, add_photos, conclude, plan_survey, say_position
from chengge.coordination.models import HardCase, JointSurvey, MadeSafe, Meeting, MeetingUnit, Objection, Ruling
from chengge.coordination.queries.precedents import precedents
from chengge.coordination.queries.rulings import open_cases_like
from chengge.domain.lifecycle import Post, Stage
from chengge.foundation.actions import ResponsibilityValues, save_responsibility
from chengge.lab.people import Life, platform_below
from chengge.lab.platform_desk import DAY, HOUR, MINUTE, Desk
from chengge.lab.platform_habits import morning, paper_round
from chengge.lab.problems import days_between
from chengge.lab.rulings import CONCLUSIONS, LISTS, POSITIONS
from chengge.lab.simulate import Simulation
from chengge.organization.models import Organization
from chengge.organization.queries import CITY_ZONE, Actor, city_day

MORNING, PAPERS, LOOKS = time(8, 45), time(15, 40), tuple(time(hour, 5) for hour in range(9, 18))
PAUSE_DAYS, PAUSE_WHERE_MANY_WAIT, MANY = (1, 3), 1, 3  # between two settlements that are begun
AGREED, TO_A_BODY_BELOW, THIRD_BODY = 0.62, 0.4, 0.2
SIGNED_AT_A_LOOK, UNIT_SIGNS, UNIT_OBJECTS, DEPARTMENT_OBJECTS, FOLLOWED = 0.6, 0.22, 0.12, 0.2, 0.25
PLACED = ("case__problem_class_id", "case__grid_code")
MOST_ALIKE = 8
DRAFT_LIES, OBJECTION_LIES, MINUTES_LIE = 2 * HOUR, 4 * HOUR, DAY
MINE = "经现场核对，属本单位管养范围，同意接管。"
SAFE = "已设置围挡和警示标识，安排专人值守，待责任明确后移交。"
UP = "涉及行车安全，两家单位均称不属本单位，请上级协调。"
CALLS = ("同意先行临时处置，等会勘结论。", "答应派人到现场配合会勘。", "说清单有两份，请平台先定。")
AGAINST_MINUTES = "养护经费未列入本年预算，请在纪要中注明。"
AGAINST_RULING = "移交手续尚未办结，请顺延执行。"
ANSWERS = ("手续由平台协调，裁定照此执行。", "意见采纳，裁定停止执行，另行研究。")
LISTS_WAIT = DAY
NOT_YET_DISPATCHED = (Stage.REPORTED, Stage.VERIFYING, Stage.ACCEPTED, Stage.FILED)


def plan_days(simulation: Simulation, first: int, last: int) -> "PlatformDays":
    """Plan in a simulation that has not begun what the platform does from `first` to `last` (epoch seconds)."""
    days = PlatformDays(Desk(simulation))
    simulation.plan_at(first, days.begin)
    for day in days_between(city_day(datetime.fromtimestamp(first, CITY_ZONE)), city_day(datetime.fromtimestamp(last, CITY_ZONE))):
        if not days.desk.works(day):
            continue
        events: list[tuple[time, Callable[[Random, int], None]]] = [(MORNING, partial(morning, days.desk))]
        events += [(at, days.look) for at in LOOKS]
        events += [(PAPERS, partial(paper_round, days.desk))]
        for when, happen in events:
            at = int(datetime.combine(day, when, CITY_ZONE).timestamp())
            if first < at < last:
                simulation.plan_at(at, partial(happen, Random(f"{simulation.seed} {day} {when} platform")))  # noqa: S311 (play, not secrets)
    return days


class PlatformDays:
    """What coordinators do about hard cases, and what units, leaders and dispatchers answer."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.simulation, self.world = desk.simulation, desk.simulation.world
        self._may_begin_from = 0
        self._in_two_lists: dict[tuple[int, int], int] = {}  # until when what lists say twice is waited for, though no case shows it

    def begin(self, now: int) -> None:
        """What waits for the platform since an earlier run goes on waiting; when something was begun last."""
        self._wait_and_go_on(now)
        begun = [
            JointSurvey.objects.order_by("-planned_at").values_list("planned_at", flat=True).first(),
            Ruling.objects.order_by("-drafted_at").values_list("drafted_at", flat=True).first(),
        ]
        self._may_begin_from = max((int(at.timestamp()) + DAY for at in begun if at is not None), default=now)

    def look(self, dice: Random, now: int) -> None:
        """Bring on everything that is due."""
        self.desk.leave_to_real_people()
        self._wait_and_go_on(now)
        self._sign_rulings(dice, now)
        self._answer_objections(dice, now)
        self._meet(dice, now)
        self._sign_minutes(dice, now)
        self._look_on_the_spot(dice, now)
        self._take_up(dice, now)

    # --- Hard cases ---------------------------------------------------------------------------------------------------------------------

    def _take_up(self, dice: Random, now: int) -> None:
        """The oldest hard case of those that nobody has begun with; where there is none, sooner or later two lists meet."""
        rows = list(self._waiting().select_related("case__problem_class", "meanwhile").order_by("found_at", "pk"))
        begun = ~Q(case__joint_surveys=None) | ~Q(case__agenda_items=None) | ~Q(case__rulings=None)
        in_work = {(class_id, (grid_code or 0) // 1000) for class_id, grid_code in self._waiting().filter(begun).values_list(*PLACED)}
        for row in rows:
            if row.way == HardCase.WayChoice.KEY and not MadeSafe.objects.filter(hard=row).exists():
                self._make_safe(row, dice, now)
        rows = [row for row in rows if _disputed(row.case) not in in_work]
        if now < self._may_begin_from:
            return
        if rows:
            pause = PAUSE_WHERE_MANY_WAIT if len(rows) > MANY else dice.randint(*PAUSE_DAYS)
            self._may_begin_from = now + pause * DAY - HOUR
            self._settle(rows[0], [row.case for row in rows if _disputed(row.case) == _disputed(rows[0].case)], dice, now)
        elif not self.simulation.undecided:
            self._two_lists(dice, now)

    def _two_lists(self, dice: Random, now: int) -> None:
        """Lists that name several bodies for a class in a community where something has just been reported: nobody can place that."""
        lives = [life for life in self.simulation.lives.values() if life.stage in NOT_YET_DISPATCHED and not life.tried]
        lives = [life for life in lives if life.component_code is None and life.grid_code and life.department_id is None]
        administrator = self.desk.on(Post.ADMINISTRATOR, dice, now)
        if not lives or administrator is None:
            return
        life = dice.choice(sorted(lives, key=lambda one: one.id))
        right = self._answers(life)
        held = Ruling.objects.filter(state="signed", problem_class_id=life.class_id, grid_codes__contains=[life.grid_code])
        bodies = self.world.bodies.values()
        others = sorted(
            one.id for one in bodies if one.level == 2 and one.id != right and one.division_code is None and one.id in self.desk.clerks
        )
        if right is None or not others or held.exists():
            return
        wrong = dice.sample(others, min(1 + (dice.random() < THIRD_BODY), len(others)))
        for basis, body in zip(LISTS, (right, *wrong), strict=False):
            division = (life.grid_code or 0) // 1000
            values = ResponsibilityValues(body, basis, problem_class_id=life.class_id, division_code=division)
            self.desk.attempt("list", partial(save_responsibility, administrator, None, values, self.desk.today(now)))
        self._in_two_lists[life.class_id, (life.grid_code or 0) // 1000] = now + LISTS_WAIT
        self._wait_and_go_on(now)

    def _wait_and_go_on(self, now: int) -> None:
        """Dispatchers leave what is undecided to the platform, and go on with what it has decided."""
        waits = {(class_id, (grid_code or 0) // 1000) for class_id, grid_code in self._waiting().values_list(*PLACED)}
        waits |= {key for key, until in self._in_two_lists.items() if now < until}
        moved = waits ^ self.simulation.undecided
        self.simulation.undecided = waits
        for life in [one for one in self.simulation.lives.values() if one.stage is Stage.FILED]:
            if (life.class_id, (life.grid_code or 0) // 1000) in moved:
                self.simulation.look_again(life, now)

    def _waiting(self) -> QuerySet[HardCase]:
        """Hard cases that wait for a dispatch and for the platform; what only came back twice a dispatcher asks round about and places."""
        rows = HardCase.objects.filter(settled_at=None, case__stage="filed", case__grid_code__isnull=False)
        return rows.exclude(whys=[HardCase.Reason.RETURNED], way=HardCase.WayChoice.ORDINARY)

    def _settle(self, row: HardCase, alike: list[Case], dice: Random, now: int) -> None:
        """Begin with a hard case in its own way; those like it come along."""
        case = row.case
        coordinator = self.desk.on(Post.COORDINATOR, dice, now)
        if coordinator is None:
            return
        territory = row.meanwhile.name if row.meanwhile is not None else "街道城管办"
        promised = self.desk.moment(now + dice.randint(3, 20) * HOUR)
        call = Telephoned("out", territory[:60], dice.choice(CALLS), promised_by=promised)
        self.desk.attempt("call", partial(note_call, coordinator, case.number, call, origin=Origin.SIMULATED))
        self.desk.attempt("comment", partial(comment, coordinator, case.number, "清单有出入，先不派遣，由协同平台研究。"))
        match row.way:
            case HardCase.WayChoice.SIMPLE:
                self._plan_survey(row, alike, coordinator, dice, now)
            case HardCase.WayChoice.DIFFICULT:
                self._call_meeting(alike, self._units(case, row.bodies), coordinator, dice, now)
            case HardCase.WayChoice.KEY:
                self.desk.attempt("send up", partial(send_up, coordinator, case.number, 3, UP))
                self._draft(coordinator, alike, "重点案卷即时议定，属地先行处置")
            case _ordinary:
                found = precedents(coordinator, case, 1)
                known = next((one.ruling or one.case for one in found), None)
                self._draft(
                    coordinator, alike, f"参照{known.number}，依据责任清单和立案条件" if known else "依据责任清单和立案条件研究确定"
                )

    def _make_safe(self, row: HardCase, dice: Random, now: int) -> None:
        clerk, life = self.desk.clerk(row.meanwhile_id, dice), self.simulation.lives.get(row.pk)
        if clerk is not None and life is not None:
            digests = self.simulation.photos.take(life, ("far",), clerk)
            self.desk.attempt("make safe", partial(make_safe, clerk, row.case.number, SAFE, digests))

    def _answers(self, case: Case | Life) -> int | None:
        """The platform that really answers, as the world has it."""
        class_id = case.class_id if isinstance(case, Life) else case.problem_class_id
        answering = self.world.answering(class_id, case.rule_id or 0, case.grid_code, case.component_code)
        return answering[0] if answering else None

    def _units(self, case: Case, bodies: list[int]) -> list[int]:
        """Whom to invite: the bodies in doubt, whoever really answers, and one more where that is only one."""
        found = list(dict.fromkeys([*bodies, *filter(None, (self._answers(case), case.department_id))]))
        others = self.world.answering(case.problem_class_id, case.rule_id or 0, case.grid_code, case.component_code)
        return (found + [pk for pk in others if pk not in found][: max(0, 2 - len(found))])[:6]

    # --- Joint surveys and meetings -----------------------------------------------------------------------------------------------------

    def _plan_survey(self, row: HardCase, alike: list[Case], coordinator: Actor, dice: Random, now: int) -> None:
        case = row.case
        at = self.desk.moment_on(self.desk.next_working_day(now, 1), dice.choice((9, 10, 14, 15)), 30)
        subject, place = f"{case.place}{case.problem_class.name}责任认定"[:120], case.place or case.problem_class.name
        planned = Planned(subject, place, case.lon, case.lat, at, self._units(case, row.bodies), [one.number for one in alike[:MOST_ALIKE]])
        self.desk.attempt("survey", partial(plan_survey, coordinator, planned))

    def _look_on_the_spot(self, dice: Random, now: int) -> None:
        """Units say where they stand; the platform concludes, or takes it to a meeting."""
        due = JointSurvey.objects.filter(state="planned", meets_at__lte=self.desk.moment(now), host__last_login=None)
        for survey in due.prefetch_related("cases__problem_class", "units").order_by("pk"):
            cases, units = list(survey.cases.all()), [unit.organization_id for unit in survey.units.all()]
            host = self.world.actors.get(survey.host_id)
            if host is None or not cases:
                continue
            right = self._answers(cases[0])
            for number, unit in enumerate(units):
                words = MINE if unit == right else POSITIONS[(number + survey.pk) % len(POSITIONS)]
                said = Position("yes", "现场负责人", words, survey.lon + 2e-4 * (number - 1), survey.lat + 1e-4)
                speaker = self.desk.clerk(unit, dice) or host
                self.desk.attempt("position", partial(say_position, speaker, survey.pk, unit, said))
            life = next((self.simulation.lives[one.pk] for one in cases if one.pk in self.simulation.lives), None)
            if life is not None:
                taken = self.simulation.photos.take(life, ("far", "near"), host)
                self.desk.attempt("photos", partial(add_photos, host, survey.pk, taken))
            agreed = dice.random() < AGREED
            done = self.desk.attempt("conclude", partial(conclude, host, survey.pk, CONCLUSIONS[0 if agreed else 1]))
            if done is not None and agreed:
                self._draft(host, cases, "现场会勘，核对红线图和移交清单", survey_id=survey.pk)
            elif done is not None:
                self._call_meeting(cases, units, host, dice, now)

    def _call_meeting(self, cases: list[Case], units: list[int], coordinator: Actor, dice: Random, now: int) -> None:
        chair = self.desk.on(Post.LEADER, dice, now)
        called = Called(
            f"{cases[0].problem_class.name}责任协同会议",
            "指挥中心三楼会议室",
            chair.name if chair is not None else coordinator.name,
            self.desk.moment_on(self.desk.next_working_day(now, dice.randint(1, 3)), dice.choice((9, 14)), 0),
            units,
            [case.number for case in cases[:MOST_ALIKE]],
            ("通报近期裁定执行情况",),
        )
        self.desk.attempt("meeting", partial(call_meeting, coordinator, called))

    def _meet(self, dice: Random, now: int) -> None:
        """The minutes are written and closed, and what was decided is drafted as a ruling."""
        due = Meeting.objects.filter(state="called", meets_at__lte=self.desk.moment(now - HOUR), host__last_login=None)
        for meeting in due.prefetch_related("items__case__problem_class", "units").order_by("pk"):
            host, items = self.world.actors.get(meeting.host_id), list(meeting.items.all())
            if host is None:
                continue
            right = {item.position: self._answers(item.case) for item in items if item.case is not None}
            names = dict(Organization.objects.filter(pk__in=[pk for pk in right.values() if pk]).values_list("pk", "name"))
            decisions = {item.position: "各单位无异议，照此执行。" for item in items}
            decisions |= {at: f"由{names[pk]}负责，责任划分以裁定书为准。" for at, pk in right.items() if pk in names}
            minuted = Minuted({unit.organization_id: "分管负责人" for unit in meeting.units.all()}, decisions)
            self.desk.attempt("minutes", partial(write_minutes, host, meeting.pk, minuted))
            if self.desk.attempt("close minutes", partial(close_minutes, host, meeting.pk)) is None:
                continue
            alike: dict[tuple[int, int], list[Case]] = {}
            for case in [item.case for item in items if item.case is not None]:
                alike.setdefault(_disputed(case), []).append(case)
            for cases in alike.values():
                self._draft(host, cases, "协同会议议定，见会议纪要", meeting_id=meeting.pk)

    def _sign_minutes(self, dice: Random, now: int) -> None:
        """Units sign over the next day or two, now and then with an objection."""
        waiting = MeetingUnit.objects.filter(meeting__state="closed", signed_at=None, meeting__host__last_login=None)
        for unit in waiting.order_by("pk"):
            clerk = self.desk.clerk(unit.organization_id, dice) if dice.random() < UNIT_SIGNS else None
            if clerk is not None:
                objection = AGAINST_MINUTES if dice.random() < UNIT_OBJECTS else ""
                self.desk.attempt("sign minutes", partial(sign_minutes, clerk, unit.meeting_id, unit.organization_id, objection))

    # --- Rulings ------------------------------------------------------------------------------------------------------------------------

    def _draft(self, actor: Actor, cases: list[Case], basis: str, survey_id: int | None = None, meeting_id: int | None = None) -> None:
        """Draft that whoever really answers does so from today on: in the community where lists meet there, else at the unit grid."""
        case = cases[0]
        hard = HardCase.objects.filter(pk=case.pk).first()
        body = self._body(case)
        if body is None or case.grid_code is None:
            return
        code = f"{case.grid_code:015d}"
        drafted = Drafted(
            subject=f"{case.place}{case.problem_class.name}责任裁定"[:120],
            basis=basis,
            organization_id=body,
            first_day=city_day(self.desk.now()),
            objections_until=city_day(self.desk.now()) + timedelta(days=7),
            problem_class_id=case.problem_class_id,
            places=(code[:12] if hard is not None and HardCase.Reason.SEVERAL in hard.whys else code,),
            numbers=[one.number for one in cases],
            survey_id=survey_id,
            meeting_id=meeting_id,
        )
        self.desk.attempt("draft ruling", partial(draft_ruling, actor, drafted))

    def _body(self, case: Case) -> int | None:
        """The platform that answers, or the body below it that keeps such things there."""
        right, life = self._answers(case), self.simulation.lives.get(case.pk)
        below = self.world.bodies[right].children if right in self.world.bodies else ()
        if right is not None and life is not None and below and life.chance("ruled").random() < TO_A_BODY_BELOW:
            return platform_below(life, self.world, below)
        return right

    def _sign_rulings(self, dice: Random, now: int) -> None:
        """A second person signs, once the units have signed the minutes it rests on or had a day for it."""
        drafts = Ruling.objects.filter(state="draft", drafted_at__lt=self.desk.moment(now), drafted_by__last_login=None)
        undecided = Q(meeting__state="closed", meeting__closed_at__gt=self.desk.moment(now - MINUTES_LIE))
        for ruling in drafts.exclude(undecided).order_by("pk"):
            ripe = ruling.drafted_at <= self.desk.moment(now - DRAFT_LIES) and dice.random() < SIGNED_AT_A_LOOK
            if not ripe and not ruling.cases.filter(hard__way=HardCase.WayChoice.KEY).exists():  # what presses waits for nobody
                continue
            first, second = dice.sample((Post.COORDINATOR, Post.LEADER), 2)
            signer = self.desk.on(first, dice, now, but=ruling.drafted_by_id) or self.desk.on(second, dice, now, but=ruling.drafted_by_id)
            drafter = self.world.actors.get(ruling.drafted_by_id)
            if signer is None or drafter is None:
                continue
            if self.desk.attempt("sign ruling", partial(sign_ruling, signer, ruling.pk)) is None:
                self.desk.attempt("withdraw draft", partial(withdraw_draft, drafter, ruling.pk))  # it contradicts another one
                continue
            for code in ruling.grid_codes:
                self._in_two_lists.pop((ruling.problem_class_id or 0, code // 1000), None)
            self._dispatch_like(ruling.pk, dice, now)
            if dice.random() < DEPARTMENT_OBJECTS:
                self.simulation.plan_at(now + dice.randint(4, 30) * HOUR + 7 * MINUTE, partial(self._object, ruling.pk, dice))

    def _dispatch_like(self, ruling_id: int, dice: Random, now: int) -> None:
        """A dispatcher sends the filed cases like it to the body of the ruling."""
        dispatcher = self.desk.on(Post.DISPATCHER, dice, now)
        if dispatcher is None:
            return
        ruling = Ruling.objects.select_related("organization").get(pk=ruling_id)
        chosen = {case.pk: case.entry_count for case in open_cases_like(dispatcher, ruling) if case.stage == Stage.FILED}
        if chosen:
            self.desk.attempt("by ruling", partial(dispatch_by_ruling, dispatcher, ruling_id, chosen, origin=Origin.SIMULATED))
        for life in [self.simulation.lives[pk] for pk in chosen if pk in self.simulation.lives]:
            self.simulation.look_again(life, now)

    def _object(self, ruling_id: int, dice: Random, now: int) -> None:
        """A unit that sat at the table and did not get its way, or the body itself."""
        ruling = Ruling.objects.select_related("survey", "meeting").get(pk=ruling_id)
        at_the_table = ruling.meeting or ruling.survey
        units = list(at_the_table.units.values_list("organization_id", flat=True)) if at_the_table is not None else []
        clerk = self.desk.clerk(dice.choice(units) if units else ruling.organization_id, dice)
        if clerk is not None:
            self.desk.attempt("object", partial(object_to, clerk, ruling_id, AGAINST_RULING))

    def _answer_objections(self, dice: Random, now: int) -> None:
        """Leaders answer; to follow one, they end the ruling."""
        waiting = Objection.objects.filter(answered_at=None, at__lte=self.desk.moment(now - OBJECTION_LIES), ruling__state="signed")
        for objection in waiting.filter(ruling__drafted_by__last_login=None).order_by("pk"):
            leader = self.desk.on(Post.LEADER, dice, now)
            if leader is None:
                return
            follows = dice.random() < FOLLOWED
            self.desk.attempt("answer objection", partial(answer_objection, leader, objection.pk, ANSWERS[follows]))
            if follows:
                day = self.desk.today(now)
                self.desk.attempt("end ruling", partial(end_early, leader, objection.ruling_id, day, "采纳单位异议，另行研究"))


def _disputed(case: Case) -> tuple[int, int]:
    """What one settlement is about: a class in a community."""
    return case.problem_class_id, (case.grid_code or 0) // 1000
