"""Requests, orders and sheets of the demo city beside those that the simulated month brought: appeals, what waits today, what is said."""

from datetime import datetime, timedelta
from random import Random

from django.db import connection

from chengge import clock
from chengge.casework.actions import Given, perform
from chengge.casework.models import Case, Origin
from chengge.coordination.actions.orders import Written, move_sheet, write_direct_report, write_instruction
from chengge.coordination.actions.requests import Called, comment, note_call
from chengge.domain.errors import Refused
from chengge.lab.people import REASONS
from chengge.lab.side_deeds import DEMANDS
from chengge.organization.models import Member, MemberPost
from chengge.organization.queries import Actor, actor_of, city_day

APPEALS, WAITING_APPEALS = 9, 2
EXTENSIONS, SUSPENSIONS, ORDERS = 4, 2, 5
INSTRUCTIONS = (("主干道井盖缺失", "请立即处置，并排查全路段。", 3), ("学校周边占道经营", "上下学时段重点管控，形成长效机制。", 2))
TALK = (
    "现场与燃气管线交叉，@{who}请一并到场",
    "已联系物业，下午清运",
    "照片看不清门牌，@{who}请补一张",
    "今晚封道施工，请协助告知沿街商户",
    "同一位置本月第三次，建议列入整治",
)
CALLS = (
    ("班组长", "out", "答应今晚八点前围挡", 6),
    ("权属单位值班室", "out", "明早派车到场", 20),
    ("举报人", "in", "再次来电询问进度，已解释", 0),
    ("街道城管办", "out", "同意先行临时处置", 4),
)
LATE_AND_CLOSED = """
SELECT c.id FROM casework_case c
WHERE c.stage = 'closed' AND c.ended_at > %s AND c.ended_at < %s AND NOT c.appealed AND EXISTS (
  SELECT 1 FROM casework_clock clock
  WHERE clock.case_id = c.id AND clock.kind = 'handling' AND clock.overdue AND clock.organization_id = c.department_id)
ORDER BY c.id
"""


def fill(seed: int) -> None:
    """Fill the queues of coordination with what a district has on a working day."""
    dice = Random(f"{seed} requests")  # noqa: S311 (play, not secrets)
    now = clock.now().replace(microsecond=0)
    _appeal(dice, now)
    _ask(dice)
    _order(dice, now)
    _instruct(dice, now)
    _talk(dice)


def _appeal(dice: Random, now: datetime) -> None:
    """Departments appeal against what was late; most of it has been answered."""
    with connection.cursor() as cursor:
        cursor.execute(LATE_AND_CLOSED, [now - timedelta(days=6), now - timedelta(hours=3)])
        found = [row[0] for row in cursor.fetchall()]
    judge = _on("evaluator")
    for number, case_id in enumerate(dice.sample(found, min(APPEALS, len(found)))):
        case = Case.objects.get(pk=case_id)
        clerk = _clerk_of(case.department_id, dice)
        if clerk is None or case.ended_at is None:
            continue
        asked = case.ended_at + (now - case.ended_at) * dice.uniform(0.2, 0.6)
        with clock.pretend(asked):
            perform(case_id, "appeal", clerk, Given(reason=dice.choice(REASONS["appeal"])), origin=Origin.SIMULATED)
        if number < WAITING_APPEALS:
            continue
        with clock.pretend(asked + (now - asked) * dice.uniform(0.3, 0.9)):
            if dice.random() < 0.6:
                perform(case_id, "grant_appeal", judge, Given(note="经核属实，不计超时"), origin=Origin.SIMULATED)
            else:
                perform(case_id, "refuse_appeal", judge, Given(reason=dice.choice(REASONS["refuse_appeal"])), origin=Origin.SIMULATED)


