"""Indicators of areas and of classes of problems (A of GB/T 30428.4)."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from chengge.evaluation.indicators.declaring import (
    ANY_PLACE,
    AREA,
    CLASS,
    EVERYWHERE,
    FOUND,
    MEMBER,
    ORGANIZATION,
    OWN,
    all_of,
    count,
    counts,
    finished,
    judged,
    judged_in_time,
    mean,
    seconds,
    share,
    where,
)
from chengge.evaluation.indicators.shapes import Better, Indicator, Settings


def of_areas(settings: Settings) -> tuple[Indicator, ...]:
    """A0 to A12."""
    filed = where("cases", lambda t: t.filed)
    filed_of = {
        "reported": (filed, all_of("cases"), _("cases filed / cases reported")),
        "accepted": (
            where("cases", lambda t: t.filed & t.accepted),
            where("cases", lambda t: t.accepted),
            _("cases filed / cases accepted"),
        ),
    }[settings.filed_of]
    public_of = {
        "filed": (where("cases", lambda t: t.public & t.filed), filed, _("public cases filed / cases filed")),
        "accepted": (
            where("cases", lambda t: t.public & t.accepted),
            where("cases", lambda t: t.accepted),
            _("public cases accepted / cases accepted"),
        ),
    }[settings.public_of]
    dispatched_of = {
        "due": (where("dispatch", finished), where("dispatch", counts), _("dispatches made / dispatches due")),
        "filed": (where("dispatches", lambda t: t["first"]), all_of("filings"), _("first dispatches / filings")),
    }[settings.dispatched_of]
    recurrence = format_lazy(
        _("filed cases whose forerunner, of their class and unit grid, was closed at most {days} days before / filed cases in unit grids"),
        days=settings.recurs_within_days,
    )
    due = where("handling", counts)
    # fmt: off
    return (
        count("A0", "上报数", "Reported", EVERYWHERE, all_of("cases"),
              better=Better.NEITHER, formula=_("cases reported"), basis=FOUND),
        share("A1", "立案率", "Filing rate", AREA | CLASS, filed_of[0], filed_of[1],
              better=Better.NEITHER, formula=filed_of[2], basis=FOUND),
        share("A2", "区域结案率", "Closing rate of an area", AREA, where("handling", lambda t: t.counts & t.closed), due,
              better=Better.HIGHER, formula=_("closed of the handlings due / handlings due"), basis=FOUND),
        share("A3", "区域按期结案率", "On-time closing rate of an area", AREA,
              where("handling", lambda t: t.judged & t.closed & t.in_time), where("handling", judged),
              better=Better.HIGHER, formula=_("closed and handled in time / handlings due that no appeal excuses"), basis=FOUND),
        share("A4", "派遣率", "Dispatch rate", AREA, dispatched_of[0], dispatched_of[1],
              better=Better.HIGHER, formula=dispatched_of[2], basis=FOUND),
        share("A5", "区域处置率", "Handling rate of an area", AREA, where("handling", finished), due,
              better=Better.HIGHER, formula=_("handlings finished / handlings due"), basis=FOUND),
        share("A6", "核查率", "Check rate", AREA,
              where("tasks", lambda t: (t.kind == "check") & t.done), where("tasks", lambda t: t.kind == "check"),
              better=Better.HIGHER, formula=_("check walks done / check walks due"), basis=FOUND),
        share("A7", "公众举报率", "Public report rate", AREA | CLASS, public_of[0], public_of[1],
              better=Better.NEITHER, formula=public_of[2], basis=FOUND),
        count("A8", "立案数", "Filed", EVERYWHERE, filed, better=Better.NEITHER, formula=_("cases filed"), basis=FOUND),
        mean("A8D", "问题密度", "Problem density", AREA, filed, where("ground", lambda t: t.grids),
             better=Better.LOWER, formula=_("cases filed / unit grids, month by month"), basis=FOUND),
        share("A9", "反复率", "Recurrence", EVERYWHERE, where("recurrences", lambda t: t.again), all_of("recurrences"),
              better=Better.LOWER, formula=recurrence, basis=FOUND),
        share("A10", "满意率", "Satisfaction", AREA | CLASS | ORGANIZATION,
              where("answers", lambda t: (t.stars >= 4).fill_null(False)), where("answers", lambda t: t.stars.notnull()),
              better=Better.HIGHER, formula=_("answers of 4 or 5 stars / answers with stars"), basis=FOUND),
        share("A11", "未结案率", "Open rate", EVERYWHERE, where("cases", lambda t: t.ended_at.isnull()), all_of("cases"),
              better=Better.LOWER, formula=_("cases still open / cases reported"), basis=FOUND),
        share("A12", "有效上报率", "Valid report rate of all", AREA, where("cases", lambda t: t.filed | t.self_disposed), all_of("cases"),
              better=Better.HIGHER, formula=_("cases filed or disposed of on the spot / cases reported"), basis=FOUND),
        # Besides
        count("C3", "结案数", "Closed", EVERYWHERE, all_of("closings"), better=Better.NEITHER, formula=_("closings"), basis=OWN),
        share("C4", "重新受理率", "Reopening rate", AREA, all_of("reopened"), all_of("closings"),
              better=Better.LOWER, formula=_("reopenings / closings"), basis=OWN),
        share("C5", "自行处置率", "Share disposed of on the spot", AREA | MEMBER, where("cases", lambda t: t.self_disposed), all_of("cases"),
              better=Better.NEITHER, formula=_("cases disposed of on the spot / cases reported"), basis=OWN),
        count("C13", "反复数", "Recurrences", EVERYWHERE, where("recurrences", lambda t: t.again),
              better=Better.LOWER, formula=_("filed cases whose forerunner had been closed shortly before"), basis=FOUND),
        share("C15", "一次解决率", "Settled at once", ANY_PLACE | ORGANIZATION,
              where("cases", lambda t: (t.stage == "closed") & (t.return_count == 0) & (t.rework_count == 0)),
              where("cases", lambda t: t.stage == "closed"),
              better=Better.HIGHER, formula=_("closed cases without a return and without a failed check / closed cases"), basis=OWN),
        seconds("C18", "平均全程时长", "Mean time from report to end", EVERYWHERE,
                where("cases", lambda t: (t.stage == "closed").ifelse(t.lasted_seconds, 0)), where("cases", lambda t: t.stage == "closed"),
                better=Better.LOWER, formula=_("seconds from report to closing, day and night / closed cases"), basis=OWN),
        share("C30", "紧急按时处置率", "On-time handling of urgent cases", ORGANIZATION | AREA,
              where("handling", lambda t: judged_in_time(t) & t.urgent), where("handling", lambda t: t.judged & t.urgent),
              better=Better.HIGHER, formula=_("urgent handlings finished in time / urgent handlings due"), basis=OWN),
    )
    # fmt: on
