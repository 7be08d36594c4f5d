"""Answers in the demo city: a month in which most reporters were told and asked, and a day with something left to do."""

from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from chengge import clock
from chengge.casework import reminders
from chengge.casework.models import Report
from chengge.casework.queries import read_to_now
from chengge.contacts import mark, seal
from chengge.intake.actions import owed
from chengge.intake.models import Answer, AnswersRead
from chengge.notices.models import Notice
from chengge.organization.models import MemberPost

LANDLINES = 0.35  # of reporters left a number that no message reaches
LAZY_SHARE = 0.015  # of what is older than two days was never answered
FRESH = timedelta(hours=20)  # what is younger still waits on the desk
WORDS = {
    5: ("处理得很快，谢谢。", "当天就修好了。", "", "非常满意。"),
    4: ("可以。", "", "比以前快了。"),
    3: ("修是修了，等得久了一点。", "一般。"),
    2: ("只做了一半，旁边还有一处没弄。", "没有恢复原样。"),
    1: ("第二天又堆满了。", "根本没有人来过。"),
}
STARS = (5, 5, 5, 5, 5, 4, 4, 4, 4, 3, 3, 2, 1)


@transaction.atomic
def fill(seed: int) -> None:
    """Settle what reporters of the simulated days are owed, and let operators have answered most of it."""
    dice = Random(f"{seed} answers")  # noqa: S311 (play, not secrets)
    _leave_landlines(dice)
    read_to = read_to_now()
    case_ids = list(Report.objects.exclude(contact=b"").values_list("case_id", flat=True).order_by("case_id").distinct())
    settled = owed.Settled()
    for start in range(0, len(case_ids), owed.CASES_AT_ONCE):
        owed.settle([pk for pk in case_ids[start : start + owed.CASES_AT_ONCE] if pk is not None], settled)
    AnswersRead.objects.update_or_create(pk=1, defaults={"read_to": read_to})
    _answer(dice, clock.now())
    reminders.remind()


def _leave_landlines(dice: Random) -> None:
    """The simulator gives every citizen a mobile number; some rather leave the one at home, and are called."""
    rows = [report for report in Report.objects.exclude(contact=b"").order_by("pk") if dice.random() < LANDLINES]
    for report in rows:
        number = f"0571-8{dice.randrange(10**7):07d}"
        report.contact, report.contact_mark = seal(number), mark(number)
    Report.objects.bulk_update(rows, ["contact", "contact_mark"], batch_size=500)


def _answer(dice: Random, now: datetime) -> None:
    """Messages went out when they were written; operators called within the limit, mostly."""
    callers = _callers()
    sent: list[Notice] = []
    done: list[Answer] = []
    for answer in Answer.objects.filter(state=Answer.State.OPEN).select_related("notice").order_by("pk"):
        at = answer.since + timedelta(minutes=2)
        if answer.notice is not None:
            notice = answer.notice
            notice.state, notice.sent_at, notice.created_at, notice.tries, notice.next_try_at = Notice.State.SENT, at, answer.since, 1, None
            sent.append(notice)
            answer.state, answer.how, answer.done_at = Answer.State.DONE, Answer.How.MESSAGE, at
        elif now - answer.since < FRESH or dice.random() < LAZY_SHARE:
            continue
        else:
            share = dice.betavariate(2, 5)
            at = min(answer.since + share * 1.05 * (answer.due_at - answer.since), now - timedelta(minutes=dice.randrange(5, 300)))
            by_link = bool(answer.token_hash) and dice.random() < 0.4
            answer.how, answer.member_id = (Answer.How.LINK, None) if by_link else (Answer.How.CALL, dice.choice(callers))
            answer.state, answer.done_at, answer.tries = Answer.State.DONE, max(at, answer.since), 0 if by_link else 1
            if answer.step == Answer.Step.VISIT:
                answer.stars = dice.choice(STARS)
                answer.words = dice.choice(WORDS[answer.stars])
        done.append(answer)
    Notice.objects.bulk_update(sent, ["state", "sent_at", "created_at", "tries", "next_try_at"], batch_size=500)
    Answer.objects.bulk_update(done, ["state", "how", "done_at", "member", "tries", "stars", "words"], batch_size=500)
    _complain(dice, now)


def _complain(dice: Random, now: datetime) -> None:
    """Of the dissatisfied of the last days some wait for the shift leader's word."""
    unhappy = Answer.objects.filter(step=Answer.Step.VISIT, stars__lte=2, case__stage="closed").order_by("-done_at")
    rows = []
    for number, visit in enumerate(unhappy.select_related("report")):
        since = visit.done_at or now
        is_open = number < 4
        rows.append(
            Answer(
                report=visit.report,
                step=Answer.Step.COMPLAINT,
                round=visit.round,
                case_id=visit.case_id,
                channel=visit.channel,
                reason=visit.words,
                since=since,
                call_from=since,
                due_at=since + timedelta(hours=24),
                state=Answer.State.OPEN if is_open else Answer.State.DONE,
                done_at=None if is_open else min(since + timedelta(hours=dice.randrange(1, 20)), now),
                how="" if is_open else Answer.How.DESK,
                outcome="" if is_open else Answer.Outcome.DECLINED,
                words="" if is_open else "核查照片显示已按结案条件处置。",
            )
        )
    Answer.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def _callers() -> list[int]:
    """Who answers: the operators."""
    return list(MemberPost.objects.filter(post="operator", valid_to=None).values_list("member_id", flat=True))