def _ask(dice: Random) -> None:
    """What waits for an answer today."""
    open_cases = _in_work(dice)
    today = city_day(clock.now())
    asked = 0
    for case in open_cases:
        clerk = _clerk_of(case.department_id, dice)
        if clerk is None or asked >= EXTENSIONS + SUSPENSIONS:
            continue
        if asked < SUSPENSIONS:
            until = today + timedelta(days=dice.randint(20, 120))
            given = Given(reason=dice.choice(REASONS["ask_suspension"]), basis=dice.choice(("season", "project")), until=until)
            action = "ask_suspension"
        else:
            given, action = Given(reason=dice.choice(REASONS["ask_extension"])), "ask_extension"
        try:
            perform(case.pk, action, clerk, given, origin=Origin.SIMULATED)
        except Refused:  # overdue already, or asked before
            continue
        asked += 1


def _order(dice: Random, now: datetime) -> None:
    """What is overdue today comes under an order; some departments have answered."""
    late = [case for case in _in_work(dice) if case.due_at is not None and case.due_at < now and not case.supervision]
    dispatcher = _on("dispatcher")
    for number, case in enumerate(late[:ORDERS]):
        demand = Given(reason=REASONS["order_supervision"][0], note=dice.choice(DEMANDS), basis="timeout", degree=dice.choice((1, 1, 2)))
        perform(case.pk, "order_supervision", dispatcher, demand, origin=Origin.SIMULATED)
        clerk = _clerk_of(case.department_id, dice)
        if number % 2 and clerk is not None:
            answer = Given(reason=dice.choice(REASONS["answer_supervision"]))
            perform(case.pk, "answer_supervision", clerk, answer, origin=Origin.SIMULATED)


def _instruct(dice: Random, now: datetime) -> None:
    """Leaders write, coordination reports, departments answer."""
    leader, coordinator = _on("mayor"), _on("coordinator")
    cases = [case for case in _in_work(dice) if not case.supervision and not case.asked][: len(INSTRUCTIONS) + 1]
    for (subject, text, degree), case in zip(INSTRUCTIONS, cases, strict=False):
        written = Written(subject, text, case.number, degree=degree, due_at=now + timedelta(hours=dice.randint(5, 30)))
        sheet = write_instruction(leader, written, origin=Origin.SIMULATED)
        clerk = _clerk_of(case.department_id, dice)
        if clerk is not None and degree == 2:
            move_sheet(clerk, sheet.pk, "answer", "已安排专人值守，清单附后。", origin=Origin.SIMULATED)
    last = cases[-1].number if cases else ""
    report = Written("跨街道积水点", "两街道交界处反复积水，牵涉排水、道路两家单位，请协调。", last, leader_id=leader.member_id, degree=2)
    write_direct_report(coordinator, report)
    ended = write_instruction(leader, Written("国庆保障", "各单位节前完成重点路段排查。"), origin=Origin.SIMULATED)
    move_sheet(coordinator, ended.pk, "answer", "排查完成，发现问题均已派遣。")
    move_sheet(leader, ended.pk, "end", "")


def _talk(dice: Random) -> None:
    """Comments across units, and calls that mattered."""
    cases = _in_work(dice)
    dispatcher = _on("dispatcher")
    for text, case in zip(TALK, cases, strict=False):
        clerk = _clerk_of(case.department_id, dice)
        if clerk is not None:
            comment(clerk, case.number, text.format(who=dispatcher.name))
    for (whom, direction, gist, hours), case in zip(CALLS, reversed(cases), strict=False):
        promised = clock.now() + timedelta(hours=hours) if hours else None
        note_call(dispatcher, case.number, Called(direction, whom, gist, promised_by=promised))


def _in_work(dice: Random) -> list[Case]:
    """Cases that departments have in work, in an order of the seed."""
    found = list(Case.objects.filter(stage="handling", suspended_until=None, department__isnull=False).order_by("pk")[:400])
    dice.shuffle(found)
    return found


def _on(username: str) -> Actor:
    return actor_of(Member.objects.get(username=username))


def _clerk_of(organization_id: int | None, dice: Random) -> Actor | None:
    if organization_id is None:
        return None
    held = MemberPost.objects.filter(post="department", member__organization_id=organization_id, valid_to=None)
    members = list(Member.objects.filter(pk__in=held.values("member_id"), is_active=True).order_by("pk"))
    return actor_of(dice.choice(members)) if members else None
