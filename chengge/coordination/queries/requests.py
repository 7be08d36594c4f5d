"""Requests: what waits for an answer and by whom, what was answered, and what is said about a case beside its ledger."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework import authority
from chengge.casework.models import Case, Evidence, LedgerEntry, RequestRule, SidePath
from chengge.casework.queries.sight import sight
from chengge.coordination.models import Comment, Mention, PhoneCall
from chengge.domain.errors import Forbidden, NotFound
from chengge.domain.lifecycle import ASKINGS, BY_ACTION, Post, Request
from chengge.foundation.queries.dated import holding_on
from chengge.organization.queries import Actor, city_day

KINDS = tuple(kind.value for kind in Request)
WAITING = Q(answered_at=None, ended_at=None)


@dataclass(frozen=True, slots=True)
class RequestView:
    """One request as a list shows it.

    Attributes:
        asked: the entry that asked: who, in which words.
        answered: the entry that answered, where there is one.
        mine: this member may grant and refuse it.
        grant, refuse: the actions that answer it.
        photos: SHA-256 of what proves it.
        count: how many of this kind the case had before.
    """

    path: SidePath
    asked: LedgerEntry | None
    answered: LedgerEntry | None
    mine: bool
    grant: str
    refuse: str
    photos: tuple[str, ...]
    count: int

    @property
    def is_late(self) -> bool:
        return self.path.answered_at is None and self.path.answer_due_at is not None and self.path.answer_due_at < clock.now()


def requests_waiting(actor: Actor, kind: str = "") -> QuerySet[SidePath]:
    """Requests in sight that nobody has answered, the most pressing first."""
    return _requests(actor, kind).filter(WAITING).order_by("answer_due_at", "pk")


def requests_answered(actor: Actor, kind: str = "") -> QuerySet[SidePath]:
    """Requests in sight that were answered or lapsed, the latest first."""
    return _requests(actor, kind).exclude(WAITING).order_by("-asked_at", "-pk")


def count_waiting(actor: Actor) -> dict[str, int]:
    """How many requests wait, by kind. One query."""
    counted = _requests(actor, "").filter(WAITING).values("kind").annotate(count=Count("pk")).order_by()
    return dict.fromkeys(KINDS, 0) | {row["kind"]: row["count"] for row in counted}


def _requests(actor: Actor, kind: str) -> QuerySet[SidePath]:
    kinds = [kind] if kind in KINDS else list(KINDS)
    shown = SidePath.objects.filter(sight(actor, "case__"), kind__in=kinds)
    return shown.select_related("case", "case__problem_class", "organization")


def request_views(actor: Actor, paths: Sequence[SidePath]) -> list[RequestView]:
    """What a list says of some requests. Four queries."""
    entries = _entries(paths)
    photos = _photos(entries.values())
    before = _counts_before(paths)
    rules = {rule.kind: rule for rule in holding_on(RequestRule.objects.all(), city_day(clock.now()))}
    return [_view(actor, path, entries, photos, before, rules) for path in paths]


def _view(
    actor: Actor,
    path: SidePath,
    entries: Mapping[tuple[int, str, int], LedgerEntry],
    photos: Mapping[int, list[str]],
    before: Mapping[tuple[int, str], int],
    rules: Mapping[str, RequestRule],
) -> RequestView:
    asking = ASKINGS[Request(path.kind)]
    asked = entries.get((path.case_id, "asked", path.asked_seq))
    when = int(path.answered_at.timestamp()) if path.answered_at else 0
    return RequestView(
        path=path,
        asked=asked,
        answered=entries.get((path.case_id, "answered", when)),
        mine=path.answered_at is None and path.ended_at is None and may_take(asking.grant, path.case, actor, rules.get(path.kind)),
        grant=asking.grant,
        refuse=asking.refuse,
        photos=tuple(photos.get(asked.pk, ())) if asked else (),
        count=before.get((path.case_id, path.kind), 0),
    )


def may_take(action: str, case: Case, actor: Actor, rule: RequestRule | None) -> bool:
    """Whether this member may take an action of the rule book on the case now, as far as posts and rules go. No query."""
    row = BY_ACTION[action]
    try:
        authority.require(row, case, actor, None)
    except Forbidden:
        return False
    if authority.hindrance(row, case) is not None:
        return False
    return not (rule and rule.granted_by) or bool({post.value for post in actor.posts & row.posts} & set(rule.granted_by))


def _entries(paths: Sequence[SidePath]) -> dict[tuple[int, str, int], LedgerEntry]:
    """The entries that asked (by number) and that answered (by moment). One query."""
    answers = [action for one in ASKINGS.values() for action in (one.grant, one.refuse)]
    wanted = Q(pk__in=[])
    for path in paths:
        wanted |= Q(case_id=path.case_id, seq=path.asked_seq)
        if path.answered_at is not None:
            wanted |= Q(case_id=path.case_id, action__in=answers, at=path.answered_at)
    found: dict[tuple[int, str, int], LedgerEntry] = {}
    for entry in LedgerEntry.objects.filter(wanted).select_related("member", "organization").defer("body", "hash"):
        if entry.action in answers:
            found[entry.case_id, "answered", int(entry.at.timestamp())] = entry
        else:
            found[entry.case_id, "asked", entry.seq] = entry
    return found


def _photos(entries: Iterable[LedgerEntry]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = Evidence.objects.filter(entry_id__in=[entry.pk for entry in entries], erased_at=None, media=Evidence.Media.PHOTO)
    for entry_id, sha256 in rows.order_by("pk").values_list("entry_id", "sha256"):
        found.setdefault(entry_id, []).append(sha256)
    return found


def _counts_before(paths: Sequence[SidePath]) -> dict[tuple[int, str], int]:
    """How many of each kind a case had. One query."""
    rows = SidePath.objects.filter(case_id__in={path.case_id for path in paths}, kind__in=KINDS)
    return {
        (row["case_id"], row["kind"]): row["count"] - 1 for row in rows.values("case_id", "kind").annotate(count=Count("pk")).order_by()
    }


# --- Beside the ledger of a case ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the ledger of a case.

    Attributes:
        in_sight: the member may see the case itself; else only what is said about it, having been mentioned.
    """

    case: Case
    in_sight: bool
    side_paths: tuple[RequestView, ...]
    orders: tuple[SidePath, ...]
    comments: tuple[Comment, ...]
    calls: tuple[PhoneCall, ...]


