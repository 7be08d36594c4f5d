"""Indicators of dispatchers: what became of what they dispatched, and how soon they placed what nobody could place."""

from django.utils.translation import gettext_lazy as _

from chengge.evaluation.indicators.declaring import AREA, CLASS, MEMBER, OWN, all_of, count, seconds, share, where
from chengge.evaluation.indicators.shapes import Better, Indicator, Settings

ANY = MEMBER | AREA | CLASS
HANGZHOU = "Hangzhou"


def of_people(_settings: Settings) -> tuple[Indicator, ...]:
    """C40 to C44. First-dispatch accuracy is C1, dispatches in time P16, pieces of work P15."""
    # fmt: off
    return (
        share("C40", "二次回退率", "Second returns", ANY, where("second_dispatches", lambda t: t.wrong), all_of("second_dispatches"),
              better=Better.LOWER, formula=_("dispatches after a confirmed return that were returned again / dispatches after a confirmed return"), basis=OWN),
        share("C41", "一次办结率", "Settled at the first dispatch", ANY,
              where("first_dispatches", lambda t: t.closed & t.straight), where("first_dispatches", lambda t: t.closed),
              better=Better.HIGHER, formula=_("first dispatches not undone whose case was closed without a return and without a failed check / first dispatches whose case was closed"), basis=OWN),
        seconds("C42", "疑难案卷处理时长", "Time to settle a hard case", ANY,
                where("hard_settled", lambda t: t.waited_seconds), all_of("hard_settled"),
                better=Better.LOWER, formula=_("seconds from finding a hard case to settling it, day and night / hard cases settled"), basis=HANGZHOU),
        share("C43", "疑难案卷按时率", "Hard cases settled in time", ANY, where("hard_settled", lambda t: t.in_time), where("hard_settled", lambda t: t.limited),
              better=Better.HIGHER, formula=_("hard cases settled within the limit of their way / hard cases settled that have one"), basis=OWN),
        count("C44", "疑难案卷处理数", "Hard cases settled", ANY, all_of("hard_settled"),
              better=Better.NEITHER, formula=_("hard cases settled"), basis=HANGZHOU),
    )
    # fmt: on
