"""Answering requests in number, urging in number, and what units say to each other about a case: comments, calls, promises."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.actions import Given, perform
from chengge.casework.models import Case, Origin
from chengge.casework.queries import visible
from chengge.coordination.models import Comment, Mention, PhoneCall
from chengge.coordination.queries.requests import case_talked_of
from chengge.domain.errors import Forbidden, NotFound, Refused
from chengge.domain.lifecycle import ASKINGS
from chengge.notices.actions import Draft, send_many
from chengge.notices.recipients import Recipient
from chengge.organization.queries import Actor, city_day

MOST_TEXT, MOST_WHOM = 500, 80
MOST_MENTIONS = 20
MOST_AT_ONCE = 100
CALL_LOOKS_BACK = timedelta(days=7)
ANSWERS = frozenset(action for one in ASKINGS.values() for action in (one.grant, one.refuse))

# Whose full name, or whose organization's short name, the text after an @ begins with; the longest name wins.
MENTIONED = """
WITH called AS (
  SELECT member.id, length(member.full_name) AS letters FROM organization_member member
  WHERE member.is_active AND member.full_name <> '' AND starts_with(%(after)s, member.full_name)
  UNION ALL
  SELECT member.id, length(body.short_name) FROM organization_organization body
  JOIN organization_member member ON member.organization_id = body.id AND member.is_active
  WHERE body.short_name <> '' AND starts_with(%(after)s, body.short_name)
    AND body.valid_from <= %(day)s AND (body.valid_to IS NULL OR body.valid_to > %(day)s)
)
SELECT id FROM called WHERE letters = (SELECT max(letters) FROM called) ORDER BY id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case of many; no refusal: it was done."""

    case: Case
    refusal: Refused | None


@dataclass(frozen=True, slots=True)
class Called:
    """A telephone call as somebody writes it down."""

    direction: str
    with_whom: str
    gist: str
    at: datetime | None = None
    promised_by: datetime | None = None


def take_on_many(actor: Actor, action: str, chosen: Mapping[int, int], given: Given, key: str = "") -> list[Outcome]:
    """One answer to many requests, or one urging of many cases, each through the door by itself.

    Args:
        chosen: ids of cases, and the entry count that was seen of each.

    Raises:
        Refused: no action for many, or too many cases.
    """
    if action not in ANSWERS | {"urge", "lift_supervision"}:
        raise Refused("action", _("This action cannot be taken on many cases at once."), _("Open the cases one by one."))
    if not chosen:
        raise Refused("case", _("No case is chosen."), _("Tick the cases first."))
    if len(chosen) > MOST_AT_ONCE:
        raise Refused("case", _("At most %(most)d cases can be moved at once.") % {"most": MOST_AT_ONCE}, _("Choose fewer."))
    found = {case.pk: case for case in visible(actor).filter(pk__in=chosen).select_related("problem_class")}
    outcomes = []
    for pk, seen in chosen.items():
        if pk not in found:
            continue
        refusal: Refused | None = None
        try:
            perform(pk, action, actor, given, seen=seen, key=f"{key[:32]}-{pk}" if key else None)
        except Refused as refused:
            refusal = refused
        outcomes.append(Outcome(found[pk], refusal))
    return outcomes


@transaction.atomic
def comment(actor: Actor, number: str, text: str) -> Comment:
    """Say something about a case to whoever works on it; who is called by @name gets a notice and may answer.

    Raises:
        NotFound: the case is out of sight, and nobody mentioned this member there.
        Refused: nothing said, or too much.
    """
    case, _in_sight = case_talked_of(actor, number)
    said = text.strip()
    if not said:
        raise Refused("text", _("Nothing is said."), _("Write a few words."), "text")
    if len(said) > MOST_TEXT:
        raise Refused("length", _("This text is longer than %(most)d characters.") % {"most": MOST_TEXT}, _("Shorten it."), "text")
    if actor.member_id is None:
        raise Forbidden("member", _("Only members comment."))
    at = clock.now().replace(microsecond=0)
    row = Comment.objects.create(case=case, member_id=actor.member_id, organization_id=actor.organization_id, at=at, text=said)
    called = [pk for pk in mentioned_in(said, at) if pk != actor.member_id][:MOST_MENTIONS]
    Mention.objects.bulk_create([Mention(comment=row, case=case, member_id=pk) for pk in called])
    subject = _("%(who)s mentions you") % {"who": actor.name}
    send_many(
        Draft(
            Recipient.member(pk),
            subject,
            f"{case.problem_class.name}，{case.place}：{said}" if case.place else f"{case.problem_class.name}：{said}",
            f"comment:{row.pk}:member:{pk}",
            "mention",
            f"/coordination/cases/{case.number}/",
            f"case:{case.number}",
        )
        for pk in called
    )
    return row


def mentioned_in(text: str, at: datetime) -> list[int]:
    """Members whom a text calls by @ and their name, or by the short name of their organization. One query for each @."""
    found: dict[int, None] = {}
    for after in text.split("@")[1 : MOST_MENTIONS + 1]:
        with connection.cursor() as cursor:
            cursor.execute(MENTIONED, {"after": after[:60], "day": city_day(at), "most": MOST_MENTIONS})
            found |= dict.fromkeys(row[0] for row in cursor.fetchall())
    return list(found)


@transaction.atomic
def note_call(actor: Actor, number: str, called: Called, origin: str = Origin.LIVE) -> PhoneCall:
    """Write down a telephone call that mattered.

    Raises:
        NotFound: the case is out of sight. Refused: a value is missing or lies in the future.
    """
    case, in_sight = case_talked_of(actor, number)
    if not in_sight or actor.member_id is None:
        raise NotFound("case", _("There is no such case, or it lies out of your sight."), _("Check the number."))
    now = clock.now().replace(microsecond=0)
    at = called.at or now
    for name, value, most in (("with_whom", called.with_whom, MOST_WHOM), ("gist", called.gist, MOST_TEXT)):
        if not value.strip():
            raise Refused(name, _("Say with whom, and what was said."), field=name)
        if len(value) > most:
            raise Refused("length", _("This text is longer than %(most)d characters.") % {"most": most}, _("Shorten it."), name)
    if called.direction not in PhoneCall.Direction.values:
        raise Refused("direction", _("Who called whom?"), _("Choose one of the two."), "direction")
    if not now - CALL_LOOKS_BACK <= at <= now:
        raise Refused("at", _("A call is written down within a week."), _("Check the moment."), "at")
    if called.promised_by is not None and called.promised_by <= at:
        raise Refused("promised_by", _("A promise is for later than the call."), _("Check the moment."), "promised_by")
    return PhoneCall.objects.create(
        case=case,
        member_id=actor.member_id,
        organization_id=actor.organization_id,
        direction=called.direction,
        with_whom=called.with_whom.strip(),
        at=at,
        gist=called.gist.strip(),
        promised_by=called.promised_by,
    )


@transaction.atomic
def keep_promise(actor: Actor, call_id: int) -> PhoneCall:
    """What was promised on the telephone has been kept. Raises NotFound."""
    row = PhoneCall.objects.select_for_update(of=("self",)).select_related("case").filter(pk=call_id).first()
    if row is None or not visible(actor).filter(pk=row.case_id).exists() or row.promised_by is None:
        raise NotFound("call", _("There is no such promise."), _("Reload the page."))
    if row.kept_at is None:
        row.kept_at = clock.now().replace(microsecond=0)
        row.save(update_fields=["kept_at"])
    return row


def names_of(members: Iterable[object]) -> str:
    """Members in a row."""
    return _(", ").join(str(member) for member in members)
