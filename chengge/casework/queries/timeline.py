"""The ledger of a case in plain words: what happened, by whom, for which post and organization, when, why, and what it set going."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chengge.casework.clocks import moment
from chengge.casework.models import Basis, Case, Channel, ClockChoice, Degree, LedgerEntry, Origin, Task
from chengge.casework.queries.by_itself import reasons_in_words
from chengge.casework.words import deed
from chengge.domain.lifecycle import ADD_REPORT, LET_GO, RELEASE_REPORT, TAKE_IN
from chengge.foundation.models import HandbookRule
from chengge.organization.models import Member, Organization
from chengge.organization.queries import CITY_ZONE, city_day

Body = dict[str, Any]

SENDING = ("ask_to_verify", "ask_to_check")  # the actions that give an inspector a task
# What amending may change, in words.
AMENDABLE: dict[str, Promise] = {
    "place": gettext_lazy("place"),
    "lon": gettext_lazy("position"),
    "description": gettext_lazy("description"),
    "component_code": gettext_lazy("component"),
    "problem_class_id": gettext_lazy("class"),
    "urgent": gettext_lazy("urgent"),
}


@dataclass(frozen=True, slots=True)
class EntryWords:
    """One entry of the ledger as a person reads it.

    Attributes:
        who: name of the member; empty for machines. stood_for: the one for whom they did it, where they stood in.
        facts: short sentences on what the action set: to whom, by which condition, which clock starts or stops.
        photos: SHA-256 of the photos it was given with.
        late: a clock that it stopped had run out.
        origin: empty for what happened live, else how it came into the ledger.
        cases: numbers of other cases that it tells of: merged into, taken in, let go.
    """

    seq: int
    at: datetime
    action: str
    deed: str
    who: str
    post: str
    organization: str
    reason: str
    note: str
    facts: tuple[str, ...]
    photos: tuple[str, ...]
    late: bool
    origin: str
    cases: tuple[str, ...] = ()
    stood_for: str = ""


def timeline(case: Case, tasks: Iterable[Task] = ()) -> list[EntryWords]:
    """Every entry of a case in words, the latest first. Three queries, however long the story.

    Args:
        tasks: the case's tasks with their members, so that a walk is told with the inspector who makes it.
    """
    entries = list(LedgerEntry.objects.filter(case=case).select_related("member", "organization").defer("hash").order_by("-seq"))
    bodies = [orjson.loads(entry.body) for entry in entries]
    organizations = _names(Organization, {pk for body in bodies for pk in _organizations_in(body)}, "name")
    rules = _names(HandbookRule, {body["case"]["rule_id"] for body in bodies if body["case"].get("rule_id")}, "condition")
    stood_for = _names(Member, {body["for"] for body in bodies if body.get("for")}, "full_name")
    numbers = _names(Case, {body["given"]["into_case_id"] for body in bodies if body.get("given", {}).get("into_case_id")}, "number")
    walkers = {task.created_at: str(task.member) for task in tasks if task.member}
    return [
        replace(
            _entry_words(entry, body, organizations, rules, walkers.get(entry.at, "")),
            cases=tuple(_cases_in(body, numbers)),
            stood_for=stood_for.get(body.get("for"), ""),
        )
        for entry, body in zip(entries, bodies, strict=True)
    ]


def _entry_words(entry: LedgerEntry, body: Body, organizations: Mapping[int, str], rules: Mapping[int, str], walker: str) -> EntryWords:
    return EntryWords(
        seq=entry.seq,
        at=entry.at,
        action=entry.action,
        deed=deed(entry.action),
        who=str(entry.member) if entry.member else "",
        post=str(entry.get_post_display()) if entry.post else "",
        organization=entry.organization.short_name if entry.organization else "",
        reason=entry.reason,
        note=str(body.get("given", {}).get("note", "")),
        facts=tuple(_facts(entry.action, body, organizations, rules, walker)),
        photos=tuple(body.get("photos", ())),
        late=any(move["op"] == "stop" and move["overdue"] for move in body["clocks"]),
        origin="" if entry.origin == Origin.LIVE else str(Origin(entry.origin).label),
    )


def _facts(action: str, body: Body, organizations: Mapping[int, str], rules: Mapping[int, str], walker: str) -> Iterable[str]:
    for move in body["assignments"]:
        if move["op"] == "start":
            to = _("to %(organization)s: %(part)s") if move.get("part") else _("to %(organization)s")
            yield to % {"organization": organizations.get(move["organization_id"], ""), "part": move.get("part", "")}
    if action == "take_back_part":
        yield _("from %(organization)s") % {"organization": organizations.get(body["given"].get("organization_id"), "")}
    yield from _why_by_itself(body)
    if walker and action in SENDING:  # another entry may fall into the same second
        yield _("%(inspector)s walks there") % {"inspector": walker}
    rule_id = body["case"].get("rule_id")
    if rule_id and action != "report":
        yield _("condition: %(condition)s") % {"condition": rules.get(rule_id, "")}
    if action in {"amend", "reclassify", "correct"}:
        changed = [str(label) for name, label in AMENDABLE.items() if name in body["case"]]
        if changed:
            yield _("changed: %(fields)s") % {"fields": _(", ").join(changed)}
    given = body.get("given", {})
    if action in {TAKE_IN, LET_GO, RELEASE_REPORT} and given.get("reports"):
        count = len(given["reports"])
        yield ngettext("%(count)d report", "%(count)d reports", count) % {"count": count}
    if action == ADD_REPORT and given.get("channel") in Channel.values:
        yield _("by %(channel)s") % {"channel": Channel(given["channel"]).label}
    yield from _side_paths(body)
    for move in body["clocks"]:
        if move["op"] == "start":
            yield _("the clock “%(clock)s” starts") % {"clock": ClockChoice(move["kind"]).label}


def _why_by_itself(body: Body) -> Iterable[str]:
    """How certain the house was, and why."""
    told = body.get("given", {}).get("by_itself", {})
    if "certainty" in told:
        yield _("certain to %(percent)d %%") % {"percent": round(told["certainty"] * 100)}
        yield from reasons_in_words(told["reasons"])


def _side_paths(body: Body) -> Iterable[str]:
    """What was asked, ordered or granted: why, how pressing, until when, and by when it is to be answered."""
    for move in body.get("side_paths", ()):
        if move.get("basis"):
            yield str(Basis(move["basis"]).label)
        if move.get("degree"):
            yield str(Degree(move["degree"]).label)
        if move.get("until"):
            yield _("until %(day)s") % {"day": city_day(moment(move["until"]))}
        if move.get("answer_due_at"):
            yield _("answer due %(moment)s") % {"moment": f"{moment(move['answer_due_at']).astimezone(CITY_ZONE):%m-%d %H:%M}"}
        if move.get("outcome") == "lapsed":
            yield _("what was asked before lapses")
    for move in body["clocks"]:
        if move["op"] == "retime" and body["action"] == "grant_extension" and "due_at" in move:
            yield _("due %(moment)s") % {"moment": f"{moment(move['due_at']).astimezone(CITY_ZONE):%m-%d %H:%M}"}
            return


def _cases_in(body: Body, numbers: Mapping[int, str]) -> Iterable[str]:
    """Numbers of the other cases that an entry tells of."""
    given = body.get("given", {})
    if number := numbers.get(given.get("into_case_id")):
        yield number
    if given.get("case"):
        yield str(given["case"])


def _organizations_in(body: Body) -> Iterable[int]:
    yield from (move["organization_id"] for move in body["assignments"] if move["op"] == "start" and move["organization_id"])
    if taken_from := body.get("given", {}).get("organization_id"):
        yield taken_from


def _names(model: Any, ids: set[int], column: str) -> dict[int, str]:
    return dict(model.objects.filter(pk__in=ids).values_list("pk", column))
