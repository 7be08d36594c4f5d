"""Indicators of what the house dispatches by itself: how much of all it is, and how much of it was right."""

from django.utils.translation import gettext_lazy as _

from chengge.evaluation.indicators.declaring import AREA, CLASS, ORGANIZATION, OWN, all_of, share, where
from chengge.evaluation.indicators.shapes import Better, Indicator, Settings


def of_the_house(_settings: Settings) -> tuple[Indicator, ...]:
    """C50 and C51."""
    # fmt: off
    return (
        share("C50", "自动派遣率", "Dispatched by itself", AREA | CLASS | ORGANIZATION,
              where("dispatches", lambda t: t.by_itself), all_of("dispatches"),
              better=Better.NEITHER, formula=_("dispatches by itself / dispatches"), basis=OWN),
        share("C51", "自动派遣准确率", "Rightly dispatched by itself", AREA | CLASS | ORGANIZATION,
              where("dispatches", lambda t: t.by_itself & ~t.wrong), where("dispatches", lambda t: t.by_itself),
              better=Better.HIGHER, basis=OWN,
              formula=_("dispatches by itself neither undone nor returned as wrong / dispatches by itself")),
    )
    # fmt: on
