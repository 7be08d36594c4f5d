"""Reports: what people say, and how a case begins from it."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework import clocks, ledger, search
from chengge.casework.actions.given import is_place, require_key
from chengge.casework.actions.photos import attach
from chengge.casework.contacts import mask, seal, unseal
from chengge.casework.ledger import Draft
from chengge.casework.models import Case, Channel, Evidence, Origin, Report
from chengge.casework.numbers import take_number
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import REPORT, ClockKind, Post, Stage
from chengge.foundation.models import ProblemClass
from chengge.foundation.queries import Located, locate, stage_limit
from chengge.organization.queries import MACHINE, Actor, city_day

REPORTERS = frozenset({Post.INSPECTOR, Post.OPERATOR, Post.SHIFT_LEADER})
SEES_CONTACTS = frozenset({Post.OPERATOR, Post.SHIFT_LEADER})

KIND = "SELECT kind FROM foundation_problemclass WHERE id = %s AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)"


@dataclass(frozen=True, slots=True)
class Said:
    """What a reporter says.

    Attributes:
        lon, lat: degrees, WGS84; None where the reporter could not say.
        contact: telephone or address, as told; it is kept encrypted.
        photos: SHA-256 of photos uploaded before.
        urgent: the reporter sees danger.
    """

    channel: str
    problem_class_id: int | None = None
    description: str = ""
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    component_code: int | None = None
    reporter_name: str = ""
    contact: str = ""
    other_number: str = ""
    photos: tuple[str, ...] = ()
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What has to be asked back before a report can become a case."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Opening:
    """What a case begins with, looked up before anything is written."""

    kind: str
    located: Located
    number: str


@dataclass(frozen=True, slots=True)
class Reported:
    """What became of a report: a case, or questions back."""

    report_id: int
    case_id: int | None
    number: str | None
    questions: tuple[Question, ...] = ()
    repeated: bool = False


def report(actor: Actor, said: Said, *, key: str | None = None, origin: str = Origin.LIVE) -> Reported:
    """Keep what somebody reports, and open a case for it if place and class are known; else ask back.

    Raises:
        Forbidden: the member's post does not report.
        Refused: something said is not a value at all (an unknown channel, a text that is too long).
    """
    if actor is not MACHINE and not actor.posts & REPORTERS:
        raise Forbidden("post", _("Reports are made by inspectors, operators and shift leaders."))
    _check(said)
    require_key(key)
    at = clock.now().replace(microsecond=0)
    opening, questions = _looked_up(said, at)
    kept = Report(member_id=actor.member_id, reported_at=at, key=key, contact=seal(said.contact), state=Report.State.INCOMPLETE)
    try:
        with transaction.atomic():
            return _settle(kept, actor, said, opening, questions, at, origin)
    except (Refused, IntegrityError):
        # Perhaps this very report came before, and is known by its key.
        if key is not None and (before := _reported_before(actor, key)):
            return before
        raise


def complete_report(report_id: int, actor: Actor, said_changes: dict[str, Any], *, origin: str = Origin.LIVE) -> Reported:
    """Answer the questions of an incomplete report; it becomes a case as soon as place and class are known.

    Args:
        said_changes: fields of `Said` and their new values.

    Raises:
        Forbidden: for anybody but operators, shift leaders and whoever made the report.
        Conflict: it is a case already.
    """
    with transaction.atomic():
        kept = Report.objects.select_for_update().filter(pk=report_id).first()
        if kept is None or not (actor.posts & SEES_CONTACTS or kept.member_id == actor.member_id is not None):
            raise NotFound("report", _("There is no such report."))
        if kept.case_id is not None:
            raise Conflict("report", _("This report is a case already."), str(Case.objects.get(pk=kept.case_id)))
        said = replace(_said_of(kept), **said_changes)
        _check(said)
        if "contact" in said_changes:
            kept.contact = seal(said.contact)
        at = clock.now().replace(microsecond=0)
        return _settle(kept, actor, said, *_looked_up(said, at), at, origin)


def contact_of(kept: Report, actor: Actor) -> str:
    """The reporter's contact: in full for operators and shift leaders, masked for everybody else."""
    contact = unseal(bytes(kept.contact))
    return contact if actor.posts & SEES_CONTACTS else mask(contact)


def _looked_up(said: Said, at: datetime) -> tuple[Opening | None, tuple[Question, ...]]:
    """What the case begins with, its number taken; or what has to be asked back."""
    kind = _kind_of(said.problem_class_id, city_day(at))
    questions = _questions(said, kind)
    if questions or kind is None or said.lon is None or said.lat is None:
        return None, questions
    located = locate(said.lon, said.lat)
    return Opening(kind, located, take_number(located.grid_code, city_day(at))), ()


