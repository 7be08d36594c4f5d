"""Indicators of our own and of peers, of the centre's work: dispatching, answers to reporters, patrol and surveys."""

from django.utils.translation import gettext_lazy as _

from chengge.evaluation.indicators.declaring import (
    AREA,
    CITY,
    MEMBER,
    ORGANIZATION,
    OWN,
    all_of,
    count,
    counts,
    finished,
    mean,
    seconds,
    share,
    where,
)
from chengge.evaluation.indicators.shapes import Better, Indicator, Settings

WALKER = MEMBER | CITY
ANY = MEMBER | AREA


def of_our_own(_settings: Settings) -> tuple[Indicator, ...]:
    """C1 and on, as far as they are not about departments or areas."""
    # fmt: off
    return (
        share("C1", "首派准确率", "First-dispatch accuracy", ANY | ORGANIZATION,
              where("dispatches", lambda t: t["first"] & ~t.wrong), where("dispatches", lambda t: t["first"]),
              better=Better.HIGHER, formula=_("first dispatches not confirmed as wrong / first dispatches"), basis=OWN),
        seconds("C19", "平均派遣时长", "Mean dispatch time", ANY,
                where("dispatch", lambda t: (t.counts & t.done).ifelse(t.worked_seconds, 0)), where("dispatch", finished),
                better=Better.LOWER, formula=_("seconds until dispatch, counted like the limit / dispatches"), basis=OWN),
        seconds("C20", "平均受理时长", "Mean acceptance time", ANY,
                where("acceptance", lambda t: (t.counts & t.done).ifelse(t.worked_seconds, 0)), where("acceptance", finished),
                better=Better.LOWER, formula=_("seconds until acceptance, counted like the limit / acceptances decided"), basis=OWN),
        share("C21", "受理率", "Acceptance rate", ANY, where("acceptance", finished), where("acceptance", counts),
              better=Better.HIGHER, formula=_("acceptances decided / acceptances due"), basis=OWN),
        count("C22", "更正数", "Corrections", ANY, all_of("corrections"),
              better=Better.NEITHER, formula=_("cases corrected or judged by another condition"), basis=OWN),
        # Answers to reporters
        share("C6", "受理答复率", "Acceptance answered", AREA,
              where("answers", lambda t: (t.step == "acceptance") & t.done), where("answers", lambda t: (t.step == "acceptance") & t.owed),
              better=Better.HIGHER, formula=_("acceptance answers given / owed"), basis=OWN),
        share("C7", "结果反馈率", "Feedback given", AREA,
              where("answers", lambda t: (t.step == "feedback") & t.done), where("answers", lambda t: (t.step == "feedback") & t.owed),
              better=Better.HIGHER, formula=_("feedback given / owed"), basis=OWN),
        share("C8", "回访率", "Return visits made", AREA,
              where("answers", lambda t: (t.step == "visit") & t.done), where("answers", lambda t: (t.step == "visit") & t.owed),
              better=Better.HIGHER, formula=_("return visits made / owed"), basis=OWN),
        share("C24", "按时答复率", "Answers in time", ANY,
              where("answers", lambda t: t.owed & t.in_time), where("answers", lambda t: t.owed),
              better=Better.HIGHER, formula=_("answers to reporters given in time / owed"), basis=OWN),
        # Patrol
        share("C9", "巡查覆盖率", "Patrol coverage", WALKER,
              where("patrol", lambda t: t.covered_grids), where("patrol", lambda t: t.own_grids),
              better=Better.HIGHER, formula=_("own unit grids visited / own unit grids, day by day"), basis=OWN),
        share("C10", "在街率", "Share of duty on the street", WALKER,
              where("patrol", lambda t: t.street_seconds), where("patrol", lambda t: t.duty_seconds),
              better=Better.HIGHER, formula=_("seconds on the street / seconds on duty"), basis=OWN),
        mean("C23", "日均到访数", "Visits a day", WALKER, where("patrol", lambda t: t.visits), all_of("patrol"),
             better=Better.HIGHER, formula=_("visits to unit grids / days of patrol"), basis=OWN),
        share("C25", "越界率", "Share outside the own grids", WALKER,
              where("patrol", lambda t: t.outside_seconds), where("patrol", lambda t: t.street_seconds),
              better=Better.LOWER, formula=_("seconds outside the own responsibility grids / seconds on the street"), basis=OWN),
        mean("C27", "日均上报数", "Reports a day of patrol", WALKER, where("cases", lambda t: t.member.notnull()), all_of("patrol"),
             better=Better.HIGHER, formula=_("cases reported by inspectors / days of patrol"), basis=OWN),
        # Surveys
        count("C28", "部件普查数", "Components surveyed", ANY, all_of("surveys"),
              better=Better.HIGHER, formula=_("findings at components"), basis=OWN),
        share("C29", "普查准确率", "Surveys approved", ANY,
              where("survey_decisions", lambda t: t.kind == "approve"), where("survey_decisions", lambda t: t.kind.isin(["approve", "refuse"])),
              better=Better.HIGHER, formula=_("findings at components approved / decided"), basis=OWN),
    )
    # fmt: on
