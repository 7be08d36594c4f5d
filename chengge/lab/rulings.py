"""Disputes of the demo city: hard cases in the queue, surveys on the spot, a meeting with its minutes, rulings."""

from datetime import datetime, timedelta
from random import Random

from chengge import clock
from chengge.casework import photos
from chengge.casework.actions import Given, perform
from chengge.casework.models import Case, Origin
from chengge.coordination.actions.hard_cases import look_through
from chengge.coordination.actions.meetings import Called, Minuted, call_meeting, close_minutes, sign_minutes, write_minutes
from chengge.coordination.actions.rulings import Drafted, draft_ruling, object_to, sign_ruling
from chengge.coordination.actions.surveys import Planned, Position, add_photos, conclude, draw, plan_survey, say_position
from chengge.coordination.models import HardCase, JointSurvey, Meeting, Ruling, SurveyUnit
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.foundation.actions import ResponsibilityValues, save_responsibility
from chengge.lab.pictures import SCENES, VIEWS, picture
from chengge.organization.models import Member, MemberPost, Organization
from chengge.organization.queries import Actor, actor_of, city_day

OVERLAPS = 4
AT_THE_TABLE = 8
RETURNED, TWICE = 5, 2  # filed cases that come back today, and how many of them come back twice
POSITIONS = (
    "位于道路红线以外，不属本单位养护范围，建议由属地先行处置。",
    "设施移交手续尚未办结，移交前由建设单位负责。",
    "日常保洁由我单位负责，设施维修不在职责清单内。",
    "可先行围挡，费用和长期养护请会议明确。",
)
# What names several bodies for the same; the first is right.
LISTS = ("部门职责清单（2026 年修订）", "行业管理权责事项清单", "街道属地管理责任清单")
CONCLUSIONS = (
    "经现场比对红线图和移交清单，设施位于道路红线内，由设施养护单位负责维修，属地街道先行围挡。",
    "现场未见权属标识，两家单位均无台账，需查阅竣工资料后提交协同会议研究。",
)
WHY_BACK = ("权属不在本单位", "位于红线以外，不属本单位养护范围")
AGAIN_BACK = "台账中无此设施，请核实权属"


def fill(seed: int) -> None:
    """Fill the platform with what it has on a working day."""
    dice = Random(f"{seed} rulings")  # noqa: S311 (play, not secrets)
    now = clock.now().replace(microsecond=0)
    _send_back(dice)
    _two_lists(now)
    look_through()
    fresh = HardCase.objects.filter(settled_at=None, case__joint_surveys=None, case__agenda_items=None, case__rulings=None)
    hard = list(fresh.select_related("case", "case__problem_class").order_by("rank", "pk"))
    cases = [one.case for one in hard if one.case.grid_code is not None] or _returned_once()
    if len(cases) < 2:
        return
    survey = _survey(cases[0], now, dice)
    _survey_to_come(cases[1], now)
    meeting = _meeting(cases[:3], now)
    _rulings(cases, survey, meeting, now)


def _send_back(dice: Random) -> None:
    """Departments hand back what they say is not theirs; the shift leader believes some of it."""
    shift_leader, dispatcher = on_post(Post.SHIFT_LEADER), on_post(Post.DISPATCHER)
    found = list(Case.objects.filter(stage="dispatched", level=2, asked="", suspended_until=None).order_by("pk")[:60])
    for number, case in enumerate(dice.sample(found, min(RETURNED, len(found)))):
        times = 2 if number < TWICE else 1
        for time in range(times):
            case.refresh_from_db()
            department_id, clerk = case.department_id, clerk_of(case.department_id)
            if clerk is None or department_id is None:
                break
            back = Given(reason=AGAIN_BACK if time else dice.choice(WHY_BACK), basis="wrong_department")
            try:
                perform(case.pk, "hand_back", clerk, back, origin=Origin.SIMULATED)
                if time + 1 < times:
                    perform(case.pk, "confirm_return", shift_leader, origin=Origin.SIMULATED)
                    perform(case.pk, "dispatch", dispatcher, Given(organization_id=department_id), origin=Origin.SIMULATED)
            except Refused:  # a case that another story of the demo has moved
                break


