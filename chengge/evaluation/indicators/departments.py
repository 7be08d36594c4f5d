"""Indicators of departments and of the teams below them (D of GB/T 30428.4, and of cities that add their own)."""

from django.utils.translation import gettext_lazy as _

from chengge.evaluation.indicators.declaring import (
    ANY_PLACE,
    AREA,
    CITY,
    FOUND,
    ORGANIZATION,
    OWN,
    all_of,
    count,
    counts,
    finished,
    judged,
    judged_in_time,
    seconds,
    share,
    where,
)
from chengge.evaluation.indicators.shapes import Better, Indicator, Settings

WIDE = ORGANIZATION | ANY_PLACE
NARROW = ORGANIZATION | AREA
HANGZHOU, JINHUA, DISTRICT = "Hangzhou", "Jinhua", "a district's sample"


def of_departments(_settings: Settings) -> tuple[Indicator, ...]:
    """D1 to D16; D11 and D17 are scores that schemes make of these."""
    due, overdue_due = where("handling", counts), where("handling", judged)
    closed = where("handling", lambda t: t.counts & t.closed)
    closed_in_time = where("handling", lambda t: t.judged & t.closed & t.in_time)
    # fmt: off
    return (
        share("D1", "处置率", "Handling rate", WIDE, where("handling", finished), due,
              better=Better.HIGHER, formula=_("handlings finished / handlings due"), basis=FOUND),
        share("D2", "按时处置率", "On-time handling rate", WIDE, where("handling", judged_in_time), overdue_due,
              better=Better.HIGHER, formula=_("handlings finished in time / handlings due that no appeal excuses"), basis=FOUND),
        share("D3", "超期处置率", "Overdue handling rate", WIDE, where("handling", lambda t: t.judged & t.late), overdue_due,
              better=Better.LOWER, formula=_("handlings late / handlings due that no appeal excuses"), basis=FOUND),
        share("D4", "返工率", "Rework rate", NARROW, all_of("reworks"),
              where("assignments", lambda t: (t.level == 2) & (t.outcome == "finish")),
              better=Better.LOWER, formula=_("failed checks / handlings finished"), basis=FOUND),
        share("D5", "结案率", "Closing rate", WIDE, closed, due,
              better=Better.HIGHER, formula=_("closed of the handlings due / handlings due"), basis=FOUND),
        share("D6", "按期结案率", "On-time closing rate", WIDE, closed_in_time, overdue_due,
              better=Better.HIGHER, formula=_("closed and handled in time / handlings due that no appeal excuses"), basis=FOUND),
        share("D7", "回退率", "Return rate", ORGANIZATION | CITY, all_of("handed_back"), all_of("dispatches"),
              better=Better.LOWER, formula=_("cases handed back / dispatches"), basis=FOUND),
        share("D8", "延期率", "Extension rate", NARROW, where("extensions", lambda t: t.granted), due,
              better=Better.LOWER, formula=_("extensions granted / handlings due"), basis=FOUND),
        share("D9", "挂账率", "Suspension rate", NARROW, where("suspensions", lambda t: t.granted), due,
              better=Better.LOWER, formula=_("suspensions granted / handlings due"), basis=FOUND),
        seconds("D10", "平均处置时长", "Mean handling time", WIDE,
                where("handling", lambda t: (t.counts & t.done).ifelse(t.worked_seconds, 0)), where("handling", finished),
                better=Better.LOWER, formula=_("seconds of handling, counted like the limit / handlings finished"), basis=FOUND),
        share("D12", "按期结案率（扣除缓办）", "On-time closing rate less suspended", ORGANIZATION, closed_in_time, overdue_due,
              better=Better.HIGHER, formula=_("closed and handled in time / handlings due, less suspended and excused ones"), basis=JINHUA),
        share("D13", "结案率（扣除缓办）", "Closing rate less suspended", ORGANIZATION, closed, due,
              better=Better.HIGHER, formula=_("closed / handlings due, less suspended ones"), basis=JINHUA),
        share("D14", "紧急问题结案率", "Urgent closing rate", NARROW,
              where("handling", lambda t: t.counts & t.urgent & t.closed), where("handling", lambda t: t.counts & t.urgent),
              better=Better.HIGHER, formula=_("closed urgent handlings / urgent handlings due"), basis=JINHUA),
        count("D15", "返工数", "Failed checks", NARROW, all_of("reworks"),
              better=Better.LOWER, formula=_("failed checks"), basis=JINHUA),
        share("D16", "常规案件按时结案率", "On-time closing of ordinary cases", NARROW,
              where("handling", lambda t: t.judged & ~t.supervised & t.closed & t.in_time), where("handling", lambda t: t.judged & ~t.supervised),
              better=Better.HIGHER, formula=_("closed and handled in time / handlings due, of cases that never were under a supervision order"), basis=DISTRICT),
        # What departments ask for, and how they answer
        share("C2", "下级按时处置率", "On-time handling of lower levels", ORGANIZATION, where("level", judged_in_time), where("level", judged),
              better=Better.HIGHER, formula=_("lower levels' handlings finished in time / due"), basis=OWN),
        share("C11", "回退属实率", "Returns confirmed", NARROW,
              where("returns", lambda t: t.granted), where("returns", lambda t: t.answered),
              better=Better.HIGHER, formula=_("returns confirmed / returns decided"), basis=OWN),
        seconds("C12", "回退认定时长", "Time to settle a return", NARROW,
                where("returns", lambda t: t.waited_seconds), where("returns", lambda t: t.answered),
                better=Better.LOWER, formula=_("seconds from handing back to the decision / returns decided"), basis=HANGZHOU),
        share("C14", "延期批准率", "Extensions granted", NARROW,
              where("extensions", lambda t: t.granted), where("extensions", lambda t: t.answered),
              better=Better.NEITHER, formula=_("extensions granted / extensions decided"), basis=OWN),
        share("C16", "申诉成立率", "Appeals granted", NARROW,
              where("appeals", lambda t: t.granted), where("appeals", lambda t: t.answered),
              better=Better.NEITHER, formula=_("appeals granted / appeals decided"), basis=OWN),
        count("C17", "催办数", "Urgings", NARROW, all_of("urgings"),
              better=Better.LOWER, formula=_("times that a department was urged"), basis=OWN),
        count("C26", "督办数", "Supervision orders", NARROW, all_of("orders"),
              better=Better.LOWER, formula=_("supervision orders given"), basis=OWN),
        count("C31", "回退被驳回数", "Returns refused", NARROW, where("returns", lambda t: t.outcome == "refused"),
              better=Better.LOWER, formula=_("returns that the shift leader refused"), basis=JINHUA),
    )
    # fmt: on
