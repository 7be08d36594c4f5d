"""Coordination meetings: called, minuted, closed, signed by the units or objected to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import Case
from chengge.coordination.actions.inviting import Thing, cases_named, require_words, tell_units, this_second, units_named
from chengge.coordination.models import AgendaItem, Meeting, MeetingUnit
from chengge.coordination.queries.hard_cases import WORKERS
from chengge.coordination.queries.meetings import drafted_minutes, meeting_in_sight, meeting_part
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.organization.queries import CITY_ZONE, Actor

MOST_MINUTES = 20_000
MOST_ITEMS = 30


@dataclass(frozen=True, slots=True)
class Called:
    """A meeting as somebody calls it.

    Attributes:
        numbers: of the cases on the agenda; subjects: points of the agenda that are about no case.
    """

    subject: str
    place: str
    chair: str
    meets_at: datetime | None
    organization_ids: Sequence[int]
    numbers: Sequence[str] = ()
    subjects: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Minuted:
    """What was said at a meeting: who came by unit (empty: nobody), and what was decided by point of the agenda."""

    who: Mapping[int, str] = field(default_factory=dict)
    decisions: Mapping[int, str] = field(default_factory=dict)
    minutes: str = ""


@transaction.atomic
def call_meeting(actor: Actor, called: Called) -> Meeting:
    """Call units to a meeting about cases. Raises Forbidden, Refused, NotFound."""
    if not actor.posts & WORKERS or actor.member_id is None:
        raise Forbidden("post", _("Meetings are called by coordinators and dispatchers."))
    needed = {"subject": (called.subject, 120), "place": (called.place, 200), "chair": (called.chair, 60)}
    require_words(needed, _("Subject, place and chair are needed."))
    if called.meets_at is None or called.meets_at <= clock.now():
        raise Refused("meets_at", _("When do the units meet?"), _("Name a moment to come."), "meets_at")
    cases = cases_named(actor, called.numbers)
    others = [text.strip()[:200] for text in called.subjects if text.strip()]
    if not cases and not others:
        raise Refused("agenda", _("The agenda is empty."), _("Name cases or other points."), "numbers")
    if len(cases) + len(others) > MOST_ITEMS:
        raise Refused("agenda", _("An agenda has at most %(most)d points.") % {"most": MOST_ITEMS}, _("Call two meetings."), "numbers")
    units = units_named(called.organization_ids)
    meeting = Meeting.objects.create(
        subject=called.subject.strip(),
        place=called.place.strip(),
        chair=called.chair.strip(),
        meets_at=called.meets_at,
        host_id=actor.member_id,
        called_at=this_second(),
    )
    points: list[tuple[Case | None, str]] = [
        (case, f"{case.problem_class.name}，{case.place}" if case.place else case.problem_class.name) for case in cases
    ]
    points += [(None, text) for text in others]
    AgendaItem.objects.bulk_create(
        [AgendaItem(meeting=meeting, position=number, case=case, subject=text[:200]) for number, (case, text) in enumerate(points, 1)]
    )
    MeetingUnit.objects.bulk_create([MeetingUnit(meeting=meeting, organization=unit) for unit in units])
    when = f"{meeting.meets_at.astimezone(CITY_ZONE):%m-%d %H:%M}"
    _tell(actor, meeting, _("Meeting: %(subject)s") % {"subject": meeting.subject}, f"{when}，{meeting.place}", "called")
    return meeting


@transaction.atomic
def write_minutes(actor: Actor, meeting_id: int, minuted: Minuted) -> Meeting:
    """Write down who came, what was decided and the minutes; without words of its own the minutes are drafted from the template.

    Raises:
        NotFound, Forbidden: not the platform. Conflict: the minutes are closed. Refused: too long.
    """
    meeting = _running(actor, meeting_id)
    if len(minuted.minutes) > MOST_MINUTES:
        raise Refused("length", _("This text is longer than %(most)d characters.") % {"most": MOST_MINUTES}, _("Shorten it."), "minutes")
    for unit in meeting.units.all():
        who = minuted.who.get(unit.organization_id, "").strip()[:60]
        unit.attended, unit.who = bool(who), who
        unit.save(update_fields=["attended", "who"])
    for item in meeting.items.all():
        item.decision = minuted.decisions.get(item.position, item.decision).strip()[:500]
        item.save(update_fields=["decision"])
    meeting.minutes = minuted.minutes.strip()
    if not meeting.minutes:
        meeting.minutes = drafted_minutes(meeting_in_sight(actor, meeting_id))
    meeting.save(update_fields=["minutes"])
    return meeting


@transaction.atomic
def close_minutes(actor: Actor, meeting_id: int) -> Meeting:
    """Close the minutes: their words stay, and the units are asked to sign. Raises NotFound, Forbidden, Conflict, Refused."""
    meeting = _running(actor, meeting_id)
    if not meeting.minutes:
        raise Refused("minutes", _("There are no minutes yet."), _("Write them first."), "minutes")
    if not meeting.units.filter(attended=True).exists():
        raise Refused("attended", _("Nobody has been written down as present."), _("Write down who came, or call the meeting off."))
    undecided = meeting.items.filter(decision="").order_by("position").first()
    if undecided is not None:
        raise Refused(
            "decision", _("Point %(number)d has no decision.") % {"number": undecided.position}, _("Write one, if only that it is put off.")
        )
    meeting.state, meeting.closed_at = Meeting.State.CLOSED, this_second()
    meeting.save(update_fields=["state", "closed_at"])
    _tell(
        actor,
        meeting,
        _("Minutes to sign: %(subject)s") % {"subject": meeting.subject},
        _("Sign them, or say what you object to."),
        "closed",
    )
    return meeting


@transaction.atomic
def sign_minutes(actor: Actor, meeting_id: int, organization_id: int, objection: str = "") -> Meeting:
    """A unit signs closed minutes, with what it objects to if it does; the last signature ends the matter.

    Raises:
        NotFound: out of sight. Forbidden: another unit's. Conflict: not closed, or signed before.
    """
    meeting = _locked(meeting_id)
    meeting_in_sight(actor, meeting_id)
    if meeting.state != Meeting.State.CLOSED:
        raise Conflict("state", _("These minutes are not out for signature."), _("Look at the meeting again."))
    if organization_id not in meeting_part(actor, meeting).signs or actor.member_id is None:
        raise Forbidden("unit", _("A unit signs for itself, once."))
    unit = meeting.units.get(organization_id=organization_id)
    unit.signed_at, unit.signed_by_id, unit.objection = this_second(), actor.member_id, objection.strip()[:500]
    unit.save()
    if not meeting.units.filter(signed_at=None).exists():
        meeting.state = Meeting.State.SIGNED
        meeting.save(update_fields=["state"])
    return meeting


@transaction.atomic
def call_meeting_off(actor: Actor, meeting_id: int, reason: str) -> Meeting:
    """Call a meeting off, with a reason. Raises NotFound, Forbidden, Conflict, Refused."""
    meeting = _running(actor, meeting_id)
    if not reason.strip():
        raise Refused("reason", _("A reason is needed."), _("Say in a few words why."), "reason")
    meeting.state, meeting.minutes = Meeting.State.CALLED_OFF, reason.strip()[:500]
    meeting.save(update_fields=["state", "minutes"])
    _tell(actor, meeting, _("Meeting called off: %(subject)s") % {"subject": meeting.subject}, meeting.minutes, "called-off")
    return meeting


def _running(actor: Actor, meeting_id: int) -> Meeting:
    meeting = _locked(meeting_id)
    if not actor.posts & WORKERS:
        raise Forbidden("post", _("Meetings are run by coordinators and dispatchers."))
    if meeting.state != Meeting.State.CALLED:
        raise Conflict("state", _("The minutes of this meeting are closed."), _("Look at the meeting again."))
    return meeting


def _locked(meeting_id: int) -> Meeting:
    meeting = Meeting.objects.select_for_update(of=("self",)).filter(pk=meeting_id).first()
    if meeting is None:
        raise NotFound("meeting", _("There is no such meeting, or it lies out of your sight."))
    return meeting


def _tell(actor: Actor, meeting: Meeting, subject: str, text: str, word: str) -> None:
    """The clerks of the invited units hear of it."""
    thing = Thing("meeting", f"meeting:{meeting.pk}", f"/coordination/meetings/{meeting.pk}/")
    tell_units(actor, thing, word, subject, text, meeting.units.values_list("organization_id", flat=True))