def _two_lists(now: datetime) -> None:
    """Two duty lists name two bodies for the same class in the same community: such cases nobody can place."""
    administrator = on_post(Post.ADMINISTRATOR)
    departments = list(Organization.objects.filter(level=2, kind="department", valid_to=None).order_by("code"))
    waiting = (
        Case.objects.filter(stage="filed", component_code=None, grid_code__isnull=False, hard=None)
        .select_related("rule")
        .order_by("-urgent", "pk")
    )
    for number, case in enumerate(waiting[:OVERLAPS]):
        usual = case.rule.organization_id if case.rule is not None else None
        other = next(one.pk for one in departments[number:] if one.pk != usual)
        for body in (usual or departments[-1].pk, other):
            basis = "部门职责清单（2026 年修订）" if body == usual else "行业管理权责事项清单"
            values = ResponsibilityValues(body, basis, problem_class_id=case.problem_class_id, division_code=community_of(case))
            save_responsibility(administrator, None, values, city_day(now))


def community_of(case: Case) -> int | None:
    return case.grid_code // 1000 if case.grid_code else None


def _returned_once() -> list[Case]:
    rows = Case.objects.filter(return_count__gt=0, grid_code__isnull=False).exclude(stage__in=("voided", "rejected"))
    return list(rows.select_related("problem_class").order_by("-reported_at")[:3])


def _units_of(case: Case) -> list[Organization]:
    """The department that had it, the territory, and one more that may answer."""
    hard = HardCase.objects.filter(pk=case.pk).first()
    wanted = [case.department_id, *(hard.bodies if hard else ()), hard.meanwhile_id if hard else None]
    found = list(Organization.objects.filter(pk__in=[pk for pk in wanted if pk], level=2))
    if len(found) < 2:
        others = Organization.objects.filter(level=2, kind="department", valid_to=None).exclude(pk__in=[one.pk for one in found])
        found += list(others.order_by("code")[: 2 - len(found)])
    return found[:4]


def _survey(case: Case, now: datetime, dice: Random) -> JointSurvey:
    """A survey that took place yesterday, with positions, photos and a conclusion."""
    coordinator = on_post(Post.COORDINATOR)
    units = _units_of(case)
    with clock.pretend(now - timedelta(days=3)):
        survey = plan_survey(coordinator, _planned(case, units, now - timedelta(days=1)))
    with clock.pretend(now - timedelta(hours=20)):
        for number, unit in enumerate(units):
            said = Position("yes", "现场负责人", POSITIONS[number % len(POSITIONS)], case.lon + 2e-4 * (number - 1), case.lat + 1e-4)
            say_position(coordinator, survey.pk, unit.pk, said)
        here, there = [case.lon, case.lat], [round(case.lon + 4e-4, 6), round(case.lat + 1.5e-4, 6)]
        draw(coordinator, survey.pk, {"type": "LineString", "coordinates": [here, there]}, "道路红线")
        corners = [[round(case.lon + x, 6), round(case.lat + y, 6)] for x, y in ((0, 0), (4e-4, 0), (4e-4, -3e-4), (0, -3e-4), (0, 0))]
        draw(coordinator, survey.pk, {"type": "Polygon", "coordinates": [corners]}, "施工围挡范围")
        scene = dice.choice(sorted(SCENES))
        taken = [photos.store(picture(scene, 0, view), coordinator).sha256 for view in VIEWS[:2]]
        add_photos(coordinator, survey.pk, list(dict.fromkeys(taken)))
        return conclude(coordinator, survey.pk, CONCLUSIONS[0])


def _survey_to_come(case: Case, now: datetime) -> None:
    plan_survey(on_post(Post.COORDINATOR), _planned(case, _units_of(case), now + timedelta(days=1)))


