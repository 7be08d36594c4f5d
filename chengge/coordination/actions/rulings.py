"""Rulings: drafted by one, signed by a second, laid down as responsibility at once, objected to, ended with a reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.actions import Given, perform
from chengge.casework.models import Case, Origin
from chengge.casework.queries import visible
from chengge.coordination.actions.inviting import Thing, body_named, cases_named, require_words, tell_members, tell_units, this_second
from chengge.coordination.actions.requests import Outcome
from chengge.coordination.models import Meeting, Objection, Ruling
from chengge.coordination.models.surveys import JointSurvey
from chengge.coordination.queries.hard_cases import WORKERS
from chengge.coordination.queries.rulings import contradictions, open_cases_like, ruling_in_sight
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.foundation.actions import RuledScope, bump, end_ruling, lay_down
from chengge.foundation.models import Component, Division, ProblemClass, ProblemKind
from chengge.foundation.queries import grid_index
from chengge.foundation.queries.dated import holding_on
from chengge.foundation.queries.drawn import border_drawn
from chengge.organization.models import Organization
from chengge.organization.queries import Actor, city_day

SIGNERS = frozenset({Post.COORDINATOR, Post.LEADER})
MOST_GRIDS, MOST_COMPONENTS, MOST_CASES = 5000, 5000, 200
SHORTEST_PREFIX = 6


@dataclass(frozen=True, slots=True)
class Drafted:
    """A ruling as somebody drafts it: classes as in `RuledScope`, and one kind of place.

    Attributes:
        places: codes of unit grids in full, or their beginnings from six digits on, which stand for every grid below.
        polygon: an area drawn on the map, as GeoJSON; empty: none.
        numbers: of the cases it grew out of.
    """

    subject: str
    basis: str
    organization_id: int | None
    first_day: date
    end: date | None = None
    objections_until: date | None = None
    problem_class_id: int | None = None
    kind: str = ""
    major_code: str = ""
    places: Sequence[str] = ()
    component_codes: Sequence[int] = ()
    division_code: int | None = None
    polygon: str | Mapping[str, Any] = ""
    numbers: Sequence[str] = ()
    survey_id: int | None = None
    meeting_id: int | None = None


@transaction.atomic
def draft_ruling(actor: Actor, drafted: Drafted) -> Ruling:
    """Draft a ruling; it changes nothing until a second person signs it.

    Raises:
        Forbidden: no post of the platform. Refused: a value is missing or contradicts another; NotFound: something named is not there.
    """
    ruling = Ruling(drafted_by_id=_worker(actor), drafted_at=this_second())
    _write(actor, ruling, drafted)
    return ruling


@transaction.atomic
def change_draft(actor: Actor, ruling_id: int, drafted: Drafted) -> Ruling:
    """Write a draft anew. Raises as `draft_ruling`; Conflict: it is no draft any more."""
    member_id = _worker(actor)
    ruling = _locked(ruling_id)
    _require_state(ruling, "draft")
    ruling.drafted_by_id = member_id  # whoever wrote it last is not the second person
    _write(actor, ruling, drafted)
    return ruling


@transaction.atomic
def withdraw_draft(actor: Actor, ruling_id: int) -> Ruling:
    """Give a draft up. Raises Conflict where it is none any more."""
    member_id = _worker(actor)
    ruling = _locked(ruling_id)
    _require_state(ruling, "draft")
    ruling.state = Ruling.State.WITHDRAWN
    ruling.ended_by_id, ruling.ended_at = member_id, this_second()
    ruling.save()
    return ruling


@transaction.atomic
def sign_ruling(actor: Actor, ruling_id: int, knowing: Iterable[int] = ()) -> Ruling:
    """Sign a draft: it gets its number and is responsibility from its first day on, today at the earliest.

    Args:
        knowing: ids of the rulings that it contradicts, as the signer saw them.

    Raises:
        Forbidden: not a leader or coordinator, or the one who drafted it. Conflict: no draft any more, or it contradicts a ruling
            that the signer has not seen. Refused: its body or class does not hold on its first day.
    """
    if not actor.posts & SIGNERS or actor.member_id is None:
        raise Forbidden("post", _("Rulings are signed by leaders and coordinators."))
    bump("responsibilities")  # whoever signs at the same moment waits here, for the next number and for what this one contradicts
    ruling = _locked(ruling_id)
    _require_state(ruling, "draft")
    if ruling.drafted_by_id == actor.member_id:
        raise Forbidden("second_person", _("Who drafted a ruling does not sign it."), _("Ask a leader or another coordinator."))
    unseen = [one for one in contradictions(ruling) if {one.first.pk, one.second.pk} - {ruling.pk} - set(knowing)]
    if unseen:
        raise Conflict("contradiction", unseen[0].words, _("End the other one first, or sign knowing of it."))
    at = this_second()
    ruling.first_day = max(ruling.first_day, city_day(at))
    _require_days(ruling.first_day, ruling.end, ruling.objections_until)
    ruling.year, ruling.serial = city_day(at).year, _next_serial(city_day(at).year)
    ruling.number = f"协裁〔{ruling.year}〕{ruling.serial}号"
    ruling.state, ruling.signed_by_id, ruling.signed_at = Ruling.State.SIGNED, actor.member_id, at
    ruling.save()
    lay_down(actor, ruling.number, ruling.basis, [_scope(ruling)], ruling.first_day, ruling.end)
    _tell(actor, ruling, _("Ruling %(number)s is signed") % {"number": ruling.number}, "signed")
    return ruling


@transaction.atomic
def end_early(actor: Actor, ruling_id: int, day: date, reason: str) -> Ruling:
    """Let a signed ruling hold no longer from `day` on, today at the earliest.

    Raises:
        Forbidden: not a leader or coordinator. Refused: no reason, or a day that is over. Conflict: it does not hold any more.
    """
    if not actor.posts & SIGNERS:
        raise Forbidden("post", _("Rulings are ended by leaders and coordinators."))
    ruling = _locked(ruling_id)
    today = city_day(clock.now())
    if ruling.state != Ruling.State.SIGNED or (ruling.end is not None and ruling.end <= today):
        raise Conflict("state", _("This ruling does not hold any more."), _("Look at it again."))
    if not reason.strip():
        raise Refused("reason", _("A reason is needed."), _("Say in a few words why."), "reason")
    if day < today or (ruling.end is not None and day > ruling.end):
        raise Refused("day", _("A ruling is ended today or later, before its own end."), _("Name another day."), "day")
    end_ruling(actor, ruling.number, max(day, ruling.first_day))
    ruling.end, ruling.end_reason = day, reason.strip()[:300]
    ruling.ended_by_id, ruling.ended_at = actor.member_id, this_second()
    if day <= today:
        ruling.state = Ruling.State.ENDED
    ruling.save()
    _tell(actor, ruling, _("Ruling %(number)s ends") % {"number": ruling.number}, "ended")
    return ruling


@transaction.atomic
def object_to(actor: Actor, ruling_id: int, text: str) -> Objection:
    """A department says what it has against a ruling, once, within the time for it; the ruling holds meanwhile.

    Raises:
        NotFound: out of sight. Forbidden: no department. Conflict: said before. Refused: nothing said, or too late.
    """
    if Post.DEPARTMENT not in actor.posts or actor.member_id is None or actor.organization_id is None:
        raise Forbidden("post", _("Departments object to rulings."))
    ruling = ruling_in_sight(actor, ruling_id)
    said = text.strip()[:500]
    if not said:
        raise Refused("text", _("Nothing is said."), _("Write a few words."), "text")
    if ruling.state != "signed" or ruling.objections_until is None or city_day(clock.now()) > ruling.objections_until:
        raise Refused("late", _("The time for objections is over."), _("Ask the coordinators to take it up again."))
    if Objection.objects.filter(ruling=ruling, organization_id=actor.organization_id).exists():
        raise Conflict("objection", _("Your unit has objected before."), _("Wait for the answer."))
    made = Objection.objects.create(
        ruling=ruling, organization_id=actor.organization_id, member_id=actor.member_id, at=this_second(), text=said
    )
    members = {ruling.drafted_by_id, ruling.signed_by_id} - {actor.member_id, None}
    subject = _("%(unit)s objects to %(number)s") % {"unit": actor.organization_name, "number": ruling.number}
    tell_members(_thing(ruling), f"objection:{made.pk}", subject, said, members)
    return made


@transaction.atomic
def answer_objection(actor: Actor, objection_id: int, text: str) -> Objection:
    """Answer an objection; to follow it, end the ruling. Raises Forbidden, NotFound, Conflict, Refused."""
    if not actor.posts & SIGNERS:
        raise Forbidden("post", _("Objections are answered by leaders and coordinators."))
    made = Objection.objects.select_for_update(of=("self",)).select_related("ruling").filter(pk=objection_id).first()
    if made is None:
        raise NotFound("objection", _("There is no such objection."))
    if made.answered_at is not None:
        raise Conflict("objection", _("This objection has been answered."), _("Look at it again."))
    if not text.strip():
        raise Refused("text", _("Nothing is said."), _("Write a few words."), "text")
    made.answer, made.answered_by_id, made.answered_at = text.strip()[:500], actor.member_id, this_second()
    made.save()
    subject = _("Answer to your objection: %(number)s") % {"number": made.ruling.number}
    tell_members(_thing(made.ruling), f"answer:{made.pk}", subject, made.answer, [made.member_id])
    return made


def dispatch_by_ruling(actor: Actor, ruling_id: int, chosen: Mapping[int, int], origin: str = Origin.LIVE) -> list[Outcome]:
    """Dispatch chosen filed cases to the body of a ruling, each through the door by itself.

    Args:
        chosen: ids of cases, and the entry count that was seen of each.

    Raises:
        NotFound: no such ruling. Refused: nothing chosen; Conflict: the ruling does not hold today.
    """
    ruling = ruling_in_sight(actor, ruling_id)
    today = city_day(clock.now())
    if ruling.state != "signed" or ruling.first_day > today or (ruling.end is not None and ruling.end <= today):
        raise Conflict("state", _("This ruling does not hold today."), _("Look at it again."))
    if not chosen:
        raise Refused("case", _("No case is chosen."), _("Tick the cases first."))
    like = {case.pk for case in open_cases_like(actor, ruling)}
    given = Given(organization_id=_platform(ruling.organization), note=_("By ruling %(number)s") % {"number": ruling.number})
    outcomes = []
    for case in visible(actor).filter(pk__in=set(chosen) & like).select_related("problem_class").order_by("pk"):
        refusal: Refused | None = None
        try:
            perform(case.pk, "dispatch", actor, given, seen=chosen[case.pk], origin=origin)
        except Refused as refused:
            refusal = refused
        outcomes.append(Outcome(case, refusal))
    return outcomes


def _platform(body: Organization) -> int:
    """The second-level platform above a body, to which a dispatch goes."""
    at = body
    while at.level > 2 and at.parent is not None:
        at = at.parent
    return at.pk


def _write(actor: Actor, ruling: Ruling, drafted: Drafted) -> None:
    require_words({"subject": (drafted.subject, 120), "basis": (drafted.basis, 300)}, _("Subject and basis are needed."))
    _require_days(drafted.first_day, drafted.end, drafted.objections_until)
    body = body_named(drafted.organization_id, _("Who answers from now on?"))
    ruling.subject, ruling.basis, ruling.organization = drafted.subject.strip(), drafted.basis.strip(), body
    ruling.first_day, ruling.end, ruling.objections_until = drafted.first_day, drafted.end, drafted.objections_until
    _write_classes(ruling, drafted)
    _write_places(ruling, drafted)
    ruling.survey_id = _existing(JointSurvey, drafted.survey_id)
    ruling.meeting_id = _existing(Meeting, drafted.meeting_id)
    cases = cases_named(actor, drafted.numbers, MOST_CASES)
    ruling.save()
    ruling.cases.set(cases)


def _write_classes(ruling: Ruling, drafted: Drafted) -> None:
    ruling.problem_class_id, ruling.kind, ruling.major_code = None, drafted.kind, drafted.major_code
    if drafted.problem_class_id is not None:
        one = holding_on(ProblemClass.objects.filter(pk=drafted.problem_class_id), drafted.first_day).first()
        if one is None:
            raise Refused("class", _("There is no such class."), _("Choose a class of the catalogue."), "classes")
        ruling.problem_class, ruling.kind, ruling.major_code = one, one.kind, one.major_code
    elif drafted.kind and drafted.kind not in ProblemKind.values:
        raise Refused("class", _("There is no such kind."), _("Choose a class of the catalogue."), "classes")
    elif drafted.major_code and not ProblemClass.objects.filter(kind=drafted.kind, major_code=drafted.major_code).exists():
        raise Refused("class", _("There is no such major class."), _("Choose a class of the catalogue."), "classes")


def _write_places(ruling: Ruling, drafted: Drafted) -> None:
    places = (bool(drafted.places), bool(drafted.component_codes), drafted.division_code is not None, bool(drafted.polygon))
    if sum(places) != 1:
        message = _("A ruling names grids, components, a division or an area drawn on the map, one of them.")
        raise Refused("scope", message, _("Choose where it holds."), "places")
    ruling.polygon = border_drawn(drafted.polygon) if drafted.polygon else None
    ruling.grid_codes = grids_named(drafted.places)
    ruling.component_codes = sorted(set(drafted.component_codes))
    ruling.division_code = drafted.division_code
    if len(ruling.component_codes) > MOST_COMPONENTS:
        raise Refused("scope", _("A ruling names at most %(most)d components.") % {"most": MOST_COMPONENTS}, field="component_codes")
    known = set(Component.objects.filter(code__in=ruling.component_codes).values_list("code", flat=True))
    if missing := set(ruling.component_codes) - known:
        raise Refused("component", _("There is no component %(code)s.") % {"code": min(missing)}, _("Check the code."), "component_codes")
    if drafted.division_code is not None:
        divisions = holding_on(Division.objects.filter(code=drafted.division_code), drafted.first_day)
        if not divisions.exists():
            raise Refused("division", _("There is no such division."), _("Choose another one."), "division_code")


def grids_named(places: Sequence[str]) -> list[int]:
    """Codes of unit grids from codes in full and beginnings of codes. Raises Refused."""
    index = grid_index()
    found: set[int] = set()
    for text in places:
        if not (text.isascii() and text.isdigit() and SHORTEST_PREFIX <= len(text) <= 15):
            hint = _("Write 15 digits, or the first 6 or more.")
            raise Refused("grid", _("“%(code)s” is no code of a unit grid.") % {"code": text[:20]}, hint, "places")
        width = 10 ** (15 - len(text))
        first, end = np.searchsorted(index.codes, (int(text) * width, (int(text) + 1) * width)).tolist()
        if first == end:
            raise Refused("grid", _("No unit grid begins with %(code)s.") % {"code": text}, _("Check the code."), "places")
        found.update(int(code) for code in index.codes[first:end])
    if len(found) > MOST_GRIDS:
        raise Refused("grid", _("These are %(count)d unit grids.") % {"count": len(found)}, _("Name a division instead."), "places")
    return sorted(found)


def _scope(ruling: Ruling) -> RuledScope:
    return RuledScope(
        ruling.organization_id,
        ruling.problem_class_id,
        ruling.kind,
        ruling.major_code,
        ruling.grid_codes,
        ruling.component_codes,
        ruling.division_code,
        bytes(ruling.polygon) if ruling.polygon is not None else None,
    )


def _next_serial(year: int) -> int:
    """The next number of a year."""
    return (Ruling.objects.filter(year=year).aggregate(last=Max("serial"))["last"] or 0) + 1


def _require_days(first_day: date, end: date | None, objections_until: date | None) -> None:
    if end is not None and end <= first_day:
        raise Refused("days", _("A ruling ends after its first day."), _("Name a later day."), "end")
    if objections_until is not None and end is not None and objections_until >= end:
        raise Refused("days", _("Objections are heard while the ruling holds."), _("Name an earlier day."), "objections_until")


def _worker(actor: Actor) -> int:
    """The member, who works on the platform. Raises Forbidden."""
    if not actor.posts & WORKERS or actor.member_id is None:
        raise Forbidden("post", _("Rulings are drafted by coordinators and dispatchers."))
    return actor.member_id


def _require_state(ruling: Ruling, state: str) -> None:
    if ruling.state != state:
        raise Conflict("state", _("This ruling is no draft any more."), _("Look at it again."))


def _existing(model: type[JointSurvey] | type[Meeting], pk: int | None) -> int | None:
    if pk is not None and not model._default_manager.filter(pk=pk).exists():
        raise NotFound("origin", _("The survey or meeting it rests on is not there."))
    return pk


def _locked(ruling_id: int) -> Ruling:
    ruling = Ruling.objects.select_for_update(of=("self",)).select_related("organization").filter(pk=ruling_id).first()
    if ruling is None:
        raise NotFound("ruling", _("There is no such ruling, or it lies out of your sight."))
    return ruling


def _tell(actor: Actor, ruling: Ruling, subject: str, word: str) -> None:
    """The body, its platform and the units whose cases it grew out of hear of it."""
    bodies = {
        ruling.organization_id,
        _platform(ruling.organization),
        *Case.objects.filter(rulings=ruling).values_list("department_id", flat=True),
    }
    tell_units(actor, _thing(ruling), word, subject, f"{ruling.subject}。{ruling.basis}", bodies, [ruling.drafted_by_id])


def _thing(ruling: Ruling) -> Thing:
    return Thing("ruling", f"ruling:{ruling.pk}", f"/coordination/rulings/{ruling.pk}/")
