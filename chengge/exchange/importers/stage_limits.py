"""How long the stages take that no handbook rule times."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from chengge.domain.lifecycle import ClockKind
from chengge.domain.worktime import Limit, LimitError
from chengge.exchange.importers.base import Importer, Work, mark, refuse_repeated
from chengge.exchange.importers.columns import BadCell, Column, one_of, text_of
from chengge.exchange.importers.plan import Progress, State
from chengge.foundation.actions import USUAL_STAGE_LIMITS, save_stage_limit
from chengge.foundation.models import StageLimit
from chengge.foundation.queries import holding_on
from chengge.organization.queries import Actor

CLOCK_WORDS = {
    "受理": ClockKind.ACCEPTANCE,
    "核实": ClockKind.VERIFY,
    "立案": ClockKind.FILING,
    "派遣": ClockKind.DISPATCH,
    "发核查": ClockKind.CHECK_SENDING,
    "核查": ClockKind.CHECK,
    "结案": ClockKind.CLOSING,
}


def limit(value: object) -> Limit:
    try:
        return Limit.parse(text_of(value))
    except LimitError:
        hint = _("Write one number and its unit, such as 15分钟 or 2工作时.")
        raise BadCell(_("“%(value)s” is no limit that can be read.") % {"value": text_of(value)}, hint) from None


@dataclass(frozen=True, slots=True)
class StageLimitChange:
    clock: ClockKind
    limit: Limit


class StageLimits(Importer):
    kind = "stage-limits"
    title = lazy("Stage limits")
    about = lazy("Limits of acceptance, verification, filing, dispatch, sending the check, check and closing.")
    columns = (
        Column(
            "clock",
            "环节",
            "stage",
            one_of(CLOCK_WORDS | {clock.value: clock for clock in USUAL_STAGE_LIMITS}),
            required=True,
            help=lazy("The stage"),
            example="受理",
            choices=lambda: tuple(CLOCK_WORDS),
        ),
        Column("limit", "时限", "limit", limit, required=True, help=lazy("A number and its unit"), example="15分钟"),
    )
    revisions = ("rules",)

    def prefilled(self) -> list[dict[str, str]]:
        """The usual limits, for the city to change."""
        return [{"clock": word, "limit": USUAL_STAGE_LIMITS[clock].written()} for word, clock in CLOCK_WORDS.items()]

    def check(self, work: Work) -> None:
        refuse_repeated(
            work, "clock", lambda record: record["clock"], _("The stage stands in row %(row)d already."), _("Leave one of the two.")
        )

    def compare(self, work: Work) -> tuple[StageLimitChange, ...]:
        held = {row.clock: row for row in holding_on(StageLimit.objects.all(), work.day)}
        changes = []
        for record in work.good:
            wanted = {"amount": record["limit"].amount, "unit": record["limit"].unit.value}
            if mark(record, held.get(record["clock"].value), wanted) is not State.SAME:
                changes.append(StageLimitChange(record["clock"], record["limit"]))
        return tuple(changes)

    def carry_out(self, changes: tuple[StageLimitChange, ...], actor: Actor, day: date, progress: Progress) -> Any:
        for change in changes:
            save_stage_limit(actor, change.clock, change.limit, day)
