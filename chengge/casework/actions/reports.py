"""Reports: what people say, and how a case begins from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework import clocks, ledger
from chengge.casework.actions import merging
from chengge.casework.actions.given import is_place, require_key
from chengge.casework.actions.photos import attach
from chengge.casework.contacts import mark, mask, seal, unseal
from chengge.casework.ledger import Draft
from chengge.casework.models import Case, Channel, Evidence, LedgerEntry, Origin, Report
from chengge.casework.numbers import take_number
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import ADD_REPORT, RELEASE_REPORT, REPORT, ClockKind, Post, Stage
from chengge.foundation.models import ProblemClass
from chengge.foundation.queries import Located, locate, stage_limit
from chengge.organization.queries import MACHINE, Actor, city_day

REPORTERS = frozenset({Post.INSPECTOR, Post.OPERATOR, Post.SHIFT_LEADER})
SEES_CONTACTS = frozenset({Post.OPERATOR, Post.SHIFT_LEADER})

IN_CATALOGUE = """
SELECT kind, concat_ws(' ', name, major_name) FROM foundation_problemclass
WHERE id = %s AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)
"""


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
class Listed:
    """A class as the catalogue has it: component or event, and the words it is found by."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Opening:
    """What a case begins with, looked up before anything is written."""

    listed: Listed
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


@dataclass(slots=True)
class Sending:
    """A report on its way in, and what is answered to it."""

    answer: Reported | None = None

    def told(self) -> Reported:
        if self.answer is None:
            raise RuntimeError("a report was taken in without an answer")
        return self.answer


@contextmanager
def _sent_once(actor: Actor, key: str | None) -> Iterator[Sending]:
    """Do what is within in one transaction; where it fails because this very report came before, answer what was answered then."""
    sent = Sending()
    try:
        with transaction.atomic():
            yield sent
    except (Refused, IntegrityError):
        if key is None or (before := _reported_before(actor, key)) is None:
            raise
        sent.answer = before


def report(actor: Actor, said: Said, *, key: str | None = None, origin: str = Origin.LIVE, token_hash: str = "") -> Reported:
    """Keep what somebody reports, and open a case for it if place and class are known; else ask back.

    Args:
        token_hash: SHA-256 of the token by which a reporter without an account follows the report.

    Raises:
        Forbidden: the member's post does not report.
        Refused: something said is not a value at all (an unknown channel, a text that is too long).
    """
    _require_reporter(actor)
    _check(said)
    require_key(key)
    at = clock.now().replace(microsecond=0)
    opening, questions = _looked_up(said, at)
    kept = _begun(actor, said, at, key, token_hash)
    with _sent_once(actor, key) as sent:
        sent.answer = _settle(kept, actor, said, opening, questions, at, origin)
    return sent.told()


def add_report(
    actor: Actor, said: Said, case_id: int, *, key: str | None = None, origin: str = Origin.LIVE, token_hash: str = ""
) -> Reported:
    """Hang one more report on an open case instead of opening another: it is the same problem.

    Raises:
        Forbidden: the member's post does not report, or the case lies outside the member's area.
        Conflict: the case goes on no more.
        NotFound: there is no such case.
    """
    _require_reporter(actor)
    _check(said)
    _require_class(said.problem_class_id)
    require_key(key)
    at = clock.now().replace(microsecond=0)
    kept = _begun(actor, said, at, key, token_hash)
    with _sent_once(actor, key) as sent:
        locked, _none = merging.in_hand(case_id, None)
        case = locked.case
        if actor is not MACHINE and not actor.reaches(case.grid_code):
            raise Forbidden("scope", _("Case %(number)s does not lie in your area.") % {"number": case.number})
        if Stage(case.stage).is_end:
            raise Conflict("stage", _("Case %(number)s has ended.") % {"number": case.number}, _("Report it anew."))
        _write_down(kept, said)
        kept.case_id, kept.state = case_id, Report.State.ATTACHED
        kept.save()
        given = {"report": kept.pk, "channel": said.channel}
        entry_id = merging.note(locked, ADD_REPORT, actor, _post_of(actor), given, at, origin, photos=said.photos)
        if said.photos:
            attach(said.photos, actor, case_id, entry_id, Evidence.Phase.REPORT, kept.pk)
            Evidence.objects.filter(entry=entry_id).update(report=kept)
        sent.answer = Reported(kept.pk, case_id, case.number)
    return sent.told()


def release_report(report_id: int, actor: Actor, reason: str, *, key: str | None = None, origin: str = Origin.LIVE) -> Reported:
    """Take a report off a case that it does not belong to; it opens a case of its own, or waits for an answer if it says too little.

    Raises:
        Forbidden: for anybody but operators and shift leaders, or outside their area.
        Conflict: the case hangs on this one report.
        Refused: no reason is given.
    """
    if not actor.posts & SEES_CONTACTS:
        raise Forbidden("post", _("Reports are sorted by operators and shift leaders."))
    if not reason.strip() or len(reason) > 500:
        raise Refused("reason", _("A reason is needed, of at most 500 characters."), _("Say in a few words why."), "reason")
    require_key(key)
    if key is not None and (entry := LedgerEntry.objects.filter(member=actor.member_id, key=key, action=RELEASE_REPORT).first()):
        return _told(Report.objects.select_related("case").get(pk=merging.reports_in(entry.body)[0]))
    with transaction.atomic():
        kept = Report.objects.select_for_update().filter(pk=report_id, case__isnull=False).first()
        if kept is None or kept.case_id is None:
            raise NotFound("report", _("There is no such report."))
        locked, _none = merging.in_hand(kept.case_id, None)
        case = locked.case
        if not actor.reaches(case.grid_code):
            raise Forbidden("scope", _("Case %(number)s does not lie in your area.") % {"number": case.number})
        if Report.objects.filter(case=case).count() < 2:
            message = _("Case %(number)s hangs on this report alone.") % {"number": case.number}
            raise Conflict("report", message, _("Amend, reject or void the case instead."))
        at = clock.now().replace(microsecond=0)
        merging.note(locked, RELEASE_REPORT, actor, _post_of(actor), {"reports": [kept.pk]}, at, origin, reason=reason.strip(), key=key)
        said = replace(_said_of(kept), photos=())  # Its photos stay where they were proof.
        kept.case_id, kept.state = None, Report.State.INCOMPLETE
        return _settle(kept, actor, said, *_looked_up(said, at), at, origin)


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
            kept.contact, kept.contact_mark = seal(said.contact), mark(said.contact)
        at = clock.now().replace(microsecond=0)
        return _settle(kept, actor, said, *_looked_up(said, at), at, origin)