def _planned(case: Case, units: list[Organization], at: datetime) -> Planned:
    subject = f"{case.place}{case.problem_class.name}责任认定"[:120]
    place = case.place or case.problem_class.name
    return Planned(subject, place, case.lon, case.lat, at, [unit.pk for unit in units], [case.number])


def _meeting(cases: list[Case], now: datetime) -> Meeting:
    """A meeting of yesterday whose minutes all but one unit have signed."""
    coordinator = on_post(Post.COORDINATOR)
    units = list(dict.fromkeys(unit.pk for case in cases for unit in _units_of(case)))[:AT_THE_TABLE]
    with clock.pretend(now - timedelta(days=2)):
        called = Called(
            "责任不清案卷协同会议",
            "指挥中心三楼会议室",
            on_post(Post.LEADER).name,
            now - timedelta(hours=18),
            units,
            [case.number for case in cases],
            ("通报本月裁定执行情况",),
        )
        meeting = call_meeting(coordinator, called)
    with clock.pretend(now - timedelta(hours=15)):
        decisions = {number: f"由{_units_of(case)[0].name}先行处置，责任划分以裁定书为准。" for number, case in enumerate(cases, 1)}
        decisions[len(cases) + 1] = "各单位对已签发的裁定无异议，照此执行。"
        who = dict.fromkeys(units, "分管负责人")
        write_minutes(coordinator, meeting.pk, Minuted(who, decisions))
        close_minutes(coordinator, meeting.pk)
    for pk in units[:-1]:
        clerk = clerk_of(pk)
        if clerk is not None:
            with clock.pretend(now - timedelta(hours=6)):
                sign_minutes(clerk, meeting.pk, pk)
    meeting.refresh_from_db()
    return meeting


def _rulings(cases: list[Case], survey: JointSurvey, meeting: Meeting, now: datetime) -> None:
    """One ruling that holds, one that runs out soon and is objected to, one draft that waits for a signature."""
    coordinator, leader = on_post(Post.COORDINATOR), on_post(Post.LEADER)
    today = city_day(now)
    known = Ruling.objects.filter(state="signed").values_list("pk", flat=True)
    first, second, third = cases[0], cases[1], cases[-1]
    attended = SurveyUnit.objects.filter(survey=survey).order_by("pk").values_list("organization_id", flat=True)[0]
    plans = (
        (first, attended, "现场会勘，设施位于道路红线内", None, survey.pk, None),
        (second, _units_of(second)[0].pk, "协同会议议定，施工期间由该单位负责", today + timedelta(days=24), None, meeting.pk),
        (third, _units_of(third)[-1].pk, "协同会议议定，待签发", None, None, meeting.pk),
    )
    for number, (case, body, basis, end, survey_id, meeting_id) in enumerate(plans):
        community = str(case.grid_code)[:12] if number == 0 else f"{case.grid_code:015d}"
        drafted = Drafted(
            subject=f"{case.place}{case.problem_class.name}责任裁定"[:120],
            basis=basis,
            organization_id=body,
            first_day=today,
            end=end,
            objections_until=today + timedelta(days=7),
            problem_class_id=case.problem_class_id,
            places=(community,),
            numbers=(case.number,),
            survey_id=survey_id,
            meeting_id=meeting_id,
        )
        ruling = draft_ruling(coordinator, drafted)
        if number < 2:
            sign_ruling(leader, ruling.pk, known.all())
        clerk = clerk_of(body) if number == 1 else None
        if clerk is not None:
            object_to(clerk, ruling.pk, "施工单位尚未移交围挡，请顺延一周执行。")


def on_post(post: Post) -> Actor:
    held = MemberPost.objects.filter(post=post.value, valid_to=None).values("member_id")
    members = Member.objects.filter(pk__in=held, is_active=True, division_code=None)
    return actor_of(members.order_by("pk")[0])


def clerk_of(organization_id: int | None) -> Actor | None:
    held = MemberPost.objects.filter(post="department", member__organization_id=organization_id or 0, valid_to=None).values("member_id")
    member = Member.objects.filter(pk__in=held, is_active=True).order_by("pk").first()
    return actor_of(member) if member is not None else None
