"""The rows of a queue as HTML.

Written here and not as a template: a row has some twenty places to fill, and the list of a desk is asked for more often
than all other pages together; this way it costs a tenth (docs/performance.md). Whatever comes from people is escaped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengge.casework.models import Case, Channel, StageChoice
from chengge.casework.queries import RowWords
from chengge.casework.templatetags.words import epoch, exactly, left, light, moment

ROW = """
<li class="item{on}" id="row-{id}" data-id="{id}" data-number="{number}" data-version="{version}">
  <i class="bar {light}" aria-hidden="true"></i>
  {pick}
  <a class="row-link" href="{address}" data-page="/cases/{number}/"{current}>
    <span class="row-title">{title}{badges}</span>
    <span class="row-place muted"><span>{where}</span><span>{source}</span></span>
  </a>
  <span class="row-time">{when} <span class="muted">{stage}</span></span>
</li>"""
PICK = '<input type="checkbox" class="form-check-input pick" value="{id}:{version}" tabindex="-1" aria-label="{label}">'
BADGE = ' <span class="badge {colour}">{text}</span>'
REPORTED = '<time class="muted" title="{exactly}">{moment}</time>'  # what ended cases are ordered by
DUE = '<time class="left text-{light}" datetime="{iso}" data-due="{due}" data-yellow="{yellow}" title="{exactly}">{left}</time>'


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a list is shown.

    Attributes:
        address: of the desk with its search, up to where `case=` is added.
        selected: number of the case that is open beside the list.
        can_pick: rows can be ticked, for an action on many.
        own_organization_id: whose hands need no telling, since the whole desk is theirs.
    """

    address: str
    selected: str
    can_pick: bool
    own_organization_id: int | None


def rows_html(rows: Sequence[Case], words: Mapping[int, RowWords], shown: Shown) -> SafeString:
    """The rows of a list."""
    stages = {choice.value: escape(str(choice.label)) for choice in StageChoice}
    channels = {choice.value: escape(str(choice.label)) for choice in Channel}
    start = escape(shown.address)
    choose = _("Choose case %(number)s")
    made = []
    for case in rows:
        made.append(
            ROW.format(
                id=case.pk,
                number=case.number,
                version=case.entry_count,
                on=" on" if case.number == shown.selected else "",
                current=' aria-current="true"' if case.number == shown.selected else "",
                light=light(case),
                pick=PICK.format(id=case.pk, version=case.entry_count, label=escape(choose % {"number": case.number}))
                if shown.can_pick
                else "",
                address=f"{start}case={case.number}",
                title=escape(case.problem_class.name),
                badges=_badges(case, words[case.pk]),
                where=escape(case.place or words[case.pk].area),
                source="".join(f" · {told}" for told in _source(case, words[case.pk], channels, shown.own_organization_id)),
                when=_when(case),
                stage=stages[case.stage],
            )
        )
    return SafeString("".join(made))


def _badges(case: Case, words: RowWords) -> str:
    shown = (
        (words.part, "blue", _("Part")),
        (case.urgent, "red", _("Urgent")),
        (case.wrong_dispatch_count, "orange", _("Dispatched wrongly")),
        (case.rework_count, "orange", _("Rework")),
        (case.self_disposed, "green", _("Self-disposed")),
        (case.undo_until and case.ended_at is None, "blue", _("By itself")),
    )
    return "".join(BADGE.format(colour=colour, text=escape(text)) for holds, colour, text in shown if holds)


def _source(case: Case, words: RowWords, channels: Mapping[str, str], own_organization_id: int | None) -> list[str]:
    told = [escape(words.part)] if words.part else [channels[case.channel]]
    if words.report_count > 1:
        told.append(escape(ngettext("%(count)s report", "%(count)s reports", words.report_count) % {"count": words.report_count}))
    if case.organization is not None and case.organization_id != own_organization_id:
        told.append(escape(case.organization.short_name))
    return told


def _when(case: Case) -> str:
    if case.ended_at is not None:
        return REPORTED.format(exactly=exactly(case.reported_at), moment=escape(moment(case.reported_at)))
    due: datetime | None = case.due_at
    if due is None:
        return '<span class="muted">–</span>'
    return DUE.format(
        light=light(case), iso=due.isoformat(), due=epoch(due), yellow=epoch(case.yellow_at), exactly=exactly(due), left=escape(left(due))
    )
