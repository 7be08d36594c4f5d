"""Last month's bulletin of the demo city: drafted by its evaluator, signed and published by its leader; and the week, told to leaders."""

from chengge import clock
from chengge.casework.models import Case
from chengge.evaluation.actions import bulletins
from chengge.evaluation.actions.weekly_digest import tell_of
from chengge.evaluation.models import Bulletin
from chengge.evaluation.periods import Period, month_of, period_of
from chengge.evaluation.queries.bulletins import CaseChoice, Edited
from chengge.organization.models import Member
from chengge.organization.queries import Actor, actor_of, city_day

EVALUATOR, LEADER = "evaluator", "mayor"
FOREWORD = "现将本期城市管理综合考评情况通报如下。"
FOREWORD_IN_ENGLISH = "This is how the city was looked after in the period."
ON_THE_SLOW = "涉及多个部门协作，已列入领导督办事项，限期销号。"


def fill(seed: int) -> None:
    """Publish the bulletin of the last month that is over, or of the last week where the city is younger than that.

    Args:
        seed: not used: what the bulletin says comes from the runs and facts.
    """
    evaluator, leader = (actor_of(Member.objects.get(username=name)) for name in (EVALUATOR, LEADER))
    for period in (month_of(city_day(clock.now())).before, last_week()):
        if Case.objects.filter(reported_at__gte=period.begin, reported_at__lt=period.end).exists():
            _publish(period, evaluator, leader)
            break
    tell_of(last_week())


def last_week() -> Period:
    """The last week that is over."""
    year, week, _day = city_day(clock.now()).isocalendar()
    return period_of(f"{year}-W{week:02d}").before


def _publish(period: Period, evaluator: Actor, leader: Actor) -> None:
    draft = bulletins.start(evaluator, period.name)
    texts = {(row.language, row.section): row.text for row in draft.texts.filter(section="overview")}
    words = {"zh-hans": FOREWORD, "en": FOREWORD_IN_ENGLISH}
    cases = {
        row.pk: CaseChoice(row.shown, ON_THE_SLOW if row.shown and row.rule == "longest_open" else row.words) for row in draft.cases.all()
    }
    edited = Edited(texts={key: f"{words[key[0]]}\n{text}" for key, text in texts.items()}, cases=cases)
    kept: Bulletin = bulletins.edit(evaluator, draft.pk, edited, draft.version)
    bulletins.sign(leader, kept.pk, kept.version)
    bulletins.publish(leader, kept.pk)
