"""Who hears of requests and orders, and of what one level gives to another; one level up hears where an answer is late.

Read on from the ledger. Every notice has a key of its own, so that a reading that is done twice tells nobody twice.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import orjson
from django.db import transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, QuerySet
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import Assignment, LedgerEntry, RequestRule, SidePath
from chengge.casework.queries import moved_since, read_to_now
from chengge.casework.reminders import Person, Staff
from chengge.casework.words import deed
from chengge.coordination.models import LedgerRead
from chengge.coordination.queries.staff import clerks_of, on_posts, staff_at
from chengge.domain.lifecycle import ASKINGS, BY_ACTION, Post, Request
from chengge.foundation.queries.dated import holding_on
from chengge.notices.actions import Draft, send_many
from chengge.notices.recipients import Recipient
from chengge.organization.queries import CITY_ZONE, city_day

READER = "side_paths"
LOOKS_BACK = timedelta(days=1)  # what happened longer ago while nobody looked is told no more
ASKED = {one.ask: kind for kind, one in ASKINGS.items()}
TO_THE_DEPARTMENT = frozenset(
    {
        "grant_extension", "refuse_extension", "grant_suspension", "refuse_suspension", "grant_appeal", "refuse_appeal", "refuse_return",
        "wake", "order_supervision", "lift_supervision", "urge",
    }
)  # fmt: skip
TO_WHO_ORDERED = frozenset({"answer_supervision"})
# What one level does to another, told to the other: below, whose case or part it becomes or was; above, who gave it.
DOWN = frozenset({"give_parts", "pass_part_on", "refuse_part", "refuse_feedback", "take_back", "take_back_part"})
UP = frozenset({"submit_part", "decline_part"})
TOLD = (*sorted(TO_THE_DEPARTMENT | TO_WHO_ORDERED | set(ASKED) | DOWN | UP),)
TOPICS = dict.fromkeys(DOWN | UP, "level") | {
    "order_supervision": "order",
    "answer_supervision": "order",
    "lift_supervision": "order",
    "urge": "urge",
}


@transaction.atomic
def read_on() -> int:
    """Tell of what was asked, answered, ordered and urged since the last reading; how many notices. Three queries while nothing moved."""
    row, begun = LedgerRead.objects.select_for_update().get_or_create(reader=READER, defaults={"read_to": read_to_now()})
    if begun:
        return 0
    changes = moved_since(row.read_to)
    row.read_to = changes.read_to
    row.save()
    if not changes.case_ids:
        return 0
    since = clock.now() - LOOKS_BACK
    entries = LedgerEntry.objects.filter(case_id__in=changes.case_ids, action__in=TOLD, at__gte=since, origin="live").select_related(
        "case", "case__problem_class", "member"
    )
    return _send(entries)


def _send(entries: Iterable[LedgerEntry]) -> int:
    found = list(entries)
    if not found:
        return 0
    at = clock.now()
    staff = staff_at(at)
    rules = {rule.kind: rule for rule in holding_on(RequestRule.objects.all(), city_day(at))}
    drafts = [
        Draft(
            Recipient.member(person.member_id),
            f"{deed(entry.action)} · {entry.case.problem_class.name}",
            _words(entry),
            f"entry:{entry.pk}:member:{person.member_id}",
            TOPICS.get(entry.action, "request"),
            f"/cases/{entry.case.number}/",
            f"case:{entry.case.number}",
        )
        for entry in found
        for person in _hearers(entry, staff, rules)
        if person.member_id != entry.member_id
    ]
    return send_many(drafts)


def _words(entry: LedgerEntry) -> str:
    case = entry.case
    said = _("%(place)s, case %(number)s.") % {"place": case.place or case.problem_class.name, "number": case.number}
    return f"{said} {entry.reason}".strip()


def _hearers(entry: LedgerEntry, staff: Staff, rules: dict[str, RequestRule]) -> list[Person]:
    case = entry.case
    if entry.action in ASKED:
        kind = ASKED[entry.action]
        return on_posts(staff, granters(kind, rules.get(kind.value)), case.grid_code)
    if entry.action in TO_WHO_ORDERED:
        path = SidePath.objects.filter(case=case, kind="order").order_by("-ordinal").first()
        placed = LedgerEntry.objects.filter(case=case, seq=path.asked_seq).first() if path else None
        people = [person for post in (Post.LEADER, Post.COORDINATOR, Post.DISPATCHER) for person in staff.by_post[post]]
        return [person for person in people if placed is not None and person.member_id == placed.member_id]
    if entry.action in UP:
        return clerks_of(staff, _above(entry) or case.organization_id)
    if entry.action in DOWN:
        return clerks_of(staff, *_below(entry))
    return clerks_of(staff, case.department_id, case.organization_id)


def _below(entry: LedgerEntry) -> set[int]:
    """The organizations to which an entry gave something, or from which it took it. One query."""
    moves = orjson.loads(entry.body)["assignments"]
    given = {move["organization_id"] for move in moves if move["op"] == "start"}
    return given | set(_ended(entry).values_list("organization_id", flat=True))


def _above(entry: LedgerEntry) -> int | None:
    """Who had passed the part on that came back; None where whoever holds the case gave it. One query."""
    giving = Assignment.objects.filter(case_id=entry.case_id, ordinal__in=_ended(entry).values("above"))
    return giving.values_list("organization_id", flat=True).first()


def _ended(entry: LedgerEntry) -> QuerySet[Assignment]:
    """The assignments that an entry ended."""
    ended = [move["n"] for move in orjson.loads(entry.body)["assignments"] if move["op"] == "end"]
    return Assignment.objects.filter(case_id=entry.case_id, ordinal__in=ended)


def granters(kind: Request, rule: RequestRule | None) -> tuple[Post, ...]:
    """The posts that answer a request: those of the rule, else those of the rule book."""
    named = {Post(post) for post in rule.granted_by} if rule is not None and rule.granted_by else BY_ACTION[ASKINGS[kind].grant].posts
    return tuple(post for post in Post if post in named)


def tell_late() -> int:
    """Tell of answers that are late: whoever must answer at once, the leaders when the time has passed a second time.

    Returns how many notices. One query while nothing is late.
    """
    at = clock.now()
    waiting = SidePath.objects.filter(answered_at=None, ended_at=None).select_related("case", "case__problem_class")
    late = list(waiting.filter(answer_due_at__lte=at, answer_due_at__gt=at - LOOKS_BACK))
    given = ExpressionWrapper(F("answer_due_at") - F("asked_at"), output_field=DurationField())
    again = ExpressionWrapper(F("answer_due_at") + given, output_field=DateTimeField())
    twice = list(waiting.annotate(again_at=again).filter(again_at__lte=at, again_at__gt=at - LOOKS_BACK, answer_due_at__lte=at))
    if not late and not twice:
        return 0
    staff = staff_at(at)
    rules = {rule.kind: rule for rule in holding_on(RequestRule.objects.all(), city_day(at))}
    drafts = [draft for path in late for draft in _late(path, 1, _answering(path, staff, rules))]
    drafts += [draft for path in twice for draft in _late(path, 2, on_posts(staff, (Post.LEADER,), path.case.grid_code))]
    return send_many(drafts)


def _answering(path: SidePath, staff: Staff, rules: dict[str, RequestRule]) -> list[Person]:
    if path.kind == SidePath.Kind.ORDER:
        case = path.case
        over = on_posts(staff, (Post.DISPATCHER, Post.COORDINATOR), case.grid_code)
        return clerks_of(staff, case.department_id, case.organization_id) + over
    return on_posts(staff, granters(Request(path.kind), rules.get(path.kind)), path.case.grid_code)


def _late(path: SidePath, step: int, people: Iterable[Person]) -> list[Draft]:
    case = path.case
    due: datetime = path.answer_due_at or clock.now()
    subject = _("No answer: %(kind)s") % {"kind": path.get_kind_display()}
    text = _("%(class)s, %(place)s, case %(number)s. An answer was due at %(due)s.") % {
        "class": case.problem_class.name,
        "place": case.place or "–",
        "number": case.number,
        "due": f"{due.astimezone(CITY_ZONE):%m-%d %H:%M}",
    }
    return [
        Draft(
            Recipient.member(person.member_id),
            subject,
            text,
            f"late:{case.pk}.{path.ordinal}:{step}:member:{person.member_id}",
            "escalation",
            f"/cases/{case.number}/",
            f"case:{case.number}",
        )
        for person in {person.member_id: person for person in people}.values()
    ]
