"""The conditions of a search as chips that can be taken away one by one."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from chengge.casework.models import Channel, StageChoice
from chengge.casework.queries import CaseFilter
from chengge.casework.templatetags.words import light_word
from chengge.foundation.models import Division, ProblemClass, ProblemKind
from chengge.organization.models import Organization


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition: what it says, and the address of the search without it."""

    label: str
    without: str


def chips_of(wanted: CaseFilter, address: str) -> list[Chip]:
    """The conditions in words. A query for each of class, organization, department and division that is asked for."""
    return [Chip(label, _address(wanted, name, address)) for name, label in _labels(wanted)]


def _labels(wanted: CaseFilter) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if wanted.text:
        found.append(("q", f"“{wanted.text}”"))
    if wanted.number:
        found.append(("number", wanted.number))
    if wanted.light:
        found.append(("light", light_word(wanted.light)))
    if wanted.stages:
        found.append(("stage", _(", ").join(str(StageChoice(stage).label) for stage in wanted.stages)))
    if wanted.kind:
        found.append(("kind", str(ProblemKind(wanted.kind).label)))
    if wanted.class_id:
        found.append(("class", _name(ProblemClass.objects.filter(pk=wanted.class_id).values_list("name", flat=True).first())))
    for name, pk in (("organization", wanted.organization_id), ("department", wanted.department_id)):
        if pk:
            found.append((name, _name(Organization.objects.filter(pk=pk).values_list("short_name", flat=True).first())))
    if wanted.division_code:
        found.append(("division", _name(Division.objects.filter(code=wanted.division_code).values_list("name", flat=True).first())))
    if wanted.grid_code:
        found.append(("grid", f"{wanted.grid_code:015d}"))
    if wanted.channel:
        found.append(("channel", str(Channel(wanted.channel).label)))
    if wanted.urgent:
        found.append(("urgent", _("Urgent")))
    if wanted.mark:
        marks = {"returned": _("Returned"), "rework": _("Rework"), "self_disposed": _("Self-disposed"), "by_itself": _("By itself")}
        found.append(("mark", marks[wanted.mark]))
    if wanted.reported_from:
        found.append(("from", _("from %(day)s") % {"day": wanted.reported_from}))
    if wanted.reported_to:
        found.append(("to", _("to %(day)s") % {"day": wanted.reported_to}))
    if wanted.mine:
        found.append(("mine", _("In our hands")))
    if wanted.order == "newest":
        found.append(("order", _("Newest first")))
    return found


def _name(found: str | None) -> str:
    return found or _("unknown")


def _address(wanted: CaseFilter, name: str, address: str) -> str:
    query = urlencode(wanted.without(name).query(), doseq=True)
    return f"{address}?{query}" if query else address