def contact_of(kept: Report, actor: Actor) -> str:
    """The reporter's contact, masked for everybody. Who needs it in full says what for (`privacy.show_contact`)."""
    return mask(unseal(bytes(kept.contact)))


def _looked_up(said: Said, at: datetime) -> tuple[Opening | None, tuple[Question, ...]]:
    """What the case begins with, its number taken; or what has to be asked back."""
    listed = _in_catalogue(said.problem_class_id, city_day(at))
    questions = _questions(said, listed)
    if questions or listed is None or said.lon is None or said.lat is None:
        return None, questions
    located = locate(said.lon, said.lat)
    return Opening(listed, located, take_number(located.grid_code, city_day(at))), ()


def _settle(
    kept: Report, actor: Actor, said: Said, opening: Opening | None, questions: tuple[Question, ...], at: datetime, origin: str
) -> Reported:
    """Write a report down, with its case if it is complete."""
    _write_down(kept, said)
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


def _begun(actor: Actor, said: Said, at: datetime, key: str | None, token_hash: str) -> Report:
    return Report(
        member_id=actor.member_id,
        reported_at=at,
        key=key,
        contact=seal(said.contact),
        contact_mark=mark(said.contact),
        state=Report.State.INCOMPLETE,
        token_hash=token_hash,
    )


def _write_down(kept: Report, said: Said) -> None:
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


def _post_of(actor: Actor) -> str:
    return min(actor.posts & REPORTERS).value if actor.posts & REPORTERS else ""


def _open(actor: Actor, said: Said, opening: Opening, reported_at: datetime, at: datetime, origin: str) -> tuple[int, int]:
    now = clocks.epoch(at)
    started = clocks.start(clocks.Terms(ClockKind.ACCEPTANCE, stage_limit(ClockKind.ACCEPTANCE.value, city_day(at))), now)
    facts = {
        "number": opening.number,
        "stage": Stage.REPORTED.value,
        "channel": said.channel,
        "kind": opening.listed.kind,
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
        "post": _post_of(actor),
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
    body |= actor.stands_for(REPORTERS, opening.located.grid_code)
    return ledger.open_case(Draft(body), at, f"{said.description} {said.place} {opening.listed.words}")


def _in_catalogue(problem_class_id: int | None, day: date) -> Listed | None:
    """The class as it stands that day; None if it is not known, or not in the catalogue then."""
    with connection.cursor() as cursor:
        cursor.execute(IN_CATALOGUE, [problem_class_id, day, day])
        found = cursor.fetchone()
    return Listed(*found) if found else None


def _require_class(problem_class_id: int | None) -> None:
    """A class may have left the catalogue, and is asked for again; a number that no class ever had is a fault. Raises Refused."""
    if problem_class_id is not None and not ProblemClass.objects.filter(pk=problem_class_id).exists():
        raise Refused("class", _("There is no such class."), _("Choose a class of the catalogue."), "problem_class_id")


def _questions(said: Said, listed: Listed | None) -> tuple[Question, ...]:
    asked = []
    if not is_place(said.lon, said.lat):
        asked.append(Question("place", _("Where exactly is it? Name a crossing, a gate or a house number, or mark it on the map.")))
    if listed is None:
        asked.append(Question("problem_class", _("What is it? Choose a class of the catalogue.")))
    return tuple(asked)


def _require_reporter(actor: Actor) -> None:
    if actor is not MACHINE and not actor.posts & REPORTERS:
        raise Forbidden("post", _("Reports are made by inspectors, operators and shift leaders."))


def _check(said: Said) -> None:
    if said.channel not in Channel.values:
        raise Refused("channel", _("There is no channel “%(channel)s”.") % {"channel": said.channel}, ", ".join(Channel.values), "channel")
    for name, most in (("description", 1000), ("place", 200), ("reporter_name", 40), ("contact", 100), ("other_number", 60)):
        if len(getattr(said, name)) > most:
            raise Refused("length", _("This text is longer than %(most)d characters.") % {"most": most}, _("Shorten it."), name)


def _reported_before(actor: Actor, key: str) -> Reported | None:
    kept = Report.objects.select_related("case").filter(member=actor.member_id, key=key).first()
    return None if kept is None else _told(kept)


def _told(kept: Report) -> Reported:
    """What was answered to a report that came before."""
    listed = _in_catalogue(kept.problem_class_id, city_day(kept.reported_at))
    questions = () if kept.case else _questions(_said_of(kept), listed)
    return Reported(kept.pk, kept.case_id, kept.case.number if kept.case else None, questions, repeated=True)


def _said_of(kept: Report) -> Said:
    names = set(asdict(Said(""))) - {"contact", "photos", "urgent"}
    photos = tuple(Evidence.objects.filter(report=kept, case=None).values_list("sha256", flat=True))
    return Said(contact=unseal(bytes(kept.contact)), photos=photos, **{name: getattr(kept, name) for name in names})
