"""Reads of the hotline: calls that ring, whom to call back, who called before, the log."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import md5

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.contacts import mark
from chengge.casework.models import Case, Report
from chengge.casework.queries.evidence import reports_in_sight
from chengge.casework.queries.likeness import Alike, alike
from chengge.casework.queries.sight import visible
from chengge.domain.errors import Forbidden, NotFound
from chengge.intake.actions.hotline import ANSWERS_CALLS
from chengge.intake.models import Call
from chengge.organization.queries import CITY_ZONE, Actor

# A call of which the switchboard never told the end is none any more.
LONGEST_CALL = timedelta(hours=3)
RETURNED_WITHIN = timedelta(days=7)
MOST_SHOWN = 30
MOST_EARLIER = 8
LEAST_NUMBER = 5  # digits from which on a number is looked for as a whole


@dataclass(frozen=True, slots=True)
class CallsNow:
    """What lies on the hotline's desk."""

    ringing: tuple[Call, ...]
    talking: tuple[Call, ...]
    unwritten: tuple[Call, ...]
    to_return: tuple[Call, ...]

    @property
    def version(self) -> str:
        """Another one as soon as anything here is another."""
        told = [
            (call.pk, call.state, call.result, call.agent_id, call.called_back_at is None)
            for call in (*self.ringing, *self.talking, *self.unwritten, *self.to_return)
        ]
        return md5(repr(told).encode(), usedforsecurity=False).hexdigest()[:16]

    @property
    def is_empty(self) -> bool:
        return not (self.ringing or self.talking or self.unwritten or self.to_return)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for in the log. `number`: digits of a telephone number, or its masked form."""

    number: str = ""
    since: date | None = None
    until: date | None = None
    agent_id: int | None = None
    state: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever calls, as far as the city knows them: by the hash of the number, never by the number."""

    reports: tuple[Report, ...]
    calls_before: int


def calls_now(actor: Actor) -> CallsNow:
    """Calls that ring, are spoken, wait to be written down (this member's own), or to be returned. Two queries."""
    _require(actor)
    now = clock.now()
    lately = Q(state__in=("ringing", "answered"), rang_at__gt=now - LONGEST_CALL)
    unwritten = Q(state="ended", result="", agent_id=actor.member_id, rang_at__gt=now - LONGEST_CALL)
    rows = list(Call.objects.filter(lately | unwritten).select_related("agent").order_by("rang_at")[:200])
    missed = Call.objects.filter(state=Call.State.MISSED, called_back_at=None, result="", rang_at__gt=now - RETURNED_WITHIN)
    return CallsNow(
        tuple(call for call in rows if call.state == Call.State.RINGING),
        tuple(call for call in rows if call.state == Call.State.ANSWERED and not call.result),
        tuple(call for call in rows if call.state == Call.State.ENDED),
        tuple(missed.select_related("agent").order_by("rang_at")[:MOST_SHOWN]),
    )


def call_in_sight(actor: Actor, call_id: int) -> Call:
    """One call. One query. Raises NotFound."""
    _require(actor)
    call = Call.objects.select_related("agent", "report__case", "called_back_by").filter(pk=call_id).first()
    if call is None:
        raise NotFound("call", _("There is no such call."), _("Look for it in the call log."))
    return call


def caller_of(call: Call, actor: Actor) -> Caller:
    """What this caller reported before, newest first, and how often they called. Three queries; none for a hidden number."""
    if not call.contact_mark:
        return Caller((), 0)
    reports = reports_in_sight(actor).filter(contact_mark=call.contact_mark).exclude(pk=call.report_id or 0)
    rows = reports.select_related("case", "problem_class").order_by("-reported_at", "-pk")[:MOST_EARLIER]
    before = Call.objects.filter(contact_mark=call.contact_mark).exclude(pk=call.pk).count()
    return Caller(tuple(rows), before)


def nearby(actor: Actor, lon: float, lat: float, problem_class_id: int | None, text: str) -> list[Alike]:
    """Cases in sight that may be what the caller speaks of. At most five queries."""
    found = alike(lon, lat, problem_class_id, text, clock.now(), limit=8)
    seen = set(visible(actor).filter(pk__in=[one.case.pk for one in found]).values_list("pk", flat=True)) if found else set()
    return [one for one in found if one.case.pk in seen]


def call_log(actor: Actor, wanted: Wanted) -> QuerySet[Call]:
    """The log, newest first."""
    _require(actor)
    rows = Call.objects.select_related("agent", "report__case").order_by("-rang_at", "-pk")
    number = wanted.number.strip()
    if number:
        digits = "".join(character for character in number if character.isdigit())
        whole = Q(contact_mark=mark(number)) if len(digits) >= LEAST_NUMBER and "*" not in number else Q(pk__in=[])
        rows = rows.filter(whole | Q(masked__endswith=number) | Q(masked=number) | Q(masked__startswith=number))
    if wanted.since:
        rows = rows.filter(rang_at__gte=_midnight(wanted.since))
    if wanted.until:
        rows = rows.filter(rang_at__lt=_midnight(wanted.until + timedelta(days=1)))
    if wanted.agent_id is not None:
        rows = rows.filter(agent_id=wanted.agent_id)
    if wanted.state in Call.State.values:
        rows = rows.filter(state=wanted.state)
    if wanted.result in Call.Result.values and wanted.result:
        rows = rows.filter(result=wanted.result)
    return rows


def case_to_add_to(actor: Actor, number: str) -> Case:
    """The case a caller speaks of, by its number. Raises NotFound."""
    case = visible(actor).filter(number=number).first()
    if case is None:
        raise NotFound("case", _("There is no such case, or none that you may see."))
    return case


def _require(actor: Actor) -> None:
    if not actor.posts & ANSWERS_CALLS:
        raise Forbidden("post", _("The hotline belongs to operators and shift leaders."))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CITY_ZONE)