def _settle(
    kept: Report, actor: Actor, said: Said, opening: Opening | None, questions: tuple[Question, ...], at: datetime, origin: str
) -> Reported:
    """Write a report down, with its case if it is complete."""
    for name in (
        "channel",
        "problem_class_id",
        "description",
        "place",
        "lon",
        "lat",
        "accuracy_m",
        "component_code",
        "reporter_name",
        "other_number",
    ):
        setattr(kept, name, getattr(said, name))
    if opening is None:
        _require_class(said.problem_class_id)
        kept.save()
        if said.photos:
            Evidence.objects.filter(sha256__in=said.photos, member=actor.member_id, case=None, report=None).update(report=kept)
        return Reported(kept.pk, None, None, questions)
    case_id, entry_id = _open(actor, said, opening, kept.reported_at, at, origin)
    kept.case_id, kept.state = case_id, Report.State.ATTACHED
    kept.save()
    if said.photos:
        attach(said.photos, actor, case_id, entry_id, Evidence.Phase.REPORT, kept.pk)
    return Reported(kept.pk, case_id, opening.number)


def _open(actor: Actor, said: Said, opening: Opening, reported_at: datetime, at: datetime, origin: str) -> tuple[int, int]:
    now = clocks.epoch(at)
    started = clocks.start(clocks.Terms(ClockKind.ACCEPTANCE, stage_limit(ClockKind.ACCEPTANCE.value, city_day(at))), now)
    facts = {
        "number": opening.number,
        "stage": Stage.REPORTED.value,
        "channel": said.channel,
        "kind": opening.kind,
        "problem_class_id": said.problem_class_id,
        "description": said.description,
        "place": said.place,
        "lon": said.lon,
        "lat": said.lat,
        "grid_code": opening.located.grid_code,
        "area_class": opening.located.area_class,
        "component_code": said.component_code,
        "urgent": said.urgent,
        "reported_at": clocks.epoch(reported_at),
        "yellow_at": started["yellow_at"],
        "due_at": started["due_at"],
    }
    body = {
        "seq": 1,
        "at": now,
        "action": REPORT,
        "member": actor.member_id,
        "post": min(actor.posts & REPORTERS).value if actor.posts & REPORTERS else "",
        "organization": actor.organization_id,
        "from": "",
        "to": Stage.REPORTED.value,
        "reason": "",
        "origin": str(origin),
        "given": {"accuracy_m": said.accuracy_m, "other_number": said.other_number},
        "photos": list(said.photos),
        "case": facts,
        "clocks": [started],
        "assignments": [],
    }
    case_id, entry_id = ledger.open_case(Draft(body), at)
    search.index(case_id)
    return case_id, entry_id


def _kind_of(problem_class_id: int | None, day: date) -> str | None:
    """Component or event; None if the class is not known, or not in the catalogue on that day."""
    with connection.cursor() as cursor:
        cursor.execute(KIND, [problem_class_id, day, day])
        found = cursor.fetchone()
    return str(found[0]) if found else None


def _require_class(problem_class_id: int | None) -> None:
    """A class may have left the catalogue, and is asked for again; a number that no class ever had is a fault. Raises Refused."""
    if problem_class_id is not None and not ProblemClass.objects.filter(pk=problem_class_id).exists():
        raise Refused("class", _("There is no such class."), _("Choose a class of the catalogue."), "problem_class_id")


def _questions(said: Said, kind: str | None) -> tuple[Question, ...]:
    asked = []
    if not is_place(said.lon, said.lat):
        asked.append(Question("place", _("Where exactly is it? Name a crossing, a gate or a house number, or mark it on the map.")))
    if kind is None:
        asked.append(Question("problem_class", _("What is it? Choose a class of the catalogue.")))
    return tuple(asked)


def _check(said: Said) -> None:
    if said.channel not in Channel.values:
        raise Refused("channel", _("There is no channel “%(channel)s”.") % {"channel": said.channel}, ", ".join(Channel.values), "channel")
    for name, most in (("description", 1000), ("place", 200), ("reporter_name", 40), ("contact", 100), ("other_number", 60)):
        if len(getattr(said, name)) > most:
            raise Refused("length", _("This text is longer than %(most)d characters.") % {"most": most}, _("Shorten it."), name)


def _reported_before(actor: Actor, key: str) -> Reported | None:
    kept = Report.objects.select_related("case").filter(member=actor.member_id, key=key).first()
    if kept is None:
        return None
    kind = _kind_of(kept.problem_class_id, city_day(kept.reported_at))
    questions = () if kept.case else _questions(_said_of(kept), kind)
    return Reported(kept.pk, kept.case_id, kept.case.number if kept.case else None, questions, repeated=True)


def _said_of(kept: Report) -> Said:
    names = set(asdict(Said(""))) - {"contact", "photos", "urgent"}
    photos = tuple(Evidence.objects.filter(report=kept, case=None).values_list("sha256", flat=True))
    return Said(contact=unseal(bytes(kept.contact)), photos=photos, **{name: getattr(kept, name) for name in names})