def case_talked_of(actor: Actor, number: str) -> tuple[Case, bool]:
    """A case in sight, or one on which this member was mentioned; and which of the two. Raises NotFound."""
    case = Case.objects.filter(number=number).select_related("problem_class", "organization", "department").first()
    if case is not None:
        if Case.objects.filter(sight(actor), pk=case.pk).exists():
            return case, True
        if actor.member_id is not None and Mention.objects.filter(member_id=actor.member_id, case=case).exists():
            return case, False
    raise NotFound("case", _("There is no such case, or it lies out of your sight."), _("Check the number."))


def beside(actor: Actor, number: str) -> Beside:
    """Requests, orders, comments and calls of a case. Raises NotFound."""
    case, in_sight = case_talked_of(actor, number)
    paths = list(SidePath.objects.filter(case=case).select_related("case", "case__problem_class", "organization").order_by("-ordinal"))
    if not in_sight:
        paths = []
    comments = Comment.objects.filter(case=case).select_related("member", "organization").prefetch_related("mentions__member")
    return Beside(
        case=case,
        in_sight=in_sight,
        side_paths=tuple(request_views(actor, [path for path in paths if path.kind in KINDS])),
        orders=tuple(path for path in paths if path.kind not in KINDS),
        comments=tuple(comments.order_by("pk")),
        calls=tuple(PhoneCall.objects.filter(case=case).select_related("member", "organization").order_by("-at")) if in_sight else (),
    )


def promises(actor: Actor) -> QuerySet[PhoneCall]:
    """What was promised on the telephone and is not kept yet, in sight, the first due first."""
    rows = PhoneCall.objects.filter(sight(actor, "case__"), promised_by__isnull=False, kept_at=None)
    return rows.select_related("case", "case__problem_class", "member").order_by("promised_by", "pk")


def last_urged(case_ids: Iterable[int]) -> dict[int, datetime]:
    """When each of some cases was urged last. One query."""
    rows = LedgerEntry.objects.filter(case_id__in=list(case_ids), action="urge").values("case_id").annotate(at=Max("at")).order_by()
    return {row["case_id"]: row["at"] for row in rows}


ASKS = frozenset({Post.DISPATCHER, Post.COORDINATOR, Post.LEADER, Post.SHIFT_LEADER, Post.EVALUATOR, Post.DEPARTMENT, Post.ADMINISTRATOR})
