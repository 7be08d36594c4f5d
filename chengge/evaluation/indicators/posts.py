"""Indicators of people in a post: inspectors, operators, shift leaders and dispatchers (P of GB/T 30428.4)."""

from django.utils.translation import gettext_lazy as _

from chengge.evaluation.indicators.declaring import (
    AREA,
    EVERYWHERE,
    FOUND,
    MEMBER,
    ORGANIZATION,
    all_of,
    count,
    counts,
    in_time,
    share,
    where,
)
from chengge.evaluation.indicators.shapes import Better, Indicator, Measure, Settings

ANY = MEMBER | AREA


def of_posts(settings: Settings) -> tuple[Indicator, ...]:
    """P1 to P18."""
    by_inspectors = where("cases", lambda t: t.member.notnull())
    verifying = where("tasks", lambda t: t.kind == "verify")
    checking = where("tasks", lambda t: t.kind == "check")
    closings = where("closing", counts) if settings.closing_of == "due" else where("closing", lambda t: t.counts & t.closed & t.done)
    closed_in_time = {
        "due": _("closings decided in time / closings due"),
        "closed": _("closings decided in time / closings made"),
    }
    # fmt: off
    return (
        # Inspectors
        count("P1", "监督员上报数", "Inspector reports", ANY, by_inspectors,
              better=Better.HIGHER, formula=_("cases reported by inspectors"), basis=FOUND),
        share("P2", "监督员有效上报率", "Valid report rate", ANY,
              where("cases", lambda t: t.member.notnull() & (t.filed | t.self_disposed)), by_inspectors,
              better=Better.HIGHER, formula=_("inspectors' cases filed or disposed of on the spot / inspectors' cases"), basis=FOUND),
        share("P3", "漏报率", "Missed rate", ANY, where("watched", lambda t: t.missed), all_of("watched"),
              better=Better.LOWER, formula=_("filed cases that the public had to report / filed cases; of an inspector: in the round that the roster gave"), basis=FOUND),
        share("P4", "按时核实率", "On-time verify rate", ANY, where("tasks", lambda t: (t.kind == "verify") & t.in_time), verifying,
              better=Better.HIGHER, formula=_("verify walks done in time / verify walks due"), basis=FOUND),
        share("P5", "按时核查率", "On-time check rate", ANY, where("tasks", lambda t: (t.kind == "check") & t.in_time), checking,
              better=Better.HIGHER, formula=_("check walks done in time / check walks due"), basis=FOUND),
        share("P6", "差错率", "Error report rate", ANY,
              where("cases", lambda t: t.member.notnull() & t.stage.isin(["rejected", "voided"])), by_inspectors,
              better=Better.LOWER, formula=_("inspectors' cases rejected or voided / inspectors' cases"), basis=FOUND),
        # Operators
        count("P7", "受理数", "Accepted", ANY, all_of("accepted"), better=Better.HIGHER, formula=_("acceptances"), basis=FOUND),
        share("P8", "核实按时派发率", "On-time verify sending", ANY,
              where("sent_to_verify", lambda t: t.sent_in_time), all_of("sent_to_verify"),
              better=Better.HIGHER, formula=_("reports sent to be verified before their acceptance was due / reports sent to be verified"), basis=FOUND),
        share("P9", "核查按时派发率", "On-time check sending", ANY, where("check_sending", in_time), where("check_sending", counts),
              better=Better.HIGHER, formula=_("checks sent in time / checks to be sent"), basis=FOUND),
        share("P10", "准确受理率", "Accurate acceptance", ANY,
              where("accepted", lambda t: ~t.decided_by.isin(WRONGLY_ACCEPTED).fill_null(False)), all_of("accepted"),
              better=Better.HIGHER, formula=_("acceptances that the shift leader neither sent back nor declined / acceptances"), basis=FOUND),
        share("P11", "按期受理率", "On-time acceptance", ANY, where("acceptance", in_time), where("acceptance", counts),
              better=Better.HIGHER, formula=_("acceptances decided in time / acceptances due"), basis=FOUND),
        # Shift leaders
        share("P12", "按时立案率", "On-time filing rate", ANY, where("filing", in_time), where("filing", counts),
              better=Better.HIGHER, formula=_("filings decided in time / filings due"), basis=FOUND),
        share("P13", "准确立案率", "Accurate filing rate", ANY, where("filings", lambda t: ~t.voided), all_of("filings"),
              better=Better.HIGHER, formula=_("filings that were not voided / filings"), basis=FOUND),
        share("P14", "按时结案率", "On-time closing decision", ANY, _in_time_of(closings, settings), closings,
              better=Better.HIGHER, formula=closed_in_time[settings.closing_of], basis=FOUND),
        # Dispatchers
        count("P15", "派遣数", "Dispatched", MEMBER | EVERYWHERE, all_of("dispatches"),
              better=Better.HIGHER, formula=_("dispatches"), basis=FOUND),
        share("P16", "按时派遣率", "On-time dispatch rate", ANY, where("dispatch", in_time), where("dispatch", counts),
              better=Better.HIGHER, formula=_("dispatches made in time / dispatches due"), basis=FOUND),
        share("P17", "准确派遣率", "Accurate dispatch rate", ANY, where("dispatches", lambda t: ~t.wrong), all_of("dispatches"),
              better=Better.HIGHER, formula=_("dispatches that were not confirmed as wrong / dispatches"), basis=FOUND),
        share("P18", "按时督查率", "Supervision orders answered in time", ANY | ORGANIZATION,
              where("orders", lambda t: t.counts & t.in_time), where("orders", lambda t: t.counts),
              better=Better.HIGHER, formula=_("supervision orders answered in time / supervision orders answered or overdue"), basis=FOUND),
    )
    # fmt: on


WRONGLY_ACCEPTED = ("send_back", "decline_filing", "refuse_self_disposal")


def _in_time_of(closings: Measure, settings: Settings) -> Measure:
    """The closings of a denominator that were decided in time."""
    if settings.closing_of == "due":
        return where("closing", in_time)
    return Measure(closings.population, lambda t: closings.value(t) & t.in_time)
